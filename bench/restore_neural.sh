#!/usr/bin/env bash
# bench/restore_neural.sh: what a network adds to the n-grams: accuracy by register with 95 % intervals, whole lines and as they are
# typed (of each line the left half of its words is visible, and the last of these is judged), the part of the errors that it takes
# away, what 8 bits lose, speed.
#   BON_CORPORA=DIR [MODEL=models/vi.bonlm] [NETWORK=models/vi-tiny.bonnn] [FLOAT=FILE] [RUNS=5] bench/restore_neural.sh
# FLOAT is the same network with 32-bit weights (bon neural export --float). Prints TSV.
. "$(dirname "$0")/lib.sh"
need_corpora
model=${MODEL:-$root/models/vi.bonlm} network=${NETWORK:-$root/models/vi-tiny.bonnn}
[ -f "$network" ] || { echo "bench: $network is missing" >&2; exit 1; }
read -ra libraries <<<"$(pkg-config --libs icu-uc json-c libpcre2-8 libzstd zlib expat)"
cc -O2 -D_GNU_SOURCE -I"$root/include" -I"$root/src" -o "$scratch/judge" "$root/bench/restore_neural.c" \
    "$(dirname "$BON")/libbon.a" "${libraries[@]}" -lbz2 -lzip -lm -pthread
mapfile -t files < <(grep -v '^#' "$BON_CORPORA/BASELINE.tsv" | tail -n +2 | cut -f 1 | sed "s|^|$BON_CORPORA/dev/|")

machine
printf '# %s, %s bytes; %s, %s bytes\n' "$(basename "$model")" "$(stat -c %s "$model")" "$(basename "$network")" \
    "$(stat -c %s "$network")"
# compare WHAT: the table of whole lines, or of what is typed.
compare() {
    "$scratch/judge" "$model" - - - - - "$1" "${files[@]}" >"$scratch/alone"
    "$scratch/judge" "$model" "$network" - - - - "$1" "${files[@]}" >"$scratch/joined"
    printf '%s\twords\tn-grams\twith the network\terrors taken away, %%\n' "$1"
    paste "$scratch/alone" "$scratch/joined" | awk -F'\t' '
        { printf "%s\t%d\t%.2f±%.2f\t%.2f±%.2f\t%.1f\n", $1, $2, $4, $5, $9, $10, 100 * ($9 - $4) / (100 - $4); a += $4; b += $9 }
        END { printf "average\t\t%.2f\t%.2f\t%.1f\n\n", a / NR, b / NR, 100 * (b - a) / (100 * NR - a) }'
}
compare lines
average=$(awk -F'\t' '{s += $4} END {printf "%.4f", s / NR}' "$scratch/joined")
compare typed

printf 'what\tvalue\tunit\tlimit\n'
if [ -n "${FLOAT:-}" ]; then
    "$scratch/judge" "$model" "$FLOAT" - - - - lines "${files[@]}" |
        awk -F'\t' -v with="$average" '{s += $4} END {printf "8 bits lose\t%.3f\tpoints\t<= 0.05\n", s / NR - with}'
fi
cat "${files[@]}" >"$scratch/all"
for _ in $(seq "${RUNS:-5}"); do
    "$BON" restore -q -j 1 --model "$model" --eval "$scratch/all" | tail -n 1 >>"$scratch/fast"
    "$BON" restore -q -j 1 --model "$model" --neural "$network" --eval "$scratch/all" | tail -n 1 >>"$scratch/best"
done
last() { awk -F'\t' '{print $NF}' "$1" >"$1.last" && median "$1.last" 1; }
printf 'n-grams alone\t%.0f\tsyllables/s of CPU time, one core\t\n' "$(last "$scratch/fast")"
printf 'with the network\t%.0f\tsyllables/s of CPU time, one core\t>= 10000\n' "$(last "$scratch/best")"
