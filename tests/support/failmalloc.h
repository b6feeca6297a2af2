/* tests/support/failmalloc.h: every allocation fails once.
 *
 *     static bon_status build(void *arg) { ... open, use, close; return the status ... }
 *     Test(model, allocation_failures) { failmalloc_check(build, &arg); }
 *
 * The function is run once to count its allocations N, then N times more with the i-th one failing. Each of these runs must
 * return BON_ERR_NOMEM and free everything it allocated. `run` therefore does a whole round, from open to close, and frees
 * also when it fails. Allocations inside shared libraries (ICU, zlib, zstd) are not seen. One thread only.
 */
#ifndef BON_TESTS_FAILMALLOC_H
#define BON_TESTS_FAILMALLOC_H

#include "base/status.h"

typedef bon_status (*failmalloc_run)(void *arg);

/* As failmalloc_check with every allocation up to the 200th, then every `step`-th: for functions that allocate thousands of
 * times. */
#define failmalloc_check_step(run, arg, step) failmalloc_check_at(__FILE__, __LINE__, run, arg, step)
#define failmalloc_check(run, arg) failmalloc_check_at(__FILE__, __LINE__, run, arg, 1)
void failmalloc_check_at(const char *file, int line, failmalloc_run run, void *arg, unsigned step);

/* The pieces, for tests that need more: let the n-th allocation from now fail (0 = none), and count what is held. */
void failmalloc_fail_at(unsigned long n);
unsigned long failmalloc_count(void); /* allocations since failmalloc_fail_at */
long failmalloc_held(void);           /* blocks allocated and not freed since the program began */

#endif
