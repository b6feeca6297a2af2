/* src/restore/cache_file.c: a cache as a file, kind "bonmem" (docs/restore-index-format.md).
 *
 * Words are written as text, so that what a user wrote outlives a change of the model: words that the new model does not know
 * are left out. Reading adds to what the cache holds, which is all there is to merging.
 */
#include <stdlib.h>

#include "base/artefact.h"
#include "base/buf.h"
#include "restore/cache.h"

enum { FILE_VERSION = 1, WORDS_MAX = 2 * BON_CACHE_ITEMS_MAX };

/* Section mem.header. */
struct header {
    uint32_t words, items, text_bytes, reserved;
};

static int compare_items(const void *a, const void *b) {
    const struct bon_cache_item *x = a, *y = b;
    if (x->before != y->before) return x->before < y->before ? -1 : 1;
    return x->word < y->word ? -1 : x->word > y->word;
}

static int compare_ids(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* A file's contents, laid out in memory. */
struct layout {
    struct header header;
    struct bon_cache_item *items; /* words by their number in the file */
    uint32_t *ids;                /* of the words, ascending */
    uint32_t *ends;               /* where each word's text ends */
    bon_buf text;
};

static uint32_t number_of(const struct layout *l, uint32_t id) {
    uint32_t low = 0, high = l->header.words;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (l->ids[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bon_status lay_out(const bon_restore_cache *cache, struct layout *l) {
    l->items = bon_alloc_array((size_t)cache->used + 1, sizeof *l->items);
    l->ids = bon_alloc_array((size_t)cache->used + 1, sizeof *l->ids);
    l->ends = bon_alloc_array((size_t)cache->used + 1, sizeof *l->ends);
    if (!l->items || !l->ids || !l->ends) return BON_ERR_NOMEM;
    for (uint32_t i = 0; i < cache->slots; i++) {
        if (cache->items[i].count == 0) continue;
        l->items[l->header.items++] = cache->items[i];
        /* A pair's words are counted alone too; where halving took that count away the pair goes with it. */
        if (cache->items[i].before == BON_CACHE_ALONE) l->ids[l->header.words++] = cache->items[i].word;
    }
    qsort(l->items, l->header.items, sizeof *l->items, compare_items);
    qsort(l->ids, l->header.words, sizeof *l->ids, compare_ids);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < l->header.items; i++) {
        struct bon_cache_item item = l->items[i];
        uint32_t word = number_of(l, item.word), before = BON_CACHE_ALONE;
        if (word == l->header.words || l->ids[word] != item.word) continue;
        if (item.before != BON_CACHE_ALONE) {
            before = number_of(l, item.before);
            if (before == l->header.words || l->ids[before] != item.before) continue;
        }
        l->items[kept++] = (struct bon_cache_item){before, word, item.count};
    }
    l->header.items = kept;
    for (uint32_t i = 0; i < l->header.words; i++) {
        size_t n = 0;
        const char *word = bon_lm_word_text(cache->lm, l->ids[i], &n);
        BON_TRY(bon_buf_append(&l->text, word ? word : "", n));
        l->ends[i] = (uint32_t)l->text.len;
    }
    l->header.text_bytes = (uint32_t)l->text.len;
    return BON_OK;
}

static bon_status write_layout(const struct layout *l, struct bon_artefact_writer *writer) {
    const struct header *h = &l->header;
    BON_TRY(bon_artefact_add(writer, "mem.header", h, sizeof *h));
    BON_TRY(bon_artefact_add(writer, "mem.ends", l->ends, h->words * sizeof *l->ends));
    BON_TRY(bon_artefact_add(writer, "mem.text", l->text.data, l->text.len));
    return bon_artefact_add(writer, "mem.items", l->items, h->items * sizeof *l->items);
}

bon_status bon_restore_cache_write(const bon_restore_cache *cache, const char *path) {
    struct bon_artefact_writer *writer = NULL;
    struct layout layout = {0};
    bon_status status = lay_out(cache, &layout);
    if (status == BON_OK) status = bon_artefact_create(&writer, path, "bonmem", FILE_VERSION);
    if (status == BON_OK) status = write_layout(&layout, writer);
    if (status == BON_OK)
        status = bon_artefact_publish(writer);
    else if (writer)
        bon_artefact_abandon(writer);
    free(layout.items);
    free(layout.ids);
    free(layout.ends);
    bon_buf_free(&layout.text);
    return status;
}

/* ---- reading ---- */

static bon_status corrupt(const struct bon_artefact *file) {
    return bon_fail(BON_ERR_FORMAT, "%s: its counts do not fit its words: the file is corrupt; delete it to begin anew",
                    bon_artefact_path(file));
}

/* A section of so many bytes. */
static bon_status section(const struct bon_artefact *file, const char *name, size_t size, const void **bytes) {
    size_t n;
    BON_TRY(bon_artefact_section(file, name, bytes, &n));
    return n == size ? BON_OK : corrupt(file);
}

/* The model's ids of the file's words. */
static bon_status look_up(const bon_restore_cache *cache, const struct bon_artefact *file, const struct header *h,
                          const uint32_t *ends, const char *text, uint32_t *ids) {
    for (uint32_t i = 0, begin = 0; i < h->words; begin = ends[i++]) {
        if (ends[i] < begin || ends[i] > h->text_bytes) return corrupt(file);
        ids[i] = bon_lm_word(cache->lm, text + begin, ends[i] - begin);
    }
    return BON_OK;
}

static bon_status add_items(bon_restore_cache *cache, const struct bon_artefact *file, const struct header *h,
                            const struct bon_cache_item *items, const uint32_t *ids) {
    for (uint32_t i = 0; i < h->items; i++) {
        struct bon_cache_item item = items[i];
        bool alone = item.before == BON_CACHE_ALONE;
        if (item.word >= h->words || (!alone && item.before >= h->words)) return corrupt(file);
        if (ids[item.word] <= BON_LM_EOS || (!alone && ids[item.before] <= BON_LM_EOS)) continue;
        BON_TRY(bon_cache_count(cache, alone ? BON_CACHE_ALONE : ids[item.before], ids[item.word], item.count));
        if (alone) cache->total += item.count;
    }
    return BON_OK;
}

static bon_status add_words(bon_restore_cache *cache, const struct bon_artefact *file, uint32_t **ids) {
    const void *header, *ends, *text, *items;
    struct header h;
    BON_TRY(section(file, "mem.header", sizeof h, &header));
    memcpy(&h, header, sizeof h);
    if (h.words > WORDS_MAX || h.items > WORDS_MAX) return corrupt(file);
    BON_TRY(section(file, "mem.ends", h.words * sizeof(uint32_t), &ends));
    BON_TRY(section(file, "mem.text", h.text_bytes, &text));
    BON_TRY(section(file, "mem.items", h.items * sizeof(struct bon_cache_item), &items));
    *ids = bon_alloc_array((size_t)h.words + 1, sizeof **ids);
    if (!*ids) return BON_ERR_NOMEM;
    BON_TRY(look_up(cache, file, &h, ends, text, *ids));
    return add_items(cache, file, &h, items, *ids);
}

bon_status bon_cache_add_file(bon_restore_cache *cache, const struct bon_artefact *file) {
    uint32_t *ids = NULL;
    bon_status status = add_words(cache, file, &ids);
    free(ids);
    return status;
}

bon_status bon_restore_cache_read(bon_restore_cache *cache, const char *path) {
    struct bon_artefact *file;
    BON_TRY(bon_artefact_open(&file, path, "bonmem", FILE_VERSION, true));
    bon_status status = bon_cache_add_file(cache, file);
    bon_artefact_close(file);
    return status;
}
