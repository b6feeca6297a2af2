#!/usr/bin/env bash
# bench/ime_predict.sh: what prediction saves who types without marks and mends every wrong word, and how many words are right as
# they are committed.
#   BON_CORPORA=DIR [BON_MODEL=FILE] [NETWORK=FILE] [BYTES=400000] bench/ime_predict.sh
# NETWORK: beside the model; - for none; by default the one that typing uses, vi-small.bonnn or vi-tiny.bonnn in the model's folder.
# A row a text of dev/ (its first BYTES, whole lines, normalized): words; mark keys of full telex; the share of them saved, less the
# keys that mending took, by each policy of bench/ime_predict.c, without learning and with what the same text taught; for the
# last of these, the keys that mending took, the share saved of all keys with blanks, and the words that stayed wrong; words
# right when nobody mends, and beside it the syllables that restoring whole lines gets right. The last row has the averages, of the words that were right at commit, too.
. "$(dirname "$0")/lib.sh"
need_corpora
model=${BON_MODEL:-$root/models/vi.bonlm}
# shellcheck disable=SC2046
cc -O2 -std=c17 -D_GNU_SOURCE -I"$root/include" -I"$root/src" -o "$scratch/ime_predict" "$root/bench/ime_predict.c" \
    "$(dirname "$BON")/libbon.a" $(pkg-config --libs icu-uc json-c libpcre2-8 libzstd zlib) -lbz2 -lm -pthread

network=${NETWORK:-$(network_of "$model")}

# POLICY [learn]: the figures of a text
type_text() { "$scratch/ime_predict" "$model" "$network" "$@" <"$scratch/text"; }
saved() { awk -F'\t' '{printf "%.1f", 100 * (1 - $3 / $2)}' <<<"$1"; }

machine
echo "# network: $(basename -- "$network")"
printf 'text\twords\tmark_keys\tby_marks\tat_once\tone_later\tat_once_learning\tone_later_learning\tmending_keys'
printf '\tsaved_of_all_keys\tstill_wrong\tright_at_commit\toffline\n'
for text in "$BON_CORPORA"/dev/{law,lit,news,noisy_social,social,spoken,technical,wiki}*.txt; do
    head -c "${BYTES:-400000}" "$text" | sed '$d' | "$BON" normalize -q --punctuation >"$scratch/text"
    offline=$("$BON" restore -q --eval -m "$model" "$scratch/text" | awk -F'\t' 'NR == 2 {print $3}')
    last=$(type_text one-later learn)
    printf '%s\t%s\t%s\t%s\t%s\t%s\t%s' "$(basename "$text" .txt)" "$(cut -f1,2 <<<"$last")" "$(saved "$(type_text marks)")" \
        "$(saved "$(type_text at-once)")" "$(saved "$(type_text one-later)")" "$(saved "$(type_text at-once learn)")" \
        "$(saved "$last")"
    awk -F'\t' -v never="$(type_text never)" -v offline="$offline" '{split(never, n, "\t")
        printf "\t%s\t%.1f\t%s\t%.2f\t%s\n", $3, 100 * ($2 - $3) / $6, $5, 100 * n[7] / n[1], offline}' <<<"$last"
done | tee "$scratch/rows"
awk -F'\t' '{for (i = 4; i <= 8; i++) sum[i] += $i; right += $12} END {printf "average\t\t"
    for (i = 4; i <= 8; i++) printf "\t%.1f", sum[i] / NR
    printf "\t\t\t\t%.2f\n", right / NR}' "$scratch/rows"
