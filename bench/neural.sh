#!/usr/bin/env bash
# bench/neural.sh: what a network that restores costs, one thread, by CPU time: ms for a window of 24 syllables (26 positions with its
# begin and end) and positions a second, with 8-bit weights by every kernel of this processor, beside the same in fp32 by OpenBLAS
# (told what the processor can do by OPENBLAS_CORETYPE). Weights are random. The aim, with AVX2: small 2 ms, base 6 ms, tiny 25000/s.
#   [RUNS=7] [POSITIONS=26] bench/neural.sh
. "$(dirname "$0")/lib.sh"
runs=${RUNS:-7} positions=${POSITIONS:-26}
folder=$(dirname "$BON")
# shellcheck disable=SC2046
cc -O2 -std=c17 -D_GNU_SOURCE -I"$root/include" -I"$root/src" -o "$scratch/window" "$root/bench/neural_window.c" "$folder/libbon.a" \
    $(pkg-config --libs expat icu-uc json-c libpcre2-8 libzstd zlib) -lbz2 -lm -pthread
if [ -z "${OPENBLAS_CORETYPE:-}" ]; then
    if grep -q avx512bw /proc/cpuinfo; then export OPENBLAS_CORETYPE=SkylakeX; else export OPENBLAS_CORETYPE=Haswell; fi
fi
"$scratch/window" "$positions" "$runs" >"$scratch/rows"

machine
printf 'size\tkernel\tms\tpositions_per_s\tof_fp32\n'
for size in tiny small base; do
    fp32=$(grep -P "^$size\tfp32\t" "$scratch/rows" | cut -f 3 | sort -g | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}')
    for kernel in $(awk -v size=$size '$1 == size && !seen[$2]++ {print $2}' "$scratch/rows"); do
        grep -P "^$size\t$kernel\t" "$scratch/rows" >"$scratch/one"
        ms=$(median "$scratch/one" 3)
        awk -v size=$size -v kernel="$kernel" -v ms="$ms" -v n="$positions" -v fp32="$fp32" \
            'BEGIN {printf "%s\t%s\t%.3f\t%.0f\t%.3f\n", size, kernel, ms, n * 1000 / ms, ms / fp32}'
    done
done
