/* The estimator as a whole: lmplz's numbers on a small text, options, too little text, hostile text, allocation failures. What
 * the numbers should be in general is the business of tests/property/ngram_kn.c. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "base/buf.h"
#include "failmalloc.h"
#include "files.h"
#include "ngram/counts.h"
#include "ngram/table.h"

static const char TEXT[] = "con mèo nhỏ nằm ngủ trên mái nhà\n"
                           "con chó nhỏ nằm ngủ ngoài sân\n"
                           "mẹ gọi con mèo nhỏ về ăn cơm\n"
                           "con mèo không ăn cơm , con mèo ăn cá\n"
                           "\n"
                           "con chó ăn cơm ngoài sân\n"
                           "mẹ ra sân , con chó chạy theo mẹ\n"
                           "con mèo nhìn theo mẹ\n";

static bon_status build_from(const bon_lm_build_options *options, const char *text, size_t n, bon_lm_table **table) {
    bon_lm_builder *builder;
    *table = NULL;
    bon_status status = bon_lm_builder_open(&builder, options);
    if (status == BON_OK) status = bon_lm_builder_add(builder, text, n, "text", 1);
    if (status == BON_OK) status = bon_lm_builder_estimate(builder, table);
    bon_lm_builder_close(builder);
    return status;
}

static bon_lm_table *build(const bon_lm_build_options *options) {
    bon_lm_table *table;
    cr_assert_eq(build_from(options, TEXT, sizeof TEXT - 1, &table), BON_OK, "%s", bon_error_message());
    return table;
}

/* The node of an n-gram given as text, walking from its last word; *order becomes its length. UINT32_MAX: none. */
static uint32_t find(const bon_lm_table *table, const char *text, unsigned *order) {
    uint32_t node = UINT32_MAX;
    *order = 0;
    for (const char *end = text + strlen(text), *begin; end > text; end = begin > text ? begin - 1 : begin) {
        for (begin = end; begin > text && begin[-1] != ' ';) begin--;
        uint32_t id = bon_vocab_find(&table->vocab, begin, (size_t)(end - begin));
        if (++*order == 1) {
            node = id;
        } else {
            const struct bon_lm_level *below = &table->level[*order - 2];
            uint32_t child = below->first_child[node], last = below->first_child[node + 1];
            while (child < last && table->level[*order - 1].word[child] != id) child++;
            node = child < last ? child : UINT32_MAX;
        }
        if (node == UINT32_MAX) break;
    }
    return node;
}

struct expected {
    const char *text;
    double logprob, backoff; /* NAN: the n-gram is not in the model */
};

static void check(const bon_lm_table *table, const uint64_t counts[3], const struct expected *rows, size_t n) {
    for (unsigned k = 1; k <= 3; k++) cr_assert_eq(bon_lm_table_count(table, k), counts[k - 1], "order %u", k);
    for (size_t i = 0; i < n; i++) {
        unsigned order;
        uint32_t node = find(table, rows[i].text, &order);
        if (isnan(rows[i].logprob)) {
            cr_assert_eq(node, UINT32_MAX, "%s", rows[i].text);
            continue;
        }
        cr_assert_neq(node, UINT32_MAX, "%s", rows[i].text);
        const struct bon_lm_level *level = &table->level[order - 1];
        cr_assert_float_eq((double)level->logprob[node], rows[i].logprob, 1e-6, "p of %s", rows[i].text);
        if (level->backoff) cr_assert_float_eq((double)level->backoff[node], rows[i].backoff, 1e-6, "%s", rows[i].text);
    }
}
#define CHECK(table, counts, rows) check(table, counts, rows, sizeof rows / sizeof *rows)

/* The figures below were printed by lmplz -o 3 --discount_fallback on the same text. */
Test(builder, numbers_of_lmplz) {
    static const uint64_t counts[] = {26, 40, 46};
    static const struct expected rows[] = {{"<unk>", -1.6777807, 0},
                                           {"<s>", 0, -0.20412},
                                           {"</s>", -0.81942815, 0},
                                           {"mèo", -1.4933448, -0.14210677},
                                           {"<s> </s>", -0.88737506, 0},
                                           {"<s> con", -0.52600646, -0.04383158},
                                           {", con", -0.38782552, -0.09691001},
                                           {"con mèo", -1.5609653, -0.10568392},
                                           {"ngoài sân </s>", -0.3674568, 0},
                                           {"con mèo nhỏ", -0.7786063, 0},
                                           {"mèo ăn cá", -0.5532911, 0},
                                           {"mèo con", NAN, 0}};
    const bon_lm_build_options options = {.discount_fallback = 1};
    bon_lm_table *table = build(&options);
    CHECK(table, counts, rows);
    cr_assert_eq(bon_lm_table_order(table), 3u, "the default order");
    cr_assert_eq(table->word_count[BON_LM_EOS], 8u);
    cr_assert_eq(table->word_count[bon_vocab_find(&table->vocab, "con", 3)], 8u);
    bon_lm_table_close(table);
}

/* Of three words seen once each has (1 - D)/3, and a quarter of D, as <unk> has; on every device. */
Test(builder, discounts_of_choice) {
    for (unsigned device = BON_LM_DEVICE_CPU; device <= BON_LM_DEVICE_EMULATE; device += BON_LM_DEVICE_EMULATE) {
        const bon_lm_build_options options = {
            .order = 1, .discount_fallback = 1, .fallback = {0.4f, 0, 3}, .device = device};
        bon_lm_table *table;
        cr_assert_eq(build_from(&options, "a b\n", 4, &table), BON_OK, "%s", bon_error_message());
        cr_assert_float_eq((double)table->level[0].logprob[BON_LM_UNK], -1, 1e-6);
        cr_assert_float_eq((double)table->level[0].logprob[bon_vocab_find(&table->vocab, "b", 1)], -0.5228787, 1e-6);
        bon_lm_table_close(table);
    }
}

Test(builder, numbers_of_lmplz_pruned) {
    static const uint64_t counts[] = {26, 13, 6};
    static const struct expected rows[] = {{"<unk>", -1.6777807, 0},
                                           {"<s>", 0, -0.18053257},
                                           {"mèo", -1.4933448, -0.03140848},
                                           {"<s> con", -0.52212983, -0.04383158},
                                           {", con", -0.38782552, 0},
                                           {"con mèo", -1.5609653, -0.04383158},
                                           {"ngoài sân </s>", -0.35148698, 0},
                                           {"con mèo nhỏ", -0.7385727, 0},
                                           {"<s> </s>", NAN, 0},
                                           {"mèo ăn cá", NAN, 0}};
    const bon_lm_build_options options = {.order = 3, .discount_fallback = 1, .prune = {0, 1, 1}};
    bon_lm_table *table = build(&options);
    CHECK(table, counts, rows);
    bon_lm_table_close(table);
}

/* lmplz --limit_vocab_file */
Test(builder, numbers_of_lmplz_limited) {
    static const char *const vocabulary[] = {"con", "mèo", "chó", "nhỏ", "ăn", "cơm", "mẹ", "elsewhere"};
    static const uint64_t counts[] = {10, 12, 8};
    static const struct expected rows[] = {{"<unk>", -1.117848, 0},
                                           {"<s>", 0, -0.20412},
                                           {"</s>", -0.68447024, 0},
                                           {"mèo", -1.0587586, -0.065266736},
                                           {"<s> </s>", -0.78481853, 0},
                                           {"<s> con", -0.47837967, -0.04383158},
                                           {"con mèo", -1.1263793, -0.06348628},
                                           {"con mèo nhỏ", -0.6613088, 0},
                                           {"nằm", NAN, 0}};
    const bon_lm_build_options options = {
        .order = 3, .discount_fallback = 1, .vocabulary = vocabulary, .vocabulary_size = 8};
    bon_lm_table *table = build(&options);
    CHECK(table, counts, rows);
    bon_lm_table_close(table);
}

Test(builder, order_of_lines_and_chunks_does_not_matter) {
    static const char a[] = "x y z\nx y\nz z x\n", b[] = "z z x\nx y z\nx y\n";
    const bon_lm_build_options options = {.order = 4, .discount_fallback = 1, .definition = 1};
    bon_lm_table *tables[2];
    cr_assert_eq(build_from(&options, a, sizeof a - 1, &tables[0]), BON_OK);
    bon_lm_builder *builder;
    cr_assert_eq(bon_lm_builder_open(&builder, &options), BON_OK);
    for (const char *at = b; *at; at = strchr(at, '\n') + 1)
        cr_assert_eq(bon_lm_builder_add(builder, at, (size_t)(strchr(at, '\n') + 1 - at), NULL, 1), BON_OK);
    cr_assert_eq(bon_lm_builder_estimate(builder, &tables[1]), BON_OK);
    bon_lm_builder_close(builder);
    for (unsigned k = 0; k < 4; k++) {
        const struct bon_lm_level *x = &tables[0]->level[k], *y = &tables[1]->level[k];
        cr_assert_eq(x->count, y->count);
        cr_assert_arr_eq(x->word, y->word, x->count * sizeof *x->word);
        cr_assert_arr_eq(x->logprob, y->logprob, x->count * sizeof *x->logprob);
        if (k < 3) cr_assert_arr_eq(x->backoff, y->backoff, x->count * sizeof *x->backoff);
    }
    bon_lm_table_close(tables[0]);
    bon_lm_table_close(tables[1]);
}

/* Every context's probabilities add up to 1: over all words, from the model's own n-grams and back-offs. */
Test(builder, probabilities_add_up_to_one) {
    static const uint32_t prunings[][BON_LM_MAX_ORDER] = {{0}, {0, 1, 1}, {1, 1, 2}};
    for (size_t i = 0; i < 3; i++) {
        bon_lm_build_options options = {.order = 2, .discount_fallback = 1};
        memcpy(options.prune, prunings[i], sizeof options.prune);
        bon_lm_table *table = build(&options);
        const struct bon_lm_level *words = &table->level[0], *pairs = &table->level[1];
        for (uint32_t context = 0; context < words->count; context++) {
            double sum = 0;
            for (uint32_t w = 0; w < words->count; w++) {
                if (w == BON_LM_BOS) continue;
                double p = pow(10, (double)(words->logprob[w] + words->backoff[context]));
                for (uint32_t j = words->first_child[w]; j < words->first_child[w + 1]; j++)
                    if (pairs->word[j] == context) p = pow(10, (double)pairs->logprob[j]);
                sum += p;
            }
            cr_assert_float_eq(sum, 1, 1e-5, "pruning %zu, context %u: %g", i, context, sum);
        }
        bon_lm_table_close(table);
    }
}

Test(builder, what_cannot_be_done_is_said) {
    static const struct {
        bon_lm_build_options options;
        const char *text, *message;
        bon_status status;
    } rows[] = {
        {{.order = 9}, "a\n", "orders go from 1 to 8", BON_ERR_ARGUMENT},
        {{.order = 2, .prune = {1, 0}}, "a\n", "must not decrease", BON_ERR_ARGUMENT},
        {{.discount_fallback = 1, .fallback = {1.5f}}, "a\n", "discount of 1.5 for count 1", BON_ERR_ARGUMENT},
        {{.discount_fallback = 1, .fallback = {0, 0, -1}}, "a\n", "discount of -1 for count 3", BON_ERR_ARGUMENT},
        {{.discount_fallback = 1, .fallback = {0, NAN}}, "a\n", "discount of nan for count 2", BON_ERR_ARGUMENT},
        {{.order = 3}, "", "no line", BON_ERR_DATA},
        {{.order = 3}, "a\n", "order 1 cannot be estimated", BON_ERR_DATA},
        {{.order = 2}, "\n", "--discount-fallback", BON_ERR_DATA},
        {{.order = 2}, "a </s>\n", "text:1: the text contains </s>", BON_ERR_DATA},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bon_lm_table *table;
        cr_assert_eq(build_from(&rows[i].options, rows[i].text, strlen(rows[i].text), &table), rows[i].status,
                     "row %zu", i);
        cr_assert(strstr(bon_error_message(), rows[i].message), "row %zu: %s", i, bon_error_message());
        cr_assert_null(table);
    }
}

/* Who goes on with a builder after it has estimated is told so. */
Test(builder, a_builder_estimates_once) {
    const bon_lm_build_options options = {.order = 2, .discount_fallback = 1};
    bon_lm_builder *builder;
    bon_lm_table *table, *again;
    bon_counter *counter;
    bon_counts *counts;
    cr_assert_eq(bon_counter_open(&counter, 2), BON_OK);
    cr_assert_eq(bon_counter_add(counter, "a b\n", 4), BON_OK);
    cr_assert_eq(bon_counter_finish(counter, &counts), BON_OK);
    bon_counter_close(counter);
    cr_assert_eq(bon_lm_builder_open(&builder, &options), BON_OK);
    cr_assert_eq(bon_lm_builder_add(builder, "a b\n", 4, "text", 1), BON_OK);
    cr_assert_eq(bon_lm_builder_estimate(builder, &table), BON_OK);
    cr_assert_eq(bon_lm_builder_add(builder, "a b\n", 4, "text", 1), BON_ERR_ARGUMENT);
    cr_assert_eq(bon_lm_builder_add_counts(builder, counts), BON_ERR_ARGUMENT);
    cr_assert(strstr(bon_error_message(), "used up"), "%s", bon_error_message());
    cr_assert_eq(bon_lm_builder_estimate(builder, &again), BON_ERR_ARGUMENT);
    cr_assert_null(again);
    bon_counts_close(counts);
    bon_lm_table_close(table);
    bon_lm_builder_close(builder);
}

Test(builder, tiny_and_hostile_texts) {
    static const struct {
        const char *text;
        size_t n;
    } rows[] = {{"a", 1},         {"\n", 1},           {"a\n", 2},      {"a a a a a a a a a a a a\n", 24},
                {"\0\0\0", 3},    {"\xff\xc0\x80", 3}, {"\r\n\r\n", 4}, {"a b\n\n\n\nb a", 9},
                {"x\x01y\vz", 5}, {"            ", 12}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (unsigned order = 1; order <= BON_LM_MAX_ORDER; order++)
            for (int prune = 0; prune < 3; prune++) {
                bon_lm_build_options options = {.order = order, .discount_fallback = 1};
                for (unsigned k = 0; k < order; k++) options.prune[k] = (uint32_t)prune * k;
                bon_lm_table *table;
                cr_assert_eq(build_from(&options, rows[i].text, rows[i].n, &table), BON_OK, "row %zu: %s", i,
                             bon_error_message());
                for (unsigned k = 0; k < order; k++)
                    for (uint32_t j = 0; j < table->level[k].count; j++)
                        cr_assert(table->level[k].logprob[j] <= 0 && isfinite(table->level[k].logprob[j]));
                bon_lm_table_close(table);
            }
}

static bon_status whole_round(void *options) {
    bon_lm_table *table;
    bon_status status = build_from(options, TEXT, sizeof TEXT - 1, &table);
    bon_lm_table_close(table);
    return status;
}

Test(builder, allocation_failures) {
    bon_lm_build_options options = {.order = 4, .discount_fallback = 1};
    failmalloc_check(whole_round, &options);
    options.prune[1] = options.prune[2] = options.prune[3] = 1;
    failmalloc_check(whole_round, &options);
}

/* A longer text of made-up words, so that every thread has something to do. */
static bon_buf random_text(unsigned words) {
    bon_buf text = {0};
    uint64_t seed = 7;
    for (unsigned i = 0; i < words; i++) {
        unsigned a = (unsigned)(files_random(&seed) % 300), b = (unsigned)(files_random(&seed) % 300);
        cr_assert_eq(bon_buf_printf(&text, "w%u%c", a < b ? a : b, files_random(&seed) % 12 ? ' ' : '\n'), BON_OK);
    }
    return text;
}

static void same_tables(const bon_lm_table *a, const bon_lm_table *b) {
    cr_assert_eq(a->order, b->order);
    for (unsigned k = 0; k < a->order; k++) {
        const struct bon_lm_level *x = &a->level[k], *y = &b->level[k];
        cr_assert_eq(x->count, y->count);
        cr_assert_arr_eq(x->word, y->word, x->count * sizeof *x->word);
        cr_assert_arr_eq(x->logprob, y->logprob, x->count * sizeof *x->logprob);
        if (k + 1 == a->order) continue;
        cr_assert_arr_eq(x->first_child, y->first_child, ((size_t)x->count + 1) * sizeof *x->first_child);
        cr_assert_arr_eq(x->backoff, y->backoff, x->count * sizeof *x->backoff);
        cr_assert_arr_eq(x->extends, y->extends, x->count);
    }
}

/* ARPA text, printed with the threads that the table was made with. */
static void same_text(const bon_lm_table *a, const bon_lm_table *b) {
    const char *path[] = {files_path("a.arpa"), files_path("b.arpa")};
    cr_assert_eq(bon_lm_table_write_arpa(a, path[0]), BON_OK, "%s", bon_error_message());
    cr_assert_eq(bon_lm_table_write_arpa(b, path[1]), BON_OK, "%s", bon_error_message());
    bon_buf x = files_read(path[0]), y = files_read(path[1]);
    cr_assert_eq(x.len, y.len);
    cr_assert_eq(memcmp(x.data, y.data, x.len), 0);
    bon_buf_free(&x);
    bon_buf_free(&y);
}

Test(builder, any_number_of_threads_gives_the_same, .fini = files_clear) {
    bon_buf text = random_text(40000);
    for (int pruning = 0; pruning < 2; pruning++) {
        bon_lm_build_options options = {
            .order = 4, .threads = 1, .discount_fallback = 1, .prune = {0, 0, pruning ? 1 : 0, pruning ? 2 : 0}};
        bon_lm_table *one, *many;
        cr_assert_eq(build_from(&options, text.data, text.len, &one), BON_OK, "%s", bon_error_message());
        for (options.threads = 2; options.threads < 40; options.threads = options.threads * 2 + 1) {
            cr_assert_eq(build_from(&options, text.data, text.len, &many), BON_OK, "%s", bon_error_message());
            same_tables(one, many);
            same_text(one, many);
            bon_lm_table_close(many);
        }
        bon_lm_table_close(one);
    }
    bon_buf_free(&text);
}

/* ---- counts in place of text ---- */

static bon_counts *count_lines(const bon_buf *text, unsigned order, unsigned part, unsigned parts) {
    bon_counter *counter;
    bon_counts *counts;
    cr_assert_eq(bon_counter_open(&counter, order), BON_OK);
    unsigned line = 0;
    for (const char *at = text->data, *end = at + text->len, *next; at < end; at = next, line++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        next = newline ? newline + 1 : end;
        if (line * 7 % 5 % parts == part) cr_assert_eq(bon_counter_add(counter, at, (size_t)(next - at)), BON_OK);
    }
    cr_assert_eq(bon_counter_finish(counter, &counts), BON_OK);
    bon_counter_close(counter);
    return counts;
}

static bon_lm_table *build_from_counts(const bon_lm_build_options *options, bon_counts **parts, unsigned n) {
    bon_lm_builder *builder;
    bon_lm_table *table;
    cr_assert_eq(bon_lm_builder_open(&builder, options), BON_OK);
    for (unsigned i = 0; i < n; i++)
        cr_assert_eq(bon_lm_builder_add_counts(builder, parts[i]), BON_OK, "%s", bon_error_message());
    cr_assert_eq(bon_lm_builder_estimate(builder, &table), BON_OK, "%s", bon_error_message());
    bon_lm_builder_close(builder);
    return table;
}

/* A model of the text, of its counts, of counts of its parts, of those merged in another order, and of counts of a higher
 * order. Orders up to 8 meet lines shorter than an n-gram. */
Test(builder, counts_give_the_model_of_the_text) {
    bon_buf text = random_text(3000);
    for (unsigned order = 1; order <= BON_LM_MAX_ORDER; order++)
        for (int pruning = 0; pruning < 2; pruning++) {
            bon_lm_build_options options = {
                .order = order, .threads = order % 3, .discount_fallback = 1, .definition = 1};
            for (unsigned k = 1; k < order && pruning; k++) options.prune[k] = k / 2;
            bon_lm_table *whole, *other;
            cr_assert_eq(build_from(&options, text.data, text.len, &whole), BON_OK, "%s", bon_error_message());
            bon_counts *parts[3], *backwards[3], *merged, *longer;
            for (unsigned i = 0; i < 3; i++) backwards[2 - i] = parts[i] = count_lines(&text, order, i, 3);
            cr_assert_eq(bon_counts_merge(&merged, (const bon_counts *const *)backwards, 3), BON_OK);
            longer = count_lines(&text, order < BON_LM_MAX_ORDER ? order + 1 : order, 0, 1);
            bon_counts **const sets[] = {parts, backwards, &merged, &longer};
            for (unsigned set = 0; set < 4; set++) {
                other = build_from_counts(&options, sets[set], set < 2 ? 3 : 1);
                same_tables(whole, other);
                cr_assert_arr_eq(whole->word_count, other->word_count, whole->level[0].count * sizeof(uint64_t));
                bon_lm_table_close(other);
            }
            bon_lm_table_close(whole);
            for (unsigned i = 0; i < 3; i++) bon_counts_close(parts[i]);
            bon_counts_close(merged);
            bon_counts_close(longer);
        }
    bon_buf_free(&text);
}

Test(builder, counts_that_do_not_do) {
    static const bon_buf text = {.data = (char *)"a b\n", .len = 4}, symbols = {.data = (char *)"a </s> b\n", .len = 9};
    const bon_lm_build_options options = {.order = 2, .discount_fallback = 1};
    bon_counts *words = count_lines(&text, 1, 0, 1), *pairs = count_lines(&text, 2, 0, 1);
    bon_counts *triples = count_lines(&text, 3, 0, 1), *reserved = count_lines(&symbols, 2, 0, 1);
    bon_lm_builder *builder;
    cr_assert_eq(bon_lm_builder_open(&builder, &options), BON_OK);
    cr_assert_eq(bon_lm_builder_add_counts(builder, words), BON_ERR_ARGUMENT);
    cr_assert(strstr(bon_error_message(), "count 2-grams"));
    cr_assert_eq(bon_lm_builder_add_counts(builder, reserved), BON_ERR_DATA);
    cr_assert(strstr(bon_error_message(), "contains </s>"), "%s", bon_error_message());
    cr_assert_eq(bon_lm_builder_add_counts(builder, pairs), BON_OK);
    cr_assert_eq(bon_lm_builder_add_counts(builder, triples), BON_ERR_ARGUMENT);
    cr_assert_eq(bon_lm_builder_add(builder, text.data, text.len, NULL, 1), BON_ERR_ARGUMENT);
    bon_lm_builder_close(builder);
    cr_assert_eq(bon_lm_builder_open(&builder, &options), BON_OK);
    cr_assert_eq(bon_lm_builder_add(builder, text.data, text.len, NULL, 1), BON_OK);
    cr_assert_eq(bon_lm_builder_add_counts(builder, pairs), BON_ERR_ARGUMENT);
    bon_lm_builder_close(builder);
    bon_counts_close(words);
    bon_counts_close(pairs);
    bon_counts_close(triples);
    bon_counts_close(reserved);
}

static bon_status round_with_counts(void *options) {
    bon_counter *counter;
    bon_counts *counts = NULL;
    bon_lm_builder *builder = NULL;
    bon_lm_table *table = NULL;
    bon_status status = bon_counter_open(&counter, 3);
    if (status == BON_OK) status = bon_counter_add(counter, TEXT, sizeof TEXT - 1);
    if (status == BON_OK) status = bon_counter_finish(counter, &counts);
    if (status == BON_OK) status = bon_lm_builder_open(&builder, options);
    if (status == BON_OK) status = bon_lm_builder_add_counts(builder, counts);
    if (status == BON_OK) status = bon_lm_builder_estimate(builder, &table);
    bon_lm_table_close(table);
    bon_lm_builder_close(builder);
    bon_counts_close(counts);
    bon_counter_close(counter);
    return status;
}

Test(builder, allocation_failures_with_counts) {
    bon_lm_build_options options = {.order = 3, .discount_fallback = 1};
    failmalloc_check(round_with_counts, &options);
}

/* Counts of more text than 32 bits can number: within a limit of memory they may be many, of one word they may not. */
Test(builder, counts_of_much_text, .fini = files_clear) {
    for (int limit = 0; limit < 2; limit++)
        for (uint64_t each = 1000000; each <= 4000000000; each *= 4000) {
            const bon_lm_build_options options = {
                .order = 2, .discount_fallback = 1, .memory = limit ? BON_LM_MEMORY_MIN : 0, .folder = "/tmp"};
            bon_counter *counter;
            bon_counts *counts;
            bon_lm_builder *builder;
            bon_lm_table *table = NULL;
            cr_assert_eq(bon_counter_open(&counter, 2), BON_OK);
            cr_assert_eq(bon_counter_add(counter, "a b\nc d\ne f\n", 12), BON_OK);
            cr_assert_eq(bon_counter_finish(counter, &counts), BON_OK);
            bon_counter_close(counter);
            for (uint64_t i = 0; i < counts->size; i++) counts->count[i] = each;
            bool much = each > 1000000000; /* of three words each, together above 2^32 */
            cr_assert_eq(bon_lm_builder_open(&builder, &options), BON_OK);
            bon_status status = bon_lm_builder_add_counts(builder, counts);
            if (status == BON_OK) status = bon_lm_builder_estimate(builder, &table);
            cr_assert_eq(status, much && !limit ? BON_ERR_LIMIT : BON_OK, "%s", bon_error_message());
            if (status != BON_OK) cr_assert(strstr(bon_error_message(), "--memory"));
            bon_lm_builder_close(builder);
            bon_lm_table_close(table);
            if (limit && much) {      /* the word b, now twice as often */
                counts->grams[3] = 1; /* c b in place of c d */
                cr_assert_eq(bon_lm_builder_open(&builder, &options), BON_OK);
                status = bon_lm_builder_add_counts(builder, counts);
                if (status == BON_OK) status = bon_lm_builder_estimate(builder, &table);
                cr_assert_eq(status, BON_ERR_LIMIT);
                bon_lm_builder_close(builder);
            }
            bon_counts_close(counts);
        }
}
