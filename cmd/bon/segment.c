/* cmd/bon/segment.c: bon segment: line -> tokens, as text, as a table or as numbers. */
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "bon/restore.h"
#include "bon/syllable.h"
#include "commands.h"
#include "stream.h"

struct segment_args {
    struct shared_args shared;
    bool tsv, ids, fold;
};

struct segment_job {
    struct bon_pipeline pipeline;
    bool fold;
    bool line_has_token; /* written so far, of a line that goes on in the next window */
};

static const struct option_row options[] = {
    OPTION_FLAG(0, "tsv", struct segment_args, tsv,
                "a table: start byte in the decompressed input, bytes,\nkind, text, syllable code"),
    OPTION_FLAG(0, "ids", struct segment_args, ids,
                "little-endian 16-bit codes, one a token, 0x80ff a line end\n(bon-segment(1) lists them)"),
    OPTION_FLAG(
        0, "fold", struct segment_args, fold,
        "the form that models are made of: lower case, old tone\nplacement, numbers <num>, addresses <url>, <email>"),
    OPTIONS_SHARED,
    OPTION_END,
};

/* ---- tokens between spaces ---- */

static bon_status append_token(const struct segment_job *job, const char *text, const bon_token *token, bon_buf *out) {
    return job->fold ? bon_fold_token(text, token, out) : bon_buf_append(out, text + token->start, token->len);
}

static bon_status map_line(const struct segment_job *job, const char *line, size_t n, bon_buf *out) {
    bon_token token;
    bool first = true;
    for (size_t pos = 0; bon_token_next(line, n, &pos, &token); first = false) {
        if (!first) BON_TRY(bon_buf_put(out, ' '));
        BON_TRY(append_token(job, line, &token, out));
    }
    return BON_OK;
}

static bon_status map_text(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    const char *end = chunk->data + chunk->len;
    (void)worker;
    BON_TRY(bon_buf_reserve(out, chunk->len + chunk->len / 4));
    for (const char *line = chunk->data; line < end;) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        const char *stop = newline ? newline : end;
        BON_TRY(map_line(context, line, (size_t)(stop - line), out));
        if (newline) BON_TRY(bon_buf_put(out, '\n'));
        line = newline ? newline + 1 : end;
    }
    return BON_OK;
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

/* ---- table ---- */

/* A row is made of many small pieces: printf would take most of the time. */
static void push_number(bon_buf *out, uint64_t value) {
    char digits[20], *p = digits + sizeof digits;
    do *--p = (char)('0' + value % 10);
    while (value /= 10);
    bon_buf_push(out, p, (size_t)(digits + sizeof digits - p));
}

static bon_status append_row(const struct segment_job *job, const struct bon_chunk *chunk, const bon_token *token,
                             bon_buf *out) {
    enum { NUMBERS_AND_KIND = 80 };
    const char *kind = bon_token_kind_name(token->kind);
    BON_TRY(bon_buf_reserve(out, NUMBERS_AND_KIND));
    push_number(out, chunk->offset + token->start);
    bon_buf_push(out, "\t", 1);
    push_number(out, token->len);
    bon_buf_push(out, "\t", 1);
    bon_buf_push(out, kind, strlen(kind));
    bon_buf_push(out, "\t", 1);
    BON_TRY(append_token(job, chunk->data, token, out));
    BON_TRY(bon_buf_reserve(out, NUMBERS_AND_KIND));
    bon_buf_push(out, "\t", 1);
    if (token->kind == BON_TOKEN_SYLLABLE) push_number(out, token->code);
    bon_buf_push(out, "\n", 1);
    return BON_OK;
}

static bon_status map_tsv(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    bon_token token;
    (void)worker;
    for (size_t pos = 0; bon_token_next(chunk->data, chunk->len, &pos, &token);)
        BON_TRY(append_row(context, chunk, &token, out));
    return BON_OK;
}

/* ---- numbers ---- */

static bon_status put_id(bon_buf *out, unsigned id) {
    char bytes[2] = {(char)(id & 0xff), (char)(id >> 8)};
    return bon_buf_append(out, bytes, 2);
}

/* Line ends are told by what lies between tokens: the tokenizer takes a newline for a blank. */
static bon_status put_line_ends(const char *from, const char *to, bon_buf *out) {
    while ((from = memchr(from, '\n', (size_t)(to - from))) != NULL) {
        BON_TRY(put_id(out, BON_CLASS_LINE_END));
        from++;
    }
    return BON_OK;
}

static bon_status map_ids(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    const char *end = chunk->data + chunk->len, *after = chunk->data;
    bon_token token;
    (void)context, (void)worker;
    for (size_t pos = 0; bon_token_next(chunk->data, chunk->len, &pos, &token);) {
        BON_TRY(put_line_ends(after, chunk->data + token.start, out));
        BON_TRY(put_id(out, token.code));
        after = chunk->data + token.start + token.len;
    }
    BON_TRY(put_line_ends(after, end, out));
    /* The last line of a file may lack its newline; it ends all the same. */
    if (!chunk->ends_inside && end[-1] != '\n') BON_TRY(put_id(out, BON_CLASS_LINE_END));
    return BON_OK;
}

static int run(const struct command *command, int argc, char **argv) {
    struct segment_args args = {0};
    struct segment_job job = {.pipeline = {.map = map_text, .sink = sink_text, .context = &job}};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result != PARSE_GO) return result;
    if (args.ids && (args.tsv || args.fold)) return usage_error(command, "--ids goes with neither --tsv nor --fold");
    if (args.ids && output_is_terminal(args.shared.output))
        return usage_error(command, "--ids writes binary data, which a terminal cannot show: use -o FILE or a pipe");
    job.fold = args.fold;
    if (args.tsv) job.pipeline.map = map_tsv, job.pipeline.sink = NULL;
    if (args.ids) job.pipeline.map = map_ids, job.pipeline.sink = NULL;
    return stream_run(command, &args.shared, argv + first, argc - first, &job.pipeline,
                      args.tsv ? "start\tbytes\tkind\ttext\tcode\n" : NULL);
}

const struct command command_segment = {
    .name = "segment",
    .summary = "split lines into syllables, words, numbers and signs",
    .usage = "[OPTION]... [FILE]...",
    .options = options,
    .run = run,
};
