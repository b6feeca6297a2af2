/* src/restore/neural_text.c: text -> tokens, and their vocabulary. See neural_text.h. */
#include "restore/neural_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "bon/restore.h"
#include "restore/letters.h"

enum { LABEL_SEEN = 3 }; /* a label seen less often with a form is a slip */
#define PRIOR_LEAST (-15.0F)

/* ---- text -> tokens ---- */

static bon_status push(struct bon_neural_text *text, struct bon_text_token token) {
    BON_TRY(bon_grow_array(&text->tokens, &text->cap, text->count + 1, sizeof *text->tokens));
    text->tokens[text->count++] = token;
    return BON_OK;
}

static bon_status add_token(struct bon_neural_text *text, const char *line, const bon_token *token, uint8_t split) {
    char plain[BON_WORD_MAX];
    size_t plain_n = 0;
    bool has_marks;
    const bool fixed =
        token->kind == BON_TOKEN_NUMBER || token->kind == BON_TOKEN_URL || token->kind == BON_TOKEN_EMAIL;
    if (token->kind == BON_TOKEN_SYLLABLE || token->kind == BON_TOKEN_WORD)
        plain_n = bon_plain_form(line + token->start, token->len, plain, &has_marks);
    text->fold.len = 0;
    if (token->len <= BON_WORD_MAX || fixed) BON_TRY(bon_fold_token(line, token, &text->fold));
    struct bon_text_token out = {
        .shape = (uint8_t)bon_neural_shape_of(token, plain_n), .label = BON_NO_LABEL, .split = split};
    if (plain_n) out.label = (uint8_t)bon_marks_label(text->fold.data, text->fold.len);
    BON_TRY(plain_n ? bon_vocab_add(&text->forms, plain, plain_n, &out.form)
                    : bon_vocab_add(&text->forms, text->fold.len ? text->fold.data : "", text->fold.len, &out.form));
    return push(text, out);
}

static struct bon_text_token edge(uint32_t form) {
    return (struct bon_text_token){
        .form = form, .shape = BON_NEURAL_OTHER, .label = BON_NO_LABEL, .split = BON_NO_LABEL};
}

static bon_status add_line(struct bon_neural_text *text, const char *line, size_t n, bool split) {
    bon_token token;
    size_t begin = 0, before = text->count;
    bool inside = false;
    BON_TRY(push(text, edge(BON_TEXT_BEGIN)));
    for (size_t at = 0; at <= n; at++) { /* pieces between the joints of words */
        if (at < n && !(split && line[at] == '_')) continue;
        for (size_t pos = 0; bon_token_next(line + begin, at - begin, &pos, &token); inside = false)
            BON_TRY(add_token(text, line + begin, &token, split ? inside : BON_NO_LABEL));
        inside = true;
        begin = at + 1;
    }
    if (text->count > before + 1) return push(text, edge(BON_TEXT_END));
    text->count = before; /* an empty line */
    return BON_OK;
}

bon_status bon_neural_text_add(struct bon_neural_text *text, const char *bytes, size_t n, bool split) {
    if (n > UINT32_MAX / 2) return bon_fail(BON_ERR_ARGUMENT, "%zu bytes at once: at most 2 GiB", n);
    for (size_t at = 0, end; at < n; at = end + 1) {
        const char *newline = memchr(bytes + at, '\n', n - at);
        end = newline ? (size_t)(newline - bytes) : n;
        BON_TRY(add_line(text, bytes + at, end - at, split));
    }
    return BON_OK;
}

void bon_neural_text_free(struct bon_neural_text *text) {
    free(text->tokens);
    free(text->of_form);
    bon_vocab_free(&text->forms);
    bon_buf_free(&text->fold);
}

/* ---- tokens -> vocabulary ---- */

struct form {
    uint32_t number;
    uint64_t count;
    bool choice;
};

struct tally {
    const struct bon_vocab *forms;
    uint32_t (*labels)[BON_MARK_LABELS]; /* of every form */
    struct form *list;
};

static unsigned labels_of(const uint32_t labels[BON_MARK_LABELS]) {
    unsigned count = 0;
    for (unsigned i = 0; i < BON_MARK_LABELS; i++) count += labels[i] >= LABEL_SEEN;
    return count;
}

static bon_status count(const struct bon_neural_text *text, struct tally *tally) {
    const uint32_t forms = text->forms.count;
    tally->forms = &text->forms;
    tally->labels = bon_alloc_zeroed(forms, sizeof *tally->labels);
    tally->list = tally->labels ? bon_alloc_zeroed(forms, sizeof *tally->list) : NULL;
    if (!tally->list) return BON_ERR_NOMEM;
    for (size_t i = 0; i < text->count; i++) {
        const struct bon_text_token *token = &text->tokens[i];
        if (token->form >= BON_TEXT_END) continue;
        tally->list[token->form].count++;
        if (token->label != BON_NO_LABEL) tally->labels[token->form][token->label]++;
    }
    for (uint32_t i = 0; i < forms; i++) {
        tally->list[i].number = i;
        tally->list[i].choice = labels_of(tally->labels[i]) > 1;
    }
    return BON_OK;
}

/* Forms with a choice first, the frequent before the rare; which is first among equals does not depend on where they stood. */
static int by_use(const void *left, const void *right, void *context) {
    const struct bon_vocab *forms = context;
    const struct form *a = left, *b = right;
    if (a->choice != b->choice) return a->choice ? -1 : 1;
    if (a->count != b->count) return a->count > b->count ? -1 : 1;
    return bon_vocab_compare(&forms->words[a->number], &forms->words[b->number]);
}

static int by_bytes(const void *left, const void *right, void *context) {
    const struct bon_vocab *forms = context;
    const struct form *a = left, *b = right;
    if (a->choice != b->choice) return a->choice ? -1 : 1;
    return bon_vocab_compare(&forms->words[a->number], &forms->words[b->number]);
}

/* Log of each label's share of what a form was seen with. */
static void fill_priors(const uint32_t labels[BON_MARK_LABELS], float priors[BON_MARK_LABELS]) {
    double sum = 0;
    for (unsigned i = 0; i < BON_MARK_LABELS; i++) sum += labels[i] >= LABEL_SEEN ? labels[i] : 0;
    for (unsigned i = 0; i < BON_MARK_LABELS; i++)
        priors[i] = labels[i] >= LABEL_SEEN ? fmaxf((float)log(labels[i] / sum), PRIOR_LEAST) : BON_PRIOR_NEVER;
}

static bon_status fill(const struct tally *tally, uint32_t kept, uint32_t hashes, struct bon_neural_learned *out) {
    const uint32_t total = BON_NEURAL_FIRST + kept;
    uint32_t gates = BON_NEURAL_FIRST;
    while (gates < total && tally->list[gates - BON_NEURAL_FIRST].choice) gates++;
    out->begins = bon_alloc_zeroed(total + 1, sizeof *out->begins);
    out->priors = out->begins ? bon_alloc_zeroed((size_t)gates * BON_MARK_LABELS, sizeof *out->priors) : NULL;
    if (!out->priors) return BON_ERR_NOMEM;
    for (uint32_t i = 0; i < kept; i++) {
        const struct bon_vocab_word *word = &tally->forms->words[tally->list[i].number];
        BON_TRY(bon_buf_append(&out->bytes, word->text, word->len));
        out->begins[BON_NEURAL_FIRST + i + 1] = (uint32_t)out->bytes.len;
        if (BON_NEURAL_FIRST + i < gates)
            fill_priors(tally->labels[tally->list[i].number],
                        out->priors + (size_t)(BON_NEURAL_FIRST + i) * BON_MARK_LABELS);
    }
    out->words = (struct bon_neural_words){
        .count = total, .gates = gates, .hashes = hashes, .begins = out->begins, .text = out->bytes.data};
    return BON_OK;
}

bon_status bon_neural_text_learn(const struct bon_neural_text *text, uint32_t most, uint32_t hashes,
                                 struct bon_neural_learned *learned) {
    struct tally tally = {0};
    const uint32_t forms = text->forms.count, room = most > BON_NEURAL_FIRST ? most - BON_NEURAL_FIRST : 0;
    *learned = (struct bon_neural_learned){.begins = NULL};
    bon_status status = forms ? count(text, &tally) : bon_fail(BON_ERR_DATA, "there is no text to learn from");
    if (status == BON_OK) {
        const uint32_t kept = forms < room ? forms : room;
        qsort_r(tally.list, forms, sizeof *tally.list, by_use, (void *)(uintptr_t)&text->forms);
        qsort_r(tally.list, kept, sizeof *tally.list, by_bytes, (void *)(uintptr_t)&text->forms);
        status = kept && tally.list[0].choice
                     ? fill(&tally, kept, hashes, learned)
                     : bon_fail(BON_ERR_DATA,
                                "no word of the text is written in two ways: is it Vietnamese, with its marks?");
    }
    free(tally.labels);
    free(tally.list);
    if (status != BON_OK) bon_neural_learned_free(learned);
    return status;
}

void bon_neural_learned_free(struct bon_neural_learned *learned) {
    free(learned->begins);
    free(learned->priors);
    bon_buf_free(&learned->bytes);
    *learned = (struct bon_neural_learned){.begins = NULL};
}

bon_status bon_neural_text_use(struct bon_neural_text *text, const struct bon_neural_words *words) {
    free(text->of_form);
    text->of_form = bon_alloc_zeroed(text->forms.count, sizeof *text->of_form);
    if (!text->of_form) return BON_ERR_NOMEM;
    for (uint32_t i = 0; i < text->forms.count; i++)
        bon_neural_find(words, text->forms.words[i].text, text->forms.words[i].len, &text->of_form[i]);
    return BON_OK;
}
