#!/bin/sh
# Everything that must hold before a change is accepted; called by `make test`.
set -eu

step() { printf '\n== %s\n' "$*"; }

step "lint and format"
"$BIN/ruff" check
"$BIN/ruff" format --check

step "types"
"$BIN/mypy"

step "imports go down the floors"
"$BIN/lint-imports" | tail -n 4

step "tests, doctests, examples, documentation examples"
"$BIN/python" -m pytest

step "the wheel in a clean environment"
"$BIN/python" scripts/wheel_smoke.py

step "all is well"
