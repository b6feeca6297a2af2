#!/usr/bin/env bash
# bench/ime_predict.sh: what prediction saves who types without marks and mends every wrong word at once, and how many words
# are right as they are committed.
#   BON_CORPORA=DIR [BON_MODEL=FILE] [BYTES=400000] bench/ime_predict.sh
# A row a text of dev/ (its first BYTES, whole lines): mark keys of full telex, keys that mending took, the share saved, the same of all keys
# with blanks, words right when nobody mends, and beside it the syllables that restoring whole lines gets right.
. "$(dirname "$0")/lib.sh"
need_corpora
model=${BON_MODEL:-$root/models/vi.bonlm}
# shellcheck disable=SC2046
cc -O2 -std=c17 -D_GNU_SOURCE -I"$root/include" -I"$root/src" -o "$scratch/ime_predict" "$root/bench/ime_predict.c" \
    "$(dirname "$BON")/libbon.a" $(pkg-config --libs icu-uc json-c libpcre2-8 libzstd zlib) -lm -pthread

machine
printf 'text\twords\tmark_keys\tmending_keys\tsaved_percent\tsaved_of_all_keys\tstill_wrong\tright_at_commit\toffline\n'
for text in "$BON_CORPORA"/dev/{law,lit,news,noisy_social,social,spoken,technical,wiki}*.txt; do
    head -c "${BYTES:-400000}" "$text" | sed '$d' >"$scratch/text"
    offline=$("$BON" restore -q --eval -m "$model" "$scratch/text" | awk -F'\t' 'NR == 2 {print $3}')
    "$scratch/ime_predict" "$model" <"$scratch/text" | awk -F'\t' -v OFS='\t' -v name="$(basename "$text" .txt)" \
        -v offline="$offline" '{print name, $1, $2, $3, sprintf("%.1f", 100 * (1 - $3 / $2)),
            sprintf("%.1f", 100 * ($2 - $3) / $6), $5, sprintf("%.2f", 100 * $7 / $1), offline}'
done
