/* tests/property/ime_predict.c: prediction adds marks and nothing else: whatever mixture of words with and without marks is
 * typed, what is committed has the letters that were typed, and every word that was typed with its marks is as it was typed, also
 * with a network that says what it likes; and random keys never make invalid text nor delete what was not there. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/buf.h"
#include "bon/ime.h"
#include "files.h"
#include "neural_toy.h"
#include "restore_toy.h"
#include "syllable/utf8.h"

enum { WORDS = 12, ROUNDS = 1500 };
enum { LEARNS = 1, NETWORK = 2 }; /* what a typist has */

struct typist {
    bon_restorer *restorer;
    bon_restore_session *session;
    bon_ime_memory *memory;
    bon_ime *ime;
    bon_buf text;
};

/* Heard far louder than the n-grams. */
static void join_toy(bon_restorer *restorer) {
    char run[512];
    const struct bon_neural_export how = {.run = run, .join = {.weight = 30, .tagger_weight = 1, .power = 1}};
    snprintf(run, sizeof run, "%s", files_path("run"));
    neural_toy_train(run, 3);
    cr_assert_eq(bon_neural_export(&how, files_path("net.bonnn")), BON_OK, "%s", bon_error_message());
    cr_assert_eq(bon_restorer_join(restorer, files_path("net.bonnn")), BON_OK, "%s", bon_error_message());
    files_clear();
}

static void open_typist(struct typist *typist, uint32_t flags, unsigned has) {
    *typist = (struct typist){.restorer = restore_toy_open(3)};
    if (has & NETWORK) join_toy(typist->restorer);
    cr_assert_eq(bon_restore_session_open(&typist->session, typist->restorer, NULL), BON_OK);
    cr_assert_eq(bon_ime_memory_open(&typist->memory), BON_OK);
    bon_ime_options options = {.prediction = BON_IME_PREDICT_FULL,
                               .restore = typist->session,
                               .memory = has & LEARNS ? typist->memory : NULL,
                               .flags = flags};
    cr_assert_eq(bon_ime_open(&typist->ime, &options), BON_OK);
}

static void close_typist(struct typist *typist) {
    bon_ime_close(typist->ime);
    bon_ime_memory_close(typist->memory);
    bon_restore_session_close(typist->session);
    bon_restorer_close(typist->restorer);
    bon_buf_free(&typist->text);
}

static void apply(struct typist *typist, const bon_ime_result *result) {
    bon_buf *text = &typist->text;
    for (unsigned points = result->delete_before; points > 0; points -= !bon_utf8_tail(text->data[text->len]))
        cr_assert_gt(text->len--, 0);
    cr_assert_eq(bon_buf_append(text, result->commit, result->commit_len), BON_OK);
}

static void type(struct typist *typist, const char *keys, size_t n) {
    bon_ime_result result;
    for (size_t at = 0; at < n;) {
        uint32_t key;
        unsigned modifiers;
        at += bon_ime_key_read(keys + at, n - at, &key, &modifiers);
        bon_ime_key(typist->ime, key, modifiers, &result);
        apply(typist, &result);
    }
}

static bool is_complete(const char *word, size_t n) {
    bon_syllable code;
    bon_case letter_case;
    bool marked = false;
    for (size_t i = 0; i < n; i++) marked |= (unsigned char)word[i] >= 0x80;
    return marked && bon_syllable_parse(word, n, &code, &letter_case);
}

/* A random syllable with its marks, or without. marked: all its marks, and some. */
static size_t random_word(uint64_t *state, char *out, bool *marked) {
    size_t n;
    do
        n = bon_syllable_spell((bon_syllable)(files_random(state) % BON_SYLLABLE_CODES), BON_CASE_LOWER, BON_TONE_OLD,
                               out);
    while (n == 0);
    *marked = is_complete(out, n);
    if (files_random(state) % 2) return n;
    *marked = false;
    bon_buf plain = {0};
    cr_assert_eq(bon_strip_marks(out, n, &plain), BON_OK);
    memcpy(out, plain.data, n = plain.len);
    bon_buf_free(&plain);
    return n;
}

static void append(bon_buf *buf, const char *text, size_t n) { cr_assert_eq(bon_buf_append(buf, text, n), BON_OK); }

static void expect_same_letters(const bon_buf *typed, const bon_buf *got) {
    bon_buf a = {0}, b = {0};
    cr_assert_eq(bon_strip_marks(typed->data, typed->len, &a), BON_OK);
    cr_assert_eq(bon_strip_marks(got->data, got->len, &b), BON_OK);
    cr_assert(a.len == b.len && memcmp(a.data, b.data, a.len) == 0, "%.*s became %.*s", (int)typed->len, typed->data,
              (int)got->len, got->data);
    bon_buf_free(&a);
    bon_buf_free(&b);
}

/* Where the next word ends. */
static size_t word_end(const bon_buf *text, size_t from) {
    while (from < text->len && text->data[from] != ' ' && text->data[from] != ',') from++;
    return from;
}

static void expect_marks_kept(const bon_buf *typed, const bon_buf *got, const bool *marked) {
    for (size_t i = 0, a = 0, b = 0; i < WORDS; i++) {
        size_t a_end = word_end(typed, a), b_end = word_end(got, b);
        if (marked[i])
            cr_assert(a_end - a == b_end - b && memcmp(typed->data + a, got->data + b, a_end - a) == 0,
                      "%.*s became %.*s", (int)(a_end - a), typed->data + a, (int)(b_end - b), got->data + b);
        a = a_end + 1, b = b_end + 1;
    }
}

/* The same holds while everything typed is learned. */
static void expect_kept(unsigned has) {
    struct typist typist;
    bon_ime_result result;
    uint64_t state = 1;
    open_typist(&typist, 0, has);
    for (unsigned round = 0; round < ROUNDS; round++) {
        bon_buf text = {0}, keys = {0};
        bool marked[WORDS];
        for (unsigned i = 0; i < WORDS; i++) {
            char word[BON_SYLLABLE_MAX];
            size_t n = random_word(&state, word, &marked[i]), before = text.len;
            append(&text, word, n);
            append(&text, files_random(&state) % 8 ? " " : ",", 1);
            cr_assert_eq(bon_ime_encode(NULL, text.data + before, n + 1, &keys), BON_OK);
        }
        bon_ime_reset(typist.ime);
        typist.text.len = 0;
        type(&typist, keys.data, keys.len);
        bon_ime_finish(typist.ime, &result);
        apply(&typist, &result);
        expect_same_letters(&text, &typist.text);
        expect_marks_kept(&text, &typist.text, marked);
        bon_buf_free(&text);
        bon_buf_free(&keys);
    }
    close_typist(&typist);
}

Test(ime_predict, letters_stay_and_marks_typed_stay) { expect_kept(0); }
Test(ime_predict, learning_changes_no_letters) { expect_kept(LEARNS); }
Test(ime_predict, a_network_changes_no_letters) { expect_kept(LEARNS | NETWORK); }

/* ---- any keys ---- */

static void expect_utf8(const char *text, size_t n) {
    for (size_t i = 0; i < n;) {
        unsigned length;
        cr_assert_neq(bon_utf8_read(text + i, n - i, &length), BON_UTF8_INVALID);
        i += length;
    }
}

static const uint32_t special_keys[] = {
    ' ',
    ' ',
    ' ',
    '.',
    '1',
    '2',
    BON_IME_KEY_BACKSPACE,
    BON_IME_KEY_BACKSPACE,
    BON_IME_KEY_TAB,
    BON_IME_KEY_DOWN,
    BON_IME_KEY_UP,
    BON_IME_KEY_LEFT,
    BON_IME_KEY_RIGHT,
    BON_IME_KEY_ESCAPE,
    BON_IME_KEY_ENTER,
    BON_IME_KEY_OTHER,
    0x1ea1,
};
enum { SPECIAL_KEYS = sizeof special_keys / sizeof *special_keys, KEYS = 60000 };

Test(ime_predict, any_keys) {
    static const char letters[] = "toidanghocviesfrxjwu";
    static const uint32_t flags[] = {0, BON_IME_REOPEN, BON_IME_QUICK_TELEX, BON_IME_REOPEN | BON_IME_HINTS};
    for (unsigned variant = 0; variant < 12; variant++) {
        struct typist typist;
        bon_ime_result result;
        uint64_t state = variant + 7;
        open_typist(&typist, flags[variant % 4], variant < 4 ? 0 : variant < 8 ? LEARNS : LEARNS | NETWORK);
        for (unsigned i = 0; i < KEYS; i++) {
            uint64_t random = files_random(&state);
            uint32_t key = random % 3 ? (uint32_t)letters[random / 3 % (sizeof letters - 1)]
                                      : special_keys[random / 3 % SPECIAL_KEYS];
            bon_ime_key(typist.ime, key, random >> 40 & 63 ? 0 : BON_IME_SHIFT, &result);
            apply(&typist, &result);
            expect_utf8(result.preedit, result.preedit_len);
            cr_assert_leq(result.cursor, result.preedit_len);
            cr_assert_leq(result.selected, result.candidate_count);
            if (result.handled) continue;
            if (key == BON_IME_KEY_BACKSPACE)
                while (typist.text.len > 0 && bon_utf8_tail(typist.text.data[--typist.text.len])) continue;
            else if (key != BON_IME_KEY_ESCAPE) /* the cursor may be anywhere */
                bon_ime_reset(typist.ime);
        }
        expect_utf8(typist.text.data, typist.text.len);
        close_typist(&typist);
    }
}
