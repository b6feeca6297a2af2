/* src/lm/safetensors_read.c: reads safetensors. The header is a small part of JSON (objects of strings, arrays of numbers), so
 * it is read by hand: nothing in it is believed before it is checked. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "lm/narrow.h"
#include "lm/safetensors.h"

enum { RANK_MAX = 8 };

struct entry {
    char name[BON_ST_NAME];
    enum bon_st_type type;
    uint64_t shape[RANK_MAX];
    unsigned rank;
    uint64_t begin, end; /* within the values */
};

struct pair {
    char key[32], text[256];
};

struct bon_st_file {
    char *path;
    unsigned char *bytes;
    size_t size, values_at; /* of the file; where values begin */
    struct entry *entries;
    size_t count, cap;
    struct pair texts[BON_ST_TEXTS_MAX];
    size_t text_count;
};

/* ---- the header, byte by byte ---- */

struct cursor {
    const struct bon_st_file *file;
    const unsigned char *at, *end;
};

static bon_status bad(const struct cursor *c, const char *reason) {
    return bon_fail(BON_ERR_FORMAT, "%s: offset %zu: not safetensors: %s", c->file->path,
                    (size_t)(c->at - c->file->bytes), reason);
}

static void skip_blanks(struct cursor *c) {
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\n' || *c->at == '\r' || *c->at == '\t')) c->at++;
}

static bool accept(struct cursor *c, char byte) {
    skip_blanks(c);
    if (c->at == c->end || *c->at != (unsigned char)byte) return false;
    c->at++;
    return true;
}

static bon_status expect(struct cursor *c, char byte) {
    const char reason[] = {'e', 'x', 'p', 'e', 'c', 't', 'e', 'd', ' ', byte, 0};
    return accept(c, byte) ? BON_OK : bad(c, reason);
}

/* A string without escapes: names and numbers need none. */
static bon_status read_string(struct cursor *c, char *to, size_t cap) {
    size_t n = 0;
    BON_TRY(expect(c, '"'));
    while (c->at < c->end && *c->at != '"') {
        if (*c->at == '\\' || *c->at < 0x20) return bad(c, "a string with an escape");
        if (n + 1 == cap) return bad(c, "a string is too long");
        to[n++] = (char)*c->at++;
    }
    to[n] = 0;
    return expect(c, '"');
}

static bon_status read_number(struct cursor *c, uint64_t *number) {
    skip_blanks(c);
    if (c->at == c->end || *c->at < '0' || *c->at > '9') return bad(c, "expected a number");
    for (*number = 0; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++) {
        if (*number > (UINT64_MAX >> 8)) return bad(c, "a number is too large");
        *number = *number * 10 + (*c->at - '0');
    }
    return BON_OK;
}

static bon_status read_numbers(struct cursor *c, uint64_t *numbers, unsigned cap, unsigned *count) {
    *count = 0;
    BON_TRY(expect(c, '['));
    if (accept(c, ']')) return BON_OK;
    do {
        if (*count == cap) return bad(c, "an array is too long");
        BON_TRY(read_number(c, &numbers[(*count)++]));
    } while (accept(c, ','));
    return expect(c, ']');
}

static bon_status read_member(struct cursor *c, struct entry *entry, unsigned *seen) {
    char key[16], dtype[16];
    uint64_t offsets[2];
    unsigned count;
    BON_TRY(read_string(c, key, sizeof key));
    BON_TRY(expect(c, ':'));
    if (strcmp(key, "dtype") == 0) {
        BON_TRY(read_string(c, dtype, sizeof dtype));
        entry->type = 0;
        while (entry->type < BON_ST_OTHER && strcmp(bon_st_types[entry->type].name, dtype) != 0) entry->type++;
        *seen |= 1;
        return BON_OK;
    }
    if (strcmp(key, "shape") == 0) {
        *seen |= 2;
        return read_numbers(c, entry->shape, RANK_MAX, &entry->rank);
    }
    if (strcmp(key, "data_offsets") != 0) return bad(c, "a member that is not dtype, shape or data_offsets");
    BON_TRY(read_numbers(c, offsets, 2, &count));
    if (count != 2) return bad(c, "data_offsets has two numbers");
    entry->begin = offsets[0], entry->end = offsets[1];
    *seen |= 4;
    return BON_OK;
}

static bon_status check_entry(const struct cursor *c, const struct entry *entry) {
    const uint64_t room = c->file->size - c->file->values_at;
    if (entry->begin > entry->end || entry->end > room) return bad(c, "a tensor lies outside the file");
    if (entry->type == BON_ST_OTHER) return BON_OK; /* an error only when it is asked for */
    uint64_t bytes = bon_st_types[entry->type].bytes;
    for (unsigned i = 0; i < entry->rank; i++) {
        if (entry->shape[i] && bytes > room / entry->shape[i]) return bad(c, "a shape is larger than the file");
        bytes *= entry->shape[i];
    }
    return bytes == entry->end - entry->begin ? BON_OK : bad(c, "a shape does not fit the tensor's bytes");
}

static bon_status read_entry(struct cursor *c, struct bon_st_file *file, const char *name) {
    BON_TRY(bon_grow_array(&file->entries, &file->cap, file->count + 1, sizeof *file->entries));
    struct entry *entry = &file->entries[file->count];
    unsigned seen = 0;
    *entry = (struct entry){0};
    memcpy(entry->name, name, BON_ST_NAME);
    BON_TRY(expect(c, '{'));
    do BON_TRY(read_member(c, entry, &seen));
    while (accept(c, ','));
    BON_TRY(expect(c, '}'));
    if (seen != 7) return bad(c, "a tensor without dtype, shape or data_offsets");
    BON_TRY(check_entry(c, entry));
    file->count++;
    return BON_OK;
}

static bon_status read_texts(struct cursor *c, struct bon_st_file *file) {
    BON_TRY(expect(c, '{'));
    if (accept(c, '}')) return BON_OK;
    do {
        if (file->text_count == BON_ST_TEXTS_MAX) return bad(c, "__metadata__ is too long");
        struct pair *pair = &file->texts[file->text_count++];
        BON_TRY(read_string(c, pair->key, sizeof pair->key));
        BON_TRY(expect(c, ':'));
        BON_TRY(read_string(c, pair->text, sizeof pair->text));
    } while (accept(c, ','));
    return expect(c, '}');
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static int by_place(const void *a, const void *b) {
    const struct entry *x = a, *y = b;
    if (x->begin != y->begin) return x->begin < y->begin ? -1 : 1;
    return x->end < y->end ? -1 : x->end > y->end;
}

/* No holes, nothing twice; leaves the entries sorted by name. */
static bon_status check_whole(const struct cursor *c, struct bon_st_file *file) {
    uint64_t at = 0;
    qsort(file->entries, file->count, sizeof *file->entries, by_place);
    for (size_t i = 0; i < file->count; at = file->entries[i++].end)
        if (file->entries[i].begin != at) return bad(c, "tensors overlap or leave a hole");
    if (at != file->size - file->values_at) return bad(c, "bytes behind the last tensor");
    qsort(file->entries, file->count, sizeof *file->entries, by_name);
    for (size_t i = 1; i < file->count; i++)
        if (by_name(&file->entries[i - 1], &file->entries[i]) == 0) return bad(c, "two tensors have one name");
    return BON_OK;
}

static bon_status read_header(struct bon_st_file *file) {
    char name[BON_ST_NAME] = {0};
    uint64_t length = 0;
    struct cursor c = {file, file->bytes, file->bytes};
    if (file->size < 8) return bad(&c, "shorter than eight bytes");
    for (unsigned i = 8; i-- > 0;) length = length << 8 | file->bytes[i];
    if (length > BON_ST_HEADER_MAX || length > file->size - 8)
        return bad(&c, "the header does not end within the file");
    file->values_at = 8 + (size_t)length;
    c.at += 8, c.end += file->values_at;
    BON_TRY(expect(&c, '{'));
    if (!accept(&c, '}')) {
        do {
            memset(name, 0, sizeof name);
            BON_TRY(read_string(&c, name, sizeof name));
            BON_TRY(expect(&c, ':'));
            BON_TRY(strcmp(name, "__metadata__") == 0 ? read_texts(&c, file) : read_entry(&c, file, name));
        } while (accept(&c, ','));
        BON_TRY(expect(&c, '}'));
    }
    skip_blanks(&c);
    if (c.at != c.end) return bad(&c, "something behind the header");
    return file->count ? check_whole(&c, file) : bad(&c, "no tensors");
}

/* ---- the file ---- */

static bon_status map(struct bon_st_file *file) {
    struct stat info;
    bon_status status = BON_OK;
    int fd = open(file->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return bon_fail_errno(file->path, "open");
    if (fstat(fd, &info) != 0) {
        status = bon_fail_errno(file->path, "read");
    } else if (!S_ISREG(info.st_mode) || info.st_size == 0) {
        status = bon_fail(BON_ERR_FORMAT, "%s: not safetensors: %s", file->path,
                          S_ISREG(info.st_mode) ? "the file is empty" : "not a regular file");
    } else {
        file->size = (size_t)info.st_size;
        void *bytes = mmap(NULL, file->size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (bytes == MAP_FAILED)
            status = bon_fail_errno(file->path, "map");
        else
            file->bytes = bytes;
    }
    close(fd);
    return status;
}

bon_status bon_st_open(struct bon_st_file **out, const char *path) {
    struct bon_st_file *file = bon_alloc_zeroed(1, sizeof *file);
    if (!file) return BON_ERR_NOMEM;
    bon_status status = (file->path = strdup(path)) ? map(file) : bon_fail_memory(strlen(path) + 1);
    if (status == BON_OK) status = read_header(file);
    if (status != BON_OK) {
        bon_st_close(file);
        return status;
    }
    *out = file;
    return BON_OK;
}

void bon_st_close(struct bon_st_file *file) {
    if (!file) return;
    if (file->bytes) munmap(file->bytes, file->size);
    free(file->path);
    free(file->entries);
    free(file);
}

size_t bon_st_count(const struct bon_st_file *file) { return file->count; }

size_t bon_st_bytes(const struct bon_st_file *file) { return file->size - file->values_at; }

const char *bon_st_text(const struct bon_st_file *file, const char *key) {
    for (size_t i = 0; i < file->text_count; i++)
        if (strcmp(file->texts[i].key, key) == 0) return file->texts[i].text;
    return NULL;
}

static double value_at(const unsigned char *bytes, enum bon_st_type type) {
    const uint16_t narrow = type == BON_ST_I8 ? 0 : (uint16_t)(bytes[0] | bytes[1] << 8);
    double wide;
    uint32_t bits;
    switch (type) {
    case BON_ST_F64: memcpy(&wide, bytes, sizeof wide); return wide;
    case BON_ST_F16: return (double)bon_from_f16(narrow);
    case BON_ST_BF16: return (double)bon_from_bf16(narrow);
    case BON_ST_I8: return (double)(bytes[0] < 128 ? bytes[0] : bytes[0] - 256);
    default: memcpy(&bits, bytes, sizeof bits); return (double)bon_of_bits(bits);
    }
}

bon_status bon_st_read(const struct bon_st_file *file, const struct bon_st_item *item, double *values) {
    struct entry key = {0};
    memcpy(key.name, item->name, BON_ST_NAME);
    const struct entry *entry = bsearch(&key, file->entries, file->count, sizeof key, by_name);
    if (!entry)
        return bon_fail(BON_ERR_FORMAT, "%s: there is no tensor %s: another architecture", file->path, item->name);
    const bool fits = item->is_vector
                          ? entry->rank == 1 && entry->shape[0] == item->cols
                          : entry->rank == 2 && entry->shape[0] == item->rows && entry->shape[1] == item->cols;
    if (!fits)
        return bon_fail(BON_ERR_FORMAT, "%s: tensor %s is not %zu x %zu: another size of model or vocabulary",
                        file->path, item->name, item->rows, item->cols);
    if (entry->type == BON_ST_OTHER)
        return bon_fail(BON_ERR_FORMAT, "%s: tensor %s has a type other than F32, F64, F16, BF16 and I8", file->path,
                        item->name);
    const unsigned char *bytes = file->bytes + file->values_at + entry->begin;
    for (size_t i = 0; i < item->rows * item->cols; i++)
        values[i] = value_at(bytes + i * bon_st_types[entry->type].bytes, entry->type);
    return BON_OK;
}
