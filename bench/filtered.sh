#!/usr/bin/env bash
# bench/filtered.sh: whether text that was deduplicated and filtered makes a model that is no worse: two models of the same size by the same
# recipe, of BON_CORPORA/train as it is, and of what bon dedup --near and bon filter leave of it; accuracy of restoration on every dev file.
#   BON_CORPORA=DIR [ORDER=3] [SIZE=6M] [PART=1] bench/filtered.sh
# Prints TSV (bench/results/filtered.tsv is that of the defaults): what is left of each file, then accuracies with 95 % intervals. A file is
# `lower` where the filtered model is below the plain one by more than the interval (law_statutes: 0.2, since train repeats law). PART=N takes
# the first N-th of every file. The filter has the default rules, and perplexity under the plain model. Exit 1 when a file is lower or the
# average is.
. "$(dirname "$0")/lib.sh"
need_corpora
order=${ORDER:-3} size=${SIZE:-6M} part=${PART:-1}
leave_out=${LEAVE_OUT-lit_webnovel_converted}

build() { # plain or filtered
    BON_CORPORA=$scratch/$1 LEAVE_OUT=$leave_out "$root/corpora/build-model.sh" -n "$order" -s "$size" -o "$scratch/$1.bonlm" >&2
}

mkdir -p "$scratch/plain/train" "$scratch/filtered/train"
for file in "$BON_CORPORA"/train/*.txt.zst; do
    name=$(basename "$file" .txt.zst)
    case " $leave_out " in *" $name "*) continue ;; esac
    lines=$(zstd -dcq --long=27 "$file" | wc -l)
    zstd -dcq --long=27 "$file" | awk -v n=$(((lines + part - 1) / part)) 'NR <= n' >"$scratch/plain/train/$name.txt"
done
build plain

machine
printf '# order %s, %s bytes of %s, part %s of train\nfile\ttexts\tnot_near\tkept\tbytes\tkept_bytes\n' "$order" "$(stat -c %s "$scratch/plain.bonlm")" "$size" "$part"
count() { sed -nE "s/.*\"$1\": ([0-9]+).*/\1/p" "$2"; }
for file in "$scratch"/plain/train/*.txt; do
    name=$(basename "$file" .txt)
    "$BON" dedup -q --near --json "$scratch/near" -o "$scratch/left" "$file"
    "$BON" filter -q --lm "$scratch/plain.bonlm" --json "$scratch/counts" -o "$scratch/filtered/train/$name.txt" "$scratch/left"
    printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$name" "$(count texts "$scratch/near")" "$(count texts "$scratch/counts")" \
        "$(count kept "$scratch/counts")" "$(count bytes "$scratch/near")" "$(count kept_bytes "$scratch/counts")"
done
build filtered

for model in plain filtered; do
    grep -v '^#' "$BON_CORPORA/BASELINE.tsv" | tail -n +2 | while IFS=$'\t' read -r file _; do
        "$BON" restore -q --model "$scratch/$model.bonlm" --eval "$BON_CORPORA/dev/$file" | tail -n 1 | cut -f 1,3,4 | sed "s/^/$file\t/"
    done >"$scratch/$model.rows"
done
printf '\nfile\ttokens\tplain\tfiltered\tdifference\tlower\n'
paste "$scratch/plain.rows" "$scratch/filtered.rows" | awk -F'\t' '
    { room = $1 ~ /^law/ ? 0.2 : $4; lower = $7 < $3 - room; worse += lower; a += $3; b += $7
      printf "%s\t%d\t%.2f±%.2f\t%.2f±%.2f\t%+.2f\t%s\n", $1, $2, $3, $4, $7, $8, $7 - $3, lower ? "yes" : "no" }
    END { printf "average\t\t%.2f\t%.2f\t%+.2f\t%s\n", a / NR, b / NR, (b - a) / NR, b < a ? "yes" : "no"; exit worse > 0 || b < a }'
