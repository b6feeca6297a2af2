/* web/core.c: libbon as WebAssembly: flat calls for bindings/js/bon.js, which is the other half of every convention here.
 *
 * Text goes in and comes out as (address, bytes) of UTF-8. A call that fails returns 0 (or a negative number where 0 means
 * something); bon_error_message() then has the reason. What a call answers with more than one number is left in `answer`,
 * as 32-bit words, until the next call. One thread: a page that must not wait runs the whole module in a worker.
 */
#include <stdlib.h>
#include <string.h>

#include "bon/bon.h"
#include "restore/session.h"

#define EXPORT(name) __attribute__((export_name(#name), used))

static union {
    uint32_t words[16];
    double numbers[8];
} answer;
static bon_buf text; /* of the last call that made text */

EXPORT(answer) void *web_answer(void) { return &answer; }
EXPORT(alloc) void *web_alloc(size_t n) { return malloc(n ? n : 1); }
EXPORT(free) void web_free(void *bytes) { free(bytes); }
EXPORT(message) const char *web_message(void) { return bon_error_message(); }
EXPORT(version) const char *web_version(void) { return bon_version(); }

static uint32_t address(const void *place) { return (uint32_t)(uintptr_t)place; }

/* answer: address, bytes. */
static int give_text(bon_status status) {
    answer.words[0] = address(text.data);
    answer.words[1] = (uint32_t)text.len;
    return status == BON_OK;
}

/* ---- models ---- */

struct model {
    void *bytes;
    bon_restorer *restorer;
    bon_restore_session *session;
};

EXPORT(model_close) void web_model_close(struct model *model) {
    if (!model) return;
    bon_restore_session_close(model->session);
    bon_restorer_close(model->restorer);
    free(model->bytes);
    free(model);
}

/* Takes the bytes over (from alloc), also when it fails. Every checksum is verified. */
EXPORT(model_open) struct model *web_model_open(void *bytes, size_t n, int new_style) {
    struct model *model = calloc(1, sizeof *model);
    bon_restore_options options = {.tone_style = new_style ? BON_TONE_NEW : BON_TONE_OLD};
    bon_status status = model ? BON_OK : BON_ERR_NOMEM;
    if (!model) {
        free(bytes);
        return NULL;
    }
    model->bytes = bytes;
    if (status == BON_OK) status = bon_restorer_open_memory(&model->restorer, bytes, n, "model");
    if (status == BON_OK) status = bon_restorer_verify(model->restorer);
    if (status == BON_OK) status = bon_restore_session_open(&model->session, model->restorer, &options);
    if (status == BON_OK) return model;
    web_model_close(model);
    return NULL;
}

/* answer: text. */
EXPORT(restore) int web_restore(struct model *model, const char *bytes, size_t n) {
    text.len = 0;
    return give_text(bon_restore(model->session, bytes, n, &text));
}

/* One line, with the spans that could be restored. answer: text, address of 6 words a span (start, bytes, start in the text
 * given back, bytes there, confidence in millionths, 0), number of spans. */
EXPORT(restore_line) int web_restore_line(struct model *model, const char *bytes, size_t n) {
    static bon_buf spans;
    const bon_restore_result *result;
    size_t count;
    bon_status status = bon_restore_line(model->session, bytes, n, 1, &result, &count);
    text.len = spans.len = 0;
    if (status == BON_OK) status = bon_buf_append(&text, result->text, result->len);
    for (size_t i = 0; status == BON_OK && i < result->span_count; i++) {
        const bon_restore_span *span = &result->spans[i];
        uint32_t row[6] = {(uint32_t)span->start, (uint32_t)span->len, (uint32_t)span->out_start,
                           (uint32_t)span->out_len, (uint32_t)(span->confidence * 1e6)};
        status = bon_buf_append(&spans, row, sizeof row);
    }
    answer.words[2] = address(spans.data);
    answer.words[3] = (uint32_t)(spans.len / (6 * sizeof(uint32_t)));
    return give_text(status);
}

/* ---- the input method ---- */

static bon_ime_options ime_options(unsigned method, int new_style, unsigned prediction, unsigned flags,
                                   struct model *model) {
    return (bon_ime_options){.method = (bon_ime_method)method,
                             .tone_style = new_style ? BON_TONE_NEW : BON_TONE_OLD,
                             .flags = flags,
                             .prediction = (bon_ime_prediction)prediction,
                             .restore = model ? model->session : NULL};
}

EXPORT(ime_open)
bon_ime *web_ime_open(unsigned method, int new_style, unsigned prediction, unsigned flags, struct model *model) {
    bon_ime_options options = ime_options(method, new_style, prediction, flags, model);
    bon_ime *ime;
    return bon_ime_open(&ime, &options) == BON_OK ? ime : NULL;
}
EXPORT(ime_set)
int web_ime_set(bon_ime *ime, unsigned method, int new_style, unsigned prediction, unsigned flags,
                struct model *model) {
    bon_ime_options options = ime_options(method, new_style, prediction, flags, model);
    return bon_ime_set_options(ime, &options) == BON_OK;
}
EXPORT(ime_close) void web_ime_close(bon_ime *ime) { bon_ime_close(ime); }
EXPORT(ime_reset) void web_ime_reset(bon_ime *ime) { bon_ime_reset(ime); }

/* answer: handled, delete_before, commit, preedit, cursor, address of the candidates (NUL-terminated), how many, selected. */
static void give_result(const bon_ime_result *result) {
    uint32_t words[] = {result->handled,
                        result->delete_before,
                        address(result->commit),
                        (uint32_t)result->commit_len,
                        address(result->preedit),
                        (uint32_t)result->preedit_len,
                        (uint32_t)result->cursor,
                        address(result->candidates),
                        (uint32_t)result->candidate_count,
                        (uint32_t)result->selected};
    memcpy(answer.words, words, sizeof words);
}
EXPORT(ime_key) void web_ime_key(bon_ime *ime, uint32_t key, unsigned modifiers) {
    bon_ime_result result;
    bon_ime_key(ime, key, modifiers, &result);
    give_result(&result);
}
EXPORT(ime_choose) void web_ime_choose(bon_ime *ime, size_t candidate) {
    bon_ime_result result;
    bon_ime_choose(ime, candidate, &result);
    give_result(&result);
}
EXPORT(ime_finish) void web_ime_finish(bon_ime *ime) {
    bon_ime_result result;
    bon_ime_finish(ime, &result);
    give_result(&result);
}

/* One key of a text of keys (bon_ime_key_read). answer: key, modifiers. The bytes that it took. */
EXPORT(key_read) size_t web_key_read(const char *keys, size_t n) {
    unsigned modifiers;
    size_t used = bon_ime_key_read(keys, n, &answer.words[0], &modifiers);
    answer.words[1] = modifiers;
    return used;
}

/* answer: keys that type a line. */
EXPORT(encode) int web_encode(unsigned method, int new_style, const char *line, size_t n) {
    bon_ime_options options = ime_options(method, new_style, 0, 0, NULL);
    text.len = 0;
    return give_text(bon_ime_encode(&options, line, n, &text));
}

/* ---- normalization ---- */

EXPORT(rules) int web_rules(void) { return BON_RULES; }
EXPORT(rule_name) const char *web_rule_name(int rule) { return bon_rule_name((bon_rule)rule); }

/* answer: text, address of a count (32 bits) a rule, address of spans as four words each (start and bytes in the result,
 * start and bytes in the text given), number of spans. `disabled` and `enabled` are bits of rules. */
EXPORT(normalize) int web_normalize(const char *bytes, size_t n, int new_style, unsigned disabled, unsigned enabled) {
    static uint32_t rows[BON_RULES];
    static bon_buf flat;
    bon_normalize_options options = {
        .tone_style = new_style ? BON_TONE_NEW : BON_TONE_OLD, .disabled = disabled, .enabled = enabled};
    bon_normalizer *normalizer = NULL;
    bon_spans spans = {0};
    uint64_t counts[BON_RULES] = {0};
    bon_status status = bon_normalizer_open(&normalizer, &options);
    text.len = flat.len = 0;
    if (status == BON_OK) status = bon_normalize_mapped(normalizer, bytes, n, &text, counts, &spans);
    for (size_t i = 0; status == BON_OK && i < spans.count; i++) {
        const bon_span *span = &spans.items[i];
        uint32_t row[] = {(uint32_t)span->out_start, (uint32_t)span->out_len, (uint32_t)span->in_start,
                          (uint32_t)span->in_len};
        status = bon_buf_append(&flat, row, sizeof row);
    }
    for (int i = 0; i < BON_RULES; i++) rows[i] = (uint32_t)counts[i];
    answer.words[2] = address(rows);
    answer.words[3] = address(flat.data);
    answer.words[4] = (uint32_t)(flat.len / (4 * sizeof(uint32_t)));
    bon_spans_free(&spans);
    bon_normalizer_close(normalizer);
    return give_text(status);
}

/* Text without its marks. */
EXPORT(strip) int web_strip(const char *bytes, size_t n) {
    text.len = 0;
    return give_text(bon_strip_marks(bytes, n, &text));
}

/* ---- syllables ---- */

/* The code of a syllable, or -1. answer: letter case, tone. */
EXPORT(parse) int web_parse(const char *bytes, size_t n) {
    bon_syllable code;
    bon_case letter_case;
    if (!bon_syllable_parse(bytes, n, &code, &letter_case)) return -1;
    answer.words[0] = letter_case;
    answer.words[1] = bon_syllable_tone(code);
    return code;
}
EXPORT(valid) int web_valid(unsigned code) { return bon_syllable_valid(code); }
/* answer: its spelling. */
EXPORT(spell) int web_spell(unsigned code, int letter_case, int new_style) {
    text.len = 0;
    if (bon_buf_reserve(&text, BON_SYLLABLE_MAX) != BON_OK) return 0;
    text.len = bon_syllable_spell((bon_syllable)code, (bon_case)letter_case, new_style ? BON_TONE_NEW : BON_TONE_OLD,
                                  text.data);
    return give_text(BON_OK);
}
