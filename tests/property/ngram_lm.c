/* Random small models: what the packed file answers equals a slow evaluator over the plain list of n-grams (lm_toy.h), for
 * every word after every context; unpacking gives the table back; equal states have equal futures. */
#include <criterion/criterion.h>
#include <math.h>
#include <unistd.h>

#include "ngram/lm.h"
#include "support/lm_toy.h"

struct packed {
    struct toy toy;
    bon_lm_table *table;
    bon_lm *lm;
    char path[64];
};

static struct packed pack(uint64_t seed, unsigned quantize_bits) {
    static const uint32_t vocabularies[] = {4, 5, 9, 17, 40};
    struct packed packed = {0};
    unsigned order = 1 + (unsigned)(seed % BON_LM_MAX_ORDER);
    packed.toy =
        toy_make(seed * UINT64_C(0x9e3779b97f4a7c15) + 1, order, vocabularies[seed / 8 % 5], (unsigned)(seed % 7) * 4);
    packed.table = toy_table(&packed.toy);
    cr_assert_not_null(packed.table);
    toy_path(packed.path);
    bon_lm_write_options options = {.quantize_bits = quantize_bits};
    if (quantize_bits == 0) options.layout = seed / 2 % 2 ? BON_LM_LAYOUT_FAST : BON_LM_LAYOUT_SMALL;
    cr_assert_eq(bon_lm_table_write(packed.table, packed.path, &options), BON_OK, "%s", bon_error_message());
    cr_assert_eq(bon_lm_open(&packed.lm, packed.path, NULL), BON_OK, "%s", bon_error_message());
    return packed;
}

static void drop(struct packed *packed) {
    bon_lm_close(packed->lm);
    bon_lm_table_close(packed->table);
    toy_free(&packed->toy);
    unlink(packed->path);
}

/* A random text: mostly pieces of n-grams of the model, so that long matches are common. Returns its length. */
static unsigned random_text(const struct toy *toy, uint64_t *seed, uint32_t *words, unsigned cap) {
    unsigned n = 0;
    while (n < cap) {
        const struct toy_ngram *ngram = &toy->ngrams[toy_below(seed, (uint32_t)toy->count)];
        unsigned take = 1 + toy_below(seed, ngram->order);
        for (unsigned i = 0; i < take && n < cap; i++)
            words[n++] = toy_below(seed, 8) ? ngram->words[i] : toy_below(seed, toy->vocabulary);
    }
    return n;
}

Test(ngram_lm, scores_equal_those_of_the_plain_list) {
    for (uint64_t model = 0; model < 80; model++) {
        struct packed packed = pack(model, 0);
        uint32_t words[60];
        uint64_t seed = model + 7;
        unsigned n = random_text(&packed.toy, &seed, words, 60);
        bon_lm_state state;
        bon_lm_state_empty(&state);
        for (unsigned at = 0; at < n; at++) {
            unsigned context = at < packed.toy.order - 1 ? at : packed.toy.order - 1, matched = 0;
            for (uint32_t word = 0; word < packed.toy.vocabulary; word++) { /* every word that could come here */
                uint32_t text[BON_LM_MAX_ORDER];
                bon_lm_state next;
                memcpy(text, words + at - context, context * sizeof *text);
                text[context] = word;
                double expected = toy_score(&packed.toy, text, context + 1);
                cr_assert_float_eq(bon_lm_score(packed.lm, &state, word, &next, &matched), expected, 1e-9,
                                   "model %u, position %u, word %u", (unsigned)model, at, word);
                cr_assert(matched >= 1 && matched <= context + 1);
                cr_assert_not_null(toy_find(&packed.toy, text + context + 1 - matched, matched));
                if (matched <= context) cr_assert_null(toy_find(&packed.toy, text + context - matched, matched + 1));
            }
            bon_lm_score(packed.lm, &state, words[at], &state, NULL);
        }
        drop(&packed);
    }
}

static void assert_states_equal(const bon_lm_state *a, const bon_lm_state *b) {
    cr_assert(bon_lm_state_equal(a, b));
    for (uint32_t i = 0; i < a->length; i++) cr_assert_eq(a->backoff[i], b->backoff[i]);
}

/* Many words at once are scored as one by one: in running text over several stretches, and each after a state of its own,
 * the new states in the place of the old. */
Test(ngram_lm, many_at_once_score_as_one_by_one) {
    enum { WORDS = 1200 };
    static uint32_t words[WORDS];
    static float one[WORDS], many[WORDS];
    static uint8_t matched[WORDS], matched_many[WORDS];
    static bon_lm_state states[WORDS + 1], next[WORDS];
    for (uint64_t model = 0; model < 80; model++) {
        struct packed packed = pack(model, model % 5 == 4 ? 6 : 0);
        uint64_t seed = model + 21;
        unsigned n = random_text(&packed.toy, &seed, words, toy_below(&seed, WORDS));
        bon_lm_state state, running;
        bon_lm_state_empty(&states[0]);
        if (model % 2) bon_lm_state_begin(packed.lm, &states[0]);
        running = states[0];
        if (n > 0) words[n / 2] = UINT32_MAX; /* no id: an unknown word */
        for (unsigned i = 0; i < n; i++) {
            unsigned order;
            one[i] = bon_lm_score(packed.lm, &states[i], words[i], &next[i], &order);
            matched[i] = (uint8_t)order;
            states[i + 1] = next[i];
            if (words[i] == BON_LM_EOS) bon_lm_state_begin(packed.lm, &states[i + 1]);
        }
        bon_lm_score_words(packed.lm, &running, words, n, many, matched_many);
        cr_assert_arr_eq(one, many, n * sizeof *one, "model %u", (unsigned)model);
        cr_assert_arr_eq(matched, matched_many, n);
        assert_states_equal(&running, &states[n]);
        memset(many, 0, sizeof many);
        bon_lm_score_batch(packed.lm, states, words, n, states, many, NULL);
        cr_assert_arr_eq(one, many, n * sizeof *one, "model %u", (unsigned)model);
        for (unsigned i = 0; i < n; i++) assert_states_equal(&states[i], &next[i]);
        bon_lm_state_empty(&state);
        bon_lm_score_words(packed.lm, &state, words, n, many, NULL);
        drop(&packed);
    }
}

/* The state is as short as can be: it ends with a context that some n-gram begins with or that has a back-off, and what it
 * leaves out makes no difference, so two histories with equal states are one for the future. */
Test(ngram_lm, equal_states_have_equal_futures) {
    for (uint64_t model = 0; model < 40; model++) {
        struct packed packed = pack(model, 0);
        uint32_t a[12], b[12];
        uint64_t seed = model + 99;
        unsigned equal = 0;
        for (unsigned round = 0; round < 150; round++) {
            unsigned n = random_text(&packed.toy, &seed, a, 12), shared = toy_below(&seed, 4);
            random_text(&packed.toy, &seed, b, 12);
            memcpy(b + n - shared, a + n - shared, shared * sizeof *a);
            bon_lm_state x, y;
            bon_lm_state_begin(packed.lm, &x);
            bon_lm_state_begin(packed.lm, &y);
            for (unsigned i = 0; i < n; i++) {
                bon_lm_score(packed.lm, &x, a[i], &x, NULL);
                bon_lm_score(packed.lm, &y, b[i], &y, NULL);
            }
            if (x.length > 0) {
                uint32_t context[BON_LM_MAX_ORDER];
                for (unsigned i = 0; i < x.length; i++) /* the last words; one more than there are: <s> */
                    context[i] = x.length - i <= n ? a[n - (x.length - i)] : BON_LM_BOS;
                bool extended = false;
                for (size_t i = 0; i < packed.toy.count && !extended; i++)
                    extended = packed.toy.ngrams[i].order == x.length + 1 &&
                               memcmp(packed.toy.ngrams[i].words, context, x.length * sizeof *context) == 0;
                cr_assert(extended, "model %u: the state remembers what nothing needs", (unsigned)model);
            }
            if (!bon_lm_state_equal(&x, &y)) continue;
            equal++;
            for (uint32_t word = 0; word < packed.toy.vocabulary; word++) {
                bon_lm_state p, q;
                cr_assert_eq(bon_lm_score(packed.lm, &x, word, &p, NULL), bon_lm_score(packed.lm, &y, word, &q, NULL));
                cr_assert(bon_lm_state_equal(&p, &q));
            }
        }
        cr_assert_gt(equal, 0, "model %u: no two states were equal", (unsigned)model);
        drop(&packed);
    }
}

static void assert_tables_equal(const bon_lm_table *a, const bon_lm_table *b, bool values) {
    cr_assert_eq(a->order, b->order);
    cr_assert_eq(a->vocab.count, b->vocab.count);
    for (uint32_t id = 0; id < a->vocab.count; id++) {
        cr_assert_eq(a->vocab.words[id].len, b->vocab.words[id].len);
        cr_assert_eq(memcmp(a->vocab.words[id].text, b->vocab.words[id].text, a->vocab.words[id].len), 0);
    }
    for (unsigned i = 0; i < a->order; i++) {
        const struct bon_lm_level *x = &a->level[i], *y = &b->level[i];
        cr_assert_eq(x->count, y->count);
        cr_assert_eq(memcmp(x->word, y->word, x->count * sizeof *x->word), 0);
        if (values) cr_assert_eq(memcmp(x->logprob, y->logprob, x->count * sizeof *x->logprob), 0);
        if (i + 1 == a->order) continue;
        cr_assert_eq(memcmp(x->first_child, y->first_child, (x->count + (size_t)1) * sizeof *x->first_child), 0);
        cr_assert_eq(memcmp(x->extends, y->extends, x->count), 0);
        for (uint32_t j = 0; j < x->count; j++) {
            if (values) cr_assert_eq(x->backoff[j], y->backoff[j]);
            cr_assert_eq(x->blank && x->blank[j], y->blank && y->blank[j]);
        }
    }
}

Test(ngram_lm, unpacking_gives_the_table_back) {
    for (uint64_t model = 0; model < 80; model++) {
        unsigned bits = model % 2 ? 6 : 0;
        struct packed packed = pack(model, bits);
        bon_lm_table *table;
        cr_assert_eq(bon_lm_table_from_lm(&table, packed.lm), BON_OK, "%s", bon_error_message());
        assert_tables_equal(packed.table, table, bits == 0);
        bon_lm_table_close(table);
        drop(&packed);
    }
}

static void read_whole(const char *path, char **bytes, size_t *n) {
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file);
    fseek(file, 0, SEEK_END);
    *n = (size_t)ftell(file);
    rewind(file);
    *bytes = malloc(*n);
    cr_assert_eq(fread(*bytes, 1, *n, file), *n);
    fclose(file);
}

/* Unpacking a model and packing it again changes nothing: quantized values are their own centres. */
Test(ngram_lm, packing_again_changes_nothing) {
    for (uint64_t model = 0; model < 24; model++) {
        struct packed packed = pack(model, model % 3 ? 4 + (unsigned)model % 5 : 0);
        bon_lm_table *once, *twice;
        bon_lm *lm;
        char path[64], *first, *second;
        size_t n, m;
        cr_assert_eq(bon_lm_table_from_lm(&once, packed.lm), BON_OK);
        toy_path(path);
        bon_lm_write_options options = {.quantize_bits = bon_lm_quantize_bits(packed.lm),
                                        .layout = bon_lm_layout_of(packed.lm)};
        cr_assert_eq(bon_lm_table_write(once, path, &options), BON_OK);
        cr_assert_eq(bon_lm_open(&lm, path, NULL), BON_OK);
        cr_assert_eq(bon_lm_table_from_lm(&twice, lm), BON_OK);
        assert_tables_equal(once, twice, true);
        read_whole(packed.path, &first, &n);
        read_whole(path, &second, &m);
        cr_assert_eq(n, m);
        if (options.quantize_bits == 0) cr_assert_eq(memcmp(first, second, n), 0);
        free(first);
        free(second);
        unlink(path);
        bon_lm_close(lm);
        bon_lm_table_close(once);
        bon_lm_table_close(twice);
        drop(&packed);
    }
}

/* Each value moves to the nearest centre, so by no more than half the widest gap between centres of 2^bits bins; here the
 * values are spread evenly over some range, which bounds the gap. */
Test(ngram_lm, quantized_values_stay_near) {
    for (uint64_t model = 5; model < 60; model += 8) { /* orders above 1 */
        struct packed packed = pack(model, 8);
        bon_lm_table *table;
        cr_assert_eq(bon_lm_table_from_lm(&table, packed.lm), BON_OK);
        for (unsigned i = 0; i < table->order; i++)
            for (uint32_t j = 0; j < table->level[i].count; j++) {
                double moved = (double)(packed.table->level[i].logprob[j] - table->level[i].logprob[j]);
                cr_assert_leq(fabs(moved), i == 0 ? 0.0 : 5000.0 / 1024 / 20);
            }
        bon_lm_table_close(table);
        drop(&packed);
    }
}
