/* src/normalize/settle.c: the rules that rewrite whole lines, "html" before all others and "rules" behind them.
 *
 * What they bring to light may be matter for any rule again: &amp;lt;b> is markup when it has been read twice, and a user's
 * replacement may be decomposed. So a line goes round until nothing changes, and a second run finds nothing to do. A line that
 * does not come to rest in ROUNDS_MAX rounds is hostile: from then on markup is parted by a blank instead of removed, so that
 * it is none, and a rule of the user's that goes on is a failure.
 */
#include "normalize/html.h"
#include "normalize/normalizer.h"
#include "normalize/rules.h"
#include "normalize/spans.h"

enum { ROUNDS_MAX = 8 };

struct work {
    const struct bon_normalizer *nz;
    const struct bon_normalize_place *place; /* of the line */
    uint64_t *counts;
    bool mapped;
    bon_buf text, html, plain;                        /* the line; what each step makes of it */
    bon_spans spans, html_spans, plain_spans, joined; /* of the line so far; of each step */
    struct bon_rules_space space;
};

static void free_work(struct work *w) {
    bon_buf_free(&w->text);
    bon_buf_free(&w->html);
    bon_buf_free(&w->plain);
    bon_spans_free(&w->spans);
    bon_spans_free(&w->html_spans);
    bon_spans_free(&w->plain_spans);
    bon_spans_free(&w->joined);
    bon_rules_space_free(&w->space);
}

/* w->spans, and what `step` made of that. */
static bon_status follow(struct work *w, const bon_spans *step) {
    if (!w->mapped || !step->count) return BON_OK;
    w->joined.count = 0;
    BON_TRY(bon_spans_compose(&w->spans, step, &w->joined));
    bon_spans old = w->spans;
    w->spans = w->joined;
    w->joined = old;
    return BON_OK;
}

static bool has_markup(const char *text, size_t n) { return memchr(text, '<', n) || memchr(text, '&', n); }

/* The line without markup in w->html, if it had any. */
static bon_status strip(struct work *w, unsigned round, bool *changed) {
    const struct bon_html_place place = {w->place->begins_inside, w->place->ends_inside, round >= ROUNDS_MAX};
    uint64_t count = 0;
    *changed = false;
    if (!bon_rule_on(w->nz, BON_RULE_HTML) || !w->text.len || !has_markup(w->text.data, w->text.len)) return BON_OK;
    w->html.len = w->html_spans.count = 0;
    BON_TRY(bon_html_pass(w->text.data, w->text.len, &place, &w->html, &count, w->mapped ? &w->html_spans : NULL));
    if (count == 0) return BON_OK;
    *changed = true;
    w->counts[BON_RULE_HTML] += count;
    bon_buf old = w->text;
    w->text = w->html;
    w->html = old;
    return follow(w, &w->html_spans);
}

/* The other rules. A blank that the window before left to this one is written by each round, so it goes before the next. */
static bon_status normalize(struct work *w, unsigned round, const struct bon_normalize_place *place) {
    bool blank = round > 0 && place->begins_token && place->begins_inside && bon_rule_on(w->nz, BON_RULE_BLANK) &&
                 w->text.len > 0 && w->text.data[0] == ' ';
    bon_spans step = {0};
    if (blank && w->mapped) BON_TRY(bon_spans_add(&step, 0, 0, 0, 1));
    bon_status status = follow(w, &step);
    bon_spans_free(&step);
    w->plain.len = w->plain_spans.count = 0;
    if (status == BON_OK)
        status = bon_normalize_plain(w->nz, w->text.len ? w->text.data + blank : "", w->text.len - blank, place,
                                     &w->plain, w->counts, w->mapped ? &w->plain_spans : NULL);
    BON_TRY(status);
    bon_buf old = w->text;
    w->text = w->plain;
    w->plain = old;
    return follow(w, &w->plain_spans);
}

/* The user's rules on each line of the text, which may have become several. */
static bon_status replace(struct work *w, unsigned round, bool *changed) {
    struct bon_rules_line line = {w->place->name, w->place->line, w->place->begins_inside, false};
    bon_buf one = {0};
    bon_spans spans = {0}, step = {0};
    bon_status status = BON_OK;
    uint64_t count = 0;
    unsigned last = 0;
    *changed = false;
    if (!w->nz->rules) return BON_OK;
    w->plain.len = 0;
    for (size_t at = 0, n; at < w->text.len && status == BON_OK; at += n) {
        const char *end = memchr(w->text.data + at, '\n', w->text.len - at);
        size_t bare = end ? (size_t)(end - w->text.data) - at : w->text.len - at;
        n = bare + (end != NULL);
        one.len = spans.count = 0;
        line.begins_inside = at == 0 && w->place->begins_inside;
        line.ends_inside = at + n == w->text.len && !end && w->place->ends_inside;
        status = bon_buf_append(&one, w->text.data + at, bare);
        if (status == BON_OK)
            status = bon_rules_apply(w->nz->rules, &w->space, &line, &one, &count, &last, w->mapped ? &spans : NULL);
        if (status == BON_OK) status = bon_spans_append(&step, &spans, w->plain.len, at);
        if (status == BON_OK) status = bon_buf_append(&w->plain, one.data, one.len);
        if (status == BON_OK && end) status = bon_buf_put(&w->plain, '\n');
    }
    *changed = count > 0;
    if (status == BON_OK && *changed) {
        bon_buf old = w->text;
        w->text = w->plain;
        w->plain = old;
        w->counts[BON_RULE_RULES] += count;
        status = round >= ROUNDS_MAX ? bon_rules_endless(w->nz->rules, last, &line) : follow(w, &step);
    }
    bon_buf_free(&one);
    bon_spans_free(&spans);
    bon_spans_free(&step);
    return status;
}

/* One line, which is w->text, until it comes to rest. */
static bon_status settle_line(struct work *w) {
    bool markup, replaced = true;
    for (unsigned round = 0;; round++) {
        BON_TRY(strip(w, round, &markup));
        if (round > 0 && !markup && !replaced) return BON_OK;
        BON_TRY(normalize(w, round, w->place));
        BON_TRY(replace(w, round, &replaced));
    }
}

/* With strict, malformed bytes are told where they stand in the input, before markup goes. */
static bon_status check_strict(struct work *w, const char *text, size_t n) {
    uint64_t ignored[BON_RULES] = {0};
    if (!w->nz->options.strict || !bon_rule_on(w->nz, BON_RULE_HTML) || !has_markup(text, n)) return BON_OK;
    w->plain.len = 0;
    return bon_normalize_plain(w->nz, text, n, w->place, &w->plain, ignored, NULL);
}

bon_status bon_normalize_settled(const struct bon_normalizer *nz, const char *text, size_t n,
                                 const struct bon_normalize_place *place, bon_buf *out, uint64_t *counts,
                                 bon_spans *spans) {
    struct bon_normalize_place line = *place;
    struct work work = {.nz = nz, .place = &line, .counts = counts, .mapped = spans != NULL};
    bon_status status = BON_OK;
    size_t start = out->len;
    if (!line.line) line.line = 1;
    for (size_t at = 0, length; at < n && status == BON_OK; at += length, line.line++) {
        const char *end = memchr(text + at, '\n', n - at);
        length = end ? (size_t)(end - text) + 1 - at : n - at;
        line.offset = place->offset + at;
        line.begins_inside = place->begins_inside && at == 0;
        line.ends_inside = place->ends_inside && at + length == n;
        work.text.len = work.spans.count = 0;
        status = check_strict(&work, text + at, length);
        if (status == BON_OK) status = bon_buf_append(&work.text, text + at, length);
        if (status == BON_OK) status = settle_line(&work);
        if (status == BON_OK && spans) status = bon_spans_append(spans, &work.spans, out->len - start, at);
        if (status == BON_OK) status = bon_buf_append(out, work.text.data, work.text.len);
    }
    free_work(&work);
    return status;
}
