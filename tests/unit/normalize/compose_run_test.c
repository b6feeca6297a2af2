/* src/normalize/compose_run.c: what it takes is what the rules would have made, and counted. */
#include "unit/normalize/support.h"

static const struct rule_case decomposed[] = {
    {B("tie\u0302\u0301ng Vie\u0302\u0323t đu\u031bo\u031b\u0323c\nho\u0300a"), B("tiếng Việt được\nhòa"), 4},
    {B("a\u0323\u0302 e\u0323\u0302 ê\u0301 O\u031b\u0309 i\u0300 y\u0323"), B("ậ ệ ế Ở ì ỵ"), 6},
    {B("tie\u0302\u0301ng hoa\u0300 Vie\u0302\u0323t  vo\u031b\u0301i"), B("tiếng hòa Việt với"), 4},
    {B("n\u0303 a\u0308 ca\u0301\u0308 \u0301a a\u0301\u0301"), B("ñ ä cá\u0308 \u0301a á\u0301"), 4},
    {B("a\u0302\u0302 o\u031b\u031b x\u0300\u200b d\u0323"), B("â\u0302 ơ\u031b x\u0300 ḍ"), 3},
    {B("ca\u0301\xcc"), B("cá\ufffd"), 1},
};

Test(compose_run, cases) { EXPECT_ALL(decomposed, BON_RULE_COMPOSE, .form = BON_FORM_NFC); }

/* Every syllable in NFD, right and as one long text, with the scan and without. */
Test(compose_run, every_syllable) {
    bon_normalizer *to_nfd = normalizer_with((bon_normalize_options){.form = BON_FORM_NFD});
    bon_normalizer *nz = normalizer_with((bon_normalize_options){0});
    bon_buf truth = {0}, in = {0}, fast = {0}, slow = {0};
    uint64_t fast_counts[BON_RULES] = {0}, slow_counts[BON_RULES] = {0};
    for (unsigned code = 0; code < BON_SYLLABLE_CODES; code++) {
        char text[BON_SYLLABLE_MAX];
        bon_case letter_case = code % 3 == 0 ? BON_CASE_UPPER : BON_CASE_LOWER;
        size_t n = bon_syllable_spell((bon_syllable)code, letter_case, BON_TONE_OLD, text);
        if (!n) continue;
        cr_assert_eq(bon_buf_append(&truth, text, n), BON_OK);
        cr_assert_eq(bon_buf_append(&truth, code % 7 ? " " : "\n", 1), BON_OK);
    }
    truth.len--;
    cr_assert_eq(bon_normalize(to_nfd, truth.data, truth.len, &in), BON_OK);
    cr_assert_eq(bon_normalize_counted(nz, in.data, in.len, &fast, fast_counts), BON_OK);
    nz->masks = NULL;
    cr_assert_eq(bon_normalize_counted(nz, in.data, in.len, &slow, slow_counts), BON_OK);
    cr_expect(fast.len == truth.len && memcmp(fast.data, truth.data, truth.len) == 0);
    cr_expect(slow.len == truth.len && memcmp(slow.data, truth.data, truth.len) == 0);
    cr_expect_eq(memcmp(fast_counts, slow_counts, sizeof fast_counts), 0);
    bon_buf_free(&truth);
    bon_buf_free(&in);
    bon_buf_free(&fast);
    bon_buf_free(&slow);
    bon_normalizer_close(nz);
    bon_normalizer_close(to_nfd);
}
