/* src/syllable/segment.h: what the layers above the tokenizer share. */
#ifndef BON_SRC_SYLLABLE_SEGMENT_H
#define BON_SRC_SYLLABLE_SEGMENT_H

#include "bon/syllable.h"
#include "syllable/cuts.h"

/* Makes a token of another kind than letters: kind and code, no case. */
void bon_token_set_kind(bon_token *token, bon_token_kind kind);

/* Words met before, by their bytes. All zeros to begin with; one for each thread. */
enum { BON_WORD_BITS = 15, BON_WORD_SLOTS = 1 << BON_WORD_BITS };
/* A newline is a token here, of this kind and BON_CLASS_LINE_END. */
enum { BON_LINE_END = BON_TOKEN_KINDS, BON_SEGMENT_MANY = BON_CUT_WINDOW + 8 };
struct bon_word_cache {
    struct bon_word {
        uint64_t bytes[2]; /* up to 15 and their number; all zeros: a free slot */
        uint8_t kind, letter_case;
        uint16_t code;
        uint32_t not_before; /* flags of cuts.h that make its bytes another token */
    } words[BON_WORD_SLOTS];
    bon_cut_function *cut;              /* NULL: the best there is */
    bon_token tokens[BON_SEGMENT_MANY]; /* what bon_segment_many found */
    struct bon_cuts cuts;               /* working space */
    uint8_t tail[BON_CUT_WINDOW + BON_CUT_AHEAD];
};

/* bon_segment_next with a memory, many tokens a call and several times faster over much text: finds the next tokens and line
 * ends of the text at or after *pos, leaves them in cache->tokens, and moves *pos behind them. Returns how many, 0 at the end of
 * the text only. */
size_t bon_segment_many(struct bon_word_cache *cache, const char *text, size_t n, size_t *pos);

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
