/* src/ngram/union.c: merging reverse tries.
 *
 * Level by level from single words up. The models number words differently, so the n-grams of each are first put in the order
 * of the union: a stable counting sort by word, then by parent, whose order is known from the level before; linear in the
 * number of n-grams. The n-grams of the union are then met by walking its parents in order, with a cursor in each model, and
 * merging the sorted children of those models that have the parent.
 */
#include "ngram/union.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "ngram/trie_contexts.h"

/* ---- words ---- */

struct ranked_word {
    double p;
    const struct bon_vocab_word *word;
    uint32_t id; /* in the order of first addition */
};

static int by_probability(const void *a, const void *b) {
    const struct ranked_word *x = a, *y = b;
    if (x->p != y->p) return x->p > y->p ? -1 : 1;
    return bon_vocab_compare(x->word, y->word);
}

/* All words in the order of the models, and for each model which they are. */
static bon_status gather_words(struct bon_union *all, struct bon_vocab *words) {
    for (size_t s = 0; s < all->source_count; s++) {
        struct bon_union_source *source = &all->sources[s];
        const struct bon_vocab *vocab = &source->table->vocab;
        source->to[0] = bon_alloc_array(vocab->count, sizeof *source->to[0]);
        if (!source->to[0]) return BON_ERR_NOMEM;
        for (uint32_t id = 0; id < vocab->count; id++)
            BON_TRY(bon_vocab_add(words, vocab->words[id].text, vocab->words[id].len, &source->to[0][id]));
    }
    return BON_OK;
}

static void rank_words(const struct bon_union *all, const struct bon_vocab *words, struct ranked_word *ranked) {
    for (uint32_t id = 0; id < words->count; id++) ranked[id] = (struct ranked_word){0, &words->words[id], id};
    for (size_t s = 0; s < all->source_count; s++) {
        const struct bon_union_source *source = &all->sources[s];
        for (uint32_t id = 0; id < source->table->vocab.count; id++)
            ranked[source->to[0][id]].p += source->weight * pow(10, (double)source->table->level[0].logprob[id]);
    }
    qsort(ranked + BON_LM_EOS + 1, words->count - (BON_LM_EOS + 1), sizeof *ranked, by_probability);
}

static bon_status number_words(struct bon_union *all, const struct bon_vocab *words, uint32_t *numbers) {
    struct ranked_word *ranked = bon_alloc_array(words->count, sizeof *ranked);
    if (!ranked) return BON_ERR_NOMEM;
    rank_words(all, words, ranked);
    bon_status status = BON_OK;
    for (uint32_t i = 0; i < words->count && status == BON_OK; i++)
        status = bon_vocab_add(&all->table->vocab, ranked[i].word->text, ranked[i].word->len, &numbers[ranked[i].id]);
    free(ranked);
    return status;
}

static bon_status find_words(struct bon_union *all) {
    struct bon_vocab words = {0};
    uint32_t *numbers = NULL;
    bon_status status = gather_words(all, &words);
    if (status == BON_OK && !(numbers = bon_alloc_array(words.count, sizeof *numbers))) status = BON_ERR_NOMEM;
    if (status == BON_OK) status = number_words(all, &words, numbers);
    for (size_t s = 0; s < all->source_count && status == BON_OK; s++)
        for (uint32_t id = 0; id < all->sources[s].table->vocab.count; id++)
            all->sources[s].to[0][id] = numbers[all->sources[s].to[0][id]];
    if (status == BON_OK) status = bon_lm_level_alloc(&all->table->level[0], words.count, all->table->order == 1);
    for (uint32_t i = 0; i < words.count && status == BON_OK; i++) all->table->level[0].word[i] = i;
    free(numbers);
    bon_vocab_free(&words);
    return status;
}

/* ---- a model in the order of the union ---- */

/* order[] of level k - 1 (from 0: the level of single words is 0) by a counting sort on keys below key_count. `from` NULL is
 * 0, 1, 2, ... */
static bon_status sort_by_key(const uint32_t *from, const uint32_t *keys, uint32_t count, uint32_t key_count,
                              uint32_t *order) {
    uint32_t *at = bon_alloc_zeroed((size_t)key_count + 1, sizeof *at);
    if (!at) return BON_ERR_NOMEM;
    for (uint32_t i = 0; i < count; i++) at[keys[i] + 1]++;
    for (uint32_t key = 0; key < key_count; key++) at[key + 1] += at[key];
    for (uint32_t i = 0; i < count; i++) {
        uint32_t item = from ? from[i] : i;
        order[at[keys[item]]++] = item;
    }
    free(at);
    return BON_OK;
}

static bon_status rank_words_of(struct bon_union_source *source, uint32_t words) {
    uint32_t count = source->table->level[0].count;
    source->rank[0] = bon_alloc_array(count, sizeof *source->rank[0]);
    return source->rank[0] ? sort_by_key(NULL, source->to[0], count, words, source->rank[0]) : BON_ERR_NOMEM;
}

/* Ranks level k (2 and up) of a model by the union's words within its parents, whose numbers in the union are known. */
static bon_status rank_level(struct bon_union_source *source, unsigned k, uint32_t words, uint32_t parents) {
    const struct bon_lm_level *level = &source->table->level[k - 1];
    uint32_t *keys = bon_alloc_array(level->count, sizeof *keys);
    uint32_t *by_word = bon_alloc_array(level->count, sizeof *by_word);
    uint32_t *rank = source->rank[k - 1] = bon_alloc_array(level->count, sizeof *rank);
    bon_status status = keys && by_word && rank ? BON_OK : BON_ERR_NOMEM;
    if (status == BON_OK) {
        for (uint32_t i = 0; i < level->count; i++) keys[i] = source->to[0][level->word[i]];
        status = sort_by_key(NULL, keys, level->count, words, by_word);
    }
    if (status == BON_OK) {
        for (uint32_t parent = 0; parent < level[-1].count; parent++)
            for (uint32_t i = level[-1].first_child[parent]; i < level[-1].first_child[parent + 1]; i++)
                keys[i] = source->to[k - 2][parent];
        status = sort_by_key(by_word, keys, level->count, parents, rank);
    }
    free(keys);
    free(by_word);
    return status;
}

/* ---- merging a level ---- */

/* Where the merge stands in one model. */
struct cursor {
    struct bon_union_source *source;
    uint32_t parent;     /* place in rank of the next parent */
    uint32_t child, end; /* places in rank of the children of the parent now worked on */
};

static bool has_level(const struct bon_union_source *source, unsigned k) { return k <= source->table->order; }

/* Moves a cursor to the children that its model has under a parent of the union; none when it lacks the parent. */
static void enter(struct cursor *cursor, unsigned k, uint32_t parent) {
    const struct bon_union_source *source = cursor->source;
    const struct bon_lm_level *above = &source->table->level[k - 2];
    cursor->child = cursor->end;
    if (cursor->parent == above->count) return;
    uint32_t own = source->rank[k - 2][cursor->parent];
    if (source->to[k - 2][own] != parent) return;
    cursor->end += above->first_child[own + 1] - above->first_child[own];
    cursor->parent++;
}

static uint32_t word_at(const struct cursor *cursor, unsigned k) {
    const struct bon_union_source *source = cursor->source;
    return source->to[0][source->table->level[k - 1].word[source->rank[k - 1][cursor->child]]];
}

/* Merges the children of one parent, numbering them from `next` on; returns the number behind. */
static uint32_t merge_children(struct cursor *cursors, size_t count, unsigned k, uint32_t next, uint32_t *words) {
    for (;;) {
        uint32_t least = UINT32_MAX;
        for (size_t c = 0; c < count; c++)
            if (cursors[c].child < cursors[c].end) {
                uint32_t word = word_at(&cursors[c], k);
                if (word < least) least = word;
            }
        if (least == UINT32_MAX) return next;
        for (size_t c = 0; c < count; c++)
            if (cursors[c].child < cursors[c].end && word_at(&cursors[c], k) == least) {
                struct bon_union_source *source = cursors[c].source;
                source->to[k - 1][source->rank[k - 1][cursors[c].child++]] = next;
            }
        words[next++] = least;
    }
}

/* Fills words[] and first_child[] of the level below; returns the number of n-grams of level k. */
static uint32_t merge(struct bon_union *all, struct cursor *cursors, size_t count, unsigned k, uint32_t *words) {
    struct bon_lm_level *parents = &all->table->level[k - 2];
    uint32_t next = 0;
    for (uint32_t parent = 0; parent < parents->count; parent++) {
        size_t active = 0;
        parents->first_child[parent] = next;
        for (size_t c = 0; c < count; c++) {
            enter(&cursors[c], k, parent);
            active += cursors[c].child < cursors[c].end;
        }
        if (active) next = merge_children(cursors, count, k, next, words);
    }
    parents->first_child[parents->count] = next;
    return next;
}

static bon_status prepare_sources(struct bon_union *all, unsigned k, struct cursor *cursors, size_t *count,
                                  uint64_t *most) {
    uint32_t words = all->table->level[0].count, parents = all->table->level[k - 2].count;
    *count = *most = 0;
    for (size_t s = 0; s < all->source_count; s++) {
        struct bon_union_source *source = &all->sources[s];
        if (!has_level(source, k)) continue;
        uint32_t n = source->table->level[k - 1].count;
        source->to[k - 1] = bon_alloc_array(n, sizeof *source->to[k - 1]);
        if (!source->to[k - 1]) return BON_ERR_NOMEM;
        if (k == 2) BON_TRY(rank_words_of(source, words));
        BON_TRY(rank_level(source, k, words, parents));
        cursors[(*count)++] = (struct cursor){.source = source};
        *most += n;
    }
    return BON_OK;
}

static void forget_ranks(struct bon_union *all, unsigned k) {
    for (size_t s = 0; s < all->source_count; s++) {
        free(all->sources[s].rank[k - 1]);
        all->sources[s].rank[k - 1] = NULL;
    }
}

static bon_status merge_level(struct bon_union *all, unsigned k) {
    struct bon_lm_table *table = all->table;
    struct cursor *cursors = bon_alloc_array(all->source_count, sizeof *cursors);
    uint32_t *words = NULL;
    size_t count = 0;
    uint64_t most = 0;
    bon_status status = cursors ? prepare_sources(all, k, cursors, &count, &most) : BON_ERR_NOMEM;
    if (status == BON_OK && most >= UINT32_MAX)
        status = bon_fail(BON_ERR_LIMIT, "the models have %llu %u-grams, above the limit of %u; prune them first",
                          (unsigned long long)most, k, UINT32_MAX - 1);
    if (status == BON_OK && !(words = bon_alloc_array((size_t)most, sizeof *words))) status = BON_ERR_NOMEM;
    if (status == BON_OK) {
        uint32_t found = merge(all, cursors, count, k, words);
        forget_ranks(all, k - 1);
        status = bon_lm_level_alloc(&table->level[k - 1], found, k == table->order);
        if (status == BON_OK && found) memcpy(table->level[k - 1].word, words, found * sizeof *words);
    }
    free(words);
    free(cursors);
    if (status != BON_OK) return status;
    all->context[k - 1] = bon_alloc_array(table->level[k - 1].count, sizeof *all->context[k - 1]);
    if (!all->context[k - 1]) return BON_ERR_NOMEM;
    bon_contexts_find(table, k, all->context[k - 2], all->context[k - 1]);
    return BON_OK;
}

/* ---- all of it ---- */

bon_status bon_union_find(struct bon_union *all, const bon_lm_table *const *models, const double *weights,
                          size_t count) {
    *all = (struct bon_union){.table = bon_alloc_zeroed(1, sizeof *all->table),
                              .sources = bon_alloc_zeroed(count, sizeof *all->sources)};
    if (!all->table || !all->sources) return BON_ERR_NOMEM;
    for (size_t i = 0; i < count; i++) {
        if (weights[i] <= 0) continue;
        all->sources[all->source_count++] = (struct bon_union_source){.table = models[i], .weight = weights[i]};
        if (models[i]->order > all->table->order) all->table->order = models[i]->order;
    }
    BON_TRY(find_words(all));
    for (unsigned k = 2; k <= all->table->order; k++) BON_TRY(merge_level(all, k));
    forget_ranks(all, all->table->order);
    return BON_OK;
}

void bon_union_free(struct bon_union *all) {
    bon_lm_table_close(all->table);
    for (size_t s = 0; all->sources && s < all->source_count; s++)
        for (unsigned i = 0; i < BON_LM_MAX_ORDER; i++) {
            free(all->sources[s].to[i]);
            free(all->sources[s].rank[i]);
        }
    free(all->sources);
    for (unsigned i = 0; i < BON_LM_MAX_ORDER; i++) free(all->context[i]);
    *all = (struct bon_union){0};
}
