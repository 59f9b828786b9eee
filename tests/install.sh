#!/usr/bin/env bash
# Install what `locks/` names, each file checked by its hash: install.sh PYTHON station|dev|voices
#
# Where the lock has nothing for this machine, that is said and what pyproject.toml allows is taken instead. A file that
# is not the one that was tested is never taken by itself: LOCK=no says that it may be.
set -euo pipefail
python=$1
what=$2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
say() { printf '%s\n' "$@" >&2; }
pip() { "$python" -m pip "$1" --quiet --disable-pip-version-check "${@:2}"; }

# locked LAYER [pip option...]: 0 when all of it is installed, 1 when the lock has no file for this machine.
locked() {
  if pip install --require-hashes --no-deps "${@:2}" -r "locks/$1.lock" 2>"$log"; then return 0; fi
  if grep -q "DO NOT MATCH THE HASHES" "$log"; then
    cat "$log" >&2
    say "Nguồn cài đặt đưa ra một tệp khác với tệp đã được thử (locks/$1.lock): không cài." \
      "The package index gives another file than the one that was tested. If that is meant: make run LOCK=no"
    exit 1
  fi
  # With no network pip says "no matching distribution" too, after it tried again and again.
  if grep -q "No matching distribution" "$log" && ! grep -q "Retrying (" "$log"; then return 1; fi
  cat "$log" >&2
  exit 1
}

unlocked() {
  say "Cài các bản mới nhất mà pyproject.toml cho phép, không theo bản khóa (locks/)." \
    "Installing the newest that pyproject.toml allows, without the lock."
  case $what in
    station) pip install -e '.[neural]' || pip install -e . ;;
    *) "$python" -m pip install --quiet --upgrade 'pip>=25.1' && pip install -e . --group "$what" ;;
  esac
}

if [ "${LOCK:-}" = no ]; then unlocked; exit; fi
case $what in
  station)
    if ! locked station --only-binary :all: && ! locked station; then
      say "Bản khóa (locks/station.lock) không có tệp cho máy này: $("$python" -VV | head -1), $(uname -sm)." \
        "The lock has no file for this machine."
      unlocked
      exit
    fi
    locked neural --only-binary :all: || {
      say "Bản khóa (locks/neural.lock) không có giọng nói ngoại tuyến cho máy này ($(uname -sm)); thử các bản khác." \
        "The lock has no offline voice for this machine: trying what pyproject.toml allows."
      pip install --only-binary :all: -e '.[neural]' 2>"$log" || say \
        "Giọng nói ngoại tuyến không có bản nào cho máy này: đài sẽ đọc bằng espeak-ng." \
        "The offline voice has no wheels for this machine; the station speaks with espeak-ng."
    }
    pip install --no-deps --no-build-isolation -e .
    ;;
  dev | voices)
    locked "$what" --only-binary :all: || locked "$what" || unlocked
    ;;
esac
