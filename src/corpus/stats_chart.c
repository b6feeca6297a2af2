/* src/corpus/stats_chart.c: charts as SVG in the page: axes with round numbers, lines, bars. Everything is laid out for a width of 440
 * units, which is a phone's; the page scales it. */
#include <math.h>
#include <stdio.h>

#include "corpus/stats_page.h"

enum { WIDTH = 440, HEIGHT = 296, LEFT = 66, RIGHT = 24, TOP = 14, BOTTOM = 52 };

/* ---- from numbers to places ---- */

/* 0 at the beginning of the axis, 1 at its end. */
static double place_on(const struct bon_axis *axis, double value) {
    if (axis->log) return log10(value / axis->from) / log10(axis->to / axis->from);
    return (value - axis->from) / (axis->to - axis->from);
}

static double x_of(const struct bon_chart *chart, double value) {
    return LEFT + place_on(&chart->x, value) * (WIDTH - LEFT - RIGHT);
}

static double y_of(const struct bon_chart *chart, double value) {
    return HEIGHT - BOTTOM - place_on(&chart->y, value) * (HEIGHT - TOP - BOTTOM);
}

struct bon_axis bon_axis_log(double from, double to, enum bon_phrase title) {
    struct bon_axis axis = {.log = true, .title = title};
    axis.from = pow(10, floor(log10(from > 0 ? from : 1) + 1e-9));
    axis.to = pow(10, ceil(log10(to > 0 ? to : 1) - 1e-9));
    if (axis.to < axis.from * 10) axis.to = axis.from * 10;
    return axis;
}

struct bon_axis bon_axis_share(double to, enum bon_phrase title) {
    static const double ends[] = {0.02, 0.04, 0.1, 0.2, 0.4, 0.6, 0.8, 1};
    size_t i = 0;
    while (i + 1 < sizeof ends / sizeof *ends && ends[i] < to) i++;
    return (struct bon_axis){.to = ends[i], .share = true, .title = title};
}

/* ---- axes ---- */

/* 1, 10, 100, 1000, 10⁴, ... */
static void name_power(int power, char *name, size_t size) {
    static const char *const high[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    if (power >= 0 && power < 4)
        snprintf(name, size, "%d", power == 0 ? 1 : power == 1 ? 10 : power == 2 ? 100 : 1000);
    else if (power >= 10)
        snprintf(name, size, "10%s%s", high[power / 10 % 10], high[power % 10]);
    else
        snprintf(name, size, "10%s", high[power < 0 ? 0 : power]);
}

static void name_value(const struct bon_axis *axis, double value, char *name, size_t size) {
    if (axis->share)
        snprintf(name, size, "%.4g %%", value * 100);
    else if (axis->octaves)
        snprintf(name, size, "%.0f", value < 1 ? 0 : ldexp(1, (int)value - 1));
    else
        snprintf(name, size, "%g", value);
}

static bon_status put_mark(struct bon_chart *chart, bool upright, double value, const char *name) {
    if (upright) {
        double y = y_of(chart, value);
        return bon_buf_printf(
            chart->page->out,
            "<path class=\"grid\" d=\"M%d %.1fH%d\"/><text x=\"%d\" y=\"%.1f\" class=\"end\">%s</text>\n", LEFT, y,
            WIDTH - RIGHT, LEFT - 6, y + 4, name);
    }
    double x = x_of(chart, value);
    return bon_buf_printf(chart->page->out,
                          "<path class=\"grid\" d=\"M%.1f %dV%d\"/><text x=\"%.1f\" y=\"%d\" class=\"mid\">%s</text>\n",
                          x, TOP, HEIGHT - BOTTOM, x, HEIGHT - BOTTOM + 22, name);
}

/* At most six numbers beside the first, so that they do not touch. */
static bon_status put_marks(struct bon_chart *chart, bool upright) {
    enum { MOST = 7 };
    const struct bon_axis *axis = upright ? &chart->y : &chart->x;
    char name[32];
    if (axis->log) {
        int first = (int)lround(log10(axis->from)), last = (int)lround(log10(axis->to));
        int step = 1 + (last - first) / MOST;
        for (int power = first; power <= last; power += step) {
            name_power(power, name, sizeof name);
            BON_TRY(put_mark(chart, upright, pow(10, power), name));
        }
        return BON_OK;
    }
    double step =
        axis->octaves ? 1 + floor((axis->to - axis->from) / (MOST + 1)) : (axis->to - axis->from) / (upright ? 4 : 5);
    for (double value = axis->from; value <= axis->to * (1 + 1e-9); value += step) {
        name_value(axis, value, name, sizeof name);
        BON_TRY(put_mark(chart, upright, value, name));
    }
    return BON_OK;
}

/* A phrase as SVG text, in each language. */
static bon_status put_phrase(struct bon_page *page, const char *attributes, enum bon_phrase phrase) {
    if (page->language != BON_STATS_EN)
        BON_TRY(bon_buf_printf(page->out, "<text class=\"title vi\" lang=\"vi\" %s>%s</text>\n", attributes,
                               bon_phrase_vi(phrase)));
    if (page->language == BON_STATS_VI) return BON_OK;
    return bon_buf_printf(page->out, "<text class=\"title en\" lang=\"en\" %s>%s</text>\n", attributes,
                          bon_phrase_en(phrase));
}

bon_status bon_chart_begin(struct bon_chart *chart, enum bon_phrase title) {
    char place[96];
    const char *name = chart->page->language == BON_STATS_EN ? bon_phrase_en(title) : bon_phrase_vi(title);
    BON_TRY(bon_buf_printf(chart->page->out,
                           "<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n", WIDTH,
                           HEIGHT, name));
    BON_TRY(put_marks(chart, false));
    BON_TRY(put_marks(chart, true));
    snprintf(place, sizeof place, "x=\"%d\" y=\"%d\"", (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8);
    BON_TRY(put_phrase(chart->page, place, chart->x.title));
    snprintf(place, sizeof place, "transform=\"translate(14 %d) rotate(-90)\"", (TOP + HEIGHT - BOTTOM) / 2);
    return put_phrase(chart->page, place, chart->y.title);
}

/* ---- what is drawn ---- */

static bool is_inside(const struct bon_axis *axis, double value) {
    return value >= axis->from * (1 - 1e-9) && value <= axis->to * (1 + 1e-9) && (!axis->log || value > 0);
}

bon_status bon_chart_line(struct bon_chart *chart, const struct bon_stats_curve *curve, const char *style) {
    bool begun = false;
    BON_TRY(bon_buf_printf(chart->page->out, "<path class=\"line %s\" d=\"", style));
    for (size_t i = 0; i < curve->count; i++) {
        const struct bon_stats_point *point = &curve->points[i];
        if (!is_inside(&chart->x, point->x) || !is_inside(&chart->y, point->y)) continue;
        BON_TRY(bon_buf_printf(chart->page->out, "%s%.1f %.1f", begun ? "L" : "M", x_of(chart, point->x),
                               y_of(chart, point->y)));
        begun = true;
    }
    return bon_page_raw(chart->page, "\"/>\n");
}

bon_status bon_chart_bar(struct bon_chart *chart, double from, double to, double y) {
    double left = x_of(chart, from), right = x_of(chart, to), top = y_of(chart, y);
    return bon_buf_printf(chart->page->out,
                          "<rect class=\"s1\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n", left + 0.7,
                          top, right - left - 1.4, HEIGHT - BOTTOM - top);
}

bon_status bon_chart_end(struct bon_chart *chart) {
    return bon_buf_printf(chart->page->out, "<path class=\"axis\" d=\"M%d %dV%dH%d\"/></svg>\n", LEFT, TOP,
                          HEIGHT - BOTTOM, WIDTH - RIGHT);
}
