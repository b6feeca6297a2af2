/* src/corpus/dedup.c: see dedup.h. */
#include "corpus/dedup.h"

#include <stdlib.h>

#include "corpus/seen.h"
#include "corpus/spool.h"

struct bon_dedup {
    struct bon_dedup_options options;
    char *folder;
    struct bon_seen seen;
    struct bon_spool *waiting; /* NULL: the set has had room so far, in this pass */
    struct bon_clusters clusters;
    struct bon_dedup_counts counts;
};

bon_status bon_dedup_open(struct bon_dedup **out, const struct bon_dedup_options *options) {
    struct bon_dedup *dedup = bon_alloc_zeroed(1, sizeof *dedup);
    if (!dedup) return BON_ERR_NOMEM;
    dedup->options = *options;
    dedup->seen.limit = options->memory;
    if (options->memory) {
        size_t n = strlen(options->folder) + 1;
        dedup->folder = bon_alloc_array(n, 1);
        if (!dedup->folder) {
            free(dedup);
            return BON_ERR_NOMEM;
        }
        memcpy(dedup->folder, options->folder, n);
    }
    *out = dedup;
    return BON_OK;
}

static bon_status write_text(struct bon_dedup *dedup, const char *text, size_t n) {
    return dedup->options.write(dedup->options.context, text, n);
}

static bon_status wait(struct bon_dedup *dedup, struct bon_hash128 hash, bool always, const char *text, size_t n) {
    if (!dedup->waiting) BON_TRY(bon_spool_open(&dedup->waiting, dedup->folder));
    return bon_spool_put(dedup->waiting, hash, always, text, n);
}

static bon_status settle(struct bon_dedup *dedup, struct bon_hash128 hash, const char *text, size_t n) {
    enum bon_seen_answer answer;
    BON_TRY(bon_seen_add(&dedup->seen, hash, &answer));
    switch (answer) {
    case BON_SEEN_FULL: return wait(dedup, hash, false, text, n);
    case BON_SEEN_BEFORE:
        return dedup->options.clusters ? bon_clusters_add(&dedup->clusters, hash, 1, text, n) : BON_OK;
    case BON_SEEN_NEW: break;
    }
    dedup->counts.kept++;
    dedup->counts.kept_bytes += n;
    return write_text(dedup, text, n);
}

static bon_status settle_always(struct bon_dedup *dedup, const char *text, size_t n) {
    return dedup->waiting ? wait(dedup, (struct bon_hash128){0}, true, text, n) : write_text(dedup, text, n);
}

bon_status bon_dedup_add(struct bon_dedup *dedup, struct bon_hash128 hash, const char *text, size_t n) {
    if (n > UINT32_MAX)
        return bon_fail(BON_ERR_LIMIT, "a text of %zu bytes: at most 4 GiB can be compared with others", n);
    dedup->counts.texts++;
    dedup->counts.bytes += n;
    return settle(dedup, hash, text, n);
}

bon_status bon_dedup_keep(struct bon_dedup *dedup, const char *text, size_t n) {
    dedup->counts.bytes += n;
    dedup->counts.kept_bytes += n;
    return settle_always(dedup, text, n);
}

static bon_status pass(struct bon_dedup *dedup, struct bon_spool *spool, bon_buf *text) {
    struct bon_spooled head;
    bool end;
    BON_TRY(bon_spool_rewind(spool));
    for (;;) {
        BON_TRY(bon_spool_take(spool, &head, text, &end));
        if (end) return BON_OK;
        BON_TRY(head.always ? settle_always(dedup, text->data, text->len)
                            : settle(dedup, head.hash, text->data, text->len));
    }
}

bon_status bon_dedup_finish(struct bon_dedup *dedup) {
    bon_buf text = {0};
    bon_status status = BON_OK;
    while (dedup->waiting && status == BON_OK) {
        struct bon_spool *spool = dedup->waiting;
        dedup->waiting = NULL;
        dedup->counts.passes++;
        bon_seen_clear(&dedup->seen);
        status = pass(dedup, spool, &text);
        bon_spool_close(spool);
    }
    bon_buf_free(&text);
    return status;
}

struct bon_dedup_counts bon_dedup_counts(const struct bon_dedup *dedup) {
    return dedup->counts;
}

struct bon_clusters *bon_dedup_clusters(struct bon_dedup *dedup) {
    return &dedup->clusters;
}

void bon_dedup_close(struct bon_dedup *dedup) {
    if (!dedup) return;
    bon_seen_free(&dedup->seen);
    bon_spool_close(dedup->waiting);
    bon_clusters_free(&dedup->clusters);
    free(dedup->folder);
    free(dedup);
}
