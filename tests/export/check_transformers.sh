#!/usr/bin/env bash
# The safetensors folder in Hugging Face's transformers: logits as `bon eval --logits` has them, within 1e-4 in f32 and 1e-2 in
# bf16, both architectures. Skipped where Python lacks torch or transformers.
here=$(cd "$(dirname "$0")" && pwd)
python3 -c 'import torch, transformers, safetensors' 2>/dev/null || {
    echo 'python3 has no torch, transformers and safetensors'
    exit 77
}
set -e
cat "$here"/../../corpora/sample/*.txt >text
"$BON" tokenizer train -q --vocab 700 -o tok.json text
for model in bon-1m gpt2-124m; do
    "$BON" train -q -j 1 -t tok.json -o "$model" --model "$model" --layers 2 --width 64 --heads 2 --hidden 96 --context 64 \
        --steps 50 text
    "$BON" eval -q -j 1 --logits "$model.logits" "$model" text
    for type in f32 bf16; do
        "$BON" export --to hf --type "$type" -o "$model-$type" "$model"
        python3 "$here/check_transformers.py" "$model-$type" "$model.logits"
    done
done
