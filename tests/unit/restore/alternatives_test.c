/* tests/unit/restore/alternatives_test.c: the ways to write each word, and their probabilities. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "failmalloc.h"
#include "restore_toy.h"

static bon_restore_session *open_session(bon_restorer **restorer, const bon_restore_options *options) {
    bon_restore_session *session;
    *restorer = restore_toy_open(3);
    cr_assert_eq(bon_restore_session_open(&session, *restorer, options), BON_OK);
    return session;
}

static bool is(const bon_restore_alternative *way, const char *text) {
    return way->len == strlen(text) && memcmp(way->text, text, way->len) == 0;
}

static const bon_restore_word *ask(bon_restore_session *session, const char *line, unsigned most, size_t *count) {
    const bon_restore_word *words;
    cr_assert_eq(bon_restore_alternatives(session, line, strlen(line), most, &words, count), BON_OK);
    return words;
}

Test(alternatives, of_each_word) {
    bon_restorer *restorer;
    bon_restore_session *session = open_session(&restorer, NULL);
    size_t count;
    const bon_restore_word *words = ask(session, "Toi mua 5 can duong, xyzzy", 10, &count);
    static const struct {
        size_t start;
        const char *best;
    } expected[] = {{0, "Tôi"}, {4, "mua"}, {10, "cân"}, {14, "đường"}, {21, "xyzzy"}};
    cr_assert_eq(count, 5);
    for (size_t i = 0; i < count; i++) {
        double sum = 0;
        cr_assert_eq(words[i].start, expected[i].start);
        cr_assert(is(&words[i].alternatives[0], expected[i].best), "%zu: %.*s", i, (int)words[i].alternatives[0].len,
                  words[i].alternatives[0].text);
        for (size_t k = 0; k < words[i].count; k++) {
            sum += words[i].alternatives[k].probability;
            if (k > 0) cr_assert_geq(words[i].alternatives[k - 1].probability, words[i].alternatives[k].probability);
            for (size_t l = 0; l < k; l++)
                cr_assert(words[i].alternatives[l].len != words[i].alternatives[k].len ||
                          memcmp(words[i].alternatives[l].text, words[i].alternatives[k].text,
                                 words[i].alternatives[k].len) != 0);
        }
        cr_assert(fabs(sum - 1) < 1e-5, "word %zu: probabilities add up to %g", i, sum);
    }
    cr_assert_gt(words[0].count, 1); /* tôi, tối */
    words = ask(session, "Toi mua", 1, &count);
    cr_assert_eq(words[0].count, 1);
    bon_restore_session_close(session);
    bon_restorer_close(restorer);
}

/* The same probabilities as in the readings of the line. */
Test(alternatives, agree_with_readings) {
    static const char line[] = "tinh Dak Lak co nhieu ca phe. Toi dang hoc tieng viet o ha noi";
    bon_restorer *restorer;
    bon_restore_session *session = open_session(&restorer, NULL);
    const bon_restore_result *results;
    double confidence[32];
    size_t found, count;
    cr_assert_eq(bon_restore_line(session, line, strlen(line), 1, &results, &found), BON_OK);
    size_t spans = results[0].span_count;
    cr_assert_leq(spans, 32);
    for (size_t i = 0; i < spans; i++) confidence[i] = results[0].spans[i].confidence;
    const bon_restore_word *words = ask(session, line, 5, &count);
    cr_assert_eq(count, spans);
    for (size_t i = 0; i < count; i++)
        cr_assert(fabs(words[i].alternatives[0].probability - confidence[i]) < 1e-6, "word %zu", i);
    bon_restore_session_close(session);
    bon_restorer_close(restorer);
}

/* Marks typed leave fewer ways; a line of many windows has all its words. */
Test(alternatives, constrained_and_long) {
    bon_restorer *restorer;
    bon_restore_session *session = open_session(&restorer, NULL);
    bon_buf line = {0};
    size_t count;
    const bon_restore_word *words = ask(session, "tối nay", 10, &count);
    cr_assert_eq(words[0].count, 1);
    cr_assert(is(&words[0].alternatives[0], "tối"));
    for (unsigned i = 0; i < 3 * BON_RESTORE_WINDOW; i++) cr_assert_eq(bon_buf_append(&line, "toi ", 4), BON_OK);
    const bon_restore_word *all;
    cr_assert_eq(bon_restore_alternatives(session, line.data, line.len, 2, &all, &count), BON_OK);
    cr_assert_eq(count, 3 * BON_RESTORE_WINDOW);
    for (size_t i = 0; i < count; i++) cr_assert_eq(all[i].start, 4 * i);
    cr_assert_eq(bon_restore_alternatives(session, "", 0, 2, &all, &count), BON_OK);
    cr_assert_eq(count, 0);
    cr_assert_eq(bon_restore_alternatives(session, "a", 1, 0, &all, &count), BON_ERR_ARGUMENT);
    cr_assert_eq(bon_restore_alternatives(session, "a", 1, BON_RESTORE_BEST_MAX + 1, &all, &count), BON_ERR_ARGUMENT);
    bon_buf_free(&line);
    bon_restore_session_close(session);
    bon_restorer_close(restorer);
}

static bon_status alternatives_round(void *restorer) {
    bon_restore_session *session = NULL;
    const bon_restore_word *words;
    size_t count;
    bon_status status = bon_restore_session_open(&session, restorer, NULL);
    if (status == BON_OK) status = bon_restore_alternatives(session, "toi dang hoc", 12, 3, &words, &count);
    bon_restore_session_close(session);
    return status;
}

Test(alternatives, allocation_failures) {
    bon_restorer *restorer = restore_toy_open(3);
    failmalloc_check(alternatives_round, restorer);
    bon_restorer_close(restorer);
}
