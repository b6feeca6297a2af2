/* src/base/store.c: arrays as mapped temporary files (see store.h). Small ones stay in memory. */
#include "base/store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"

enum {
    PAGE = 1 << 16,
    SMALL = 1 << 16,
    LOOKS = 64 /* for a budget that is passed, at least */,
    LOOK_BYTES = 1 << 20 /* between two of them, at most */,
    KEPT = 16 /* a part of the budget is passed before pages are let go again */
};

struct area {
    void *at;
    size_t size;
    int fd;
};

struct bon_store {
    struct bon_store_pace pace;
    size_t budget;
    int watch;     /* /proc/self/statm; -1: pages are let go for what was passed */
    size_t passed; /* since they were let go, up to the last look */
    size_t limit;
    char *folder;
    struct area *areas;
    size_t count, cap;
};

bon_status bon_store_open(struct bon_store **out, size_t budget, const char *folder) {
    *out = NULL;
    int fd;
    struct bon_store *store = bon_alloc_zeroed(1, sizeof *store);
    if (!store) return BON_ERR_NOMEM;
    store->budget = budget;
    store->pace.budget = budget / 4;
    store->watch = -1;
    store->folder = strdup(folder);
    bon_status status = store->folder ? bon_store_file(store, &fd) : bon_fail_memory(strlen(folder));
    if (status != BON_OK) {
        bon_store_close(store);
        return status;
    }
    close(fd); /* it works */
    *out = store;
    return BON_OK;
}

static void unmap(const struct area *area) {
    munmap(area->at, area->size);
    close(area->fd);
}

void bon_store_close(struct bon_store *store) {
    if (!store) return;
    for (size_t i = 0; i < store->count; i++) unmap(&store->areas[i]);
    if (store->watch >= 0) close(store->watch);
    free(store->areas);
    free(store->folder);
    free(store);
}

size_t bon_store_budget(const struct bon_store *store) { return store->budget; }

const char *bon_store_folder(const struct bon_store *store) { return store->folder; }

bon_status bon_store_file(struct bon_store *store, int *fd) {
    static const char NAME[] = "/bon-XXXXXX";
    *fd = open(store->folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (*fd >= 0) return BON_OK;
    size_t n = strlen(store->folder);
    char *path = bon_alloc_array(n + sizeof NAME, 1); /* a file system without nameless files */
    if (!path) return BON_ERR_NOMEM;
    memcpy(path, store->folder, n);
    memcpy(path + n, NAME, sizeof NAME);
    *fd = mkostemp(path, O_CLOEXEC);
    if (*fd >= 0) unlink(path);
    free(path);
    return *fd >= 0 ? BON_OK : bon_fail_errno(store->folder, "cannot make a temporary file");
}

bon_status bon_store_write(const struct bon_store *store, int fd, const void *bytes, size_t n) {
    for (const char *at = bytes; n > 0;) {
        ssize_t done = write(fd, at, n);
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) return bon_fail_errno(store->folder, "cannot write a temporary file");
        at += done;
        n -= (size_t)done;
    }
    return BON_OK;
}

bon_status bon_store_read(const struct bon_store *store, int fd, uint64_t at, void *bytes, size_t n) {
    for (size_t have = 0; have < n;) {
        ssize_t got = pread(fd, (char *)bytes + have, n - have, (off_t)(at + have));
        if (got < 0 && errno == EINTR) continue;
        if (got == 0) errno = EIO; /* shorter than it was written */
        if (got <= 0) return bon_fail_errno(store->folder, "cannot read a temporary file");
        have += (size_t)got;
    }
    return BON_OK;
}

static bon_status no_room(const struct bon_store *store, int error, size_t size) {
    errno = error;
    return bon_fail(BON_ERR_IO,
                    "%s: no room for a temporary file of %zu MB: %s; free some, or name another folder (--temp)",
                    store->folder, (size >> 20) + 1, strerror(error));
}

static bon_status claim(const struct bon_store *store, int fd, size_t from, size_t to) {
    int error;
    do error = posix_fallocate(fd, (off_t)from, (off_t)(to - from));
    while (error == EINTR);
    return error ? no_room(store, error, to) : BON_OK;
}

/* Bytes of an array, a multiple of the page; 0 after a failure. */
static size_t area_bytes(size_t count, size_t size) {
    if (count <= SIZE_MAX / 4 / size) return count * size / PAGE * PAGE + PAGE;
    bon_fail_memory(SIZE_MAX);
    return 0;
}

static bon_status add_area(struct bon_store *store, size_t bytes, void **at) {
    BON_TRY(bon_grow_array(&store->areas, &store->cap, store->count + 1, sizeof *store->areas));
    struct area area = {.size = bytes};
    BON_TRY(bon_store_file(store, &area.fd));
    bon_status status = claim(store, area.fd, 0, bytes);
    if (status == BON_OK) {
        area.at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, area.fd, 0);
        if (area.at == MAP_FAILED) status = bon_fail_memory(bytes);
    }
    if (status != BON_OK) {
        close(area.fd);
        return status;
    }
    *at = area.at;
    store->areas[store->count++] = area;
    return BON_OK;
}

static struct area *find_area(struct bon_store *store, const void *at) {
    for (size_t i = 0; i < store->count; i++)
        if (store->areas[i].at == at) return &store->areas[i];
    return NULL;
}

static size_t small(const struct bon_store *store) { return store->budget / 64 < SMALL ? store->budget / 64 : SMALL; }

void *bon_store_zeroed(struct bon_store *store, size_t count, size_t size) {
    void *at = NULL;
    if (!store || count < small(store) / size) return bon_alloc_zeroed(count, size);
    size_t bytes = area_bytes(count, size);
    return bytes && add_area(store, bytes, &at) == BON_OK ? at : NULL;
}

void *bon_store_array(struct bon_store *store, size_t count, size_t size) {
    return store ? bon_store_zeroed(store, count, size) : bon_alloc_array(count, size);
}

static bon_status extend(struct bon_store *store, struct area *area, size_t bytes) {
    if (bytes <= area->size) return BON_OK;
    BON_TRY(claim(store, area->fd, area->size, bytes));
    void *at = mremap(area->at, area->size, bytes, MREMAP_MAYMOVE);
    if (at == MAP_FAILED) return bon_fail_memory(bytes);
    area->at = at;
    area->size = bytes;
    return BON_OK;
}

bon_status bon_store_grow(struct bon_store *store, void *array, size_t *cap, size_t need, size_t size) {
    if (need <= *cap) return BON_OK;
    if (!store) return bon_grow_array(array, cap, need, size);
    void *before, *at;
    memcpy(&before, array, sizeof before);
    struct area *area = find_area(store, before);
    size_t bytes = area_bytes(need + need / 4, size);
    if (!bytes) return BON_ERR_NOMEM;
    if (area) {
        BON_TRY(extend(store, area, bytes));
        at = area->at;
        bytes = area->size;
    } else {
        BON_TRY(add_area(store, bytes, &at));
        if (before) memcpy(at, before, *cap * size);
        free(before);
    }
    memcpy(array, &at, sizeof at);
    *cap = bytes / size;
    return BON_OK;
}

void bon_store_free(struct bon_store *store, void *array) {
    struct area *area = store && array ? find_area(store, array) : NULL;
    if (!area) {
        free(array);
        return;
    }
    unmap(area);
    *area = store->areas[--store->count];
}

void bon_store_release(struct bon_store *store) {
    if (!store) return;
    for (size_t i = 0; i < store->count; i++) madvise(store->areas[i].at, store->areas[i].size, MADV_DONTNEED);
    store->pace.touched = 0;
    store->passed = 0;
}

void bon_store_watch(struct bon_store *store, size_t limit) {
    if (store->watch < 0) store->watch = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (store->watch < 0) return;
    store->limit = limit;
    store->pace.budget = store->budget / LOOKS < LOOK_BYTES ? store->budget / LOOKS : LOOK_BYTES;
}

/* Bytes of the program in memory: the second number of the file. */
static size_t resident(const struct bon_store *store) {
    char text[128] = "";
    unsigned long long pages = ULLONG_MAX >> 32; /* when it does not say: too many */
    if (pread(store->watch, text, sizeof text - 1, 0) > 0) sscanf(text, "%*u %llu", &pages);
    return (size_t)pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* What the program takes for itself may be near the limit: then a part of the budget is passed all the same. */
void bon_store_look(struct bon_store *store) {
    store->passed += store->pace.touched;
    store->pace.touched = 0;
    if (store->watch >= 0 && (store->passed < store->budget / KEPT || resident(store) < store->limit)) return;
    bon_store_release(store);
}
