#!/usr/bin/env bash
# The fast tests with the newest or the lowest versions that pyproject.toml allows: other-versions.sh PYTHON newest|lowest
#
# What the lock holds is known to work; this says whether the bounds are true, before a station or a packager finds out.
set -euo pipefail
python=$1
which=$2
venv=.venv-$which
case $which in newest) how=highest ;; lowest) how=lowest-direct ;; *) exit 2 ;; esac
"$python" -m venv --clear "$venv"
"$venv/bin/python" -m pip install --quiet 'uv>=0.9,<1'
export VIRTUAL_ENV=$PWD/$venv
# The tools are the newest in both: only what the program itself needs goes down to its lower bound.
"$venv/bin/uv" pip install --quiet --resolution "$how" -e '.[neural,postgres]'
"$venv/bin/uv" pip freeze --exclude-editable >"$venv/program.txt"
"$venv/bin/uv" pip install --quiet --constraint "$venv/program.txt" -e . --group dev
"$venv/bin/python" -m pytest -q -n 2 --dist worksteal -m "not slow and not browser" ${TESTS:-}
