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

/* What stands between braces: held modifiers, then a name or one character. */
static bool read_braced(const char *text, size_t n, uint32_t *key, unsigned *modifiers) {
    unsigned held = 0, length;
    for (unsigned i = 0; i < HOLDS; i++) {
        if (!begins(text, n, holds[i].name)) continue;
        held |= holds[i].modifier;
        text += strlen(holds[i].name);
        n -= strlen(holds[i].name);
    }
    for (unsigned i = 0; i < NAMES; i++) {
        if (strlen(names[i].name) != n || memcmp(names[i].name, text, n) != 0) continue;
        *key = names[i].key;
        *modifiers = held;
        return true;
    }
    if (n == 0) return false;
    uint32_t c = bon_utf8_read(text, n, &length);
    if (c == BON_UTF8_INVALID || length != n) return false;
    *key = c;
    *modifiers = held;
    return true;
}

size_t bon_ime_key_read(const char *text, size_t n, uint32_t *key, unsigned *modifiers) {
    unsigned length;
    size_t most = n < BRACED_MAX ? n : BRACED_MAX;
    /* The closing brace is looked for behind one character, so that {}} is a brace. */
    const char *close = text[0] == '{' && most > 2 ? memchr(text + 2, '}', most - 2) : NULL;
    if (close && read_braced(text + 1, (size_t)(close - text) - 1, key, modifiers)) return (size_t)(close - text) + 1;
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
