/* src/ngram/counts_spill.c: counts that wait in temporary files: words in one, rows in another one. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/store.h"
#include "ngram/counts_flow.h"

enum { BUFFER = 1 << 16, BUFFER_SHARE = 4 /* of the memory, for reading */ };

struct bon_counts_spill {
    struct bon_store *store;
    uint64_t memory;
    unsigned parts;
    int word_fd;
    uint64_t word_size; /* in the file */
    bon_buf pending, before;
    struct bon_runs runs;
    struct bon_counts_part *part; /* [count]; their runs are laid out when they are added up */
    size_t count, cap;
};

bon_status bon_counts_spill_open(struct bon_counts_spill **out, uint64_t memory, const char *folder, unsigned order,
                                 unsigned parts) {
    *out = NULL;
    struct bon_counts_spill *spill = bon_alloc_zeroed(1, sizeof *spill);
    if (!spill) return BON_ERR_NOMEM;
    spill->memory = memory;
    spill->parts = parts;
    spill->word_fd = spill->runs.fd = -1;
    bon_status status = bon_store_open(&spill->store, memory < SIZE_MAX ? (size_t)memory : SIZE_MAX, folder);
    if (status == BON_OK) status = bon_store_file(spill->store, &spill->word_fd);
    if (status == BON_OK) status = bon_runs_open(&spill->runs, order, spill->store);
    spill->runs.plain = true;
    if (status != BON_OK)
        bon_counts_spill_close(spill);
    else
        *out = spill;
    return status;
}

void bon_counts_spill_close(struct bon_counts_spill *spill) {
    if (!spill) return;
    bon_runs_close(&spill->runs);
    if (spill->word_fd >= 0) close(spill->word_fd);
    bon_buf_free(&spill->pending);
    bon_buf_free(&spill->before);
    free(spill->part);
    bon_store_close(spill->store);
    free(spill);
}

/* ---- putting away ---- */

static bon_status flush_words(struct bon_counts_spill *spill) {
    BON_TRY(bon_store_write(spill->store, spill->word_fd, spill->pending.data, spill->pending.len));
    spill->word_size += spill->pending.len;
    spill->pending.len = 0;
    return BON_OK;
}

static bon_status put_word(void *context, const char *text, size_t n) {
    struct bon_counts_spill *spill = context;
    BON_TRY(bon_word_record(&spill->pending, &spill->before, text, n));
    spill->before.len = 0;
    BON_TRY(bon_buf_append(&spill->before, text, n));
    return spill->pending.len >= BUFFER ? flush_words(spill) : BON_OK;
}

static bon_status begin_run(void *context) { return bon_runs_begin(&((struct bon_counts_spill *)context)->runs); }
static bon_status end_run(void *context) { return bon_runs_end(&((struct bon_counts_spill *)context)->runs); }

static bon_status put_row(void *context, unsigned shared, const uint32_t *items, uint64_t count) {
    return bon_runs_put(&((struct bon_counts_spill *)context)->runs, shared, items, count);
}

bon_status bon_counts_spill_add(struct bon_counts_spill *spill, const bon_counts *counts) {
    const struct bon_counts_sink sink = {put_word, begin_run, put_row, end_run, spill};
    BON_TRY(bon_grow_array(&spill->part, &spill->cap, spill->count + 1, sizeof *spill->part));
    struct bon_counts_part part = {.name = bon_store_folder(spill->store),
                                   .believed = true,
                                   .word_fd = spill->word_fd,
                                   .row_fd = spill->runs.fd,
                                   .word_count = counts->words,
                                   .words = {.begin = spill->word_size}};
    spill->before.len = 0;
    BON_TRY(bon_counts_give(counts, spill->parts, &sink));
    BON_TRY(flush_words(spill));
    part.words.end = spill->word_size;
    spill->part[spill->count++] = part;
    return BON_OK;
}

/* ---- adding up ---- */

bon_status bon_counts_spill_sum(struct bon_counts_spill *spill, bool each, const struct bon_counts_sink *sink) {
    const struct bon_sum_rule rule = {
        .order = spill->runs.order, .each = each, .budget = spill->memory / BUFFER_SHARE, .store = spill->store};
    size_t runs = spill->count * spill->parts;
    struct bon_counts_span *spans = bon_alloc_zeroed(runs, sizeof *spans);
    if (!spans) return BON_ERR_NOMEM;
    for (size_t i = 0; i < runs; i++)
        spans[i] = (struct bon_counts_span){.begin = spill->runs.run[i].begin, .end = spill->runs.run[i].end};
    for (size_t i = 0; i < spill->count; i++) {
        spill->part[i].runs = spans + i * spill->parts;
        spill->part[i].run_count = spill->parts;
    }
    bon_status status = bon_counts_sum(spill->part, spill->count, &rule, sink);
    free(spans);
    return status;
}
