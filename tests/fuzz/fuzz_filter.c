/* tests/fuzz/fuzz_filter.c: any bytes as text to filter. Shares are shares, the verdict is what the ranges say; masked bytes lie in order
 * within the text and what is between them stays; paragraphs are the same texts whatever the chunks. */
#include <math.h>
#include <stdlib.h>

#include "corpus/filter_units.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
    if (!holds) abort();
}

static void check_scores(const struct bon_filter *filter, const char *text, size_t n) {
    struct bon_filter_verdict verdict;
    struct bon_judge *judge = NULL;
    require(bon_judge_open(&judge, filter) == BON_OK);
    require(bon_judge_text(judge, text, n, &verdict) == BON_OK);
    for (unsigned i = 0; i < BON_FILTER_RULES; i++) {
        double score = verdict.scores[i];
        bool any = i == BON_FILTER_WORDS || i == BON_FILTER_SYMBOLS || i == BON_FILTER_LINKS;
        require(isnan(score) || (score >= 0 && (any || score <= 1)));
        bool fits = isnan(score) || (score >= filter->ranges[i].least && score <= filter->ranges[i].most);
        require(i < verdict.rule ? fits : i > verdict.rule || !fits);
    }
    bon_judge_close(judge);
}

static void check_masks(const char *text, size_t n) {
    struct bon_pii_match match;
    uint64_t counts[BON_PII_KINDS] = {0}, found = 0, counted = 0;
    bon_buf out = {0};
    size_t end = 0, kept = n;
    for (size_t pos = 0; bon_pii_next(text, n, BON_PII_ALL, &pos, &match); found++) {
        require(match.len > 0 && match.start >= end && match.start + match.len <= n && match.kind < BON_PII_KINDS);
        end = match.start + match.len;
        require(pos == end);
        kept -= match.len;
    }
    require(bon_pii_mask(text, n, BON_PII_ALL, &out, counts) == BON_OK);
    for (unsigned i = 0; i < BON_PII_KINDS; i++) counted += counts[i];
    require(counted == found && out.len >= kept && (found || (out.len == n && (!n || memcmp(out.data, text, n) == 0))));
    bon_buf_free(&out);
}

static bon_status log_text(void *context, const struct bon_filter_text *text) {
    uint8_t rule = text->verdict ? text->verdict->rule : 255;
    require(text->n > 0);
    if (bon_buf_append(context, &rule, 1) != BON_OK ||
        bon_buf_append(context, &text->line, sizeof text->line) != BON_OK)
        return BON_ERR_NOMEM;
    return bon_buf_append(context, text->text, text->n);
}

/* Chunks of so many lines. */
static void cut(const struct bon_filter_units *units, const char *text, size_t n, size_t lines, bon_buf *out) {
    struct bon_filter_joiner joiner = {.units = units};
    struct bon_filter_sink sink = {.take = log_text, .context = out};
    bon_buf mapped = {0};
    require(bon_filter_worker_open(units, &joiner.worker) == BON_OK);
    uint64_t line = 1;
    for (size_t at = 0; at < n;) {
        struct bon_chunk chunk = {.data = text + at, .name = "text", .line = line};
        for (size_t i = 0; i < lines && at < n; i++, line++) {
            const char *newline = memchr(text + at, '\n', n - at);
            size_t length = newline ? (size_t)(newline - text) + 1 - at : n - at;
            chunk.len += length;
            at += length;
        }
        mapped.len = 0;
        require(bon_filter_map(units, joiner.worker, &chunk, &mapped) == BON_OK);
        require(bon_filter_each(&joiner, &chunk, &mapped, &sink) == BON_OK);
    }
    require(bon_filter_end(&joiner, &sink) == BON_OK);
    bon_filter_joiner_free(&joiner);
    bon_buf_free(&mapped);
}

static void check_paragraphs(const struct bon_filter *filter, const char *text, size_t n) {
    struct bon_filter_units units = {
        .filter = filter, .unit = BON_UNIT_PARAGRAPH, .masks = BON_PII_ALL, .list_masked = true};
    bon_buf by_line = {0}, whole = {0};
    cut(&units, text, n, 1, &by_line);
    cut(&units, text, n, SIZE_MAX, &whole);
    require(by_line.len == whole.len && (!whole.len || memcmp(by_line.data, whole.data, whole.len) == 0));
    bon_buf_free(&by_line);
    bon_buf_free(&whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    bon_normalizer *normalizer = NULL;
    require(bon_normalizer_open(&normalizer, NULL) == BON_OK);
    struct bon_filter filter = {.normalizer = normalizer};
    memcpy(filter.ranges, bon_filter_defaults(BON_FILTER_LINES), sizeof filter.ranges);
    check_scores(&filter, (const char *)data, size);
    check_masks((const char *)data, size);
    check_paragraphs(&filter, (const char *)data, size);
    bon_normalizer_close(normalizer);
    return 0;
}
