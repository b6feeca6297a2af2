/* src/restore/fold.c: from a token of text to the word of a model.
 *
 * Training and restoration must see the same words, so there is one function for both. It takes away what a model of marks
 * should not have to learn: case, the place of the tone mark, the digits of numbers, the typography of quotes and dashes.
 */
#include "restore/fold.h"

#include <string.h>

#include "base/buf.h"
#include "restore/letters.h"
#include "syllable/utf8.h"

static bon_status append_text(bon_buf *out, const char *text) { return bon_buf_append(out, text, strlen(text)); }

/* Whether there may be combining marks: those of Vietnamese begin with bytes CC and CD. */
static bool has_combining(const char *text, size_t n) {
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] == 0xcc || (unsigned char)text[i] == 0xcd) return true;
    return false;
}

bon_status bon_fold_word(const char *text, size_t n, bon_buf *out) {
    bon_syllable code;
    bon_case letter_case;
    if (bon_syllable_parse_loose(text, n, &code, &letter_case)) {
        BON_TRY(bon_buf_reserve(out, BON_SYLLABLE_MAX));
        out->len += bon_syllable_spell(code, BON_CASE_LOWER, BON_TONE_OLD, out->data + out->len);
        return BON_OK;
    }
    if (!has_combining(text, n)) return bon_lower(text, n, out);
    bon_buf composed = {0};
    bon_status status = bon_compose(text, n, &composed);
    if (status == BON_OK) status = bon_lower(composed.data, composed.len, out);
    bon_buf_free(&composed);
    return status;
}

/* Signs that mean the same: typographic variants of quotes, dashes and dots. */
static const struct {
    uint16_t first, last;
    const char *sign;
} signs[] = {
    {0x00ab, 0x00ab, "\""}, {0x00b4, 0x00b4, "'"},  {0x00bb, 0x00bb, "\""},  {0x2010, 0x2015, "-"},
    {0x2018, 0x201b, "'"},  {0x201c, 0x201f, "\""}, {0x2026, 0x2026, "..."}, {0x2032, 0x2032, "'"},
    {0x2033, 0x2033, "\""}, {0x2212, 0x2212, "-"},
};

static bon_status fold_sign(const char *text, size_t n, bon_buf *out) {
    unsigned length;
    uint32_t c = bon_utf8_read(text, n, &length);
    if (c < 0x20 || c == 0x7f || c == BON_UTF8_INVALID) return append_text(out, "\xef\xbf\xbd"); /* U+FFFD */
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (c >= signs[i].first && c <= signs[i].last && length == n) return append_text(out, signs[i].sign);
    return bon_buf_append(out, text, n);
}

bon_status bon_fold_token(const char *text, const bon_token *token, bon_buf *out) {
    const char *start = text + token->start;
    switch ((bon_token_kind)token->kind) {
    case BON_TOKEN_SYLLABLE:
        BON_TRY(bon_buf_reserve(out, BON_SYLLABLE_MAX));
        out->len += bon_syllable_spell(token->code, BON_CASE_LOWER, BON_TONE_OLD, out->data + out->len);
        return BON_OK;
    case BON_TOKEN_WORD: return bon_fold_word(start, token->len, out);
    case BON_TOKEN_NUMBER: return append_text(out, "<num>");
    case BON_TOKEN_URL: return append_text(out, "<url>");
    case BON_TOKEN_EMAIL: return append_text(out, "<email>");
    default: return fold_sign(start, token->len, out);
    }
}
