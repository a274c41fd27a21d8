#!/usr/bin/env bash
# Reads one capture with x400scope and with the tools that people use for it today, and prints what each costs as a
# Markdown table: CPU seconds (user and system, the least of some runs), peak memory, and the ratio of CPU seconds.
#
#     benches/compare.sh CAPTURE
#
# RUNS=N runs each command N times (3); X400SCOPE names another binary than target/release/x400scope.
set -euo pipefail

if [ $# -ne 1 ]; then
    echo "usage: benches/compare.sh CAPTURE" >&2
    exit 2
fi
capture=$1
runs=${RUNS:-3}
x400scope=${X400SCOPE:-$(dirname "$0")/../target/release/x400scope}

lacking=()
[ -r "$capture" ] || lacking+=("the capture $capture")
[ -x "$x400scope" ] || lacking+=("$x400scope (cargo build --release)")
for tool in tshark tcpdump; do
    command -v "$tool" >/dev/null || lacking+=("$tool")
done
# The builtin of the shell does not know the memory.
time=$(type -P time) && "$time" -f '%U %S %M' true >/dev/null 2>&1 || lacking+=("GNU time")
if [ ${#lacking[@]} -gt 0 ]; then
    echo "Nothing is compared; what is lacking:"
    printf '  %s\n' "${lacking[@]}"
    exit 0
fi

# CPU seconds and MiB of a command.
cost() {
    local measured
    measured=$(mktemp)
    for ((run = 0; run < runs; run++)); do
        # The exit status tells what was found, which is not the question here.
        "$time" -q -a -o "$measured" -f '%U %S %M' "$@" >/dev/null 2>&1 || true
    done
    awk '{ cpu = $1 + $2; if (NR == 1 || cpu < best) best = cpu; if ($3 > peak) peak = $3 }
         END { printf "%.2f %.0f", best, peak / 1024 }' "$measured"
    rm -f "$measured"
}

# A row: the command of x400scope, and that of the other tool for the same question.
row() {
    local what=$1 other=$2 ours theirs
    # The words of a command are parted here; the capture is one word whatever its name.
    read -ra ours <<<"$(cost "$x400scope" $what --quiet "$capture")"
    read -ra theirs <<<"$(cost $other "$capture")"
    awk -v what="$what" -v other="$other" -v a="${ours[0]}" -v b="${ours[1]}" -v c="${theirs[0]}" -v d="${theirs[1]}" \
        'BEGIN { ratio = a > 0 ? sprintf(c / a < 10 ? "%.1f" : "%.0f", c / a) : "more than can be measured";
                 printf "| `%s` | %.2f | %d | `%s` | %.2f | %d | %s |\n", what, a, b, other, c, d, ratio }'
}

echo "| x400scope | CPU s | MiB | other tool | CPU s | MiB | times the CPU |"
echo "|---|---:|---:|---|---:|---:|---:|"
row "findings" "tshark -n -q -z expert -r"
row "associations" "tshark -n -q -z conv,tcp -r"
row "summary" "tshark -n -r"
row "tree" "tshark -n -V -r"
row "tree --format json" "tshark -n -T json -r"
row "findings" "tcpdump -w /dev/null -r"
