/* cmd/bon/generate.c: bon generate: a trained model goes on with a text, token by token. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blas_core.h"
#include "bon/lm.h"
#include "commands.h"
#include "lm_folder.h"
#include "stream.h"

struct generate_args {
    struct shared_args shared;
    const char *tokenizer;
    unsigned tokens, top_k, seed;
    double temperature, top_p;
    bool ids;
};

static const struct option_row options[] = {
    OPTION_UNSIGNED('n', "tokens", "N", struct generate_args, tokens, 1, 1e9,
                    "go on for at most N tokens (default 64)"),
    OPTION_REAL(0, "temperature", "T", struct generate_args, temperature, 0, 100,
                "divide logits by T (default 0.8); 0: always the likeliest\ntoken"),
    OPTION_UNSIGNED(0, "top-k", "K", struct generate_args, top_k, 0, 1e9,
                    "choose among the K likeliest tokens (default 0: all)"),
    OPTION_REAL(0, "top-p", "P", struct generate_args, top_p, 0, 1,
                "choose among the likeliest that together have the\nprobability P (default 0.95)"),
    OPTION_UNSIGNED(0, "seed", "N", struct generate_args, seed, 0, UINT32_MAX, "seed of the draws (default 1)"),
    OPTION_FLAG(0, "ids", struct generate_args, ids, "write the new tokens as ids instead of the whole text"),
    OPTION_STRING('t', "tokenizer", "FILE", struct generate_args, tokenizer,
                  "the tokenizer.json to use (default: the model's)"),
    OPTION_OUTPUT("write to FILE instead of standard output"),
    OPTION_THREADS,
    OPTIONS_COMMON,
    OPTION_END,
};

struct job {
    const struct generate_args *args;
    bon_tokenizer *tokenizer;
    bon_token_encoder *encoder;
    bon_decoder *decoder;
    bon_decoding *text;
    struct bon_out *out;
    bon_token_ids ids; /* prompt and continuation */
    float *logits;
    uint32_t end, size, context;
    uint64_t serial; /* of the prompt */
    bon_buf bytes;
};

static bon_status open_job(struct job *job, const char *path) {
    static const char name[] = BON_TOKENIZER_END;
    char folder[PATH_MAX];
    BON_TRY(lm_folder_find(path, folder));
    BON_TRY(lm_folder_tokenizer(folder, job->args->tokenizer, &job->tokenizer));
    BON_TRY(bon_decoder_open(&job->decoder, folder));
    job->size = bon_tokenizer_size(job->tokenizer);
    job->context = bon_decoder_config(job->decoder)->context;
    job->end = bon_tokenizer_find_special(job->tokenizer, name, sizeof name - 1);
    if (job->size > bon_decoder_config(job->decoder)->vocabulary)
        return bon_fail(BON_ERR_DATA, "%s: the model has %u tokens and the tokenizer %u: it is another one's", folder,
                        bon_decoder_config(job->decoder)->vocabulary, job->size);
    BON_TRY(bon_token_encoder_open(&job->encoder, job->tokenizer, 0));
    BON_TRY(bon_decoding_open(&job->text, job->decoder, threads_of(&job->args->shared)));
    job->logits = bon_alloc_array(bon_decoder_config(job->decoder)->vocabulary, sizeof *job->logits);
    return job->logits ? bon_out_open(&job->out, job->args->shared.output, 0) : BON_ERR_NOMEM;
}

static void close_job(struct job *job) {
    bon_out_abandon(job->out);
    free(job->logits);
    free(job->ids.ids);
    bon_buf_free(&job->bytes);
    bon_decoding_close(job->text);
    bon_decoder_close(job->decoder);
    bon_token_encoder_close(job->encoder);
    bon_tokenizer_close(job->tokenizer);
}

/* Feeds what is not fed yet; of a text longer than the context, its last half context. */
static bon_status feed(struct job *job, size_t *fed) {
    if (bon_decoding_length(job->text) + (job->ids.count - *fed) > job->context) {
        const size_t half = job->context > 1 ? job->context / 2 : 1;
        bon_decoding_cut(job->text, 0);
        *fed = job->ids.count - half;
    }
    BON_TRY(bon_decoding_feed(job->text, job->ids.ids + *fed, job->ids.count - *fed, job->logits, false));
    *fed = job->ids.count;
    return BON_OK;
}

static bon_status append(bon_token_ids *ids, uint32_t id) {
    BON_TRY(bon_grow_array(&ids->ids, &ids->cap, ids->count + 1, sizeof *ids->ids));
    ids->ids[ids->count++] = id;
    return BON_OK;
}

/* A character that was not finished is left out. */
static size_t whole_characters(const char *text, size_t n) {
    size_t back = 1;
    while (back <= 3 && back <= n && ((unsigned char)text[n - back] & 0xc0) == 0x80) back++;
    if (back > n || back > 4) return n;
    const unsigned char lead = (unsigned char)text[n - back];
    const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
    return length > back ? n - back : n;
}

static bon_status show(struct job *job, size_t prompt) {
    job->bytes.len = 0;
    if (job->args->ids) {
        for (size_t i = prompt; i < job->ids.count; i++)
            BON_TRY(bon_buf_printf(&job->bytes, i > prompt ? " %u" : "%u", (unsigned)job->ids.ids[i]));
    } else {
        BON_TRY(bon_tokenizer_decode(job->tokenizer, job->ids.ids + 1, job->ids.count - 1, &job->bytes));
        job->bytes.len = whole_characters(job->bytes.data, job->bytes.len);
    }
    BON_TRY(bon_buf_put(&job->bytes, '\n'));
    BON_TRY(bon_out_write(job->out, job->bytes.data, job->bytes.len));
    return bon_out_relay(job->out);
}

/* A text begins with the token that ends documents, as in training. */
static bon_status go_on(struct job *job, const char *prompt, size_t n) {
    const struct generate_args *args = job->args;
    const bon_sampling how = {.temperature = args->temperature,
                              .top_p = args->top_p,
                              .top_k = args->top_k,
                              .seed = ((uint64_t)job->serial++ << 32) + args->seed};
    size_t fed = 0;
    job->ids.count = 0;
    if (job->end != BON_TOKENIZER_NONE) BON_TRY(append(&job->ids, job->end));
    BON_TRY(bon_token_encoder_encode(job->encoder, prompt, n, &job->ids));
    if (job->ids.count == 0) return bon_fail(BON_ERR_DATA, "a model without %s needs a prompt", BON_TOKENIZER_END);
    const size_t first = job->ids.count;
    bon_decoding_cut(job->text, 0);
    for (unsigned i = 0; i < args->tokens; i++) {
        uint32_t id;
        BON_TRY(feed(job, &fed));
        BON_TRY(bon_sample(job->logits, job->size, &how, i, &id)); /* rows to spare behind size are no tokens */
        if (id == job->end) break;
        BON_TRY(append(&job->ids, id));
    }
    return show(job, first);
}

/* Prompts from standard input, a line each. */
static bon_status go_on_lines(struct job *job) {
    char *line = NULL;
    size_t cap = 0;
    ssize_t n;
    bon_status status = BON_OK;
    while (status == BON_OK && (n = getline(&line, &cap, stdin)) >= 0) {
        if (n > 0 && line[n - 1] == '\n') n--;
        status = go_on(job, line, (size_t)n);
    }
    if (status == BON_OK && ferror(stdin)) status = bon_fail_errno("standard input", "read");
    free(line);
    return status;
}

static bon_status work(struct job *job, char **operands, int count) {
    bon_status status = BON_OK;
    BON_TRY(open_job(job, operands[0]));
    note(&job->args->shared, "%s", bon_decoder_name(job->decoder));
    for (int i = 1; i < count && status == BON_OK; i++) status = go_on(job, operands[i], strlen(operands[i]));
    if (count == 1) status = go_on_lines(job);
    if (status != BON_OK) return status;
    struct bon_out *out = job->out;
    job->out = NULL;
    return bon_out_publish(out);
}

static int run_generate(const struct command *command, int argc, char **argv) {
    struct generate_args args = {.tokens = 64, .temperature = 0.8, .top_p = 0.95, .seed = 1};
    struct job job = {.args = &args};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result == PARSE_GO && first == argc) result = usage_error(command, "which model? a folder of 'bon train'");
    if (result != PARSE_GO) return result;
    blas_core_choose();
    result = tell_failure(work(&job, argv + first, argc - first));
    close_job(&job);
    return result;
}

const struct command command_generate = {
    .name = "generate",
    .summary = "go on with a text by a trained model",
    .usage = "[OPTION]... MODEL [PROMPT]...",
    .notes = "MODEL is the folder of 'bon train' (its newest checkpoint), a checkpoint, or what\n"
             "'bon export --to hf' or '--to int8' wrote. Without a PROMPT each line of standard input\nis one.",
    .options = options,
    .run = run_generate,
};
