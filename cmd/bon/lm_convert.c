/* cmd/bon/lm_convert.c: bon lm convert: ARPA text <-> .bonlm. What a model is, is told by its content; what it shall become,
 * by the name of the output. */
#include "bon/ngram.h"
#include "commands.h"
#include "layout.h"
#include "model_io.h"
#include "stream.h"

struct convert_args {
    struct shared_args shared;
    unsigned quantize;
    int layout; /* bon_lm_layout */
};

static const struct option_row options[] = {
    OPTION_OUTPUT_REPLACED("write to FILE: .bonlm, or ARPA text for any other name\n(.gz and .zst compress)"),
    OPTION_CHOICE(0, "layout", "NAME", struct convert_args, layout, layout_choices, LAYOUT_HELP),
    OPTION_UNSIGNED(0, "quantize", "BITS", struct convert_args, quantize, 2, 16,
                    "store probabilities and back-offs of a .bonlm in BITS bits"),
    OPTIONS_COMMON,
    OPTION_END,
};

static bon_status convert(const struct convert_args *args, const char *from, const char *to) {
    bon_lm_write_options how = {.quantize_bits = args->quantize, .layout = (unsigned)args->layout};
    bon_lm_table *table;
    BON_TRY(read_model_table(from, &table));
    bon_status status = write_model_file(table, to, &how);
    bon_lm_table_close(table);
    return status;
}

static int run(const struct command *command, int argc, char **argv) {
    struct convert_args args = {0};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result == PARSE_GO) result = operands_check(command, argc - first, 1, args.shared.output ? 1 : 2);
    if (result != PARSE_GO) return result;
    const char *to = args.shared.output ? args.shared.output : first + 1 < argc ? argv[first + 1] : "-";
    if (args.quantize && !ends_in(to, ".bonlm"))
        return usage_error(command, "--quantize is for .bonlm files, not '%s'", to);
    if (args.layout && !ends_in(to, ".bonlm"))
        return usage_error(command, "--layout is for .bonlm files, not '%s'", to);
    if (args.quantize && args.layout == BON_LM_LAYOUT_FAST) return usage_error(command, LAYOUT_CONFLICT);
    return tell_failure(convert(&args, argv[first], to));
}

const struct command command_lm_convert = {
    .name = "lm convert",
    .summary = "convert a model between ARPA text and .bonlm",
    .usage = "[OPTION]... MODEL [OUTPUT]",
    .notes = "Without an output, ARPA text goes to standard output.",
    .options = options,
    .run = run,
};
