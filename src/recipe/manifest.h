/* src/recipe/manifest.h: the records of all jobs that were done, in one file: a line each (record.h).
 *
 * A finished job is one line more, written at once and synced, so that a kill at any moment loses at most the line it cuts: half a line
 * is no record. At the end of a run the file is written anew, in the order of the plan, without the lines that no longer count.
 */
#ifndef BON_SRC_RECIPE_MANIFEST_H
#define BON_SRC_RECIPE_MANIFEST_H

#include "recipe/record.h"

struct bon_manifest;

/* Reads what is there; nothing is no manifest yet. Lines that are no records are passed over; of two records of a job the later one
 * counts. */
bon_status bon_manifest_open(struct bon_manifest **out, const char *path);
void bon_manifest_close(struct bon_manifest *manifest); /* NULL is fine */

/* The record of a job, or NULL. */
const char *bon_manifest_find(const struct bon_manifest *manifest, const char *job, size_t *n);

/* Adds a line with its newline, to the file too. */
bon_status bon_manifest_add(struct bon_manifest *manifest, const char *job, const char *line, size_t n);

/* Writes the records of a plan's jobs in its order, by way of a file in the folder `stage`, unless they stand so already. */
bon_status bon_manifest_settle(struct bon_manifest *manifest, const struct bon_plan *plan, const char *stage);

#endif
