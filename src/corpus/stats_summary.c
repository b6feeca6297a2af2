/* src/corpus/stats_summary.c: see stats_summary.h. Two walks: over the runs of words and lines, then over the words, which also
 * gives runs their words back. */
#include "corpus/stats_summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "corpus/stats_keys.h"
#include "corpus/stats_spectrum.h"

const double bon_stats_shares[BON_STATS_SHARES] = {0.5, 0.9, 0.95, 0.99, 0.999};

/* ---- the most frequent ---- */

struct best_item {
    uint64_t count;
    bon_stats_item items[3];
    struct bon_stats_word word; /* where there is one: the look-up key for ties is its text */
};

/* A heap, the worst first. */
struct best {
    struct best_item *items;
    size_t count, most;
};

static int compare_texts(const struct bon_stats_word *a, const struct bon_stats_word *b) {
    return memcmp(a->text, b->text, sizeof a->text); /* zeros behind a text */
}

/* Below 0: a comes before b. */
static int compare_best(const struct best_item *a, const struct best_item *b) {
    if (a->count != b->count) return a->count > b->count ? -1 : 1;
    int order = compare_texts(&a->word, &b->word);
    for (unsigned i = 0; i < 3 && order == 0; i++) order = (a->items[i] > b->items[i]) - (a->items[i] < b->items[i]);
    return order;
}

static void swap_best(struct best *best, size_t i, size_t k) {
    struct best_item item = best->items[i];
    best->items[i] = best->items[k];
    best->items[k] = item;
}

static void offer(struct best *best, const struct best_item *item) {
    size_t i = best->count;
    if (best->most == 0) return;
    if (best->count < best->most) {
        best->items[best->count++] = *item;
        for (; i > 0 && compare_best(&best->items[i], &best->items[(i - 1) / 2]) > 0; i = (i - 1) / 2)
            swap_best(best, i, (i - 1) / 2);
        return;
    }
    if (item->count < best->items[0].count || compare_best(item, &best->items[0]) > 0) return;
    best->items[0] = *item;
    i = 0;
    for (size_t child; (child = 2 * i + 1) < best->count; i = child) {
        if (child + 1 < best->count && compare_best(&best->items[child + 1], &best->items[child]) > 0) child++;
        if (compare_best(&best->items[child], &best->items[i]) <= 0) break;
        swap_best(best, i, child);
    }
}

/* ---- the work ---- */

struct walk {
    const struct bon_stats *stats;
    struct bon_stats_summary *summary;
    struct best runs[BON_STATS_ORDER_MAX], looks[BON_STATS_LOOKS];
    struct bon_spectrum spectra[BON_STATS_ORDER_MAX];
    struct bon_stats_word *wanted; /* words in the best runs; `hash` is the item, count 0 until it was met */
    size_t wanted_count;
    struct bon_firsts firsts, syllable_firsts;
};

static bon_status open_walk(struct walk *walk, size_t top) {
    struct best *all[BON_STATS_ORDER_MAX + BON_STATS_LOOKS];
    size_t count = 0;
    for (size_t i = 0; i < BON_STATS_ORDER_MAX; i++) all[count++] = &walk->runs[i];
    for (size_t i = 0; i < BON_STATS_LOOKS; i++) all[count++] = &walk->looks[i];
    for (size_t i = 0; i < count; i++) {
        all[i]->most = top;
        all[i]->items = bon_alloc_array(top, sizeof *all[i]->items);
        if (!all[i]->items) return BON_ERR_NOMEM;
    }
    for (size_t i = 0; i < BON_STATS_ORDER_MAX; i++) BON_TRY(bon_spectrum_open(&walk->spectra[i]));
    return BON_OK;
}

static void close_walk(struct walk *walk) {
    for (size_t i = 0; i < BON_STATS_ORDER_MAX; i++) {
        free(walk->runs[i].items);
        bon_spectrum_free(&walk->spectra[i]);
    }
    for (size_t i = 0; i < BON_STATS_LOOKS; i++) free(walk->looks[i].items);
    free(walk->wanted);
}

/* ---- runs of words, and lines ---- */

static bon_status take_entry(struct walk *walk, const struct bon_tally_entry *entry) {
    struct bon_stats_summary *summary = walk->summary;
    struct bon_stats_meaning meaning = bon_stats_read_key(entry->key);
    if (meaning.family == BON_STATS_LINES) {
        uint64_t length = meaning.length;
        summary->texts += entry->count;
        summary->different_texts++;
        summary->text_bytes += entry->count * length;
        summary->repeated_bytes += (entry->count - 1) * length;
        return BON_OK;
    }
    size_t i = meaning.family == BON_STATS_PAIRS ? 1 : 2;
    if (walk->runs[i].count < walk->runs[i].most || entry->count >= walk->runs[i].items[0].count) {
        struct best_item item = {.count = entry->count};
        memcpy(item.items, meaning.items, sizeof item.items);
        offer(&walk->runs[i], &item);
    }
    return bon_spectrum_add(&walk->spectra[i], entry->count);
}

static bon_status walk_runs(struct walk *walk) {
    struct bon_tally_merge merge = {0};
    struct bon_tally_entry entry;
    bool end = false;
    bon_status status = bon_stats_merge_runs(walk->stats, &merge);
    while (status == BON_OK) {
        status = bon_tally_next(&merge, &entry, &end);
        if (status != BON_OK || end) break;
        status = take_entry(walk, &entry);
    }
    bon_tally_merge_free(&merge);
    return status;
}

/* ---- words ---- */

static int compare_hashes(const void *a, const void *b) {
    uint64_t x = ((const struct bon_stats_word *)a)->hash, y = ((const struct bon_stats_word *)b)->hash;
    return (x > y) - (x < y);
}

/* Lists the words of the best runs, which the walk over the words will meet in the same order. */
static bon_status want_words(struct walk *walk) {
    size_t most = 0;
    for (size_t i = 1; i < BON_STATS_ORDER_MAX; i++) most += walk->runs[i].count * 3;
    walk->wanted = bon_alloc_zeroed(most ? most : 1, sizeof *walk->wanted);
    if (!walk->wanted) return BON_ERR_NOMEM;
    for (size_t i = 1; i < BON_STATS_ORDER_MAX; i++)
        for (size_t k = 0; k < walk->runs[i].count * 3; k++) {
            bon_stats_item item = walk->runs[i].items[k / 3].items[k % 3];
            if (bon_stats_item_is_word(item)) walk->wanted[walk->wanted_count++].hash = item;
        }
    qsort(walk->wanted, walk->wanted_count, sizeof *walk->wanted, compare_hashes);
    return BON_OK;
}

static struct bon_stats_word *find_wanted(const struct walk *walk, bon_stats_item item) {
    struct bon_stats_word key = {.hash = item};
    return bsearch(&key, walk->wanted, walk->wanted_count, sizeof key, compare_hashes);
}

/* Of two words with the same number in runs the text that is first by bytes stands for both. */
static void meet_wanted(struct walk *walk, const struct bon_stats_word *word) {
    struct bon_stats_word *found = find_wanted(walk, bon_stats_item_of_hash(word->hash));
    if (!found) return;
    uint64_t item = found->hash;
    while (found > walk->wanted && found[-1].hash == item) found--; /* the word stands in several runs */
    for (; found < walk->wanted + walk->wanted_count && found->hash == item; found++) {
        if (found->count && compare_texts(found, word) <= 0) continue;
        *found = *word;
        found->hash = item;
    }
}

static bon_status take_word(struct walk *walk, const struct bon_stats_word *word) {
    struct best_item item = {.count = word->count, .word = *word};
    unsigned look = word->look < BON_STATS_LOOKS ? word->look : 0;
    offer(&walk->runs[0], &item);
    offer(&walk->looks[look], &item);
    walk->summary->look_types[look]++;
    bon_firsts_add(&walk->firsts, word->first);
    if (walk->wanted_count) meet_wanted(walk, word);
    return bon_spectrum_add(&walk->spectra[0], word->count);
}

static bon_status walk_words(struct walk *walk) {
    struct bon_stats_words_merge merge = {0};
    struct bon_stats_word word;
    bool end = false;
    bon_status status = bon_stats_merge_words(walk->stats, &merge);
    while (status == BON_OK) {
        status = bon_stats_words_next(&merge, &word, &end);
        if (status != BON_OK || end) break;
        status = take_word(walk, &word);
    }
    bon_stats_words_merge_free(&merge);
    return status;
}

/* ---- syllables ---- */

static int compare_counts(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x < y) - (x > y);
}

static bon_status cover(struct bon_stats_summary *summary, uint64_t *counts, size_t types, uint64_t total) {
    uint64_t sum = 0;
    size_t share = 0;
    qsort(counts, types, sizeof *counts, compare_counts);
    for (size_t rank = 1; rank <= types; rank++) {
        sum += counts[rank - 1];
        double covered = (double)sum / (double)total;
        while (share < BON_STATS_SHARES && covered >= bon_stats_shares[share]) summary->covering[share++] = rank;
        if (rank == types || rank == 1 || bon_log_bin(rank) != bon_log_bin(rank + 1))
            BON_TRY(bon_curve_add(&summary->coverage, (double)rank, covered));
    }
    return BON_OK;
}

static bon_status take_syllable(struct walk *walk, unsigned code, const struct bon_stats_syllable *syllable) {
    struct bon_stats_summary *summary = walk->summary;
    struct best_item item = {.count = syllable->count};
    summary->syllable_types++;
    summary->tones[code % BON_TONES] += syllable->count;
    summary->rhymes[code / BON_TONES % BON_RHYMES] += syllable->count;
    summary->onsets[code / BON_TONES / BON_RHYMES] += syllable->count;
    bon_firsts_add(&walk->firsts, syllable->first);
    bon_firsts_add(&walk->syllable_firsts, syllable->first);
    item.word.len = (uint8_t)bon_syllable_spell((bon_syllable)code, BON_CASE_LOWER, BON_TONE_OLD, item.word.text);
    offer(&walk->runs[0], &item);
    return bon_spectrum_add(&walk->spectra[0], syllable->count);
}

static bon_status walk_syllables(struct walk *walk) {
    const struct bon_stats_syllable *syllables = bon_stats_syllables(walk->stats);
    uint64_t *counts = bon_alloc_array(BON_SYLLABLE_CODES, sizeof *counts), total = 0;
    size_t types = 0;
    bon_status status = counts ? BON_OK : BON_ERR_NOMEM;
    for (unsigned code = 0; code < BON_SYLLABLE_CODES && status == BON_OK; code++) {
        if (!syllables[code].count || !bon_syllable_valid(code)) continue;
        total += counts[types++] = syllables[code].count;
        status = take_syllable(walk, code, &syllables[code]);
    }
    if (status == BON_OK) status = cover(walk->summary, counts, types, total);
    free(counts);
    return status;
}

/* ---- lists ---- */

static bon_status append_item(const struct walk *walk, bon_stats_item item, bon_buf *text) {
    if (!bon_stats_item_is_word(item)) {
        char spelled[BON_SYLLABLE_MAX];
        return bon_buf_append(text, spelled,
                              bon_syllable_spell((bon_syllable)item, BON_CASE_LOWER, BON_TONE_OLD, spelled));
    }
    const struct bon_stats_word *word = find_wanted(walk, item);
    if (!word) return BON_OK; /* of a state file that does not fit together */
    BON_TRY(bon_buf_append(text, word->text, strnlen(word->text, sizeof word->text)));
    return word->len > BON_STATS_WORD_SHOWN ? bon_buf_append(text, "…", 3) : BON_OK;
}

static bon_status append_row(const struct walk *walk, const struct best_item *item, unsigned order, bon_buf *text) {
    text->len = 0;
    if (order == 1) {
        BON_TRY(bon_buf_append(text, item->word.text, strnlen(item->word.text, sizeof item->word.text)));
        return item->word.len > BON_STATS_WORD_SHOWN ? bon_buf_append(text, "…", 3) : BON_OK;
    }
    for (unsigned i = 3 - order; i < 3; i++) {
        if (text->len) BON_TRY(bon_buf_put(text, ' '));
        BON_TRY(append_item(walk, item->items[i], text));
    }
    return BON_OK;
}

static int compare_rows(const void *a, const void *b) {
    const struct bon_stats_row *x = a, *y = b;
    if (x->count != y->count) return x->count > y->count ? -1 : 1;
    size_t n = x->len < y->len ? x->len : y->len;
    int order = n ? memcmp(x->text, y->text, n) : 0;
    return order ? order : (x->len > y->len) - (x->len < y->len);
}

static bon_status make_list(const struct walk *walk, const struct best *best, unsigned order,
                            struct bon_stats_list *list) {
    struct bon_arena *arena = &walk->summary->arena;
    bon_buf text = {0};
    bon_status status = BON_OK;
    list->rows = bon_arena_alloc(arena, best->count * sizeof *list->rows + 1, sizeof(void *));
    if (!list->rows) return BON_ERR_NOMEM;
    for (size_t i = 0; i < best->count && status == BON_OK; i++) {
        status = append_row(walk, &best->items[i], order, &text);
        char *copy = status == BON_OK ? bon_arena_copy(arena, text.data, text.len) : NULL;
        if (status == BON_OK && !copy) status = BON_ERR_NOMEM;
        list->rows[list->count++] = (struct bon_stats_row){copy, text.len, best->items[i].count};
    }
    bon_buf_free(&text);
    if (status == BON_OK && list->count) qsort(list->rows, list->count, sizeof *list->rows, compare_rows);
    return status;
}

/* ---- all of it ---- */

static int compare_sizes(const void *a, const void *b) {
    const struct bon_stats_source *x = *(const struct bon_stats_source *const *)a;
    const struct bon_stats_source *y = *(const struct bon_stats_source *const *)b;
    if (x->sums.bytes != y->sums.bytes) return x->sums.bytes > y->sums.bytes ? -1 : 1;
    size_t n = x->len < y->len ? x->len : y->len;
    int order = n ? memcmp(x->name, y->name, n) : 0;
    return order ? order : (x->len > y->len) - (x->len < y->len);
}

static bon_status take_sources(struct bon_stats_summary *summary, const struct bon_stats *stats) {
    size_t count;
    const struct bon_stats_source *const *sources = bon_stats_sources(stats, &count);
    summary->sources = bon_alloc_array(count ? count : 1, sizeof *summary->sources);
    if (!summary->sources) return BON_ERR_NOMEM;
    summary->source_count = count;
    for (size_t i = 0; i < count; i++) {
        summary->sources[i] = sources[i];
        bon_stats_sums_add(&summary->total, &sources[i]->sums);
    }
    if (count) qsort(summary->sources, count, sizeof *summary->sources, compare_sizes);
    return BON_OK;
}

static bon_status draw_curves(struct walk *walk) {
    struct bon_stats_summary *summary = walk->summary;
    uint64_t words = bon_stats_positions(walk->stats);
    for (unsigned i = 0; i < BON_STATS_ORDER_MAX; i++) {
        struct bon_stats_runs *runs = &summary->runs[i];
        BON_TRY(bon_spectrum_zipf(&walk->spectra[i], runs));
        BON_TRY(make_list(walk, &walk->runs[i], i + 1, &runs->top));
    }
    for (unsigned i = 0; i < BON_STATS_LOOKS; i++) BON_TRY(make_list(walk, &walk->looks[i], 1, &summary->looks[i]));
    BON_TRY(bon_firsts_curve(&walk->firsts, words, &summary->heaps));
    BON_TRY(bon_firsts_curve(&walk->syllable_firsts, words, &summary->heaps_syllables));
    enum { FROM = 1000 };
    double intercept;
    if (bon_curve_fit(&summary->heaps, FROM, INFINITY, &summary->heaps_power, &intercept))
        summary->heaps_factor = exp(intercept);
    return BON_OK;
}

bon_status bon_stats_summarize(struct bon_stats_summary *summary, const struct bon_stats *stats, size_t top) {
    struct walk walk = {.stats = stats, .summary = summary};
    const struct bon_stats_options *options = bon_stats_options_of(stats);
    summary->order = options->order;
    summary->documents = options->json_field != NULL;
    summary->on_disk = bon_stats_was_on_disk(stats);
    bon_status status = take_sources(summary, stats);
    if (status == BON_OK) status = open_walk(&walk, top);
    if (status == BON_OK) status = walk_runs(&walk);
    if (status == BON_OK) status = want_words(&walk);
    if (status == BON_OK) status = walk_words(&walk);
    if (status == BON_OK) status = walk_syllables(&walk);
    if (status == BON_OK) status = draw_curves(&walk);
    close_walk(&walk);
    return status;
}

void bon_stats_summary_free(struct bon_stats_summary *summary) {
    for (size_t i = 0; i < BON_STATS_ORDER_MAX; i++) free(summary->runs[i].zipf.points);
    free(summary->heaps.points);
    free(summary->heaps_syllables.points);
    free(summary->coverage.points);
    free(summary->sources);
    bon_arena_free(&summary->arena);
    *summary = (struct bon_stats_summary){0};
}
