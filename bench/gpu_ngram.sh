#!/usr/bin/env bash
# bench/gpu_ngram.sh: n-gram estimation on a GPU against bon's own on two threads of the CPU: WORDS ids (10^9), CPU_WORDS (as many)
# of the same synthetic text, ORDER 5, medians of RUNS 3. Run by `make gpu-bench`; the figures go to bench/results/ too, with the
# GPU's name, the date and the commit (COMMIT, where there is no repository).
set -eu
export LC_ALL=C
root=$(cd "$(dirname "$0")/.." && pwd)
program=${GPU_BENCH:-$root/build/cuda/bench-ngram}
gpu=$(nvidia-smi --query-gpu=name --format=csv,noheader 2>/dev/null | head -n 1) || true
if [ ! -x "$program" ] || [ -z "$gpu" ]; then
    echo "bench: skipped: no GPU here, or no make gpu-bench" >&2
    exit 0
fi
words=${WORDS:-1000000000}
cpu_words=${CPU_WORDS:-$words}
commit=${COMMIT:-$(git -C "$root" describe --always --dirty 2>/dev/null || echo unknown)}
results=${RESULTS:-$root/bench/results}
mkdir -p "$results"
out=$results/gpu-ngram-$(date -u +%Y%m%d-%H%M%S).tsv
"$program" 10000000 0 5 1 >/dev/null # the GPU wakes up
{
    printf '# %s, %s cores, %s, commit %s\n' "$gpu" "$(nproc)" "$(date -u +%F)" "$commit"
    printf 'figure\tvalue\n'
    "$program" "$words" "$cpu_words" "${ORDER:-5}" "${RUNS:-3}"
} >"$out.part"
mv "$out.part" "$out"
cat "$out"
