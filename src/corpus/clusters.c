/* src/corpus/clusters.c: see clusters.h. A hash table as in seen.c, of the texts that repeat only: far fewer than all. */
#include "corpus/clusters.h"

#include <stdlib.h>

static struct bon_cluster *find(const struct bon_clusters *clusters, struct bon_hash128 hash) {
    size_t at = hash.low & (clusters->cap - 1);
    for (;; at = (at + 1) & (clusters->cap - 1)) {
        struct bon_cluster *slot = &clusters->slots[at];
        if (!slot->copies || (slot->hash.low == hash.low && slot->hash.high == hash.high)) return slot;
    }
}

static bon_status grow(struct bon_clusters *clusters) {
    struct bon_clusters larger = *clusters;
    larger.cap = clusters->cap ? 2 * clusters->cap : 256;
    larger.slots = bon_alloc_zeroed(larger.cap, sizeof *larger.slots);
    if (!larger.slots) return BON_ERR_NOMEM;
    for (size_t i = 0; i < clusters->cap; i++)
        if (clusters->slots[i].copies) *find(&larger, clusters->slots[i].hash) = clusters->slots[i];
    free(clusters->slots);
    *clusters = larger;
    return BON_OK;
}

static uint32_t excerpt_length(const char *text, size_t n) {
    size_t len = n < BON_EXCERPT ? n : BON_EXCERPT;
    while (len < n && len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80) len--; /* not inside a character */
    return (uint32_t)len;
}

bon_status bon_clusters_add(struct bon_clusters *clusters, struct bon_hash128 hash, uint64_t copies, const char *text,
                            size_t n) {
    if (clusters->count >= clusters->cap / 2) BON_TRY(grow(clusters));
    struct bon_cluster *slot = find(clusters, hash);
    if (!slot->copies) {
        uint32_t len = excerpt_length(text, n);
        const char *excerpt = bon_arena_copy(&clusters->excerpts, text, len);
        if (!excerpt) return BON_ERR_NOMEM;
        *slot = (struct bon_cluster){.hash = hash, .order = clusters->count++, .excerpt = excerpt, .len = len};
    }
    slot->copies += copies;
    return BON_OK;
}

static int compare(const void *left, const void *right) {
    const struct bon_cluster *a = left, *b = right;
    if (a->copies != b->copies) return a->copies > b->copies ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

size_t bon_clusters_rank(struct bon_clusters *clusters, size_t most) {
    size_t count = 0;
    for (size_t i = 0; i < clusters->cap; i++) {
        struct bon_cluster cluster = clusters->slots[i];
        clusters->slots[i].copies = 0;
        if (cluster.copies) clusters->slots[count++] = cluster;
    }
    if (count > 1) qsort(clusters->slots, count, sizeof *clusters->slots, compare);
    return count < most ? count : most;
}

void bon_clusters_free(struct bon_clusters *clusters) {
    free(clusters->slots);
    bon_arena_free(&clusters->excerpts);
    *clusters = (struct bon_clusters){0};
}
