/* bench/restore_calibration.c: are the probabilities of restored words what they say? For every file of good text: words, accuracy,
 * mean confidence, expected calibration error of 15 bins (Naeini, Cooper & Hauskrecht 2015: bins of equal width, the mean
 * distance of confidence and accuracy weighed by words), and the error left when probabilities are raised to a power (Guo,
 * Pleiss, Sun & Weinberger 2017: one temperature) that the files of the other half, by place in the list, ask for.
 *   restore_calibration MODEL FILE... */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/io.h"
#include "bon/normalize.h"
#include "bon/restore.h"

enum { BINS = 15, WAYS = 16, FILES = 64 };

/* A word: the probabilities of its ways, and whether the first is right. */
struct word {
    float p[WAYS];
    unsigned count, right; /* which way is right; WAYS: none */
};

struct words {
    struct word *items;
    size_t count, cap;
};

static void check(bon_status status) {
    if (status == BON_OK) return;
    fprintf(stderr, "restore_calibration: %s\n", bon_error_message());
    exit(1);
}

static bon_buf read_file(const char *path) {
    bon_buf text = {0};
    check(bon_file_read(path, SIZE_MAX, &text));
    return text;
}

/* ---- asking ---- */

static struct word judge(const bon_restore_word *found, const char *good, size_t n) {
    struct word word = {.count = (unsigned)(found->count < WAYS ? found->count : WAYS), .right = WAYS};
    for (unsigned i = 0; i < word.count; i++) {
        const bon_restore_alternative *way = &found->alternatives[i];
        word.p[i] = (float)way->probability;
        if (way->len == n && memcmp(way->text, good, n) == 0) word.right = i;
    }
    return word;
}

/* Words and good tokens are found in step by the bytes that come before them without marks. */
static void add_line(bon_restore_session *session, const char *good, size_t n, struct words *words) {
    bon_buf plain = {0}, part = {0};
    const bon_restore_word *found;
    size_t count, pos = 0, from = 0, at = 0, i = 0;
    bon_token token;
    check(bon_strip_marks(good, n, &plain));
    check(bon_restore_alternatives(session, plain.data, plain.len, WAYS, &found, &count));
    while (i < count && bon_token_next(good, n, &pos, &token)) {
        part.len = 0;
        check(bon_strip_marks(good + from, token.start - from, &part));
        at += part.len;
        while (i < count && found[i].start < at) i++;
        if (i < count && found[i].start == at) {
            check(bon_grow_array(&words->items, &words->cap, words->count + 1, sizeof *words->items));
            words->items[words->count++] = judge(&found[i++], good + token.start, token.len);
        }
        part.len = 0;
        check(bon_strip_marks(good + token.start, token.len, &part));
        at += part.len;
        from = (size_t)token.start + token.len;
    }
    bon_buf_free(&plain);
    bon_buf_free(&part);
}

static void add_file(bon_restore_session *session, const char *path, struct words *words) {
    bon_buf raw = read_file(path), good = {0};
    bon_normalizer *normalizer;
    check(bon_normalizer_open(&normalizer, NULL));
    check(bon_normalize(normalizer, raw.data, raw.len, &good));
    for (size_t at = 0; at < good.len;) {
        const char *line = good.data + at, *newline = memchr(line, '\n', good.len - at);
        size_t n = newline ? (size_t)(newline - line) : good.len - at;
        add_line(session, line, n, words);
        at += n + 1;
    }
    bon_normalizer_close(normalizer);
    bon_buf_free(&raw);
    bon_buf_free(&good);
}

/* ---- figures ---- */

/* The probability of way i, all raised to a power. */
static double raised(const struct word *word, unsigned i, double power) {
    double sum = 0;
    for (unsigned k = 0; k < word->count; k++) sum += pow((double)word->p[k], power);
    return sum > 0 ? pow((double)word->p[i], power) / sum : 0;
}

static double error_of(const struct words *words, double power, double *confidence, double *accuracy) {
    double sums[BINS] = {0}, rights[BINS] = {0}, error = 0;
    *confidence = *accuracy = 0;
    for (size_t i = 0; i < words->count; i++) {
        double p = raised(&words->items[i], 0, power);
        unsigned bin = p >= 1 ? BINS - 1 : (unsigned)(p * BINS);
        sums[bin] += p;
        rights[bin] += words->items[i].right == 0;
    }
    for (unsigned b = 0; b < BINS; b++) {
        error += fabs(sums[b] - rights[b]);
        *confidence += sums[b];
        *accuracy += rights[b];
    }
    *confidence /= (double)words->count;
    *accuracy /= (double)words->count;
    return error / (double)words->count;
}

/* Surprise of what is right, over the files of one half. */
static double surprise(const struct words *files, unsigned count, unsigned half, double power) {
    double sum = 0;
    for (unsigned f = half; f < count; f += 2)
        for (size_t i = 0; i < files[f].count; i++) {
            const struct word *word = &files[f].items[i];
            if (word->right < word->count) sum -= log(raised(word, word->right, power) + 1e-12);
        }
    return sum;
}

/* The power of least surprise, by golden section: the surprise is convex in it. */
static double fit(const struct words *files, unsigned count, unsigned half) {
    double low = 0.3, high = 2, ratio = (sqrt(5) - 1) / 2;
    for (unsigned i = 0; i < 16; i++) {
        double a = high - ratio * (high - low), b = low + ratio * (high - low);
        if (surprise(files, count, half, a) < surprise(files, count, half, b))
            high = b;
        else
            low = a;
    }
    return (low + high) / 2;
}

int main(int count, char **arguments) {
    static struct words files[FILES];
    bon_restorer *restorer;
    bon_restore_session *session;
    double confidence, accuracy, sum = 0, sum_fitted = 0;
    unsigned n = (unsigned)count - 2;
    if (count < 4 || n > FILES) return 2;
    check(bon_restorer_open(&restorer, arguments[1]));
    check(bon_restore_session_open(&session, restorer, NULL));
    for (unsigned f = 0; f < n; f++) add_file(session, arguments[f + 2], &files[f]);
    double powers[2] = {fit(files, n, 1), fit(files, n, 0)}; /* of the other half */
    printf("file\twords\taccuracy\tconfidence\tece\tpower\tece_fitted\n");
    for (unsigned f = 0; f < n; f++) {
        const char *name = strrchr(arguments[f + 2], '/');
        double unused, fitted = error_of(&files[f], powers[f % 2], &unused, &unused);
        double error = error_of(&files[f], 1, &confidence, &accuracy);
        printf("%s\t%zu\t%.2f\t%.2f\t%.2f\t%.3f\t%.2f\n", name ? name + 1 : arguments[f + 2], files[f].count,
               100 * accuracy, 100 * confidence, 100 * error, powers[f % 2], 100 * fitted);
        sum += error;
        sum_fitted += fitted;
        free(files[f].items);
    }
    printf("average\t\t\t\t%.2f\t\t%.2f\n", 100 * sum / n, 100 * sum_fitted / n);
    bon_restore_session_close(session);
    bon_restorer_close(restorer);
    return 0;
}
