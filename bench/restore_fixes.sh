#!/usr/bin/env bash
# bench/restore_fixes.sh: which errors a network takes away, which it makes and which it leaves, file by file: how many, how many of
# them inside a line with a capital (names), and the most frequent as "wrong→right count".
#   BON_CORPORA=DIR [MODEL=models/vi.bonlm] [NETWORK=models/vi-tiny.bonnn] [MOST=6] bench/restore_fixes.sh
# Words are what stands between blanks, with signs. Prints TSV.
. "$(dirname "$0")/lib.sh"
need_corpora
model=${MODEL:-$root/models/vi.bonlm} network=${NETWORK:-$root/models/vi-tiny.bonnn}
[ -f "$network" ] || { echo "bench: $network is missing" >&2; exit 1; }
export LC_ALL=C

machine
printf 'file\twhat\twords\twith a capital\tmost frequent\n'
while IFS=$'\t' read -r file _; do
    "$BON" normalize -q "$BON_CORPORA/dev/$file" >"$scratch/right"
    "$BON" restore -q --fix-marked --model "$model" "$scratch/right" >"$scratch/alone"
    "$BON" restore -q --fix-marked --model "$model" --neural "$network" "$scratch/right" >"$scratch/joined"
    # Rows "what, capital or not, wrong→right" of every word that one of both got wrong.
    paste "$scratch/right" "$scratch/alone" "$scratch/joined" | awk -F'\t' '{
        n = split($1, right, " "); split($2, alone, " "); split($3, joined, " ")
        for (i = 1; i <= n; i++) {
            capital = i > 1 && right[i] ~ /^([A-Z]|\303[\200-\236]|\304\220|\306[\240\257])/
            if (alone[i] != right[i]) print "wrong before", capital, alone[i] "→" right[i]
            if (alone[i] != right[i] && joined[i] == right[i]) print "taken away", capital, alone[i] "→" right[i]
            if (alone[i] == right[i] && joined[i] != right[i]) print "made", capital, joined[i] "→" right[i]
            if (joined[i] != right[i]) print "left", capital, joined[i] "→" right[i]
        } }' OFS='\t' >"$scratch/words"
    for what in 'wrong before' 'taken away' made left; do
        awk -F'\t' -v what="$what" -v file="$file" '$1 == what { n++; capitals += $2 }
            END { printf "%s\t%s\t%d\t%d\t", file, what, n, capitals }' "$scratch/words"
        awk -F'\t' -v what="$what" '$1 == what { print $3 }' "$scratch/words" | sort | uniq -c | sort -k1,1nr -k2 |
            head -n "${MOST:-6}" | awk '{ printf "%s%s %d", (NR > 1 ? ", " : ""), $2, $1 } END { print "" }'
    done
done < <(grep -v '^#' "$BON_CORPORA/BASELINE.tsv" | tail -n +2)
