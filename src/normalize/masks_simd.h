/* src/normalize/masks_simd.h: the body of one vector implementation of bon_masks_function; masks.c defines what it is made
 * of and includes it once for each width.
 *
 * A class of byte pairs is found by look-ups of 16 entries, one for each half of a byte and of the byte before it, joined by
 * AND: each bit stands for one pair of high halves (Keiser and Lemire, "Validating UTF-8 in less than one instruction per
 * byte", 2021). Everything that ends a scan is one mask: moving masks out of vectors is what costs.
 */
TARGET static inline VECTOR SIMD(pair)(const struct pair_class *c, VECTOR low, VECTOR high, VECTOR before_low,
                                       VECTOR before_high) {
    VECTOR here = AND(SHUFFLE(TABLE(c->low), low), SHUFFLE(TABLE(c->high), high));
    VECTOR before = AND(SHUFFLE(TABLE(c->before_low), before_low), SHUFFLE(TABLE(c->before_high), before_high));
    return AND(here, before);
}

/* Bytes out of place: tails that no lead announces, leads without their tails, controls, blanks next to blanks or line ends. */
TARGET static inline VECTOR SIMD(wrong)(const uint8_t *p, VECTOR v, VECTOR before) {
    VECTOR tail = GREATER(SET(-64), v), zero = ZERO;
    VECTOR second = AND(GREATER(zero, before), GREATER(before, SET(-65)));
    VECTOR two_before = LOAD(p - 2), three_before = LOAD(p - 3);
    VECTOR third = AND(GREATER(zero, two_before), GREATER(two_before, SET(-33)));
    VECTOR fourth = AND(GREATER(zero, three_before), GREATER(three_before, SET(-17)));
    VECTOR sequence = XOR(tail, OR(second, OR(third, fourth)));
    VECTOR newline = EQUAL(v, SET('\n')), space = EQUAL(v, SET(' '));
    VECTOR space_before = EQUAL(before, SET(' ')), newline_before = EQUAL(before, SET('\n'));
    VECTOR low = AND(GREATER(SET(0x20), v), GREATER(v, SET(-1)));
    VECTOR control = OR(ANDNOT(newline, low), EQUAL(v, SET(0x7f)));
    VECTOR blank = OR(AND(space, OR(space_before, newline_before)), AND(newline, space_before));
    return OR(sequence, OR(control, blank));
}

TARGET static void SIMD(masks)(const uint8_t *block, struct bon_block_masks *m) {
    uint64_t wrong = 0, odd = 0, check = 0, tail = 0, beyond = 0, maybe_vowel = 0, qg = 0, more = 0;
    for (unsigned i = 0; i < 64; i += sizeof(VECTOR)) {
        VECTOR v = LOAD(block + i), before = LOAD(block + i - 1), half = SET(0x0f), zero = ZERO;
        VECTOR low = AND(v, half), high = AND(SHIFT4(v), half);
        VECTOR before_low = AND(before, half), before_high = AND(SHIFT4(before), half);
        VECTOR kinds = AND(SHUFFLE(TABLE(letter_kind.low), low), SHUFFLE(TABLE(letter_kind.high), high));
        VECTOR small = OR(v, SET(0x20));
        VECTOR letter = AND(GREATER(small, SET('a' - 1)), GREATER(SET('z' + 1), small));
        VECTOR listed = OR(AND(GREATER(v, SET((char)0xc2)), GREATER(SET((char)0xc7), v)), EQUAL(v, SET((char)0xe1)));
        VECTOR lead = AND(GREATER(zero, v), GREATER(v, SET(-65)));
        VECTOR fine =
            AND(EQUAL(SIMD(pair)(&odd_pair, low, high, before_low, before_high), zero), OR(listed, NOT(lead)));
        VECTOR d_stroke = AND(EQUAL(before, SET((char)0xc4)), EQUAL(OR(v, SET(1)), SET((char)0x91)));
        VECTOR vowel = GREATER(AND(kinds, SET(KIND_VOWEL)), zero);
        VECTOR no_check = EQUAL(SIMD(pair)(&check_pair, low, high, before_low, before_high), zero);
        wrong |= (uint64_t)(MASK)MOVEMASK(SIMD(wrong)(block + i, v, before)) << i;
        odd |= (uint64_t)(MASK)~MOVEMASK(fine) << i;
        check |= (uint64_t)(MASK)~MOVEMASK(no_check) << i;
        tail |= (uint64_t)(MASK)MOVEMASK(GREATER(SET(-64), v)) << i;
        beyond |= (uint64_t)(MASK)MOVEMASK(v) << i;
        maybe_vowel |= (uint64_t)(MASK)MOVEMASK(OR(vowel, ANDNOT(d_stroke, v))) << i;
        qg |= (uint64_t)(MASK)MOVEMASK(GREATER(AND(kinds, SET(KIND_QG)), zero)) << i;
        more |= (uint64_t)(MASK)MOVEMASK(OR(letter, v)) << i;
    }
    *m = (struct bon_block_masks){wrong, odd, check, tail, beyond, maybe_vowel, qg, more};
}
