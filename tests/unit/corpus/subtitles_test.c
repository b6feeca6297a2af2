/* Subtitles: a table of files and what is said in them; what is none; memory that runs out. */
#include "corpus/subtitles.h"

#include "support.h"

#define TIME(from, to) "00:00:" from " --> 00:00:" to "\n"
#define CUE(number, from, to, text) number "\n" TIME(from, to) text "\n\n"

static const struct {
    const char *file, *text;
    unsigned cues, seconds;
} rows[] = {
    {CUE("1", "01,000", "02,999", "Một\nhai."), "Một hai.", 1, 2},
    {"\xef\xbb\xbf"
     "1\r\n00:00:01,5 --> 00:00:02,000 X1:1 Y1:2\r\nMột\r\n\r\n\r\n2\r\n01:00:03,0 --> 01:00:04,0\r\nhai",
     "Một\nhai", 2, 3604},
    /* Joined: small letters, commas, the same cue; not: ends of sentences, capitals, dashes, pauses. */
    {CUE("1", "01,0", "02,0", "Tôi") CUE("2", "02,0", "03,0", "đi học,") CUE("3", "03,0", "04,0", "Lan ở nhà")
         CUE("4", "04,0", "05,0", "Hay quá"),
     "Tôi đi học, Lan ở nhà\nHay quá", 4, 5},
    {CUE("1", "01,0", "02,0", "Anh gặp\nLan chưa?") CUE("2", "02,0", "03,0", "rồi \"à!\"") CUE("3", "03,0", "04,0", "ừ")
         CUE("4", "08,1", "09,0", "đi"),
     "Anh gặp Lan chưa?\nrồi \"à!\"\nừ\nđi", 4, 9},
    {CUE("1", "01,0", "02,0", "- Chào\n– Chào em\nnhé\n—") CUE("2", "02,0", "03,0", "-anh"), "Chào\nChào em nhé\nanh",
     2, 3},
    /* Ellipses. */
    {CUE("1", "01,0", "02,0", "Tôi...") CUE("2", "02,0", "03,0", "...đi…") CUE("3", "03,0", "04,0", "…chơi...")
         CUE("4", "04,0", "05,0", "nhé...") CUE("5", "05,0", "06,0", "Ừ"),
     "Tôi đi chơi... nhé...\nỪ", 5, 6},
    /* Tags, references, sounds; what only looks like them stays. */
    {CUE("1", "01,0", "02,0", "{\\an8}<i>a</i> <font color=\"#fff\">&lt;b&gt;</font> {y:i}c\n<d\n3 < 4 {e}")
         CUE("2", "02,0", "03,0", "[cười]\n(nhạc)\n♪ la ♪\n(x) y (z)"),
     "a <b> c <d 3 < 4 {e}\n(x) y (z)", 2, 3},
    /* Numbers and names before times; a number that is said stays; empty lines in a cue of SubRip. */
    {CUE("1", "01,0", "02,0", "Năm\n2021") "x\n" CUE("", "02,0", "03,0", "\n\nlà năm\n") "3\n" CUE("", "03,0", "04,0",
                                                                                                   "nào"),
     "Năm 2021 x là năm 3 nào", 3, 4},
    {TIME("01.0", "02.0") TIME("02.0", "03.0") "a --> b\nc", "c", 3, 0},
    /* WebVTT. */
    {"WEBVTT x\n\nNOTE\nghi chú\n\ntên\n00:01.000 --> 00:02.000 align:start\n<v Lan>xin "
     "<00:01.500><c.vàng>chào</c>\n\nrác\n\n"
     "00:02.000 --> 00:03.000\n<v Lan>xin <00:01.500><c.vàng>chào</c>\ncác bạn\n\n00:03.000 --> 00:04.000\ncác "
     "bạn\nhọc sinh",
     "xin chào các bạn học sinh", 3, 4},
};

static bon_status read_row(size_t i, struct bon_document *document) {
    struct bon_subtitles *subtitles;
    BON_TRY(bon_subtitles_open(&subtitles));
    bon_status status = bon_subtitles_read(subtitles, "a.srt", rows[i].file, strlen(rows[i].file), NULL, 0, document);
    bon_subtitles_close(subtitles);
    return status;
}

Test(subtitles, what_is_said) {
    char members[64];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bon_document document = {0};
        cr_assert_eq(read_row(i, &document), BON_OK);
        cr_expect(holds(&document.text, rows[i].text), "row %zu: %.*s", i, (int)document.text.len, document.text.data);
        snprintf(members, sizeof members, "\"cues\":%u,\"seconds\":%u,", rows[i].cues, rows[i].seconds);
        cr_expect(holds(&document.members, members), "row %zu: %.*s", i, (int)document.members.len,
                  document.members.data);
        bon_document_free(&document);
    }
}

/* TCVN3, as old files have it; the short line is told by its neighbour. */
Test(subtitles, charsets) {
    static const char first[] = "Tôi nghĩ là anh ấy đang học tiếng Việt", second[] = "có năm.";
    static const char *const labels[] = {NULL, "tcvn3"};
    bon_buf file = {0};
    bon_buf_printf(&file, "1\n" TIME("01,0", "02,0"));
    cr_assert_eq(bon_charset_encode(BON_CHARSET_TCVN3, first, sizeof first - 1, &file, NULL), BON_OK);
    bon_buf_printf(&file, "\n\n2\n" TIME("02,0", "03,0"));
    cr_assert_eq(bon_charset_encode(BON_CHARSET_TCVN3, second, sizeof second - 1, &file, NULL), BON_OK);
    for (size_t i = 0; i < 2; i++) {
        struct bon_subtitles *subtitles;
        struct bon_document document = {0};
        size_t label_len = labels[i] ? strlen(labels[i]) : 0;
        cr_assert_eq(bon_subtitles_open(&subtitles), BON_OK);
        cr_assert_eq(bon_subtitles_read(subtitles, "a", file.data, file.len, labels[i], label_len, &document), BON_OK);
        cr_expect(holds(&document.text, "Tôi nghĩ là anh ấy đang học tiếng Việt có năm."), "%.*s",
                  (int)document.text.len, document.text.data);
        bon_subtitles_close(subtitles);
        bon_document_free(&document);
    }
    bon_buf_free(&file);
}

Test(subtitles, what_is_none) {
    static const char *const files[] = {"", "\n\n", "Một bài văn.\nHai dòng.", "WEBVTT\n\nNOTE x"};
    struct bon_subtitles *subtitles;
    struct bon_document document = {0};
    cr_assert_eq(bon_subtitles_open(&subtitles), BON_OK);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        cr_expect_eq(bon_subtitles_read(subtitles, "a.srt", files[i], strlen(files[i]), NULL, 0, &document),
                     BON_ERR_DATA);
        cr_expect_str_eq(bon_error_message(), "a.srt: no line with times (-->): are these subtitles?");
    }
    bon_subtitles_close(subtitles);
    bon_document_free(&document);
}

/* Eight million bytes of tags, or braces, that never end: searching for the end of each would take minutes. */
Test(subtitles, takes_linear_time) {
    static const char *const openings[] = {"<a", "{\\a", "{<a"};
    enum { BYTES = 8000000 };
    struct bon_subtitles *subtitles;
    bon_buf file = {0};
    cr_assert_eq(bon_subtitles_open(&subtitles), BON_OK);
    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++) {
        struct bon_document document = {0};
        file.len = 0;
        bon_buf_printf(&file, "1\n" TIME("01,0", "02,0"));
        while (file.len < BYTES) bon_buf_append(&file, openings[i], strlen(openings[i]));
        cr_assert_eq(bon_subtitles_read(subtitles, "a", file.data, file.len, NULL, 0, &document), BON_OK);
        cr_expect_gt(document.text.len, BYTES / 2);
        bon_document_free(&document);
    }
    bon_subtitles_close(subtitles);
    bon_buf_free(&file);
}

static bon_status read_all(void *arg) {
    bon_status status = BON_OK;
    (void)arg;
    for (size_t i = 0; i < sizeof rows / sizeof *rows && status == BON_OK; i++) {
        struct bon_document document = {0};
        status = read_row(i, &document);
        bon_document_free(&document);
    }
    return status;
}

Test(subtitles, allocation_failures) { failmalloc_check(read_all, NULL); }
