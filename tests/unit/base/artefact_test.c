/* The artefact container: what is written comes back; whatever else is refused with its own message. */
#include "base/artefact.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/artefact_layout.h"
#include "base/buf.h"
#include "base/hash.h"
#include "failmalloc.h"
#include "files.h"

TestSuite(artefact, .fini = files_clear);

enum { VERSION = 3 };

static bon_status write_sample(const char *path) {
    struct bon_artefact_writer *writer;
    bon_status status = bon_artefact_create(&writer, path, "test", VERSION);
    if (status != BON_OK) return status;
    status = bon_artefact_add(writer, "words", "một hai ba", 12);
    if (status == BON_OK) status = bon_artefact_add(writer, "empty", NULL, 0);
    if (status == BON_OK) status = bon_artefact_begin(writer, "in pieces");
    for (int i = 0; i < 100 && status == BON_OK; i++) status = bon_artefact_write(writer, &i, sizeof i);
    if (status == BON_OK) return bon_artefact_publish(writer);
    bon_artefact_abandon(writer);
    return status;
}

/* The sample's bytes, in memory aligned as a mapping is. */
static bon_buf sample(void) {
    const char *path = files_path("sample");
    cr_assert_eq(write_sample(path), BON_OK, "%s", bon_error_message());
    return files_read(path);
}

static bon_status open_bytes(const bon_buf *file, bool verify) {
    struct bon_artefact *artefact;
    bon_status status = bon_artefact_open_memory(&artefact, file->data, file->len, "m", "test", VERSION, verify);
    cr_assert_eq(status == BON_OK, artefact != NULL);
    bon_artefact_close(artefact);
    return status;
}

static void expect_refused(const bon_buf *file, bon_status status, const char *words) {
    cr_assert_eq(open_bytes(file, true), status, "%s: %s", words, bon_error_message());
    cr_assert_not_null(strstr(bon_error_message(), words), "'%s' not in '%s'", words, bon_error_message());
    cr_assert_eq(strncmp(bon_error_message(), "m: ", 3), 0);
}

static struct artefact_header *header_of(bon_buf *file) { return (struct artefact_header *)file->data; }

static struct artefact_trailer *trailer_of(bon_buf *file) {
    return (struct artefact_trailer *)(file->data + file->len - sizeof(struct artefact_trailer));
}

static struct artefact_entry *table_of(bon_buf *file) {
    return (struct artefact_entry *)(file->data + file->len - sizeof(struct artefact_trailer)) -
           trailer_of(file)->sections;
}

/* Makes the checksums agree again, so that the checks behind them are reached. */
static void reseal(bon_buf *file) {
    struct artefact_header *header = header_of(file);
    struct artefact_trailer *trailer = trailer_of(file);
    header->checksum = bon_hash64(header, offsetof(struct artefact_header, checksum));
    trailer->table_checksum = bon_hash64(table_of(file), trailer->sections * sizeof(struct artefact_entry));
    trailer->checksum = bon_hash64(trailer, offsetof(struct artefact_trailer, checksum));
}

/* ---- writing and reading ---- */

Test(artefact, round_trip) {
    const char *path = files_path("a.test");
    cr_assert_eq(write_sample(path), BON_OK);
    cr_assert_eq(files_beside(path), 1);
    struct bon_artefact *artefact;
    cr_assert_eq(bon_artefact_open(&artefact, path, "test", VERSION, true), BON_OK, "%s", bon_error_message());
    cr_assert_eq(bon_artefact_version(artefact), VERSION);
    cr_assert_str_eq(bon_artefact_path(artefact), path);
    cr_assert_eq(bon_artefact_section_count(artefact), 3);
    static const char *const names[] = {"words", "empty", "in pieces"};
    static const size_t sizes[] = {12, 0, 400};
    for (size_t i = 0; i < 3; i++) {
        uint64_t offset, size;
        const void *bytes;
        size_t n;
        cr_assert_str_eq(bon_artefact_section_at(artefact, i, &offset, &size), names[i]);
        cr_assert_eq(offset % BON_ARTEFACT_ALIGN, 0);
        cr_assert_eq(size, sizes[i]);
        cr_assert(bon_artefact_has(artefact, names[i]));
        cr_assert_eq(bon_artefact_section(artefact, names[i], &bytes, &n), BON_OK);
        cr_assert_eq(n, sizes[i]);
        cr_assert_eq((uintptr_t)bytes % BON_ARTEFACT_ALIGN, 0);
        if (i == 2)
            for (int k = 0; k < 100; k++) cr_assert_eq(((const int *)bytes)[k], k);
    }
    const void *bytes;
    size_t n;
    cr_assert_not(bon_artefact_has(artefact, "word"));
    cr_assert_eq(bon_artefact_section(artefact, "word", &bytes, &n), BON_ERR_FORMAT);
    cr_assert_not_null(strstr(bon_error_message(), "has no section 'word'"));
    cr_assert_eq(bon_artefact_verify(artefact), BON_OK);
    bon_artefact_close(artefact);
    bon_artefact_close(NULL);
}

Test(artefact, no_sections_and_the_most) {
    struct bon_artefact_writer *writer;
    struct bon_artefact *artefact;
    const char *path = files_path("a.test");
    cr_assert_eq(bon_artefact_create(&writer, path, "seven77", 0), BON_OK);
    cr_assert_eq(bon_artefact_publish(writer), BON_OK);
    cr_assert_eq(bon_artefact_open(&artefact, path, "seven77", 0, true), BON_OK, "%s", bon_error_message());
    cr_assert_eq(bon_artefact_section_count(artefact), 0);
    bon_artefact_close(artefact);
    cr_assert_eq(bon_artefact_create(&writer, path, "t", UINT32_MAX), BON_OK);
    for (int i = 0; i < BON_ARTEFACT_SECTIONS_MAX; i++) {
        char name[32];
        snprintf(name, sizeof name, "section %d", i);
        cr_assert_eq(bon_artefact_add(writer, name, name, (size_t)i % 16), BON_OK);
    }
    cr_assert_eq(bon_artefact_begin(writer, "one more"), BON_ERR_LIMIT);
    cr_assert_eq(bon_artefact_publish(writer), BON_OK);
    cr_assert_eq(bon_artefact_open(&artefact, path, "t", UINT32_MAX, true), BON_OK, "%s", bon_error_message());
    cr_assert_eq(bon_artefact_section_count(artefact), BON_ARTEFACT_SECTIONS_MAX);
    bon_artefact_close(artefact);
}

Test(artefact, wrong_use_is_an_argument_error) {
    struct bon_artefact_writer *writer;
    const char *path = files_path("a.test");
    cr_assert_eq(bon_artefact_create(&writer, path, "eight888", 1), BON_ERR_ARGUMENT);
    cr_assert_eq(bon_artefact_create(&writer, path, "", 1), BON_ERR_ARGUMENT);
    cr_assert_eq(bon_artefact_create(&writer, path, "test", 1), BON_OK);
    cr_assert_eq(bon_artefact_write(writer, "x", 1), BON_ERR_ARGUMENT);
    cr_assert_eq(bon_artefact_begin(writer, ""), BON_ERR_ARGUMENT);
    cr_assert_eq(bon_artefact_begin(writer, "sixteen bytes 16"), BON_ERR_ARGUMENT);
    cr_assert_eq(bon_artefact_begin(writer, "fifteen bytes 5"), BON_OK);
    cr_assert_eq(bon_artefact_begin(writer, "fifteen bytes 5"), BON_ERR_ARGUMENT);
    bon_artefact_abandon(writer);
    bon_artefact_abandon(NULL);
    cr_assert_not(files_exists(path));
    cr_assert_eq(files_beside(path), 0);
    struct bon_artefact *artefact;
    static _Alignas(8) char bytes[200];
    cr_assert_eq(bon_artefact_open_memory(&artefact, bytes + 1, 100, "m", "test", 1, true), BON_ERR_ARGUMENT);
}

Test(artefact, goes_through_a_pipe) {
    bon_buf direct = sample();
    const char *fifo = files_path("fifo");
    cr_assert_eq(mkfifo(fifo, 0600), 0);
    int reader = open(fifo, O_RDONLY | O_NONBLOCK);
    cr_assert_eq(write_sample(fifo), BON_OK, "%s", bon_error_message());
    char bytes[4096];
    cr_assert_eq(read(reader, bytes, sizeof bytes), (ssize_t)direct.len);
    cr_assert_arr_eq(bytes, direct.data, direct.len);
    bon_buf_free(&direct);
}

Test(artefact, full_disk_leaves_the_old_file) {
    const char *path = files_path("a.test");
    files_write(path, "old", 3);
    cr_assert_eq(write_sample("/dev/full"), BON_ERR_IO);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit = {100, 100};
    setrlimit(RLIMIT_FSIZE, &limit);
    cr_assert_eq(write_sample(path), BON_ERR_IO);
    cr_assert_not_null(strstr(bon_error_message(), "a.test: cannot write: File too large"), "%s", bon_error_message());
    bon_buf found = files_read(path);
    cr_assert_eq(found.len, 3);
    cr_assert_eq(files_beside(path), 1);
    bon_buf_free(&found);
}

/* ---- refusals ---- */

Test(artefact, truncated_at_every_byte) {
    bon_buf file = sample();
    for (size_t n = 1; n < file.len; n++) {
        bon_buf cut = {.data = file.data, .len = n};
        char words[64];
        expect_refused(&cut, BON_ERR_FORMAT, "truncated: ");
        snprintf(words, sizeof words, "at byte %zu; copy or build it again", n);
        expect_refused(&cut, BON_ERR_FORMAT, words);
    }
    bon_buf nothing = {.data = file.data, .len = 0};
    expect_refused(&nothing, BON_ERR_FORMAT, "the file is empty");
    bon_buf_append(&file, "more", 4);
    expect_refused(&file, BON_ERR_FORMAT, "or more was appended");
    bon_buf_free(&file);
}

Test(artefact, every_flipped_bit_is_found) {
    bon_buf file = sample();
    for (size_t i = 0; i < file.len; i++) {
        for (int bit = 0; bit < 8; bit++) {
            file.data[i] ^= (char)(1 << bit);
            bon_status status = open_bytes(&file, true);
            cr_assert(status == BON_ERR_FORMAT || status == BON_ERR_VERSION, "byte %zu bit %d: %d", i, bit, status);
            open_bytes(&file, false); /* may be accepted; must not crash */
            file.data[i] ^= (char)(1 << bit);
        }
    }
    cr_assert_eq(open_bytes(&file, true), BON_OK);
    bon_buf_free(&file);
}

Test(artefact, foreign_files) {
    static const struct {
        const char *bytes, *words;
    } rows[] = {
        {"x", "not a file of bon"},
        {"\x89PNG\r\n\x1a\n................................................................", "not a file of bon"},
        {"\x1f\x8b\x08.....", "compressed by gzip: decompress it first"},
        {"\x28\xb5\x2f\xfd.....", "compressed by zstd: decompress it first"},
        {"\\data\\\nngram 1=3\n", "an ARPA file: turn it into a model first"},
        {"\x89"
         "bon\n\x1a\n.....",
         "line ends were changed"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        _Alignas(8) char bytes[128];
        bon_buf file = {.data = bytes, .len = strlen(rows[i].bytes)};
        memcpy(bytes, rows[i].bytes, file.len);
        expect_refused(&file, BON_ERR_FORMAT, rows[i].words);
    }
    bon_buf file = sample();
    memcpy(header_of(&file)->kind, "bonc\0\0\0", 8);
    reseal(&file);
    expect_refused(&file, BON_ERR_FORMAT, "a file of kind 'bonc' where 'test' is expected");
    bon_buf_free(&file);
}

Test(artefact, newer_files) {
    bon_buf file = sample();
    header_of(&file)->version = VERSION + 1;
    reseal(&file);
    expect_refused(&file, BON_ERR_VERSION,
                   "written by a newer bon: test version 4, this one reads up to 3; update bon");
    header_of(&file)->container = 2; /* whatever a newer header's checksum is */
    expect_refused(&file, BON_ERR_VERSION, "container version 2, this one reads up to 1; update bon");
    bon_buf_free(&file);
}

/* Each row damages one field of a copy and seals it again; the message tells what is wrong. */
Test(artefact, fields_that_lie) {
    static const struct {
        enum { HEADER, ENTRY, TRAILER } where;
        size_t offset;
        uint64_t value; /* written over 8 bytes */
        const char *words;
    } rows[] = {
        {HEADER, offsetof(struct artefact_header, zero), 1, "the header is not well-formed"},
        {HEADER, offsetof(struct artefact_header, kind), UINT64_MAX, "the header is not well-formed"},
        {HEADER, offsetof(struct artefact_header, container), (uint64_t)VERSION << 32, "the header is not well-formed"},
        {TRAILER, offsetof(struct artefact_trailer, file_size), 1, "bytes where 1 were written"},
        {TRAILER, offsetof(struct artefact_trailer, table_offset), 0, "the trailer is not well-formed"},
        {TRAILER, offsetof(struct artefact_trailer, table_offset), UINT64_MAX - 63, "the trailer is not well-formed"},
        {TRAILER, offsetof(struct artefact_trailer, table_offset), 65, "the trailer is not well-formed"},
        {ENTRY, offsetof(struct artefact_entry, name), 0, "a section's name is not well-formed"},
        {ENTRY, offsetof(struct artefact_entry, name) + 8, UINT64_MAX, "a section's name is not well-formed"},
        {ENTRY, offsetof(struct artefact_entry, offset), 65, "a section is not aligned"},
        {ENTRY, offsetof(struct artefact_entry, offset), 0, "sections overlap"},
        {ENTRY, offsetof(struct artefact_entry, size), UINT64_MAX, "a section lies outside of the file"},
        {ENTRY, offsetof(struct artefact_entry, size), 100000, "a section lies outside of the file"},
        {ENTRY, offsetof(struct artefact_entry, size), 65, "sections overlap"},
        {ENTRY, offsetof(struct artefact_entry, offset), UINT64_MAX - 63, "a section lies outside of the file"},
        {ENTRY, offsetof(struct artefact_entry, checksum), 1, "section 'words' at byte 64 does not agree"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bon_buf file = sample();
        char *base[] = {file.data, (char *)table_of(&file), (char *)trailer_of(&file)};
        memcpy(base[rows[i].where] + rows[i].offset, &rows[i].value, 8);
        reseal(&file);
        expect_refused(&file, BON_ERR_FORMAT, rows[i].words);
        bon_buf_free(&file);
    }
}

Test(artefact, more_that_lies) {
    bon_buf file = sample();
    struct artefact_trailer *trailer = trailer_of(&file);
    static const uint32_t counts[] = {0, 2, 4, BON_ARTEFACT_SECTIONS_MAX + 1, UINT32_MAX};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        trailer->sections = counts[i];
        trailer->checksum = bon_hash64(trailer, offsetof(struct artefact_trailer, checksum));
        expect_refused(&file, BON_ERR_FORMAT, "the trailer is not well-formed");
    }
    trailer->sections = 3;
    memcpy(table_of(&file)[1].name, table_of(&file)[0].name, BON_ARTEFACT_NAME);
    reseal(&file);
    expect_refused(&file, BON_ERR_FORMAT, "two sections have one name");
    memset(table_of(&file)[1].name, 0, BON_ARTEFACT_NAME);
    table_of(&file)[1].name[0] = 'x';
    file.data[64 + 13] = 1; /* behind the first section */
    reseal(&file);
    expect_refused(&file, BON_ERR_FORMAT, "corrupt at byte 76: the padding between sections is not zero");
    cr_assert_eq(open_bytes(&file, false), BON_OK, "padding is looked at by verify only");
    bon_buf_free(&file);
}

Test(artefact, what_cannot_be_mapped) {
    struct bon_artefact *artefact;
    cr_assert_eq(bon_artefact_open(&artefact, files_path("missing"), "test", 1, true), BON_ERR_IO);
    cr_assert_not_null(strstr(bon_error_message(), "missing: cannot open: No such file"), "%s", bon_error_message());
    cr_assert_eq(bon_artefact_open(&artefact, "/", "test", 1, true), BON_ERR_IO);
    cr_assert_eq(bon_artefact_open(&artefact, "/dev/null", "test", 1, true), BON_ERR_IO);
    cr_assert_not_null(strstr(bon_error_message(), "is not a regular file"), "%s", bon_error_message());
    const char *path = files_path("empty");
    files_write(path, NULL, 0);
    cr_assert_eq(bon_artefact_open(&artefact, path, "test", 1, true), BON_ERR_FORMAT);
    cr_assert_not_null(strstr(bon_error_message(), "the file is empty"), "%s", bon_error_message());
    cr_assert_null(artefact);
}

static bon_status write_and_open(void *arg) {
    struct bon_artefact *artefact;
    bon_status status = write_sample(arg);
    if (status == BON_OK) status = bon_artefact_open(&artefact, arg, "test", VERSION, true);
    if (status == BON_OK) bon_artefact_close(artefact);
    return status;
}

Test(artefact, allocation_failures) {
    const char *path = files_path("a.test");
    failmalloc_check(write_and_open, (void *)path);
    cr_assert_eq(files_beside(path), 1, "no temporary file is left");
}
