#!/usr/bin/env bash
# bench/rescore.sh: whether a causal transformer of the lm room helps beside the n-grams: by reading the K best ways to restore a
# line, and by proposing the next word.
#   BON_CORPORA=DIR [RUN=FOLDER] [SECONDS_MAX=2400] [STEPS=3300] [LINES=300] [K=20] [MODEL=models/vi.bonlm]
#       [NETWORK=models/vi-tiny.bonnn] bench/rescore.sh
# RUN keeps the trained model, or has one: bon-1m with 4096 tokens, from at most 2.4 MB of each training text, folded, a line a
# document; read with 8-bit weights. Of each file of dev/ LINES evenly chosen lines are restored. Weights are tuned on every other line
# of all files and used on the others. Prints TSV:
#
#   errors of the best way with weight 0, of the way that both together like best, of the best among K; the part taken away, with
#   the 95 % interval from 1000 resamples of lines; with the network, and without; milliseconds of CPU time a line
#   the next word (every fifth): how often it is the first, among the first three; n-grams, transformer, both mixed; microseconds
. "$(dirname "$0")/lib.sh"
need_corpora
model=${MODEL:-$root/models/vi.bonlm} network=${NETWORK:-$root/models/vi-tiny.bonnn}
run=${RUN:-$scratch/run} lines=${LINES:-300} k=${K:-20} bytes=2400000
read -ra libraries <<<"$(pkg-config --libs icu-uc json-c libpcre2-8 libzstd zlib expat)"
cc -O2 -D_GNU_SOURCE -I"$root/include" -I"$root/src" -o "$scratch/rescore" "$root/bench/rescore.c" \
    "$(dirname "$BON")/libbon.a" "${libraries[@]}" -lbz2 -lzip -lm -pthread

# Evenly chosen lines, about a share of the file.
choose() { awk -v k="$1" 'BEGIN { if (k > 1) k = 1 } int(NR * k) > int((NR - 1) * k)' "$2"; }
part() { awk -v most="$1" -v all="$2" 'BEGIN { print (all > most ? most / all : 1) }'; }

if ! ls -d "$run"/step-* >/dev/null 2>&1; then
    for file in "$BON_CORPORA"/train/*.txt*; do
        case $file in *lit_webnovel_converted*) continue ;; esac # converted word for word from Chinese
        "$BON" normalize -q "$file" | "$BON" segment -q --fold >"$scratch/lines"
        choose "$(part "$bytes" "$(stat -c %s "$scratch/lines")")" "$scratch/lines"
    done | sed G >"$scratch/text"
    "$BON" tokenizer train -q --vocab 4096 -o "$scratch/tok.json" "$scratch/text"
    "$BON" train -q -t "$scratch/tok.json" -o "$run" --steps "${STEPS:-3300}" --max-seconds "${SECONDS_MAX:-2400}" \
        --context 128 --batch 16 --val-part 0.01 "$scratch/text"
fi
"$BON" export --to int8 -o "$scratch/int8" "$run"
mkdir "$scratch/dev"
while read -r name; do
    "$BON" normalize -q "$BON_CORPORA/dev/$name" | awk NF >"$scratch/lines"
    choose "$(part "$lines" "$(wc -l <"$scratch/lines")")" "$scratch/lines" >"$scratch/dev/$name"
done < <(grep -v '^#' "$BON_CORPORA/BASELINE.tsv" | tail -n +2 | cut -f 1)

# Ways through lines -> errors by file. Half 0 is judged with the weight that half 1 likes best, and the reverse.
lines_table() {
    awk -F'\t' -v steps=40 '
        function weight(s) { return s / 40 }
        $1 == "ms" { ms = sprintf("%.2f\t%.2f", $2, $3); next }
        {
            if ($1 != file || $2 != number) {
                line++; file = $1; number = $2
                of[line] = file; half[line] = line % 2; best[line] = 1e9
            }
            if (!(file in there)) { there[file]; files[++file_count] = file }
            words[line] = $5
            wrong = $5 - $6
            if (wrong < best[line]) best[line] = wrong
            for (s = 0; s <= steps; s++) {
                value = $3 + weight(s) * $4
                if (!((line, s) in most) || value > most[line, s]) { most[line, s] = value; errors[line, s] = wrong }
            }
        }
        END {
            for (i = 1; i <= line; i++) for (s = 0; s <= steps; s++) sum[half[i], s] += errors[i, s]
            for (h = 0; h < 2; h++) for (s = 0; s <= steps; s++) if (sum[h, s] < sum[h, 0 + like[1 - h]]) like[1 - h] = s
            for (i = 1; i <= line; i++) {
                now[i] = errors[i, 0 + like[half[i]]]
                a[of[i]] += errors[i, 0]; b[of[i]] += now[i]; c[of[i]] += best[i]; n[of[i]] += words[i]
                all_a += errors[i, 0]; all_b += now[i]; all_c += best[i]; all_n += words[i]
            }
            srand(1)
            for (round = 1; round <= 1000; round++) {
                ra = rb = 0
                for (k = 1; k <= line; k++) { i = int(rand() * line) + 1; ra += errors[i, 0]; rb += now[i] }
                print 100 * (ra - rb) / ra | "sort -g >\"$SORTED\""
            }
            close("sort -g >\"$SORTED\"")
            for (i = 1; (getline value < ENVIRON["SORTED"]) > 0; i++) { if (i == 26) low = value; if (i == 975) high = value }
            for (i = 1; i <= file_count; i++) {
                f = files[i]
                printf "%s\t%d\t%d\t%d\t%d\t%.1f\n", f, n[f], a[f], b[f], c[f], 100 * (a[f] - b[f]) / a[f]
            }
            printf "all\t%d\t%d\t%d\t%d\t%.1f (%.1f..%.1f)\n", all_n, all_a, all_b, all_c, 100 * (all_a - all_b) / all_a, low, high
            printf "# weights of the transformer: %.3f and %.3f; ms a line, restoring and reading: %s\n", weight(like[0]),
                weight(like[1]), ms
        }'
}

next_table() {
    awk -F'\t' '
        $1 == "us" { us = sprintf("%.0f\t%.0f", $2, $3); next }
        $1 != file || $2 != number { line++; file = $1; number = $2; asked += $4 }
        { first[$3, line % 2] += $5; shown[$3, line % 2] += $6; parts[$3] }
        END {
            for (h = 0; h < 2; h++) {
                for (p in parts) {
                    if (first[p, h] > top) { top = first[p, h]; like[1 - h] = p }
                    if (first[p, h] == top && p < like[1 - h]) like[1 - h] = p
                }
                top = 0
            }
            split("0.0 1.0", end, " ")
            split("n-grams|transformer|both", name, "|")
            for (i = 1; i <= 2; i++)
                printf "%s\t%d\t%.2f\t%.2f\n", name[i], asked, 100 * (first[end[i], 0] + first[end[i], 1]) / asked,
                    100 * (shown[end[i], 0] + shown[end[i], 1]) / asked
            printf "%s\t%d\t%.2f\t%.2f\n", name[3], asked, 100 * (first[like[0], 0] + first[like[1], 1]) / asked,
                100 * (shown[like[0], 0] + shown[like[1], 1]) / asked
            printf "# parts of the transformer: %s and %s; us a word, n-grams and transformer: %s\n", like[0], like[1], us
        }'
}
export SORTED=$scratch/sorted

machine
printf '# %s bytes of weights; last row of the run: %s\n' "$(stat -c %s "$scratch/int8/model.safetensors")" \
    "$(tail -n 1 "$run/log.csv")"
restored() { # title, network
    printf '%s\twords\terrors\tread again\tbest of %s\ttaken away, %%\n' "$1" "$k"
    "$scratch/rescore" lines "$model" "$2" "$scratch/int8" "$run/tokenizer.json" "$k" "$scratch"/dev/* | lines_table
    echo
}
restored 'with the network' "$network"
restored 'n-grams alone' -
printf 'next word\twords\tfirst, %%\tamong three, %%\n'
"$scratch/rescore" next "$model" "$run/train.ids" "$scratch/int8" "$run/tokenizer.json" 5 "$scratch"/dev/* | next_table
