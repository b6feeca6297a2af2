/* tests/unit/restore/eval_test.c: what an evaluation counts, and that good and restored text stay in step. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "failmalloc.h"
#include "restore/eval.h"
#include "restore_toy.h"

/* What is counted, between bars. */
static const struct {
    const char *line, *counted;
} counts[] = {
    {"Tôi học, 24 bài.", "Tôi|học|bài|"},
    {"“Vâng” – bà…", "“|Vâng|”|–|bà|…|"},       /* signs outside ASCII, each of them */
    {"km² 10⁹ x3y ½", "km|x|y|½|"},             /* superscript digits are digits, a fraction is a sign */
    {"\u200bă\u00a0b\u2002c", "\u200b|ă|b|c|"}, /* blanks of Unicode are not counted, what is invisible is */
    {"漢字 かな 😀😀", "漢字|かな|😀|😀|"},         /* letters of any script */
    {"e\u0301 \u0301", "e|\u0301|\u0301|"},     /* marks on their own */
    {"a\xff\xfe"
     "b",
     "a|\xff|\xfe|b|"}, /* bytes that are not UTF-8 */
    {"don't a_b 1,5%", "don|t|a|b|"},
    {"", ""},
    {" .,!? 12", ""},
};

Test(eval, counted) {
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        char found[128] = "";
        size_t n = strlen(counts[i].line), pos = 0, start, len, used = 0;
        while (bon_eval_next(counts[i].line, n, &pos, &start, &len)) {
            cr_assert_lt(used + len + 1, sizeof found);
            memcpy(found + used, counts[i].line + start, len);
            found[used + len] = '|';
            used += len + 1;
            cr_assert_eq(pos, start + len);
        }
        cr_assert_eq(pos, n);
        cr_expect_str_eq(found, counts[i].counted, "'%s': '%s'", counts[i].line, found);
    }
}

/* ---- with a model that knows some sentences ---- */

static struct bon_eval_totals evaluate(const bon_restorer *restorer, const char *text, size_t n) {
    struct bon_eval_totals totals = {0};
    bon_restore_session *session = NULL;
    struct bon_eval *eval = NULL;
    cr_assert_eq(bon_restore_session_open(&session, restorer, NULL), BON_OK);
    cr_assert_eq(bon_eval_open(&eval, session), BON_OK);
    cr_assert_eq(bon_eval_add(eval, text, n, "text", 1, &totals), BON_OK, "%s", bon_error_message());
    bon_eval_close(eval);
    bon_restore_session_close(session);
    return totals;
}

/* Text, syllables, correct, lines, correct lines. What the model cannot know is wrong: "xạ" and "tiềng". */
static const struct {
    const char *text;
    unsigned syllables, correct, lines, lines_correct;
} texts[] = {
    {"tôi đang học tiếng việt .\n", 5, 5, 1, 1},
    {"tôi đang học tiếng việt .\ntôi xạ\n\nchúng tôi", 9, 8, 4, 3},
    {"TÔI ĐANG HỌC\r\nTôi Đang Học", 6, 6, 2, 2},
    {"hoà bình là thành phố đẹp .", 6, 6, 1, 1},                 /* the new placement is the same word */
    {"to\u0302i d\u0111", 2, 1, 1, 0},                           /* "dđ" is stripped to "dd" */
    {"to\u0302i \u0301 \u0300 \u0111ang ho\u0323c", 5, 5, 1, 1}, /* marks alone go when stripped: still in step */
    {"x\u0301y\u0301z to\u0302i", 4, 3, 1, 0},                   /* marks inside a run that do not compose */
    {"“tôi” – tôi…\n", 6, 6, 1, 1},
    {"tôi \xff\xfe tôi\n", 4, 4, 1, 1},
    {"\n\n", 0, 0, 2, 2},
    {"", 0, 0, 0, 0},
};

Test(eval, texts) {
    bon_restorer *restorer = restore_toy_open(3);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct bon_eval_totals t = evaluate(restorer, texts[i].text, strlen(texts[i].text));
        cr_expect_eq(t.syllables, texts[i].syllables, "'%s': %llu counted", texts[i].text,
                     (unsigned long long)t.syllables);
        cr_expect_eq(t.correct, texts[i].correct, "'%s': %llu correct", texts[i].text, (unsigned long long)t.correct);
        cr_expect_eq(t.lines, texts[i].lines, "'%s': %llu lines", texts[i].text, (unsigned long long)t.lines);
        cr_expect_eq(t.lines_correct, texts[i].lines_correct, "'%s': %llu lines correct", texts[i].text,
                     (unsigned long long)t.lines_correct);
        cr_expect(t.seconds >= 0);
    }
    bon_restorer_close(restorer);
}

/* Any bytes: as many syllables as bon_eval_next finds, never more correct than there are. */
Test(eval, random_bytes) {
    bon_restorer *restorer = restore_toy_open(3);
    static const char pieces[][8] = {"tôi", " ",        "\n", "\u0301", "\u0302", "đ", "\xff",
                                     "a",   "\xe1\xba", "ươ", "…",      "\0",     "\r"};
    uint64_t state = 88172645463325252u;
    for (unsigned round = 0; round < 300; round++) {
        char text[512];
        size_t n = 0;
        while (n < 400) {
            state ^= state << 13, state ^= state >> 7, state ^= state << 17;
            const char *piece = pieces[state % (sizeof pieces / sizeof pieces[0])];
            size_t len = *piece ? strlen(piece) : 1;
            memcpy(text + n, piece, len);
            n += len;
        }
        struct bon_eval_totals t = evaluate(restorer, text, n);
        cr_assert_leq(t.correct, t.syllables);
        cr_assert_leq(t.lines_correct, t.lines);
        uint64_t newlines = 0;
        for (size_t i = 0; i < n; i++) newlines += text[i] == '\n';
        cr_assert_eq(t.lines, newlines + (text[n - 1] != '\n'));
    }
    bon_restorer_close(restorer);
}

Test(eval, figures) {
    struct bon_eval_totals t = {.syllables = 10000, .correct = 9000};
    cr_expect_float_eq(bon_eval_accuracy(&t), 90.0, 1e-9);
    cr_expect_float_eq(bon_eval_interval(&t), 0.588, 1e-9); /* 1.96 sqrt(0.9 0.1 / 10000) */
    t = (struct bon_eval_totals){0};
    cr_expect_eq(bon_eval_accuracy(&t), 0);
    cr_expect_eq(bon_eval_interval(&t), 0);
}

static bon_status whole_round(void *arg) {
    static const char text[] = "tôi đang học “tiếng việt”.\nto\u0302i xạ";
    struct bon_eval_totals totals = {0};
    struct bon_eval *eval = NULL;
    bon_status status = bon_eval_open(&eval, arg);
    if (status == BON_OK) status = bon_eval_add(eval, text, sizeof text - 1, "text", 1, &totals);
    bon_eval_close(eval);
    return status;
}

Test(eval, allocation_failures) {
    bon_restorer *restorer = restore_toy_open(3);
    bon_restore_session *session = NULL;
    cr_assert_eq(bon_restore_session_open(&session, restorer, NULL), BON_OK);
    cr_assert_eq(whole_round(session), BON_OK); /* the session's own memory has grown to what it needs */
    failmalloc_check(whole_round, session);
    bon_restore_session_close(session);
    bon_restorer_close(restorer);
}
