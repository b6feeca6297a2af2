/* src/ngram/shards.c: sets of parts of a text. Counts of a part remember which one they are, so that a model is not made of
 * less than the text without a word, nor of the same part twice.
 */
#include "ngram/shards.h"

#include <stdlib.h>

enum { NAMED_MAX = 10 };

void bon_shards_free(struct bon_shards *shards) {
    free(shards->index);
    *shards = (struct bon_shards){0};
}

static bon_status check_alike(const struct bon_shards *shards, const struct bon_shards *more) {
    if (shards->of != 0 && shards->of != more->of)
        return bon_fail(BON_ERR_ARGUMENT, "parts of a text cut in %u and of one cut in %u cannot be added up",
                        shards->of, more->of);
    for (size_t i = 0, j = 0; i < shards->count && j < more->count;) {
        if (shards->index[i] == more->index[j])
            return bon_fail(BON_ERR_ARGUMENT, "part %u/%u is there twice", more->index[j], more->of);
        if (shards->index[i] < more->index[j])
            i++;
        else
            j++;
    }
    return BON_OK;
}

bon_status bon_shards_add(struct bon_shards *shards, const struct bon_shards *more) {
    if (more->of == 0) return BON_OK;
    BON_TRY(check_alike(shards, more));
    if (shards->count + more->count == more->of) {
        bon_shards_free(shards);
        return BON_OK;
    }
    BON_TRY(bon_grow_array(&shards->index, &shards->cap, shards->count + more->count, sizeof *shards->index));
    shards->of = more->of;
    size_t i = shards->count, j = more->count;
    shards->count = i + j;
    for (size_t to = shards->count; j > 0; to--) /* from behind, the larger first */
        shards->index[to - 1] =
            i > 0 && shards->index[i - 1] > more->index[j - 1] ? shards->index[--i] : more->index[--j];
    return BON_OK;
}

bon_status bon_shards_missing(const struct bon_shards *shards, bon_buf *text) {
    unsigned named = 0;
    size_t i = 0;
    for (uint32_t part = 0; part < shards->of; part++) {
        if (i < shards->count && shards->index[i] == part) {
            i++;
            continue;
        }
        if (named == NAMED_MAX) return bon_buf_printf(text, ", ...");
        BON_TRY(bon_buf_printf(text, "%s%u/%u", named++ ? ", " : "", part, shards->of));
    }
    return BON_OK;
}
