/* src/corpus/near.c: see near.h. */
#include "corpus/near.h"

#include <stdlib.h>

#include "base/store.h"
#include "corpus/minhash.h"
#include "ngram/sort.h"

/* In a crowd that shares a key by chance not everybody is compared with everybody: only with the first few clusters met. */
enum { LEADERS = 16 };

/* A row; the keys of its bands stand behind it. */
struct row {
    uint32_t length; /* of the text in bytes, 0: it has no tokens */
    uint8_t signature[BON_MINHASHES];
};

struct bon_near {
    struct bon_near_options options;
    struct bon_minhash hash;
    struct bon_store *store; /* NULL: plain memory */
    char *rows;
    size_t row_size, count, cap;
    uint32_t *parent; /* union–find: of a root, itself; of others, a text before them */
    uint32_t *kept;   /* of a root: the text that stays */
    uint32_t *size;   /* of a root: texts in the cluster */
};

bon_status bon_near_open(struct bon_near **out, const struct bon_near_options *options) {
    struct bon_near *near = bon_alloc_zeroed(1, sizeof *near);
    if (!near) return BON_ERR_NOMEM;
    near->options = *options;
    bon_minhash_init(&near->hash, options->threshold);
    near->row_size = sizeof(struct row) + near->hash.bands * sizeof(uint32_t);
    bon_status status = options->memory ? bon_store_open(&near->store, options->memory, options->folder) : BON_OK;
    if (status != BON_OK)
        bon_near_close(near);
    else
        *out = near;
    return status;
}

void bon_near_close(struct bon_near *near) {
    if (!near) return;
    bon_store_free(near->store, near->rows);
    bon_store_free(near->store, near->parent);
    bon_store_free(near->store, near->kept);
    bon_store_free(near->store, near->size);
    bon_store_close(near->store);
    free(near);
}

/* ---- rows ---- */

size_t bon_near_row_size(const struct bon_near *near) { return near->row_size; }
size_t bon_near_count(const struct bon_near *near) { return near->count; }

bon_status bon_near_sign(const struct bon_near *near, struct bon_shingler *shingler, const char *text, size_t n,
                         bon_buf *row) {
    uint32_t minima[BON_MINHASHES], bands[BON_MINHASHES] = {0};
    const uint32_t *shingles;
    size_t count;
    struct row head = {0};
    BON_TRY(bon_shingles(shingler, text, n, &shingles, &count));
    if (count) {
        bon_minhash_minima(&near->hash, shingles, count, minima);
        bon_minhash_sign(&near->hash, minima, bands, head.signature);
        head.length = n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
    }
    BON_TRY(bon_buf_append(row, &head, sizeof head));
    return bon_buf_append(row, bands, near->row_size - sizeof head);
}

bon_status bon_near_add(struct bon_near *near, const char *row) {
    if (near->count == UINT32_MAX)
        return bon_fail(BON_ERR_LIMIT, "more than %u texts: split the input, or compare documents instead of lines",
                        UINT32_MAX);
    BON_TRY(bon_store_grow(near->store, &near->rows, &near->cap, near->count + 1, near->row_size));
    memcpy(near->rows + near->count++ * near->row_size, row, near->row_size);
    bon_store_pace(near->store, near->row_size);
    return BON_OK;
}

static const struct row *row_of(const struct bon_near *near, size_t text) {
    return (const struct row *)(const void *)(near->rows + text * near->row_size);
}

static uint32_t band_of(const struct bon_near *near, size_t text, unsigned band) {
    return ((const uint32_t *)(const void *)(row_of(near, text) + 1))[band];
}

/* ---- clusters ---- */

static uint32_t root_of(uint32_t *parent, uint32_t text) {
    while (parent[text] != text)
        text = parent[text] = parent[parent[text]]; /* path halving (Tarjan, van Leeuwen 1984) */
    return text;
}

/* The earlier root stays one, so that the result does not depend on the order of unions. */
static void join(uint32_t *parent, uint32_t a, uint32_t b) {
    uint32_t root_a = root_of(parent, a), root_b = root_of(parent, b);
    if (root_a < root_b)
        parent[root_b] = root_a;
    else
        parent[root_a] = root_b;
}

/* The texts that share a key: each is compared with the leaders, and becomes one when it is like none. */
static void join_alike(struct bon_near *near, const struct bon_place *places, size_t n) {
    uint32_t leaders[LEADERS];
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t text = places[i].at;
        size_t l = 0;
        for (; l < count; l++) {
            if (root_of(near->parent, leaders[l]) == root_of(near->parent, text)) break;
            if (bon_minhash_similarity(row_of(near, leaders[l])->signature, row_of(near, text)->signature) <
                near->options.threshold)
                continue;
            join(near->parent, leaders[l], text);
            break;
        }
        if (l == count && count < LEADERS) leaders[count++] = text;
        bon_store_pace(near->store, near->row_size);
    }
}

static void settle_band(struct bon_near *near, unsigned band, struct bon_place *places, struct bon_place *scratch) {
    size_t n = 0;
    for (size_t text = 0; text < near->count; text++) {
        bon_store_pace(near->store, near->row_size);
        if (!row_of(near, text)->length) continue;
        places[n++] = (struct bon_place){.key = band_of(near, text, band), .at = (uint32_t)text};
    }
    bon_place_sort_keys(places, scratch, n, 32);
    for (size_t first = 0, end; first < n; first = end) {
        for (end = first + 1; end < n && places[end].key == places[first].key;) end++;
        if (end - first > 1) join_alike(near, places + first, end - first);
    }
}

/* Which text of each cluster stays, and how many there are. Texts come in order, so a root comes first. */
static void choose(struct bon_near *near) {
    for (uint32_t text = 0; text < near->count; text++) {
        uint32_t root = root_of(near->parent, text);
        near->parent[text] = root;
        if (root == text) near->kept[text] = text;
        near->size[root]++;
        if (near->options.longest && row_of(near, text)->length > row_of(near, near->kept[root])->length)
            near->kept[root] = text;
        bon_store_pace(near->store, near->row_size);
    }
}

bon_status bon_near_settle(struct bon_near *near) {
    struct bon_place *places = bon_store_array(near->store, near->count, sizeof *places);
    struct bon_place *scratch = bon_store_array(near->store, near->count, sizeof *scratch);
    near->parent = bon_store_array(near->store, near->count, sizeof *near->parent);
    near->kept = bon_store_zeroed(near->store, near->count, sizeof *near->kept);
    near->size = bon_store_zeroed(near->store, near->count, sizeof *near->size);
    bool there = places && scratch && near->parent && near->kept && near->size;
    if (there) {
        for (size_t i = 0; i < near->count; i++) near->parent[i] = (uint32_t)i;
        for (unsigned band = 0; band < near->hash.bands; band++) settle_band(near, band, places, scratch);
        choose(near);
    }
    bon_store_free(near->store, places);
    bon_store_free(near->store, scratch);
    return there ? BON_OK : BON_ERR_NOMEM;
}

size_t bon_near_kept(const struct bon_near *near, size_t text) { return near->kept[near->parent[text]]; }
size_t bon_near_size(const struct bon_near *near, size_t text) { return near->size[near->parent[text]]; }
bool bon_near_keeps(const struct bon_near *near, size_t text) { return bon_near_kept(near, text) == text; }
