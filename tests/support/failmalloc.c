/* tests/support/failmalloc.c: the linker sends malloc and its like here (--wrap, see the Makefile), so every allocation of
 * the library and the tests is counted, and one of them can be refused. */
#include "failmalloc.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { EACH_UP_TO = 200 };

static _Atomic unsigned long counted, fail_at;
static _Atomic long held;

void *__real_malloc(size_t n);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t n);
void *__real_aligned_alloc(size_t align, size_t n);
int __real_posix_memalign(void **block, size_t align, size_t n);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t n);
char *__real_realpath(const char *path, char *resolved);
void __real_free(void *block);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t n);
void *__wrap_aligned_alloc(size_t align, size_t n);
int __wrap_posix_memalign(void **block, size_t align, size_t n);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t n);
char *__wrap_realpath(const char *path, char *resolved);
void __wrap_free(void *block);

static bool refused(void) { return ++counted == fail_at; }

static void *note(void *block) {
    if (block) held++;
    return block;
}

void *__wrap_malloc(size_t n) { return refused() ? NULL : note(__real_malloc(n)); }
void *__wrap_calloc(size_t count, size_t size) { return refused() ? NULL : note(__real_calloc(count, size)); }
void *__wrap_aligned_alloc(size_t align, size_t n) { return refused() ? NULL : note(__real_aligned_alloc(align, n)); }
char *__wrap_strdup(const char *text) { return refused() ? NULL : note(__real_strdup(text)); }
char *__wrap_strndup(const char *text, size_t n) { return refused() ? NULL : note(__real_strndup(text, n)); }

int __wrap_posix_memalign(void **block, size_t align, size_t n) {
    if (refused()) return ENOMEM;
    int error = __real_posix_memalign(block, align, n);
    if (!error) note(*block);
    return error;
}

/* Not counted: callers treat a missing answer as "no such path", which is not for out of memory alone. */
char *__wrap_realpath(const char *path, char *resolved) {
    char *found = __real_realpath(path, resolved);
    return resolved ? found : note(found);
}

void *__wrap_realloc(void *old, size_t n) {
    if (refused()) return NULL;
    void *block = __real_realloc(old, n);
    return old ? block : note(block);
}

void __wrap_free(void *block) {
    if (block) held--;
    __real_free(block);
}

void failmalloc_fail_at(unsigned long n) {
    counted = 0;
    fail_at = n;
}

unsigned long failmalloc_count(void) { return counted; }
long failmalloc_held(void) { return held; }

void failmalloc_check_at(const char *file, int line, failmalloc_run run, void *arg, unsigned step) {
    failmalloc_fail_at(0);
    cr_assert_eq(run(arg), BON_OK, "%s:%d: fails without any refusal: %s", file, line, bon_error_message());
    unsigned long total = failmalloc_count();
    cr_assert_gt(total, 0, "%s:%d: nothing is allocated, so nothing is tested", file, line);
    for (unsigned long i = 1; i <= total; i += i < EACH_UP_TO ? 1 : step) {
        long before = failmalloc_held();
        failmalloc_fail_at(i);
        bon_status status = run(arg);
        /* A run may take a block less than the one that was counted, where it writes how long something took. */
        const bool reached = failmalloc_count() >= i;
        failmalloc_fail_at(0);
        cr_assert_eq(status, reached ? BON_ERR_NOMEM : BON_OK, "%s:%d: allocation %lu of %lu refused: %s (%s)", file,
                     line, i, total, bon_status_name(status), bon_error_message());
        cr_assert_eq(failmalloc_held(), before, "%s:%d: allocation %lu of %lu refused: %ld blocks are leaked", file,
                     line, i, total, failmalloc_held() - before);
    }
}
