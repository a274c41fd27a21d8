#!/usr/bin/env bash
# Runs the fuzz targets one after the other, each for so many seconds (the first argument, 1200 where there is none), on
# the seeds from the samples, and prints what each has done. Further arguments are the targets; all where there are none.
# A crash stops its target and stays in tests/fuzz/artifacts.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds="${1:-1200}"
shift || true
export RUSTC_BOOTSTRAP=1 # a stable toolchain does; there is no unsafe code here for a sanitizer to look at
cargo fuzz build --fuzz-dir tests/fuzz --sanitizer none
HOSTILE_SEEDS="$PWD/tests/fuzz/corpus" cargo test -q --test hostile the_seeds_of_all_targets

dictionary() { # the dictionary of a target
    case "$1" in
        pipeline) echo capture ;;
        ppdu | value) echo ber ;;
        tsdu) echo session ;;
        *) echo "$1" ;;
    esac
}

for target in ${@:-capture stream tpdu tsdu ppdu value stack notation text pipeline}; do
    words="tests/fuzz/dictionaries/$(dictionary "$target").dict"
    options=(-max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=60000 -print_final_stats=1)
    [ -e "$words" ] && options+=(-dict="$words")
    # What a schema declares lives as long as the program, which reads its schemas once; this target reads millions.
    [ "$target" = notation ] && options+=(-rss_limit_mb=8192)
    echo "==> $target"
    cargo fuzz run --fuzz-dir tests/fuzz --sanitizer none "$target" -- "${options[@]}" 2>&1 |
        tee "target/fuzz-$target.log" | grep -E "DONE|stat::number_of_executed_units|stat::peak_rss|ERROR|SUMMARY" || true
done
