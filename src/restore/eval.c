/* src/restore/eval.c: strip, restore, compare.
 *
 * Good and restored text have the same bytes once stripped, so the two are walked side by side by the number of stripped
 * bytes: that stays in step where marks stand alone or runs of letters are unlike anything Vietnamese.
 */
#include "restore/eval.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unicode/uchar.h>

#include "base/buf.h"
#include "bon/normalize.h"
#include "syllable/utf8.h"

struct bon_eval {
    bon_restore_session *session;
    bon_normalizer *normalizer;
    bon_buf good, plain, restored, scratch;
};

/* Only what makes spellings comparable: what is counted shall be what the file has. */
enum { KEPT_RULES = 1 << BON_RULE_COMPOSE | 1 << BON_RULE_TONE_PLACE };

bon_status bon_eval_open(struct bon_eval **out, bon_restore_session *session) {
    bon_normalize_options options = {.tone_style = BON_TONE_OLD,
                                     .disabled = ((1u << BON_RULES) - 1) & ~(unsigned)KEPT_RULES};
    struct bon_eval *eval = bon_alloc_zeroed(1, sizeof *eval);
    if (!eval) return BON_ERR_NOMEM;
    eval->session = session;
    bon_status status = bon_normalizer_open(&eval->normalizer, &options);
    if (status != BON_OK) {
        bon_eval_close(eval);
        return status;
    }
    *out = eval;
    return BON_OK;
}

void bon_eval_close(struct bon_eval *eval) {
    if (!eval) return;
    bon_normalizer_close(eval->normalizer);
    bon_buf_free(&eval->good);
    bon_buf_free(&eval->plain);
    bon_buf_free(&eval->restored);
    bon_buf_free(&eval->scratch);
    free(eval);
}

/* ---- what is counted ---- */

enum class { CLASS_LETTER, CLASS_SIGN, CLASS_SKIPPED };

/* Superscript digits are digits here: m² is one letter run and a number. */
static enum class class_of(uint32_t c) {
    if (c < 0x80) return (c | 0x20) - 'a' < 26u ? CLASS_LETTER : CLASS_SKIPPED;
    if (c == BON_UTF8_INVALID) return CLASS_SIGN;
    if (u_isalpha((UChar32)c)) return CLASS_LETTER;
    int numeric = u_getIntPropertyValue((UChar32)c, UCHAR_NUMERIC_TYPE);
    if (numeric == U_NT_DECIMAL || numeric == U_NT_DIGIT || u_isUWhiteSpace((UChar32)c)) return CLASS_SKIPPED;
    return CLASS_SIGN;
}

bool bon_eval_next(const char *text, size_t n, size_t *pos, size_t *start, size_t *len) {
    unsigned length = 0;
    size_t at = *pos;
    enum class found = CLASS_SKIPPED;
    for (; at < n; at += length)
        if ((found = class_of(bon_utf8_read(text + at, n - at, &length))) != CLASS_SKIPPED) break;
    *pos = at;
    if (at == n) return false;
    *start = at;
    do at += length;
    while (found == CLASS_LETTER && at < n && class_of(bon_utf8_read(text + at, n - at, &length)) == CLASS_LETTER);
    *len = at - *start;
    *pos = at;
    return true;
}

/* ---- walking in step ---- */

static bon_status stripped_length(struct bon_eval *eval, const char *text, size_t n, size_t *length) {
    eval->scratch.len = 0;
    BON_TRY(bon_strip_marks(text, n, &eval->scratch));
    *length = eval->scratch.len;
    return BON_OK;
}

/* Moves *pos over characters that are `want` bytes when stripped, and over lone marks behind them. */
static bon_status skip_stripped(struct bon_eval *eval, const char *text, size_t n, size_t want, size_t *pos) {
    size_t have = 0, piece;
    while (*pos < n) {
        unsigned length;
        bon_utf8_read(text + *pos, n - *pos, &length);
        if (length == 1)
            piece = 1;
        else
            BON_TRY(stripped_length(eval, text + *pos, length, &piece));
        if (have + piece > want) break;
        have += piece;
        *pos += length;
    }
    return BON_OK;
}

static bool same_word(const char *a, size_t an, const char *b, size_t bn) {
    bon_syllable x, y;
    bon_case letter_case;
    if (an == bn && memcmp(a, b, an) == 0) return true;
    return bon_syllable_parse(a, an, &x, &letter_case) && bon_syllable_parse(b, bn, &y, &letter_case) && x == y;
}

static bon_status compare_line(struct bon_eval *eval, const char *good, size_t n, const char *restored,
                               size_t restored_n, struct bon_eval_totals *totals) {
    size_t pos = 0, from = 0, start, len, at = 0, skipped, kept;
    uint64_t wrong = 0;
    for (; bon_eval_next(good, n, &pos, &start, &len); from = start + len) {
        BON_TRY(stripped_length(eval, good + from, start - from, &skipped));
        BON_TRY(skip_stripped(eval, restored, restored_n, skipped, &at));
        BON_TRY(stripped_length(eval, good + start, len, &kept));
        size_t begin = at;
        BON_TRY(skip_stripped(eval, restored, restored_n, kept, &at));
        totals->syllables++;
        /* A mark on its own is gone from the stripped text: there is nothing to restore. */
        bool right = kept == 0 || same_word(good + start, len, restored + begin, at - begin);
        totals->correct += right;
        wrong += !right;
    }
    totals->lines++;
    totals->lines_correct += wrong == 0;
    return BON_OK;
}

/* ---- text ---- */

static double thread_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static bon_status check_promise(struct bon_eval *eval, const char *name, uint64_t line) {
    eval->scratch.len = 0;
    BON_TRY(bon_strip_marks(eval->restored.data, eval->restored.len, &eval->scratch));
    if (eval->scratch.len == eval->plain.len && memcmp(eval->scratch.data, eval->plain.data, eval->plain.len) == 0)
        return BON_OK;
    return bon_fail(BON_ERR_DATA,
                    "%s: restoring the text from line %llu on changed more than marks; please report this", name,
                    (unsigned long long)line);
}

bon_status bon_eval_add(struct bon_eval *eval, const char *text, size_t n, const char *name, uint64_t first_line,
                        struct bon_eval_totals *totals) {
    if (n == 0) return BON_OK;
    eval->good.len = eval->plain.len = eval->restored.len = 0;
    BON_TRY(bon_normalize(eval->normalizer, text, n, &eval->good));
    BON_TRY(bon_strip_marks(eval->good.data, eval->good.len, &eval->plain));
    double before = thread_seconds();
    BON_TRY(bon_restore(eval->session, eval->plain.data, eval->plain.len, &eval->restored));
    totals->seconds += thread_seconds() - before;
    if (eval->plain.len) BON_TRY(check_promise(eval, name, first_line));
    const char *good = eval->good.data, *good_end = good + eval->good.len;
    const char *restored = eval->restored.data, *restored_end = restored + eval->restored.len;
    while (good < good_end) {
        /* Newlines are the same in both. */
        const char *good_stop = memchr(good, '\n', (size_t)(good_end - good));
        const char *restored_stop =
            restored < restored_end ? memchr(restored, '\n', (size_t)(restored_end - restored)) : NULL;
        if (!good_stop) good_stop = good_end;
        if (!restored_stop) restored_stop = restored_end;
        BON_TRY(
            compare_line(eval, good, (size_t)(good_stop - good), restored, (size_t)(restored_stop - restored), totals));
        good = good_stop + (good_stop < good_end);
        restored = restored_stop + (restored_stop < restored_end);
    }
    return BON_OK;
}

/* ---- figures ---- */

double bon_eval_accuracy(const struct bon_eval_totals *totals) {
    return totals->syllables ? 100.0 * (double)totals->correct / (double)totals->syllables : 0;
}

double bon_eval_interval(const struct bon_eval_totals *totals) {
    if (!totals->syllables) return 0;
    double p = (double)totals->correct / (double)totals->syllables;
    return 100 * 1.96 * sqrt(p * (1 - p) / (double)totals->syllables);
}
