#!/usr/bin/env bash
# bench/residue.sh: what `bon restore --residue` understands and what it breaks: letter words of the development files that come
# back right when all of the text, a fifth of it, or nothing was typed in keys of telex or VNI.
#   BON_CORPORA=DIR [MODEL=models/vi.bonlm] [LINES=1000] bench/residue.sh
# Prints TSV. Words are what stands between blanks. `changed`: of text without keys, words that the option changes.
. "$(dirname "$0")/lib.sh"
need_corpora
model=${MODEL:-$root/models/vi.bonlm}
cat >"$scratch/strip.c" <<'C'
#include <stdio.h>
#include <stdlib.h>
#include "bon/syllable.h"
int main(void) {
    char *line = NULL; size_t cap = 0; ssize_t n; bon_buf out = {0};
    while ((n = getline(&line, &cap, stdin)) > 0) {
        out.len = 0;
        if (bon_strip_marks(line, (size_t)n, &out) != BON_OK || fwrite(out.data, 1, out.len, stdout) != out.len) return 1;
    }
    return 0;
}
C
cc -O2 -D_GNU_SOURCE -I"$root/include" -o "$scratch/strip" "$scratch/strip.c" "$(dirname "$BON")/libbon.a" \
    -lzstd -lz -lbz2 -licuuc -lpcre2-8 -lm -pthread
for file in "$BON_CORPORA"/dev/*.txt; do head -n "${LINES:-1000}" "$file"; done | "$BON" normalize -q >"$scratch/gold"
"$scratch/strip" <"$scratch/gold" >"$scratch/plain"
for method in telex vni; do
    "$BON" telex encode -q --method "$method" "$scratch/gold" >"$scratch/$method"
    # Every fifth word, and never the same ones in every line.
    awk -v keys="$scratch/$method" '{
        getline line <keys; n = split(line, key, " "); m = split($0, word, " ")
        for (i = 1; i <= m; i++) printf "%s%s", (n == m && (i + NR) % 5 == 0 ? key[i] : word[i]), (i < m ? " " : "")
        print "" }' "$scratch/plain" >"$scratch/fifth-$method"
done

# same A B: words, and how many of them are the same, of those lines that have as many words in both.
same() {
    awk -v other="$2" '{
        getline line <other; n = split(line, b, " "); m = split($0, a, " ")
        for (i = 1; i <= m; i++) if (a[i] ~ /[^0-9[:punct:]]/) { words++; right += n == m && a[i] == b[i] } }
        END { printf "%d\t%d", words, right }' "$1"
}
machine
printf 'text\toption\twords\tright\tpercent\n'
for text in plain fifth-telex fifth-vni telex vni; do
    for option in '' --residue; do
        # shellcheck disable=SC2086
        "$BON" restore -q --model "$model" $option "$scratch/$text" >"$scratch/out.$text$option"
        printf '%s\t%s\t%s\n' "$text" "${option:--}" "$(same "$scratch/gold" "$scratch/out.$text$option")" |
            awk -F'\t' '{ printf "%s\t%.2f\n", $0, 100 * $4 / $3 }'
    done
done
printf 'plain\tchanged\t%s\n' "$(same "$scratch/out.plain" "$scratch/out.plain--residue")" |
    awk -F'\t' '{ printf "%s\t%s\t%d\t%d\t%.3f\n", $1, $2, $3, $3 - $4, 100 * ($3 - $4) / $3 }'
