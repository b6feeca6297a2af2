/* src/lm/cpu/f32.c: 32-bit floats with the instructions that every processor has; and which of both to take. */
#define BACKEND bon_cpu_f32
#include "lm/cpu/f32_template.h"

const struct bon_backend *bon_cpu_f32_best(void) {
#ifdef BON_CPU_AVX512
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw"))
        return &bon_cpu_f32_avx512;
#endif
    return &bon_cpu_f32;
}
