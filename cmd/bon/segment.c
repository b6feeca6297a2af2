/* cmd/bon/segment.c: bon segment: line -> tokens, words or sentences, as text, as a table or as numbers,
 * also inside JSON. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json_span.h"
#include "bon/restore.h"
#include "bon/syllable.h"
#include "bon/words.h"
#include "commands.h"
#include "json_lines.h"
#include "model_path.h"
#include "stream.h"
#include "syllable/segment.h"

enum unit { UNIT_SYLLABLE, UNIT_WORD, UNIT_SENTENCE };

struct segment_args {
    struct shared_args shared;
    int unit;
    bool tsv, ids, fold;
    const char *json_field, *words;
};

/* Maps text of whole lines, or a window of one. The worker is a struct bon_word_cache, for words a bon_word_session. */
typedef bon_status (*text_map)(void *worker, const char *text, size_t n, bon_buf *out);

struct segment_job {
    struct bon_pipeline pipeline;
    text_map map;
    bon_words *words;           /* NULL: words are not asked for */
    bool sentences, name_files; /* name_files: rows tell which of several files they are of */
    bool line_has_token;        /* written so far, of a line that goes on in the next window */
    struct json_lines json;
};

static const char *const units[] = {"syllable", "word", "sentence", NULL}; /* in the order of enum unit */

static const struct option_row options[] = {
    OPTION_CHOICE(0, "unit", "UNIT", struct segment_args, unit, units,
                  "what to cut into: syllable (and foreign words, numbers,\nsigns; the default), word (syllables of "
                  "one joined by '_')\nor sentence, one a line"),
    OPTION_STRING(0, "words", "FILE", struct segment_args, words,
                  "the model of words for --unit word (default: BON_WORDS,\nelse the shipped vi.bonseg)"),
    OPTION_FLAG(0, "tsv", struct segment_args, tsv,
                "a table: start byte in the decompressed input, bytes,\nkind, text, syllable code; of several files "
                "also the file"),
    OPTION_FLAG(0, "ids", struct segment_args, ids,
                "little-endian 16-bit codes, one a token, 0x80ff a line end\n(bon-segment(1) lists them)"),
    OPTION_FLAG(
        0, "fold", struct segment_args, fold,
        "the form that models are made of: lower case, old tone\nplacement, numbers <num>, addresses <url>, <email>"),
    OPTION_JSON_FIELD(struct segment_args, json_field),
    OPTIONS_SHARED,
    OPTION_END,
};

/* ---- lines: tokens with a blank between them, or sentences each on a line of its own ---- */

typedef bon_status (*line_map)(const char *line, size_t n, bon_buf *out);

/* A token is at least a byte and gets one separator, so room for all of them is known beforehand. Tokens that stand one blank
 * apart, as most do, are copied together with it. */
static bon_status map_tokens(void *worker, const char *text, size_t n, bon_buf *out) {
    struct bon_word_cache *words = worker;
    size_t from = 0, to = 0; /* what waits to be copied */
    bool first = true;       /* of its line */
    BON_TRY(bon_buf_reserve(out, 2 * n));
    for (size_t pos = 0, count; (count = bon_segment_many(words, text, n, &pos)) > 0;) {
        for (const bon_token *token = words->tokens; token < words->tokens + count; token++) {
            bool end = token->kind == BON_LINE_END;
            if (end || first || token->start != to + 1 || text[to] != ' ') {
                bon_buf_push(out, text + from, to - from);
                if (!end && !first) bon_buf_push(out, " ", 1);
                from = token->start;
            }
            to = (size_t)token->start + token->len;
            first = end;
        }
    }
    bon_buf_push(out, text + from, to - from);
    return BON_OK;
}

static bon_status map_line_folded(const char *line, size_t n, bon_buf *out) {
    bon_token token;
    bool first = true;
    for (size_t pos = 0; bon_token_next(line, n, &pos, &token); first = false) {
        if (!first) BON_TRY(bon_buf_put(out, ' '));
        BON_TRY(bon_fold_token(line, &token, out));
    }
    return BON_OK;
}

static bon_status map_line_sentences(const char *line, size_t n, bon_buf *out) {
    bool first = true;
    for (size_t pos = 0, start, len; bon_sentence_next(line, n, &pos, &start, &len); first = false) {
        if (!first) BON_TRY(bon_buf_put(out, '\n'));
        BON_TRY(bon_buf_append(out, line + start, len));
    }
    return BON_OK;
}

static bon_status map_lines(line_map map_line, const char *text, size_t n, bon_buf *out) {
    const char *end = text + n;
    BON_TRY(bon_buf_reserve(out, n + n / 4));
    for (const char *line = text; line < end;) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        const char *stop = newline ? newline : end;
        BON_TRY(map_line(line, (size_t)(stop - line), out));
        if (newline) BON_TRY(bon_buf_put(out, '\n'));
        line = newline ? newline + 1 : end;
    }
    return BON_OK;
}

static bon_status map_folded(void *worker, const char *text, size_t n, bon_buf *out) {
    (void)worker;
    return map_lines(map_line_folded, text, n, out);
}

static bon_status map_sentences(void *worker, const char *text, size_t n, bon_buf *out) {
    (void)worker;
    return map_lines(map_line_sentences, text, n, out);
}

/* The parts of a word with low lines between them. */
static bon_status append_word(const char *text, const bon_word_span *word, bon_buf *out) {
    BON_TRY(bon_buf_reserve(out, (size_t)word->len + word->part_count));
    for (uint32_t i = 0; i < word->part_count; i++) {
        if (i > 0) bon_buf_push(out, "_", 1);
        bon_buf_push(out, text + word->parts[i].start, word->parts[i].len);
    }
    return BON_OK;
}

static bon_status map_words(void *worker, const char *text, size_t n, bon_buf *out) {
    bon_word_session *session = worker;
    bon_word_span word;
    bool first = true; /* of its line */
    BON_TRY(bon_buf_reserve(out, n + n / 4));
    bon_word_session_begin(session, text, n, NULL, 0);
    while (bon_word_session_next(session, &word)) {
        bool end = word.part_count == 0;
        if (end || !first) BON_TRY(bon_buf_put(out, end ? '\n' : ' '));
        if (!end) BON_TRY(append_word(text, &word, out));
        first = end;
    }
    return BON_OK;
}

static bon_status map_text(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    const struct segment_job *job = context;
    return job->map(worker, chunk->data, chunk->len, out);
}

/* A line above BON_WINDOW comes in windows: those cut at a blank are joined by one space here, in input order. */
static bon_status sink_text(void *context, const struct bon_chunk *chunk, const bon_buf *result) {
    struct segment_job *job = context;
    struct bon_out *out = job->pipeline.out;
    bool has_token = result->len > 0 && result->data[0] != '\n';
    bool goes_on = chunk->begins_inside && job->line_has_token;
    if (goes_on && has_token && chunk->begins_token) BON_TRY(bon_out_write(out, " ", 1));
    job->line_has_token = has_token || goes_on;
    return bon_out_write(out, result->data, result->len);
}

/* ---- a field of JSON ---- */

/* Sentences become an array of strings: lines of `lines`, without the empty ones. */
static bon_status append_array(const bon_buf *lines, bon_buf *value) {
    bool first = true;
    BON_TRY(bon_buf_put(value, '['));
    for (size_t at = 0, end; at < lines->len; at = end + 1) {
        const char *newline = memchr(lines->data + at, '\n', lines->len - at);
        end = newline ? (size_t)(newline - lines->data) : lines->len;
        if (end == at) continue;
        if (!first) BON_TRY(bon_buf_put(value, ','));
        BON_TRY(bon_json_quote(lines->data + at, end - at, value));
        first = false;
    }
    return bon_buf_put(value, ']');
}

struct field_context {
    const struct segment_job *job;
    void *worker;
    bon_buf lines;
};

static bon_status rewrite_field(void *context, const char *text, size_t n, const struct json_place *place,
                                bon_buf *value) {
    struct field_context *field = context;
    (void)place;
    field->lines.len = 0;
    BON_TRY(field->job->map(field->worker, text, n, &field->lines));
    if (field->job->sentences) return append_array(&field->lines, value);
    return bon_json_quote(field->lines.data, field->lines.len, value);
}

static bon_status map_json(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    struct segment_job *job = context;
    struct field_context field = {.job = job, .worker = worker};
    bon_status status = json_lines_map(&job->json, chunk, rewrite_field, &field, out);
    bon_buf_free(&field.lines);
    return status;
}

/* ---- table ---- */

/* A row is made of many small pieces: printf would take most of the time. */
static void push_number(bon_buf *out, uint64_t value) {
    char digits[20], *p = digits + sizeof digits;
    do *--p = (char)('0' + value % 10);
    while (value /= 10);
    bon_buf_push(out, p, (size_t)(digits + sizeof digits - p));
}

enum { NUMBERS_AND_KIND = 80 };

/* The columns before the text. */
static bon_status start_row(uint64_t start, uint64_t len, const char *kind, bon_buf *out) {
    BON_TRY(bon_buf_reserve(out, NUMBERS_AND_KIND));
    push_number(out, start);
    bon_buf_push(out, "\t", 1);
    push_number(out, len);
    bon_buf_push(out, "\t", 1);
    bon_buf_push(out, kind, strlen(kind));
    bon_buf_push(out, "\t", 1);
    return BON_OK;
}

/* The end of a row: with several files, which one. A name that holds what parts rows and columns is shown with blanks there. */
static bon_status end_row(const struct segment_job *job, const struct bon_chunk *chunk, bon_buf *out) {
    if (job->name_files) {
        BON_TRY(bon_buf_put(out, '\t'));
        size_t name = out->len;
        BON_TRY(bon_buf_append(out, chunk->name, strlen(chunk->name)));
        for (size_t i = name; i < out->len; i++)
            if (strchr("\t\r\n", out->data[i])) out->data[i] = ' ';
    }
    return bon_buf_put(out, '\n');
}

static bon_status append_row(const struct segment_job *job, const struct bon_chunk *chunk, const bon_token *token,
                             bool fold, bon_buf *out) {
    BON_TRY(start_row(chunk->offset + token->start, token->len, bon_token_kind_name(token->kind), out));
    BON_TRY(fold ? bon_fold_token(chunk->data, token, out)
                 : bon_buf_append(out, chunk->data + token->start, token->len));
    BON_TRY(bon_buf_reserve(out, NUMBERS_AND_KIND));
    bon_buf_push(out, "\t", 1);
    if (token->kind == BON_TOKEN_SYLLABLE) push_number(out, token->code);
    return end_row(job, chunk, out);
}

static bon_status map_tsv(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    struct bon_word_cache *words = worker;
    for (size_t pos = 0, count; (count = bon_segment_many(words, chunk->data, chunk->len, &pos)) > 0;)
        for (const bon_token *token = words->tokens; token < words->tokens + count; token++)
            if (token->kind != BON_LINE_END) BON_TRY(append_row(context, chunk, token, false, out));
    return BON_OK;
}

static bon_status map_tsv_folded(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    (void)worker;
    bon_token token;
    for (size_t pos = 0; bon_token_next(chunk->data, chunk->len, &pos, &token);)
        BON_TRY(append_row(context, chunk, &token, true, out));
    return BON_OK;
}

/* Words of several syllables are of a kind of their own. */
static bon_status append_word_row(const struct segment_job *job, const struct bon_chunk *chunk,
                                  const bon_word_span *word, bon_buf *out) {
    bon_syllable code;
    bon_case letter_case;
    const char *kind = word->part_count > 1 ? "compound" : bon_token_kind_name((bon_token_kind)word->kind);
    BON_TRY(start_row(chunk->offset + word->start, word->len, kind, out));
    BON_TRY(append_word(chunk->data, word, out));
    BON_TRY(bon_buf_reserve(out, NUMBERS_AND_KIND));
    bon_buf_push(out, "\t", 1);
    if (bon_syllable_parse(chunk->data + word->start, word->len, &code, &letter_case)) push_number(out, code);
    return end_row(job, chunk, out);
}

static bon_status map_tsv_words(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    bon_word_session *session = worker;
    bon_word_span word;
    bon_word_session_begin(session, chunk->data, chunk->len, NULL, 0);
    while (bon_word_session_next(session, &word))
        if (word.part_count) BON_TRY(append_word_row(context, chunk, &word, out));
    return BON_OK;
}

/* Tabs and carriage returns inside a sentence are shown as blanks, so that a row stays a row. */
static bon_status map_tsv_sentences(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    (void)worker;
    for (size_t pos = 0, start, len; bon_sentence_next(chunk->data, chunk->len, &pos, &start, &len);) {
        BON_TRY(start_row(chunk->offset + start, len, "sentence", out));
        size_t text = out->len;
        BON_TRY(bon_buf_append(out, chunk->data + start, len));
        for (size_t i = text; i < out->len; i++)
            if (out->data[i] == '\t' || out->data[i] == '\r') out->data[i] = ' ';
        BON_TRY(bon_buf_put(out, '\t'));
        BON_TRY(end_row(context, chunk, out));
    }
    return BON_OK;
}

/* ---- numbers ---- */

static void write_id(char *to, unsigned id) {
    to[0] = (char)(id & 0xff);
    to[1] = (char)(id >> 8);
}

static bon_status map_ids(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    struct bon_word_cache *words = worker;
    (void)context;
    BON_TRY(bon_buf_reserve(out, 2 * chunk->len + 2)); /* a token and a line end are at least a byte each */
    for (size_t pos = 0, count; (count = bon_segment_many(words, chunk->data, chunk->len, &pos)) > 0;) {
        char *to = out->data + out->len;
        for (size_t i = 0; i < count; i++) write_id(to + 2 * i, words->tokens[i].code);
        out->len += 2 * count;
    }
    /* The last line of a file may lack its newline; it ends all the same. */
    if (!chunk->ends_inside && chunk->data[chunk->len - 1] != '\n') {
        write_id(out->data + out->len, BON_CLASS_LINE_END);
        out->len += 2;
    }
    return BON_OK;
}

/* ---- the command ---- */

static bon_status open_worker(void *context, void **worker) {
    const struct segment_job *job = context;
    if (job->words) return bon_word_session_open((bon_word_session **)worker, job->words);
    *worker = bon_alloc_zeroed(1, sizeof(struct bon_word_cache));
    return *worker ? BON_OK : BON_ERR_NOMEM;
}

static void close_worker(void *context, void *worker) {
    const struct segment_job *job = context;
    if (job->words)
        bon_word_session_close(worker);
    else
        free(worker);
}

static int check_together(const struct command *command, const struct segment_args *args) {
    if (args->ids && (args->tsv || args->fold)) return usage_error(command, "--ids goes with neither --tsv nor --fold");
    if (args->json_field && (args->ids || args->tsv))
        return usage_error(command, "--json-field goes with neither --ids nor --tsv");
    if (args->unit != UNIT_SYLLABLE && (args->ids || args->fold))
        return usage_error(command, "--unit %s goes with neither --ids nor --fold", units[args->unit]);
    if (args->words && args->unit != UNIT_WORD) return usage_error(command, "--words goes with --unit word");
    if (args->ids && output_is_terminal(args->shared.output))
        return usage_error(command, "--ids writes binary data, which a terminal cannot show: use -o FILE or a pipe");
    return PARSE_GO;
}

static void choose_map(const struct segment_args *args, struct segment_job *job) {
    static const text_map maps[] = {map_tokens, map_words, map_sentences};
    typedef bon_status (*chunk_map)(void *, void *, const struct bon_chunk *, bon_buf *);
    static const chunk_map tables[] = {map_tsv, map_tsv_words, map_tsv_sentences};
    job->sentences = args->unit == UNIT_SENTENCE;
    job->map = args->fold ? map_folded : maps[args->unit];
    job->json.field = args->json_field;
    job->pipeline.whole_lines = args->json_field != NULL;
    if (args->json_field)
        job->pipeline.map = map_json;
    else if (args->ids)
        job->pipeline.map = map_ids;
    else if (args->tsv)
        job->pipeline.map = args->fold ? map_tsv_folded : tables[args->unit];
    else
        job->pipeline.map = map_text, job->pipeline.sink = sink_text;
}

static int open_model(const struct segment_args *args, struct segment_job *job) {
    char buffer[PATH_MAX];
    if (args->unit != UNIT_WORD) return EXIT_DONE;
    const char *path = words_path(args->words, buffer);
    return path ? tell_failure(bon_words_open(&job->words, path)) : EXIT_WORK;
}

static int run(const struct command *command, int argc, char **argv) {
    struct segment_args args = {0};
    struct segment_job job = {.pipeline = {.context = &job, .worker_open = open_worker, .worker_close = close_worker}};
    static const char *const headers[] = {"start\tbytes\tkind\ttext\tcode\n", "start\tbytes\tkind\ttext\tcode\tfile\n"};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result == PARSE_GO) result = check_together(command, &args);
    if (result != PARSE_GO) return result;
    choose_map(&args, &job);
    job.name_files = argc - first > 1;
    result = open_model(&args, &job);
    if (result == EXIT_DONE)
        result = stream_run(command, &args.shared, argv + first, argc - first, &job.pipeline,
                            args.tsv ? headers[job.name_files] : NULL);
    bon_words_close(job.words);
    if (result == EXIT_DONE) json_lines_tell(&job.json, &args.shared);
    return result;
}

const struct command command_segment = {
    .name = "segment",
    .summary = "split lines into syllables, numbers and signs, into words, or into sentences",
    .usage = "[OPTION]... [FILE]...",
    .options = options,
    .run = run,
};
