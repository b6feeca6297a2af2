/* cmd/bon/lm_info.c: bon lm info: what is in a .bonlm file. */
#include <sys/stat.h>

#include "bon/ngram.h"
#include "commands.h"
#include "stream.h"

struct info_args {
    struct shared_args shared;
    bool tsv;
};

static const struct option_row options[] = {
    OPTION_FLAG(0, "tsv", struct info_args, tsv, "one row a fact: name, value"),
    OPTION_OUTPUT("write to FILE instead of standard output"),
    OPTIONS_COMMON,
    OPTION_END,
};

static bon_status put_number(bon_buf *out, bool tsv, const char *name, uint64_t value) {
    return bon_buf_printf(out, tsv ? "%s\t%llu\n" : "%-16s%llu\n", name, (unsigned long long)value);
}

static bon_status describe(const bon_lm *lm, const char *path, bool tsv, bon_buf *out) {
    struct stat status_of_file;
    BON_TRY(bon_buf_printf(out, tsv ? "name\tvalue\nfile\t%s\n" : "%s\n", path));
    if (stat(path, &status_of_file) == 0) BON_TRY(put_number(out, tsv, "bytes", (uint64_t)status_of_file.st_size));
    BON_TRY(put_number(out, tsv, "order", bon_lm_order(lm)));
    for (unsigned n = 1; n <= bon_lm_order(lm); n++) {
        char name[16] = {(char)('0' + n), '-', 'g', 'r', 'a', 'm', 's', 0};
        BON_TRY(put_number(out, tsv, name, bon_lm_count(lm, n)));
    }
    const char *layout = bon_lm_layout_of(lm) == BON_LM_LAYOUT_FAST ? "fast" : "small";
    BON_TRY(bon_buf_printf(out, tsv ? "%s\t%s\n" : "%-16s%s\n", "layout", layout));
    BON_TRY(put_number(out, tsv, "quantize-bits", bon_lm_quantize_bits(lm)));
    for (size_t i = 0; i < bon_lm_section_count(lm); i++) {
        uint64_t offset, size;
        const char *name = bon_lm_section(lm, i, &offset, &size);
        if (tsv)
            BON_TRY(bon_buf_printf(out, "section:%s\t%llu\n", name, (unsigned long long)size));
        else
            BON_TRY(bon_buf_printf(out, "section         %-16s %12llu bytes at %llu\n", name, (unsigned long long)size,
                                   (unsigned long long)offset));
    }
    return BON_OK;
}

static int run(const struct command *command, int argc, char **argv) {
    struct info_args args = {0};
    bon_buf text = {0};
    bon_lm *lm;
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result == PARSE_GO) result = operands_check(command, argc - first, 1, 1);
    if (result != PARSE_GO) return result;
    bon_status status = bon_lm_open(&lm, argv[first], NULL);
    if (status != BON_OK) return tell_failure(status);
    status = describe(lm, argv[first], args.tsv, &text);
    bon_lm_close(lm);
    return write_or_tell(status, args.shared.output, &text);
}

const struct command command_lm_info = {
    .name = "lm info",
    .summary = "describe a .bonlm model: order, n-grams, sections",
    .usage = "[OPTION]... MODEL",
    .notes = "Every checksum of the file is verified.",
    .options = options,
    .run = run,
};
