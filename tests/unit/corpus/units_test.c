/* Cutting into units: whatever the chunks, the same units with the same hashes. */
#include "corpus/units.h"

#include "support.h"

static bon_normalizer *normalizer;
static void open_normalizer(void) { cr_assert_eq(bon_normalizer_open(&normalizer, NULL), BON_OK); }
static void close_normalizer(void) { bon_normalizer_close(normalizer); }
TestSuite(units, .init = open_normalizer, .fini = close_normalizer);

/* Writes units as [n:text] with n the number of the first unit with this hash, what is between as (text). */
struct log {
    struct bon_hash128 hashes[64];
    size_t count;
    bon_buf out;
};

static bon_status log_unit(void *context, struct bon_hash128 hash, const char *text, size_t n) {
    struct log *log = context;
    size_t i = 0;
    while (i < log->count && memcmp(&log->hashes[i], &hash, sizeof hash) != 0) i++;
    cr_assert_lt(i, 64);
    if (i == log->count) log->hashes[log->count++] = hash;
    return bon_buf_printf(&log->out, "[%zu:%.*s]", i, (int)n, text);
}

static bon_status log_between(void *context, const char *text, size_t n) {
    return bon_buf_printf(&((struct log *)context)->out, "(%.*s)", (int)n, text);
}

/* The files are parted by '|'; every chunk has `lines` lines. */
static bon_status cut(const struct bon_units *units, const char *files, size_t lines, struct log *log) {
    struct bon_units_sink sink = {.unit = log_unit, .between = log_between, .context = log};
    struct bon_unit_joiner joiner = {0};
    bon_buf mapped = {0};
    bon_status status = BON_OK;
    unsigned file = 0;
    while (*files && status == BON_OK) {
        struct bon_chunk chunk = {.data = files, .name = "thử", .file = file, .line = 1};
        for (size_t taken = 0; taken < lines && files[chunk.len] && files[chunk.len] != '|'; taken++) {
            size_t n = strcspn(files + chunk.len, "\n|");
            chunk.len += n + (files[chunk.len + n] == '\n');
        }
        mapped.len = 0;
        status = bon_units_map(units, &chunk, &mapped);
        if (status == BON_OK) status = bon_units_each(units, &joiner, &chunk, &mapped, &sink);
        files += chunk.len;
        if (*files == '|') files++, file++;
    }
    if (status == BON_OK) status = bon_units_end(&joiner, &sink);
    bon_unit_joiner_free(&joiner);
    bon_buf_free(&mapped);
    return status;
}

static const struct row {
    enum bon_unit unit;
    enum bon_same same;
    const char *files, *units;
} rows[] = {
    {BON_UNIT_LINE, BON_SAME_NORMAL, "hoà\nba\n\nhòa\n", "[0:hoà\n][1:ba\n](\n)[0:hòa\n]"},
    {BON_UNIT_LINE, BON_SAME_NORMAL, "a  b\n a b\r\nA b\n", "[0:a  b\n][0: a b\r\n][1:A b\n]"},
    {BON_UNIT_LINE, BON_SAME_LETTERS, "ĐÂY\nđây\n", "[0:ĐÂY\n][0:đây\n]"},
    {BON_UNIT_LINE, BON_SAME_BYTES, "hoà\nhòa\nhoà\n \t\n", "[0:hoà\n][1:hòa\n][0:hoà\n]( \t\n)"},
    {BON_UNIT_LINE, BON_SAME_NORMAL, "một|một", "[0:một\n][0:một\n]"},
    {BON_UNIT_LINE, BON_SAME_NORMAL, "x\rở giữa\ny\r\n|y|y\r", "[0:x\rở giữa\n][1:y\r\n][1:y\n][1:y\r\n]"},
    {BON_UNIT_PARAGRAPH, BON_SAME_NORMAL, "a\nb\n\nc\n\na\nb\n", "[0:a\nb\n\n][1:c\n\n][0:a\nb\n]"},
    {BON_UNIT_PARAGRAPH, BON_SAME_NORMAL, "\n\na\nb|a\nb", "(\n\n)[0:a\nb\n\n][0:a\nb\n]"},
    {BON_UNIT_PARAGRAPH, BON_SAME_NORMAL, "ab\n\na\nb\n \n\na b\n", "[0:ab\n\n][1:a\nb\n \n\n][2:a b\n]"},
    {BON_UNIT_DOCUMENT, BON_SAME_NORMAL,
     "{\"text\":\"hoà\"}\n{\"id\":2,\"text\":\"h\\u00f2a\"}\n{\"id\":3}\n{\"text\":null}\n{\"text\":\" \"}\n",
     "[0:{\"text\":\"hoà\"}\n][0:{\"id\":2,\"text\":\"h\\u00f2a\"}\n]({\"id\":3}\n)({\"text\":null}\n)({\"text\":\" "
     "\"}\n)"},
};

Test(units, of_any_chunks) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t lines = 1; lines < 6; lines++) {
            struct bon_units units = {rows[i].unit, rows[i].same, "text", normalizer};
            struct log log = {0};
            cr_assert_eq(cut(&units, rows[i].files, lines, &log), BON_OK);
            cr_assert(holds(&log.out, rows[i].units), "row %zu, %zu lines a chunk: %.*s", i, lines, (int)log.out.len,
                      log.out.data);
            bon_buf_free(&log.out);
        }
}

static const struct bad {
    const char *line, *message;
} bads[] = {
    {"{\"text\":\"a\"", "thử:2: malformed JSON at offset 24"},
    {"[1]", "thử:2: malformed JSON at offset 13"},
    {"{\"text\":5}", "thử:2: field 'text' at offset 21 is not a string"},
};

Test(units, refuses_what_is_no_document) {
    for (size_t i = 0; i < sizeof bads / sizeof *bads; i++) {
        struct bon_units units = {BON_UNIT_DOCUMENT, BON_SAME_NORMAL, "text", normalizer};
        struct log log = {0};
        char text[128];
        snprintf(text, sizeof text, "{\"text\":\"a\"}\n%s\n", bads[i].line);
        cr_assert_eq(cut(&units, text, 9, &log), BON_ERR_DATA);
        cr_assert_not_null(strstr(bon_error_message(), bads[i].message), "%s", bon_error_message());
        bon_buf_free(&log.out);
    }
}

static bon_status whole(void *arg) {
    const struct row *row = arg;
    struct bon_units units = {row->unit, row->same, "text", normalizer};
    struct log log = {0};
    bon_status status = cut(&units, row->files, 2, &log);
    bon_buf_free(&log.out);
    return status;
}

Test(units, allocation_failures) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) failmalloc_check(whole, (void *)&rows[i]);
}
