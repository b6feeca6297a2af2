/* src/ngram/grams.c: the distinct n-grams of a text, by sorting its places once.
 *
 * An n-gram of order k is the last k words of some place in the text. Sorted in suffix order (last word first), all places of
 * an n-gram of any order are neighbours, so one scan of the sorted places meets every distinct n-gram of every order, in the
 * order of the reverse trie: where neighbours differ in the j-th word from the end, an n-gram of each order >= j begins. The
 * number of distinct words to the left of an n-gram, its count in Kneser-Ney's lower orders, is its number of children in
 * the trie. So far this is the 1-Sort of Pibiri and Venturini (TOIS 2019), "Handling massive n-gram datasets efficiently".
 *
 * N-grams that end in different words have nothing to do with each other, so ranges of last words are done side by side, each
 * giving a piece of every level; the pieces one after the other are the levels.
 */
#include "ngram/grams.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/parallel.h"
#include "base/store.h"
#include "ngram/gram_scan.h"
#include "ngram/grams_spill.h"

enum { MAX = BON_LM_MAX_ORDER };

/* A search over ranges of words. */
struct search {
    struct bon_gram_search shared;
    size_t piece_count;
    struct piece *pieces;
};

/* The words first..end - 1 and the n-grams that end in them. */
struct piece {
    uint32_t first, end;
    struct bon_grams grams; /* levels 2 and up, and with_count */
};

static void level_free(struct bon_store *store, struct bon_gram_level *level) {
    bon_store_free(store, level->word);
    bon_store_free(store, level->first_child);
    bon_store_free(store, level->adjusted);
    bon_store_free(store, level->context);
    bon_store_free(store, level->pruned);
    *level = (struct bon_gram_level){0};
}

void bon_grams_free(struct bon_grams *grams) {
    for (unsigned i = 0; i < MAX; i++) level_free(grams->store, &grams->level[i]);
}

/* ---- the places of each word ---- */

static uint64_t places_of(const struct bon_word_order *words, uint32_t w) {
    return w == BON_LM_BOS ? 0 : words->counts[w];
}

static bon_status scan_piece(void *context, size_t number, unsigned worker) {
    (void)worker;
    const struct search *search = context;
    const struct bon_corpus *corpus = search->shared.corpus;
    struct piece *piece = &search->pieces[number];
    struct bon_gram_scan scan = {
        .search = &search->shared, .grams = &piece->grams, .order = search->shared.grams->order};
    bon_status status = BON_ERR_NOMEM;
    uint64_t most = 0; /* places of one word; windows with weights are fewer than that */
    for (uint32_t w = piece->first; w < piece->end; w++)
        if (places_of(search->shared.words, w) > most) most = places_of(search->shared.words, w);
    if (most > corpus->count) most = corpus->count;
    uint32_t *start = bon_alloc_array((size_t)(piece->end - piece->first) + 1, sizeof *start);
    uint32_t *at = start ? bon_place_list(corpus->ids, corpus->count, corpus->row ? corpus->row : 1, piece->first,
                                          piece->end, start)
                         : NULL;
    struct bon_place *places = bon_alloc_array(most, sizeof *places);
    struct bon_place *scratch = bon_alloc_array(most, sizeof *scratch);
    if (!start || !at || !places || !scratch) goto done;

    piece->grams.order = scan.order;
    for (uint32_t w = piece->first; w < piece->end; w++) {
        const uint32_t *list = at + start[w - piece->first];
        size_t n = start[w - piece->first + 1] - start[w - piece->first];
        for (size_t i = 0; i < n; i++) places[i] = (struct bon_place){.at = list[i]};
        bon_place_sort(&search->shared.sorter, places, scratch, n);
        status = bon_grams_reserve(&piece->grams, n, search->shared.pruning);
        if (status != BON_OK) goto done;
        bon_gram_scan_word(&scan, w);
        bon_gram_scan_places(&scan, places, n);
    }
    bon_gram_scan_end(&scan);
    status = BON_OK;
done:
    free(start);
    free(at);
    free(places);
    free(scratch);
    return status;
}

/* ---- from pieces to levels ---- */

/* Cuts the words into ranges with about as many places each. The first word takes part in the first. */
static bon_status cut_pieces(struct search *search) {
    const struct bon_word_order *words = search->shared.words;
    unsigned threads = search->shared.grams->threads;
    search->piece_count = threads > 1 ? 2 * (size_t)threads : 1; /* ranges are not equally hard */
    search->pieces = bon_alloc_zeroed(search->piece_count, sizeof *search->pieces);
    if (!search->pieces) return BON_ERR_NOMEM;
    uint64_t all = 0, before = 0;
    for (uint32_t w = 0; w < words->types; w++) all += places_of(words, w);
    uint32_t w = 0;
    for (size_t i = 0; i < search->piece_count; i++) {
        search->pieces[i].first = w;
        while (w < words->types &&
               (before < bon_part_begin(all, i + 1, search->piece_count) || i + 1 == search->piece_count))
            before += places_of(words, w++);
        search->pieces[i].end = w;
    }
    return BON_OK;
}

/* Appends a piece's array to a level's; the piece's is freed as soon as it is not needed, so that no more than one array is
 * there twice. */
static void append(void *to, void *piece, size_t *at, size_t count, size_t size) {
    char *target;
    void *source;
    memcpy(&target, to, sizeof target);
    memcpy(&source, piece, sizeof source);
    if (count) memcpy(target + *at * size, source, count * size);
    free(source);
    memset(piece, 0, sizeof source);
    *at += count;
}

/* Joins one array of level k; `member` is its place in struct bon_gram_level. */
static bon_status join_array(struct search *search, unsigned k, size_t member, size_t size, size_t extra) {
    struct bon_gram_level *level = &search->shared.grams->level[k - 1];
    void *array = bon_alloc_array(level->count + extra, size);
    if (!array) return BON_ERR_NOMEM;
    memcpy((char *)level + member, &array, sizeof array);
    size_t at = 0;
    for (size_t i = 0; i < search->piece_count; i++) {
        struct bon_gram_level *piece = &search->pieces[i].grams.level[k - 1];
        append((char *)level + member, (char *)piece + member, &at, piece->count, size);
    }
    return BON_OK;
}

/* Children were numbered within their piece. */
static void renumber_children(struct search *search, unsigned k) {
    size_t node = 0;
    uint32_t offset = 0;
    for (size_t i = 0; i < search->piece_count; i++) {
        const struct piece *piece = &search->pieces[i];
        size_t end = k == 1 ? piece->end : node + piece->grams.level[k - 1].count;
        if (offset)
            for (size_t j = node; j < end; j++) search->shared.grams->level[k - 1].first_child[j] += offset;
        node = end;
        offset += (uint32_t)piece->grams.level[k].count;
    }
}

static bon_status join_level(struct search *search, unsigned k) {
    struct bon_grams *grams = search->shared.grams;
    struct bon_gram_level *level = &grams->level[k - 1];
    for (size_t i = 0; i < search->piece_count; i++) level->count += search->pieces[i].grams.level[k - 1].count;
    if (level->count >= UINT32_MAX) return bon_fail(BON_ERR_LIMIT, "more than %u distinct %u-grams", UINT32_MAX, k);
#define JOIN(member, extra) join_array(search, k, offsetof(struct bon_gram_level, member), sizeof *level->member, extra)
    BON_TRY(JOIN(word, 0));
    BON_TRY(JOIN(adjusted, 0));
    if (k < grams->order) BON_TRY(JOIN(first_child, 1));
    if (search->shared.pruning) BON_TRY(JOIN(pruned, 0));
#undef JOIN
    return BON_OK;
}

/* One piece is the whole: its levels are taken over as they are. */
static bon_status join_pieces(struct search *search) {
    struct bon_grams *grams = search->shared.grams;
    for (unsigned k = 1; k <= grams->order; k++)
        for (size_t i = 0; i < search->piece_count; i++)
            for (unsigned c = 0; c < 5; c++)
                grams->with_count[k - 1][c] += search->pieces[i].grams.with_count[k - 1][c];
    for (unsigned k = 2; k <= grams->order; k++) {
        if (search->piece_count == 1) {
            grams->level[k - 1] = search->pieces[0].grams.level[k - 1];
            search->pieces[0].grams.level[k - 1] = (struct bon_gram_level){0};
        } else {
            BON_TRY(join_level(search, k));
        }
    }
    for (unsigned k = 1; k < grams->order && search->piece_count > 1; k++) renumber_children(search, k);
    return BON_OK;
}

static bon_status find_sorted(struct search *search) {
    bon_status status = cut_pieces(search);
    const struct bon_parallel job = {search->shared.grams->threads, search->piece_count, search, scan_piece, NULL};
    if (status == BON_OK) status = bon_parallel_run(&job);
    if (status == BON_OK) status = join_pieces(search);
    for (size_t i = 0; search->pieces && i < search->piece_count; i++) bon_grams_free(&search->pieces[i].grams);
    free(search->pieces);
    return status;
}

/* ---- all together ---- */

bool bon_grams_prunes(unsigned order, const uint32_t *prune, const struct bon_word_order *words) {
    bool any = words->kept < words->types;
    for (unsigned k = 0; k < order; k++) any = any || prune[k] > 0;
    return any;
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
        uint32_t seen = (uint32_t)places_of(words, w);
        level->word[w] = w;
        level->adjusted[w] = seen;
        if (seen < 5) grams->with_count[0][seen]++;
        if (level->pruned) level->pruned[w] = w >= words->kept;
    }
}

/* Counts are 32 bits wide. None is above that of a word or of lines, nor is what those behind one context add up to. */
static bon_status check_counts(const struct bon_word_order *words) {
    for (uint32_t w = 0; w < words->types; w++)
        if (words->counts[w] > UINT32_MAX)
            return bon_fail(BON_ERR_LIMIT, "a word was seen, or a line ends, more than %u times: build from less text",
                            UINT32_MAX);
    return BON_OK;
}

bon_status bon_grams_find(struct bon_grams *grams, unsigned order, unsigned threads, struct bon_corpus *corpus,
                          const struct bon_word_order *words, const uint32_t *prune) {
    *grams = (struct bon_grams){.order = order, .threads = threads, .store = corpus->store};
    struct search search = {.shared = {.grams = grams,
                                       .corpus = corpus,
                                       .words = words,
                                       .prune = prune,
                                       .pruning = bon_grams_prunes(order, prune, words)}};
    bon_place_sorter_init(&search.shared.sorter, corpus->ids, order - 1, words->types);
    bon_status status = check_counts(words);
    if (status == BON_OK) status = bon_gram_level_resize(grams, 1, search.shared.pruning, words->types);
    if (status != BON_OK) goto done;
    grams->level[0].count = words->types;
    if (order == 1)
        count_words(grams, words);
    else
        status = grams->store ? bon_grams_find_spilled(&search.shared) : find_sorted(&search);
    if (status != BON_OK) goto done;
    close_levels(grams);
    bon_store_free(corpus->store, corpus->ids);
    corpus->ids = NULL;
    corpus->count = corpus->cap = 0;
done:
    if (status != BON_OK) bon_grams_free(grams);
    return status;
}
