#!/usr/bin/env bash
# bench/restore.sh: how well and how fast marks are restored: accuracy by register of bon's models beside a plain unigram, a
# bigram Viterbi and an unpruned 4-gram, with 95 % intervals; speed, start-up, what adapting to a document gains, what the beam
# loses.
#   BON_CORPORA=DIR [MODEL=models/vi.bonlm] [LARGE=FILE] [SMALL=FILE] [PLAIN=DIR] [RUNS=5] bench/restore.sh
# Prints TSV. `baseline` is the unpruned 4-gram of BON_CORPORA/BASELINE.tsv: its accuracy for the same file and the same count
# of tokens. LARGE and SMALL are models for 100 MB and 6 MB (corpora/build-model.sh -s large, -s small); without them their
# columns are left out. The unigram and the bigram are made from BON_CORPORA/train, unpruned, and kept in PLAIN for the next
# time (PLAIN=none leaves them out). `below` names files where a model for 100 MB is below the baseline by more than the
# interval (law: 0.2). Exit 1 when a token count differs.
. "$(dirname "$0")/lib.sh"
need_corpora
runs=${RUNS:-5}
plain=${PLAIN:-$scratch}
names=() models=()
add_model() { # name, file
    [ -f "$2" ] || { echo "bench: $2 is missing" >&2; exit 1; }
    names+=("$1") models+=("$2")
}
if [ "$plain" != none ]; then
    for order in 1 2; do
        [ -f "$plain/plain$order.bonlm" ] ||
            BON=$BON "$root/corpora/build-model.sh" -n $order -s full -o "$plain/plain$order.bonlm" >&2
    done
    add_model unigram "$plain/plain1.bonlm"
    add_model bigram "$plain/plain2.bonlm"
fi
first=${#names[@]} # of bon's own
[ -z "${LARGE:-}" ] || add_model large "$LARGE"
add_model base "${MODEL:-$root/models/vi.bonlm}"
[ -z "${SMALL:-}" ] || add_model small "$SMALL"

machine
for i in "${!names[@]}"; do
    printf '# %s: %s, %s bytes\n' "${names[i]}" "$(basename "${models[i]}")" "$(stat -c %s "${models[i]}")"
done
grep -v '^#' "$BON_CORPORA/BASELINE.tsv" | tail -n +2 >"$scratch/baseline"

# accuracy NAME MODEL OPTION...: of every file a line "tokens TAB accuracy TAB ci95" in $scratch/NAME.
accuracy() {
    local name=$1 model=$2 file
    shift 2
    while IFS=$'\t' read -r file _; do
        "$BON" restore -q --model "$model" "$@" --eval "$BON_CORPORA/dev/$file" | tail -n 1 | cut -f 1,3,4
    done <"$scratch/baseline" >"$scratch/$name"
}

printf 'file\ttokens\tbaseline'
printf '\t%s' "${names[@]}"
columns=()
for i in "${!names[@]}"; do
    accuracy "${names[i]}.rows" "${models[i]}"
    columns+=("$scratch/${names[i]}.rows")
done
paste "$scratch/baseline" "${columns[@]}" | awk -F'\t' -v differs="$scratch/differs" '
    { printf "\n%s\t%d\t%.2f±%.2f", $1, $2, $3, $4; sum[0] += $3
      for (i = 8; i < NF; i += 3) {
          if ($i != $2) { print "bench: " $1 ": " $i " tokens instead of " $2 >"/dev/stderr"; print $1 >>differs }
          printf "\t%.2f±%.2f", $(i + 1), $(i + 2); sum[i] += $(i + 1) } }
    END { printf "\naverage\t\t%.2f", sum[0] / NR; for (i = 8; i < NF; i += 3) printf "\t%.2f", sum[i] / NR
          printf "\ndifference\t\t"; for (i = 8; i < NF; i += 3) printf "\t%+.2f", (sum[i] - sum[0]) / NR; print "" }'

printf '\nwhat\tvalue\tunit\tlimit\n'
if [ -n "${LARGE:-}" ]; then
    paste "$scratch/baseline" "$scratch/large.rows" | awk -F'\t' '
        $9 < $3 - ($1 ~ /^law/ ? 0.2 : $4) { names = names " " $1 }
        END { printf "large, below\t%s\tfiles\tnone\n", names == "" ? "none" : substr(names, 2) }'
fi

# Every file read in documents of 200 lines, each learning from its own output.
for i in "${!names[@]}"; do
    [ "$i" -ge "$first" ] || continue
    accuracy adapted "${models[i]}" --adapt 200
    paste "$scratch/baseline" "$scratch/${names[i]}.rows" "$scratch/adapted" | awk -F'\t' -v name="${names[i]}" '
        { gain = $12 - $9; sum += gain; if (NR == 1 || gain < least) least = gain; if ($1 ~ /^social/) social = gain }
        END { printf "%s, adapting, average\t%+.2f\tpoints\t>= 0.20\n", name, sum / NR
              printf "%s, adapting, social\t%+.2f\tpoints\t>= 0.80\n", name, social
              printf "%s, adapting, worst\t%+.2f\tpoints\t>= -0.10\n", name, least }'
done

# Speed of each in turn, so that what else the machine does meets all of them.
while IFS=$'\t' read -r file _; do cat "$BON_CORPORA/dev/$file"; done <"$scratch/baseline" >"$scratch/all"
"$BON" restore -q --eval --model "${models[first]}" "$scratch/all" | tail -n 1 | cut -f 1 >"$scratch/tokens"
echo 'toi dang hoc tieng viet' >"$scratch/line"
for _ in $(seq "$runs"); do
    for i in "${!names[@]}"; do
        measure "$scratch/${names[i]}.time" "$BON" restore -q -j 1 --fix-marked --model "${models[i]}" "$scratch/all" >/dev/null
        measure "$scratch/${names[i]}.line" "$BON" restore -q -j 1 --model "${models[i]}" "$scratch/line" >/dev/null
    done
done

# The beam against one that keeps everything it has room for and drops nothing by score.
cc -O2 -D_GNU_SOURCE -I"$root/include" -I"$root/src" -o "$scratch/beam" "$root/bench/restore_beam.c" \
    "$(dirname "$BON")/libbon.a" -lzstd -lz -lbz2 -licuuc -lpcre2-8 -lm -pthread
declare -A least=([large]='>= 300000' [base]='>= 500000' [small]='')
for i in "${!names[@]}"; do
    name=${names[i]}
    printf '%s, speed\t%.0f\tsyllables/s of CPU time, one core\t%s\n' "$name" \
        "$(awk -v n="$(cat "$scratch/tokens")" -v s="$(median "$scratch/$name.time" 2)" 'BEGIN {print n / s}')" "${least[$name]:-}"
    [ "$i" -ge "$first" ] || continue
    printf '%s, first line\t%.1f\tms, start to end of process\t%s\n' "$name" \
        "$(awk -v s="$(median "$scratch/$name.line" 1)" 'BEGIN {print 1000 * s}')" "$([ "$name" = large ] || echo '<= 30')"
    printf '%s, memory\t%.1f\tMiB, model included\t\n' "$name" "$(median "$scratch/$name.time" 3)"
    printf '%s, beam loss\t%s\tpoints of accuracy\t< 0.02\n' "$name" "$("$scratch/beam" "${models[i]}" "$scratch/all")"
done
# What a key costs, how threads scale, how far probabilities can be believed.
MODEL=${MODEL:-$root/models/vi.bonlm} RUNS=$runs "$root/bench/restore_latency.sh" | sed 1,3d
MODEL=${MODEL:-$root/models/vi.bonlm} "$root/bench/calibration.sh" | sed 1,2d
[ ! -e "$scratch/differs" ]
