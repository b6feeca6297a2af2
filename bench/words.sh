#!/usr/bin/env bash
# bench/words.sh: `bon segment --unit word` against the words of the Vietnamese treebank, and its speed.
#   BON_CORPORA=DIR bench/words.sh        WORDS=FILE.bonseg for another model than the shipped one; FOLDS=0 leaves the folds out
# Prints TSV: precision, recall and F1 of words in percent, with the 95 % interval of F1 from 1000 resamples of the sentences.
#
#   dev          the development half, text as the treebank has it, with blanks around every sign
#   dev-written  the same with signs where writers put them
#   longest      the longest match, from the left, with the words of the lists and of the gold train sentences; capitals go together
#   lists-dev    a model of gold train sentences and lists alone, without plain text
#   folds-train  the same learned from all but a fifth of the train sentences, five times, on the fifth: nothing was tuned there
#
# Speed: user CPU seconds of one thread for 20 MB of news, beside `bon segment` on the same, which is the limit.
. "$(dirname "$0")/lib.sh"
need_corpora
words=${WORDS:-$root/models/vi.bonseg}
[ -r "$words" ] || { echo "bench: $words is missing: corpora/build-wordseg.sh makes it" >&2; exit 1; }
gold=$BON_CORPORA/gold/ud_vtb
lexicon=$BON_CORPORA/lexicon
lists=$lexicon/Viet74K.txt,$lexicon/words_hongocduc.txt,$lexicon/words_tudientv.txt

flat() { tr '_' ' ' <"$1"; }
written() { sed -E 's/LBKT/(/g; s/RBKT/)/g; s/ ([],.!?:;)%”…]|\.\.\.)/\1/g; s/([[(“]) /\1/g; s/" ([^"]*) "/"\1"/g'; }

score() { # name, gold sentences, words found
    awk -v name="$1" '
        function words(line, set, n, i, at) {
            n = split(line, pieces, " ")
            at = 0
            for (i = 1; i <= n; i++) { gsub(/_/, "", pieces[i]); set[at " " (at + length(pieces[i]))]; at += length(pieces[i]) }
            return n
        }
        function f1(hits, found, gold) { return 200 * hits / (found + gold) }
        NR == FNR { gold_line[FNR] = $0; next }
        {
            split("", in_gold); split("", here)
            gold[FNR] = words(gold_line[FNR], in_gold); found[FNR] = words($0, here)
            for (word in here) if (word in in_gold) hits[FNR]++
            all_gold += gold[FNR]; all_found += found[FNR]; all_hits += hits[FNR]
        }
        END {
            srand(1)
            for (round = 1; round <= 1000; round++) {
                h = f = g = 0
                for (k = 1; k <= FNR; k++) { i = int(rand() * FNR) + 1; h += hits[i]; f += found[i]; g += gold[i] }
                print f1(h, f, g) | "sort -g >\"$SORTED\""
            }
            close("sort -g >\"$SORTED\"")
            for (i = 1; (getline value < ENVIRON["SORTED"]) > 0; i++) { if (i == 26) low = value; if (i == 975) high = value }
            printf "%s\t%d\t%d\t%.2f\t%.2f\t%.2f\t%.2f..%.2f\n", name, all_gold, all_found, 100 * all_hits / all_found,
                100 * all_hits / all_gold, f1(all_hits, all_found, all_gold), low, high
        }' "$2" "$3"
}
export SORTED=$scratch/sorted

# Reads the lists, then gold train sentences, then text with blanks around signs.
longest() {
    local train=$1
    sed -E 's/[-_]/ /g' "$lexicon/Viet74K.txt" "$lexicon/words_hongocduc.txt" "$lexicon/words_tudientv.txt" >"$scratch/entries"
    tr ' ' '\n' <"$train" | grep _ | tr '_' ' ' >>"$scratch/entries"
    LC_ALL=C.UTF-8 awk '
        NR == FNR { word[tolower($0)]; next }
        {
            line = ""
            for (i = 1; i <= NF; i += length_) {
                length_ = 1
                for (n = 8; n > 1; n--) {
                    if (i + n - 1 > NF) continue
                    key = $i; capitals = $i ~ /^[[:upper:]]/
                    for (k = 1; k < n; k++) { key = key " " $(i + k); capitals = capitals && $(i + k) ~ /^[[:upper:]]/ }
                    if ((tolower(key) in word) || (capitals && i > 1)) { length_ = n; break }
                }
                for (k = 0; k < length_; k++) line = line (k ? "_" : i > 1 ? " " : "") $(i + k)
            }
            print line
        }' "$scratch/entries" -
}

machine
printf 'text\twords\tfound\tprecision\trecall\tf1\tci95\n'
flat "$gold"_dev.seg.txt >"$scratch/dev"
"$BON" segment -q --unit word --words "$words" "$scratch/dev" >"$scratch/found"
score dev "$gold"_dev.seg.txt "$scratch/found"
sed 's/LBKT/(/g; s/RBKT/)/g' "$gold"_dev.seg.txt >"$scratch/gold"
written <"$scratch/dev" | "$BON" segment -q --unit word --words "$words" >"$scratch/found"
score dev-written "$scratch/gold" "$scratch/found"
longest "$gold"_train.seg.txt <"$scratch/dev" >"$scratch/found"
score longest "$gold"_dev.seg.txt "$scratch/found"

folds=${FOLDS:-5}
if [ "$folds" -gt 0 ]; then
    "$BON" words build -q --gold="$gold"_train.seg.txt --lists="$lists" -o "$scratch/lists.bonseg"
    "$BON" segment -q --unit word --words "$scratch/lists.bonseg" "$scratch/dev" >"$scratch/found"
    score lists-dev "$gold"_dev.seg.txt "$scratch/found"
    : >"$scratch/found"
    count=$(wc -l <"$gold"_train.seg.txt)
    for ((fold = 0; fold < folds; fold++)); do
        from=$((count * fold / folds + 1)) to=$((count * (fold + 1) / folds))
        sed "${from},${to}d" "$gold"_train.seg.txt >"$scratch/fold"
        "$BON" words build -q --gold="$scratch/fold" --lists="$lists" -o "$scratch/fold.bonseg"
        sed -n "${from},${to}p" "$gold"_train.seg.txt | tr '_' ' ' |
            "$BON" segment -q --unit word --words "$scratch/fold.bonseg" >>"$scratch/found"
    done
    score folds-train "$gold"_train.seg.txt "$scratch/found"
fi

[ -r "$BON_CORPORA/train/news_baomoi.txt.zst" ] || exit 0
{ zstd -qdc --long=27 "$BON_CORPORA/train/news_baomoi.txt.zst" || true; } | head -c 20000000 >"$scratch/news"
for _ in 1 2 3 4 5; do
    measure "$scratch/words" "$BON" segment -q -j1 --unit word --words "$words" "$scratch/news" >/dev/null
    measure "$scratch/tokens" "$BON" segment -q -j1 "$scratch/news" >/dev/null
done
printf 'speed\tMB_per_cpu_s\n'
for unit in words tokens; do
    printf '%s\t%s\n' "$unit" "$(awk -v s="$(median "$scratch/$unit" 2)" 'BEGIN { printf "%.1f", 20 / s }')"
done
