#!/usr/bin/env bash
# bench/estimate.sh: `bon lm build` beside KenLM's lmplz on the same tokens: CPU, wall, memory, and whether the models agree.
#   KENLM_BIN=DIR BON_CORPORA=DIR [ORDERS="3 5"] [CHECK="1 2 3 4 5"] [FILES="wiki law_phapdien"] [RUNS=3] bench/estimate.sh
# The text is train/FILES of the corpora, segmented and folded. Costs are medians of RUNS interleaved runs, text to ARPA, for
# lmplz at -S 2G (its default, 80% of memory, costs it seconds and gigabytes). Then every n-gram of both ARPA files is compared
# for the orders in CHECK, unpruned and pruned, and for SMALL (default 60) excerpts of 1 to 300 lines, where every rounding and
# every special case shows. Options
# that change the model are compared on an excerpt. Prints TSV; ratio = bon / lmplz. Exit 1 when models differ by more than 1e-5.
. "$(dirname "$0")/lib.sh"
: "${KENLM_BIN:?set KENLM_BIN to the folder of KenLM\'s programs}"
need_corpora
runs=${RUNS:-3}
cc -O2 -o "$scratch/arpa_compare" "$root/bench/arpa_compare.c" -lm

text=$scratch/text
for name in ${FILES:-wiki law_phapdien}; do
    "$BON" segment -q --fold "$BON_CORPORA/train/$name.txt.zst"
done >"$text"

bon_build() { # order prune arpa
    "$BON" lm build -q -n "$1" --prune "$2" --arpa "$3" "$text"
}
lmplz() { # order prune arpa; wants a number for each order it has
    # shellcheck disable=SC2086
    "$KENLM_BIN/lmplz" -o "$1" -S 2G -T "$scratch/" --prune $(echo "$2" | cut -d' ' -f"1-$1") --arpa "$3" <"$text" 2>"$scratch/log"
}

machine
printf '# %s lines, %s tokens, %s bytes\n' $(wc <"$text")
printf 'what\torder\tbon\tlmplz\tratio\n'
for order in ${ORDERS-3 5}; do
    for _ in $(seq "$runs"); do
        measure "$scratch/b$order" "$BON" lm build -q -n "$order" --arpa "$scratch/bon.arpa" "$text"
        measure "$scratch/k$order" "$KENLM_BIN/lmplz" -o "$order" -S 2G -T "$scratch/" --text "$text" \
            --arpa "$scratch/lmplz.arpa" 2>"$scratch/log"
    done
    column=1
    for what in wall_s cpu_s peak_rss_MiB; do
        b=$(median "$scratch/b$order" "$column") k=$(median "$scratch/k$order" "$column")
        printf '%s\t%s\t%s\t%s\t%s\n' "$what" "$order" "$b" "$k" "$(ratio "$b" "$k")"
        column=$((column + 1))
    done
done

printf 'prune\torder\tngrams\tonly_in_one\tmax_difference\n'
failed=0
for order in ${CHECK-1 2 3 4 5}; do
    for prune in 0 "0 0 1" "0 1 2"; do
        bon_build "$order" "$(echo "$prune" | cut -d' ' -f"1-$order")" "$scratch/bon.arpa"
        lmplz "$order" "$prune" "$scratch/lmplz.arpa"
        "$scratch/arpa_compare" "$scratch/lmplz.arpa" "$scratch/bon.arpa" >"$scratch/same" || failed=1
        awk -v p="$prune" -v o="$order" 'NR > 1 {n += $3; alone += $4 + $5; if ($6 > d) d = $6; if ($7 > d) d = $7}
            END {printf "%s\t%s\t%d\t%d\t%s\n", p, o, n, alone, d}' "$scratch/same"
    done
done

# Options that both have, on the first LINES (default 20000) lines: a vocabulary of the words seen twice or more, symbols in the
# text, unigrams that are not interpolated; each at orders 1 to 6 in turn, pruned or not.
printf 'options\torder\tngrams\tonly_in_one\tmax_difference\n'
head -n "${LINES_MOST:-20000}" "$text" | awk 'NR % 50 == 0 {$0 = $0 " </s> <unk> x <s> y"} {print}' >"$scratch/symbols"
tr ' ' '\n' <"$scratch/symbols" | grep -v '^<' | sort | uniq -d >"$scratch/vocab"
order=1
while read -r bon_options; do
    for prune in '' '--prune 0 0 1'; do
        order=$((order % 6 + 1))
        lmplz_options=$(echo "$bon_options $(echo "$prune" | cut -d' ' -f"1-$((order + 1))")" |
            sed 's/--vocab/--limit_vocab_file/; s/skip-symbols/skip_symbols/; s/interpolate-unigrams/interpolate_unigrams/')
        # shellcheck disable=SC2086
        "$BON" lm build -q -n "$order" $bon_options ${prune:+--prune "$(echo "${prune#--prune }" | cut -d' ' -f"1-$order")"} \
            --arpa "$scratch/bon.arpa" "$scratch/symbols"
        # shellcheck disable=SC2086
        "$KENLM_BIN/lmplz" -o "$order" -S 512M -T "$scratch/" $lmplz_options --arpa "$scratch/lmplz.arpa" \
            <"$scratch/symbols" 2>"$scratch/log"
        "$scratch/arpa_compare" "$scratch/lmplz.arpa" "$scratch/bon.arpa" >"$scratch/same" || failed=1
        awk -v p="${bon_options//$scratch\//} $prune" -v o="$order" 'NR > 1 {n += $3; alone += $4 + $5; if ($6 > d) d = $6;
            if ($7 > d) d = $7} END {printf "%s\t%s\t%d\t%d\t%s\n", p, o, n, alone, d}' "$scratch/same"
    done
done <<EOT
--skip-symbols
--skip-symbols --vocab $scratch/vocab
--skip-symbols --interpolate-unigrams 0
--skip-symbols --vocab $scratch/vocab --interpolate-unigrams 0
EOT

# Excerpts: orders 1 to 6 in turn; a text that both refuse counts as equal.
printf 'excerpts\tequal\trefused_by_both\tdifferent\n'
whole=$text lines=$(wc -l <"$text") equal=0 refused=0 different=0
text=$scratch/excerpt
for i in $(seq "${SMALL-60}"); do
    order=$((i % 6 + 1)) size=$((1 + i * i * 7919 % 300)) fallback=''
    [ $((i % 3)) = 0 ] || fallback=--discount_fallback
    first=$((1 + i * 104729 % (lines - size)))
    sed -n "$first,$((first + size - 1))p;$((first + size))q" "$whole" >"$text"
    k=0 b=0
    # shellcheck disable=SC2086
    { "$KENLM_BIN/lmplz" -o $order -S 64M -T "$scratch/" $fallback --arpa "$scratch/lmplz.arpa" <"$text"; } >/dev/null 2>&1 || k=1
    # shellcheck disable=SC2086
    "$BON" lm build -q -n $order ${fallback//_/-} --arpa "$scratch/bon.arpa" "$text" 2>/dev/null || b=1
    if [ $((k + b)) = 2 ]; then
        refused=$((refused + 1))
    elif [ $((k + b)) = 0 ] && "$scratch/arpa_compare" "$scratch/lmplz.arpa" "$scratch/bon.arpa" >"$scratch/same"; then
        equal=$((equal + 1))
    else
        different=$((different + 1)) failed=1
    fi
done
printf '%s\t%s\t%s\t%s\n' "$((equal + refused + different))" "$equal" "$refused" "$different"
exit "$failed"
