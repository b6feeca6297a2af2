/* Scores and rules: what each score is of small texts, for lines and documents. */
#include "corpus/filter.h"

#include <math.h>

#include "support.h"

static bon_normalizer *normalizer;
static struct bon_filter filter;

static void open_all(void) {
    cr_assert_eq(bon_normalizer_open(&normalizer, NULL), BON_OK);
    filter = (struct bon_filter){.normalizer = normalizer};
    memcpy(filter.ranges, bon_filter_defaults(BON_FILTER_LINES), sizeof filter.ranges);
}
static void close_all(void) { bon_normalizer_close(normalizer); }
TestSuite(filter, .init = open_all, .fini = close_all);

static struct bon_filter_verdict judge_text(const char *text) {
    struct bon_filter_verdict verdict;
    struct bon_judge *judge = NULL;
    cr_assert_eq(bon_judge_open(&judge, &filter), BON_OK);
    cr_assert_eq(bon_judge_text(judge, text, strlen(text), &verdict), BON_OK);
    bon_judge_close(judge);
    return verdict;
}

/* ---- scores ---- */

static const struct {
    const char *text;
    enum bon_filter_rule score;
    double value; /* NAN: cannot be had */
} scores[] = {
    {"Chợ nổi, 5 ghe iPhone!", BON_FILTER_WORDS, 5},
    {"", BON_FILTER_WORDS, 0},
    {"", BON_FILTER_MARKS, NAN},
    {"12 34", BON_FILTER_SYLLABLES, NAN},
    {"ab 12", BON_FILTER_LETTERS, 0.5},
    {"chợ 🙂 nổi", BON_FILTER_LETTERS, 6 / 7.0},
    {"chợ nổi Facebook UBND", BON_FILTER_SYLLABLES, 0.5},
    {"cho\xcc\xa3 no\xcc\x82\xcc\x89i", BON_FILTER_SYLLABLES, 1}, /* NFD */
    {"chợ noi", BON_FILTER_MARKS, 0.5},
    {"đi", BON_FILTER_MARKS, 1},
    {"nhà này", BON_FILTER_FOREIGN, 0},
    {"nhà table", BON_FILTER_FOREIGN, 5 / 8.0},
    {"nhà UBND mot hoc dc k", BON_FILTER_FOREIGN, 0},          /* an abbreviation, syllables without marks, chat */
    {"state of the state", BON_FILTER_FOREIGN, 1},             /* syllables between foreign words */
    {"state of the nhà state", BON_FILTER_FOREIGN, 10 / 18.0}, /* but not up to a marked one */
    {"state of a to state", BON_FILTER_FOREIGN, 10 / 15.0},    /* nor so many */
    {"Москва anh", BON_FILTER_FOREIGN, 6 / 9.0},
    {"東京 anh", BON_FILTER_FOREIGN, 2 / 5.0},
    {"a | b { c", BON_FILTER_SYMBOLS, 2 / 3.0},
    {"a [1] (b) \"c\"", BON_FILTER_SYMBOLS, 0},
    {"xem www.a.vn nhé a@b.vn", BON_FILTER_LINKS, 1},
    {"xem nhé", BON_FILTER_LINKS, 0},
    {"Bản quyền thuộc về báo A", BON_FILTER_BOILERPLATE, 4 / 6.0}, /* the longest phrase there */
    {"BẢN QUYỀN THUỘC VỀ BÁO A", BON_FILTER_BOILERPLATE, 4 / 6.0},
    {"đăng nhập\nđăng ký", BON_FILTER_BOILERPLATE, 0.5}, /* phrases are within lines */
    {"một hai\nmột hai ba bốn năm\n\n", BON_FILTER_SHORT_LINES, 0.5},
    {"• một\n- hai\n* ba\nbốn", BON_FILTER_BULLETS, 0.5},
    {"một...\nhai…\nba.\nbốn....", BON_FILTER_ELLIPSES, 0.75},
    {"một hai\nba\nMỘT HAI\nmột", BON_FILTER_REPEATED_LINES, 2 / 6.0},
    {"một hai ba bốn", BON_FILTER_REPEATED_LINES, 0},
    {"à ơi à ơi à ơi nhé", BON_FILTER_TOP_PAIR, 6 / 7.0},
    {"à ơi à ơi nhé", BON_FILTER_TOP_PAIR, 0}, /* twice is nothing */
    {"4 chữ 5 chữ 6 chữ", BON_FILTER_TOP_PAIR, 0},
    {"à à à à", BON_FILTER_TOP_PAIR, 1},
    {"a b c d a b c d a b c d e", BON_FILTER_TOP_PHRASE, 12 / 13.0},
    {"a b c d e a b c d e f", BON_FILTER_REPEATED_PHRASES, 5 / 11.0},
    {"a b c d e f a b c d e f", BON_FILTER_REPEATED_PHRASES, 0.5},
    {"a b c d a b c d", BON_FILTER_REPEATED_PHRASES, 0},
    {"1 2 3 4 5 6 7 8 9 10 1 2 3 4 5 6 7 8 9 10 11", BON_FILTER_REPEATED_PASSAGES, 10 / 21.0},
    {"một hai", BON_FILTER_PERPLEXITY, NAN},
};

Test(filter, scores) {
    for (size_t i = 0; i < sizeof scores / sizeof *scores; i++) {
        struct bon_filter_verdict verdict = judge_text(scores[i].text);
        double score = verdict.scores[scores[i].score], wanted = scores[i].value;
        cr_expect(isnan(wanted) ? isnan(score) : fabs(score - wanted) < 1e-9, "%s of '%s': %g instead of %g",
                  bon_filter_name(scores[i].score), scores[i].text, score, wanted);
    }
}

/* ---- rules ---- */

Test(filter, ranges_have_their_ends_in_them) {
    for (unsigned i = 0; i < BON_FILTER_RULES; i++) filter.ranges[i] = (struct bon_filter_range){0, INFINITY};
    cr_expect_eq(judge_text("chợ noi").rule, BON_FILTER_KEPT);
    filter.ranges[BON_FILTER_MARKS] = (struct bon_filter_range){0.5, 0.5};
    cr_expect_eq(judge_text("chợ noi").rule, BON_FILTER_KEPT);
    cr_expect_eq(judge_text("12").rule, BON_FILTER_KEPT); /* no syllables, no share */
    filter.ranges[BON_FILTER_MARKS].least = 0.51;
    cr_expect_eq(judge_text("chợ noi").rule, BON_FILTER_MARKS);
    filter.ranges[BON_FILTER_WORDS].most = 1; /* comes first */
    cr_expect_eq(judge_text("chợ noi").rule, BON_FILTER_WORDS);
}

Test(filter, defaults_are_ranges) {
    for (int kind = BON_FILTER_LINES; kind <= BON_FILTER_DOCUMENTS; kind++)
        for (unsigned i = 0; i < BON_FILTER_RULES; i++) {
            struct bon_filter_range range = bon_filter_defaults((enum bon_filter_kind)kind)[i];
            cr_expect(range.least >= 0 && range.least <= range.most, "%s", bon_filter_name(i));
        }
    cr_expect_str_eq(bon_filter_name(BON_FILTER_KEPT), "kept");
}
