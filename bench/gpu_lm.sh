#!/usr/bin/env bash
# bench/gpu_lm.sh: training of transformers on a GPU in bf16, medians of STEPS 20. Run by `make gpu-bench`; the figures go to
# bench/results/ too, with the GPU's name, the date and the commit (COMMIT, where there is no repository).
#
# gpt2-124m runs beside its peers, ROUNDS 3 times in turn, and the medians are compared: PyTorch (torch.compile and SDPA, by PYTHON
# python3, where it has torch) and llm.c (LLMC_BIN, a built train_gpt2cu). A peer that is not there is named in a line.
set -eu
export LC_ALL=C
root=$(cd "$(dirname "$0")/.." && pwd)
program=${GPU_BENCH:-$root/build/cuda/bench-lm}
python=${PYTHON:-python3}
steps=${STEPS:-20} rounds=${ROUNDS:-3} windows=32
gpu=$(nvidia-smi --query-gpu=name --format=csv,noheader 2>/dev/null | head -n 1) || true
if [ ! -x "$program" ] || [ -z "$gpu" ]; then
    echo "bench: skipped: no GPU here, or no make gpu-bench" >&2
    exit 0
fi
commit=${COMMIT:-$(git -C "$root" describe --always --dirty 2>/dev/null || echo unknown)}
results=${RESULTS:-$root/bench/results}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$results"
out=$results/gpu-lm-$(date -u +%Y%m%d-%H%M%S).tsv

median() { sort -g "$1" | awk '{ v[NR] = $1 } END { if (NR) print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

# Each prints tokens a second of gpt2-124m, or nothing when it failed: its log is then shown.
run_bon() { "$program" "$steps" gpt2-124m | awk -F'\t' '$1 == "gpt2-124m_tokens_per_s" { print $2 }'; }
run_pytorch() { "$python" "$root/bench/gpu_lm_torch.py" $windows "$steps"; }
# Its data files: 256 numbers of 32 bits (a mark, the version, how many tokens), then tokens of 16 bits.
run_llmc() {
    "$python" - "$scratch/tokens.bin" $((windows * 1024 * 4 + 1)) <<'PYTHON'
import random, struct, sys
count = int(sys.argv[2])
random.seed(1)
with open(sys.argv[1], "wb") as out:
    out.write(struct.pack("<256i", 20240520, 1, count, *[0] * 253))
    out.write(struct.pack(f"<{count}H", *(random.randrange(50257) for _ in range(count))))
PYTHON
    (cd "$scratch" && "$LLMC_BIN" -i tokens.bin -j tokens.bin -e d12 -b $windows -t 1024 -x $((steps + 3)) -v 1000000 -m 1 -s 0 -l 0.0001) |
        sed -nE 's/^step +([0-9]+)\/.* ([0-9.]+) ms .*/\1 \2/p' |
        awk -v tokens=$((windows * 1024)) '$1 > 3 { print tokens / $2 * 1000 }' >"$scratch/llmc.steps"
    median "$scratch/llmc.steps"
}

peers=()
if "$python" -c 'import sys, torch; sys.exit(not (hasattr(torch, "compile") and torch.cuda.is_available()))' 2>/dev/null; then
    peers+=(pytorch)
else
    echo "bench: PyTorch skipped: $python has no torch that can compile and sees the GPU (PYTHON=... names another)" >&2
fi
if [ -n "${LLMC_BIN:-}" ] && [ -x "$LLMC_BIN" ]; then
    LLMC_BIN=$(realpath "$LLMC_BIN")
    peers+=(llmc)
else
    echo 'bench: llm.c skipped: LLMC_BIN does not name a built train_gpt2cu' >&2
fi

compare() {
    local round who
    for ((round = 0; round < rounds; round++)); do
        for who in bon "${peers[@]}"; do
            "run_$who" >>"$scratch/$who" 2>"$scratch/log" || { echo "bench: $who failed:" && tail -n 5 "$scratch/log"; } >&2
        done
    done
    for who in "${peers[@]}"; do
        [ -s "$scratch/$who" ] || continue
        printf 'gpt2-124m_%s_tokens_per_s\t%.0f\n' "$who" "$(median "$scratch/$who")"
        awk -v a="$(median "$scratch/bon")" -v b="$(median "$scratch/$who")" -v who="$who" \
            'BEGIN { printf "gpt2-124m_bon_to_%s\t%.3f\n", who, a / b }'
    done
}

{
    printf '# %s, %s, commit %s\n' "$gpu" "$(date -u +%F)" "$commit"
    [ ${#peers[@]} = 0 ] || "$python" -c 'import torch; print("# PyTorch", torch.__version__)' 2>/dev/null || true
    printf 'figure\tvalue\n'
    "$program" "$steps"
    [ ${#peers[@]} = 0 ] || compare
} >"$out.part"
mv "$out.part" "$out"
cat "$out"
