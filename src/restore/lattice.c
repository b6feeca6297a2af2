/* src/restore/lattice.c: from tokens to choices. See lattice.h. */
#include "restore/lattice.h"

#include <math.h>
#include <stdlib.h>

#include "base/buf.h"
#include "restore/letters.h"
#include "restore/residue.h"

/* Who types a mark mostly types all of them: a token that already has marks is this much (log10) more likely complete than the
 * model alone would say. */
#define TYPED_BONUS 1.0F

/* In a line where others have marks, a token without any is likely complete too: as much (log10) times the share of tokens
 * with marks. A line typed without marks is not touched by this. */
#define COMPANY_BONUS 3.0F

bon_status bon_lattice_open(struct bon_lattice *lattice, const bon_lm *lm, const struct bon_index *index,
                            const struct bon_tagger *tagger, bool fix_marked) {
    lattice->lm = lm;
    lattice->index = index;
    lattice->tagger = tagger;
    lattice->least = HUGE_VALF;
    lattice->fix_marked = fix_marked;
    lattice->positions = bon_alloc_array(BON_LATTICE_POSITIONS, sizeof *lattice->positions);
    lattice->choices = bon_alloc_array((size_t)BON_LATTICE_POSITIONS * BON_LATTICE_CHOICES, sizeof *lattice->choices);
    lattice->tokens = bon_alloc_array(BON_LATTICE_POSITIONS, sizeof *lattice->tokens);
    lattice->seen = bon_alloc_array(BON_LATTICE_POSITIONS, sizeof *lattice->seen);
    return lattice->positions && lattice->choices && lattice->tokens && lattice->seen ? BON_OK : BON_ERR_NOMEM;
}

void bon_lattice_close(struct bon_lattice *lattice) {
    free(lattice->positions);
    free(lattice->choices);
    free(lattice->tokens);
    free(lattice->seen);
    bon_buf_free(&lattice->scratch);
    bon_buf_free(&lattice->readings);
}

static void add(struct bon_lattice *lattice, uint32_t word, size_t rank, float bonus, bool keep) {
    lattice->choices[lattice->choice_count++] =
        (struct bon_choice){.word = word, .bonus = bonus, .keep = keep, .rank = (uint8_t)rank};
}

/* The token's fold in the scratch buffer; empty for words and signs so long that no model knows them. */
static bon_status fold(struct bon_lattice *lattice, const char *line, const bon_token *token) {
    bool fixed = token->kind == BON_TOKEN_NUMBER || token->kind == BON_TOKEN_URL || token->kind == BON_TOKEN_EMAIL;
    lattice->scratch.len = 0;
    return token->len > BON_WORD_MAX && !fixed ? BON_OK : bon_fold_token(line, token, &lattice->scratch);
}

/* The token as it stands, as the model knows it. */
static bon_status add_typed(struct bon_lattice *lattice, const char *line, const bon_token *token) {
    BON_TRY(fold(lattice, line, token));
    uint32_t word = lattice->scratch.len ? bon_lm_word(lattice->lm, lattice->scratch.data, lattice->scratch.len)
                                         : (uint32_t)BON_LM_UNK;
    add(lattice, word, BON_TAGGER_WORDS, 0.0F, true);
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
        add(lattice, words[i], i, agreement == BON_AGREE_SAME ? TYPED_BONUS : 0.0F, agreement == BON_AGREE_SAME);
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
    lattice->tokens[lattice->count].choices = (uint8_t)count;
    if (has_marks && !lattice->fix_marked) {
        bool typed = add_constrained(lattice, line + token->start, token->len, words, count);
        if (typed || (lattice->choice_count > before && !may_be_complete(line, token, plain, plain_n))) return BON_OK;
        return add_typed(lattice, line, token);
    }
    for (size_t i = 0; i < count; i++) add(lattice, words[i], i, 0.0F, false);
    if (lattice->choice_count > before) return BON_OK;
    if (has_marks) return add_typed(lattice, line, token);
    /* Without marks, the plain form is the fold. */
    add(lattice, bon_lm_word(lattice->lm, plain, plain_n), BON_TAGGER_WORDS, 0.0F, true);
    return BON_OK;
}

/* What the network sees of the position to be added; marks that may be changed are not there. */
static bon_status see(struct bon_lattice *lattice, const char *line, const bon_token *token, const char *plain,
                      size_t plain_n, bool has_marks) {
    if (!lattice->neural) return BON_OK;
    const bool marked = has_marks && !lattice->fix_marked;
    if (marked) BON_TRY(fold(lattice, line, token));
    lattice->seen[lattice->count] =
        bon_neural_see(&lattice->neural->neural->sections.words, token, plain, plain_n, marked,
                       lattice->scratch.len ? lattice->scratch.data : "", lattice->scratch.len);
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
    if (plain_n == 0) BON_TRY(fold(lattice, line, token));
    lattice->tokens[lattice->count] =
        bon_tag_token_of(token, plain, plain_n, lattice->scratch.data, lattice->scratch.len);
    BON_TRY(see(lattice, line, token, plain, plain_n, has_marks));
    *position = (struct bon_position){
        .start = token->start, .len = token->len, .first = lattice->choice_count, .letters = plain_n > 0};
    if (plain_n > 0 && !is_kept(lattice, token->start))
        BON_TRY(add_letters(lattice, line, token, plain, plain_n, has_marks));
    else
        BON_TRY(add_typed(lattice, line, token));
    position->count = (uint16_t)(lattice->choice_count - position->first);
    lattice->count++;
    bool may_be_keys = lattice->residue && (plain_n > 0 || token->kind == BON_TOKEN_WORD);
    return may_be_keys && !is_kept(lattice, token->start) ? bon_residue_add(lattice, line) : BON_OK;
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

/* ---- sentences ---- */

/* Between two sentences: no bytes, and the end of the first as the only choice. */
static void add_boundary(struct bon_lattice *lattice, uint32_t at) {
    lattice->positions[lattice->count] =
        (struct bon_position){.start = at, .len = 0, .first = lattice->choice_count, .count = 1};
    lattice->tokens[lattice->count] = (struct bon_tag_token){.shape = BON_SHAPE_NONE};
    add(lattice, BON_LM_EOS, BON_TAGGER_WORDS, 0.0F, true);
    lattice->count++;
}

bool bon_lattice_is_boundary(const struct bon_lattice *lattice, unsigned i) { return lattice->positions[i].len == 0; }

/* What the tagger thinks of a position's choices; it counts less beside a network, which sees what it sees. */
static void tag_position(struct bon_lattice *lattice, const struct bon_tag_sentence *sentence, unsigned i,
                         struct bon_position *position) {
    float scores[BON_TAGGER_WORDS + 1];
    bon_tagger_score(lattice->tagger, sentence, i, scores);
    scores[BON_TAGGER_WORDS] = 0;
    const float weight = lattice->neural ? lattice->neural->neural->join.tagger_weight : 1;
    for (uint32_t c = position->first; c < position->first + position->count; c++)
        lattice->choices[c].bonus += weight * scores[lattice->choices[c].rank];
}

/* Asks the tagger about the positions begin .. end - 1, a sentence. */
static void tag_sentence(struct bon_lattice *lattice, unsigned begin, unsigned end, bool open) {
    struct bon_tag_sentence sentence = bon_tag_sentence_of(lattice->tokens + begin, end - begin, open);
    for (unsigned i = begin; i < end; i++)
        if (lattice->positions[i].count > 1) tag_position(lattice, &sentence, i - begin, &lattice->positions[i]);
}

static void tag(struct bon_lattice *lattice, bool open) {
    unsigned begin = 0;
    for (unsigned i = 0; i < lattice->count; i++) {
        if (!bon_lattice_is_boundary(lattice, i)) continue;
        tag_sentence(lattice, begin, i, false);
        begin = i + 1;
    }
    tag_sentence(lattice, begin, lattice->count, open);
}

/* Leaves choices out that are hopeless beside the best of their position. */
static void drop_choices(struct bon_lattice *lattice) {
    uint32_t kept = 0;
    for (unsigned i = 0; i < lattice->count; i++) {
        struct bon_position *position = &lattice->positions[i];
        const struct bon_choice *from = lattice->choices + position->first, *end = from + position->count;
        float floor = -HUGE_VALF;
        for (const struct bon_choice *c = from; c < end; c++) floor = c->bonus > floor ? c->bonus : floor;
        floor -= lattice->least;
        position->first = kept;
        for (; from < end; from++)
            if (from->bonus >= floor) lattice->choices[kept++] = *from;
        position->count = (uint16_t)(kept - position->first);
    }
    lattice->choice_count = kept;
}

/* Where the sentences of a line end, as far as a window can reach. */
struct sentence_ends {
    const char *line;
    size_t n;   /* what is looked at: not the whole of a long line, or windows would read it again and again */
    size_t pos; /* behind the sentence found last */
    size_t end; /* of it; SIZE_MAX: not known */
};

enum { SENTENCE_REACH = 1 << 14 };

static void next_end(struct sentence_ends *ends) {
    size_t start, len;
    bool found = bon_sentence_next(ends->line, ends->n, &ends->pos, &start, &len);
    ends->end = found && start + len < ends->n ? start + len : SIZE_MAX;
}

/* Digits part tokens; those that are keys do not. */
static void take_keys(const char *line, size_t n, bon_token *token, size_t *pos) {
    if (token->kind != BON_TOKEN_SYLLABLE && token->kind != BON_TOKEN_WORD) return;
    size_t end = bon_residue_end(line, n, token->start, (size_t)token->start + token->len);
    if (end == (size_t)token->start + token->len) return;
    token->kind = BON_TOKEN_WORD;
    token->len = (uint32_t)(end - token->start);
    *pos = end;
}

static bon_status add_tokens(struct bon_lattice *lattice, const char *line, size_t n, size_t *pos) {
    bon_token token;
    uint32_t behind = 0; /* the token before */
    struct sentence_ends ends = {.line = line, .n = n - *pos < SENTENCE_REACH ? n : *pos + SENTENCE_REACH, .pos = *pos};
    next_end(&ends);
    while (lattice->count < BON_LATTICE_POSITIONS) {
        size_t before = *pos;
        if (!bon_token_next(line, n, pos, &token)) break;
        if (token.start >= ends.end) {
            next_end(&ends);
            if (lattice->count > 0) {
                add_boundary(lattice, behind);
                *pos = before; /* there may be no room left for the token */
                continue;
            }
        }
        if (lattice->residue) take_keys(line, n, &token, pos);
        BON_TRY(add_position(lattice, line, &token));
        behind = token.start + token.len;
    }
    return BON_OK;
}

bon_status bon_lattice_fill(struct bon_lattice *lattice, const char *line, size_t n, size_t *pos) {
    lattice->count = 0;
    lattice->choice_count = lattice->letters = lattice->marked = lattice->residues = 0;
    lattice->readings.len = 0;
    BON_TRY(add_tokens(lattice, line, n, pos));
    bon_residue_weigh(lattice);
    if (lattice->kept)
        prefer_typed(lattice, line, COMPANY_BONUS * lattice->company);
    else if (lattice->marked > 0 && !lattice->fix_marked)
        prefer_typed(lattice, line, COMPANY_BONUS * (float)lattice->marked / (float)lattice->letters);
    const bool open = lattice->open_end || lattice->count == BON_LATTICE_POSITIONS;
    if (lattice->tagger->weights) tag(lattice, open);
    if (lattice->neural) bon_neural_score(lattice->neural, lattice, lattice->seen, lattice->begins, !open);
    if ((lattice->tagger->weights || lattice->neural) && lattice->least < HUGE_VALF) drop_choices(lattice);
    return BON_OK;
}
