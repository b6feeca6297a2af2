/* src/corpus/stats_page.c: see stats_page.h. Texts, numbers and bars. */
#include "corpus/stats_page.h"

#include <stdio.h>
#include <string.h>

#include "syllable/utf8.h"

const char *bon_phrase_vi(enum bon_phrase phrase) {
    static const char *const phrases[BON_PHRASES] = {
#define VI(name, vi, en) vi,
        BON_PHRASE_TABLE(VI)
#undef VI
    };
    return phrases[phrase];
}

const char *bon_phrase_en(enum bon_phrase phrase) {
    static const char *const phrases[BON_PHRASES] = {
#define EN(name, vi, en) en,
        BON_PHRASE_TABLE(EN)
#undef EN
    };
    return phrases[phrase];
}

/* ---- text ---- */

bon_status bon_page_raw(struct bon_page *page, const char *html) {
    return bon_buf_append(page->out, html, strlen(html));
}

static const char *reference_of(char c) {
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return NULL;
    }
}

/* Controls, and the marks that turn the direction of what stands behind them. */
static bool is_hidden(uint32_t c) {
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

bon_status bon_page_text(struct bon_page *page, const char *text, size_t n) {
    for (size_t at = 0; at < n;) {
        unsigned used;
        uint32_t c = bon_utf8_read(text + at, n - at, &used);
        const char *reference = reference_of(text[at]);
        if (reference)
            BON_TRY(bon_page_raw(page, reference));
        else if (c == BON_UTF8_INVALID || is_hidden(c))
            BON_TRY(bon_page_raw(page, "\xef\xbf\xbd"));
        else
            BON_TRY(bon_buf_append(page->out, text + at, used));
        at += used;
    }
    return BON_OK;
}

/* The same in both languages, or one each. */
static bon_status put_both(struct bon_page *page, const char *vi, const char *en) {
    if (strcmp(vi, en) == 0 || page->language == BON_STATS_VI) return bon_page_raw(page, vi);
    if (page->language == BON_STATS_EN) return bon_page_raw(page, en);
    return bon_buf_printf(page->out, "<span class=\"vi\" lang=\"vi\">%s</span><span class=\"en\" lang=\"en\">%s</span>",
                          vi, en);
}

bon_status bon_page_say(struct bon_page *page, enum bon_phrase phrase) {
    return put_both(page, bon_phrase_vi(phrase), bon_phrase_en(phrase));
}

/* ---- numbers ---- */

/* Groups of three, parted by narrow blanks at which no line ends: as ISO 80000-1 has it, for readers of any language. */
bon_status bon_page_count(struct bon_page *page, uint64_t n) {
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0 && length > 4) BON_TRY(bon_page_raw(page, "\xe2\x80\xaf"));
        BON_TRY(bon_buf_put(page->out, digits[i]));
    }
    return BON_OK;
}

bon_status bon_page_real(struct bon_page *page, double value, int decimals) {
    char en[64], vi[64];
    snprintf(en, sizeof en, "%.*f", decimals, value);
    memcpy(vi, en, sizeof vi);
    char *point = strchr(vi, '.');
    if (point) *point = ',';
    return put_both(page, vi, en);
}

bon_status bon_page_share(struct bon_page *page, uint64_t part, uint64_t whole) {
    if (!whole) return BON_OK;
    double percent = 100.0 * (double)part / (double)whole;
    if (part == 0) return bon_page_raw(page, "0 %");
    if (percent < 0.01) {
        BON_TRY(bon_page_raw(page, "&lt; "));
        percent = 0.01;
    }
    BON_TRY(bon_page_real(page, percent, percent < 0.995 ? 2 : 1));
    return bon_page_raw(page, " %");
}

bon_status bon_page_bytes(struct bon_page *page, uint64_t bytes) {
    static const char *const units[] = {" B", " kB", " MB", " GB", " TB", " PB"};
    double value = (double)bytes;
    size_t unit = 0;
    for (; value >= 999.5 && unit + 1 < sizeof units / sizeof *units; unit++) value /= 1000;
    BON_TRY(bon_page_real(page, value, unit && value < 99.5));
    return bon_page_raw(page, units[unit]);
}

/* ---- bars ---- */

static bool begins_with_mark(const char *text, size_t n) {
    unsigned used;
    uint32_t c = bon_utf8_read(text, n, &used);
    return c >= 0x300 && c < 0x370;
}

bon_status bon_page_bars_begin(struct bon_page *page, const char *style) {
    return bon_buf_printf(page->out, "<table class=\"bars %s\">\n", style);
}

bon_status bon_page_bar(struct bon_page *page, const char *label, size_t n, enum bon_phrase phrase, uint64_t count,
                        uint64_t longest, uint64_t whole) {
    double length = longest ? 100.0 * (double)count / (double)longest : 0;
    BON_TRY(bon_page_raw(page, "<tr><th scope=\"row\">"));
    if (n) {
        BON_TRY(bon_page_raw(page, "<bdi>"));
        if (begins_with_mark(label, n)) BON_TRY(bon_page_raw(page, "\xe2\x97\x8c")); /* a circle to carry it */
        BON_TRY(bon_page_text(page, label, n));
        BON_TRY(bon_page_raw(page, "</bdi>"));
    } else {
        BON_TRY(bon_page_say(page, phrase));
    }
    BON_TRY(bon_buf_printf(page->out,
                           "</th><td class=\"bar\"><svg viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" "
                           "aria-hidden=\"true\"><rect width=\"%.2f\" height=\"10\"/></svg></td><td>",
                           length));
    BON_TRY(bon_page_count(page, count));
    BON_TRY(bon_page_raw(page, "</td>"));
    if (whole) {
        BON_TRY(bon_page_raw(page, "<td>"));
        BON_TRY(bon_page_share(page, count, whole));
        BON_TRY(bon_page_raw(page, "</td>"));
    }
    return bon_page_raw(page, "</tr>\n");
}

bon_status bon_page_bars_end(struct bon_page *page) { return bon_page_raw(page, "</table>\n"); }
