/* src/restore/tagger_learn.c: finds the weights of a tagger: from sentences of good text to sections of a model's file.
 *
 * Each word with a choice is an example: softmax over the words of its plain form, one step of stochastic gradient descent on
 * the logarithm of the right one's probability, with a rate for each weight that falls as the weight was moved (AdaGrad).
 * Sentences come in an order that is random but always the same, and all arithmetic is plain single precision in a fixed order, so
 * the same text gives the same bytes.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "ngram/lm.h"
#include "restore/letters.h"
#include "restore/session.h"

/* All rows of the table of templates but the last four, which only very large texts and tables have use for. */
#define TEMPLATES 0x07ffu
#define RATE 0.2F
#define RATE_FLOOR 0.01F  /* under the root of what a weight was moved: its first steps are not too long */
#define SURE 0.0001F      /* errors below this are not worth a step */
#define WEIGHT_STEP 24.0F /* stored weights are whole numbers of 1/24, natural logarithms, up to 127 */

enum { BYTES_MIN = 1000, BYTES_DEFAULT = 8000000, BYTES_MAX = 1000000000, ROUNDS_MAX = 100, OPEN_ONE_IN = 8 };
#define WINDOW_DEFAULT 10
#define WEIGHT_DEFAULT 0.5
#define WEIGHT_MAX 10.0

struct weight {
    float value, moved; /* moved: sum of squared gradients */
};

struct bon_tagger_builder {
    const bon_restorer *restorer;
    struct bon_tagger_header header;
    unsigned rounds;
    struct bon_tag_token *tokens;
    size_t count, cap;
    size_t *ends; /* of sentences, in tokens */
    size_t sentences, sentence_cap;
    bon_buf fold;
    struct weight *weights; /* [slots + BON_TAGGER_WORDS] */
};

bon_status bon_tagger_builder_open(bon_tagger_builder **out, const bon_restorer *restorer,
                                   const bon_tagger_options *options) {
    const bon_tagger_options defaults = {0};
    if (!options) options = &defaults;
    uint64_t size = options->size ? options->size : BYTES_DEFAULT;
    unsigned window = options->window ? options->window : WINDOW_DEFAULT;
    double weight = options->weight != 0 ? options->weight : WEIGHT_DEFAULT;
    if (size < BYTES_MIN || size > BYTES_MAX)
        return bon_fail(BON_ERR_ARGUMENT, "a tagger of %llu bytes: from %d to %d", (unsigned long long)size, BYTES_MIN,
                        BYTES_MAX);
    if (window < 2 || window > BON_TAGGER_WINDOW_MAX || options->rounds > ROUNDS_MAX)
        return bon_fail(BON_ERR_ARGUMENT, "a window of %u words, %u rounds: from 2 to %d, at most %d", window,
                        options->rounds, BON_TAGGER_WINDOW_MAX, ROUNDS_MAX);
    if (!(weight > 0 && weight <= WEIGHT_MAX))
        return bon_fail(BON_ERR_ARGUMENT, "a weight of %g: above 0, at most %g", weight, WEIGHT_MAX);
    bon_tagger_builder *builder = bon_alloc_zeroed(1, sizeof *builder);
    if (!builder) return BON_ERR_NOMEM;
    builder->restorer = restorer;
    builder->rounds = options->rounds ? options->rounds : 1;
    builder->header = (struct bon_tagger_header){.templates = TEMPLATES,
                                                 .window = window,
                                                 .slots = (uint32_t)size - BON_TAGGER_WORDS,
                                                 .unit = (float)(weight / ((double)WEIGHT_STEP * M_LN10))};
    *out = builder;
    return BON_OK;
}

void bon_tagger_builder_close(bon_tagger_builder *builder) {
    if (!builder) return;
    free(builder->tokens);
    free(builder->ends);
    free(builder->weights);
    bon_buf_free(&builder->fold);
    free(builder);
}

/* ---- text -> examples ---- */

/* Which of the words of its plain form a token is. */
static void find_right(const bon_restorer *restorer, const char *plain, size_t plain_n, uint32_t word,
                       struct bon_tag_token *token) {
    const uint32_t *words;
    size_t count = bon_index_find(&restorer->index, plain, plain_n, &words);
    token->choices = (uint8_t)count;
    for (size_t i = 0; i < count; i++)
        if (words[i] == word) token->right = (uint8_t)i;
}

static bon_status add_token(bon_tagger_builder *builder, const char *text, const bon_token *token) {
    char plain[BON_WORD_MAX];
    size_t plain_n = 0;
    bool has_marks;
    if (token->kind == BON_TOKEN_SYLLABLE || token->kind == BON_TOKEN_WORD)
        plain_n = bon_plain_form(text + token->start, token->len, plain, &has_marks);
    builder->fold.len = 0;
    if (token->len <= BON_WORD_MAX || token->kind == BON_TOKEN_NUMBER || token->kind == BON_TOKEN_URL ||
        token->kind == BON_TOKEN_EMAIL)
        BON_TRY(bon_fold_token(text, token, &builder->fold));
    struct bon_tag_token example = bon_tag_token_of(token, plain, plain_n, builder->fold.data, builder->fold.len);
    if (plain_n)
        find_right(builder->restorer, plain, plain_n,
                   bon_lm_word(builder->restorer->lm, builder->fold.data, builder->fold.len), &example);
    BON_TRY(bon_grow_array(&builder->tokens, &builder->cap, builder->count + 1, sizeof *builder->tokens));
    builder->tokens[builder->count++] = example;
    return BON_OK;
}

static bon_status add_sentence(bon_tagger_builder *builder, const char *text, size_t n) {
    bon_token token;
    size_t before = builder->count;
    for (size_t pos = 0; bon_token_next(text, n, &pos, &token);) BON_TRY(add_token(builder, text, &token));
    if (builder->count == before) return BON_OK;
    BON_TRY(bon_grow_array(&builder->ends, &builder->sentence_cap, builder->sentences + 1, sizeof *builder->ends));
    builder->ends[builder->sentences++] = builder->count;
    return BON_OK;
}

bon_status bon_tagger_builder_add(bon_tagger_builder *builder, const char *text, size_t n) {
    if (n > UINT32_MAX / 2) return bon_fail(BON_ERR_ARGUMENT, "%zu bytes at once: at most 2 GiB", n);
    for (size_t pos = 0, start, len; bon_sentence_next(text, n, &pos, &start, &len);)
        BON_TRY(add_sentence(builder, text + start, len));
    return BON_OK;
}

/* ---- learning ---- */

static uint64_t next_random(uint64_t *state) { /* xorshift64: Marsaglia 2003 */
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* e to the x, for x of 0 and below: 2 to the whole part by its bits, the rest by a polynomial good to 2e-6. The mathematics
 * library's differs from machine to machine. */
static float exp_of(float x) {
    float y = x * 1.44269504F;
    if (y < -126) return 0;
    int whole = (int)y - (y < (float)(int)y);
    float f = y - (float)whole, power;
    uint32_t bits = (uint32_t)(whole + 127) << 23;
    memcpy(&power, &bits, sizeof power);
    return power *
           (1 + f * (0.69315308F + f * (0.24015361F + f * (0.05582667F + f * (0.00898934F + f * 0.00187757F)))));
}

/* Probabilities of the words of an example, from the sums of their weights. */
static void to_probabilities(float *scores, unsigned words) {
    float best = scores[0], sum = 0;
    for (unsigned k = 1; k < words; k++) best = scores[k] > best ? scores[k] : best;
    for (unsigned k = 0; k < words; k++) sum += scores[k] = exp_of(scores[k] - best);
    for (unsigned k = 0; k < words; k++) scores[k] /= sum;
}

static void learn_token(bon_tagger_builder *builder, const struct bon_tag_sentence *sentence, unsigned i) {
    uint32_t places[BON_TAGGER_FEATURES_MAX];
    float scores[BON_TAGGER_WORDS] = {0};
    const struct bon_tag_token *token = &sentence->tokens[i];
    unsigned words = token->choices, count = bon_tagger_features(&builder->header, sentence, i, places);
    for (unsigned f = 0; f < count; f++) __builtin_prefetch(&builder->weights[places[f]]);
    for (unsigned f = 0; f < count; f++)
        for (unsigned k = 0; k < words; k++) scores[k] += builder->weights[places[f] + k].value;
    to_probabilities(scores, words);
    for (unsigned k = 0; k < words; k++) {
        float gradient = scores[k] - (k == token->right ? 1.0F : 0.0F);
        if (fabsf(gradient) < SURE) continue;
        for (unsigned f = 0; f < count; f++) {
            struct weight *weight = &builder->weights[places[f] + k];
            weight->moved += gradient * gradient;
            weight->value -= RATE * gradient / sqrtf(weight->moved + RATE_FLOOR);
        }
    }
}

/* Some sentences are cut short, as those are that somebody is still typing. */
static void learn_sentence(bon_tagger_builder *builder, size_t number, uint64_t chance) {
    size_t begin = number ? builder->ends[number - 1] : 0;
    unsigned count = (unsigned)(builder->ends[number] - begin);
    bool open = chance % OPEN_ONE_IN == 0;
    if (open) count = 1 + (unsigned)(chance / OPEN_ONE_IN % count);
    struct bon_tag_sentence sentence = bon_tag_sentence_of(builder->tokens + begin, count, open);
    for (unsigned i = 0; i < count; i++)
        if (sentence.tokens[i].choices > 1 && sentence.tokens[i].right < sentence.tokens[i].choices)
            learn_token(builder, &sentence, i);
}

static bon_status learn(bon_tagger_builder *builder) {
    uint64_t random = UINT64_C(88172645463325252);
    size_t *order = bon_alloc_array(builder->sentences, sizeof *order);
    if (!order) return BON_ERR_NOMEM;
    for (size_t i = 0; i < builder->sentences; i++) order[i] = i;
    for (unsigned round = 0; round < builder->rounds; round++) {
        for (size_t i = builder->sentences; i > 1; i--) {
            size_t j = next_random(&random) % i, swap = order[j];
            order[j] = order[i - 1];
            order[i - 1] = swap;
        }
        for (size_t i = 0; i < builder->sentences; i++) learn_sentence(builder, order[i], next_random(&random) >> 11);
    }
    free(order);
    return BON_OK;
}

/* ---- the file ---- */

static int8_t stored(float weight) {
    float scaled = weight * WEIGHT_STEP;
    scaled = scaled > 127 ? 127 : scaled < -127 ? -127 : scaled;
    return (int8_t)(scaled < 0 ? scaled - 0.5F : scaled + 0.5F);
}

/* All sections of the model but those of a tagger. */
static bon_status copy_sections(const struct bon_artefact *from, struct bon_artefact_writer *to) {
    for (size_t i = 0; i < bon_artefact_section_count(from); i++) {
        uint64_t offset, size;
        const char *name = bon_artefact_section_at(from, i, &offset, &size);
        const void *bytes;
        size_t n;
        if (strcmp(name, "restore.tagger") == 0 || strcmp(name, "restore.weights") == 0) continue;
        BON_TRY(bon_artefact_section(from, name, &bytes, &n));
        BON_TRY(bon_artefact_add(to, name, bytes, n));
    }
    return BON_OK;
}

static bon_status write_tagger(const bon_tagger_builder *builder, struct bon_artefact_writer *writer) {
    size_t n = (size_t)builder->header.slots + BON_TAGGER_WORDS;
    BON_TRY(bon_artefact_add(writer, "restore.tagger", &builder->header, sizeof builder->header));
    int8_t *weights = bon_alloc_array(n, 1);
    if (!weights) return BON_ERR_NOMEM;
    for (size_t i = 0; i < n; i++) weights[i] = stored(builder->weights[i].value);
    bon_status status = bon_artefact_add(writer, "restore.weights", weights, n);
    free(weights);
    return status;
}

static bon_status write_model(const bon_tagger_builder *builder, const char *path) {
    struct bon_artefact_writer *writer;
    const struct bon_artefact *model = bon_lm_artefact(builder->restorer->lm);
    BON_TRY(bon_artefact_create(&writer, path, "bonlm", bon_artefact_version(model)));
    bon_status status = copy_sections(model, writer);
    if (status == BON_OK) status = write_tagger(builder, writer);
    if (status == BON_OK) return bon_artefact_publish(writer);
    bon_artefact_abandon(writer);
    return status;
}

bon_status bon_tagger_builder_write(bon_tagger_builder *builder, const char *path) {
    if (builder->sentences == 0) return bon_fail(BON_ERR_DATA, "there is no text to learn marks from");
    free(builder->weights);
    builder->weights = bon_alloc_zeroed((size_t)builder->header.slots + BON_TAGGER_WORDS, sizeof *builder->weights);
    if (!builder->weights) return BON_ERR_NOMEM;
    BON_TRY(learn(builder));
    return write_model(builder, path);
}
