/* src/corpus/stats_sections.c: the sections with charts. */
#include "corpus/stats_sections.h"

#include <math.h>
#include <stdlib.h>

#include "corpus/stats_spectrum.h"

bon_status bon_section_begin(struct bon_page *page, enum bon_phrase heading, const char *style) {
    BON_TRY(bon_buf_printf(page->out, "<section class=\"%s\">\n<h2>", style));
    BON_TRY(bon_page_say(page, heading));
    return bon_page_raw(page, "</h2>\n");
}

bon_status bon_section_note(struct bon_page *page, enum bon_phrase note) {
    BON_TRY(bon_page_raw(page, "<p class=\"note\">"));
    BON_TRY(bon_page_say(page, note));
    return bon_page_raw(page, "</p>\n");
}

bon_status bon_section_end(struct bon_page *page) { return bon_page_raw(page, "</section>\n"); }

/* ---- legends ---- */

static bon_status put_key(struct bon_page *page, const char *style, enum bon_phrase phrase) {
    BON_TRY(bon_buf_printf(page->out, "<span><i class=\"%s\"></i>", style));
    return bon_page_say(page, phrase);
}

/* ---- coverage ---- */

static bon_status put_covering(struct bon_page *page, const struct bon_stats_summary *summary) {
    BON_TRY(bon_page_raw(page, "<table class=\"grid small\"><tr><th scope=\"row\">"));
    BON_TRY(bon_page_say(page, BON_PHRASE_COVERED));
    BON_TRY(bon_page_raw(page, "</th>"));
    for (unsigned i = 0; i < BON_STATS_SHARES; i++) {
        BON_TRY(bon_page_raw(page, "<td>"));
        BON_TRY(bon_page_real(page, bon_stats_shares[i] * 100, bon_stats_shares[i] > 0.99));
        BON_TRY(bon_page_raw(page, " %</td>"));
    }
    BON_TRY(bon_page_raw(page, "</tr><tr><th scope=\"row\">"));
    BON_TRY(bon_page_say(page, BON_PHRASE_SYLLABLES));
    BON_TRY(bon_page_raw(page, "</th>"));
    for (unsigned i = 0; i < BON_STATS_SHARES; i++) {
        BON_TRY(bon_page_raw(page, "<td>"));
        BON_TRY(bon_page_count(page, summary->covering[i]));
        BON_TRY(bon_page_raw(page, "</td>"));
    }
    BON_TRY(bon_page_raw(page, "</tr></table>\n<p class=\"note\">"));
    BON_TRY(bon_page_count(page, summary->syllable_types));
    BON_TRY(bon_page_raw(page, " "));
    BON_TRY(bon_page_say(page, BON_PHRASE_SEEN));
    return bon_page_raw(page, ".</p>\n");
}

static bon_status put_coverage(struct bon_page *page, const struct bon_stats_summary *summary) {
    struct bon_chart chart = {.page = page,
                              .x = bon_axis_log(1, (double)summary->syllable_types, BON_PHRASE_COVERAGE_X),
                              .y = bon_axis_share(1, BON_PHRASE_COVERAGE_Y)};
    if (!summary->syllable_types) return BON_OK;
    BON_TRY(bon_section_begin(page, BON_PHRASE_COVERAGE, ""));
    BON_TRY(bon_chart_begin(&chart, BON_PHRASE_COVERAGE));
    BON_TRY(bon_chart_line(&chart, &summary->coverage, "s1"));
    BON_TRY(bon_chart_end(&chart));
    BON_TRY(put_covering(page, summary));
    BON_TRY(bon_section_note(page, BON_PHRASE_COVERAGE_NOTE));
    return bon_section_end(page);
}

/* ---- Zipf ---- */

static bon_status put_slope(struct bon_page *page, double slope) {
    if (slope >= 0) return BON_OK;
    BON_TRY(bon_page_raw(page, ": "));
    BON_TRY(bon_page_say(page, BON_PHRASE_SLOPE));
    BON_TRY(bon_page_raw(page, " −"));
    return bon_page_real(page, -slope, 2);
}

static bon_status put_zipf(struct bon_page *page, const struct bon_stats_summary *summary) {
    static const char *const styles[BON_STATS_ORDER_MAX] = {"s1", "s2", "s3"};
    static const enum bon_phrase names[BON_STATS_ORDER_MAX] = {BON_PHRASE_ONE, BON_PHRASE_TWO, BON_PHRASE_THREE};
    uint64_t types = 1;
    double most = 1;
    for (unsigned i = 0; i < summary->order; i++) {
        const struct bon_stats_runs *runs = &summary->runs[i];
        if (runs->types > types) types = runs->types;
        if (runs->zipf.count && runs->zipf.points[0].y > most) most = runs->zipf.points[0].y;
    }
    struct bon_chart chart = {.page = page,
                              .x = bon_axis_log(1, (double)types, BON_PHRASE_ZIPF_X),
                              .y = bon_axis_log(1, most, BON_PHRASE_ZIPF_Y)};
    BON_TRY(bon_section_begin(page, BON_PHRASE_ZIPF, ""));
    BON_TRY(bon_chart_begin(&chart, BON_PHRASE_ZIPF));
    for (unsigned i = summary->order; i-- > 0;) BON_TRY(bon_chart_line(&chart, &summary->runs[i].zipf, styles[i]));
    BON_TRY(bon_chart_end(&chart));
    BON_TRY(bon_page_raw(page, "<p class=\"legend\">"));
    for (unsigned i = 0; i < summary->order; i++) {
        BON_TRY(put_key(page, styles[i], names[i]));
        BON_TRY(put_slope(page, summary->runs[i].slope));
        BON_TRY(bon_page_raw(page, "</span>\n"));
    }
    BON_TRY(bon_page_raw(page, "</p>\n"));
    return bon_section_end(page);
}

/* ---- Heaps ---- */

/* The fitted line over the chart. */
static bon_status put_fit(struct bon_chart *chart, const struct bon_stats_summary *summary) {
    struct bon_stats_curve line = {0};
    enum { STEPS = 16 };
    bon_status status = BON_OK;
    for (int i = 0; i <= STEPS && status == BON_OK; i++) {
        double x = chart->x.from * pow(chart->x.to / chart->x.from, (double)i / STEPS);
        status = bon_curve_add(&line, x, summary->heaps_factor * pow(x, summary->heaps_power));
    }
    if (status == BON_OK) status = bon_chart_line(chart, &line, "fit");
    free(line.points);
    return status;
}

static bon_status put_heaps(struct bon_page *page, const struct bon_stats_summary *summary) {
    struct bon_chart chart = {.page = page,
                              .x = bon_axis_log(1, (double)summary->runs[0].tokens, BON_PHRASE_HEAPS_X),
                              .y = bon_axis_log(1, (double)summary->runs[0].types, BON_PHRASE_HEAPS_Y)};
    const bool fits = summary->heaps_factor > 0;
    BON_TRY(bon_section_begin(page, BON_PHRASE_HEAPS, ""));
    BON_TRY(bon_chart_begin(&chart, BON_PHRASE_HEAPS));
    if (fits) BON_TRY(put_fit(&chart, summary));
    BON_TRY(bon_chart_line(&chart, &summary->heaps_syllables, "s2"));
    BON_TRY(bon_chart_line(&chart, &summary->heaps, "s1"));
    BON_TRY(bon_chart_end(&chart));
    BON_TRY(bon_page_raw(page, "<p class=\"legend\">"));
    BON_TRY(put_key(page, "s1", BON_PHRASE_ONE));
    BON_TRY(bon_page_raw(page, "</span>\n"));
    BON_TRY(put_key(page, "s2", BON_PHRASE_SYLLABLES));
    BON_TRY(bon_page_raw(page, "</span>\n"));
    if (fits) {
        BON_TRY(put_key(page, "fit", BON_PHRASE_HEAPS_FIT));
        BON_TRY(bon_page_raw(page, ": <var>V</var> = "));
        BON_TRY(bon_page_real(page, summary->heaps_factor, summary->heaps_factor < 10 ? 2 : 1));
        BON_TRY(bon_page_raw(page, " <var>n</var><sup>"));
        BON_TRY(bon_page_real(page, summary->heaps_power, 2));
        BON_TRY(bon_page_raw(page, "</sup></span>\n"));
    }
    BON_TRY(bon_page_raw(page, "</p>\n"));
    BON_TRY(bon_section_note(page, BON_PHRASE_HEAPS_NOTE));
    return bon_section_end(page);
}

bon_status bon_section_curves(struct bon_page *page, const struct bon_stats_summary *summary) {
    BON_TRY(put_coverage(page, summary));
    BON_TRY(put_zipf(page, summary));
    return put_heaps(page, summary);
}

/* ---- lines ---- */

static double largest_share(const uint64_t *counts, unsigned n, uint64_t *total) {
    uint64_t largest = 0;
    *total = 0;
    for (unsigned i = 0; i < n; i++) {
        *total += counts[i];
        if (counts[i] > largest) largest = counts[i];
    }
    return *total ? (double)largest / (double)*total : 0;
}

static bon_status put_lengths(struct bon_page *page, const struct bon_stats_summary *summary) {
    const uint64_t *lengths = summary->total.lengths;
    uint64_t total;
    double largest = largest_share(lengths, BON_STATS_LENGTHS, &total);
    unsigned end = BON_STATS_LENGTHS, least_end = 4;
    while (end > least_end && !lengths[end - 1]) end--;
    struct bon_chart chart = {.page = page,
                              .x = {.to = end, .octaves = true, .title = BON_PHRASE_LENGTHS_X},
                              .y = bon_axis_share(largest, BON_PHRASE_LENGTHS_Y)};
    BON_TRY(bon_section_begin(page, BON_PHRASE_LENGTHS, ""));
    BON_TRY(bon_chart_begin(&chart, BON_PHRASE_LENGTHS));
    for (unsigned i = 0; i < end; i++)
        if (lengths[i]) BON_TRY(bon_chart_bar(&chart, i, i + 1, (double)lengths[i] / (double)total));
    BON_TRY(bon_chart_end(&chart));
    return bon_section_end(page);
}

static bon_status put_densities(struct bon_page *page, const struct bon_stats_summary *summary) {
    const uint64_t *densities = summary->total.densities;
    uint64_t total;
    double largest = largest_share(densities, BON_STATS_DENSITIES, &total);
    struct bon_chart chart = {
        .page = page, .x = bon_axis_share(1, BON_PHRASE_DENSITY_X), .y = bon_axis_share(largest, BON_PHRASE_LENGTHS_Y)};
    if (!total) return BON_OK;
    BON_TRY(bon_section_begin(page, BON_PHRASE_DENSITY, ""));
    BON_TRY(bon_chart_begin(&chart, BON_PHRASE_DENSITY));
    for (unsigned i = 0; i < BON_STATS_DENSITIES; i++)
        if (densities[i])
            BON_TRY(bon_chart_bar(&chart, (double)i / BON_STATS_DENSITIES, (double)(i + 1) / BON_STATS_DENSITIES,
                                  (double)densities[i] / (double)total));
    BON_TRY(bon_chart_end(&chart));
    BON_TRY(bon_section_note(page, BON_PHRASE_DENSITY_NOTE));
    return bon_section_end(page);
}

bon_status bon_section_lines(struct bon_page *page, const struct bon_stats_summary *summary) {
    BON_TRY(put_lengths(page, summary));
    return put_densities(page, summary);
}
