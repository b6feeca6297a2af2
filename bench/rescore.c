/* bench/rescore.c: a causal transformer (of `bon train`, on lines of `bon segment --fold`, each a document) beside n-grams.
 *   rescore lines MODEL NETWORK|- FOLDER TOKENIZER K FILE...
 *     strips the marks of each line, finds the K best ways to restore it, and lets the transformer read each. A row a way: file,
 *     line, log10 by what restores, log10 by the transformer, words, words that are right; last the milliseconds a line of both.
 *   rescore next MODEL TRAIN_IDS FOLDER TOKENIZER EVERY FILE...
 *     asks both for what comes next at every EVERY-th word of letters. A row a line and way to mix them (the part that is the
 *     transformer's): file, line, part, words asked for, those that came first, those among the first three; last microseconds a
 *     word of both. What the transformer proposes are words of one token; TRAIN_IDS tells how often a word ends with it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/io.h"
#include "bon/lm.h"
#include "bon/tokenizer.h"
#include "restore/eval.h"
#include "restore/session.h"

static void check(bon_status status) {
    if (status == BON_OK) return;
    fprintf(stderr, "rescore: %s\n", bon_error_message());
    exit(1);
}

static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static const char *name_of(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

typedef void line_visit(void *context, const char *file, size_t number, const char *line, size_t n);

static void each_line(char **files, int count, line_visit *visit, void *context) {
    for (int i = 0; i < count; i++) {
        bon_buf text = {0};
        size_t number = 0;
        check(bon_file_read(files[i], SIZE_MAX, &text));
        for (size_t at = 0, n; at < text.len; at += n + 1) {
            const char *newline = memchr(text.data + at, '\n', text.len - at);
            n = newline ? (size_t)(newline - text.data) - at : text.len - at;
            if (n) visit(context, name_of(files[i]), number++, text.data + at, n);
        }
        bon_buf_free(&text);
    }
}

/* ---- the transformer ---- */

struct reader {
    bon_tokenizer *tokenizer;
    bon_token_encoder *encoder;
    bon_decoder *decoder;
    bon_decoding *text;
    uint32_t end, vocabulary, context;
    bon_token_ids ids,
        read;         /* tokens of a text; those of the one before, if the decoding holds it from its beginning */
    float *logits;    /* of every token fed */
    double *logprobs; /* of the token behind each */
};

static void open_reader(struct reader *r, const char *folder, const char *tokenizer) {
    static const char name[] = BON_TOKENIZER_END;
    check(bon_tokenizer_read(&r->tokenizer, tokenizer));
    check(bon_token_encoder_open(&r->encoder, r->tokenizer, 0));
    check(bon_decoder_open(&r->decoder, folder));
    check(bon_decoding_open(&r->text, r->decoder, 1));
    r->vocabulary = bon_decoder_config(r->decoder)->vocabulary;
    r->context = bon_decoder_config(r->decoder)->context;
    r->end = bon_tokenizer_find_special(r->tokenizer, name, sizeof name - 1);
    r->logits = malloc((size_t)r->context * r->vocabulary * sizeof *r->logits);
    if (!r->logits) exit(1);
}

static void push(bon_token_ids *ids, uint32_t id) {
    check(bon_grow_array(&ids->ids, &ids->cap, ids->count + 1, sizeof *ids->ids));
    ids->ids[ids->count++] = id;
}

/* Natural logarithm of the sum of exp(logits). */
static double log_sum(const float *logits, size_t n) {
    float most = -HUGE_VALF;
    double sum = 0;
    for (size_t i = 0; i < n; i++) most = fmaxf(most, logits[i]);
    for (size_t i = 0; i < n; i++) sum += (double)expf(logits[i] - most);
    return (double)most + log(sum);
}

/* log10 of the tokens of r->ids behind the first. What it has in common with the text read before is not read again, but for the
 * last of these tokens, whose row tells of what differs. A text longer than the context is read in pieces that overlap by half. */
static double read_ids(struct reader *r) {
    const size_t n = r->ids.count;
    size_t same = 0, first = 0;
    double sum = 0;
    while (same < r->read.count && same + 1 < n && r->read.ids[same] == r->ids.ids[same]) same++;
    if (same > 0) same--;
    if (n - 1 > r->context) same = 0;
    if (!(r->logprobs = realloc(r->logprobs, n * sizeof *r->logprobs))) exit(1);
    bon_decoding_cut(r->text, same);
    for (size_t at = same, step; at + 1 < n; at += step) {
        if (at - first == r->context) {
            first = at - r->context / 2;
            bon_decoding_cut(r->text, 0);
            check(bon_decoding_feed(r->text, r->ids.ids + first, at - first, NULL, false));
        }
        const size_t left = n - 1 - at, room = r->context - (at - first);
        step = left < room ? left : room;
        check(bon_decoding_feed(r->text, r->ids.ids + at, step, r->logits, true));
        for (size_t i = 0; i < step; i++) {
            const float *row = r->logits + i * r->vocabulary;
            r->logprobs[at + i] = (double)row[r->ids.ids[at + i + 1]] - log_sum(row, r->vocabulary);
        }
    }
    r->read.count = 0;
    for (size_t i = 0; i + 1 < n; i++) sum += r->logprobs[i];
    for (size_t i = 0; first == 0 && i < n; i++) push(&r->read, r->ids.ids[i]);
    return sum / log(10);
}

/* The line as the transformer knows text. */
static void fold(const char *line, size_t n, bon_buf *out) {
    bon_token token;
    out->len = 0;
    for (size_t pos = 0; bon_token_next(line, n, &pos, &token);) {
        if (out->len) check(bon_buf_put(out, ' '));
        check(bon_fold_token(line, &token, out));
    }
}

static double read_line(struct reader *r, const char *line, size_t n, bon_buf *scratch) {
    fold(line, n, scratch);
    check(bon_buf_put(scratch, '\n'));
    r->ids.count = 0;
    push(&r->ids, r->end);
    check(bon_token_encoder_encode(r->encoder, scratch->data, scratch->len, &r->ids));
    return read_ids(r);
}

/* ---- the k best ways through a line ---- */

struct lines {
    bon_restorer *restorer;
    bon_restore_session *session;
    struct reader reader;
    unsigned k;
    bon_buf plain, scratch;
    double restoring, reading;
    size_t count;
};

/* Both have the same letters, so pieces come in step. */
static void compare(const char *good, size_t n, const char *is, size_t is_n, unsigned *words, unsigned *right) {
    size_t a = 0, b = 0, start, len, is_start, is_len;
    *words = *right = 0;
    while (bon_eval_next(good, n, &a, &start, &len) && bon_eval_next(is, is_n, &b, &is_start, &is_len)) {
        ++*words;
        *right += len == is_len && memcmp(good + start, is + is_start, len) == 0;
    }
}

static void rescore_line(void *context, const char *file, size_t number, const char *line, size_t n) {
    struct lines *l = context;
    const bon_restore_result *results;
    size_t count;
    const double begin = seconds();
    l->plain.len = 0;
    check(bon_strip_marks(line, n, &l->plain));
    check(bon_restore_line(l->session, l->plain.data, l->plain.len, l->k, &results, &count));
    const double middle = seconds();
    for (size_t i = 0; i < count; i++) {
        unsigned words, right;
        const double said = read_line(&l->reader, results[i].text, results[i].len, &l->scratch);
        compare(line, n, results[i].text, results[i].len, &words, &right);
        printf("%s\t%zu\t%.5f\t%.5f\t%u\t%u\n", file, number, results[i].logprob10, said, words, right);
    }
    l->restoring += middle - begin;
    l->reading += seconds() - middle;
    l->count++;
}

static void run_lines(char **a, int count) {
    struct lines l = {.k = (unsigned)strtoul(a[4], NULL, 10)};
    check(bon_restorer_open(&l.restorer, a[0]));
    if (strcmp(a[1], "-") != 0) check(bon_restorer_join(l.restorer, a[1]));
    check(bon_restore_session_open(&l.session, l.restorer, NULL));
    open_reader(&l.reader, a[2], a[3]);
    each_line(a + 5, count - 5, rescore_line, &l);
    printf("ms\t%.3f\t%.3f\n", 1e3 * l.restoring / (double)l.count, 1e3 * l.reading / (double)l.count);
}

/* ---- the next word ---- */

enum { PARTS = 11, TOP = 10, SHOWN = 3 };

struct word {
    uint32_t id; /* the model's */
    double ngrams, transformer;
};

struct next {
    bon_lm *lm;
    bon_lm_predictor *predictor;
    struct reader reader;
    float *ends;     /* of each token: how often it is a word's last */
    uint32_t *word;  /* of each token: the model's word that it is, behind a blank; or none */
    uint32_t *token; /* of each of the model's words */
    unsigned every;
    bon_buf scratch;
    double ngrams, transformer;
    size_t count;
};

static bool is_letters(const char *word, size_t n) {
    size_t pos = 0, start, len;
    return bon_eval_next(word, n, &pos, &start, &len) && len == n;
}

static bool accept(void *user, uint32_t word) {
    size_t n;
    const char *text = bon_lm_word_text(((struct next *)user)->lm, word, &n);
    return is_letters(text, n);
}

/* Which tokens are words, and how often they end one: where no letters follow. */
static void learn_tokens(struct next *x, const char *path) {
    struct reader *r = &x->reader;
    const uint32_t size = bon_tokenizer_size(r->tokenizer);
    bon_buf ids = {0};
    check(bon_file_read(path, SIZE_MAX, &ids));
    double *seen = calloc(size, sizeof *seen);
    x->ends = calloc(size, sizeof *x->ends);
    x->word = malloc(size * sizeof *x->word);
    x->token = malloc(bon_lm_count(x->lm, 1) * sizeof *x->token);
    if (!seen || !x->ends || !x->word || !x->token) exit(1);
    const uint16_t *id = (const void *)ids.data;
    for (size_t i = 0; i + 1 < ids.len / 2; i++) {
        size_t n;
        const char *text = bon_tokenizer_bytes(r->tokenizer, id[i + 1], &n);
        seen[id[i]]++;
        x->ends[id[i]] += text[0] == ' ' || text[0] == '\n' || bon_tokenizer_is_special(r->tokenizer, id[i + 1]);
    }
    for (uint32_t w = 0; w < bon_lm_count(x->lm, 1); w++) x->token[w] = BON_TOKENIZER_NONE;
    for (uint32_t t = 0; t < size; t++) {
        size_t n;
        const char *text = bon_tokenizer_bytes(r->tokenizer, t, &n);
        x->word[t] = BON_LM_UNK;
        x->ends[t] /= seen[t] > 0 ? (float)seen[t] : 1;
        if (n < 2 || text[0] != ' ' || !is_letters(text + 1, n - 1)) continue;
        x->word[t] = bon_lm_word(x->lm, text + 1, n - 1);
        if (x->word[t] != BON_LM_UNK) x->token[x->word[t]] = t;
    }
    free(seen);
    bon_buf_free(&ids);
}

/* The words that either proposes, with what both say. */
static size_t propose(struct next *x, const bon_lm_state *state, const float *logits, struct word *words) {
    const bon_lm_predict_options options = {.accept = accept, .user = x};
    bon_lm_prediction best[TOP];
    size_t count = 0;
    const double begin = seconds();
    const size_t found = bon_lm_predict(x->predictor, state, &options, best, TOP);
    const double middle = seconds();
    const double sum = log_sum(logits, x->reader.vocabulary);
    for (size_t i = 0; i < found; i++) {
        const uint32_t t = x->token[best[i].word];
        const double p = t == BON_TOKENIZER_NONE ? 0 : exp((double)logits[t] - sum) * (double)x->ends[t];
        words[count++] = (struct word){best[i].word, pow(10, (double)best[i].logprob), p};
    }
    for (int k = 0; k < TOP; k++) { /* the likeliest that is not there */
        struct word most = {.transformer = -1};
        for (uint32_t t = 0; t < bon_tokenizer_size(x->reader.tokenizer); t++) {
            if (x->word[t] == BON_LM_UNK) continue;
            const double p = exp((double)logits[t] - sum) * (double)x->ends[t];
            bool there = p <= most.transformer;
            for (size_t i = 0; i < count && !there; i++) there = words[i].id == x->word[t];
            if (!there) most = (struct word){.id = x->word[t], .transformer = p};
        }
        bon_lm_state after;
        most.ngrams = pow(10, (double)bon_lm_score(x->lm, state, most.id, &after, NULL));
        words[count++] = most;
    }
    x->ngrams += middle - begin;
    x->transformer += seconds() - middle;
    return count;
}

/* Counts a hit for every mix in which the right word is among the first. */
static void judge(const struct word *words, size_t count, uint32_t right, unsigned first[PARTS],
                  unsigned shown[PARTS]) {
    for (int part = 0; part < PARTS; part++) {
        const double a = (double)part / (PARTS - 1);
        double of_right = -1;
        unsigned before = 0;
        for (size_t i = 0; i < count; i++)
            if (words[i].id == right) of_right = a * words[i].transformer + (1 - a) * words[i].ngrams;
        if (of_right < 0) continue;
        for (size_t i = 0; i < count; i++)
            before += words[i].id != right && a * words[i].transformer + (1 - a) * words[i].ngrams >= of_right;
        first[part] += before == 0;
        shown[part] += before < SHOWN;
    }
}

static void suggest_line(void *context, const char *file, size_t number, const char *line, size_t n) {
    struct next *x = context;
    struct reader *r = &x->reader;
    unsigned first[PARTS] = {0}, shown[PARTS] = {0}, asked = 0;
    bon_lm_state state;
    bon_lm_state_begin(x->lm, &state);
    bon_decoding_cut(r->text, 0);
    check(bon_decoding_feed(r->text, &r->end, 1, r->logits, false));
    fold(line, n, &x->scratch);
    for (size_t at = 0, i = 0, end; at < x->scratch.len; at = end, i++) {
        const char *text = x->scratch.data;
        const size_t word = at + (at > 0);
        const char *blank = memchr(text + word, ' ', x->scratch.len - word);
        end = blank ? (size_t)(blank - text) : x->scratch.len;
        const uint32_t right = bon_lm_word(x->lm, text + word, end - word);
        if (i > 0 && (i + number) % x->every == 0 && is_letters(text + word, end - word)) {
            struct word words[2 * TOP];
            asked++;
            judge(words, propose(x, &state, r->logits, words), right, first, shown);
        }
        bon_lm_score(x->lm, &state, right, &state, NULL);
        r->ids.count = 0;
        check(bon_token_encoder_encode(r->encoder, text + at, end - at, &r->ids));
        if (bon_decoding_length(r->text) + r->ids.count > r->context) break;
        const double begin = seconds();
        check(bon_decoding_feed(r->text, r->ids.ids, r->ids.count, r->logits, false));
        x->transformer += (seconds() - begin) / x->every;
    }
    for (int part = 0; part < PARTS; part++)
        printf("%s\t%zu\t%.1f\t%u\t%u\t%u\n", file, number, (double)part / (PARTS - 1), asked, first[part],
               shown[part]);
    x->count += asked;
}

static void run_next(char **a, int count) {
    struct next x = {.every = (unsigned)strtoul(a[4], NULL, 10)};
    check(bon_lm_open(&x.lm, a[0], &(bon_lm_open_options){.lazy = 1}));
    check(bon_lm_predictor_open(&x.predictor, x.lm));
    open_reader(&x.reader, a[2], a[3]);
    learn_tokens(&x, a[1]);
    each_line(a + 5, count - 5, suggest_line, &x);
    printf("us\t%.1f\t%.1f\n", 1e6 * x.ngrams / (double)x.count, 1e6 * x.transformer / (double)x.count);
}

int main(int count, char **arguments) {
    if (count < 8) return 2;
    (strcmp(arguments[1], "next") == 0 ? run_next : run_lines)(arguments + 2, count - 2);
    return 0; /* which frees all */
}
