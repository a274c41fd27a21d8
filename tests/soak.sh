#!/usr/bin/env bash
# Ten thousand mutated captures (or as many as the first argument says) through every subcommand of the release
# build, with 256 MiB of address space and 10 seconds of processor time for each run. Prints the figures; a mutant that
# makes a run fail stays in target/tmp/soak-PID.
set -euo pipefail
cd "$(dirname "$0")/.."
SOAK="${1:-10000}" SOAK_SEED="${2:-1}" cargo test --release --test soak -- --nocapture
