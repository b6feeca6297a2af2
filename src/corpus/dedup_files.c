/* src/corpus/dedup_files.c: .bond files: maps written, all of them opened, drops read. */
#include "corpus/dedup_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/artefact.h"
#include "corpus/dedup_write.h"
#include "corpus/records.h"
#include "corpus/spool.h"

static const char HEAD[] = "bond.head", DATA[] = "bond.data", RUNS[] = "bond.runs";

_Static_assert(sizeof(struct bon_dedup_head) == 56 && sizeof(struct bon_dedup_run) == 16,
               "as docs/bond-format.md has them");

enum { PAIR = 3, BLOCK = 1 << 16, BUDGET = 1 << 20 };

/* ---- writing ---- */

bon_status bon_dedup_writer_open(struct bon_dedup_writer *writer, const char *path) {
    *writer = (struct bon_dedup_writer){0};
    BON_TRY(bon_artefact_create(&writer->file, path, "bond", BON_DEDUP_FILE_VERSION));
    writer->hash = bon_hash_open();
    bon_status status = writer->hash ? bon_artefact_begin(writer->file, DATA) : BON_ERR_NOMEM;
    if (status != BON_OK) bon_dedup_writer_abandon(writer);
    return status;
}

void bon_dedup_writer_abandon(struct bon_dedup_writer *writer) {
    bon_artefact_abandon(writer->file);
    bon_hash_close(writer->hash);
    bon_buf_free(&writer->pending);
    free(writer->runs);
    *writer = (struct bon_dedup_writer){0};
}

static bon_status flush(struct bon_dedup_writer *writer) {
    struct bon_dedup_run *run = &writer->runs[writer->count - 1];
    bon_hash_update(writer->hash, writer->pending.data, writer->pending.len);
    bon_status status = bon_artefact_write(writer->file, writer->pending.data, writer->pending.len);
    run->bytes += writer->pending.len;
    run->checksum = bon_hash_digest(writer->hash);
    writer->pending.len = 0;
    return status;
}

bon_status bon_dedup_writer_put(struct bon_dedup_writer *writer, size_t run, const void *bytes, size_t n) {
    while (writer->count <= run) {
        if (writer->count > 0) BON_TRY(flush(writer));
        BON_TRY(bon_grow_array(&writer->runs, &writer->cap, writer->count + 1, sizeof *writer->runs));
        writer->runs[writer->count++] = (struct bon_dedup_run){0};
        bon_hash_reset(writer->hash);
    }
    BON_TRY(bon_buf_append(&writer->pending, bytes, n));
    return writer->pending.len >= BLOCK ? flush(writer) : BON_OK;
}

static bon_status write_end(struct bon_dedup_writer *writer, const struct bon_dedup_head *head, size_t runs) {
    BON_TRY(bon_dedup_writer_put(writer, runs - 1, NULL, 0)); /* the last ones may be empty */
    BON_TRY(flush(writer));
    BON_TRY(bon_artefact_add(writer->file, RUNS, writer->runs, writer->count * sizeof *writer->runs));
    return bon_artefact_add(writer->file, HEAD, head, sizeof *head);
}

bon_status bon_dedup_writer_publish(struct bon_dedup_writer *writer, const struct bon_dedup_head *head, size_t runs) {
    bon_status status = write_end(writer, head, runs);
    if (status == BON_OK) {
        status = bon_artefact_publish(writer->file);
        writer->file = NULL;
    }
    bon_dedup_writer_abandon(writer);
    return status;
}

/* ---- maps ---- */

struct bon_dedup_map {
    struct bon_dedup_head head;
    struct bon_sorter *sorter; /* of {high, low, number} */
    struct bon_spool *rows;    /* as they came */
};

bon_status bon_dedup_map_open(struct bon_dedup_map **out, const struct bon_dedup_job *job, uint32_t shard,
                              uint64_t memory, const char *folder) {
    *out = NULL;
    struct bon_dedup_map *map = bon_alloc_zeroed(1, sizeof *map);
    if (!map) return BON_ERR_NOMEM;
    map->head = (struct bon_dedup_head){.job = *job, .step = BON_DEDUP_MAP, .index = shard};
    bon_status status =
        job->near ? bon_spool_open(&map->rows, folder) : bon_sorter_open(&map->sorter, PAIR, memory, folder);
    if (status != BON_OK)
        bon_dedup_map_close(map);
    else
        *out = map;
    return status;
}

void bon_dedup_map_close(struct bon_dedup_map *map) {
    if (!map) return;
    bon_sorter_close(map->sorter);
    bon_spool_close(map->rows);
    free(map);
}

bon_status bon_dedup_map_add(struct bon_dedup_map *map, struct bon_hash128 hash) {
    const uint64_t record[PAIR] = {hash.high, hash.low, map->head.texts++};
    return bon_sorter_add(map->sorter, record);
}

bon_status bon_dedup_map_add_row(struct bon_dedup_map *map, const char *row, size_t size) {
    map->head.texts++;
    return bon_spool_put(map->rows, (struct bon_hash128){0}, true, row, size);
}

static bon_status write_pairs(struct bon_dedup_map *map, struct bon_dedup_writer *writer) {
    const uint64_t *record;
    BON_TRY(bon_sorter_finish(map->sorter));
    for (;;) {
        BON_TRY(bon_sorter_next(map->sorter, &record));
        if (!record) return BON_OK;
        size_t part = (size_t)((record[0] >> 32) * map->head.job.parts >> 32);
        BON_TRY(bon_dedup_writer_put(writer, part, record, PAIR * sizeof *record));
    }
}

static bon_status write_rows(struct bon_dedup_map *map, struct bon_dedup_writer *writer) {
    struct bon_spooled head;
    bon_buf row = {0};
    bool end;
    bon_status status = bon_spool_rewind(map->rows);
    while (status == BON_OK && (status = bon_spool_take(map->rows, &head, &row, &end)) == BON_OK && !end)
        status = bon_dedup_writer_put(writer, 0, row.data, row.len);
    bon_buf_free(&row);
    return status;
}

bon_status bon_dedup_map_write(struct bon_dedup_map *map, const char *path) {
    struct bon_dedup_writer writer;
    BON_TRY(bon_dedup_writer_open(&writer, path));
    bon_status status = map->rows ? write_rows(map, &writer) : write_pairs(map, &writer);
    if (status == BON_OK) return bon_dedup_writer_publish(&writer, &map->head, map->head.job.parts);
    bon_dedup_writer_abandon(&writer);
    return status;
}

/* ---- opening ---- */

bool bon_dedup_is_file(const char *path) {
    char bytes[16] = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    ssize_t n = pread(fd, bytes, sizeof bytes, 0);
    close(fd);
    return n == (ssize_t)sizeof bytes && memcmp(bytes + 8, "bond\0\0\0", 8) == 0;
}

static bon_status refuse(const struct bon_artefact *artefact, const char *section, const char *reason) {
    return bon_fail(BON_ERR_FORMAT, "%s: section %s: %s", bon_artefact_path(artefact), section, reason);
}

static bon_status find_data(const struct bon_artefact *artefact, struct bon_dedup_file *file) {
    for (size_t i = 0; i < bon_artefact_section_count(artefact); i++) {
        uint64_t size;
        if (strcmp(bon_artefact_section_at(artefact, i, &file->begin, &size), DATA) != 0) continue;
        file->end = file->begin + size;
        return BON_OK;
    }
    return refuse(artefact, DATA, "is not there");
}

static bon_status check_head(const struct bon_artefact *artefact, const struct bon_dedup_head *head) {
    const struct bon_dedup_job *job = &head->job;
    bool map = head->step == BON_DEDUP_MAP;
    if (head->step > BON_DEDUP_DROPS || job->near > 1 || job->longest > 1 || job->shards < 1 || job->parts < 1 ||
        job->parts > BON_DEDUP_PARTS_MAX || head->index > (map ? job->shards - 1 : job->parts) ||
        (job->near && (job->parts != 1 || !(job->threshold > 0 && job->threshold <= 1))))
        return refuse(artefact, HEAD, "a number is out of range");
    return BON_OK;
}

static bon_status read_file(const struct bon_artefact *artefact, struct bon_dedup_file *file) {
    const void *bytes;
    size_t n;
    BON_TRY(bon_artefact_section(artefact, HEAD, &bytes, &n));
    BON_TRY(bon_artefact_verify_section(artefact, HEAD));
    if (n != sizeof file->head) return refuse(artefact, HEAD, "its size is not as announced");
    memcpy(&file->head, bytes, n);
    BON_TRY(check_head(artefact, &file->head));
    BON_TRY(find_data(artefact, file));
    BON_TRY(bon_artefact_section(artefact, RUNS, &bytes, &n));
    BON_TRY(bon_artefact_verify_section(artefact, RUNS));
    file->run_count = file->head.step == BON_DEDUP_MAP ? file->head.job.parts : file->head.job.shards;
    if (n / sizeof *file->runs != file->run_count || n % sizeof *file->runs)
        return refuse(artefact, RUNS, "its size is not as announced");
    file->runs = bon_alloc_array(file->run_count, sizeof *file->runs);
    if (!file->runs) return BON_ERR_NOMEM;
    memcpy(file->runs, bytes, n);
    uint64_t left = file->end - file->begin;
    for (size_t i = 0; i < file->run_count; left -= file->runs[i++].bytes)
        if (file->runs[i].bytes > left) return refuse(artefact, RUNS, "a run is longer than the file");
    return left == 0 ? BON_OK : refuse(artefact, RUNS, "its size is not as announced");
}

bon_status bon_dedup_file_open(struct bon_dedup_file **out, const char *path) {
    *out = NULL;
    struct bon_artefact *artefact;
    BON_TRY(bon_artefact_open(&artefact, path, "bond", BON_DEDUP_FILE_VERSION, false));
    struct bon_dedup_file *file = bon_alloc_zeroed(1, sizeof *file);
    bon_status status = BON_ERR_NOMEM;
    if (file) {
        file->fd = -1;
        status = read_file(artefact, file);
        if (status == BON_OK && !(file->path = strdup(path))) status = bon_fail_memory(strlen(path) + 1);
        if (status == BON_OK && (file->fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
            status = bon_fail_errno(path, "cannot open");
    }
    bon_artefact_close(artefact);
    if (status != BON_OK)
        bon_dedup_file_close(file);
    else
        *out = file;
    return status;
}

void bon_dedup_file_close(struct bon_dedup_file *file) {
    if (!file) return;
    if (file->fd >= 0) close(file->fd);
    free(file->runs);
    free(file->path);
    free(file);
}

bool bon_dedup_same_job(const struct bon_dedup_job *a, const struct bon_dedup_job *b) {
    return a->text == b->text && a->options == b->options && a->shards == b->shards && a->near == b->near &&
           a->longest == b->longest && memcmp(&a->threshold, &b->threshold, sizeof a->threshold) == 0;
}

/* ---- drops ---- */

struct bon_dedup_drops {
    struct bon_dedup_file *file;
    struct bon_record_merge *numbers;
    const uint64_t *next; /* NULL: no more */
    uint64_t text;
};

static bon_status open_numbers(struct bon_dedup_drops *drops, uint32_t shard) {
    const struct bon_dedup_file *file = drops->file;
    struct bon_record_span span = {.fd = file->fd,
                                   .name = file->path,
                                   .begin = file->begin,
                                   .checked = true,
                                   .checksum = file->runs[shard].checksum};
    size_t one;
    for (uint32_t i = 0; i < shard; i++) span.begin += file->runs[i].bytes;
    span.end = span.begin + file->runs[shard].bytes;
    BON_TRY(bon_record_merge_open(&drops->numbers, 1, &span, 1, BUDGET));
    return bon_record_merge_next(drops->numbers, &drops->next, &one);
}

bon_status bon_dedup_drops_open(struct bon_dedup_drops **out, const char *path, const struct bon_dedup_job *job,
                                uint32_t shard, bon_buf *missing) {
    *out = NULL;
    struct bon_dedup_drops *drops = bon_alloc_zeroed(1, sizeof *drops);
    if (!drops) return BON_ERR_NOMEM;
    bon_status status = bon_dedup_file_open(&drops->file, path);
    if (status == BON_OK) {
        const struct bon_dedup_head *head = &drops->file->head;
        if (head->step != BON_DEDUP_DROPS)
            status = bon_fail(BON_ERR_ARGUMENT, "%s: is of one shard: merge all of them first (bon merge)", path);
        else if (!bon_dedup_same_job(&head->job, job))
            status = bon_fail(BON_ERR_ARGUMENT, "%s: is of other files, or was made with other options", path);
        else if (head->index < head->job.parts && head->job.parts > 1)
            for (uint32_t part = 0; part < head->job.parts && status == BON_OK; part++)
                if (part != head->index)
                    status = bon_buf_printf(missing, "%spart %u/%u", missing->len ? ", " : "", part, head->job.parts);
    }
    if (status == BON_OK) status = open_numbers(drops, shard);
    if (status != BON_OK)
        bon_dedup_drops_close(drops);
    else
        *out = drops;
    return status;
}

void bon_dedup_drops_close(struct bon_dedup_drops *drops) {
    if (!drops) return;
    bon_record_merge_close(drops->numbers);
    bon_dedup_file_close(drops->file);
    free(drops);
}

bon_status bon_dedup_drops_next(struct bon_dedup_drops *drops, bool *dropped) {
    size_t one;
    *dropped = drops->next && *drops->next == drops->text;
    drops->text++;
    return *dropped ? bon_record_merge_next(drops->numbers, &drops->next, &one) : BON_OK;
}

bon_status bon_dedup_drops_end(const struct bon_dedup_drops *drops) {
    if (!drops->next) return BON_OK;
    return bon_fail(BON_ERR_DATA, "the input is not what it was when it was read first: did something write to it?");
}
