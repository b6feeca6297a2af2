/* src/ime/keys.c: keys as text, for tests, scripts and `bon telex`. */
#include <string.h>

#include "bon/ime.h"
#include "syllable/utf8.h"

static const struct {
    const char *name;
    uint32_t key;
} names[] = {
    {"BackSpace", BON_IME_KEY_BACKSPACE},
    {"Tab", BON_IME_KEY_TAB},
    {"Enter", BON_IME_KEY_ENTER},
    {"Escape", BON_IME_KEY_ESCAPE},
    {"Left", BON_IME_KEY_LEFT},
    {"Right", BON_IME_KEY_RIGHT},
    {"Up", BON_IME_KEY_UP},
    {"Down", BON_IME_KEY_DOWN},
    {"Home", BON_IME_KEY_HOME},
    {"End", BON_IME_KEY_END},
    {"Delete", BON_IME_KEY_DELETE},
    {"Other", BON_IME_KEY_OTHER},
    {"Space", ' '},
};
static const struct {
    const char *name;
    unsigned modifier;
} holds[] = {
    {"Shift+", BON_IME_SHIFT}, {"Control+", BON_IME_CONTROL}, {"Alt+", BON_IME_ALT}, {"Super+", BON_IME_SUPER}};
enum { NAMES = sizeof names / sizeof *names, HOLDS = sizeof holds / sizeof *holds, BRACED_MAX = 64 };

static bool begins(const char *text, size_t n, const char *word) {
    size_t length = strlen(word);
    return n >= length && memcmp(text, word, length) == 0;
}

/* The modifiers named at the beginning of a text; *used tells the bytes. */
static unsigned read_held(const char *text, size_t n, size_t *used) {
    unsigned held = 0;
    *used = 0;
    for (unsigned i = 0; i < HOLDS; i++) {
        if (!begins(text + *used, n - *used, holds[i].name)) continue;
        held |= holds[i].modifier;
        *used += strlen(holds[i].name);
    }
    return held;
}

/* A name or one character, all of the text. */
static bool read_name(const char *text, size_t n, uint32_t *key) {
    unsigned length;
    for (unsigned i = 0; i < NAMES; i++) {
        if (strlen(names[i].name) != n || memcmp(names[i].name, text, n) != 0) continue;
        *key = names[i].key;
        return true;
    }
    uint32_t c = bon_utf8_read(text, n, &length);
    if (c == BON_UTF8_INVALID || length != n) return false;
    *key = c;
    return true;
}

size_t bon_ime_key_read(const char *text, size_t n, uint32_t *key, unsigned *modifiers) {
    unsigned length;
    size_t most = n < BRACED_MAX ? n : BRACED_MAX, used;
    if (text[0] == '{') {
        unsigned held = read_held(text + 1, most - 1, &used);
        size_t at = used + 1;
        /* The closing brace is looked for behind one character, so that {}} is a brace. */
        const char *close = most > at + 1 ? memchr(text + at + 1, '}', most - at - 1) : NULL;
        if (close && read_name(text + at, (size_t)(close - text) - at, key)) {
            *modifiers = held;
            return (size_t)(close - text) + 1;
        }
    }
    *modifiers = 0;
    *key = bon_utf8_read(text, n, &length);
    if (*key == BON_UTF8_INVALID) *key = 0xfffd;
    return length;
}

static size_t put(char *out, const char *word) {
    size_t n = strlen(word);
    memcpy(out, word, n);
    return n;
}

size_t bon_ime_key_write(uint32_t key, unsigned modifiers, char *out) {
    size_t n = 0;
    const char *name = NULL;
    bool character = key < 0x110000 && !(key >= 0xd800 && key < 0xe000);
    if (character && key != '{' && modifiers == 0) return bon_utf8_write(key, out);
    for (unsigned i = 0; i < NAMES; i++)
        if (names[i].key == key) name = names[i].name;
    out[n++] = '{';
    for (unsigned i = 0; i < HOLDS; i++)
        if (modifiers & holds[i].modifier) n += put(out + n, holds[i].name);
    if (name)
        n += put(out + n, name);
    else if (character)
        n += bon_utf8_write(key, out + n);
    else
        n += put(out + n, "Other");
    out[n++] = '}';
    return n;
}
