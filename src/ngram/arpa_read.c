/* src/ngram/arpa_read.c: parses ARPA text:
 *
 *     \data\                       anything before this line is a comment
 *     ngram 1=3                    how many n-grams of each order follow
 *     ngram 2=...
 *
 *     \1-grams:
 *     -0.7<TAB>word<TAB>-0.3       log10 p, the words, log10 back-off (0 when left out; the highest order has none)
 *     \2-grams:
 *     ...
 *     \end\
 *
 * (the ngram-format(5) page of SRILM; fields may be separated by spaces or tabs). N-grams may come in any order. Everything
 * else is refused with its line number: a count that is not what was announced, a number that is not one, NaN or a positive
 * log-probability, too few or too many words, words that are not among the unigrams, a file that stops before \end\.
 * Announced counts are never trusted for memory.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/io.h"
#include "ngram/arpa.h"
#include "ngram/number.h"

enum { READ_SIZE = 256 << 10, FIELDS_MAX = BON_LM_MAX_ORDER + 3 };

/* What <unk> gets when a file has none, as in KenLM; and what minus infinity becomes, as ARPA files write it. */
static const float MISSING_UNK = -100, LOG_ZERO = -99;

struct field {
    const char *text;
    size_t n;
};

struct reader {
    struct bon_in *in;
    struct bon_arpa *arpa;
    bon_buf text; /* read, from `at` on not yet given out */
    size_t at;
    bool ended;
    uint64_t line; /* number of the current line, from 1 */
    struct field now;
    uint64_t announced[BON_LM_MAX_ORDER];
    uint32_t before[BON_LM_MAX_ORDER]; /* word ids of the n-gram before: often the same at the end */
    bool seen_symbol[3];
};

static bon_status refuse(const struct reader *reader, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bon_status refuse(const struct reader *reader, const char *format, ...) {
    va_list arguments;
    char text[256]; /* names in messages are cut to fit */
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return bon_fail(BON_ERR_DATA, "%s:%llu: %s", reader->arpa->name, (unsigned long long)reader->line, text);
}

/* ---- lines ---- */

static bon_status fill(struct reader *reader) {
    bon_buf *text = &reader->text;
    if (text->data) memmove(text->data, text->data + reader->at, text->len - reader->at);
    text->len -= reader->at;
    reader->at = 0;
    BON_TRY(bon_buf_reserve(text, READ_SIZE));
    size_t got;
    BON_TRY(bon_in_read(reader->in, text->data + text->len, READ_SIZE, &got));
    text->len += got;
    reader->ended = got == 0;
    return BON_OK;
}

/* Moves to the next line (without its end) in reader->now; *more is false at the end of the file. */
static bon_status next_line(struct reader *reader, bool *more) {
    size_t looked = 0; /* bytes behind `at` known to hold no newline */
    const char *newline = NULL;
    for (;;) {
        size_t left = reader->text.len - reader->at;
        if (left > looked) newline = memchr(reader->text.data + reader->at + looked, '\n', left - looked);
        if (newline || reader->ended) break;
        looked = left;
        BON_TRY(fill(reader));
    }
    const char *begin = reader->text.data + reader->at;
    size_t n = newline ? (size_t)(newline - begin) : reader->text.len - reader->at;
    *more = newline || n > 0;
    if (!*more) return BON_OK;
    reader->at += n + (newline != NULL);
    reader->line++;
    while (n > 0 && (begin[n - 1] == '\r' || begin[n - 1] == ' ' || begin[n - 1] == '\t')) n--;
    reader->now = (struct field){begin, n};
    return BON_OK;
}

/* The next line that is not empty; the end of the file is an error. */
static bon_status next_full_line(struct reader *reader, const char *wanted) {
    for (bool more;;) {
        BON_TRY(next_line(reader, &more));
        if (!more) return refuse(reader, "the file ends where %s should follow: cut short?", wanted);
        if (reader->now.n > 0) return BON_OK;
    }
}

static bool line_is(const struct reader *reader, const char *text) {
    return reader->now.n == strlen(text) && memcmp(reader->now.text, text, reader->now.n) == 0;
}

/* Splits the line at blanks; fields beyond `max` are counted, not kept. */
static size_t split(struct field line, struct field *fields, size_t max) {
    const char *at = line.text, *end = line.text + line.n;
    size_t count = 0;
    for (;;) {
        while (at < end && (*at == ' ' || *at == '\t')) at++;
        if (at == end) return count;
        const char *begin = at;
        while (at < end && *at != ' ' && *at != '\t') at++;
        if (count < max) fields[count] = (struct field){begin, (size_t)(at - begin)};
        count++;
    }
}

/* ---- the counts ---- */

static bool read_count(const char **at, const char *end, uint64_t *value) {
    const char *begin = *at;
    *value = 0;
    for (; *at < end && **at >= '0' && **at <= '9'; ++*at) {
        if (*value > UINT64_MAX / 10 - 1) return false;
        *value = *value * 10 + (uint64_t)(**at - '0');
    }
    return *at > begin;
}

static bool skip_text(const char **at, const char *end, const char *text) {
    while (*at < end && **at == ' ') ++*at;
    size_t n = strlen(text);
    if ((size_t)(end - *at) < n || memcmp(*at, text, n) != 0) return false;
    for (*at += n; *at < end && **at == ' ';) ++*at;
    return true;
}

/* "ngram 2=17" */
static bool read_announcement(struct field line, uint64_t *order, uint64_t *count) {
    const char *at = line.text, *end = line.text + line.n;
    return skip_text(&at, end, "ngram") && read_count(&at, end, order) && skip_text(&at, end, "=") &&
           read_count(&at, end, count) && at == end;
}

static bon_status read_header(struct reader *reader) {
    for (bool more;;) {
        BON_TRY(next_line(reader, &more));
        if (!more) return bon_fail(BON_ERR_DATA, "%s: no \\data\\ line: not an ARPA file", reader->arpa->name);
        if (line_is(reader, "\\data\\")) break;
    }
    unsigned *order = &reader->arpa->order;
    for (;;) {
        BON_TRY(next_full_line(reader, "\"ngram 1=\" or \\1-grams:"));
        uint64_t k, count;
        if (reader->now.text[0] == '\\') break;
        if (!read_announcement(reader->now, &k, &count)) return refuse(reader, "expected a line like \"ngram 1=2345\"");
        if (k != *order + 1) return refuse(reader, "expected the count of order %u", *order + 1);
        if (k > BON_LM_MAX_ORDER)
            return bon_fail(BON_ERR_LIMIT, "%s:%llu: order %u; this build reads orders up to %d", reader->arpa->name,
                            (unsigned long long)reader->line, (unsigned)k, BON_LM_MAX_ORDER);
        reader->announced[(*order)++] = count;
    }
    return *order ? BON_OK : refuse(reader, "no \"ngram 1=\" line between \\data\\ and here");
}

/* ---- n-grams ---- */

static bon_status read_logprob(const struct reader *reader, struct field field, float *value) {
    if (!bon_float_read(field.text, field.n, value) || isnan(*value))
        return refuse(reader, "'%.*s' is not a log-probability", (int)(field.n < 40 ? field.n : 40), field.text);
    if (*value > 0) return refuse(reader, "log-probability %g is positive", (double)*value);
    if (isinf(*value)) *value = LOG_ZERO;
    return BON_OK;
}

static bon_status read_backoff(const struct reader *reader, struct field field, float *value) {
    if (!bon_float_read(field.text, field.n, value) || isnan(*value) || *value == INFINITY)
        return refuse(reader, "'%.*s' is not a back-off weight", (int)(field.n < 40 ? field.n : 40), field.text);
    if (isinf(*value)) *value = LOG_ZERO;
    return BON_OK;
}

/* A unigram's word: its id is its place in the level. */
static bon_status new_word(struct reader *reader, struct field field, uint32_t *id) {
    struct bon_vocab *vocab = &reader->arpa->vocab;
    uint32_t words = vocab->count;
    BON_TRY(bon_vocab_add(vocab, field.text, field.n, id));
    bool again = *id < words;
    if (*id <= BON_LM_EOS) {
        again = reader->seen_symbol[*id];
        reader->seen_symbol[*id] = true;
    }
    if (again)
        return refuse(reader, "the unigram '%.*s' stands here a second time", (int)(field.n < 80 ? field.n : 80),
                      field.text);
    return BON_OK;
}

static bon_status known_word(struct reader *reader, unsigned place, struct field field, uint32_t *id) {
    const struct bon_vocab *vocab = &reader->arpa->vocab;
    const struct bon_vocab_word *before = &vocab->words[reader->before[place]];
    if (before->len == field.n && memcmp(before->text, field.text, field.n) == 0) {
        *id = reader->before[place];
        return BON_OK;
    }
    *id = reader->before[place] = bon_vocab_find(vocab, field.text, field.n);
    if (*id != BON_VOCAB_NONE) return BON_OK;
    reader->before[place] = 0;
    return refuse(reader, "the word '%.*s' is not among the unigrams", (int)(field.n < 80 ? field.n : 80), field.text);
}

static bon_status read_gram(struct reader *reader, unsigned k) {
    struct bon_arpa *arpa = reader->arpa;
    struct bon_arpa_level *level = &arpa->level[k - 1];
    struct field fields[FIELDS_MAX];
    size_t count = split(reader->now, fields, FIELDS_MAX);
    if (memchr(reader->now.text, 0, reader->now.n)) return refuse(reader, "the line contains a NUL byte");
    if (count != k + 1 && count != k + 2)
        return refuse(reader,
                      "expected a log-probability, %u word%s and perhaps a back-off weight; this line has %zu fields",
                      k, k == 1 ? "" : "s", count);
    float logprob, backoff = 0;
    BON_TRY(read_logprob(reader, fields[0], &logprob));
    if (count == k + 2) BON_TRY(read_backoff(reader, fields[k + 1], &backoff));
    if (k == arpa->order && backoff != 0) return refuse(reader, "an n-gram of the highest order has a back-off weight");

    size_t place = level->count;
    if (k == 1) {
        uint32_t id;
        BON_TRY(new_word(reader, fields[1], &id));
        place = id;
    } else {
        if (place >= UINT32_MAX - 1) return bon_fail(BON_ERR_LIMIT, "%s: too many %u-grams", arpa->name, k);
        BON_TRY(bon_arpa_reserve(arpa, k, place + 1));
        for (unsigned j = 0; j < k; j++) BON_TRY(known_word(reader, j, fields[j + 1], &level->words[place * k + j]));
    }
    BON_TRY(bon_arpa_reserve(arpa, k, place + 1));
    level->logprob[place] = logprob;
    if (level->backoff) level->backoff[place] = backoff;
    if (place >= level->count) level->count = place + 1;
    return BON_OK;
}

/* The n-grams of order k, up to the line that begins the next section, which is then the current one. */
static bon_status read_section(struct reader *reader, unsigned k) {
    char title[24];
    snprintf(title, sizeof title, "\\%u-grams:", k);
    if (!line_is(reader, title)) return refuse(reader, "expected %s", title);
    struct bon_arpa_level *level = &reader->arpa->level[k - 1];
    level->first_line = reader->line + 1;
    uint64_t lines = 0;
    for (bool more;;) {
        BON_TRY(next_line(reader, &more));
        if (!more) return refuse(reader, "the file ends before \\end\\: cut short?");
        if (reader->now.n == 0) break;
        if (reader->now.text[0] == '\\' && (line_is(reader, "\\end\\") || lines == reader->announced[k - 1])) break;
        if (lines++ == reader->announced[k - 1])
            return refuse(reader, "more %u-grams than the %llu announced", k,
                          (unsigned long long)reader->announced[k - 1]);
        BON_TRY(read_gram(reader, k));
    }
    if (lines != reader->announced[k - 1])
        return refuse(reader, "%llu %u-grams announced, %llu found", (unsigned long long)reader->announced[k - 1], k,
                      (unsigned long long)lines);
    return reader->now.n ? BON_OK : next_full_line(reader, k < reader->arpa->order ? "the next order" : "\\end\\");
}

/* Symbols come first whatever the file's order, so their places are made before the unigrams are read. */
static bon_status add_symbols(struct bon_arpa *arpa) {
    static const char *const SYMBOLS[] = {"<unk>", "<s>", "</s>"};
    uint32_t id;
    BON_TRY(bon_arpa_reserve(arpa, 1, 3));
    for (size_t i = 0; i < 3; i++) {
        BON_TRY(bon_vocab_add(&arpa->vocab, SYMBOLS[i], strlen(SYMBOLS[i]), &id));
        arpa->level[0].logprob[i] = MISSING_UNK;
        if (arpa->level[0].backoff) arpa->level[0].backoff[i] = 0;
    }
    arpa->level[0].count = 3;
    return BON_OK;
}

static bon_status check_symbols(const struct reader *reader) {
    if (!reader->seen_symbol[BON_LM_BOS] || !reader->seen_symbol[BON_LM_EOS])
        return bon_fail(BON_ERR_DATA, "%s: no unigram %s: without it the model cannot score sentences",
                        reader->arpa->name, reader->seen_symbol[BON_LM_BOS] ? "</s>" : "<s>");
    if (reader->seen_symbol[BON_LM_UNK]) return BON_OK;
    struct bon_arpa_level *level = &reader->arpa->level[0];
    level->blank = bon_alloc_zeroed(level->count, 1);
    if (!level->blank) return BON_ERR_NOMEM;
    level->blank[BON_LM_UNK] = 1;
    return BON_OK;
}

static bon_status read_file(struct reader *reader) {
    BON_TRY(read_header(reader));
    BON_TRY(add_symbols(reader->arpa));
    for (unsigned k = 1; k <= reader->arpa->order; k++) BON_TRY(read_section(reader, k));
    if (!line_is(reader, "\\end\\")) return refuse(reader, "expected \\end\\");
    return check_symbols(reader);
}

bon_status bon_lm_table_read_arpa(bon_lm_table **out, const char *path) {
    *out = NULL;
    struct bon_arpa arpa = {0};
    struct reader reader = {.arpa = &arpa};
    bon_lm_table *table = NULL;
    bon_status status = bon_in_open(&reader.in, path);
    if (status != BON_OK) return status;
    arpa.name = bon_in_name(reader.in);
    status = read_file(&reader);
    bon_buf_free(&reader.text);
    if (status == BON_OK) {
        table = bon_alloc_zeroed(1, sizeof *table);
        status = table ? bon_arpa_build(&arpa, table) : BON_ERR_NOMEM;
    }
    if (status == BON_OK) {
        *out = table;
        table = NULL;
    }
    bon_lm_table_close(table);
    bon_arpa_free(&arpa);
    bon_in_close(reader.in);
    return status;
}
