/* src/lm/cpu/blas.c: finds OpenBLAS and holds it to one thread: the threads are ours, and cut by shape alone. */
#include "lm/cpu/blas.h"

#include <dlfcn.h>
#include <pthread.h>

static struct bon_blas found = {.name = "no BLAS"};
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* ISO C has no conversion from object to function pointers; POSIX promises this one. */
static void *symbol(void *library, const char *name, void *to) { return *(void **)to = dlsym(library, name); }

static void load(void) {
    static const char *const names[] = {"libopenblas.so.0", "libopenblas.so"};
    void *library = NULL;
    for (unsigned i = 0; !library && i < sizeof names / sizeof names[0]; i++)
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (!library) return;
    struct bon_blas blas = {.name = "OpenBLAS"};
    void (*set_threads)(int) = NULL;
    if (symbol(library, "cblas_sgemm", &blas.sgemm) && symbol(library, "cblas_dgemm", &blas.dgemm) &&
        symbol(library, "openblas_set_num_threads", &set_threads)) {
        set_threads(1);
        found = blas;
    } else {
        dlclose(library);
    }
}

const struct bon_blas *bon_blas_load(void) {
    pthread_once(&once, load);
    return &found;
}
