/* src/base/store.h: large arrays under a limit of memory.
 *
 * Without a store (NULL) an array is plain memory. In a store it is a temporary file mapped into memory, unlinked as soon as
 * it is made: the system keeps its pages as long as it has room for them and writes them away when not. What counts as the
 * program's own memory is what it has mapped at a time: whoever walks over arrays says how far it went (bon_store_pace), and
 * every so often all pages are let go. They come back when touched. How often: when a quarter of the budget has been passed;
 * or, since a page that is touched out of turn brings others with it that nobody asked for, when the system says that the
 * program has grown to a limit (bon_store_watch). Room on the disk is taken before it is used, so a full disk is an error with a
 * message and never a signal.
 *
 * A store and its arrays belong to one thread at a time.
 */
#ifndef BON_SRC_BASE_STORE_H
#define BON_SRC_BASE_STORE_H

#include "base/status.h"

struct bon_store;

/* Arrays may have a quarter of `budget` bytes mapped at a time; files go to `folder`. */
bon_status bon_store_open(struct bon_store **out, size_t budget, const char *folder);
/* From here on pages are let go when the whole program takes `limit` bytes, where the system tells (/proc/self/statm). Whoever is
 * about to take much plain memory lets go of them first (bon_store_release). */
void bon_store_watch(struct bon_store *store, size_t limit);
/* Frees the arrays that are left, too. NULL is fine. */
void bon_store_close(struct bon_store *store);

/* bon_alloc_array, bon_alloc_zeroed, bon_grow_array and free. In a store arrays are zeroed, and so is what they grow by. */
void *bon_store_array(struct bon_store *store, size_t count, size_t size);
void *bon_store_zeroed(struct bon_store *store, size_t count, size_t size);
bon_status bon_store_grow(struct bon_store *store, void *array, size_t *cap, size_t need, size_t size);
void bon_store_free(struct bon_store *store, void *array);

/* Lets go of all pages. */
void bon_store_release(struct bon_store *store);

struct bon_store_pace {
    size_t budget, touched;
};

/* When as much has been passed as a look at the limit is worth. */
void bon_store_look(struct bon_store *store);

/* Says that some `bytes` of arrays have been passed since the last time. */
static inline void bon_store_pace(struct bon_store *store, size_t bytes) {
    struct bon_store_pace *pace = (struct bon_store_pace *)store; /* the first member */
    if (!store || (pace->touched += bytes) < pace->budget) return;
    bon_store_look(store);
}

size_t bon_store_budget(const struct bon_store *store);

/* A temporary file in the folder, already unlinked, for what is written and read with write and pread. */
bon_status bon_store_file(struct bon_store *store, int *fd);
/* Writes all of n bytes where the file stands; reads n bytes that were written at an offset. */
bon_status bon_store_write(const struct bon_store *store, int fd, const void *bytes, size_t n);
bon_status bon_store_read(const struct bon_store *store, int fd, uint64_t at, void *bytes, size_t n);
const char *bon_store_folder(const struct bon_store *store);

#endif
