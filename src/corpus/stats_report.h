/* src/corpus/stats_report.h: the summary of a corpus for people (HTML), tables (TSV) and programs (JSON). */
#ifndef BON_SRC_CORPUS_STATS_REPORT_H
#define BON_SRC_CORPUS_STATS_REPORT_H

#include "base/buf.h"
#include "corpus/stats_summary.h"

enum bon_stats_language { BON_STATS_BOTH, BON_STATS_VI, BON_STATS_EN };

/* Rows "table TAB row TAB column TAB value" behind a heading. */
bon_status bon_stats_tsv(const struct bon_stats_summary *summary, bon_buf *out);

/* One object on one line: the totals. */
bon_status bon_stats_json(const struct bon_stats_summary *summary, bon_buf *out);

/* A page that needs nothing else: no script, font or picture from anywhere; charts are SVG within it. In both languages, the reader chooses
 * by a switch. The title may be any text. */
bon_status bon_stats_html(const struct bon_stats_summary *summary, const char *title, enum bon_stats_language language,
                          bon_buf *out);

/* "utf-8", "ascii", "unsure": an index of bon_stats_sums.encodings. */
const char *bon_stats_encoding_name(unsigned encoding);

#endif
