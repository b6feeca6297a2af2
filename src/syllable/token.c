/* src/syllable/token.c: the tokenizer.
 *
 * A token is decided by its first character's class (unicode.h) and a few characters behind it; nothing depends on what a
 * letter run means, so text with and without marks is cut at the same places, which restoration relies on. (The exception is
 * a combining mark that stands alone between blanks: it is a token, and gone when marks are stripped. A combining mark behind
 * a character of any kind belongs to that character's token.) Letter runs, nearly all of a text, are read once: the letters
 * that find the end of the run are those that bon_letters_code turns into the syllable.
 */
#include "syllable/address.h"
#include "syllable/segment.h"
#include "syllable/spelling.h"
#include "syllable/unicode.h"
#include "syllable/utf8.h"

static const char *const kind_names[BON_TOKEN_KINDS] = {
    [BON_TOKEN_SYLLABLE] = "syllable",
    [BON_TOKEN_WORD] = "word",
    [BON_TOKEN_NUMBER] = "number",
    [BON_TOKEN_PUNCTUATION] = "punctuation",
    [BON_TOKEN_SYMBOL] = "symbol",
    [BON_TOKEN_URL] = "url",
    [BON_TOKEN_EMAIL] = "email",
    [BON_TOKEN_EMOJI] = "emoji",
    [BON_TOKEN_MENTION] = "mention",
    [BON_TOKEN_HASHTAG] = "hashtag",
    [BON_TOKEN_ABBREVIATION] = "abbreviation",
    [BON_TOKEN_HYPHENATED] = "hyphenated",
};

static const uint16_t kind_codes[BON_TOKEN_KINDS] = {
    [BON_TOKEN_WORD] = BON_CLASS_WORD,
    [BON_TOKEN_NUMBER] = BON_CLASS_NUMBER,
    [BON_TOKEN_PUNCTUATION] = BON_CLASS_PUNCTUATION,
    [BON_TOKEN_SYMBOL] = BON_CLASS_SYMBOL,
    [BON_TOKEN_URL] = BON_CLASS_URL,
    [BON_TOKEN_EMAIL] = BON_CLASS_EMAIL,
    [BON_TOKEN_EMOJI] = BON_CLASS_EMOJI,
    [BON_TOKEN_MENTION] = BON_CLASS_MENTION,
    [BON_TOKEN_HASHTAG] = BON_CLASS_HASHTAG,
    [BON_TOKEN_ABBREVIATION] = BON_CLASS_ABBREVIATION,
    [BON_TOKEN_HYPHENATED] = BON_CLASS_HYPHENATED,
};

const char *bon_token_kind_name(bon_token_kind kind) {
    return (unsigned)kind < BON_TOKEN_KINDS ? kind_names[kind] : "unknown kind";
}

/* Whether a blank of Unicode may begin with these bytes: C2 85, C2 A0, E1 9A 80, E2 80 ..., E3 80 80. Letters of Vietnamese
 * do not. */
static bool may_be_blank(unsigned char lead, unsigned char second) {
    return lead == 0xc2 || (lead == 0xe1 && second == 0x9a) || lead == 0xe2 || lead == 0xe3;
}

static size_t skip_blanks(const char *text, size_t n, size_t at) {
    while (at < n) {
        unsigned char byte = (unsigned char)text[at];
        unsigned length = 1;
        if (byte < 0x80) {
            if (byte != ' ' && (byte < '\t' || byte > '\r')) break;
        } else {
            if (n - at < 2 || !may_be_blank(byte, (unsigned char)text[at + 1])) break;
            if (bon_class_of(bon_utf8_read(text + at, n - at, &length)) != BON_CLASS_OF_BLANK) break;
        }
        at += length;
    }
    return at;
}

/* The end of the marks and joiners from `at` on, and whether the last of them is a zero-width joiner. */
static size_t skip_marks(const char *text, size_t n, size_t at, bool *joined) {
    *joined = false;
    while (at < n && (unsigned char)text[at] >= 0x80) {
        unsigned length;
        uint32_t c = bon_utf8_read(text + at, n - at, &length);
        if (bon_class_of(c) != BON_CLASS_OF_MARK) break;
        *joined = c == 0x200d;
        at += length;
    }
    return at;
}

/* What a code point is to a letter run: the info of spelling.h with letters of all scripts; 0 ends the run. */
static unsigned run_info(uint32_t c) {
    unsigned info = bon_letter_info(c);
    if (info || c < 0x200) return info;
    switch (bon_class_of(c)) {
    case BON_CLASS_OF_LETTER: return BON_LETTER | BON_LETTER_OTHER;
    case BON_CLASS_OF_UPPER: return BON_LETTER | BON_LETTER_OTHER | BON_LETTER_UPPER;
    case BON_CLASS_OF_MARK: return BON_LETTER_OTHER;
    default: return 0;
    }
}

/* Reads letters as long as they are ASCII or Vietnamese, and well-formed: nearly all there are. Stops three bytes before the
 * end of the text at the latest. */
static inline size_t scan_common_letters(const char *text, size_t n, size_t at, struct bon_letters *letters) {
    struct bon_letters run = {0};
    const unsigned char *p = (const unsigned char *)text + at, *end = (const unsigned char *)text + n;
    while (end - p >= 3) {
        unsigned info, length, lead = p[0];
        if (lead < 0x80) {
            info = bon_letters_low[lead];
            length = 1;
        } else if (lead == 0xe1 && (p[1] & 0xfe) == 0xba && bon_utf8_tail((char)p[2])) { /* U+1E80..U+1EFF */
            info = bon_letters_high[(p[1] & 1) << 6 | (p[2] & 0x3f)];
            length = 3;
        } else if (lead - 0xc3 < 5 && bon_utf8_tail((char)p[1])) { /* U+00C0..U+01FF */
            info = bon_letters_low[(lead & 7) << 6 | (p[1] & 0x3f)];
            length = 2;
        } else {
            break;
        }
        if (!(info & BON_LETTER)) break;
        bon_letters_push(&run, info);
        p += length;
    }
    *letters = run;
    return (size_t)(p - (const unsigned char *)text);
}

/* The end of the letter run from `at` on; its letters are left in *letters. They are gathered in a copy, which the compiler
 * can keep in registers: *letters might overlap text for all it knows. */
static size_t scan_letters(const char *text, size_t n, size_t at, struct bon_letters *letters) {
    struct bon_letters run;
    at = scan_common_letters(text, n, at, &run);
    while (at < n) {
        unsigned length = 1, info;
        unsigned char lead = (unsigned char)text[at];
        if (lead < 0x80) {
            info = bon_letters_low[lead];
            if (!info) break;
        } else {
            info = run_info(bon_utf8_read(text + at, n - at, &length));
            if (!info) break;
            if (!(info & BON_LETTER)) {
                run.flags |= info;
                at += length;
                continue;
            }
        }
        bon_letters_push(&run, info);
        at += length;
    }
    *letters = run;
    return at;
}

/* The case of a run of more letters than struct bon_letters keeps. */
static bon_case long_case(const char *text, size_t n) {
    size_t letters = 0, uppers = 0;
    bool first = false;
    unsigned length;
    for (size_t i = 0; i < n; i += length) {
        unsigned info = run_info(bon_utf8_read(text + i, n - i, &length));
        if (!(info & BON_LETTER)) continue;
        if (letters++ == 0) first = info & BON_LETTER_UPPER;
        uppers += (info & BON_LETTER_UPPER) != 0;
    }
    if (uppers == 0) return BON_CASE_LOWER;
    if (uppers == letters) return BON_CASE_UPPER;
    return uppers == 1 && first ? BON_CASE_TITLE : BON_CASE_MIXED;
}

static size_t digit_length(const char *text, size_t n, size_t at) {
    if (at >= n) return 0;
    if ((unsigned char)text[at] < 0x80) return (unsigned)(text[at] - '0') < 10;
    unsigned length;
    return bon_class_of(bon_utf8_read(text + at, n - at, &length)) == BON_CLASS_OF_DIGIT ? length : 0;
}

/* The end of a number that begins at `at`: digits with single separators between them. */
static size_t scan_number(const char *text, size_t n, size_t at) {
    for (;;) {
        size_t length;
        bool joined;
        while ((length = digit_length(text, n, at))) at = skip_marks(text, n, at + length, &joined);
        if (at == n) return at;
        char c = text[at];
        if ((c != '.' && c != ',' && c != ':' && c != '/' && c != '-') || !digit_length(text, n, at + 1)) return at;
        at++;
    }
}

static bool is_regional(uint32_t c) { return c - 0x1f1e6u < 26; }

/* The end of the symbol c that ends at `at`: an emoji goes on with skin tones, joined emoji and the other half of a flag. */
static size_t scan_symbol(const char *text, size_t n, size_t at, uint32_t c) {
    bool joined, half_flag = is_regional(c), emoji = c >= 0x80 && c != BON_UTF8_INVALID;
    for (;;) {
        at = skip_marks(text, n, at, &joined);
        if (!emoji || at == n || (unsigned char)text[at] < 0x80) return at;
        unsigned length;
        uint32_t next = bon_utf8_read(text + at, n - at, &length);
        bool symbol = next != BON_UTF8_INVALID && bon_class_of(next) == BON_CLASS_OF_SYMBOL;
        bool skin = next - 0x1f3fbu < 5, flag = half_flag && is_regional(next);
        if (!(joined && symbol) && !skin && !flag) return at;
        half_flag = false;
        at += length;
    }
}

/* The end of the punctuation c that ends at `at`: three dots or more are one token. */
static size_t scan_punctuation(const char *text, size_t n, size_t at, uint32_t c) {
    bool joined;
    size_t end = at;
    while (c == '.' && end < n && text[end] == '.') end++;
    return skip_marks(text, n, end - at >= 2 ? end : at, &joined);
}

void bon_token_set_kind(bon_token *token, bon_token_kind kind) {
    token->kind = (uint8_t)kind;
    token->letter_case = 0;
    token->code = kind_codes[kind];
}

/* Kind, case and code of the letter run that is token. */
static void set_letters(bon_token *token, const char *text, const struct bon_letters *letters) {
    bon_token_set_kind(token, BON_TOKEN_WORD);
    if (letters->count > 32)
        token->letter_case = (uint8_t)long_case(text + token->start, token->len);
    else if (letters->count)
        token->letter_case = (uint8_t)bon_letters_case(letters->upper, letters->count);
    if (bon_letters_code(letters, false, &token->code)) token->kind = BON_TOKEN_SYLLABLE;
}

/* Whether a run ends where nearly every one does: before a blank, a comma, a full stop. */
static bool ends_clearly(const char *text, size_t n, size_t end) {
    if (end == n) return true;
    unsigned char next = (unsigned char)text[end];
    return next <= ' ' || next == ',' || (next == '.' && (n - end < 2 || (unsigned char)text[end + 1] <= ' '));
}

bool bon_token_next(const char *text, size_t n, size_t *pos, bon_token *token) {
    size_t start = skip_blanks(text, n, *pos), end;
    *pos = start;
    if (start >= n) return false;
    struct bon_letters letters = {0};
    bon_token_kind kind = BON_TOKEN_WORD, address_kind;
    end = scan_letters(text, n, start, &letters);
    if (end == start) {
        unsigned length;
        uint32_t c = bon_utf8_read(text + start, n - start, &length);
        switch (bon_class_of(c)) {
        case BON_CLASS_OF_DIGIT:
            kind = BON_TOKEN_NUMBER;
            end = scan_number(text, n, start);
            break;
        case BON_CLASS_OF_PUNCTUATION:
            kind = BON_TOKEN_PUNCTUATION;
            end = scan_punctuation(text, n, start + length, c);
            break;
        default: kind = BON_TOKEN_SYMBOL; end = scan_symbol(text, n, start + length, c);
        }
    }
    if (kind == BON_TOKEN_WORD || kind == BON_TOKEN_NUMBER) {
        size_t address = 0;
        if (!ends_clearly(text, n, end)) address = bon_address_end(text, n, start, end, &address_kind);
        if (address) {
            kind = address_kind;
            end = address;
        }
    }
    token->start = (uint32_t)start;
    token->len = (uint32_t)(end - start);
    if (kind == BON_TOKEN_WORD)
        set_letters(token, text, &letters);
    else
        bon_token_set_kind(token, kind);
    *pos = end;
    return true;
}
