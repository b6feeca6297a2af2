/* src/corpus/stats_html.c: the page of bon stats, section by section. The style sheet is stats_style.c, the parts stats_page.h. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corpus/stats_page.h"
#include "corpus/stats_sections.h"

/* ---- head ---- */

/* The switch between languages is two radio buttons and the style sheet. */
static bon_status put_head(struct bon_page *page, const char *title) {
    const bool both = page->language == BON_STATS_BOTH;
    BON_TRY(bon_buf_printf(page->out, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n",
                           page->language == BON_STATS_EN ? "en" : "vi"));
    BON_TRY(bon_page_raw(page, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                               "<meta name=\"color-scheme\" content=\"light dark\">\n"
                               "<link rel=\"icon\" href=\"data:,\">\n<title>"));
    BON_TRY(bon_page_text(page, title, strlen(title)));
    BON_TRY(bon_page_raw(page, "</title>\n<style>\n"));
    BON_TRY(bon_page_raw(page, bon_stats_style));
    BON_TRY(bon_page_raw(page, "</style>\n</head>\n<body>\n"));
    if (both)
        BON_TRY(bon_page_raw(page, "<input type=\"radio\" name=\"lang\" id=\"lang-vi\" checked>"
                                   "<input type=\"radio\" name=\"lang\" id=\"lang-en\">\n"));
    BON_TRY(bon_page_raw(page, "<header>\n"));
    if (both)
        BON_TRY(bon_page_raw(page, "<p class=\"switch\"><label for=\"lang-vi\" lang=\"vi\">Tiếng Việt</label>"
                                   "<label for=\"lang-en\" lang=\"en\">English</label></p>\n"));
    BON_TRY(bon_page_raw(page, "<p class=\"kicker\">"));
    BON_TRY(bon_page_say(page, BON_PHRASE_REPORT));
    BON_TRY(bon_page_raw(page, "</p>\n<h1><bdi>"));
    BON_TRY(bon_page_text(page, title, strlen(title)));
    return bon_page_raw(page, "</bdi></h1>\n</header>\n<main>\n");
}

/* ---- what stands out at once ---- */

static bon_status put_card(struct bon_page *page, enum bon_phrase what, uint64_t n) {
    BON_TRY(bon_page_raw(page, "<div><b>"));
    BON_TRY(what == BON_PHRASE_BYTES ? bon_page_bytes(page, n) : bon_page_count(page, n));
    BON_TRY(bon_page_raw(page, "</b><span>"));
    BON_TRY(bon_page_say(page, what));
    return bon_page_raw(page, "</span></div>\n");
}

static bon_status put_share_card(struct bon_page *page, enum bon_phrase what, uint64_t part, uint64_t whole) {
    BON_TRY(bon_page_raw(page, "<div><b>"));
    BON_TRY(whole ? bon_page_share(page, part, whole) : bon_page_raw(page, "–"));
    BON_TRY(bon_page_raw(page, "</b><span>"));
    BON_TRY(bon_page_say(page, what));
    return bon_page_raw(page, "</span></div>\n");
}

static bon_status put_cards(struct bon_page *page, const struct bon_stats_summary *summary) {
    const struct bon_stats_sums *total = &summary->total;
    uint64_t syllables = total->kinds[BON_TOKEN_SYLLABLE];
    BON_TRY(bon_page_raw(page, "<section class=\"cards wide\">\n"));
    BON_TRY(put_card(page, BON_PHRASE_BYTES, total->bytes));
    BON_TRY(summary->documents ? put_card(page, BON_PHRASE_DOCUMENTS, total->documents)
                               : put_card(page, BON_PHRASE_LINES, total->lines));
    BON_TRY(put_card(page, BON_PHRASE_TOKENS, bon_stats_tokens(total)));
    BON_TRY(put_card(page, BON_PHRASE_SYLLABLES, syllables));
    BON_TRY(put_card(page, BON_PHRASE_WORD_TYPES, summary->runs[0].types));
    BON_TRY(put_share_card(page, BON_PHRASE_MARKED, total->marked, syllables));
    BON_TRY(put_share_card(page, BON_PHRASE_REPEATED, summary->repeated_bytes, summary->text_bytes));
    return bon_page_raw(page, "</section>\n");
}

/* A count, its share of a whole (0: none is shown), and what to say of it. */
struct notice {
    uint64_t count, whole;
    enum bon_phrase phrase;
};

static bon_status put_notice(struct bon_page *page, const struct notice *notice) {
    BON_TRY(bon_page_raw(page, "<li>"));
    BON_TRY(bon_page_say(page, notice->phrase));
    BON_TRY(bon_page_raw(page, ": <b>"));
    BON_TRY(notice->phrase == BON_PHRASE_NOTICE_REPEATED ? bon_page_share(page, notice->count, notice->whole)
                                                         : bon_page_count(page, notice->count));
    return bon_page_raw(page, "</b></li>\n");
}

static bon_status put_notices(struct bon_page *page, const struct bon_stats_summary *summary) {
    const struct bon_stats_sums *total = &summary->total;
    uint64_t legacy = 0;
    for (unsigned i = BON_CHARSET_UTF8 + 1; i < BON_CHARSETS; i++) legacy += total->encodings[i];
    bool repeats = summary->repeated_bytes * 1000 >= summary->text_bytes; /* a tenth of a percent */
    const struct notice notices[] = {
        {legacy, 0, BON_PHRASE_NOTICE_LEGACY},
        {total->encodings[BON_STATS_UNSURE], 0, BON_PHRASE_NOTICE_UNSURE},
        {total->rules[BON_RULE_INVALID_UTF8], 0, BON_PHRASE_NOTICE_INVALID},
        {total->rules[BON_RULE_COMPOSE] + total->rules[BON_RULE_TONE_PLACE], 0, BON_PHRASE_NOTICE_COMPOSE},
        {total->densities[0] + total->densities[1], 0, BON_PHRASE_NOTICE_UNMARKED},
        {repeats ? summary->repeated_bytes : 0, summary->text_bytes, BON_PHRASE_NOTICE_REPEATED},
        {total->looks[BON_STATS_LOOK_MARKED], 0, BON_PHRASE_NOTICE_BROKEN},
    };
    bool any = false;
    BON_TRY(bon_section_begin(page, BON_PHRASE_NOTICES, "wide"));
    BON_TRY(bon_page_raw(page, "<ul class=\"notices\">\n"));
    for (size_t i = 0; i < sizeof notices / sizeof *notices; i++) {
        if (!notices[i].count) continue;
        any = true;
        BON_TRY(put_notice(page, &notices[i]));
    }
    BON_TRY(bon_page_raw(page, "</ul>\n"));
    if (!any) BON_TRY(bon_section_note(page, BON_PHRASE_NOTICE_NONE));
    return bon_section_end(page);
}

/* ---- sources ---- */

static bon_status put_cell_share(struct bon_page *page, uint64_t part, uint64_t whole) {
    BON_TRY(bon_page_raw(page, "<td>"));
    BON_TRY(bon_page_share(page, part, whole));
    return bon_page_raw(page, "</td>");
}

/* Bytes of the folders that all names begin with. */
static size_t common_folders(const struct bon_stats_summary *summary) {
    size_t common = summary->source_count > 1 ? summary->sources[0]->len : 0;
    for (size_t i = 1; i < summary->source_count; i++) {
        const struct bon_stats_source *a = summary->sources[0], *b = summary->sources[i];
        size_t n = 0;
        while (n < common && n < b->len && a->name[n] == b->name[n]) n++;
        common = n;
    }
    while (common > 0 && summary->sources[0]->name[common - 1] != '/') common--;
    return common;
}

static bon_status put_source(struct bon_page *page, const struct bon_stats_source *source, size_t skipped,
                             uint64_t bytes) {
    const struct bon_stats_sums *sums = &source->sums;
    uint64_t syllables = sums->kinds[BON_TOKEN_SYLLABLE], broken = sums->looks[BON_STATS_LOOK_MARKED];
    uint64_t foreign = sums->looks[BON_STATS_LOOK_PLAIN] + sums->looks[BON_STATS_LOOK_OTHER];
    uint64_t words = syllables + broken + foreign + sums->looks[BON_STATS_LOOK_JOINED], lines = 0;
    for (unsigned i = 0; i < BON_STATS_ENCODINGS; i++) lines += sums->encodings[i];
    uint64_t clean = sums->encodings[BON_CHARSET_UTF8] + sums->encodings[BON_STATS_ASCII];
    BON_TRY(bon_page_raw(page, "<tr><th scope=\"row\"><bdi>"));
    BON_TRY(bon_page_text(page, source->name + skipped, source->len - skipped));
    BON_TRY(bon_page_raw(page, "</bdi></th><td>"));
    BON_TRY(bon_page_bytes(page, sums->bytes));
    BON_TRY(bon_page_raw(page, "</td>"));
    BON_TRY(put_cell_share(page, sums->bytes, bytes));
    BON_TRY(bon_page_raw(page, "<td>"));
    BON_TRY(bon_page_count(page, sums->lines));
    BON_TRY(bon_page_raw(page, "</td><td>"));
    BON_TRY(bon_page_count(page, syllables));
    BON_TRY(bon_page_raw(page, "</td>"));
    BON_TRY(put_cell_share(page, sums->marked, syllables));
    BON_TRY(put_cell_share(page, broken, words));
    BON_TRY(put_cell_share(page, foreign, words));
    BON_TRY(put_cell_share(page, lines - clean, lines));
    return bon_page_raw(page, "</tr>\n");
}

static bon_status put_sources(struct bon_page *page, const struct bon_stats_summary *summary) {
    enum { SHOWN = 50 };
    static const enum bon_phrase heads[] = {BON_PHRASE_SOURCE,       BON_PHRASE_BYTES,         BON_PHRASE_SHARE,
                                            BON_PHRASE_LINES,        BON_PHRASE_SYLLABLES,     BON_PHRASE_MARK_SHARE,
                                            BON_PHRASE_BROKEN_SHARE, BON_PHRASE_FOREIGN_SHARE, BON_PHRASE_LEGACY_SHARE};
    const size_t skipped = common_folders(summary);
    BON_TRY(bon_section_begin(page, BON_PHRASE_SOURCES, "wide"));
    BON_TRY(bon_page_raw(page, "<div class=\"scroll\" tabindex=\"0\"><table class=\"grid\">\n<tr>"));
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        BON_TRY(bon_page_raw(page, "<th scope=\"col\">"));
        BON_TRY(bon_page_say(page, heads[i]));
        BON_TRY(bon_page_raw(page, "</th>"));
    }
    BON_TRY(bon_page_raw(page, "</tr>\n"));
    for (size_t i = 0; i < summary->source_count && i < SHOWN; i++)
        BON_TRY(put_source(page, summary->sources[i], skipped, summary->total.bytes));
    BON_TRY(bon_page_raw(page, "</table></div>\n"));
    if (summary->source_count > SHOWN) {
        BON_TRY(bon_page_raw(page, "<p class=\"note\">"));
        BON_TRY(bon_page_count(page, summary->source_count - SHOWN));
        BON_TRY(bon_page_raw(page, " "));
        BON_TRY(bon_page_say(page, BON_PHRASE_SOURCES_MORE));
        BON_TRY(bon_page_raw(page, "</p>\n"));
    }
    BON_TRY(bon_section_note(page, BON_PHRASE_SOURCES_NOTE));
    return bon_section_end(page);
}

/* ---- the page ---- */

static bon_status put_foot(struct bon_page *page, const struct bon_stats_summary *summary) {
    BON_TRY(bon_page_raw(page, "</main>\n<footer><p>"));
    BON_TRY(bon_page_say(page, BON_PHRASE_FOOTER_EXACT));
    if (summary->on_disk) {
        BON_TRY(bon_page_raw(page, " "));
        BON_TRY(bon_page_say(page, BON_PHRASE_FOOTER_DISK));
    }
    return bon_buf_printf(page->out, "</p><p>bon stats %s</p></footer>\n</body>\n</html>\n", bon_version());
}

bon_status bon_stats_html(const struct bon_stats_summary *summary, const char *title, enum bon_stats_language language,
                          bon_buf *out) {
    struct bon_page page = {out, language};
    BON_TRY(put_head(&page, title));
    BON_TRY(put_cards(&page, summary));
    BON_TRY(put_notices(&page, summary));
    BON_TRY(put_sources(&page, summary));
    if (summary->runs[0].tokens) {
        BON_TRY(bon_section_curves(&page, summary));
        BON_TRY(bon_section_lines(&page, summary));
    } else {
        BON_TRY(bon_section_note(&page, BON_PHRASE_EMPTY));
    }
    BON_TRY(bon_section_counts(&page, summary));
    if (summary->runs[0].tokens) BON_TRY(bon_section_lists(&page, summary));
    return put_foot(&page, summary);
}
