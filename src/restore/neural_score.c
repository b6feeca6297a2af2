/* src/restore/neural_score.c: from a line's tokens through the network to scores. A text longer than the network reads at once is
 * read in pieces that overlap, so that what is taken from a piece has context on both sides. See neural_score.h. */
#include "restore/neural_score.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "restore/lattice.h"
#include "restore/letters.h"

/* Positions beside the core of a piece; of a network of little context, a quarter of it. */
enum { MARGIN = 24, NOWHERE = UINT16_MAX };

/* log10 of the least that a choice can get: a network that is sure can be wrong, and labels that it never saw may be right. */
#define FLOOR (-4.0F)
#define LOG10_E 0.434294481903251828F

/* ---- networks ---- */

bon_status bon_neural_open(struct bon_neural *neural, const struct bon_artefact *artefact) {
    struct bon_neural_weights_view view;
    *neural = (struct bon_neural){.artefact = NULL};
    if (!bon_neural_is_in(artefact)) return BON_OK;
    bon_status status = bon_neural_sections_open(&neural->sections, artefact);
    if (status == BON_OK) status = bon_neural_weights_open(&view, &neural->sections, artefact);
    if (status == BON_OK)
        status = bon_encoder_net_open(&neural->net, &neural->sections.config,
                                      neural->sections.header.weights == BON_NEURAL_FLOAT, view.codes, view.scales,
                                      view.reals, NULL, NULL);
    neural->join = neural->sections.header.join;
    neural->there = status == BON_OK;
    if (status != BON_OK) bon_neural_close(neural);
    return status;
}

/* Whether a file says in its header that it is an n-gram model's. */
static bool is_model(const char *path) {
    char bytes[16] = {0};
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    const bool found = file >= 0 && read(file, bytes, sizeof bytes) == sizeof bytes && strcmp(bytes + 8, "bonlm") == 0;
    if (file >= 0) close(file);
    return found;
}

bon_status bon_neural_open_file(struct bon_neural *neural, const char *path) {
    struct bon_artefact *artefact;
    const bool model = is_model(path);
    *neural = (struct bon_neural){.artefact = NULL};
    BON_TRY(bon_artefact_open(&artefact, path, model ? "bonlm" : BON_NEURAL_KIND,
                              model ? UINT32_MAX : BON_NEURAL_VERSION, false));
    bon_status status = bon_neural_open(neural, artefact);
    if (status == BON_OK && !neural->there)
        status =
            bon_fail(BON_ERR_FORMAT, "%s: this model has no network: give one that `bon neural export` wrote", path);
    if (status == BON_OK)
        neural->artefact = artefact;
    else
        bon_artefact_close(artefact);
    return status;
}

void bon_neural_close(struct bon_neural *neural) {
    bon_encoder_net_close(&neural->net);
    bon_neural_sections_close(&neural->sections);
    bon_artefact_close(neural->artefact);
    *neural = (struct bon_neural){.artefact = NULL};
}

/* ---- readers ---- */

bon_status bon_neural_reader_open(struct bon_neural_reader *reader, const struct bon_neural *neural) {
    *reader = (struct bon_neural_reader){.neural = neural};
    bon_status status = bon_encoder_reader_open(&reader->encoder, &neural->net);
    if (status == BON_OK &&
        !(reader->ids = bon_alloc_array(neural->net.positions, BON_NEURAL_BAG * sizeof *reader->ids)))
        status = BON_ERR_NOMEM;
    if (status == BON_OK)
        status = bon_grow_array(&reader->text, &reader->cap, BON_LATTICE_POSITIONS + 2, sizeof *reader->text);
    if (status == BON_OK && !(reader->places = bon_alloc_array(BON_LATTICE_POSITIONS + 2, sizeof *reader->places)))
        status = BON_ERR_NOMEM;
    if (status != BON_OK) bon_neural_reader_close(reader);
    return status;
}

void bon_neural_reader_close(struct bon_neural_reader *reader) {
    bon_encoder_reader_close(&reader->encoder);
    free(reader->ids);
    free(reader->text);
    free(reader->places);
    free(reader->odds);
    bon_buf_free(&reader->fold);
    *reader = (struct bon_neural_reader){.neural = NULL};
}

struct bon_neural_token bon_neural_see(const struct bon_neural_words *words, const bon_token *token, const char *plain,
                                       size_t plain_n, bool has_marks, const char *fold, size_t fold_n) {
    struct bon_neural_token seen = {.shape = (uint8_t)bon_neural_shape_of(token, plain_n)};
    bon_neural_find(words, plain_n ? plain : fold, plain_n ? plain_n : fold_n, &seen);
    const unsigned label = plain_n && has_marks ? bon_marks_label(fold, fold_n) : 0;
    seen.typed = (uint8_t)(label ? label + 1 : 0);
    return seen;
}

/* ---- a text in pieces ---- */

/* What is taken from a piece: positions begin .. end - 1 of the text, which begins at `first` in the encoder. */
typedef void visit_piece(struct bon_neural_reader *reader, void *context, size_t first, size_t begin, size_t end);

static void read_piece(struct bon_neural_reader *reader, size_t first, size_t n, bool causal) {
    for (size_t i = 0; i < n; i++)
        bon_neural_bag(&reader->neural->sections.words, &reader->text[first + i], reader->ids + i * BON_NEURAL_BAG);
    bon_encoder_read(&reader->encoder, reader->ids, n, causal);
}

static void read_text(struct bon_neural_reader *reader, visit_piece *visit, void *context) {
    const size_t most = reader->neural->net.positions, count = reader->count;
    const size_t margin = most / 4 < MARGIN ? most / 4 : MARGIN;
    size_t begin = 0;
    for (size_t first = 0; begin < count; first = begin - margin) {
        const size_t n = count - first < most ? count - first : most;
        const size_t end = first + n < count ? first + n - margin : count;
        read_piece(reader, first, n, false);
        visit(reader, context, first, begin, end);
        begin = end;
    }
}

/* ---- scores in a lattice ---- */

struct scoring {
    struct bon_lattice *lattice;
    const struct bon_neural_token *seen;
    size_t typed; /* which of the reader's tokens is the word in the making; NOWHERE: none */
};

/* Labels of a position's choices, each once. */
struct labels {
    uint8_t of[BON_LATTICE_CHOICES]; /* of each choice: which of those listed */
    uint8_t list[BON_MARK_LABELS];
    size_t count;
};

static uint8_t label_of(const struct bon_lattice *lattice, const struct bon_choice *choice, unsigned typed) {
    size_t n;
    const char *word = choice->keep ? NULL : bon_lm_word_text(lattice->lm, choice->word, &n);
    return (uint8_t)(word ? bon_marks_label(word, n) : typed ? typed - 1 : 0);
}

static void list_labels(const struct bon_lattice *lattice, const struct bon_position *position, unsigned typed,
                        struct labels *labels) {
    labels->count = 0;
    for (unsigned c = 0; c < position->count; c++) {
        const uint8_t label = label_of(lattice, &lattice->choices[position->first + c], typed);
        size_t at = 0;
        while (at < labels->count && labels->list[at] != label) at++;
        if (at == labels->count) labels->list[labels->count++] = label;
        labels->of[c] = (uint8_t)at;
    }
}

/* Scores, natural logarithms up to a constant -> log10 probabilities, none below the floor; false where they are not numbers. */
static bool normalize(float *scores, size_t count) {
    float most = -HUGE_VALF, sum = 0;
    for (size_t k = 0; k < count; k++) most = fmaxf(most, scores[k]);
    for (size_t k = 0; k < count; k++) sum += expf(scores[k] - most);
    if (!isfinite(most) || !isfinite(sum)) return false;
    for (size_t k = 0; k < count; k++) scores[k] = fmaxf((scores[k] - most - logf(sum)) * LOG10_E, FLOOR);
    return true;
}

static void score_position(struct bon_neural_reader *reader, const struct scoring *s, size_t row, size_t at,
                           float weight) {
    const struct bon_neural *neural = reader->neural;
    const struct bon_position *position = &s->lattice->positions[at];
    const uint32_t gate = (uint32_t)bon_neural_gate(&neural->sections.words, &s->seen[at]);
    struct labels labels;
    float scores[BON_MARK_LABELS];
    if (position->count < 2 || !position->letters || gate < BON_NEURAL_FIRST) return;
    list_labels(s->lattice, position, s->seen[at].typed, &labels);
    if (labels.count < 2) return;
    bon_encoder_labels(&reader->encoder, row, gate, labels.list, labels.count, scores);
    for (size_t k = 0; k < labels.count; k++) {
        scores[k] += bon_neural_prior(&neural->sections, gate, labels.list[k]);
        if (!bon_neural_may(&neural->sections, gate, labels.list[k])) scores[k] = -HUGE_VALF;
    }
    if (!normalize(scores, labels.count)) return;
    for (unsigned c = 0; c < position->count; c++)
        s->lattice->choices[position->first + c].bonus += weight * scores[labels.of[c]];
}

static void score_piece(struct bon_neural_reader *reader, void *context, size_t first, size_t begin, size_t end) {
    const struct scoring *s = context;
    const struct bon_neural_join *join = &reader->neural->join;
    for (size_t i = begin; i < end; i++)
        if (reader->places[i] != NOWHERE)
            score_position(reader, s, i - first, reader->places[i], i == s->typed ? join->typed_weight : join->weight);
}

/* The word in the making, once more: what a network that reads both ways makes of the words before it, it has learned with words behind
 * it, so the text is read as one reads without those. */
static void score_typed(struct bon_neural_reader *reader, const struct scoring *s) {
    const size_t most = reader->neural->net.positions, end = s->typed + 1, first = end > most ? end - most : 0;
    read_piece(reader, first, end - first, true);
    score_position(reader, s, s->typed - first, reader->places[s->typed], reader->neural->join.typed_causal);
}

/* The last of the tokens, when its marks are open and the network learned to tell of such. */
static size_t find_typed(const struct bon_neural_reader *reader, const struct bon_lattice *lattice) {
    const struct bon_neural_join *join = &reader->neural->join;
    if (reader->count == 0 || (join->typed_weight <= 0 && join->typed_causal <= 0)) return NOWHERE;
    const uint16_t place = reader->places[reader->count - 1];
    return place != NOWHERE && lattice->positions[place].count > 1 ? reader->count - 1 : NOWHERE;
}

static void put(struct bon_neural_reader *reader, struct bon_neural_token token, uint16_t place) {
    reader->places[reader->count] = place;
    reader->text[reader->count++] = token;
}

static const struct bon_neural_token begin_token = {.word = BON_NEURAL_BEGIN, .shape = BON_NEURAL_OTHER};
static const struct bon_neural_token end_token = {.word = BON_NEURAL_END, .shape = BON_NEURAL_OTHER};

void bon_neural_score(struct bon_neural_reader *reader, struct bon_lattice *lattice,
                      const struct bon_neural_token *seen, bool begins, bool ends) {
    bool open = false;
    reader->count = 0;
    if (begins) put(reader, begin_token, NOWHERE);
    for (unsigned i = 0; i < lattice->count; i++) {
        if (bon_lattice_is_boundary(lattice, i)) continue;
        open |= lattice->positions[i].count > 1;
        put(reader, seen[i], (uint16_t)i);
    }
    if (ends) put(reader, end_token, NOWHERE);
    if (!open) return;
    struct scoring scoring = {lattice, seen, ends ? NOWHERE : find_typed(reader, lattice)};
    read_text(reader, score_piece, &scoring);
    if (scoring.typed != NOWHERE && reader->neural->join.typed_causal > 0) score_typed(reader, &scoring);
}

/* ---- words ---- */

static void split_piece(struct bon_neural_reader *reader, void *context, size_t first, size_t begin, size_t end) {
    (void)context;
    for (size_t i = begin; i < end; i++) {
        float scores[BON_NEURAL_SPLITS];
        bon_encoder_splits(&reader->encoder, i - first, scores);
        reader->odds[i] = scores[1] - scores[0];
    }
}

static bon_status push(struct bon_neural_reader *reader, struct bon_neural_token token) {
    BON_TRY(bon_grow_array(&reader->text, &reader->cap, reader->count + 1, sizeof *reader->text));
    reader->text[reader->count++] = token;
    return BON_OK;
}

static bon_status see_token(struct bon_neural_reader *reader, const char *line, const bon_token *token) {
    char plain[BON_WORD_MAX];
    size_t plain_n = 0;
    bool has_marks = false;
    const bool fixed =
        token->kind == BON_TOKEN_NUMBER || token->kind == BON_TOKEN_URL || token->kind == BON_TOKEN_EMAIL;
    if (token->kind == BON_TOKEN_SYLLABLE || token->kind == BON_TOKEN_WORD)
        plain_n = bon_plain_form(line + token->start, token->len, plain, &has_marks);
    reader->fold.len = 0;
    if (token->len <= BON_WORD_MAX || fixed) BON_TRY(bon_fold_token(line, token, &reader->fold));
    return push(reader, bon_neural_see(&reader->neural->sections.words, token, plain, plain_n, has_marks,
                                       reader->fold.data ? reader->fold.data : "", reader->fold.len));
}

bon_status bon_neural_splits(struct bon_neural_reader *reader, const char *line, size_t n, const float **odds,
                             size_t *count) {
    bon_token token;
    reader->count = 0;
    BON_TRY(push(reader, begin_token));
    for (size_t pos = 0; bon_token_next(line, n, &pos, &token);) BON_TRY(see_token(reader, line, &token));
    BON_TRY(push(reader, end_token));
    BON_TRY(bon_grow_array(&reader->odds, &reader->odds_cap, reader->count, sizeof *reader->odds));
    read_text(reader, split_piece, NULL);
    *odds = reader->odds + 1;
    *count = reader->count - 2;
    return BON_OK;
}
