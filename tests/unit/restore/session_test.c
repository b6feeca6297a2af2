/* tests/unit/restore/session_test.c: restoring text with a small model: words, case, marks typed, long lines, readings. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "failmalloc.h"
#include "restore/session.h"
#include "restore_toy.h"

static bon_buf restored(const bon_restorer *restorer, const bon_restore_options *options, const char *text, size_t n) {
    bon_restore_session *session;
    bon_buf out = {0};
    cr_assert_eq(bon_restore_session_open(&session, restorer, options), BON_OK);
    cr_assert_eq(bon_restore(session, text, n, &out), BON_OK);
    bon_restore_session_close(session);
    return out;
}

struct row {
    const char *in, *out;
};

static void check_rows(const bon_restore_options *options, const struct row *rows, size_t count) {
    bon_restorer *restorer = restore_toy_open(3);
    for (size_t i = 0; i < count; i++) {
        bon_buf out = restored(restorer, options, rows[i].in, strlen(rows[i].in));
        cr_assert_eq(out.len, strlen(rows[i].out), "%s -> %.*s", rows[i].in, (int)out.len, out.data);
        cr_assert(out.len == 0 || memcmp(out.data, rows[i].out, out.len) == 0, "%s -> %.*s", rows[i].in, (int)out.len,
                  out.data);
        bon_buf_free(&out);
    }
    bon_restorer_close(restorer);
}

#define CHECK_ROWS(options, rows) check_rows(options, rows, sizeof(rows) / sizeof(rows)[0])

Test(session, plain_text) {
    static const struct row rows[] = {
        {"toi dang hoc tieng viet", "tôi đang học tiếng việt"},
        {"Toi Dang HOC tieng Viet.", "Tôi Đang HỌC tiếng Việt."},
        {"  toi\t\tdang  hoc \r\n\r\n", "  tôi\t\tđang  học \r\n\r\n"},
        {"toi nay toi o nha", "tối nay tôi ở nhà"},
        {"toi o nha\nduong den truong\n", "tôi ở nhà\nđường đến trường\n"},
        {"duoc roi , nguoi tot", "được rồi , người tốt"},
        {"tinh Dak Lak", "tỉnh Đắk Lắk"},
        {"facebook la mang xa hoi", "facebook là mạng xã hội"},
        {"toi mua 5 can duong", "tôi mua 5 cân đường"},
        {"xem https://duong.vn/toi va toi@duong.vn", "xem https://duong.vn/toi và toi@duong.vn"},
        {"khongbiet xyzzy \xff toi", "khongbiet xyzzy \xff tôi"},
        {"", ""},
        {"\n\n", "\n\n"},
        {" ", " "},
    };
    CHECK_ROWS(NULL, rows);
}

/* Marks typed are kept and constrain the rest; what is complete stays, even when the model has never seen it. */
Test(session, typed_marks) {
    static const struct row rows[] = {
        {"tôi đang học tiếng việt", "tôi đang học tiếng việt"},
        {"tối đang hoc", "tối đang học"},
        {"tiéng viet", "tiếng việt"},
        {"tiêng viet", "tiếng việt"},
        {"đuong den truong", "đường đến trường"},
        {"hoà binh la thanh pho", "hoà bình là thành phố"},
        {"tie\u0302ng viet", "tiếng việt"},
        {"ti\u00ea\u0301ng vie\u0323\u0302t", "ti\u00ea\u0301ng vie\u0323\u0302t"},
        {"quạnh quẽ", "quạnh quẽ"},
        {"anh ấy là ba tôi", "anh ấy là ba tôi"}, /* among marked ones a token without marks is likely complete */
        {"đựoc", "được"},                         /* cannot be complete: the marks typed are kept, others come in */
    };
    CHECK_ROWS(NULL, rows);
}

Test(session, fix_marked) {
    static const bon_restore_options options = {.fix_marked = 1};
    static const struct row rows[] = {{"tối đáng hóc tiêng viet", "tôi đang học tiếng việt"},
                                      {"quạnh quẽ", "quạnh quẽ"}};
    CHECK_ROWS(&options, rows);
}

Test(session, new_tone_style) {
    static const bon_restore_options options = {.tone_style = BON_TONE_NEW};
    static const struct row rows[] = {{"Hoa binh la thanh pho", "Hoà bình là thành phố"}, {"HOA BINH", "HOÀ BÌNH"}};
    CHECK_ROWS(&options, rows);
}

Test(session, doubtful_syllables_stay_as_typed) {
    static const bon_restore_options sure = {.min_confidence = 1}, any = {.min_confidence = 1e-9};
    static const struct row kept[] = {{"ba o nha", "ba ở nhà"}}, restored_all[] = {{"toi o nha", "tôi ở nhà"}};
    CHECK_ROWS(&sure, kept); /* ở and nhà are the only words of their letters */
    CHECK_ROWS(&any, restored_all);
}

Test(session, options_out_of_range) {
    bon_restorer *restorer = restore_toy_open(2);
    bon_restore_session *session = NULL;
    const bon_restore_options bad[] = {
        {.beam = BON_RESTORE_BEAM_MAX + 1}, {.min_confidence = -0.1}, {.min_confidence = 1.1}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        cr_assert_eq(bon_restore_session_open(&session, restorer, &bad[i]), BON_ERR_ARGUMENT);
    bon_restorer_close(restorer);
}

/* A line of many windows: the same as its sentence over and over, and whole to the last byte. */
Test(session, long_lines) {
    static const char in[] = "toi dang hoc tieng viet .  ", out[] = "tôi đang học tiếng việt .  ";
    bon_restorer *restorer = restore_toy_open(3);
    bon_buf text = {0}, expected = {0};
    for (unsigned i = 0; i < 300; i++) {
        cr_assert_eq(bon_buf_append(&text, in, strlen(in)), BON_OK);
        cr_assert_eq(bon_buf_append(&expected, out, strlen(out)), BON_OK);
        if (i % 37) continue; /* line ends at many places of a window */
        bon_buf got = restored(restorer, NULL, text.data, text.len);
        cr_assert_eq(got.len, expected.len);
        cr_assert_eq(memcmp(got.data, expected.data, got.len), 0);
        bon_buf_free(&got);
    }
    bon_buf_free(&text);
    bon_buf_free(&expected);
    bon_restorer_close(restorer);
}

Test(session, huge_token_and_blanks) {
    enum { SIZE = 4 << 20 };
    static const char fills[] = {'a', ' ', '.', '\xff', '1'};
    bon_restorer *restorer = restore_toy_open(3);
    char *text = malloc(SIZE);
    cr_assert_not_null(text);
    for (size_t i = 0; i < sizeof fills; i++) {
        memset(text, fills[i], SIZE);
        bon_buf out = restored(restorer, NULL, text, SIZE);
        cr_assert_eq(out.len, SIZE);
        cr_assert_eq(memcmp(out.data, text, SIZE), 0);
        bon_buf_free(&out);
    }
    free(text);
    bon_restorer_close(restorer);
}

Test(session, readings) {
    static const char line[] = "  ba ba o cho .";
    bon_restorer *restorer = restore_toy_open(3);
    bon_restore_session *session;
    const bon_restore_result *results;
    size_t count;
    cr_assert_eq(bon_restore_session_open(&session, restorer, NULL), BON_OK);
    cr_assert_eq(bon_restore_line(session, line, strlen(line), 5, &results, &count), BON_OK);
    cr_assert_eq(count, 4); /* ba or bà, twice; ở and chợ are sure */
    bon_buf best = restored(restorer, NULL, line, strlen(line));
    cr_assert_eq(results[0].len, best.len);
    cr_assert_eq(memcmp(results[0].text, best.data, best.len), 0);
    bon_buf_free(&best);
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        cr_assert_eq(results[i].span_count, 4);
        if (i > 0) cr_assert_leq(results[i].logprob10, results[i - 1].logprob10);
        for (size_t j = 0; j < i; j++)
            cr_assert(results[i].len != results[j].len ||
                      memcmp(results[i].text, results[j].text, results[i].len) != 0);
        for (size_t k = 0; k < 4; k++) {
            const bon_restore_span *span = &results[i].spans[k];
            cr_assert(span->confidence > 0 && span->confidence <= 1 + 1e-6);
            cr_assert_leq(span->start + span->len, strlen(line));
            cr_assert_leq(span->out_start + span->out_len, results[i].len);
        }
        sum += results[i].spans[0].confidence;
    }
    cr_assert_float_eq(sum, 2.0, 1e-3); /* each of ba and bà is in two of the four */
    cr_assert_eq(memcmp(line + results[0].spans[3].start, "cho", results[0].spans[3].len), 0);
    cr_assert_eq(memcmp(results[0].text + results[0].spans[3].out_start, "chợ", results[0].spans[3].out_len), 0);
    cr_assert_eq(bon_restore_line(session, NULL, 0, 3, &results, &count), BON_OK);
    cr_assert_eq(count, 1);
    cr_assert_eq(results[0].len, 0);
    cr_assert_eq(bon_restore_line(session, line, strlen(line), 0, &results, &count), BON_ERR_ARGUMENT);
    cr_assert_eq(bon_restore_line(session, line, strlen(line), BON_RESTORE_BEST_MAX + 1, &results, &count),
                 BON_ERR_ARGUMENT);
    bon_restore_session_close(session);
    bon_restorer_close(restorer);
}

/* The readings of a long line agree before its last window, and the first is what bon_restore gives. */
Test(session, readings_of_a_long_line) {
    bon_restorer *restorer = restore_toy_open(3);
    bon_restore_session *session;
    const bon_restore_result *results;
    size_t count;
    bon_buf line = {0};
    for (unsigned i = 0; i < 200; i++) cr_assert_eq(bon_buf_append(&line, "ba ba o cho , ", 14), BON_OK);
    bon_buf best = restored(restorer, NULL, line.data, line.len);
    cr_assert_eq(bon_restore_session_open(&session, restorer, NULL), BON_OK);
    cr_assert_eq(bon_restore_line(session, line.data, line.len, 3, &results, &count), BON_OK);
    cr_assert_eq(count, 3);
    cr_assert_eq(results[0].len, best.len);
    cr_assert_eq(memcmp(results[0].text, best.data, best.len), 0);
    for (size_t i = 0; i < count; i++) cr_assert_eq(results[i].span_count, 800);
    bon_buf_free(&best);
    bon_buf_free(&line);
    bon_restore_session_close(session);
    bon_restorer_close(restorer);
}

/* ---- running out of memory ---- */

static bon_status whole_round(void *path) {
    bon_restorer *restorer = NULL;
    bon_restore_session *session = NULL;
    const bon_restore_result *results;
    size_t count;
    bon_buf out = {0};
    static const char text[] = "toi dang hoc tieng viet 12\nđuong den truong";
    bon_status status = bon_restorer_open(&restorer, path);
    if (status == BON_OK) status = bon_restore_session_open(&session, restorer, NULL);
    if (status == BON_OK) status = bon_restore(session, text, strlen(text), &out);
    if (status == BON_OK) status = bon_restore_line(session, "ba ba", 5, 4, &results, &count);
    bon_buf_free(&out);
    bon_restore_session_close(session);
    bon_restorer_close(restorer);
    return status;
}

static bon_status write_round(void *path) {
    static bon_lm_table *table;
    if (!table) table = path ? restore_toy_table(2) : NULL;
    return bon_restorer_write(table, path, NULL, 1);
}

Test(session, allocation_failures) {
    char path[64];
    restore_toy_write(path, 3, 1);
    failmalloc_check(whole_round, path);
    unlink(path);
}

Test(index, allocation_failures) {
    char path[64];
    restore_toy_write(path, 2, 1);
    write_round(path); /* makes the table */
    failmalloc_check_step(write_round, path, 7);
    unlink(path);
}

/* After the first lines a session allocates nothing more. */
Test(session, no_allocation_after_warm_up) {
    static const char text[] = "toi dang hoc tieng viet o truong , Facebook Đường 12 .\n";
    bon_restorer *restorer = restore_toy_open(3);
    bon_restore_session *session;
    bon_buf out = {0};
    cr_assert_eq(bon_restore_session_open(&session, restorer, NULL), BON_OK);
    cr_assert_eq(bon_buf_reserve(&out, 1 << 20), BON_OK);
    cr_assert_eq(bon_restore(session, text, strlen(text), &out), BON_OK);
    failmalloc_fail_at(0);
    for (unsigned i = 0; i < 100; i++) cr_assert_eq(bon_restore(session, text, strlen(text), &out), BON_OK);
    cr_assert_eq(failmalloc_count(), 0);
    bon_buf_free(&out);
    bon_restore_session_close(session);
    bon_restorer_close(restorer);
}

/* Opening believes no more than the headers; bon_restorer_verify finds what was damaged behind them. */
Test(session, damaged_model) {
    char path[64];
    bon_restorer *restorer;
    restore_toy_write(path, 3, 1);
    cr_assert_eq(bon_restorer_open(&restorer, path), BON_OK);
    cr_assert_eq(bon_restorer_verify(restorer), BON_OK);
    bon_restorer_close(restorer);
    FILE *file = fopen(path, "r+");
    cr_assert(file && fseek(file, 0, SEEK_END) == 0);
    long middle = ftell(file) / 2;
    cr_assert(fseek(file, middle, SEEK_SET) == 0);
    int byte = fgetc(file);
    cr_assert(fseek(file, middle, SEEK_SET) == 0 && fputc(byte ^ 0x55, file) != EOF && fclose(file) == 0);
    cr_assert_eq(bon_restorer_open(&restorer, path), BON_OK);
    cr_assert_eq(bon_restorer_verify(restorer), BON_ERR_FORMAT);
    cr_assert(strstr(bon_error_message(), path));
    bon_restorer_close(restorer);
    unlink(path);
}
