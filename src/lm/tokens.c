/* src/lm/tokens.c: training data: a mapped file of ids, and windows of it in a shuffled order that needs no memory: a
 * permutation by a small Feistel network over the numbers of windows (Black & Rogaway 2002: values outside are encrypted
 * again until they fall inside). */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/hash.h"
#include "lm/random.h"
#include "lm/tokens.h"

struct bon_tokens {
    const unsigned char *bytes;
    size_t size;
    unsigned id_bytes;
};

/* ---- the file ---- */

static uint32_t id_at(const bon_tokens *tokens, uint64_t i) {
    const unsigned char *at = tokens->bytes + i * tokens->id_bytes;
    uint32_t id = (uint32_t)at[0] | (uint32_t)at[1] << 8;
    return tokens->id_bytes == 4 ? id | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24 : id;
}

static bon_status check_ids(const bon_tokens *tokens, const char *path, uint32_t vocabulary) {
    for (uint64_t i = 0; i < bon_tokens_count(tokens); i++)
        if (id_at(tokens, i) >= vocabulary)
            return bon_fail(BON_ERR_DATA,
                            "%s: offset %llu: token %u where the vocabulary has %u: made with another tokenizer?", path,
                            (unsigned long long)(i * tokens->id_bytes), id_at(tokens, i), vocabulary);
    return BON_OK;
}

static bon_status map(bon_tokens *tokens, const char *path) {
    struct stat info;
    bon_status status = BON_OK;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return bon_fail_errno(path, "open");
    if (fstat(fd, &info) != 0) {
        status = bon_fail_errno(path, "read");
    } else if (!S_ISREG(info.st_mode) || info.st_size == 0 || info.st_size % tokens->id_bytes != 0) {
        status = bon_fail(BON_ERR_DATA, "%s: not a file of %u-byte token ids: %s", path, tokens->id_bytes,
                          !S_ISREG(info.st_mode) ? "not a regular file"
                          : info.st_size == 0    ? "it is empty"
                                                 : "its size is not a multiple of that");
    } else {
        tokens->size = (size_t)info.st_size;
        void *bytes = mmap(NULL, tokens->size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (bytes == MAP_FAILED)
            status = bon_fail_errno(path, "map");
        else
            tokens->bytes = bytes;
    }
    close(fd);
    return status;
}

bon_status bon_tokens_open(bon_tokens **out, const char *path, unsigned id_bytes, uint32_t vocabulary) {
    if (id_bytes != 2 && id_bytes != 4) return bon_fail(BON_ERR_ARGUMENT, "ids have 2 or 4 bytes, not %u", id_bytes);
    bon_tokens *tokens = bon_alloc_zeroed(1, sizeof *tokens);
    if (!tokens) return BON_ERR_NOMEM;
    tokens->id_bytes = id_bytes;
    bon_status status = map(tokens, path);
    if (status == BON_OK) status = check_ids(tokens, path, vocabulary);
    if (status != BON_OK) {
        bon_tokens_close(tokens);
        return status;
    }
    *out = tokens;
    return BON_OK;
}

void bon_tokens_close(bon_tokens *tokens) {
    if (!tokens) return;
    if (tokens->bytes) munmap((void *)tokens->bytes, tokens->size);
    free(tokens);
}

uint64_t bon_tokens_count(const bon_tokens *tokens) { return tokens->size / tokens->id_bytes; }

/* ---- windows ---- */

bon_status bon_batches_begin(bon_batches *batches, const bon_tokens *tokens, uint64_t first, uint64_t count,
                             uint32_t context, uint32_t end, uint64_t seed) {
    const uint64_t all = bon_tokens_count(tokens);
    if (context == 0 || context > INT32_MAX) return bon_fail(BON_ERR_ARGUMENT, "a context of %u tokens", context);
    if (first > all || count > all - first)
        return bon_fail(BON_ERR_ARGUMENT, "tokens %llu and %llu more are not among %llu", (unsigned long long)first,
                        (unsigned long long)count, (unsigned long long)all);
    if (first + count == all && count > 0) count--; /* the last window has a token behind it */
    count -= count % context;
    if (count == 0)
        return bon_fail(BON_ERR_DATA, "too little data: a window of %u tokens and one more does not fit in %llu",
                        context, (unsigned long long)(all - first));
    *batches = (bon_batches){.tokens = tokens, .first = first, .count = count, .context = context};
    batches->end = end;
    batches->seed = seed;
    return BON_OK;
}

uint64_t bon_batches_hash(const bon_batches *b) {
    const unsigned width = b->tokens->id_bytes;
    const uint64_t numbers[] = {bon_hash64(b->tokens->bytes + b->first * width, (size_t)(b->count + 1) * width),
                                width,
                                b->count,
                                b->context,
                                b->end,
                                b->seed};
    return bon_hash64(numbers, sizeof numbers);
}

/* Four rounds over 2 * half bits. */
static uint64_t feistel(uint64_t key, uint64_t epoch, unsigned half, uint64_t x) {
    const uint64_t mask = ((uint64_t)1 << half) - 1;
    uint64_t left = x >> half, right = x & mask;
    for (uint64_t round = 0; round < 4; round++) {
        const uint64_t mixed = left ^ (bon_philox(key, epoch, right << 2 | round).v[0] & mask);
        left = right, right = mixed;
    }
    return left << half | right;
}

uint64_t bon_shuffled(uint64_t seed, uint64_t count, uint64_t cursor) {
    const uint64_t epoch = cursor / count;
    uint64_t x = cursor % count;
    unsigned half = 1;
    if (seed == 0) return x;
    while (half < 31 && (uint64_t)1 << 2 * half < count) half++;
    do x = feistel(seed, epoch, half, x);
    while (x >= count);
    return x;
}

void bon_batches_next(bon_batches *batches, size_t windows, int32_t *ids, int32_t *next, int32_t *starts) {
    for (size_t w = 0; w < windows; w++) {
        const uint64_t window = bon_shuffled(batches->seed, batches->count / batches->context, batches->cursor++);
        const uint64_t at = batches->first + window * batches->context;
        size_t row = w * batches->context;
        int32_t start = (int32_t)row;
        for (uint32_t i = 0; i < batches->context; i++, row++) {
            const uint32_t id = id_at(batches->tokens, at + i);
            ids[row] = (int32_t)id;
            next[row] = (int32_t)id_at(batches->tokens, at + i + 1);
            if (id == batches->end) start = (int32_t)row;
            starts[row] = start;
        }
    }
}
