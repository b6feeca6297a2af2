/* cmd/bon/blas_core.c: tells OpenBLAS what the processor can do. OpenBLAS goes by the processor's model and takes its slowest
 * kernels for a model that it does not know, however new: on one such, a third of the speed. The instructions that are there
 * say more. OpenBLAS reads the variable when it is loaded, so this comes before the first device. */
#include "blas_core.h"

#include <stdlib.h>

void blas_core_choose(void) {
#if defined(__x86_64__)
    const char *core = NULL;
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) core = "Haswell";
    if (core && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
        core = "SkylakeX";
    if (core) setenv("OPENBLAS_CORETYPE", core, 0);
#endif
}
