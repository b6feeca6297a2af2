#!/usr/bin/env bash
# bench/gpu_lm.sh: training of transformers on a GPU in bf16, medians of STEPS 20. Run by `make gpu-bench`; the figures go to
# bench/results/ too, with the GPU's name, the date and the commit (COMMIT, where there is no repository).
set -eu
export LC_ALL=C
root=$(cd "$(dirname "$0")/.." && pwd)
program=${GPU_BENCH:-$root/build/cuda/bench-lm}
gpu=$(nvidia-smi --query-gpu=name --format=csv,noheader 2>/dev/null | head -n 1) || true
if [ ! -x "$program" ] || [ -z "$gpu" ]; then
    echo "bench: skipped: no GPU here, or no make gpu-bench" >&2
    exit 0
fi
commit=${COMMIT:-$(git -C "$root" describe --always --dirty 2>/dev/null || echo unknown)}
results=${RESULTS:-$root/bench/results}
mkdir -p "$results"
out=$results/gpu-lm-$(date -u +%Y%m%d-%H%M%S).tsv
{
    printf '# %s, %s, commit %s\n' "$gpu" "$(date -u +%F)" "$commit"
    printf 'figure\tvalue\n'
    "$program" "${STEPS:-20}"
} >"$out.part"
mv "$out.part" "$out"
cat "$out"
