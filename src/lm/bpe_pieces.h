/* src/lm/bpe_pieces.h: pieces of text with their counts.
 *
 * A piece of up to 15 bytes, as nearly all are, is its own key: two integers, the length in the highest byte. A longer one
 * has its hash and its place in `pool`, where it stands behind its length.
 */
#ifndef BON_SRC_LM_BPE_PIECES_H
#define BON_SRC_LM_BPE_PIECES_H

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"

enum { BON_PIECE_SHORT = 15, BON_PIECE_READ = 16 };

struct bon_piece_key {
    uint64_t low, high;
};

/* The key of a piece of at most BON_PIECE_SHORT bytes. `readable`: bytes that may be read at text. */
static inline struct bon_piece_key bon_piece_key(const char *text, size_t n, size_t readable) {
    struct bon_piece_key key = {0, 0};
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    if (readable >= BON_PIECE_READ) {
        memcpy(&key, text, sizeof key);
        unsigned shift = (unsigned)(8 * n & 63);
        uint64_t below = ((uint64_t)1 << shift) - 1;
        key.high = n < 8 ? 0 : key.high & below;
        key.low = n < 8 ? key.low & below : key.low;
        key.high |= (uint64_t)n << 56;
        return key;
    }
#endif
    (void)readable;
    for (size_t i = 0; i < n && i < 8; i++) key.low |= (uint64_t)(unsigned char)text[i] << 8 * i;
    for (size_t i = 8; i < n; i++) key.high |= (uint64_t)(unsigned char)text[i] << 8 * (i - 8);
    key.high |= (uint64_t)n << 56;
    return key;
}

static inline uint64_t bon_piece_mix(struct bon_piece_key key) {
    uint64_t mixed = (key.low ^ (key.high << 31 | key.high >> 33)) * 0x9e3779b97f4a7c15;
    return (mixed ^ mixed >> 32) * 0xd6e8feb86659fd93;
}

struct bon_piece {
    struct bon_piece_key key; /* both 0 = free slot */
    uint64_t count;
};

/* All zeros is empty. */
struct bon_pieces {
    struct bon_piece *slots; /* open addressing, a power of two */
    size_t slot_count, used;
    bon_buf pool;
};

/* Adds `count` to a piece, n > 0. `readable` as above. */
bon_status bon_pieces_add(struct bon_pieces *pieces, const char *text, size_t n, size_t readable, uint64_t count);
/* The bytes of a piece in a used slot; `shorts` gets those of a short one. */
const char *bon_pieces_text(const struct bon_pieces *pieces, const struct bon_piece *piece, char *shorts, size_t *n);
void bon_pieces_free(struct bon_pieces *pieces);

static inline bool bon_piece_used(const struct bon_piece *piece) { return piece->key.high != 0; }

#endif
