/* src/normalize/normalize.c: options, line ends, strictness, chunks, and memory that runs out. */
#include "unit/normalize/support.h"

#include "failmalloc.h"

static const struct rule_case line_ends[] = {
    {B("a\r\nb\rc\n"), B("a\nb\nc\n"), 2},
    {B("\r\r\n\r"), B("\n\n\n"), 3},
    {B("a\n\nb"), B("a\n\nb"), 0},
    {B("a \r\n b\r"), B("a\nb\n"), 2},
};

Test(normalize, line_ends) { EXPECT_ALL(line_ends, BON_RULE_LINE_END, .form = BON_FORM_NFC); }

Test(normalize, nothing) {
    static const struct rule_case empty[] = {{B(""), B(""), 0}, {B("\n"), B("\n"), 0}, {B("\u200b"), B(""), 1}};
    EXPECT_ALL(empty, BON_RULE_INVISIBLE, .form = BON_FORM_NFC);
}

Test(normalize, options_are_checked) {
    static const bon_normalize_options bad[] = {
        {.tone_style = (bon_tone_style)7}, {.form = (bon_form)3}, {.disabled = 1u << BON_RULES}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        bon_normalizer *nz = (bon_normalizer *)&nz;
        cr_expect_eq(bon_normalizer_open(&nz, &bad[i]), BON_ERR_ARGUMENT);
        cr_expect_null(nz);
        cr_expect_neq(bon_error_message()[0], '\0');
    }
    bon_normalizer *nz;
    cr_assert_eq(bon_normalizer_open(&nz, NULL), BON_OK);
    bon_normalizer_close(nz);
    bon_normalizer_close(NULL);
}

Test(normalize, rules_have_names) {
    for (unsigned r = 0; r < BON_RULES; r++) cr_expect_neq(bon_rule_name(r)[0], '\0');
    cr_expect_str_eq(bon_rule_name(BON_RULE_TONE_PLACE), "tone-place");
    cr_expect_str_eq(bon_rule_name(BON_RULES), "");
}

/* The examples of the Unicode Standard, section 3.9, tables 3-8 to 3-11, and the ends of every range. */
static const struct rule_case malformed[] = {
    {B("a\xff"), B("a\ufffd"), 1},
    {B("\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41"), B("\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\x41"), 8},
    {B("\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41"), B("\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\x41"), 8},
    {B("\xf4\x91\x92\x93\xff\x41\x80\xbf\x42"), B("\ufffd\ufffd\ufffd\ufffd\ufffd\x41\ufffd\ufffd\x42"), 7},
    {B("\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41"), B("\ufffd\ufffd\ufffd\ufffd\x41"), 4},
    {B("\xf4\x8f\xbf\xbd \xf4\x90\x80\x80"), B("\xf4\x8f\xbf\xbd \ufffd\ufffd\ufffd\ufffd"), 4},
    {B("ti\xe1\xba"), B("ti\ufffd"), 1},
    {B("\ufffd"), B("\ufffd"), 0},
    {B("ho\xc3 \xe1\xbb\nx"), B("ho\ufffd \ufffd\nx"), 2},
};

Test(normalize, malformed_bytes) { EXPECT_ALL(malformed, BON_RULE_INVALID_UTF8, .form = BON_FORM_NFC); }

Test(normalize, malformed_bytes_stay_when_switched_off) {
    static const struct rule_case kept[] = {{B("a\xff hoà"), B("a\xff hòa"), 1},
                                            {B("ho\xe1\u200b\xbb\xa0"), B("ho\xe1\u200b\xbb\xa0"), 0}};
    EXPECT_ALL(kept, BON_RULE_TONE_PLACE, .disabled = 1u << BON_RULE_INVALID_UTF8);
}

Test(normalize, strict_names_line_and_byte) {
    bon_normalizer *nz = normalizer_with((bon_normalize_options){.strict = 1});
    bon_buf out = {0};
    cr_expect_eq(bon_normalize(nz, "hoà\nmột \xc3 hai", 16, &out), BON_ERR_DATA);
    cr_expect_not_null(strstr(bon_error_message(), "line 2, byte 11: 0xc3"), "%s", bon_error_message());
    cr_expect(out.len == 10 && memcmp(out.data, "hòa\nmột", 10) == 0, "%.*s", (int)out.len, out.data);
    out.len = 0;
    struct bon_normalize_place place = {.name = "tệp.txt", .line = 7, .offset = 1000};
    cr_expect_eq(bon_normalize_chunk(nz, "ab\n\x80", 4, &place, &out, NULL), BON_ERR_DATA);
    cr_expect_not_null(strstr(bon_error_message(), "tệp.txt: line 8, byte 1003"), "%s", bon_error_message());
    out.len = 0;
    cr_expect_eq(bon_normalize(nz, "hoà \xef\xbf\xbd", 8, &out), BON_OK, "U+FFFD itself is fine");
    bon_buf_free(&out);
    bon_normalizer_close(nz);
}

Test(normalize, appends) {
    bon_normalizer *nz = normalizer_with((bon_normalize_options){0});
    bon_buf out = {0};
    cr_assert_eq(bon_normalize(nz, "hoà\n", 5, &out), BON_OK);
    cr_assert_eq(bon_normalize(nz, " khoẻ", 7, &out), BON_OK);
    cr_expect(out.len == 11 && memcmp(out.data, "hòa\nkhỏe", 11) == 0, "%.*s", (int)out.len, out.data);
    bon_buf_free(&out);
    bon_normalizer_close(nz);
}

/* A piece of a million characters without a blank, and the same in marks that ICU must sort. */
Test(normalize, long_pieces) {
    enum { N = 1 << 20 };
    bon_normalizer *nz = normalizer_with((bon_normalize_options){0});
    bon_buf in = {0}, out = {0};
    for (unsigned i = 0; i < N; i++) cr_assert_eq(bon_buf_append(&in, i % 2 ? "\u0323" : "\u0301", 2), BON_OK);
    cr_assert_eq(bon_normalize(nz, in.data, in.len, &out), BON_OK);
    cr_expect_eq(out.len, in.len);
    cr_expect(memcmp(out.data + out.len / 2 - 2, "\u0323\u0301", 4) == 0, "marks are sorted");
    in.len = out.len = 0;
    for (unsigned i = 0; i < N; i++) cr_assert_eq(bon_buf_append(&in, "\xff", 1), BON_OK);
    uint64_t counts[BON_RULES] = {0};
    cr_assert_eq(bon_normalize_counted(nz, in.data, in.len, &out, counts), BON_OK);
    cr_expect_eq(counts[BON_RULE_INVALID_UTF8], N);
    cr_expect_eq(out.len, 3 * (size_t)N);
    /* Joiners that each lose, one after the other, the mark they were kept for. */
    in.len = out.len = 0;
    for (unsigned i = 0; i < N / 8; i++) cr_assert_eq(bon_buf_append(&in, "\u064b\u0301\u200d", 7), BON_OK);
    cr_assert_eq(bon_normalize(nz, in.data, in.len, &out), BON_OK);
    in.len = 0;
    cr_assert_eq(bon_normalize(nz, out.data, out.len, &in), BON_OK);
    cr_expect(in.len == out.len && memcmp(in.data, out.data, in.len) == 0, "stable");
    bon_buf_free(&in);
    bon_buf_free(&out);
    bon_normalizer_close(nz);
}

static bon_status whole_round(void *form) {
    bon_normalize_options options = {.form = *(bon_form *)form};
    bon_normalizer *nz = NULL;
    bon_buf out = {0};
    char text[2000];
    for (size_t i = 0; i < sizeof text; i += 4) memcpy(text + i, i < 1000 ? "ho\u0300" : "\u0301\u0316", 4);
    memcpy(text, "hoà khoẻ  \xff x", 17);
    bon_status status = bon_normalizer_open(&nz, &options);
    if (status == BON_OK) status = bon_normalize(nz, text, sizeof text, &out);
    bon_buf_free(&out);
    bon_normalizer_close(nz);
    return status;
}

Test(normalize, allocation_failures) {
    for (bon_form form = BON_FORM_NFC; form <= BON_FORM_NFKC; form++) failmalloc_check(whole_round, &form);
}
