/* bon/ime.h: keystrokes -> Vietnamese text: telex, simple telex, VNI, VIQR and keymaps of your own.
 *
 *     bon_ime *ime;  bon_ime_result r;
 *     if (bon_ime_open(&ime, NULL) == BON_OK) {                       // telex
 *         for (const char *k = "tieengs "; *k; k++) bon_ime_key(ime, (unsigned char)*k, 0, &r);
 *         // after "tieengs": r.preedit is "tiếng"; after the blank: r.commit is "tiếng "
 *     }
 *
 * The text of a word is a pure function of the keys of that word and of the options: marks may be typed in any order, and
 * the keys that were typed are never lost before the word has left. No function here reads a clock or the locale, only
 * those named load and save touch files, and bon_ime_key allocates nothing.
 *
 * With prediction, words typed without marks get them from a model (bon/restore.h): the last few words stay in the preedit
 * and are decoded together at every break. What was typed with marks stays as it is.
 */
#ifndef BON_IME_H
#define BON_IME_H

#include "bon/restore.h"
#include "bon/syllable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One text field's state. About 24 KB; not to be shared between threads. */
typedef struct bon_ime bon_ime;

/* ---- keys ---- */

/* A key is the code point that it types, or one of these, which lie above all code points. */
enum {
    BON_IME_KEY_BACKSPACE = 0x110000,
    BON_IME_KEY_TAB,
    BON_IME_KEY_ENTER,
    BON_IME_KEY_ESCAPE,
    BON_IME_KEY_LEFT,
    BON_IME_KEY_RIGHT,
    BON_IME_KEY_UP,
    BON_IME_KEY_DOWN,
    BON_IME_KEY_HOME,
    BON_IME_KEY_END,
    BON_IME_KEY_DELETE,
    BON_IME_KEY_OTHER /* any further key that types nothing: it ends the word */
};

/* Modifiers held. Shift is told only where it matters beside the code point (Shift+Space). */
enum { BON_IME_SHIFT = 1, BON_IME_CONTROL = 2, BON_IME_ALT = 4, BON_IME_SUPER = 8 };

enum { BON_IME_KEY_NAME_MAX = 48 }; /* bytes of a key as text */

/* Keys as text: a character is itself, the others are {BackSpace} {Tab} {Enter} {Escape} {Left} {Right} {Up} {Down} {Home}
 * {End} {Delete} {Other}; {Space} is the blank, {x} any character, {{} an opening brace; {Shift+Space} {Control+c} {Alt+x}
 * {Super+x} hold modifiers. Anything else in braces is taken letter by letter, beginning with the brace.
 * Reads one key at text[0], n > 0, and returns the bytes it took. An invalid byte is the key U+FFFD. */
BON_API size_t bon_ime_key_read(const char *text, size_t n, uint32_t *key, unsigned *modifiers);
/* Writes a key as text (at most BON_IME_KEY_NAME_MAX bytes, no NUL) and returns its length. */
BON_API size_t bon_ime_key_write(uint32_t key, unsigned modifiers, char *out);

/* ---- methods ---- */

typedef enum bon_ime_method {
    BON_IME_TELEX,
    BON_IME_SIMPLE_TELEX, /* telex whose w is a letter where it has nothing to mark */
    BON_IME_VNI,
    BON_IME_VIQR,
    BON_IME_KEYMAP, /* options.keymap */
    BON_IME_METHODS
} bon_ime_method;

/* "telex", "simple-telex", "vni", "viqr", "keymap". */
BON_API const char *bon_ime_method_name(bon_ime_method method);

/* What a key does: BON_IME_ACTION_TABLE(X) calls X(NAME, "name in a keymap file"). */
#define BON_IME_ACTION_TABLE(X)                                                                                        \
    X(LETTER, "letter")     /* it is the letter or sign it types */                                                    \
    X(TONE_NONE, "no-tone") /* takes the tone away */                                                                  \
    X(TONE_HUYEN, "huyen")                                                                                             \
    X(TONE_SAC, "sac")                                                                                                 \
    X(TONE_HOI, "hoi")                                                                                                 \
    X(TONE_NGA, "nga")                                                                                                 \
    X(TONE_NANG, "nang")                                                                                               \
    X(MARK_A, "a^")              /* a -> â */                                                                         \
    X(MARK_E, "e^")              /* e -> ê */                                                                         \
    X(MARK_O, "o^")              /* o -> ô */                                                                         \
    X(MARK_AEO, "aeo^")          /* a e o -> â ê ô */                                                               \
    X(MARK_BREVE, "a(")          /* a -> ă */                                                                         \
    X(MARK_HORN, "uo+")          /* u o uo -> ư ơ ươ */                                                            \
    X(MARK_HOOK, "auo")          /* a u o uo -> ă ư ơ ươ */                                                       \
    X(MARK_HOOK_ALONE, "auo,u+") /* the same; where there is nothing to mark, ư */                                    \
    X(MARK_STROKE, "d-")         /* d -> đ */                                                                         \
    X(INSERT_A_BREVE, "insert-a(")                                                                                     \
    X(INSERT_A_HAT, "insert-a^")                                                                                       \
    X(INSERT_E_HAT, "insert-e^")                                                                                       \
    X(INSERT_O_HAT, "insert-o^")                                                                                       \
    X(INSERT_O_HORN, "insert-o+")                                                                                      \
    X(INSERT_U_HORN, "insert-u+")                                                                                      \
    X(INSERT_D_STROKE, "insert-d-")                                                                                    \
    X(QUOTE, "quote") /* the next key is literal */

typedef enum bon_ime_action {
#define BON_IME_ACTION_ENUM(name, text) BON_IME_##name,
    BON_IME_ACTION_TABLE(BON_IME_ACTION_ENUM)
#undef BON_IME_ACTION_ENUM
        BON_IME_ACTIONS
} bon_ime_action;

/* A method: the bon_ime_action of every ASCII key. A capital letter has the action of the small one. */
typedef struct bon_ime_keymap {
    uint8_t actions[128];
} bon_ime_keymap;

/* Reads a keymap from text: lines "KEY ACTION" with the names above; empty lines and those beginning with "# " are skipped
 * (the key # has a tab behind it).
 * Keys that are not named are letters. BON_ERR_DATA names the line. */
BON_API bon_status bon_ime_keymap_read(bon_ime_keymap *out, const char *text, size_t n);
/* The keymap of a built-in method. */
BON_API bon_status bon_ime_keymap_of(bon_ime_keymap *out, bon_ime_method method);

/* ---- options ---- */

typedef enum bon_ime_charset {
    BON_IME_NFC,         /* Unicode, composed */
    BON_IME_NFD,         /* Unicode, decomposed */
    BON_IME_TCVN3,       /* fonts named .Vn...: each byte of TCVN 5712-3 as the code point of its value, in UTF-8 */
    BON_IME_VNI_WINDOWS, /* fonts named VNI-...: the same */
    BON_IME_CHARSETS
} bon_ime_charset;

/* Bits of bon_ime_options.flags. */
enum {
    BON_IME_STRICT_MARKS = 1 << 0,   /* a mark or tone acts only right behind its vowel (else anywhere in the word) */
    BON_IME_NO_UNDO = 1 << 1,        /* a key typed twice does not take back what it did */
    BON_IME_RESTORE = 1 << 2,        /* a word that is not Vietnamese goes back to its keys at its break */
    BON_IME_QUICK_TELEX = 1 << 3,    /* cc gg kk nn pp qq tt are ch gi kh ng ph qu th */
    BON_IME_QUICK_INITIALS = 1 << 4, /* f j w begin a word as ph gi qu */
    BON_IME_QUICK_FINALS = 1 << 5,   /* g h k behind a vowel are ng nh ch */
    BON_IME_AUTO_CAPITAL = 1 << 6,   /* a sentence begins with a capital */
    BON_IME_REOPEN = 1 << 7,   /* Backspace over the blank reopens the word: the client can delete (delete_before) */
    BON_IME_NO_LEARN = 1 << 8, /* nothing typed here is learned: a private field; what was learned still helps */
    BON_IME_HINTS = 1 << 9,    /* candidates of an unsure word are shown by themselves */
    BON_IME_FLAGS = (1 << 10) - 1
};

/* An abbreviation and what it stands for, UTF-8. */
typedef struct bon_ime_macro {
    const char *key;
    size_t key_len;
    const char *text;
    size_t text_len; /* at most BON_IME_MACRO_MAX */
} bon_ime_macro;

/* What is done to words beyond their keys. */
typedef enum bon_ime_prediction {
    BON_IME_PREDICT_OFF,
    BON_IME_PREDICT_ENGLISH, /* a word that is not Vietnamese goes back to its keys, as with BON_IME_RESTORE */
    BON_IME_PREDICT_FULL,    /* and words without marks get theirs; needs a session */
    BON_IME_PREDICTIONS
} bon_ime_prediction;

/* What a typist's own words taught. */
typedef struct bon_ime_memory bon_ime_memory;

enum { BON_IME_KEYS_MAX = 64, BON_IME_MACRO_MAX = 512 };

typedef struct bon_ime_options {
    bon_ime_method method;
    bon_tone_style tone_style; /* BON_TONE_KEEP is BON_TONE_OLD */
    bon_ime_charset charset;   /* of commits; the preedit is always NFC */
    uint32_t flags;
    const bon_ime_keymap *keymap; /* for BON_IME_KEYMAP; copied */
    const bon_ime_macro *macros;  /* must outlive the bon_ime; ascending by the bytes of their keys */
    size_t macro_count;
    bon_ime_prediction prediction;
    /* For BON_IME_PREDICT_FULL: must outlive the bon_ime, serves any number of them in one thread, and its options (tone
     * style) are those of what is predicted. */
    bon_restore_session *restore;
    /* What the typist taught (below), or NULL: nothing is learned. Must outlive the bon_ime; serves any number of them in one
     * thread. */
    bon_ime_memory *memory;
    uint32_t reserved[6];
} bon_ime_options;

/* ---- typing ---- */

/* What a key did. The client does it in this order: delete, commit, preedit; then, unless handled, the key goes on to the
 * application. Texts are UTF-8, not NUL-terminated, and belong to the bon_ime until its next call. */
typedef struct bon_ime_result {
    bool handled;
    unsigned delete_before; /* code points before the cursor to delete; always ones that were committed just before */
    const char *commit;
    size_t commit_len;
    const char *preedit;
    size_t preedit_len;
    size_t cursor;                    /* bytes into the preedit */
    const char *const *candidates;    /* of the word at the cursor, best first, NUL-terminated */
    size_t candidate_count, selected; /* selected == candidate_count: a hint, shown by itself; digits are digits */
} bon_ime_result;

/* options NULL or all zeros: telex, old tone placement, NFC, marks anywhere, undo, nothing else. BON_ERR_ARGUMENT says which
 * option is out of range. */
BON_API bon_status bon_ime_open(bon_ime **out, const bon_ime_options *options);
BON_API void bon_ime_close(bon_ime *ime);
/* Forgets the word being typed. */
BON_API bon_status bon_ime_set_options(bon_ime *ime, const bon_ime_options *options);
/* A key pressed. */
BON_API void bon_ime_key(bon_ime *ime, uint32_t key, unsigned modifiers, bon_ime_result *out);
/* Takes a candidate of the last result, by its number from 0: a click. Without such a candidate nothing happens. */
BON_API void bon_ime_choose(bon_ime *ime, size_t candidate, bon_ime_result *out);
/* Commits the word being typed as it is shown: the focus leaves, the input method is switched off, a line ends. With full
 * prediction this is a break: the word is decoded with those that wait in the preedit. */
BON_API void bon_ime_finish(bon_ime *ime, bon_ime_result *out);
/* Forgets the word being typed and the one before: the cursor was moved, the field is another. */
BON_API void bon_ime_reset(bon_ime *ime);

/* ---- learning ----
 *
 *     bon_ime_memory *memory;
 *     bon_ime_memory_open(&memory);
 *     bon_ime_memory_load(memory, path);          // what was learned before; no file: nothing
 *     bon_ime_options options = {.prediction = BON_IME_PREDICT_FULL, .restore = session, .memory = memory};
 *     // ... typing; now and then, and at the end:
 *     bon_ime_memory_save(memory, path);
 *
 * What is learned, of words of letters alone: words and pairs of words that were committed, which become more likely; what the
 * typist chose instead of a prediction, which after the second time behind the same word is the prediction; words whose keys
 * were asked for (Escape, Shift+Space), which after the second time are left as they are typed. At most BON_IME_MEMORY_MAX
 * entries are held: then what is old fades. For one thread at a time. */

enum { BON_IME_MEMORY_MAX = 1 << 15 };

/* Nothing learned yet. Holds some 2 MB, and allocates nothing later but what words of a model need. */
BON_API bon_status bon_ime_memory_open(bon_ime_memory **out);
BON_API void bon_ime_memory_close(bon_ime_memory *memory);
/* Adds what a file holds; a file that is not there holds nothing. BON_ERR_FORMAT and BON_ERR_VERSION name the file, the line and
 * the reason: then nothing of it is taken, and it is renamed to PATH.bad so that learning can begin anew. */
BON_API bon_status bon_ime_memory_load(bon_ime_memory *memory, const char *path);
/* Writes what was learned, atomically, for the user's eyes alone (mode 0600). What another process wrote there since the last
 * load or save is merged in, what it forgot is forgotten. Fails as loading and writing do; the memory keeps what it holds. */
BON_API bon_status bon_ime_memory_save(bon_ime_memory *memory, const char *path);
/* Whether something was learned or forgotten since the last load or save. */
BON_API int bon_ime_memory_changed(const bon_ime_memory *memory);
/* Forgets a word, by its spelling or without its marks, in all entries; n == 0: everything. Returns how many entries went. */
BON_API size_t bon_ime_memory_forget(bon_ime_memory *memory, const char *word, size_t n);
/* How many entries there are. */
BON_API size_t bon_ime_memory_count(const bon_ime_memory *memory);

/* ---- text to keys ---- */

/* Appends keys (as text, see bon_ime_key_read) that type a UTF-8 text, no newline inside, with these options: what would
 * combine is typed twice, and where that does not help, {Right} ends the word. Auto capital, quick keys, macros and charset
 * are left out of account. */
BON_API bon_status bon_ime_encode(const bon_ime_options *options, const char *text, size_t n, bon_buf *keys);

#ifdef __cplusplus
}
#endif
#endif
