/* src/ime/predict.h: the words that have been typed but not committed yet, and their marks as the model sees them.
 *
 * A word enters the window at its break. The words there are decoded together, with the text that was committed before them
 * as context, and decoded again at every further break: so a word is decided with what follows it in view. What the user said
 * about a word (marks, a choice, keys asked for) is never changed, and tells about its neighbours.
 */
#ifndef BON_SRC_IME_PREDICT_H
#define BON_SRC_IME_PREDICT_H

#include "ime/memory.h"
#include "ime/word.h"

enum {
    IME_WINDOW = 4,             /* words that wait in the preedit */
    IME_PARTS = IME_WINDOW + 2, /* and those that are just coming in */
    IME_CONTEXT = 192,          /* bytes of the committed text that are looked at: more than any model's order */
    IME_CHOICES = 9             /* a digit each */
};

enum ime_pin {
    IME_FREE,   /* typed without marks: all is open */
    IME_MARKED, /* some marks typed, no whole word: they stay, others may come in */
    IME_FIXED   /* as it is */
};

/* A word in the window. */
struct ime_part {
    uint8_t key_count, pin;
    bool raw, spaced; /* spaced: a blank behind it */
    bool doubtful;    /* goes back to its keys unless the model completes its marks */
    bool told;        /* the user put it right, or asked for its keys */
    bool kept;        /* shows its keys because it always does (memory.h) */
    bool recalled;    /* shows what was chosen in its place before */
    uint16_t typed_len, text_len;
    char keys[BON_IME_KEYS_MAX];
    char typed[IME_SHOWN_MAX]; /* as its keys showed it */
    char text[IME_SHOWN_MAX];  /* as it will be committed */
};

/* The candidates of one word of the window. */
struct ime_choosing {
    bool on, from_word; /* from_word: it was the word being typed when its candidates were asked for */
    bool quick;         /* the next best was selected at once, and nothing was done since */
    bool hint;          /* not asked for: the list is shown, nothing more */
    unsigned part, count, selected;
    struct ime_part before; /* what Escape gives back */
    const char *list[IME_CHOICES];
    char texts[IME_CHOICES][IME_SHOWN_MAX + 1];
};

struct ime_window {
    bon_restore_session *restore; /* NULL: no prediction */
    bon_ime_memory *memory;       /* NULL: none */
    bool learns;
    unsigned count;
    bool fresh;     /* the last word was decoded by the last key */
    bool unsure;    /* and may well be another */
    float company;  /* how much of what has marks was typed with them: 0..1, over the last words */
    float refusals; /* how often marks were refused of late: 0..1 */
    struct ime_part parts[IME_PARTS];
    unsigned tail_count;
    struct ime_part tail[IME_PARTS]; /* words behind one that was taken out of their middle to be typed on */
    struct ime_choosing choosing;
    bon_buf plain; /* scratch */
    size_t context_len;
    char context[IME_CONTEXT];
    uint8_t
        origin_count; /* the keys that were typed for the word that was taken out as it was shown; 0: those it has */
    char origin[BON_IME_KEYS_MAX];
    size_t doubted_len; /* what the word showed that was taken out to be typed on, if that was not what was typed */
    char doubted[IME_SHOWN_MAX];
};

/* ---- predict.c ---- */

/* Empties the window and forgets the context. */
void bon_ime_window_clear(struct ime_window *window);
/* Takes the word in; it is not decoded yet. `restores`: it goes back to its keys when it is not Vietnamese. There must be room. */
void bon_ime_window_take(struct ime_window *window, const struct bon_ime_setup *setup, struct ime_word *word,
                         bool restores);
/* Decodes what is not fixed. When that fails (memory), the words stay as they are. */
void bon_ime_window_decode(struct ime_window *window);
/* The last word gives back what was typed. False when it is as typed, or not fresh. */
bool bon_ime_window_give_back(struct ime_window *window);
/* The last word becomes its keys. False when it is. */
bool bon_ime_window_keys(struct ime_window *window);
/* Takes the last word out, to be typed on: as it is shown, not as it was typed. */
void bon_ime_window_reopen(struct ime_window *window, const struct bon_ime_setup *setup, struct ime_word *word);
/* A word that comes back: its keys, but as it showed; raw: it showed the keys. */
void bon_ime_window_bring_back(struct ime_window *window, const struct bon_ime_setup *setup, struct ime_word *word,
                               const struct ime_part *part);
/* The word that was taken out as it showed becomes what had been typed. False when it is. */
bool bon_ime_window_as_typed(struct ime_window *window, const struct bon_ime_setup *setup, struct ime_word *word);
/* Takes a word out of the middle; those behind it stand back until it is typed. */
void bon_ime_window_reopen_at(struct ime_window *window, const struct bon_ime_setup *setup, struct ime_word *word,
                              unsigned part);
/* The word that was taken out was deleted. */
void bon_ime_window_emptied(struct ime_window *window);
/* Those behind it are joined to the words again. False when there are none. */
bool bon_ime_window_rejoin(struct ime_window *window);
/* A word's marks were refused: more of its kind may come. */
void bon_ime_window_refused(struct ime_window *window);
/* Text that was committed becomes context. */
void bon_ime_window_committed(struct ime_window *window, const char *text, size_t n);
/* The document lost its last `points` code points. */
void bon_ime_window_deleted(struct ime_window *window, unsigned points);
/* Writes the words and their blanks (room: IME_PARTS * (IME_SHOWN_MAX + 1)); where the cursor is while choosing. */
size_t bon_ime_window_show(const struct ime_window *window, char *out, size_t *cursor);
/* Writes the words that stand back. */
size_t bon_ime_window_show_tail(const struct ime_window *window, char *out);
/* Decodes the window with part `at` open (its text: `plain`) and all others as they are; texts of that part, best first. */
size_t bon_ime_window_readings(struct ime_window *window, unsigned at, const char *plain, size_t n,
                               char (*texts)[IME_SHOWN_MAX + 1], size_t cap);

/* ---- english.c ---- */

/* Whether the keys of a word with marks, which is to be the next of the window, are an English word that fits far better. */
bool bon_ime_window_means_keys(struct ime_window *window, const struct ime_part *part);

/* ---- teach.c ---- */

/* Puts what was chosen before in the place of words that are not fixed; whether that changed one. */
bool bon_ime_window_recall(struct ime_window *window);
/* Learns a word that leaves, behind the words before it or, for the first, behind `text`. Returns how often it counted. */
unsigned bon_ime_window_learn(const struct ime_window *window, unsigned part, const char *text, size_t n);
/* A word that had left (the context no longer has it) is typed on: what was learned of it goes. */
void bon_ime_window_taken_back(struct ime_window *window, const char *text, size_t n, unsigned weight);
/* The last word of a text that ends with at most one blank behind it; n = 0: none. */
const char *bon_ime_last_word(const char *text, size_t text_n, size_t *n);

/* ---- choose.c ---- */

/* Opens the candidates of a word of the window. quick: the next best takes its place at once. */
void bon_ime_choose_open(struct ime_window *window, unsigned part, bool from_word, bool quick);
/* Makes the list of the last word, to be shown. */
void bon_ime_choose_hint(struct ime_window *window);
/* Selects a candidate, asked for or of a hint, and takes it; false when there is none such. */
bool bon_ime_choose_take(struct ime_window *window, size_t which);
/* A key while choosing. False when choosing is over and the key is still to be acted on. */
bool bon_ime_choose_key(struct ime_window *window, const struct bon_ime_setup *setup, struct ime_word *word,
                        uint32_t key);
/* Takes the selected candidate. */
void bon_ime_choose_accept(struct ime_window *window);

#endif
