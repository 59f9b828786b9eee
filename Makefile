.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOME_DIR ?= station
N ?= 1000
# A container's habit; without byte code every test and every `loa` of a test compiles the whole again.
unexport PYTHONDONTWRITEBYTECODE
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev

.PHONY: help run test test-fast stories test-newest test-lowest check lint types contracts format bench shots reference lock build deb try-deb verify-deb windows wheels-table clean

help: ## show what can be done
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

run: $(STAMP) ## set up if needed and run a living station (Ctrl-C stops it)
	$(BIN)/loa --home $(HOME_DIR) up --starter

test: $(DEV_STAMP) ## every check and every test, as CI runs them
	bash tests/run-all.sh $(BIN)

test-fast: $(DEV_STAMP) ## the fast tests alone
	$(BIN)/python -m pytest -q -n 2 --dist worksteal --hypothesis-profile=fast -m "not medium and not slow and not browser"

stories: $(DEV_STAMP) ## N random stories of a station (1000), panel, answers and log held against meters; SEED=n tells them again
	STORIES=$(N) SEED=$(SEED) $(BIN)/python -m pytest -q -n 0 --timeout=0 tests/stories

test-newest test-lowest: test-%: $(DEV_STAMP) ## the fast tests with the newest or lowest versions that pyproject.toml allows
	bash tests/other-versions.sh "$(PYTHON)" $*

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

reference: $(DEV_STAMP) ## docs/settings.md, from the models of the settings and of what packages bring
	$(BIN)/python -m broadcaster.settings_reference > docs/settings.md

lock: $(DEV_STAMP) ## the newest of every dependency into locks/ (KEEP=--keep: only what pyproject.toml forces)
	PATH="$(BIN):$$PATH" $(BIN)/python tests/lock.py $(KEEP)

build: $(DEV_STAMP) ## sdist and wheel, the wheel through the sdist
	$(BIN)/python -m build

deb: $(DEV_STAMP) ## the .deb of Debian 12 for amd64 and arm64 in dist/ (DEBIAN=13, ARCH=amd64)
	PATH="$(BIN):$$PATH" $(BIN)/python packaging/build_deb.py --debian $(or $(DEBIAN),12) $(ARCH)

wheels-table: $(DEV_STAMP) ## docs/wheels.md: which wheels exist for which system and Python, asked of the package index
	PATH="$(BIN):$$PATH" $(BIN)/python packaging/wheels_table.py

windows: $(DEV_STAMP) ## dist/'s ZIP for Windows: install.ps1, the wheel, the hashes of all others
	$(BIN)/python packaging/build_windows.py

try-deb: $(DEV_STAMP) ## as root: dist/'s amd64 package on a bare Debian that is booted for it: first sound, upgrade, remove, purge
	$(BIN)/python packaging/try_deb.py dist/loa-xa_*+deb$(or $(DEBIAN),12)_amd64.deb --suite $(if $(filter 13,$(DEBIAN)),trixie,bookworm)

verify-deb: $(DEV_STAMP) ## dist/'s package: lintian has no word left, and a second build gives the same bytes (DEBIAN, ARCH=amd64)
	lintian --fail-on error,warning dist/loa-xa_*+deb$(or $(DEBIAN),12)_$(or $(ARCH),amd64).deb
	PATH="$(BIN):$$PATH" $(BIN)/python packaging/build_deb.py --debian $(or $(DEBIAN),12) $(or $(ARCH),amd64) --out dist/again
	cmp dist/loa-xa_*+deb$(or $(DEBIAN),12)_$(or $(ARCH),amd64).deb dist/again/*+deb$(or $(DEBIAN),12)_$(or $(ARCH),amd64).deb

clean: ## forget the environment; the station stays
	rm -rf $(VENV) dist build

$(BIN)/python:
	@bash tests/make-venv.sh "$(PYTHON)" "$(VENV)"

$(STAMP): pyproject.toml locks/station.lock locks/neural.lock | $(BIN)/python
	@bash tests/install.sh $(BIN)/python station
	@$(BIN)/python tests/needs.py station
	@touch $@

$(DEV_STAMP): $(STAMP) locks/dev.lock
	@bash tests/install.sh $(BIN)/python dev
	@touch $@
