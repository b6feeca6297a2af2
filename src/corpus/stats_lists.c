/* src/corpus/stats_lists.c: the sections with bars and lists. */
#include <stdlib.h>
#include <string.h>

#include "corpus/stats_sections.h"

/* ---- bars of a table of counts ---- */

struct bar {
    const char *label; /* NULL: the phrase */
    enum bon_phrase phrase;
    uint64_t count;
    size_t order; /* as they were given */
};

static int compare_bars(const void *a, const void *b) {
    const struct bar *x = a, *y = b;
    if (x->count != y->count) return x->count > y->count ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

/* Bars of what is not zero; the `most` longest, longest first, where they are to be sorted. */
static bon_status put_bars(struct bon_page *page, struct bar *bars, size_t count, bool sorted, size_t most) {
    uint64_t whole = 0, longest = 0;
    for (size_t i = 0; i < count; i++) {
        bars[i].order = i;
        whole += bars[i].count;
        if (bars[i].count > longest) longest = bars[i].count;
    }
    if (sorted) qsort(bars, count, sizeof *bars, compare_bars);
    BON_TRY(bon_page_bars_begin(page, "shares"));
    for (size_t i = 0; i < count && i < most; i++)
        if (bars[i].count)
            BON_TRY(bon_page_bar(page, bars[i].label, bars[i].label ? strlen(bars[i].label) : 0, bars[i].phrase,
                                 bars[i].count, longest, whole));
    return bon_page_bars_end(page);
}

static bon_status put_kinds(struct bon_page *page, const struct bon_stats_summary *summary) {
    struct bar bars[BON_TOKEN_KINDS];
    for (unsigned i = 0; i < BON_TOKEN_KINDS; i++)
        bars[i] = (struct bar){NULL, (enum bon_phrase)(BON_PHRASE_KIND_SYLLABLE + i), summary->total.kinds[i], 0};
    BON_TRY(bon_section_begin(page, BON_PHRASE_KINDS, ""));
    BON_TRY(put_bars(page, bars, BON_TOKEN_KINDS, true, BON_TOKEN_KINDS));
    return bon_section_end(page);
}

static bon_status put_encodings(struct bon_page *page, const struct bon_stats_summary *summary) {
    struct bar bars[BON_STATS_ENCODINGS];
    for (unsigned i = 0; i < BON_STATS_ENCODINGS; i++)
        bars[i] = (struct bar){bon_stats_encoding_name(i), BON_PHRASE_NONE, summary->total.encodings[i], 0};
    bars[BON_STATS_ASCII] = (struct bar){NULL, BON_PHRASE_ASCII, summary->total.encodings[BON_STATS_ASCII], 0};
    bars[BON_STATS_UNSURE] = (struct bar){NULL, BON_PHRASE_UNSURE, summary->total.encodings[BON_STATS_UNSURE], 0};
    bars[BON_CHARSET_MOJIBAKE] =
        (struct bar){NULL, BON_PHRASE_MOJIBAKE, summary->total.encodings[BON_CHARSET_MOJIBAKE], 0};
    BON_TRY(bon_section_begin(page, BON_PHRASE_ENCODINGS, ""));
    BON_TRY(put_bars(page, bars, BON_STATS_ENCODINGS, true, BON_STATS_ENCODINGS));
    BON_TRY(bon_section_note(page, BON_PHRASE_ENCODINGS_NOTE));
    return bon_section_end(page);
}

static bon_status put_rules(struct bon_page *page, const struct bon_stats_summary *summary) {
    uint64_t longest = 0;
    for (unsigned i = 0; i < BON_RULES; i++)
        if (summary->total.rules[i] > longest) longest = summary->total.rules[i];
    BON_TRY(bon_section_begin(page, BON_PHRASE_RULES, ""));
    if (!longest) BON_TRY(bon_section_note(page, BON_PHRASE_RULES_NONE));
    BON_TRY(bon_page_bars_begin(page, ""));
    for (unsigned i = 0; i < BON_RULES; i++) {
        const char *name = bon_rule_name((bon_rule)i);
        if (summary->total.rules[i])
            BON_TRY(bon_page_bar(page, name, strlen(name), BON_PHRASE_NONE, summary->total.rules[i], longest, 0));
    }
    BON_TRY(bon_page_bars_end(page));
    return bon_section_end(page);
}

static bon_status put_duplicates(struct bon_page *page, const struct bon_stats_summary *summary) {
    uint64_t texts = summary->texts;
    BON_TRY(bon_section_begin(page, BON_PHRASE_DUPLICATES, ""));
    BON_TRY(bon_page_bars_begin(page, "shares"));
    BON_TRY(bon_page_bar(page, NULL, 0, BON_PHRASE_DUPLICATES_TEXTS, texts, texts, texts));
    BON_TRY(bon_page_bar(page, NULL, 0, BON_PHRASE_DUPLICATES_DIFFERENT, summary->different_texts, texts, texts));
    BON_TRY(bon_page_bar(page, NULL, 0, BON_PHRASE_DUPLICATES_BYTES, summary->repeated_bytes, summary->text_bytes,
                         summary->text_bytes));
    BON_TRY(bon_page_bars_end(page));
    return bon_section_end(page);
}

bon_status bon_section_counts(struct bon_page *page, const struct bon_stats_summary *summary) {
    BON_TRY(put_kinds(page, summary));
    BON_TRY(bon_page_raw(page, "<div class=\"stack\">\n"));
    BON_TRY(put_encodings(page, summary));
    BON_TRY(put_duplicates(page, summary));
    BON_TRY(bon_page_raw(page, "</div>\n"));
    return put_rules(page, summary);
}

/* ---- lists of words ---- */

static bon_status put_list(struct bon_page *page, const struct bon_stats_list *list) {
    uint64_t longest = list->count ? list->rows[0].count : 0;
    BON_TRY(bon_page_bars_begin(page, "words"));
    for (size_t i = 0; i < list->count; i++)
        BON_TRY(bon_page_bar(page, list->rows[i].text, list->rows[i].len, BON_PHRASE_NONE, list->rows[i].count, longest,
                             0));
    return bon_page_bars_end(page);
}

static bon_status put_column(struct bon_page *page, enum bon_phrase name, uint64_t types, const uint64_t *once,
                             const struct bon_stats_list *list) {
    BON_TRY(bon_page_raw(page, "<div><h3>"));
    BON_TRY(bon_page_say(page, name));
    BON_TRY(bon_page_raw(page, "</h3><p class=\"note\">"));
    BON_TRY(bon_page_count(page, types));
    BON_TRY(bon_page_raw(page, " "));
    BON_TRY(bon_page_say(page, BON_PHRASE_TYPES));
    if (once) {
        BON_TRY(bon_page_raw(page, "; "));
        BON_TRY(bon_page_share(page, *once, types));
        BON_TRY(bon_page_raw(page, " "));
        BON_TRY(bon_page_say(page, BON_PHRASE_ONCE));
    }
    BON_TRY(bon_page_raw(page, "</p>\n"));
    BON_TRY(put_list(page, list));
    return bon_page_raw(page, "</div>\n");
}

static bon_status put_top(struct bon_page *page, const struct bon_stats_summary *summary) {
    static const enum bon_phrase names[BON_STATS_ORDER_MAX] = {BON_PHRASE_ONE, BON_PHRASE_TWO, BON_PHRASE_THREE};
    BON_TRY(bon_section_begin(page, BON_PHRASE_TOP, "wide"));
    BON_TRY(bon_page_raw(page, "<div class=\"columns\">\n"));
    for (unsigned i = 0; i < summary->order; i++) {
        const struct bon_stats_runs *runs = &summary->runs[i];
        BON_TRY(put_column(page, names[i], runs->types, &runs->once, &runs->top));
    }
    BON_TRY(bon_page_raw(page, "</div>\n"));
    return bon_section_end(page);
}

static bon_status put_words(struct bon_page *page, const struct bon_stats_summary *summary) {
    static const struct {
        enum bon_stats_look look;
        enum bon_phrase name;
    } columns[] = {{BON_STATS_LOOK_MARKED, BON_PHRASE_LOOK_MARKED},
                   {BON_STATS_LOOK_PLAIN, BON_PHRASE_LOOK_PLAIN},
                   {BON_STATS_LOOK_JOINED, BON_PHRASE_LOOK_JOINED},
                   {BON_STATS_LOOK_OTHER, BON_PHRASE_LOOK_OTHER}};
    BON_TRY(bon_section_begin(page, BON_PHRASE_WORDS, "wide"));
    BON_TRY(bon_page_raw(page, "<div class=\"columns\">\n"));
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        enum bon_stats_look look = columns[i].look;
        if (summary->look_types[look])
            BON_TRY(put_column(page, columns[i].name, summary->look_types[look], NULL, &summary->looks[look]));
    }
    BON_TRY(bon_page_raw(page, "</div>\n"));
    BON_TRY(bon_section_note(page, BON_PHRASE_LOOK_MARKED_NOTE));
    return bon_section_end(page);
}

/* ---- sounds ---- */

static bon_status begin_sound(struct bon_page *page, enum bon_phrase name) {
    BON_TRY(bon_page_raw(page, "<div><h3>"));
    BON_TRY(bon_page_say(page, name));
    return bon_page_raw(page, "</h3>\n");
}

static bon_status put_sounds(struct bon_page *page, const struct bon_stats_summary *summary) {
    enum { RHYMES_SHOWN = 25 };
    static const char *const tones[BON_TONES] = {"ngang", "huyền", "sắc", "hỏi", "ngã", "nặng"};
    struct bar bars[BON_RHYMES];
    BON_TRY(bon_section_begin(page, BON_PHRASE_SOUNDS, "wide"));
    BON_TRY(bon_page_raw(page, "<div class=\"columns\">\n"));
    for (unsigned i = 0; i < BON_TONES; i++) bars[i] = (struct bar){tones[i], BON_PHRASE_NONE, summary->tones[i], 0};
    BON_TRY(begin_sound(page, BON_PHRASE_TONES));
    BON_TRY(put_bars(page, bars, BON_TONES, false, BON_TONES));
    BON_TRY(bon_page_raw(page, "</div>\n"));
    for (unsigned i = 0; i < BON_ONSETS; i++)
        bars[i] = (struct bar){i ? bon_stats_onset_names[i] : NULL, BON_PHRASE_ONSET_NONE, summary->onsets[i], 0};
    BON_TRY(begin_sound(page, BON_PHRASE_ONSETS));
    BON_TRY(put_bars(page, bars, BON_ONSETS, true, BON_ONSETS));
    BON_TRY(bon_page_raw(page, "</div>\n"));
    for (unsigned i = 0; i < BON_RHYMES; i++)
        bars[i] = (struct bar){bon_stats_rhyme_names[i], BON_PHRASE_NONE, summary->rhymes[i], 0};
    BON_TRY(begin_sound(page, BON_PHRASE_RHYMES));
    BON_TRY(put_bars(page, bars, BON_RHYMES, true, RHYMES_SHOWN));
    BON_TRY(bon_page_raw(page, "</div>\n</div>\n"));
    return bon_section_end(page);
}

bon_status bon_section_lists(struct bon_page *page, const struct bon_stats_summary *summary) {
    BON_TRY(put_top(page, summary));
    BON_TRY(put_words(page, summary));
    return summary->syllable_types ? put_sounds(page, summary) : BON_OK;
}
