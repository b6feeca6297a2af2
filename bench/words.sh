#!/usr/bin/env bash
# bench/words.sh: `bon segment --unit word` against the words of the Vietnamese treebank, and its speed.
#   BON_CORPORA=DIR bench/words.sh        WORDS=FILE.bonseg for another model than the shipped one; FOLDS=0 leaves the folds out;
#                                         NEURAL=FILE.bonnn asks a network's head for word boundaries, too (needs libbon.a)
# Prints TSV: precision, recall and F1 of words in percent, with the 95 % interval of F1 from 1000 resamples of the sentences.
#
#   dev          the development half, text as the treebank has it, with blanks around every sign
#   dev-written  the same with signs where writers put them
#   longest      the longest match, from the left, with the words of the lists and of the gold train sentences; capitals go together
#   lists-dev    a model of gold train sentences and lists alone, without plain text
#   folds-train  the same learned from all but a fifth of the train sentences, five times, on the fifth: nothing was tuned there
#   neural-alone the network's odds decide
#   neural       weight * odds + bias added to the scores of the model (bon_word_hint); every other sentence with the pair that is
#                best on the others: both have learned from the train sentences, so nothing can be tuned there
#   neural-gain  what that adds to dev, by resamples of pairs of sentences
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

# Rows of words_neural -> one row: the pair ($1) of both halves, or without one, of each half the one that is best on the other.
joined() {
    awk -F'\t' -v name="$1" -v pair="${2:-}" -v base=0,0 '
        function f1(hits, found, gold) { return 200 * hits / (found + gold) }
        function interval(file, form, i, value, low) {
            for (i = 1; i <= 975 && (getline value < file) > 0; i++) if (i == 26) low = value
            return sprintf(form, low, value)
        }
        {
            half = $2 % 2
            hits[$1, $2] = $3; found[$1, $2] = $4; gold[$2] = $5
            sum[$1, half] += $3; size[$1, half] += $4 + $5
            if (!($1 in seen)) { seen[$1]; pairs[++count] = $1 }
            last = $2
        }
        END {
            for (half = 0; half < 2; half++) {
                for (k = 1; k <= count; k++) {
                    value = 2 * sum[pairs[k], half] / size[pairs[k], half]
                    if (!pair && value > most[half]) { most[half] = value; best[1 - half] = pairs[k] }
                }
            }
            if (pair) best[0] = best[1] = pair
            for (i = 0; i <= last; i++) {
                p = best[i % 2]
                h += hits[p, i]; f += found[p, i]; g += gold[i]; bh += hits[base, i]; bf += found[base, i]
            }
            srand(1)
            for (round = 1; round <= 1000; round++) {
                rh = rf = rg = rbh = rbf = 0
                for (k = 0; k <= last; k++) {
                    i = int(rand() * (last + 1)); p = best[i % 2]
                    rh += hits[p, i]; rf += found[p, i]; rg += gold[i]; rbh += hits[base, i]; rbf += found[base, i]
                }
                print f1(rh, rf, rg) | "sort -g >\"$SORTED\""
                print f1(rh, rf, rg) - f1(rbh, rbf, rg) | "sort -g >\"$SORTED.gain\""
            }
            close("sort -g >\"$SORTED\""); close("sort -g >\"$SORTED.gain\"")
            printf "%s\t%d\t%d\t%.2f\t%.2f\t%.2f\t%s\n", name, g, f, 100 * h / f, 100 * h / g, f1(h, f, g),
                interval(ENVIRON["SORTED"], "%.2f..%.2f")
            if (pair) exit
            printf "%s-gain\t\t\t\t\t%+.2f\t%s\n", name, f1(h, f, g) - f1(bh, bf, g),
                interval(ENVIRON["SORTED"] ".gain", "%+.2f..%+.2f")
            printf "# %s: weight,bias %s and %s\n", name, best[0], best[1]
        }'
}

if [ -n "${NEURAL:-}" ]; then
    read -ra libraries <<<"$(pkg-config --libs icu-uc json-c libpcre2-8 libzstd zlib expat)"
    cc -O2 -D_GNU_SOURCE -I"$root/include" -I"$root/src" -o "$scratch/words_neural" "$root/bench/words_neural.c" \
        "$(dirname "$BON")/libbon.a" "${libraries[@]}" -lbz2 -lzip -lm -pthread
    "$scratch/words_neural" "$words" "$NEURAL" "$gold"_dev.seg.txt 0,0 1000,0 >"$scratch/alone"
    joined neural-alone 1000,0 <"$scratch/alone"
    pairs=()
    for weight in 0 0.02 0.05 0.1 0.15 0.2 0.3 0.5 1; do
        for bias in -0.5 -0.25 0 0.25 0.5 1; do pairs+=("$weight,$bias"); done
    done
    "$scratch/words_neural" "$words" "$NEURAL" "$gold"_dev.seg.txt "${pairs[@]}" | joined neural
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
