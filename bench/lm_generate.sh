#!/usr/bin/env bash
# bench/lm_generate.sh: how fast a model writes, one thread, by CPU time: 32-bit weights beside 8-bit ones. The weights are those
# of one step: how fast they multiply does not depend on what they know.
#   BON_CORPORA=DIR [PRESET=bon-34m] [VOCAB=16384] [TOKENS=200] bench/lm_generate.sh
. "$(dirname "$0")/lib.sh"
need_corpora
preset=${PRESET:-bon-34m} tokens=${TOKENS:-200}

set +e # SIGPIPE ends zstd once head has enough
zstd -dcq --long=27 "$BON_CORPORA/train/news_baomoi.txt.zst" 2>/dev/null | head -c 20000000 >"$scratch/text"
set -e
"$BON" tokenizer train -q --vocab "${VOCAB:-16384}" -o "$scratch/tok.json" "$scratch/text"
head -n 300 "$scratch/text" |
    "$BON" train -q -t "$scratch/tok.json" -o "$scratch/f32" --model "$preset" --batch 1 --steps 1 --val-part 0
"$BON" export --to int8 -o "$scratch/int8" "$scratch/f32"
for _ in 1 2 3 4 5; do
    for weights in f32 int8; do # the time for one token is start-up
        measure "$scratch/$weights-all" "$BON" generate -q -j 1 -n "$tokens" --ids "$scratch/$weights" 'Hôm nay' >"$scratch/out"
        measure "$scratch/$weights-one" "$BON" generate -q -j 1 -n 1 --ids "$scratch/$weights" 'Hôm nay' >/dev/null
        awk -v n="$(wc -w <"$scratch/out")" -v all="$(tail -n 1 "$scratch/$weights-all" | cut -f 2)" \
            -v one="$(tail -n 1 "$scratch/$weights-one" | cut -f 2)" 'BEGIN { if (n > 1) print (n - 1) / (all - one) }' >>"$scratch/$weights"-rate
    done
done

machine
printf '# %s, %s tokens\n' "$preset" "$tokens"
printf 'what\tf32\tint8\tratio\n'
f32=$(median "$scratch/f32-rate" 1) int8=$(median "$scratch/int8-rate" 1)
printf 'tokens_per_cpu_s\t%s\t%s\t%s\n' "$f32" "$int8" "$(ratio "$int8" "$f32")"
f32=$(stat -c %s "$scratch"/f32/step-*/model.safetensors) int8=$(stat -c %s "$scratch/int8/model.safetensors")
printf 'bytes\t%s\t%s\t%s\n' "$f32" "$int8" "$(ratio "$f32" "$int8")"
printf 'peak_rss_mib\t%s\t%s\t\n' "$(median "$scratch/f32-all" 3)" "$(median "$scratch/int8-all" 3)"
