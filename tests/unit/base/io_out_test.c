/* Output streams: whole or not at all, modes and links kept, every failure of the system told. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "failmalloc.h"
#include "files.h"

TestSuite(io_out, .fini = files_clear);

static bon_status write_file(const char *path, const void *bytes, size_t n) {
    struct bon_out *out;
    bon_status status = bon_out_open(&out, path, 0);
    if (status != BON_OK) return status;
    status = bon_out_write(out, bytes, n);
    if (status == BON_OK) return bon_out_publish(out);
    bon_out_abandon(out);
    return status;
}

static void expect_file(const char *path, const char *text) {
    bon_buf found = files_read(path);
    cr_assert_eq(found.len, strlen(text));
    cr_assert_arr_eq(found.data, text, found.len);
    bon_buf_free(&found);
}

static mode_t mode_of(const char *path) {
    struct stat about;
    cr_assert_eq(stat(path, &about), 0);
    return about.st_mode & 07777;
}

Test(io_out, appears_only_on_publish) {
    struct bon_out *out;
    const char *path = files_path("new");
    cr_assert_eq(bon_out_open(&out, path, 0), BON_OK);
    cr_assert_eq(bon_out_write(out, "abc", 3), BON_OK);
    cr_assert_eq(bon_out_flush(out), BON_OK);
    cr_assert_eq(bon_out_written(out), 3);
    cr_assert_str_eq(bon_out_name(out), path);
    cr_assert_not(files_exists(path));
    cr_assert_eq(files_beside(path), 1);
    cr_assert_eq(bon_out_publish(out), BON_OK);
    expect_file(path, "abc");
    cr_assert_eq(files_beside(path), 1, "the temporary file is gone");
}

Test(io_out, abandoned_leaves_the_old_file) {
    struct bon_out *out;
    const char *path = files_path("old");
    files_write(path, "before", 6);
    cr_assert_eq(bon_out_open(&out, path, 0), BON_OK);
    cr_assert_eq(bon_out_write(out, "after", 5), BON_OK);
    bon_out_abandon(out);
    bon_out_abandon(NULL);
    expect_file(path, "before");
    cr_assert_eq(files_beside(path), 1);
}

Test(io_out, modes) {
    umask(027);
    const char *path = files_path("mode");
    cr_assert_eq(write_file(path, "1", 1), BON_OK);
    cr_assert_eq(mode_of(path), 0640);
    chmod(path, 0604);
    cr_assert_eq(write_file(path, "2", 1), BON_OK);
    cr_assert_eq(mode_of(path), 0604);
    expect_file(path, "2");
}

Test(io_out, links_stay) {
    const char *target = files_path("target"), *link = files_path("link"), *second = files_path("second");
    files_write(target, "before", 6);
    cr_assert_eq(symlink("target", link), 0);
    cr_assert_eq(symlink(link, second), 0);
    cr_assert_eq(write_file(second, "after", 5), BON_OK);
    expect_file(target, "after");
    struct stat about;
    cr_assert(lstat(link, &about) == 0 && S_ISLNK(about.st_mode));
    cr_assert(lstat(second, &about) == 0 && S_ISLNK(about.st_mode));
    cr_assert_eq(files_beside(target), 3);
}

Test(io_out, link_to_a_file_that_is_not_there_yet) {
    const char *target = files_path("later"), *link = files_path("link"), *circle = files_path("circle");
    cr_assert_eq(symlink("later", link), 0);
    cr_assert_eq(write_file(link, "now", 3), BON_OK);
    expect_file(target, "now");
    cr_assert_eq(symlink("circle", circle), 0);
    cr_assert_eq(write_file(circle, "x", 1), BON_ERR_IO);
}

Test(io_out, long_names_and_left_overs) {
    char name[256];
    memset(name, 'n', 255);
    name[255] = '\0';
    cr_assert_eq(write_file(files_path(name), "x", 1), BON_OK, "%s", bon_error_message());
    char left_over[64];
    snprintf(left_over, sizeof left_over, ".a.%ld-0.tmp", (long)getpid());
    files_write(files_path(left_over), "old", 3);
    cr_assert_eq(write_file(files_path("a"), "x", 1), BON_OK, "%s", bon_error_message());
    expect_file(files_path(left_over), "old");
}

Test(io_out, what_cannot_be_opened) {
    struct bon_out *out;
    static const char *const paths[] = {"/", "/missing-folder/x", "", "/dev/null/x"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        cr_assert_eq(bon_out_open(&out, paths[i], 0), BON_ERR_IO, "%s", paths[i]);
        cr_assert_null(out);
        cr_assert_eq(strncmp(bon_error_message(), paths[i], strlen(paths[i])), 0, "%s", bon_error_message());
    }
}

Test(io_out, devices_are_written_directly) {
    cr_assert_eq(write_file("/dev/null", "x", 1), BON_OK);
    cr_assert_eq(write_file("/dev/full", "x", 1), BON_ERR_IO);
    cr_assert_str_eq(bon_error_message(),
                     "/dev/full: cannot write: No space left on device; free some space or write elsewhere");
    const char *fifo = files_path("fifo");
    cr_assert_eq(mkfifo(fifo, 0600), 0);
    int reader = open(fifo, O_RDONLY | O_NONBLOCK);
    cr_assert_eq(write_file(fifo, "xyz", 3), BON_OK);
    char bytes[8];
    cr_assert_eq(read(reader, bytes, sizeof bytes), 3);
    cr_assert_eq(files_beside(fifo), 1);
}

Test(io_out, full_disk) {
    /* A limit on the size of files stands in for a disk that is full. */
    const char *path = files_path("big");
    files_write(path, "before", 6);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit = {100000, 100000};
    setrlimit(RLIMIT_FSIZE, &limit);
    char *bytes = calloc(1, 1 << 20);
    struct bon_out *out;
    cr_assert_eq(bon_out_open(&out, path, 0), BON_OK);
    cr_assert_eq(bon_out_write(out, bytes, 1 << 20), BON_ERR_IO);
    cr_assert_not_null(strstr(bon_error_message(), "File too large"), "%s", bon_error_message());
    cr_assert_eq(bon_out_write(out, bytes, 1), BON_ERR_IO, "a failure comes again");
    cr_assert_eq(bon_out_flush(out), BON_ERR_IO);
    cr_assert_eq(bon_out_publish(out), BON_ERR_IO);
    expect_file(path, "before");
    cr_assert_eq(files_beside(path), 1);
    /* The same when the failure comes with the last flush. */
    limit.rlim_cur = 10;
    setrlimit(RLIMIT_FSIZE, &limit);
    cr_assert_eq(bon_out_open(&out, path, 0), BON_OK);
    cr_assert_eq(bon_out_write(out, bytes, 1000), BON_OK);
    cr_assert_eq(bon_out_publish(out), BON_ERR_IO);
    expect_file(path, "before");
    cr_assert_eq(files_beside(path), 1);
    free(bytes);
}

Test(io_out, broken_pipe) {
    int ends[2];
    signal(SIGPIPE, SIG_IGN);
    cr_assert_eq(pipe(ends), 0);
    close(ends[0]);
    int saved = dup(STDOUT_FILENO);
    dup2(ends[1], STDOUT_FILENO);
    bon_status status = write_file("-", "x", 1);
    dup2(saved, STDOUT_FILENO);
    cr_assert_eq(status, BON_ERR_PIPE);
    cr_assert_not_null(strstr(bon_error_message(), "standard output"), "%s", bon_error_message());
}

Test(io_out, standard_output_stays_open) {
    const char *path = files_path("stdout");
    int saved = dup(STDOUT_FILENO);
    files_as_stdout(path);
    cr_assert_eq(write_file(NULL, "one ", 4), BON_OK);
    struct bon_out *out;
    cr_assert_eq(bon_out_open(&out, "-", 0), BON_OK);
    cr_assert_eq(bon_out_write(out, "two", 3), BON_OK);
    cr_assert_eq(bon_out_relay(out), BON_OK);
    expect_file(path, "one two");
    cr_assert_eq(bon_out_publish(out), BON_OK);
    dup2(saved, STDOUT_FILENO);
    expect_file(path, "one two");
}

Test(io_out, temporary_files_are_listed_for_signal_handlers) {
    static struct bon_temp_list list;
    const char *path = files_path("listed");
    struct bon_out *out[BON_TEMP_MAX + 2];
    bon_temp_use(&list);
    for (size_t i = 0; i < BON_TEMP_MAX + 2; i++) {
        char name[32];
        snprintf(name, sizeof name, "listed-%zu", i);
        cr_assert_eq(bon_out_open(&out[i], files_path(name), 0), BON_OK);
    }
    cr_assert_eq(files_beside(path), BON_TEMP_MAX + 2);
    cr_assert_eq(bon_out_publish(out[0]), BON_OK);
    bon_out_abandon(out[1]);
    bon_temp_unlink_all(&list);
    cr_assert_eq(files_beside(path), 1 + 2, "the published file and the two beyond the list are left");
    cr_assert_eq(bon_out_publish(out[2]), BON_ERR_IO, "its temporary file is gone");
    for (size_t i = 3; i < BON_TEMP_MAX + 2; i++) bon_out_abandon(out[i]);
    cr_assert_eq(files_beside(path), 1);
    for (size_t i = 0; i < BON_TEMP_MAX; i++) cr_assert_eq(list.slot[i].state, 0);
    bon_temp_use(NULL);
    cr_assert_eq(bon_out_open(&out[0], path, 0), BON_OK);
    bon_temp_unlink_all(&list);
    cr_assert_eq(bon_out_publish(out[0]), BON_OK);
}

/* ---- compressed ---- */

static void expect_round_trip(const char *path, int level) {
    enum { SIZE = 700000 };
    char *bytes = malloc(SIZE), *back = malloc(SIZE + 1);
    uint64_t seed = 9;
    for (size_t i = 0; i < SIZE; i++) bytes[i] = (char)('a' + files_random(&seed) % 7);
    struct bon_out *out;
    cr_assert_eq(bon_out_open(&out, path, level), BON_OK);
    for (size_t at = 0, piece = 1; at < SIZE; at += piece, piece = piece * 2 % 300007 + 1) {
        if (piece > SIZE - at) piece = SIZE - at;
        cr_assert_eq(bon_out_write(out, bytes + at, piece), BON_OK);
        if (piece % 5 == 0) cr_assert_eq(bon_out_flush(out), BON_OK);
    }
    cr_assert_eq(bon_out_publish(out), BON_OK);
    struct bon_in *in;
    size_t n = 0, got = 1;
    cr_assert_eq(bon_in_open(&in, path), BON_OK);
    for (; got > 0; n += got)
        cr_assert_eq(bon_in_read(in, back + n, SIZE + 1 - n, &got), BON_OK, "%s", bon_error_message());
    cr_assert_eq(n, SIZE);
    cr_assert_lt(bon_in_raw_read(in), SIZE / 2);
    cr_assert_arr_eq(back, bytes, SIZE);
    bon_in_close(in);
    free(bytes);
    free(back);
}

Test(io_out, compressed) {
    static const int levels[] = {0, 1, 9, 99};
    for (size_t i = 0; i < 4; i++) {
        expect_round_trip(files_path("a.gz"), levels[i]);
        if (levels[i] < 20) expect_round_trip(files_path("a.zst"), levels[i]);
    }
}

Test(io_out, same_input_same_bytes) {
    static const char *const names[][2] = {{"1.gz", "2.gz"}, {"1.zst", "2.zst"}};
    for (size_t i = 0; i < 2; i++) {
        bon_buf found[2];
        for (size_t k = 0; k < 2; k++) {
            cr_assert_eq(write_file(files_path(names[i][k]), "the same", 8), BON_OK);
            found[k] = files_read(files_path(names[i][k]));
        }
        cr_assert_eq(found[0].len, found[1].len);
        cr_assert_arr_eq(found[0].data, found[1].data, found[0].len);
        bon_buf_free(&found[0]);
        bon_buf_free(&found[1]);
    }
}

Test(io_out, empty_and_compressed) {
    static const char *const names[] = {"empty", "empty.gz", "empty.zst"};
    for (size_t i = 0; i < 3; i++) {
        struct bon_in *in;
        char byte;
        size_t got;
        cr_assert_eq(write_file(files_path(names[i]), NULL, 0), BON_OK);
        cr_assert_eq(bon_in_open(&in, files_path(names[i])), BON_OK);
        cr_assert_eq(bon_in_raw_size(in) > 0, i > 0, "a compressed nothing has a header");
        cr_assert_eq(bon_in_read(in, &byte, 1, &got), BON_OK);
        cr_assert_eq(got, 0);
        bon_in_close(in);
    }
}

static bon_status write_small(void *arg) { return write_file(arg, "small", 5); }

Test(io_out, allocation_failures) {
    static const char *const names[] = {"a", "a.gz", "a.zst", "link"};
    cr_assert_eq(symlink("a", files_path("link")), 0);
    for (size_t i = 0; i < 4; i++) {
        char *path = strdup(files_path(names[i]));
        failmalloc_check(write_small, path);
        free(path);
    }
    cr_assert_eq(files_beside(files_path("a")), 4, "no temporary file is left");
}
