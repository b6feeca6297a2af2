/* cmd/bon/neural_export.c: bon neural export: a folder of training -> the file that restores. */
#include <string.h>

#include "commands.h"
#include "restore/neural_export.h"
#include "stream.h"

struct export_args {
    struct shared_args shared;
    const char *lm;
    bool floats;
    double weight, tagger_weight, typed_weight, typed_causal, power;
};

static const struct option_row options[] = {
    OPTION_OUTPUT("write the network to this file"),
    OPTION_STRING(0, "lm", "FILE", struct export_args, lm,
                  "put it into one file with this model for restoration:\nwhat 'bon lm build --candidates' made"),
    OPTION_FLAG(0, "float", struct export_args, floats, "keep 32-bit weights (default: 8 bits)"),
    OPTION_REAL(0, "weight", "X", struct export_args, weight, 0, 100,
                "how much its log probability counts beside the n-grams'"),
    OPTION_REAL(0, "tagger-weight", "X", struct export_args, tagger_weight, 0, 100,
                "how much the model's tagger counts beside it"),
    OPTION_REAL(0, "typed-weight", "X", struct export_args, typed_weight, 0, 100,
                "what it counts for the last word of text in the making"),
    OPTION_REAL(0, "typed-causal", "X", struct export_args, typed_causal, 0, 100,
                "what it counts there when it reads on from the words before"),
    OPTION_REAL(0, "power", "X", struct export_args, power, 0.01, 100,
                "what probabilities of words are raised to, so that they\nare what they say"),
    OPTIONS_COMMON,
    OPTION_END,
};

static int run(const struct command *command, int argc, char **argv) {
    const struct bon_neural_join *usual = &bon_neural_usual_join;
    struct export_args args = {
        .weight = (double)usual->weight,
        .tagger_weight = (double)usual->tagger_weight,
        .typed_weight = (double)usual->typed_weight,
        .typed_causal = (double)usual->typed_causal,
        .power = (double)usual->power,
    };
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result == PARSE_GO) result = operands_check(command, argc - first, 1, 1);
    if (result != PARSE_GO) return result;
    const char *output = args.shared.output;
    if (!output || strcmp(output, "-") == 0) return usage_error(command, "say where to: -o FILE.bonnn");
    result = tell_failure(check_output(output));
    if (result != EXIT_DONE) return result;
    const struct bon_neural_export how = {.run = argv[first],
                                          .lm = args.lm,
                                          .floats = args.floats,
                                          .join = {.weight = (float)args.weight,
                                                   .tagger_weight = (float)args.tagger_weight,
                                                   .power = (float)args.power,
                                                   .typed_weight = (float)args.typed_weight,
                                                   .typed_causal = (float)args.typed_causal}};
    return tell_failure(bon_neural_export(&how, output));
}

const struct command command_neural_export = {
    .name = "neural export",
    .summary = "turn what was trained into a file that restores",
    .usage = "[OPTION]... -o OUTPUT RUN",
    .notes = "RUN is a folder of 'bon neural train'; its newest checkpoint is taken.",
    .options = options,
    .run = run,
};
