/* tests/fuzz/fuzz_ime.c: any keys under any options, prediction and learning among them: texts stay valid UTF-8, cursors inside them, and what is deleted is only
 * what was committed. The same bytes, as text, are encoded into keys and typed back. */
#include <stdlib.h>
#include <string.h>

#include "../support/restore_toy.h"
#include "bon/ime.h"
#include "syllable/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
    if (!holds) abort();
}

static bool is_utf8(const char *text, size_t n) {
    for (size_t i = 0; i < n;) {
        unsigned length;
        if (bon_utf8_read(text + i, n - i, &length) == BON_UTF8_INVALID) return false;
        i += length;
    }
    return true;
}

static unsigned count_points(const char *text, size_t n) {
    unsigned points = 0;
    for (size_t i = 0; i < n; i++) points += ((unsigned char)text[i] & 0xc0) != 0x80;
    return points;
}

/* The text field: how many code points stand before the cursor. */
static unsigned check_result(const bon_ime_result *result, unsigned points) {
    require(is_utf8(result->commit, result->commit_len));
    require(is_utf8(result->preedit, result->preedit_len));
    require(result->cursor <= result->preedit_len);
    require(result->delete_before <= points);
    require(result->selected <= result->candidate_count);
    return points - result->delete_before + count_points(result->commit, result->commit_len);
}

/* A byte is a character, or one of the other keys, or a character with modifiers. */
static uint32_t key_of(uint8_t byte, unsigned *modifiers) {
    *modifiers = 0;
    if (byte < 0x80) return byte;
    if (byte < 0x90) return BON_IME_KEY_BACKSPACE;
    if (byte < 0xa0) return BON_IME_KEY_BACKSPACE + byte % 12u;
    if (byte < 0xb0) return *modifiers = byte & 15, ' ';
    return 0xc0u + (byte - 0xb0u) * 0x101u;
}

/* Some bytes click on a candidate. */
static void press(bon_ime *ime, uint8_t byte, uint32_t key, unsigned modifiers, bon_ime_result *result) {
    if (byte >= 0xf8)
        bon_ime_choose(ime, byte & 3, result);
    else
        bon_ime_key(ime, key, modifiers, result);
}

static void check_typing(const bon_ime_options *options, const uint8_t *keys, size_t n) {
    bon_ime *ime;
    bon_ime_result result;
    unsigned points = 0;
    if (bon_ime_open(&ime, options) != BON_OK) return;
    for (size_t i = 0; i < n; i++) {
        unsigned modifiers;
        uint32_t key = key_of(keys[i], &modifiers);
        press(ime, keys[i], key, modifiers, &result);
        points = check_result(&result, points);
        if (!result.handled && keys[i] < 0xf8 && key == BON_IME_KEY_BACKSPACE && points > 0) points--;
    }
    bon_ime_finish(ime, &result);
    check_result(&result, points);
    bon_ime_close(ime);
}

static void type_back(bon_ime *ime, const bon_buf *keys, bon_buf *text) {
    bon_ime_result result;
    for (size_t at = 0; at < keys->len;) {
        uint32_t key;
        unsigned modifiers;
        at += bon_ime_key_read(keys->data + at, keys->len - at, &key, &modifiers);
        bon_ime_key(ime, key, modifiers, &result);
        if (bon_buf_append(text, result.commit, result.commit_len) != BON_OK) abort();
    }
    bon_ime_finish(ime, &result);
    if (bon_buf_append(text, result.commit, result.commit_len) != BON_OK) abort();
}

static void check_round_trip(bon_ime_options options, const char *text, size_t n) {
    bon_buf keys = {0}, back = {0};
    bon_ime *ime;
    options.charset = BON_IME_NFC;
    options.flags &= BON_IME_STRICT_MARKS | BON_IME_NO_UNDO | BON_IME_RESTORE;
    if (!is_utf8(text, n) || bon_ime_open(&ime, &options) != BON_OK) return;
    require(bon_ime_encode(&options, text, n, &keys) == BON_OK);
    type_back(ime, &keys, &back);
    require(back.len == n && (n == 0 || memcmp(back.data, text, n) == 0));
    bon_buf_free(&keys);
    bon_buf_free(&back);
    bon_ime_close(ime);
}

/* The same keys with prediction, in two fields that learn into one memory. */
static void check_prediction(bon_ime_options options, const uint8_t *keys, size_t n) {
    static bon_restorer *restorer; /* kept for all runs */
    if (!restorer) restorer = restore_toy_open(3);
    bon_restore_options restoring = {.tone_style = options.tone_style};
    require(bon_restore_session_open(&options.restore, restorer, &restoring) == BON_OK);
    require(bon_ime_memory_open(&options.memory) == BON_OK);
    options.prediction = BON_IME_PREDICT_FULL;
    check_typing(&options, keys, n);
    check_typing(&options, keys, n);
    require(bon_ime_memory_count(options.memory) == 0 || !(options.flags & BON_IME_NO_LEARN));
    bon_ime_memory_close(options.memory);
    bon_restore_session_close(options.restore);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    enum { HEAD = 6 };
    bon_ime_keymap keymap = {{0}};
    if (size < HEAD) return 0;
    /* A keymap made of the input: a few keys with actions spread over it. */
    for (unsigned i = 0; i < 128; i++)
        keymap.actions[i] = (i >= 'A' && i <= 'Z') || i <= ' ' || i == 127
                                ? 0
                                : (uint8_t)((i * data[4] + data[5]) % (3 * BON_IME_ACTIONS));
    for (unsigned i = 0; i < 128; i++)
        if (keymap.actions[i] >= BON_IME_ACTIONS) keymap.actions[i] = BON_IME_LETTER;
    bon_ime_options options = {.method = (bon_ime_method)(data[0] % BON_IME_METHODS),
                               .tone_style = (bon_tone_style)(data[1] % 3),
                               .charset = (bon_ime_charset)(data[2] % BON_IME_CHARSETS),
                               .flags = data[3] | (uint32_t)(data[2] >> 6) << 8,
                               .keymap = &keymap};
    check_typing(&options, data + HEAD, size - HEAD);
    if (data[1] & 0x80) check_prediction(options, data + HEAD, size - HEAD);
    check_round_trip(options, (const char *)data + HEAD, size - HEAD);
    return 0;
}
