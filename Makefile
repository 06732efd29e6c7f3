# Everything a person does with a checkout. `make` alone lists it.
# Options: WORKERS=5 (test processes; most tests wait), ARGS="..." (more words for the command), UPGRADE=1 (lock: newest versions).

SHELL := /bin/sh
WORKERS ?= 5
PYTHON := .venv/bin/python
CODE := src tests tools $(wildcard bench)
export PYTHONUTF8 := 1

CHECKS := format lint types contracts locks secrets texts shape names

.PHONY: help run test test-updates test-long faults faults-all check bench lock clean environment dev-environment $(CHECKS:%=check-%)

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

run: environment ## try Clutch out: a site with a demo community on http://127.0.0.1:1337
	@.venv/bin/clutch run $(ARGS)

test: dev-environment ## run all tests, on SQLite and PostgreSQL, with a real browser
	@$(PYTHON) -m pytest -q -n $(WORKERS) --dist worksteal $(ARGS)

test-updates: dev-environment ## run the tests of installed sites, and a short round of updates that go wrong
	@$(PYTHON) -m pytest -q -n $(WORKERS) --dist worksteal -m updates $(ARGS)

test-long: dev-environment ## run the tests that take minutes: updates that are cut off or bad, in every way
	@$(PYTHON) -m pytest -q -n $(WORKERS) --dist worksteal -m long $(ARGS)

faults: dev-environment ## break updates and what the site leans on, and see that it keeps playing (minutes)
	@$(PYTHON) -m tests.faults all --short --seconds 60 $(ARGS)

faults-all: dev-environment ## the same in full, the machine to itself (an hour); the table goes to docs/reliability.md
	@$(PYTHON) -m tests.faults all --record docs/reliability.md $(ARGS)

check: $(CHECKS:%=check-%) ## check format, lint, types, import contracts, locks, secrets, shape
	@echo "All checks passed."

bench: dev-environment ## measure speed against the goals and the peers
	@$(PYTHON) -m bench $(ARGS)

lock: ## pin the dependencies of pyproject.toml anew (UPGRADE=1: the newest versions)
	@tools/lock.sh $(if $(UPGRADE),--upgrade)

clean: ## remove what make has made; the site's own files in var/ stay
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

environment:
	@tools/bootstrap.sh run

dev-environment:
	@tools/bootstrap.sh dev

check-format: dev-environment
	@$(PYTHON) -m ruff format --check --quiet --diff .

check-lint: dev-environment
	@$(PYTHON) -m ruff check --quiet --output-format concise .

check-types: dev-environment
	@$(PYTHON) -m mypy --no-error-summary $(CODE)
	@for script in $(wildcard bin/clutch); do $(PYTHON) -m mypy --no-error-summary "$$script" || exit 1; done

check-contracts: dev-environment
	@.venv/bin/lint-imports --no-logo --no-cache

check-locks: dev-environment
	@$(PYTHON) -m tools.check_locks

check-secrets: dev-environment
	@$(PYTHON) -m tools.check_secrets

check-texts: dev-environment
	@$(PYTHON) -m tools.check_texts

check-shape: dev-environment
	@$(PYTHON) -m tools.check_shape

check-names: dev-environment
	@$(PYTHON) -m tools.check_names
