/* cmd/bon/export.c: bon export: a trained model for transformers, for llama.cpp, and in 8 bits for bon itself. */
#include <limits.h>
#include <stdio.h>

#include "bon/lm.h"
#include "commands.h"
#include "lm_folder.h"
#include "stream.h"
#include "tokenizer_files.h"

enum { TO_HF, TO_GGUF, TO_INT8 };
static const char *const targets[] = {"hf", "gguf", "int8", NULL};
static const char *const types[] = {"f32", "f16", "bf16", "q8_0", NULL}; /* bon_weight_type */

struct export_args {
    struct shared_args shared;
    const char *tokenizer;
    int target, type;
};

static const struct option_row options[] = {
    OPTION_CHOICE(
        0, "to", "FORMAT", struct export_args, target, targets,
        "hf (default): a folder for transformers; gguf: a file\nfor llama.cpp; int8: a folder for bon, a quarter "
        "as large"),
    OPTION_CHOICE(0, "type", "TYPE", struct export_args, type, types,
                  "values in f32 (default), f16, bf16, or, in gguf, q8_0"),
    OPTION_STRING('t', "tokenizer", "FILE", struct export_args, tokenizer,
                  "the tokenizer.json to use (default: the model's)"),
    OPTION_WRITTEN('o', "output", "DIR|FILE", struct shared_args, output,
                   "the folder, made if missing, or the gguf file"),
    OPTIONS_COMMON,
    OPTION_END,
};

static bon_status work(const struct export_args *args, const char *model) {
    char folder[PATH_MAX];
    bon_tokenizer *tokenizer;
    const char *output = args->shared.output;
    const bon_weight_type type = (bon_weight_type)args->type;
    BON_TRY(lm_folder_find(model, folder));
    BON_TRY(lm_folder_tokenizer(folder, args->tokenizer, &tokenizer));
    bon_status status = args->target == TO_GGUF ? bon_export_gguf(folder, tokenizer, type, output)
                        : args->target == TO_HF ? bon_export_hf(folder, type, output)
                                                : bon_export_int8(folder, output);
    if (status == BON_OK && args->target != TO_GGUF) status = tokenizer_export(tokenizer, TOKENIZER_HF, output);
    bon_tokenizer_close(tokenizer);
    return status;
}

static int run_export(const struct command *command, int argc, char **argv) {
    struct export_args args = {0};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result != PARSE_GO) return result;
    if (argc - first != 1) return usage_error(command, "give one model, a folder of 'bon train'");
    if (!args.shared.output) return usage_error(command, "say where to: -o DIR or, with --to gguf, -o FILE");
    if (args.type == BON_WEIGHT_Q8_0 && args.target != TO_GGUF)
        return usage_error(command, "--type q8_0 is of --to gguf; --to int8 is as small");
    if (args.type != BON_WEIGHT_F32 && args.target == TO_INT8)
        return usage_error(command, "--to int8 has a type of its own");
    return tell_failure(work(&args, argv[first]));
}

const struct command command_export = {
    .name = "export",
    .summary = "write a trained model as other programs want it",
    .usage = "[OPTION]... -o DIR|FILE MODEL",
    .notes = "MODEL is the folder of 'bon train' (its newest checkpoint) or a checkpoint.",
    .options = options,
    .run = run_export,
};
