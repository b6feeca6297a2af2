/* bench/ime_predict.c: a person who types text without marks, sees what is on the screen, and mends every wrong word.
 *     ime_predict MODEL NETWORK POLICY [learn] < TEXT
 * NETWORK: a .bonnn file beside the model, or - for none.
 * Policies, all without knowing what the engine will do next:
 *     never     nothing is mended
 *     at-once   the word that was just ended is looked at: Backspace when it should be as typed, Tab for the next best reading, a
 *               digit for another one in the list, else Backspace, the marks that are not right, a blank
 *     one-later the word before that one is looked at, when the word behind it is there: Up instead of Tab
 *     marks     at once, but by marks alone: Backspace, the marks that are not right, a blank
 * A word that a sign ends is looked at behind the sign: Backspace, marks, the sign. Tokens that are not letters with signs around
 * them, and those that full telex has to type in pieces (lớnnn), are typed as in full telex.
 * Prints a row: words, mark keys of full telex, keys that mending took, words mended, words still wrong, all keys of full telex
 * with blanks, words right as committed, and of the mending keys those of Backspace, Tab or Up, digits, marks, signs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "ime/word.h"
#include "syllable/utf8.h"

#define BLANKS " \t\r\n"
#define OPENING "\"'(["
#define CLOSING "\"'.,;:?!)]"

enum policy { NEVER, AT_ONCE, ONE_LATER, MARKS, POLICIES };
static const char *const policy_names[] = {"never", "at-once", "one-later", "marks"};

enum means { BY_BACKSPACE, BY_NEXT, BY_DIGIT, BY_MARKS, BEHIND_SIGN, MEANS };

/* A word that is to come out, and how it is typed. */
struct word {
    const char *text, *signs; /* signs: what stands behind it */
    size_t n, sign_count;
    bon_buf plain;  /* its letters */
    char marks[64]; /* keys */
    size_t mark_count;
};

struct person {
    bon_ime *ime;
    bon_ime_result result;
    bon_buf text;
    enum policy policy;
    struct word before; /* the word before the one being typed, n = 0: none that waits */
    unsigned long words, marks, mended, wrong, keys, right, mending[MEANS];
};

static const bon_ime_options typing = {.flags = BON_IME_RESTORE};

static void stop_on(bool failed) {
    if (!failed) return;
    fprintf(stderr, "%s\n", bon_error_message());
    exit(1);
}

/* ---- keys ---- */

static void press(struct person *p, uint32_t key) {
    bon_ime_key(p->ime, key, 0, &p->result);
    for (unsigned points = p->result.delete_before; points > 0 && p->text.len > 0;)
        points -= !bon_utf8_tail(p->text.data[--p->text.len]);
    stop_on(bon_buf_append(&p->text, p->result.commit, p->result.commit_len) != BON_OK);
}

static void press_all(struct person *p, const char *keys, size_t n) {
    for (size_t at = 0; at < n;) {
        uint32_t key;
        unsigned modifiers;
        at += bon_ime_key_read(keys + at, n - at, &key, &modifiers);
        press(p, key);
    }
}

/* The keys of a word that a blank ends. */
static void word_keys(const char *word, size_t n, bon_buf *keys) {
    bon_buf text = {0};
    keys->len = 0;
    stop_on(bon_buf_append(&text, word, n) != BON_OK || bon_buf_put(&text, ' ') != BON_OK ||
            bon_ime_encode(&typing, text.data, text.len, keys) != BON_OK);
    keys->len--;
    bon_buf_free(&text);
}

/* The keys of a word that are not letters, in order. */
static size_t mark_keys(const char *word, size_t n, bon_buf *plain_keys, char *out, size_t cap) {
    bon_buf plain = {0}, full = {0};
    size_t count = 0;
    stop_on(bon_strip_marks(word, n, &plain) != BON_OK);
    word_keys(word, n, &full);
    word_keys(plain.data, plain.len, plain_keys);
    for (size_t i = 0, j = 0; i < full.len && count < cap; i++) {
        if (j < plain_keys->len && full.data[i] == plain_keys->data[j])
            j++;
        else
            out[count++] = full.data[i];
    }
    bon_buf_free(&plain);
    bon_buf_free(&full);
    return count;
}

/* ---- what is seen ---- */

static bool ends_with(const char *text, size_t n, const char *word, size_t word_n) {
    return n >= word_n && memcmp(text + n - word_n, word, word_n) == 0 &&
           (n == word_n || strchr(" (\"", text[n - word_n - 1]) != NULL);
}

/* The word at the end of the preedit, or (`behind`: the next word) before it. */
static const char *seen(const struct person *p, bool before, size_t *n) {
    const char *text = p->result.preedit;
    size_t end = p->result.preedit_len;
    for (unsigned i = 0; i < (before ? 2u : 1u); i++) {
        while (end > 0 && text[end - 1] == ' ') end--;
        if (i == 0 && before)
            while (end > 0 && text[end - 1] != ' ') end--;
    }
    size_t start = end;
    while (start > 0 && text[start - 1] != ' ') start--;
    *n = end - start;
    return text + start;
}

static bool shows(const struct person *p, const struct word *word, bool before) {
    size_t n;
    const char *got = seen(p, before, &n);
    return ends_with(got, n, word->text, word->n);
}

static bool committed(const struct person *p, const struct word *word) {
    return p->text.len > 0 && ends_with(p->text.data, p->text.len - 1, word->text, word->n);
}

/* ---- mending ---- */

static struct ime_glyph glyph_at(const char *text, size_t n, size_t *at) {
    struct ime_glyph glyph = {0};
    unsigned bytes = bon_ime_glyph_read(text + *at, n - *at, &glyph);
    *at += bytes ? bytes : 1;
    return glyph;
}

static uint8_t tone_of(const char *text, size_t n) {
    uint8_t tone = 0;
    for (size_t at = 0; at < n;) tone |= glyph_at(text, n, &at).tone;
    return tone;
}

/* Whether something shown has a shape where the word has none: no key takes only that away. */
static bool has_too_much(const struct word *word, const char *shown, size_t n) {
    for (size_t a = 0, b = 0; a < word->n && b < n;) {
        struct ime_glyph wanted = glyph_at(word->text, word->n, &a), seen = glyph_at(shown, n, &b);
        if (bon_ime_number_shape[seen.number] && !bon_ime_number_shape[wanted.number]) return true;
    }
    return false;
}

/* The keys that make the word of what is shown: shapes that it lacks, then its tone. */
static size_t keys_lacking(const struct word *word, const char *shown, size_t n, char *out) {
    char has[64];
    bon_buf keys = {0};
    size_t count = 0, has_count = mark_keys(shown, n, &keys, has, sizeof has);
    for (size_t i = 0; i < word->mark_count; i++) {
        char *at = memchr(has, word->marks[i], has_count);
        if (at)
            *at = 0;
        else
            out[count++] = word->marks[i];
    }
    bon_buf_free(&keys);
    if (tone_of(shown, n) && !tone_of(word->text, word->n)) out[count++] = 'z';
    return count;
}

/* The word is open behind the cursor: its marks are typed, and what ends it. Returns the keys. */
static unsigned type_marks(struct person *p, const struct word *word, const char *end) {
    char marks[64];
    size_t cursor = p->result.cursor, start = cursor;
    unsigned keys = 1;
    while (start > 0 && !strchr(" (\"", p->result.preedit[start - 1])) start--;
    const char *shown = p->result.preedit + start;
    size_t count;
    if (has_too_much(word, shown, cursor - start)) {
        press(p, BON_IME_KEY_ESCAPE); /* as it was typed */
        keys++;
        count = word->mark_count;
        memcpy(marks, word->marks, count);
    } else {
        count = keys_lacking(word, shown, cursor - start, marks);
    }
    press_all(p, marks, count);
    press_all(p, end, 1);
    return keys + (unsigned)count;
}

/* Whether the cursor stands behind a blank, not behind letters. */
static bool is_behind_blank(const struct person *p) {
    return p->result.cursor > 0 && p->result.preedit[p->result.cursor - 1] == ' ';
}

/* `listed`: its candidates are shown, where Backspace takes the word out at once. */
static void mend_by_marks(struct person *p, const struct word *word, bool listed) {
    press(p, BON_IME_KEY_BACKSPACE);
    p->mending[BY_MARKS]++;
    if (!listed && is_behind_blank(p)) {
        press(p, BON_IME_KEY_BACKSPACE); /* the first gave back what was typed */
        p->mending[BY_MARKS]++;
    }
    p->mending[BY_MARKS] += type_marks(p, word, " ");
}

static bool pick(struct person *p, const struct word *word) {
    for (size_t i = 0; i < p->result.candidate_count; i++) {
        const char *candidate = p->result.candidates[i];
        if (strlen(candidate) < word->n || !ends_with(candidate, strlen(candidate), word->text, word->n)) continue;
        press(p, '1' + (uint32_t)i);
        p->mending[BY_DIGIT]++;
        return true;
    }
    return false;
}

static void mend_waiting(struct person *p, const struct word *word, bool before) {
    if (p->result.candidate_count > 0) { /* of the word that was mended last */
        press(p, BON_IME_KEY_ENTER);
        p->mending[BY_NEXT]++;
    }
    if (!before && p->policy != MARKS && word->mark_count == 0) {
        press(p, BON_IME_KEY_BACKSPACE);
        p->mending[BY_BACKSPACE]++;
        if (!is_behind_blank(p)) p->mending[BY_BACKSPACE] += type_marks(p, word, " ");
        if (shows(p, word, before)) return;
    }
    if (p->policy != MARKS) {
        press(p, before ? BON_IME_KEY_UP : BON_IME_KEY_TAB);
        p->mending[BY_NEXT]++;
        if (shows(p, word, before) || pick(p, word)) return;
    }
    mend_by_marks(p, word, p->policy != MARKS);
}

static void mend_committed(struct person *p, const struct word *word) {
    press(p, BON_IME_KEY_BACKSPACE);
    p->mending[BEHIND_SIGN] += 1 + type_marks(p, word, word->signs);
}

static void look(struct person *p, const struct word *word, bool before, bool at_sign) {
    if (at_sign ? committed(p, word) : shows(p, word, before)) return;
    p->mended++;
    if (at_sign)
        mend_committed(p, word);
    else
        mend_waiting(p, word, before);
    p->wrong += !(at_sign ? committed(p, word) : shows(p, word, before));
}

/* ---- words, tokens, lines ---- */

static void free_word(struct word *word) {
    bon_buf_free(&word->plain);
    *word = (struct word){0};
}

static void type_word(struct person *p, const char *text, size_t n, const char *signs, size_t sign_count) {
    struct word word = {.text = text, .signs = signs, .n = n, .sign_count = sign_count};
    word.mark_count = mark_keys(text, n, &word.plain, word.marks, sizeof word.marks);
    p->words++;
    p->marks += word.mark_count;
    /* What the sign commits is looked at before. */
    if (p->policy == ONE_LATER && p->before.n && sign_count) look(p, &p->before, false, false);
    press_all(p, word.plain.data, word.plain.len);
    press_all(p, sign_count ? signs : " ", 1);
    if (p->policy != NEVER && sign_count)
        look(p, &word, false, true);
    else if (p->policy == ONE_LATER && p->before.n)
        look(p, &p->before, true, false);
    else if (p->policy == AT_ONCE || p->policy == MARKS)
        look(p, &word, false, false);
    free_word(&p->before);
    if (sign_count) {
        press_all(p, signs + 1, sign_count - 1);
        press(p, ' ');
        free_word(&word);
    } else {
        p->before = word;
    }
}

/* ASCII and what Vietnamese adds. */
static bool is_letter(uint32_t c) {
    return (c | 32) - 'a' < 26 || (c >= 0xc0 && c < 0x250) || (c >= 0x1ea0 && c <= 0x1ef9);
}

/* A token as signs, letters, signs; false when it is something else. */
static bool split(const char *token, size_t n, size_t *open, size_t *letters) {
    size_t at = 0, end;
    unsigned length;
    while (at < n && strchr(OPENING, token[at])) at++;
    for (end = at; end < n && is_letter(bon_utf8_read(token + end, n - end, &length)); end += length) continue;
    *open = at;
    *letters = end - at;
    for (at = end; at < n && strchr(CLOSING, token[at]); at++) continue;
    return *letters > 0 && at == n;
}

static void type_token(struct person *p, const char *token, size_t n) {
    size_t open, letters;
    bon_buf keys = {0};
    word_keys(token, n, &keys);
    p->keys += keys.len + 1;
    if (split(token, n, &open, &letters) && !memchr(keys.data, '{', keys.len)) {
        if (open) {
            free_word(&p->before);
            press_all(p, token, open);
        }
        type_word(p, token + open, letters, token + open + letters, n - open - letters);
    } else {
        if (p->policy == ONE_LATER && p->before.n) look(p, &p->before, false, false);
        free_word(&p->before);
        press_all(p, keys.data, keys.len);
        press(p, ' ');
    }
    bon_buf_free(&keys);
}

/* How many of the words of a line came out right. */
static void count_right(struct person *p, const char *line) {
    const char *got = p->text.data, *end = got + p->text.len;
    for (line += strspn(line, BLANKS); *line && got < end; line += strspn(line, BLANKS)) {
        size_t n = strcspn(line, BLANKS), open, letters;
        const char *blank = memchr(got, ' ', (size_t)(end - got));
        size_t got_n = (size_t)((blank ? blank : end) - got);
        p->right += split(line, n, &open, &letters) && got_n == n && memcmp(line, got, n) == 0;
        got += got_n + 1;
        line += n;
    }
}

static void type_line(struct person *p, const char *line) {
    bon_ime_reset(p->ime);
    p->text.len = 0;
    for (const char *at = line + strspn(line, BLANKS); *at; at += strspn(at, BLANKS)) {
        size_t length = strcspn(at, BLANKS);
        type_token(p, at, length);
        at += length;
    }
    if (p->policy == ONE_LATER && p->before.n) look(p, &p->before, false, false);
    free_word(&p->before);
    bon_ime_finish(p->ime, &p->result);
    stop_on(bon_buf_append(&p->text, p->result.commit, p->result.commit_len) != BON_OK);
    count_right(p, line);
}

static void print_row(const struct person *p) {
    unsigned long mending = 0;
    for (unsigned i = 0; i < MEANS; i++) mending += p->mending[i];
    printf("%lu\t%lu\t%lu\t%lu\t%lu\t%lu\t%lu", p->words, p->marks, mending, p->mended, p->wrong, p->keys, p->right);
    for (unsigned i = 0; i < MEANS; i++) printf("\t%lu", p->mending[i]);
    putchar('\n');
}

int main(int argc, char **argv) {
    struct person p = {0};
    bon_restorer *restorer = NULL;
    bon_restore_session *session = NULL;
    bon_ime_memory *memory = NULL;
    char *line = NULL;
    size_t cap = 0;
    if (argc < 4) return 2;
    while (p.policy < POLICIES && strcmp(policy_names[p.policy], argv[3]) != 0) p.policy++;
    if (p.policy == POLICIES) return 2;
    stop_on(bon_restorer_open(&restorer, argv[1]) != BON_OK ||
            (strcmp(argv[2], "-") != 0 && bon_restorer_join(restorer, argv[2]) != BON_OK) ||
            bon_restore_session_open(&session, restorer, NULL) != BON_OK ||
            (argc > 4 && bon_ime_memory_open(&memory) != BON_OK));
    bon_ime_options options = {
        .prediction = BON_IME_PREDICT_FULL, .restore = session, .flags = BON_IME_REOPEN, .memory = memory};
    stop_on(bon_ime_open(&p.ime, &options) != BON_OK);
    while (getline(&line, &cap, stdin) > 0) type_line(&p, line);
    print_row(&p);
    free(line);
    bon_buf_free(&p.text);
    bon_ime_close(p.ime);
    bon_ime_memory_close(memory);
    bon_restore_session_close(session);
    bon_restorer_close(restorer);
    return 0;
}
