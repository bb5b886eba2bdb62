# `make` alone explains itself. Everything runs from the virtual environment in .venv, made when missing.

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

PY := .venv/bin/python
WORKERS ?= 2
PIP_COMPILE := $(PY) -m piptools compile --quiet --allow-unsafe --strip-extras --no-header \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host

.PHONY: help
help:
	@echo "SmartPOS"
	@echo
	@sed -n 's/^\([a-z-]*\):.*## /  make \1|/p' Makefile | awk -F'|' '{printf "%-22s %s\n", $$1, $$2}'
	@echo
	@echo "Steering: PORT=8000, SMARTPOS_DATA=folder, SMARTPOS_DEMO_PASSWORD=..., SMARTPOS_DEMO=full|small|none,"
	@echo "DATABASE_URL and REDIS_URL for servers of your own, PYTHON=python3 to choose the interpreter."

.PHONY: run
run: setup ## start everything on this machine, with demo shops in an empty database
	@exec $(PY) app.py

.PHONY: books
books: setup ## prove that all balances agree with their ledgers
	@exec $(PY) app.py flask books verify

.PHONY: test
test: lint types imports ## check everything the integration server checks (ARGS="-k till" narrows the tests)
	@$(PY) -m pytest -n $(WORKERS) $(ARGS)

.PHONY: soak
soak: dev ## the fault tests in their long form: thousands of sales while servers are killed (about 15 minutes)
	@SMARTPOS_SOAK=$${SMARTPOS_SOAK:-1} $(PY) -m pytest tests/running/test_faults.py -n 0 --timeout 1800 $(ARGS)

.PHONY: bench
bench: dev ## print the benchmark table
	@exec $(PY) -m bench $(ARGS)

.PHONY: lint
lint: dev ## ruff: rules and formatting
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .

.PHONY: types
types: dev ## mypy, strict
	@$(PY) -m mypy

.PHONY: imports
imports: dev ## the floor plan of the domains
	@$(PY) -c "from importlinter.cli import lint_imports_command as run; run()"

.PHONY: format
format: dev ## format the code and apply the safe fixes
	@$(PY) -m ruff check --fix-only --quiet .
	@$(PY) -m ruff format .

.PHONY: migration
migration: dev ## write the migration for changed models: make migration m="add gift cards"
	@exec $(PY) -m tools.migration "$(m)"

.PHONY: translations
translations: dev ## bring the catalogues up to date with the texts of the code
	@$(PY) -m tools.translations update
	@$(PY) -m tools.translations cyrillic
	@tools/setup

.PHONY: vendor
vendor: setup ## fetch the browser libraries of package.json again
	@$(PY) -m tools.vendor

.PHONY: lock
lock: dev ## pin all packages anew from requirements.in, requirements-dev.in and package.json
	@$(PIP_COMPILE) --upgrade --output-file requirements.txt requirements.in
	@$(PIP_COMPILE) --upgrade --output-file requirements-dev.txt requirements-dev.in
	@$(PY) -m tools.vendor --lock

.PHONY: clean
clean: ## remove what can be made again; the data folder stays
	@rm -rf .venv node_modules static/vendor .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@find translations -name '*.mo' -delete 2>/dev/null || true
	@echo "Cleaned. The data folder was left alone."

.PHONY: setup
setup:
	@tools/setup

.PHONY: dev
dev:
	@tools/setup --dev
