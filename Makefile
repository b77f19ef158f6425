# The verbs of the project. The first one you use makes .venv and installs exactly what requirements.lock names.
.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= python3.11
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

.PHONY: help install run test test-fast lint format mutants serve bench lock clean

help: ## what each verb does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | sed -E 's/^([a-z-]+):[^#]*## (.*)/  make \1\t\2/' | expand -t 20

$(INSTALLED): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed: '$(PYTHON)' was not found. Install it or call make PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
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
	$(BIN)/python -m pytest -n 2 --dist loadgroup --durations 12

lint: $(INSTALLED) ## ruff, mypy and sqlfluff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy orchestration
	$(BIN)/sqlfluff lint --processes 2 --disable-progress-bar dbt_project/models dbt_project/tests dbt_project/analyses

format: $(INSTALLED) ## put Python and SQL into the project's style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sqlfluff fix --processes 2 --disable-progress-bar dbt_project/models dbt_project/tests dbt_project/analyses

mutants: $(INSTALLED) ## make a fixed list of wrong changes, each in a copy, and name those that no test notices
	@$(BIN)/python -m tests.mutants.run

serve: $(INSTALLED) ## the Dagster UI on http://127.0.0.1:3000
	@$(BIN)/warehouse serve

bench: $(INSTALLED) ## time the pipeline by stage, the gate on a million rows, and linkage
	@$(BIN)/warehouse bench --defendants $(DEFENDANTS) --months $(MONTHS) --seed $(SEED)

lock: ## re-make requirements.lock from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --extra dev --generate-hashes --no-emit-index-url --python-version 3.11 -o requirements.lock

clean: ## remove everything the warehouse and its tools wrote (landing and data too)
	rm -rf $(WAREHOUSE_LANDING_DIR) $(WAREHOUSE_DATA_DIR) .warehouse .tmp dbt_project/target dbt_project/logs dbt_project/.seeds logs .pytest_cache .mypy_cache .ruff_cache .hypothesis
