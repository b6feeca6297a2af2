/* Planted near-duplicates: texts of random syllables, and copies of them with edits of 1 to 30 %. What is found is compared
 * with the exact similarities. */
#include "corpus/near.h"

#include <stdlib.h>

#include "bon/syllable.h"
#include "support.h"

enum { ORIGINALS = 700, COPIES = 3, TEXTS = ORIGINALS * (COPIES + 1), TOKENS_MAX = 400 };

struct text {
    bon_syllable tokens[TOKENS_MAX * 2];
    size_t count;
};

static bon_syllable syllables[BON_SYLLABLE_CODES];
static size_t syllable_count;

static void list_syllables(void) {
    for (unsigned code = 0; code < BON_SYLLABLE_CODES; code++)
        if (bon_syllable_valid(code)) syllables[syllable_count++] = (bon_syllable)code;
}

/* Small numbers far more often than large ones, as words are. */
static bon_syllable random_syllable(uint64_t *state) {
    double u = (double)(files_random(state) >> 11) / 9007199254740992.0;
    return syllables[(size_t)((double)syllable_count * u * u * u * u)];
}

static void make_original(struct text *text, uint64_t *state) {
    text->count = 30 + files_random(state) % (TOKENS_MAX - 30);
    for (size_t i = 0; i < text->count; i++) text->tokens[i] = random_syllable(state);
}

/* Every token is replaced, left out or followed by another with a chance of `percent` in all. */
static void make_copy(struct text *copy, const struct text *text, unsigned percent, uint64_t *state) {
    copy->count = 0;
    for (size_t i = 0; i < text->count; i++) {
        uint64_t random = files_random(state);
        bool edit = random % 1000 < percent * 10;
        unsigned kind = (unsigned)(random >> 32) % 3;
        if (edit && kind == 0) continue;
        copy->tokens[copy->count++] = edit && kind == 1 ? random_syllable(state) : text->tokens[i];
        if (edit && kind == 2) copy->tokens[copy->count++] = random_syllable(state);
    }
}

static bon_status spell(const struct text *text, bon_buf *out) {
    char word[BON_SYLLABLE_MAX];
    out->len = 0;
    for (size_t i = 0; i < text->count; i++) {
        size_t n = bon_syllable_spell(text->tokens[i], BON_CASE_LOWER, BON_TONE_OLD, word);
        BON_TRY(bon_buf_append(out, word, n));
        BON_TRY(bon_buf_append(out, ", ", 2));
    }
    return BON_OK;
}

static int compare_runs(const void *a, const void *b) { return memcmp(a, b, BON_SHINGLE * sizeof(bon_syllable)); }

/* The set of runs, sorted. */
static size_t runs_of(const struct text *text, bon_syllable runs[][BON_SHINGLE]) {
    size_t n = text->count - BON_SHINGLE + 1, kept = 0;
    for (size_t i = 0; i < n; i++) memcpy(runs[i], text->tokens + i, sizeof runs[i]);
    qsort(runs, n, sizeof *runs, compare_runs);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || compare_runs(runs[i], runs[kept - 1]) != 0) memmove(runs[kept++], runs[i], sizeof *runs);
    return kept;
}

static double similarity(const struct text *a, const struct text *b) {
    static bon_syllable left[TOKENS_MAX * 2][BON_SHINGLE], right[TOKENS_MAX * 2][BON_SHINGLE];
    size_t n = runs_of(a, left), m = runs_of(b, right), common = 0;
    for (size_t i = 0, k = 0; i < n && k < m;) {
        int order = compare_runs(left[i], right[k]);
        common += order == 0;
        i += order <= 0;
        k += order >= 0;
    }
    return (double)common / (double)(n + m - common);
}

static struct text texts[TEXTS];

static void plant(void) {
    uint64_t state = 2026;
    list_syllables();
    for (size_t i = 0; i < TEXTS; i++) {
        size_t original = i % ORIGINALS;
        if (i < ORIGINALS)
            make_original(&texts[i], &state);
        else
            make_copy(&texts[i], &texts[original], 1 + (unsigned)(files_random(&state) % 30) / (i / ORIGINALS), &state);
    }
}

static bon_status find(struct bon_near *near, struct bon_shingler *shingler, size_t count) {
    bon_buf text = {0}, row = {0};
    bon_status status = BON_OK;
    for (size_t i = 0; i < count && status == BON_OK; i++) {
        row.len = 0;
        status = spell(&texts[i], &text);
        if (status == BON_OK) status = bon_near_sign(near, shingler, text.data, text.len, &row);
        if (status == BON_OK) status = bon_near_add(near, row.data);
    }
    bon_buf_free(&text);
    bon_buf_free(&row);
    return status == BON_OK ? bon_near_settle(near) : status;
}

Test(near, finds_planted_copies, .fini = files_clear) {
    struct bon_shingler *shingler;
    size_t alike = 0, found = 0, joined = 0, rightly = 0;
    plant();
    cr_assert_eq(bon_shingler_open(&shingler), BON_OK);
    for (int disk = 0; disk < 2; disk++) {
        struct bon_near_options options = {.threshold = 0.7, .memory = disk ? 100000 : 0, .folder = files_path("")};
        struct bon_near *near;
        cr_assert_eq(bon_near_open(&near, &options), BON_OK);
        cr_assert_eq(find(near, shingler, TEXTS), BON_OK);
        cr_assert_eq(bon_near_count(near), TEXTS);
        alike = found = joined = rightly = 0;
        for (size_t i = 0; i < TEXTS; i++)
            for (size_t k = i + 1; k < TEXTS; k++) {
                bool together = bon_near_kept(near, i) == bon_near_kept(near, k), kin = i % ORIGINALS == k % ORIGINALS;
                joined += together;
                rightly += together && kin;
                if (!kin || similarity(&texts[i], &texts[k]) < 0.8) continue;
                alike++;
                found += together;
            }
        bon_near_close(near);
        cr_assert_gt(alike, 300, "enough to measure: %zu", alike);
        cr_assert_geq((double)found, 0.95 * (double)alike, "recall %zu of %zu", found, alike);
        cr_assert_geq((double)rightly, 0.99 * (double)joined, "precision %zu of %zu", rightly, joined);
    }
    cr_log_info("recall %zu of %zu, precision %zu of %zu", found, alike, rightly, joined);
    bon_shingler_close(shingler);
}

Test(near, keeps_the_first_or_the_longest) {
    static const char *const lines[] = {"một hai ba bốn năm sáu bảy tám chín mười",
                                        "khác hẳn với những câu ở trên và ở dưới",
                                        "một hai ba bốn năm sáu bảy tám chín mười, hết",
                                        "một hai ba bốn năm sáu bảy tám chín",
                                        "",
                                        "!!!",
                                        "",
                                        "ba",
                                        "ba"};
    static const size_t first[] = {0, 1, 0, 0, 4, 5, 6, 7, 7}, longest[] = {2, 1, 2, 2, 4, 5, 6, 7, 7};
    static const size_t sizes[] = {3, 1, 3, 3, 1, 1, 1, 2, 2};
    struct bon_shingler *shingler;
    cr_assert_eq(bon_shingler_open(&shingler), BON_OK);
    for (int mode = 0; mode < 2; mode++) {
        struct bon_near_options options = {.threshold = 0.6, .longest = mode == 1};
        struct bon_near *near;
        bon_buf row = {0};
        cr_assert_eq(bon_near_open(&near, &options), BON_OK);
        for (size_t i = 0; i < 9; i++) {
            row.len = 0;
            cr_assert_eq(bon_near_sign(near, shingler, lines[i], strlen(lines[i]), &row), BON_OK);
            cr_assert_eq(row.len, bon_near_row_size(near));
            cr_assert_eq(bon_near_add(near, row.data), BON_OK);
        }
        cr_assert_eq(bon_near_settle(near), BON_OK);
        for (size_t i = 0; i < 9; i++) {
            cr_assert_eq(bon_near_kept(near, i), mode ? longest[i] : first[i], "mode %d, text %zu", mode, i);
            cr_assert_eq(bon_near_keeps(near, i), bon_near_kept(near, i) == i);
            cr_assert_eq(bon_near_size(near, i), sizes[i]);
        }
        bon_buf_free(&row);
        bon_near_close(near);
    }
    bon_shingler_close(shingler);
}

static bon_status whole(void *arg) {
    struct bon_near_options options = {.threshold = 0.7};
    struct bon_near *near;
    struct bon_shingler *shingler;
    (void)arg;
    BON_TRY(bon_near_open(&near, &options));
    bon_status status = bon_shingler_open(&shingler);
    if (status == BON_OK) {
        status = find(near, shingler, 60);
        bon_shingler_close(shingler);
    }
    bon_near_close(near);
    return status;
}

Test(near, allocation_failures) {
    plant();
    failmalloc_check(whole, NULL);
}
