/* src/syllable/segment.c: joins the tokens of bon_token_next where readers see one.
 *
 * The tokenizer cuts small and without looking at meaning. Here the byte behind (or, for signs, of) a token tells in one look
 * whether it can go on; nearly always it is a blank or comma and the token passes as it is. Else the tokens behind it are read
 * ahead, at most BON_PARTS of them, so that time stays linear even where nothing comes of it.
 */
#include "syllable/segment.h"

#include "syllable/unicode.h"
#include "syllable/utf8.h"

enum { BON_PARTS = 12 };

/* A text and where its end is, with the token in hand. */
struct reader {
    const char *text;
    size_t n;
};

static size_t end_of(const bon_token *token) { return (size_t)token->start + token->len; }

static unsigned char byte_at(const struct reader *r, size_t at) { return at < r->n ? (unsigned char)r->text[at] : ' '; }

static bool is_letters(const bon_token *token) {
    return token->kind == BON_TOKEN_SYLLABLE || token->kind == BON_TOKEN_WORD;
}

/* The base token that begins right at `at`; false when there is a blank or the end. */
static bool token_at(const struct reader *r, size_t at, bon_token *token) {
    size_t pos = at;
    return byte_at(r, at) > ' ' && bon_token_next(r->text, r->n, &pos, token) && token->start == at;
}

static uint32_t code_point(const struct reader *r, size_t at) {
    unsigned length;
    return at < r->n ? bon_utf8_read(r->text + at, r->n - at, &length) : BON_UTF8_INVALID;
}

/* Whether an ASCII sign stands at `at` without a combining mark on it. */
static bool sign_at(const struct reader *r, size_t at, char sign) {
    if (byte_at(r, at) != (unsigned char)sign) return false;
    return byte_at(r, at + 1) < 0x80 || bon_class_of(code_point(r, at + 1)) != BON_CLASS_OF_MARK;
}

/* Whether the character that ends before `at` is a letter, digit or mark. */
static bool follows_word(const struct reader *r, size_t at) {
    size_t start = at;
    if (at == 0) return false;
    do start--;
    while (start > 0 && at - start < 4 && bon_utf8_tail(r->text[start]));
    unsigned length;
    char class = bon_class_of(bon_utf8_read(r->text + start, at - start, &length));
    return length == at - start && class != BON_CLASS_OF_BLANK && class != BON_CLASS_OF_PUNCTUATION &&
           class != BON_CLASS_OF_SYMBOL;
}

static bool join(bon_token *token, bon_token_kind kind, size_t end) {
    bon_token_set_kind(token, kind);
    token->len = (uint32_t)(end - token->start);
    return true;
}

/* ---- abbreviations ---- */

static bool is_single_letter(const struct reader *r, const bon_token *token) {
    unsigned length;
    return is_letters(token) && (bon_utf8_read(r->text + token->start, token->len, &length), length == token->len);
}

/* Whether the word is in the table; hardly any syllable is, so most words need no look. */
static enum bon_dotted dotted_of(const struct reader *r, const bon_token *token) {
    if (token->kind == BON_TOKEN_SYLLABLE && token->letter_case == BON_CASE_LOWER) return BON_DOTTED_NOT;
    return bon_dotted_word(r->text + token->start, token->len);
}

/* TP, HCM, N: what may stand between the dots of an abbreviation. */
static bool is_abbreviated(const struct reader *r, const bon_token *token) {
    enum { LETTERS_BYTES = 8 };
    if (!is_letters(token)) return false;
    if (is_single_letter(r, token)) return true;
    if (token->kind == BON_TOKEN_WORD && token->letter_case == BON_CASE_UPPER && token->len <= LETTERS_BYTES)
        return true;
    return dotted_of(r, token) == BON_DOTTED_TITLE;
}

static bool is_ellipsis_at(const struct reader *r, size_t at) {
    return byte_at(r, at) == '.' && byte_at(r, at + 1) == '.' && byte_at(r, at + 2) == '.';
}

/* The token is letters with a dot behind. */
static bool join_abbreviation(const struct reader *r, bon_token *token) {
    bon_token part = *token, next;
    size_t end = end_of(token);
    unsigned parts = 1, singles = is_single_letter(r, token);
    bool capital = token->letter_case != BON_CASE_LOWER;
    if (!is_abbreviated(r, token) && dotted_of(r, token) == BON_DOTTED_NOT) return false;
    if (follows_word(r, token->start)) return false;
    while (parts < BON_PARTS && sign_at(r, end, '.') && is_abbreviated(r, &part) && token_at(r, end + 1, &next) &&
           is_abbreviated(r, &next)) {
        part = next;
        end = end_of(&part);
        singles += is_single_letter(r, &part);
        parts++;
    }
    bool dot = sign_at(r, end, '.') && !is_ellipsis_at(r, end);
    if (dot && parts == 1) { /* TP. HCM, C.Ronaldo, Q.1: one letter, or a word of the table */
        if (dotted_of(r, token) != BON_DOTTED_NOT) return join(token, BON_TOKEN_ABBREVIATION, end + 1);
        if (!singles || !capital || !token_at(r, end + 1, &next)) return false;
        bool name = is_letters(&next) && next.letter_case == BON_CASE_TITLE;
        return (name || next.kind == BON_TOKEN_NUMBER) && join(token, BON_TOKEN_ABBREVIATION, end + 1);
    }
    if (parts == 1) return false;
    bool owns = singles == parts || dotted_of(r, &part) != BON_DOTTED_NOT;
    return join(token, BON_TOKEN_ABBREVIATION, end + (dot && owns));
}

/* ---- hyphens ---- */

/* What the parts of a hyphenated word are, counted. */
struct parts {
    unsigned count, syllables, foreign, lower_tails, first_lower, heavy;
};

/* Tones that borrowed words have: none, or sắc and huyền; a heavy tone speaks for two words of Vietnamese. */
static bool is_heavy(const bon_token *token) {
    if (token->kind != BON_TOKEN_SYLLABLE) return false;
    bon_tone tone = bon_syllable_tone(token->code);
    return tone == BON_TONE_HOI || tone == BON_TONE_NGA || tone == BON_TONE_NANG;
}

/* Sắc and huyền on an open syllable of a word with hyphens are those of compounds (giá-trị, hè-thu), not of loans: borrowed
 * syllables have sắc where they are stopped (vắc-xin, cát-xê). */
static bool is_open_sac(const struct reader *r, const bon_token *token) {
    if (token->kind != BON_TOKEN_SYLLABLE) return false;
    bon_tone tone = bon_syllable_tone(token->code);
    char last = r->text[end_of(token) - 1];
    bool stop = last == 'c' || last == 'p' || last == 't' || last == 'h';
    return tone == BON_TONE_SAC && !stop;
}

/* Adds one part; single letters are no evidence for Vietnamese. */
static void count_part(const struct reader *r, const bon_token *token, struct parts *parts) {
    bool lower = token->letter_case == BON_CASE_LOWER, syllable = token->kind == BON_TOKEN_SYLLABLE;
    if (parts->count++ == 0)
        parts->first_lower = lower;
    else
        parts->lower_tails += lower;
    parts->syllables += syllable && !is_single_letter(r, token);
    parts->foreign += !syllable;
    parts->heavy += is_heavy(token) || is_open_sac(r, token);
}

/* Kê-nan, Oa-sinh-tơn: only the first part begins with a capital. ki-lô-mét, xi-măng: none does, and tones are light or the parts many. Coca-Cola,
 * V-League, NĐ-CP: no part is a word of Vietnamese. Else (tế-xã, Nội-Huế, Mỹ-Trung) the hyphen stands between words. */
static bool is_hyphenated(const struct parts *parts) {
    if (parts->count < 2) return false;
    if (parts->lower_tails == parts->count - 1) {
        if (!parts->first_lower) return parts->foreign == 0 || parts->heavy == 0;
        return parts->heavy == 0 || (parts->count > 2 && parts->foreign == 0);
    }
    return parts->syllables == 0;
}

/* The token is letters with a hyphen behind. */
static bool join_hyphens(const struct reader *r, bon_token *token) {
    struct parts parts = {0};
    bon_token part = *token;
    if (token->start > 0 && r->text[token->start - 1] == '-') return false;
    if (follows_word(r, token->start)) return false;
    for (;;) {
        count_part(r, &part, &parts);
        size_t end = end_of(&part);
        if (!sign_at(r, end, '-')) {
            bon_token next;
            bool goes_on = token_at(r, end, &next) && next.kind == BON_TOKEN_NUMBER; /* T-34B5 */
            return !goes_on && is_hyphenated(&parts) && join(token, BON_TOKEN_HYPHENATED, end);
        }
        if (parts.count == BON_PARTS || !token_at(r, end + 1, &part) || !is_letters(&part)) return false;
    }
}

/* ---- signs and numbers ---- */

/* @name or #name: letters, digits and low lines, with at least one letter. The token is the sign. */
static bool join_tag(const struct reader *r, bon_token *token, bon_token_kind kind) {
    size_t at = end_of(token);
    bool letter = false;
    if (token->len != 1 || follows_word(r, token->start)) return false;
    for (unsigned length; at < r->n; at += length) {
        char class = bon_class_of(bon_utf8_read(r->text + at, r->n - at, &length));
        bool is_letter = class == BON_CLASS_OF_LETTER || class == BON_CLASS_OF_UPPER;
        if (!is_letter && class != BON_CLASS_OF_DIGIT && class != BON_CLASS_OF_MARK && r->text[at] != '_') break;
        letter |= is_letter;
    }
    return letter && join(token, kind, at);
}

/* The end of a keycap (7 U+FE0F U+20E3) at `at`, or 0. */
static size_t keycap_end(const struct reader *r, size_t at) {
    unsigned char c = byte_at(r, at);
    if ((unsigned)(c - '0') > 9 && c != '#' && c != '*') return 0;
    at++;
    if (code_point(r, at) == 0xfe0f) at += 3;
    return code_point(r, at) == 0x20e3 ? at + 3 : 0;
}

/* 10h30, 7g05, 9h: a clock time; the token is a number of one or two digits with a letter behind. */
static bool join_clock(const struct reader *r, bon_token *token) {
    bon_token unit, minutes;
    size_t end = end_of(token);
    if (token->len > 2 || !token_at(r, end, &unit) || unit.len != 1) return false;
    unsigned char c = byte_at(r, unit.start) | 0x20;
    if (c != 'h' && c != 'g') return false;
    bool has_minutes = token_at(r, end + 1, &minutes) && minutes.kind == BON_TOKEN_NUMBER;
    if (!has_minutes) return c == 'h' && join(token, BON_TOKEN_NUMBER, end + 1);
    bon_token more;
    if (minutes.len != 2 || (token_at(r, end_of(&minutes), &more) && is_letters(&more))) return false;
    return join(token, BON_TOKEN_NUMBER, end_of(&minutes));
}

/* +84912345678: a plus and at least eight digits. */
static bool join_phone(const struct reader *r, bon_token *token) {
    enum { DIGITS = 8 };
    bon_token number;
    size_t digits = 0;
    if (follows_word(r, token->start) || !token_at(r, end_of(token), &number) || number.kind != BON_TOKEN_NUMBER)
        return false;
    for (size_t i = number.start; i < end_of(&number) && digits < DIGITS; i++)
        digits += (unsigned)(r->text[i] - '0') < 10;
    return digits == DIGITS && join(token, BON_TOKEN_NUMBER, end_of(&number));
}

static bool name_emoji(const struct reader *r, bon_token *token) {
    size_t first = token->start;
    unsigned length;
    uint32_t c = bon_utf8_read(r->text + first, token->len, &length);
    bool flag = c - 0x1f1e6u < 26 && token->len >= 8;
    bool selector = code_point(r, first + length) == 0xfe0f;
    bool plain = code_point(r, first + length) == 0xfe0e; /* asks for the form without colours */
    return (flag || (!plain && bon_is_emoji(c, selector))) && join(token, BON_TOKEN_EMOJI, end_of(token));
}

static bool join_sign(const struct reader *r, bon_token *token) {
    unsigned char c = (unsigned char)r->text[token->start];
    if (token->len > 1) {
        size_t keycap = keycap_end(r, token->start);
        if (keycap) return join(token, BON_TOKEN_EMOJI, keycap);
        return c >= 0x80 && name_emoji(r, token);
    }
    switch (c) {
    case '@': return join_tag(r, token, BON_TOKEN_MENTION);
    case '#': return join_tag(r, token, BON_TOKEN_HASHTAG);
    case '+': return join_phone(r, token);
    default: return false;
    }
}

static bool join_number(const struct reader *r, bon_token *token) {
    if (token->len > 1) {
        size_t keycap = keycap_end(r, token->start);
        if (keycap) return join(token, BON_TOKEN_EMOJI, keycap);
    }
    return byte_at(r, end_of(token)) >= 'A' && join_clock(r, token);
}

static void join_token(const struct reader *r, size_t *pos, bon_token *token) {
    bool joined = false;
    if (is_letters(token)) {
        unsigned char next = byte_at(r, *pos);
        if (next == '.')
            joined = join_abbreviation(r, token);
        else if (next == '-')
            joined = join_hyphens(r, token);
    } else if (token->kind == BON_TOKEN_NUMBER) {
        joined = join_number(r, token);
    } else if (token->kind != BON_TOKEN_URL && token->kind != BON_TOKEN_EMAIL) {
        joined = join_sign(r, token);
    }
    if (joined) *pos = end_of(token);
}

bool bon_segment_next(const char *text, size_t n, size_t *pos, bon_token *token) {
    const struct reader r = {text, n};
    if (!bon_token_next(text, n, pos, token)) return false;
    join_token(&r, pos, token);
    return true;
}
