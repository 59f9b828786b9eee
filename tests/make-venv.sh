#!/usr/bin/env bash
# Make the virtual environment, on a bare Debian too, whose python3 comes without ensurepip.
set -euo pipefail
python=$1
venv=$2
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "Loa Xã cần Python 3.11 trở lên / needs Python 3.11 or newer." >&2
  exit 1
}
if ! "$python" -m venv "$venv" >/dev/null 2>&1; then
  rm -rf "$venv"
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null
    "$python" -m venv "$venv"
  else
    echo "Thiếu python3-venv. Hãy chạy: sudo apt install python3-venv" >&2
    exit 1
  fi
fi
