/* src/restore/residue.h: keystrokes left in running text: "tieengs", "tie61ng", "ddi" for tiếng, đi.
 *
 * Whoever types with the input method off, or in a field that it cannot reach, leaves telex or VNI keys in the text. A token that
 * parses by the rules of one of them has a reading: its letters, with the marks that its keys put on them. They constrain what
 * the model may choose just as typed marks do; whether the token is meant so, or is a word of its own (test, mix, windows), is
 * left to the model.
 */
#ifndef BON_SRC_RESTORE_RESIDUE_H
#define BON_SRC_RESTORE_RESIDUE_H

#include "restore/lattice.h"

enum { BON_RESIDUE_MAX = 64 }; /* bytes that the letters of a reading fit in */

/* The letters of a token with the marks of its keys, in the token's case, to out; their bytes, 0 when it does not parse: keys
 * that mark nothing, a mark twice, letters that spell no syllable, or no keys at all. The tone may stand on any of the vowels.
 * *apart: a key stands apart from what it marks by other letters (tienge), as fewer people type. */
size_t bon_residue_read(const char *text, size_t n, char out[BON_RESIDUE_MAX], bool *apart);

/* The other way: telex keys of a plain form (small letters) and the label of its marks (neural.h), in the order in which most type
 * them: the letters, d, a, e, o twice or with w where they are marked, the tone last. Their bytes; 0: no room, or no letter for a mark. */
size_t bon_residue_write(const char *plain, size_t n, unsigned label, char out[BON_RESIDUE_MAX]);

/* Where VNI keys in a letter token end: digits part tokens, so tie61ng is three. `end`: behind the first of them. Returns `end`
 * when there are none, or they do not parse. */
size_t bon_residue_end(const char *line, size_t n, size_t start, size_t end);

/* Adds the reading of a letter token to the choices of the lattice's last position, if it has one. */
bon_status bon_residue_add(struct bon_lattice *lattice, const char *line);

/* Gives the readings what the others in the window say for them. */
void bon_residue_weigh(struct bon_lattice *lattice);

#endif
