/* src/syllable/address.c: a small hand-written scanner for web and mail addresses.
 *
 * What counts: http://, https://, ftp:// and what follows; www.x; a host under a well-known top-level domain (vnexpress.net,
 * also with a path); local@host.xx. Two rules keep it honest:
 *   - Token boundaries must not depend on marks, so a marked letter stands for its plain one everywhere, also in the name of
 *     a top-level domain. Domains that read as everyday syllables (.me, .de, .ai) are therefore not in the table.
 *   - Work is linear: an address begins only where the character before cannot be inside one, and a look for one reads no
 *     further than the next such place. So no byte is read by two looks that fail.
 */
#include "syllable/address.h"

#include <string.h>

#include "syllable/spelling.h"
#include "syllable/unicode.h"
#include "syllable/utf8.h"

static const char *const schemes[] = {"http", "https", "ftp"};
static const char *const top_domains[] = {
    "com", "net", "org", "edu", "gov", "mil", "info", "biz", "vn", "io",     "tv",  "asia",  "app",
    "dev", "xyz", "uk",  "us",  "jp",  "kr",  "cn",   "fr",  "eu", "online", "top", "store", "site",
};

/* What may stand where. */
enum { IN_LABEL = 1, IN_LOCAL = 2, IN_URL = 4 };

#define LABEL (IN_LABEL | IN_LOCAL | IN_URL)
#define LABELS_5 LABEL, LABEL, LABEL, LABEL, LABEL
#define LOCAL (IN_LOCAL | IN_URL)
#define URL IN_URL
/* ASCII from ! to ~: letters, digits and hyphens are in labels, the signs . _ + % also before an @. */
static const uint8_t ascii_places['~' - '!' + 1] = {
    URL,      0,        URL,      URL,      LOCAL,    URL,   URL, URL,      /* ! " # $ % & ' ( */
    URL,      URL,      LOCAL,    URL,      LABEL,    LOCAL, URL,           /* ) * + , - . / */
    LABELS_5, LABELS_5, URL,      URL,      0,        URL,   0,   URL, URL, /* 0 to 9 : ; < = > ? @ */
    LABELS_5, LABELS_5, LABELS_5, LABELS_5, LABELS_5, LABEL,                /* A to Z */
    URL,      0,        URL,      0,        LOCAL,    0,                    /* [ \\ ] ^ _ ` */
    LABELS_5, LABELS_5, LABELS_5, LABELS_5, LABELS_5, LABEL,                /* a to z */
    0,        0,        0,        URL                                       /* { | } ~ */
};
#undef LABEL
#undef LABELS_5
#undef LOCAL
#undef URL

static unsigned places_of(uint32_t c) {
    if (c < 0x80) return c - '!' < sizeof ascii_places ? ascii_places[c - '!'] : 0;
    switch (bon_class_of(c)) {
    case BON_CLASS_OF_LETTER:
    case BON_CLASS_OF_UPPER:
    case BON_CLASS_OF_DIGIT:
    case BON_CLASS_OF_MARK: return IN_LABEL | IN_LOCAL | IN_URL;
    default: return 0;
    }
}

/* The end of the characters from `at` on that may stand in one place. */
static size_t skip(const char *text, size_t n, size_t at, unsigned place) {
    unsigned length;
    while (at < n && (places_of(bon_utf8_read(text + at, n - at, &length)) & place)) at += length;
    return at;
}

/* The code point that ends before text[at]; at > 0. */
static uint32_t read_before(const char *text, size_t at) {
    size_t start = at - 1;
    while (start > 0 && at - start < 4 && bon_utf8_tail(text[start])) start--;
    unsigned length;
    uint32_t c = bon_utf8_read(text + start, at - start, &length);
    return length == at - start ? c : BON_UTF8_INVALID;
}

/* The lower-case ASCII letter of a letter without its marks, 0 if there is none. */
static char plain_letter(uint32_t c) {
    if (c < 0x80) return (c | 0x20) - 'a' < 26 ? (char)(c | 0x20) : 0;
    unsigned number = bon_letter_info(c) & BON_LETTER_NUMBER;
    return number ? (char)bon_glyphs[bon_plain_letter[number]][0][BON_TONE_NGANG] : 0;
}

/* Whether text[start, end) is one of the words, marks and case apart. */
static bool is_one_of(const char *text, size_t start, size_t end, const char *const *words, size_t count) {
    char plain[8];
    size_t letters = 0;
    for (unsigned length; start < end; start += length) {
        uint32_t c = bon_utf8_read(text + start, end - start, &length);
        if (bon_class_of(c) == BON_CLASS_OF_MARK) continue;
        char letter = plain_letter(c);
        if (!letter || letters == sizeof plain - 1) return false;
        plain[letters++] = letter;
    }
    plain[letters] = 0;
    for (size_t i = 0; i < count; i++)
        if (!strcmp(plain, words[i])) return true;
    return false;
}

/* Whether the letters of text[start, end) are at least two, nothing else, and all of one case. */
static bool is_domain_name(const char *text, size_t start, size_t end, bool one_case) {
    size_t letters = 0, uppers = 0;
    for (unsigned length; start < end; start += length) {
        char class = bon_class_of(bon_utf8_read(text + start, end - start, &length));
        if (class != BON_CLASS_OF_LETTER && class != BON_CLASS_OF_UPPER && class != BON_CLASS_OF_MARK) return false;
        letters += class != BON_CLASS_OF_MARK;
        uppers += class == BON_CLASS_OF_UPPER;
    }
    return letters >= 2 && (!one_case || uppers == 0 || uppers == letters);
}

/* Labels joined by single dots. */
struct host {
    size_t end, last_label, labels;
};

static struct host scan_host(const char *text, size_t n, size_t at) {
    struct host host = {at, at, 0};
    for (;;) {
        size_t end = skip(text, n, at, IN_LABEL);
        if (end == at) return host;
        host = (struct host){end, at, host.labels + 1};
        if (end == n || text[end] != '.') return host;
        at = end + 1;
    }
}

/* The end of a URL whose host ends at `at`: all that may stand in one, without the punctuation of the sentence around it. */
static size_t scan_url(const char *text, size_t n, size_t start, size_t at) {
    size_t end = skip(text, n, at, IN_URL), opened = 0, closed = 0;
    for (size_t i = start; i < end; i++) {
        opened += text[i] == '(';
        closed += text[i] == ')';
    }
    for (; end > at; end--) {
        char last = text[end - 1];
        if (last == ')' && closed > opened)
            closed--;
        else if (!strchr(".,;:!?'*]", last))
            break;
    }
    return end;
}

static size_t email_end(const char *text, size_t n, size_t start) {
    size_t at = skip(text, n, start, IN_LOCAL);
    if (at == n || text[at] != '@') return 0;
    struct host host = scan_host(text, n, at + 1);
    return host.labels >= 2 && is_domain_name(text, host.last_label, host.end, false) ? host.end : 0;
}

static size_t url_end(const char *text, size_t n, size_t start, size_t run) {
    if (n - run > 3 && !memcmp(text + run, "://", 3)) {
        if (!is_one_of(text, start, run, schemes, sizeof schemes / sizeof schemes[0])) return 0;
        size_t host = run + 3;
        return skip(text, n, host, IN_LABEL) > host ? scan_url(text, n, start, host) : 0;
    }
    struct host host = scan_host(text, n, start);
    if (host.labels < 2) return 0;
    static const char *const www[] = {"www"};
    bool known = is_one_of(text, start, run, www, 1) ||
                 (is_domain_name(text, host.last_label, host.end, true) &&
                  is_one_of(text, host.last_label, host.end, top_domains, sizeof top_domains / sizeof top_domains[0]));
    if (!known) return 0;
    bool more = host.end < n && strchr("/?#:", text[host.end]) && text[host.end];
    return more ? scan_url(text, n, start, host.end) : host.end;
}

/* Whether what follows a run may go on as an address: the cheap look that nearly every word ends with. */
static bool may_go_on(const char *text, size_t n, size_t run) {
    if (run == n) return false;
    unsigned char next = (unsigned char)text[run];
    if (next <= ' ' || next == ',') return false;
    if (next == ':') return n - run > 3 && text[run + 1] == '/' && text[run + 2] == '/';
    if (next == '.' && (n - run < 2 || (unsigned char)text[run + 1] <= ' ')) return false;
    return next == '@' || next >= 0x80 || (places_of(next) & IN_LOCAL);
}

size_t bon_address_end(const char *text, size_t n, size_t start, size_t run, bon_token_kind *kind) {
    if (!may_go_on(text, n, run)) return 0;
    if (start > 0) {
        uint32_t before = read_before(text, start);
        if (before == '@' || (places_of(before) & IN_LOCAL)) return 0;
    }
    *kind = BON_TOKEN_EMAIL;
    size_t end = email_end(text, n, start);
    if (end) return end;
    *kind = BON_TOKEN_URL;
    return url_end(text, n, start, run);
}
