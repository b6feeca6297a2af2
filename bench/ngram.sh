#!/usr/bin/env bash
# bench/ngram.sh: the table of the n-gram engine: bon beside KenLM on the same tokens, from text to a model that answers.
#   KENLM_BIN=DIR BON_CORPORA=DIR [TONGRAMS_BIN=DIR] [FILES="wiki law_phapdien"] [RUNS=5] [QUERY=yes] bench/ngram.sh
# The text is train/FILES of the corpora, segmented and folded; each 100th line is held out for queries. Costs are medians of
# RUNS interleaved runs at order 5; KenLM is lmplz -S 2G (its default costs it seconds and gigabytes), then build_binary for
# the smallest file that answers (trie, 8 bits, pointers compressed). Prints TSV; ratio = bon / KenLM, `must` is what the
# project holds itself to. Rows of a memory limit stand beside bon's own time in memory, and beside what the limit allows: SIZE and
# 64 MB for the program. Then bench/query.sh's rows for orders 3 and 5, unless QUERY=no, and counting of words.
. "$(dirname "$0")/lib.sh"
: "${KENLM_BIN:?set KENLM_BIN to the folder of KenLM\'s programs}"
need_corpora
runs=${RUNS:-5} text=$scratch/text held=$scratch/held
for name in ${FILES:-wiki law_phapdien}; do
    "$BON" segment -q --fold "$BON_CORPORA/train/$name.txt.zst"
done | awk -v held="$held" 'NR % 100 == 0 { print >held; next } { print }' >"$text"
bytes=$(wc -c <"$text")

lmplz() { # log order arpa
    measure "$1" "$KENLM_BIN/lmplz" -o "$2" -S 2G -T "$scratch/" --text "$text" --arpa "$3" 2>"$scratch/log"
}

for _ in $(seq "$runs"); do
    measure "$scratch/binary" "$BON" lm build -q -j2 -n 5 --quantize 8 -o "$scratch/bon.bonlm" "$text"
    measure "$scratch/binary1" "$BON" lm build -q -j1 -n 5 --quantize 8 -o "$scratch/bon.bonlm" "$text"
    measure "$scratch/arpa" "$BON" lm build -q -j1 -n 5 --arpa "$scratch/bon.arpa" "$text"
    lmplz "$scratch/lmplz" 5 "$scratch/lmplz.arpa"
    measure "$scratch/build" "$KENLM_BIN/build_binary" -q 8 -b 8 -a 255 trie "$scratch/lmplz.arpa" "$scratch/kenlm.trie" \
        >"$scratch/log" 2>&1
    for limit in 64M 24M; do
        measure "$scratch/limit$limit" "$BON" lm build -q -n 5 --quantize 8 --memory "$limit" --temp "$scratch" \
            -o "$scratch/limited.bonlm" "$text"
        cmp -s "$scratch/bon.bonlm" "$scratch/limited.bonlm" || { echo "bench: --memory $limit: another model" >&2; exit 1; }
    done
    measure "$scratch/words" "$BON" count -q -j1 -n 1 -o /dev/null "$text"
done

row() { # figure, bon, KenLM, must
    printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$(ratio "$2" "$3")" "$4"
}
sum() { awk -v a="$1" -v b="$2" 'BEGIN {print a + b}'; }

machine
printf '# %s lines, %s tokens, %s bytes\n' $(wc <"$text")
printf 'figure\tbon\tbeside\tratio\tmust\n'
row text_to_binary_cpu_s "$(median "$scratch/binary1" 2)" \
    "$(sum "$(median "$scratch/lmplz" 2)" "$(median "$scratch/build" 2)")" 0.125
row text_to_arpa_cpu_s "$(median "$scratch/arpa" 2)" "$(median "$scratch/lmplz" 2)" 0.333
row text_to_binary_wall_s "$(median "$scratch/binary" 1)" \
    "$(sum "$(median "$scratch/lmplz" 1)" "$(median "$scratch/build" 1)")" 0.1
row peak_rss_MiB "$(median "$scratch/binary" 3)" "$(median "$scratch/lmplz" 3)" 1.2
for limit in 64M 24M; do # beside bon's own CPU time in memory
    row "memory_${limit}_cpu_s" "$(median "$scratch/limit$limit" 2)" "$(median "$scratch/binary1" 2)" 1.5
    row "memory_${limit}_peak_rss_MB" \
        "$(median "$scratch/limit$limit" 3 | awk '{print $1 * 1.048576}')" "$((${limit%M} + 64))" 1
done
row word_count_MB_per_cpu_s "$(awk -v b="$bytes" -v s="$(median "$scratch/words" 2)" 'BEGIN {print b / s / 1e6}')" 300 '>= 1'

[ "${QUERY:-yes}" = yes ] || exit 0
export ARPA=$scratch/bon.arpa TEXT=$held RUNS=$runs BON KENLM_BIN
echo '# order 5'
"$root/bench/query.sh"
"$BON" lm build -q -n 3 --arpa "$ARPA" "$text"
echo '# order 3'
"$root/bench/query.sh"
