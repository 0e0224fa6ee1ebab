# Needs only Python 3.11+ with pip and venv. `make` lists the targets.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help demo test test-slow check bench clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/demo.stamp ## Run the glucose example end to end
	cd examples/glucose && ../../$(BIN)/python demo.py

test: .venv/dev.stamp ## Run the tests
	$(BIN)/python -m pytest -n auto -q

test-slow: .venv/dev.stamp ## Run the slow tests (faults, soaks, the whole demo)
	$(BIN)/python -m pytest -m slow -q

check: .venv/dev.stamp ## Lint, format, layers and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/mypy

bench: .venv/dev.stamp ## Measure; DAGSTER_PYTHON=... measures Dagster beside it
	$(BIN)/python bench/run.py $(if $(DAGSTER_PYTHON),--impl dagster=$(DAGSTER_PYTHON)) > bench/results.jsonl
	$(BIN)/python bench/table.py

clean: ## Remove what make made
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis .import_linter_cache .mypy_cache

# pip before 25.1 cannot install dependency groups.
.venv/pip.stamp:
	$(PYTHON) -m venv .venv
	$(PIP) --upgrade 'pip>=25.1'
	@touch $@

.venv/demo.stamp: pyproject.toml .venv/pip.stamp
	$(PIP) -e . --group demo
	@touch $@

.venv/dev.stamp: pyproject.toml .venv/pip.stamp
	$(PIP) -e . --group test --group check --group demo
	@touch $@
