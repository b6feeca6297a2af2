/* src/words/evidence.h: what is known about n-grams before learning: which word lists have them, how often plain text has them,
 * and as words. */
#ifndef BON_SRC_WORDS_EVIDENCE_H
#define BON_SRC_WORDS_EVIDENCE_H

#include "bon/words.h"
#include "words/grams.h"
#include "words/units.h"

struct bon_gram {
    uint64_t key;    /* 0: a free place of the map */
    uint64_t before; /* of the n-gram without its last unit */
    uint32_t seen;   /* in plain text */
    uint32_t whole;  /* in plain text: as a word; two units: inside one word */
    uint8_t order;
    uint8_t lists; /* bits */
    bool gold;     /* in gold sentences */
    bool sign;     /* one unit: it is a sign */
};

struct bon_evidence {
    struct bon_gram *grams; /* an open hash table */
    size_t cap, count;
    uint32_t least; /* n-grams that were seen less often are not known from text */
};

/* The n-gram of a key; NULL when there is none. */
const struct bon_gram *bon_evidence_find(const struct bon_evidence *evidence, uint64_t key);
/* The n-gram of units[0 .. order), added when it is new. */
bon_status bon_evidence_at(struct bon_evidence *evidence, const struct bon_unit *units, unsigned order,
                           struct bon_gram **gram);
bon_status bon_evidence_copy(struct bon_evidence *to, const struct bon_evidence *from);
void bon_evidence_free(struct bon_evidence *evidence);

/* Whether the n-gram is more than something rare in plain text. */
static inline bool bon_gram_kept(const struct bon_evidence *evidence, const struct bon_gram *gram) {
    return gram->lists || gram->gold || (gram->seen >= evidence->least && gram->seen > 0);
}
/* Sets `least` to the smallest number, 2 at least, with which at most `room` n-grams are kept. */
void bon_evidence_limit(struct bon_evidence *evidence, size_t room);

/* Adds the n-grams of lines of a word list (words of up to BON_GRAM_MAX units; '_' and '-' are blanks). */
bon_status bon_evidence_add_list(struct bon_evidence *evidence, struct bon_unit_reader *reader, unsigned list,
                                 const char *lines, size_t n);
/* Counts n-grams of plain text, and how often they are words by a model. */
bon_status bon_evidence_add_text(struct bon_evidence *evidence, const bon_words *words, const char *text, size_t n);

#endif
