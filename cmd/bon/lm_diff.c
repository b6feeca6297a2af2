/* cmd/bon/lm_diff.c: bon lm diff: what differs between two models. */
#include "commands.h"
#include "model_io.h"
#include "ngram/diff.h"
#include "stream.h"

struct diff_args {
    struct shared_args shared;
    double tolerance;
};

static const struct option_row options[] = {
    OPTION_REAL(0, "tolerance", "X", struct diff_args, tolerance, 0, 1000,
                "values that differ by at most X in log10 are the same\n(default 0)"),
    OPTION_OUTPUT("write to FILE instead of standard output"),
    OPTIONS_COMMON,
    OPTION_END,
};

static bon_status put_row(bon_buf *out, const bon_lm_table *first, unsigned order,
                          const struct bon_level_difference *level) {
    BON_TRY(bon_buf_printf(out, "%u\t%llu\t%llu\t%llu\t%.3g\t%.3g\t", order, (unsigned long long)level->only[0],
                           (unsigned long long)level->only[1], (unsigned long long)level->both, level->logprob,
                           level->backoff));
    BON_TRY(level->worst == UINT32_MAX ? bon_buf_put(out, '-')
                                       : bon_table_print_ngram(first, order, level->worst, out));
    return bon_buf_put(out, '\n');
}

static bon_status diff(char *const *paths, struct bon_lm_difference *difference, bon_buf *out) {
    bon_lm_table *models[2] = {NULL, NULL};
    bon_status status = read_model_table(paths[0], &models[0]);
    if (status == BON_OK) status = read_model_table(paths[1], &models[1]);
    if (status == BON_OK) status = bon_lm_diff(models[0], models[1], difference);
    if (status == BON_OK)
        status = bon_buf_printf(out, "order\tonly_first\tonly_second\tboth\tmax_logprob\tmax_backoff\tworst\n");
    for (unsigned k = 1; status == BON_OK && k <= difference->order; k++)
        status = put_row(out, models[0], k, &difference->level[k - 1]);
    bon_lm_table_close(models[0]);
    bon_lm_table_close(models[1]);
    return status;
}

static int run(const struct command *command, int argc, char **argv) {
    struct diff_args args = {0};
    struct bon_lm_difference difference;
    bon_buf text = {0};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result == PARSE_GO) result = operands_check(command, argc - first, 2, 2);
    if (result != PARSE_GO) return result;
    bon_status status = diff(argv + first, &difference, &text);
    if (status != BON_OK) {
        bon_buf_free(&text);
        return tell_failure(status);
    }
    result = write_text(args.shared.output, &text);
    return result == EXIT_DONE && bon_lm_differs(&difference, args.tolerance) ? EXIT_WORK : result;
}

const struct command command_lm_diff = {
    .name = "lm diff",
    .summary = "what differs between two models",
    .usage = "[OPTION]... FIRST SECOND",
    .notes = "A row for each order: n-grams that only the first or only the second model has or that both have, the\n"
             "largest differences of log10 values between those, and the n-gram where that is. FIRST and SECOND are\n"
             ".bonlm files or ARPA text. The exit status is 0 when nothing differs, 1 when something does.",
    .options = options,
    .run = run,
};
