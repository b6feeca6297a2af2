#!/usr/bin/env bash
# bench/sentences.sh: `bon segment --unit sentence` against the sentences of the Vietnamese treebank.
#   BON_CORPORA=DIR bench/sentences.sh [FILE.conllu]
# Prints TSV: precision, recall and F1 of the boundaries inside lines. Sentences are put on lines by tens; a boundary is the
# number of bytes before it that are not blanks. `spaced` is the text as the treebank has it, with blanks around every sign;
# `written` has them where writers put them. `naive` cuts behind . ! ? ... and a blank before a capital.
# SHOW=1 prints every boundary missed (-) and made up (+) with its surroundings.
. "$(dirname "$0")/lib.sh"
need_corpora
gold=${1:-$BON_CORPORA/gold/ud_vtb_dev.conllu}

sed -n 's/^# text = //p' "$gold" | sed 's/LBKT/(/g; s/RBKT/)/g' >"$scratch/spaced" # the treebank's names of brackets
sed -E 's/ ([],.!?:;)%”…]|\.\.\.)/\1/g; s/([[(“]) /\1/g; s/" ([^"]*) "/"\1"/g' "$scratch/spaced" >"$scratch/written"

score() { # name, gold sentences, sentences found
    awk -v name="$1" -v show="${SHOW:-}" '
        function bytes(s) { gsub(/[ \t\r]/, "", s); return length(s) }
        NR == FNR { at += bytes($0); text[at] = $0; gold[at] = FNR % 10 != 0; next }
        { here += bytes($0); if (!(here in gold) || gold[here]) found[here] = $0 }
        END {
            for (b in gold) if (gold[b] && b != at) { total++; if (b in found) hits++; else if (show) print "-", text[b] }
            for (b in found) if (b != at) { guesses++; if (show && !(b in gold)) print "+", found[b] }
            p = hits / guesses; r = hits / total
            printf "%s\t%d\t%d\t%.4f\t%.4f\t%.4f\n", name, total, guesses, p, r, 2 * p * r / (p + r)
        }' "$2" "$3"
}

machine
printf 'text\tboundaries\tfound\tprecision\trecall\tf1\n'
for form in spaced written; do
    paste -sd'          \n' "$scratch/$form" >"$scratch/lines"
    "$BON" segment -q --unit sentence "$scratch/lines" >"$scratch/found"
    score "$form" "$scratch/$form" "$scratch/found"
    LC_ALL=C.UTF-8 sed -E 's/([.!?…]["”)]*) +([[:upper:]"“])/\1\n\2/g' "$scratch/lines" >"$scratch/found"
    SHOW='' score "$form-naive" "$scratch/$form" "$scratch/found"
done
