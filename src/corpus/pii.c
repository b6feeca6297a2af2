/* src/corpus/pii.c: see pii.h.
 *
 * The text is gone through once; what can begin a match is a digit, '+', '(' or '@', and each looks at a bounded number of bytes around
 * it.
 */
#include "corpus/pii.h"

#include <string.h>

#include "corpus/pii_context.h"
#include "corpus/pii_number.h"

static const struct {
    const char *name, *placeholder;
} rows[] = {
#define BON_PII_ROW(id, name, placeholder, what) {name, placeholder},
    BON_PII_TABLE(BON_PII_ROW)
#undef BON_PII_ROW
};

const char *bon_pii_name(unsigned kind) { return rows[kind].name; }

struct scan {
    const char *text;
    size_t n, from; /* from: the end of the last match */
    unsigned kinds;
};

static bool is_digit(char c) { return (unsigned char)(c - '0') < 10; }
static bool is_letter(char c) { return (unsigned char)((c | 0x20) - 'a') < 26; }
static bool is_capital(char c) { return (unsigned char)(c - 'A') < 26; }
static bool is_one_of(char c, const char *set) { return c && strchr(set, c); }
static bool is_word_byte(char c) { return is_digit(c) || is_letter(c) || c == '_'; }

static bool wanted(const struct scan *scan, enum bon_pii_kind kind) { return scan->kinds >> kind & 1; }

/* ---- e-mail: RFC 5322's dot-atom on the left, host names on the right ---- */

enum { LOCAL_MAX = 64, HOST_MAX = 255 };

static bool is_local(char c) { return is_word_byte(c) || is_one_of(c, ".+-%'"); }
static bool is_host(char c) { return is_digit(c) || is_letter(c) || c == '-' || c == '.'; }

/* The end of a host name at text[at] whose last label has two letters at least; `at` when there is none. */
static size_t host_end(const struct scan *scan, size_t at) {
    size_t end = at;
    while (end < scan->n && end - at < HOST_MAX && is_host(scan->text[end])) end++;
    while (end > at && !is_letter(scan->text[end - 1])) end--;
    size_t label = end;
    while (label > at && is_letter(scan->text[label - 1])) label--;
    bool whole = label > at + 1 && scan->text[label - 1] == '.' && is_word_byte(scan->text[label - 2]);
    return whole && end - label >= 2 ? end : at;
}

static bool match_email(const struct scan *scan, size_t at, struct bon_pii_match *match) {
    size_t start = at, end = host_end(scan, at + 1);
    while (start > scan->from && at - start < LOCAL_MAX && is_local(scan->text[start - 1])) start--;
    while (start < at && !is_word_byte(scan->text[start])) start++;
    if (start == at || end == at + 1) return false;
    *match = (struct bon_pii_match){BON_PII_EMAIL, start, end - start};
    return true;
}

/* ---- licence plates: 29A-123.45, 30K1 234.56, 51LD-01234, 29-123-NG-45 (Circulars 58/2020 and 24/2023/TT-BCA) ---- */

static const char *const plate_words[] = {"bien so", "bien kiem soat", "bien dang ky", "bks",   "bsx",       "xe",
                                          "o to",    "mo to",          "xe may",       "so xe", "mang bien", "bien",
                                          NULL};

struct plate {
    size_t end;
    bool strong; /* its shape alone says what it is */
};

static size_t count_digits(const struct scan *scan, size_t at) {
    size_t count = 0;
    while (at + count < scan->n && count < 8 && is_digit(scan->text[at + count])) count++;
    return count;
}

static bool has(const struct scan *scan, size_t at, char c) { return at < scan->n && scan->text[at] == c; }

/* 123.45, 12345 or 1234. A year (1900 to 2099) is no strong number. */
static bool read_plate_number(const struct scan *scan, size_t at, bool hyphen, struct plate *plate) {
    size_t digits = count_digits(scan, at);
    if (digits == 3 && has(scan, at + 3, '.') && count_digits(scan, at + 4) == 2) {
        *plate = (struct plate){at + 6, true};
        return true;
    }
    if (digits != 4 && digits != 5) return false;
    bool year = digits == 4 && (memcmp(scan->text + at, "19", 2) == 0 || memcmp(scan->text + at, "20", 2) == 0);
    *plate = (struct plate){at + digits, hyphen && !year};
    return true;
}

/* A province's number, a series of one or two characters, a sign or blank or both, a number. */
static bool read_plate(const struct scan *scan, size_t at, struct plate *plate) {
    size_t i = at + 2;
    if (count_digits(scan, at) != 2 || scan->text[at] == '0' || memcmp(scan->text + at, "10", 2) == 0) return false;
    if (has(scan, i, '-')) i++;
    if (i >= scan->n || !is_capital(scan->text[i]) || is_one_of(scan->text[i], "IJOQW")) return false;
    i++;
    size_t digits = count_digits(scan, i);
    if (i < scan->n && (is_capital(scan->text[i]) || digits == 1)) i++;
    bool hyphen = false;
    for (size_t signs = 0; i < scan->n && signs < 3 && is_one_of(scan->text[i], " -."); signs++)
        hyphen |= scan->text[i++] == '-';
    return read_plate_number(scan, i, hyphen, plate);
}

/* 29-123-NG-45: diplomats and foreigners. */
static bool read_foreign_plate(const struct scan *scan, size_t at, struct plate *plate) {
    static const char *const series[] = {"NG", "QT", "NN", "CV"};
    if (at + 12 > scan->n || count_digits(scan, at) != 2 || !has(scan, at + 2, '-') || count_digits(scan, at + 3) != 3)
        return false;
    for (size_t i = 0; i < sizeof series / sizeof series[0]; i++)
        if (scan->text[at + 6] == '-' && memcmp(scan->text + at + 7, series[i], 2) == 0 && scan->text[at + 9] == '-' &&
            count_digits(scan, at + 10) == 2)
            return *plate = (struct plate){at + 12, true}, true;
    return false;
}

static bool match_plate(const struct scan *scan, size_t at, struct bon_pii_match *match) {
    struct plate plate;
    struct bon_pii_context context;
    if (!read_plate(scan, at, &plate) && !read_foreign_plate(scan, at, &plate)) return false;
    if (at > 0 && (is_word_byte(scan->text[at - 1]) || is_one_of(scan->text[at - 1], ".,-/=&#@"))) return false;
    if (plate.end < scan->n) {
        char behind = scan->text[plate.end], next = plate.end + 1 < scan->n ? scan->text[plate.end + 1] : 0;
        if (is_word_byte(behind) || (is_one_of(behind, "-/.,:") && is_word_byte(next))) return false;
    }
    if (!plate.strong) {
        bon_pii_context_read(&context, scan->text, at);
        if (bon_pii_context_distance(&context, plate_words) < 0) return false;
    }
    *match = (struct bon_pii_match){BON_PII_PLATE, at, plate.end - at};
    return true;
}

/* ---- passports: a capital and seven digits, behind a word that says so ---- */

static bool match_passport(const struct scan *scan, size_t at, struct bon_pii_match *match) {
    static const char *const words[] = {"ho chieu", "passport", NULL};
    struct bon_pii_context context;
    if (at == scan->from || !is_capital(scan->text[at - 1]) || count_digits(scan, at) != 7) return false;
    if (at - 1 > scan->from && is_word_byte(scan->text[at - 2])) return false;
    if (at + 7 < scan->n && is_word_byte(scan->text[at + 7])) return false;
    bon_pii_context_read(&context, scan->text, at - 1);
    if (bon_pii_context_distance(&context, words) < 0) return false;
    *match = (struct bon_pii_match){BON_PII_ID, at - 1, 8};
    return true;
}

/* ---- all of them ---- */

/* Something at a digit, '+' or '('. *next is where to go on when it is nothing: behind the run of digits. */
static bool match_number(const struct scan *scan, size_t at, struct bon_pii_match *match, size_t *next) {
    struct bon_pii_number number;
    *next = at + 1;
    while (is_digit(scan->text[at]) && *next < scan->n && is_digit(scan->text[*next])) ++*next;
    if (is_digit(scan->text[at])) {
        if (wanted(scan, BON_PII_PLATE) && match_plate(scan, at, match)) return true;
        if (wanted(scan, BON_PII_ID) && match_passport(scan, at, match)) return true;
    }
    return bon_pii_number_read(&number, scan->text, scan->n, at) &&
           bon_pii_number_match(&number, scan->text, scan->n, scan->from, scan->kinds, match);
}

static const char *next_candidate(const char *at, const char *end) {
    while (at < end && !is_digit(*at) && *at != '@' && *at != '+' && *at != '(') at++;
    return at;
}

bool bon_pii_next(const char *text, size_t n, unsigned kinds, size_t *pos, struct bon_pii_match *match) {
    struct scan scan = {.text = text, .n = n, .from = *pos, .kinds = kinds};
    for (size_t at = *pos, next; at < n; at = next) {
        at = (size_t)(next_candidate(text + at, text + n) - text);
        if (at == n) break;
        next = at + 1;
        bool found = text[at] == '@' ? wanted(&scan, BON_PII_EMAIL) && match_email(&scan, at, match)
                                     : match_number(&scan, at, match, &next);
        if (!found) continue;
        *pos = match->start + match->len;
        return true;
    }
    *pos = n;
    return false;
}

bon_status bon_pii_mask(const char *text, size_t n, unsigned kinds, bon_buf *out, uint64_t *counts) {
    struct bon_pii_match match;
    size_t copied = 0;
    for (size_t pos = 0; bon_pii_next(text, n, kinds, &pos, &match); copied = pos) {
        const char *placeholder = rows[match.kind].placeholder;
        BON_TRY(bon_buf_append(out, text + copied, match.start - copied));
        BON_TRY(bon_buf_append(out, placeholder, strlen(placeholder)));
        if (counts) counts[match.kind]++;
    }
    return bon_buf_append(out, text + copied, n - copied);
}
