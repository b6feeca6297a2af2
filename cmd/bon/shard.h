/* cmd/bon/shard.h: --shard of commands that work on each part of a text by itself. */
#ifndef BON_CMD_SHARD_H
#define BON_CMD_SHARD_H

#include "base/cut.h"
#include "base/pipeline.h"
#include "share.h"

#define OPTION_SHARD(type, field, text) OPTION_PARSE(0, "shard", "I/N", type, field, parse_share, text)

/* The pipeline is to read the shard alone, of the files in *paths, which change to those that have to do with it. Without a shard
 * all stays. `cut` is zeroed before and closed after. */
bon_status shard_take(const struct share *share, enum bon_cut_at at, struct bon_cut *cut, char ***paths,
                      int *path_count, struct bon_pipeline *pipeline);

#endif
