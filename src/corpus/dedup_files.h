/* src/corpus/dedup_files.h: what passes between machines when a text is deduplicated in shards, as .bond files
 * (docs/bond-format.md).
 *
 * 1. Each shard's texts are numbered and leave a *map* file: sorted pairs of hash and number in parts by hash, or, of texts that are
 *    compared for nearness, their rows.
 * 2. A part of all maps, merged, tells which texts come again, the first in input order being kept: a file of *drops*, numbers by
 *    shard. Rows are all joined in one place.
 * 3. Drops of all parts in one file; each shard is read again, and what it drops is left out.
 */
#ifndef BON_SRC_CORPUS_DEDUP_FILES_H
#define BON_SRC_CORPUS_DEDUP_FILES_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/hash.h"
#include "corpus/near.h"

enum { BON_DEDUP_FILE_VERSION = 1, BON_DEDUP_PARTS_MAX = 4096 };

enum bon_dedup_step { BON_DEDUP_MAP, BON_DEDUP_DROPS };

/* Of what text, compared in what way: the same in all files of a job. */
struct bon_dedup_job {
    uint64_t text;    /* digest (base/cut.h) */
    uint64_t options; /* digest of everything that decides which texts are the same */
    uint32_t shards;  /* of the text */
    uint32_t parts;   /* of a shard; 1 with rows */
    uint32_t near;    /* 1: rows, not hashes */
    uint32_t longest; /* with rows: keep the longest of a cluster */
    double threshold; /* with rows */
};

struct bon_dedup_head {
    struct bon_dedup_job job;
    uint32_t step;
    uint32_t index; /* the shard of a map; the part of drops that are of one alone, else `parts` */
    uint64_t texts; /* of a map; of the whole text */
};

/* ---- maps ---- */

struct bon_dedup_map; /* being written */

/* `memory` is for sorting. */
bon_status bon_dedup_map_open(struct bon_dedup_map **out, const struct bon_dedup_job *job, uint32_t shard,
                              uint64_t memory, const char *folder);
/* The next text: its hash, or its row. */
bon_status bon_dedup_map_add(struct bon_dedup_map *map, struct bon_hash128 hash);
bon_status bon_dedup_map_add_row(struct bon_dedup_map *map, const char *row, size_t size);
bon_status bon_dedup_map_write(struct bon_dedup_map *map, const char *path);
void bon_dedup_map_close(struct bon_dedup_map *map);

/* ---- merging ---- */

struct bon_dedup_join {
    uint32_t part, parts; /* parts above 0: that part alone; of maps only */
    uint64_t memory;      /* 0 = a gigabyte for hashes, no limit for rows */
    const char *folder;
};

/* Is it a file of these? Told by its first bytes. */
bool bon_dedup_is_file(const char *path);
/* Maps of all shards into drops, or drops of several parts into one file. `missing` gets the shards or parts that are; nothing is
 * written then. */
bon_status bon_dedup_join_files(const char *const *paths, size_t count, const char *output,
                                const struct bon_dedup_join *how, bon_buf *missing);

/* ---- drops ---- */

/* What one shard leaves out. */
struct bon_dedup_drops;

/* Checked against the job, whose `parts` may be anything; `missing` gets the parts that are. */
bon_status bon_dedup_drops_open(struct bon_dedup_drops **out, const char *path, const struct bon_dedup_job *job,
                                uint32_t shard, bon_buf *missing);
/* Is the next text dropped? */
bon_status bon_dedup_drops_next(struct bon_dedup_drops *drops, bool *dropped);
/* Behind the last text: nothing may be left. */
bon_status bon_dedup_drops_end(const struct bon_dedup_drops *drops);
void bon_dedup_drops_close(struct bon_dedup_drops *drops);

/* ---- what all of them share ---- */

/* An open file. */
struct bon_dedup_file {
    char *path;
    int fd;
    struct bon_dedup_head head;
    uint64_t begin; /* of records, numbers or rows, in bytes */
    uint64_t end;
    struct bon_dedup_run {
        uint64_t bytes, checksum;
    } * runs; /* of a map: by part; of drops: by shard; rows: one */
    size_t run_count;
};
bon_status bon_dedup_file_open(struct bon_dedup_file **out, const char *path);
void bon_dedup_file_close(struct bon_dedup_file *file);
/* The same job, but for the parts? */
bool bon_dedup_same_job(const struct bon_dedup_job *a, const struct bon_dedup_job *b);

#endif
