/* src/lm/cpu/blas.h: the matrix product of a BLAS library, found when the first CPU device opens. Loading instead of linking
 * keeps the start-up time of programs that never train, and lets bon run where there is no BLAS. */
#ifndef BON_SRC_LM_CPU_BLAS_H
#define BON_SRC_LM_CPU_BLAS_H

enum { BON_BLAS_ROW_MAJOR = 101, BON_BLAS_PLAIN = 111, BON_BLAS_TRANSPOSED = 112 }; /* the values of CBLAS */

/* C = alpha op(A) op(B) + beta C, as in CBLAS. */
typedef void (*bon_sgemm)(int order, int trans_a, int trans_b, int m, int n, int k, float alpha, const float *a,
                          int lda, const float *b, int ldb, float beta, float *c, int ldc);
typedef void (*bon_dgemm)(int order, int trans_a, int trans_b, int m, int n, int k, double alpha, const double *a,
                          int lda, const double *b, int ldb, double beta, double *c, int ldc);

struct bon_blas {
    bon_sgemm sgemm; /* NULL: there is no BLAS */
    bon_dgemm dgemm;
    const char *name;
};

/* The same for the whole life of the program. */
const struct bon_blas *bon_blas_load(void);

#endif
