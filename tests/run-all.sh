#!/usr/bin/env bash
# Every check and every test. `make test` and CI call this; it installs what a bare machine lacks when it may.
set -euo pipefail
bin=$1
say() { printf '\n== %s\n' "$1"; }

say "system packages"
need=()
command -v chromium >/dev/null || need+=(chromium)
[ -d /usr/lib/postgresql ] || need+=(postgresql)
command -v soffice >/dev/null || need+=(libreoffice-writer libreoffice-calc)
command -v pdftoppm >/dev/null || need+=(poppler-utils)
command -v icecast2 >/dev/null || need+=(icecast2)
command -v openssl >/dev/null || need+=(openssl)
if [ ${#need[@]} -gt 0 ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${need[@]}" >/dev/null
  else
    echo "missing: ${need[*]} (the tests that need them will say so)"
  fi
fi

say "voices and the recogniser that some tests use for real"
"$bin/python" -m pip install --quiet -e . --group voices || echo "not installed: the tests that need them will say so"

say "style, types, contracts"
"$bin/ruff" check .
"$bin/ruff" format --check .
"$bin/mypy"
"$bin/lint-imports"
"$bin/deptry" .

say "tests on SQLite and PostgreSQL"
"$bin/python" -m pytest -q -n 2 --cov --cov-report= -m "not browser"
"$bin/python" -m pytest -q --cov --cov-append --cov-report= -m browser
"$bin/coverage" combine --append --quiet 2>/dev/null || true
"$bin/coverage" report --skip-covered --fail-under="$(cat tests/coverage-floor)" | tail -40

say "wheel through sdist, installed elsewhere"
bash tests/smoke-wheel.sh "$bin"
