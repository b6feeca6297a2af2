/* src/corpus/pii_context.h: which words stand before a number.
 *
 * The bytes before it, up to the line's beginning or BON_PII_CONTEXT, are folded to small letters without marks, digits and single
 * blanks, so that one spelling a phrase is enough in the tables: "Số  TK:", "so tk" and "SỐ TK" are " so tk ".
 */
#ifndef BON_SRC_CORPUS_PII_CONTEXT_H
#define BON_SRC_CORPUS_PII_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>

enum { BON_PII_CONTEXT = 64 };

struct bon_pii_context {
    char words[BON_PII_CONTEXT + 2]; /* " goi so dien thoai "; its last blank only where one stands before the number */
    size_t len;
};

/* The context of text[at]. */
void bon_pii_context_read(struct bon_pii_context *context, const char *text, size_t at);

/* How many bytes lie between the last of the phrases (NULL-terminated) and the number, or -1 when none is there. Digits in between (four or
 * more in a row) part them: the phrase was for that number. */
int bon_pii_context_distance(const struct bon_pii_context *context, const char *const *phrases);
/* Whether one of the phrases stands right before the number: "zalo: 09", "zalo/09"; or is even written together with it: sdt09. */
bool bon_pii_context_follows(const struct bon_pii_context *context, const char *const *phrases);
bool bon_pii_context_joined(const struct bon_pii_context *context, const char *const *phrases);

#endif
