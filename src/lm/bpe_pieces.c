/* src/lm/bpe_pieces.c: open addressing over keys that are the pieces themselves. */
#include "lm/bpe_pieces.h"

#include <stdlib.h>

#include "base/hash.h"

/* The highest byte of a long piece's key; the rest is its place in the pool. */
#define LONG_MARK ((uint64_t)0xff << 56)
enum { FIRST_SLOTS = 1 << 12 };

static struct bon_piece *slot_of_short(const struct bon_pieces *pieces, struct bon_piece_key key) {
    size_t mask = pieces->slot_count - 1;
    for (size_t i = bon_piece_mix(key) & mask;; i = (i + 1) & mask) {
        struct bon_piece *slot = &pieces->slots[i];
        if ((slot->key.low == key.low && slot->key.high == key.high) || !bon_piece_used(slot)) return slot;
    }
}

static bool is_long(const struct bon_piece *piece) { return piece->key.high >= LONG_MARK; }

static const char *long_text(const struct bon_pieces *pieces, const struct bon_piece *piece, size_t *n) {
    const char *at = pieces->pool.data + (piece->key.high & ~LONG_MARK);
    uint64_t length;
    memcpy(&length, at, sizeof length);
    *n = (size_t)length;
    return at + sizeof length;
}

static struct bon_piece *slot_of_long(const struct bon_pieces *pieces, uint64_t hash, const char *text, size_t n) {
    size_t mask = pieces->slot_count - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        struct bon_piece *slot = &pieces->slots[i];
        if (!bon_piece_used(slot)) return slot;
        if (!is_long(slot) || slot->key.low != hash) continue;
        size_t length;
        const char *known = long_text(pieces, slot, &length);
        if (length == n && memcmp(known, text, n) == 0) return slot;
    }
}

static bon_status grow(struct bon_pieces *pieces) {
    struct bon_pieces grown = *pieces;
    grown.slot_count = pieces->slot_count ? 2 * pieces->slot_count : FIRST_SLOTS;
    grown.slots = bon_alloc_zeroed(grown.slot_count, sizeof *grown.slots);
    if (!grown.slots) return BON_ERR_NOMEM;
    size_t mask = grown.slot_count - 1;
    for (size_t i = 0; i < pieces->slot_count; i++) {
        const struct bon_piece *piece = &pieces->slots[i];
        if (!bon_piece_used(piece)) continue;
        size_t at = (is_long(piece) ? piece->key.low : bon_piece_mix(piece->key)) & mask;
        while (bon_piece_used(&grown.slots[at])) at = (at + 1) & mask;
        grown.slots[at] = *piece;
    }
    free(pieces->slots);
    *pieces = grown;
    return BON_OK;
}

static bon_status keep_long(struct bon_pieces *pieces, struct bon_piece *slot, uint64_t hash, const char *text,
                            size_t n) {
    uint64_t length = n, place = pieces->pool.len;
    if (place >= LONG_MARK >> 8) return bon_fail(BON_ERR_LIMIT, "the text has too many different long pieces");
    BON_TRY(bon_buf_reserve(&pieces->pool, sizeof length + n));
    bon_buf_push(&pieces->pool, &length, sizeof length);
    bon_buf_push(&pieces->pool, text, n);
    slot->key = (struct bon_piece_key){hash, LONG_MARK | place};
    return BON_OK;
}

bon_status bon_pieces_add(struct bon_pieces *pieces, const char *text, size_t n, size_t readable, uint64_t count) {
    if (pieces->used >= pieces->slot_count / 2) BON_TRY(grow(pieces));
    struct bon_piece *slot;
    if (n <= BON_PIECE_SHORT) {
        struct bon_piece_key key = bon_piece_key(text, n, readable);
        slot = slot_of_short(pieces, key);
        if (!bon_piece_used(slot)) slot->key = key, pieces->used++;
    } else {
        uint64_t hash = bon_hash64(text, n);
        slot = slot_of_long(pieces, hash, text, n);
        if (!bon_piece_used(slot)) {
            BON_TRY(keep_long(pieces, slot, hash, text, n));
            pieces->used++;
        }
    }
    slot->count += count;
    return BON_OK;
}

const char *bon_pieces_text(const struct bon_pieces *pieces, const struct bon_piece *piece, char *shorts, size_t *n) {
    if (is_long(piece)) return long_text(pieces, piece, n);
    *n = (size_t)(piece->key.high >> 56);
    for (size_t i = 0; i < *n; i++)
        shorts[i] = (char)(i < 8 ? piece->key.low >> 8 * i : piece->key.high >> 8 * (i - 8));
    return shorts;
}

void bon_pieces_free(struct bon_pieces *pieces) {
    free(pieces->slots);
    bon_buf_free(&pieces->pool);
    *pieces = (struct bon_pieces){0};
}
