/* What is counted of a text does not depend on how it is cut into chunks, workers and state files; and a page comes of it. */
#include "corpus/stats.h"

#include "base/artefact.h"
#include "corpus/stats_report.h"
#include "support.h"

static const char TEXT[] =
    "Hoà bình và hòa bình, Facebook.\nngiêng NGIÊNG ki-lô-mét\n\nHoà bình và hòa bình, Facebook.\n"
    "mot hai ba bon nam sau\nMột hai ba bốn năm sáu\n";

/* Gives a text to workers in chunks of `lines` lines, in turn. */
static bon_status count(struct bon_stats *stats, const char *text, size_t n, unsigned lines, unsigned worker_count) {
    struct bon_stats_worker *workers[4];
    struct bon_chunk chunk = {.name = "text", .line = 1};
    bon_buf out = {0};
    bon_status status = BON_OK;
    for (unsigned i = 0; i < worker_count; i++) BON_TRY(bon_stats_worker_open(stats, &workers[i]));
    for (const char *at = text, *end = text + n; at < end && status == BON_OK; chunk.serial++) {
        chunk.data = at;
        for (unsigned i = 0; i < lines && at < end; i++) {
            const char *newline = memchr(at, '\n', (size_t)(end - at));
            at = newline ? newline + 1 : end;
        }
        chunk.len = (size_t)(at - chunk.data);
        out.len = 0;
        status = bon_stats_map(stats, workers[chunk.serial % worker_count], &chunk, &out);
        if (status == BON_OK) status = bon_stats_sink(stats, &chunk, &out);
    }
    bon_buf_free(&out);
    return status == BON_OK ? bon_stats_finish(stats) : status;
}

static bon_status report(const struct bon_stats *stats, bon_buf *tsv, bon_buf *html) {
    struct bon_stats_summary summary = {0};
    bon_status status = bon_stats_summarize(&summary, stats, 5);
    if (status == BON_OK) status = bon_stats_tsv(&summary, tsv);
    if (status == BON_OK) status = bon_stats_json(&summary, tsv);
    if (status == BON_OK) status = bon_stats_html(&summary, "Bài <thử>", BON_STATS_BOTH, html);
    bon_stats_summary_free(&summary);
    return status;
}

static bon_status whole(unsigned lines, unsigned workers, const char *state, bon_buf *tsv, bon_buf *html) {
    struct bon_stats_options options = {.order = 3, .folder = "/tmp"};
    struct bon_stats *stats;
    BON_TRY(bon_stats_open(&stats, &options));
    bon_status status = count(stats, TEXT, sizeof TEXT - 1, lines, workers);
    if (status == BON_OK) status = report(stats, tsv, html);
    if (status == BON_OK && state) status = bon_stats_write_state(stats, state);
    bon_stats_close(stats);
    return status;
}

Test(stats, any_cut_gives_the_same, .fini = files_clear) {
    bon_buf tsv = {0}, html = {0}, expected = {0}, page = {0};
    cr_assert_eq(whole(100, 1, NULL, &expected, &page), BON_OK);
    for (unsigned lines = 1; lines < 5; lines++)
        for (unsigned workers = 1; workers <= 4; workers++) {
            tsv.len = html.len = 0;
            cr_assert_eq(whole(lines, workers, NULL, &tsv, &html), BON_OK);
            cr_assert(tsv.len == expected.len && memcmp(tsv.data, expected.data, tsv.len) == 0);
            cr_assert(html.len == page.len && memcmp(html.data, page.data, html.len) == 0);
        }
    bon_buf_free(&tsv);
    bon_buf_free(&html);
    bon_buf_free(&expected);
    bon_buf_free(&page);
}

static bon_status merged(const char *state, unsigned times, bon_buf *tsv, bon_buf *html) {
    struct bon_stats_options options = {.order = 1, .folder = "/tmp"};
    struct bon_stats *stats;
    BON_TRY(bon_stats_open(&stats, &options));
    bon_status status = BON_OK;
    for (unsigned i = 0; i < times && status == BON_OK; i++) status = bon_stats_add_state(stats, state);
    if (status == BON_OK) status = bon_stats_finish(stats);
    if (status == BON_OK) status = report(stats, tsv, html);
    bon_stats_close(stats);
    return status;
}

Test(stats, a_state_is_the_text_again, .fini = files_clear) {
    bon_buf tsv = {0}, expected = {0}, page = {0};
    const char *state = files_path("one.bonstat");
    cr_assert_eq(whole(2, 3, state, &expected, &page), BON_OK, "%s", bon_error_message());
    cr_assert_eq(merged(state, 1, &tsv, &page), BON_OK, "%s", bon_error_message());
    cr_assert(tsv.len == expected.len && memcmp(tsv.data, expected.data, tsv.len) == 0);
    bon_buf_free(&tsv);
    bon_buf_free(&expected);
    bon_buf_free(&page);
}

/* A state whose sections were exchanged for others, each with a right checksum, is refused or summed up, without a crash. */
Test(stats, hostile_states, .fini = files_clear) {
    static const char *const names[] = {"head",      "sums",          "name_sizes", "names",
                                        "syllables", "syllable_runs", "runs",       "words"};
    enum { SECTIONS = sizeof names / sizeof *names };
    bon_buf tsv = {0}, page = {0};
    const char *state = files_path("good.bonstat"), *bad = files_path("bad.bonstat");
    unsigned taken = 0;
    cr_assert_eq(whole(2, 1, state, &tsv, &page), BON_OK);
    for (unsigned round = 0; round < SECTIONS * 4; round++) {
        struct bon_artefact *artefact;
        struct bon_artefact_writer *writer;
        cr_assert_eq(bon_artefact_open(&artefact, state, "bonstat", 2, true), BON_OK);
        cr_assert_eq(bon_artefact_create(&writer, bad, "bonstat", 2), BON_OK);
        for (unsigned i = 0; i < SECTIONS; i++) {
            const void *bytes;
            size_t n;
            cr_assert_eq(bon_artefact_section(artefact, names[i], &bytes, &n), BON_OK);
            bon_buf copy = {0};
            cr_assert_eq(bon_buf_append(&copy, bytes, n), BON_OK);
            if (i == round / 4) {
                if (round % 4 == 0) copy.len = n / 2;
                if (round % 4 == 1) memset(copy.data, 0xff, n);
                if (round % 4 == 2) memset(copy.data, 0, n);
                if (round % 4 == 3)
                    for (size_t k = 0; k + 1 < n - k; k++) copy.data[k] = copy.data[n - 1 - k];
            }
            cr_assert_eq(bon_artefact_add(writer, names[i], copy.data, copy.len), BON_OK);
            bon_buf_free(&copy);
        }
        cr_assert_eq(bon_artefact_publish(writer), BON_OK);
        bon_artefact_close(artefact);
        taken += merged(bad, 2, &tsv, &page) == BON_OK;
    }
    cr_assert(taken > 0 && taken < SECTIONS * 4);
    bon_buf_free(&tsv);
    bon_buf_free(&page);
}

/* Version 1 had all runs in one section. */
Test(stats, states_of_an_older_version_are_refused, .fini = files_clear) {
    bon_buf tsv = {0}, page = {0};
    struct bon_artefact_writer *writer;
    const char *old = files_path("old.bonstat");
    cr_assert_eq(bon_artefact_create(&writer, old, "bonstat", 1), BON_OK);
    cr_assert_eq(bon_artefact_add(writer, "head", "", 0), BON_OK);
    cr_assert_eq(bon_artefact_publish(writer), BON_OK);
    cr_assert_eq(merged(old, 1, &tsv, &page), BON_ERR_VERSION);
    cr_assert(strstr(bon_error_message(), "old.bonstat: written by an older bon"), "%s", bon_error_message());
    bon_buf_free(&tsv);
    bon_buf_free(&page);
}

static bon_status all_of_it(void *arg) {
    bon_buf tsv = {0}, html = {0};
    bon_status status = whole(2, 2, arg, &tsv, &html);
    if (status == BON_OK) status = merged(arg, 2, &tsv, &html);
    bon_buf_free(&tsv);
    bon_buf_free(&html);
    return status;
}

Test(stats, allocation_failures, .fini = files_clear) {
    char path[512];
    snprintf(path, sizeof path, "%s", files_path("some.bonstat"));
    failmalloc_check_step(all_of_it, path, 3);
}
