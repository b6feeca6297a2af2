/* tests/gpu/ngram.c: does the GPU find the n-grams, counts and probabilities that the CPU finds? On texts made here, of all
 * orders, with and without pruning, in one piece and in chunks. `--emulate` looks at the emulation in place of the GPU, `--small`
 * leaves out the large texts. One line a case; the last is `N passed, N failed`.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "ngram/passes.h"
#include "text.h"

struct model {
    struct bon_grams grams;
    struct bon_lm_table table;
};

struct trial {
    const char *what;
    unsigned order;
    uint32_t count, types, phrases;
    uint64_t chunk; /* 0: as many as fit */
    unsigned row;   /* not 0: as windows of so many items, each seen so many times */
    uint32_t prune, kept;
    bool again; /* the levels are uploaded anew between counting and estimating */
};

static const struct trial SMALL[] = {
    {"one word", 1, 40, 4, 1, 0, 0, 0, 0, false},
    {"one word, order 5", 5, 40, 4, 1, 0, 0, 0, 0, false},
    {"few words", 3, 3000, 12, 5, 0, 0, 0, 0, false},
    {"few words, order 8", 8, 3000, 12, 5, 0, 0, 0, 0, false},
    {"a word at a time", 4, 500, 20, 9, 1, 0, 0, 0, false},
    {"chunks", 5, 20000, 300, 50, 777, 0, 0, 0, false},
    {"chunks, order 8", 8, 20000, 300, 50, 777, 0, 0, 0, false},
    {"pruned", 4, 20000, 300, 50, 0, 0, 2, 0, false},
    {"pruned chunks", 5, 20000, 300, 50, 1000, 0, 1, 120, false},
    {"words left out", 3, 20000, 40, 50, 0, 0, 0, 25, false},
    {"windows", 4, 5000, 100, 30, 0, 5, 0, 0, false},
    {"windows in chunks", 4, 5000, 100, 30, 600, 4, 1, 0, false},
    {"order 1", 1, 20000, 300, 50, 0, 0, 0, 0, false},
    {"order 2", 2, 20000, 300, 50, 0, 0, 0, 0, false},
    {"order 6", 6, 50000, 5000, 500, 0, 0, 0, 0, true},
    {"order 7", 7, 50000, 70000, 500, 0, 0, 0, 0, false},
    {"order 8, ids of 20 bits", 8, 50000, 600000, 500, 9000, 0, 0, 0, true},
};

static const struct trial LARGE[] = {
    {"5 M words", 3, 5000000, 100000, 100000, 0, 0, 0, 0, false},
    {"20 M words", 5, 20000000, 260000, 2000000, 0, 0, 0, 0, false},
    {"20 M words, in chunks, pruned", 5, 20000000, 260000, 2000000, 3000000, 0, 1, 200000, false},
    {"10 M words, order 8", 8, 10000000, 29000, 1000000, 0, 0, 0, 0, true},
};

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* ---- texts ---- */

/* The text as windows of `row` items, some seen twice. */
static bon_status make_rows(struct gpu_text *text, unsigned row) {
    struct bon_corpus *corpus = &text->corpus, rows = {.row = row};
    rows.ids = malloc(corpus->count * row * sizeof *rows.ids);
    rows.weight = malloc(corpus->count * sizeof *rows.weight);
    size_t windows = 0, begin = 0;
    if (!rows.ids || !rows.weight) return bon_fail_memory(corpus->count * row);
    for (size_t i = 0; i < corpus->count; i++) {
        if (corpus->ids[i] == BON_LM_BOS) {
            begin = i;
            continue;
        }
        for (unsigned j = 0; j < row; j++)
            rows.ids[windows * row + row - 1 - j] = j <= i - begin ? corpus->ids[i - j] : BON_LM_BOS;
        rows.total += rows.weight[windows] = 1 + (uint32_t)(i % 3);
        windows++;
    }
    rows.count = windows * row;
    free(corpus->ids);
    *corpus = rows;
    return BON_OK;
}

static bon_status make_text(const struct trial *trial, uint64_t seed, struct gpu_text *text) {
    BON_TRY(gpu_text_make(text, seed, trial->count, trial->types, trial->phrases, 2));
    if (trial->row) BON_TRY(make_rows(text, trial->row));
    return gpu_text_words(text, trial->kept ? trial->kept : trial->types);
}

/* ---- models ---- */

static void model_free(struct model *model) {
    bon_grams_free(&model->grams);
    for (unsigned i = 0; i < BON_LM_MAX_ORDER; i++) {
        struct bon_lm_level *level = &model->table.level[i];
        free(level->word);
        free(level->first_child);
        free(level->context);
        free(level->logprob);
        free(level->backoff);
        free(level->extends);
    }
    *model = (struct model){0};
}

static const struct bon_kn_rule RULE = {.fallback = &bon_discount_fallback, .discounts = BON_DISCOUNT_LMPLZ};

/* By the CPU, or by the device; uses up the text. The grams stay for a look when `keep` is their copy. */
static bon_status estimate(const struct trial *trial, struct bon_machine *device, struct gpu_text *text,
                           struct model *model, struct bon_grams *keep) {
    uint32_t prune[BON_LM_MAX_ORDER] = {0};
    for (unsigned k = 1; k < BON_LM_MAX_ORDER; k++) prune[k] = trial->prune;
    struct bon_passes passes = {.device = device, .chunk = trial->chunk};
    if (device)
        BON_TRY(bon_passes_find(&passes, &model->grams, trial->order, &text->corpus, &text->words, prune));
    else
        BON_TRY(bon_grams_find(&model->grams, trial->order, 2, &text->corpus, &text->words, prune));
    bon_grams_count_as_lmplz(&model->grams, text->words.first_seen);
    for (unsigned k = 0; k < trial->order; k++) {
        const struct bon_gram_level *level = &model->grams.level[k];
        keep->level[k].count = level->count;
        keep->level[k].adjusted = malloc((level->count + 1) * sizeof *level->adjusted);
        if (!keep->level[k].adjusted) return bon_fail_memory(level->count);
        memcpy(keep->level[k].adjusted, level->adjusted, level->count * sizeof *level->adjusted);
        memcpy(keep->with_count[k], model->grams.with_count[k], sizeof keep->with_count[k]);
    }
    if (!device) return bon_kn_estimate(&model->grams, &RULE, &model->table);
    if (trial->again) bon_passes_forget(&passes);
    return bon_passes_estimate(&passes, &model->grams, &RULE, &model->table);
}

/* ---- the comparison ---- */

static bool same_counts(const struct bon_grams *a, const struct bon_grams *b, unsigned order) {
    for (unsigned k = 0; k < order; k++) {
        const struct bon_gram_level *x = &a->level[k], *y = &b->level[k];
        if (x->count != y->count || memcmp(x->adjusted, y->adjusted, x->count * sizeof *x->adjusted)) return false;
        if (memcmp(&a->with_count[k][1], &b->with_count[k][1], 4 * sizeof a->with_count[k][1])) return false;
    }
    return true;
}

static double largest_difference(const float *a, const float *b, size_t n) {
    double largest = 0;
    for (size_t i = 0; i < n; i++) {
        double difference = fabs((double)a[i] - (double)b[i]);
        if (!(difference <= largest)) largest = difference; /* NaN too */
        if (isnan(largest)) return INFINITY;
    }
    return largest;
}

static bool same_ngrams(const struct bon_lm_table *a, const struct bon_lm_table *b, double *difference) {
    *difference = 0;
    for (unsigned k = 0; k < a->order; k++) {
        const struct bon_lm_level *x = &a->level[k], *y = &b->level[k];
        bool highest = k + 1 == a->order;
        if (x->count != y->count || memcmp(x->word, y->word, x->count * sizeof *x->word)) return false;
        *difference = fmax(*difference, largest_difference(x->logprob, y->logprob, x->count));
        if (highest) continue;
        *difference = fmax(*difference, largest_difference(x->backoff, y->backoff, x->count));
        if (memcmp(x->first_child, y->first_child, (x->count + 1) * sizeof *x->first_child)) return false;
        if (memcmp(x->extends, y->extends, x->count)) return false;
    }
    return a->order == b->order;
}

static const char *compare(const struct model *cpu, const struct model *gpu, const struct bon_grams *cpu_counts,
                           const struct bon_grams *gpu_counts, unsigned order, double *difference) {
    if (!same_counts(cpu_counts, gpu_counts, order)) return "other counts";
    if (!same_ngrams(&cpu->table, &gpu->table, difference)) return "other n-grams";
    return *difference <= 1e-6 ? NULL : "other probabilities";
}

static bool try(const struct trial *trial, struct bon_machine *device) {
    struct gpu_text text = {0};
    struct model models[2] = {0};
    struct bon_grams counts[2] = {0};
    double seconds[2] = {0}, difference = 0;
    bon_status status = BON_OK;
    for (int d = 0; d < 2 && status == BON_OK; d++) {
        status = make_text(trial, 1 + trial->order, &text);
        double begin = now();
        if (status == BON_OK) status = estimate(trial, d ? device : NULL, &text, &models[d], &counts[d]);
        seconds[d] = now() - begin;
        gpu_text_free(&text);
    }
    const char *wrong = status != BON_OK
                            ? bon_error_message()
                            : compare(&models[0], &models[1], &counts[0], &counts[1], trial->order, &difference);
    printf("%s  %-32s order %u, %8u ids: %10u n-grams of the highest order, CPU %6.2f s, here %6.2f s, log10 within "
           "%.1e%s%s\n",
           wrong ? "FAIL" : "ok  ", trial->what, trial->order, trial->count,
           models[1].table.level[trial->order - 1].count, seconds[0], seconds[1], difference, wrong ? ": " : "",
           wrong ? wrong : "");
    for (int d = 0; d < 2; d++) {
        model_free(&models[d]);
        for (unsigned k = 0; k < BON_LM_MAX_ORDER; k++) free(counts[d].level[k].adjusted);
    }
    return !wrong;
}

int main(int argc, char **argv) {
    bool emulate = false, small = false;
    for (int i = 1; i < argc; i++) {
        emulate = emulate || strcmp(argv[i], "--emulate") == 0;
        small = small || strcmp(argv[i], "--small") == 0;
    }
    unsigned passed = 0, failed = 0;
    size_t rows = sizeof SMALL / sizeof *SMALL, large = small ? 0 : sizeof LARGE / sizeof *LARGE;
    for (size_t i = 0; i < rows + large; i++) {
        struct bon_machine device;
        if (bon_machine_open(&device, emulate ? BON_LM_DEVICE_EMULATE : BON_LM_DEVICE_CUDA, 4) != BON_OK) {
            printf("%s\n", bon_error_message());
            return 1;
        }
        bool good = try(i < rows ? &SMALL[i] : &LARGE[i - rows], &device);
        passed += good;
        failed += !good;
        bon_machine_close(&device);
    }
    printf("%u passed, %u failed\n", passed, failed);
    return failed > 0;
}
