/* src/ngram/vocab.c: an open-addressing hash of words. A slot holds only the word's id; the table of words holds its text,
 * length and half of its hash, so a look-up reads one slot, one 16-byte record and, when both agree, the text. Linear probing
 * at a load of at most one half. */
#include "ngram/vocab.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"

enum { FIRST_SLOTS = 1 << 10 };

/* The slot where the word is, or the free one where it belongs. */
static size_t find_slot(const struct bon_vocab *vocab, const char *text, size_t n, uint64_t hash) {
    size_t slot = hash & vocab->slot_mask;
    for (uint32_t found; (found = vocab->slots[slot]) != 0; slot = (slot + 1) & vocab->slot_mask) {
        const struct bon_vocab_word *word = &vocab->words[found - 1];
        if (word->hash == (uint32_t)(hash >> 32) && word->len == n && memcmp(word->text, text, n) == 0) break;
    }
    return slot;
}

/* Only the high half of a hash is stored, so the low half, which picks the slot, is computed anew. */
static bon_status double_slots(struct bon_vocab *vocab) {
    size_t size = vocab->slots ? (vocab->slot_mask + 1) * 2 : FIRST_SLOTS;
    uint32_t *slots = bon_alloc_zeroed(size, sizeof *slots);
    if (!slots) return BON_ERR_NOMEM;
    for (uint32_t id = 0; id < vocab->count; id++) {
        size_t slot = bon_hash64(vocab->words[id].text, vocab->words[id].len) & (size - 1);
        while (slots[slot]) slot = (slot + 1) & (size - 1);
        slots[slot] = id + 1;
    }
    free(vocab->slots);
    vocab->slots = slots;
    vocab->slot_mask = size - 1;
    return BON_OK;
}

bon_status bon_vocab_add(struct bon_vocab *vocab, const char *text, size_t n, uint32_t *id) {
    if (n > UINT32_MAX) return bon_fail(BON_ERR_LIMIT, "a word of %zu bytes: words end at 4 GiB", n);
    if (!vocab->slots) BON_TRY(double_slots(vocab));
    uint64_t hash = bon_hash64(text, n);
    size_t slot = find_slot(vocab, text, n, hash);
    if (vocab->slots[slot]) {
        *id = vocab->slots[slot] - 1;
        return BON_OK;
    }
    if (vocab->count >= UINT32_MAX - 1) return bon_fail(BON_ERR_LIMIT, "more than %u different words", UINT32_MAX - 1);
    if (((size_t)vocab->count + 1) * 2 > vocab->slot_mask + 1) {
        BON_TRY(double_slots(vocab));
        slot = find_slot(vocab, text, n, hash);
    }
    BON_TRY(bon_grow_array(&vocab->words, &vocab->cap, (size_t)vocab->count + 1, sizeof *vocab->words));
    const char *copy = bon_arena_copy(&vocab->arena, text, n);
    if (!copy) return BON_ERR_NOMEM;
    vocab->words[vocab->count] = (struct bon_vocab_word){copy, (uint32_t)n, (uint32_t)(hash >> 32)};
    *id = vocab->count;
    vocab->slots[slot] = ++vocab->count;
    return BON_OK;
}

uint32_t bon_vocab_find(const struct bon_vocab *vocab, const char *text, size_t n) {
    if (!vocab->slots) return BON_VOCAB_NONE;
    uint32_t found = vocab->slots[find_slot(vocab, text, n, bon_hash64(text, n))];
    return found ? found - 1 : BON_VOCAB_NONE;
}

void bon_vocab_free(struct bon_vocab *vocab) {
    free(vocab->words);
    free(vocab->slots);
    bon_arena_free(&vocab->arena);
    *vocab = (struct bon_vocab){0};
}

int bon_compare_bytes(const char *a, size_t a_size, const char *b, size_t b_size) {
    size_t n = a_size < b_size ? a_size : b_size;
    int order = n ? memcmp(a, b, n) : 0; /* nothing may come with a null pointer */
    return order ? order : (a_size > b_size) - (a_size < b_size);
}

int bon_vocab_compare(const struct bon_vocab_word *a, const struct bon_vocab_word *b) {
    return bon_compare_bytes(a->text, a->len, b->text, b->len);
}
