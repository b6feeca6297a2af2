/* Properties of the rules that rewrite lines ("html", "rules") and of spans, on hostile text: a second run changes nothing and
 * counts nothing; text that is no markup is not lost; spans give the input back, whatever the charset and however it is cut. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "normalize/auto.h"
#include "normalize/html.h"
#include "normalize/normalizer.h"
#include "normalize/spans.h"

// clang-format off
static const char *const bits[] = {
    "<", ">", "&", ";", "<b>", "</b>", "<p>", "</p>", "<br/>", "<a href=\"", "\"", "'", "<a b='", " c=", "=", "/", "<td>",
    "<!--", "-->", "<script>", "</script>", "<style>", "&amp;", "&lt;", "&gt;", "&amp;lt;", "&nbsp;", "&#", "60", "x3c",
    "amp;", "lt;", "b>", "&nGt;", "&semi;", "&lpar;", "&NewLine;", "&#13;", "&#0;", "&#x110000;", "<!doctype html>", "<?xml",
    "?>", " ", " ", "\n", "\r", "\t", "a", "ko", "50k", "tòan", "hoà", "a < b", "x<y", "<Tên>", "<3", "＜", "＞", "\u212a",
    "\u200b", "\u0338", "\u037e", "\u00ad", "!!!", "đẹppp", "<em", "mmm>", "kkk", "\xff", "\u00a0", "<k", "bd>", "&ampp;",
    "<o:p>", "ko,", "xin", "\u0301", "đ", "<b", "hidden", "<<", "&&", "số", "1", "2",
};
// clang-format on
enum { BITS = sizeof bits / sizeof bits[0], TEXT_MAX = 8192 };

static const char rules[] =
    "ko\tkhông\nxin\tvui lòng\n/(\\d)k\\b/\t$1 nghìn\n/!{2,}/\t!\n/^số (\\d)/\tsố: $1\n/kh(?=ông)/\tKH\n";

static uint64_t seed = 88172645463325252u;
static uint64_t draw(uint64_t below) { /* xorshift64 (Marsaglia 2003) */
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % below;
}

static size_t hostile(char *text, size_t pieces) {
    size_t n = 0, from = draw(BITS), width = draw(3) ? BITS : 1 + draw(12);
    while (pieces--) {
        const char *bit = bits[(from + draw(width)) % BITS];
        if (n + strlen(bit) > TEXT_MAX) break;
        memcpy(text + n, bit, strlen(bit));
        n += strlen(bit);
    }
    return n;
}

static bon_normalizer *opened(uint32_t enabled, uint32_t disabled, bon_charset from, bon_form form) {
    bon_normalize_options options = {.enabled = enabled, .disabled = disabled, .from = from, .form = form};
    options.rules = rules;
    options.rules_len = sizeof rules - 1;
    bon_normalizer *nz;
    cr_assert_eq(bon_normalizer_open(&nz, &options), BON_OK, "%s", bon_error_message());
    return nz;
}

static bool same(const bon_buf *a, const bon_buf *b) {
    return a->len == b->len && (!a->len || !memcmp(a->data, b->data, a->len));
}

static void check_twice(const bon_normalizer *nz, const char *text, size_t n) {
    bon_buf once = {0}, twice = {0};
    uint64_t first[BON_RULES] = {0}, second[BON_RULES] = {0}, again = 0;
    cr_assert_eq(bon_normalize_counted(nz, text, n, &once, first), BON_OK, "%s: %.*s", bon_error_message(), (int)n,
                 text);
    cr_assert_eq(bon_normalize_counted(nz, once.data, once.len, &twice, second), BON_OK, "%s", bon_error_message());
    for (unsigned r = 0; r < BON_RULES; r++) again += second[r];
    cr_assert(same(&once, &twice) && again == 0, "in: %.*s\nonce: %.*s\ntwice: %.*s\n", (int)n, text, (int)once.len,
              once.data, (int)twice.len, twice.data);
    bon_buf_free(&once);
    bon_buf_free(&twice);
}

enum { HTML = 1u << BON_RULE_HTML, RULES = 1u << BON_RULE_RULES, ALL = (1u << BON_RULES) - 1 };

Test(normalize_lines, twice_is_once) {
    static char text[TEXT_MAX];
    static const uint32_t choices[] = {HTML, RULES, HTML | RULES, ALL};
    for (unsigned round = 0; round < 240; round++) {
        uint32_t disabled = round % 3 ? 0 : (uint32_t)draw(1u << BON_RULES) & ~(uint32_t)(HTML | RULES);
        bon_normalizer *nz = opened(choices[round % 4], disabled, BON_CHARSET_UTF8, (bon_form)(round / 4 % 3));
        for (unsigned i = 0; i < 200; i++) check_twice(nz, text, hostile(text, 1 + draw(i < 180 ? 12 : 300)));
        bon_normalizer_close(nz);
    }
}

/* Markup inside markup by the thousand, each way that would take a round for each. */
Test(normalize_lines, nested_without_end) {
    static const char *const units[][2] = {
        {"<", "b>"},     {"&amp;", ""},      {"&am", "p;"},  {"<a x=\"<b>", "\">"},
        {"<!--", "-->"}, {"<script>", "</"}, {"<a b='", ""}, {"<a b=\" hidden c='", ""}};
    bon_normalizer *nz = opened(HTML, 0, BON_CHARSET_UTF8, BON_FORM_NFC);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        bon_buf text = {0};
        for (unsigned side = 0; side < 2; side++)
            for (unsigned k = 0; k < 20000; k++)
                cr_assert_eq(bon_buf_append(&text, units[i][side], strlen(units[i][side])), BON_OK);
        check_twice(nz, text.data, text.len);
        bon_buf_free(&text);
    }
    bon_normalizer_close(nz);
}

/* A long line comes in windows, which may cut a tag: nothing of it is lost, and the line is finished. */
Test(normalize_lines, windows_come_to_rest) {
    static char text[TEXT_MAX];
    bon_normalizer *nz = opened(HTML, 0, BON_CHARSET_UTF8, BON_FORM_NFC);
    for (unsigned i = 0; i < 20000; i++) {
        size_t n = hostile(text, 1 + draw(60));
        for (size_t k = 0; k < n; k++)
            if (text[k] == '\n' || text[k] == '\r') text[k] = ' ';
        bon_buf window = {0}, line = {0};
        struct bon_normalize_join join = {0};
        for (size_t at = 0, end; at < n; at = end) {
            struct bon_normalize_place place = {.begins_inside = at > 0, .begins_token = at > 0};
            for (end = at + 1 + draw(20); end < n && text[end - 1] != ' ' && text[end - 1] != '\t'; end++) {
            }
            if (end > n) end = n;
            place.ends_inside = end < n;
            window.len = 0;
            cr_assert_eq(bon_normalize_chunk(nz, text + at, end - at, &place, &window, NULL), BON_OK);
            const char *part = window.data;
            size_t length = window.len;
            if (bon_normalize_join(&join, nz, &place, &part, &length))
                cr_assert_eq(bon_buf_append(&line, " ", 1), BON_OK);
            cr_assert_eq(bon_buf_append(&line, part, length), BON_OK);
        }
        bon_buf again = {0};
        cr_assert_eq(bon_normalize(nz, line.data, line.len, &again), BON_OK);
        cr_assert(same(&line, &again), "in: %.*s\nwindows: %.*s\nagain: %.*s", (int)n, text, (int)line.len, line.data,
                  (int)again.len, again.data);
        bon_buf_free(&window);
        bon_buf_free(&line);
        bon_buf_free(&again);
    }
    bon_normalizer_close(nz);
}

/* ---- spans ---- */

/* Between spans, bytes are those of the input. */
static void check_spans(const bon_spans *spans, const char *text, size_t n, const bon_buf *out) {
    uint64_t in = 0, to = 0;
    for (size_t i = 0; i <= spans->count; i++) {
        const bon_span end = {out->len, 0, n, 0}, *s = i < spans->count ? &spans->items[i] : &end;
        cr_assert(s->in_start >= in && s->out_start >= to && s->in_start - in == s->out_start - to, "span %zu of %.*s",
                  i, (int)n, text);
        cr_assert(s->in_start == in || memcmp(text + in, out->data + to, s->in_start - in) == 0, "span %zu of %.*s", i,
                  (int)n, text);
        in = s->in_start + s->in_len;
        to = s->out_start + s->out_len;
    }
    cr_assert(in == n && to == out->len);
}

Test(normalize_lines, spans_give_the_input_back) {
    static char text[TEXT_MAX];
    static const char *const old[] = {"Ti\325ng Vi\326t ", "\256\255\356c\n", "Tie^'ng Vie^.t ddu+o+.c ",
                                      "Vi\256t",           "ho\xc3\xa0",      "TieÃ¡ÂºÂ¿ng "};
    for (unsigned round = 0; round < 160; round++) {
        bon_charset from = (bon_charset)(round % BON_CHARSETS);
        if (from == BON_CHARSET_MOJIBAKE) from = BON_CHARSET_UTF8;
        bon_normalizer *nz = opened(round % 2 ? ALL : (uint32_t)draw(1u << BON_RULES),
                                    round % 5 ? 0 : (uint32_t)draw(1u << BON_RULES), from, (bon_form)(round / 8 % 3));
        for (unsigned i = 0; i < 100; i++) {
            size_t n = hostile(text, 1 + draw(i < 80 ? 12 : 200));
            if (draw(2) && n < TEXT_MAX - 32) {
                const char *more = old[draw(sizeof old / sizeof old[0])];
                memcpy(text + n, more, strlen(more));
                n += strlen(more);
            }
            bon_buf plain = {0}, mapped = {0};
            bon_spans spans = {0};
            uint64_t counts[BON_RULES] = {0}, mapped_counts[BON_RULES] = {0};
            cr_assert_eq(bon_normalize_counted(nz, text, n, &plain, counts), BON_OK);
            cr_assert_eq(bon_normalize_mapped(nz, text, n, &mapped, mapped_counts, &spans), BON_OK);
            cr_assert(same(&plain, &mapped));
            cr_assert_eq(memcmp(counts, mapped_counts, sizeof counts), 0, "%.*s", (int)n, text);
            check_spans(&spans, text, n, &mapped);
            bon_buf_free(&plain);
            bon_buf_free(&mapped);
            bon_spans_free(&spans);
        }
        bon_normalizer_close(nz);
    }
}

/* Two edits in a row are one edit, for any that fit together. */
static size_t some_edit(const char *in, size_t n, char *out, bon_spans *spans) {
    size_t at = 0, length = 0;
    while (at < n) {
        size_t copy = draw(4), gone = draw(3), made = draw(3);
        for (; copy && at < n; copy--) out[length++] = in[at++];
        if (gone > n - at) gone = n - at;
        cr_assert_eq(bon_spans_add(spans, length, made, at, gone), BON_OK);
        for (at += gone; made; made--) out[length++] = (char)('A' + draw(26));
    }
    return length;
}

Test(normalize_lines, edits_compose) {
    static char a[64], b[512], c[4096];
    for (unsigned i = 0; i < 50000; i++) {
        bon_spans first = {0}, second = {0}, both = {0};
        size_t n = draw(30);
        for (size_t k = 0; k < n; k++) a[k] = (char)('a' + draw(26));
        size_t m = some_edit(a, n, b, &first), l = some_edit(b, m, c, &second);
        cr_assert_eq(bon_spans_compose(&first, &second, &both), BON_OK);
        const bon_buf out = {.data = c, .len = l};
        check_spans(&both, a, n, &out);
        bon_spans_free(&first);
        bon_spans_free(&second);
        bon_spans_free(&both);
    }
}
