/* cmd/bon/tokenizer.c: bon tokenizer train, encode, decode, export: subword tokens learned from text.
 *
 * A line is encoded alone: as text without its line end, a line of ids for each; as binary ids with it. A line above
 * BON_WINDOW is encoded in windows.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bon/tokenizer.h"
#include "commands.h"
#include "encoder.h"
#include "stream.h"
#include "tokenizer_files.h"

/* Calls `each` with every line of a chunk and whether a line end is behind it. */
typedef bon_status (*line_function)(void *job, void *worker, const char *line, size_t n, bool ended, bon_buf *out);

static bon_status each_line(const struct bon_chunk *chunk, line_function each, void *job, void *worker, bon_buf *out) {
    const char *end = chunk->data + chunk->len;
    for (const char *line = chunk->data; line < end;) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        BON_TRY(each(job, worker, line, (size_t)((newline ? newline : end) - line), newline != NULL, out));
        line = newline ? newline + 1 : end;
    }
    return BON_OK;
}

/* ---- train ---- */

enum { NAMES_MAX = 64 };

struct name_list {
    const char *names[NAMES_MAX];
    uint32_t count;
};

struct train_args {
    struct shared_args shared;
    unsigned size, least;
    struct name_list specials;
};

struct train_job {
    struct bon_pipeline pipeline;
    bon_token_trainer *sum;
    pthread_mutex_t lock;
    bon_status status; /* of adding up */
    char message[512];
};

static bool parse_special(const char *argument, void *member, const char **reason) {
    struct name_list *list = member;
    *reason = list->count == NAMES_MAX ? "is one special token too many" : "is no name";
    if (!*argument || list->count == NAMES_MAX) return false;
    list->names[list->count++] = argument;
    return true;
}

static const struct option_row train_options[] = {
    OPTION_UNSIGNED(0, "vocab", "N", struct train_args, size, 1, BON_TOKENIZER_SIZE_MAX,
                    "learn N tokens, 256 bytes and the special ones\nincluded (default 16384)"),
    OPTION_UNSIGNED(0, "min", "C", struct train_args, least, 1, UINT32_MAX, "join only pairs seen C times (default 2)"),
    OPTION_PARSE(0, "special", "NAME", struct train_args, specials, parse_special,
                 "a special token; may be given again (default\n<|endoftext|> alone)"),
    OPTION_OUTPUT("the tokenizer.json to write (default: standard output)"),
    OPTION_THREADS,
    OPTIONS_COMMON,
    OPTION_END,
};

static bon_status open_trainer(void *context, void **worker) {
    bon_token_trainer *trainer;
    (void)context;
    BON_TRY(bon_token_trainer_open(&trainer));
    *worker = trainer;
    return BON_OK;
}

/* A worker's counts go into the sum when it ends. The message of a failure belongs to its thread: it is kept. */
static void close_trainer(void *context, void *worker) {
    struct train_job *job = context;
    pthread_mutex_lock(&job->lock);
    bon_status status = job->status == BON_OK ? bon_token_trainer_absorb(job->sum, worker) : BON_OK;
    if (status != BON_OK) {
        job->status = status;
        strncpy(job->message, bon_error_message(), sizeof job->message - 1);
    }
    pthread_mutex_unlock(&job->lock);
    bon_token_trainer_close(worker);
}

static bon_status train_line(void *job, void *worker, const char *line, size_t n, bool ended, bon_buf *out) {
    (void)job, (void)out;
    return bon_token_trainer_add(worker, line, n + ended);
}

static bon_status train_map(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    return each_line(chunk, train_line, context, worker, out);
}

static bon_status train_sink(void *context, const struct bon_chunk *chunk, const bon_buf *result) {
    (void)context, (void)chunk, (void)result;
    return BON_OK;
}

static bon_status learn(struct train_job *job, const struct train_args *args) {
    bon_token_train_options how = {.size = args->size, .min_count = args->least};
    if (args->specials.count) how.names = args->specials.names, how.name_count = args->specials.count;
    bon_tokenizer *tokenizer;
    if (job->status != BON_OK) return bon_fail(job->status, "%s", job->message);
    BON_TRY(bon_token_trainer_learn(job->sum, &how, &tokenizer));
    uint32_t size = bon_tokenizer_size(tokenizer);
    bon_status status = bon_tokenizer_write(tokenizer, args->shared.output);
    bon_tokenizer_close(tokenizer);
    if (status == BON_OK && size < args->size)
        note(&args->shared, "%u tokens instead of %u: no further pair is in the text %u times", size, args->size,
             args->least);
    return status;
}

static int run_train(const struct command *command, int argc, char **argv) {
    struct train_args args = {.size = 16384, .least = 2};
    struct train_job job = {.pipeline = {.worker_open = open_trainer,
                                         .worker_close = close_trainer,
                                         .map = train_map,
                                         .sink = train_sink,
                                         .context = &job},
                            .lock = PTHREAD_MUTEX_INITIALIZER};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result != PARSE_GO) return result;
    unsigned specials = args.specials.count ? args.specials.count : 1;
    if (args.size < BON_TOKENIZER_BYTES + specials)
        return usage_error(command, "--vocab: %u is too small: 256 bytes and %u special tokens are %u", args.size,
                           specials, BON_TOKENIZER_BYTES + specials);
    bon_status status = check_output(args.shared.output);
    if (status == BON_OK) status = bon_token_trainer_open(&job.sum);
    result = tell_failure(status);
    if (result == EXIT_DONE) result = stream_collect(command, &args.shared, argv + first, argc - first, &job.pipeline);
    if (result == EXIT_DONE) result = tell_failure(learn(&job, &args));
    bon_token_trainer_close(job.sum);
    return result;
}

static const struct command command_tokenizer_train = {
    .name = "tokenizer train",
    .summary = "learn a tokenizer from text",
    .usage = "[OPTION]... [-o tokenizer.json] [FILE]...",
    .notes = "Byte-level BPE over qwen2's pattern; Hugging Face's tokenizer.json.",
    .options = train_options,
    .run = run_train,
};

/* ---- encode ---- */

enum id_width { WIDTH_AUTO, WIDTH_16, WIDTH_32 };
static const char *const widths[] = {"auto", "u16", "u32", NULL};

struct code_args {
    struct shared_args shared;
    const char *model;
    int width; /* enum id_width, or -1: ids as text */
    bool special;
};

struct code_job {
    struct bon_pipeline pipeline;
    bon_tokenizer *tokenizer;
    bool special, wide;
    bool line_has_id; /* written so far, of a line that goes on in the next window */
};

#define OPTION_TOKENIZER OPTION_STRING('t', "tokenizer", "FILE", struct code_args, model, "the tokenizer.json to use")
#define OPTION_IDS(text) OPTION_CHOICE(0, "ids", "[WIDTH]", struct code_args, width, widths, text)

static const struct option_row encode_options[] = {
    OPTION_TOKENIZER,
    OPTION_IDS("binary ids, line ends among them: u16, u32 or auto (the\ndefault: u16 up to 65536 tokens)"),
    OPTION_FLAG(0, "special", struct code_args, special, "read names of special tokens in the text as those tokens"),
    OPTIONS_SHARED,
    OPTION_END,
};

static bon_status open_encoder(void *context, void **state) {
    const struct code_job *job = context;
    struct encoder *encoder = NULL;
    bon_status status = encoder_open(&encoder, job->tokenizer, job->special ? BON_ENCODE_SPECIAL : 0);
    *state = encoder;
    return status;
}

static char *put_number(char *out, uint32_t value) {
    char digits[10], *p = digits + sizeof digits;
    do *--p = (char)('0' + value % 10);
    while (value /= 10);
    size_t n = (size_t)(digits + sizeof digits - p);
    memcpy(out, p, n);
    return out + n;
}

static bon_status encode_line(void *job, void *state, const char *line, size_t n, bool ended, bon_buf *out) {
    enum { ID_MAX = 9 }; /* digits of an id below 2^24, and a blank */
    struct encoder *encoder = state;
    const bon_token_ids *ids = &encoder->ids;
    (void)job;
    BON_TRY(encoder_encode(encoder, line, n));
    BON_TRY(bon_buf_reserve(out, ids->count * ID_MAX + 1));
    char *at = out->data + out->len;
    for (size_t i = 0; i < ids->count; i++) {
        if (i) *at++ = ' ';
        at = put_number(at, ids->ids[i]);
    }
    if (ended) *at++ = '\n';
    out->len = (size_t)(at - out->data);
    return BON_OK;
}

static bon_status encode_map(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    return each_line(chunk, encode_line, context, worker, out);
}

/* The windows of a long line are joined by a blank. */
static bon_status encode_sink(void *context, const struct bon_chunk *chunk, const bon_buf *result) {
    struct code_job *job = context;
    bool has_id = result->len > 0 && result->data[0] != '\n';
    bool goes_on = chunk->begins_inside && job->line_has_id;
    if (goes_on && has_id) BON_TRY(bon_out_write(job->pipeline.out, " ", 1));
    job->line_has_id = has_id || goes_on;
    return bon_out_write(job->pipeline.out, result->data, result->len);
}

static bon_status encode_line_binary(void *context, void *state, const char *line, size_t n, bool ended, bon_buf *out) {
    const struct code_job *job = context;
    return encoder_encode_binary(state, line, n + ended, job->wide ? 4 : 2, out);
}

static bon_status encode_map_binary(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    return each_line(chunk, encode_line_binary, context, worker, out);
}

/* -t, and the width of ids that it means. */
static int open_tokenizer(const struct command *command, const struct code_args *args, struct code_job *job) {
    if (!args->model) return usage_error(command, "which tokenizer? -t tokenizer.json");
    int result = tell_failure(bon_tokenizer_read(&job->tokenizer, args->model));
    if (result != EXIT_DONE) return result;
    bool large = bon_tokenizer_size(job->tokenizer) > 1 << 16;
    job->wide = args->width == WIDTH_32 || (args->width == WIDTH_AUTO && large);
    job->special = args->special;
    if (args->width != WIDTH_16 || !large) return EXIT_DONE;
    result = usage_error(command, "--ids=u16 does not do for %u tokens", bon_tokenizer_size(job->tokenizer));
    bon_tokenizer_close(job->tokenizer);
    return result;
}

static int run_encode(const struct command *command, int argc, char **argv) {
    struct code_args args = {.width = -1};
    struct code_job job = {.pipeline = {.worker_open = open_encoder,
                                        .worker_close = encoder_close,
                                        .map = encode_map,
                                        .sink = encode_sink,
                                        .context = &job}};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result != PARSE_GO) return result;
    if (args.width >= 0 && output_is_terminal(args.shared.output))
        return usage_error(command, "--ids writes binary data, which a terminal cannot show: use -o FILE or a pipe");
    result = open_tokenizer(command, &args, &job);
    if (result != EXIT_DONE) return result;
    if (args.width >= 0) job.pipeline.map = encode_map_binary, job.pipeline.sink = NULL;
    result = stream_run(command, &args.shared, argv + first, argc - first, &job.pipeline, NULL);
    bon_tokenizer_close(job.tokenizer);
    return result;
}

static const struct command command_tokenizer_encode = {
    .name = "tokenizer encode",
    .summary = "text -> ids, one line each",
    .usage = "[OPTION]... -t tokenizer.json [FILE]...",
    .options = encode_options,
    .run = run_encode,
};

/* ---- decode ---- */

static const struct option_row decode_options[] = {
    OPTION_TOKENIZER,
    OPTION_IDS("read binary ids: u16, u32 or auto, as 'encode --ids'"),
    OPTIONS_SHARED,
    OPTION_END,
};

static int run_decode(const struct command *command, int argc, char **argv) {
    struct code_args args = {.width = -1};
    struct code_job job = {0};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result != PARSE_GO) return result;
    result = open_tokenizer(command, &args, &job);
    if (result != EXIT_DONE) return result;
    struct bon_pipeline pipeline = {.map = tokenizer_decode_map, .context = job.tokenizer};
    if (args.width >= 0)
        result = tell_failure(tokenizer_decode_binary(job.tokenizer, job.wide ? 4 : 2, argv + first,
                                                      (size_t)(argc - first), args.shared.output));
    else
        result = stream_run(command, &args.shared, argv + first, argc - first, &pipeline, NULL);
    bon_tokenizer_close(job.tokenizer);
    return result;
}

static const struct command command_tokenizer_decode = {
    .name = "tokenizer decode",
    .summary = "ids -> text",
    .usage = "[OPTION]... -t tokenizer.json [FILE]...",
    .options = decode_options,
    .run = run_decode,
};

/* ---- export ---- */

static const char *const formats[] = {"hf", "gpt2", "tsv", NULL};

struct export_args {
    struct shared_args shared;
    int format; /* enum tokenizer_format */
};

static const struct option_row export_options[] = {
    OPTION_CHOICE(0, "to", "FORMAT", struct export_args, format, formats,
                  "hf (default): tokenizer.json and tokenizer_config.json\nin the folder DIR; gpt2: vocab.json and "
                  "merges.txt there;\ntsv: a table of id, kind and spelling"),
    OPTION_WRITTEN('o', "output", "DIR|FILE", struct shared_args, output,
                   "the folder, made if missing, or the table's file"),
    OPTIONS_COMMON,
    OPTION_END,
};

static int run_export(const struct command *command, int argc, char **argv) {
    struct export_args args = {.format = TOKENIZER_HF};
    bon_tokenizer *tokenizer;
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result == PARSE_GO) result = operands_check(command, argc - first, 1, 1);
    if (result != PARSE_GO) return result;
    if (args.format != TOKENIZER_TSV && !args.shared.output) return usage_error(command, "say where to: -o DIR");
    bon_status status = bon_tokenizer_read(&tokenizer, argv[first]);
    if (status != BON_OK) return tell_failure(status);
    status = tokenizer_export(tokenizer, (enum tokenizer_format)args.format, args.shared.output);
    bon_tokenizer_close(tokenizer);
    return tell_failure(status);
}

static const struct command command_tokenizer_export = {
    .name = "tokenizer export",
    .summary = "write a tokenizer as other programs want it",
    .usage = "[OPTION]... -o DIR tokenizer.json",
    .options = export_options,
    .run = run_export,
};

/* ---- the group ---- */

static const struct command *const subcommands[] = {
    &command_tokenizer_train, &command_tokenizer_encode, &command_tokenizer_decode, &command_tokenizer_export, NULL,
};

static const struct option_row group_options[] = {
    {.kind = OPTION_KIND_HELP, .short_name = 'h', .long_name = "help", .help = "show this help"},
    OPTION_END,
};

const struct command command_tokenizer = {
    .name = "tokenizer",
    .summary = "learn and use subword tokens (byte-level BPE)",
    .usage = "train|encode|decode|export [OPTION]... [FILE]...",
    .options = group_options,
    .subcommands = subcommands,
    .run = run_subcommand,
};
