#!/usr/bin/env bash
# bench/growth.sh: how time and memory of `bon lm build` grow with the text: 1/16, 1/4, 1 and 4 times the corpus.
#   BON_CORPORA=DIR [FILES="wiki law_phapdien"] [RUNS=3] [PARTS="1/16 1/4 1 4"] bench/growth.sh [>bench/results/growth.tsv]
# The text is train/FILES of the corpora, segmented and folded. A part is every 16th or 4th line; four times the text is the text
# and three copies in which a third of the words, chosen by their spelling, are others (so few n-grams are seen once that
# discounts may fall back). Order 5, 8 bits, one thread; medians of RUNS; in memory and at --memory 64M. Prints TSV;
# `make plots` draws it.
. "$(dirname "$0")/lib.sh"
need_corpora
runs=${RUNS:-3} whole=$scratch/whole text=$scratch/text
for name in ${FILES:-wiki law_phapdien}; do
    "$BON" segment -q --fold "$BON_CORPORA/train/$name.txt.zst"
done >"$whole"

# The words of copy c: one in three gets a mark of the copy.
perturb() {
    awk -v copy="$1" '{
        for (i = 1; i <= NF; i++) {
            if (!($i in changed)) changed[$i] = ++words % 3 == 0 ? $i "~" copy : $i
            $i = changed[$i]
        }
        print
    }' "$whole"
}

make_part() {
    case $1 in
    1/*) awk -v of="${1#1/}" 'NR % of == 0' "$whole" ;;
    1) cat "$whole" ;;
    *)
        cat "$whole"
        for copy in $(seq 2 "$1"); do perturb "$copy"; done
        ;;
    esac >"$text"
}

machine
printf 'part\ttokens\tcpu_s\tpeak_rss_MiB\tlimited_cpu_s\tlimited_rss_MiB\tmodel_bytes\n'
for part in ${PARTS:-1/16 1/4 1 4}; do
    make_part "$part"
    rm -f "$scratch/free" "$scratch/limited"
    for _ in $(seq "$runs"); do
        measure "$scratch/free" "$BON" lm build -q -j1 -n 5 --discount-fallback --quantize 8 -o "$scratch/free.bonlm" "$text"
        measure "$scratch/limited" "$BON" lm build -q -n 5 --discount-fallback --quantize 8 --memory 64M \
            --temp "$scratch" -o "$scratch/limited.bonlm" "$text"
    done
    cmp -s "$scratch/free.bonlm" "$scratch/limited.bonlm" || { echo "bench: the models differ" >&2; exit 1; }
    printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$part" "$(wc -w <"$text")" \
        "$(median "$scratch/free" 2)" "$(median "$scratch/free" 3)" \
        "$(median "$scratch/limited" 2)" "$(median "$scratch/limited" 3)" "$(wc -c <"$scratch/free.bonlm")"
done
