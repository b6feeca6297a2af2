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
    VECTOR second = MINUS(before, SET((char)0xbf)), third = MINUS(LOAD(p - 2), SET((char)0xdf));
    VECTOR fourth = MINUS(LOAD(p - 3), SET((char)0xef)); /* all below 0x80: not negative */
    VECTOR announced = GREATER(OR(second, OR(third, fourth)), ZERO);
    VECTOR sequence = XOR(GREATER(SET(-64), v), announced);
    VECTOR newline = EQUAL(v, SET('\n')), space = EQUAL(v, SET(' '));
    VECTOR space_before = EQUAL(before, SET(' ')), newline_before = EQUAL(before, SET('\n'));
    VECTOR low = EQUAL(LOWER(v, SET(0x1f)), v);
    VECTOR control = OR(ANDNOT(newline, low), EQUAL(v, SET(0x7f)));
    VECTOR blank = OR(AND(space, OR(space_before, newline_before)), AND(newline, space_before));
    return OR(sequence, OR(control, blank));
}

TARGET static void SIMD(masks)(const uint8_t *block, struct bon_block_masks *m) {
    uint64_t wrong = 0, odd = 0, check = 0, tail = 0, beyond = 0, maybe_vowel = 0, qg = 0, letters = 0;
    for (unsigned i = 0; i < 64; i += sizeof(VECTOR)) {
        VECTOR v = LOAD(block + i), before = LOAD(block + i - 1), half = SET(0x0f), zero = ZERO;
        VECTOR low = AND(v, half), high = AND(SHIFT4(v), half);
        VECTOR before_low = AND(before, half), before_high = AND(SHIFT4(before), half);
        VECTOR kinds = AND(SHUFFLE(TABLE(letter_kind.low), low), SHUFFLE(TABLE(letter_kind.high), high));
        VECTOR odd_pairs = SIMD(pair)(&odd_pair, low, high, before_low, before_high);
        VECTOR fine = EQUAL(OR(odd_pairs, AND(kinds, SET(KIND_RARE))), zero);
        /* One signed comparison for 'a' <= x <= 'z': the range is moved to the bottom of what a byte can hold. */
        VECTOR letter = GREATER(SET(-128 + 26), ADD(OR(v, SET(0x20)), SET((char)(-128 - 'a'))));
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
        letters |= (uint64_t)(MASK)MOVEMASK(letter) << i;
    }
    *m = (struct bon_block_masks){wrong, odd, check, tail, beyond, maybe_vowel, qg, letters | beyond};
}
