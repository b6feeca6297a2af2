/* bench/allocations.h: counts what a program allocates; link it with -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc. */
#ifndef BON_BENCH_ALLOCATIONS_H
#define BON_BENCH_ALLOCATIONS_H

#include <stddef.h>

static unsigned long allocations;
void *__real_malloc(size_t n);
void *__real_calloc(size_t count, size_t n);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t count, size_t n);
void *__wrap_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n) { return allocations++, __real_malloc(n); }
void *__wrap_calloc(size_t count, size_t n) { return allocations++, __real_calloc(count, n); }
void *__wrap_realloc(void *p, size_t n) { return allocations++, __real_realloc(p, n); }

#endif
