# `make demo` and `make test` need Python 3.11 or newer and make, and nothing else prepared:
# each builds its own environment in .venv and installs what it uses. The second run is quick.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help demo test lint types docs bench bench-images bench-scan bench-ledger soak fuzz mutants clean \
	zbar chromium

help:  ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "khqr needs Python 3.11 or newer; name one: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV) || { echo "python3-venv is missing; on Debian run: apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	@touch $@

$(VENV)/demo: $(VENV)/made pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[all]'
	@touch $@

$(VENV)/dev: $(VENV)/made pyproject.toml
	$(BIN)/python -m pip install --quiet --editable . --group dev
	@touch $@ $(VENV)/demo

zbar: $(VENV)/made
	@sh scripts/ensure_zbar.sh

chromium:
	@sh scripts/ensure_chromium.sh

demo: $(VENV)/demo zbar  ## build, draw, scan back, decode and verify real codes
	@$(BIN)/python examples/demo.py

test: $(VENV)/dev zbar chromium  ## everything that must hold before a change is accepted
	@BIN=$(BIN) sh scripts/test.sh

lint: $(VENV)/dev  ## style and formatting only
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/dev  ## type checking only
	$(BIN)/mypy

docs: $(VENV)/dev  ## the documentation, as HTML in docs/_build
	$(BIN)/sphinx-build -W --keep-going -q docs docs/_build
	@echo "docs/_build/index.html"

bench: $(VENV)/dev  ## speed and weight, measured against other packages
	@$(BIN)/python benchmarks/run.py

bench-images: $(VENV)/dev  ## speed of drawing, the fast engine against segno
	@$(BIN)/python benchmarks/symbols.py

bench-scan: $(VENV)/dev zbar  ## how much is read of spoilt pictures
	@$(BIN)/python benchmarks/scan_corpus.py

bench-ledger: $(VENV)/dev  ## speed and memory of the settlement ledger, against SQLite
	@$(BIN)/python benchmarks/ledger.py

soak: $(VENV)/dev  ## random calls to the ledger and payments under faults, COUNT=1000000 SEED=1
	@$(BIN)/python scripts/soak.py --count $${COUNT:-1000000} --seed $${SEED:-1}

fuzz: $(VENV)/dev  ## coverage-guided fuzzing, SECONDS_PER_TARGET=60
	$(BIN)/python -m pip install --quiet --group fuzz
	@sh scripts/fuzz.sh $(BIN) $${SECONDS_PER_TARGET:-60}

mutants: $(VENV)/dev  ## mutation testing of emv/ and codec/
	$(BIN)/python -m pip install --quiet --group mutants
	@$(BIN)/python scripts/mutants.py

clean:  ## remove everything that these commands made
	rm -rf $(VENV) .cache build dist demo-output docs/_build docs/api/generated mutants benchmarks/peers
