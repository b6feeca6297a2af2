/* src/syllable/segment.h: what the layers above the tokenizer share. */
#ifndef BON_SRC_SYLLABLE_SEGMENT_H
#define BON_SRC_SYLLABLE_SEGMENT_H

#include "bon/syllable.h"

/* Makes a token of another kind than letters: kind and code, no case. */
void bon_token_set_kind(bon_token *token, bon_token_kind kind);

/* Words met before, by their bytes. All zeros to begin with; one for each thread. */
enum { BON_WORD_SLOTS = 1 << 12 };
struct bon_word_cache {
    struct bon_word {
        uint64_t bytes[2]; /* up to 15, zeros behind; all zeros: a free slot */
        uint16_t code;
        uint8_t kind, letter_case;
    } words[BON_WORD_SLOTS];
};

/* bon_segment_next with a memory: the same tokens, two to three times faster over much text. */
bool bon_segment_next_cached(struct bon_word_cache *cache, const char *text, size_t n, size_t *pos, bon_token *token);

/* What a dot behind a word may be. */
enum bon_dotted {
    BON_DOTTED_NOT,   /* any word: the dot is a full stop */
    BON_DOTTED_TITLE, /* a name or number follows: TP. HCM, GS. Trần, Mr. Hai, tr. 15 */
    BON_DOTTED_TAIL   /* stands behind something: Apple Inc., v.v., 8 a.m.; it may end a sentence too */
};

/* Looks a word without its dot up in the table of abbreviations, letter case apart. Words that are syllables too (Co., Th.)
 * count only with a capital. */
enum bon_dotted bon_dotted_word(const char *word, size_t n);

/* Whether a syllable is one of the common family names (Nguyễn, Trần ...), behind which an initial stands within a name; or one
 * of the words that head a numbered part (Điều 5., Chương I.), or of those that a place follows (ở Q. Ba Đình). Any case. */
bool bon_is_family_name(const char *word, size_t n);
bool bon_is_heading_word(const char *word, size_t n);
bool bon_is_place_word(const char *word, size_t n);

/* Whether a code point is shown as a picture: by itself, or only with U+FE0F behind it (Unicode, emoji-data.txt). */
bool bon_is_emoji(uint32_t c, bool with_selector);

#endif
