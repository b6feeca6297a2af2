/* bench/lookup.c: look-ups per CPU second of a .bonlm model, from word ids, the state passed along from word to word.
 *   lookup MODEL TEXT REPEATS      prints: look-ups, look-ups per CPU second (the median of REPEATS runs)
 * The text is read and mapped to ids before the clock starts, as kenlm_benchmark does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bon/ngram.h"

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

static double score_all(const bon_lm *lm, const struct ids *ids) {
    bon_lm_state state;
    double sum = 0;
    bon_lm_state_begin(lm, &state);
    for (size_t i = 0; i < ids->count; i++) {
        sum += (double)bon_lm_score(lm, &state, ids->id[i], &state, NULL);
        if (ids->id[i] == BON_LM_EOS) bon_lm_state_begin(lm, &state);
    }
    return sum;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv) {
    bon_lm *lm;
    if (argc != 4 || atoi(argv[3]) < 1) {
        fputs("usage: lookup MODEL TEXT REPEATS\n", stderr);
        return 2;
    }
    if (bon_lm_open(&lm, argv[1], NULL) != BON_OK) {
        fprintf(stderr, "lookup: %s\n", bon_error_message());
        return 1;
    }
    struct ids ids = read_ids(lm, argv[2]);
    size_t repeats = (size_t)atoi(argv[3]);
    double *seconds = calloc(repeats, sizeof *seconds), sum = score_all(lm, &ids); /* once to warm up */
    if (!seconds) return 1;
    for (size_t i = 0; i < repeats; i++) {
        double start = cpu_seconds();
        sum += score_all(lm, &ids);
        seconds[i] = cpu_seconds() - start;
    }
    qsort(seconds, repeats, sizeof *seconds, ascending);
    printf("%zu\t%.0f\n", ids.count, (double)ids.count / seconds[repeats / 2]);
    free(seconds);
    free(ids.id);
    bon_lm_close(lm);
    return sum < 0 ? 0 : 1;
}
