/* tests/property/ime_text.c: what holds for any keys and any text: typing the keys that bon_ime_encode makes gives the text
 * back; texts are valid UTF-8 at every key; a word without marks undone has the letters of its keys, no more and no fewer;
 * Backspace takes exactly the last letter shown. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "bon/ime.h"
#include "syllable/spelling.h"
#include "syllable/utf8.h"

static uint64_t random_state = 0x9e3779b97f4a7c15;

/* xorshift64: the same sequence everywhere. */
static unsigned any(unsigned below) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned)(random_state >> 33) % below;
}

static bool is_utf8(const char *text, size_t n) {
    for (size_t i = 0; i < n;) {
        unsigned length;
        if (bon_utf8_read(text + i, n - i, &length) == BON_UTF8_INVALID) return false;
        i += length;
    }
    return true;
}

static void append(bon_buf *buf, const char *text, size_t n) { cr_assert_eq(bon_buf_append(buf, text, n), BON_OK); }

static void drop_points(bon_buf *text, unsigned points) {
    while (points > 0 && text->len > 0) points -= ((unsigned char)text->data[--text->len] & 0xc0) != 0x80;
}

/* Types keys as text; the field's text in `out`. */
static void type(bon_ime *ime, const char *keys, size_t n, bon_buf *out) {
    bon_ime_result result;
    bon_ime_reset(ime);
    for (size_t at = 0; at < n;) {
        uint32_t key;
        unsigned modifiers;
        at += bon_ime_key_read(keys + at, n - at, &key, &modifiers);
        bon_ime_key(ime, key, modifiers, &result);
        cr_assert(is_utf8(result.commit, result.commit_len) && is_utf8(result.preedit, result.preedit_len));
        cr_assert_leq(result.cursor, result.preedit_len);
        drop_points(out, result.delete_before);
        append(out, result.commit, result.commit_len);
        if (!result.handled && key == BON_IME_KEY_BACKSPACE) drop_points(out, 1);
    }
    bon_ime_finish(ime, &result);
    append(out, result.commit, result.commit_len);
}

/* ---- decode(encode(x)) = x ---- */

static const bon_ime_options round_trips[] = {
    {.method = BON_IME_TELEX},
    {.method = BON_IME_TELEX, .flags = BON_IME_RESTORE},
    {.method = BON_IME_TELEX, .tone_style = BON_TONE_NEW, .flags = BON_IME_REOPEN},
    {.method = BON_IME_TELEX, .flags = BON_IME_NO_UNDO},
    {.method = BON_IME_TELEX, .flags = BON_IME_STRICT_MARKS | BON_IME_RESTORE},
    {.method = BON_IME_SIMPLE_TELEX, .flags = BON_IME_RESTORE},
    {.method = BON_IME_VNI},
    {.method = BON_IME_VNI, .flags = BON_IME_RESTORE},
    {.method = BON_IME_VIQR},
    {.method = BON_IME_VIQR, .tone_style = BON_TONE_NEW, .flags = BON_IME_RESTORE},
};
enum { ROUND_TRIPS = sizeof round_trips / sizeof *round_trips };

static void check_round_trip(bon_ime *ime, const bon_ime_options *options, const char *text, size_t n) {
    bon_buf keys = {0}, back = {0};
    cr_assert_eq(bon_ime_encode(options, text, n, &keys), BON_OK);
    if (keys.len) type(ime, keys.data, keys.len, &back);
    cr_assert(back.len == n && (n == 0 || memcmp(back.data, text, n) == 0),
              "method %d flags %#x: %.*s: %.*s gives %.*s", (int)options->method, (unsigned)options->flags, (int)n,
              text, (int)keys.len, keys.data, (int)back.len, back.data);
    bon_buf_free(&keys);
    bon_buf_free(&back);
}

static void check_round_trips(const char *text, size_t n) {
    static bon_ime *imes[ROUND_TRIPS];
    for (int i = 0; i < ROUND_TRIPS; i++) {
        if (!imes[i]) cr_assert_eq(bon_ime_open(&imes[i], &round_trips[i]), BON_OK);
        check_round_trip(imes[i], &round_trips[i], text, n);
    }
}

static const char *const texts[] = {
    "",
    "Tiếng Việt có sáu thanh; người ta gõ dấu ở cuối từ.",
    "hoà và hòa, thuý và thúy, khoẻ khỏe, ủy uỷ, quý qúy",
    "Đắk Lắk, Krông Pắk, Bắc Kạn; HĐLĐ, GDĐT, đc, VĐV",
    "password, office, error: windows expects coffee — has this been seen? www.example.com/a_b?c=d&e='f'#g",
    "ưo ươ uơ uo ưô uôi ươi ưng ww w W Ww wW aaa eee ooo ddd sss aw awa oow",
    "xong. thế? a' b` c~ d^ (e) f+ g* h\\ \\d \\\\ '' ?? .. x-y 1a2 a1 win11 mp3 h2o",
    "{BackSpace} {{}} {x} { } {} {Shift+Space}",
    "naïve Müller Łódź 日本語 😀 Napoléon, ñ; ỉ ịi ĩĩ",
    "supercalifragilisticexpialidocioussupercalifragilisticexpialidocioussupercalifragilistic",
    "nghiêngnghiêngnghiêngnghiêngnghiêngnghiêngnghiêngnghiêngnghiêng",
};

Test(ime_text, round_trip_of_texts) {
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) check_round_trips(texts[i], strlen(texts[i]));
}

Test(ime_text, round_trip_of_syllables) {
    char text[BON_SYLLABLE_MAX + 1];
    for (unsigned code = 0; code < BON_SYLLABLE_CODES; code++) {
        size_t n = bon_syllable_spell((bon_syllable)code, (bon_case)(code % 3), (bon_tone_style)(code / 3 % 2), text);
        if (n == 0) continue;
        text[n] = ' ';
        check_round_trips(text, n + code % 2);
    }
}

/* Letters that mean something to some method come often. */
static size_t random_text(char *out, unsigned letters) {
    static const char *const pieces[] = {"a", "e", "o", "u", "i",  "y", "d", "s", "f", "r", "x", "j", "z",
                                         "w", "n", "g", "c", "h",  "t", "q", "ă", "â", "ê", "ô", "ơ", "ư",
                                         "đ", "á", "ệ", "ữ", "ở",  "Đ", "Ơ", "A", "W", "S", " ", ".", "'",
                                         "?", "1", "6", "9", "\\", "{", "}", "^", "(", "+", "é", "中"};
    size_t n = 0;
    for (unsigned i = 0; i < letters; i++) {
        const char *piece = pieces[any(sizeof pieces / sizeof *pieces)];
        memcpy(out + n, piece, strlen(piece));
        n += strlen(piece);
    }
    return n;
}

Test(ime_text, round_trip_of_noise) {
    char text[256];
    for (int i = 0; i < 3000; i++) check_round_trips(text, random_text(text, 1 + any(40)));
}

/* ---- letters are neither lost nor invented ---- */

static unsigned count_letters(const char *text, size_t n) {
    unsigned letters = 0;
    for (size_t i = 0; i < n; i++) letters += ((unsigned char)text[i] & 0xc0) != 0x80;
    return letters;
}

/* A key adds a letter, or marks one; nothing else. It is a letter that was typed, or ư for w. */
Test(ime_text, every_key_adds_at_most_one_letter) {
    static const char keys[] = "aeouidsfrxjzwngchtqAWD";
    bon_ime *ime;
    bon_ime_result result;
    cr_assert_eq(bon_ime_open(&ime, NULL), BON_OK);
    for (int word = 0; word < 20000; word++) {
        bon_buf plain = {0};
        unsigned before = 0;
        bon_ime_reset(ime);
        for (unsigned i = 0, length = 1 + any(12); i < length; i++) {
            bon_ime_key(ime, (unsigned char)keys[any(sizeof keys - 1)], 0, &result);
            unsigned now = count_letters(result.preedit, result.preedit_len);
            cr_assert(now == before || now == before + 1);
            cr_assert_eq(result.commit_len, 0);
            before = now;
        }
        cr_assert_eq(bon_strip_marks(result.preedit, result.preedit_len, &plain), BON_OK);
        for (size_t i = 0; i < plain.len; i++) cr_assert(strchr(keys, plain.data[i]) || strchr("uU", plain.data[i]));
        bon_buf_free(&plain);
    }
    bon_ime_close(ime);
}

/* Whether two texts have the same letters, tone marks apart. */
static bool same_letters(const char *a, size_t a_len, const char *b, size_t b_len) {
    enum { APART_FROM_TONE = BON_LETTER_NUMBER | BON_LETTER_UPPER };
    while (a_len > 0 && b_len > 0) {
        unsigned a_bytes, b_bytes;
        uint32_t x = bon_utf8_read(a, a_len, &a_bytes), y = bon_utf8_read(b, b_len, &b_bytes);
        if (x != y &&
            ((bon_letter_info(x) ^ bon_letter_info(y)) & APART_FROM_TONE || bon_letter_info(x) & BON_LETTER_OTHER))
            return false;
        a += a_bytes, a_len -= a_bytes;
        b += b_bytes, b_len -= b_bytes;
    }
    return a_len == b_len;
}

Test(ime_text, backspace_takes_the_last_letter) {
    static const char keys[] = "aeouidsfrxjzwngchtqAWD";
    bon_ime *ime;
    bon_ime_result result;
    cr_assert_eq(bon_ime_open(&ime, NULL), BON_OK);
    for (int word = 0; word < 20000; word++) {
        char shown[256];
        bon_ime_reset(ime);
        for (unsigned i = 0, length = 1 + any(12); i < length; i++)
            bon_ime_key(ime, (unsigned char)keys[any(sizeof keys - 1)], 0, &result);
        size_t n = result.preedit_len;
        memcpy(shown, result.preedit, n);
        while (n > 0) {
            do n--;
            while (((unsigned char)shown[n] & 0xc0) == 0x80);
            bon_ime_key(ime, BON_IME_KEY_BACKSPACE, 0, &result);
            cr_assert(result.handled);
            cr_assert_eq(result.delete_before, 0);
            const char *rest = result.preedit_len ? result.preedit : result.commit;
            size_t rest_len = result.preedit_len + result.commit_len;
            cr_assert(same_letters(shown, n, rest, rest_len), "%.*s left %.*s", (int)n, shown, (int)rest_len, rest);
            if (result.commit_len) break;
            n = rest_len;
            memcpy(shown, rest, n);
        }
    }
    bon_ime_close(ime);
}
