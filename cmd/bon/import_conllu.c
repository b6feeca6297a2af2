/* cmd/bon/import_conllu.c: bon import conllu: treebanks. */
#include "corpus/conllu.h"
#include "import_job.h"

struct conllu_args {
    struct import_args import;
    int unit; /* enum bon_conllu_unit */
    bool words;
};

static const char *const unit_choices[] = {"document", "paragraph", "sentence", NULL};

static const struct option_row options[] = {
    OPTION_FLAG(0, "words", struct conllu_args, words,
                "write words, with _ for the blanks in them, instead of\nthe text as it was written"),
    OPTION_CHOICE(0, "unit", "UNIT", struct conllu_args, unit, unit_choices,
                  "make a document of every document (default), paragraph or\nsentence"),
    OPTION_IMPORT_LEAST("leave out texts of less than N characters (default 1)"),
    OPTION_LIST,
    OPTION_SKIP_BAD("leave out sentences with lines that are none of CoNLL-U,\nand count those lines"),
    OPTIONS_IMPORT,
    OPTIONS_COMMON,
    OPTION_END,
};

static bon_status read_treebank(void *context, struct bon_import *import, const char *path) {
    return bon_conllu_read(context, import, path);
}

static const struct import_format format = {
    .command = &command_import_conllu, .read = read_treebank, .read_name = "documents"};

static int run(const struct command *command, int argc, char **argv) {
    struct conllu_args args = {.import.least = 1};
    struct bon_conllu conllu = {0};
    bon_normalizer *normalizer = NULL;
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result != PARSE_GO) return result;
    result = tell_failure(bon_normalizer_open(&normalizer, NULL));
    conllu.normalizer = normalizer;
    conllu.unit = (enum bon_conllu_unit)args.unit;
    conllu.words = args.words;
    if (result == EXIT_DONE) result = import_run(&args.import, &format, &conllu, argv + first, argc - first);
    bon_conllu_free(&conllu);
    bon_normalizer_close(normalizer);
    return result;
}

const struct command command_import_conllu = {
    .name = "import conllu",
    .summary = "the texts of treebanks (CoNLL-U)",
    .usage = "[OPTION]... [FILE]...",
    .options = options,
    .run = run,
};
