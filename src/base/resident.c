/* src/base/resident.c: anonymous memory, advised to be huge pages before it is touched, then filled by read. */
#include "base/resident.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HUGE_PAGE = 2 << 20 };

static bon_status open_regular(const char *path, int *fd, size_t *size) {
    struct stat about;
    do *fd = open(path, O_RDONLY | O_CLOEXEC);
    while (*fd < 0 && errno == EINTR);
    if (*fd < 0) return bon_fail_errno(path, "cannot open");
    if (fstat(*fd, &about) != 0) return bon_fail_errno(path, "cannot look at it");
    if (!S_ISREG(about.st_mode))
        return bon_fail(BON_ERR_IO, "%s: is not a regular file, so its size is not known; give a file", path);
    *size = (size_t)about.st_size;
    return BON_OK;
}

static bon_status reserve(struct bon_resident *resident, size_t size) {
    size_t area_size = size + HUGE_PAGE;
    void *area = mmap(NULL, area_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (area == MAP_FAILED) return bon_fail_memory(area_size);
    size_t past = (size_t)area % HUGE_PAGE;
    *resident = (struct bon_resident){area, area_size, (char *)area + (past ? HUGE_PAGE - past : 0), size};
    madvise(resident->bytes, size, MADV_HUGEPAGE); /* only advice: small pages do as well */
    return BON_OK;
}

static bon_status fill(const struct bon_resident *resident, int fd, const char *path) {
    for (size_t at = 0; at < resident->size;) {
        ssize_t got = read(fd, (char *)resident->bytes + at, resident->size - at);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return bon_fail_errno(path, "cannot read");
        if (got == 0) return bon_fail(BON_ERR_IO, "%s: became shorter while it was read; try again", path);
        at += (size_t)got;
    }
    return BON_OK;
}

bon_status bon_resident_read(struct bon_resident *resident, const char *path) {
    int fd = -1;
    size_t size = 0;
    *resident = (struct bon_resident){0};
    bon_status status = open_regular(path, &fd, &size);
    if (status == BON_OK) status = reserve(resident, size);
    if (status == BON_OK) status = fill(resident, fd, path);
    if (fd >= 0) close(fd);
    if (status != BON_OK) bon_resident_free(resident);
    return status;
}

void bon_resident_free(struct bon_resident *resident) {
    if (resident->area) munmap(resident->area, resident->area_size);
    *resident = (struct bon_resident){0};
}
