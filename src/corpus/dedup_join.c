/* src/corpus/dedup_join.c: maps of all shards into what each shard drops, and drops of several parts into one file. */
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/store.h"
#include "corpus/dedup_files.h"
#include "corpus/dedup_write.h"
#include "corpus/records.h"

/* A drop is sorted as one number: shard, then text. */
enum { TEXT_BITS = 40, SHARD_BITS = 64 - TEXT_BITS, PAIR = 3, SHARE = 4, NAMED_MAX = 10 };
#define PLENTY (UINT64_C(1) << 30)

struct join {
    const struct bon_dedup_join *how;
    struct bon_dedup_file **files; /* [count], by shard or part */
    size_t count;
    struct bon_dedup_head head; /* of what is written */
    struct bon_sorter *drops;
};

/* ---- opening ---- */

static int by_index(const void *a, const void *b) {
    const struct bon_dedup_file *x = *(struct bon_dedup_file *const *)a, *y = *(struct bon_dedup_file *const *)b;
    return (x->head.index > y->head.index) - (x->head.index < y->head.index);
}

static bon_status open_files(struct join *join, const char *const *paths) {
    for (size_t i = 0; i < join->count; i++) {
        BON_TRY(bon_dedup_file_open(&join->files[i], paths[i]));
        const struct bon_dedup_head *head = &join->files[i]->head, *first = &join->files[0]->head;
        if (head->step != first->step)
            return bon_fail(BON_ERR_ARGUMENT, "%s: maps of shards and merged parts do not go together", paths[i]);
        if (!bon_dedup_same_job(&head->job, &first->job) || head->job.parts != first->job.parts)
            return bon_fail(BON_ERR_ARGUMENT, "%s: is of other files, or was made with other options, than %s",
                            paths[i], paths[0]);
    }
    qsort(join->files, join->count, sizeof *join->files, by_index);
    const struct bon_dedup_head *head = &join->files[0]->head;
    const char *what = head->step == BON_DEDUP_MAP ? "shard" : "part";
    for (size_t i = 1; i < join->count; i++)
        if (join->files[i]->head.index == join->files[i - 1]->head.index)
            return bon_fail(BON_ERR_ARGUMENT, "%s: %s %u is there twice", join->files[i]->path, what,
                            join->files[i]->head.index);
    join->head = (struct bon_dedup_head){.job = head->job, .step = BON_DEDUP_DROPS, .index = head->job.parts};
    return BON_OK;
}

/* What is not among the files, of `all`. */
static bon_status name_missing(const struct join *join, uint32_t all, const char *what, bon_buf *missing) {
    unsigned named = 0;
    size_t i = 0;
    for (uint32_t index = 0; index < all; index++) {
        if (i < join->count && join->files[i]->head.index == index) {
            i++;
            continue;
        }
        if (named == NAMED_MAX) return bon_buf_printf(missing, ", ...");
        BON_TRY(bon_buf_printf(missing, "%s%s%u/%u", named++ ? ", " : "", what, index, all));
    }
    return BON_OK;
}

/* ---- hashes ---- */

static bon_status drop(struct join *join, size_t shard, uint64_t text) {
    const uint64_t record = (uint64_t)shard << TEXT_BITS | text;
    return bon_sorter_add(join->drops, &record);
}

/* Shards come in their order among equal hashes only when shard and number are compared too: of equal pairs the merge gives the
 * earliest shard first, but a pair's last number is its text, so a later shard's lower number would come first. */
struct group {
    uint64_t hash[2];
    size_t shard;
    uint64_t text; /* the first in input order so far */
    bool begun;
};

static bon_status take_pair(struct join *join, struct group *group, const uint64_t *record, size_t shard) {
    if (record[2] >> TEXT_BITS)
        return bon_fail(BON_ERR_LIMIT, "%s: more than 2^%d texts; cut into more shards", join->files[shard]->path,
                        TEXT_BITS);
    bool again = group->begun && group->hash[0] == record[0] && group->hash[1] == record[1];
    bool earlier = again && shard < group->shard;
    if (again && !earlier) return drop(join, shard, record[2]);
    if (earlier) BON_TRY(drop(join, group->shard, group->text));
    *group = (struct group){.hash = {record[0], record[1]}, .shard = shard, .text = record[2], .begun = true};
    return BON_OK;
}

static bon_status merge_run(struct join *join, uint32_t run, uint64_t memory) {
    struct bon_record_span *spans = bon_alloc_zeroed(join->count, sizeof *spans);
    struct bon_record_merge *merge = NULL;
    const uint64_t *record;
    struct group group = {.begun = false};
    size_t shard;
    if (!spans) return BON_ERR_NOMEM;
    for (size_t i = 0; i < join->count; i++) {
        const struct bon_dedup_file *file = join->files[i];
        spans[i] = (struct bon_record_span){.fd = file->fd,
                                            .name = file->path,
                                            .begin = file->begin,
                                            .checked = true,
                                            .checksum = file->runs[run].checksum};
        for (uint32_t k = 0; k < run; k++) spans[i].begin += file->runs[k].bytes;
        spans[i].end = spans[i].begin + file->runs[run].bytes;
    }
    bon_status status = bon_record_merge_open(&merge, PAIR, spans, join->count, (size_t)(memory / SHARE));
    while (status == BON_OK && (status = bon_record_merge_next(merge, &record, &shard)) == BON_OK && record)
        status = take_pair(join, &group, record, shard);
    bon_record_merge_close(merge);
    free(spans);
    return status;
}

static bon_status merge_hashes(struct join *join) {
    const struct bon_dedup_join *how = join->how;
    uint32_t parts = join->head.job.parts, first = how->parts ? how->part : 0, end = how->parts ? first + 1 : parts;
    uint64_t memory = how->memory ? how->memory : PLENTY;
    if (how->parts && how->parts != parts)
        return bon_fail(BON_ERR_ARGUMENT, "%s: mapped in %u parts, not %u", join->files[0]->path, parts, how->parts);
    BON_TRY(bon_sorter_open(&join->drops, 1, memory / SHARE * (SHARE - 1), how->folder));
    for (uint32_t run = first; run < end; run++) BON_TRY(merge_run(join, run, memory));
    return bon_sorter_finish(join->drops);
}

/* ---- rows ---- */

static bon_status add_rows(struct bon_near *near, const struct bon_dedup_file *file) {
    size_t size = bon_near_row_size(near);
    struct bon_hash_stream *hash = bon_hash_open();
    char *row = bon_alloc_array(size, 1);
    bon_status status = hash && row ? BON_OK : BON_ERR_NOMEM;
    uint64_t at = file->begin;
    if (status == BON_OK && (file->runs[0].bytes % size || file->runs[0].bytes / size != file->head.texts))
        status = bon_fail(BON_ERR_FORMAT, "%s: its rows are not of the size announced", file->path);
    for (; at < file->end && status == BON_OK; at += size) {
        status = bon_read_at(file->fd, file->path, at, row, size);
        if (status != BON_OK) break;
        bon_hash_update(hash, row, size);
        status = bon_near_add(near, row);
    }
    if (status == BON_OK && bon_hash_digest(hash) != file->runs[0].checksum)
        status = bon_fail(BON_ERR_FORMAT, "%s: its rows do not agree with their checksum; map it again", file->path);
    bon_hash_close(hash);
    free(row);
    return status;
}

static bon_status drop_rows(struct join *join, const struct bon_near *near) {
    size_t text = 0;
    for (size_t i = 0; i < join->count; i++)
        for (uint64_t k = 0; k < join->files[i]->head.texts; k++)
            if (!bon_near_keeps(near, text++)) BON_TRY(drop(join, i, k));
    return bon_sorter_finish(join->drops);
}

/* All rows in one place, as on one machine. */
static bon_status join_rows(struct join *join) {
    const struct bon_dedup_join *how = join->how;
    const struct bon_near_options options = {.threshold = join->head.job.threshold,
                                             .longest = join->head.job.longest,
                                             .memory = how->memory,
                                             .folder = how->folder};
    struct bon_near *near;
    if (how->parts > 1)
        return bon_fail(BON_ERR_ARGUMENT, "rows of near texts have no parts: they are joined in one place");
    BON_TRY(bon_sorter_open(&join->drops, 1, how->memory ? how->memory / SHARE : PLENTY, how->folder));
    BON_TRY(bon_near_open(&near, &options));
    bon_status status = BON_OK;
    for (size_t i = 0; i < join->count && status == BON_OK; i++) status = add_rows(near, join->files[i]);
    if (status == BON_OK) status = bon_near_settle(near);
    if (status == BON_OK) status = drop_rows(join, near);
    bon_near_close(near);
    return status;
}

/* ---- writing ---- */

static bon_status write_drops(struct join *join, const char *output) {
    struct bon_dedup_writer writer;
    const uint64_t *record;
    BON_TRY(bon_dedup_writer_open(&writer, output));
    bon_status status;
    while ((status = bon_sorter_next(join->drops, &record)) == BON_OK && record) {
        uint64_t text = *record & ((UINT64_C(1) << TEXT_BITS) - 1);
        status = bon_dedup_writer_put(&writer, (size_t)(*record >> TEXT_BITS), &text, sizeof text);
        if (status != BON_OK) break;
    }
    if (status == BON_OK) return bon_dedup_writer_publish(&writer, &join->head, join->head.job.shards);
    bon_dedup_writer_abandon(&writer);
    return status;
}

/* Every part has all shards, in the same order: shard by shard their numbers are merged. */
static bon_status join_shard(const struct join *join, uint32_t shard, uint64_t *begin, struct bon_record_span *spans,
                             struct bon_dedup_writer *writer) {
    struct bon_record_merge *merge = NULL;
    const uint64_t *record;
    size_t part;
    for (size_t i = 0; i < join->count; i++) {
        const struct bon_dedup_file *file = join->files[i];
        spans[i] = (struct bon_record_span){.fd = file->fd,
                                            .name = file->path,
                                            .begin = begin[i],
                                            .end = begin[i] + file->runs[shard].bytes,
                                            .checked = true,
                                            .checksum = file->runs[shard].checksum};
        begin[i] = spans[i].end;
    }
    bon_status status = bon_record_merge_open(&merge, 1, spans, join->count,
                                              (size_t)((join->how->memory ? join->how->memory : PLENTY) / SHARE));
    while (status == BON_OK && (status = bon_record_merge_next(merge, &record, &part)) == BON_OK && record)
        status = bon_dedup_writer_put(writer, shard, record, sizeof *record);
    bon_record_merge_close(merge);
    return status;
}

static bon_status join_parts(struct join *join, const char *output) {
    struct bon_dedup_writer writer;
    uint64_t *begin = bon_alloc_array(join->count, sizeof *begin);
    struct bon_record_span *spans = bon_alloc_array(join->count, sizeof *spans);
    bon_status status = begin && spans ? bon_dedup_writer_open(&writer, output) : BON_ERR_NOMEM;
    if (status == BON_OK) {
        for (size_t i = 0; i < join->count; i++) begin[i] = join->files[i]->begin;
        for (uint32_t shard = 0; shard < join->head.job.shards && status == BON_OK; shard++)
            status = join_shard(join, shard, begin, spans, &writer);
        if (status == BON_OK)
            status = bon_dedup_writer_publish(&writer, &join->head, join->head.job.shards);
        else
            bon_dedup_writer_abandon(&writer);
    }
    free(begin);
    free(spans);
    return status;
}

static bon_status run(struct join *join, const char *const *paths, const char *output, bon_buf *missing) {
    join->files = bon_alloc_zeroed(join->count, sizeof *join->files);
    if (!join->files) return BON_ERR_NOMEM;
    BON_TRY(open_files(join, paths));
    bool map = join->files[0]->head.step == BON_DEDUP_MAP;
    if (!map && join->how->parts)
        return bon_fail(BON_ERR_ARGUMENT,
                        "%s: is merged already; a part is taken of maps of shards (bon dedup --shard)",
                        join->files[0]->path);
    BON_TRY(name_missing(join, map ? join->head.job.shards : join->head.job.parts, map ? "" : "part ", missing));
    if (missing->len) return BON_OK; /* which text is the first can only be told of all */
    if (join->head.job.shards >> SHARD_BITS) return bon_fail(BON_ERR_LIMIT, "more than 2^%d shards", SHARD_BITS);
    if (!map) return join_parts(join, output);
    if (join->how->parts) join->head.index = join->how->part;
    BON_TRY(join->head.job.near ? join_rows(join) : merge_hashes(join));
    return write_drops(join, output);
}

bon_status bon_dedup_join_files(const char *const *paths, size_t count, const char *output,
                                const struct bon_dedup_join *how, bon_buf *missing) {
    struct join join = {.how = how, .count = count};
    bon_status status = run(&join, paths, output, missing);
    for (size_t i = 0; join.files && i < count; i++) bon_dedup_file_close(join.files[i]);
    free(join.files);
    bon_sorter_close(join.drops);
    return status;
}
