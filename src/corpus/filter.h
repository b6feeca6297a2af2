/* src/corpus/filter.h: which texts are worth training on: a text gets scores, a rule is a range that a score must be in.
 *
 * The scores are those by which web corpora are cleaned since C4 (Raffel et al. 2020), cc_net (Wenzek et al. 2020) and Gopher
 * (Rae et al. 2021, appendix A1.1), counted in syllables where those count English words, and two that only Vietnamese has: how
 * many words are syllables, and how many of the syllables bear marks. Perplexity is that of the likeliest of several registers,
 * each with a band of its own, since a chat is no bad law. Scores are made of the normalized text, so they do not depend on
 * Unicode form or blanks; and never on other texts, so texts can be scored in any order.
 *
 *     struct bon_filter filter = {.normalizer = normalizer, ...};
 *     memcpy(filter.ranges, bon_filter_defaults(BON_FILTER_LINES), sizeof filter.ranges);
 *     bon_judge_open(&judge, &filter);
 *     bon_judge_text(judge, text, n, &verdict);     // verdict.rule: BON_FILTER_KEPT or the score that is out of its range
 */
#ifndef BON_SRC_CORPUS_FILTER_H
#define BON_SRC_CORPUS_FILTER_H

#include "base/buf.h"
#include "bon/ngram.h"
#include "bon/normalize.h"

/* X(NAME, name, decimals, least and most for lines, least and most for documents, what it is). A text is rejected by the first row
 * whose score is out of its range; INFINITY is no bound. A score that a text cannot have (the marks of a text without syllables) is
 * NaN and in every range. The ranges were set by reading what they reject of news, law, literature and social text. Those of
 * repetition are wider than Gopher's: syllables are shorter than words, and half of a law is formulas. */
#define BON_FILTER_TABLE(X)                                                                                            \
    X(WORDS, "words", 0, 4, INFINITY, 20, INFINITY, "syllables, other words and numbers")                              \
    X(LETTERS, "letters", 3, 0.5, 1, 0.6, 1, "share of the characters, blanks apart, that are letters of words")       \
    X(SYLLABLES, "syllables", 3, 0.4, 1, 0.6, 1, "share of the words that are Vietnamese syllables")                   \
    X(FOREIGN, "foreign", 3, 0, 0.7, 0, 0.5, "share of the letters that are in words of another language")             \
    X(MARKS, "marks", 3, 0.15, 1, 0.4, 1, "share of the syllables that have a mark")                                   \
    X(SYMBOLS, "symbols", 3, 0, 0.3, 0, 0.3, "signs of mark-up and code, such as # | { <, a word")                     \
    X(LINKS, "links", 3, 0, 0.2, 0, 0.1, "addresses, a word")                                                          \
    X(BOILERPLATE, "boilerplate", 3, 0, 0.3, 0, 0.1, "share of the words in phrases of menus and page footers")        \
    X(SHORT_LINES, "short-lines", 3, 0, 1, 0, 0.67, "share of the lines with fewer than five words")                   \
    X(BULLETS, "bullets", 3, 0, 1, 0, 0.9, "share of the lines that begin with a bullet")                              \
    X(ELLIPSES, "ellipses", 3, 0, 1, 0, 0.6, "share of the lines that end in three dots")                              \
    X(REPEATED_LINES, "repeated-lines", 3, 0, 1, 0, 0.3, "share of the words in lines that were there before")         \
    X(TOP_PAIR, "top-pair", 3, 0, 0.7, 0, 0.25, "share of the words in the most frequent pair of words")               \
    X(TOP_PHRASE, "top-phrase", 3, 0, 0.8, 0, 0.25, "share of the words in the most frequent run of four")             \
    X(REPEATED_PHRASES, "repeated-phrases", 3, 0, 0.6, 0, 0.7,                                                         \
      "share of the words in runs of five that were there before")                                                     \
    X(REPEATED_PASSAGES, "repeated-passages", 3, 0, 0.45, 0, 0.5,                                                      \
      "share of the words in runs of ten that were there before")                                                      \
    X(PERPLEXITY, "perplexity", 1, 0, 5000, 0, 3000, "perplexity under the register that suits best")

enum bon_filter_rule {
#define BON_FILTER_ENUM(name, ...) BON_FILTER_##name,
    BON_FILTER_TABLE(BON_FILTER_ENUM)
#undef BON_FILTER_ENUM
        BON_FILTER_RULES,
    BON_FILTER_KEPT = BON_FILTER_RULES /* in place of a rule: none rejects the text */
};

enum { BON_FILTER_REGISTERS_MAX = 16, BON_FILTER_NO_REGISTER = 255 };

/* What a text may be by default: a line, or a document of many. */
enum bon_filter_kind { BON_FILTER_LINES, BON_FILTER_DOCUMENTS };

struct bon_filter_range {
    double least, most;
};

struct bon_filter_register {
    const char *name;
    const bon_lm *lm; /* over folded tokens, a sentence a line, as the training recipe makes them */
    struct bon_filter_range band;
};

/* Immutable while it is used; what it points to is not its own. */
struct bon_filter {
    const bon_normalizer *normalizer;
    struct bon_filter_range ranges[BON_FILTER_RULES]; /* that of PERPLEXITY is not looked at: registers have bands */
    struct bon_filter_register registers[BON_FILTER_REGISTERS_MAX];
    unsigned register_count;
};

struct bon_filter_verdict {
    double scores[BON_FILTER_RULES];
    uint8_t rule; /* enum bon_filter_rule */
    uint8_t best; /* the register, or BON_FILTER_NO_REGISTER */
};

/* [BON_FILTER_RULES] */
const struct bon_filter_range *bon_filter_defaults(enum bon_filter_kind kind);
const char *bon_filter_name(unsigned rule); /* "kept" for BON_FILTER_KEPT */
int bon_filter_decimals(unsigned rule);     /* with how many a score is shown */

/* Working space of one thread. */
struct bon_judge;
bon_status bon_judge_open(struct bon_judge **out, const struct bon_filter *filter);
void bon_judge_close(struct bon_judge *judge); /* NULL is fine */
/* Scores a text below 4 GiB, whatever its bytes, and says which rule rejects it. Time and memory are linear. */
bon_status bon_judge_text(struct bon_judge *judge, const char *text, size_t n, struct bon_filter_verdict *verdict);

#endif
