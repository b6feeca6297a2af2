/* src/corpus/near.h: of texts that are nearly the same one is kept.
 *
 * Each text leaves a row: its signature and the keys of its bands (minhash.h). Band by band the rows are sorted by key; those
 * that meet are compared by their signatures, and those similar enough become one cluster (union–find), so that a text may be in
 * a cluster through others. Of a cluster the first text stays, or the longest.
 *
 *     bon_near_open(&near, &options);
 *     for each text, in any thread: bon_near_sign(near, shingler, text, n, &row);   in order, in one: bon_near_add(near, row)
 *     bon_near_settle(near);
 *     for each text once more: bon_near_keeps(near, i)
 */
#ifndef BON_SRC_CORPUS_NEAR_H
#define BON_SRC_CORPUS_NEAR_H

#include <stdbool.h>

#include "base/buf.h"
#include "corpus/shingles.h"

struct bon_near_options {
    double threshold;   /* least similarity, above 0 and at most 1 */
    bool longest;       /* keep the longest of a cluster instead of the first (the first of the longest) */
    uint64_t memory;    /* bytes for rows and clusters; beyond them the disk; 0 = no limit */
    const char *folder; /* for temporary files; needed with memory only */
};

struct bon_near;

bon_status bon_near_open(struct bon_near **out, const struct bon_near_options *options);
void bon_near_close(struct bon_near *near); /* NULL is fine */

size_t bon_near_row_size(const struct bon_near *near); /* bytes */
/* Appends the row of a text in lower case. A text without tokens that count is like no other. Any number of threads. */
bon_status bon_near_sign(const struct bon_near *near, struct bon_shingler *shingler, const char *text, size_t n,
                         bon_buf *row);
/* Adds the row of the next text: number 0, 1, ... */
bon_status bon_near_add(struct bon_near *near, const char *row);
size_t bon_near_count(const struct bon_near *near);

/* Finds the clusters. Nothing may be added any more. */
bon_status bon_near_settle(struct bon_near *near);
bool bon_near_keeps(const struct bon_near *near, size_t text);
/* The text that stays for this one, and how many texts are in its cluster. */
size_t bon_near_kept(const struct bon_near *near, size_t text);
size_t bon_near_size(const struct bon_near *near, size_t text);

#endif
