/* cmd/bon/filter.c: bon filter: keeps the texts whose scores are within the rules' ranges. */
#include "filter.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"

struct filter_job {
    const struct filter_args *args;
    struct bon_pipeline pipeline;
    bon_normalizer *normalizer;
    bon_lm *models[BON_FILTER_REGISTERS_MAX];
    char *names[BON_FILTER_REGISTERS_MAX];
    struct bon_filter filter;
    struct bon_filter_units units;
    struct bon_filter_joiner joiner;
    struct bon_filter_sink sink;
    struct filter_counts counts;
    struct bon_out *rejected, *explain, *masked;
    bon_buf row;
    struct bon_cut cut;
    bool name_files; /* rows tell which of several files they are of */
};

static const char *const unit_choices[] = {"line", "paragraph", NULL}; /* as enum bon_unit */
enum { RULES_DEFAULT, RULES_NONE };
static const char *const rule_choices[] = {"default", "none", NULL};

#define OPTION_RANGE(id, name, decimals, line_least, line_most, least, most, what)                                     \
    OPTION_PARSE(0, name, "MIN..MAX", struct filter_args, ranges[BON_FILTER_##id], filter_parse_range, what),

static const struct option_row filter_options[] = {
    OPTION_CHOICE(0, "unit", "UNIT", struct filter_args, unit, unit_choices,
                  "judge each line (default), or each paragraph: lines up to\nan empty one"),
    OPTION_STRING(0, "json-field", "NAME", struct filter_args, json_field,
                  "the input is JSON lines: judge the strings NAME of the\nobjects, as documents"),
    OPTION_PARSE(0, "lm", "NAME=FILE", struct filter_args, models, filter_parse_model,
                 "measure perplexity with a .bonlm model (NAME= may be left\nout); several ones are registers: the one "
                 "that suits best\ncounts"),
    OPTION_PARSE(0, "band", "NAME=MIN..MAX", struct filter_args, bands, filter_parse_band,
                 "the perplexity that a text of the register NAME may have\n(default: --perplexity)"),
    OPTION_CHOICE(0, "rules", "WHICH", struct filter_args, rules, rule_choices,
                  "begin with the default ranges, or with none; then the\noptions below count"),
    BON_FILTER_TABLE(OPTION_RANGE)
        OPTION_FLAG(0, "scores", struct filter_args, scores, "with --json-field: add the scores to the objects"),
    OPTION_PARSE(0, "mask", "KINDS", struct filter_args, masks, filter_parse_masks,
                 "put [điện thoại] and the like for phone, email, id,\naccount, plate, or all"),
    OPTION_WRITTEN(0, "rejected", "FILE", struct filter_args, rejected, "write what is rejected to FILE"),
    OPTION_WRITTEN(0, "explain", "FILE", struct filter_args, explain,
                   "write a row for every text to FILE: the rule that rejects\nit, and its scores"),
    OPTION_WRITTEN(0, "masked", "FILE", struct filter_args, masked,
                   "write what --mask put something for to FILE, with the text\naround it"),
    OPTION_WRITTEN(0, "report", "FILE", struct filter_args, report,
                   "write what each rule rejects to FILE, with first examples"),
    OPTION_WRITTEN(0, "json", "FILE", struct filter_args, json, "write what was counted to FILE, as a JSON object"),
    OPTION_SHARD(
        struct filter_args, shard,
        "judge shard I only (0 ... N - 1), a range of bytes of the\nFILEs; the outputs of all follow one another"),
    OPTIONS_SHARED,
    OPTION_END,
};

/* ---- arguments ---- */

/* A number of digits with a dot; it ends where the dots of the range begin, which strtod would read on into. */
static bool read_bound(const char *text, size_t n, double unset, double *bound) {
    char number[32], *stop;
    *bound = unset;
    if (n == 0) return true;
    if (n >= sizeof number || strspn(text, "0123456789.") < n) return false;
    memcpy(number, text, n);
    number[n] = 0;
    *bound = strtod(number, &stop);
    return *stop == 0;
}

bool filter_parse_range(const char *argument, void *member, const char **reason) {
    struct filter_range *given = member;
    const char *dots = strstr(argument, "..");
    *reason = "is not a range like 0.5..0.9, 0.5.. or ..0.9";
    if (!dots) return false;
    if (!read_bound(argument, (size_t)(dots - argument), 0, &given->range.least)) return false;
    if (!read_bound(dots + 2, strlen(dots + 2), INFINITY, &given->range.most)) return false;
    *reason = "is a range that nothing is in";
    given->given = true;
    return given->range.least <= given->range.most;
}

static struct filter_model *add_model(struct filter_models *models, const char **reason) {
    *reason = "is one too many: there may be 16 registers";
    return models->count < BON_FILTER_REGISTERS_MAX ? &models->at[models->count++] : NULL;
}

/* A model without a name has that of its file, without folder and ending. */
bool filter_parse_model(const char *argument, void *member, const char **reason) {
    struct filter_model *model = add_model(member, reason);
    const char *equals = strchr(argument, '=');
    if (!model) return false;
    *reason = "has no name in front of '='";
    model->path = equals ? equals + 1 : argument;
    if (equals == argument) return false;
    const char *slash = strrchr(argument, '/');
    model->name = equals ? argument : slash ? slash + 1 : argument;
    model->name_length = equals ? (size_t)(equals - argument) : strcspn(model->name, ".");
    return true;
}

bool filter_parse_band(const char *argument, void *member, const char **reason) {
    struct filter_model *band = add_model(member, reason);
    const char *equals = strchr(argument, '=');
    if (!band) return false;
    *reason = "is not NAME=MIN..MAX";
    if (!equals || equals == argument) return false;
    band->name = argument;
    band->name_length = (size_t)(equals - argument);
    return filter_parse_range(equals + 1, &band->band, reason);
}

bool filter_parse_masks(const char *argument, void *member, const char **reason) {
    unsigned *masks = member;
    *reason = "is not a list of phone, email, id, account, plate, or all";
    for (const char *at = argument; *at;) {
        size_t n = strcspn(at, ",");
        unsigned kind = 0;
        while (kind < BON_PII_KINDS && (strlen(bon_pii_name(kind)) != n || memcmp(at, bon_pii_name(kind), n) != 0))
            kind++;
        bool all = n == 3 && memcmp(at, "all", 3) == 0;
        if ((kind == BON_PII_KINDS && !all) || (at[n] && !at[n + 1])) return false;
        *masks |= all ? BON_PII_ALL : 1u << kind;
        at += n + (at[n] == ',');
    }
    return *masks != 0;
}

static struct filter_model *find_model(struct filter_models *models, const struct filter_model *named) {
    for (unsigned i = 0; i < models->count; i++)
        if (models->at[i].name_length == named->name_length &&
            memcmp(models->at[i].name, named->name, named->name_length) == 0)
            return &models->at[i];
    return NULL;
}

static int check_args(const struct command *command, struct filter_args *args) {
    if (args->json_field && args->unit == BON_UNIT_PARAGRAPH)
        return usage_error(command, "--unit is for text; with --json-field every object is a document");
    if (args->masked && !args->masks) return usage_error(command, "--masked is for --mask");
    if (args->scores && !args->json_field) return usage_error(command, "--scores is for --json-field");
    if (args->scores && strcmp(args->json_field, "scores") == 0)
        return usage_error(command, "--scores would take the place of the texts, which are called so");
    if (args->ranges[BON_FILTER_PERPLEXITY].given && args->models.count == 0)
        return usage_error(command, "--perplexity is measured with a model: name one with --lm");
    for (unsigned i = 0; i < args->models.count; i++) {
        const struct filter_model *model = &args->models.at[i];
        if (find_model(&args->models, model) != model)
            return usage_error(command, "two models are called '%.*s'", (int)model->name_length, model->name);
    }
    for (unsigned i = 0; i < args->bands.count; i++) {
        const struct filter_model *band = &args->bands.at[i];
        struct filter_model *model = find_model(&args->models, band);
        if (!model)
            return usage_error(command, "no --lm is called '%.*s', as --band says", (int)band->name_length, band->name);
        model->band = band->band;
    }
    return PARSE_GO;
}

/* ---- the job ---- */

static bon_status open_worker(void *context, void **worker) {
    return bon_filter_worker_open(&((struct filter_job *)context)->units, worker);
}

static void close_worker(void *context, void *worker) {
    (void)context;
    bon_filter_worker_close(worker);
}

static bon_status map(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    return bon_filter_map(&((struct filter_job *)context)->units, worker, chunk, out);
}

static bon_status sink(void *context, const struct bon_chunk *chunk, const bon_buf *mapped) {
    struct filter_job *job = context;
    return bon_filter_each(&job->joiner, chunk, mapped, &job->sink);
}

static bon_status explain(struct filter_job *job, const struct bon_filter_text *text) {
    job->row.len = 0;
    BON_TRY(filter_explain_row(&job->filter, text, job->name_files, &job->row));
    return bon_out_write(job->explain, job->row.data, job->row.len);
}

static bon_status list_masked(struct filter_job *job, const struct bon_filter_text *text) {
    job->row.len = 0;
    BON_TRY(filter_masked_rows(text, job->name_files, &job->row));
    return bon_out_write(job->masked, job->row.data, job->row.len);
}

static bon_status take(void *context, const struct bon_filter_text *text) {
    struct filter_job *job = context;
    bool kept = !text->verdict || text->verdict->rule == BON_FILTER_KEPT;
    filter_count(&job->counts, text);
    if (job->explain && text->verdict) BON_TRY(explain(job, text));
    if (job->masked && text->list_n) BON_TRY(list_masked(job, text));
    struct bon_out *out = kept ? job->pipeline.out : job->rejected;
    return out ? bon_out_write(out, text->text, text->n) : BON_OK;
}

static bon_status publish(struct bon_out **out) {
    struct bon_out *done = *out;
    *out = NULL;
    return done ? bon_out_publish(done) : BON_OK;
}

/* What goes beside the output is there before it. */
static bon_status finish(void *context) {
    struct filter_job *job = context;
    BON_TRY((job->cut.followed ? bon_filter_end_file : bon_filter_end)(&job->joiner, &job->sink));
    BON_TRY(publish(&job->rejected));
    BON_TRY(publish(&job->masked));
    return publish(&job->explain);
}

static void set_ranges(struct filter_job *job) {
    const struct filter_args *args = job->args;
    const struct bon_filter_range *ranges =
        bon_filter_defaults(args->json_field ? BON_FILTER_DOCUMENTS : BON_FILTER_LINES);
    for (unsigned i = 0; i < BON_FILTER_RULES; i++) {
        job->filter.ranges[i] = args->rules == RULES_NONE ? (struct bon_filter_range){0, INFINITY} : ranges[i];
        if (args->ranges[i].given) job->filter.ranges[i] = args->ranges[i].range;
    }
}

static bon_status open_models(struct filter_job *job) {
    const struct filter_models *models = &job->args->models;
    struct bon_filter *filter = &job->filter;
    for (unsigned i = 0; i < models->count; i++) {
        const struct filter_model *model = &models->at[i];
        BON_TRY(bon_lm_open(&job->models[i], model->path, NULL));
        job->names[i] = bon_alloc_zeroed(model->name_length + 1, 1);
        if (!job->names[i]) return BON_ERR_NOMEM;
        memcpy(job->names[i], model->name, model->name_length);
        filter->registers[i] = (struct bon_filter_register){
            .name = job->names[i],
            .lm = job->models[i],
            .band = model->band.given ? model->band.range : filter->ranges[BON_FILTER_PERPLEXITY]};
    }
    filter->register_count = models->count;
    return BON_OK;
}

/* The table at a path that was asked for, with its heading. */
static bon_status open_table(struct filter_job *job, const char *path,
                             bon_status (*head)(bool name_files, bon_buf *row), struct bon_out **out) {
    if (!path) return BON_OK;
    BON_TRY(bon_out_open(out, path, 0));
    job->row.len = 0;
    BON_TRY(head(job->name_files, &job->row));
    return bon_out_write(*out, job->row.data, job->row.len);
}

static bon_status open_job(struct filter_job *job) {
    const struct filter_args *args = job->args;
    BON_TRY(check_output(args->report));
    BON_TRY(check_output(args->json));
    BON_TRY(bon_normalizer_open(&job->normalizer, NULL));
    set_ranges(job);
    BON_TRY(open_models(job));
    job->filter.normalizer = job->normalizer;
    job->units = (struct bon_filter_units){.filter = &job->filter,
                                           .unit = args->json_field ? BON_UNIT_DOCUMENT : (enum bon_unit)args->unit,
                                           .json_field = args->json_field,
                                           .with_scores = args->scores,
                                           .masks = args->masks,
                                           .list_masked = args->masked != NULL};
    job->joiner.units = &job->units;
    BON_TRY(bon_filter_worker_open(&job->units, &job->joiner.worker));
    job->sink = (struct bon_filter_sink){.take = take, .context = job};
    job->pipeline = (struct bon_pipeline){.whole_lines = true,
                                          .worker_open = open_worker,
                                          .worker_close = close_worker,
                                          .map = map,
                                          .sink = sink,
                                          .finish = finish,
                                          .context = job};
    if (args->rejected) BON_TRY(bon_out_open(&job->rejected, args->rejected, 0));
    BON_TRY(open_table(job, args->masked, filter_masked_head, &job->masked));
    return open_table(job, args->explain, filter_explain_head, &job->explain);
}

static void close_job(struct filter_job *job) {
    bon_out_abandon(job->rejected);
    bon_out_abandon(job->explain);
    bon_out_abandon(job->masked);
    bon_filter_joiner_free(&job->joiner);
    for (unsigned i = 0; i < BON_FILTER_REGISTERS_MAX; i++) {
        bon_lm_close(job->models[i]);
        free(job->names[i]);
    }
    bon_normalizer_close(job->normalizer);
    bon_cut_close(&job->cut);
    bon_buf_free(&job->row);
}

static int run(const struct command *command, int argc, char **argv) {
    static const struct filter_job none;
    struct filter_args args = {0};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result == PARSE_GO) result = check_args(command, &args);
    if (result != PARSE_GO) return result;
    struct filter_job *job = bon_alloc_array(1, sizeof *job);
    if (!job) return tell_failure(BON_ERR_NOMEM);
    *job = none;
    job->args = &args;
    job->name_files = argc - first > 1;
    result = tell_failure(open_job(job));
    char **paths = argv + first;
    int path_count = argc - first;
    enum bon_cut_at at = job->units.unit == BON_UNIT_PARAGRAPH ? BON_CUT_PARAGRAPHS : BON_CUT_LINES;
    if (result == EXIT_DONE)
        result = tell_failure(shard_take(&args.shard, at, &job->cut, &paths, &path_count, &job->pipeline));
    if (result == EXIT_DONE) result = stream_run(command, &args.shared, paths, path_count, &job->pipeline, NULL);
    if (result == EXIT_DONE && args.report) result = filter_write_report(&job->counts, args.report);
    if (result == EXIT_DONE && args.json)
        result = filter_write_counts(&job->counts, &job->filter, args.masks != 0, args.json);
    close_job(job);
    free(job);
    return result;
}

const struct command command_filter = {
    .name = "filter",
    .summary = "keep the texts that are worth training on",
    .usage = "[OPTION]... [FILE]...",
    .notes =
        "A text is rejected by the first rule whose score is out of its range: MIN..MAX, MIN.. or ..MAX. The default\n"
        "ranges are in bon-filter(1). Blank lines are no texts: they stay between lines.",
    .options = filter_options,
    .run = run,
};
