#!/bin/sh
# Everything that must hold before a change is accepted; called by `make test`.
set -eu

step() { printf '\n== %s\n' "$*"; }

step "lint and format"
"$BIN/ruff" check
"$BIN/ruff" format --check

step "types"
"$BIN/mypy"
"$BIN/mypy" conftest.py # apart, as tests/ has a module of that name

step "imports go down the floors"
"$BIN/lint-imports" | tail -n 4

# Counting branches makes a test twice as long, so it is done only where all are to be taken.
above="src/khqr/settlement src/khqr/image src/khqr/bulk tests/test_settlement*.py \
tests/test_cli_simulate*.py tests/test_symbol*.py tests/test_scan*.py tests/test_card*.py \
tests/test_bulk*.py"
for path in $above; do
    set -- "$@" "--ignore=$path"
done

step "tests, doctests, examples, documentation examples"
"$BIN/python" -m pytest --numprocesses auto --cov --cov-report= "$@"

step "tests and doctests of images, tables and the settlement simulator"
# shellcheck disable=SC2086 # they are many paths
"$BIN/python" -m pytest --numprocesses auto $above

step "branch coverage of everything below the images"
floors="src/khqr/__init__.py,src/khqr/errors.py,src/khqr/emv/*,src/khqr/emv/cpm/*,src/khqr/currency.py,\
src/khqr/model/*,src/khqr/fields.py,src/khqr/findings.py,src/khqr/codec/*,src/khqr/rules.py,\
src/khqr/numbers.py,src/khqr/schemes/*,src/khqr/checks.py,src/khqr/nbc/*,src/khqr/anonymiser/*"
"$BIN/coverage" report --fail-under=100 --include="$floors"

step "documentation"
"$BIN/sphinx-build" -W --keep-going -q docs docs/_build

step "the wheel in a clean environment"
"$BIN/python" scripts/wheel_smoke.py

step "all is well"
