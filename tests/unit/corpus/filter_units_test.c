/* The stream of texts: whatever the chunks, the same texts with the same verdicts. */
#include "corpus/filter_units.h"

#include "support.h"

static bon_normalizer *normalizer;
static struct bon_filter filter;

static void open_all(void) {
    cr_assert_eq(bon_normalizer_open(&normalizer, NULL), BON_OK);
    filter = (struct bon_filter){.normalizer = normalizer};
    memcpy(filter.ranges, bon_filter_defaults(BON_FILTER_LINES), sizeof filter.ranges);
    filter.ranges[BON_FILTER_WORDS].least = 2;
}
static void close_all(void) { bon_normalizer_close(normalizer); }
TestSuite(filter_units, .init = open_all, .fini = close_all);

/* Writes texts as [line rule:text], what is none as (text). */
static bon_status take(void *context, const struct bon_filter_text *text) {
    if (!text->verdict) return bon_buf_printf(context, "(%.*s)", (int)text->n, text->text);
    return bon_buf_printf(context, "[%d %s:%.*s]", (int)text->line, bon_filter_name(text->verdict->rule), (int)text->n,
                          text->text);
}

/* The files are parted by '|'; every chunk has `lines` lines. */
static bon_status cut(const struct bon_filter_units *units, const char *files, size_t lines, bon_buf *out) {
    struct bon_filter_sink sink = {.take = take, .context = out};
    struct bon_filter_joiner joiner = {.units = units};
    bon_buf mapped = {0};
    unsigned file = 0;
    uint64_t line = 1;
    bon_status status = bon_filter_worker_open(units, &joiner.worker);
    while (*files && status == BON_OK) {
        struct bon_chunk chunk = {.data = files, .name = "thử", .file = file, .line = line};
        for (size_t taken = 0; taken < lines && files[chunk.len] && files[chunk.len] != '|'; taken++, line++) {
            size_t n = strcspn(files + chunk.len, "\n|");
            chunk.len += n + (files[chunk.len + n] == '\n');
        }
        mapped.len = 0;
        status = bon_filter_map(units, joiner.worker, &chunk, &mapped);
        if (status == BON_OK) status = bon_filter_each(&joiner, &chunk, &mapped, &sink);
        files += chunk.len;
        if (*files == '|') files++, file++, line = 1;
    }
    if (status == BON_OK) status = bon_filter_end(&joiner, &sink);
    bon_filter_joiner_free(&joiner);
    bon_buf_free(&mapped);
    return status;
}

static const struct row {
    enum bon_unit unit;
    const char *files, *texts;
} rows[] = {
    {BON_UNIT_LINE, "một hai\nba\n\nbốn  năm\r\n", "[1 kept:một hai\n][2 words:ba\n](\n)[4 kept:bốn  năm\r\n]"},
    {BON_UNIT_LINE, "một hai|ba bốn", "[1 kept:một hai\n][1 kept:ba bốn\n]"},
    {BON_UNIT_LINE, " \t\nmot hai", "( \t\n)[2 marks:mot hai\n]"},
    {BON_UNIT_PARAGRAPH, "một\nhai\n\nba\n\nbốn\nnăm\n", "[1 kept:một\nhai\n\n][4 words:ba\n\n][6 kept:bốn\nnăm\n]"},
    {BON_UNIT_PARAGRAPH, "\n\nmột\nhai|ba\nbốn", "(\n\n)[3 kept:một\nhai\n\n][1 kept:ba\nbốn\n]"},
    {BON_UNIT_PARAGRAPH, "một hai\n\n \n\nba\nbốn\n\n\n|\nnăm",
     "[1 kept:một hai\n\n \n\n][5 kept:ba\nbốn\n\n\n](\n)[2 words:năm\n]"},
    {BON_UNIT_DOCUMENT,
     "{\"text\":\"m\\u1ed9t hai\"}\n\n{\"id\":3}\n{\"text\":null}\n{\"text\":\" \"} |{\"text\":\"mot hai\"}",
     "[1 kept:{\"text\":\"m\\u1ed9t hai\"}\n](\n)({\"id\":3}\n)({\"text\":null}\n)[5 words:{\"text\":\" \"} \n][1 "
     "marks:{\"text\":\"mot hai\"}\n]"},
};

Test(filter_units, the_same_texts_whatever_the_chunks) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bon_filter_units units = {&filter, rows[i].unit, "text", false, 0, false};
        for (size_t lines = 1; lines < 9; lines++) {
            bon_buf out = {0};
            cr_assert_eq(cut(&units, rows[i].files, lines, &out), BON_OK);
            cr_expect(holds(&out, rows[i].texts), "%zu, %zu lines: %.*s", i, lines, (int)out.len, out.data);
            bon_buf_free(&out);
        }
    }
}

Test(filter_units, scores_are_a_member_at_the_end) {
    struct bon_filter_units units = {&filter, BON_UNIT_DOCUMENT, "text", true, BON_PII_ALL, true};
    bon_buf out = {0};
    cr_assert_eq(cut(&units, "{\"text\" : \"một hai\",\"a\":{} } \r\n", 1, &out), BON_OK);
    static const char begin[] = "[1 kept:{\"text\" : \"một hai\",\"a\":{} ,\"scores\":{\"words\":2,";
    static const char end[] = "\"repeated-passages\":0.000}} \r\n]";
    cr_assert(out.len > sizeof begin + sizeof end && memcmp(out.data, begin, sizeof begin - 1) == 0, "%.*s",
              (int)out.len, out.data);
    cr_assert_eq(memcmp(out.data + out.len - sizeof end + 1, end, sizeof end - 1), 0);
    bon_buf_free(&out);
}

static const struct {
    const char *line, *message;
} bads[] = {
    {"{\"text\":\"a\"", "thử:1: malformed JSON at offset 11"},
    {"[1]", "thử:1: malformed JSON at offset 0"},
    {"{\"text\":5}", "thử:1: field 'text' at offset 8 is not a string"},
};

Test(filter_units, refuses_what_is_no_document) {
    for (size_t i = 0; i < sizeof bads / sizeof *bads; i++) {
        struct bon_filter_units units = {&filter, BON_UNIT_DOCUMENT, "text", false, 0, false};
        bon_buf out = {0};
        cr_assert_eq(cut(&units, bads[i].line, 9, &out), BON_ERR_DATA);
        cr_assert_not_null(strstr(bon_error_message(), bads[i].message), "%s", bon_error_message());
        bon_buf_free(&out);
    }
}

static bon_status whole(void *arg) {
    const struct row *row = arg;
    struct bon_filter_units units = {&filter, row->unit, "text", true, BON_PII_ALL, true};
    bon_buf out = {0};
    bon_status status = cut(&units, row->files, 2, &out);
    bon_buf_free(&out);
    return status;
}

Test(filter_units, allocation_failures) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) failmalloc_check(whole, (void *)&rows[i]);
}
