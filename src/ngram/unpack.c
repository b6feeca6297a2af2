/* src/ngram/unpack.c: from an open .bonlm model back to a table in memory.
 *
 * Unlike queries, which clamp, this refuses what does not hold together: first children that do not cover the next level from
 * end to end, ids that do not ascend or lie outside the vocabulary, words that occur twice or are none or several in ARPA
 * text.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "ngram/query.h"
#include "ngram/table.h"

static bon_status inconsistent(const bon_lm *lm, unsigned order, uint64_t index, const char *what) {
    return bon_fail(BON_ERR_FORMAT, "%s: n-gram %llu of order %u: %s; get the file again",
                    bon_artefact_path(lm->artefact), (unsigned long long)index, order, what);
}

/* Can it be one word of ARPA text? */
static bool is_word(const char *text, size_t n) {
    static const char parting[] = {' ', '\t', '\n', '\0'};
    for (size_t i = 0; i < sizeof parting && n > 0; i++)
        if (memchr(text, parting[i], n)) return false;
    return n > 0;
}

static bon_status unpack_vocab(const bon_lm *lm, struct bon_vocab *vocab) {
    for (uint32_t id = 0; id < lm->words; id++) {
        size_t n;
        uint32_t given;
        const char *text = bon_lm_word_text(lm, id, &n);
        if (!is_word(text, n)) return inconsistent(lm, 1, id, "its word is empty or has a blank in it");
        BON_TRY(bon_vocab_add(vocab, text, n, &given));
        if (given != id) return inconsistent(lm, 1, id, "its word occurs twice");
    }
    return BON_OK;
}

/* Both numbers of children in one call, for every layout that has them by node. */
static void children_of(const bon_lm *lm, unsigned order, uint32_t i, uint64_t *begin, uint64_t *end) {
    if (!lm->ranked) {
        bon_ef_pair(&lm->level[order - 1].next, i, begin, end);
        return;
    }
    struct bon_ef_run run = bon_lm_children(lm, order, i);
    *begin = run.begin;
    *end = run.end;
}

static bon_status unpack_children(const bon_lm *lm, unsigned order, struct bon_lm_level *level) {
    uint64_t expected = 0, next = lm->header.count[order];
    for (uint32_t i = 0; i < level->count; i++) {
        uint64_t begin, end;
        children_of(lm, order, i, &begin, &end);
        if (begin != expected || end > next) return inconsistent(lm, order, i, "its first longer n-gram is misplaced");
        level->first_child[i] = (uint32_t)begin;
        expected = end;
    }
    level->first_child[level->count] = (uint32_t)next;
    return expected == next ? BON_OK : inconsistent(lm, order, level->count, "longer n-grams are left over");
}

/* The ids of each parent's children ascend and are words. */
static bon_status unpack_words(const bon_lm *lm, unsigned order, const struct bon_lm_level *parents,
                               struct bon_lm_level *level) {
    const struct bon_ef *words = &lm->level[order - 1].word;
    for (uint32_t parent = 0; parent < parents->count; parent++) {
        uint32_t begin = parents->first_child[parent], end = parents->first_child[parent + 1];
        struct bon_ef_run run = bon_ef_run_at(words, begin, end);
        for (uint32_t i = begin; i < end; i++) {
            uint64_t position = bon_ef_select(words, &words->ones, i);
            uint64_t value = position == BON_EF_NOWHERE
                                 ? position
                                 : bon_ef_value(words, i, position) - (run.high << words->head.low_bits);
            if (value >= lm->words || (i > begin && value <= level->word[i - 1]))
                return inconsistent(lm, order, i, "its word is out of order");
            level->word[i] = (uint32_t)value;
        }
    }
    return BON_OK;
}

/* The word that a rank stands for: contexts[] has the contexts of the parents, and gets those of the children in made[]. A parent's
 * children have the ranks of contexts that are children of its own context. */
static bon_status unpack_ranks(const bon_lm *lm, unsigned order, const struct bon_lm_level *parents,
                               struct bon_lm_level *level, const uint32_t *contexts, uint32_t *made) {
    const struct bon_blocks *blocks = &lm->level[order - 1].blocks;
    for (uint32_t parent = 0; parent < parents->count; parent++) {
        uint32_t begin = parents->first_child[parent], end = parents->first_child[parent + 1], first = 0;
        uint32_t limit = lm->words; /* of the ranks */
        if (order > 2) {
            first = parents[-1].first_child[contexts[parent]];
            limit = parents[-1].first_child[contexts[parent] + 1] - first;
        }
        for (uint32_t i = begin; i < end; i++) {
            struct bon_block_place place = bon_block_of(blocks, i);
            uint32_t rank = bon_block_rank(blocks, &place, begin);
            if (rank >= limit || (i > begin && first + rank <= made[i - 1]))
                return inconsistent(lm, order, i, "its word is out of order");
            made[i] = first + rank;
            level->word[i] = order > 2 ? parents->word[made[i]] : rank;
        }
    }
    return BON_OK;
}

/* Where the values of the n-grams of a level are found: their own numbers in the small layout; in the fast one nodes[] is filled
 * with what their parents' nodes lead to. */
static bon_status find_nodes(const bon_lm *lm, unsigned order, const struct bon_lm_level *parents,
                             const struct bon_lm_level *level, const uint32_t *parent_nodes, uint32_t *nodes) {
    for (uint32_t parent = 0; parent < parents->count; parent++)
        for (uint32_t i = parents->first_child[parent]; i < parents->first_child[parent + 1]; i++) {
            uint64_t key = bon_fast_node_key(lm, order - 1, parent_nodes[parent]);
            if (!bon_fast_child(lm, order - 1, key, level->word[i], &nodes[i]))
                return inconsistent(lm, order, i, "it is not in its hash table");
        }
    return BON_OK;
}

static bon_status mark_blank(struct bon_lm_level *level, uint32_t i) {
    if (!level->blank && !(level->blank = bon_alloc_zeroed(level->count, 1))) return BON_ERR_NOMEM;
    level->blank[i] = 1;
    return BON_OK;
}

/* nodes NULL = each n-gram's own number. */
static bon_status unpack_values(const bon_lm *lm, unsigned order, const uint32_t *nodes, struct bon_lm_level *level) {
    bool highest = order == lm->order;
    for (uint32_t i = 0; i < level->count; i++) {
        uint32_t node = nodes ? nodes[i] : i;
        level->logprob[i] = bon_lm_node_logprob(lm, order, node);
        if (!highest) level->extends[i] = bon_lm_node_backoff(lm, order, node, &level->backoff[i]);
        if (bon_lm_node_blank(lm, order, node)) BON_TRY(mark_blank(level, i));
        if (!isfinite(level->logprob[i]) || (!highest && !isfinite(level->backoff[i])))
            return inconsistent(lm, order, i, "a value is not a number");
    }
    return BON_OK;
}

/* *nodes: of the level before, replaced by this level's; NULL where nothing is to be remembered. They are the n-grams' nodes in
 * the fast layout, the numbers of their contexts in blocks. */
static bon_status unpack_level(const bon_lm *lm, unsigned order, struct bon_lm_table *table, uint32_t **nodes) {
    struct bon_lm_level *level = &table->level[order - 1];
    BON_TRY(bon_lm_level_alloc(level, (uint32_t)lm->header.count[order - 1], order == lm->order));
    uint32_t *found = NULL;
    if ((lm->fast || lm->ranked) && !(found = bon_alloc_array((size_t)level->count + 1, sizeof *found)))
        return BON_ERR_NOMEM;
    bon_status status = BON_OK;
    for (uint32_t i = 0; order == 1 && i < level->count; i++) {
        level->word[i] = i;
        if (found) found[i] = i;
    }
    if (order > 1)
        status = lm->ranked ? unpack_ranks(lm, order, level - 1, level, *nodes, found)
                            : unpack_words(lm, order, level - 1, level);
    if (status == BON_OK && order < lm->order) status = unpack_children(lm, order, level);
    if (status == BON_OK && lm->fast && order > 1) status = find_nodes(lm, order, level - 1, level, *nodes, found);
    free(*nodes);
    *nodes = found;
    return status == BON_OK ? unpack_values(lm, order, lm->fast ? *nodes : NULL, level) : status;
}

bon_status bon_lm_table_from_lm(bon_lm_table **out, const bon_lm *lm) {
    bon_lm_table *table = bon_alloc_zeroed(1, sizeof *table);
    if (!table) return BON_ERR_NOMEM;
    table->order = lm->order;
    uint32_t *nodes = NULL;
    bon_status status = unpack_vocab(lm, &table->vocab);
    for (unsigned order = 1; status == BON_OK && order <= lm->order; order++)
        status = unpack_level(lm, order, table, &nodes);
    free(nodes);
    if (status == BON_OK)
        *out = table;
    else
        bon_lm_table_close(table);
    return status;
}
