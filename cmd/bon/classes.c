/* cmd/bon/classes.c: see classes.h. */
#include "classes.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "model_io.h"

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\0'; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static size_t token_length(const char *text, size_t n) {
    size_t end = 0;
    while (end < n && !is_blank(text[end])) end++;
    return end;
}

/* ---- the file ---- */

struct reading {
    struct class_map *map;
    const char *path;
    unsigned long long line;
};

/* The next column of a line from *at on; false when there is none. */
static bool next_column(const char *line, size_t n, size_t *at, const char **column, size_t *length) {
    while (*at < n && is_blank(line[*at])) ++*at;
    *column = line + *at;
    *length = token_length(*column, n - *at);
    *at += *length;
    return *length > 0;
}

static bool is_symbol(const char *word, size_t n) {
    static const char *const symbols[] = {"<s>", "</s>", "<unk>"};
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
        if (strlen(symbols[i]) == n && memcmp(symbols[i], word, n) == 0) return true;
    return false;
}

static bon_status add_pair(struct reading *reading, const char *token, size_t token_len, const char *class,
                           size_t class_len) {
    struct class_map *map = reading->map;
    uint32_t before = map->tokens.count, id, number;
    BON_TRY(bon_vocab_add(&map->tokens, token, token_len, &id));
    BON_TRY(bon_vocab_add(&map->classes, class, class_len, &number));
    BON_TRY(bon_grow_array(&map->class_of, &map->cap, (size_t)id + 1, sizeof *map->class_of));
    if (id < before && map->class_of[id] != number)
        return bon_fail(BON_ERR_DATA, "%s:%llu: '%.*s' has a class already; leave one of both out", reading->path,
                        reading->line, (int)token_len, token);
    map->class_of[id] = number;
    return BON_OK;
}

static bon_status read_line(void *context, const char *line, size_t n) {
    struct reading *reading = context;
    const char *token, *class, *more;
    size_t at = 0, token_len, class_len, more_len;
    reading->line++;
    if (!next_column(line, n, &at, &token, &token_len)) return BON_OK;
    if (!next_column(line, n, &at, &class, &class_len) || next_column(line, n, &at, &more, &more_len))
        return bon_fail(BON_ERR_DATA, "%s:%llu: not a token and its class", reading->path, reading->line);
    if (is_symbol(class, class_len))
        return bon_fail(BON_ERR_DATA, "%s:%llu: %.*s cannot be a class; choose another name", reading->path,
                        reading->line, (int)class_len, class);
    return add_pair(reading, token, token_len, class, class_len);
}

bon_status classes_read(struct class_map *map, const char *path) {
    struct reading reading = {map, path, 0};
    BON_TRY(each_line(path, read_line, &reading));
    return map->tokens.count ? BON_OK
                             : bon_fail(BON_ERR_DATA, "%s: no classes; a line has a token and its class", path);
}

void classes_free(struct class_map *map) {
    bon_vocab_free(&map->tokens);
    bon_vocab_free(&map->classes);
    free(map->class_of);
    *map = (struct class_map){0};
}

/* ---- the text ---- */

enum { SHAPE_MAX = 256 }; /* longer tokens have no shape */

/* The token with # for every run of digits; 0 when it has none or is too long. */
static size_t shape_of(const char *token, size_t n, char shape[SHAPE_MAX]) {
    size_t length = 0;
    bool any = false;
    if (n > SHAPE_MAX) return 0;
    for (size_t i = 0; i < n; i++) {
        if (!is_digit(token[i])) {
            shape[length++] = token[i];
        } else if (i == 0 || !is_digit(token[i - 1])) {
            shape[length++] = '#';
            any = true;
        }
    }
    return any ? length : 0;
}

static bon_status put_token(const struct class_map *map, const char *token, size_t n, bon_buf *out) {
    char shape[SHAPE_MAX];
    uint32_t id = bon_vocab_find(&map->tokens, token, n);
    if (id == BON_VOCAB_NONE) {
        size_t length = shape_of(token, n, shape);
        if (length > 0) id = bon_vocab_find(&map->tokens, shape, length);
    }
    if (id == BON_VOCAB_NONE) return bon_buf_append(out, token, n);
    const struct bon_vocab_word *class = &map->classes.words[map->class_of[id]];
    return bon_buf_append(out, class->text, class->len);
}

bon_status classes_apply(const struct class_map *map, const char *text, size_t n, bon_buf *out) {
    for (size_t at = 0; at < n;) {
        size_t length = token_length(text + at, n - at);
        if (length == 0)
            BON_TRY(bon_buf_put(out, text[at++]));
        else
            BON_TRY(put_token(map, text + at, length, out));
        at += length;
    }
    return BON_OK;
}
