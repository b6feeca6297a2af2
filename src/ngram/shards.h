/* src/ngram/shards.h: which parts of a text have been counted. */
#ifndef BON_SRC_NGRAM_SHARDS_H
#define BON_SRC_NGRAM_SHARDS_H

#include "base/buf.h"

/* All zeros: a whole text (or several), of which nothing is missing. */
struct bon_shards {
    uint32_t of;     /* parts of the text; 0 = whole */
    uint32_t *index; /* [count] those that are here, ascending, from 0; count < of */
    size_t count, cap;
};

/* Adds the parts in `more`. A set that has all parts becomes whole. BON_ERR_ARGUMENT when a part is here already, or when the
 * texts were not cut alike. A whole text adds nothing. The set is unchanged after a failure. */
bon_status bon_shards_add(struct bon_shards *shards, const struct bon_shards *more);
/* Appends "1/5, 3/5": the parts that are missing, the first few of them when they are many. */
bon_status bon_shards_missing(const struct bon_shards *shards, bon_buf *text);
void bon_shards_free(struct bon_shards *shards);

#endif
