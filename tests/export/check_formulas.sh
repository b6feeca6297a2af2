#!/usr/bin/env bash
# The safetensors folder by Hugging Face's formulas in numpy: logits as `bon eval --logits` has them, within 1e-4 in f32 and 1e-2 in
# bf16, both architectures. Skipped where Python (PYTHON, python3) lacks numpy.
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-python3}
"$python" -c 'import numpy' 2>/dev/null || {
    echo "$python has no numpy"
    exit 77
}
set -e
cat "$here"/../../corpora/sample/*.txt >text
"$BON" tokenizer train -q --vocab 700 -o tok.json text
check() { # name, options of the model...
    "$BON" train -q -j 1 -t tok.json -o "$1" --layers 2 --width 64 --heads 2 --hidden 96 --context 64 --steps 50 "${@:2}" text
    "$BON" eval -q -j 1 --logits "$1.logits" "$1" text
    for type in f32 bf16; do
        "$BON" export --to hf --type "$type" -o "$1-$type" "$1"
        "$python" "$here/check_formulas.py" "$1-$type" "$1.logits"
    done
}
check qwen3 --kv-heads 1
check gpt2 --model gpt2-124m
echo 'logits as by the formulas of transformers, qwen3 and gpt2, f32 and bf16'
