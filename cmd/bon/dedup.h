/* cmd/bon/dedup.h: what both ways of bon dedup share. */
#ifndef BON_CMD_DEDUP_H
#define BON_CMD_DEDUP_H

#include "corpus/clusters.h"
#include "corpus/units.h"
#include "limit.h"
#include "share.h"
#include "stream.h"

struct dedup_args {
    struct shared_args shared;
    int unit, same, keep;
    bool near;
    double threshold; /* 0 = the default */
    const char *json_field, *report, *json, *drops;
    unsigned top, parts;
    struct share shard;
    struct limit limit;
};

/* What comes of texts that are read again, when it is known which ones stay. */
struct dedup_tally {
    uint64_t texts, kept, bytes, kept_bytes;
};
/* The next text: written when it stays. */
bon_status dedup_write_text(struct dedup_tally *tally, bool stays, const char *text, size_t n, struct bon_out *out);
/* What is between texts stays. */
bon_status dedup_write_between(struct dedup_tally *tally, const char *text, size_t n, struct bon_out *out);
/* --json. Returns the exit status. */
int dedup_write_tally(const struct dedup_tally *tally, const char *path);

/* bon dedup --near. Returns the exit status. */
int dedup_near(const struct command *command, const struct dedup_args *args, char **paths, int path_count);

/* bon dedup --shard. Returns the exit status. */
int dedup_shard(const struct command *command, const struct dedup_args *args, char **paths, int path_count);

/* --threshold, or what it is when it is not given. */
double dedup_threshold(const struct dedup_args *args);

/* The `most` largest clusters as a table: texts in the cluster, beginning of the one given. Returns the exit status. */
int dedup_write_report(struct bon_clusters *clusters, const char *path, size_t most);

#endif
