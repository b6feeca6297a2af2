/* src/ngram/counts_join.c: .bonc files into one. Of files in several parts one part may be taken: what was counted in many places
 * is so added up in many places. */
#include <stdlib.h>

#include "base/buf.h"
#include "base/store.h"
#include "ngram/counts_flow.h"

enum { BUFFER_SHARE = 4 /* of the memory, for reading */ };

struct join {
    const struct bon_counts_join *how;
    struct bon_counts_file **files; /* [count] */
    struct bon_counts_part *parts;
    size_t count;
    struct bon_shards shards;
    struct bon_store *store;
};

/* Only the run of one part; the file remembers all of them. */
static bon_status take_part(struct join *join, size_t i) {
    const struct bon_counts_file *file = join->files[i];
    const struct bon_counts_join *how = join->how;
    struct bon_shards shards = {0};
    bool one = file->part.run_count == 1 && file->shards.parts == how->parts; /* it was taken before */
    if (!one && file->part.run_count != how->parts)
        return bon_fail(BON_ERR_ARGUMENT, "%s: counted in %zu parts, not %u", file->path, file->part.run_count,
                        how->parts);
    if (!one) {
        join->parts[i].runs += how->part;
        join->parts[i].run_count = 1;
    }
    bon_status status = bon_shards_of_part(&file->shards, how->part, how->parts, &shards);
    if (status == BON_OK && one && shards.count != file->shards.count)
        status = bon_fail(BON_ERR_ARGUMENT, "%s: has other parts than %u/%u", file->path, how->part, how->parts);
    if (status == BON_OK) status = bon_shards_add(&join->shards, &shards);
    bon_shards_free(&shards);
    return status;
}

static bon_status open_file(struct join *join, size_t i, const char *path) {
    BON_TRY(bon_counts_file_open(&join->files[i], path));
    const struct bon_counts_file *file = join->files[i], *first = join->files[0];
    if (file->order != first->order)
        return bon_fail(BON_ERR_ARGUMENT, "%s: counts of %u-grams and of %u-grams cannot be merged", path, first->order,
                        file->order);
    join->parts[i] = file->part;
    return join->how->parts ? take_part(join, i) : bon_shards_add(&join->shards, &file->shards);
}

static bon_status write_sum(const struct join *join, const char *output) {
    struct bon_counts_writer *writer;
    const struct bon_sum_rule rule = {
        .order = join->files[0]->order, .budget = join->how->memory / BUFFER_SHARE, .store = join->store};
    BON_TRY(bon_counts_writer_open(&writer, output, rule.order));
    const struct bon_counts_sink sink = bon_counts_writer_sink(writer);
    bon_status status = bon_counts_sum(join->parts, join->count, &rule, &sink);
    if (status == BON_OK) return bon_counts_writer_publish(writer, &join->shards);
    bon_counts_writer_abandon(writer);
    return status;
}

static bon_status run(struct join *join, const char *const *paths, const char *output, bon_buf *missing) {
    const struct bon_counts_join *how = join->how;
    join->files = bon_alloc_zeroed(join->count, sizeof *join->files);
    join->parts = bon_alloc_zeroed(join->count, sizeof *join->parts);
    if (!join->files || !join->parts) return BON_ERR_NOMEM;
    for (size_t i = 0; i < join->count; i++) BON_TRY(open_file(join, i, paths[i]));
    bool whole = how->parts ? bon_shards_have_all(&join->shards) : bon_shards_whole(&join->shards);
    if (!whole && missing) BON_TRY(bon_shards_missing_of(&join->shards, how->part, how->parts, missing));
    if (!whole && how->whole) return BON_OK;
    if (how->memory) BON_TRY(bon_store_open(&join->store, (size_t)how->memory, how->folder));
    return write_sum(join, output);
}

bon_status bon_counts_join(const char *const *paths, size_t count, const char *output,
                           const struct bon_counts_join *how, bon_buf *missing) {
    struct join join = {.how = how, .count = count};
    if (count == 0) return bon_fail(BON_ERR_ARGUMENT, "nothing to merge");
    if (how->memory && how->memory < BON_LM_MEMORY_MIN)
        return bon_fail(BON_ERR_ARGUMENT, "a memory limit of %llu bytes is too little; the least is %d MB",
                        (unsigned long long)how->memory, BON_LM_MEMORY_MIN / 1000000);
    bon_status status = run(&join, paths, output, missing);
    for (size_t i = 0; join.files && i < count; i++) bon_counts_file_close(join.files[i]);
    free(join.files);
    free(join.parts);
    bon_shards_free(&join.shards);
    bon_store_close(join.store);
    return status;
}
