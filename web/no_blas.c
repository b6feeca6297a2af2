/* web/no_blas.c: there is no BLAS in a browser; networks of 32-bit floats are computed without. */
#include "lm/cpu/blas.h"

const struct bon_blas *bon_blas_load(void) {
    static const struct bon_blas none = {.name = "none"};
    return &none;
}
