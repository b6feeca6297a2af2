/* src/corpus/stats.c: see stats.h. Opening, putting parts together, closing; stats_read.c reads text. */
#include "corpus/stats.h"

#include <stdlib.h>
#include <string.h>

#include "corpus/stats_parts.h"

void bon_stats_sums_add(struct bon_stats_sums *to, const struct bon_stats_sums *from) {
    uint64_t *sum = (uint64_t *)(void *)to;
    const uint64_t *more = (const uint64_t *)(const void *)from;
    for (size_t i = 0; i < BON_STATS_SUMS; i++) sum[i] += more[i];
}

/* ---- sources ---- */

bon_status bon_stats_source_named(struct bon_stats_sources *sources, const char *name, size_t n,
                                  struct bon_stats_source **found) {
    for (size_t i = 0; i < sources->count; i++) {
        struct bon_stats_source *source = sources->items[i];
        if (source->len == n && (n == 0 || memcmp(source->name, name, n) == 0)) {
            *found = source;
            return BON_OK;
        }
    }
    if (sources->count == BON_STATS_SOURCES_MAX)
        return bon_fail(BON_ERR_LIMIT,
                        "more than %d sources, which are files, or what --source names: has that few values?",
                        BON_STATS_SOURCES_MAX);
    BON_TRY(bon_grow_array(&sources->items, &sources->cap, sources->count + 1, sizeof(struct bon_stats_source *)));
    struct bon_stats_source *source = bon_alloc_zeroed(1, sizeof *source);
    char *copy = source ? bon_alloc_array(n ? n : 1, 1) : NULL;
    if (!copy) {
        free(source);
        return BON_ERR_NOMEM;
    }
    if (n) memcpy(copy, name, n);
    source->name = copy;
    source->len = n;
    sources->items[sources->count++] = *found = source;
    return BON_OK;
}

void bon_stats_sources_free(struct bon_stats_sources *sources) {
    for (size_t i = 0; i < sources->count; i++) {
        free(sources->items[i]->name);
        free(sources->items[i]);
    }
    free(sources->items);
    *sources = (struct bon_stats_sources){0};
}

static int compare_sources(const void *a, const void *b) {
    const struct bon_stats_source *x = *(struct bon_stats_source *const *)a, *y = *(struct bon_stats_source *const *)b;
    size_t n = x->len < y->len ? x->len : y->len;
    int order = n ? memcmp(x->name, y->name, n) : 0;
    return order ? order : (x->len > y->len) - (x->len < y->len);
}

/* ---- opening ---- */

static bon_status copy_string(const char **string, char **copy) {
    if (!*string) return BON_OK;
    size_t n = strlen(*string) + 1;
    *copy = bon_alloc_array(n, 1);
    if (!*copy) return BON_ERR_NOMEM;
    memcpy(*copy, *string, n);
    *string = *copy;
    return BON_OK;
}

static bon_status open_parts(struct bon_stats *stats) {
    bon_normalize_options automatic = {.from = BON_CHARSET_AUTO};
    BON_TRY(copy_string(&stats->options.json_field, &stats->strings[0]));
    BON_TRY(copy_string(&stats->options.source_field, &stats->strings[1]));
    BON_TRY(copy_string(&stats->options.folder, &stats->strings[2]));
    BON_TRY(bon_normalizer_open(&stats->plain, NULL));
    BON_TRY(bon_normalizer_open(&stats->automatic, &automatic));
    stats->syllables = bon_alloc_zeroed(BON_SYLLABLE_CODES, sizeof *stats->syllables);
    return stats->syllables ? BON_OK : BON_ERR_NOMEM;
}

/* Which syllables have a mark: those that are not spelled in ASCII. */
static void find_marked(bool *marked) {
    for (unsigned code = 0; code < BON_SYLLABLE_CODES; code++) {
        char text[BON_SYLLABLE_MAX];
        size_t n = bon_syllable_spell((bon_syllable)code, BON_CASE_LOWER, BON_TONE_OLD, text);
        for (size_t i = 0; i < n; i++) marked[code] |= (unsigned char)text[i] >= 0x80;
    }
}

bon_status bon_stats_open(struct bon_stats **out, const struct bon_stats_options *options) {
    struct bon_stats *stats = bon_alloc_zeroed(1, sizeof *stats);
    if (!stats) return BON_ERR_NOMEM;
    stats->options = *options;
    pthread_mutex_init(&stats->lock, NULL); /* cannot fail with default attributes on Linux */
    bon_status status = open_parts(stats);
    find_marked(stats->marked);
    if (status == BON_OK)
        *out = stats;
    else
        bon_stats_close(stats);
    return status;
}

void bon_stats_close(struct bon_stats *stats) {
    if (!stats) return;
    for (struct bon_stats_worker *worker = stats->workers, *next; worker; worker = next) {
        next = worker->next;
        bon_stats_worker_free(worker);
    }
    for (size_t i = 0; i < stats->part_count; i++) bon_artefact_close(stats->parts[i].artefact);
    bon_stats_sources_free(&stats->sources);
    bon_normalizer_close(stats->plain);
    bon_normalizer_close(stats->automatic);
    for (size_t i = 0; i < sizeof stats->strings / sizeof *stats->strings; i++) free(stats->strings[i]);
    free(stats->syllables);
    free(stats->parts);
    free(stats->bases);
    pthread_mutex_destroy(&stats->lock);
    free(stats);
}

/* ---- putting parts together ---- */

bon_status bon_stats_sink(struct bon_stats *stats, const struct bon_chunk *chunk, const bon_buf *mapped) {
    uint64_t words;
    (void)chunk; /* they come in order: 0, 1, 2, ... */
    memcpy(&words, mapped->data, sizeof words);
    BON_TRY(bon_grow_array(&stats->bases, &stats->bases_cap, stats->chunks + 1, sizeof *stats->bases));
    stats->bases[stats->chunks++] = stats->positions;
    stats->positions += words;
    return BON_OK;
}

bon_status bon_stats_add_sources(struct bon_stats *stats, const struct bon_stats_source *const *sources, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct bon_stats_source *to;
        BON_TRY(bon_stats_source_named(&stats->sources, sources[i]->name, sources[i]->len, &to));
        bon_stats_sums_add(&to->sums, &sources[i]->sums);
    }
    return BON_OK;
}

void bon_stats_add_syllables(struct bon_stats *stats, const struct bon_stats_syllable *syllables, const uint64_t *bases,
                             uint64_t offset) {
    for (size_t i = 0; i < BON_SYLLABLE_CODES; i++) {
        struct bon_stats_syllable *to = &stats->syllables[i];
        uint64_t first = syllables[i].first, within = first & ((UINT64_C(1) << BON_STATS_CHUNK_BITS) - 1);
        if (!syllables[i].count) continue;
        first = offset + (bases ? bases[first >> BON_STATS_CHUNK_BITS] + within : first);
        if (!to->count || first < to->first) to->first = first;
        to->count += syllables[i].count;
    }
}

bon_status bon_stats_finish(struct bon_stats *stats) {
    for (struct bon_stats_worker *worker = stats->workers; worker; worker = worker->next) {
        const struct bon_stats_sources *sources = &worker->sources;
        BON_TRY(bon_stats_worker_settle(worker));
        BON_TRY(bon_stats_add_sources(stats, (const struct bon_stats_source *const *)sources->items, sources->count));
        bon_stats_add_syllables(stats, worker->syllables, stats->bases, 0);
        bon_short_freeze(&worker->runs);
        bon_tally_freeze(&worker->tally);
        bon_stats_words_freeze(&worker->words);
    }
    if (stats->sources.count)
        qsort(stats->sources.items, stats->sources.count, sizeof *stats->sources.items, compare_sources);
    return BON_OK;
}

/* ---- what there is ---- */

const struct bon_stats_options *bon_stats_options_of(const struct bon_stats *stats) { return &stats->options; }

const struct bon_stats_source *const *bon_stats_sources(const struct bon_stats *stats, size_t *count) {
    *count = stats->sources.count;
    return (const struct bon_stats_source *const *)stats->sources.items;
}

const struct bon_stats_syllable *bon_stats_syllables(const struct bon_stats *stats) { return stats->syllables; }

uint64_t bon_stats_positions(const struct bon_stats *stats) { return stats->positions; }

bool bon_stats_was_on_disk(const struct bon_stats *stats) {
    for (const struct bon_stats_worker *worker = stats->workers; worker; worker = worker->next)
        if (worker->runs.table.runs || worker->tally.table.runs || worker->words.runs) return true;
    return false;
}

bon_status bon_stats_merge_runs(const struct bon_stats *stats, struct bon_tally_merge *merge) {
    for (const struct bon_stats_worker *worker = stats->workers; worker; worker = worker->next) {
        BON_TRY(bon_tally_merge_short(merge, &worker->runs));
        BON_TRY(bon_tally_merge_tally(merge, &worker->tally));
    }
    for (size_t i = 0; i < stats->part_count; i++) {
        BON_TRY(bon_tally_merge_slots(merge, stats->parts[i].slots, stats->parts[i].slot_count));
        BON_TRY(bon_tally_merge_array(merge, stats->parts[i].runs, stats->parts[i].run_count));
    }
    return BON_OK;
}

bon_status bon_stats_merge_words(const struct bon_stats *stats, struct bon_stats_words_merge *merge) {
    for (const struct bon_stats_worker *worker = stats->workers; worker; worker = worker->next)
        BON_TRY(bon_stats_words_merge_table(merge, &worker->words, stats->bases, 0));
    for (size_t i = 0; i < stats->part_count; i++)
        BON_TRY(bon_stats_words_merge_array(merge, stats->parts[i].words, stats->parts[i].word_count,
                                            stats->parts[i].offset));
    return BON_OK;
}
