/* src/lm/bpe_alphabet.h: bytes as printable characters, as GPT-2's vocabulary and everything after it spells them: printable
 * Latin-1 stands for itself, the 68 other bytes for U+0100 and up in their order (a space is Ġ). */
#ifndef BON_SRC_LM_BPE_ALPHABET_H
#define BON_SRC_LM_BPE_ALPHABET_H

#include <stdbool.h>

#include "base/status.h"

/* Appends the characters of n bytes. */
bon_status bon_alphabet_spell(const char *bytes, size_t n, bon_buf *out);
/* Appends the bytes of a spelling; *valid is false, with some bytes appended, when a character stands for no byte. */
bon_status bon_alphabet_read(const char *spelling, size_t n, bon_buf *out, bool *valid);

#endif
