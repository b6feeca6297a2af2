/* Estimation by passes over arrays (src/ngram/passes.h), in emulation of a GPU, against the CPU's estimator: the same n-grams,
 * counts, pruning marks and numbers of counts; probabilities and back-offs within 1e-6. Random small texts of all orders, with
 * pruning, a limited vocabulary, counts in place of text, and chunks from one word up.
 */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "ngram/counts.h"
#include "ngram/passes.h"
#include "ngram/table.h"

static const uint32_t PRUNE[][BON_LM_MAX_ORDER] = {
    {0}, {0, 0, 1, 1, 1, 1, 1, 1}, {0, 1, 2, 2, 2, 2, 2, 2}, {1, 1, 1, 1, 1, 1, 1, 1}, {0, 0, 0, 1, 2, 3, 4, 5}};
static const char *const ALLOWED[] = {"w0", "w1", "w2", "w3", "w5", "w6", "w7", "w8", "w11", "other"};
static const uint64_t CHUNKS[] = {0, 1, 2, 7, 50, 1000};

struct trial {
    unsigned order;
    const uint32_t *prune;
    bool limited, definition, counts, unknown_mass;
    int fallback;
    uint64_t chunk;
    bool again; /* forget the levels between finding and estimating */
    bool poor;  /* too little memory to estimate on the device */
};

/* Few words, some frequent, most with a usual successor; lines may be empty. */
static void make_text(uint64_t *seed, bon_buf *text) {
    unsigned lines = 1 + (unsigned)(files_random(seed) % 40), types = 1 + (unsigned)(files_random(seed) % 40);
    for (unsigned line = 0; line < lines; line++) {
        unsigned length = (unsigned)(files_random(seed) % 10), word = 0;
        for (unsigned n = 0; n < length; n++) {
            unsigned a = (unsigned)(files_random(seed) % types), b = (unsigned)(files_random(seed) % types);
            word = files_random(seed) % 3 ? (word * 3 + 1) % types : a < b ? a : b;
            cr_assert_eq(bon_buf_printf(text, "w%u ", word), BON_OK);
        }
        cr_assert_eq(bon_buf_put(text, '\n'), BON_OK);
    }
}

/* The text as the estimators get it. */
static void make_corpus(const struct trial *trial, const bon_buf *text, struct bon_corpus *corpus,
                        struct bon_word_order *words) {
    cr_assert_eq(bon_corpus_open(corpus, BON_CORPUS_SENTENCES), BON_OK);
    if (trial->counts) {
        bon_counter *counter;
        bon_counts *counts;
        cr_assert_eq(bon_counter_open(&counter, trial->order), BON_OK);
        cr_assert_eq(bon_counter_add(counter, text->data, text->len), BON_OK);
        cr_assert_eq(bon_counter_finish(counter, &counts), BON_OK);
        cr_assert_eq(bon_corpus_add_counts(corpus, counts), BON_OK);
        bon_counts_close(counts);
        bon_counter_close(counter);
    } else {
        cr_assert_eq(bon_corpus_add(corpus, text->data, text->len, "text", 1), BON_OK);
    }
    const struct bon_word_rule rule = {.prune = trial->prune[0],
                                       .allowed = trial->limited ? ALLOWED : NULL,
                                       .allowed_count = sizeof ALLOWED / sizeof *ALLOWED};
    cr_assert_eq(bon_corpus_renumber(corpus, &rule, words), BON_OK);
}

static void same_array(const void *a, const void *b, size_t bytes, const char *what, unsigned k) {
    cr_assert((a == NULL) == (b == NULL), "%s of order %u", what, k);
    if (a && bytes) cr_assert_eq(memcmp(a, b, bytes), 0, "%s of order %u", what, k);
}

static void same_grams(const struct bon_grams *a, const struct bon_grams *b) {
    for (unsigned k = 1; k <= a->order; k++) {
        const struct bon_gram_level *x = &a->level[k - 1], *y = &b->level[k - 1];
        cr_assert_eq(x->count, y->count, "%zu and %zu n-grams of order %u", x->count, y->count, k);
        same_array(x->word, y->word, x->count * sizeof *x->word, "words", k);
        same_array(x->adjusted, y->adjusted, x->count * sizeof *x->adjusted, "counts", k);
        same_array(x->pruned, y->pruned, x->count, "pruning", k);
        if (k < a->order)
            same_array(x->first_child, y->first_child, (x->count + 1) * sizeof *x->first_child, "children", k);
        for (unsigned c = 1; c < 5; c++)
            cr_assert_eq(a->with_count[k - 1][c], b->with_count[k - 1][c], "order %u: n-grams with count %u", k, c);
    }
}

static void same_floats(const float *a, const float *b, size_t n, const char *what, unsigned k) {
    for (size_t i = 0; i < n; i++)
        cr_assert(fabs((double)a[i] - (double)b[i]) <= 1e-6, "%s %zu of order %u: %.9g and %.9g", what, i, k,
                  (double)a[i], (double)b[i]);
}

static void same_tables(const struct bon_lm_table *a, const struct bon_lm_table *b) {
    cr_assert_eq(a->order, b->order);
    for (unsigned k = 1; k <= a->order; k++) {
        const struct bon_lm_level *x = &a->level[k - 1], *y = &b->level[k - 1];
        cr_assert_eq(x->count, y->count);
        same_array(x->word, y->word, x->count * sizeof *x->word, "words", k);
        same_floats(x->logprob, y->logprob, x->count, "probability", k);
        same_array(x->context, y->context, x->count * sizeof *x->context, "contexts", k);
        if (k == a->order) break;
        same_array(x->first_child, y->first_child, ((size_t)x->count + 1) * sizeof *x->first_child, "children", k);
        same_array(x->extends, y->extends, x->count, "extensions", k);
        same_floats(x->backoff, y->backoff, x->count, "back-off", k);
    }
}

/* Both estimators on one text. Returns whether there was a model. */
static bool check(const struct trial *trial, const bon_buf *text) {
    struct bon_corpus corpora[2];
    struct bon_word_order words[2];
    struct bon_grams grams[2];
    bon_lm_table *tables[2] = {calloc(1, sizeof(bon_lm_table)), calloc(1, sizeof(bon_lm_table))};
    struct bon_machine device;
    struct bon_passes passes = {.device = &device, .chunk = trial->chunk};
    const struct bon_kn_rule rule = {.fallback = trial->fallback ? &bon_discount_fallback : NULL,
                                     .discounts = trial->definition ? BON_DISCOUNT_DEFINITION : BON_DISCOUNT_LMPLZ,
                                     .unknown_mass = trial->unknown_mass};
    for (int i = 0; i < 2; i++) make_corpus(trial, text, &corpora[i], &words[i]);
    cr_assert_eq(bon_machine_open(&device, BON_LM_DEVICE_EMULATE, 1), BON_OK);
    cr_assert_eq(bon_grams_find(&grams[0], trial->order, 1, &corpora[0], &words[0], trial->prune), BON_OK);
    cr_assert_eq(bon_passes_find(&passes, &grams[1], trial->order, &corpora[1], &words[1], trial->prune), BON_OK, "%s",
                 bon_error_message());
    same_grams(&grams[0], &grams[1]);
    for (int i = 0; i < 2; i++)
        if (!trial->definition) bon_grams_count_as_lmplz(&grams[i], words[i].first_seen);
    if (trial->again) bon_passes_forget(&passes);
    if (trial->poor) passes.budget = 1;
    bon_status status = bon_kn_estimate(&grams[0], &rule, tables[0]);
    cr_assert_eq(bon_passes_estimate(&passes, &grams[1], &rule, tables[1]), status, "%s", bon_error_message());
    if (status == BON_OK) {
        same_tables(tables[0], tables[1]);
        cr_assert_eq(device.taken, 0u, "%llu bytes are left on the device", (unsigned long long)device.taken);
    }
    bon_machine_close(&device);
    for (int i = 0; i < 2; i++) {
        bon_grams_free(&grams[i]);
        bon_word_order_free(&words[i]);
        bon_corpus_free(&corpora[i]);
        bon_lm_table_close(tables[i]);
    }
    return status == BON_OK;
}

Test(ngram_passes, agree_with_the_estimator) {
    unsigned models = 0, refused = 0;
    for (unsigned order = 1; order <= BON_LM_MAX_ORDER; order++)
        for (uint64_t seed = 0; seed < 150; seed++) {
            uint64_t random = seed * 1000003 + order;
            const struct trial trial = {.order = order,
                                        .prune = PRUNE[seed % 5],
                                        .limited = seed % 3 == 0,
                                        .definition = seed % 2,
                                        .counts = seed % 7 == 3 && seed % 2,
                                        .unknown_mass = seed % 4 == 1,
                                        .fallback = seed % 11 != 10,
                                        .chunk = CHUNKS[seed / 5 % 6],
                                        .again = seed % 13 == 5,
                                        .poor = seed % 17 == 9};
            bon_buf text = {0};
            make_text(&random, &text);
            bool model = check(&trial, &text);
            models += model;
            refused += !model;
            bon_buf_free(&text);
        }
    cr_assert_gt(models, 1000u);
    cr_assert_gt(refused, 20u);
}
