/* src/ime/predict.c: the window of words that wait for what follows them. See predict.h. */
#include "ime/predict.h"

#include <string.h>

#include "base/buf.h"
#include "restore/letters.h"
#include "restore/session.h"
#include "syllable/utf8.h"

enum { LINE_MAX_BYTES = IME_CONTEXT + IME_PARTS * (IME_SHOWN_MAX + 1), READINGS = 32 };

/* A word is unsure when its marks are less likely than this. */
#define HINT_BELOW 0.6

/* What a word says about the habits of who types: the weight of the newest; more when its marks were refused. */
#define COMPANY_WEIGHT 0.125F
#define REFUSED_WEIGHT 0.2F
#define REFUSED_AGAIN 0.8F

void bon_ime_window_clear(struct ime_window *window) {
    window->count = window->tail_count = 0;
    window->fresh = window->unsure = false;
    window->company = window->refusals = 0;
    window->choosing.on = window->choosing.hint = false;
    window->context_len = window->doubted_len = window->origin_count = 0;
}

/* ---- words in and out ---- */

static bool has_marks(const struct ime_word *word) {
    if (word->tone != BON_TONE_NGANG) return true;
    for (unsigned i = 0; i < word->letter_count; i++)
        if (word->letters[i].shape != SHAPE_NONE) return true;
    return false;
}

/* Marks that make a syllable are all of its marks: cô is not cố. Others cannot be (viêt), or are beyond the grammar (đc). */
static enum ime_pin pin_of(const struct ime_word *word, const struct bon_ime_setup *setup) {
    struct ime_view view;
    if (word->raw || word->undo_key != IME_NO_KEY) return IME_FIXED;
    if (!has_marks(word)) return IME_FREE;
    bon_ime_view(word, setup->tone_style, &view);
    return bon_ime_view_syllable(word, &view) ? IME_FIXED : IME_MARKED;
}

/* Whether the word is one that was taken out because of what it showed. */
static bool was_doubted(const struct ime_window *window, const struct ime_part *part) {
    char before[BON_WORD_MAX], now[BON_WORD_MAX];
    bool marks;
    size_t n = bon_plain_form(window->doubted, window->doubted_len, before, &marks);
    return n > 0 && n == bon_plain_form(part->text, part->text_len, now, &marks) && memcmp(before, now, n) == 0;
}

/* Its keys, but Backspace gives back what they made. */
static void show_as_keys(struct ime_part *part) {
    memcpy(part->text, part->keys, part->key_count);
    part->text_len = part->key_count;
    part->pin = IME_FIXED;
    part->raw = true;
}

/* A word that the user always wants as it is typed. */
static void keep_keys(struct ime_part *part) {
    show_as_keys(part);
    part->kept = true;
}

void bon_ime_window_take(struct ime_window *window, const struct bon_ime_setup *setup, struct ime_word *word,
                         bool restores) {
    struct ime_part *part = &window->parts[window->count];
    restores &= window->origin_count == 0; /* its keys are not what was typed */
    bool keeps = !restores || bon_ime_word_keeps(word, setup);
    *part = (struct ime_part){.pin = (uint8_t)pin_of(word, setup), .key_count = word->key_count, .told = word->raw};
    part->doubtful = part->pin == IME_MARKED && !keeps;
    if (part->pin == IME_FIXED && !keeps) word->raw = true;
    part->raw = word->raw;
    memcpy(part->keys, word->keys, word->key_count);
    part->typed_len = part->text_len = (uint16_t)bon_ime_word_show(word, setup, part->typed);
    memcpy(part->text, part->typed, part->typed_len);
    if (was_doubted(window, part)) { /* seen, taken out, and now wanted like this */
        if (part->pin == IME_FREE) part->pin = IME_FIXED;
        part->told = part->text_len != window->doubted_len || memcmp(part->text, window->doubted, part->text_len) != 0;
    }
    if (restores && !part->raw && window->memory && bon_ime_memory_keeps(window->memory, part->keys, part->key_count))
        keep_keys(part);
    else if (restores && part->pin == IME_FIXED && !part->raw && !part->told && has_marks(word) &&
             bon_ime_window_means_keys(window, part))
        show_as_keys(part);
    window->count++;
    window->doubted_len = window->origin_count = 0;
    bon_ime_word_clear(word);
}

static void show_keys(struct ime_part *part) {
    memcpy(part->text, part->keys, part->key_count);
    memcpy(part->typed, part->keys, part->key_count);
    part->text_len = part->typed_len = part->key_count;
    part->raw = true;
    part->pin = IME_FIXED;
    part->kept = false;
}

static bool is_as_typed(const struct ime_part *part) {
    return part->text_len == part->typed_len && memcmp(part->text, part->typed, part->text_len) == 0;
}

/* What the last word shows is not what the user wants. */
static void doubt(struct ime_window *window, const struct ime_part *part) {
    memcpy(window->doubted, part->text, part->text_len);
    window->doubted_len = part->text_len;
}

void bon_ime_window_refused(struct ime_window *window) {
    float weight = REFUSED_WEIGHT + REFUSED_AGAIN * window->refusals;
    window->company += weight * (1 - window->company);
    window->refusals += weight * (1 - window->refusals);
}

bool bon_ime_window_give_back(struct ime_window *window) {
    struct ime_part *part = &window->parts[window->count - 1];
    bool fresh = window->fresh;
    window->fresh = false;
    if (!fresh || is_as_typed(part)) return false;
    doubt(window, part);
    if (part->kept && window->learns) bon_ime_memory_keep(window->memory, part->keys, part->key_count, false);
    memcpy(part->text, part->typed, part->typed_len);
    part->text_len = part->typed_len;
    part->raw = part->kept = false;
    part->pin = IME_FIXED;
    part->told = true;
    bon_ime_window_refused(window);
    return true;
}

bool bon_ime_window_keys(struct ime_window *window) {
    struct ime_part *part = &window->parts[window->count - 1];
    window->fresh = false;
    if (part->raw) return false;
    show_keys(part);
    part->told = true;
    return true;
}

void bon_ime_window_reopen(struct ime_window *window, const struct bon_ime_setup *setup, struct ime_word *word) {
    window->fresh = false;
    bon_ime_window_bring_back(window, setup, word, &window->parts[--window->count]);
}

void bon_ime_window_bring_back(struct ime_window *window, const struct bon_ime_setup *setup, struct ime_word *word,
                               const struct ime_part *part) {
    char shown[IME_SHOWN_MAX];
    window->origin_count = 0;
    bon_ime_word_fold(word, setup, part->keys, part->raw ? 0 : part->key_count);
    if (part->raw) {
        word->raw = true;
        word->key_count = part->key_count;
        memcpy(word->keys, part->keys, part->key_count);
        return;
    }
    size_t n = bon_ime_word_show(word, setup, shown);
    if (part->text_len == 0 || (n == part->text_len && memcmp(shown, part->text, n) == 0)) return;
    doubt(window, part);
    if (!bon_ime_word_become(word, setup, part->text, part->text_len)) return;
    window->origin_count = part->key_count;
    memcpy(window->origin, part->keys, part->key_count);
}

bool bon_ime_window_as_typed(struct ime_window *window, const struct bon_ime_setup *setup, struct ime_word *word) {
    if (window->origin_count == 0) return false;
    bon_ime_word_fold(word, setup, window->origin, window->origin_count);
    window->origin_count = 0;
    return true;
}

void bon_ime_window_reopen_at(struct ime_window *window, const struct bon_ime_setup *setup, struct ime_word *word,
                              unsigned part) {
    window->tail_count = window->count - part - 1;
    memcpy(window->tail, window->parts + part + 1, window->tail_count * sizeof *window->tail);
    window->count = part + 1;
    bon_ime_window_reopen(window, setup, word);
}

bool bon_ime_window_rejoin(struct ime_window *window) {
    if (window->tail_count == 0) return false;
    if (window->count) window->parts[window->count - 1].spaced = true;
    memcpy(window->parts + window->count, window->tail, window->tail_count * sizeof *window->tail);
    window->count += window->tail_count;
    window->tail_count = 0;
    return true;
}

void bon_ime_window_emptied(struct ime_window *window) {
    window->doubted_len = window->origin_count = 0;
    bon_ime_window_rejoin(window);
}

static size_t write_parts(const struct ime_part *parts, unsigned count, char *out) {
    size_t n = 0;
    for (unsigned i = 0; i < count; i++) {
        memcpy(out + n, parts[i].text, parts[i].text_len);
        n += parts[i].text_len;
        if (parts[i].spaced) out[n++] = ' ';
    }
    return n;
}

size_t bon_ime_window_show(const struct ime_window *window, char *out, size_t *cursor) {
    if (cursor && window->choosing.on) {
        unsigned at = window->choosing.part;
        *cursor = write_parts(window->parts, at, out) + window->parts[at].text_len;
    }
    return write_parts(window->parts, window->count, out);
}

size_t bon_ime_window_show_tail(const struct ime_window *window, char *out) {
    return write_parts(window->tail, window->tail_count, out);
}

/* ---- context ---- */

/* What does not fit is dropped from the left, whole words at a time. */
void bon_ime_window_committed(struct ime_window *window, const char *text, size_t n) {
    const char *newline = n ? memrchr(text, '\n', n) : NULL;
    if (newline) {
        n -= (size_t)(newline + 1 - text);
        text = newline + 1;
        window->context_len = 0;
    }
    if (n > IME_CONTEXT) {
        text += n - IME_CONTEXT;
        n = IME_CONTEXT;
        window->context_len = 0;
        for (; n > 0 && bon_utf8_tail(*text); n--) text++;
    }
    if (window->context_len + n > IME_CONTEXT) {
        size_t drop = window->context_len + n - IME_CONTEXT;
        while (drop < window->context_len && window->context[drop - 1] != ' ') drop++;
        window->context_len -= drop;
        memmove(window->context, window->context + drop, window->context_len);
    }
    if (n) memcpy(window->context + window->context_len, text, n);
    window->context_len += n;
}

void bon_ime_window_deleted(struct ime_window *window, unsigned points) {
    while (points > 0 && window->context_len > 0) points -= !bon_utf8_tail(window->context[--window->context_len]);
}

/* ---- decoding ---- */

/* The line to decode, and what of it stays. */
struct line {
    size_t n;
    unsigned kept_count;
    struct bon_kept kept[IME_PARTS + 1];
    char text[LINE_MAX_BYTES];
};

static void put(struct line *line, const char *text, size_t n, bool keep) {
    if (keep && n) line->kept[line->kept_count++] = (struct bon_kept){line->n, line->n + n};
    if (n) memcpy(line->text + line->n, text, n);
    line->n += n;
}

/* The words of a result are those of the line: the context and the blanks do not change. */
static size_t part_of_result(const struct ime_window *window, const bon_restore_result *result, unsigned at,
                             const char **text) {
    const char *end = result->text + result->len, *start = result->text + window->context_len, *blank;
    for (; at > 0 && (blank = memchr(start, ' ', (size_t)(end - start))) != NULL; at--) start = blank + 1;
    blank = memchr(start, ' ', (size_t)(end - start));
    *text = start;
    return (size_t)((blank ? blank : end) - start);
}

static bool decode(struct ime_window *window, const struct line *line, unsigned best,
                   const bon_restore_result **results, size_t *count) {
    struct bon_restore_session *session = window->restore;
    const bon_restore_cache *before = session->trellis.cache;
    /* Another field may have made it serve another model. */
    if (window->memory && window->memory->restorer == session->restorer) session->trellis.cache = window->memory->cache;
    bon_status status = bon_restore_typed(session, line->text, line->n, line->kept, line->kept_count, window->company,
                                          best, results, count);
    session->trellis.cache = before;
    return status == BON_OK && *count > 0;
}

/* A newly typed word with marks tells whether they were typed; one that has none tells nothing. */
static void note_company(struct ime_window *window, const struct ime_part *part) {
    bool marked = part->text_len != part->key_count;
    if (part->raw || (part->pin == IME_FREE && !marked)) return;
    if (part->pin == IME_FREE) window->refusals -= COMPANY_WEIGHT * window->refusals;
    window->company += COMPANY_WEIGHT * ((part->pin == IME_FREE ? 0.0F : 1.0F) - window->company);
}

static bool is_open(const struct ime_part *part) { return part->pin != IME_FIXED && !part->recalled; }

/* How sure the word is that begins at `start` of the line: 1 where nothing was decided. */
static double confidence_at(const bon_restore_result *result, size_t start) {
    for (size_t i = result->span_count; i-- > 0;)
        if (result->spans[i].start <= start) return result->spans[i].start == start ? result->spans[i].confidence : 1;
    return 1;
}

/* Decodes what is open, once. */
static void decode_open(struct ime_window *window) {
    const bon_restore_result *results;
    size_t found, last = 0;
    struct line line;
    bool open = false;
    line.n = line.kept_count = 0;
    put(&line, window->context, window->context_len, true);
    for (unsigned i = 0; i < window->count; i++) {
        const struct ime_part *part = &window->parts[i];
        bool fixed = !is_open(part);
        open |= !fixed;
        if (i > 0) line.text[line.n++] = ' ';
        last = line.n;
        put(&line, fixed ? part->text : part->typed, fixed ? part->text_len : part->typed_len, fixed);
    }
    if (!open || !decode(window, &line, 1, &results, &found)) return;
    for (unsigned i = 0; i < window->count; i++) {
        struct ime_part *part = &window->parts[i];
        const char *text;
        size_t n = part_of_result(window, &results[0], i, &text);
        if (!is_open(part) || n > sizeof part->text) continue;
        memcpy(part->text, text, n);
        part->text_len = (uint16_t)n;
    }
    window->unsure = is_open(&window->parts[window->count - 1]) && confidence_at(&results[0], last) < HINT_BELOW;
}

void bon_ime_window_decode(struct ime_window *window) {
    window->unsure = false;
    for (unsigned i = 0; i < window->count; i++) window->parts[i].recalled = false;
    decode_open(window);
    if (window->memory && bon_ime_window_recall(window)) decode_open(window);
    for (unsigned i = 0; i < window->count; i++)
        if (window->parts[i].doubtful && is_as_typed(&window->parts[i])) show_keys(&window->parts[i]);
    if (window->count) note_company(window, &window->parts[window->count - 1]);
    window->fresh = window->count > 0;
}

static bool is_listed(char (*texts)[IME_SHOWN_MAX + 1], size_t count, const char *text, size_t n) {
    for (size_t i = 0; i < count; i++)
        if (strlen(texts[i]) == n && memcmp(texts[i], text, n) == 0) return true;
    return false;
}

size_t bon_ime_window_readings(struct ime_window *window, unsigned at, const char *plain, size_t n,
                               char (*texts)[IME_SHOWN_MAX + 1], size_t cap) {
    const bon_restore_result *results;
    size_t found, count = 0;
    struct line line;
    line.n = line.kept_count = 0;
    put(&line, window->context, window->context_len, true);
    for (unsigned i = 0; i < window->count; i++) {
        const struct ime_part *part = &window->parts[i];
        if (i > 0) line.text[line.n++] = ' ';
        put(&line, i == at ? plain : part->text, i == at ? n : part->text_len, i != at);
    }
    if (!decode(window, &line, READINGS, &results, &found)) return 0;
    for (size_t i = 0; i < found && count < cap; i++) {
        const char *text;
        size_t length = part_of_result(window, &results[i], at, &text);
        if (length > IME_SHOWN_MAX || is_listed(texts, count, text, length)) continue;
        memcpy(texts[count], text, length);
        texts[count++][length] = 0;
    }
    return count;
}
