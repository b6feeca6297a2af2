/* cmd/bon/blas_core.h: which kernels OpenBLAS takes. */
#ifndef BON_CMD_BLAS_CORE_H
#define BON_CMD_BLAS_CORE_H

/* Sets OPENBLAS_CORETYPE to what this processor can do, unless the user has set it. Before the first device is opened. */
void blas_core_choose(void);

#endif
