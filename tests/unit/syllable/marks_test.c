/* tests/unit/syllable/marks_test.c: marks off, letters down, and every byte that is neither left alone. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "bon/syllable.h"
#include "failmalloc.h"

typedef bon_status transform(const char *, size_t, bon_buf *);

static void expect(transform *change, const char *text, size_t n, const char *want, size_t want_n) {
    bon_buf out = {0};
    cr_assert_eq(bon_buf_append(&out, "<", 1), BON_OK);
    cr_assert_eq(change(text, n, &out), BON_OK);
    cr_expect(out.len == want_n + 1 && out.data[0] == '<' && !memcmp(out.data + 1, want, want_n), "%.*s: %.*s", (int)n,
              text, (int)out.len, out.data);
    bon_buf_free(&out);
}

struct row {
    const char *text, *want;
};

static void expect_rows(transform *change, const struct row *rows, size_t count) {
    for (size_t i = 0; i < count; i++)
        expect(change, rows[i].text, strlen(rows[i].text), rows[i].want, strlen(rows[i].want));
}

Test(marks, strip) {
    static const struct row rows[] = {
        {"", ""},
        {"Tiếng Việt, 100%", "Tieng Viet, 100%"},
        {"ĐƯỜNG đường", "DUONG duong"},
        {"aàáảãạăằắẳẵặâầấẩẫậ", "aaaaaaaaaaaaaaaaaa"},
        {"ÝỲỶỸỴýỳỷỹỵ", "YYYYYyyyyy"},
        {"ĩŨơỚưỰêỂôỖ", "iUoOuUeEoO"},
        {"e\u0301e\u0300e\u0309e\u0303e\u0323e\u0302a\u0306o\u031b", "eeeeeeao"},
        {"n\u0303", "n"},
        {"öñçÅßø", "öñçÅßø"},
        {"Ðð\u0308\u0304\u0328", "Ðð\u0308\u0304\u0328"},
        {"ǎ ố Ω я 中 😀", "ǎ o Ω я 中 😀"},
    };
    expect_rows(bon_strip_marks, rows, sizeof rows / sizeof rows[0]);
}

Test(marks, lower) {
    static const struct row rows[] = {
        {"", ""},
        {"TIẾNG Việt ĐƯỜNG", "tiếng việt đường"},
        {"ÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬ", "àáảãạăằắẳẵặâầấẩẫậ"},
        {"ÖÑÇÅØŒŽ", "öñçåøœž"},
        {"ΑΣΏ ЯЖЁ ԱՖ ႠჅ Ⴭ", "ασώ яжё աֆ ⴀⴥ ⴭ"},
        {"\u0130 ß ŉ", "\u0130 ß ŉ"}, /* the lower case of İ is two code points */
        {"ȺȾ K Å ẞ", "ⱥⱦ k å ß"},
        {"𐐀 Ａ Ⅷ Ⓐ", "𐐨 ａ ⅷ ⓐ"},
        {"中 😀 e\u0301 \u0301E", "中 😀 e\u0301 \u0301e"},
        {"[\\]^_`{@}", "[\\]^_`{@}"},
    };
    expect_rows(bon_lower, rows, sizeof rows / sizeof rows[0]);
}

Test(marks, bytes_that_are_not_utf8_stay) {
    static const char bytes[] = "\x80\xff\xc3\xc3\xa0\xc0\xaf\xe1\xba\xe1\xba\xa4\xed\xa0\x80\xf0\x9f\x98\xcc\x00"
                                "A";
    static const char plain[] = "\x80\xff\xc3"
                                "a\xc0\xaf\xe1\xba"
                                "A\xed\xa0\x80\xf0\x9f\x98\xcc\x00"
                                "A";
    static const char lower[] = "\x80\xff\xc3\xc3\xa0\xc0\xaf\xe1\xba\xe1\xba\xa5\xed\xa0\x80\xf0\x9f\x98\xcc\x00"
                                "a";
    expect(bon_strip_marks, bytes, sizeof bytes - 1, plain, sizeof plain - 1);
    expect(bon_lower, bytes, sizeof bytes - 1, lower, sizeof lower - 1);
}

/* Dropping the mark between a lead byte and a continuation byte would join them to a mark that was not there. */
Test(marks, strip_does_not_join_what_was_apart) {
    static const char bytes[] = "e\xcc\xcc\x82\x81\xcc\x82", plain[] = "e\xcc\xcc\x82\x81\xcc\x82";
    expect(bon_strip_marks, bytes, sizeof bytes - 1, plain, sizeof plain - 1);
    static const char apart[] = "\xccn\xcc\x82\x81", joined[] = "\xccn\x81";
    expect(bon_strip_marks, apart, sizeof apart - 1, joined, sizeof joined - 1);
}

/* Text longer than any piece worked on at a time, with characters across the seams. */
Test(marks, long_text) {
    enum { COUNT = 20000 };
    char *text = malloc(COUNT * 5), *plain = malloc(COUNT * 3);
    cr_assert(text && plain);
    for (size_t i = 0; i < COUNT; i++) {
        memcpy(text + 5 * i, "ẤĐ", 5);
        memcpy(plain + 2 * i, "AD", 2);
    }
    expect(bon_strip_marks, text, COUNT * 5, plain, COUNT * 2);
    for (size_t i = 0; i < COUNT; i++) { /* two bytes become three */
        memcpy(text + 2 * i, "Ⱥ", 2);
        memcpy(plain + 3 * i, "ⱥ", 3);
    }
    expect(bon_lower, text, COUNT * 2, plain, COUNT * 3);
    free(text);
    free(plain);
}

static bon_status both_transforms(void *arg) {
    const char *text = arg;
    bon_buf out = {0};
    bon_status status = bon_strip_marks(text, strlen(text), &out);
    if (status == BON_OK) status = bon_lower(text, strlen(text), &out);
    bon_buf_free(&out);
    return status;
}

Test(marks, allocation_failures) {
    char text[20000];
    memset(text, 'A', sizeof text - 1);
    text[sizeof text - 1] = 0;
    failmalloc_check(both_transforms, text);
}
