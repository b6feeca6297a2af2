/* src/corpus/stats_sections.h: the sections of the page of bon stats and what frames each. */
#ifndef BON_SRC_CORPUS_STATS_SECTIONS_H
#define BON_SRC_CORPUS_STATS_SECTIONS_H

#include "corpus/stats_page.h"

/* A heading with what belongs to it; style: "" a column, "wide" all of the page. */
bon_status bon_section_begin(struct bon_page *page, enum bon_phrase heading, const char *style);
bon_status bon_section_note(struct bon_page *page, enum bon_phrase note);
bon_status bon_section_end(struct bon_page *page);

/* Coverage, Zipf, Heaps (stats_sections.c). */
bon_status bon_section_curves(struct bon_page *page, const struct bon_stats_summary *summary);
/* Lengths and mark densities of lines. */
bon_status bon_section_lines(struct bon_page *page, const struct bon_stats_summary *summary);
/* Kinds of tokens, encodings, normalization, duplicates (stats_lists.c). */
bon_status bon_section_counts(struct bon_page *page, const struct bon_stats_summary *summary);
/* Most frequent words and runs, words that are no syllables, sounds. */
bon_status bon_section_lists(struct bon_page *page, const struct bon_stats_summary *summary);

extern const char bon_stats_style[]; /* the style sheet (stats_style.c) */

#endif
