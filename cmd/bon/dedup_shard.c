/* cmd/bon/dedup_shard.c: bon dedup --shard: a shard's texts into a map file, or, with --drops, the shard without what the others
 * have before it. bon merge is between the two (corpus/dedup_files.h). */
#include <string.h>
#include <unistd.h>

#include "base/cut.h"
#include "base/hash.h"
#include "corpus/dedup_files.h"
#include "dedup.h"
#include "dedup_rows.h"

#define DEFAULT_MEMORY (UINT64_C(1) << 30)

struct shard_job {
    struct bon_pipeline pipeline;
    struct bon_cut cut;
    struct bon_dedup_job job;
    bon_normalizer *normalizer;
    struct bon_units units;
    struct bon_unit_joiner joiner;
    struct bon_units_sink sink;
    struct bon_near *near; /* which only signs */
    struct bon_dedup_map *map;
    struct bon_dedup_drops *drops;
    struct dedup_tally tally;
};

/* ---- mapping ---- */

static bon_status map_units(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    (void)worker;
    return bon_units_map(&((struct shard_job *)context)->units, chunk, out);
}

static bon_status sink_units(void *context, const struct bon_chunk *chunk, const bon_buf *mapped) {
    struct shard_job *job = context;
    return bon_units_each(&job->units, &job->joiner, chunk, mapped, &job->sink);
}

static bon_status end_units(void *context) {
    struct shard_job *job = context;
    BON_TRY((job->cut.followed ? bon_units_end_file : bon_units_end)(&job->joiner, &job->sink));
    return job->drops ? bon_dedup_drops_end(job->drops) : BON_OK;
}

static bon_status map_rows(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    const struct shard_job *job = context;
    return dedup_rows_append(&job->units, job->near, worker, chunk, out);
}

static bon_status sink_rows(void *context, const struct bon_chunk *chunk, const bon_buf *rows) {
    struct shard_job *job = context;
    size_t size = bon_near_row_size(job->near);
    (void)chunk;
    for (size_t at = 0; at < rows->len; at += size) BON_TRY(bon_dedup_map_add_row(job->map, rows->data + at, size));
    return BON_OK;
}

static bon_status note_unit(void *context, struct bon_hash128 hash, const char *text, size_t n) {
    (void)text, (void)n;
    return bon_dedup_map_add(((struct shard_job *)context)->map, hash);
}

static bon_status note_nothing(void *context, const char *text, size_t n) {
    (void)context, (void)text, (void)n;
    return BON_OK;
}

/* ---- what stays ---- */

static bon_status write_unit(void *context, struct bon_hash128 hash, const char *text, size_t n) {
    struct shard_job *job = context;
    bool dropped;
    (void)hash;
    BON_TRY(bon_dedup_drops_next(job->drops, &dropped));
    return dedup_write_text(&job->tally, !dropped, text, n, job->pipeline.out);
}

static bon_status write_between(void *context, const char *text, size_t n) {
    struct shard_job *job = context;
    return dedup_write_between(&job->tally, text, n, job->pipeline.out);
}

/* ---- the job ---- */

/* Everything that decides which texts are the same. */
static uint64_t digest_options(const struct dedup_args *args, const struct shard_job *job) {
    bon_buf text = {0};
    uint64_t digest = 0;
    if (bon_buf_printf(&text, "%d %d %d %d %s", (int)args->near, (int)job->units.unit, (int)job->units.same, args->keep,
                       args->json_field ? args->json_field : "") == BON_OK)
        digest = bon_hash64(text.data, text.len);
    bon_buf_free(&text);
    return digest;
}

static bon_status open_shard(struct shard_job *job, const struct dedup_args *args, char *const *paths, int count) {
    enum bon_unit unit = args->json_field ? BON_UNIT_DOCUMENT : (enum bon_unit)args->unit;
    BON_TRY(check_output(args->shared.output));
    BON_TRY(check_output(args->json));
    BON_TRY(bon_normalizer_open(&job->normalizer, NULL));
    BON_TRY(bon_cut_open(&job->cut, (const char *const *)paths, (size_t)count, args->shard.index, args->shard.of,
                         unit == BON_UNIT_PARAGRAPH ? BON_CUT_PARAGRAPHS : BON_CUT_LINES));
    job->units = (struct bon_units){.unit = unit,
                                    .same = args->near ? BON_SAME_LETTERS : (enum bon_same)args->same,
                                    .json_field = args->json_field,
                                    .normalizer = job->normalizer};
    job->job = (struct bon_dedup_job){.text = job->cut.digest,
                                      .options = digest_options(args, job),
                                      .shards = args->shard.of,
                                      .parts = args->parts,
                                      .near = args->near,
                                      .longest = args->keep == 1,
                                      .threshold = args->near ? dedup_threshold(args) : 0};
    job->pipeline.ranges = job->cut.ranges;
    return job->job.options ? BON_OK : BON_ERR_NOMEM;
}

static bon_status open_map(struct shard_job *job, const struct dedup_args *args) {
    uint64_t memory = args->limit.memory ? args->limit.memory : DEFAULT_MEMORY;
    const struct bon_near_options near = {.threshold = job->job.threshold};
    BON_TRY(bon_dedup_map_open(&job->map, &job->job, args->shard.index, memory, limit_folder(&args->limit)));
    job->sink = (struct bon_units_sink){.unit = note_unit, .between = note_nothing, .context = job};
    job->pipeline.whole_lines = true;
    job->pipeline.context = job;
    if (!args->near) {
        job->pipeline.map = map_units;
        job->pipeline.sink = sink_units;
        job->pipeline.finish = end_units;
        return BON_OK;
    }
    job->pipeline.worker_open = dedup_rows_open;
    job->pipeline.worker_close = dedup_rows_close;
    job->pipeline.map = map_rows;
    job->pipeline.sink = sink_rows;
    return bon_near_open(&job->near, &near);
}

/* A shard that was mapped before is not mapped again; another file is not overwritten. */
static bon_status find_finished(const struct shard_job *job, const struct dedup_args *args, bool *finished) {
    const char *output = args->shared.output;
    struct bon_dedup_file *file;
    *finished = false;
    if (access(output, F_OK) != 0) return BON_OK;
    BON_TRY(bon_dedup_file_open(&file, output));
    *finished = file->head.step == BON_DEDUP_MAP && file->head.index == args->shard.index &&
                bon_dedup_same_job(&file->head.job, &job->job) && file->head.job.parts == job->job.parts;
    bon_dedup_file_close(file);
    if (*finished) return BON_OK;
    return bon_fail(BON_ERR_ARGUMENT,
                    "%s: is there already, of other files or with other options; remove it, or write somewhere else",
                    output);
}

static int run_map(const struct command *command, struct shard_job *job, const struct dedup_args *args) {
    bool finished;
    bon_status status = find_finished(job, args, &finished);
    if (status != BON_OK) return tell_failure(status);
    if (finished) {
        note(&args->shared, "%s: shard %u/%u was done before", args->shared.output, args->shard.index, args->shard.of);
        return EXIT_DONE;
    }
    int result = tell_failure(open_map(job, args));
    if (result == EXIT_DONE)
        result = stream_collect(command, &args->shared, (char **)job->cut.paths, (int)job->cut.count, &job->pipeline);
    return result == EXIT_DONE ? tell_failure(bon_dedup_map_write(job->map, args->shared.output)) : result;
}

static int run_drops(const struct command *command, struct shard_job *job, const struct dedup_args *args) {
    bon_buf missing = {0};
    bon_status status = bon_dedup_drops_open(&job->drops, args->drops, &job->job, args->shard.index, &missing);
    bool incomplete = status == BON_OK && missing.len > 0;
    if (incomplete)
        status = bon_fail(BON_ERR_DATA, "%s: only a part of what is dropped: missing %.*s", args->drops,
                          (int)missing.len, missing.data);
    bon_buf_free(&missing);
    int result = tell_failure(status);
    if (incomplete) return EXIT_INCOMPLETE;
    if (result != EXIT_DONE) return result;
    job->sink = (struct bon_units_sink){.unit = write_unit, .between = write_between, .context = job};
    job->pipeline.whole_lines = true;
    job->pipeline.context = job;
    job->pipeline.map = map_units;
    job->pipeline.sink = sink_units;
    job->pipeline.finish = end_units;
    result = stream_run(command, &args->shared, (char **)job->cut.paths, (int)job->cut.count, &job->pipeline, NULL);
    return result == EXIT_DONE && args->json ? dedup_write_tally(&job->tally, args->json) : result;
}

int dedup_shard(const struct command *command, const struct dedup_args *args, char **paths, int path_count) {
    struct shard_job job = {0};
    int result = tell_failure(open_shard(&job, args, paths, path_count));
    if (result == EXIT_DONE) result = (args->drops ? run_drops : run_map)(command, &job, args);
    bon_dedup_map_close(job.map);
    bon_dedup_drops_close(job.drops);
    bon_near_close(job.near);
    bon_unit_joiner_free(&job.joiner);
    bon_normalizer_close(job.normalizer);
    bon_cut_close(&job.cut);
    return result;
}
