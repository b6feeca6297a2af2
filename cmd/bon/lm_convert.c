/* cmd/bon/lm_convert.c: bon lm convert: ARPA text <-> .bonlm. What a model is, is told by its content; what it shall become,
 * by the name of the output. */
#include <string.h>

#include "bon/ngram.h"
#include "commands.h"
#include "layout.h"
#include "stream.h"

struct convert_args {
    struct shared_args shared;
    unsigned quantize;
    int layout; /* bon_lm_layout */
};

static const struct option_row options[] = {
    OPTION_OUTPUT("write to FILE: .bonlm, or ARPA text for any other name\n(.gz and .zst compress)"),
    OPTION_CHOICE(0, "layout", "NAME", struct convert_args, layout, layout_choices, LAYOUT_HELP),
    OPTION_UNSIGNED(0, "quantize", "BITS", struct convert_args, quantize, 2, 16,
                    "store probabilities and back-offs of a .bonlm in BITS bits"),
    OPTIONS_COMMON,
    OPTION_END,
};

static bool ends_in(const char *text, const char *end) {
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

/* An ARPA file begins with text; a .bonlm with the container's magic. */
static bon_status is_arpa(const char *path, bool *result) {
    struct bon_in *in;
    char head[4096];
    size_t got;
    BON_TRY(bon_in_open(&in, path));
    bon_status status = bon_in_read(in, head, sizeof head, &got);
    bon_in_close(in);
    *result = status == BON_OK && got > 0 && !memchr(head, 0, got);
    return status;
}

static bon_status read_table(const char *path, bon_lm_table **table) {
    bool arpa;
    bon_lm *lm;
    BON_TRY(is_arpa(path, &arpa));
    if (arpa) return bon_lm_table_read_arpa(table, path);
    BON_TRY(bon_lm_open(&lm, path, NULL));
    bon_status status = bon_lm_table_from_lm(table, lm);
    bon_lm_close(lm);
    return status;
}

static bon_status convert(const struct convert_args *args, const char *from, const char *to) {
    bon_lm_write_options how = {.quantize_bits = args->quantize, .layout = (unsigned)args->layout};
    bon_lm_table *table;
    BON_TRY(read_table(from, &table));
    bon_status status =
        ends_in(to, ".bonlm") ? bon_lm_table_write(table, to, &how) : bon_lm_table_write_arpa(table, to);
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
