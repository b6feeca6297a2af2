/* src/normalize/judge.c: which charset a line is in.
 *
 * Read in the right charset, nearly every word that has a letter beyond ASCII is a syllable of Vietnamese; read in a wrong
 * one, hardly any is. So a line is read in each, and its words are counted. UTF-8 comes first: a line that is UTF-8 stays
 * what it is, unless its characters are those that old fonts, or UTF-8 read as something else, look like, its words are none,
 * and read again they are.
 */
#include "normalize/charset.h"
#include "syllable/spelling.h"
#include "syllable/utf8.h"

enum { LOOK_MAX = 8 << 10 }; /* bytes of a line that are read in each charset; the rest must only mean something */

struct reading {
    unsigned good, bad; /* words of two letters or more, one of them beyond ASCII: syllables, and others */
    unsigned strange;   /* controls beyond ASCII, malformed sequences */
};

static bool is_word_letter(unsigned info) { return (info & BON_LETTER) != 0; }

/* Counts the words of a text in UTF-8. */
static void count_words(const char *text, size_t n, struct reading *reading) {
    *reading = (struct reading){0};
    for (size_t at = 0; at < n;) {
        unsigned used;
        size_t start = at;
        bool beyond = false;
        unsigned letters = 0;
        uint32_t c;
        for (; at < n; at += used) {
            c = bon_utf8_read(text + at, n - at, &used);
            unsigned info = c == BON_UTF8_INVALID ? 0 : bon_letter_info(c);
            if (!is_word_letter(info)) break;
            beyond |= c > 0x7f;
            letters++;
        }
        if (beyond && letters > 1) { /* a dash of another charset is a letter alone */
            bon_syllable code;
            bon_case letter_case;
            bool good = bon_syllable_parse_loose(text + start, at - start, &code, &letter_case) &&
                        letter_case != BON_CASE_MIXED;
            reading->good += good;
            reading->bad += !good;
        }
        if (at < n) {
            c = bon_utf8_read(text + at, n - at, &used);
            reading->strange += (c >= 0x80 && c < 0xa0) || c == BON_UTF8_INVALID;
            at += used;
        }
    }
}

/* ---- narrowing ---- */

static int byte_in_page(const uint16_t *points, uint32_t c) {
    if (c < 0x100 && (points[c] == c || points[c] == 0))
        return (int)c; /* bytes without a meaning come as C1 controls */
    for (unsigned byte = 0x80; byte < 0x100; byte++)
        if (points[byte] == c) return (int)byte;
    return c < 0x100 ? (int)c : -1;
}

bon_status bon_narrow(const char *text, size_t n, bon_charset page, bon_buf *out, bool *all) {
    const uint16_t *points = page == BON_CHARSET_CP1258 ? bon_cp1258_points : bon_cp1252_points;
    BON_TRY(bon_buf_reserve(out, n));
    *all = false;
    for (size_t at = 0; at < n;) {
        unsigned used;
        uint32_t c = bon_utf8_read(text + at, n - at, &used);
        int byte = c < 0x80 ? (int)c : c == BON_UTF8_INVALID ? -1 : byte_in_page(points, c);
        if (byte < 0) return BON_OK;
        out->data[out->len++] = (char)byte;
        at += used;
    }
    *all = true;
    return BON_OK;
}

/* ---- judging ---- */

/* Whether all n bytes are UTF-8, and how many sequences beyond ASCII there are. */
static bool is_utf8(const char *text, size_t n, unsigned *sequences) {
    *sequences = 0;
    for (size_t at = 0; at < n;) {
        unsigned used;
        uint32_t c = bon_utf8_read(text + at, n - at, &used);
        if (c == BON_UTF8_INVALID) return false;
        *sequences += c > 0x7f;
        at += used;
    }
    return true;
}

static const bon_charset legacy[] = {BON_CHARSET_TCVN3, BON_CHARSET_VNI, BON_CHARSET_VISCII, BON_CHARSET_CP1258};
enum { LEGACY = sizeof legacy / sizeof legacy[0] };

/* How n bytes read in each charset; bits of those in which every byte has a meaning. */
static bon_status read_in_each(const char *bytes, size_t n, uint32_t allowed, bon_buf *scratch,
                               struct reading *readings, uint32_t *explain) {
    size_t look = n < LOOK_MAX ? n : LOOK_MAX, kept = scratch->len;
    *explain = 0;
    for (size_t i = 0; i < LEGACY; i++) {
        uint64_t lost = 0;
        readings[i] = (struct reading){0};
        if (!(allowed >> legacy[i] & 1)) continue;
        scratch->len = kept;
        BON_TRY(bon_charset_decode(legacy[i], bytes, n, scratch, &lost));
        size_t decoded = scratch->len - kept;
        count_words(scratch->data + kept, decoded < 3 * look ? decoded : 3 * look, &readings[i]);
        if (!lost && !readings[i].strange) *explain |= UINT32_C(1) << legacy[i];
    }
    scratch->len = kept;
    return BON_OK;
}

static int score_of(const struct reading *reading) { return (int)reading->good - 3 * (int)reading->bad; }

/* The best reading, and by how much it is better than the next. -1: none explains. */
static int best_of(const struct reading *readings, uint32_t explain, int *lead) {
    int best = -1;
    int second = 0;
    for (int i = 0; i < LEGACY; i++) {
        if (!(explain >> legacy[i] & 1)) continue;
        if (best < 0 || score_of(&readings[i]) > score_of(&readings[best])) {
            if (best >= 0 && score_of(&readings[best]) > second) second = score_of(&readings[best]);
            best = i;
        } else if (score_of(&readings[i]) > second) {
            second = score_of(&readings[i]);
        }
    }
    *lead = best < 0 ? 0 : score_of(&readings[best]) - second;
    return best;
}

enum { LEAD_ENOUGH = 2 };

/* A line that is not UTF-8. */
static bon_status judge_bytes(const char *line, size_t n, uint32_t allowed, bon_buf *scratch,
                              struct bon_verdict *verdict) {
    struct reading readings[LEGACY];
    int lead;
    BON_TRY(read_in_each(line, n, allowed, scratch, readings, &verdict->candidates));
    int best = best_of(readings, verdict->candidates, &lead);
    if (best < 0) return BON_OK; /* malformed UTF-8 */
    verdict->charset = lead > 0 ? legacy[best] : BON_CHARSET_UTF8;
    verdict->state = lead >= LEAD_ENOUGH ? BON_LINE_DECIDED : BON_LINE_OPEN;
    return BON_OK;
}

/* Whether the bytes of a narrowed line are UTF-8 that reads better than the line. */
static bool is_mojibake(const char *bytes, size_t n, const struct reading *before) {
    unsigned sequences;
    struct reading after;
    if (!is_utf8(bytes, n, &sequences) || sequences == 0) return false;
    count_words(bytes, n, &after);
    return !after.strange && after.bad <= before->bad &&
           (after.good > before->good || (after.good >= before->good && sequences > 1));
}

static bool may_narrow(const char *line, size_t n) {
    for (size_t at = 0; at < n;) {
        unsigned used;
        uint32_t c = bon_utf8_read(line + at, n - at, &used);
        if (c >= 0x1ea0 && c < 0x1f00) return false; /* Latin Extended Additional: letters of Vietnamese */
        at += used;
    }
    return true;
}

/* Text can be garbled again and again; each time makes it about twice as long. */
enum { DEPTH_MAX = 5 };

/* How many times a line that narrows to n bytes at scratch->data + kept is to be narrowed, 0: not at all. The bytes stay. */
static bon_status mojibake_depth(bon_charset page, size_t kept, size_t n, const struct reading *before,
                                 bon_buf *scratch, unsigned *depth) {
    size_t at = kept;
    bool all = true;
    *depth = 0;
    for (unsigned level = 1; level <= DEPTH_MAX && all; level++) {
        unsigned sequences;
        if (is_mojibake(scratch->data + at, n, before)) *depth = level;
        if (level == DEPTH_MAX || !is_utf8(scratch->data + at, n, &sequences) || sequences == 0) break;
        BON_TRY(bon_buf_reserve(scratch, n)); /* what is read may move */
        size_t next = scratch->len;
        BON_TRY(bon_narrow(scratch->data + at, n, page, scratch, &all));
        at = next;
        n = scratch->len - next;
    }
    scratch->len = at; /* the caller cuts it */
    return BON_OK;
}

/* A line of UTF-8 whose characters may stand for bytes. */
static bon_status judge_wide(const char *line, size_t n, uint32_t allowed, bon_buf *scratch,
                             struct bon_verdict *verdict) {
    static const bon_charset pages[] = {BON_CHARSET_UTF8, BON_CHARSET_CP1258}; /* Windows-1252, -1258 */
    struct reading before, readings[LEGACY];
    size_t kept = scratch->len;
    if (!may_narrow(line, n)) return BON_OK;
    count_words(line, n, &before);
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        bool all;
        int lead;
        uint32_t explain;
        scratch->len = kept;
        BON_TRY(bon_narrow(line, n, pages[i], scratch, &all));
        size_t narrow = scratch->len - kept;
        if (!all) continue;
        unsigned depth = 0;
        if (allowed >> BON_CHARSET_MOJIBAKE & 1)
            BON_TRY(mojibake_depth(pages[i], kept, narrow, &before, scratch, &depth));
        if (depth > 0) {
            bool other = pages[i] == BON_CHARSET_CP1258;
            *verdict = (struct bon_verdict){BON_LINE_DECIDED, BON_CHARSET_MOJIBAKE, other, depth, 0};
            break;
        }
        if (pages[i] == BON_CHARSET_CP1258 || before.good > before.bad) continue;
        bon_buf copy = {0}; /* scratch may move */
        bon_status status = bon_buf_append(&copy, scratch->data + kept, narrow);
        if (status == BON_OK) status = read_in_each(copy.data, copy.len, allowed, scratch, readings, &explain);
        bon_buf_free(&copy);
        BON_TRY(status);
        int best = best_of(readings, explain & ~(UINT32_C(1) << BON_CHARSET_CP1258), &lead);
        if (best < 0 || lead < LEAD_ENOUGH || readings[best].bad || readings[best].good <= 2 * before.good) continue;
        *verdict = (struct bon_verdict){BON_LINE_DECIDED, legacy[best], true, 0, 0};
        break;
    }
    scratch->len = kept;
    return BON_OK;
}

/* ---- VIQR ---- */

/* Text without letters beyond ASCII is VIQR when words with ^, ( or + behind a vowel, or dd, read as syllables, and hardly any
 * reads as anything else. A line with fewer of them, or with tones alone (Cha`o ba'c, which "to be." looks like), may be: its
 * neighbours tell. */
static bool has_shape_signs(const char *line, size_t n) {
    for (size_t i = 1; i < n; i++)
        if ((line[i] == '^' || line[i] == '+' || line[i] == '(') && (line[i - 1] | 0x20) >= 'a' &&
            (line[i - 1] | 0x20) <= 'u')
            return true;
    return false;
}

/* Whether some sign of VIQR stands behind a letter, or there is a dd. */
static bool has_signs(const char *line, size_t n) {
    for (size_t i = 1; i < n; i++) {
        char before = line[i - 1] | 0x20;
        if (line[i] == '\\' || ((line[i] | 0x20) == 'd' && before == 'd')) return true;
        if (before >= 'a' && before <= 'y' && strchr("aeiouy", before) && line[i] && strchr("^+(*'`?~.", line[i]))
            return true;
    }
    return false;
}

/* Whether text that is UTF-8 has a letter beyond ASCII. */
static bool letters_beyond(const char *text, size_t n, unsigned sequences) {
    for (size_t at = 0; sequences && at < n;) {
        unsigned used;
        uint32_t c = bon_utf8_read(text + at, n - at, &used);
        if (c > 0x7f && bon_letter_info(c) & BON_LETTER) return true;
        at += used;
    }
    return false;
}

static bon_status judge_viqr(const char *line, size_t n, uint32_t allowed, bon_buf *scratch,
                             struct bon_verdict *verdict) {
    if (!(allowed >> BON_CHARSET_VIQR & 1) || !has_signs(line, n)) return BON_OK;
    struct reading reading;
    size_t kept = scratch->len;
    BON_TRY(bon_charset_decode(BON_CHARSET_VIQR, line, n, scratch, NULL));
    bool same = scratch->len - kept == n && memcmp(scratch->data + kept, line, n) == 0;
    count_words(scratch->data + kept, scratch->len - kept, &reading);
    scratch->len = kept;
    if (reading.good >= 3 && 4 * reading.bad <= reading.good && has_shape_signs(line, n))
        *verdict = (struct bon_verdict){BON_LINE_DECIDED, BON_CHARSET_VIQR, false, 0, 0};
    else if (!same && 4 * reading.bad <= reading.good)
        *verdict = (struct bon_verdict){BON_LINE_OPEN, BON_CHARSET_UTF8, false, 0, UINT32_C(1) << BON_CHARSET_VIQR};
    return BON_OK;
}

bon_status bon_judge(const char *line, size_t n, uint32_t allowed, bon_buf *scratch, struct bon_verdict *verdict) {
    unsigned sequences;
    *verdict = (struct bon_verdict){.state = BON_LINE_NEUTRAL, .charset = BON_CHARSET_UTF8};
    if (!is_utf8(line, n, &sequences)) return judge_bytes(line, n, allowed, scratch, verdict);
    if (!letters_beyond(line, n, sequences)) BON_TRY(judge_viqr(line, n, allowed, scratch, verdict));
    if (sequences == 0 || verdict->state != BON_LINE_NEUTRAL) return BON_OK;
    return judge_wide(line, n, allowed, scratch, verdict);
}
