/* src/corpus/stats_page.h: the parts that the page of bon stats is made of: texts in both languages, numbers, bars, charts. */
#ifndef BON_SRC_CORPUS_STATS_PAGE_H
#define BON_SRC_CORPUS_STATS_PAGE_H

#include "corpus/stats_phrases.h"
#include "corpus/stats_report.h"

struct bon_page {
    bon_buf *out;
    enum bon_stats_language language;
};

/* ---- text (stats_page.c) ---- */

/* Bytes that mean themselves. */
bon_status bon_page_raw(struct bon_page *page, const char *html);
/* Any bytes, escaped: malformed sequences and controls become U+FFFD. */
bon_status bon_page_text(struct bon_page *page, const char *text, size_t n);
/* A phrase of stats_phrases.h in the page's language, or in both, of which the style sheet shows one. */
bon_status bon_page_say(struct bon_page *page, enum bon_phrase phrase);
bon_status bon_page_count(struct bon_page *page, uint64_t n);                    /* 12 345 */
bon_status bon_page_real(struct bon_page *page, double value, int decimals);     /* 12,3 or 12.3 */
bon_status bon_page_share(struct bon_page *page, uint64_t part, uint64_t whole); /* 12,3 %; nothing of nothing */
bon_status bon_page_bytes(struct bon_page *page, uint64_t bytes);                /* 12,3 MB */

/* ---- bars: a row a thing (stats_page.c) ---- */

bon_status bon_page_bars_begin(struct bon_page *page, const char *style);
/* `label` is what stands before the bar: n bytes of any text, or, where n is 0, the phrase. */
bon_status bon_page_bar(struct bon_page *page, const char *label, size_t n, enum bon_phrase phrase, uint64_t count,
                        uint64_t longest, uint64_t whole);
bon_status bon_page_bars_end(struct bon_page *page);

/* ---- charts (stats_chart.c) ---- */

struct bon_axis {
    double from, to;
    bool log;     /* both ends above 0 */
    bool share;   /* numbers are shares: shown in percent */
    bool octaves; /* numbers are logarithms to base 2: shown as what they are of */
    enum bon_phrase title;
};

struct bon_chart {
    struct bon_page *page;
    struct bon_axis x, y;
};

/* Draws axes; the title says to those who cannot see it what the chart shows. */
bon_status bon_chart_begin(struct bon_chart *chart, enum bon_phrase title);
/* A line through points; style is a class of the style sheet: "s1", "s2", "s3" or "fit". Points outside of the axes are left out. */
bon_status bon_chart_line(struct bon_chart *chart, const struct bon_stats_curve *curve, const char *style);
/* A bar from the x axis up. */
bon_status bon_chart_bar(struct bon_chart *chart, double from, double to, double y);
bon_status bon_chart_end(struct bon_chart *chart);
/* An axis of decades that holds `from` to `to`, or of shares that ends above `to`. */
struct bon_axis bon_axis_log(double from, double to, enum bon_phrase title);
struct bon_axis bon_axis_share(double to, enum bon_phrase title);

#endif
