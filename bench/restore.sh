#!/usr/bin/env bash
# bench/restore.sh: how well and how fast marks are restored: accuracy by register beside the baseline's, speed on one core,
# start-up, what adapting to a document gains and what the beam loses.
#   BON_CORPORA=DIR [MODEL=models/vi.bonlm] [RUNS=5] bench/restore.sh
# Prints TSV. `baseline` is the accuracy in BON_CORPORA/BASELINE.tsv (unpruned 4-gram) for the same file and the same count of
# tokens; `within` says whether accuracy is not below it by more than the 95 % interval. Exit 1 when a token count differs.
. "$(dirname "$0")/lib.sh"
need_corpora
model=${MODEL:-$root/models/vi.bonlm}
runs=${RUNS:-5}
[ -f "$model" ] || { echo "bench: $model is missing: set MODEL" >&2; exit 1; }

machine
printf '# model: %s, %s bytes\n' "$(basename "$model")" "$(stat -c %s "$model")"
printf 'file\ttokens\taccuracy\tci95\tlines_correct\tbaseline\tdifference\twithin\n'
grep -v '^#' "$BON_CORPORA/BASELINE.tsv" | tail -n +2 >"$scratch/baseline"
while IFS=$'\t' read -r file tokens baseline _; do
    "$BON" restore -q --model "$model" --eval "$BON_CORPORA/dev/$file" >"$scratch/$file.eval"
    tail -n 1 "$scratch/$file.eval" | awk -F'\t' -v f="$file" -v t="$tokens" -v b="$baseline" -v d="$scratch/differs" '{
        if ($1 != t) { print "bench: " f ": " $1 " tokens instead of " t >"/dev/stderr"; print f >>d }
        printf "%s\t%d\t%.2f\t%.2f\t%.1f\t%.2f\t%+.2f\t%s\n", f, $1, $3, $4, $6, b, $3 - b, ($3 >= b - $4 ? "yes" : "no") }'
    cat "$BON_CORPORA/dev/$file" >>"$scratch/all"
done <"$scratch/baseline" | tee "$scratch/rows"
awk -F'\t' '{a += $3; b += $6} END {printf "average\t\t%.2f\t\t\t%.2f\t%+.2f\t\n", a / NR, b / NR, (a - b) / NR}' "$scratch/rows"

# Every file read in documents of 200 lines, each learning from its own output.
while IFS=$'\t' read -r file _; do
    "$BON" restore -q --model "$model" --adapt 200 --eval "$BON_CORPORA/dev/$file" | tail -n 1 | cut -f 3
done <"$scratch/baseline" | paste "$scratch/rows" - | awk -F'\t' '{ gain = $NF - $3; sum += gain; if (NR == 1 || gain < least) least = gain
    if ($1 ~ /^social/) social = gain } END { printf "%.2f\t%.2f\t%.2f\n", sum / NR, social, least }' >"$scratch/gains"

printf '\nwhat\tvalue\tunit\tlimit\n'
printf 'adapting, average\t%+.2f\tpoints\t>= 0.20\n' "$(cut -f 1 "$scratch/gains")"
printf 'adapting, social\t%+.2f\tpoints\t>= 0.80\n' "$(cut -f 2 "$scratch/gains")"
printf 'adapting, worst\t%+.2f\tpoints\t>= -0.10\n' "$(cut -f 3 "$scratch/gains")"
echo 'toi dang hoc tieng viet' >"$scratch/line"
for _ in $(seq "$runs"); do
    "$BON" restore -q -j 1 --model "$model" --eval "$scratch/all" | tail -n 1 >>"$scratch/speed"
    measure "$scratch/line.time" "$BON" restore -q -j 1 --model "$model" "$scratch/line" >"$scratch/first"
done
printf 'speed\t%.0f\tsyllables/s, one core\t>= 100000\n' "$(median "$scratch/speed" 7)"
printf 'first line\t%.1f\tms, start to end of process\t<= 30\n' "$(awk -v s="$(median "$scratch/line.time" 1)" 'BEGIN {print 1000 * s}')"
printf 'memory\t%.1f\tMiB, model included\t\n' "$(median "$scratch/line.time" 3)"

# The beam against one that keeps everything it has room for and drops nothing by score.
cc -O2 -D_GNU_SOURCE -I"$root/include" -I"$root/src" -o "$scratch/beam" "$root/bench/restore_beam.c" \
    "$(dirname "$BON")/libbon.a" -lzstd -lz -licuuc -lpcre2-8 -lm -pthread
printf 'beam loss\t%s\tpoints of accuracy\t< 0.02\n' "$("$scratch/beam" "$model" "$scratch/all")"
[ ! -e "$scratch/differs" ]
