/* bench/micro_syllable.c: how fast the syllable room goes through text in memory, without files and pipes around it.
 *
 *     micro_syllable FILE     one row an operation: name, MB/s, ns a token, as TSV; each the median of rounds of CPU time
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bon/syllable.h"
#include "syllable/segment.h"

enum { ROUNDS = 15 };

struct text {
    char *data;
    size_t len, tokens;
    bon_buf out;
    uint64_t sum; /* of results, so that no work can be left out */
    struct bon_word_cache words;
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

static void segment(struct text *text) { /* each token by itself */
    size_t pos = 0;
    bon_token token;
    while (bon_segment_next(text->data, text->len, &pos, &token)) text->sum += token.code;
}

/* To codes, with the memory of words and the i-th implementation of the cuts; and the cuts alone, which is its floor: what is
 * left is looking up. */
static void segment_many(struct text *text, unsigned i) {
    text->words.cut = bon_cut_nth(i);
    for (size_t pos = 0, count; (count = bon_segment_many(&text->words, text->data, text->len, &pos)) > 0;)
        for (size_t token = 0; token < count; token++) text->sum += text->words.tokens[token].code;
}

static void cut(struct text *text, unsigned i) {
    bon_cut_function *cut = bon_cut_nth(i);
    for (size_t at = 0; at + BON_CUT_WINDOW + BON_CUT_AHEAD < text->len; at += BON_CUT_WINDOW)
        text->sum += cut((const uint8_t *)text->data + at, &text->words.cuts);
}

static void cut_plain(struct text *text) { cut(text, 0); }
static void cut_sse2(struct text *text) { cut(text, 1); }
static void cut_avx2(struct text *text) { cut(text, 2); }
static void cut_avx512(struct text *text) { cut(text, 3); }
static void many_plain(struct text *text) { segment_many(text, 0); }
static void many_sse2(struct text *text) { segment_many(text, 1); }
static void many_avx2(struct text *text) { segment_many(text, 2); }
static void many_avx512(struct text *text) { segment_many(text, 3); }

enum { NEEDS_NOTHING = -1 }; /* or the number of an implementation, which this processor may lack */

static const struct {
    const char *name;
    void (*run)(struct text *);
    int needs;
} operations[] = {
    {"tokenize", tokenize, NEEDS_NOTHING},      {"respell", respell, NEEDS_NOTHING},
    {"strip_marks", strip, NEEDS_NOTHING},      {"lower", lower, NEEDS_NOTHING},
    {"segment", segment, NEEDS_NOTHING},        {"segment_many, plain C", many_plain, 0},
    {"segment_many, SSE2", many_sse2, 1},       {"segment_many, AVX2", many_avx2, 2},
    {"segment_many, AVX-512", many_avx512, 3},  {"its cuts alone, plain C", cut_plain, 0},
    {"its cuts alone, SSE2", cut_sse2, 1},      {"its cuts alone, AVX2", cut_avx2, 2},
    {"its cuts alone, AVX-512", cut_avx512, 3},
};

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
    static struct text text;
    if (count != 2 || !read_file(arguments[1], &text)) {
        fprintf(stderr, "usage: micro_syllable FILE (not empty)\n");
        return 2;
    }
    puts("operation\tmb_per_s\tns_per_token");
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        double seconds[ROUNDS];
        if (operations[i].needs != NEEDS_NOTHING && !bon_cut_nth((unsigned)operations[i].needs)) continue;
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
