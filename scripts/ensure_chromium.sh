#!/bin/sh
# Makes sure that there is a browser of the Chromium family, in which the tests open the page of
# `khqr explain --html`: installs it where that can be done without a question, and says the one
# command where it cannot.
set -eu

for name in chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$name" >/dev/null; then
        exit 0
    fi
done
for app in "Google Chrome" Chromium; do
    if [ -x "/Applications/$app.app/Contents/MacOS/$app" ]; then
        exit 0
    fi
done

if command -v apt-get >/dev/null; then
    install="apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium"
    if [ "$(id -u)" = 0 ]; then
        sh -c "$install" >/dev/null && exit 0
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        sudo sh -c "$install" >/dev/null && exit 0
    fi
    command="sudo apt-get install chromium"
elif command -v brew >/dev/null; then
    brew install --quiet --cask chromium && exit 0
    command="brew install --cask chromium"
else
    command="install the package chromium of this system"
fi
echo "Chromium is missing, the tests of the HTML page need it. Run: $command" >&2
exit 1
