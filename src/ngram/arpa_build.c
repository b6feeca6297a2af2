/* src/ngram/arpa_build.c: from lists of n-grams in any order to the reverse trie.
 *
 * Each order is brought into suffix order (files of lmplz and of bon already are, which one pass tells; others get a counting
 * sort per word, leftmost first). Then, from the highest order down, the suffixes of its n-grams are merged with the order
 * below: those missing there become blank nodes. What a blank node w1..wk scores is what back-off gives: the back-off of
 * w1..w(k-1) plus the score of w2..wk. Contexts are found from those of trie parents: the context of w1..wk is the child w1 of
 * the context of w2..wk, and siblings are sorted on both sides, so a search starts where the last one ended.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "ngram/arpa.h"
#include "ngram/trie_contexts.h"

static const uint32_t NONE = BON_NO_CONTEXT;

bon_status bon_arpa_reserve(struct bon_arpa *arpa, unsigned k, size_t need) {
    struct bon_arpa_level *level = &arpa->level[k - 1];
    if (need <= level->cap) return BON_OK;
    size_t cap = level->cap;
    if (k > 1) BON_TRY(bon_grow_array(&level->words, &cap, need, k * sizeof *level->words));
    cap = level->cap;
    if (k < arpa->order) BON_TRY(bon_grow_array(&level->backoff, &cap, need, sizeof *level->backoff));
    cap = level->cap;
    BON_TRY(bon_grow_array(&level->logprob, &cap, need, sizeof *level->logprob));
    level->cap = cap;
    return BON_OK;
}

static void level_free(struct bon_arpa_level *level) {
    free(level->words);
    free(level->logprob);
    free(level->backoff);
    free(level->blank);
    *level = (struct bon_arpa_level){0};
}

void bon_arpa_free(struct bon_arpa *arpa) {
    for (unsigned i = 0; i < BON_LM_MAX_ORDER; i++) level_free(&arpa->level[i]);
    bon_vocab_free(&arpa->vocab);
}

/* ---- suffix order ---- */

/* Compares the last n words of two n-grams, last word first. */
static int compare_suffix(const uint32_t *a_end, const uint32_t *b_end, unsigned n) {
    for (unsigned j = 1; j <= n; j++)
        if (a_end[-(int)j] != b_end[-(int)j]) return a_end[-(int)j] < b_end[-(int)j] ? -1 : 1;
    return 0;
}

static bool is_sorted(const struct bon_arpa_level *level, unsigned k) {
    for (size_t i = 1; i < level->count; i++) {
        const uint32_t *words = level->words + i * k;
        if (compare_suffix(words, words + k, k) >= 0) return false;
    }
    return true;
}

/* order[] = places of the n-grams in suffix order, equal ones as in the file. */
static bon_status rank(const struct bon_arpa_level *level, unsigned k, uint32_t types, uint32_t *order) {
    bon_status status = BON_ERR_NOMEM;
    size_t *start = bon_alloc_array(types, sizeof *start);
    uint32_t *from = bon_alloc_array(level->count, sizeof *from), *to = order;
    if (!start || !from) goto done;
    for (size_t i = 0; i < level->count; i++) order[i] = (uint32_t)i;
    for (unsigned j = 0; j < k; j++) {
        memcpy(from, to, level->count * sizeof *from);
        memset(start, 0, types * sizeof *start);
        for (size_t i = 0; i < level->count; i++) start[level->words[i * k + j]]++;
        for (size_t w = 0, sum = 0, here; w < types; w++, sum += here) {
            here = start[w];
            start[w] = sum;
        }
        for (size_t i = 0; i < level->count; i++) to[start[level->words[(size_t)from[i] * k + j]]++] = from[i];
    }
    status = BON_OK;
done:
    free(start);
    free(from);
    return status;
}

/* A copy of the items in another order. */
static void *reordered(const void *items, size_t size, const uint32_t *order, size_t count) {
    char *copy = bon_alloc_array(count, size);
    for (size_t i = 0; copy && i < count; i++) memcpy(copy + i * size, (const char *)items + order[i] * size, size);
    return copy;
}

static bon_status reorder(void *array, size_t size, const uint32_t *order, size_t count) {
    void *items;
    memcpy(&items, array, sizeof items);
    void *copy = reordered(items, size, order, count);
    if (!copy) return BON_ERR_NOMEM;
    free(items);
    memcpy(array, &copy, sizeof copy);
    return BON_OK;
}

static bon_status refuse_duplicate(const struct bon_arpa *arpa, unsigned k, const uint32_t *order, size_t i) {
    const struct bon_arpa_level *level = &arpa->level[k - 1];
    return bon_fail(BON_ERR_DATA, "%s:%llu: the same %u-gram stands in line %llu", arpa->name,
                    (unsigned long long)(level->first_line + order[i]), k,
                    (unsigned long long)(level->first_line + order[i - 1]));
}

static bon_status sort_level(struct bon_arpa *arpa, unsigned k) {
    struct bon_arpa_level *level = &arpa->level[k - 1];
    if (is_sorted(level, k)) return BON_OK;
    uint32_t *order = bon_alloc_array(level->count, sizeof *order);
    if (!order) return BON_ERR_NOMEM;
    bon_status status = rank(level, k, arpa->vocab.count, order);
    for (size_t i = 1; i < level->count && status == BON_OK; i++)
        if (memcmp(level->words + (size_t)order[i - 1] * k, level->words + (size_t)order[i] * k, k * sizeof *order) ==
            0)
            status = refuse_duplicate(arpa, k, order, i);
    if (status == BON_OK) status = reorder(&level->words, k * sizeof *level->words, order, level->count);
    if (status == BON_OK) status = reorder(&level->logprob, sizeof *level->logprob, order, level->count);
    if (status == BON_OK && level->backoff)
        status = reorder(&level->backoff, sizeof *level->backoff, order, level->count);
    free(order);
    return status;
}

/* ---- suffixes that the file leaves out ---- */

/* Walks the n-grams of order k + 1 beside those of order k and calls for each suffix that is missing among the latter: counts
 * them, and with `out` lists all of order k, missing ones included and marked. */
static size_t merge_suffixes(const struct bon_arpa *arpa, unsigned k, struct bon_arpa_level *out) {
    const struct bon_arpa_level *level = &arpa->level[k - 1], *above = &arpa->level[k];
    size_t i = 0, missing = 0, count = 0;
    for (size_t j = 0; j <= above->count; j++) {
        bool last = j == above->count;
        const uint32_t *suffix_end = last ? NULL : above->words + (j + 1) * (k + 1);
        if (!last && j > 0 && compare_suffix(suffix_end, suffix_end - (k + 1), k) == 0) continue;
        int order = -1;
        while (i < level->count && (last || (order = compare_suffix(level->words + (i + 1) * k, suffix_end, k)) <= 0)) {
            if (out) {
                memcpy(out->words + count * k, level->words + i * k, k * sizeof *out->words);
                out->logprob[count] = level->logprob[i];
                out->backoff[count] = level->backoff[i];
                out->blank[count++] = level->blank ? level->blank[i] : 0;
            }
            i++;
            if (!last && order == 0) break;
        }
        if (last || order == 0) continue;
        missing++;
        if (!out) continue;
        memcpy(out->words + count * k, suffix_end - k, k * sizeof *out->words);
        out->logprob[count] = out->backoff[count] = 0;
        out->blank[count++] = 1;
    }
    return missing;
}

static bon_status add_suffixes(struct bon_arpa *arpa, unsigned k) {
    struct bon_arpa_level *level = &arpa->level[k - 1], whole = {.first_line = level->first_line};
    size_t missing = merge_suffixes(arpa, k, NULL);
    if (missing == 0) return BON_OK;
    whole.count = whole.cap = level->count + missing;
    if (whole.count >= NONE) return bon_fail(BON_ERR_LIMIT, "%s: too many %u-grams", arpa->name, k);
    whole.words = bon_alloc_array(whole.count, k * sizeof *whole.words);
    whole.logprob = bon_alloc_array(whole.count, sizeof *whole.logprob);
    whole.backoff = bon_alloc_array(whole.count, sizeof *whole.backoff);
    whole.blank = bon_alloc_array(whole.count, sizeof *whole.blank);
    if (!whole.words || !whole.logprob || !whole.backoff || !whole.blank) {
        level_free(&whole);
        return BON_ERR_NOMEM;
    }
    merge_suffixes(arpa, k, &whole);
    level_free(level);
    *level = whole;
    return BON_OK;
}

/* ---- the trie ---- */

/* Where the children of each n-gram of order k begin. Every suffix is there by now. */
static void find_children(const struct bon_arpa *arpa, unsigned k, uint32_t *first_child) {
    const struct bon_arpa_level *level = &arpa->level[k - 1], *above = &arpa->level[k];
    uint32_t child = 0;
    for (size_t i = 0; i < level->count; i++) {
        uint32_t word = (uint32_t)i;
        const uint32_t *end = k == 1 ? &word + 1 : level->words + (i + 1) * k;
        first_child[i] = child;
        while (child < above->count && compare_suffix(above->words + ((size_t)child + 1) * (k + 1), end, k) == 0)
            child++;
    }
    first_child[level->count] = child;
}

/* Marks the contexts of level k as such and works out what blank nodes score. */
static void use_contexts(struct bon_lm_table *table, unsigned k, const uint32_t *contexts) {
    struct bon_lm_level *level = &table->level[k - 1], *parents = &table->level[k - 2];
    for (uint32_t parent = 0; parent < parents->count; parent++)
        for (uint32_t i = parents->first_child[parent]; i < parents->first_child[parent + 1]; i++) {
            uint32_t context = contexts[i];
            if (context != NONE) parents->extends[context] = 1;
            if (level->blank && level->blank[i])
                level->logprob[i] = parents->logprob[parent] + (context == NONE ? 0 : parents->backoff[context]);
        }
}

static bon_status link_contexts(struct bon_lm_table *table) {
    uint32_t *below = NULL, *contexts = NULL;
    bon_status status = BON_OK;
    for (unsigned k = 2; k <= table->order && status == BON_OK; k++) {
        const struct bon_lm_level *level = &table->level[k - 1];
        contexts = bon_alloc_array(level->count, sizeof *contexts);
        if (!contexts) {
            status = BON_ERR_NOMEM;
        } else {
            bon_contexts_find(table, k, below, contexts);
            use_contexts(table, k, contexts);
        }
        free(below);
        below = contexts;
    }
    free(below);
    return status;
}

static bon_status make_level(struct bon_arpa *arpa, unsigned k, struct bon_lm_level *to) {
    struct bon_arpa_level *from = &arpa->level[k - 1];
    to->count = (uint32_t)from->count;
    to->word = bon_alloc_array(from->count, sizeof *to->word);
    if (!to->word) return BON_ERR_NOMEM;
    for (size_t i = 0; i < from->count; i++) to->word[i] = k == 1 ? (uint32_t)i : from->words[i * k];
    if (k < arpa->order) {
        to->extends = bon_alloc_zeroed(from->count, 1);
        to->first_child = bon_alloc_array(from->count + 1, sizeof *to->first_child);
        if (!to->extends || !to->first_child) return BON_ERR_NOMEM;
        find_children(arpa, k, to->first_child);
    }
    to->logprob = from->logprob;
    to->backoff = from->backoff;
    to->blank = from->blank;
    from->logprob = from->backoff = NULL;
    from->blank = NULL;
    return BON_OK;
}

bon_status bon_arpa_build(struct bon_arpa *arpa, struct bon_lm_table *table) {
    for (unsigned k = 2; k <= arpa->order; k++) BON_TRY(sort_level(arpa, k));
    for (unsigned k = arpa->order; k-- > 2;) BON_TRY(add_suffixes(arpa, k));
    table->order = arpa->order;
    for (unsigned k = 1; k <= arpa->order; k++) BON_TRY(make_level(arpa, k, &table->level[k - 1]));
    table->vocab = arpa->vocab;
    arpa->vocab = (struct bon_vocab){0};
    return link_contexts(table);
}
