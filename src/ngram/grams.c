/* src/ngram/grams.c: the distinct n-grams of a text, by sorting its places once.
 *
 * An n-gram of order k is the last k words of some place in the text. Sorted in suffix order (last word first), all places of
 * an n-gram of any order are neighbours, so one scan of the sorted places meets every distinct n-gram of every order, in the
 * order of the reverse trie: where neighbours differ in the j-th word from the end, an n-gram of each order >= j begins. The
 * number of distinct words to the left of an n-gram, its count in Kneser-Ney's lower orders, is its number of children in
 * the trie. So far this is the 1-Sort of Pibiri and Venturini (TOIS 2019), "Handling massive n-gram datasets efficiently".
 *
 * The context of an n-gram, i.e. the n-gram less its last word, ends one place earlier in the text. So, instead of sorting
 * again in context order, the scan notes at each place which n-gram (of order - 1, or as long as the sentence allows) ends
 * there; the context of a highest-order n-gram is what is noted at the place before any of its own. Contexts of lower orders
 * follow from those above: the context of w2..wk is the trie parent of the context of w1 w2..wk.
 */
#include "ngram/grams.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "ngram/sort.h"

enum { MAX = BON_LM_MAX_ORDER };

struct scan {
    struct bon_grams *grams;
    struct bon_place_sorter sorter;
    const uint32_t *ids;
    unsigned order;
    uint32_t kept;          /* words from here on are not kept */
    const uint32_t *prune;  /* [order] */
    uint32_t *ends_here;    /* [places] the n-gram of order - 1, or back to <s>, that ends at a place */
    unsigned depth;         /* n-grams of order 1..depth are open */
    uint32_t node[MAX + 1]; /* [k] the open n-gram of order k */
    size_t since[MAX + 1];  /* [k] index of its first place */
    bool unkept[MAX + 1];   /* [k] it contains a word not kept */
};

/* ---- growing levels ---- */

static void level_free(struct bon_gram_level *level) {
    free(level->word);
    free(level->first_child);
    free(level->adjusted);
    free(level->context);
    free(level->pruned);
    *level = (struct bon_gram_level){0};
}

void bon_grams_free(struct bon_grams *grams) {
    for (unsigned i = 0; i < MAX; i++) level_free(&grams->level[i]);
}

/* One array of a level, to `cap` items. */
static bon_status resize(void *array, size_t cap, size_t size) {
    void *data;
    memcpy(&data, array, sizeof data);
    data = realloc(data, (cap ? cap : 1) * size);
    if (!data) return bon_fail_memory(cap * size);
    memcpy(array, &data, sizeof data);
    return BON_OK;
}

static bon_status level_resize(struct bon_gram_level *level, unsigned k, unsigned order, bool pruning, size_t cap) {
    BON_TRY(resize(&level->word, cap, sizeof *level->word));
    BON_TRY(resize(&level->adjusted, cap, sizeof *level->adjusted));
    if (k < order) BON_TRY(resize(&level->first_child, cap + 1, sizeof *level->first_child));
    if (k > 2) BON_TRY(resize(&level->context, cap, sizeof *level->context));
    if (pruning) BON_TRY(resize(&level->pruned, cap, sizeof *level->pruned));
    level->cap = cap;
    return BON_OK;
}

/* Makes room for `more` n-grams of each order above 1: as many as a word's places can bring. */
static bon_status reserve(struct bon_grams *grams, size_t more, bool pruning) {
    for (unsigned k = 2; k <= grams->order; k++) {
        struct bon_gram_level *level = &grams->level[k - 1];
        if (level->count + more <= level->cap) continue;
        size_t cap = level->cap + level->cap / 2;
        if (cap < level->count + more) cap = level->count + more;
        BON_TRY(level_resize(level, k, grams->order, pruning, cap));
    }
    return BON_OK;
}

/* ---- the scan ---- */

/* Opens the n-gram of order k at place number i; `word` is its leftmost word. Level 1 is all there from the start. */
static void open_gram(struct scan *scan, unsigned k, uint32_t word, uint32_t at, size_t i) {
    struct bon_gram_level *level = &scan->grams->level[k - 1];
    uint32_t node = k == 1 ? word : (uint32_t)level->count++;
    level->word[node] = word;
    if (k < scan->order) level->first_child[node] = (uint32_t)scan->grams->level[k].count;
    if (k > 2 && (k == scan->order || word == BON_LM_BOS)) level->context[node] = at - 1; /* the place, for now */
    scan->node[k] = node;
    scan->since[k] = i;
    scan->unkept[k] = word >= scan->kept || (k > 1 && scan->unkept[k - 1]);
    scan->depth = k;
}

/* Closes the n-grams of order down + 1 and above before place number i. */
static void close_grams(struct scan *scan, unsigned down, size_t i) {
    for (unsigned k = scan->depth; k > down; k--) {
        struct bon_gram_level *level = &scan->grams->level[k - 1];
        uint32_t node = scan->node[k];
        size_t seen = i - scan->since[k];
        uint32_t adjusted = (uint32_t)seen;
        if (k < scan->order && level->word[node] != BON_LM_BOS)
            adjusted = (uint32_t)scan->grams->level[k].count - level->first_child[node];
        level->adjusted[node] = adjusted;
        if (adjusted < 5) scan->grams->with_count[k - 1][adjusted]++;
        if (level->pruned) level->pruned[node] = scan->unkept[k] || seen <= scan->prune[k - 1];
    }
    scan->depth = down;
}

/* How many words, counted from the last, two neighbours share; `order` or more when they are the same n-gram. */
static unsigned shared_words(const struct scan *scan, const struct bon_place *a, const struct bon_place *b) {
    const struct bon_place_sorter *sorter = &scan->sorter;
    uint64_t differ = a->key ^ b->key, mask = ((uint64_t)1 << sorter->bits) - 1;
    if (differ) {
        unsigned top = 63 - (unsigned)__builtin_clzll(differ);
        return 1 + (sorter->per_key * sorter->bits - 1 - top) / sorter->bits;
    }
    if ((a->key & mask) <= BON_LM_BOS) return scan->order; /* both go back to the beginning of the sentence */
    for (unsigned back = 1 + sorter->per_key; back < scan->order; back++) {
        uint32_t x = scan->ids[a->at - back];
        if (x != scan->ids[b->at - back]) return back;
        if (x == BON_LM_BOS) break;
    }
    return scan->order;
}

static void scan_places(struct scan *scan, uint32_t word, const struct bon_place *places, size_t n) {
    unsigned per_key = scan->sorter.per_key, bits = scan->sorter.bits;
    uint64_t mask = ((uint64_t)1 << bits) - 1;
    open_gram(scan, 1, word, 0, 0);
    for (size_t i = 0; i < n; i++) {
        uint32_t at = places[i].at;
        unsigned shared = i ? shared_words(scan, &places[i - 1], &places[i]) : 1;
        if (i == 0 || shared < scan->depth) { /* otherwise all that is open goes on */
            close_grams(scan, shared, i);
            for (unsigned k = shared + 1; k <= scan->order; k++) {
                uint32_t left = k - 1 <= per_key ? (uint32_t)(places[i].key >> (per_key - (k - 1)) * bits & mask)
                                                 : scan->ids[at - (k - 1)];
                open_gram(scan, k, left, at, i);
                if (left == BON_LM_BOS) break;
            }
        }
        scan->ends_here[at] = scan->node[scan->depth < scan->order ? scan->depth : scan->order - 1];
    }
    close_grams(scan, 0, n);
}

/* ---- the places of each word ---- */

static size_t most_places(const struct bon_word_order *words) {
    uint64_t most = 0;
    for (uint32_t w = 0; w < words->types; w++)
        if (w != BON_LM_BOS && words->counts[w] > most) most = words->counts[w];
    return (size_t)most;
}

static bon_status scan_words(struct scan *scan, const struct bon_corpus *corpus, const struct bon_word_order *words) {
    bon_status status = BON_ERR_NOMEM;
    size_t most = most_places(words);
    bool pruning = scan->grams->level[0].pruned != NULL;
    uint32_t *start = bon_alloc_array((size_t)words->types + 1, sizeof *start);
    uint32_t *at = start ? bon_place_list(corpus->ids, corpus->count, words->counts, words->types, start) : NULL;
    struct bon_place *places = bon_alloc_array(most, sizeof *places);
    struct bon_place *scratch = bon_alloc_array(bon_place_scratch(&scan->sorter, most), sizeof *scratch);
    if (!start || !at || !places || !scratch) goto done;

    for (uint32_t w = 0; w < words->types; w++) {
        size_t n = start[w + 1] - start[w];
        for (size_t i = 0; i < n; i++) places[i] = (struct bon_place){0, at[start[w] + i]};
        bon_place_sort(&scan->sorter, places, scratch, n);
        status = reserve(scan->grams, n, pruning);
        if (status != BON_OK) goto done;
        scan_places(scan, w, places, n);
    }
    status = BON_OK;
done:
    free(start);
    free(at);
    free(places);
    free(scratch);
    return status;
}

/* ---- contexts ---- */

/* For each n-gram of level k, its parent in level k - 1. */
static void list_parents(const struct bon_gram_level *below, uint32_t *parent) {
    for (uint32_t i = 0; i < below->count; i++)
        for (uint32_t child = below->first_child[i]; child < below->first_child[i + 1]; child++) parent[child] = i;
}

static bon_status link_contexts(struct bon_grams *grams, const uint32_t *ends_here) {
    if (grams->order < 3) return BON_OK;
    struct bon_gram_level *highest = &grams->level[grams->order - 1];
    for (size_t i = 0; i < highest->count; i++) highest->context[i] = ends_here[highest->context[i]];

    size_t most = 0;
    for (unsigned k = 3; k < grams->order; k++)
        if (grams->level[k - 1].count > most) most = grams->level[k - 1].count;
    uint32_t *parent = bon_alloc_array(most, sizeof *parent);
    if (!parent) return BON_ERR_NOMEM;
    for (unsigned k = grams->order - 1; k >= 3; k--) {
        struct bon_gram_level *level = &grams->level[k - 1];
        const uint32_t *above = grams->level[k].context; /* places in this level */
        list_parents(&grams->level[k - 2], parent);
        for (size_t i = 0; i < level->count; i++)
            level->context[i] =
                level->word[i] == BON_LM_BOS ? ends_here[level->context[i]] : parent[above[level->first_child[i]]];
    }
    free(parent);
    return BON_OK;
}

/* ---- all together ---- */

static bool prunes(unsigned order, const uint32_t *prune, const struct bon_word_order *words) {
    bool any = words->kept < words->types;
    for (unsigned k = 0; k < order; k++) any = any || prune[k] > 0;
    return any;
}

static bon_status open_levels(struct bon_grams *grams, const struct bon_word_order *words, bool pruning) {
    for (unsigned k = 1; k <= grams->order; k++)
        BON_TRY(level_resize(&grams->level[k - 1], k, grams->order, pruning, k == 1 ? words->types : 0));
    grams->level[0].count = words->types;
    return BON_OK;
}

/* <s> and <unk> are never predicted: no count, no children; and the symbols are never pruned. Ends the lists of children. */
static void close_levels(struct bon_grams *grams) {
    struct bon_gram_level *words = &grams->level[0];
    for (unsigned k = 1; k < grams->order; k++)
        grams->level[k - 1].first_child[grams->level[k - 1].count] = (uint32_t)grams->level[k].count;
    words->adjusted[BON_LM_UNK] = words->adjusted[BON_LM_BOS] = 0;
    if (words->pruned) memset(words->pruned, 0, BON_LM_EOS + 1);
}

/* Order 1 needs no sorting: an n-gram is a word, its count is how often it was seen. */
static void count_words(struct bon_grams *grams, const struct bon_word_order *words) {
    struct bon_gram_level *level = &grams->level[0];
    for (uint32_t w = 0; w < words->types; w++) {
        uint32_t seen = w == BON_LM_BOS ? 0 : (uint32_t)words->counts[w];
        level->word[w] = w;
        level->adjusted[w] = seen;
        if (seen < 5) grams->with_count[0][seen]++;
        if (level->pruned) level->pruned[w] = w >= words->kept;
    }
}

bon_status bon_grams_find(struct bon_grams *grams, unsigned order, struct bon_corpus *corpus,
                          const struct bon_word_order *words, const uint32_t *prune) {
    *grams = (struct bon_grams){.order = order};
    struct scan scan = {.grams = grams, .ids = corpus->ids, .order = order, .kept = words->kept, .prune = prune};
    bon_status status = open_levels(grams, words, prunes(order, prune, words));
    if (status != BON_OK) goto done;
    if (order == 1) {
        count_words(grams, words);
    } else {
        status = BON_ERR_NOMEM;
        scan.ends_here = bon_alloc_array(corpus->count, sizeof *scan.ends_here);
        if (!scan.ends_here) goto done;
        bon_place_sorter_init(&scan.sorter, corpus->ids, order - 1, words->types);
        status = scan_words(&scan, corpus, words);
        if (status != BON_OK) goto done;
    }
    close_levels(grams);
    free(corpus->ids);
    corpus->ids = NULL;
    corpus->count = corpus->cap = 0;
    status = link_contexts(grams, scan.ends_here);
done:
    free(scan.ends_here);
    if (status != BON_OK) bon_grams_free(grams);
    return status;
}
