/* Mixed models: random small corpora over overlapping vocabularies, models of different orders and cut-offs. Every n-gram of the
 * mix has the weighted mean of what the models say of it, by a slow evaluator over plain lists in long double; the mix has
 * exactly the n-grams of the models; after every context, listed or not, the probabilities of all words sum to 1. The weights
 * found for a text are better than any near them. */
#include <criterion/criterion.h>
#include <math.h>
#include <unistd.h>

#include "ngram/table_score.h"
#include "support/lm_estimated.h"

enum { MODELS = 3, WORD = 4, TEXT = 2600 };

/* ---- models ---- */

/* Random lines over the words first .. first + types - 1 of "a0", "a1", ... */
static size_t make_text(uint64_t *seed, char *text, unsigned first, unsigned types) {
    size_t n = 0;
    while (n + 60 < TEXT) {
        unsigned word = toy_below(seed, types);
        for (unsigned i = toy_below(seed, 9); i > 0; i--) {
            word = toy_below(seed, 3) ? (word * 5 + 1) % types : toy_below(seed, 1 + toy_below(seed, types));
            n += (size_t)snprintf(text + n, TEXT - n, "a%u ", first + word);
        }
        text[n++] = '\n';
    }
    return n;
}

static bon_lm_table *estimate(uint64_t *seed, unsigned order) {
    static char text[TEXT];
    bon_lm_build_options how = {.order = order, .discount_fallback = 1, .definition = 1};
    for (unsigned k = 2; k < order; k++) how.prune[k] = toy_below(seed, 2) || how.prune[k - 1];
    unsigned first = toy_below(seed, 6), types = 2 + toy_below(seed, 9);
    return estimate_text(text, make_text(seed, text, first, types), &how);
}

struct models {
    bon_lm_table *tables[MODELS];
    double weights[MODELS];
    bon_lm_table *mix;
};

static struct models make_models(uint64_t *seed) {
    struct models models = {0};
    double sum = 0;
    for (unsigned i = 0; i < MODELS; i++) {
        models.tables[i] = estimate(seed, 1 + toy_below(seed, 5));
        models.weights[i] = i > 0 && toy_below(seed, 5) == 0 ? 0 : 1 + toy_below(seed, 9);
        sum += models.weights[i];
    }
    for (unsigned i = 0; i < MODELS; i++) models.weights[i] /= sum;
    cr_assert_eq(bon_lm_interpolate(&models.mix, (const bon_lm_table *const *)models.tables, models.weights, MODELS),
                 BON_OK, "%s", bon_error_message());
    return models;
}

static void drop(struct models *models) {
    for (unsigned i = 0; i < MODELS; i++) bon_lm_table_close(models->tables[i]);
    bon_lm_table_close(models->mix);
}

/* ---- the slow evaluator ---- */

/* Appends the n-grams below node i of a level, words in the order of the text; `suffix` are the words behind node i's own. */
static void list(const bon_lm_table *table, struct toy *toy, unsigned order, uint32_t i, const uint32_t *suffix) {
    const struct bon_lm_level *level = &table->level[order - 1];
    struct toy_ngram ngram = {.order = order, .logprob = level->logprob[i]};
    ngram.words[0] = level->word[i];
    if (order > 1) memcpy(ngram.words + 1, suffix, (order - 1) * sizeof *suffix);
    if (order < table->order) ngram.backoff = level->backoff[i];
    if (toy->count == toy->cap) {
        toy->cap = 2 * toy->cap + 64;
        toy->ngrams = realloc(toy->ngrams, toy->cap * sizeof *toy->ngrams);
        cr_assert_not_null(toy->ngrams);
    }
    toy->ngrams[toy->count++] = ngram;
    for (uint32_t c = order < table->order ? level->first_child[i] : 1;
         order < table->order && c < level->first_child[i + 1]; c++)
        list(table, toy, order + 1, c, ngram.words);
}

static struct toy plain_list(const bon_lm_table *table) {
    struct toy toy = {.order = table->order, .vocabulary = table->vocab.count};
    for (uint32_t w = 0; w < table->level[0].count; w++) list(table, &toy, 1, w, NULL);
    return toy;
}

/* A word of one table in another; UINT32_MAX when it lacks it. */
static uint32_t translate(const bon_lm_table *from, uint32_t id, const bon_lm_table *to) {
    return bon_vocab_find(&to->vocab, from->vocab.words[id].text, from->vocab.words[id].len);
}

/* p of an n-gram of the mix in one model; 0 when it does not know the last word. Words it does not know end the context. */
static long double in_model(const struct models *models, unsigned m, const struct toy *plain,
                            const struct toy_ngram *ngram) {
    uint32_t words[BON_LM_MAX_ORDER];
    unsigned known = 0;
    while (known < ngram->order) {
        uint32_t word = translate(models->mix, ngram->words[ngram->order - 1 - known], models->tables[m]);
        if (word == BON_VOCAB_NONE) break;
        words[BON_LM_MAX_ORDER - 1 - known++] = word;
    }
    if (known == 0) return 0;
    return powl(10, (long double)toy_score(plain, words + BON_LM_MAX_ORDER - known, known));
}

Test(ngram_mix, ngrams_have_the_mean_of_the_models) {
    uint64_t seed = 5;
    for (unsigned round = 0; round < 400; round++) {
        struct models models = make_models(&seed);
        struct toy plain[MODELS], mixed = plain_list(models.mix);
        size_t listed[MODELS] = {0};
        for (unsigned m = 0; m < MODELS; m++) plain[m] = plain_list(models.tables[m]);
        for (size_t i = 0; i < mixed.count; i++) {
            const struct toy_ngram *ngram = &mixed.ngrams[i];
            long double expected = 0;
            bool wanted = false;
            for (unsigned m = 0; m < MODELS; m++) {
                uint32_t words[BON_LM_MAX_ORDER];
                if (models.weights[m] <= 0) continue;
                for (unsigned w = 0; w < ngram->order; w++)
                    words[w] = translate(models.mix, ngram->words[w], models.tables[m]);
                if (toy_find(&plain[m], words, ngram->order)) wanted = true, listed[m]++;
                expected += (long double)models.weights[m] * in_model(&models, m, &plain[m], ngram);
            }
            cr_assert(wanted, "an n-gram that no model has");
            cr_assert_float_eq((double)ngram->logprob, (double)log10l(expected), 2e-6, "round %u, order %u", round,
                               ngram->order);
        }
        for (unsigned m = 0; m < MODELS; m++) {
            if (models.weights[m] > 0) cr_assert_eq(listed[m], plain[m].count, "n-grams of a model are missing");
            toy_free(&plain[m]);
        }
        toy_free(&mixed);
        drop(&models);
    }
}

/* The sum of p(w | state) over all words but <s>. */
static long double sum_after(const bon_lm_table *table, const bon_lm_state *state) {
    long double sum = 0;
    bon_lm_state next;
    for (uint32_t w = 0; w < table->level[0].count; w++)
        if (w != BON_LM_BOS) sum += powl(10, (long double)bon_table_score(table, state, w, &next));
    return sum;
}

Test(ngram_mix, probabilities_sum_to_one_after_every_context) {
    uint64_t seed = 77;
    for (unsigned round = 0; round < 600; round++) {
        struct models models = make_models(&seed);
        const bon_lm_table *mix = models.mix;
        struct toy mixed = plain_list(mix);
        bon_lm_state state, empty = {0};
        for (size_t i = 0; i < mixed.count; i++) { /* the contexts that are there ... */
            if (mixed.ngrams[i].order == mix->order) continue;
            state = empty;
            for (unsigned w = 0; w < mixed.ngrams[i].order; w++)
                bon_table_score(mix, &state, mixed.ngrams[i].words[w], &state);
            cr_assert_float_eq((double)sum_after(mix, &state), 1, 2e-5, "round %u, n-gram %zu", round, i);
        }
        bon_table_state_begin(mix, &state);
        for (unsigned i = 0; i < 60; i++) { /* ... and others */
            cr_assert_float_eq((double)sum_after(mix, &state), 1, 2e-5, "round %u, random", round);
            bon_table_score(mix, &state, 3 + toy_below(&seed, mix->level[0].count - 3), &state);
        }
        toy_free(&mixed);
        drop(&models);
    }
}

/* Of the words that some model knows; what a model does not know has probability 0 in it. */
static long double likelihood(const struct models *models, const double *weights, const char *text, size_t n) {
    bon_lm_state states[MODELS];
    long double sum = 0;
    size_t at = 0, length;
    const char *token;
    for (const char *line = text; line < text + n; line += at + 1, at = 0) {
        size_t end = (size_t)((const char *)memchr(line, '\n', (size_t)(text + n - line)) - line);
        for (unsigned m = 0; m < MODELS; m++) bon_table_state_begin(models->tables[m], &states[m]);
        for (bool last = false; !last;) {
            long double p = 0;
            last = !bon_next_token(line, end, &at, &token, &length);
            for (unsigned m = 0; m < MODELS; m++) {
                uint32_t word = last ? BON_LM_EOS : bon_table_word(models->tables[m], token, length);
                float logprob = bon_table_score(models->tables[m], &states[m], word, &states[m]);
                if (word != BON_LM_UNK) p += (long double)weights[m] * powl(10, (long double)logprob);
            }
            if (p > 0) sum += log10l(p);
        }
    }
    return sum;
}

Test(ngram_mix, weights_found_are_the_best_near_them) {
    static char text[TEXT];
    uint64_t seed = 123;
    unsigned inner = 0;
    for (unsigned round = 0; round < 12; round++) {
        struct models models = make_models(&seed);
        bon_lm_tuner *tuner;
        double weights[MODELS], sum = 0;
        size_t n = make_text(&seed, text, 2, 5);
        cr_assert_eq(bon_lm_tuner_open(&tuner, (const bon_lm_table *const *)models.tables, MODELS), BON_OK);
        for (const char *line = text; line < text + n;) {
            const char *end = memchr(line, '\n', (size_t)(text + n - line));
            cr_assert_eq(bon_lm_tuner_add(tuner, line, (size_t)(end - line)), BON_OK);
            line = end + 1;
        }
        cr_assert_eq(bon_lm_tuner_weights(tuner, weights), BON_OK);
        bon_lm_tuner_close(tuner);
        for (unsigned m = 0; m < MODELS; m++) sum += weights[m];
        cr_assert_float_eq(sum, 1, 1e-9);
        long double best = likelihood(&models, weights, text, n);
        for (unsigned from = 0; from < MODELS; from++)
            for (unsigned to = 0; to < MODELS; to++) {
                double moved[MODELS], step = 0.01;
                memcpy(moved, weights, sizeof moved);
                if (from == to || moved[from] <= step || moved[to] <= 0) continue;
                moved[from] -= step;
                moved[to] += step;
                cr_assert_leq(likelihood(&models, moved, text, n), best + 1e-6L, "round %u: %u to %u", round, from, to);
                inner++;
            }
        drop(&models);
    }
    cr_assert_gt(inner, 10u);
}
