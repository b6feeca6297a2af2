/* src/corpus/records.c: see records.h. */
#include "corpus/records.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/io.h"
#include "base/store.h"
#include "ngram/sort.h"

enum { BUFFER_MIN = 4 << 10, BUFFER_MAX = 1 << 20, LEAST = 1 << 10 };

static int compare(const uint64_t *a, const uint64_t *b, unsigned width) {
    for (unsigned i = 0; i < width; i++)
        if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
    return 0;
}

/* ---- merging ---- */

struct reader {
    struct bon_record_span span;
    struct bon_hash_stream *hash; /* NULL: not checked */
    uint64_t *buffer;
    size_t at, have; /* numbers */
    uint64_t next;   /* bytes: what is not in the buffer yet */
    uint64_t last[BON_RECORD_MAX];
    bool begun, over;
};

struct bon_record_merge {
    unsigned width;
    size_t room; /* numbers of a buffer */
    struct reader *reader;
    size_t count;
    size_t *heap; /* [heaped] readers, the least record first */
    size_t heaped;
    uint64_t record[BON_RECORD_MAX];
};

static bon_status refuse(const struct reader *reader, const char *reason) {
    return bon_fail(BON_ERR_FORMAT, "%s: corrupt before byte %llu: %s; make it again", reader->span.name,
                    (unsigned long long)reader->next, reason);
}

static bon_status fill(const struct bon_record_merge *merge, struct reader *reader) {
    size_t want = merge->room * sizeof *reader->buffer;
    if (want > reader->span.end - reader->next) want = (size_t)(reader->span.end - reader->next);
    BON_TRY(bon_read_at(reader->span.fd, reader->span.name, reader->next, reader->buffer, want));
    if (reader->hash) bon_hash_update(reader->hash, reader->buffer, want);
    reader->next += want;
    reader->at = 0;
    reader->have = want / sizeof *reader->buffer;
    return BON_OK;
}

/* Moves to the next record: reader->buffer + reader->at. */
static bon_status advance(const struct bon_record_merge *merge, struct reader *reader) {
    if (reader->begun) reader->at += merge->width;
    if (reader->at == reader->have) {
        if (reader->next == reader->span.end) {
            reader->over = true;
            if (!reader->hash || bon_hash_digest(reader->hash) == reader->span.checksum) return BON_OK;
            return refuse(reader, "records do not agree with their checksum");
        }
        BON_TRY(fill(merge, reader));
    }
    const uint64_t *record = reader->buffer + reader->at;
    if (reader->hash) {
        if (reader->begun && compare(reader->last, record, merge->width) >= 0)
            return refuse(reader, "records are not in order");
        memcpy(reader->last, record, merge->width * sizeof *record);
    }
    reader->begun = true;
    return BON_OK;
}

static bool comes_first(const struct bon_record_merge *merge, size_t a, size_t b) {
    const struct reader *x = &merge->reader[a], *y = &merge->reader[b];
    int order = compare(x->buffer + x->at, y->buffer + y->at, merge->width);
    return order ? order < 0 : a < b;
}

static void sift(struct bon_record_merge *merge, size_t at) {
    size_t item = merge->heap[at];
    for (size_t child; (child = 2 * at + 1) < merge->heaped; at = child) {
        if (child + 1 < merge->heaped && comes_first(merge, merge->heap[child + 1], merge->heap[child])) child++;
        if (!comes_first(merge, merge->heap[child], item)) break;
        merge->heap[at] = merge->heap[child];
    }
    merge->heap[at] = item;
}

static bon_status open_reader(struct bon_record_merge *merge, size_t i, const struct bon_record_span *span) {
    struct reader *reader = &merge->reader[i];
    reader->span = *span;
    reader->next = span->begin;
    reader->buffer = bon_alloc_array(merge->room, sizeof *reader->buffer);
    if (!reader->buffer) return BON_ERR_NOMEM;
    if (span->checked && !(reader->hash = bon_hash_open())) return BON_ERR_NOMEM;
    if ((span->end - span->begin) % (merge->width * sizeof *reader->buffer))
        return refuse(reader, "the last record is cut off");
    BON_TRY(advance(merge, reader));
    if (!reader->over) merge->heap[merge->heaped++] = i;
    return BON_OK;
}

bon_status bon_record_merge_open(struct bon_record_merge **out, unsigned width, const struct bon_record_span *spans,
                                 size_t count, size_t budget) {
    *out = NULL;
    struct bon_record_merge *merge = bon_alloc_zeroed(1, sizeof *merge);
    if (!merge) return BON_ERR_NOMEM;
    size_t bytes = count ? budget / count : 0;
    bytes = bytes < BUFFER_MIN ? BUFFER_MIN : bytes > BUFFER_MAX ? BUFFER_MAX : bytes;
    merge->width = width;
    merge->count = count;
    merge->room = bytes / sizeof(uint64_t) / width * width;
    merge->reader = bon_alloc_zeroed(count, sizeof *merge->reader);
    merge->heap = bon_alloc_array(count, sizeof *merge->heap);
    bon_status status = merge->reader && merge->heap ? BON_OK : BON_ERR_NOMEM;
    for (size_t i = 0; i < count && status == BON_OK; i++) status = open_reader(merge, i, &spans[i]);
    for (size_t i = merge->heaped / 2; i-- > 0 && status == BON_OK;) sift(merge, i);
    if (status != BON_OK)
        bon_record_merge_close(merge);
    else
        *out = merge;
    return status;
}

void bon_record_merge_close(struct bon_record_merge *merge) {
    if (!merge) return;
    for (size_t i = 0; merge->reader && i < merge->count; i++) {
        free(merge->reader[i].buffer);
        bon_hash_close(merge->reader[i].hash);
    }
    free(merge->reader);
    free(merge->heap);
    free(merge);
}

bon_status bon_record_merge_next(struct bon_record_merge *merge, const uint64_t **record, size_t *span) {
    *record = NULL;
    if (merge->heaped == 0) return BON_OK;
    *span = merge->heap[0];
    struct reader *reader = &merge->reader[*span];
    memcpy(merge->record, reader->buffer + reader->at, merge->width * sizeof *merge->record);
    BON_TRY(advance(merge, reader));
    if (reader->over) merge->heap[0] = merge->heap[--merge->heaped];
    if (merge->heaped) sift(merge, 0);
    *record = merge->record;
    return BON_OK;
}

/* ---- sorting ---- */

struct run {
    uint64_t begin, end;
};

struct bon_sorter {
    unsigned width;
    struct bon_store *store;
    uint64_t *records; /* [room * width] */
    struct bon_place *places, *scratch;
    size_t room, count, cap, next;
    int fd; /* -1: all is in memory so far */
    uint64_t size;
    struct run *runs;
    size_t run_count, run_cap;
    struct bon_record_merge *merge;
};

bon_status bon_sorter_open(struct bon_sorter **out, unsigned width, uint64_t memory, const char *folder) {
    *out = NULL;
    struct bon_sorter *sorter = bon_alloc_zeroed(1, sizeof *sorter);
    if (!sorter) return BON_ERR_NOMEM;
    uint64_t room =
        memory / (width * sizeof *sorter->records * 3 / 2 + 2 * sizeof *sorter->places); /* arrays grow by half */
    sorter->width = width;
    sorter->fd = -1;
    sorter->room = room < LEAST ? LEAST : room > UINT32_MAX ? UINT32_MAX : (size_t)room;
    bon_status status = bon_store_open(&sorter->store, memory < SIZE_MAX ? (size_t)memory : SIZE_MAX, folder);
    if (status != BON_OK)
        bon_sorter_close(sorter);
    else
        *out = sorter;
    return status;
}

static void free_records(struct bon_sorter *sorter) {
    free(sorter->records);
    free(sorter->places);
    free(sorter->scratch);
    sorter->records = NULL;
    sorter->places = sorter->scratch = NULL;
}

void bon_sorter_close(struct bon_sorter *sorter) {
    if (!sorter) return;
    free_records(sorter);
    free(sorter->runs);
    bon_record_merge_close(sorter->merge);
    if (sorter->fd >= 0) close(sorter->fd);
    bon_store_close(sorter->store);
    free(sorter);
}

static const uint64_t *record_at(const struct bon_sorter *sorter, size_t i) {
    return sorter->records + (size_t)sorter->places[i].at * sorter->width;
}

/* Few records share their first number and not the others: they are put in order one by one. */
static void sort_ties(const struct bon_sorter *sorter, size_t first, size_t end) {
    for (size_t i = first + 1; i < end; i++) {
        struct bon_place place = sorter->places[i];
        const uint64_t *record = sorter->records + (size_t)place.at * sorter->width;
        size_t j = i;
        for (; j > first && compare(record_at(sorter, j - 1), record, sorter->width) > 0; j--)
            sorter->places[j] = sorter->places[j - 1];
        sorter->places[j] = place;
    }
}

static bon_status sort_records(struct bon_sorter *sorter) {
    if (!sorter->places) sorter->places = bon_alloc_array(sorter->cap / sorter->width + 1, sizeof *sorter->places);
    if (!sorter->scratch) sorter->scratch = bon_alloc_array(sorter->cap / sorter->width + 1, sizeof *sorter->scratch);
    if (!sorter->places || !sorter->scratch) return BON_ERR_NOMEM;
    for (size_t i = 0; i < sorter->count; i++)
        sorter->places[i] = (struct bon_place){.key = sorter->records[i * sorter->width], .at = (uint32_t)i};
    bon_place_sort_keys(sorter->places, sorter->scratch, sorter->count, 64);
    for (size_t first = 0, end; first < sorter->count && sorter->width > 1; first = end) {
        for (end = first + 1; end < sorter->count && sorter->places[end].key == sorter->places[first].key;) end++;
        sort_ties(sorter, first, end);
    }
    return BON_OK;
}

static bon_status put_run(struct bon_sorter *sorter) {
    if (sorter->fd < 0) BON_TRY(bon_store_file(sorter->store, &sorter->fd));
    BON_TRY(bon_grow_array(&sorter->runs, &sorter->run_cap, sorter->run_count + 1, sizeof *sorter->runs));
    BON_TRY(sort_records(sorter));
    struct run run = {.begin = sorter->size};
    bon_buf block = {0};
    bon_status status = BON_OK;
    for (size_t i = 0; i < sorter->count && status == BON_OK; i++) {
        status = bon_buf_append(&block, record_at(sorter, i), sorter->width * sizeof *sorter->records);
        if (status != BON_OK || (block.len < BUFFER_MAX && i + 1 < sorter->count)) continue;
        status = bon_store_write(sorter->store, sorter->fd, block.data, block.len);
        sorter->size += block.len;
        block.len = 0;
    }
    bon_buf_free(&block);
    run.end = sorter->size;
    sorter->runs[sorter->run_count++] = run;
    sorter->count = 0;
    return status;
}

bon_status bon_sorter_add(struct bon_sorter *sorter, const uint64_t *record) {
    if (sorter->count == sorter->room) BON_TRY(put_run(sorter));
    if ((sorter->count + 1) * sorter->width > sorter->cap) {
        BON_TRY(bon_grow_array(&sorter->records, &sorter->cap, (sorter->count + 1) * sorter->width,
                               sizeof *sorter->records));
        free(sorter->places);
        free(sorter->scratch);
        sorter->places = sorter->scratch = NULL;
    }
    memcpy(sorter->records + sorter->count++ * sorter->width, record, sorter->width * sizeof *record);
    return BON_OK;
}

bon_status bon_sorter_finish(struct bon_sorter *sorter) {
    if (sorter->run_count == 0) return sort_records(sorter);
    BON_TRY(put_run(sorter));
    free_records(sorter);
    struct bon_record_span *spans = bon_alloc_array(sorter->run_count, sizeof *spans);
    if (!spans) return BON_ERR_NOMEM;
    for (size_t i = 0; i < sorter->run_count; i++)
        spans[i] = (struct bon_record_span){.fd = sorter->fd,
                                            .name = bon_store_folder(sorter->store),
                                            .begin = sorter->runs[i].begin,
                                            .end = sorter->runs[i].end};
    bon_status status =
        bon_record_merge_open(&sorter->merge, sorter->width, spans, sorter->run_count, bon_store_budget(sorter->store));
    free(spans);
    return status;
}

bon_status bon_sorter_next(struct bon_sorter *sorter, const uint64_t **record) {
    size_t span;
    if (sorter->merge) return bon_record_merge_next(sorter->merge, record, &span);
    *record = sorter->next < sorter->count ? record_at(sorter, sorter->next++) : NULL;
    return BON_OK;
}
