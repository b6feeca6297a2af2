/* src/base/chunks.c: the reading end of the pipeline. Bytes are read into the chunk's own buffer until a cut can be made;
 * what lies behind the cut is carried over to the next chunk. */
#include "base/chunks.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/progress.h"

enum { NO_CUT = 0 };

/* ---- files ---- */

/* NULL: the whole file. */
static const struct bon_range *range_of(const struct bon_chunk_reader *reader, size_t path) {
    const struct bon_range *range = reader->ranges ? &reader->ranges[path] : NULL;
    return range && range->end != UINT64_MAX ? range : NULL;
}

static const char *name_of(const struct bon_chunk_reader *reader) {
    if (!reader->path_count) return "standard input";
    const struct bon_range *range = range_of(reader, reader->next_path);
    return range && range->name ? range->name : reader->paths[reader->next_path];
}

void bon_chunk_total(const struct bon_chunk_reader *reader) {
    uint64_t total = 0;
    size_t files = reader->path_count ? reader->path_count : 1;
    for (size_t i = 0; i < files; i++) {
        struct stat about;
        bool standard = !reader->path_count || strcmp(reader->paths[i], "-") == 0;
        int failed = standard ? fstat(STDIN_FILENO, &about) : stat(reader->paths[i], &about);
        if (failed || !S_ISREG(about.st_mode)) return;
        const struct bon_range *range = range_of(reader, i);
        total += range ? range->end - range->begin : (uint64_t)about.st_size;
    }
    if (reader->progress) atomic_store(&reader->progress->total, total);
}

static bon_status open_next(struct bon_chunk_reader *reader) {
    BON_TRY(bon_in_open(&reader->in, reader->path_count ? reader->paths[reader->next_path] : NULL));
    bon_in_on_wait(reader->in, reader->cancelled, reader->cancelled_context);
    reader->at_end = reader->inside = false;
    reader->pending = BON_OK;
    const struct bon_range *range = range_of(reader, reader->next_path);
    reader->offset = range ? range->begin : 0;
    reader->line = 1;
    return range ? bon_in_range(reader->in, range->begin, range->end) : BON_OK;
}

static void close_current(struct bon_chunk_reader *reader) {
    if (!reader->in) return;
    reader->raw_before += bon_in_raw_read(reader->in);
    bon_in_close(reader->in);
    reader->in = NULL;
    reader->next_path++;
}

void bon_chunk_reader_close(struct bon_chunk_reader *reader) {
    bon_in_close(reader->in);
    reader->in = NULL;
    bon_buf_free(&reader->carry);
}

/* Reads until input holds `want` bytes or the file ends. A failure counts as its end, and is told later. Stops early when
 * the input waits and there is a whole line to go on with. */
static bon_status fill(struct bon_chunk_reader *reader, bon_buf *input, size_t want) {
    if (input->len < want) BON_TRY(bon_buf_reserve(input, want - input->len));
    reader->idle = false;
    while (input->len < want && !reader->at_end) {
        if (bon_in_would_wait(reader->in) && memrchr(input->data, '\n', input->len)) {
            reader->idle = true;
            break;
        }
        size_t got;
        reader->pending = bon_in_read(reader->in, input->data + input->len, want - input->len, &got);
        input->len += got;
        reader->at_end = got == 0;
        if (reader->pending != BON_OK) snprintf(reader->message, sizeof reader->message, "%s", bon_error_message());
    }
    return BON_OK;
}

/* ---- cuts ---- */

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

static bool is_blank(char byte) { return byte == ' ' || byte == '\t'; }

/* Where a window of n bytes without a newline is cut: behind its last blank, else where a character ends. bytes[n] is there
 * too. */
static size_t cut_window(const char *bytes, size_t n, bool *at_blank) {
    for (size_t i = n; i > 0; i--) {
        if (!is_blank(bytes[i - 1])) continue;
        *at_blank = true;
        return i;
    }
    *at_blank = false;
    if (bytes[n - 1] == '\r' && bytes[n] == '\n') return n - 1;
    for (size_t back = 0; back <= 3; back++) /* a character has at most three bytes 10xxxxxx (RFC 3629) */
        if (((uint8_t)bytes[n - back] & 0xc0) != 0x80) return n - back;
    return n; /* not UTF-8 */
}

/* Finds where the chunk that begins input ends, or NO_CUT when more bytes are needed first. */
static size_t find_cut(const struct bon_chunk_reader *reader, const bon_buf *input, bool *inside, bool *at_blank) {
    size_t seen = reader->whole_lines ? input->len : smaller(input->len, BON_WINDOW);
    /* The rest of a long line is a chunk of its own; else as many whole lines as there are. */
    const char *newline = reader->inside ? memchr(input->data, '\n', seen) : memrchr(input->data, '\n', seen);
    *inside = *at_blank = false;
    if (newline) return (size_t)(newline - input->data) + 1;
    if (input->len > BON_WINDOW && !reader->whole_lines) {
        *inside = true;
        return cut_window(input->data, BON_WINDOW, at_blank);
    }
    return reader->at_end ? input->len : NO_CUT;
}

static bon_status fail_line(const struct bon_chunk_reader *reader) {
    return bon_fail(BON_ERR_LIMIT, "%s:%llu: the line at offset %llu is longer than %d bytes", name_of(reader),
                    (unsigned long long)reader->line, (unsigned long long)reader->offset, BON_LINE_MAX);
}

/* Gathers bytes until a cut can be made; 0 only at the end of the file. */
static bon_status gather(struct bon_chunk_reader *reader, bon_buf *input, size_t *cut, bool *inside, bool *at_blank) {
    size_t want = reader->inside ? BON_WINDOW + 1 : reader->target;
    for (;;) {
        BON_TRY(fill(reader, input, want));
        *cut = input->len ? find_cut(reader, input, inside, at_blank) : NO_CUT;
        if (*cut != NO_CUT || reader->at_end) return BON_OK;
        if (want > BON_LINE_MAX) return fail_line(reader);
        bool window = !reader->whole_lines && want > BON_WINDOW / 2;
        want = window ? BON_WINDOW + 1 : smaller(want * 2, (size_t)BON_LINE_MAX + 1);
    }
}

/* Counted in bytes, which vectors hold many of, as long as a byte can hold the count. */
static uint64_t count_lines(const char *bytes, size_t n) {
    uint64_t lines = 0;
    while (n > 0) {
        size_t part = smaller(n, UINT8_MAX);
        uint8_t count = 0;
        for (size_t i = 0; i < part; i++) count = (uint8_t)(count + (bytes[i] == '\n'));
        lines += count;
        bytes += part;
        n -= part;
    }
    return lines;
}

/* ---- chunks ---- */

static bon_status describe(struct bon_chunk_reader *reader, bon_buf *input, size_t cut, bool inside, bool at_blank,
                           struct bon_chunk *chunk) {
    *chunk = (struct bon_chunk){.data = input->data,
                                .len = cut,
                                .name = name_of(reader),
                                .file = (unsigned)reader->next_path,
                                .offset = reader->offset,
                                .line = reader->line,
                                .serial = reader->serial++,
                                .begins_inside = reader->inside,
                                .ends_inside = inside,
                                .begins_token = !reader->inside || reader->at_blank};
    if (strcmp(chunk->name, "-") == 0) chunk->name = "standard input";
    reader->offset += cut;
    reader->line += count_lines(input->data, cut);
    reader->inside = inside;
    reader->at_blank = at_blank;
    reader->carry.len = 0;
    BON_TRY(bon_buf_append(&reader->carry, input->data + cut, input->len - cut));
    input->len = cut;
    if (reader->progress) atomic_store(&reader->progress->done, reader->raw_before + bon_in_raw_read(reader->in));
    return BON_OK;
}

bon_status bon_chunk_next(struct bon_chunk_reader *reader, bon_buf *input, struct bon_chunk *chunk, bool *end) {
    size_t files = reader->path_count ? reader->path_count : 1;
    *end = false;
    while (reader->next_path < files) {
        if (reader->cancelled && reader->cancelled(reader->cancelled_context))
            return bon_fail(BON_ERR_INTERRUPTED, "interrupted");
        if (!reader->in) BON_TRY(open_next(reader));
        bool inside, at_blank;
        size_t cut;
        input->len = 0;
        BON_TRY(bon_buf_append(input, reader->carry.data, reader->carry.len));
        reader->carry.len = 0;
        BON_TRY(gather(reader, input, &cut, &inside, &at_blank));
        if (cut != NO_CUT) return describe(reader, input, cut, inside, at_blank, chunk);
        if (reader->pending != BON_OK) return bon_fail(reader->pending, "%s", reader->message);
        close_current(reader);
    }
    *end = true;
    return BON_OK;
}
