# One command per chore; CI runs the same ones. `make help` lists them.
PYTHON ?= python3
USER_ENV := .venv
DEV_ENV := .venv-dev
PACKAGES := zqland zqland_geodata zqland_maps zqland_api
SOURCES := zqland geodata/zqland_geodata maps/zqland_maps api/zqland_api
SOURCE_FILES := $(shell find $(SOURCES) -type f -not -path '*/__pycache__/*') pyproject.toml README.md LICENSE
ifeq ($(OS),Windows_NT)
  BIN := Scripts
else
  BIN := bin
endif
# The same pins for what is installed and for what builds it (older and newer pip).
export PIP_CONSTRAINT := $(CURDIR)/constraints.txt
export PIP_BUILD_CONSTRAINT := $(CURDIR)/constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo serve test dev lint bench docs notebooks pictures constraints clean

help:  ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: $(USER_ENV)/installed  ## set up, make the demonstration city and its outputs in out/demo
	$(USER_ENV)/$(BIN)/zqland demo --out out/demo

serve: $(USER_ENV)/installed  ## set up and serve the demonstration city on 127.0.0.1
	$(USER_ENV)/$(BIN)/zqland serve

test: $(USER_ENV)/test-tools  ## set up, build the wheel, and test that wheel
	$(USER_ENV)/$(BIN)/python scripts/run_tests.py $(TEST_OPTIONS)

dev: $(DEV_ENV)/installed  ## set up an editable environment for quick runs in .venv-dev

lint: $(DEV_ENV)/installed  ## format, lint, types, layers, docstrings, spelling
	$(DEV_ENV)/$(BIN)/ruff format --check .
	$(DEV_ENV)/$(BIN)/ruff check .
	$(DEV_ENV)/$(BIN)/mypy
	$(DEV_ENV)/$(BIN)/lint-imports
	@echo numpydoc lint
	@$(DEV_ENV)/$(BIN)/numpydoc lint $(shell find $(SOURCES) -name '*.py')
	$(DEV_ENV)/$(BIN)/codespell $(SOURCES) tests scripts docs README.md CHANGELOG.md CONTRIBUTING.md
	$(DEV_ENV)/$(BIN)/nbstripout --verify notebooks/*.ipynb

bench: $(DEV_ENV)/installed  ## measure speeds and their ratios to named baselines
	$(DEV_ENV)/$(BIN)/pytest tests/benchmarks --benchmark-columns=min,median,max,rounds

docs: $(DEV_ENV)/installed  ## build the documentation, warnings are errors
	$(DEV_ENV)/$(BIN)/sphinx-build -W --keep-going -b html docs docs/_build/html

notebooks: $(DEV_ENV)/installed  ## open the acreage notebooks
	$(DEV_ENV)/$(BIN)/pip install --quiet jupyterlab
	$(DEV_ENV)/$(BIN)/jupyter lab notebooks

pictures: $(DEV_ENV)/installed  ## take the pictures of the README again (needs Chromium)
	$(DEV_ENV)/$(BIN)/python scripts/take_pictures.py

constraints:  ## choose the newest versions anew and write constraints.txt
	$(PYTHON) scripts/freeze_constraints.py

clean:  ## remove everything that the commands above have made
	rm -rf $(USER_ENV) $(DEV_ENV) build dist out docs/_build

$(USER_ENV)/pip: constraints.txt
	$(PYTHON) -m venv --clear $(USER_ENV)
	$(USER_ENV)/$(BIN)/python -m pip install --quiet pip
	touch $@

build/wheel/built: $(SOURCE_FILES) $(USER_ENV)/pip
	rm -rf build/wheel
	$(USER_ENV)/$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir build/wheel .
	touch $@

$(USER_ENV)/installed: build/wheel/built
	$(USER_ENV)/$(BIN)/python -m pip install --quiet build/wheel/*.whl
	$(USER_ENV)/$(BIN)/python -m pip install --quiet --no-deps --force-reinstall build/wheel/*.whl
	touch $@

$(USER_ENV)/test-tools: $(USER_ENV)/installed
	$(USER_ENV)/$(BIN)/python -m pip install --quiet --group test
	touch $@

$(DEV_ENV)/installed: constraints.txt pyproject.toml
	$(PYTHON) -m venv --clear $(DEV_ENV)
	$(DEV_ENV)/$(BIN)/python -m pip install --quiet pip
	$(DEV_ENV)/$(BIN)/python -m pip install --quiet --editable . --group test --group lint --group docs
	touch $@
