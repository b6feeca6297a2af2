/* src/corpus/filter.c: the tables behind filter.h. */
#include "corpus/filter.h"

#include <math.h>

static const struct {
    const char *name;
    int decimals;
} rows[] = {
#define BON_FILTER_ROW(id, name, decimals, ...) {name, decimals},
    BON_FILTER_TABLE(BON_FILTER_ROW)
#undef BON_FILTER_ROW
        {"kept", 0},
};

static const struct bon_filter_range line_ranges[] = {
#define BON_FILTER_ROW(id, name, decimals, line_least, line_most, ...) {line_least, line_most},
    BON_FILTER_TABLE(BON_FILTER_ROW)
#undef BON_FILTER_ROW
};

static const struct bon_filter_range document_ranges[] = {
#define BON_FILTER_ROW(id, name, decimals, line_least, line_most, least, most, what) {least, most},
    BON_FILTER_TABLE(BON_FILTER_ROW)
#undef BON_FILTER_ROW
};

const struct bon_filter_range *bon_filter_defaults(enum bon_filter_kind kind) {
    return kind == BON_FILTER_LINES ? line_ranges : document_ranges;
}

const char *bon_filter_name(unsigned rule) { return rows[rule].name; }

int bon_filter_decimals(unsigned rule) { return rows[rule].decimals; }
