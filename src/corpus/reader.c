/* src/corpus/reader.c: see reader.h. */
#include "corpus/reader.h"

#include <stdlib.h>

enum { BLOCK = 256 << 10 };

struct bon_reader {
    struct bon_in *in;
    struct bon_progress *progress;
    uint64_t progress_before, offset, line;
    size_t at, len; /* of block */
    bool end;
    char block[BLOCK];
};

bon_status bon_reader_open(struct bon_reader **out, const char *path, struct bon_progress *progress) {
    *out = NULL;
    struct bon_reader *reader = malloc(sizeof *reader);
    if (!reader) return bon_fail_memory(sizeof *reader);
    memset(reader, 0, offsetof(struct bon_reader, block));
    bon_status status = bon_in_open(&reader->in, path);
    if (status != BON_OK) {
        free(reader);
        return status;
    }
    reader->progress = progress;
    if (progress) {
        reader->progress_before = progress->done;
        progress->total += bon_in_raw_size(reader->in);
    }
    *out = reader;
    return BON_OK;
}

void bon_reader_close(struct bon_reader *reader) {
    if (!reader) return;
    bon_in_close(reader->in);
    free(reader);
}

const char *bon_reader_name(const struct bon_reader *reader) { return bon_in_name(reader->in); }
uint64_t bon_reader_offset(const struct bon_reader *reader) { return reader->offset; }
uint64_t bon_reader_line(const struct bon_reader *reader) { return reader->line; }

/* Makes bytes available, unless the input ends. */
static bon_status fill(struct bon_reader *reader) {
    if (reader->at < reader->len || reader->end) return BON_OK;
    reader->at = reader->len = 0;
    BON_TRY(bon_in_read(reader->in, reader->block, BLOCK, &reader->len));
    reader->end = reader->len == 0;
    if (reader->progress) {
        reader->progress->done = reader->progress_before + bon_in_raw_read(reader->in);
        if (reader->progress->tick) reader->progress->tick(reader->progress);
    }
    return BON_OK;
}

static void pass(struct bon_reader *reader, size_t n) {
    reader->at += n;
    reader->offset += n;
}

bon_status bon_reader_get_line(struct bon_reader *reader, size_t most, bon_buf *line, bool *end) {
    size_t start = line->len;
    const char *newline = NULL;
    BON_TRY(fill(reader));
    *end = reader->end;
    while (!newline && !reader->end) {
        const char *from = reader->block + reader->at;
        newline = memchr(from, '\n', reader->len - reader->at);
        size_t n = newline ? (size_t)(newline - from) : reader->len - reader->at;
        if (line->len - start + n > most)
            return bon_fail(BON_ERR_LIMIT, "%s: a line of more than %zu bytes at byte %llu", bon_reader_name(reader),
                            most, (unsigned long long)reader->offset);
        BON_TRY(bon_buf_append(line, from, n));
        pass(reader, n + (newline != NULL));
        if (!newline) BON_TRY(fill(reader));
    }
    if (newline && line->len > start && line->data[line->len - 1] == '\r') line->len--;
    reader->line += !*end;
    return BON_OK;
}

bon_status bon_reader_get_bytes(struct bon_reader *reader, uint64_t n, bon_buf *out, uint64_t *got) {
    for (*got = 0; *got < n;) {
        BON_TRY(fill(reader));
        if (reader->end) break;
        size_t part = reader->len - reader->at;
        if (part > n - *got) part = (size_t)(n - *got);
        if (out) BON_TRY(bon_buf_append(out, reader->block + reader->at, part));
        pass(reader, part);
        *got += part;
    }
    return BON_OK;
}

/* Whether the next bytes are the word; it may be longer than what is left of the block. */
static bon_status begins(struct bon_reader *reader, const char *word, bool *does) {
    size_t n = strlen(word);
    if (reader->len - reader->at < n && !reader->end) {
        size_t got = 1;
        memmove(reader->block, reader->block + reader->at, reader->len - reader->at);
        reader->len -= reader->at;
        reader->at = 0;
        while (reader->len < n && got > 0) {
            BON_TRY(bon_in_read(reader->in, reader->block + reader->len, BLOCK - reader->len, &got));
            reader->len += got;
        }
    }
    *does = reader->len - reader->at >= n && memcmp(reader->block + reader->at, word, n) == 0;
    return BON_OK;
}

bon_status bon_reader_find_line(struct bon_reader *reader, const char *word, bool *end) {
    for (;;) {
        bool found;
        BON_TRY(fill(reader));
        *end = reader->end;
        if (reader->end) return BON_OK;
        BON_TRY(begins(reader, word, &found));
        if (found) return BON_OK;
        const char *from = reader->block + reader->at, *newline = memchr(from, '\n', reader->len - reader->at);
        while (!newline && !reader->end) {
            pass(reader, reader->len - reader->at);
            BON_TRY(fill(reader));
            from = reader->block + reader->at;
            newline = memchr(from, '\n', reader->len - reader->at);
        }
        if (newline) pass(reader, (size_t)(newline - from) + 1);
    }
}
