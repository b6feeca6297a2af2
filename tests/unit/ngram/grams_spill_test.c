/* With a store and the least memory, in chunks of few words and buckets of few contexts, the estimator comes to the same levels
 * and the same values, bit by bit, as in memory; and every allocation may fail. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "failmalloc.h"
#include "files.h"
#include "ngram/kn.h"

enum {
    BUDGET = 1 << 15, /* chunks of 1024 words, or of as many as there are types */
    /* Contexts of a bucket with a store. Each bucket passes over the level, and every so many bytes of that let go of all pages:
     * with three contexts that is 20000 times an estimate, and nearly all that the test would do. */
    STORED_BUCKET = 60
};

struct setting {
    unsigned order, threads;
    uint32_t prune[BON_LM_MAX_ORDER];
    size_t bucket;
    bool spill;
};

/* Zipf's law, roughly, so that long n-grams come again. */
static void random_text(bon_buf *text, uint64_t seed, unsigned lines, unsigned types) {
    for (unsigned i = 0; i < lines; i++) {
        unsigned words = (unsigned)(files_random(&seed) % 14);
        for (unsigned j = 0; j < words; j++) {
            uint64_t a = files_random(&seed) % types, b = files_random(&seed) % (a + 1),
                     c = files_random(&seed) % (b + 1);
            cr_assert_eq(bon_buf_printf(text, "%sw%llu", j ? " " : "", (unsigned long long)c), BON_OK);
        }
        cr_assert_eq(bon_buf_put(text, '\n'), BON_OK);
    }
}

static bon_status estimate(const bon_buf *text, const struct setting *setting, bon_lm_table *table) {
    struct bon_corpus corpus = {0};
    struct bon_word_order words = {0};
    struct bon_grams grams = {0};
    const struct bon_word_rule rule = {.prune = setting->prune[0]};
    const struct bon_kn_rule how = {.fallback = &bon_discount_fallback};
    if (setting->spill) BON_TRY(bon_store_open(&table->store, BUDGET, "/tmp"));
    bon_status status = bon_corpus_open(&corpus, BON_CORPUS_SENTENCES);
    corpus.store = table->store;
    if (status == BON_OK) status = bon_corpus_add(&corpus, text->data, text->len, "text", 1);
    if (status == BON_OK) status = bon_corpus_renumber(&corpus, &rule, &words);
    if (status == BON_OK)
        status = bon_grams_find(&grams, setting->order, setting->threads, &corpus, &words, setting->prune);
    grams.bucket = setting->bucket;
    if (status == BON_OK) status = bon_kn_estimate(&grams, &how, table);
    bon_grams_free(&grams);
    bon_word_order_free(&words);
    table->vocab = corpus.vocab;
    corpus.vocab = (struct bon_vocab){0};
    bon_corpus_free(&corpus);
    return status;
}

static bon_lm_table *estimated(const bon_buf *text, const struct setting *setting) {
    bon_lm_table *table = calloc(1, sizeof *table);
    cr_assert_eq(estimate(text, setting, table), BON_OK, "%s", bon_error_message());
    return table;
}

static void check_same(const bon_lm_table *a, const bon_lm_table *b) {
    for (unsigned k = 1; k <= a->order; k++) {
        const struct bon_lm_level *x = &a->level[k - 1], *y = &b->level[k - 1];
        cr_assert_eq(x->count, y->count, "order %u", k);
        cr_assert_eq(memcmp(x->word, y->word, x->count * sizeof *x->word), 0, "order %u", k);
        cr_assert_eq(memcmp(x->logprob, y->logprob, x->count * sizeof *x->logprob), 0, "order %u", k);
        if (k == a->order) continue;
        cr_assert_eq(memcmp(x->first_child, y->first_child, (x->count + 1) * sizeof *x->first_child), 0, "order %u", k);
        cr_assert_eq(memcmp(x->backoff, y->backoff, x->count * sizeof *x->backoff), 0, "order %u", k);
        cr_assert_eq(memcmp(x->extends, y->extends, x->count), 0, "order %u", k);
    }
}

static bon_status write_file(const bon_lm_table *table, unsigned form, const char *path) {
    static const bon_lm_write_options fast = {.layout = BON_LM_LAYOUT_FAST}, small = {.quantize_bits = 5};
    if (form == 0) return bon_lm_table_write_arpa(table, path);
    return bon_lm_table_write(table, path, form == 1 ? &fast : &small);
}

static void check_files(const bon_lm_table *a, const bon_lm_table *b) {
    for (unsigned form = 0; form < 3; form++) {
        cr_assert_eq(write_file(a, form, files_path("one")), BON_OK, "%s", bon_error_message());
        cr_assert_eq(write_file(b, form, files_path("other")), BON_OK, "%s", bon_error_message());
        bon_buf x = files_read(files_path("one")), y = files_read(files_path("other"));
        cr_assert(x.len == y.len && memcmp(x.data, y.data, x.len) == 0, "form %u, order %u", form, a->order);
        bon_buf_free(&x);
        bon_buf_free(&y);
    }
}

Test(grams_spill, memory_and_threads_make_no_difference, .fini = files_clear) {
    static const size_t buckets[] = {3, 100};
    for (unsigned order = 1; order <= BON_LM_MAX_ORDER; order += order / 2 + 1)
        for (unsigned types = 5; types <= 500; types *= 100) {
            bon_buf text = {0};
            random_text(&text, order, 500, types);
            struct setting setting = {.order = order, .threads = 1};
            for (unsigned pruned = 0; pruned < 2; pruned++) {
                for (unsigned k = 1; k < order; k++) setting.prune[k] = pruned ? (k + 1) / 2 : 0;
                setting.spill = false, setting.bucket = 0, setting.threads = 1;
                bon_lm_table *whole = estimated(&text, &setting);
                for (size_t i = 0; i < sizeof buckets / sizeof *buckets; i++)
                    for (unsigned threads = i; threads < 4; threads += 1 + threads) {
                        setting.spill = threads == 0;
                        setting.bucket = setting.spill ? STORED_BUCKET : buckets[i];
                        setting.threads = threads ? threads : 1;
                        bon_lm_table *parts = estimated(&text, &setting);
                        check_same(whole, parts);
                        if (setting.spill) check_files(whole, parts);
                        bon_lm_table_close(parts);
                    }
                bon_lm_table_close(whole);
            }
            bon_buf_free(&text);
        }
}

static bon_status estimate_and_close(void *argument) {
    const struct setting setting = {.order = 3, .threads = 1, .prune = {0, 0, 1}, .bucket = 5, .spill = true};
    bon_lm_table *table = bon_alloc_zeroed(1, sizeof *table);
    if (!table) return BON_ERR_NOMEM;
    bon_status status = estimate(argument, &setting, table);
    bon_lm_table_close(table);
    return status;
}

Test(grams_spill, allocation_failures) {
    bon_buf text = {0};
    random_text(&text, 9, 60, 20);
    failmalloc_check(estimate_and_close, &text);
    bon_buf_free(&text);
}
