/* bench/ime_predict.c: a person who types text without marks and mends every wrong word as soon as it is seen: by its
 * candidate, or by typing the marks.
 *     ime_predict MODEL < TEXT
 * Prints a row: words, mark keys that full telex takes for them, keys that mending took, words mended, words still wrong,
 * all keys of full telex with blanks, and how many of the words are right as they are committed when nobody mends. Tokens
 * that are not letters and at most signs behind are typed as in full telex. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "bon/ime.h"
#include "syllable/utf8.h"

#define BLANKS " \t\r\n"
#define SIGNS ".,;:?!)\""

struct person {
    bon_ime *ime;
    bon_ime_result result;
    bon_buf text;
    bool mends;
    unsigned long words, marks, mending, mended, wrong, keys, right;
};

static void stop_on(bool failed) {
    if (!failed) return;
    fprintf(stderr, "%s\n", bon_error_message());
    exit(1);
}

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

/* The keys of `full` that are not letters of `plain`, in order. */
static size_t mark_keys(const bon_buf *full, const bon_buf *plain, char *out) {
    size_t n = 0;
    for (size_t i = 0, j = 0; i < full->len; i++) {
        if (j < plain->len && full->data[i] == plain->data[j])
            j++;
        else
            out[n++] = full->data[i];
    }
    return n;
}

static bool ends_with(const char *text, size_t n, const char *word, size_t word_n) {
    return n >= word_n && memcmp(text + n - word_n, word, word_n) == 0 &&
           (n == word_n || strchr(" (\"", text[n - word_n - 1]) != NULL);
}

/* The word that waits last, its blank behind it. */
static bool shows(const struct person *p, const char *word, size_t n) {
    return p->result.preedit_len > 0 && ends_with(p->result.preedit, p->result.preedit_len - 1, word, n);
}

static void mend_waiting(struct person *p, const char *word, size_t n, const char *marks, size_t mark_count) {
    press(p, BON_IME_KEY_TAB);
    for (size_t i = 0; i < p->result.candidate_count; i++) {
        const char *candidate = p->result.candidates[i];
        if (strlen(candidate) != n || memcmp(candidate, word, n) != 0) continue;
        press(p, '1' + (uint32_t)i);
        p->mending += 2;
        return;
    }
    press(p, BON_IME_KEY_ESCAPE);
    press(p, BON_IME_KEY_BACKSPACE);
    press_all(p, marks, mark_count);
    press(p, ' ');
    p->mending += 4 + mark_count;
}

static void mend_committed(struct person *p, const char *sign, const char *marks, size_t mark_count) {
    press(p, BON_IME_KEY_BACKSPACE);
    press_all(p, marks, mark_count);
    press_all(p, sign, 1);
    p->mending += 2 + mark_count;
}

static void type_word(struct person *p, const char *word, size_t n, const char *signs, size_t sign_count) {
    bon_buf plain = {0}, keys = {0}, full = {0};
    char marks[256];
    stop_on(bon_strip_marks(word, n, &plain) != BON_OK || bon_ime_encode(NULL, word, n, &full) != BON_OK ||
            bon_ime_encode(NULL, plain.data, plain.len, &keys) != BON_OK);
    size_t count = full.len < sizeof marks ? mark_keys(&full, &keys, marks) : 0;
    p->words++;
    p->marks += count;
    press_all(p, keys.data, keys.len);
    press_all(p, sign_count ? signs : " ", 1);
    bool right = !p->mends || (sign_count ? ends_with(p->text.data, p->text.len - 1, word, n) : shows(p, word, n));
    if (!right) {
        p->mended++;
        if (sign_count)
            mend_committed(p, signs, marks, count);
        else
            mend_waiting(p, word, n, marks, count);
        p->wrong += !(sign_count ? ends_with(p->text.data, p->text.len - 1, word, n) : shows(p, word, n));
    }
    if (sign_count) {
        press_all(p, signs + 1, sign_count - 1);
        press(p, ' ');
    }
    bon_buf_free(&plain);
    bon_buf_free(&keys);
    bon_buf_free(&full);
}

static bool is_letter_byte(char c) { return (c & 0x80) != 0 || ((c | 32) >= 'a' && (c | 32) <= 'z'); }

static void type_token(struct person *p, const char *token, size_t n) {
    size_t letters = 0, signs;
    bon_buf keys = {0};
    while (letters < n && is_letter_byte(token[letters])) letters++;
    for (signs = letters; signs < n && strchr(SIGNS, token[signs]); signs++) continue;
    stop_on(bon_ime_encode(NULL, token, n, &keys) != BON_OK);
    p->keys += keys.len + 1;
    if (letters > 0 && signs == n) {
        type_word(p, token, letters, token + letters, n - letters);
    } else {
        press_all(p, keys.data, keys.len);
        press(p, ' ');
    }
    bon_buf_free(&keys);
}

/* How many of the words of a line came out right. */
static void count_right(struct person *p, const char *line) {
    const char *got = p->text.data, *end = got + p->text.len;
    for (line += strspn(line, BLANKS); *line && got < end; line += strspn(line, BLANKS)) {
        size_t n = strcspn(line, BLANKS), letters = 0, signs;
        const char *blank = memchr(got, ' ', (size_t)(end - got));
        size_t got_n = (size_t)((blank ? blank : end) - got);
        while (letters < n && is_letter_byte(line[letters])) letters++;
        for (signs = letters; signs < n && strchr(SIGNS, line[signs]); signs++) continue;
        p->right += letters > 0 && signs == n && got_n == n && memcmp(line, got, n) == 0;
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
    bon_ime_finish(p->ime, &p->result);
    stop_on(bon_buf_append(&p->text, p->result.commit, p->result.commit_len) != BON_OK);
    if (!p->mends) count_right(p, line);
}

int main(int argc, char **argv) {
    struct person p = {.mends = true};
    bon_restorer *restorer;
    bon_restore_session *session;
    char *line = NULL;
    size_t cap = 0;
    ssize_t n;
    if (argc != 2) return 2;
    stop_on(bon_restorer_open(&restorer, argv[1]) != BON_OK ||
            bon_restore_session_open(&session, restorer, NULL) != BON_OK);
    bon_ime_options options = {.prediction = BON_IME_PREDICT_FULL, .restore = session, .flags = BON_IME_REOPEN};
    stop_on(bon_ime_open(&p.ime, &options) != BON_OK);
    while ((n = getline(&line, &cap, stdin)) > 0) {
        struct person other = {.ime = p.ime};
        type_line(&other, line);
        p.right += other.right;
        bon_buf_free(&other.text);
        type_line(&p, line);
    }
    printf("%lu\t%lu\t%lu\t%lu\t%lu\t%lu\t%lu\n", p.words, p.marks, p.mending, p.mended, p.wrong, p.keys, p.right);
    free(line);
    bon_buf_free(&p.text);
    bon_ime_close(p.ime);
    bon_restore_session_close(session);
    bon_restorer_close(restorer);
    return 0;
}
