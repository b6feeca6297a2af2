/* src/syllable/address.h: web and mail addresses inside text. */
#ifndef BON_SRC_SYLLABLE_ADDRESS_H
#define BON_SRC_SYLLABLE_ADDRESS_H

#include "bon/syllable.h"

/* The end of the address that begins at text[start], and its kind (BON_TOKEN_URL or BON_TOKEN_EMAIL); 0 when none does.
 * text[start, run) is the letter or digit run at its head. Costs O(1) when what follows the run cannot be in an address. */
size_t bon_address_end(const char *text, size_t n, size_t start, size_t run, bon_token_kind *kind);

#endif
