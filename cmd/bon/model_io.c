/* cmd/bon/model_io.c: see model_io.h. */
#include "model_io.h"

#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/io.h"

bool ends_in(const char *text, const char *end) {
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

int take_model(const struct command *command, const char **model, int argc, char **argv, int *first) {
    if (!*model && *first < argc) *model = argv[(*first)++];
    if (!*model) return usage_error(command, "which model? name it first or with --model");
    if (strcmp(*model, "-") == 0)
        return usage_error(command, "a model is a file with a name; - is standard input, which is for text");
    return PARSE_GO;
}

/* An ARPA file begins with text; a .bonlm with the container's magic. What can be read once only is not looked into: a .bonlm
 * has to be a file. */
static bon_status is_arpa(const char *path, bool *result) {
    struct bon_in *in;
    struct stat about;
    char head[4096];
    size_t got;
    *result = strcmp(path, "-") == 0 || (stat(path, &about) == 0 && S_ISFIFO(about.st_mode));
    if (*result) return BON_OK;
    BON_TRY(bon_in_open(&in, path));
    bon_status status = bon_in_read(in, head, sizeof head, &got);
    bon_in_close(in);
    *result = status == BON_OK && got > 0 && !memchr(head, 0, got);
    return status;
}

bon_status read_model_table(const char *path, bon_lm_table **table) {
    bool arpa;
    bon_lm *lm;
    BON_TRY(is_arpa(path, &arpa));
    if (arpa) return bon_lm_table_read_arpa(table, path);
    BON_TRY(bon_lm_open(&lm, path, NULL));
    bon_status status = bon_lm_table_from_lm(table, lm);
    bon_lm_close(lm);
    return status;
}

bon_status write_model_file(const bon_lm_table *table, const char *path, const bon_lm_write_options *how) {
    return ends_in(path, ".bonlm") ? bon_lm_table_write(table, path, how) : bon_lm_table_write_arpa(table, path);
}

/* Hands on the whole lines of a buffer and keeps the rest for more. */
static bon_status take_lines(bon_buf *text, bool last, line_taker take, void *context) {
    char *line = text->data, *end = text->data + text->len, *newline;
    while (line < end && ((newline = memchr(line, '\n', (size_t)(end - line))) || last)) {
        char *stop = newline ? newline : end;
        BON_TRY(take(context, line, (size_t)(stop - line)));
        line = newline ? newline + 1 : end;
    }
    text->len = (size_t)(end - line);
    if (text->len) memmove(text->data, line, text->len);
    return BON_OK;
}

bon_status each_line(const char *path, line_taker take, void *context) {
    enum { PIECE = 1 << 18 };
    struct bon_in *in;
    bon_buf text = {0};
    size_t got = 0;
    BON_TRY(bon_in_open(&in, path));
    bon_status status;
    do {
        status = bon_buf_reserve(&text, PIECE);
        if (status == BON_OK) status = bon_in_read(in, text.data + text.len, PIECE, &got);
        if (status != BON_OK) break;
        text.len += got;
        status = take_lines(&text, got == 0, take, context);
    } while (status == BON_OK && got > 0);
    bon_buf_free(&text);
    bon_in_close(in);
    return status;
}

struct scoring {
    const bon_lm *lm;
    const bon_lm_table *table; /* where lm is NULL */
    bon_lm_totals *totals;
};

static bon_status score_line(void *context, const char *line, size_t n) {
    const struct scoring *scoring = context;
    if (scoring->lm)
        bon_lm_score_line(scoring->lm, line, n, scoring->totals);
    else
        bon_lm_table_score_line(scoring->table, line, n, scoring->totals);
    return BON_OK;
}

bon_status score_table(const bon_lm_table *table, const char *text, bon_lm_totals *totals) {
    struct scoring scoring = {.table = table, .totals = totals};
    *totals = (bon_lm_totals){0};
    return each_line(text, score_line, &scoring);
}

bon_status check_scored_text(const char *text) {
    struct stat about;
    const bool standard = strcmp(text, "-") == 0;
    if (!standard && (stat(text, &about) != 0 || S_ISREG(about.st_mode) || S_ISDIR(about.st_mode))) return BON_OK;
    return bon_fail(BON_ERR_ARGUMENT, "%s: is read more than once, which takes a file; write it to one first",
                    standard ? "standard input" : text);
}

bon_status score_file(const char *model, const char *text, bon_lm_totals *totals) {
    struct scoring scoring = {.totals = totals};
    bon_lm_table *table = NULL;
    bon_lm *lm = NULL;
    bool arpa;
    *totals = (bon_lm_totals){0};
    BON_TRY(is_arpa(model, &arpa));
    bon_status status = arpa ? bon_lm_table_read_arpa(&table, model) : bon_lm_open(&lm, model, NULL);
    scoring.lm = lm;
    scoring.table = table;
    if (status == BON_OK) status = each_line(text, score_line, &scoring);
    bon_lm_close(lm);
    bon_lm_table_close(table);
    return status;
}
