#!/usr/bin/env bash
# bench/prune.sh: what a model of a given size foretells, by the way it was made small.
#   BON_CORPORA=DIR [FILES=news_unc2021] [DEV=news_2021_leads] [ORDER=4] bench/prune.sh
# A model of train/FILES, segmented and folded, made small by cut-offs (lm build --prune), by entropy pruning when it is finished
# (lm prune --threshold), by that after singletons of order 3 and up were cut, and by thinning before it is estimated (lm build
# --threshold), alone and after the same cut. Prints TSV: way, setting, n-grams, bytes of the .bonlm at 8 bits, perplexity of
# dev/DEV; for each way but the first also the perplexity that cut-offs reach with as many n-grams (interpolated between
# their rows, in logarithms; - outside of them) and the ratio to it.
. "$(dirname "$0")/lib.sh"
need_corpora
order=${ORDER:-4} text=$scratch/text dev=$scratch/dev
for name in ${FILES:-news_unc2021}; do
    "$BON" normalize -q "$BON_CORPORA/train/$name.txt.zst" | "$BON" segment -q --fold
done >"$text"
for name in ${DEV:-news_2021_leads}; do
    "$BON" normalize -q "$BON_CORPORA/dev/$name.txt" | "$BON" segment -q --fold
done >"$dev"

row() { # way, setting
    printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$2" \
        "$("$BON" lm info --tsv "$scratch/model.bonlm" | awk -F'\t' '/^[1-8]-grams/ { n += $2 } END { print n }')" \
        "$(stat -c %s "$scratch/model.bonlm")" "$("$BON" lm query "$scratch/model.bonlm" "$dev" | tail -n 1 | cut -f 4)"
}
build() { "$BON" lm build -q -n "$order" --skip-symbols --quantize 8 -o "$scratch/model.bonlm" "$@" "$text"; }

rows() {
    local cut threshold
    for cut in '0 0 0' '0 0 1' '0 1 1' '0 1 2' '0 1 3' '0 2 4' '0 3 6' '0 4 10' '0 8 20'; do
        build --prune "$(cut -d' ' -f "1-$((order < 3 ? order : 3))" <<<"$cut")"
        row cut-offs "$cut"
    done
    for cut in '0 0 0' '0 0 1'; do
        "$BON" lm build -q -n "$order" --skip-symbols --layout small --prune "$cut" -o "$scratch/whole.bonlm" "$text"
        for threshold in 1e-8 1e-7 3e-7 1e-6 3e-6; do
            "$BON" lm prune -q --threshold "$threshold" --quantize 8 -o "$scratch/model.bonlm" "$scratch/whole.bonlm"
            row "entropy $cut" "$threshold"
        done
    done
    for cut in '0 0 0' '0 0 1'; do
        for threshold in 1e-7 2e-7 4e-7 8e-7 2e-6 5e-6; do
            build --prune "$cut" --threshold "$threshold"
            row "thinned $cut" "$threshold"
        done
    done
}

machine
printf '# order %s, %s tokens\n' "$order" "$(wc -w <"$text")"
printf 'way\tsetting\tngrams\tbytes\tppl\tppl_cut_offs\tratio\n'
rows | awk -F'\t' -v OFS='\t' '
    $1 == "cut-offs" { n[++rows] = log($3); p[rows] = log($5); print $0, "-", "-"; next }
    {
        at = log($3); same = "-"; ratio = "-"
        for (i = 1; i < rows; i++)
            if (at <= n[i] && at >= n[i + 1]) same = exp(p[i] + (p[i + 1] - p[i]) * (n[i] - at) / (n[i] - n[i + 1]))
        if (same != "-") { ratio = sprintf("%.4f", $5 / same); same = sprintf("%.4f", same) }
        print $0, same, ratio
    }'
