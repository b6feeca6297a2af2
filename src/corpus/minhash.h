/* src/corpus/minhash.h: signatures by which texts that are nearly the same find each other.
 *
 * Two texts are as similar as the share of their shingles (runs of tokens) that both have: the Jaccard index J. MinHash
 * (Broder 1997): the least value of a random hash over the shingles of a text is that of another one with probability J, so
 * the share of equal minima among BON_MINHASHES of them estimates J, with a standard deviation of at most 0.045. A hash is a
 * multiplication and an addition modulo 2^32 (Dietzfelbinger et al. 1997), eight at once where the processor can.
 *
 * Bands (Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, 3.4): minima are gathered to bands of r rows; texts meet
 * where all minima of a band are equal: one of b bands is with probability 1 - (1 - J^r)^b, a steep curve. What meets is then
 * compared by all minima, of which 8 bits are kept (Li, König 2010: chance makes 1 in 256 equal, and that is taken off).
 */
#ifndef BON_SRC_CORPUS_MINHASH_H
#define BON_SRC_CORPUS_MINHASH_H

#include <stddef.h>
#include <stdint.h>

enum { BON_MINHASHES = 128 };

/* The hashes: value i is a[i] * x + b[i]. */
struct bon_minhash {
    uint32_t a[BON_MINHASHES], b[BON_MINHASHES];
    unsigned bands, rows; /* bands * rows <= BON_MINHASHES */
};

/* For texts to be found from a similarity (above 0, at most 1) on: the most rows a band, which is the fewest meetings by chance,
 * with which texts just that similar meet with probability 0.98. */
void bon_minhash_init(struct bon_minhash *hash, double similarity);

/* The minima over n shingles (n > 0). */
void bon_minhash_minima(const struct bon_minhash *hash, const uint32_t *shingles, size_t n,
                        uint32_t minima[BON_MINHASHES]);
/* A key for each band, and 8 bits of each minimum. */
void bon_minhash_sign(const struct bon_minhash *hash, const uint32_t minima[BON_MINHASHES], uint32_t *bands,
                      uint8_t signature[BON_MINHASHES]);
/* The similarity that two signatures tell; may be a little below 0. */
double bon_minhash_similarity(const uint8_t a[BON_MINHASHES], const uint8_t b[BON_MINHASHES]);

#endif
