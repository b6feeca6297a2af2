/* src/normalize/normalize.c: opening a normalizer, and the walk over a text.
 *
 * Everything is decided within a line, so a text gives the same however its lines are grouped in calls.
 */
#include "normalize/auto.h"
#include "normalize/normalizer.h"
#include "normalize/rules.h"
#include "normalize/spans.h"

#define BON_RULE_NAME(name, text, doc) text,
static const char *const rule_names[BON_RULES] = {BON_RULE_TABLE(BON_RULE_NAME)};
#undef BON_RULE_NAME

const char *bon_rule_name(bon_rule rule) { return (unsigned)rule < BON_RULES ? rule_names[rule] : ""; }

static const uint32_t default_rules = (UINT32_C(1) << BON_RULE_FULLWIDTH) - 1;
static const uint32_t word_rules =
    UINT32_C(1) << BON_RULE_IY | UINT32_C(1) << BON_RULE_ELONGATION | UINT32_C(1) << BON_RULE_TEENCODE;

static bon_status check_options(const bon_normalize_options *options) {
    if ((unsigned)options->tone_style > BON_TONE_KEEP)
        return bon_fail(BON_ERR_ARGUMENT, "tone_style %d: give BON_TONE_OLD, _NEW or _KEEP", (int)options->tone_style);
    if ((unsigned)options->form > BON_FORM_NFKC)
        return bon_fail(BON_ERR_ARGUMENT, "form %d: give BON_FORM_NFC, _NFD or _NFKC", (int)options->form);
    if ((unsigned)options->from >= BON_CHARSETS || options->from == BON_CHARSET_MOJIBAKE)
        return bon_fail(BON_ERR_ARGUMENT, "from %d: give a charset or BON_CHARSET_AUTO", (int)options->from);
    if (options->enabled >> BON_RULES)
        return bon_fail(BON_ERR_ARGUMENT, "enabled 0x%x: there are only %d rules", options->enabled, BON_RULES);
    if (options->disabled >> BON_RULES)
        return bon_fail(BON_ERR_ARGUMENT, "disabled 0x%x: there are only %d rules", options->disabled, BON_RULES);
    return BON_OK;
}

bon_status bon_normalizer_open(bon_normalizer **out, const bon_normalize_options *options) {
    *out = NULL;
    if (options) BON_TRY(check_options(options));
    struct bon_normalizer *nz = bon_alloc_zeroed(1, sizeof *nz);
    if (!nz) return BON_ERR_NOMEM;
    if (options) nz->options = *options;
    UErrorCode error = U_ZERO_ERROR;
    bool compatibility = nz->options.form == BON_FORM_NFKC;
    nz->compose = compatibility ? unorm2_getNFKCInstance(&error) : unorm2_getNFCInstance(&error);
    nz->decompose = nz->options.form == BON_FORM_NFD ? unorm2_getNFDInstance(&error) : NULL;
    if (U_FAILURE(error)) {
        free(nz);
        return bon_fail(error == U_MEMORY_ALLOCATION_ERROR ? BON_ERR_NOMEM : BON_ERR_IO,
                        "Unicode normalization data of ICU: %s", u_errorName(error));
    }
    nz->on = (default_rules | nz->options.enabled) & ~nz->options.disabled;
    /* Rules that change words which are spelled right must see them all. */
    nz->masks = nz->on & word_rules ? NULL : bon_masks_best();
    bon_classes_build(nz);
    if (bon_rule_on(nz, BON_RULE_TEENCODE)) {
        bon_status status = bon_teencode_open(&nz->teencode, nz->options.teencode, nz->options.teencode_len);
        if (status != BON_OK) return bon_normalizer_close(nz), status;
    }
    if (bon_rule_on(nz, BON_RULE_RULES) && nz->options.rules) {
        bon_status status = bon_rules_open(&nz->rules, nz);
        if (status != BON_OK) return bon_normalizer_close(nz), status;
    }
    nz->options.rules = nz->options.rules_name = NULL; /* the caller's */
    *out = nz;
    return BON_OK;
}

void bon_normalizer_close(bon_normalizer *nz) {
    if (!nz) return;
    bon_teencode_close(nz->teencode);
    bon_rules_close(nz->rules);
    free(nz);
}

/* "file:line: ..." for malformed input at text[at]. */
static bon_status fail_malformed(const char *text, size_t at, const struct bon_normalize_place *place) {
    uint64_t line = place->line ? place->line : 1;
    for (const char *p = text; (p = memchr(p, '\n', (size_t)(text + at - p))) != NULL; p++) line++;
    return bon_fail(
        BON_ERR_DATA,
        "%s%sline %llu, byte %llu: 0x%02x is not UTF-8 here; convert the text (--from), or leave strict out",
        place->name ? place->name : "", place->name ? ": " : "", (unsigned long long)line,
        (unsigned long long)(place->offset + at), (unsigned char)text[at]);
}

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\v' || c == '\f'; }
static bool is_line_end(char c) { return c == '\n' || c == '\r'; }

/* LF as it is; CR and CRLF as LF. Returns the bytes read. */
static bon_status line_end(struct bon_sink *sink, const char *text, size_t n, size_t *used) {
    *used = 1;
    if (text[0] == '\n' || !bon_rule_on(sink->nz, BON_RULE_LINE_END)) return bon_sink_line_end(sink, text[0]);
    if (n > 1 && text[1] == '\n') *used = 2;
    sink->counts[BON_RULE_LINE_END]++;
    return bon_sink_line_end(sink, '\n');
}

/* Copies what is canonical, else treats one piece. Who wants spans gets them word by word. */
static bon_status stretch(struct bon_sink *sink, const char *text, size_t n, size_t *used, size_t *bad) {
    *used = bon_scan(sink->nz, text, n);
    if (*used) {
        BON_TRY(bon_sink_text(sink, text, *used));
        sink->line_start = text[*used - 1] == '\n';
        return BON_OK;
    }
    if (!sink->spans) BON_TRY(bon_compose_run(sink, text, n, used));
    if (*used) {
        sink->line_start = text[*used - 1] == '\n';
        return BON_OK;
    }
    size_t end = 1;
    while (end < n && !is_blank(text[end]) && !is_line_end(text[end])) end++;
    *used = end;
    return bon_piece(sink, text, end, bad);
}

/* What is settled of input and output: everything before is in the spans. */
struct settled {
    size_t in, out, out_start;
};

/* Adds what changed since; blanks that wait are not settled. */
static bon_status settle(struct bon_sink *sink, struct settled *settled, const char *text, size_t n, size_t at,
                         bool end) {
    if (!sink->spans || (sink->pending != BON_PENDING_NOTHING && !end)) return BON_OK;
    size_t in = settled->in, out = settled->out;
    settled->in = at;
    settled->out = sink->out->len;
    const char *written = sink->out->len ? sink->out->data + out : "", *read = n ? text + in : "";
    return bon_spans_difference(sink->spans, written, settled->out - out, out - settled->out_start, read, at - in, in);
}

static bon_status walk(struct bon_sink *sink, const char *text, size_t n, const struct bon_normalize_place *place,
                       struct settled *settled) {
    for (size_t at = 0, used, bad; at < n; at += used) {
        bon_status status;
        used = 1;
        if (is_blank(text[at]))
            status = bon_sink_blank(sink, text[at]);
        else if (is_line_end(text[at]))
            status = line_end(sink, text + at, n - at, &used);
        else
            status = stretch(sink, text + at, n - at, &used, &bad);
        if (status == BON_ERR_DATA) return fail_malformed(text, at + bad, place);
        if (status == BON_OK) status = settle(sink, settled, text, n, at + used, false);
        if (status != BON_OK) return status;
    }
    return BON_OK;
}

/* What waits at the end of a chunk: blanks at the end of a line go; inside a line the next chunk writes the space. */
static bon_status finish(struct bon_sink *sink, const char *text, size_t n, bool ends_inside) {
    if (sink->pending == BON_PENDING_NOTHING) return BON_OK;
    bool handed_on = ends_inside && n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t');
    if (ends_inside && !handed_on) return bon_sink_text(sink, "", 0);
    if (!handed_on || sink->pending == BON_PENDING_CHANGED) sink->counts[BON_RULE_BLANK]++;
    return BON_OK;
}

bon_status bon_normalize_plain(const struct bon_normalizer *nz, const char *text, size_t n,
                               const struct bon_normalize_place *place, bon_buf *out, uint64_t *counts,
                               bon_spans *spans) {
    struct bon_sink sink = {.nz = nz, .out = out, .counts = counts, .spans = spans};
    struct settled settled = {.out = out->len, .out_start = out->len};
    bool blank_before = place->begins_inside && place->begins_token && bon_rule_on(nz, BON_RULE_BLANK);
    sink.line_start = !place->begins_inside;
    sink.pending = blank_before ? BON_PENDING_SPACE : BON_PENDING_NOTHING;
    bon_units_init(&sink.units);
    bon_units_init(&sink.other);
    bon_status status = walk(&sink, text, n, place, &settled);
    if (status == BON_OK) status = finish(&sink, text, n, place->ends_inside);
    if (status == BON_OK) status = settle(&sink, &settled, text, n, n, true);
    bon_units_free(&sink.units);
    bon_units_free(&sink.other);
    free(sink.run_space);
    return status;
}

bon_status bon_normalize_utf8(const struct bon_normalizer *nz, const char *text, size_t n,
                              const struct bon_normalize_place *place, bon_buf *out, uint64_t *counts,
                              bon_spans *spans) {
    bool lines = bon_rule_on(nz, BON_RULE_HTML) || nz->rules;
    return (lines ? bon_normalize_settled : bon_normalize_plain)(nz, text, n, place, out, counts, spans);
}

bon_status bon_normalize_chunk_mapped(const struct bon_normalizer *nz, const char *text, size_t n,
                                      const struct bon_normalize_place *place, bon_buf *out, uint64_t *counts,
                                      bon_spans *spans) {
    static const struct bon_normalize_place whole;
    uint64_t ignored[BON_RULES] = {0};
    if (!place) place = &whole;
    if (!counts) counts = ignored;
    switch (nz->options.from) {
    case BON_CHARSET_UTF8: return bon_normalize_utf8(nz, text, n, place, out, counts, spans);
    case BON_CHARSET_AUTO: return bon_auto_text(nz, text, n, place, out, counts, spans);
    default: return bon_converted_text(nz, text, n, place, out, counts, spans);
    }
}

bon_status bon_normalize_chunk(const struct bon_normalizer *nz, const char *text, size_t n,
                               const struct bon_normalize_place *place, bon_buf *out, uint64_t *counts) {
    return bon_normalize_chunk_mapped(nz, text, n, place, out, counts, NULL);
}

bon_status bon_normalize_mapped(const bon_normalizer *nz, const char *text, size_t n, bon_buf *out, uint64_t *counts,
                                bon_spans *spans) {
    return bon_normalize_chunk_mapped(nz, text, n, NULL, out, counts, spans);
}

bon_status bon_normalize_counted(const bon_normalizer *nz, const char *text, size_t n, bon_buf *out, uint64_t *counts) {
    return bon_normalize_chunk(nz, text, n, NULL, out, counts);
}

bon_status bon_normalize(const bon_normalizer *nz, const char *text, size_t n, bon_buf *out) {
    return bon_normalize_chunk(nz, text, n, NULL, out, NULL);
}
