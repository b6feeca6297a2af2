#!/usr/bin/env bash
# bench/lm_train.sh: bon-1m, trained from text on one thread of the CPU: what it learns, what 8 bits cost, how fast it writes.
#   BON_CORPORA=DIR [STEPS=700] [CURVE=FILE.svg] bench/lm_train.sh
# 4 MB of five registers, once through in about 600 steps of 2048 tokens. Prints TSV; CURVE also draws the log (needs gnuplot).
. "$(dirname "$0")/lib.sh"
need_corpora
steps=${STEPS:-700}

set +e # SIGPIPE ends zstd once head has enough
for name in news_baomoi wiki lit_classic edu_vndoc social_reviews; do
    zstd -dcq --long=27 "$BON_CORPORA/train/$name.txt.zst" 2>/dev/null | head -c 800000 | sed '$d'
    echo
done | "$BON" normalize -q >"$scratch/text"
set -e
"$BON" tokenizer train -q --vocab 2048 -o "$scratch/tok.json" "$scratch/text"
measure "$scratch/train" "$BON" train -q -j 1 -t "$scratch/tok.json" -o "$scratch/run" --steps "$steps" "$scratch/text"
"$BON" export --to int8 -o "$scratch/int8" "$scratch/run"
"$BON" export --to gguf --type q8_0 -o "$scratch/q8_0.gguf" "$scratch/run"
head -c 60000 "$BON_CORPORA/dev/news_2021_articles.txt" | sed '$d' | "$BON" normalize -q >"$scratch/dev"
measure "$scratch/eval" "$BON" eval -q -j 1 -o "$scratch/f32.tsv" "$scratch/run" "$scratch/dev"
measure "$scratch/eval8" "$BON" eval -q -j 1 -o "$scratch/int8.tsv" "$scratch/int8" "$scratch/dev"
for model in run int8; do
    measure "$scratch/generate-$model" "$BON" generate -q -j 1 -n 250 --temperature 0.8 "$scratch/$model" 'Hôm nay' >"$scratch/$model.txt"
done

column() { sed -n 2p "$1" | cut -f "$2"; }
row() { printf '%s\t%s\n' "$1" "$2"; }
cpu=$(median "$scratch/train" 2) tokens=$((steps * 2048))
entropy=$(od -An -v -tu2 -w2 "$scratch/run/train.ids" | awk '{ count[$1]++ } END { for (id in count) h -= count[id] / NR * log(count[id] / NR); print h }')
weights=$(stat -c %s "$scratch"/run/step-*/model.safetensors) small=$(stat -c %s "$scratch/int8/model.safetensors")

machine
printf '# bon-1m, %s steps of 2048 tokens, %s bytes of text\n' "$steps" "$(stat -c %s "$scratch/text")"
printf 'what\tvalue\n'
row cpu_s "$cpu"
row tokens_per_cpu_s "$(ratio "$tokens" "$cpu")"
row peak_rss_mib "$(median "$scratch/train" 3)"
row entropy_of_single_tokens "$entropy"
row loss_on_text_not_learned "$(tail -n 1 "$scratch/run/log.csv" | cut -d, -f3)"
row bits_per_byte "$(tail -n 1 "$scratch/run/log.csv" | cut -d, -f4)"
row bits_per_byte_dev_news_f32 "$(column "$scratch/f32.tsv" 6)"
row bits_per_byte_dev_news_int8 "$(column "$scratch/int8.tsv" 6)"
row int8_to_f32_bits "$(ratio "$(column "$scratch/int8.tsv" 6)" "$(column "$scratch/f32.tsv" 6)")"
row f32_to_int8_bytes "$(ratio "$weights" "$small")"
row f32_to_q8_0_gguf_bytes "$(ratio "$weights" "$(stat -c %s "$scratch/q8_0.gguf")")"
row generate_f32_cpu_s_250_tokens "$(median "$scratch/generate-run" 2)"
row generate_int8_cpu_s_250_tokens "$(median "$scratch/generate-int8" 2)"
sed 's/^/# f32: /' "$scratch/run.txt"
sed 's/^/# int8: /' "$scratch/int8.txt"
[ -z "${CURVE:-}" ] || "$BON" plot --title "bon-1m, 4 MB of text, one core" -o "$CURVE" "$scratch/run"
