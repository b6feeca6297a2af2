/* cmd/bon/lm_interpolate.c: bon lm interpolate: several models mixed into one, by weights given or found. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bon/restore.h"
#include "commands.h"
#include "layout.h"
#include "model_io.h"
#include "stream.h"

enum { MODELS_MAX = 256 };

struct weights {
    size_t count;
    double at[MODELS_MAX];
};

struct interpolate_args {
    struct shared_args shared;
    struct weights weights;
    const char *tune, *text;
    unsigned quantize;
    int layout; /* bon_lm_layout */
    bool candidates;
};

/* "0.6 0.4", "0.6,0.4", "3,2" */
static bool parse_weights(const char *argument, void *member, const char **reason) {
    struct weights *weights = member;
    double sum = 0;
    *reason = "is not a list of weights like '0.6 0.3 0.1', none below 0";
    weights->count = 0;
    for (const char *text = argument; *text;) {
        char *end;
        text += strspn(text, " ,");
        double value = strtod(text, &end);
        if (end == text || end > text + strspn(text, "0123456789.eE+-")) return false; /* strtod knows 0x10 and inf */
        if (!(value >= 0 && value <= 1e9) || weights->count == MODELS_MAX) return false;
        weights->at[weights->count++] = value;
        sum += value;
        text = end + strspn(end, " ,");
    }
    for (size_t i = 0; i < weights->count && sum > 0; i++) weights->at[i] /= sum;
    return sum > 0;
}

static const struct option_row options[] = {
    OPTION_OUTPUT_REPLACED("write to FILE: .bonlm, or ARPA text for any other name\n(.gz and .zst compress)"),
    OPTION_STRING(0, "tune", "FILE", struct interpolate_args, tune,
                  "find the weights that foretell FILE best: tokenized lines\nof the kind that is to be met, none of "
                  "the models' own text"),
    OPTION_PARSE(0, "weights", "LIST", struct interpolate_args, weights, parse_weights,
                 "a weight for each model: '0.6 0.3 0.1' (default: all the\nsame); they are made to sum to 1"),
    OPTION_STRING(0, "text", "FILE", struct interpolate_args, text,
                  "print the perplexity of each model and of the mix on\ntokenized text (default: that of --tune)"),
    OPTION_FLAG(0, "candidates", struct interpolate_args, candidates,
                "make a model for 'bon restore': all words are candidates"),
    OPTION_CHOICE(0, "layout", "NAME", struct interpolate_args, layout, layout_choices, LAYOUT_HELP),
    OPTION_UNSIGNED(0, "quantize", "BITS", struct interpolate_args, quantize, 2, 16,
                    "store probabilities and back-offs of a .bonlm in BITS bits"),
    OPTIONS_COMMON,
    OPTION_END,
};

struct mixing {
    const struct interpolate_args *args;
    char *const *paths;
    size_t count;
    bon_lm_table *models[MODELS_MAX];
    double weights[MODELS_MAX];
    bon_lm_totals totals[MODELS_MAX + 1]; /* of each model and of the mix */
};

/* ---- perplexities ---- */

static bon_status tune_line(void *context, const char *line, size_t n) { return bon_lm_tuner_add(context, line, n); }

/* Scores a text with every model, and finds weights by it when asked to. */
static bon_status score_models(struct mixing *mixing, const char *text, bool weigh) {
    bon_lm_tuner *tuner;
    BON_TRY(bon_lm_tuner_open(&tuner, (const bon_lm_table *const *)mixing->models, mixing->count));
    bon_status status = each_line(text, tune_line, tuner);
    for (size_t i = 0; i < mixing->count; i++) mixing->totals[i] = *bon_lm_tuner_totals(tuner, i);
    if (status == BON_OK && weigh) status = bon_lm_tuner_weights(tuner, mixing->weights);
    bon_lm_tuner_close(tuner);
    return status;
}

static bon_status put_row(bon_buf *out, const char *name, double weight, const bon_lm_totals *t) {
    double both[2] = {bon_lm_perplexity(t), bon_lm_perplexity_known(t)};
    BON_TRY(bon_buf_printf(out, "%s\t%.6f\t%llu\t%llu", name, weight, (unsigned long long)t->tokens,
                           (unsigned long long)t->oov));
    for (int i = 0; i < 2; i++)
        BON_TRY(isnan(both[i]) ? bon_buf_printf(out, "\t-") : bon_buf_printf(out, "\t%.4f", both[i]));
    return bon_buf_append(out, "\n", 1);
}

static int print_table(const struct mixing *mixing) {
    bon_buf out = {0};
    bon_status status = bon_buf_printf(&out, "model\tweight\ttokens\toov\tppl\tppl_no_oov\n");
    for (size_t i = 0; i < mixing->count && status == BON_OK; i++)
        status = put_row(&out, mixing->paths[i], mixing->weights[i], &mixing->totals[i]);
    if (status == BON_OK) status = put_row(&out, "mix", 1, &mixing->totals[mixing->count]);
    return write_or_tell(status, NULL, &out);
}

/* ---- the command ---- */

static bon_status write_mix(const struct interpolate_args *args, const bon_lm_table *mix) {
    bon_lm_write_options how = {.quantize_bits = args->quantize, .layout = (unsigned)args->layout};
    if (args->candidates) return bon_restorer_write(mix, args->shared.output, &how, 1);
    return write_model_file(mix, args->shared.output, &how);
}

static bon_status mix_models(struct mixing *mixing) {
    const struct interpolate_args *args = mixing->args;
    const char *text = args->text ? args->text : args->tune;
    bon_lm_table *mix;
    BON_TRY(check_output(args->shared.output));
    if (text) BON_TRY(check_scored_text(text));
    for (size_t i = 0; i < mixing->count; i++) BON_TRY(read_model_table(mixing->paths[i], &mixing->models[i]));
    if (args->tune) BON_TRY(score_models(mixing, args->tune, true));
    if (args->text) BON_TRY(score_models(mixing, args->text, false));
    BON_TRY(bon_lm_interpolate(&mix, (const bon_lm_table *const *)mixing->models, mixing->weights, mixing->count));
    bon_status status = write_mix(args, mix);
    if (status == BON_OK && text) status = score_file(args->shared.output, text, &mixing->totals[mixing->count]);
    for (unsigned n = 1; status == BON_OK && n <= bon_lm_table_order(mix); n++)
        note(&args->shared, "%u-grams: %llu", n, (unsigned long long)bon_lm_table_count(mix, n));
    bon_lm_table_close(mix);
    return status;
}

static int check_args(const struct command *command, const struct interpolate_args *args, size_t models) {
    const char *output = args->shared.output;
    if (!output || strcmp(output, "-") == 0) return usage_error(command, "say where to: -o FILE");
    if (args->tune && args->weights.count) return usage_error(command, "give --tune or --weights, not both");
    if (args->weights.count && args->weights.count != models)
        return usage_error(command, "%zu weights for %zu models", args->weights.count, models);
    if (args->quantize && args->layout == BON_LM_LAYOUT_FAST) return usage_error(command, LAYOUT_CONFLICT);
    if (!ends_in(output, ".bonlm") && (args->quantize || args->layout || args->candidates))
        return usage_error(command, "only .bonlm files have bits, a layout or candidates");
    return PARSE_GO;
}

static int run(const struct command *command, int argc, char **argv) {
    struct interpolate_args args = {0};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result == PARSE_GO) result = operands_check(command, argc - first, 2, MODELS_MAX);
    if (result == PARSE_GO) result = check_args(command, &args, (size_t)(argc - first));
    if (result != PARSE_GO) return result;
    struct mixing *mixing = calloc(1, sizeof *mixing);
    if (!mixing) return tell_failure(bon_fail_memory(sizeof *mixing));
    mixing->args = &args;
    mixing->paths = argv + first;
    mixing->count = (size_t)(argc - first);
    for (size_t i = 0; i < mixing->count; i++)
        mixing->weights[i] = args.weights.count ? args.weights.at[i] : 1 / (double)mixing->count;
    result = tell_failure(mix_models(mixing));
    if (result == EXIT_DONE && (args.text || args.tune)) result = print_table(mixing);
    for (size_t i = 0; i < mixing->count; i++) bon_lm_table_close(mixing->models[i]);
    free(mixing);
    return result;
}

const struct command command_lm_interpolate = {
    .name = "lm interpolate",
    .summary = "mix models into one, by weights found on a text or given",
    .usage = "[OPTION]... -o OUTPUT MODEL MODEL...",
    .notes =
        "Linear interpolation; MODEL is a .bonlm file or ARPA text. With --tune or --text a table goes to standard\n"
        "output: model, weight, tokens, oov (unknown words), ppl, ppl_no_oov; the last row is the mix.",
    .options = options,
    .run = run,
};
