/* src/syllable/cuts_simd.h: the body of one vector implementation of bon_cut_function; cuts.c defines what it is made of and
 * includes it once for each width. */

/* Bytes from first to last: the range is moved to the bottom of what a signed byte can hold, so one comparison tells. */
TARGET INLINE VECTOR SIMD(between)(VECTOR v, int first, int last) {
    return LESS(ADD(v, SET(-128 - first)), SET(-128 + (last - first) + 1));
}

TARGET INLINE void SIMD(kinds)(const uint8_t *block, struct bon_byte_kinds *kinds) {
    struct bon_byte_kinds k = {0};
    for (unsigned i = 0; i < BON_CUT_BLOCK; i += sizeof(VECTOR)) {
        VECTOR v = LOAD(block + i), inner = OR(EQUAL(v, SET(':')), SIMD(between)(v, ',', '/'));
        VECTOR tag = OR(EQUAL(v, SET('+')), OR(EQUAL(v, SET('@')), EQUAL(v, SET('#'))));
#define PUT(name, vector) k.name |= (uint64_t)(MASK)MOVEMASK(vector) << i
        PUT(letter, SIMD(between)(OR(v, SET(0x20)), 'a', 'z'));
        PUT(digit, SIMD(between)(v, '0', '9'));
        PUT(high, LESS(v, SET(0)));
        PUT(low, SIMD(between)(v, 0, ' '));
        PUT(blank, OR(EQUAL(v, SET(' ')), SIMD(between)(v, '\t', '\r')));
        PUT(newline, EQUAL(v, SET('\n')));
        PUT(inner, inner);
        PUT(tag, tag);
        PUT(knot, OR(OR(inner, tag), OR(EQUAL(v, SET('%')), EQUAL(v, SET('_')))));
        PUT(dot, EQUAL(v, SET('.')));
        PUT(e2, EQUAL(v, SET(0xe2)));
        PUT(x80, EQUAL(v, SET(0x80)));
        PUT(x90_bf, SIMD(between)(v, 0x90, 0xbf));
        PUT(latin, SIMD(between)(v, 0xc3, 0xc6));
        PUT(e1, EQUAL(v, SET(0xe1)));
        PUT(ba_bb, SIMD(between)(v, 0xba, 0xbb));
#undef PUT
    }
    *kinds = k;
}

TARGET static size_t SIMD(cut)(const uint8_t *bytes, struct bon_cuts *cuts) {
    return bon_cut_window(SIMD(kinds), places_plain, bytes, cuts);
}
