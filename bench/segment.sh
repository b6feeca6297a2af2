#!/usr/bin/env bash
# bench/segment.sh: `bon segment` beside PCRE2-JIT with a pattern of Unicode words, and coccoc-tokenizer where a build is given.
#   BON_CORPORA=DIR [BYTES=200000000] [RUNS=5] [COCCOC=DIR/bin/tokenizer] [COCCOC_DICT=DIR] bench/segment.sh
# Prints TSV: MB per second of CPU time (medians of RUNS, all programs in turn), wall seconds, peak memory, and how many times as
# fast as PCRE2-JIT: where that only finds the tokens of \w+|[^\w\s], and where it also does what `bon segment --ids` does, looks
# every token up and writes its number. bon runs on one core but for the last row: the wall time of one thread over that of two.
. "$(dirname "$0")/lib.sh"
need_corpora
bytes=${BYTES:-200000000} runs=${RUNS:-5}

set +e # SIGPIPE ends the loop once head has enough
for file in "$BON_CORPORA"/train/*.txt.zst; do zstd -dcq --long=27 "$file" 2>/dev/null | head -c $((bytes / 16)); done |
    head -c "$bytes" >"$scratch/raw"
set -e
"$BON" normalize -q -o "$scratch/text" "$scratch/raw"
# The same 100 kB again and again: every word is in the nearest cache and every branch guessed, for both.
head -c 100000 "$scratch/text" | sed '$d' >"$scratch/few"
for ((i = 0; i < bytes / 200000; i++)); do cat "$scratch/few"; done >"$scratch/again"
size=$(stat -c %s "$scratch/text")
cc -O2 -D_GNU_SOURCE -o "$scratch/pcre" "$root/bench/segment_pcre.c" -lpcre2-8

names=(pcre2-words-again pcre2-words-ids-again ids-again pcre2-words pcre2-kinds pcre2-words-ids pcre2-kinds-ids ids tokens table sentences fold one-thread two-threads)
[ -z "${COCCOC:-}" ] || names+=(coccoc)
run() { # name
    case $1 in
    pcre2-words-again) measure "$scratch/time" "$scratch/pcre" "$scratch/again" words count ;;
    pcre2-words-ids-again) measure "$scratch/time" "$scratch/pcre" "$scratch/again" words ids ;;
    ids-again) measure "$scratch/time" "$BON" segment -q -j 1 --ids "$scratch/again" ;;
    pcre2-words) measure "$scratch/time" "$scratch/pcre" "$scratch/text" words count ;;
    pcre2-kinds) measure "$scratch/time" "$scratch/pcre" "$scratch/text" kinds count ;;
    pcre2-words-ids) measure "$scratch/time" "$scratch/pcre" "$scratch/text" words ids ;;
    pcre2-kinds-ids) measure "$scratch/time" "$scratch/pcre" "$scratch/text" kinds ids ;;
    ids) measure "$scratch/time" "$BON" segment -q -j 1 --ids "$scratch/text" ;;
    tokens) measure "$scratch/time" "$BON" segment -q -j 1 "$scratch/text" ;;
    table) measure "$scratch/time" "$BON" segment -q -j 1 --tsv "$scratch/text" ;;
    sentences) measure "$scratch/time" "$BON" segment -q -j 1 --unit sentence "$scratch/text" ;;
    fold) measure "$scratch/time" "$BON" segment -q -j 1 --fold "$scratch/text" ;;
    one-thread) measure "$scratch/time" "$BON" segment -q -j 1 --tsv "$scratch/text" ;;
    two-threads) measure "$scratch/time" "$BON" segment -q -j 2 --tsv "$scratch/text" ;;
    coccoc) measure "$scratch/time" "$COCCOC" -d "${COCCOC_DICT:-$(dirname "$COCCOC")/dicts}" <"$scratch/text" ;;
    esac >/dev/null 2>&1
    cat "$scratch/time" >>"$scratch/$1"
}
for ((i = 0; i < runs; i++)); do
    for name in "${names[@]}"; do
        rm -f "$scratch/time"
        run "$name"
    done
done

machine
printf 'what\tMB_per_cpu_s\twall_s\tpeak_rss_MiB\ttimes_pcre2\ttimes_pcre2_ids\n'
pcre=$(median "$scratch/pcre2-words" 2) pcre_ids=$(median "$scratch/pcre2-words-ids" 2)
for name in "${names[@]:3}"; do
    awk -v n="$name" -v b="$size" -v c="$(median "$scratch/$name" 2)" -v w="$(median "$scratch/$name" 1)" \
        -v r="$(median "$scratch/$name" 3)" -v p="$pcre" -v i="$pcre_ids" \
        'BEGIN {printf "%s\t%.1f\t%.2f\t%.1f\t%.2f\t%.2f\n", n, b / 1e6 / c, w, r, p / c, i / c}'
done
printf 'speed-up of two threads\t%s\n' "$(ratio "$(median "$scratch/one-thread" 1)" "$(median "$scratch/two-threads" 1)")"
again=$(median "$scratch/ids-again" 2)
printf 'the same 100 kB again and again: times_pcre2 %s, times_pcre2_ids %s\n' \
    "$(ratio "$(median "$scratch/pcre2-words-again" 2)" "$again")" "$(ratio "$(median "$scratch/pcre2-words-ids-again" 2)" "$again")"
