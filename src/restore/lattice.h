/* src/restore/lattice.h: a window of a line as positions, each with the words of the model that may stand there.
 *
 * A position is a token; the tokens and their fold are those of the training text. A letter token's choices are the model's
 * words of the same plain form that keep every mark already typed; anything else has one choice, itself. Models are of
 * sentences, so where one ends inside the line there is a position without bytes whose one choice is the sentence's end.
 */
#ifndef BON_SRC_RESTORE_LATTICE_H
#define BON_SRC_RESTORE_LATTICE_H

#include "bon/restore.h"
#include "restore/index.h"
#include "restore/neural_score.h"
#include "restore/tagger.h"

enum {
    BON_LATTICE_POSITIONS = BON_RESTORE_WINDOW,   /* tokens decoded at once */
    BON_LATTICE_LOOKAHEAD = 32,                   /* of which the last are decoded again when the line goes on */
    BON_LATTICE_CHOICES = BON_INDEX_WORDS_MAX + 1 /* at most, a position: the words and what was typed */
};

struct bon_choice {
    uint32_t word;
    float bonus;  /* log10, added to the model's */
    bool keep;    /* the token stays as typed; else it gets the marks of the word */
    bool residue; /* the letters of its reading get them in its place (residue.h) */
    uint8_t rank; /* which of the words of the plain form; BON_TAGGER_WORDS: none */
};

struct bon_position {
    uint32_t start, len; /* bytes in the line */
    uint32_t first;      /* choice */
    uint16_t count;
    bool letters; /* a token that could be restored */
    uint16_t
        reading_len; /* letters that it stands for by its keys (residue.h), 0: none; and where they are in `readings` */
    uint32_t reading;
};

/* Bytes of a line whose tokens are decided: they stay as they are and are context for the others. */
struct bon_kept {
    size_t start, end;
};

struct bon_lattice {
    const bon_lm *lm;
    const struct bon_index *index;
    const struct bon_tagger *tagger;
    struct bon_neural_reader *neural; /* NULL: there is no network */
    bool fix_marked;
    bool residue;  /* keys left in the text are understood */
    bool open_end; /* the line goes on behind its last token */
    bool begins;   /* the line begins with the window */
    float least;   /* choices that tagger and network put this much (log10) below the best are left out */
    struct bon_position *positions; /* [BON_LATTICE_POSITIONS] */
    struct bon_tag_token *tokens;   /* of each position */
    struct bon_neural_token *seen;  /* the same for the network */
    unsigned count;
    struct bon_choice *choices; /* [BON_LATTICE_POSITIONS * BON_LATTICE_CHOICES] */
    uint32_t choice_count;
    uint32_t letters, marked; /* tokens that could be restored; those of them with marks typed */
    uint32_t residues;        /* tokens that the model does not know but by their keys */
    bon_buf scratch;
    bon_buf readings; /* of positions, one after the other */
    /* Set by who decodes a line while it is typed; none otherwise. */
    const struct bon_kept *kept;
    unsigned kept_count;
    float company; /* with kept: how much of what has marks was typed with them, 0..1; takes the place of `marked` */
};

/* fix_marked: marks already typed do not constrain. */
bon_status bon_lattice_open(struct bon_lattice *lattice, const bon_lm *lm, const struct bon_index *index,
                            const struct bon_tagger *tagger, bool fix_marked);
void bon_lattice_close(struct bon_lattice *lattice);

/* Whether position i is a sentence's end inside the line. */
bool bon_lattice_is_boundary(const struct bon_lattice *lattice, unsigned i);
/* Fills the lattice with tokens of the line from byte *pos on, until it is full or the line ends; moves *pos behind them. */
bon_status bon_lattice_fill(struct bon_lattice *lattice, const char *line, size_t n, size_t *pos);

#endif
