/* src/ngram/shards.h: which parts of a text have been counted. */
#ifndef BON_SRC_NGRAM_SHARDS_H
#define BON_SRC_NGRAM_SHARDS_H

#include <stdbool.h>

#include "base/buf.h"

/* A text cut in shards, each counted into parts by the last word of its n-grams (counts.h): a grid of cells. Cell c is part
 * c % parts of shard c / parts. All zeros: a whole text (or several), of which nothing is missing and nothing is known.
 *
 * A file of all cells is written as one of the whole text, which is the same bytes as counting it in one go gives; so it cannot
 * be told that a cell is added to it again. As long as cells are being added up, though, a set that has all of them remembers
 * so: whatever the order, none is added twice. */
struct bon_shards {
    uint32_t of;     /* cells of the text; 0 = whole */
    uint32_t parts;  /* of a shard; 0 = 1 */
    uint64_t digest; /* of the text, by which cells of another one are told (bon_cut); 0 = unknown */
    uint32_t *index; /* [count] the cells that are here, ascending, from 0 */
    size_t count, cap;
};

/* Adds the cells in `more`. BON_ERR_ARGUMENT when a cell is here already, or when the texts were not the same or not cut alike.
 * A whole text adds nothing. The set is unchanged after a failure. */
bon_status bon_shards_add(struct bon_shards *shards, const struct bon_shards *more);
/* Whether nothing of the text is missing. */
bool bon_shards_whole(const struct bon_shards *shards);
/* The same set with the cells of one part alone; a whole text is one shard of so many parts. `out` is all zeros. */
bon_status bon_shards_of_part(const struct bon_shards *shards, uint32_t part, uint32_t parts, struct bon_shards *out);
/* Appends "1/5, 3/5": the shards that are missing, the first few of them when they are many; "1/5 in part 0/2" when other parts of
 * the shard are here. */
bon_status bon_shards_missing(const struct bon_shards *shards, bon_buf *text);
/* The same for one part, when parts is above 0. */
bon_status bon_shards_missing_of(const struct bon_shards *shards, uint32_t part, uint32_t parts, bon_buf *text);
/* Whether every shard is here, of the parts that are here at all. */
bool bon_shards_have_all(const struct bon_shards *shards);
bool bon_shards_equal(const struct bon_shards *a, const struct bon_shards *b);
void bon_shards_free(struct bon_shards *shards);

#endif
