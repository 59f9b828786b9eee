#!/usr/bin/env bash
# Build the wheel through the sdist, install it into an empty environment, and use it from another directory.
set -euo pipefail
bin=$(realpath "$1")
root=$(pwd)
work=$(mktemp -d)
trap '[ $? = 0 ] || tail -5 "$work"/*.log; [ -z "${web:-}" ] || kill "$web" 2>/dev/null || true; rm -rf "$work"' EXIT
"$bin/python" -m build --outdir "$work/dist" "$root" >"$work/build.log" 2>&1 || { tail -30 "$work/build.log"; exit 1; }
"$bin/python" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet 'uv>=0.9,<1'
export UV_TOOL_DIR=$work/tools UV_TOOL_BIN_DIR=$work/bin
"$work/venv/bin/uv" tool install --quiet --python "$bin/python" "$work"/dist/*.whl  # as pipx does: an environment of its own

# In a folder of no matter a tool finds the station among the person's data, and leaves the folder as it was.
mkdir "$work/person" "$work/anywhere"
cd "$work/anywhere"
mine=(env -u LOA_HOME -u XDG_DATA_HOME HOME="$work/person" "$work/bin/loa")
[ -e /var/lib/loa ] || {
  "${mine[@]}" init >"$work/init-own.log"
  "${mine[@]}" user list >/dev/null
  test -f "$work/person/.local/share/loa/station.toml"
  test -z "$(ls -A)"
  echo "wheel: the station of a tool lies among the person's data"
}
cd "$work"
"$work/bin/loa" init "$work/station" >"$work/init.log"
"$work/bin/loa" --home "$work/station" doctor || [ $? = 1 ]  # nothing runs there, and it says so
"$work/bin/loa" --home "$work/station" web --port 18399 >"$work/web.log" 2>&1 &
web=$!
"$work/tools/loa-xa/bin/python" - <<'PY'
import time, urllib.request
base = "http://127.0.0.1:18399"
for _ in range(400):
    try:
        page = urllib.request.urlopen(f"{base}/login", timeout=5).read().decode()
        break
    except OSError:
        time.sleep(0.2)
assert "Đăng nhập" in page, page[:400]
css = urllib.request.urlopen(f"{base}/static/app.css", timeout=5)
assert css.status == 200 and "--" in css.read().decode()
print("wheel: home page and static file served")

from broadcaster.errors import RuleError
from broadcaster.text.ingest.cap import read_cap

try:
    read_cap(b'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"/>')
except RuleError as error:
    assert "thiếu identifier" in error.message, error.message
    print("wheel: the schema of CAP 1.2 is in it and judges")
PY
