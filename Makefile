# Two commands on a machine with Python 3.11 and make:
#   make demo   installs underdog, fetches a 135M model and plays a short match
#   make test   installs the development tools and runs every check
#
# PYTHON chooses the interpreter, VENV the environment, JOBS the test processes.

PYTHON ?= $(firstword $(shell command -v python3.11 python3))
VENV ?= .venv
JOBS ?= 2
DEMO_TASK := words(min_steps=1,max_steps=1,numbers=small)
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet -c constraints.txt
PINS := pyproject.toml constraints.txt

.PHONY: help install demo test check format lint types imports pytest coverage docs build audit clean

help:
	@echo "make demo    install, fetch the 135M model, play a short match, write runs/demo.html"
	@echo "make test    everything that must pass: lint, types, import floors, tests, coverage"
	@echo "make check   lint, types and import floors only"
	@echo "make format  let ruff rewrite the code"
	@echo "make docs    build the pages into docs/_build"
	@echo "make build   build the wheel into dist/"
	@echo "make audit   look the pinned versions up in the vulnerability database"
	@echo "make clean   remove what these commands made, except runs/"

# --- environments: a stamp is newer than the pins, or the install runs again -------------------

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "underdog needs Python 3.11 or newer; set PYTHON=")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(PINS) | $(BIN)/python
	$(PIP) --editable .
	@touch $@

# torch goes first and by itself: chosen together with the rest, an index may offer a build with
# gigabytes of GPU libraries.
$(VENV)/.installed-dev: $(PINS) | $(BIN)/python
	$(PIP) torch==2.13.0
	$(PIP) --editable '.[transformers,train,datasets,openvino,constraints,jail,dev]'
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-docs: $(PINS) | $(BIN)/python
	$(PIP) --editable '.[docs]'
	@touch $@

install: $(VENV)/.installed

# --- the main job ------------------------------------------------------------------------------

demo: $(VENV)/.installed
	$(BIN)/underdog models pull smollm2-135m
	$(BIN)/underdog challenge --small smollm2-135m --tasks '$(DEMO_TASK)' --limit 40 --max-tokens 160 \
		--small-strategy majority:n=8 --run runs/demo.db --out runs/demo.html

# --- checks ------------------------------------------------------------------------------------

test: check pytest coverage

check: lint types imports

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed-dev
	$(BIN)/pyright --pythonpath $(BIN)/python

imports: $(VENV)/.installed-dev
	$(BIN)/lint-imports

pytest: $(VENV)/.installed-dev
	$(BIN)/coverage erase
	$(BIN)/pytest -n $(JOBS) --dist worksteal --cov --cov-report=

# Grading, runs and measure decide what is counted as right, kept and claimed: every branch.
coverage: pytest
	$(BIN)/coverage report --skip-covered --fail-under=90
	$(BIN)/coverage report --fail-under=100 --show-missing --skip-covered \
		--include='src/underdog/grading/*,src/underdog/runs/*,src/underdog/measure/*'

# --- the rest ----------------------------------------------------------------------------------

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/.installed-docs
	$(BIN)/sphinx-build --fail-on-warning --quiet -b html docs docs/_build/html

build: $(VENV)/.installed-dev
	$(BIN)/hatchling build -d dist

audit: $(VENV)/.installed-dev
	$(PIP) pip-audit
	$(BIN)/pip-audit --strict --requirement constraints.txt --no-deps --disable-pip

clean:
	rm -rf $(VENV) build dist docs/_build .coverage .coverage.* htmlcov \
		.pytest_cache .ruff_cache .hypothesis .import_linter_cache
