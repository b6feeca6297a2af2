/* src/corpus/spool.h: texts that wait on disk, each with its hash, first in first out. The file has no name, so nothing is
 * left behind whatever happens. */
#ifndef BON_SRC_CORPUS_SPOOL_H
#define BON_SRC_CORPUS_SPOOL_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/hash.h"

struct bon_spooled {
    struct bon_hash128 hash;
    bool always; /* the text is kept whatever its hash */
    uint32_t len;
};

struct bon_spool;

/* In a folder that must be writable; messages name it. */
bon_status bon_spool_open(struct bon_spool **out, const char *folder);
/* Texts are below 4 GiB. */
bon_status bon_spool_put(struct bon_spool *spool, struct bon_hash128 hash, bool always, const char *text, size_t n);
uint64_t bon_spool_count(const struct bon_spool *spool);
/* Ends the writing; from now on texts are taken. */
bon_status bon_spool_rewind(struct bon_spool *spool);
/* The next text, in place of what `text` held; *end: there is none. */
bon_status bon_spool_take(struct bon_spool *spool, struct bon_spooled *head, bon_buf *text, bool *end);
void bon_spool_close(struct bon_spool *spool); /* NULL is fine */

#endif
