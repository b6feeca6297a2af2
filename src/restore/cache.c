/* src/restore/cache.c: the table of counts. See cache.h; cache_file.c writes and reads it. */
#include "restore/cache.h"

#include <math.h>
#include <stdlib.h>

#include "base/buf.h"
#include "ngram/query.h"

enum { FIRST_SLOTS = 1 << 10 };

/* How often a word must have been seen until what followed it counts half: a pair seen once says little. Found on development
 * text; without it news loses as much as fiction gains. */
#define PAIR_DOUBT 20.0

/* How often a plain form must have been seen until how it was meant counts half. */
#define SHARE_DOUBT 50.0

bon_status bon_restore_cache_open(bon_restore_cache **out, const bon_restorer *restorer) {
    bon_restore_cache *cache = bon_alloc_zeroed(1, sizeof *cache);
    if (!cache) return BON_ERR_NOMEM;
    cache->lm = bon_restorer_lm(restorer);
    cache->slots = FIRST_SLOTS;
    cache->items = bon_alloc_zeroed(cache->slots, sizeof *cache->items);
    if (!cache->items) {
        free(cache);
        return BON_ERR_NOMEM;
    }
    *out = cache;
    return BON_OK;
}

void bon_restore_cache_close(bon_restore_cache *cache) {
    if (!cache) return;
    free(cache->items);
    free(cache);
}

void bon_restore_cache_clear(bon_restore_cache *cache) {
    memset(cache->items, 0, cache->slots * sizeof *cache->items);
    cache->used = 0;
    cache->total = 0;
}

/* The item of a pair, or the free slot where it would be. There always is a free one. */
static struct bon_cache_item *find(const bon_restore_cache *cache, uint32_t before, uint32_t word) {
    uint64_t key = (uint64_t)before << 32 | word;
    uint32_t slot = (uint32_t)((key ^ key >> 29) * UINT64_C(0x9e3779b97f4a7c15) >> 32);
    for (;; slot++) {
        struct bon_cache_item *item = &cache->items[slot & (cache->slots - 1)];
        if (item->count == 0 || (item->word == word && item->before == before)) return item;
    }
}

/* Moves all items, their counts halved `halve` times, to a table of so many slots. */
static bon_status rebuild(bon_restore_cache *cache, uint32_t slots, unsigned halve) {
    bon_restore_cache fresh = {.lm = cache->lm, .slots = slots};
    fresh.items = bon_alloc_zeroed(slots, sizeof *fresh.items);
    if (!fresh.items) return BON_ERR_NOMEM;
    for (uint32_t i = 0; i < cache->slots; i++) {
        const struct bon_cache_item *from = &cache->items[i];
        uint32_t count = from->count >> halve;
        if (count == 0) continue;
        *find(&fresh, from->before, from->word) = (struct bon_cache_item){from->before, from->word, count};
        fresh.used++;
        if (from->before == BON_CACHE_ALONE) fresh.total += count;
    }
    free(cache->items);
    *cache = fresh;
    return BON_OK;
}

static bon_status make_room(bon_restore_cache *cache) {
    if (cache->used < cache->slots / 2) return BON_OK;
    if (cache->used < BON_CACHE_ITEMS_MAX) return rebuild(cache, cache->slots * 2, 0);
    do BON_TRY(rebuild(cache, cache->slots, 1));
    while (cache->used >= BON_CACHE_ITEMS_MAX);
    return BON_OK;
}

bon_status bon_cache_count(bon_restore_cache *cache, uint32_t before, uint32_t word, uint32_t count) {
    BON_TRY(make_room(cache));
    struct bon_cache_item *item = find(cache, before, word);
    if (count == 0) return BON_OK;
    if (item->count == 0) {
        *item = (struct bon_cache_item){.before = before, .word = word};
        cache->used++;
    }
    item->count += count < UINT32_MAX / 2 - item->count ? count : UINT32_MAX / 2 - item->count;
    return BON_OK;
}

bon_status bon_cache_learn(bon_restore_cache *cache, uint32_t before, uint32_t word) {
    if (word <= BON_LM_EOS) return BON_OK;
    BON_TRY(bon_cache_count(cache, BON_CACHE_ALONE, word, 1));
    cache->total++;
    return before == BON_CACHE_ALONE || before <= BON_LM_EOS ? BON_OK : bon_cache_count(cache, before, word, 1);
}

double bon_cache_alone(const bon_restore_cache *cache, uint32_t word) {
    uint32_t count = find(cache, BON_CACHE_ALONE, word)->count;
    return count ? count / (double)cache->total : 0;
}

double bon_cache_pair(const bon_restore_cache *cache, uint32_t before, uint32_t word) {
    uint32_t count = find(cache, before, word)->count;
    return count ? count / (find(cache, BON_CACHE_ALONE, before)->count + PAIR_DOUBT) : 0;
}

/* The model's probability of a word, whatever stands before. */
static double frequency(const bon_restore_cache *cache, uint32_t word) {
    return pow(10, (double)bon_lm_node_logprob(cache->lm, 1, bon_lm_unigram(cache->lm, word)));
}

void bon_cache_weigh(const bon_restore_cache *cache, struct bon_choice *choices, unsigned count) {
    double counts[BON_LATTICE_CHOICES], frequencies[BON_LATTICE_CHOICES], all = 0, mass = 0;
    if (count < 2 || cache->total == 0) return;
    for (unsigned i = 0; i < count; i++) all += counts[i] = find(cache, BON_CACHE_ALONE, choices[i].word)->count;
    if (all == 0) return;
    for (unsigned i = 0; i < count; i++) mass += frequencies[i] = frequency(cache, choices[i].word);
    for (unsigned i = 0; i < count && mass > 0; i++)
        if (frequencies[i] > 0)
            choices[i].bonus += (float)log10((counts[i] * mass / frequencies[i] + SHARE_DOUBT) / (all + SHARE_DOUBT));
}

bon_status bon_restore_cache_add(bon_restore_cache *cache, const char *text, size_t n) {
    bon_buf folded = {0};
    bon_token token;
    size_t pos = 0, end = 0;
    uint32_t before = BON_CACHE_ALONE;
    bon_status status = BON_OK;
    if (n >= UINT32_MAX) return bon_fail(BON_ERR_ARGUMENT, "%zu bytes at once: at most 4 GiB", n);
    while (status == BON_OK && bon_token_next(text, n, &pos, &token)) {
        if (memchr(text + end, '\n', token.start - end)) before = BON_CACHE_ALONE;
        end = (size_t)token.start + token.len;
        folded.len = 0;
        status = bon_fold_token(text, &token, &folded);
        if (status != BON_OK) break;
        uint32_t word = bon_lm_word(cache->lm, folded.data, folded.len);
        status = bon_cache_learn(cache, before, word);
        before = word;
    }
    bon_buf_free(&folded);
    return status;
}
