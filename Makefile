.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOME_DIR ?= station
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev

.PHONY: help run test test-fast check lint types contracts format bench shots build clean

help: ## show what can be done
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

run: $(STAMP) ## set up if needed and run a living station (Ctrl-C stops it)
	$(BIN)/loa --home $(HOME_DIR) up --starter

test: $(DEV_STAMP) ## every check and every test, as CI runs them
	bash tests/run-all.sh $(BIN)

test-fast: $(DEV_STAMP) ## the fast tests alone
	$(BIN)/python -m pytest -q -n 2 -m "not slow and not browser"

check: lint types contracts ## style, types, import contracts

lint: $(DEV_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(DEV_STAMP)
	$(BIN)/mypy

contracts: $(DEV_STAMP)
	$(BIN)/lint-imports
	$(BIN)/deptry .

format: $(DEV_STAMP) ## put the code in form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(DEV_STAMP) ## the measured figures of docs/benchmarks.md
	$(BIN)/python -m tests.benchmarks.station
	$(BIN)/python -m tests.benchmarks.airing

shots: $(DEV_STAMP) ## the handbook's pictures, made anew in docs/img
	$(BIN)/python -m tests.panel.shots docs/img

build: $(DEV_STAMP) ## sdist and wheel, the wheel through the sdist
	$(BIN)/python -m build

clean: ## forget the environment; the station stays
	rm -rf $(VENV) dist build

$(BIN)/python:
	@bash tests/make-venv.sh "$(PYTHON)" "$(VENV)"

$(STAMP): pyproject.toml | $(BIN)/python
	@# The neural voice has no wheels for some processors; the station then speaks with espeak-ng.
	$(BIN)/python -m pip install --quiet -e '.[neural]' || $(BIN)/python -m pip install --quiet -e .
	@touch $@

$(DEV_STAMP): pyproject.toml $(STAMP)
	@# With the package itself, so that the tools' own needs bend to what it needs (gTTS: an older Click).
	$(BIN)/python -m pip install --quiet -e . --group dev
	@touch $@
