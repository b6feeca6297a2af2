/* src/ngram/counts_read.c: counts into memory, from a file or from what was put away. How much there will be is known. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "ngram/counts_flow.h"

struct intake {
    bon_counts *counts;
    size_t word_cap, text_cap, gram_cap, count_cap, edge_cap, edge_count_cap;
    uint64_t text;
};

static bon_status take_word(void *context, const char *text, size_t n) {
    struct intake *intake = context;
    bon_counts *counts = intake->counts;
    BON_TRY(bon_grow_array(&counts->word_end, &intake->word_cap, (size_t)counts->words + 1, sizeof *counts->word_end));
    BON_TRY(bon_grow_array(&counts->text, &intake->text_cap, (size_t)intake->text + n, 1));
    bon_counts_push_word(counts, text, n);
    intake->text += n;
    return BON_OK;
}

static bon_status take_gram(struct intake *intake, const uint32_t *items, uint64_t count) {
    bon_counts *counts = intake->counts;
    unsigned order = counts->order;
    if (counts->size == UINT32_MAX)
        return bon_fail(BON_ERR_LIMIT, "more than %u distinct n-grams to hold in memory", UINT32_MAX);
    BON_TRY(bon_grow_array(&counts->grams, &intake->gram_cap, counts->size + 1, order * sizeof *counts->grams));
    BON_TRY(bon_grow_array(&counts->count, &intake->count_cap, counts->size + 1, sizeof *counts->count));
    for (unsigned j = 0; j < order; j++) counts->grams[counts->size * order + j] = items[j] - BON_EDGE_WORDS;
    counts->count[counts->size++] = count;
    return BON_OK;
}

static bon_status take_row(void *context, unsigned shared, const uint32_t *items, uint64_t count) {
    struct intake *intake = context;
    bon_counts *counts = intake->counts;
    unsigned order = counts->order;
    (void)shared;
    if (bon_row_is_gram(items, order)) return take_gram(intake, items, count);
    if (counts->edge_size == UINT32_MAX)
        return bon_fail(BON_ERR_LIMIT, "more than %u edges to hold in memory", UINT32_MAX);
    BON_TRY(bon_grow_array(&counts->edges, &intake->edge_cap, counts->edge_size + 1, order * sizeof *counts->edges));
    BON_TRY(bon_grow_array(&counts->edge_count, &intake->edge_count_cap, counts->edge_size + 1,
                           sizeof *counts->edge_count));
    memcpy(counts->edges + counts->edge_size * order, items, order * sizeof *items);
    counts->edge_count[counts->edge_size++] = count;
    return BON_OK;
}

/* Room for what was announced, which the file is long enough for. */
static bon_status reserve(struct intake *intake, const struct bon_counts_file *file) {
    bon_counts *counts = intake->counts;
    unsigned order = counts->order;
    BON_TRY(bon_grow_array(&counts->word_end, &intake->word_cap, file->part.word_count, sizeof *counts->word_end));
    BON_TRY(bon_grow_array(&counts->grams, &intake->gram_cap, file->grams, order * sizeof *counts->grams));
    BON_TRY(bon_grow_array(&counts->count, &intake->count_cap, file->grams, sizeof *counts->count));
    BON_TRY(bon_grow_array(&counts->edges, &intake->edge_cap, file->edges, order * sizeof *counts->edges));
    return bon_grow_array(&counts->edge_count, &intake->edge_count_cap, file->edges, sizeof *counts->edge_count);
}

static bon_status check_announced(const bon_counts *counts, const struct bon_counts_file *file, uint64_t text) {
    if (counts->size == file->grams && counts->edge_size == file->edges && text == file->text) return BON_OK;
    return bon_fail(BON_ERR_FORMAT, "%s: its content is not as announced; copy or count it again", file->path);
}

bon_status bon_counts_read(bon_counts **out, const char *path) {
    *out = NULL;
    struct bon_counts_file *file;
    BON_TRY(bon_counts_file_open(&file, path));
    struct intake intake = {.counts = bon_alloc_zeroed(1, sizeof *intake.counts)};
    const struct bon_counts_sink sink = {.word = take_word, .row = take_row, .context = &intake};
    const struct bon_sum_rule rule = {.order = file->order};
    bon_status status = intake.counts ? BON_OK : BON_ERR_NOMEM;
    if (status == BON_OK) {
        intake.counts->order = file->order;
        status = reserve(&intake, file);
    }
    if (status == BON_OK) status = bon_counts_sum(&file->part, 1, &rule, &sink);
    if (status == BON_OK) status = check_announced(intake.counts, file, intake.text);
    if (status == BON_OK) {
        intake.counts->shards = file->shards;
        file->shards = (struct bon_shards){0};
        *out = intake.counts;
    } else {
        bon_counts_close(intake.counts);
    }
    bon_counts_file_close(file);
    return status;
}

bon_status bon_counts_spill_read(struct bon_counts_spill *spill, unsigned order, bon_counts **out) {
    struct intake intake = {.counts = bon_alloc_zeroed(1, sizeof *intake.counts)};
    const struct bon_counts_sink sink = {.word = take_word, .row = take_row, .context = &intake};
    *out = NULL;
    if (!intake.counts) return BON_ERR_NOMEM;
    intake.counts->order = order;
    bon_status status = bon_counts_spill_sum(spill, false, &sink);
    if (status == BON_OK)
        *out = intake.counts;
    else
        bon_counts_close(intake.counts);
    return status;
}
