/* src/recipe/digest.h: what a file's bytes come to (XXH3-128, as xxh128sum prints it), and not reading them again.
 *
 * As make and git do it: a file that has the device, inode, size and time of change it had when it was read has the digest it had.
 * A file that changed just before it was read is not remembered: it could change again within one tick of the clock.
 */
#ifndef BON_SRC_RECIPE_DIGEST_H
#define BON_SRC_RECIPE_DIGEST_H

#include <stdbool.h>

#include "base/hash.h"
#include "base/status.h"

struct bon_digests;

/* Remembers what the file at `path` says; one that is not there, or lines that are nonsense, are nothing to remember. */
bon_status bon_digests_open(struct bon_digests **out, const char *path);
void bon_digests_close(struct bon_digests *digests); /* NULL is fine */

/* While a file is read, `stop` is asked every few milliseconds; true ends it with BON_ERR_INTERRUPTED. */
void bon_digests_on_read(struct bon_digests *digests, bool (*stop)(void *context), void *context);

/* Bytes and digest of a file; of a folder the sum of its files' bytes and a digest of their names and digests. BON_ERR_IO, with errno,
 * when it cannot be read. */
bon_status bon_digest(struct bon_digests *digests, const char *path, uint64_t *bytes, struct bon_hash128 *digest);

/* Writes what is known of files that were asked about to `path`. */
bon_status bon_digests_write(const struct bon_digests *digests, const char *path);

#endif
