# make run, make test, make check, make bench: each installs what it needs into .venv first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
export HUIKE_PORT ?= 8080

.DEFAULT_GOAL := help
.PHONY: help install install-dev demo run test check bench clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# A stamp per set of requirements: a second run costs nothing.
$(VENV)/.created:
	@$(PYTHON) -c 'import sys; assert (3, 11) <= sys.version_info[:2] <= (3, 13), "Huike needs Python 3.11 to 3.13; set PYTHON=python3.11"'
	@echo "Creating $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.created pyproject.toml constraints.txt
	@echo "Installing Huike and its libraries (the first time takes a few minutes) ..."
	@$(PIP) --editable '.[resolution]'
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@echo "Installing the tools for tests and checks ..."
	@$(PIP) --editable '.[transformers,resolution,dev]'
	@touch $@

install: $(VENV)/.installed ## Install into .venv
install-dev: $(VENV)/.installed-dev ## Install with everything that tests and checks need

demo: install ## Make the demo retailer's database
	@$(BIN)/huike init
	@$(BIN)/huike db upgrade
	@$(BIN)/huike demo load

run: demo ## Serve the demo shop on http://127.0.0.1:8080 (HUIKE_PORT changes it)
	@$(BIN)/huike serve

test: install-dev ## Run the tests
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile

check: install-dev ## Style, types and the rules of the house
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: install-dev demo ## Benchmarks: ratios measured side by side
	@$(BIN)/python -m benchmarks.turn
	@$(BIN)/python -m benchmarks.embedding

clean: ## Remove the environment and all local data
	rm -rf $(VENV) var
