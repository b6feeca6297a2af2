#!/usr/bin/env bash
# bench/lm.sh: training steps of a transformer on the CPU, one thread, by CPU time, beside a bare product of the same BLAS.
# PRESET (default bon-1m), TOKENS a step (2048), RUNS (5), RECOMPUTE (0). OPENBLAS_CORETYPE chooses OpenBLAS's kernels.
. "$(dirname "$0")/lib.sh"
read -ra libraries <<<"$(pkg-config --libs icu-uc json-c libpcre2-8 libzstd zlib)"
cc -O2 -I"$root/include" -o "$scratch/step" "$root/bench/lm_step.c" "$(dirname "$BON")/libbon.a" "${libraries[@]}" -lbz2 -lm -pthread
preset=${PRESET:-bon-1m} tokens=${TOKENS:-2048}
"$scratch/step" "$preset" "$tokens" "${RUNS:-5}" "${RECOMPUTE:-0}" >"$scratch/rows"

machine
printf '# %s, %s tokens a step, OPENBLAS_CORETYPE=%s, recomputation %s\n' "$preset" "$tokens" "${OPENBLAS_CORETYPE:-}" "${RECOMPUTE:-0}"
printf 'what\tbon\tOpenBLAS\tratio\n'
step=$(median "$scratch/rows" 1) product=$(median "$scratch/rows" 2)
printf 'gflop_per_cpu_s\t%s\t%s\t%s\n' "$step" "$product" "$(ratio "$step" "$product")"
printf 'tokens_per_cpu_s\t%s\t\t\n' "$(median "$scratch/rows" 3)"
printf 'mib_of_graph\t%s\t\t\n' "$(median "$scratch/rows" 4)"
printf 'mib_without_reuse\t%s\t\t\n' "$(median "$scratch/rows" 5)"
