/* src/ngram/counts_file.c: .bonc files: counted n-grams as an artefact (docs/bonc-format.md). The same counts always give the
 * same bytes. They are written and read from front to back, so that no more of them than a buffer needs to be in memory; what is
 * announced is checked before it is believed, the rest as it is read (counts_sum.c, runs.c).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/artefact.h"
#include "base/buf.h"
#include "base/hash.h"
#include "ngram/counts_flow.h"

static const char KIND[] = "bonc", WORDS[] = "bonc.words", ROWS[] = "bonc.rows", RUNS[] = "bonc.runs",
                  HEAD[] = "bonc.head", SHARDS[] = "bonc.shards";

enum { BUFFER = 1 << 16, EXPANSION_MAX = 256 /* of a word's bytes in the file */ };

struct head {
    uint32_t order, words;
    uint64_t text, grams, edges; /* bytes of all words, rows of either kind */
    uint64_t checksum;           /* of the words */
};
struct run {
    uint64_t bytes, rows, checksum;
};
struct shards_head {
    uint32_t of, parts;
    uint64_t digest;
};
_Static_assert(sizeof(struct head) == 40 && sizeof(struct run) == 24 && sizeof(struct shards_head) == 16,
               "as docs/bonc-format.md has them");

/* ---- writing ---- */

struct bon_counts_writer {
    struct bon_artefact_writer *file;
    struct head head;
    struct run *runs; /* [count] */
    size_t count, cap;
    bon_buf pending, before;
    struct bon_hash_stream *hash;
    uint32_t last[BON_RUN_WORDS];
};

bon_status bon_counts_writer_open(struct bon_counts_writer **out, const char *path, unsigned order) {
    *out = NULL;
    struct bon_counts_writer *writer = bon_alloc_zeroed(1, sizeof *writer);
    if (!writer) return BON_ERR_NOMEM;
    writer->head.order = order;
    bon_status status = bon_artefact_create(&writer->file, path, KIND, BON_COUNTS_FILE_VERSION);
    if (status == BON_OK) status = bon_artefact_begin(writer->file, WORDS);
    if (status == BON_OK && !(writer->hash = bon_hash_open())) status = BON_ERR_NOMEM;
    if (status != BON_OK)
        bon_counts_writer_abandon(writer);
    else
        *out = writer;
    return status;
}

static void free_writer(struct bon_counts_writer *writer) {
    free(writer->runs);
    bon_buf_free(&writer->pending);
    bon_buf_free(&writer->before);
    bon_hash_close(writer->hash);
    free(writer);
}

void bon_counts_writer_abandon(struct bon_counts_writer *writer) {
    if (!writer) return;
    bon_artefact_abandon(writer->file);
    free_writer(writer);
}

static bon_status flush(struct bon_counts_writer *writer) {
    bon_hash_update(writer->hash, writer->pending.data, writer->pending.len);
    bon_status status = bon_artefact_write(writer->file, writer->pending.data, writer->pending.len);
    writer->pending.len = 0;
    return status;
}

static bon_status put_word(void *context, const char *text, size_t n) {
    struct bon_counts_writer *writer = context;
    BON_TRY(bon_word_record(&writer->pending, &writer->before, text, n));
    writer->before.len = 0;
    BON_TRY(bon_buf_append(&writer->before, text, n));
    writer->head.words++;
    writer->head.text += n;
    return writer->pending.len >= BUFFER ? flush(writer) : BON_OK;
}

static bon_status end_words(struct bon_counts_writer *writer) {
    BON_TRY(flush(writer));
    writer->head.checksum = bon_hash_digest(writer->hash);
    return bon_artefact_begin(writer->file, ROWS);
}

static bon_status begin_run(void *context) {
    struct bon_counts_writer *writer = context;
    if (writer->count == 0) BON_TRY(end_words(writer));
    BON_TRY(bon_grow_array(&writer->runs, &writer->cap, writer->count + 1, sizeof *writer->runs));
    writer->runs[writer->count++] = (struct run){0};
    memset(writer->last, 0, sizeof writer->last);
    bon_hash_reset(writer->hash);
    return BON_OK;
}

static bon_status put_row(void *context, unsigned shared, const uint32_t *items, uint64_t count) {
    struct bon_counts_writer *writer = context;
    struct run *run = &writer->runs[writer->count - 1];
    BON_TRY(bon_buf_reserve(&writer->pending, BON_RUN_RECORD_MAX));
    size_t n = bon_run_record((uint8_t *)writer->pending.data + writer->pending.len, writer->head.order, shared, items,
                              count, writer->last);
    writer->pending.len += n;
    run->bytes += n;
    run->rows++;
    if (bon_row_is_gram(items, writer->head.order))
        writer->head.grams++;
    else
        writer->head.edges++;
    return writer->pending.len >= BUFFER ? flush(writer) : BON_OK;
}

static bon_status end_run(void *context) {
    struct bon_counts_writer *writer = context;
    BON_TRY(flush(writer));
    writer->runs[writer->count - 1].checksum = bon_hash_digest(writer->hash);
    return BON_OK;
}

struct bon_counts_sink bon_counts_writer_sink(struct bon_counts_writer *writer) {
    return (struct bon_counts_sink){put_word, begin_run, put_row, end_run, writer};
}

static bon_status write_end(struct bon_counts_writer *writer, const struct bon_shards *shards) {
    BON_TRY(bon_artefact_add(writer->file, RUNS, writer->runs, writer->count * sizeof *writer->runs));
    BON_TRY(bon_artefact_add(writer->file, HEAD, &writer->head, sizeof writer->head));
    if (bon_shards_whole(shards)) return BON_OK;
    const struct shards_head head = {shards->of, shards->parts ? shards->parts : 1, shards->digest};
    BON_TRY(bon_artefact_add(writer->file, SHARDS, &head, sizeof head));
    return bon_artefact_write(writer->file, shards->index, shards->count * sizeof *shards->index);
}

bon_status bon_counts_writer_publish(struct bon_counts_writer *writer, const struct bon_shards *shards) {
    bon_status status = write_end(writer, shards);
    if (status == BON_OK) {
        status = bon_artefact_publish(writer->file);
        writer->file = NULL;
    }
    bon_counts_writer_abandon(writer);
    return status;
}

bon_status bon_counts_write(const bon_counts *counts, const char *path) {
    struct bon_counts_writer *writer;
    BON_TRY(bon_counts_writer_open(&writer, path, counts->order));
    const struct bon_counts_sink sink = bon_counts_writer_sink(writer);
    bon_status status = bon_counts_give(counts, 1, &sink);
    if (status == BON_OK) return bon_counts_writer_publish(writer, &counts->shards);
    bon_counts_writer_abandon(writer);
    return status;
}

/* ---- opening ---- */

static bon_status refuse(const struct bon_artefact *file, const char *section, const char *reason) {
    return bon_fail(BON_ERR_FORMAT, "%s: section %s: %s", bon_artefact_path(file), section, reason);
}

static bon_status find_span(const struct bon_artefact *file, const char *section, struct bon_counts_span *span) {
    for (size_t i = 0; i < bon_artefact_section_count(file); i++) {
        uint64_t size;
        if (strcmp(bon_artefact_section_at(file, i, &span->begin, &size), section) != 0) continue;
        span->end = span->begin + size;
        return BON_OK;
    }
    return refuse(file, section, "is not there");
}

/* A section small enough to be read at once, checked. */
static bon_status whole_section(const struct bon_artefact *file, const char *section, const void **bytes, size_t *n) {
    BON_TRY(bon_artefact_section(file, section, bytes, n));
    return bon_artefact_verify_section(file, section);
}

/* Numbers that no content of the size could have are refused before memory is asked for. */
static bon_status read_head(const struct bon_artefact *artefact, struct bon_counts_file *file) {
    const void *bytes;
    size_t n;
    struct head head;
    BON_TRY(whole_section(artefact, HEAD, &bytes, &n));
    if (n != sizeof head) return refuse(artefact, HEAD, "its size is not as announced");
    memcpy(&head, bytes, sizeof head);
    if (head.order < 1 || head.order > BON_LM_MAX_ORDER) return refuse(artefact, HEAD, "the order is not 1 to 8");
    BON_TRY(find_span(artefact, WORDS, &file->part.words));
    uint64_t size = file->part.words.end - file->part.words.begin;
    if (head.words > size / 3 || head.text / EXPANSION_MAX > size || head.words > UINT32_MAX - BON_EDGE_WORDS)
        return refuse(artefact, HEAD, "there is no room for so many words");
    file->order = head.order;
    file->text = head.text;
    file->grams = head.grams;
    file->edges = head.edges;
    file->part.word_count = head.words;
    file->part.words.checksum = head.checksum;
    return BON_OK;
}

static bon_status read_runs(const struct bon_artefact *artefact, struct bon_counts_file *file) {
    const void *bytes;
    size_t n;
    struct bon_counts_span rows = {0};
    BON_TRY(whole_section(artefact, RUNS, &bytes, &n));
    BON_TRY(find_span(artefact, ROWS, &rows));
    const struct run *run = bytes;
    size_t count = n / sizeof *run;
    if (n % sizeof *run || count < 1 || count > BON_COUNTS_PARTS_MAX)
        return refuse(artefact, RUNS, "its size is not as announced");
    file->part.runs = bon_alloc_array(count, sizeof *file->part.runs);
    if (!file->part.runs) return BON_ERR_NOMEM;
    uint64_t at = rows.begin, all = 0;
    for (size_t i = 0; i < count; i++) {
        if (run[i].bytes > rows.end - at || run[i].rows > run[i].bytes / 2)
            return refuse(artefact, RUNS, "there is no room for so many rows");
        file->part.runs[i] = (struct bon_counts_span){at, at + run[i].bytes, run[i].checksum};
        at += run[i].bytes;
        all += run[i].rows;
    }
    file->part.run_count = count;
    if (at != rows.end || file->grams > all || file->edges != all - file->grams)
        return refuse(artefact, RUNS, "runs and rows do not add up");
    return BON_OK;
}

static bon_status read_shards(const struct bon_artefact *artefact, struct bon_shards *shards) {
    const void *section;
    size_t bytes;
    struct shards_head head;
    if (!bon_artefact_has(artefact, SHARDS)) return BON_OK;
    BON_TRY(whole_section(artefact, SHARDS, &section, &bytes));
    if (bytes < sizeof head || bytes % sizeof *shards->index)
        return refuse(artefact, SHARDS, "its size is not as announced");
    memcpy(&head, section, sizeof head);
    const uint32_t *cells = (const uint32_t *)((const char *)section + sizeof head);
    size_t n = (bytes - sizeof head) / sizeof *cells;
    if (n < 1 || n >= head.of || head.parts < 1 || head.parts > BON_COUNTS_PARTS_MAX || head.of % head.parts)
        return refuse(artefact, SHARDS, "no parts, or all of them");
    for (size_t i = 0; i < n; i++)
        if (cells[i] >= head.of || (i > 0 && cells[i] <= cells[i - 1]))
            return refuse(artefact, SHARDS, "parts are out of range or not in order");
    BON_TRY(bon_grow_array(&shards->index, &shards->cap, n, sizeof *shards->index));
    memcpy(shards->index, cells, n * sizeof *cells);
    shards->count = n;
    shards->of = head.of;
    shards->parts = head.parts;
    shards->digest = head.digest;
    return BON_OK;
}

static bon_status read_announced(const struct bon_artefact *artefact, struct bon_counts_file *file, const char *path) {
    if (bon_artefact_version(artefact) < BON_COUNTS_FILE_VERSION)
        return bon_fail(BON_ERR_VERSION, "%s: written by an older bon: count again", path);
    BON_TRY(read_head(artefact, file));
    BON_TRY(read_runs(artefact, file));
    BON_TRY(read_shards(artefact, &file->shards));
    file->path = strdup(path);
    if (!file->path) return bon_fail_memory(strlen(path) + 1);
    file->part.name = file->path;
    int fd;
    do fd = open(path, O_RDONLY | O_CLOEXEC);
    while (fd < 0 && errno == EINTR);
    file->part.word_fd = file->part.row_fd = fd;
    return fd >= 0 ? BON_OK : bon_fail_errno(path, "cannot open");
}

bon_status bon_counts_file_open(struct bon_counts_file **out, const char *path) {
    *out = NULL;
    struct bon_artefact *artefact;
    BON_TRY(bon_artefact_open(&artefact, path, KIND, BON_COUNTS_FILE_VERSION, false));
    struct bon_counts_file *file = bon_alloc_zeroed(1, sizeof *file);
    if (file) file->part.word_fd = file->part.row_fd = -1;
    bon_status status = file ? read_announced(artefact, file, path) : BON_ERR_NOMEM;
    bon_artefact_close(artefact);
    if (status != BON_OK)
        bon_counts_file_close(file);
    else
        *out = file;
    return status;
}

void bon_counts_file_close(struct bon_counts_file *file) {
    if (!file) return;
    if (file->part.word_fd >= 0) close(file->part.word_fd);
    free(file->part.runs);
    free(file->path);
    bon_shards_free(&file->shards);
    free(file);
}
