/* src/corpus/stats_table.c: see stats_table.h. */
#include "corpus/stats_table.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/store.h"

enum { HUGE_PAGE = 2 << 20 };
#define UNLIMITED ((size_t)1 << 36) /* bytes of a table; more goes to disk */

static size_t bytes_of(size_t homes) { return (homes + BON_TABLE_SPARE) * BON_TABLE_BUCKET; }

/* Address space for the largest table there may be is taken at once, aligned to huge pages, so that the table can grow where it
 * is and its random reads miss the translation buffers seldom; memory it takes where it is written to. Where a process may not
 * have that much, less will do. */
bon_status bon_table_open(struct bon_table *table) {
    const size_t least = bytes_of(BON_TABLE_LEAST);
    size_t wanted = table->memory && table->memory < UNLIMITED ? (size_t)table->memory : UNLIMITED;
    void *block = MAP_FAILED;
    wanted = (wanted > least ? wanted : least) + HUGE_PAGE;
    for (; wanted >= least + HUGE_PAGE; wanted = wanted / 2 > least + HUGE_PAGE ? wanted / 2 : least) {
        block = mmap(NULL, wanted, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (block != MAP_FAILED) break;
    }
    if (block == MAP_FAILED) return bon_fail_memory(least + HUGE_PAGE);
    uintptr_t begin = ((uintptr_t)block + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    madvise((void *)begin, wanted - (begin - (uintptr_t)block),
            MADV_HUGEPAGE); /* only advice: small pages do as well */
    table->block = block;
    table->block_size = wanted;
    table->buckets = (void *)begin;
    table->homes = BON_TABLE_LEAST;
    return BON_OK;
}

void bon_table_close(struct bon_table *table) {
    if (table->block) munmap(table->block, table->block_size);
    free(table->run_ends);
    if (table->store && table->fd >= 0) close(table->fd);
    bon_store_close(table->store);
    *table = (struct bon_table){.memory = table->memory, .folder = table->folder};
}

/* By as much again, or, near the limit, by what is left, if that is worth a walk. Pages behind the table were never written to: they are
 * zeros. */
void bon_table_widen(struct bon_table *table, size_t *had) {
    size_t homes = 2 * table->homes, limit = table->block_size - HUGE_PAGE;
    if (table->memory && table->memory < limit) limit = (size_t)table->memory;
    if (bytes_of(homes) > limit) homes = limit < bytes_of(0) ? 0 : (limit - bytes_of(0)) / BON_TABLE_BUCKET;
    *had = 0;
    if (homes < table->homes + table->homes / 8) return;
    *had = table->homes + BON_TABLE_SPARE;
    table->homes = homes;
}

bon_status bon_table_fail(void) {
    return bon_fail(BON_ERR_LIMIT, "too many texts have hashes that begin alike: they were made to");
}

/* ---- runs ---- */

bon_status bon_table_begin_run(struct bon_table *table) {
    if (!table->store) {
        table->fd = -1;
        BON_TRY(bon_store_open(&table->store, 1 << 20, table->folder));
        BON_TRY(bon_store_file(table->store, &table->fd));
    }
    return bon_grow_array(&table->run_ends, &table->runs_cap, table->runs + 1, sizeof *table->run_ends);
}

bon_status bon_table_write(const struct bon_table *table, const void *bytes, size_t n) {
    return bon_store_write(table->store, table->fd, bytes, n);
}

void bon_table_end_run(struct bon_table *table) {
    table->run_ends[table->runs] = (table->runs ? table->run_ends[table->runs - 1] : 0) + table->count;
    table->runs++;
    table->count = 0;
    memset(table->buckets, 0, bytes_of(table->homes));
}
