/* cmd/bon/lm_prune.c: bon lm prune: a smaller model that foretells nearly as well. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bon/ngram.h"
#include "commands.h"
#include "layout.h"
#include "model_io.h"
#include "stream.h"

enum { TARGET_ROUNDS = 12 };

struct prune_args {
    struct shared_args shared;
    double threshold;
    uint64_t target;
    const char *text;
    unsigned quantize;
    int layout; /* bon_lm_layout */
};

static bool parse_size(const char *argument, void *member, const char **reason) {
    static const char units[] = "kMG";
    double size = 0, unit = 1;
    char *end;
    *reason = "is not a size like 6M (k, M, G: thousands, millions, milliards of bytes)";
    size = strtod(argument, &end);
    const char *found = *end ? strchr(units, *end) : NULL;
    for (const char *u = units; found && u <= found; u++) unit *= 1000;
    if (end == argument || (*end && (!found || end[1])) || !(size * unit >= 1 && size * unit < 1e18)) return false;
    *(uint64_t *)member = (uint64_t)(size * unit);
    return true;
}

static const struct option_row options[] = {
    OPTION_OUTPUT("write to FILE: .bonlm, or ARPA text for any other name\n(.gz and .zst compress)"),
    OPTION_REAL(0, "threshold", "X", struct prune_args, threshold, 0, 1e9,
                "leave out n-grams without which perplexity rises by less\nthan this part of it, like 1e-8"),
    OPTION_PARSE(0, "target-size", "SIZE", struct prune_args, target, parse_size,
                 "find the threshold at which the .bonlm has at most SIZE\nbytes (k, M, G behind it)"),
    OPTION_STRING(0, "text", "FILE", struct prune_args, text,
                  "tell the perplexity of tokenized text before and after\n(both models .bonlm)"),
    OPTION_CHOICE(0, "layout", "NAME", struct prune_args, layout, layout_choices, LAYOUT_HELP),
    OPTION_UNSIGNED(0, "quantize", "BITS", struct prune_args, quantize, 2, 16,
                    "store probabilities and back-offs of a .bonlm in BITS bits"),
    OPTIONS_COMMON,
    OPTION_END,
};

static bon_status size_of(const char *path, uint64_t *size) {
    struct stat about;
    if (stat(path, &about) != 0) return bon_fail(BON_ERR_IO, "%s: cannot look at it", path);
    *size = (uint64_t)about.st_size;
    return BON_OK;
}

static bon_status write_at(bon_lm_pruner *pruner, const struct prune_args *args, double threshold) {
    bon_lm_write_options how = {.quantize_bits = args->quantize, .layout = (unsigned)args->layout};
    bon_lm_table *table;
    BON_TRY(bon_lm_pruner_apply(pruner, threshold, &table));
    bon_status status = write_model_file(table, args->shared.output, &how);
    bon_lm_table_close(table);
    return status;
}

/* Bytes go nearly with the number of n-grams, so a few rounds find the largest model that fits: each writes one, and sets the
 * number by what its n-grams took. */
static bon_status write_to_size(bon_lm_pruner *pruner, const struct prune_args *args, double *threshold) {
    uint64_t least = bon_lm_pruner_count(pruner, (double)INFINITY), most = bon_lm_pruner_count(pruner, 0), size = 0;
    uint64_t fits = 0, ngrams = most;
    double fitting = (double)INFINITY, written = -1;
    for (int round = 0; round < TARGET_ROUNDS && ngrams != fits; round++) {
        *threshold = bon_lm_pruner_threshold(pruner, ngrams);
        uint64_t kept = bon_lm_pruner_count(pruner, *threshold);
        BON_TRY(write_at(pruner, args, *threshold));
        BON_TRY(size_of(args->shared.output, &size));
        written = *threshold;
        if (size <= args->target) {
            fits = kept;
            fitting = *threshold;
            if (kept == most || (double)size > 0.995 * (double)args->target) return BON_OK;
        } else {
            if (kept <= least) break;
            most = kept - 1;
        }
        double guess = (double)kept * (double)args->target / (double)size * 0.999;
        ngrams = guess >= (double)most ? (size <= args->target ? most : (fits + most) / 2) : (uint64_t)guess;
        if (ngrams < least) ngrams = least;
        if (ngrams <= fits) ngrams = (fits + most) / 2;
    }
    if (fits == 0)
        return bon_fail(BON_ERR_LIMIT, "%s: %llu bytes are left when all that can go has gone; --target-size is less",
                        args->shared.output, (unsigned long long)size);
    *threshold = fitting;
    return written == fitting ? BON_OK : write_at(pruner, args, fitting);
}

static bon_status prune(const struct prune_args *args, const char *from, double *threshold, uint64_t counts[2]) {
    bon_lm_table *table = NULL;
    bon_lm_pruner *pruner = NULL;
    bon_status status = read_model_table(from, &table);
    if (status == BON_OK) status = bon_lm_pruner_open(&pruner, table);
    if (status == BON_OK) {
        counts[0] = bon_lm_pruner_count(pruner, -1);
        status = args->target ? write_to_size(pruner, args, threshold) : write_at(pruner, args, *threshold);
        counts[1] = bon_lm_pruner_count(pruner, *threshold);
    }
    bon_lm_pruner_close(pruner);
    bon_lm_table_close(table);
    return status;
}

static int check_args(const struct command *command, const struct prune_args *args, const char *from) {
    const char *output = args->shared.output;
    if (!output || strcmp(output, "-") == 0) return usage_error(command, "say where to: -o FILE");
    if ((args->threshold < 0) == (args->target == 0)) return usage_error(command, "give --threshold or --target-size");
    if (args->quantize && args->layout == BON_LM_LAYOUT_FAST) return usage_error(command, LAYOUT_CONFLICT);
    if (!ends_in(output, ".bonlm") && (args->target || args->quantize || args->layout || args->text))
        return usage_error(command, "only .bonlm files have a size to reach, bits, a layout or text to be measured by");
    if (args->text && !ends_in(from, ".bonlm"))
        return usage_error(command, "--text needs a .bonlm model to begin with");
    return PARSE_GO;
}

static int run(const struct command *command, int argc, char **argv) {
    struct prune_args args = {.threshold = -1};
    uint64_t counts[2] = {0, 0};
    double before = 0, after = 0, threshold;
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result == PARSE_GO) result = operands_check(command, argc - first, 1, 1);
    if (result == PARSE_GO) result = check_args(command, &args, argv[first]);
    if (result != PARSE_GO) return result;
    threshold = args.threshold;
    bon_status status = args.text ? perplexity_of_file(argv[first], args.text, &before) : BON_OK;
    if (status == BON_OK) status = prune(&args, argv[first], &threshold, counts);
    if (status == BON_OK && args.text) status = perplexity_of_file(args.shared.output, args.text, &after);
    if (status != BON_OK) return tell_failure(status);
    note(&args.shared, "threshold %.3g: %llu of %llu n-grams", threshold, (unsigned long long)counts[1],
         (unsigned long long)counts[0]);
    if (args.text) note(&args.shared, "perplexity: %.4f before, %.4f after", before, after);
    return EXIT_DONE;
}

const struct command command_lm_prune = {
    .name = "lm prune",
    .summary = "leave out the n-grams that matter least",
    .usage = "[OPTION]... -o OUTPUT MODEL",
    .notes = "Entropy pruning; MODEL is a .bonlm file or ARPA text.",
    .options = options,
    .run = run,
};
