/* src/normalize/judge.c and auto.c: which charset a line is in, alone and among others. */
#include "unit/normalize/support.h"

#include "failmalloc.h"
#include "normalize/auto.h"

/* Sentences enough to tell, and some that are not. */
static const char *const telling[] = {
    "Trời nắng to, cả nhà kéo nhau ra biển từ sáng sớm.",     "Bà cụ bán nước ở đầu ngõ biết hết chuyện của xóm này.",
    "Mưa rả rích suốt mấy ngày, đường vào làng lầy lội quá.", "Nó học bài đến khuya rồi ngủ gục ngay trên bàn.",
    "Thuở ấy người ta đi chợ huyện bằng xe bò, mất cả buổi.",
};
static const char *const short_ones[] = {"Có.", "là", "Ông ở đâu?", "Thế à!"};
static const bon_charset charsets[] = {BON_CHARSET_TCVN3, BON_CHARSET_VNI, BON_CHARSET_VISCII, BON_CHARSET_CP1258};
enum { TELLING = 5, SHORT = 4, CHARSETS = 4 };

static bon_normalizer *automatic(void) { return normalizer_with((bon_normalize_options){.from = BON_CHARSET_AUTO}); }

static void add(bon_charset charset, const char *line, bon_buf *in, bon_buf *truth) {
    cr_assert_eq(bon_charset_encode(charset, line, strlen(line), in, NULL), BON_OK);
    cr_assert_eq(bon_buf_append(in, "\n", 1), BON_OK);
    cr_assert_eq(bon_buf_append(truth, line, strlen(line)), BON_OK);
    cr_assert_eq(bon_buf_append(truth, "\n", 1), BON_OK);
}

static void expect_text(const bon_buf *got, const bon_buf *want, const char *what) {
    cr_expect(got->len == want->len && memcmp(got->data, want->data, got->len) == 0, "%s: %.*s, not %.*s", what,
              (int)got->len, got->data, (int)want->len, want->data);
}

static void check(const bon_buf *in, const bon_buf *truth, const char *what) {
    bon_normalizer *nz = automatic();
    bon_buf out = {0};
    cr_assert_eq(bon_normalize(nz, in->data, in->len, &out), BON_OK);
    expect_text(&out, truth, what);
    bon_buf_free(&out);
    bon_normalizer_close(nz);
}

Test(auto, lines_alone) {
    for (size_t c = 0; c < CHARSETS; c++)
        for (size_t i = 0; i < TELLING; i++) {
            bon_buf in = {0}, truth = {0};
            add(charsets[c], telling[i], &in, &truth);
            check(&in, &truth, bon_charset_name(charsets[c]));
            bon_buf_free(&in);
            bon_buf_free(&truth);
        }
}

/* VIQR is ASCII, so only lines that tell make short ones, and ones with tones alone, read so. */
Test(auto, viqr_among_others) {
    static const char *const lines[] = {"Chào bác.", "Thôi.", "“Ờ,” nó nói.", "1. Đi đâu?", "www.a.vn"};
    for (unsigned before = 0; before < 2; before++) {
        bon_buf in = {0}, truth = {0};
        if (before) add(BON_CHARSET_VIQR, telling[0], &in, &truth);
        for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) add(BON_CHARSET_VIQR, lines[i], &in, &truth);
        if (!before) add(BON_CHARSET_VIQR, telling[1], &in, &truth);
        check(&in, &truth, before ? "viqr before" : "viqr behind");
        bon_buf_free(&in);
        bon_buf_free(&truth);
    }
    static const char english[] = "To be.\nWho are you?\nadd it (a+b)\nC:\\dir\nThe soldier's file*\n";
    const bon_buf text = {.data = (char *)(uintptr_t)english, .len = sizeof english - 1};
    check(&text, &text, "English");
}

/* Garbled again and again, through either page: all of it is undone in one run. */
Test(auto, mojibake_of_mojibake) {
    static const char *const garbled[] = {
        "NÃƒÂ³ Ã„â€˜i chÃ†Â¡i rÃ¡Â»â€œi", /* twice through 1252 */
        "NÃ³ Ä‘i chÆ¡i rá»“i",
    };
    for (size_t i = 0; i < sizeof garbled / sizeof garbled[0]; i++) {
        static const char want[] = "Nó đi chơi rồi";
        const bon_buf in = {.data = (char *)(uintptr_t)garbled[i], .len = strlen(garbled[i])};
        const bon_buf truth = {.data = (char *)(uintptr_t)want, .len = sizeof want - 1};
        check(&in, &truth, "mojibake");
    }
}

/* A short line before or behind one that tells, with lines of ASCII between. */
Test(auto, neighbours_tell) {
    for (size_t c = 0; c < CHARSETS; c++)
        for (size_t i = 0; i < SHORT * 2; i++) {
            bon_buf in = {0}, truth = {0};
            if (i % 2) add(charsets[c], telling[0], &in, &truth);
            add(charsets[c], "OK 123", &in, &truth);
            add(charsets[c], short_ones[i / 2], &in, &truth);
            add(charsets[c], "", &in, &truth);
            if (i % 2 == 0) add(charsets[c], telling[1], &in, &truth);
            check(&in, &truth, bon_charset_name(charsets[c]));
            bon_buf_free(&in);
            bon_buf_free(&truth);
        }
}

/* Paragraphs of all charsets in one text, and UTF-8 among them. */
Test(auto, mixed) {
    bon_buf in = {0}, truth = {0};
    for (size_t i = 0; i < 20; i++) {
        add(charsets[i % CHARSETS], telling[i % TELLING], &in, &truth);
        add(BON_CHARSET_UTF8, telling[(i + 1) % TELLING], &in, &truth);
        add(charsets[i % CHARSETS], short_ones[i % SHORT], &in, &truth);
    }
    check(&in, &truth, "mixed");
    bon_buf_free(&in);
    bon_buf_free(&truth);
}

#define WIDE_TCVN3 "T×m gi¸ trÞ cña x"
static const struct rule_case untouched[] = {
    {B("Tiếng Việt \xff và tiếng Anh\n"), B("Tiếng Việt \ufffd và tiếng Anh\n"), 0},
    {B("déjà vu, façade, naïve, Zürich, ça, où\n"), B("déjà vu, façade, naïve, Zürich, ça, où\n"), 0},
    {B("não é são João coração\n"), B("não é são João coração\n"), 0},
    {B("32x – 16y – 4z – 5 µ ® © ½ Ø\n"), B("32x – 16y – 4z – 5 µ ® © ½ Ø\n"), 0},
    {B("a^2 + b^2 = c^2, f(x), o(n), u+v, e^x, e^y, a(i)\n"), B("a^2 + b^2 = c^2, f(x), o(n), u+v, e^x, e^y, a(i)\n"),
     0},
    {B("caf\xe9 cr\xe8me\n"), B("caf\ufffd cr\ufffdme\n"), 0},
    {B("32x \x96 16y \x96 4z \x96 5\n"), B("32x \ufffd 16y \ufffd 4z \ufffd 5\n"), 0},
};

Test(auto, what_it_leaves) {
    bon_normalizer *nz = automatic();
    for (size_t i = 0; i < sizeof untouched / sizeof untouched[0]; i++)
        for (bon_rule rule = BON_RULE_FROM_TCVN3; rule <= BON_RULE_LOST; rule++) expect(nz, &untouched[i], rule);
    bon_normalizer_close(nz);
}

static const struct rule_case viqr[] = {
    {B("Tie^'ng Vie^.t ra^'t ddo^.c dda'o\nxin cha`o?\n"), B("Tiếng Việt rất độc đáo\nxin cha`o?\n"), 1},
};
static const struct rule_case mojibake[] = {
    {B("Tiáº¿ng Viá»‡t Ä‘Æ°á»£c\n"), B("Tiếng Việt được\n"), 1},
    {B("Tiáº¿ng Viá»\xc2\x87"
       "t\n"),
     B("Tiếng Việt\n"), 1},
    {B("TiêÌ\u0301ng Tiáº¿ng\n"), B("TiêÌ\u0301ng Tiáº¿ng\n"), 0},
    {B("Tiáº¿ng Việt\n"), B("Tiáº¿ng Việt\n"), 0},
    {B("Ä\xc2\x90"
       "Æ°á»\xc2\x9d"
       "ng Ä‘i\n"),
     B("Đường đi\n"), 1},
};
static const struct rule_case wide[] = {
    {B(WIDE_TCVN3 "\n"), B("Tìm giá trị của x\n"), 1},
};

Test(auto, viqr) { EXPECT_ALL(viqr, BON_RULE_FROM_VIQR, .from = BON_CHARSET_AUTO); }
Test(auto, mojibake) { EXPECT_ALL(mojibake, BON_RULE_MOJIBAKE, .from = BON_CHARSET_AUTO); }
Test(auto, font_text_in_utf8) { EXPECT_ALL(wide, BON_RULE_FROM_TCVN3, .from = BON_CHARSET_AUTO); }

/* Every line of UTF-8 with Windows-1258 read as its bytes. */
Test(auto, mojibake_through_1258) {
    bon_buf broken = {0}, truth = {0};
    for (size_t i = 0; i < TELLING; i++) {
        cr_assert_eq(bon_charset_decode(BON_CHARSET_CP1258, "", 0, &broken, NULL), BON_OK);
        for (const char *p = telling[i]; *p; p++) { /* byte by byte, so that no mark joins its letter */
            uint64_t lost = 0;
            size_t before = broken.len;
            cr_assert_eq(bon_charset_decode(BON_CHARSET_CP1258, p, 1, &broken, &lost), BON_OK);
            if (!lost) continue;
            broken.len = before; /* a byte without a meaning came as a C1 control */
            cr_assert_eq(bon_buf_append(&broken, (char[2]){'\xc2', *p}, 2), BON_OK);
        }
        cr_assert_eq(bon_buf_append(&broken, "\n", 1), BON_OK);
        cr_assert_eq(bon_buf_append(&truth, telling[i], strlen(telling[i])), BON_OK);
        cr_assert_eq(bon_buf_append(&truth, "\n", 1), BON_OK);
    }
    check(&broken, &truth, "mojibake");
    bon_buf_free(&broken);
    bon_buf_free(&truth);
}

/* However chunks are cut, and again on what came out. */
Test(auto, chunks_and_again) {
    bon_normalizer *nz = automatic();
    bon_buf in = {0}, truth = {0}, whole = {0}, parts = {0}, again = {0};
    for (size_t i = 0; i < 400; i++) {
        bon_charset charset = charsets[i / 23 % CHARSETS];
        add(charset, i % 7 == 0 ? telling[i % TELLING] : i % 3 ? "plain" : short_ones[i % SHORT], &in, &truth);
    }
    cr_assert_eq(bon_normalize(nz, in.data, in.len, &whole), BON_OK);
    for (size_t step = 1; step < 3000; step = step * 3 + 1) {
        struct bon_auto state = {0};
        uint64_t counts[BON_RULES] = {0};
        bon_buf judged = {0};
        parts.len = 0;
        for (size_t at = 0, end; at < in.len; at = end) {
            struct bon_normalize_place place = {.line = 1};
            size_t least = at + step < in.len ? at + step : in.len - 1;
            const char *newline = memchr(in.data + least, '\n', in.len - least);
            end = newline ? (size_t)(newline - in.data) + 1 : in.len;
            judged.len = 0;
            cr_assert_eq(bon_auto_judge(nz, in.data + at, end - at, &place, false, &judged, counts), BON_OK);
            cr_assert_eq(bon_auto_settle(&state, nz, judged.data, judged.len, &parts, counts), BON_OK);
        }
        cr_assert_eq(bon_auto_finish(&state, nz, &parts, counts), BON_OK);
        expect_text(&parts, &whole, "chunks");
        bon_auto_free(&state);
        bon_buf_free(&judged);
    }
    uint64_t counts[BON_RULES] = {0};
    cr_assert_eq(bon_normalize_counted(nz, whole.data, whole.len, &again, counts), BON_OK);
    expect_text(&again, &whole, "again");
    for (unsigned r = 0; r < BON_RULES; r++) cr_expect_eq(counts[r], 0, "%s again", bon_rule_name(r));
    bon_buf_free(&in);
    bon_buf_free(&truth);
    bon_buf_free(&whole);
    bon_buf_free(&parts);
    bon_buf_free(&again);
    bon_normalizer_close(nz);
}

Test(auto, by_name) {
    static const struct rule_case named[] = {{B("Vi\xd6t\nabc\n"), B("Việt\nabc\n"), 1}};
    bon_normalizer *nz = normalizer_with((bon_normalize_options){.from = BON_CHARSET_TCVN3});
    expect(nz, &named[0], BON_RULE_FROM_TCVN3);
    bon_normalizer_close(nz);
    nz = normalizer_with((bon_normalize_options){.from = BON_CHARSET_CP1258});
    static const struct rule_case lost[] = {{B("a\x81\n"), B("a\ufffd\n"), 1}};
    expect(nz, &lost[0], BON_RULE_LOST);
    bon_normalizer_close(nz);
    bon_normalize_options bad = {.from = BON_CHARSET_MOJIBAKE};
    cr_expect_eq(bon_normalizer_open(&nz, &bad), BON_ERR_ARGUMENT);
}

static bon_status whole_round(void *from) {
    bon_normalize_options options = {.from = *(bon_charset *)from};
    bon_normalizer *nz = NULL;
    bon_buf out = {0};
    static const char text[] = "Vi\xd6t Nam \xae\xd1p\nTi\xd5ng Vi\xd6t \xae\xad\xee"
                               "c\n\xe0\nTiáº¿ng Viá»‡t\n" WIDE_TCVN3;
    bon_status status = bon_normalizer_open(&nz, &options);
    if (status == BON_OK) status = bon_normalize(nz, text, sizeof text - 1, &out);
    bon_buf_free(&out);
    bon_normalizer_close(nz);
    return status;
}

Test(auto, allocation_failures) {
    for (bon_charset from = BON_CHARSET_UTF8; from < BON_CHARSETS; from++)
        if (from != BON_CHARSET_MOJIBAKE) failmalloc_check(whole_round, &from);
}
