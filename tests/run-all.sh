#!/usr/bin/env bash
# Every check and every test. `make test` and CI call this; it installs what a bare machine lacks when it may.
set -euo pipefail
bin=$1
unset PYTHONDONTWRITEBYTECODE # a container's habit; without byte code everything is compiled again and again
export CI=1 # the properties' examples and the order of the tests are the same each time: a red run can be had again
say() { printf '\n== %s\n' "$1"; }

say "what the tests need of this machine"
"$bin/python" tests/needs.py tests
bash tests/install.sh "$bin/python" voices || echo "not installed: the tests that need these voices will say so"
"$bin/python" -m pip check

say "style, types, contracts"
"$bin/ruff" check .
"$bin/ruff" format --check .
"$bin/mypy"
"$bin/lint-imports"
"$bin/deptry" .

say "tests on SQLite and PostgreSQL"
# Counting lines costs as much again as the tests: the slow ones, which wait and kill, run without it.
"$bin/python" -m pytest -q -n 2 --dist worksteal -p randomly --randomly-seed=1 --cov --cov-report= -m "not slow and not browser"
"$bin/python" -m pytest -q -n 2 --dist worksteal -p randomly --randomly-seed=1 --durations=40 --durations-min=8 -m "slow and not browser"
"$bin/python" -m pytest -q -n 2 --dist worksteal -p randomly --randomly-seed=1 --cov --cov-append --cov-report= -m browser
"$bin/coverage" combine --append --quiet 2>/dev/null || true
"$bin/coverage" report --skip-covered --fail-under="$(cat tests/coverage-floor)" | tail -40

say "wheel through sdist, installed elsewhere"
bash tests/smoke-wheel.sh "$bin"
