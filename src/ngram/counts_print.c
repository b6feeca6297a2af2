/* src/ngram/counts_print.c: printing counts by rank within a limit of memory.
 *
 * N-grams come in byte order. Chunks of them are sorted by count, which keeps that order where counts are equal, and written as
 * runs whose windows begin with what is left of the largest count, in two words; merged, they are in order of their rank.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/store.h"
#include "ngram/counts_flow.h"
#include "ngram/sort.h"

enum { RANK_WORDS = 2, CHUNK_SHARE = 2 /* of memory, for rows to sort */, TEXT_PAGE = 1 << 12, FEW = 1 << 10 };

struct bon_counts_printer {
    struct bon_store *store;
    unsigned order;
    uint64_t least;
    /* The words. */
    char *text;
    uint64_t *word_end;
    size_t words, text_size, text_cap, end_cap;
    /* The chunk. */
    uint32_t *rows; /* [chunk * order] */
    struct bon_place *places, *scratch;
    size_t chunk, count;
    struct bon_runs runs;
};

bon_status bon_counts_printer_open(struct bon_counts_printer **out, unsigned order, uint64_t least, uint64_t memory,
                                   const char *folder) {
    *out = NULL;
    struct bon_counts_printer *printer = bon_alloc_zeroed(1, sizeof *printer);
    if (!printer) return BON_ERR_NOMEM;
    uint64_t chunk = memory / CHUNK_SHARE / (order * sizeof *printer->rows + 2 * sizeof *printer->places);
    printer->order = order;
    printer->least = least;
    printer->chunk = chunk < FEW ? FEW : chunk > UINT32_MAX ? UINT32_MAX : (size_t)chunk;
    printer->runs.fd = -1;
    bon_status status = bon_store_open(&printer->store, memory < SIZE_MAX ? (size_t)memory : SIZE_MAX, folder);
    if (status == BON_OK) status = bon_runs_open(&printer->runs, order + RANK_WORDS, printer->store);
    printer->runs.plain = true;
    if (status == BON_OK) {
        printer->rows = bon_alloc_array(printer->chunk, order * sizeof *printer->rows);
        printer->places = bon_alloc_array(printer->chunk, sizeof *printer->places);
        printer->scratch = bon_alloc_array(printer->chunk, sizeof *printer->scratch);
        if (!printer->rows || !printer->places || !printer->scratch) status = BON_ERR_NOMEM;
    }
    if (status != BON_OK)
        bon_counts_printer_close(printer);
    else
        *out = printer;
    return status;
}

static void free_chunk(struct bon_counts_printer *printer) {
    free(printer->rows);
    free(printer->places);
    free(printer->scratch);
    printer->rows = NULL;
    printer->places = printer->scratch = NULL;
}

void bon_counts_printer_close(struct bon_counts_printer *printer) {
    if (!printer) return;
    free_chunk(printer);
    bon_runs_close(&printer->runs);
    bon_store_free(printer->store, printer->text);
    bon_store_free(printer->store, printer->word_end);
    bon_store_close(printer->store);
    free(printer);
}

/* ---- chunks ---- */

static bon_status put_chunk(struct bon_counts_printer *printer) {
    uint32_t row[2][BON_RUN_WORDS] = {{0}};
    unsigned order = printer->order, all = order + RANK_WORDS;
    bon_place_sort_keys(printer->places, printer->scratch, printer->count, 64);
    BON_TRY(bon_runs_begin(&printer->runs));
    for (size_t i = 0; i < printer->count; i++) {
        uint32_t *here = row[i % 2], *before = row[(i + 1) % 2];
        const struct bon_place *place = &printer->places[i];
        here[0] = (uint32_t)(place->key >> 32);
        here[1] = (uint32_t)place->key;
        memcpy(here + RANK_WORDS, printer->rows + (size_t)place->at * order, order * sizeof *here);
        unsigned shared = 0;
        while (i > 0 && shared < all && here[shared] == before[shared]) shared++;
        BON_TRY(bon_runs_put(&printer->runs, shared, here, 1));
    }
    printer->count = 0;
    return bon_runs_end(&printer->runs);
}

static bon_status take_word(void *context, const char *text, size_t n) {
    struct bon_counts_printer *printer = context;
    BON_TRY(bon_store_grow(printer->store, &printer->text, &printer->text_cap, printer->text_size + n, 1));
    BON_TRY(bon_store_grow(printer->store, &printer->word_end, &printer->end_cap, printer->words + 1,
                           sizeof *printer->word_end));
    memcpy(printer->text + printer->text_size, text, n);
    printer->word_end[printer->words++] = printer->text_size += n;
    bon_store_pace(printer->store, n + sizeof *printer->word_end);
    return BON_OK;
}

static bon_status take_row(void *context, unsigned shared, const uint32_t *items, uint64_t count) {
    struct bon_counts_printer *printer = context;
    (void)shared;
    if (count < printer->least || !bon_row_is_gram(items, printer->order)) return BON_OK;
    if (printer->count == printer->chunk) BON_TRY(put_chunk(printer));
    memcpy(printer->rows + printer->count * printer->order, items, printer->order * sizeof *items);
    printer->places[printer->count] = (struct bon_place){.key = UINT64_MAX - count, .at = (uint32_t)printer->count};
    printer->count++;
    return BON_OK;
}

struct bon_counts_sink bon_counts_printer_sink(struct bon_counts_printer *printer) {
    return (struct bon_counts_sink){.word = take_word, .row = take_row, .context = printer};
}

/* ---- lines ---- */

static bon_status append_line(const struct bon_counts_printer *printer, const uint32_t *row, bon_buf *line) {
    for (unsigned j = 0; j < printer->order; j++) {
        uint32_t word = row[RANK_WORDS + j] - BON_EDGE_WORDS;
        uint64_t begin = word ? printer->word_end[word - 1] : 0;
        if (j) BON_TRY(bon_buf_put(line, ' '));
        BON_TRY(bon_buf_append(line, printer->text + begin, (size_t)(printer->word_end[word] - begin)));
    }
    return bon_counts_append_count(line, UINT64_MAX - ((uint64_t)row[0] << 32 | row[1]));
}

static bon_status write_lines(struct bon_counts_printer *printer, struct bon_out *out) {
    struct bon_merge *merge;
    const uint32_t *row;
    unsigned shared;
    uint64_t weight;
    bon_buf line = {0};
    BON_TRY(bon_merge_open(&merge, &printer->runs, bon_store_budget(printer->store) / CHUNK_SHARE));
    bon_status status;
    while ((status = bon_merge_next(merge, &row, &shared, &weight)) == BON_OK && weight > 0) {
        line.len = 0;
        status = append_line(printer, row, &line);
        if (status == BON_OK) status = bon_out_write(out, line.data, line.len);
        if (status != BON_OK) break;
        bon_store_pace(printer->store, (size_t)printer->order * TEXT_PAGE);
    }
    bon_buf_free(&line);
    bon_merge_close(merge);
    return status;
}

bon_status bon_counts_printer_write(struct bon_counts_printer *printer, const char *path) {
    struct bon_out *out = NULL;
    bon_status status = put_chunk(printer);
    free_chunk(printer);
    if (status == BON_OK) status = bon_out_open(&out, path, 0);
    if (status == BON_OK) status = write_lines(printer, out);
    if (status == BON_OK) return bon_out_publish(out);
    bon_out_abandon(out);
    return status;
}
