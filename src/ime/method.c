/* src/ime/method.c: the input methods as tables, and keymaps read from text.
 *
 * A method is nothing but a table from keys to actions, so that there is one engine for all of them. Telex is described by
 * its users' habit (s f r x j, double letters, w); VNI by its digits; VIQR by RFC 1456, section 3.
 */
#include <string.h>

#include "base/status.h"
#include "ime/method.h"

#define AT(letter) [(letter) - 'a']
#define TONE(t)                                                                                                        \
    { .kind = KIND_TONE, .value = t }
#define MARK(...)                                                                                                      \
    {                                                                                                                  \
        .kind = KIND_MARK, .shape = { __VA_ARGS__ }                                                                    \
    }
#define INSERT(letter, s)                                                                                              \
    {                                                                                                                  \
        .kind = KIND_INSERT, .value = letter, .shape = { AT(letter) = s }                                              \
    }

const struct action_row bon_ime_actions[BON_IME_ACTIONS] = {
    [BON_IME_LETTER] = {.kind = KIND_LETTER},
    [BON_IME_TONE_NONE] = TONE(BON_TONE_NGANG),
    [BON_IME_TONE_HUYEN] = TONE(BON_TONE_HUYEN),
    [BON_IME_TONE_SAC] = TONE(BON_TONE_SAC),
    [BON_IME_TONE_HOI] = TONE(BON_TONE_HOI),
    [BON_IME_TONE_NGA] = TONE(BON_TONE_NGA),
    [BON_IME_TONE_NANG] = TONE(BON_TONE_NANG),
    [BON_IME_MARK_A] = MARK(AT('a') = SHAPE_HAT),
    [BON_IME_MARK_E] = MARK(AT('e') = SHAPE_HAT),
    [BON_IME_MARK_O] = MARK(AT('o') = SHAPE_HAT),
    [BON_IME_MARK_AEO] = MARK(AT('a') = SHAPE_HAT, AT('e') = SHAPE_HAT, AT('o') = SHAPE_HAT),
    [BON_IME_MARK_BREVE] = MARK(AT('a') = SHAPE_HORN),
    [BON_IME_MARK_HORN] = MARK(AT('o') = SHAPE_HORN, AT('u') = SHAPE_HORN),
    [BON_IME_MARK_HOOK] = MARK(AT('a') = SHAPE_HORN, AT('o') = SHAPE_HORN, AT('u') = SHAPE_HORN),
    [BON_IME_MARK_HOOK_ALONE] = {.kind = KIND_MARK,
                                 .shape = {AT('a') = SHAPE_HORN, AT('o') = SHAPE_HORN, AT('u') = SHAPE_HORN},
                                 .alone = 1},
    [BON_IME_MARK_STROKE] = MARK(AT('d') = SHAPE_HORN),
    [BON_IME_INSERT_A_BREVE] = INSERT('a', SHAPE_HORN),
    [BON_IME_INSERT_A_HAT] = INSERT('a', SHAPE_HAT),
    [BON_IME_INSERT_E_HAT] = INSERT('e', SHAPE_HAT),
    [BON_IME_INSERT_O_HAT] = INSERT('o', SHAPE_HAT),
    [BON_IME_INSERT_O_HORN] = INSERT('o', SHAPE_HORN),
    [BON_IME_INSERT_U_HORN] = INSERT('u', SHAPE_HORN),
    [BON_IME_INSERT_D_STROKE] = INSERT('d', SHAPE_HORN),
    [BON_IME_QUOTE] = {.kind = KIND_QUOTE},
};

const uint8_t bon_ime_letter_number[26][SHAPES] = {
    AT('a') = {1, 3, 2},    AT('b') = {4},  AT('c') = {5},  AT('d') = {6, 0, 7}, AT('e') = {8, 9}, AT('g') = {10},
    AT('h') = {11},         AT('i') = {12}, AT('k') = {13}, AT('l') = {14},      AT('m') = {15},   AT('n') = {16},
    AT('o') = {17, 18, 19}, AT('p') = {20}, AT('q') = {21}, AT('r') = {22},      AT('s') = {23},   AT('t') = {24},
    AT('u') = {25, 0, 26},  AT('v') = {27}, AT('x') = {28}, AT('y') = {29},
};
const char bon_ime_number_base[32] = " aaabcddeeghiklmnooopqrstuuvxy";
const uint8_t bon_ime_number_shape[32] = {
    [2] = SHAPE_HORN, [3] = SHAPE_HAT,   [7] = SHAPE_HORN,  [9] = SHAPE_HAT,
    [18] = SHAPE_HAT, [19] = SHAPE_HORN, [26] = SHAPE_HORN,
};

#define TELEX                                                                                                          \
    ['s'] = BON_IME_TONE_SAC, ['f'] = BON_IME_TONE_HUYEN, ['r'] = BON_IME_TONE_HOI, ['x'] = BON_IME_TONE_NGA,          \
    ['j'] = BON_IME_TONE_NANG, ['z'] = BON_IME_TONE_NONE, ['a'] = BON_IME_MARK_A, ['e'] = BON_IME_MARK_E,              \
    ['o'] = BON_IME_MARK_O, ['d'] = BON_IME_MARK_STROKE

static const struct {
    const char *name;
    bon_ime_keymap map;
} methods[BON_IME_METHODS] = {
    [BON_IME_TELEX] = {"telex", {{TELEX, ['w'] = BON_IME_MARK_HOOK_ALONE}}},
    [BON_IME_SIMPLE_TELEX] = {"simple-telex", {{TELEX, ['w'] = BON_IME_MARK_HOOK}}},
    [BON_IME_VNI] = {"vni",
                     {{['0'] = BON_IME_TONE_NONE,
                       ['1'] = BON_IME_TONE_SAC,
                       ['2'] = BON_IME_TONE_HUYEN,
                       ['3'] = BON_IME_TONE_HOI,
                       ['4'] = BON_IME_TONE_NGA,
                       ['5'] = BON_IME_TONE_NANG,
                       ['6'] = BON_IME_MARK_AEO,
                       ['7'] = BON_IME_MARK_HORN,
                       ['8'] = BON_IME_MARK_BREVE,
                       ['9'] = BON_IME_MARK_STROKE}}},
    [BON_IME_VIQR] = {"viqr",
                      {{['\''] = BON_IME_TONE_SAC,
                        ['`'] = BON_IME_TONE_HUYEN,
                        ['?'] = BON_IME_TONE_HOI,
                        ['~'] = BON_IME_TONE_NGA,
                        ['.'] = BON_IME_TONE_NANG,
                        ['-'] = BON_IME_TONE_NONE,
                        ['^'] = BON_IME_MARK_AEO,
                        ['+'] = BON_IME_MARK_HORN,
                        ['*'] = BON_IME_MARK_HORN,
                        ['('] = BON_IME_MARK_BREVE,
                        ['d'] = BON_IME_MARK_STROKE,
                        ['\\'] = BON_IME_QUOTE}}},
    [BON_IME_KEYMAP] = {"keymap", {{0}}},
};

const char *bon_ime_method_name(bon_ime_method method) {
    return (unsigned)method < BON_IME_METHODS ? methods[method].name : "";
}

bon_status bon_ime_keymap_of(bon_ime_keymap *out, bon_ime_method method) {
    if ((unsigned)method >= BON_IME_KEYMAP)
        return bon_fail(BON_ERR_ARGUMENT, "input method %d: not a built-in one (0 to %d)", (int)method,
                        BON_IME_KEYMAP - 1);
    *out = methods[method].map;
    return BON_OK;
}

char bon_ime_key_for(const bon_ime_keymap *map, bon_ime_action action) {
    for (unsigned key = 128; key-- > 1;) /* VIQR: + rather than * */
        if (map->actions[key] == action) return (char)key;
    return 0;
}

/* ---- keymaps as text ---- */

static const char *const action_names[BON_IME_ACTIONS] = {
#define ACTION_NAME(name, text) [BON_IME_##name] = text,
    BON_IME_ACTION_TABLE(ACTION_NAME)
#undef ACTION_NAME
};

static int find_action(const char *name, size_t n) {
    for (int i = 0; i < BON_IME_ACTIONS; i++)
        if (strlen(action_names[i]) == n && memcmp(action_names[i], name, n) == 0) return i;
    return -1;
}

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/* One line "KEY ACTION". */
static bon_status read_row(bon_ime_keymap *map, const char *line, size_t n, unsigned number) {
    while (n > 0 && is_blank(line[n - 1])) n--;
    if (n == 0 || (n > 1 && line[0] == '#' && line[1] == ' ')) return BON_OK;
    unsigned char key = (unsigned char)line[0];
    size_t at = 1;
    while (at < n && is_blank(line[at])) at++;
    if (key <= ' ' || key >= 0x7f || at == 1 || at == n)
        return bon_fail(BON_ERR_DATA, "keymap line %u: expected one ASCII key, a blank and an action", number);
    if (key >= 'A' && key <= 'Z')
        return bon_fail(BON_ERR_DATA, "keymap line %u: %c: name the small letter, its capital does the same", number,
                        key);
    int action = find_action(line + at, n - at);
    if (action < 0)
        return bon_fail(BON_ERR_DATA,
                        "keymap line %u: unknown action '%.*s'; actions are named like huyen, a^, uo+, d-", number,
                        (int)(n - at < 40 ? n - at : 40), line + at);
    map->actions[key] = (uint8_t)action;
    return BON_OK;
}

bon_status bon_ime_keymap_read(bon_ime_keymap *out, const char *text, size_t n) {
    bon_ime_keymap map = {{0}};
    unsigned number = 1;
    for (size_t start = 0; start < n; number++) {
        const char *newline = memchr(text + start, '\n', n - start);
        size_t end = newline ? (size_t)(newline - text) : n;
        BON_TRY(read_row(&map, text + start, end - start, number));
        start = end + 1;
    }
    *out = map;
    return BON_OK;
}
