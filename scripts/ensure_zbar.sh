#!/bin/sh
# Makes sure that pyzbar finds the system library libzbar: installs it where that can be done
# without a question, and says the one command where it cannot.
set -eu

if "${PYTHON_BIN:-.venv/bin/python}" - <<'CHECK'
from ctypes.util import find_library
raise SystemExit(find_library("zbar") is None)
CHECK
then
    exit 0
fi

if command -v apt-get >/dev/null; then
    install="apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq libzbar0"
    if [ "$(id -u)" = 0 ]; then
        sh -c "$install" >/dev/null && exit 0
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        sudo sh -c "$install" >/dev/null && exit 0
    fi
    command="sudo apt-get install libzbar0"
elif command -v brew >/dev/null; then
    brew install --quiet zbar && exit 0
    command="brew install zbar"
else
    command="install the package zbar of this system"
fi
echo "libzbar is missing, the second QR reader needs it. Run: $command" >&2
exit 1
