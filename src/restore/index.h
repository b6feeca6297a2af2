/* src/restore/index.h: plain form -> the model's words that it may stand for, as sections of the model's file.
 *
 * Only plain forms with a choice are listed: those that some word with marks has. A slot table (open addressing over the
 * hash of the plain form) leads to an entry, the entry to its text and its words, the most frequent first. Everything is
 * read from the mapped file as it lies there. Beside it lies a filter of the pairs of words that the model has (pairs.h).
 */
#ifndef BON_SRC_RESTORE_INDEX_H
#define BON_SRC_RESTORE_INDEX_H

#include "base/artefact.h"
#include "bon/ngram.h"
#include "restore/pairs.h"

enum { BON_INDEX_WORDS_MAX = 63 }; /* of a plain form; the rarest of more are passed over */

/* Section restore.header. */
struct bon_index_header {
    uint32_t min_count; /* words seen less often are no candidates */
    uint32_t slots;     /* a power of two */
    uint32_t entries;
    uint32_t words;      /* candidates of all entries */
    uint32_t text_bytes; /* plain forms of all entries */
    uint32_t probe_max;  /* longest run of slots that a look-up takes */
    uint32_t reserved[2];
};

/* Section restore.entries, one more than there are entries. */
struct bon_index_entry {
    uint32_t text; /* where its plain form begins; it ends where the next begins */
    uint32_t word; /* first of its words in restore.words */
};

struct bon_index {
    struct bon_index_header header;
    const uint32_t *slots; /* entry + 1; 0 = free */
    const struct bon_index_entry *entries;
    const uint32_t *words;
    const char *text;
    struct bon_pairs pairs;
};

/* Finds the sections in an open model. BON_ERR_FORMAT, with what to do, when the model has none. */
bon_status bon_index_open(struct bon_index *index, const struct bon_artefact *artefact);

/* Writes the sections: the words of a table seen at least min_count times (all, when the table has no counts). */
bon_status bon_index_write(const bon_lm_table *table, uint32_t min_count, struct bon_artefact_writer *writer);

/* The words of a plain form: their number, BON_INDEX_WORDS_MAX at most, and the first in *words. */
size_t bon_index_find(const struct bon_index *index, const char *plain, size_t n, const uint32_t **words);

#endif
