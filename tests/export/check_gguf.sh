#!/usr/bin/env bash
# GGUF in llama.cpp (node-llama-cpp has it built): small models, trained here, go on with 20 prompts by the same tokens as `bon
# generate`, in both architectures; every type of values loads.
here=$(cd "$(dirname "$0")" && pwd)
package=node-llama-cpp@3.22.1
library=$EXPORT/node_modules/node-llama-cpp/dist/index.js
skip() {
    echo "$1"
    exit 77
}
command -v node >/dev/null || skip 'node is not installed'
case $(uname -s)-$(uname -m) in # llama.cpp itself is in a package of the platform; npm would fetch those for GPUs too
Linux-x86_64) platform=@node-llama-cpp/linux-x64@3.22.1 ;;
Linux-aarch64) platform=@node-llama-cpp/linux-arm64@3.22.1 ;;
*) skip "no llama.cpp for $(uname -sm) is known here" ;;
esac
if [ ! -f "$library" ]; then
    command -v npm >/dev/null || skip 'npm is not installed'
    timeout 600 npm install --prefix "$EXPORT" --no-audit --no-fund --omit=optional "$package" "$platform" >npm.log 2>&1 ||
        skip "$package cannot be had from the npm registry"
fi
set -e
cat "$here"/../../corpora/sample/*.txt >text
grep -v '^$' text | awk 'NR % 30 == 1 { print $1, $2, $3 }' | head -n 20 >prompts
[ "$(wc -l <prompts)" = 20 ]
"$BON" tokenizer train -q --vocab 700 -o tok.json text
compare() { # name, options of the model...
    "$BON" train -q -j 1 -t tok.json -o "$1" --layers 2 --width 64 --heads 2 --hidden 96 --context 64 --steps 150 "${@:2}" text
    "$BON" generate -q -j 1 --temperature 0 -n 32 --ids "$1" <prompts >ids
    "$BON" export --to gguf -o "$1.gguf" "$1"
    printf '%s: ' "$1"
    node "$here/check_gguf.mjs" "$library" "$1.gguf" prompts ids
}
compare qwen3 --kv-heads 1
compare gpt2 --model gpt2-124m
for type in f16 bf16 q8_0; do
    "$BON" export --to gguf --type "$type" -o "$type.gguf" qwen3
    node "$here/check_gguf.mjs" "$library" "$type.gguf" prompts
done
echo '20 prompts gone on with as bon does, qwen3 and gpt2; f16, bf16 and q8_0 load'
