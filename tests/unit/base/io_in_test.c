/* Input streams: formats told by magic bytes, frames in a row, and every way in which a compressed file can be bad. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/io.h"
#include "failmalloc.h"
#include "files.h"

/* ---- material, compressed by the libraries themselves ---- */

static bon_buf sample(size_t n, uint64_t seed) {
    static const char *const words[] = {"tiếng ", "Việt ", "có ", "dấu\n", "và ", "thanh ", "\r\n", "123 "};
    bon_buf buf = {0};
    while (buf.len < n) {
        const char *word = words[files_random(&seed) % 8];
        cr_assert_eq(bon_buf_append(&buf, word, strlen(word)), BON_OK);
    }
    buf.len = n;
    return buf;
}

static void add_gzip(bon_buf *to, const void *bytes, size_t n) {
    z_stream stream = {.next_in = (Bytef *)bytes, .avail_in = (uInt)n};
    cr_assert_eq(deflateInit2(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t bound = deflateBound(&stream, n) + 64;
    cr_assert_eq(bon_buf_reserve(to, bound), BON_OK);
    stream.next_out = (Bytef *)to->data + to->len;
    stream.avail_out = (uInt)bound;
    cr_assert_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
    to->len += bound - stream.avail_out;
    deflateEnd(&stream);
}

static void add_zstd(bon_buf *to, const void *bytes, size_t n, int window_log) {
    ZSTD_CCtx *context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    if (window_log) ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
    size_t bound = ZSTD_compressBound(n) + 64;
    cr_assert_eq(bon_buf_reserve(to, bound), BON_OK);
    /* As a stream: the size stays unknown, so the frame carries the window it asks for. */
    ZSTD_inBuffer in = {bytes, n, 0};
    ZSTD_outBuffer out = {to->data + to->len, bound, 0};
    while (in.pos < in.size) cr_assert(!ZSTD_isError(ZSTD_compressStream2(context, &out, &in, ZSTD_e_continue)));
    cr_assert_eq(ZSTD_compressStream2(context, &out, &in, ZSTD_e_end), 0);
    to->len += out.pos;
    ZSTD_freeCCtx(context);
}

static void add_skippable(bon_buf *to) { bon_buf_append(to, "\x53\x2a\x4d\x18\x05\0\0\0hello", 13); }

/* ---- reading ---- */

/* Reads a whole path in pieces of `piece` bytes. */
static bon_status read_all(const char *path, size_t piece, bon_buf *all) {
    struct bon_in *in;
    size_t got = 1;
    *all = (bon_buf){0};
    bon_status status = bon_in_open(&in, path);
    if (status != BON_OK) return status;
    while (status == BON_OK && got > 0) {
        status = bon_buf_reserve(all, piece);
        if (status != BON_OK) break;
        status = bon_in_read(in, all->data + all->len, piece, &got);
        all->len += got;
    }
    if (status == BON_ERR_DATA) { /* told again, and no bytes with it */
        char byte;
        cr_assert_eq(bon_in_read(in, &byte, 1, &got), BON_ERR_DATA);
        cr_assert_eq(got, 0);
    }
    bon_in_close(in);
    return status;
}

static void expect(const bon_buf *file, const bon_buf *text) {
    static const size_t pieces[] = {1, 7, 4096, 100000, 1 << 20};
    const char *path = files_path("in");
    files_write(path, file->data, file->len);
    for (size_t i = text->len > 100000 ? 2 : 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        bon_buf all;
        cr_assert_eq(read_all(path, pieces[i], &all), BON_OK, "%s", bon_error_message());
        cr_assert_eq(all.len, text->len);
        if (text->len) cr_assert_arr_eq(all.data, text->data, text->len);
        bon_buf_free(&all);
    }
}

/* The file fails with a message that holds `words`, after giving `bytes` decoded bytes at most. */
static void expect_failure(const bon_buf *file, const char *words, const bon_buf *text) {
    bon_buf all;
    const char *path = files_path("bad");
    files_write(path, file->data, file->len);
    cr_assert_eq(read_all(path, 1000, &all), BON_ERR_DATA);
    cr_assert_not_null(strstr(bon_error_message(), words), "%s", bon_error_message());
    cr_assert_not_null(strstr(bon_error_message(), "bad: "), "%s", bon_error_message());
    cr_assert_leq(all.len, text->len);
    if (all.len) cr_assert_arr_eq(all.data, text->data, all.len);
    bon_buf_free(&all);
}

TestSuite(io_in, .fini = files_clear);

Test(io_in, plain) {
    static const size_t sizes[] = {0, 1, 2, 3, 4, 5, 131072, 131073, 1000000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        bon_buf text = sample(sizes[i], i);
        expect(&text, &text);
        bon_buf_free(&text);
    }
}

Test(io_in, short_files_that_begin_like_a_magic_are_plain) {
    static const char *const texts[] = {"\x1f", "\x28", "\x28\xb5", "\x28\xb5\x2f", "P", "P*", "P*M", "(", "(xin)"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        bon_buf text = {.data = (char *)texts[i], .len = strlen(texts[i])};
        expect(&text, &text);
    }
}

Test(io_in, frames_in_a_row) {
    bon_buf text = sample(300000, 1), gzip = {0}, zstd = {0};
    add_gzip(&gzip, text.data, 1000);
    add_gzip(&gzip, NULL, 0);
    add_gzip(&gzip, text.data + 1000, text.len - 1000);
    expect(&gzip, &text);
    add_skippable(&zstd);
    add_zstd(&zstd, text.data, 1000, 0);
    add_skippable(&zstd);
    add_zstd(&zstd, NULL, 0, 0);
    add_zstd(&zstd, text.data + 1000, text.len - 1000, 27);
    add_skippable(&zstd);
    expect(&zstd, &text);
    bon_buf_free(&text);
    bon_buf_free(&gzip);
    bon_buf_free(&zstd);
}

Test(io_in, empty_frames) {
    bon_buf gzip = {0}, zstd = {0}, skippable = {0}, empty = {0};
    add_gzip(&gzip, NULL, 0);
    add_zstd(&zstd, NULL, 0, 0);
    add_skippable(&skippable);
    expect(&gzip, &empty);
    expect(&zstd, &empty);
    expect(&skippable, &empty);
    bon_buf_free(&gzip);
    bon_buf_free(&zstd);
    bon_buf_free(&skippable);
}

Test(io_in, truncated_at_every_byte) {
    bon_buf text = sample(3000, 2), file[2] = {{0}, {0}};
    add_gzip(&file[0], text.data, text.len);
    add_zstd(&file[1], text.data, text.len, 0);
    for (int i = 0; i < 2; i++) {
        for (size_t n = 4; n < file[i].len; n++) {
            bon_buf cut = {.data = file[i].data, .len = n};
            char words[128];
            snprintf(words, sizeof words, "at compressed byte %zu: the file ends too early (truncated)", n);
            expect_failure(&cut, words, &text);
        }
        bon_buf_free(&file[i]);
    }
    bon_buf_free(&text);
}

Test(io_in, corrupt_bytes_are_found_or_harmless) {
    bon_buf text = sample(3000, 3), file[2] = {{0}, {0}}, all;
    add_gzip(&file[0], text.data, text.len);
    add_zstd(&file[1], text.data, text.len, 0);
    const char *path = files_path("flipped");
    for (int i = 0; i < 2; i++) {
        size_t refused = 0;
        for (size_t at = 4; at < file[i].len; at++) {
            file[i].data[at] ^= 0x10;
            files_write(path, file[i].data, file[i].len);
            bon_status status = read_all(path, 4096, &all);
            if (status == BON_OK) /* gzip's header has bytes that mean nothing for the text */
                cr_assert(all.len == text.len && memcmp(all.data, text.data, all.len) == 0);
            else
                cr_assert_eq(status, BON_ERR_DATA);
            refused += status != BON_OK;
            bon_buf_free(&all);
            file[i].data[at] ^= 0x10;
        }
        cr_assert_gt(refused, file[i].len - 16);
        bon_buf_free(&file[i]);
    }
    bon_buf_free(&text);
}

Test(io_in, garbage_after_a_frame) {
    bon_buf text = sample(200000, 4), file[2] = {{0}, {0}};
    add_gzip(&file[0], text.data, text.len);
    add_zstd(&file[1], text.data, text.len, 0);
    for (int i = 0; i < 2; i++) {
        char words[128];
        snprintf(words, sizeof words, "at compressed byte %zu: bytes that are no frame", file[i].len);
        bon_buf_append(&file[i], "x", 1);
        expect_failure(&file[i], words, &text);
        bon_buf_append(&file[i], "trailing garbage", 16);
        expect_failure(&file[i], words, &text);
        bon_buf_free(&file[i]);
    }
    bon_buf_free(&text);
}

Test(io_in, window_above_the_limit) {
    bon_buf text = sample(1000, 5), file = {0};
    add_zstd(&file, text.data, text.len, 28);
    expect_failure(&file, "window is above 128 MiB", &text);
    bon_buf_free(&text);
    bon_buf_free(&file);
}

Test(io_in, what_cannot_be_opened) {
    struct bon_in *in;
    cr_assert_eq(bon_in_open(&in, files_path("missing")), BON_ERR_IO);
    cr_assert_null(in);
    cr_assert_not_null(strstr(bon_error_message(), "missing: cannot open: No such file"), "%s", bon_error_message());
    cr_assert_eq(bon_in_open(&in, "/"), BON_ERR_IO);
    cr_assert_str_eq(bon_error_message(), "/: is a folder; name the files in it");
    cr_assert_eq(bon_in_open(&in, ""), BON_ERR_IO);
    bon_in_close(NULL);
}

Test(io_in, standard_input_and_sizes) {
    bon_buf text = sample(5000, 6), file = {0}, all;
    add_gzip(&file, text.data, text.len);
    const char *path = files_path("stdin");
    files_write(path, file.data, file.len);
    files_as_stdin(path);
    cr_assert_eq(read_all("-", 100, &all), BON_OK);
    cr_assert_eq(all.len, text.len);
    bon_buf_free(&all);
    lseek(STDIN_FILENO, 0, SEEK_SET);
    struct bon_in *in;
    cr_assert_eq(bon_in_open(&in, NULL), BON_OK);
    cr_assert_str_eq(bon_in_name(in), "standard input");
    cr_assert_eq(bon_in_raw_size(in), file.len);
    cr_assert_eq(bon_in_raw_read(in), 0);
    char bytes[8192];
    size_t got;
    cr_assert_eq(bon_in_read(in, bytes, sizeof bytes, &got), BON_OK);
    cr_assert_eq(bon_in_raw_read(in), file.len);
    bon_in_close(in);
    bon_buf_free(&text);
    bon_buf_free(&file);
}

/* ---- pipes ---- */

static int pipe_ends[2];

static void *write_slowly(void *arg) {
    const bon_buf *file = arg;
    for (size_t i = 0; i < file->len; i++) {
        cr_assert_eq(write(pipe_ends[1], file->data + i, 1), 1);
        if (i % 64 == 0) usleep(100);
    }
    close(pipe_ends[1]);
    return NULL;
}

Test(io_in, bytes_that_come_one_by_one) {
    bon_buf text = sample(20000, 7), file = {0}, all;
    add_zstd(&file, text.data, text.len, 0);
    cr_assert_eq(pipe(pipe_ends), 0);
    dup2(pipe_ends[0], STDIN_FILENO);
    fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK); /* a descriptor handed over like this must not fail */
    pthread_t writer;
    pthread_create(&writer, NULL, write_slowly, &file);
    cr_assert_eq(read_all(NULL, 4096, &all), BON_OK, "%s", bon_error_message());
    pthread_join(writer, NULL);
    cr_assert_eq(all.len, text.len);
    cr_assert_arr_eq(all.data, text.data, text.len);
    bon_buf_free(&all);
    bon_buf_free(&text);
    bon_buf_free(&file);
}

static bool third_time(void *context) {
    int *asked = context;
    return ++*asked == 3;
}

Test(io_in, waiting_can_be_cancelled) {
    cr_assert_eq(pipe(pipe_ends), 0);
    dup2(pipe_ends[0], STDIN_FILENO);
    struct bon_in *in;
    int asked = 0;
    char byte;
    size_t got;
    cr_assert_eq(bon_in_open(&in, NULL), BON_OK);
    bon_in_on_wait(in, third_time, &asked);
    cr_assert(bon_in_would_wait(in));
    cr_assert_eq(bon_in_read(in, &byte, 1, &got), BON_ERR_INTERRUPTED);
    cr_assert_eq(asked, 3);
    cr_assert_eq(write(pipe_ends[1], "xy", 2), 2);
    cr_assert_not(bon_in_would_wait(in));
    cr_assert_eq(bon_in_read(in, &byte, 1, &got), BON_OK);
    cr_assert_eq(byte, 'x');
    cr_assert_not(bon_in_would_wait(in), "y is in the buffer");
    bon_in_close(in);
}

static bon_status read_and_close(void *arg) {
    bon_buf all;
    bon_status status = read_all(arg, 512, &all);
    bon_buf_free(&all);
    return status;
}

static bon_status read_whole(void *path) {
    bon_buf text = {0};
    bon_status status = bon_file_read(path, SIZE_MAX, &text);
    bon_buf_free(&text);
    return status;
}

Test(io_in, whole_files) {
    bon_buf text = sample(200000, 9), got = {0};
    const char *path = files_path("whole");
    files_write(path, text.data, text.len);
    cr_assert_eq(bon_buf_append(&got, "trước ", 9), BON_OK);
    cr_assert_eq(bon_file_read(path, text.len, &got), BON_OK); /* behind what was there; just as much as it may be */
    cr_assert_eq(got.len, 9 + text.len);
    cr_assert_arr_eq(got.data + 9, text.data, text.len);
    got.len = 0;
    cr_assert_eq(bon_file_read(path, 1000, &got), BON_OK);
    cr_assert(got.len > 1000 && got.len < text.len, "reading went on above the limit: %zu", got.len);
    cr_assert_eq(bon_file_read(files_path("none"), 1000, &got), BON_ERR_IO);
    failmalloc_check(read_whole, (void *)path);
    bon_buf_free(&got);
    bon_buf_free(&text);
}

Test(io_in, allocation_failures) {
    bon_buf text = sample(5000, 8), file[2] = {{0}, {0}};
    add_gzip(&file[0], text.data, text.len);
    add_zstd(&file[1], text.data, text.len, 0);
    const char *path = files_path("small");
    files_write(path, text.data, text.len);
    failmalloc_check(read_and_close, (void *)path);
    for (int i = 0; i < 2; i++) {
        files_write(path, file[i].data, file[i].len);
        failmalloc_check(read_and_close, (void *)path);
        bon_buf_free(&file[i]);
    }
    bon_buf_free(&text);
}

/* ---- from the middle of a file that was opened ---- */

/* A file that became shorter is no failure of the system, which errno would then be asked for. */
Test(io_in, read_at, .fini = files_clear) {
    char bytes[8];
    files_write(files_path("numbers"), "0123456789", 10);
    const int fd = open(files_path("numbers"), O_RDWR);
    cr_assert_eq(bon_read_at(fd, "numbers", 3, bytes, 4), BON_OK, "%s", bon_error_message());
    cr_assert_arr_eq(bytes, "3456", 4);
    cr_assert_eq(bon_read_at(fd, "numbers", 10, bytes, 0), BON_OK);
    cr_assert_eq(ftruncate(fd, 5), 0);
    cr_assert_eq(bon_read_at(fd, "numbers", 3, bytes, 4), BON_ERR_IO);
    cr_assert_str_eq(bon_error_message(),
                     "numbers: is shorter than it was when it was opened; did something write to it?");
    close(fd);
    cr_assert_eq(bon_read_at(fd, "numbers", 0, bytes, 1), BON_ERR_IO);
    cr_assert(strstr(bon_error_message(), "numbers: cannot read: "), "%s", bon_error_message());
}
