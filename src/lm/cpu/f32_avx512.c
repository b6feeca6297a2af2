/* src/lm/cpu/f32_avx512.c: 32-bit floats for processors with AVX-512. Empty where a compiler cannot be told in the file. */
#include "lm/backend.h"

#ifdef BON_CPU_AVX512
#pragma GCC target("avx512f,avx512vl,avx512dq,avx512bw,prefer-vector-width=512")
#define BACKEND bon_cpu_f32_avx512
#include "lm/cpu/f32_template.h"
#endif
