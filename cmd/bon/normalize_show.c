/* cmd/bon/normalize_show.c: lines before and after. What cannot be seen is written as its number: <U+200B>, <0xFF>. */
#include "normalize_show.h"

#include <string.h>

#include "syllable/utf8.h"

enum { EXCERPT_MAX = 100 };

static bool is_hidden(uint32_t c) {
    static const struct {
        uint32_t first, last;
    } hidden[] = {{0x00, 0x1f},     {0x7f, 0xa0},     {0xad, 0xad},      {0x300, 0x36f},   {0x61c, 0x61c},
                  {0x2000, 0x200f}, {0x2028, 0x202f}, {0x205f, 0x206f},  {0x3000, 0x3000}, {0xfe00, 0xfe0f},
                  {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe0fff}};
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++)
        if (c >= hidden[i].first && c <= hidden[i].last) return true;
    return false;
}

/* Appends text so that it can be seen, on one line. */
static bon_status put_visible(bon_buf *out, const char *text, size_t n) {
    for (size_t at = 0; at < n;) {
        unsigned used;
        uint32_t c = bon_utf8_read(text + at, n - at, &used);
        if (c == BON_UTF8_INVALID)
            BON_TRY(bon_buf_printf(out, "<0x%02X>", (unsigned char)text[at]));
        else if (is_hidden(c))
            BON_TRY(bon_buf_printf(out, "<U+%04X>", (unsigned)c));
        else
            BON_TRY(bon_buf_append(out, text + at, used));
        at += used;
    }
    return BON_OK;
}

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n'; }

/* Cuts what two lines have in common at both ends, by whole words. */
static void trim_common(const char **a, size_t *a_len, const char **b, size_t *b_len) {
    size_t least = *a_len < *b_len ? *a_len : *b_len, head = 0, tail = 0;
    while (head < least && (*a)[head] == (*b)[head]) head++;
    while (head > 0 && !is_blank((*a)[head - 1])) head--;
    while (tail < least - head && (*a)[*a_len - 1 - tail] == (*b)[*b_len - 1 - tail]) tail++;
    while (tail > 0 && !is_blank((*a)[*a_len - tail])) tail--;
    *a += head, *b += head;
    *a_len -= head + tail, *b_len -= head + tail;
}

/* At most EXCERPT_MAX bytes, not cut inside a character. */
static bon_status put_excerpt(bon_buf *out, const char *text, size_t n) {
    size_t cut = n > EXCERPT_MAX ? EXCERPT_MAX : n;
    while (cut < n && cut > 0 && bon_utf8_tail(text[cut])) cut--;
    BON_TRY(put_visible(out, text, cut));
    return cut < n ? bon_buf_append(out, "...", 3) : BON_OK;
}

/* Next line of a chunk with its end; false behind the last. */
static bool next_line(const struct bon_chunk *chunk, size_t *at, const char **line, size_t *n) {
    if (*at >= chunk->len) return false;
    const char *end = memchr(chunk->data + *at, '\n', chunk->len - *at);
    *line = chunk->data + *at;
    *n = end ? (size_t)(end + 1 - *line) : chunk->len - *at;
    *at += *n;
    return true;
}

/* ---- examples ---- */

void examples_open(struct normalize_examples *examples) {
    *examples = (struct normalize_examples){0};
    pthread_mutex_init(&examples->lock, NULL); /* cannot fail with default attributes on Linux */
}

void examples_close(struct normalize_examples *examples) {
    for (unsigned r = 0; r < BON_RULES; r++) bon_buf_free(&examples->first[r].text);
    pthread_mutex_destroy(&examples->lock);
}

static bool is_earlier(const struct normalize_example *example, unsigned file, uint64_t line) {
    if (!example->known) return true;
    return file < example->file || (file == example->file && line < example->line);
}

/* The line by this rule alone, or by all where it changes nothing alone. */
static bon_status apply_alone(const struct normalize_examples *examples, const bon_normalizer *all, bon_rule rule,
                              const char *line, size_t n, bon_buf *out) {
    bon_normalize_options options = examples->options;
    bon_normalizer *alone;
    options.disabled = ((UINT32_C(1) << BON_RULES) - 1) & ~(UINT32_C(1) << rule);
    BON_TRY(bon_normalizer_open(&alone, &options));
    bon_status status = bon_normalize(alone, line, n, out);
    bon_normalizer_close(alone);
    if (status == BON_OK && out->len == n && memcmp(out->data, line, n) == 0) {
        out->len = 0;
        status = bon_normalize(all, line, n, out);
    }
    return status;
}

static bon_status keep_example(struct normalize_examples *examples, const bon_normalizer *all, bon_rule rule,
                               const struct bon_chunk *chunk, uint64_t number, const char *line, size_t n) {
    struct normalize_example *example = &examples->first[rule];
    bon_buf after = {0};
    bon_status status = apply_alone(examples, all, rule, line, n, &after);
    const char *result = after.data;
    size_t length = after.len;
    example->text.len = 0;
    if (status == BON_OK) {
        trim_common(&line, &n, &result, &length);
        status = bon_buf_printf(&example->text, "%s:%llu: ", chunk->name, (unsigned long long)number);
    }
    if (status == BON_OK) status = put_excerpt(&example->text, line, n);
    if (status == BON_OK) status = bon_buf_append(&example->text, " -> ", 4);
    if (status == BON_OK) status = put_excerpt(&example->text, result, length);
    bon_buf_free(&after);
    example->known = true;
    example->file = chunk->file;
    example->line = number;
    return status;
}

/* The rules of `wanted` that change this line. */
static bon_status rules_of_line(const bon_normalizer *normalizer, const char *line, size_t n, bon_buf *scratch,
                                uint32_t wanted, uint32_t *rules) {
    uint64_t counts[BON_RULES] = {0};
    scratch->len = 0;
    *rules = 0;
    BON_TRY(bon_normalize_counted(normalizer, line, n, scratch, counts));
    for (unsigned r = 0; r < BON_RULES; r++)
        if (counts[r]) *rules |= UINT32_C(1) << r & wanted;
    return BON_OK;
}

bon_status examples_find(struct normalize_examples *examples, const bon_normalizer *normalizer,
                         const struct bon_chunk *chunk, bool one_line, const uint64_t *counts) {
    uint32_t wanted = 0, rules;
    bon_buf scratch = {0};
    bon_status status = BON_OK;
    pthread_mutex_lock(&examples->lock);
    for (unsigned r = 0; r < BON_RULES; r++)
        if (counts[r] && is_earlier(&examples->first[r], chunk->file, chunk->line)) wanted |= UINT32_C(1) << r;
    const char *line;
    uint64_t number = chunk->line;
    for (size_t at = 0, n; wanted && status == BON_OK && next_line(chunk, &at, &line, &n); number += !one_line) {
        status = rules_of_line(normalizer, line, n, &scratch, wanted, &rules);
        for (unsigned r = 0; r < BON_RULES && status == BON_OK; r++)
            if (rules >> r & 1) status = keep_example(examples, normalizer, (bon_rule)r, chunk, number, line, n);
        wanted &= ~rules;
    }
    pthread_mutex_unlock(&examples->lock);
    bon_buf_free(&scratch);
    return status;
}

/* ---- differences ---- */

static size_t without_end(const char *line, size_t n) { return n > 0 && line[n - 1] == '\n' ? n - 1 : n; }

bon_status show_differences(const bon_normalizer *normalizer, const struct bon_chunk *chunk, bon_buf *out,
                            uint64_t *counts) {
    bon_buf after = {0};
    bon_status status = BON_OK;
    const char *line;
    uint64_t number = chunk->line;
    for (size_t at = 0, n; status == BON_OK && next_line(chunk, &at, &line, &n); number++) {
        after.len = 0;
        status = bon_normalize_counted(normalizer, line, n, &after, counts);
        if (status != BON_OK || (after.len == n && memcmp(after.data, line, n) == 0)) continue;
        status = bon_buf_printf(out, "%s:%llu\n- ", chunk->name, (unsigned long long)number);
        if (status == BON_OK) status = put_visible(out, line, without_end(line, n));
        if (status == BON_OK) status = bon_buf_append(out, "\n+ ", 3);
        if (status == BON_OK) status = put_visible(out, after.data, without_end(after.data, after.len));
        if (status == BON_OK) status = bon_buf_put(out, '\n');
    }
    bon_buf_free(&after);
    return status;
}
