/* src/restore/lattice.c: from tokens to choices. See lattice.h. */
#include "restore/lattice.h"

#include <stdlib.h>

#include "base/buf.h"
#include "restore/letters.h"

/* Who types a mark mostly types all of them: a token that already has marks is this much (log10) more likely complete than the
 * model alone would say. */
#define TYPED_BONUS 1.0F

/* In a line where others have marks, a token without any is likely complete too: as much (log10) times the share of tokens
 * with marks. A line typed without marks is not touched by this. */
#define COMPANY_BONUS 3.0F

bon_status bon_lattice_open(struct bon_lattice *lattice, const bon_lm *lm, const struct bon_index *index,
                            bool fix_marked) {
    lattice->lm = lm;
    lattice->index = index;
    lattice->fix_marked = fix_marked;
    lattice->positions = bon_alloc_array(BON_LATTICE_POSITIONS, sizeof *lattice->positions);
    lattice->choices = bon_alloc_array((size_t)BON_LATTICE_POSITIONS * BON_LATTICE_CHOICES, sizeof *lattice->choices);
    return lattice->positions != NULL && lattice->choices != NULL ? BON_OK : BON_ERR_NOMEM;
}

void bon_lattice_close(struct bon_lattice *lattice) {
    free(lattice->positions);
    free(lattice->choices);
    bon_buf_free(&lattice->scratch);
}

static void add(struct bon_lattice *lattice, uint32_t word, float bonus, bool keep) {
    lattice->choices[lattice->choice_count++] = (struct bon_choice){.word = word, .bonus = bonus, .keep = keep};
}

/* The token as it stands, as the model knows it. No model knows words or signs so long that they are worth folding. */
static bon_status add_typed(struct bon_lattice *lattice, const char *line, const bon_token *token, float bonus) {
    bool fixed = token->kind == BON_TOKEN_NUMBER || token->kind == BON_TOKEN_URL || token->kind == BON_TOKEN_EMAIL;
    if (token->len > BON_WORD_MAX && !fixed) {
        add(lattice, BON_LM_UNK, bonus, true);
        return BON_OK;
    }
    lattice->scratch.len = 0;
    BON_TRY(bon_fold_token(line, token, &lattice->scratch));
    add(lattice, bon_lm_word(lattice->lm, lattice->scratch.data, lattice->scratch.len), bonus, true);
    return BON_OK;
}

/* Adds those of the words that keep the marks typed; whether the token as typed is among them. */
static bool add_constrained(struct bon_lattice *lattice, const char *text, size_t n, const uint32_t *words,
                            size_t count) {
    bool typed = false;
    for (size_t i = 0; i < count; i++) {
        size_t length;
        const char *word = bon_lm_word_text(lattice->lm, words[i], &length);
        enum bon_agreement agreement = word ? bon_letters_agree(text, n, word, length) : BON_AGREE_NOT;
        if (agreement == BON_AGREE_NOT) continue;
        typed |= agreement == BON_AGREE_SAME;
        add(lattice, words[i], agreement == BON_AGREE_SAME ? TYPED_BONUS : 0.0F, agreement == BON_AGREE_SAME);
    }
    return typed;
}

/* Whether a token with marks can be right as it stands: tiêng can, tiéng and đựoc cannot, and names like Đắk follow no rule. */
static bool may_be_complete(const char *line, const bon_token *token, const char *plain, size_t plain_n) {
    bon_syllable code;
    bon_case letter_case;
    return bon_syllable_parse_loose(line + token->start, token->len, &code, &letter_case) ||
           bon_syllable_candidates(plain, plain_n, NULL, 0) == 0;
}

static bon_status add_letters(struct bon_lattice *lattice, const char *line, const bon_token *token, const char *plain,
                              size_t plain_n, bool has_marks) {
    const uint32_t *words;
    size_t count = bon_index_find(lattice->index, plain, plain_n, &words);
    uint32_t before = lattice->choice_count;
    if (count > BON_LATTICE_CHOICES - 1) count = BON_LATTICE_CHOICES - 1;
    if (has_marks && !lattice->fix_marked) {
        bool typed = add_constrained(lattice, line + token->start, token->len, words, count);
        if (typed || (lattice->choice_count > before && !may_be_complete(line, token, plain, plain_n))) return BON_OK;
        return add_typed(lattice, line, token, 0.0F);
    }
    for (size_t i = 0; i < count; i++) add(lattice, words[i], 0.0F, false);
    if (lattice->choice_count > before) return BON_OK;
    if (has_marks) return add_typed(lattice, line, token, 0.0F);
    add(lattice, bon_lm_word(lattice->lm, plain, plain_n), 0.0F, true); /* without marks, the plain form is the fold */
    return BON_OK;
}

static bool is_kept(const struct bon_lattice *lattice, size_t start) {
    for (unsigned i = 0; i < lattice->kept_count; i++)
        if (start >= lattice->kept[i].start && start < lattice->kept[i].end) return true;
    return false;
}

static bon_status add_position(struct bon_lattice *lattice, const char *line, const bon_token *token) {
    char plain[BON_WORD_MAX];
    size_t plain_n = 0;
    bool has_marks = false;
    struct bon_position *position = &lattice->positions[lattice->count];
    if (token->kind == BON_TOKEN_SYLLABLE || token->kind == BON_TOKEN_WORD)
        plain_n = bon_plain_form(line + token->start, token->len, plain, &has_marks);
    lattice->letters += plain_n > 0;
    lattice->marked += has_marks;
    *position = (struct bon_position){
        .start = token->start, .len = token->len, .first = lattice->choice_count, .letters = plain_n > 0};
    if (plain_n > 0 && !is_kept(lattice, token->start))
        BON_TRY(add_letters(lattice, line, token, plain, plain_n, has_marks));
    else
        BON_TRY(add_typed(lattice, line, token, 0.0F));
    position->count = (uint16_t)(lattice->choice_count - position->first);
    lattice->count++;
    return BON_OK;
}

/* Gives the choice that leaves a token without marks its bonus. */
static void prefer_typed(struct bon_lattice *lattice, const char *line, float bonus) {
    for (unsigned i = 0; i < lattice->count; i++) {
        const struct bon_position *position = &lattice->positions[i];
        for (uint32_t c = position->first; position->letters && c < position->first + position->count; c++) {
            size_t n;
            const char *word = bon_lm_word_text(lattice->lm, lattice->choices[c].word, &n);
            if (lattice->choices[c].keep || !word || n != position->len) continue; /* marks make a word longer */
            if (bon_letters_agree(line + position->start, position->len, word, n) == BON_AGREE_SAME)
                lattice->choices[c].bonus += bonus;
        }
    }
}

bon_status bon_lattice_fill(struct bon_lattice *lattice, const char *line, size_t n, size_t *pos) {
    bon_token token;
    lattice->count = 0;
    lattice->choice_count = lattice->letters = lattice->marked = 0;
    while (lattice->count < BON_LATTICE_POSITIONS && bon_token_next(line, n, pos, &token))
        BON_TRY(add_position(lattice, line, &token));
    if (lattice->kept)
        prefer_typed(lattice, line, COMPANY_BONUS * lattice->company);
    else if (lattice->marked > 0 && !lattice->fix_marked)
        prefer_typed(lattice, line, COMPANY_BONUS * (float)lattice->marked / (float)lattice->letters);
    return BON_OK;
}
