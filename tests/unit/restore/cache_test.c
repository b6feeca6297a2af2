/* tests/unit/restore/cache_test.c: what a cache counts, how it fades, what its file keeps, and what it changes. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "base/artefact.h"
#include "failmalloc.h"
#include "files.h"
#include "ngram/query.h"
#include "ngram/table.h"
#include "restore/cache.h"
#include "restore/session.h"
#include "support/lm_estimated.h"

/* A model of a few lines, at `name`. */
static void build(const char *name, const char *text) {
    const bon_lm_build_options options = {.order = 2, .discount_fallback = 1};
    bon_lm_table *table = estimate_text(text, strlen(text), &options);
    cr_assert_eq(bon_restorer_write(table, files_path(name), NULL, 1), BON_OK);
    bon_lm_table_close(table);
}

static const char names[] = "anh hùng đến\nanh hùng đi\nchị hưng đến\nchị hừng về\nanh hùng ăn\n";

static bon_restorer *restorer;
static bon_restore_cache *cache;

static void set_up(void) {
    build("m", names);
    cr_assert_eq(bon_restorer_open(&restorer, files_path("m")), BON_OK);
    cr_assert_eq(bon_restore_cache_open(&cache, restorer), BON_OK);
}

static void tear_down(void) {
    bon_restore_cache_close(cache);
    bon_restorer_close(restorer);
    files_clear();
}

TestSuite(cache, .init = set_up, .fini = tear_down);

static uint32_t word(const char *text) { return bon_lm_word(bon_restorer_lm(restorer), text, strlen(text)); }
static void add(const char *text) { cr_assert_eq(bon_restore_cache_add(cache, text, strlen(text)), BON_OK); }
static bool near(double a, double b) { return fabs(a - b) < 1e-12; }

Test(cache, counts_words_and_pairs_within_lines) {
    add("Anh HƯNG đến.\nanh hưng xyz đi\n");
    /* "." and xyz are not in the model: 6 words, and nothing follows them. */
    cr_expect_eq(cache->total, 6);
    cr_expect(near(bon_cache_alone(cache, word("anh")), 2 / 6.0));
    cr_expect(near(bon_cache_alone(cache, word("về")), 0));
    cr_expect(near(bon_cache_pair(cache, word("anh"), word("hưng")), 2 / 22.0));
    cr_expect(near(bon_cache_pair(cache, word("hưng"), word("đến")), 1 / 22.0));
    cr_expect(near(bon_cache_pair(cache, word("hưng"), word("đi")), 0));
    cr_expect(near(bon_cache_pair(cache, word("đến"), word("anh")), 0));
    cr_expect_eq(bon_cache_learn(cache, BON_CACHE_ALONE, BON_LM_UNK), BON_OK);
    cr_expect_eq(bon_cache_learn(cache, BON_CACHE_ALONE, BON_LM_EOS), BON_OK);
    cr_expect_eq(cache->total, 6);
    bon_restore_cache_clear(cache);
    cr_expect_eq(cache->total, 0);
    cr_expect(near(bon_cache_alone(cache, word("anh")), 0));
}

/* A plain form's words are weighed by how they shared it: what is seen as often as the model expects changes nothing. */
Test(cache, shares_of_a_plain_form) {
    struct bon_choice choices[2] = {{.word = word("hưng")}, {.word = word("hùng")}};
    bon_cache_weigh(cache, choices, 2);
    cr_expect(near((double)choices[0].bonus, 0) && near((double)choices[1].bonus, 0));
    add("đến\n");
    bon_cache_weigh(cache, choices, 2);
    cr_expect(near((double)choices[0].bonus, 0) && near((double)choices[1].bonus, 0), "others of the line say nothing");
    for (int i = 0; i < 50; i++) add("hưng\n");
    bon_cache_weigh(cache, choices, 1);
    cr_expect(near((double)choices[0].bonus, 0), "nothing to choose from");
    bon_cache_weigh(cache, choices, 2);
    cr_expect_gt(choices[0].bonus, 0);
    cr_expect_float_eq((double)choices[1].bonus, log10(50 / 100.0), 1e-5);
    choices[0].bonus = choices[1].bonus = 0;
    double p[2], q;
    for (int i = 0; i < 2; i++)
        p[i] = pow(10, (double)bon_lm_node_logprob(cache->lm, 1, bon_lm_unigram(cache->lm, choices[i].word)));
    q = p[0] / (p[0] + p[1]);
    bon_cache_weigh(cache, choices, 2);
    cr_expect_float_eq((double)choices[0].bonus, log10((50 / q + 50) / 100.0), 1e-5);
}

Test(cache, memory_has_a_limit_and_the_old_fades) {
    for (uint32_t i = 0; i < 1000; i++) cr_assert_eq(bon_cache_learn(cache, BON_CACHE_ALONE, 7), BON_OK);
    for (uint32_t i = 10; i < 2 * BON_CACHE_ITEMS_MAX; i++)
        cr_assert_eq(bon_cache_learn(cache, BON_CACHE_ALONE, i), BON_OK);
    cr_expect_leq(cache->slots, 2 * BON_CACHE_ITEMS_MAX);
    cr_expect_leq(cache->used, BON_CACHE_ITEMS_MAX);
    cr_expect_gt(bon_cache_alone(cache, 7), 0);
    cr_expect(near(bon_cache_alone(cache, 10), 0));
    uint64_t sum = 0;
    for (uint32_t i = 0; i < cache->slots; i++)
        if (cache->items[i].before == BON_CACHE_ALONE) sum += cache->items[i].count;
    cr_expect_eq(sum, cache->total);
}

Test(cache, a_file_keeps_counts_and_adds_to_them) {
    bon_restore_cache *other;
    add("anh hưng đến\n");
    cr_assert_eq(bon_restore_cache_write(cache, files_path("c")), BON_OK, "%s", bon_error_message());
    cr_assert_eq(bon_restore_cache_open(&other, restorer), BON_OK);
    for (int i = 0; i < 2; i++) cr_assert_eq(bon_restore_cache_read(other, files_path("c")), BON_OK);
    cr_expect_eq(other->total, 6);
    cr_expect(near(bon_cache_alone(other, word("hưng")), 2 / 6.0));
    cr_expect(near(bon_cache_pair(other, word("anh"), word("hưng")), 2 / 22.0));
    bon_restore_cache_close(other);
}

Test(cache, another_model_takes_the_words_that_it_knows) {
    bon_restorer *second;
    bon_restore_cache *other;
    add("anh hưng đến\n");
    cr_assert_eq(bon_restore_cache_write(cache, files_path("c")), BON_OK);
    build("n", "xe đến trễ\nxe đến sớm\nanh ở nhà\n");
    cr_assert_eq(bon_restorer_open(&second, files_path("n")), BON_OK);
    cr_assert_eq(bon_restore_cache_open(&other, second), BON_OK);
    cr_assert_eq(bon_restore_cache_read(other, files_path("c")), BON_OK, "%s", bon_error_message());
    cr_expect_eq(other->total, 2);
    cr_expect_eq(other->used, 2);
    bon_restore_session *session;
    cr_assert_eq(bon_restore_session_open(&session, second, NULL), BON_OK);
    cr_expect_eq(bon_restore_session_use_cache(session, cache, 0, 0), BON_ERR_ARGUMENT);
    cr_expect_eq(bon_restore_session_use_cache(session, other, 0, 0), BON_OK);
    bon_restore_session_close(session);
    bon_restore_cache_close(other);
    bon_restorer_close(second);
}

Test(cache, hostile_files_are_refused) {
    const uint32_t header[4] = {1, 1, 3, 0}, ends[1] = {3}, wild_ends[1] = {9};
    const struct bon_cache_item wild_word = {BON_CACHE_ALONE, 5, 1}, wild_before = {1, 0, 1};
    const struct {
        const void *ends, *item;
        size_t text;
    } cases[] = {{wild_ends, &wild_before, 3}, {ends, &wild_word, 3}, {ends, &wild_before, 3}, {ends, &wild_word, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bon_artefact_writer *writer;
        cr_assert_eq(bon_artefact_create(&writer, files_path("bad"), "bonmem", 1), BON_OK);
        cr_assert_eq(bon_artefact_add(writer, "mem.header", header, sizeof header), BON_OK);
        cr_assert_eq(bon_artefact_add(writer, "mem.ends", cases[i].ends, 4), BON_OK);
        cr_assert_eq(bon_artefact_add(writer, "mem.text", "anh", cases[i].text), BON_OK);
        cr_assert_eq(bon_artefact_add(writer, "mem.items", cases[i].item, sizeof wild_word), BON_OK);
        cr_assert_eq(bon_artefact_publish(writer), BON_OK);
        cr_expect_eq(bon_restore_cache_read(cache, files_path("bad")), BON_ERR_FORMAT, "case %zu", i);
        cr_expect(strstr(bon_error_message(), "bad"));
    }
    cr_expect_eq(bon_restore_cache_read(cache, files_path("m")), BON_ERR_FORMAT);
    cr_expect_eq(bon_restore_cache_read(cache, files_path("none")), BON_ERR_IO);
}

static void expect_restored(bon_restore_session *session, const char *text, const char *wanted) {
    bon_buf out = {0};
    cr_assert_eq(bon_restore(session, text, strlen(text), &out), BON_OK);
    cr_expect(out.len == strlen(wanted) && memcmp(out.data, wanted, out.len) == 0, "%.*s instead of %s", (int)out.len,
              out.data, wanted);
    bon_buf_free(&out);
}

Test(cache, what_was_written_is_expected_again) {
    bon_restore_session *session;
    const bon_restore_options options = {.cache_weight = 0.5};
    cr_assert_eq(bon_restore_session_open(&session, restorer, &options), BON_OK);
    expect_restored(session, "anh hung den", "anh hùng đến");
    cr_assert_eq(bon_restore_session_use_cache(session, cache, 0, 0), BON_OK);
    expect_restored(session, "anh hung den", "anh hùng đến");
    for (int i = 0; i < 5; i++) add("anh hưng đến\n");
    expect_restored(session, "anh hung den", "anh hưng đến");
    cr_expect_eq(cache->total, 15, "it learned without being told to");
    cr_assert_eq(bon_restore_session_use_cache(session, NULL, 0, 0), BON_OK);
    expect_restored(session, "anh hung den", "anh hùng đến");
    bon_restore_session_close(session);
}

Test(cache, a_session_learns_and_forgets_by_lines) {
    bon_restore_session *session;
    cr_assert_eq(bon_restore_session_open(&session, restorer, NULL), BON_OK);
    cr_assert_eq(bon_restore_session_use_cache(session, cache, 1, 2), BON_OK);
    expect_restored(session, "anh hung den\n", "anh hùng đến\n");
    cr_expect_eq(cache->total, 3);
    cr_expect(near(bon_cache_pair(cache, word("anh"), word("hùng")), 1 / 21.0));
    expect_restored(session, "anh hung\n", "anh hùng\n");
    cr_expect_eq(cache->total, 0);
    bon_restore_session_close(session);
    const bon_restore_options heavy = {.cache_weight = 1};
    cr_expect_eq(bon_restore_session_open(&session, restorer, &heavy), BON_ERR_ARGUMENT);
}

static bon_status write_and_read(void *unused) {
    bon_restore_cache *other = NULL;
    bon_status status = bon_restore_cache_open(&other, restorer);
    (void)unused;
    if (status == BON_OK) status = bon_restore_cache_add(other, "anh hưng đến", strlen("anh hưng đến"));
    if (status == BON_OK) status = bon_restore_cache_write(other, files_path("f"));
    if (status == BON_OK) status = bon_restore_cache_read(other, files_path("f"));
    bon_restore_cache_close(other);
    return status;
}

Test(cache, allocation_failures) { failmalloc_check(write_and_read, NULL); }
