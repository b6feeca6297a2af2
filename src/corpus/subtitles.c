/* src/corpus/subtitles.c: see subtitles.h. The file is decoded and normalized as a whole, so that short lines are told by their
 * neighbours; then its lines are cues. */
#include "corpus/subtitles.h"

#include <stdlib.h>

#include "corpus/encoding.h"
#include "normalize/html.h"
#include "syllable/unicode.h"
#include "syllable/utf8.h"

enum { PAUSE_MS = 4000, TEXT_SHARE = 100 };

static const char arrow[] = "-->";

struct bon_subtitles {
    bon_normalizer *normalizer, *judge; /* judge: tells charsets, line by line */
    bon_buf utf8, normal, bare, piece, said, space;
};

struct line {
    const char *text;
    size_t n;
};

struct reading {
    struct bon_subtitles *space;
    const char *at, *end;
    bool vtt, in_cue;
    bool fresh; /* nothing of this cue was written yet */
    uint64_t cues, starts, ends;
    uint64_t said_until; /* ms: the end of the cue that was written last */
    struct line last;    /* that was written, as it stands in the file */
};

bon_status bon_subtitles_open(struct bon_subtitles **out) {
    const bon_normalize_options options = {.from = BON_CHARSET_AUTO};
    *out = NULL;
    struct bon_subtitles *subtitles = bon_alloc_zeroed(1, sizeof *subtitles);
    if (!subtitles) return BON_ERR_NOMEM;
    bon_status status = bon_normalizer_open(&subtitles->normalizer, NULL);
    if (status == BON_OK) status = bon_normalizer_open(&subtitles->judge, &options);
    if (status == BON_OK)
        *out = subtitles;
    else
        bon_subtitles_close(subtitles);
    return status;
}

void bon_subtitles_close(struct bon_subtitles *subtitles) {
    if (!subtitles) return;
    bon_normalizer_close(subtitles->normalizer);
    bon_normalizer_close(subtitles->judge);
    bon_buf *const buffers[] = {&subtitles->utf8,  &subtitles->normal, &subtitles->bare,
                                &subtitles->piece, &subtitles->said,   &subtitles->space};
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) bon_buf_free(buffers[i]);
    free(subtitles);
}

/* ---- lines ---- */

static struct line line_at(const char *at, const char *end) {
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    return (struct line){at, newline ? (size_t)(newline - at) : (size_t)(end - at)};
}

static struct line next_line(struct reading *r) {
    struct line line = line_at(r->at, r->end);
    r->at = line.text + line.n < r->end ? line.text + line.n + 1 : r->end;
    return line;
}

static bool is_time_line(struct line line) { return memmem(line.text, line.n, arrow, sizeof arrow - 1) != NULL; }

static bool begins(struct line line, const char *word) {
    size_t n = strlen(word);
    return line.n >= n && memcmp(line.text, word, n) == 0;
}

/* 01:02:03,456 or 02:03.456, behind blanks, in ms; 0 for anything else. */
static uint64_t read_time(const char *text, size_t n) {
    uint64_t parts[4] = {0}, count = 0, digits = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned digit = (unsigned)(text[i] - '0');
        if (digit < 10 && digits < 6 && count < 4) {
            parts[count] = parts[count] * 10 + digit;
            digits++;
        } else if (digits > 0 && (text[i] == ':' || text[i] == ',' || text[i] == '.')) {
            count++;
            digits = 0;
        } else if (digits > 0 || text[i] != ' ') {
            break;
        }
    }
    const uint64_t *p = parts + (count == 2 ? 0 : 1);
    if (count < 2 || count > 3) return 0;
    return ((count == 3 ? parts[0] * 60 : 0) + p[0]) * 60000 + p[1] * 1000 + p[2];
}

/* ---- what a line says ---- */

static bool begins_tag(const char *text, size_t n) {
    unsigned char c = n > 1 ? (unsigned char)text[1] : 0;
    if (*text == '{') return c == '\\' || (n > 2 && text[2] == ':'); /* {\an8}, {y:i} */
    return *text == '<' && (c == '/' || (c >= '0' && c <= '9') || (unsigned char)((c | 0x20) - 'a') < 26);
}

/* The line without tags and references, in space->piece. */
static bon_status read_piece(struct bon_subtitles *space, struct line line) {
    static const struct bon_html_place place = {.begins_inside = true};
    uint64_t count = 0;
    bool no_end[2] = {false}; /* of a tag, of a brace: none in the rest of the line */
    space->bare.len = space->piece.len = 0;
    BON_TRY(bon_buf_reserve(&space->bare, line.n));
    for (size_t i = 0; i < line.n;) {
        const char *at = line.text + i, *close = NULL;
        const bool brace = *at == '{';
        if (!no_end[brace] && begins_tag(at, line.n - i)) {
            close = memchr(at, brace ? '}' : '>', line.n - i);
            no_end[brace] = !close;
        }
        if (close)
            i = (size_t)(close - line.text) + 1;
        else
            bon_buf_push(&space->bare, line.text + i++, 1);
    }
    if (!space->bare.len || !memchr(space->bare.data, '&', space->bare.len))
        return bon_buf_append(&space->piece, space->bare.data, space->bare.len);
    return bon_html_pass(space->bare.data, space->bare.len, &place, &space->piece, &count, NULL);
}

static struct line trim(struct line line) {
    while (line.n > 0 && line.text[line.n - 1] == ' ') line.n--;
    while (line.n > 0 && *line.text == ' ') line.text++, line.n--;
    return line;
}

/* A dash that begins a turn of the talk goes; true when there was one. */
static bool skip_dash(struct line *line) {
    static const char *const dashes[] = {"-", "–", "—"};
    for (size_t i = 0; i < sizeof dashes / sizeof *dashes; i++) {
        size_t n = strlen(dashes[i]);
        if (!begins(*line, dashes[i])) continue;
        *line = trim((struct line){line->text + n, line->n - n});
        return true;
    }
    return false;
}

/* [tiếng cười], (nhạc), ♪ la la ♪ */
static bool is_sound(struct line line) {
    if (begins(line, "♪") || begins(line, "♫")) return true;
    char last = line.text[line.n - 1];
    return (*line.text == '[' && last == ']' && !memchr(line.text, ']', line.n - 1)) ||
           (*line.text == '(' && last == ')' && !memchr(line.text, ')', line.n - 1));
}

/* ---- what goes together ---- */

static const char *const ellipses[] = {"...", "…"};

static size_t ellipsis_before(const char *text, size_t n) {
    for (size_t i = 0; i < sizeof ellipses / sizeof *ellipses; i++) {
        size_t length = strlen(ellipses[i]);
        if (n >= length && memcmp(text + n - length, ellipses[i], length) == 0) return length;
    }
    return 0;
}

static size_t ellipsis_at(struct line line) {
    for (size_t i = 0; i < sizeof ellipses / sizeof *ellipses; i++)
        if (begins(line, ellipses[i])) return strlen(ellipses[i]);
    return 0;
}

static bool begins_small(struct line line) {
    unsigned length;
    char class = line.n ? bon_class_of(bon_utf8_read(line.text, line.n, &length)) : (char)BON_CLASS_OF_SYMBOL;
    return class == BON_CLASS_OF_LETTER || class == BON_CLASS_OF_DIGIT;
}

/* Whether a text ends as sentences do, quotes and brackets behind it aside. */
static bool ends_sentence(const char *text, size_t n) {
    static const char *const closing[] = {"\"", "'", ")", "]", "”", "’", "»"};
    for (size_t i = 0; i < sizeof closing / sizeof *closing; i++) {
        size_t length = strlen(closing[i]);
        if (n < length || memcmp(text + n - length, closing[i], length) != 0) continue;
        n -= length;
        i = (size_t)-1; /* again from the first */
    }
    return n > 0 && (strchr(".!?", text[n - 1]) || ellipsis_before(text, n));
}

/* Whether a piece goes on with what was said; an ellipsis on both sides of the joint goes. */
static bool goes_on(const struct reading *r, struct line *piece) {
    bon_buf *said = &r->space->said;
    size_t before = ellipsis_before(said->data, said->len), behind = ellipsis_at(*piece);
    struct line rest = trim((struct line){piece->text + behind, piece->n - behind});
    if (said->len == 0) return false;
    if (r->starts > r->said_until && r->starts - r->said_until > PAUSE_MS) return false;
    if (before && (behind || begins_small(rest))) {
        if (behind) said->len -= before;
        *piece = rest;
        return true;
    }
    if (ends_sentence(said->data, said->len)) return false;
    return !r->fresh || begins_small(rest) || strchr(",;", said->data[said->len - 1]);
}

static bon_status say(struct reading *r, struct line line) {
    struct bon_subtitles *space = r->space;
    if (r->vtt && r->last.n == line.n && line.n && memcmp(r->last.text, line.text, line.n) == 0)
        return BON_OK; /* a line that rolls up is in two cues */
    BON_TRY(read_piece(space, line));
    struct line piece = trim((struct line){space->piece.data, space->piece.len});
    if (piece.n == 0 || is_sound(piece)) return BON_OK;
    bool turn = skip_dash(&piece), on = !turn && goes_on(r, &piece);
    if (piece.n == 0 || is_sound(piece)) return BON_OK;
    if (space->said.len > 0) BON_TRY(bon_buf_put(&space->said, on ? ' ' : '\n'));
    BON_TRY(bon_buf_append(&space->said, piece.text, piece.n));
    r->last = line;
    r->said_until = r->ends;
    r->fresh = false;
    return BON_OK;
}

/* ---- the file ---- */

static void begin_cue(struct reading *r, struct line line) {
    const char *to = memmem(line.text, line.n, arrow, sizeof arrow - 1);
    size_t behind = (size_t)(to - line.text) + sizeof arrow - 1;
    r->starts = read_time(line.text, (size_t)(to - line.text));
    r->ends = read_time(line.text + behind, line.n - behind);
    r->in_cue = r->fresh = true;
    r->cues++;
}

static bon_status read_lines(struct reading *r) {
    while (r->at < r->end) {
        struct line line = next_line(r);
        struct line next = r->at < r->end ? line_at(r->at, r->end) : (struct line){r->end, 0};
        if (is_time_line(line))
            begin_cue(r, line);
        else if (line.n == 0)
            r->in_cue = r->in_cue && !r->vtt;      /* there are empty lines in cues of SubRip */
        else if (r->in_cue && !is_time_line(next)) /* before a time stands a number or a name */
            BON_TRY(say(r, line));
    }
    return BON_OK;
}

bon_status bon_subtitles_read(struct bon_subtitles *subtitles, const char *name, const char *bytes, size_t n,
                              const char *label, size_t label_len, struct bon_document *document) {
    struct reading r = {.space = subtitles};
    subtitles->utf8.len = subtitles->normal.len = subtitles->said.len = 0;
    if (n > 0) BON_TRY(bon_encoding_decode(bytes, n, label, label_len, &subtitles->utf8, NULL));
    if (subtitles->utf8.len > 0) {
        bool certain = bon_encoding_is_certain(subtitles->utf8.data, subtitles->utf8.len, TEXT_SHARE);
        BON_TRY(bon_normalize(certain ? subtitles->normalizer : subtitles->judge, subtitles->utf8.data,
                              subtitles->utf8.len, &subtitles->normal));
        r.at = subtitles->normal.data;
        r.end = r.at + subtitles->normal.len;
        r.vtt = begins(line_at(r.at, r.end), "WEBVTT");
        BON_TRY(read_lines(&r));
    }
    if (r.cues == 0) return bon_fail(BON_ERR_DATA, "%s: no line with times (-->): are these subtitles?", name);
    BON_TRY(bon_document_number(document, "cues", r.cues));
    BON_TRY(bon_document_number(document, "seconds", r.ends / 1000));
    return bon_document_text(&document->text, subtitles->normalizer, subtitles->said.data, subtitles->said.len,
                             &subtitles->space);
}
