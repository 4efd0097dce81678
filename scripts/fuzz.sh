#!/bin/sh
# Fuzzes every target for a bounded time, then folds what was found into the corpus that is kept.
set -eu
PATH="$(cd "$1" && pwd):$PATH"
export PYTHONPATH=tests
seconds=$2

for target in decode parse check cpm; do
    corpus=tests/fuzzing/corpus/$target
    found=.cache/fuzz/$target
    mkdir -p "$found"
    printf '\n== fuzzing %s for %s s\n' "$target" "$seconds"
    log=.cache/fuzz/$target.log
    scripts/fuzz_target.py "$target" "$found" "$corpus" -max_total_time="$seconds" -max_len=1024 \
        -timeout=5 -print_final_stats=1 -artifact_prefix=.cache/fuzz/ >"$log" 2>&1 || true
    if ! grep -E '^(Done|stat::)' "$log" || ! grep -q '^Done' "$log"; then
        tail -n 30 "$log" >&2
        echo "fuzzing $target did not run to its end; an input that breaks it is in .cache/fuzz" >&2
        exit 1
    fi
    scripts/fuzz_target.py "$target" -merge=1 "$corpus" "$found" 2>&1 | tail -n 1
done
printf '\nno target broke; the corpus has %s files\n' "$(find tests/fuzzing/corpus -type f | wc -l)"
