/* src/ime/memory.h: what a typist's words taught, as a table of texts with counts.
 *
 * An entry is one line of text, so that the file is the table and a user can read what was learned:
 *
 *     w TAB word                          the word was written
 *     p TAB before TAB word               behind that word
 *     f TAB before TAB plain TAB word     chosen instead of a prediction; `before` is empty where a sentence begins
 *     k TAB keys                          these keys were asked for: the word stays as it is typed
 *
 * Words are as models know them (lower case, old tone placement). All memory is taken when the table is made; when it is full,
 * counts are halved, and what comes to nothing is dropped.
 */
#ifndef BON_SRC_IME_MEMORY_H
#define BON_SRC_IME_MEMORY_H

#include "bon/ime.h"

enum {
    MEMORY_FIELD_MAX = 48,                            /* bytes of a word */
    MEMORY_TEXT_MAX = 2 + 3 * (MEMORY_FIELD_MAX + 1), /* of an entry */
    MEMORY_TEXT_ROOM = BON_IME_MEMORY_MAX * 32,       /* of all entries */
    MEMORY_SLOTS = 2 * BON_IME_MEMORY_MAX,
    MEMORY_COUNT_MAX = 1000000,
    MEMORY_WINS = 2 /* times that something was chosen or asked for before it is done unasked */
};

enum memory_kind { MEMORY_WORD = 'w', MEMORY_PAIR = 'p', MEMORY_FIX = 'f', MEMORY_KEEP = 'k' };

struct memory_item {
    uint32_t text;         /* where it begins in the table's text */
    uint16_t key_len, len; /* entries are told apart by key_len bytes: all, of a fix without the word that was chosen */
    uint32_t count;
    uint32_t fresh; /* of count: learned since the table was last the same as the file */
};

struct memory_table {
    struct memory_item *items; /* [BON_IME_MEMORY_MAX], in the order of their texts in `text` */
    uint32_t *slots;           /* [MEMORY_SLOTS]: item + 1, 0 free */
    char *text;                /* [MEMORY_TEXT_ROOM] */
    uint32_t count, text_len;
};

struct bon_ime_memory {
    struct memory_table table;
    bool changed, forgot_all;
    bon_buf
        forgotten; /* words, and entries behind a tab, each with a newline behind it: forgotten since the table was last the
                          same as the file */
    bon_buf folded; /* scratch */
    /* The words and pairs once more, by the numbers of the model that predicts; NULL before bon_ime_memory_serve. */
    bon_restore_cache *cache;
    const bon_restorer *restorer;
};

/* An entry as it is looked up and added. */
struct memory_entry {
    size_t key_len, len;
    char text[MEMORY_TEXT_MAX];
};
/* Makes an entry of a kind's fields; NULL: not there. False when one is too long. Only a fix that is looked up has fewer fields than
 * its kind, the word chosen: `third` is NULL. */
bool bon_memory_entry(struct memory_entry *entry, enum memory_kind kind, const char *first, size_t first_n,
                      const char *second, size_t second_n, const char *third, size_t third_n);

/* ---- the table: memory.c ---- */

bon_status bon_memory_table_open(struct memory_table *table);
void bon_memory_table_close(struct memory_table *table);
void bon_memory_table_clear(struct memory_table *table);
/* The item with the entry's key, or NULL. */
struct memory_item *bon_memory_find(const struct memory_table *table, const struct memory_entry *entry);
/* Adds counts to an entry. Another word chosen in the place of a fix takes it over with its own count. Whether all counts were
 * halved to make room. */
bool bon_memory_count(struct memory_table *table, const struct memory_entry *entry, uint32_t count, uint32_t fresh);
/* Takes an entry out. */
void bon_memory_table_drop(struct memory_table *table, const struct memory_entry *entry);
/* Takes the entries of a word out (as bon_ime_memory_forget); how many there were. */
size_t bon_memory_table_forget(struct memory_table *table, const char *word, size_t n);
/* The next field behind *at in an item's text. False at the end. */
bool bon_memory_field(const char *text, size_t len, size_t *at, const char **field, size_t *n);

/* ---- the file: memory_file.c ---- */

/* Reads a file's text into an empty table; path: for messages. An empty file holds nothing. */
bon_status bon_memory_parse(const char *path, const bon_buf *text, struct memory_table *table);
/* Appends the text of a table's file. */
bon_status bon_memory_lay_out(const struct memory_table *table, bon_buf *out);

/* ---- the model's side: learn.c ---- */

/* From now on predictions with the session's model use what was learned. */
bon_status bon_ime_memory_serve(bon_ime_memory *memory, const bon_restorer *restorer);
/* Fills the cache anew, after entries went. */
void bon_ime_memory_refill(bon_ime_memory *memory);
/* Learns a word that was committed behind another (n == 0: at the beginning of a sentence); weight: how often it counts. Texts
 * are as they were committed. Negative: takes it back. */
void bon_ime_memory_learn(bon_ime_memory *memory, const char *before, size_t before_n, const char *word, size_t n,
                          int weight);
/* Learns that a word was chosen instead of another reading of the same letters. */
void bon_ime_memory_correct(bon_ime_memory *memory, const char *before, size_t before_n, const char *word, size_t n);
/* The word that is always chosen for letters without marks behind another, folded; NULL: none. */
const char *bon_ime_memory_chosen(bon_ime_memory *memory, const char *before, size_t before_n, const char *plain,
                                  size_t plain_n, size_t *n);
/* Learns, by wins, that keys were asked for, or given up again. */
void bon_ime_memory_keep(bon_ime_memory *memory, const char *keys, size_t n, bool keep);
bool bon_ime_memory_keeps(bon_ime_memory *memory, const char *keys, size_t n);

#endif
