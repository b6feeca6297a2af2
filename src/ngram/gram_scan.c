/* src/ngram/gram_scan.c: where neighbours in suffix order differ in the j-th word from the end, the n-grams of order j and
 * above that were open are complete, and one of each order begins. */
#include "ngram/gram_scan.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/store.h"

/* ---- growing levels ---- */

static bon_status resize(struct bon_store *store, void *array, size_t before, size_t cap, size_t size) {
    if (store) return bon_store_grow(store, array, &before, cap, size);
    void *data;
    memcpy(&data, array, sizeof data);
    data = realloc(data, (cap ? cap : 1) * size);
    if (!data) return bon_fail_memory(cap * size);
    memcpy(array, &data, sizeof data);
    return BON_OK;
}

bon_status bon_gram_level_resize(struct bon_grams *grams, unsigned k, bool pruning, size_t cap) {
    struct bon_gram_level *level = &grams->level[k - 1];
    size_t before = level->cap, more = k < grams->order;
    BON_TRY(resize(grams->store, &level->word, before, cap, sizeof *level->word));
    BON_TRY(resize(grams->store, &level->adjusted, before, cap, sizeof *level->adjusted));
    if (more) BON_TRY(resize(grams->store, &level->first_child, before, cap + 1, sizeof *level->first_child));
    if (pruning) BON_TRY(resize(grams->store, &level->pruned, before, cap, sizeof *level->pruned));
    level->cap = cap;
    return BON_OK;
}

bon_status bon_grams_reserve(struct bon_grams *grams, size_t more, bool pruning) {
    for (unsigned k = 2; k <= grams->order; k++) {
        struct bon_gram_level *level = &grams->level[k - 1];
        if (level->count + more <= level->cap) continue;
        size_t cap = level->cap + level->cap / 2;
        if (cap < level->count + more) cap = level->count + more;
        BON_TRY(bon_gram_level_resize(grams, k, pruning, cap));
    }
    return BON_OK;
}

/* ---- n-grams begin and end ---- */

static struct bon_gram_level *level_of(const struct bon_gram_scan *scan, unsigned k) {
    return k == 1 ? &scan->search->grams->level[0] : &scan->grams->level[k - 1];
}

/* Opens the n-gram of order k; `word` is its leftmost word. Level 1 is all there from the start. */
static void open_gram(struct bon_gram_scan *scan, unsigned k, uint32_t word) {
    struct bon_gram_level *level = level_of(scan, k);
    uint32_t node = k == 1 ? word : (uint32_t)level->count++;
    level->word[node] = word;
    if (k < scan->order) level->first_child[node] = (uint32_t)scan->grams->level[k].count;
    scan->node[k] = node;
    scan->since[k] = scan->seen;
    scan->unkept[k] = word >= scan->search->words->kept || (k > 1 && scan->unkept[k - 1]);
    scan->depth = k;
}

/* Closes the n-grams of order down + 1 and above. */
static void close_grams(struct bon_gram_scan *scan, unsigned down) {
    for (unsigned k = scan->depth; k > down; k--) {
        struct bon_gram_level *level = level_of(scan, k);
        uint32_t node = scan->node[k];
        uint64_t seen = scan->seen - scan->since[k];
        uint32_t adjusted = (uint32_t)seen;
        if (k < scan->order && level->word[node] != BON_LM_BOS)
            adjusted = (uint32_t)scan->grams->level[k].count - level->first_child[node];
        level->adjusted[node] = adjusted;
        if (adjusted < 5) scan->grams->with_count[k - 1][adjusted]++;
        if (level->pruned) level->pruned[node] = scan->unkept[k] || seen <= scan->search->prune[k - 1];
    }
    scan->depth = down;
}

void bon_gram_scan_word(struct bon_gram_scan *scan, uint32_t word) {
    close_grams(scan, 0);
    open_gram(scan, 1, word);
}

void bon_gram_scan_end(struct bon_gram_scan *scan) { close_grams(scan, 0); }

/* ---- windows ---- */

unsigned bon_gram_shared(const struct bon_place_sorter *sorter, const struct bon_place *a, const struct bon_place *b) {
    uint64_t differ = a->key ^ b->key, mask = ((uint64_t)1 << sorter->bits) - 1;
    unsigned order = sorter->words + 1;
    if (differ) {
        unsigned top = 63 - (unsigned)__builtin_clzll(differ);
        return 1 + (sorter->per_key * sorter->bits - 1 - top) / sorter->bits;
    }
    if ((a->key & mask) <= BON_LM_BOS) return order; /* both go back to the beginning of the sentence */
    if (a->more != b->more) return 1 + sorter->per_key;
    if (a->more <= BON_LM_BOS) return order;
    for (unsigned back = 2 + sorter->per_key; back < order; back++) {
        uint32_t x = sorter->ids[a->at - back];
        if (x != sorter->ids[b->at - back]) return back;
        if (x == BON_LM_BOS) break;
    }
    return order;
}

void bon_gram_scan_places(struct bon_gram_scan *scan, const struct bon_place *places, size_t n) {
    const struct bon_place_sorter *sorter = &scan->search->sorter;
    for (size_t i = 0; i < n; scan->seen += bon_corpus_weight(scan->search->corpus, places[i++].at)) {
        unsigned shared = i ? bon_gram_shared(sorter, &places[i - 1], &places[i]) : 1;
        if (i > 0 && shared >= scan->depth) continue; /* all that is open goes on */
        close_grams(scan, shared);
        for (unsigned k = shared + 1; k <= scan->order; k++) {
            uint32_t left = bon_place_word(sorter, &places[i], k - 1);
            open_gram(scan, k, left);
            if (left == BON_LM_BOS) break;
        }
    }
}

void bon_gram_scan_window(struct bon_gram_scan *scan, unsigned shared, const uint32_t *words, uint64_t weight) {
    if (shared < scan->depth || scan->depth == 1) {
        close_grams(scan, shared);
        for (unsigned k = shared + 1; k <= scan->order; k++) {
            open_gram(scan, k, words[k - 1]);
            if (words[k - 1] == BON_LM_BOS) break;
        }
    }
    scan->seen += weight;
}
