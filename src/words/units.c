/* src/words/units.c: tokens -> units. See units.h. */
#include "words/units.h"

#include <stdlib.h>

#include "base/hash.h"

/* Ids: syllables are their codes; these are above them, words a hash above those. */
enum {
    ID_NUMBER = BON_SYLLABLE_CODES,
    ID_PERCENT,
    ID_ADDRESS,
    ID_LONG,
    ID_LINE_END,
    SHORT = 64,      /* bytes of a word that has an id of its own */
    LOWER_ROOM = 512 /* bytes: what bon_lower asks for beforehand is below that */
};
#define ID_WORD UINT32_C(0x80000000)

bon_status bon_unit_reader_open(struct bon_unit_reader **out) {
    struct bon_unit_reader *reader = bon_alloc_zeroed(1, sizeof *reader);
    if (!reader) return BON_ERR_NOMEM;
    bon_status status = bon_buf_reserve(&reader->lower, LOWER_ROOM);
    if (status == BON_OK)
        *out = reader;
    else
        free(reader);
    return status;
}

void bon_unit_reader_close(struct bon_unit_reader *reader) {
    if (!reader) return;
    bon_buf_free(&reader->lower);
    free(reader);
}

void bon_unit_reader_begin(struct bon_unit_reader *reader, const char *text, size_t n) {
    reader->text = text;
    reader->n = n;
    reader->pos = reader->at = reader->count = 0;
    reader->first = true;
}

/* ---- tokens ---- */

static const bon_token *peek(struct bon_unit_reader *reader) {
    if (reader->at == reader->count) {
        reader->at = 0;
        reader->count = bon_segment_many(&reader->cache, reader->text, reader->n, &reader->pos);
        if (reader->count == 0) return NULL;
    }
    return &reader->cache.tokens[reader->at];
}

static bool is_letters_or_digits(unsigned kind) {
    return kind == BON_TOKEN_SYLLABLE || kind == BON_TOKEN_WORD || kind == BON_TOKEN_NUMBER ||
           kind == BON_TOKEN_HYPHENATED;
}

/* ---- ids ---- */

/* Lý and lí, quý and quí are spellings of one syllable: the rhyme y behind an onset is i. */
static uint16_t with_i(uint16_t code) {
    enum { RHYME_I = 45, RHYME_Y = 158 }; /* their places in the list of rhymes (spelling_tables.c) */
    unsigned tone = code % BON_TONES, rhyme = code / BON_TONES % BON_RHYMES, onset = code / BON_TONES / BON_RHYMES;
    if (rhyme != RHYME_Y || onset == 0) return code;
    return (uint16_t)((onset * BON_RHYMES + RHYME_I) * BON_TONES + tone);
}

static uint32_t id_of_word(struct bon_unit_reader *reader, const char *word, size_t n) {
    bon_syllable code;
    bon_case letter_case;
    if (n > SHORT) return ID_LONG;
    if (bon_syllable_parse_loose(word, n, &code, &letter_case)) return with_i(code);
    reader->lower.len = 0;
    if (bon_lower(word, n, &reader->lower) != BON_OK) return ID_LONG;
    return (uint32_t)bon_hash64(reader->lower.data, reader->lower.len) | ID_WORD;
}

static uint32_t id_of(struct bon_unit_reader *reader, const bon_token *token) {
    switch (token->kind) {
    case BON_TOKEN_SYLLABLE: return with_i(token->code);
    case BON_TOKEN_NUMBER: return ID_NUMBER;
    case BON_TOKEN_URL:
    case BON_TOKEN_EMAIL: return ID_ADDRESS;
    default: return id_of_word(reader, reader->text + token->start, token->len);
    }
}

/* ---- shapes ---- */

static uint8_t shape_of_word(const bon_token *token, const char *text) {
    if (token->kind != BON_TOKEN_WORD) { /* its case is not told */
        bool capital = (unsigned)(text[token->start] - 'A') < 26;
        return capital ? BON_UNIT_FOREIGN_TITLE : BON_UNIT_FOREIGN_LOWER;
    }
    static const uint8_t shapes[] = {[BON_CASE_LOWER] = BON_UNIT_FOREIGN_LOWER,
                                     [BON_CASE_TITLE] = BON_UNIT_FOREIGN_TITLE,
                                     [BON_CASE_UPPER] = BON_UNIT_FOREIGN_UPPER,
                                     [BON_CASE_MIXED] = BON_UNIT_FOREIGN_TITLE};
    return shapes[token->letter_case];
}

static uint8_t shape_of(const struct bon_unit_reader *reader, const bon_token *token) {
    switch (token->kind) {
    case BON_TOKEN_SYLLABLE:
        if (token->letter_case == BON_CASE_LOWER) return BON_UNIT_LOWER;
        if (reader->first) return BON_UNIT_FIRST;
        return token->letter_case == BON_CASE_TITLE || token->len == 1 ? BON_UNIT_TITLE : BON_UNIT_UPPER;
    case BON_TOKEN_WORD:
    case BON_TOKEN_HYPHENATED:
    case BON_TOKEN_ABBREVIATION: return shape_of_word(token, reader->text);
    case BON_TOKEN_NUMBER: return BON_UNIT_NUMBER;
    default: return BON_UNIT_SIGN;
    }
}

/* Whether a capital behind this sign may be that of a sentence: . ? ! : and quotation marks, also the longer ones of Unicode. */
static bool begins_sentence(unsigned char sign) {
    return sign >= 0x80 || sign == '.' || sign == '?' || sign == '!' || sign == ':' || sign == '"';
}

/* ---- units ---- */

/* Adds tokens that nothing parts from the unit: letters and digits, also behind an initial (C.Ronaldo, Q.1); a percent sign
 * behind a number. */
static void join_adjacent(struct bon_unit_reader *reader, struct bon_unit *unit) {
    unsigned kind = unit->kind == BON_TOKEN_ABBREVIATION && unit->len == 2 ? BON_TOKEN_WORD : unit->kind;
    bool joined = false, percent = false;
    for (const bon_token *next; is_letters_or_digits(kind) && (next = peek(reader)); reader->at++) {
        if (next->start != unit->start + unit->len) break;
        percent = kind == BON_TOKEN_NUMBER && next->len == 1 && reader->text[next->start] == '%';
        if (!percent && !is_letters_or_digits(next->kind)) break;
        unit->len += next->len;
        kind = next->kind;
        joined = true;
    }
    if (!joined) return;
    unit->id = percent ? ID_PERCENT : id_of_word(reader, reader->text + unit->start, unit->len);
    unit->shape = unit->shape == BON_UNIT_NUMBER ? BON_UNIT_NUMBER : BON_UNIT_FOREIGN_UPPER;
    unit->code = BON_CLASS_WORD;
    if (unit->kind != BON_TOKEN_NUMBER) unit->kind = BON_TOKEN_WORD;
}

bool bon_unit_next(struct bon_unit_reader *reader, struct bon_unit *unit) {
    const bon_token *token = peek(reader);
    if (!token) return false;
    *unit = (struct bon_unit){.start = token->start, .len = token->len, .kind = token->kind, .code = token->code};
    if (token->kind == BON_LINE_END) {
        unit->id = ID_LINE_END;
        unit->shape = BON_UNIT_OUTSIDE;
        reader->first = true;
        reader->at++;
        return true;
    }
    unit->id = id_of(reader, token);
    unit->shape = shape_of(reader, token);
    if (token->kind == BON_TOKEN_SYLLABLE) unit->code = (uint16_t)unit->id;
    if (unit->shape == BON_UNIT_SIGN)
        reader->first |= begins_sentence((unsigned char)reader->text[unit->start]);
    else if (unit->shape != BON_UNIT_NUMBER)
        reader->first = false;
    reader->at++;
    join_adjacent(reader, unit);
    return true;
}
