/* src/words/session.c: text -> words, sentence by sentence, in memory that is there from the beginning. */
#include <stdlib.h>
#include <string.h>

#include "words/model.h"

/* Units decoded at once; a longer line is cut, best behind a sign. Words are local: what a cut changes is near it. */
enum { SENTENCE_MAX = 4096 };

struct bon_word_session {
    const bon_words *words;
    struct bon_unit_reader *reader;
    const bon_word_hint *hints;
    size_t hint_count, hint; /* the next one */
    size_t count, at;        /* units of the sentence; the next word's first */
    bool line_end;           /* one stands behind it, in end */
    struct bon_unit end;
    struct bon_unit units[SENTENCE_MAX];
    bool begins[SENTENCE_MAX + 1];
    float odds[SENTENCE_MAX];
    int32_t gaps[SENTENCE_MAX], grams[SENTENCE_MAX][BON_GRAM_MAX];
    int64_t best[SENTENCE_MAX + 1];
    uint8_t length[SENTENCE_MAX + 1];
    bon_word_part parts[BON_WORD_PARTS_MAX];
};

bon_status bon_word_session_open(bon_word_session **out, const bon_words *words) {
    bon_word_session *session = bon_alloc_zeroed(1, sizeof *session);
    if (!session) return BON_ERR_NOMEM;
    session->words = words;
    bon_status status = bon_unit_reader_open(&session->reader);
    if (status != BON_OK) {
        free(session);
        return status;
    }
    bon_word_session_begin(session, "", 0, NULL, 0);
    *out = session;
    return BON_OK;
}

void bon_word_session_close(bon_word_session *session) {
    if (!session) return;
    bon_unit_reader_close(session->reader);
    free(session);
}

void bon_word_session_begin(bon_word_session *session, const char *text, size_t n, const bon_word_hint *hints,
                            size_t hint_count) {
    bon_unit_reader_begin(session->reader, text, n);
    session->hints = hints;
    session->hint_count = hint_count;
    session->hint = session->count = session->at = 0;
    session->line_end = false;
}

/* The hints at units of the sentence; false when there are none. */
static bool take_hints(bon_word_session *session) {
    bool any = false;
    if (session->hint == session->hint_count) return false;
    memset(session->odds, 0, session->count * sizeof *session->odds);
    for (size_t i = 0; i < session->count; i++) {
        uint32_t at = session->units[i].start;
        while (session->hint < session->hint_count && session->hints[session->hint].at < at) session->hint++;
        if (session->hint == session->hint_count) break;
        if (session->hints[session->hint].at != at) continue;
        session->odds[i] = session->hints[session->hint].log_odds;
        any = true;
    }
    return any;
}

/* Reads the next sentence and finds its words; false at the end of the text. */
static bool read_sentence(bon_word_session *session) {
    const struct bon_decode_room room = {session->gaps, session->grams, session->best, session->length};
    session->count = session->at = 0;
    while (session->count < SENTENCE_MAX) {
        struct bon_unit *unit = &session->units[session->count];
        if (!bon_unit_next(session->reader, unit)) break;
        if (unit->shape == BON_UNIT_OUTSIDE) {
            session->line_end = true;
            session->end = *unit;
            break;
        }
        session->count++;
        if (session->count > SENTENCE_MAX - BON_WORD_PARTS_MAX * 32 && unit->shape == BON_UNIT_SIGN) break;
    }
    if (session->count == 0) return session->line_end;
    const float *odds = take_hints(session) ? session->odds : NULL;
    bon_words_decode(session->words, session->units, session->count, odds, &room, session->begins);
    session->begins[session->count] = true;
    return true;
}

/* The word that begins at the next unit. */
static void take_word(bon_word_session *session, bon_word_span *word) {
    unsigned parts = 0;
    size_t at = session->at;
    do {
        const struct bon_unit *unit = &session->units[at];
        session->parts[parts++] = (bon_word_part){unit->start, unit->len};
    } while (!session->begins[++at]);
    const struct bon_unit *first = &session->units[session->at], *last = &session->units[at - 1];
    *word = (bon_word_span){.start = first->start,
                            .len = last->start + last->len - first->start,
                            .parts = session->parts,
                            .part_count = parts,
                            .kind = first->kind};
    session->at = at;
}

bool bon_word_session_next(bon_word_session *session, bon_word_span *word) {
    if (session->at == session->count && !session->line_end && !read_sentence(session)) return false;
    if (session->at < session->count) {
        take_word(session, word);
        return true;
    }
    session->line_end = false;
    *word = (bon_word_span){.start = session->end.start, .len = session->end.len, .parts = session->parts};
    return true;
}
