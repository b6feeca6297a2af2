#!/usr/bin/env bash
# bench/gpu_roofline.sh: what a step of training must move and compute on a GPU, kernel by kernel, a token: bytes, floating-point
# operations, and the time that neither can go below (Williams, Waterman & Patterson 2009). No GPU is needed: it is counted from
# the shapes, bf16 values, every kernel of src/lm/cuda/backend.c reading its inputs and writing its results once.
#   [PRESET="layers width hidden vocabulary context"] [TFLOPS=790] [TBS=4.2] [LOG=FILE] bench/gpu_roofline.sh
# LOG: a profile of lines "kernel TAB microseconds a token" whose times go in the last column; else they are not known.
set -euo pipefail
read -r layers width hidden vocabulary context <<<"${PRESET:-12 768 2048 32768 1024}"
awk -v L="$layers" -v C="$width" -v H="$hidden" -v V="$vocabulary" -v T="$context" -v tflops="${TFLOPS:-790}" -v tbs="${TBS:-4.2}" \
    -v log_file="${LOG:-/dev/null}" '
function row(name, values, flops, times,    bytes, memory, compute, floor) {
    bytes = 2 * values * times; flops *= times
    memory = bytes / tbs / 1e3; compute = flops / tflops / 1e3 # nanoseconds
    floor = memory > compute ? memory : compute
    limit = memory > compute ? "memory" : "products"
    took = (name in measured) ? measured[name] * 1e3 : "not measured"
    printf "%s\t%.1f\t%.2f\t%.1f\t%s\t%s\n", name, bytes / 1e3, flops / 1e6, floor, limit, took
    sum_bytes += bytes; sum_flops += flops; sum_floor += floor
}
BEGIN {
    FS = "\t"
    while ((getline <log_file) > 0) measured[$1] = $2
    printf "kernel\tkB/token\tMFLOP/token\tfloor ns\tlimit\tmeasured ns\n"
    # values read and written, operations, how many of it; weights are read once a step and do not count
    row("embedding", 2 * C, 0, 1)
    row("rms_norm", 2 * C, 0, 2 * L + 1)
    row("qkv", C + 3 * C, 2 * C * 3 * C, L)
    row("rope and norm of heads", 2 * 3 * C, 0, L)
    row("attention", 3 * C + C, 2 * T * C, L)                    # causal: half of 4 T C
    row("output of attention", 3 * C, 2 * C * C, L)
    row("gate and up", C + 2 * H, 2 * C * 2 * H, L)
    row("swiglu", 3 * H, 0, L)
    row("down", H + 2 * C, 2 * H * C, L)
    row("logits", C + V, 2 * C * V, 1)
    row("cross-entropy", 2 * V, 0, 1)
    row("logits, backward", V + C + V + C, 4 * C * V, 1)
    row("down, backward", C + H + H + C, 4 * H * C, L)
    row("swiglu, backward", H + 2 * H + 2 * H, 0, L)
    row("gate and up, backward", 2 * H + C + 2 * H + C, 8 * H * C, L)
    row("output of attention, backward", 4 * C, 4 * C * C, L)
    row("attention, backward", 3 * C + C + C + 3 * C + 3 * C, 5 * T * C, L) # five products where forward has two
    row("rope and norm of heads, backward", 3 * 3 * C, 0, L)
    row("qkv, backward", 3 * C + C + 3 * C + C, 4 * C * 3 * C, L)
    row("rms_norm, backward", 4 * C, 0, 2 * L + 1)
    row("embedding, backward", C, 0, 1)
    printf "all\t%.1f\t%.2f\t%.1f\t\t\n", sum_bytes / 1e3, sum_flops / 1e6, sum_floor
    printf "# %d layers of %d, hidden %d, vocabulary %d, context %d; %g TFLOP/s, %g TB/s: at most %.0f tokens/s\n",
        L, C, H, V, T, tflops, tbs, 1e9 / sum_floor
}'
