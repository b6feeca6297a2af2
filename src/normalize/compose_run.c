/* src/normalize/compose_run.c: decomposed Vietnamese at speed.
 *
 * Text in NFD has a mark in nearly every word, so the scan passes nothing and every word would be decoded for the rules. But
 * its letters are all a base and one or two of eight marks, of two bytes each. Here a run of text is copied, and each such mark
 * joined to the letter before it, byte by byte. Whether what comes out is right is not decided here: the scan is asked, and
 * only words that it passes are taken. They are what the rules would make of them: nothing but marks was joined, the scan
 * passes no mark that is left, and a word that it passes has nothing for any other rule.
 */
#include "normalize/normalizer.h"
#include "syllable/spelling.h"
#include "syllable/utf8.h"

enum { RUN_MIN = 256, MARK_LEAD = 0xcc };

/* By the second byte of a mark, U+0300 to U+033F: a tone, or 8 + a row of `shaped`. */
enum { GRAVE = 0x80, ACUTE, CIRCUMFLEX, TILDE, BREVE = 0x86, HOOK = 0x89, HORN = 0x9b, DOT_BELOW = 0xa3 };
enum { SHAPE = 8 };
static const uint8_t marks[64] = {
    [GRAVE & 63] = BON_TONE_HUYEN, [ACUTE & 63] = BON_TONE_SAC,      [TILDE & 63] = BON_TONE_NGA,
    [HOOK & 63] = BON_TONE_HOI,    [DOT_BELOW & 63] = BON_TONE_NANG, [BREVE & 63] = SHAPE,
    [CIRCUMFLEX & 63] = SHAPE + 1, [HORN & 63] = SHAPE + 2,
};
/* Letters with a breve, a circumflex, a horn, by the letter without. */
static const uint8_t shaped[3][32] = {{[1] = 2}, {[1] = 3, [8] = 9, [17] = 18}, {[17] = 19, [25] = 26}};

/* The letter that ends out[0..n), its length in bytes; 0: none that takes a mark. */
static unsigned last_letter(const uint8_t *out, size_t n, unsigned *length) {
    if (n == 0) return 0;
    *length = 1;
    if (out[n - 1] < 0x80) return bon_letters_low[out[n - 1]];
    if (n < 2) return 0;
    *length = 2;
    if (out[n - 2] >= 0xc0) return bon_letter_info((out[n - 2] & 0x1fu) << 6 | (out[n - 1] & 0x3fu));
    if (n < 3 || out[n - 3] != 0xe1) return 0;
    *length = 3;
    return bon_letter_info(0x1000u | (out[n - 2] & 0x3fu) << 6 | (out[n - 1] & 0x3fu));
}

/* Joins a mark to the letter that ends out[0..*n). */
static bool join_mark(uint8_t *out, size_t *n, uint8_t second) {
    unsigned mark = second >= 0x80 && second < 0xc0 ? marks[second & 63] : 0, length;
    unsigned info = mark ? last_letter(out, *n, &length) : 0;
    unsigned letter = info & BON_LETTER_NUMBER, tone = (info & 0xff) >> BON_LETTER_TONE_SHIFT;
    if (!letter || (mark < SHAPE && tone)) return false;
    if (mark < SHAPE)
        tone = mark;
    else
        letter = shaped[mark - SHAPE][letter];
    uint16_t glyph = bon_glyphs[letter][(info & BON_LETTER_UPPER) != 0][tone];
    if (!letter || !glyph) return false;
    *n -= length;
    *n += bon_utf8_write(glyph, (char *)out + *n);
    return true;
}

/* Where a word ends: in the text and in the run, and how many words had a mark joined up to there. */
struct word_end {
    uint32_t in, out, joined;
};
enum { WORDS_MAX = BON_RUN_MAX / 2 + 1 };

struct run {
    uint8_t text[BON_RUN_MAX + 3];
    struct word_end ends[WORDS_MAX];
};

/* Copies text with marks joined; returns the number of words. */
static size_t join_marks(const uint8_t *text, size_t n, struct run *run, size_t *length) {
    size_t out = 0, words = 0;
    uint32_t joined = 0;
    bool here = false;
    for (size_t i = 0; i < n; i++) {
        uint8_t b = text[i];
        if (b == MARK_LEAD && i + 1 < n && join_mark(run->text, &out, text[i + 1])) {
            here = true;
            i++;
            continue;
        }
        if (b == ' ' || b == '\n') {
            joined += here;
            here = false;
            run->ends[words++] = (struct word_end){(uint32_t)i, (uint32_t)out, joined};
        }
        run->text[out++] = b;
    }
    run->ends[words++] = (struct word_end){(uint32_t)n, (uint32_t)out, joined + here};
    *length = out;
    return words;
}

static size_t first_word(const char *text, size_t n) {
    size_t end = 0;
    while (end < n && text[end] != ' ' && text[end] != '\n') end++;
    return end;
}

bon_status bon_compose_run(struct bon_sink *sink, const char *text, size_t n, size_t *used) {
    const struct bon_normalizer *nz = sink->nz;
    *used = 0;
    if (nz->options.form != BON_FORM_NFC || !nz->masks || !bon_rule_on(nz, BON_RULE_COMPOSE)) return BON_OK;
    if (!memchr(text, MARK_LEAD, first_word(text, n < RUN_MIN ? n : RUN_MIN))) return BON_OK;
    /* Runs grow as long as they are taken whole, so that text in which they are not costs little. */
    size_t room = sink->run < RUN_MIN ? RUN_MIN : sink->run, take = n < room ? n : room;
    while (take < n && take > 0 && text[take] != ' ' && text[take] != '\n') take--;
    if (take == 0) return BON_OK;
    struct run *run = sink->run_space;
    if (!run && !(run = sink->run_space = malloc(sizeof *run))) return bon_fail_memory(sizeof *run);
    size_t length, words = join_marks((const uint8_t *)text, take, run, &length);
    size_t fine = bon_scan(nz, (const char *)run->text, length);
    while (words > 0 && run->ends[words - 1].out > fine) words--;
    sink->run = fine == length ? 2 * room : RUN_MIN;
    if (sink->run > BON_RUN_MAX) sink->run = BON_RUN_MAX;
    if (words == 0) return BON_OK;
    const struct word_end *end = &run->ends[words - 1];
    sink->counts[BON_RULE_COMPOSE] += end->joined;
    *used = end->in;
    if (end->in == 0) return BON_OK;
    return bon_sink_text(sink, (const char *)run->text, end->out);
}
