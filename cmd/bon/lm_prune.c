/* cmd/bon/lm_prune.c: bon lm prune: a smaller model that foretells nearly as well. */
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/temp.h"
#include "bon/restore.h"
#include "commands.h"
#include "layout.h"
#include "model_io.h"
#include "stream.h"
#include "word_list.h"

enum { TARGET_ROUNDS = 12 };

struct prune_args {
    struct shared_args shared;
    double threshold;
    uint64_t target;
    const char *text, *vocabulary;
    unsigned quantize;
    int layout; /* bon_lm_layout */
    bool candidates;
};

static const struct option_row options[] = {
    OPTION_OUTPUT_REPLACED("write to FILE: .bonlm, or ARPA text for any other name\n(.gz and .zst compress)"),
    OPTION_REAL(0, "threshold", "X", struct prune_args, threshold, 0, 1e9,
                "leave out n-grams without which perplexity rises by less\nthan this part of it, like 1e-8"),
    OPTION_PARSE(0, "target-size", "SIZE", struct prune_args, target, parse_size,
                 "find the threshold at which the .bonlm has at most SIZE\nbytes (k, M, G behind it)"),
    OPTION_STRING(0, "text", "FILE", struct prune_args, text, "tell the perplexity of tokenized text before and after"),
    OPTION_STRING(
        0, "vocab", "N|FILE", struct prune_args, vocabulary,
        "leave out words, and n-grams with them: all but the N\nlikeliest ones, or those that are not in FILE"),
    OPTION_FLAG(0, "candidates", struct prune_args, candidates,
                "make a model for 'bon restore': all words are candidates"),
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

static bon_status write_at(bon_lm_pruner *pruner, const struct prune_args *args, double threshold, const char *path) {
    bon_lm_write_options how = {.quantize_bits = args->quantize, .layout = (unsigned)args->layout};
    bon_lm_table *table;
    BON_TRY(bon_lm_pruner_apply(pruner, threshold, &table));
    bon_status status =
        args->candidates ? bon_restorer_write(table, path, &how, 1) : write_model_file(table, path, &how);
    bon_lm_table_close(table);
    return status;
}

/* Bytes go nearly with the number of n-grams, so a few rounds find the largest model that fits: each writes one to the path,
 * and sets the number by what its n-grams took. */
static bon_status find_threshold(bon_lm_pruner *pruner, const struct prune_args *args, const char *path,
                                 double *threshold) {
    uint64_t least = bon_lm_pruner_count(pruner, (double)INFINITY), most = bon_lm_pruner_count(pruner, 0), size = 0;
    uint64_t fits = 0, ngrams = most;
    double fitting = (double)INFINITY;
    for (int round = 0; round < TARGET_ROUNDS && ngrams != fits; round++) {
        *threshold = bon_lm_pruner_threshold(pruner, ngrams);
        uint64_t kept = bon_lm_pruner_count(pruner, *threshold);
        BON_TRY(write_at(pruner, args, *threshold, path));
        BON_TRY(size_of(path, &size));
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
    return BON_OK;
}

/* Tries go to a file beside the output, which appears when it is as it shall be and never before. */
static bon_status write_to_size(bon_lm_pruner *pruner, const struct prune_args *args, double *threshold) {
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s.%ld.bonlm", args->shared.output, (long)getpid()) >= (int)sizeof path)
        return bon_fail(BON_ERR_ARGUMENT, "%s: the path is too long", args->shared.output);
    atomic_int *listed = bon_temp_add(path);
    bon_status status = find_threshold(pruner, args, path, threshold);
    unlink(path);
    bon_temp_remove(listed);
    return status == BON_OK ? write_at(pruner, args, *threshold, args->shared.output) : status;
}

/* ---- words ---- */

static bool is_number(const char *text) { return *text && text[strspn(text, "0123456789")] == 0; }

/* Replaces the table by one with the words that --vocab leaves. */
static bon_status reduce(const char *vocabulary, bon_lm_table **table) {
    struct word_list list = {0};
    bon_lm_table *reduced = NULL;
    bon_status status = BON_OK;
    bool number = is_number(vocabulary);
    if (!number) status = word_list_read(&list, vocabulary);
    if (status == BON_OK)
        status = bon_lm_reduce(&reduced, *table, number ? strtoull(vocabulary, NULL, 10) : 0,
                               number ? NULL : list.words, list.count);
    word_list_free(&list);
    if (status != BON_OK) return status;
    bon_lm_table_close(*table);
    *table = reduced;
    return BON_OK;
}

/* ---- the command ---- */

/* What is told of a model before and after. */
struct sizes {
    uint64_t words, ngrams;
    bon_lm_totals totals;
};

static uint64_t count_ngrams(const bon_lm_table *table) {
    uint64_t count = 0;
    for (unsigned k = 1; k <= bon_lm_table_order(table); k++) count += bon_lm_table_count(table, k);
    return count;
}

static bon_status prune(const struct prune_args *args, const char *from, double *threshold, struct sizes sizes[2]) {
    bon_lm_table *table = NULL;
    bon_lm_pruner *pruner = NULL;
    BON_TRY(read_model_table(from, &table));
    sizes[0].words = bon_lm_table_count(table, 1);
    sizes[0].ngrams = count_ngrams(table);
    bon_status status = args->text ? score_table(table, args->text, &sizes[0].totals) : BON_OK;
    if (status == BON_OK && args->vocabulary) status = reduce(args->vocabulary, &table);
    if (status == BON_OK) status = bon_lm_pruner_open(&pruner, table);
    if (status == BON_OK) {
        status = args->target ? write_to_size(pruner, args, threshold)
                              : write_at(pruner, args, *threshold, args->shared.output);
        sizes[1].words = bon_lm_table_count(table, 1);
        sizes[1].ngrams = bon_lm_pruner_count(pruner, *threshold);
    }
    bon_lm_pruner_close(pruner);
    bon_lm_table_close(table);
    return status;
}

static void tell(const struct prune_args *args, double threshold, const struct sizes sizes[2]) {
    if (threshold >= 0) note(&args->shared, "threshold %.3g", threshold);
    if (sizes[0].words != sizes[1].words)
        note(&args->shared, "words: %llu of %llu", (unsigned long long)sizes[1].words,
             (unsigned long long)sizes[0].words);
    note(&args->shared, "n-grams: %llu of %llu", (unsigned long long)sizes[1].ngrams,
         (unsigned long long)sizes[0].ngrams);
    if (!args->text) return;
    const bon_lm_totals *before = &sizes[0].totals, *after = &sizes[1].totals;
    note(&args->shared, "perplexity: %.4f before, %.4f after", bon_lm_perplexity(before), bon_lm_perplexity(after));
    if (before->oov || after->oov)
        note(&args->shared, "without unknown words (%llu before, %llu after): %.4f before, %.4f after",
             (unsigned long long)before->oov, (unsigned long long)after->oov, bon_lm_perplexity_known(before),
             bon_lm_perplexity_known(after));
}

static int check_args(const struct command *command, const struct prune_args *args) {
    const char *output = args->shared.output;
    if (!output || strcmp(output, "-") == 0) return usage_error(command, "say where to: -o FILE");
    if (args->threshold >= 0 && args->target)
        return usage_error(command, "give --threshold or --target-size, not both");
    if (args->threshold < 0 && !args->target && !args->vocabulary)
        return usage_error(command, "give --threshold, --target-size or --vocab");
    if (args->quantize && args->layout == BON_LM_LAYOUT_FAST) return usage_error(command, LAYOUT_CONFLICT);
    if (!ends_in(output, ".bonlm") && (args->target || args->quantize || args->layout || args->candidates))
        return usage_error(command, "only .bonlm files have a size to reach, bits, a layout or candidates");
    return PARSE_GO;
}

static int run(const struct command *command, int argc, char **argv) {
    struct prune_args args = {.threshold = -1};
    struct sizes sizes[2] = {{0}, {0}};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result == PARSE_GO) result = operands_check(command, argc - first, 1, 1);
    if (result == PARSE_GO) result = check_args(command, &args);
    if (result != PARSE_GO) return result;
    double threshold = args.threshold;
    bon_status status = args.text ? check_scored_text(args.text) : BON_OK;
    if (status == BON_OK) status = prune(&args, argv[first], &threshold, sizes);
    if (status == BON_OK && args.text) status = score_file(args.shared.output, args.text, &sizes[1].totals);
    if (status == BON_OK) tell(&args, threshold, sizes);
    return tell_failure(status);
}

const struct command command_lm_prune = {
    .name = "lm prune",
    .summary = "leave out the n-grams that matter least",
    .usage = "[OPTION]... -o OUTPUT MODEL",
    .notes = "Entropy pruning; MODEL is a .bonlm file or ARPA text.",
    .options = options,
    .run = run,
};
