/* src/corpus/pii.h: finds what tells who somebody is, as it is written in Vietnam, and puts a placeholder in its place.
 *
 * Phone numbers, identity numbers and plates have plans of numbering, so most other numbers (dates, prices, law numbers, ISBN) cannot
 * be one; where shape alone does not tell (bank accounts, old identity numbers), a word before it must: STK, số tài khoản, CMND.
 *
 *     bon_pii_mask("Gọi 0912.345.678 nhé", 20, BON_PII_ALL, &out, counts);      // Gọi [điện thoại] nhé
 */
#ifndef BON_SRC_CORPUS_PII_H
#define BON_SRC_CORPUS_PII_H

#include <stdbool.h>

#include "base/buf.h"

/* X(NAME, name, placeholder, what it is) */
#define BON_PII_TABLE(X)                                                                                               \
    X(PHONE, "phone", "[điện thoại]", "phone numbers, of the plans before and after 2018")                             \
    X(EMAIL, "email", "[email]", "addresses of e-mail")                                                                \
    X(ID, "id", "[số định danh]", "numbers of identity cards (CCCD, CMND) and passports")                              \
    X(ACCOUNT, "account", "[số tài khoản]", "numbers of bank accounts")                                                \
    X(PLATE, "plate", "[biển số]", "licence plates")

enum bon_pii_kind {
#define BON_PII_ENUM(name, ...) BON_PII_##name,
    BON_PII_TABLE(BON_PII_ENUM)
#undef BON_PII_ENUM
        BON_PII_KINDS
};

enum { BON_PII_ALL = (1 << BON_PII_KINDS) - 1 };

struct bon_pii_match {
    enum bon_pii_kind kind;
    size_t start, len; /* bytes of the text */
};

const char *bon_pii_name(unsigned kind);

/* Finds the next one of the kinds (bits 1 << kind) at or after *pos and moves *pos behind it; false at the end of the text. Begin at
 * 0. Any bytes; time is linear, nothing is allocated. */
bool bon_pii_next(const char *text, size_t n, unsigned kinds, size_t *pos, struct bon_pii_match *match);

/* Appends the text with placeholders, and adds to counts[BON_PII_KINDS] (may be NULL) how often each kind was found. */
bon_status bon_pii_mask(const char *text, size_t n, unsigned kinds, bon_buf *out, uint64_t *counts);

#endif
