#!/usr/bin/env bash
# Measures x400scope side by side with the tools that people use today, and prints Markdown tables: CPU seconds (user and
# system, the least of some runs), peak memory, and the ratio of CPU seconds.
#
#     benches/compare.sh [MEGABYTES]
#
# It writes its captures itself (`load.rs`): mail one association at a time, of so many MEGABYTES (1000); 200 MB with the
# frames of 64 associations interleaved; mail among 99 times as much other traffic; 100,000 associations that stay open; and
# captures of which one thing is doubled twice.
# RUNS=N runs each command N times (3); FOLDER=F keeps the captures in F.
set -euo pipefail
cd "$(dirname "$0")/.."
megabytes=${1:-1000}
runs=${RUNS:-3}

lacking=()
for tool in cargo tshark tcpdump; do
    command -v "$tool" >/dev/null || lacking+=("$tool")
done
# The builtin of the shell does not know the memory.
time=$(type -P time) && "$time" -f '%U %S %M' true >/dev/null 2>&1 || lacking+=("GNU time")
if [ ${#lacking[@]} -gt 0 ]; then
    echo "Nothing is compared; what is lacking:"
    printf '  %s\n' "${lacking[@]}"
    exit 0
fi

if [ -n "${FOLDER:-}" ]; then
    folder=$FOLDER
    mkdir -p "$folder"
else
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
fi
cargo build --release --quiet
x400scope=$PWD/target/release/x400scope

load() { # file, words for the generator
    [ -e "$folder/$1" ] || cargo bench --quiet --bench load -- "$folder/$1" "${@:2}" >&2
}
load one.pcap "$megabytes"
load many.pcap 200 64
load other.pcap "$megabytes" 1 99
load open.pcap open 100000
load open-half.pcap open 50000
for times in 1 2 4; do
    load "octets-$times.pcap" $((megabytes * times / 4))
    load "associations-$times.pcap" short $((10000 * times)) 1 1
    load "messages-$times.pcap" short 1 $((50000 * times)) 1
    load "recipients-$times.pcap" short 50 1 $((2000 * times))
done

# What is measured is not the disk.
cat "$folder"/*.pcap >/dev/null

# CPU seconds, seconds, and MiB of a command.
cost() {
    local measured
    measured=$(mktemp)
    for ((run = 0; run < runs; run++)); do
        # The exit status tells what was found, which is not the question here.
        "$time" -q -a -o "$measured" -f '%U %S %e %M' "$@" >/dev/null 2>&1 || true
    done
    awk '{ cpu = $1 + $2; if (NR == 1 || cpu < best) best = cpu; if (NR == 1 || $3 < wall) wall = $3
           if ($4 > peak) peak = $4 }
         END { printf "%.3f %.2f %.1f", best, wall, peak / 1024 }' "$measured"
    rm -f "$measured"
}

# What a command costs, measured once.
declare -A known

# A row: the command of x400scope, and that of the other tool for the same question. The words of a command are parted
# here; the capture is one word whatever its name.
row() {
    local file=$1 what=$2 other=$3 ours theirs
    known["$file $what"]=${known["$file $what"]:-$(cost "$x400scope" $what --quiet "$folder/$file")}
    known["$file $other"]=${known["$file $other"]:-$(cost $other "$folder/$file" "${@:4}")}
    read -ra ours <<<"${known["$file $what"]}"
    read -ra theirs <<<"${known["$file $other"]}"
    awk -v what="$what" -v other="$other" -v a="${ours[0]}" -v b="${ours[2]}" -v c="${theirs[0]}" -v d="${theirs[2]}" \
        'BEGIN { ratio = a > 0 ? sprintf(c / a < 10 ? "%.2f" : "%.0f", c / a) : "more than can be measured";
                 printf "| `%s` | %.2f | %d | `%s` | %.2f | %d | %s |\n", what, a, b, other, c, d, ratio }'
}

table() { # file
    echo "| x400scope | CPU s | MiB | other tool | CPU s | MiB | times the CPU |"
    echo "|---|---:|---:|---|---:|---:|---:|"
    for what in findings associations messages; do
        row "$1" "$what" "tcpdump -w /dev/null -r"
        row "$1" "$what" "tshark -n -q -z expert -r"
    done
    row "$1" "summary" "tshark -n -r"
    row "$1" "tree" "tshark -n -V -r"
    row "$1" "tree --format json" "tshark -n -T json -r"
}

echo "$(uname -sm), $(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2 | xargs), $(nproc) processors; \
$("$x400scope" --version), $(tshark --version 2>/dev/null | head -1 | cut -d' ' -f1-3), \
$(tcpdump --version 2>&1 | head -1)"
echo
echo "Mail, $megabytes MB, one association at a time:"
echo
table one.pcap
echo
echo "Mail, 200 MB, 64 associations at a time:"
echo
table many.pcap
echo
echo "Mail among other traffic, $megabytes MB, of which 1 % is mail:"
echo
echo "| x400scope | CPU s | MiB | other tool | CPU s | MiB | times the CPU |"
echo "|---|---:|---:|---|---:|---:|---:|"
row other.pcap findings "tcpdump -w /dev/null -r" "tcp port 102"
echo
echo "Seconds by the clock, $megabytes MB:"
echo
echo "| x400scope | 1 thread | 2 threads | times as fast |"
echo "|---|---:|---:|---:|"
for what in findings associations messages; do
    read -ra one <<<"$(cost "$x400scope" $what --quiet --threads 1 "$folder/one.pcap")"
    read -ra two <<<"$(cost "$x400scope" $what --quiet --threads 2 "$folder/one.pcap")"
    awk -v what="$what" -v a="${one[1]}" -v b="${two[1]}" \
        'BEGIN { printf "| `%s` | %.2f | %.2f | %.2f |\n", what, a, b, a / b }'
done
echo
echo "CPU seconds of \`findings\` where one thing is doubled twice, and how many times as much four times of it cost:"
echo
echo "| what grows | | | | times as much |"
echo "|---|---:|---:|---:|---:|"
growth() { # captures, words for them
    local costs=() measured
    for times in 1 2 4; do
        read -ra measured <<<"$(cost "$x400scope" findings --quiet "$folder/$1-$times.pcap")"
        costs+=("${measured[0]}")
    done
    awk -v what="$2" -v a="${costs[0]}" -v b="${costs[1]}" -v c="${costs[2]}" \
        'BEGIN { printf "| %s | %.2f | %.2f | %.2f | %.2f |\n", what, a, b, c, c / a }'
}
growth octets "the file: $((megabytes / 4)), $((megabytes / 2)) and $megabytes MB"
growth associations "associations: 10,000, 20,000 and 40,000"
growth messages "messages of one association: 50,000, 100,000 and 200,000"
growth recipients "recipients of each message: 2,000, 4,000 and 8,000"
echo
read -ra sample <<<"$(cost "$x400scope" findings --quiet samples/transfer-1988-normal.pcap)"
read -ra half <<<"$(cost "$x400scope" findings --quiet --max-connections 200000 --max-held 1024 "$folder/open-half.pcap")"
read -ra whole <<<"$(cost "$x400scope" findings --quiet --max-connections 200000 --max-held 1024 "$folder/open.pcap")"
awk -v cpu="${sample[0]}" -v half="${half[2]}" -v whole="${whole[2]}" -v ha="${half[0]}" -v wa="${whole[0]}" 'BEGIN {
    printf "Start-up, on a sample: %.0f ms CPU.\n", 1000 * cpu
    printf "100,000 associations open at once: %.0f MiB, %.2f KiB for each of the second half; %.2f s CPU against %.2f s for 50,000.\n",
        whole, (whole - half) * 1024 / 50000, wa, ha }'
