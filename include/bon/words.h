/* bon/words.h: words of Vietnamese, which blanks do not show: "Hà Nội là thủ đô" is three words, Hà_Nội là thủ_đô.
 *
 *     bon_words *model;  bon_word_session *session;  bon_word_span word;
 *     if (bon_words_open(&model, "models/vi.bonseg") == BON_OK && bon_word_session_open(&session, model) == BON_OK) {
 *         bon_word_session_begin(session, "Hà Nội là thủ đô", 24, NULL, 0);
 *         while (bon_word_session_next(session, &word)) ...          // "Hà Nội", "là", "thủ đô"
 *     }
 *
 * A word is one token of bon_segment_next or several that blanks part; letters and digits that nothing parts (A5, 2kg, 95%) are
 * one piece, and signs are words by themselves. Every byte of the text that is not blank is in exactly one word, in order. The
 * model is learned by bon_words_builder (`bon words build`); docs/bonseg-format.md has the method and the file.
 */
#ifndef BON_WORDS_H
#define BON_WORDS_H

#include "bon/syllable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What words are told by. Immutable, to be shared between threads. */
typedef struct bon_words bon_words;
/* Per-thread working memory. */
typedef struct bon_word_session bon_word_session;

enum { BON_WORD_PARTS_MAX = 8 }; /* pieces that blanks part, of one word */

/* Maps a file that bon_words_builder_write made. BON_ERR_FORMAT and BON_ERR_VERSION name the file and the reason. Headers are
 * checked, not the sections: a file that was damaged or made up can at worst give wrong words. */
BON_API bon_status bon_words_open(bon_words **out, const char *path);
/* The same over the bytes of such a file, aligned to 8 and alive until bon_words_close; `name` serves messages. */
BON_API bon_status bon_words_open_memory(bon_words **out, const void *bytes, size_t n, const char *name);
/* Reads the whole file and compares every section with its checksum; BON_ERR_FORMAT names the first that differs. */
BON_API bon_status bon_words_verify(const bon_words *words);
BON_API void bon_words_close(bon_words *words);

/* Working memory, all of it: nothing is allocated later. The model must outlive the session. */
BON_API bon_status bon_word_session_open(bon_word_session **out, const bon_words *words);
BON_API void bon_word_session_close(bon_word_session *session);

/* What someone else (a neural network) thinks about a boundary: the natural logarithm of the odds that a word begins at byte
 * `at` of the text, where a token begins behind a blank. It is added to the model's own. Elsewhere it is without effect. */
typedef struct bon_word_hint {
    uint32_t at;
    float log_odds;
} bon_word_hint;

/* Begins a text of n bytes, below 4 GiB, in NFC; its lines are sentences or paragraphs. `hints` (NULL for none) are in
 * ascending order of `at`. Text and hints must live until the last word. */
BON_API void bon_word_session_begin(bon_word_session *session, const char *text, size_t n, const bon_word_hint *hints,
                                    size_t hint_count);

/* Bytes of the text. */
typedef struct bon_word_part {
    uint32_t start, len;
} bon_word_part;

typedef struct bon_word_span {
    uint32_t start, len;        /* from the first part to the last, blanks between them included */
    const bon_word_part *parts; /* valid until the next call */
    uint32_t part_count;        /* at least 1; 0: a line end */
    uint32_t kind;              /* bon_token_kind of its first token */
} bon_word_span;

/* Finds the next word or line end ('\n'). False at the end of the text. Time is linear in n, whatever the bytes. */
BON_API bool bon_word_session_next(bon_word_session *session, bon_word_span *word);

/* ---- learning ---- */

/* Collects what a model is learned from. For one thread at a time. */
typedef struct bon_words_builder bon_words_builder;

typedef struct bon_words_options {
    uint64_t size;        /* most bytes of the file; 0 = default, 3,000,000 */
    uint32_t rounds;      /* of learning; 0 = default, 150 */
    uint32_t reserved[5]; /* zero */
} bon_words_options;

enum { BON_WORDS_LISTS_MAX = 8 };

BON_API bon_status bon_words_builder_open(bon_words_builder **out, const bon_words_options *options);
BON_API void bon_words_builder_close(bon_words_builder *builder);
/* Whole lines of a word list, a word a line; `list` (below BON_WORDS_LISTS_MAX) tells lists apart: each has a say of its own. */
BON_API bon_status bon_words_builder_add_list(bon_words_builder *builder, unsigned list, const char *lines, size_t n);
/* Whole lines of sentences cut into words by people: words parted by blanks, '_' between the syllables of a word. */
BON_API bon_status bon_words_builder_add_gold(bon_words_builder *builder, const char *lines, size_t n);
/* Whole lines of plain text; the builder keeps them in memory. Without any the model knows lists and gold sentences only. */
BON_API bon_status bon_words_builder_add_text(bon_words_builder *builder, const char *lines, size_t n);
/* Learns, and writes the model to a file, which appears when it is complete. The same input gives the same bytes.
 * BON_ERR_DATA without gold sentences. Takes seconds for each 10 MB of plain text; call it once. */
BON_API bon_status bon_words_builder_write(bon_words_builder *builder, const char *path);

#ifdef __cplusplus
}
#endif
#endif
