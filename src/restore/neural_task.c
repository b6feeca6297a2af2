/* src/restore/neural_task.c: windows of text with their marks taken away, as people type: some keep marks, write small letters
 * only, leave signs out, and who is typing has no text behind the word yet.
 *
 * A window that is cut tells of one word without what follows it. So some windows are not read both ways: of their words each sees
 * what is before it, and tells of a word in the making, with weights that are the same (Dong et al. 2019 train so for two tasks).
 *
 * What is done to a window depends on the seed and the number of the window in the run alone, so a run that is resumed sees what
 * it would have seen.
 */
#include "restore/neural_task.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "lm/random.h"
#include "lm/tokens.h"
#include "restore/residue.h"

/* How often what is done. */
#define SOME_MARKS 0.5     /* of windows keep marks, of up to ... */
#define MARKS_MOST 0.6     /* ... of their words */
#define MARKS_WHOLE 0.7    /* of words that keep marks keep all; the others their shape or their tone */
#define SMALL_LETTERS 0.15 /* of windows have no capitals */
#define CAPITALS 0.03      /* of windows have nothing else */
#define NO_SIGNS 0.1       /* of windows lack punctuation */
#define CUT 0.5 /* of windows are cut every CUT_LEAST to CUT_MOST positions: texts without an end, as they are typed */
#define CUT_LEAST 8
#define CUT_MOST 48
#define KEYS 0.03       /* of windows have words left as keys of telex, up to all: the input method was off */
#define UNKNOWN 0.01    /* of words are known by their hashes only: the vocabulary's words teach those */
#define KNOWN_WORDS 0.8 /* of windows of text whose words are known have all marks, as such text has */

struct rows {
    int32_t *ids, *gates, *starts, *labels, *splits;
};

struct neural_task {
    struct bon_neural_options options;
    const struct bon_neural_text *text, *split;
    const struct bon_neural_learned *learned;
    struct bon_encoder model;
    bon_tensor *labels, *splits; /* inputs: what is right */
    struct rows rows;
    uint64_t windows, val_windows, split_windows; /* of the texts */
};

static void close_task(void *self) {
    struct neural_task *t = self;
    free(t->rows.ids);
    free(t);
}

/* ---- the graph ---- */

static bon_tensor *build(void *self, bon_graph *graph) {
    struct neural_task *t = self;
    const size_t rows = (size_t)t->options.windows * t->options.context;
    bon_encoder_build(&t->model, graph, &t->options.model, rows, bon_neural_both(&t->options));
    t->labels = bon_input_ints(graph, rows, 1, -1, BON_MARK_LABELS);
    t->splits = bon_input_ints(graph, rows, 1, -1, BON_NEURAL_SPLITS);
    return bon_add(bon_cross_entropy(t->model.labels, t->labels, NULL),
                   bon_affine(bon_cross_entropy(t->model.splits, t->splits, NULL), (float)t->options.split_weight, 0));
}

/* Priors begin as what was counted. */
static bon_status begin(void *self, bon_params *params) {
    const struct neural_task *t = self;
    bon_param_info info;
    size_t at = 0;
    while (bon_params_at(params, at, &info) && strcmp(info.name, BON_ENCODER_PRIORS) != 0) at++;
    const size_t n = info.rows * info.cols;
    double *values = bon_alloc_array(n, sizeof *values);
    if (!values) return BON_ERR_NOMEM;
    for (size_t i = 0; i < n; i++) values[i] = (double)t->learned->priors[i];
    bon_status status = bon_params_set(params, at, values);
    free(values);
    return status;
}

/* ---- windows ---- */

/* What is drawn for a window. */
struct plan {
    uint64_t seed, window; /* of the run */
    double marks;          /* share of words that keep theirs */
    double keys;           /* share of those with marks that are keys instead */
    bool small, capitals, no_signs;
    bool cut;
    bool plain; /* nothing is done: validation */
};

static struct plan draw(uint64_t seed, uint64_t window, bool known) {
    const struct bon_random4 a = bon_philox(seed, window, 0), b = bon_philox(seed, window, 1);
    const double letters = bon_uniform(a.v[2]), marks = bon_uniform(a.v[0]);
    struct plan plan = {.seed = seed, .window = window};
    if (marks < SOME_MARKS) plan.marks = bon_uniform(a.v[1]) * MARKS_MOST;
    if (known && bon_uniform(b.v[1]) < KNOWN_WORDS) plan.marks = 1;
    if (bon_uniform(b.v[2]) < KEYS) plan.keys = bon_uniform(b.v[3]);
    plan.small = letters < SMALL_LETTERS;
    plan.capitals = letters > 1 - CAPITALS;
    plan.no_signs = bon_uniform(a.v[3]) < NO_SIGNS;
    plan.cut = bon_uniform(b.v[0]) < CUT;
    return plan;
}

/* What is left of a label when some of it is typed: the label typed, and whether the rest is still to be told. */
static unsigned typed_part(unsigned label, uint32_t bits, bool whole, bool *told) {
    const double how = bon_uniform(bits);
    *told = whole || how < MARKS_WHOLE;
    if (*told) return label;
    return how < (1 + MARKS_WHOLE) / 2 ? bon_label_shape(label) : bon_label_tone(label);
}

/* Shows a word as the keys that were to type it; false: it has none. */
static bool leave_keys(const struct bon_neural_words *words, const struct bon_vocab_word *form, unsigned label,
                       struct bon_neural_token *seen) {
    char keys[BON_RESIDUE_MAX];
    const size_t n = bon_residue_write(form->text, form->len, label, keys);
    const uint8_t shape = seen->shape;
    if (n == 0) return false;
    *seen = (struct bon_neural_token){.shape = shape};
    bon_neural_find(words, keys, n, seen);
    return true;
}

static uint8_t written(const struct plan *plan, uint8_t shape) {
    if (shape == BON_NEURAL_OTHER) return shape;
    if (plan->small) return BON_NEURAL_LOWER;
    return plan->capitals ? BON_NEURAL_UPPER : shape;
}

/* Writes row number `row` for token i of the text. */
static void set_row(struct neural_task *t, const struct bon_neural_text *text, size_t i, const struct plan *plan,
                    size_t row) {
    const struct bon_neural_words *words = &t->learned->words;
    const struct bon_text_token *token = &text->tokens[i];
    struct bon_neural_token seen = {.word = BON_NEURAL_BEGIN, .shape = BON_NEURAL_OTHER};
    int32_t gate = BON_NEURAL_UNKNOWN;
    bool told = false;
    if (token->form == BON_TEXT_END) seen.word = BON_NEURAL_END;
    if (token->form < BON_TEXT_END) {
        const struct bon_random4 r = bon_philox(plan->seed, plan->window, 2 + i);
        seen = text->of_form[token->form];
        seen.shape = written(plan, token->shape);
        gate = bon_neural_gate(words, &seen);
        const struct bon_vocab_word *form = &text->forms.words[token->form];
        const bool marked = token->label != BON_NO_LABEL && token->label != 0;
        if (!plan->plain && bon_uniform(r.v[2]) < UNKNOWN) bon_neural_hash(words, form->text, form->len, &seen);
        if (marked && bon_uniform(r.v[3]) < plan->keys) {
            told = leave_keys(words, form, token->label, &seen);
        } else if (marked && bon_uniform(r.v[0]) < plan->marks) {
            const unsigned typed = typed_part(token->label, r.v[1], plan->marks >= 1, &told);
            seen.typed = typed ? (uint8_t)(typed + 1) : 0;
        }
    }
    const bool legal = token->label != BON_NO_LABEL && gate != BON_NEURAL_UNKNOWN &&
                       t->learned->priors[(size_t)gate * BON_MARK_LABELS + token->label] > BON_PRIOR_NEVER;
    bon_neural_bag(words, &seen, t->rows.ids + row * BON_NEURAL_BAG);
    t->rows.gates[row] = gate;
    t->rows.labels[row] = legal && !told ? token->label : -1;
    t->rows.splits[row] = token->split == BON_NO_LABEL ? -1 : token->split;
}

static bool is_sign(const struct bon_neural_text *text, const struct bon_text_token *token) {
    return token->form < BON_TEXT_END && token->shape == BON_NEURAL_OTHER && text->forms.words[token->form].len &&
           text->forms.words[token->form].text[0] != '<';
}

/* Where in the window the next cut is behind a place. */
static size_t next_cut(const struct plan *plan, size_t at) {
    const double drawn = bon_uniform(bon_philox(plan->seed, plan->window, ~(uint64_t)at).v[0]);
    return at + CUT_LEAST + (size_t)(drawn * (CUT_MOST - CUT_LEAST));
}

/* Fills rows first ... first + context - 1 with the text from token `at` on. */
static void set_window(struct neural_task *t, const struct bon_neural_text *text, size_t at, const struct plan *plan,
                       size_t first) {
    const size_t end = first + t->options.context;
    size_t row = first, start = first, cut = plan->cut ? next_cut(plan, 0) : t->options.context;
    for (size_t i = at; row < end; i++) {
        if (i >= text->count) i = 0; /* behind a window without signs */
        if (plan->no_signs && is_sign(text, &text->tokens[i])) continue;
        if (text->tokens[i].form == BON_TEXT_BEGIN || row - first == cut) start = row;
        if (row - first == cut) cut = next_cut(plan, cut);
        set_row(t, text, i, plan, row);
        t->rows.starts[row++] = (int32_t)start;
    }
}

static bon_status set(struct neural_task *t) {
    BON_TRY(bon_tensor_set_ints(t->model.ids, t->rows.ids));
    BON_TRY(bon_tensor_set_ints(t->model.gates, t->rows.gates));
    BON_TRY(bon_tensor_set_ints(t->model.starts, t->rows.starts));
    BON_TRY(bon_tensor_set_ints(t->labels, t->rows.labels));
    return bon_tensor_set_ints(t->splits, t->rows.splits);
}

static bon_status train(void *self, uint64_t batch) {
    struct neural_task *t = self;
    const struct bon_neural_options *o = &t->options;
    const uint64_t known = t->split_windows ? o->split_windows : 0, plain = o->windows - known;
    /* Those whose words are known, those read both ways, those as they are typed. */
    for (uint64_t w = 0; w < o->windows; w++) {
        const bool is_known = w < known;
        const uint64_t number = is_known ? batch * known + w : batch * plain + w - known;
        const uint64_t at = bon_shuffled(o->seed + is_known, is_known ? t->split_windows : t->windows, number);
        struct plan plan = draw(o->seed + is_known, number, is_known);
        plan.cut &= w < o->windows - o->typed_windows;
        set_window(t, is_known ? t->split : t->text, at * o->context, &plan, w * o->context);
    }
    if (o->teacher)
        BON_TRY(bon_neural_teacher_draw(o->teacher, t->rows.ids, t->rows.gates, t->rows.starts, o->teacher_share,
                                        o->seed, batch, t->rows.labels));
    return set(t);
}

static bon_status validate(void *self, uint64_t batch, double *weight) {
    struct neural_task *t = self;
    const struct bon_neural_options *o = &t->options;
    const struct plan plain = {.plain = true};
    double told = 0;
    for (uint64_t w = 0; w < o->windows; w++) {
        const uint64_t window = batch * o->windows + w, within = window < t->val_windows ? window : 0;
        set_window(t, t->text, (t->windows + within) * o->context, &plain, w * o->context);
        for (size_t row = w * o->context; row < (w + 1) * o->context; row++) {
            if (window >= t->val_windows) t->rows.labels[row] = -1; /* each window counts once */
            told += t->rows.labels[row] >= 0;
        }
    }
    *weight = told;
    return set(t);
}

static bon_status write_config(const void *self, const char *path) {
    return bon_encoder_config_write(path, &((const struct neural_task *)self)->options.model);
}

static double flops(const void *self, const bon_params *params) {
    (void)params;
    return bon_encoder_flops(&((const struct neural_task *)self)->options.model);
}

/* ---- opening ---- */

static bon_status allocate(struct neural_task *t) {
    const size_t rows = (size_t)t->options.windows * t->options.context;
    int32_t *all = bon_alloc_array(rows, (BON_NEURAL_BAG + 4) * sizeof *all);
    if (!all) return BON_ERR_NOMEM;
    t->rows = (struct rows){.ids = all, .gates = all + BON_NEURAL_BAG * rows};
    t->rows.starts = t->rows.gates + rows;
    t->rows.labels = t->rows.starts + rows;
    t->rows.splits = t->rows.labels + rows;
    return BON_OK;
}

static bon_status measure(struct neural_task *t) {
    const uint64_t all = t->text->count / t->options.context;
    t->val_windows = (uint64_t)((double)all * t->options.val_part);
    t->windows = all - t->val_windows;
    t->split_windows = t->split->count / t->options.context;
    if (t->windows == 0)
        return bon_fail(BON_ERR_DATA, "too little text: a window of %u tokens does not fit in %zu", t->options.context,
                        t->text->count);
    return BON_OK;
}

/* Hash of the tokens and of what decides their order. */
static uint64_t source_of(const struct neural_task *t, unsigned accumulate) {
    const struct bon_neural_options *o = &t->options;
    const uint64_t numbers[] = {bon_hash64(t->text->tokens, t->text->count * sizeof *t->text->tokens),
                                bon_hash64(t->split->tokens, t->split->count * sizeof *t->split->tokens),
                                o->windows,
                                o->split_windows,
                                o->typed_windows,
                                o->context,
                                t->val_windows,
                                o->seed,
                                accumulate,
                                o->teacher ? (uint64_t)(o->teacher_share * 1e6) : 0};
    return bon_hash64(numbers, sizeof numbers);
}

bon_status bon_neural_trainer_open(bon_trainer **out, bon_params *params, const struct bon_neural_text *text,
                                   const struct bon_neural_text *split, const struct bon_neural_learned *learned,
                                   const struct bon_neural_options *options, const bon_train_options *train_options) {
    struct neural_task *t = bon_alloc_zeroed(1, sizeof *t);
    if (!t) return BON_ERR_NOMEM;
    *t = (struct neural_task){.options = *options, .text = text, .split = split, .learned = learned};
    bon_neural_fit(&t->options.model, &learned->words);
    bon_status status = measure(t);
    if (status == BON_OK) status = allocate(t);
    if (status != BON_OK) {
        close_task(t);
        return status;
    }
    const struct bon_task task = {
        .self = t,
        .close = close_task,
        .build = build,
        .begin = begin,
        .train = train,
        .validate = validate,
        .write_config = write_config,
        .flops = flops,
        .val_batches = (t->val_windows + options->windows - 1) / options->windows,
        .source = source_of(t, train_options->accumulate ? train_options->accumulate : 1),
        .tokens = (size_t)options->windows * options->context,
    };
    return bon_trainer_begin(out, params, &task, train_options);
}
