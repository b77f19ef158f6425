# The verbs of the project. The first one you use makes .venv and installs exactly what requirements.lock names.
.DEFAULT_GOAL := help
SHELL := /bin/bash

# The newest of these that runs here; PYTHON=/path/to/python overrides. A command may be there and not run (a pyenv shim).
PYTHONS := 3.13 3.12 3.11
PYTHON ?= $(firstword $(foreach version,$(PYTHONS),$(shell python$(version) -c 'print("python$(version)")' 2>/dev/null)))
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

DEFENDANTS ?= 10000
MONTHS ?= 24
SEED ?= 20260322
WAREHOUSE_LANDING_DIR ?= landing
WAREHOUSE_DATA_DIR ?= data
export WAREHOUSE_LANDING_DIR WAREHOUSE_DATA_DIR
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export DAGSTER_DISABLE_TELEMETRY := true
export GX_ANALYTICS_ENABLED := false

.PHONY: help install run test test-fast same record lint format mutants serve bench lock clean

help: ## what each verb does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | sed -E 's/^([a-z-]+):[^#]*## (.*)/  make \1\t\2/' | expand -t 20

$(INSTALLED): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.13, 3.12 or 3.11 is needed, and none was found. Install one, or name it: make PYTHON=/path/to/python3.12 …" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || { echo "'$(PYTHON)' is not a Python 3.11, 3.12 or 3.13 that runs. Name another: make PYTHON=/path/to/python3.12 …" >&2; exit 1; }
	@test -x $(BIN)/python || { echo "Making $(VENV) with $$($(PYTHON) --version)"; $(PYTHON) -m venv $(VENV); }
	@echo "Installing the locked packages into $(VENV) (about a minute the first time) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

install: $(INSTALLED) ## make .venv and install the locked packages

run: $(INSTALLED) ## simulate agencies, run the whole pipeline, print real answers
	@if [ -n "$$(find $(WAREHOUSE_LANDING_DIR) -type f -print -quit 2>/dev/null)" ]; then \
		echo "Using the deliveries already in $(WAREHOUSE_LANDING_DIR)/ (remove it, or 'make clean', for a new simulated world)."; \
	else \
		$(BIN)/warehouse simulate --defendants $(DEFENDANTS) --months $(MONTHS) --seed $(SEED) --out $(WAREHOUSE_LANDING_DIR); \
	fi
	@$(BIN)/warehouse run
	@$(BIN)/warehouse questions --answer 10

test: lint ## lint, types, SQL style, and every test
	$(BIN)/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder --durations 12

test-fast: $(INSTALLED) ## the tests that build no warehouse, run no dbt and are not slow
	$(BIN)/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder -m "not build and not dbt and not slow"

same: $(INSTALLED) ## is what is published of the default world what is recorded? (RECORD=--record: it is from now on)
	@$(BIN)/python -m tests.e2e.same_publication $(RECORD)

record: $(INSTALLED) ## write the snapshots that tests compare with anew; review them as a diff
	$(BIN)/python -m pytest tests/contracts/test_promises.py tests/definitions/test_definitions.py --record

lint: $(INSTALLED) ## ruff, mypy and sqlfluff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy orchestration
	$(BIN)/sqlfluff lint --processes 2 --disable-progress-bar dbt_project/models dbt_project/tests dbt_project/analyses
	$(BIN)/sqlfluff lint --templater placeholder --disable-progress-bar orchestration

format: $(INSTALLED) ## put Python and SQL into the project's style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sqlfluff fix --processes 2 --disable-progress-bar dbt_project/models dbt_project/tests dbt_project/analyses
	$(BIN)/sqlfluff fix --templater placeholder --disable-progress-bar orchestration

mutants: $(INSTALLED) ## make a fixed list of wrong changes, each in a copy, and name those that no test notices
	@$(BIN)/python -m tests.mutants.run

serve: $(INSTALLED) ## the Dagster UI on http://127.0.0.1:3000
	@$(BIN)/warehouse serve

bench: $(INSTALLED) ## time the pipeline by stage, the gate on a million rows, and linkage
	@$(BIN)/warehouse bench --defendants $(DEFENDANTS) --months $(MONTHS) --seed $(SEED)

lock: ## re-make requirements.lock from pyproject.toml, for every Python and system (needs uv)
	uv pip compile pyproject.toml --extra dev --generate-hashes --no-emit-index-url --universal --python-version 3.11 -o requirements.lock

clean: ## remove everything the warehouse and its tools wrote (landing and data too)
	rm -rf $(WAREHOUSE_LANDING_DIR) $(WAREHOUSE_DATA_DIR) .warehouse .tmp dbt_project/target dbt_project/logs dbt_project/.seeds logs .pytest_cache .mypy_cache .ruff_cache .hypothesis
