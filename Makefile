# `make serve` and `make test` do everything, from nothing. Python 3.11 or newer and make are all they need.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Servers, browsers and clocks share a machine with others: what fails is run once more, and named in the summary (RERUN).
RERUNS ?= --reruns 1 --reruns-delay 2
FRONTEND := $(shell find server/frontend -name node_modules -prune -o -type f -print) hatch_build.py
DIST := server/delmaal/site/static/dist/manifest.json

.PHONY: help serve test test-long lint check bench messages lock clean

help:            ## show what there is
	@grep -E '^[a-z-]+: .*##|^[a-z-]+: +##' Makefile | sed 's/:.*## */\t/'

serve: $(VENV)/.runtime $(DIST)  ## install, build and serve at http://127.0.0.1:8000
	@$(BIN)/delmaal serve $(or $(ARGS),data/trondheim)

test: $(VENV)/.dev $(DIST)  ## install and run every check and test
	$(BIN)/ruff check server tests
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder -m "not long" $(RERUNS) $(ARGS)

test-long: $(VENV)/.dev $(DIST)  ## run the tests that take their time
	$(BIN)/python -m pytest -m long $(RERUNS) $(ARGS)

bench: $(VENV)/.dev  ## print the figures: time and memory of a build, as ratios
	$(BIN)/python tests/bench/run.py $(ARGS)

messages: $(VENV)/.dev  ## bring the catalogues of words up to date with the code; ARGS=sv begins one
	$(BIN)/python -m delmaal.languages.messages $(ARGS)

lock: $(VENV)/.dev  ## resolve the dependencies anew
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
		pyproject.toml --group build -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
		pyproject.toml --group dev -o requirements-dev.lock

clean:           ## remove what was installed and built
	rm -rf $(VENV) var dist server/frontend/node_modules server/delmaal/site/static/dist

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version.split()[0] + "; name another with: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.runtime: $(VENV)/.python requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	DELMAAL_FRONTEND=skip $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.python requirements-dev.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	DELMAAL_FRONTEND=skip $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.runtime

# What the browser loads. It says so where it cannot be bundled; the pages work without.
$(DIST): $(FRONTEND) | $(VENV)/.runtime
	@$(BIN)/python hatch_build.py
