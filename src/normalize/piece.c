/* src/normalize/piece.c: a piece of text that is not plainly canonical: decode, apply the rules, write.
 *
 * A piece is what stands between two ASCII blanks, so no rule needs to look beyond it. It may still hold blanks of other
 * kinds (U+00A0, U+3000), which the rules pass on as tabs.
 */
#include "normalize/normalizer.h"

#include <unicode/utf16.h>
#include <unicode/utf8.h>

void bon_units_init(struct bon_units *units) {
    units->data = units->local;
    units->len = 0;
    units->cap = (int32_t)(sizeof units->local / sizeof units->local[0]);
}

void bon_units_free(struct bon_units *units) {
    if (units->data != units->local) free(units->data);
    bon_units_init(units);
}

bon_status bon_units_reserve(struct bon_units *units, int32_t cap) {
    if (cap <= units->cap) return BON_OK;
    UChar *data = bon_alloc_array((size_t)cap, sizeof *data);
    if (!data) return BON_ERR_NOMEM;
    memcpy(data, units->data, (size_t)units->len * sizeof *data);
    if (units->data != units->local) free(units->data);
    units->data = data;
    units->cap = cap;
    return BON_OK;
}

/* ---- the sink ---- */

/* A blank that waited is written when text follows on the same line, else dropped; anything but one space for one space
 * counts as a change. */
static bon_status settle_blank(struct bon_sink *sink, bool text_follows) {
    if (sink->pending == BON_PENDING_NOTHING) return BON_OK;
    bool written = text_follows && !sink->line_start;
    if (!written || sink->pending == BON_PENDING_CHANGED) sink->counts[BON_RULE_BLANK]++;
    sink->pending = BON_PENDING_NOTHING;
    return written ? bon_buf_put(sink->out, ' ') : BON_OK;
}

bon_status bon_sink_text(struct bon_sink *sink, const char *text, size_t n) {
    BON_TRY(settle_blank(sink, true));
    sink->line_start = false;
    return bon_buf_append(sink->out, text, n);
}

bon_status bon_sink_blank(struct bon_sink *sink, char blank) {
    if (!bon_rule_on(sink->nz, BON_RULE_BLANK)) return bon_sink_text(sink, &blank, 1);
    bool plain = blank == ' ' && sink->pending == BON_PENDING_NOTHING;
    sink->pending = plain ? BON_PENDING_SPACE : BON_PENDING_CHANGED;
    return BON_OK;
}

bon_status bon_sink_line_end(struct bon_sink *sink, char end) {
    BON_TRY(settle_blank(sink, false));
    sink->line_start = true;
    return bon_buf_put(sink->out, end);
}

/* ---- decoding and encoding ---- */

/* Decodes up to the end or to the first malformed sequence: its beginning is returned, and its length in *malformed: the
 * maximal subpart of a well-formed sequence, as the Unicode Standard (section 3.9, "U+FFFD Substitution of Maximal
 * Subparts") and the W3C want it. */
static size_t decode(struct bon_units *units, const char *text, size_t n, size_t *malformed) {
    const uint8_t *bytes = (const uint8_t *)text;
    int32_t i = 0, length = (int32_t)n;
    *malformed = 0;
    while (i < length) {
        int32_t start = i;
        UChar32 c;
        U8_NEXT(bytes, i, length, c);
        if (c < 0) {
            *malformed = (size_t)(i - start);
            return (size_t)start;
        }
        U16_APPEND_UNSAFE(units->data, units->len, c);
    }
    return n;
}

static bon_status write_units(struct bon_sink *sink) {
    const struct bon_units *units = &sink->units;
    bool blanks = bon_rule_on(sink->nz, BON_RULE_BLANK);
    BON_TRY(bon_buf_reserve(sink->out, (size_t)units->len * 3 + 1));
    for (int32_t i = 0; i < units->len;) {
        UChar32 c;
        U16_NEXT_UNSAFE(units->data, i, c);
        if (blanks && (c == ' ' || c == '\t')) {
            BON_TRY(bon_sink_blank(sink, (char)c));
            continue;
        }
        char bytes[U8_MAX_LENGTH];
        int32_t length = 0;
        U8_APPEND_UNSAFE(bytes, length, c);
        BON_TRY(bon_sink_text(sink, bytes, (size_t)length));
    }
    return BON_OK;
}

/* ---- the rules ---- */

/* Composing can reorder marks, so that what a joiner was kept for no longer stands before it: rounds until nothing is
 * dropped. Text takes one or two; what takes more is hostile, and loses its joiners. */
enum { ROUNDS_MAX = 8 };

static bon_status apply_rules(struct bon_sink *sink) {
    bool joiners, dropped, composed = false, changed;
    BON_TRY(bon_rule_signs(sink)); /* fullwidth letters compose */
    bon_rule_invisible(sink, true, &joiners, &dropped);
    for (unsigned round = 1; round <= ROUNDS_MAX; round++) {
        BON_TRY(bon_rule_compose(sink, &changed));
        composed |= changed;
        if (!joiners || !changed) break;
        bon_rule_invisible(sink, round + 1 < ROUNDS_MAX, &joiners, &dropped);
        if (!dropped) break;
    }
    if (composed) sink->counts[BON_RULE_COMPOSE]++;
    BON_TRY(bon_rule_signs(sink)); /* and a compatibility form may become a sign */
    BON_TRY(bon_compose_for_words(sink));
    bon_rule_words(sink);
    BON_TRY(bon_rule_teencode(sink));
    BON_TRY(bon_decompose_after_words(sink));
    return write_units(sink);
}

/* Longest stretch decoded at once: ICU counts units in int32_t and may need several for each. */
enum { PIECE_MAX = 64 << 20 };

static bool well_formed(const char *text, size_t n) {
    const uint8_t *bytes = (const uint8_t *)text;
    for (size_t i = 0; i < n;) {
        UChar32 c;
        U8_NEXT(bytes, i, n, c);
        if (c < 0) return false;
    }
    return true;
}

bon_status bon_piece(struct bon_sink *sink, const char *text, size_t n, size_t *bad) {
    struct bon_units *units = &sink->units;
    bool strict = sink->nz->options.strict, replace = bon_rule_on(sink->nz, BON_RULE_INVALID_UTF8);
    /* Where malformed bytes stay, their piece does: dropping what stands between them could make them a character. */
    if (!strict && !replace && !well_formed(text, n)) return bon_sink_text(sink, text, n);
    units->len = 0;
    for (size_t at = 0; at < n;) {
        size_t malformed, room = n - at < PIECE_MAX ? n - at : PIECE_MAX;
        while (room < n - at && room > PIECE_MAX - 4 && (text[at + room] & 0xc0) == 0x80) room--;
        BON_TRY(bon_units_reserve(units, units->len + (int32_t)room + 1));
        at += decode(units, text + at, room, &malformed);
        if (malformed && strict) {
            *bad = at;
            BON_TRY(apply_rules(sink));
            return BON_ERR_DATA;
        }
        if (malformed) {
            units->data[units->len++] = 0xfffd;
            sink->counts[BON_RULE_INVALID_UTF8]++;
            at += malformed;
        }
        if (units->len > PIECE_MAX) {
            BON_TRY(apply_rules(sink));
            units->len = 0;
        }
    }
    return units->len ? apply_rules(sink) : BON_OK;
}
