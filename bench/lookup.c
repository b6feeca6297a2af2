/* bench/lookup.c: look-ups per CPU second of a .bonlm model, from word ids.
 *   lookup MODEL TEXT single|words|batch      prints: look-ups, look-ups per CPU second, log10 of all
 * single: one call a word, the state passed along; words: running text; batch: LANES sentences side by side, each with its
 * state. As in kenlm_benchmark the model is read into memory, the text is mapped to ids before the clock starts, and it is
 * scored once: nothing is warm. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bon/ngram.h"

enum { LANES = 64, STRETCH = 4096 };

struct ids {
    uint32_t *id;
    size_t count, cap;
};

static void add(struct ids *ids, uint32_t id) {
    if (ids->count == ids->cap) {
        ids->cap = 2 * ids->cap + 4096;
        ids->id = realloc(ids->id, ids->cap * sizeof *ids->id);
        if (!ids->id) exit(1);
    }
    ids->id[ids->count++] = id;
}

static struct ids read_ids(const bon_lm *lm, const char *path) {
    struct ids ids = {0};
    FILE *file = fopen(path, "rb");
    char *line = NULL;
    size_t cap = 0;
    if (!file) {
        perror(path);
        exit(1);
    }
    while (getline(&line, &cap, file) > 0) {
        char *rest = line;
        for (char *word; (word = strsep(&rest, " \t\r\n"));)
            if (*word) add(&ids, bon_lm_word(lm, word, strlen(word)));
        add(&ids, BON_LM_EOS);
    }
    free(line);
    fclose(file);
    return ids;
}

static double cpu_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double score_single(const bon_lm *lm, const struct ids *ids) {
    bon_lm_state state;
    double sum = 0;
    bon_lm_state_begin(lm, &state);
    for (size_t i = 0; i < ids->count; i++) {
        sum += (double)bon_lm_score(lm, &state, ids->id[i], &state, NULL);
        if (ids->id[i] == BON_LM_EOS) bon_lm_state_begin(lm, &state);
    }
    return sum;
}

static double score_words(const bon_lm *lm, const struct ids *ids) {
    static float logprob[STRETCH];
    bon_lm_state state;
    double sum = 0;
    bon_lm_state_begin(lm, &state);
    for (size_t at = 0; at < ids->count; at += STRETCH) {
        size_t n = ids->count - at < STRETCH ? ids->count - at : STRETCH;
        bon_lm_score_words(lm, &state, ids->id + at, n, logprob, NULL);
        for (size_t i = 0; i < n; i++) sum += (double)logprob[i];
    }
    return sum;
}

/* Every lane scores a part of the text from sentence to sentence; a round scores the next word of each. */
static double score_batch(const bon_lm *lm, const struct ids *ids) {
    bon_lm_state state[LANES], begin;
    uint32_t word[LANES];
    size_t at[LANES], end[LANES], lanes = 0;
    float logprob[LANES];
    double sum = 0;
    bon_lm_state_begin(lm, &begin);
    for (size_t i = 0, from = 0; i < LANES; i++) {
        size_t to = ids->count * (i + 1) / LANES;
        while (to < ids->count && to > 0 && ids->id[to - 1] != BON_LM_EOS) to++;
        if (to <= from) continue;
        at[lanes] = from;
        end[lanes] = from = to;
        state[lanes++] = begin;
    }
    while (lanes > 0) {
        for (size_t i = 0; i < lanes; i++) word[i] = ids->id[at[i]];
        bon_lm_score_batch(lm, state, word, lanes, state, logprob, NULL);
        for (size_t i = lanes; i-- > 0;) {
            sum += (double)logprob[i];
            if (word[i] == BON_LM_EOS) state[i] = begin;
            if (++at[i] < end[i]) continue;
            lanes--; /* the last lane takes the place of one that is done */
            at[i] = at[lanes];
            end[i] = end[lanes];
            state[i] = state[lanes];
        }
    }
    return sum;
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        double (*score)(const bon_lm *lm, const struct ids *ids);
    } ways[] = {{"single", score_single}, {"words", score_words}, {"batch", score_batch}};
    static const bon_lm_open_options options = {.resident = 1};
    size_t way = 0;
    bon_lm *lm;
    while (argc == 4 && way < 3 && strcmp(argv[3], ways[way].name) != 0) way++;
    if (argc != 4 || way == 3) {
        fputs("usage: lookup MODEL TEXT single|words|batch\n", stderr);
        return 2;
    }
    if (bon_lm_open(&lm, argv[1], &options) != BON_OK) {
        fprintf(stderr, "lookup: %s\n", bon_error_message());
        return 1;
    }
    struct ids ids = read_ids(lm, argv[2]);
    double start = cpu_seconds(), sum = ways[way].score(lm, &ids), seconds = cpu_seconds() - start;
    printf("%zu\t%.0f\t%.4f\n", ids.count, (double)ids.count / seconds, sum);
    free(ids.id);
    bon_lm_close(lm);
    return 0;
}
