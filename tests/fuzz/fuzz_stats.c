/* tests/fuzz/fuzz_stats.c: any bytes as a corpus: the counts add up, the page is UTF-8 in which nothing of the corpus is markup, and two
 * workers say what one says. */
#include <stdlib.h>
#include <string.h>

#include "corpus/stats.h"
#include "corpus/stats_report.h"
#include "syllable/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
    if (!holds) abort();
}

static void count(struct bon_stats *stats, const char *text, size_t n, unsigned workers) {
    struct bon_stats_worker *worker[2];
    bon_buf out = {0};
    struct bon_chunk chunk = {.name = "text", .line = 1};
    for (unsigned i = 0; i < workers; i++) require(bon_stats_worker_open(stats, &worker[i]) == BON_OK);
    for (const char *at = text, *end = text + n; at < end; at = chunk.data + chunk.len, chunk.serial++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        chunk.data = at;
        chunk.len = workers == 1 ? n : (size_t)((newline ? newline + 1 : end) - at);
        out.len = 0;
        require(bon_stats_map(stats, worker[chunk.serial % workers], &chunk, &out) == BON_OK);
        require(bon_stats_sink(stats, &chunk, &out) == BON_OK);
    }
    require(bon_stats_finish(stats) == BON_OK);
    bon_buf_free(&out);
}

static void check_page(const bon_buf *page) {
    for (size_t at = 0; at < page->len;) {
        unsigned used;
        require(bon_utf8_read(page->data + at, page->len - at, &used) != BON_UTF8_INVALID);
        at += used;
    }
    require(!memmem(page->data, page->len, "<script", 7));
}

static void report(const struct bon_stats *stats, bon_buf *tsv, bon_buf *page) {
    struct bon_stats_summary summary = {0};
    require(bon_stats_summarize(&summary, stats, 4) == BON_OK);
    uint64_t words = 0;
    for (unsigned i = 0; i < BON_STATS_LOOKS; i++) words += summary.total.looks[i];
    require(summary.runs[0].tokens == words + summary.total.kinds[BON_TOKEN_SYLLABLE]);
    require(summary.runs[1].tokens <= summary.runs[0].tokens && summary.runs[2].tokens <= summary.runs[1].tokens);
    require(bon_stats_tsv(&summary, tsv) == BON_OK);
    require(bon_stats_html(&summary, "<script>", BON_STATS_BOTH, page) == BON_OK);
    bon_stats_summary_free(&summary);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct bon_stats_options options = {.order = 3, .folder = "/tmp"};
    bon_buf tsv[2] = {{0}}, page = {0};
    for (unsigned i = 0; i < 2; i++) {
        struct bon_stats *stats;
        require(bon_stats_open(&stats, &options) == BON_OK);
        count(stats, (const char *)data, size, i + 1);
        page.len = 0;
        report(stats, &tsv[i], &page);
        check_page(&page);
        bon_stats_close(stats);
    }
    require(tsv[0].len == tsv[1].len && memcmp(tsv[0].data, tsv[1].data, tsv[0].len) == 0);
    bon_buf_free(&tsv[0]);
    bon_buf_free(&tsv[1]);
    bon_buf_free(&page);
    return 0;
}
