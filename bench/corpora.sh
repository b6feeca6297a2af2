#!/usr/bin/env bash
# bench/corpora.sh: the commands for corpora, each beside a peer or the limit of the machine.
#   BON_CORPORA=DIR [BYTES=200000000] [RUNS=5] bench/corpora.sh
# Prints TSV: MB per second of CPU time on one thread (medians of RUNS, all programs in turn), peak memory, and how many times as
# fast as its peer: exact deduplication beside mawk '!seen[$0]++' (or awk) and sort -u, near deduplication (lines) beside the limit that is cutting
# text into tokens. The text is a tenth of it repeated.
. "$(dirname "$0")/lib.sh"
need_corpora
bytes=${BYTES:-200000000} runs=${RUNS:-5}

set +e # SIGPIPE ends the loop once head has enough
for file in "$BON_CORPORA"/train/*.txt.zst; do zstd -dcq --long=27 "$file" 2>/dev/null | head -c $((bytes / 16)); echo; done |
    head -c $((bytes / 10 * 9)) >"$scratch/text"
set -e
head -c $((bytes / 10)) "$scratch/text" >"$scratch/again"
cat "$scratch/again" >>"$scratch/text"
size=$(stat -c %s "$scratch/text")
awk=$(command -v mawk || command -v awk)

names=(dedup-peer sort-unique dedup-bytes dedup dedup-letters dedup-memory segment near near-memory)
peer_of() {
    case $1 in
    segment | near*) echo segment ;;
    *) echo dedup-peer ;;
    esac
}
run() { # name
    case $1 in
    dedup-peer) measure "$scratch/$1" "$awk" '!seen[$0]++' "$scratch/text" ;;
    sort-unique) measure "$scratch/$1" sort -u -S 1G "$scratch/text" ;;
    dedup-bytes) measure "$scratch/$1" "$BON" dedup -q -j 1 --same bytes "$scratch/text" ;;
    dedup) measure "$scratch/$1" "$BON" dedup -q -j 1 "$scratch/text" ;;
    dedup-letters) measure "$scratch/$1" "$BON" dedup -q -j 1 --same letters "$scratch/text" ;;
    dedup-memory) measure "$scratch/$1" "$BON" dedup -q -j 1 --memory 4M "$scratch/text" ;;
    segment) measure "$scratch/$1" "$BON" segment -q -j 1 --ids "$scratch/text" ;;
    near) measure "$scratch/$1" "$BON" dedup -q -j 1 --near "$scratch/text" ;;
    near-memory) measure "$scratch/$1" "$BON" dedup -q -j 1 --near --memory 16M "$scratch/text" ;;
    esac >/dev/null
}
for ((i = 0; i < runs; i++)); do
    for name in "${names[@]}"; do run "$name"; done
done

machine
printf 'what\tMB_per_cpu_s\twall_s\tpeak_rss_MiB\ttimes_peer\n'
for name in "${names[@]}"; do
    awk -v n="$name" -v b="$size" -v c="$(median "$scratch/$name" 2)" -v w="$(median "$scratch/$name" 1)" \
        -v r="$(median "$scratch/$name" 3)" -v p="$(median "$scratch/$(peer_of "$name")" 2)" \
        'BEGIN {printf "%s\t%.1f\t%.2f\t%.1f\t%.2f\n", n, b / 1e6 / c, w, r, p / c}'
done
