/* src/syllable/cuts.h: where text falls into entries: runs of letters, numbers, single signs, line ends; 64 bytes at a time.
 *
 * An entry is what may be a token by its bytes alone. Entries cover every byte that is not a blank, and each is told to be
 * clean or not: nothing around a clean entry can change what it is. What is not clean is for the tokenizer to read.
 *
 *     letters    ASCII letters and bytes of longer characters
 *     number     ASCII digits, with single . , : / - between digits
 *     sign       any other byte that is no blank; or U+2010 to U+203F (dashes, typographic quotes, the ellipsis), three bytes
 *     line end   a newline
 *
 * Clean is an entry before a blank, a control, the end, a sign that joins nothing, or one that may join (a dot, a hyphen) with
 * such a thing behind it. A sign is clean where no combining mark can stand behind it.
 */
#ifndef BON_SRC_SYLLABLE_CUTS_H
#define BON_SRC_SYLLABLE_CUTS_H

#include <stddef.h>
#include <stdint.h>

enum { BON_CUT_BLOCK = 64, BON_CUT_WINDOW = 4096, BON_CUT_AHEAD = 2 * BON_CUT_BLOCK };

/* The entries that end within BON_CUT_WINDOW bytes: offsets of their first bytes, and of the bytes behind their last with
 * flags. Places are written a block at a time, so there is room for those of one block more. */
#define BON_CUT_DIRTY ((uint32_t)1 << 31) /* not clean */
#define BON_CUT_DOT ((uint32_t)1 << 30)   /* a dot stands behind it, so it may be an abbreviation */
#define BON_CUT_END (BON_CUT_DOT - 1)
struct bon_cuts {
    uint32_t starts[BON_CUT_WINDOW + BON_CUT_BLOCK], ends[BON_CUT_WINDOW + BON_CUT_BLOCK];
};

/* Finds them and returns their number; bytes[BON_CUT_WINDOW + BON_CUT_AHEAD - 1] must be readable. */
typedef size_t bon_cut_function(const uint8_t *bytes, struct bon_cuts *cuts);

/* The fastest that this processor can run; and all of them, for tests: NULL behind the last. */
bon_cut_function *bon_cut_best(void);
bon_cut_function *bon_cut_nth(unsigned i);

#endif
