/* cmd/bon/eval.c: bon eval: how well a trained model predicts texts: perplexity and bits a byte. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blas_core.h"
#include "commands.h"
#include "eval_score.h"
#include "lm/safetensors.h"
#include "lm_folder.h"
#include "stream.h"

static const char *const devices[] = {"cpu", "cuda", NULL};
static const char *const precisions[] = {"auto", "f32", "f64", "bf16", "int8", NULL}; /* enum scorer_precision */

struct eval_args {
    struct shared_args shared;
    const char *tokenizer, *logits;
    unsigned stride;
    int device, precision;
};

static const struct option_row options[] = {
    OPTION_UNSIGNED(0, "stride", "N", struct eval_args, stride, 1, 1 << 24,
                    "move on by N tokens: each is predicted from the context\nless N before it, or more (default: half "
                    "the context)"),
    OPTION_WRITTEN(0, "logits", "FILE", struct eval_args, logits,
                   "write the logits of the first text's first tokens to FILE\n(safetensors) instead"),
    OPTION_CHOICE(0, "device", "DEVICE", struct eval_args, device, devices, "cpu (default) or cuda"),
    OPTION_CHOICE(0, "precision", "TYPE", struct eval_args, precision, precisions,
                  "compute in f32, f64 (cpu), bf16 (cuda) or int8 (cpu)\n(default auto: as the weights are)"),
    OPTION_STRING('t', "tokenizer", "FILE", struct eval_args, tokenizer,
                  "the tokenizer.json to use (default: the model's)"),
    OPTION_OUTPUT("write the table to FILE instead of standard output"),
    OPTION_THREADS,
    OPTIONS_COMMON,
    OPTION_END,
};

struct job {
    const struct eval_args *args;
    char folder[PATH_MAX];
    bon_tokenizer *tokenizer;
    bon_token_encoder *encoder;
    struct scorer *scorer;
    uint32_t end;
    size_t context, stride;
    bon_token_ids ids; /* of a document, behind its beginning */
    bon_buf table;
};

/* What is known of a text. */
struct sums {
    uint64_t bytes, tokens;
    double nats;
};

/* ---- texts ---- */

static bon_status append(bon_token_ids *ids, uint32_t id) {
    BON_TRY(bon_grow_array(&ids->ids, &ids->cap, ids->count + 1, sizeof *ids->ids));
    ids->ids[ids->count++] = id;
    return BON_OK;
}

/* Every token of the document is predicted once, from all before it that the context holds besides the stride. */
static bon_status score_document(struct job *job) {
    const uint32_t *ids = job->ids.ids;
    const size_t n = job->ids.count;
    for (size_t first = 0, done = 1; done < n; first += job->stride) {
        const size_t left = n - first, size = left < job->context + 1 ? left : job->context + 1;
        if (first + size <= done) continue;
        BON_TRY(scorer_add(job->scorer, ids + first, size, done - first));
        done = first + size;
    }
    job->ids.count = 1; /* the next begins as this one did */
    return BON_OK;
}

/* As training sees text: lines encoded with their ends; an empty line ends a document, which is predicted too. */
static bon_status add_line(struct job *job, const char *line, size_t n, bool whole) {
    const bool empty = whole && ((n == 1 && line[0] == '\n') || (n == 2 && line[0] == '\r' && line[1] == '\n'));
    if (!empty) return bon_token_encoder_encode(job->encoder, line, n, &job->ids);
    if (job->ids.count == 1) return BON_OK;
    BON_TRY(append(&job->ids, job->end));
    return score_document(job);
}

/* Calls add_line for every line of a file; one above BON_WINDOW comes in pieces. */
static bon_status read_lines(struct job *job, struct bon_in *in, struct sums *sums) {
    bon_buf text = {0};
    size_t got = 1;
    bool whole = true;
    bon_status status = BON_OK;
    while (status == BON_OK && got > 0) {
        if ((status = bon_buf_reserve(&text, 1 << 16)) != BON_OK) break;
        if ((status = bon_in_read(in, text.data + text.len, 1 << 16, &got)) != BON_OK) break;
        text.len += got, sums->bytes += got;
        size_t at = 0;
        for (const char *newline; status == BON_OK && at < text.len; whole = true) {
            newline = memchr(text.data + at, '\n', text.len - at);
            const bool piece = !newline && text.len - at > BON_WINDOW;
            if (!newline && !piece && got > 0) break; /* the line goes on */
            const size_t n = newline ? (size_t)(newline + 1 - text.data) - at : text.len - at;
            status = add_line(job, text.data + at, n, whole);
            at += n;
            if (piece && got > 0) {
                whole = false;
                break;
            }
        }
        memmove(text.data, text.data + at, text.len - at);
        text.len -= at;
    }
    bon_buf_free(&text);
    return status;
}

static bon_status score_file(struct job *job, const char *path, struct sums *sums) {
    struct bon_in *in;
    BON_TRY(bon_in_open(&in, path));
    bon_status status = read_lines(job, in, sums);
    bon_in_close(in);
    if (status == BON_OK) status = score_document(job);
    if (status == BON_OK) status = scorer_take(job->scorer, &sums->nats, &sums->tokens);
    if (status == BON_OK && sums->tokens == 0)
        return bon_fail(BON_ERR_DATA, "%s: there is no text in it", path ? path : "standard input");
    return status;
}

/* ---- the table ---- */

static bon_status put_row(struct job *job, const char *name, const struct sums *sums) {
    const double mean = sums->nats / (double)sums->tokens;
    return bon_buf_printf(&job->table, "%s\t%" PRIu64 "\t%" PRIu64 "\t%.4f\t%.3f\t%.4f\n", name, sums->bytes,
                          sums->tokens, mean, exp(mean), sums->nats / log(2) / (double)sums->bytes);
}

static bon_status score_all(struct job *job, char *const *paths, size_t count) {
    struct sums all = {0};
    BON_TRY(bon_buf_printf(&job->table, "text\tbytes\ttokens\tnats_per_token\tperplexity\tbits_per_byte\n"));
    for (size_t i = 0; i < (count ? count : 1); i++) {
        struct sums sums = {0};
        BON_TRY(score_file(job, count ? paths[i] : NULL, &sums));
        BON_TRY(put_row(job, count ? paths[i] : "-", &sums));
        all.bytes += sums.bytes, all.tokens += sums.tokens, all.nats += sums.nats;
    }
    return count > 1 ? put_row(job, "all", &all) : BON_OK;
}

/* ---- logits, for comparison with other programs ---- */

struct logits {
    const uint32_t *ids;
    const float *values;
    size_t rows, cols;
};

static bon_status give_logits(void *context, size_t i, float *values) {
    const struct logits *logits = context;
    for (size_t k = 0; i == 0 && k < logits->rows; k++) values[k] = (float)logits->ids[k];
    if (i == 1) memcpy(values, logits->values, logits->rows * logits->cols * sizeof *values);
    return BON_OK;
}

/* Of up to a context of tokens: "ids" (as numbers) and "logits", a row a token. */
static bon_status write_logits(struct job *job, const bon_decoder *decoder) {
    const size_t vocabulary = bon_decoder_config(decoder)->vocabulary;
    const size_t n = job->ids.count < job->context ? job->ids.count : job->context;
    const struct bon_st_item items[] = {{.name = "ids", .rows = 1, .cols = n, .is_vector = true},
                                        {.name = "logits", .rows = n, .cols = vocabulary}};
    float *values = bon_alloc_array(n * vocabulary, sizeof *values);
    bon_decoding *text = NULL;
    bon_status status = values ? bon_decoding_open(&text, decoder, threads_of(&job->args->shared)) : BON_ERR_NOMEM;
    if (status == BON_OK) status = bon_decoding_feed(text, job->ids.ids, n, values, true);
    struct logits logits = {job->ids.ids, values, n, vocabulary};
    if (status == BON_OK) status = bon_st_write(job->args->logits, items, 2, NULL, 0, give_logits, &logits);
    bon_decoding_close(text);
    free(values);
    return status;
}

static bon_status dump_logits(struct job *job, const char *path) {
    char line[1 << 16];
    struct bon_in *in;
    size_t got;
    bon_decoder *decoder;
    BON_TRY(bon_in_open(&in, path));
    bon_status status = bon_in_read(in, line, sizeof line, &got);
    bon_in_close(in);
    if (status == BON_OK) status = bon_token_encoder_encode(job->encoder, line, got, &job->ids);
    if (status == BON_OK) status = bon_decoder_open(&decoder, job->folder);
    if (status != BON_OK) return status;
    job->context = bon_decoder_config(decoder)->context;
    if (job->args->precision == SCORER_INT8) status = bon_decoder_round(decoder);
    if (status == BON_OK) status = write_logits(job, decoder);
    bon_decoder_close(decoder);
    return status;
}

/* ---- the command ---- */

static bon_status open_job(struct job *job, const char *model) {
    static const char name[] = BON_TOKENIZER_END;
    BON_TRY(lm_folder_find(model, job->folder));
    BON_TRY(lm_folder_tokenizer(job->folder, job->args->tokenizer, &job->tokenizer));
    BON_TRY(bon_token_encoder_open(&job->encoder, job->tokenizer, 0));
    job->end = bon_tokenizer_find_special(job->tokenizer, name, sizeof name - 1);
    if (job->end == BON_TOKENIZER_NONE) return bon_fail(BON_ERR_DATA, "the tokenizer has no %s", name);
    return append(&job->ids, job->end);
}

static bon_status work(struct job *job, char *const *operands, size_t count) {
    const struct eval_args *args = job->args;
    BON_TRY(open_job(job, operands[0]));
    if (args->logits) return dump_logits(job, count > 1 ? operands[1] : NULL);
    const struct scorer_options how = {.device = devices[args->device],
                                       .precision = (enum scorer_precision)args->precision,
                                       .threads = threads_of(&args->shared)};
    BON_TRY(scorer_open(&job->scorer, job->folder, &how));
    job->context = scorer_config(job->scorer)->context;
    job->stride = args->stride ? args->stride : (job->context + 1) / 2;
    if (job->stride > job->context)
        return bon_fail(BON_ERR_ARGUMENT, "--stride %zu is longer than the model's context of %zu", job->stride,
                        job->context);
    note(&args->shared, "%s", scorer_name(job->scorer));
    return score_all(job, operands + 1, count - 1);
}

static int run_eval(const struct command *command, int argc, char **argv) {
    struct eval_args args = {0};
    struct job job = {.args = &args};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result == PARSE_GO && first == argc) result = usage_error(command, "which model? a folder of 'bon train'");
    if (result == PARSE_GO && args.logits && (args.precision == SCORER_F64 || args.precision == SCORER_BF16))
        result = usage_error(command, "--logits are computed in f32 or int8");
    if (result != PARSE_GO) return result;
    blas_core_choose();
    result = tell_failure(work(&job, argv + first, (size_t)(argc - first)));
    if (result == EXIT_DONE && !args.logits) result = write_text(args.shared.output, &job.table);
    scorer_close(job.scorer);
    bon_token_encoder_close(job.encoder);
    bon_tokenizer_close(job.tokenizer);
    bon_buf_free(&job.table);
    free(job.ids.ids);
    return result;
}

const struct command command_eval = {
    .name = "eval",
    .summary = "perplexity and bits a byte of a trained model",
    .usage = "[OPTION]... MODEL [FILE]...",
    .notes = "MODEL is the folder of 'bon train' (its newest checkpoint), a checkpoint, or what\n"
             "'bon export --to hf' or '--to int8' wrote.",
    .options = options,
    .run = run_eval,
};
