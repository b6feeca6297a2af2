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

static uint32_t parts_of(const struct bon_shards *shards) { return shards->parts ? shards->parts : 1; }
static uint32_t texts_of(const struct bon_shards *shards) { return shards->of / parts_of(shards); }

static bon_status name_cell(const struct bon_shards *shards, uint32_t cell, bon_buf *text) {
    uint32_t parts = parts_of(shards);
    BON_TRY(bon_buf_printf(text, "%u/%u", cell / parts, shards->of / parts));
    return parts > 1 ? bon_buf_printf(text, " in part %u/%u", cell % parts, parts) : BON_OK;
}

static bon_status fail_twice(const struct bon_shards *shards, uint32_t cell) {
    bon_buf name = {0};
    bon_status status = name_cell(shards, cell, &name);
    if (status == BON_OK) status = bon_fail(BON_ERR_ARGUMENT, "part %.*s is there twice", (int)name.len, name.data);
    bon_buf_free(&name);
    return status;
}

static bon_status check_alike(const struct bon_shards *shards, const struct bon_shards *more) {
    if (shards->of == 0) return BON_OK;
    if (texts_of(shards) != texts_of(more))
        return bon_fail(BON_ERR_ARGUMENT, "parts of a text cut in %u and of one cut in %u cannot be added up",
                        texts_of(shards), texts_of(more));
    if (parts_of(shards) != parts_of(more))
        return bon_fail(BON_ERR_ARGUMENT, "shards counted in %u parts and in %u parts cannot be added up",
                        parts_of(shards), parts_of(more));
    if (shards->digest != more->digest)
        return bon_fail(
            BON_ERR_ARGUMENT,
            "these are parts of different texts: some input file was another one, or was changed; count all "
            "shards of one text, or merge those of each text first");
    for (size_t i = 0, j = 0; i < shards->count && j < more->count;) {
        if (shards->index[i] == more->index[j]) return fail_twice(more, more->index[j]);
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
    BON_TRY(bon_grow_array(&shards->index, &shards->cap, shards->count + more->count, sizeof *shards->index));
    shards->of = more->of;
    shards->parts = more->parts;
    shards->digest = more->digest;
    size_t i = shards->count, j = more->count;
    shards->count = i + j;
    for (size_t to = shards->count; j > 0; to--) /* from behind, the larger first */
        shards->index[to - 1] =
            i > 0 && shards->index[i - 1] > more->index[j - 1] ? shards->index[--i] : more->index[--j];
    return BON_OK;
}

bool bon_shards_whole(const struct bon_shards *shards) { return shards->count == shards->of; }

bon_status bon_shards_of_part(const struct bon_shards *shards, uint32_t part, uint32_t parts, struct bon_shards *out) {
    bool whole = shards->of == 0;
    size_t count = whole ? 1 : shards->count;
    if (parts == 1 && whole) return BON_OK;
    BON_TRY(bon_grow_array(&out->index, &out->cap, count, sizeof *out->index));
    out->of = whole ? parts : shards->of;
    out->parts = parts;
    out->digest = shards->digest;
    if (whole) out->index[out->count++] = part;
    for (size_t i = 0; i < shards->count; i++)
        if (shards->index[i] % parts == part) out->index[out->count++] = shards->index[i];
    return BON_OK;
}

/* ---- what is missing ---- */

struct absence {
    const struct bon_shards *shards;
    size_t at; /* in shards->index */
    unsigned named;
};

/* Cells are asked for in order. */
static bool is_here(struct absence *absence, uint32_t cell) {
    const struct bon_shards *shards = absence->shards;
    while (absence->at < shards->count && shards->index[absence->at] < cell) absence->at++;
    return absence->at < shards->count && shards->index[absence->at] == cell;
}

/* A shard of which nothing is here has no parts to name. Parts first..end - 1 are asked for. */
static bon_status name_absent(struct absence *absence, uint32_t text, uint32_t first, uint32_t end, bon_buf *out) {
    const struct bon_shards *shards = absence->shards;
    uint32_t parts = parts_of(shards), here = 0;
    size_t begin = absence->at;
    for (uint32_t part = first; part < end; part++) here += is_here(absence, text * parts + part);
    absence->at = begin;
    for (uint32_t part = first; part < end && here < end - first && absence->named <= NAMED_MAX; part++) {
        uint32_t cell = text * parts + part;
        if (is_here(absence, cell)) continue;
        if (absence->named++ == NAMED_MAX) return bon_buf_printf(out, ", ...");
        if (absence->named > 1) BON_TRY(bon_buf_printf(out, ", "));
        if (!here) return bon_buf_printf(out, "%u/%u", text, texts_of(shards));
        BON_TRY(name_cell(shards, cell, out));
    }
    return BON_OK;
}

bon_status bon_shards_missing_of(const struct bon_shards *shards, uint32_t part, uint32_t parts, bon_buf *text) {
    struct absence absence = {.shards = shards};
    uint32_t first = parts ? part : 0, end = parts ? part + 1 : parts_of(shards);
    for (uint32_t i = 0; i < texts_of(shards) && absence.named <= NAMED_MAX; i++)
        BON_TRY(name_absent(&absence, i, first, end, text));
    return BON_OK;
}

bon_status bon_shards_missing(const struct bon_shards *shards, bon_buf *text) {
    return bon_shards_missing_of(shards, 0, 0, text);
}

bool bon_shards_have_all(const struct bon_shards *shards) {
    uint32_t parts = parts_of(shards);
    if (shards->of == 0) return true;
    for (uint32_t part = 0; part < parts; part++) {
        uint32_t here = 0;
        for (size_t i = 0; i < shards->count; i++) here += shards->index[i] % parts == part;
        if (here > 0 && here < texts_of(shards)) return false;
    }
    return true;
}

bool bon_shards_equal(const struct bon_shards *a, const struct bon_shards *b) {
    return a->of == b->of && parts_of(a) == parts_of(b) && a->digest == b->digest && a->count == b->count &&
           (a->count == 0 || memcmp(a->index, b->index, a->count * sizeof *a->index) == 0);
}
