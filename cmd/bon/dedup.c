/* cmd/bon/dedup.c: bon dedup: lines, paragraphs or documents that were there before are left out; dedup_near.c does those that
 * are nearly the same. */
#include "dedup.h"

#include "clash.h"
#include "commands.h"
#include "corpus/dedup.h"
#include "corpus/dedup_files.h"
#include "outputs.h"

struct dedup_job {
    struct bon_pipeline pipeline;
    struct bon_units units;
    struct bon_unit_joiner joiner;
    struct bon_units_sink sink;
    struct bon_dedup *dedup;
    struct outputs outputs; /* with {name} in -o */
};

static const char *const unit_choices[] = {"line", "paragraph", NULL};                    /* as enum bon_unit */
static const char *const same_choices[] = {"normal", "letters", "bytes", "tokens", NULL}; /* as enum bon_same */

static const char *const keep_choices[] = {"first", "longest", NULL};

static const struct option_row dedup_options[] = {
    OPTION_CHOICE(0, "unit", "UNIT", struct dedup_args, unit, unit_choices,
                  "compare each line (default), or each paragraph: lines\nup to an empty one"),
    OPTION_STRING(0, "json-field", "NAME", struct dedup_args, json_field,
                  "the input is JSON lines: compare the strings NAME of the\nobjects"),
    OPTION_CHOICE(
        0, "same", "HOW", struct dedup_args, same, same_choices,
        "normal (default): what normalization makes equal is the\nsame; letters: in capitals and small letters, "
        "too;\nbytes: only equal bytes are;\ntokens: what 'bon segment --fold' makes equal"),
    OPTION_FLAG(0, "near", struct dedup_args, near,
                "leave out what is nearly the same, too: lines or\ndocuments that share most runs of five syllables"),
    OPTION_REAL(0, "threshold", "J", struct dedup_args, threshold, 0.3, 1,
                "with --near: the least share, 0.3 to 1 (default 0.7)"),
    OPTION_CHOICE(0, "keep", "WHICH", struct dedup_args, keep, keep_choices,
                  "with --near: keep the first (default) or the longest of\na cluster"),
    OPTION_WRITTEN(0, "report", "FILE", struct dedup_args, report,
                   "write what repeats most to FILE: copies TAB beginning of\nthe text"),
    OPTION_UNSIGNED(0, "top", "N", struct dedup_args, top, 1, 1000000, "rows of the report (default 100)"),
    OPTION_WRITTEN(0, "json", "FILE", struct dedup_args, json, "write what was counted to FILE, as a JSON object"),
    OPTION_PARSE(0, "shard", "I/N", struct dedup_args, shard, parse_share,
                 "write to -o FILE.bond what has to be known of shard I\n(0 ... N - 1), a range of the FILEs, to "
                 "deduplicate all"),
    OPTION_UNSIGNED(0, "parts", "P", struct dedup_args, parts, 1, BON_DEDUP_PARTS_MAX,
                    "with --shard: in P parts, each of which 'bon merge --part'\ncan merge on its own"),
    OPTION_STRING(
        0, "drops", "FILE", struct dedup_args, drops,
        "with --shard: write the shard's text without what FILE, made\nby 'bon merge', says is to be dropped"),
    OPTION_PARSE(
        0, "memory", "SIZE", struct dedup_args, limit.memory, parse_size,
        "take at most SIZE bytes of memory (k, M, G behind it) for\nwhat was seen; texts that do not fit wait in a "
        "temporary\nfile; the same result"),
    OPTION_STRING(0, "temp", "DIR", struct dedup_args, limit.folder,
                  "folder for temporary files (default: TMPDIR, or /tmp)"),
    OPTIONS_SHARED,
    OPTION_END,
};

/* ---- the job ---- */

static bon_status map(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    (void)worker;
    return bon_units_map(&((struct dedup_job *)context)->units, chunk, out);
}

static bon_status sink(void *context, const struct bon_chunk *chunk, const bon_buf *mapped) {
    struct dedup_job *job = context;
    return bon_units_each(&job->units, &job->joiner, chunk, mapped, &job->sink);
}

static bon_status add_unit(void *context, struct bon_hash128 hash, const char *text, size_t n) {
    return bon_dedup_add(((struct dedup_job *)context)->dedup, hash, text, n);
}

static bon_status keep_between(void *context, const char *text, size_t n) {
    return bon_dedup_keep(((struct dedup_job *)context)->dedup, text, n);
}

static bon_status write_kept(void *context, const char *text, size_t n) {
    const struct dedup_job *job = context;
    return bon_out_write(job->outputs.count ? job->outputs.outs[job->joiner.file] : job->pipeline.out, text, n);
}

static bon_status finish(void *context) {
    struct dedup_job *job = context;
    BON_TRY(bon_units_end(&job->joiner, &job->sink));
    return bon_dedup_finish(job->dedup);
}

static bon_status open_job(struct dedup_job *job, const struct dedup_args *args, bon_normalizer **normalizer) {
    struct bon_dedup_options options = {.memory = args->limit.memory,
                                        .folder = limit_folder(&args->limit),
                                        .clusters = args->report != NULL,
                                        .write = write_kept,
                                        .context = job};
    BON_TRY(check_output(args->report));
    BON_TRY(check_output(args->json));
    BON_TRY(bon_normalizer_open(normalizer, NULL));
    job->units = (struct bon_units){.unit = args->json_field ? BON_UNIT_DOCUMENT : (enum bon_unit)args->unit,
                                    .same = (enum bon_same)args->same,
                                    .json_field = args->json_field,
                                    .normalizer = *normalizer};
    job->sink = (struct bon_units_sink){.unit = add_unit, .between = keep_between, .context = job};
    job->pipeline =
        (struct bon_pipeline){.whole_lines = true, .map = map, .sink = sink, .finish = finish, .context = job};
    return bon_dedup_open(&job->dedup, &options);
}

/* ---- what it says ---- */

/* A text as the last cell of a table, and the end of the row. */
static bon_status append_cell(bon_buf *out, const char *text, size_t n) {
    while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == ' ')) n--;
    for (size_t i = 0; i < n; i++)
        BON_TRY(bon_buf_put(out, text[i] == '\t' || text[i] == '\n' || text[i] == '\r' ? ' ' : text[i]));
    return bon_buf_put(out, '\n');
}

int dedup_write_report(struct bon_clusters *clusters, const char *path, size_t most) {
    size_t count = bon_clusters_rank(clusters, most);
    bon_buf text = {0};
    bon_status status = bon_buf_printf(&text, "copies\ttext\n");
    for (size_t i = 0; i < count && status == BON_OK; i++) {
        const struct bon_cluster *cluster = &clusters->slots[i];
        status = bon_buf_printf(&text, "%llu\t", (unsigned long long)cluster->copies + 1);
        if (status == BON_OK) status = append_cell(&text, cluster->excerpt, cluster->len);
    }
    return write_or_tell(status, path, &text);
}

static int write_counts(const struct bon_dedup_counts *counts, const char *path) {
    bon_buf text = {0};
    bon_status status = bon_buf_printf(
        &text, "{\"texts\": %llu, \"kept\": %llu, \"bytes\": %llu, \"kept_bytes\": %llu, \"passes\": %llu}\n",
        (unsigned long long)counts->texts, (unsigned long long)counts->kept, (unsigned long long)counts->bytes,
        (unsigned long long)counts->kept_bytes, (unsigned long long)counts->passes);
    return write_or_tell(status, path, &text);
}

bon_status dedup_write_text(struct dedup_tally *tally, bool stays, const char *text, size_t n, struct bon_out *out) {
    tally->texts++;
    if (stays) {
        tally->kept++;
        return dedup_write_between(tally, text, n, out);
    }
    tally->bytes += n;
    return BON_OK;
}

bon_status dedup_write_between(struct dedup_tally *tally, const char *text, size_t n, struct bon_out *out) {
    tally->bytes += n;
    tally->kept_bytes += n;
    return bon_out_write(out, text, n);
}

int dedup_write_tally(const struct dedup_tally *tally, const char *path) {
    bon_buf text = {0};
    bon_status status =
        bon_buf_printf(&text, "{\"texts\": %llu, \"kept\": %llu, \"bytes\": %llu, \"kept_bytes\": %llu}\n",
                       (unsigned long long)tally->texts, (unsigned long long)tally->kept,
                       (unsigned long long)tally->bytes, (unsigned long long)tally->kept_bytes);
    return write_or_tell(status, path, &text);
}

/* What {name} comes to is known now. */
static int check_names(const struct command *command, const struct dedup_job *job, const struct dedup_args *args) {
    const struct { const char *option, *path; } others[] = {{"--report", args->report}, {"--json", args->json}};
    for (size_t i = 0; i < job->outputs.count; i++)
        for (size_t k = 0; k < sizeof others / sizeof *others; k++)
            if (others[k].path && clash_outputs(bon_out_name(job->outputs.outs[i]), others[k].path))
                return usage_error(command, "-o and %s would both write '%s'; name two files", others[k].option,
                                   others[k].path);
    return EXIT_DONE;
}

/* An output for every input: all is settled at once, so a kept text is of the file that is being read. */
static int run_into_files(const struct command *command, struct dedup_job *job, const struct dedup_args *args,
                          char **paths, int path_count) {
    int result = tell_failure(outputs_open(&job->outputs, args->shared.output, paths, path_count));
    if (result == EXIT_DONE) result = check_names(command, job, args);
    if (result == EXIT_DONE) result = stream_collect(command, &args->shared, paths, path_count, &job->pipeline);
    if (result == EXIT_DONE) return tell_failure(outputs_publish(&job->outputs));
    outputs_abandon(&job->outputs);
    return result;
}

static int run_exact(const struct command *command, const struct dedup_args *args, char **paths, int path_count) {
    struct dedup_job job = {0};
    bon_normalizer *normalizer = NULL;
    int result = tell_failure(open_job(&job, args, &normalizer));
    if (result == EXIT_DONE && outputs_wanted(args->shared.output))
        result = run_into_files(command, &job, args, paths, path_count);
    else if (result == EXIT_DONE)
        result = stream_run(command, &args->shared, paths, path_count, &job.pipeline, NULL);
    if (result == EXIT_DONE && args->report)
        result = dedup_write_report(bon_dedup_clusters(job.dedup), args->report, args->top);
    if (result == EXIT_DONE && args->json) {
        struct bon_dedup_counts counts = bon_dedup_counts(job.dedup);
        result = write_counts(&counts, args->json);
    }
    bon_unit_joiner_free(&job.joiner);
    bon_dedup_close(job.dedup);
    bon_normalizer_close(normalizer);
    return result;
}

static const char *conflict(const struct dedup_args *args) {
    if (args->json_field && args->unit == BON_UNIT_PARAGRAPH)
        return "--unit is for text; with --json-field every object is a document";
    if (outputs_wanted(args->shared.output) && (args->near || args->limit.memory || args->shard.of))
        return "-o with {name} is not for --near, --memory and --shard";
    if (!args->near && args->threshold != 0) return "--threshold is for --near";
    if (!args->near && args->keep != 0) return "--keep is for --near: texts that are the same are as long";
    if (args->near && args->unit == BON_UNIT_PARAGRAPH) return "--near compares lines or the documents of --json-field";
    if (!args->shard.of && args->drops) return "--drops is for --shard";
    if (args->parts > 1 && (!args->shard.of || args->drops)) return "--parts is for --shard without --drops";
    if (args->parts > 1 && args->near) return "--parts is not for --near: its rows are joined in one place";
    if (args->shard.of && args->report) return "--report is not for --shard";
    if (args->shard.of && args->json && !args->drops) return "--json is for --drops: nothing is left out before";
    if (args->shard.of && !args->drops && !args->shared.output) return "say where to: -o FILE.bond";
    if (args->near && args->same != BON_SAME_NORMAL) return "--same is for texts that are the same, not --near";
    return NULL;
}

static int run(const struct command *command, int argc, char **argv) {
    struct dedup_args args = {.top = 100, .parts = 1};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result != PARSE_GO) return result;
    const char *reason = conflict(&args);
    if (!reason && outputs_wanted(args.shared.output) && first == argc) reason = "-o with {name} is for files";
    if (reason) return usage_error(command, "%s", reason);
    return (args.shard.of ? dedup_shard
            : args.near   ? dedup_near
                          : run_exact)(command, &args, argv + first, argc - first);
}

const struct command command_dedup = {
    .name = "dedup",
    .summary = "leave out lines, paragraphs or documents that came before",
    .usage = "[OPTION]... [FILE]...",
    .notes = "The first in input order stays. Blank lines are no texts: they stay between lines.",
    .options = dedup_options,
    .run = run,
};
