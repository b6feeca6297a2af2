/* src/corpus/shingles.h: a text as the set of its runs of five tokens.
 *
 * Syllables count by their code, so that capitals and the place of a tone mark make no difference, other words, numbers and
 * addresses by their bytes; punctuation does not count. A text of fewer than five tokens is one run.
 */
#ifndef BON_SRC_CORPUS_SHINGLES_H
#define BON_SRC_CORPUS_SHINGLES_H

#include "base/status.h"

enum { BON_SHINGLE = 5 };

/* Working space of one thread. */
struct bon_shingler;
bon_status bon_shingler_open(struct bon_shingler **out);
void bon_shingler_close(struct bon_shingler *shingler); /* NULL is fine */

/* The hashes of the runs of a text (in lower case, below 4 GiB), in order, the same ones as often as they come; none when it
 * has no token that counts. They belong to the shingler until the next call. */
bon_status bon_shingles(struct bon_shingler *shingler, const char *text, size_t n, const uint32_t **shingles,
                        size_t *count);

#endif
