/* bench/micro_syllable.c: how fast the syllable room goes through text in memory, without files and pipes around it.
 *
 *     micro_syllable FILE     one row an operation: name, MB/s, ns a token, as TSV; each the median of rounds of CPU time
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bon/syllable.h"

enum { ROUNDS = 15 };

struct text {
    char *data;
    size_t len, tokens;
    bon_buf out;
    uint64_t sum; /* of results, so that no work can be left out */
};

static void tokenize(struct text *text) {
    size_t pos = 0;
    bon_token token;
    text->tokens = 0;
    while (bon_token_next(text->data, text->len, &pos, &token)) {
        text->tokens++;
        text->sum += token.code;
    }
}

static void strip(struct text *text) {
    text->out.len = 0;
    text->sum += (uint64_t)bon_strip_marks(text->data, text->len, &text->out) + text->out.len;
}

static void lower(struct text *text) {
    text->out.len = 0;
    text->sum += (uint64_t)bon_lower(text->data, text->len, &text->out) + text->out.len;
}

static void respell(struct text *text) { /* tokenize, and write every syllable in the new placement */
    size_t pos = 0;
    bon_token token;
    char spelled[BON_SYLLABLE_MAX];
    while (bon_token_next(text->data, text->len, &pos, &token))
        if (token.kind == BON_TOKEN_SYLLABLE)
            text->sum += bon_syllable_spell(token.code, (bon_case)token.letter_case, BON_TONE_NEW, spelled);
}

static const struct {
    const char *name;
    void (*run)(struct text *);
} operations[] = {{"tokenize", tokenize}, {"respell", respell}, {"strip_marks", strip}, {"lower", lower}};

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool read_file(const char *path, struct text *text) {
    FILE *file = fopen(path, "rb");
    size_t cap = 0, got = 1;
    while (file && got > 0) {
        if (text->len == cap) {
            cap = 2 * cap + (1 << 20);
            char *grown = realloc(text->data, cap);
            if (!grown) break;
            text->data = grown;
        }
        got = fread(text->data + text->len, 1, cap - text->len, file);
        text->len += got;
    }
    bool complete = file && got == 0 && !ferror(file) && text->len > 0;
    if (file) fclose(file);
    return complete;
}

int main(int count, char **arguments) {
    struct text text = {0};
    if (count != 2 || !read_file(arguments[1], &text)) {
        fprintf(stderr, "usage: micro_syllable FILE (not empty)\n");
        return 2;
    }
    puts("operation\tmb_per_s\tns_per_token");
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        double seconds[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            clock_t start = clock();
            operations[i].run(&text);
            seconds[round] = (double)(clock() - start) / CLOCKS_PER_SEC;
        }
        qsort(seconds, ROUNDS, sizeof seconds[0], ascending);
        double median = seconds[ROUNDS / 2];
        printf("%s\t%.1f\t%.1f\n", operations[i].name, (double)text.len / 1e6 / median,
               median * 1e9 / (double)text.tokens);
    }
    fprintf(stderr, "%zu bytes, %zu tokens, checksum %llu\n", text.len, text.tokens, (unsigned long long)text.sum);
    bon_buf_free(&text.out);
    free(text.data);
    return 0;
}
