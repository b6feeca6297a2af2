/* cmd/bon/dedup_near.c: bon dedup --near: the input is read twice, once for the rows of its texts, once to write those that
 * stay. What cannot be read twice is copied to a temporary file on the way. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/store.h"
#include "corpus/clusters.h"
#include "corpus/near.h"
#include "dedup.h"
#include "dedup_rows.h"

#define DEFAULT_THRESHOLD 0.7

double dedup_threshold(const struct dedup_args *args) {
    return args->threshold > 0 ? args->threshold : DEFAULT_THRESHOLD;
}

/* A copy of the input in a file without a name. */
struct copy {
    FILE *file; /* NULL: none is needed */
    char path[32];
};

struct near_job {
    struct bon_pipeline pipeline;
    struct bon_units units;
    struct bon_near *near;
    struct copy copy;
    struct bon_unit_joiner joiner;
    struct bon_units_sink sink;
    struct bon_clusters clusters; /* those the report shows */
    struct dedup_tally tally;     /* of the second reading */
    bool report;
};

/* ---- the copy ---- */

static bool can_be_read_twice(char *const *paths, int count) {
    struct stat there;
    for (int i = 0; i < count; i++)
        if (strcmp(paths[i], "-") == 0 || stat(paths[i], &there) != 0 || !S_ISREG(there.st_mode)) return false;
    return count > 0;
}

static bon_status open_copy(struct copy *copy, const char *folder) {
    struct bon_store *store;
    int fd = -1;
    BON_TRY(bon_store_open(&store, 1 << 20, folder));
    bon_status status = bon_store_file(store, &fd);
    bon_store_close(store);
    if (status != BON_OK) return status;
    copy->file = fdopen(fd, "w");
    if (!copy->file) {
        close(fd);
        return bon_fail_memory(sizeof(FILE));
    }
    snprintf(copy->path, sizeof copy->path, "/dev/fd/%d", fd);
    return BON_OK;
}

/* Every chunk of whole lines ends with a newline but the last of a file; it gets one. */
static bon_status add_to_copy(struct copy *copy, const char *text, size_t n) {
    bool open = n > 0 && text[n - 1] != '\n';
    if (fwrite(text, 1, n, copy->file) == n && (!open || fputc('\n', copy->file) != EOF)) return BON_OK;
    return bon_fail_errno("copy of the input", "cannot write a temporary file");
}

/* ---- first reading: rows ---- */

/* The rows, how many bytes they have, and with a copy the text before that number. */
static bon_status map_rows(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    const struct near_job *job = context;
    bon_status status = dedup_rows_append(&job->units, job->near, worker, chunk, out);
    uint64_t size = out->len;
    if (status == BON_OK && job->copy.file) status = bon_buf_append(out, chunk->data, chunk->len);
    return status == BON_OK ? bon_buf_append(out, &size, sizeof size) : status;
}

static bon_status sink_rows(void *context, const struct bon_chunk *chunk, const bon_buf *mapped) {
    struct near_job *job = context;
    uint64_t size;
    (void)chunk;
    memcpy(&size, mapped->data + mapped->len - sizeof size, sizeof size);
    for (uint64_t at = 0; at < size; at += bon_near_row_size(job->near))
        BON_TRY(bon_near_add(job->near, mapped->data + at));
    return job->copy.file ? add_to_copy(&job->copy, mapped->data + size, mapped->len - sizeof size - size) : BON_OK;
}

static bon_status settle(void *context) {
    struct near_job *job = context;
    if (job->copy.file && fflush(job->copy.file) != 0)
        return bon_fail_errno("copy of the input", "cannot write a temporary file");
    return bon_near_settle(job->near);
}

/* ---- second reading: what stays ---- */

static bon_status map_units(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    (void)worker;
    return bon_units_map(&((struct near_job *)context)->units, chunk, out);
}

static bon_status sink_units(void *context, const struct bon_chunk *chunk, const bon_buf *mapped) {
    struct near_job *job = context;
    return bon_units_each(&job->units, &job->joiner, chunk, mapped, &job->sink);
}

static bon_status fail_changed(void) {
    return bon_fail(BON_ERR_DATA, "the input is not what it was when it was read first: did something write to it?");
}

static bon_status write_unit(void *context, struct bon_hash128 hash, const char *text, size_t n) {
    struct near_job *job = context;
    size_t next = (size_t)job->tally.texts;
    (void)hash;
    if (next >= bon_near_count(job->near)) return fail_changed();
    size_t size = bon_near_size(job->near, next);
    bool keeps = bon_near_keeps(job->near, next);
    if (keeps && job->report && size > 1) /* every cluster has a hash of its own */
        BON_TRY(bon_clusters_add(&job->clusters, (struct bon_hash128){next + 1, 0}, size - 1, text, n));
    return dedup_write_text(&job->tally, keeps, text, n, job->pipeline.out);
}

static bon_status write_between(void *context, const char *text, size_t n) {
    struct near_job *job = context;
    return dedup_write_between(&job->tally, text, n, job->pipeline.out);
}

static bon_status end(void *context) {
    struct near_job *job = context;
    return job->tally.texts == bon_near_count(job->near) ? BON_OK : fail_changed();
}

/* ---- the job ---- */

static bon_status open_job(struct near_job *job, const struct dedup_args *args, bon_normalizer **normalizer,
                           bool twice) {
    struct bon_near_options options = {.threshold = dedup_threshold(args),
                                       .longest = args->keep == 1,
                                       .memory = args->limit.memory,
                                       .folder = limit_folder(&args->limit)};
    BON_TRY(check_output(args->shared.output));
    BON_TRY(check_output(args->report));
    BON_TRY(check_output(args->json));
    BON_TRY(bon_normalizer_open(normalizer, NULL));
    if (!twice) BON_TRY(open_copy(&job->copy, options.folder));
    job->units = (struct bon_units){.unit = args->json_field ? BON_UNIT_DOCUMENT : BON_UNIT_LINE,
                                    .same = BON_SAME_LETTERS,
                                    .json_field = args->json_field,
                                    .normalizer = *normalizer};
    job->sink = (struct bon_units_sink){.unit = write_unit, .between = write_between, .context = job};
    job->report = args->report != NULL;
    return bon_near_open(&job->near, &options);
}

static int run_job(const struct command *command, struct near_job *job, const struct dedup_args *args, char **paths,
                   int path_count) {
    char *copied[] = {job->copy.path};
    job->pipeline = (struct bon_pipeline){.whole_lines = true,
                                          .worker_open = dedup_rows_open,
                                          .worker_close = dedup_rows_close,
                                          .map = map_rows,
                                          .sink = sink_rows,
                                          .finish = settle,
                                          .context = job};
    int result = stream_collect(command, &args->shared, paths, path_count, &job->pipeline);
    if (result != EXIT_DONE) return result;
    job->pipeline =
        (struct bon_pipeline){.whole_lines = true, .map = map_units, .sink = sink_units, .finish = end, .context = job};
    result = job->copy.file ? stream_run(command, &args->shared, copied, 1, &job->pipeline, NULL)
                            : stream_run(command, &args->shared, paths, path_count, &job->pipeline, NULL);
    if (result == EXIT_DONE && args->report) result = dedup_write_report(&job->clusters, args->report, args->top);
    if (result == EXIT_DONE && args->json) result = dedup_write_tally(&job->tally, args->json);
    return result;
}

int dedup_near(const struct command *command, const struct dedup_args *args, char **paths, int path_count) {
    struct near_job job = {0};
    bon_normalizer *normalizer = NULL;
    int result = tell_failure(open_job(&job, args, &normalizer, can_be_read_twice(paths, path_count)));
    if (result == EXIT_DONE) result = run_job(command, &job, args, paths, path_count);
    if (job.copy.file) fclose(job.copy.file);
    bon_clusters_free(&job.clusters);
    bon_unit_joiner_free(&job.joiner);
    bon_near_close(job.near);
    bon_normalizer_close(normalizer);
    return result;
}
