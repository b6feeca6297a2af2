/* tests/support/files.c: scratch files with plain system calls, so that what is tested does not test itself. */
#include "files.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];

const char *files_path(const char *name) {
    static char paths[8][PATH_MAX];
    static unsigned next;
    if (!folder[0]) {
        strcpy(folder, "/tmp/bon-test.XXXXXX");
        cr_assert_not_null(mkdtemp(folder));
    }
    char *path = paths[next++ % 8];
    snprintf(path, PATH_MAX, "%s/%s", folder, name);
    return path;
}

static void remove_folder(const char *path) {
    DIR *entries = opendir(path);
    if (!entries) return;
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        char inner[PATH_MAX];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        if (unlink(inner) != 0) remove_folder(inner);
    }
    closedir(entries);
    rmdir(path);
}

void files_clear(void) {
    if (folder[0]) remove_folder(folder);
    folder[0] = '\0';
}

void files_write(const char *path, const void *bytes, size_t n) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    cr_assert(fd >= 0, "%s", path);
    for (size_t done = 0; done < n;) {
        ssize_t written = write(fd, (const char *)bytes + done, n - done);
        cr_assert(written > 0);
        done += (size_t)written;
    }
    cr_assert_eq(close(fd), 0);
}

bon_buf files_read(const char *path) {
    bon_buf buf = {0};
    int fd = open(path, O_RDONLY);
    cr_assert(fd >= 0, "%s", path);
    for (ssize_t got = 1; got > 0; buf.len += (size_t)got) {
        cr_assert_eq(bon_buf_reserve(&buf, 1 << 16), BON_OK);
        got = read(fd, buf.data + buf.len, 1 << 16);
        cr_assert(got >= 0);
    }
    close(fd);
    return buf;
}

bool files_exists(const char *path) {
    struct stat about;
    return lstat(path, &about) == 0;
}

size_t files_beside(const char *path) {
    char parent[PATH_MAX];
    snprintf(parent, sizeof parent, "%s", path);
    *strrchr(parent, '/') = '\0';
    size_t count = 0;
    DIR *entries = opendir(parent);
    cr_assert_not_null(entries);
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(entries);
    return count;
}

static void replace(int fd, const char *path, int flags) {
    int opened = open(path, flags, 0666);
    cr_assert(opened >= 0, "%s", path);
    cr_assert_eq(dup2(opened, fd), fd);
    close(opened);
}

void files_as_stdin(const char *path) { replace(STDIN_FILENO, path, O_RDONLY); }
void files_as_stdout(const char *path) { replace(STDOUT_FILENO, path, O_WRONLY | O_CREAT | O_TRUNC); }

uint64_t files_random(uint64_t *state) {
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}
