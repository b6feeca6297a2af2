/* cmd/bon/shard.c: see shard.h. */
#include "shard.h"

bon_status shard_take(const struct share *share, enum bon_cut_at at, struct bon_cut *cut, char ***paths,
                      int *path_count, struct bon_pipeline *pipeline) {
    if (!share->of) return BON_OK;
    BON_TRY(bon_cut_open(cut, (const char *const *)*paths, (size_t)*path_count, share->index, share->of, at));
    *paths = (char **)cut->paths;
    *path_count = (int)cut->count;
    pipeline->ranges = cut->ranges;
    return BON_OK;
}
