/* src/corpus/stats_tsv.c: the summary as one long table, and as a JSON object of its totals. */
#include <math.h>
#include <stdio.h>

#include "corpus/stats_report.h"

const char *bon_stats_encoding_name(unsigned encoding) {
    if (encoding == BON_STATS_ASCII) return "ascii";
    if (encoding == BON_STATS_UNSURE) return "unsure";
    return bon_charset_name((bon_charset)encoding);
}

/* ---- rows ---- */

/* A text within a row: what would end the cell becomes a blank. */
static bon_status put_cell(bon_buf *out, const char *text, size_t n) {
    for (size_t i = 0; i < n; i++)
        BON_TRY(bon_buf_put(out, text[i] == '\t' || text[i] == '\n' || text[i] == '\r' ? ' ' : text[i]));
    return BON_OK;
}

static bon_status put_row(bon_buf *out, const char *table, const char *row, const char *column, uint64_t value) {
    return bon_buf_printf(out, "%s\t%s\t%s\t%llu\n", table, row, column, (unsigned long long)value);
}

static bon_status put_real(bon_buf *out, const char *table, const char *row, const char *column, double value) {
    return bon_buf_printf(out, "%s\t%s\t%s\t%.6g\n", table, row, column, value);
}

static bon_status put_sums(bon_buf *out, const char *table, const char *name, size_t n,
                           const struct bon_stats_sums *sums) {
    const struct {
        const char *column;
        uint64_t value;
    } columns[] = {
        {"bytes", sums->bytes},
        {"documents", sums->documents},
        {"lines", sums->lines},
        {"blank_lines", sums->blank_lines},
        {"characters", sums->characters},
        {"tokens", bon_stats_tokens(sums)},
        {"syllables", sums->kinds[BON_TOKEN_SYLLABLE]},
        {"marked_syllables", sums->marked},
        {"words_with_marks_no_syllables", sums->looks[BON_STATS_LOOK_MARKED]},
        {"ascii_words", sums->looks[BON_STATS_LOOK_PLAIN]},
        {"words_with_other_letters", sums->looks[BON_STATS_LOOK_OTHER]},
    };
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        BON_TRY(bon_buf_printf(out, "%s\t", table));
        BON_TRY(put_cell(out, name, n));
        BON_TRY(bon_buf_printf(out, "\t%s\t%llu\n", columns[i].column, (unsigned long long)columns[i].value));
    }
    for (unsigned i = 0; i < BON_STATS_ENCODINGS; i++) {
        if (!sums->encodings[i]) continue;
        BON_TRY(bon_buf_printf(out, "%s\t", table));
        BON_TRY(put_cell(out, name, n));
        BON_TRY(bon_buf_printf(out, "\tlines_%s\t%llu\n", bon_stats_encoding_name(i),
                               (unsigned long long)sums->encodings[i]));
    }
    return BON_OK;
}

/* ---- tables ---- */

static bon_status put_totals(const struct bon_stats_summary *summary, bon_buf *out) {
    const struct bon_stats_sums *total = &summary->total;
    BON_TRY(put_sums(out, "total", "all", 3, total));
    for (unsigned i = 0; i < BON_TOKEN_KINDS; i++)
        BON_TRY(put_row(out, "kind", bon_token_kind_name((bon_token_kind)i), "tokens", total->kinds[i]));
    for (unsigned i = 0; i < BON_RULES; i++)
        if (total->rules[i]) BON_TRY(put_row(out, "normalize", bon_rule_name((bon_rule)i), "changes", total->rules[i]));
    const char *texts = summary->documents ? "documents" : "lines";
    BON_TRY(put_row(out, "duplicates", texts, "texts", summary->texts));
    BON_TRY(put_row(out, "duplicates", texts, "different", summary->different_texts));
    BON_TRY(put_row(out, "duplicates", texts, "bytes", summary->text_bytes));
    return put_row(out, "duplicates", texts, "repeated_bytes", summary->repeated_bytes);
}

static bon_status put_histograms(const struct bon_stats_summary *summary, bon_buf *out) {
    char name[32];
    for (unsigned i = 0; i < BON_STATS_DENSITIES; i++) {
        snprintf(name, sizeof name, "%u", i * 100 / BON_STATS_DENSITIES);
        BON_TRY(put_row(out, "mark_density", name, "lines", summary->total.densities[i]));
    }
    for (unsigned i = 0; i < BON_STATS_LENGTHS; i++) {
        if (!summary->total.lengths[i]) continue;
        snprintf(name, sizeof name, "%llu", i ? 1ull << (i - 1) : 0);
        BON_TRY(put_row(out, "line_length", name, "lines", summary->total.lengths[i]));
    }
    return BON_OK;
}

static bon_status put_sounds(const struct bon_stats_summary *summary, bon_buf *out) {
    static const char *const tones[BON_TONES] = {"ngang", "huyền", "sắc", "hỏi", "ngã", "nặng"};
    for (unsigned i = 0; i < BON_TONES; i++) BON_TRY(put_row(out, "tone", tones[i], "syllables", summary->tones[i]));
    for (unsigned i = 0; i < BON_ONSETS; i++)
        BON_TRY(put_row(out, "onset", i ? bon_stats_onset_names[i] : "-", "syllables", summary->onsets[i]));
    for (unsigned i = 0; i < BON_RHYMES; i++)
        if (summary->rhymes[i])
            BON_TRY(put_row(out, "rhyme", bon_stats_rhyme_names[i], "syllables", summary->rhymes[i]));
    return BON_OK;
}

static bon_status put_list(bon_buf *out, const char *table, const struct bon_stats_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        BON_TRY(bon_buf_printf(out, "%s\t", table));
        BON_TRY(put_cell(out, list->rows[i].text, list->rows[i].len));
        BON_TRY(bon_buf_printf(out, "\tcount\t%llu\n", (unsigned long long)list->rows[i].count));
    }
    return BON_OK;
}

static bon_status put_curve(bon_buf *out, const char *table, const char *column, const struct bon_stats_curve *curve) {
    for (size_t i = 0; i < curve->count; i++)
        BON_TRY(bon_buf_printf(out, "%s\t%.0f\t%s\t%.6g\n", table, curve->points[i].x, column, curve->points[i].y));
    return BON_OK;
}

static bon_status put_runs(const struct bon_stats_summary *summary, bon_buf *out) {
    static const char *const names[BON_STATS_ORDER_MAX] = {"1", "2", "3"};
    static const char *const tops[] = {"top1", "top2", "top3"}, *const curves[] = {"zipf1", "zipf2", "zipf3"};
    for (unsigned i = 0; i < summary->order; i++) {
        const struct bon_stats_runs *runs = &summary->runs[i];
        BON_TRY(put_row(out, "ngrams", names[i], "tokens", runs->tokens));
        BON_TRY(put_row(out, "ngrams", names[i], "types", runs->types));
        BON_TRY(put_row(out, "ngrams", names[i], "once", runs->once));
        if (runs->slope < 0) BON_TRY(put_real(out, "ngrams", names[i], "zipf_slope", runs->slope));
        BON_TRY(put_list(out, tops[i], &runs->top));
        BON_TRY(put_curve(out, curves[i], "count", &runs->zipf));
    }
    return BON_OK;
}

static bon_status put_words(const struct bon_stats_summary *summary, bon_buf *out) {
    static const char *const looks[BON_STATS_LOOKS] = {"ascii_word", "no_syllable", "other_word", "joined_word"};
    BON_TRY(put_row(out, "syllable_types", "all", "types", summary->syllable_types));
    for (unsigned i = 0; i < BON_STATS_SHARES; i++) {
        char share[16];
        snprintf(share, sizeof share, "%g", bon_stats_shares[i]);
        BON_TRY(put_row(out, "covering", share, "syllables", summary->covering[i]));
    }
    for (unsigned i = 0; i < BON_STATS_LOOKS; i++) {
        BON_TRY(put_row(out, "word_types", looks[i], "types", summary->look_types[i]));
        BON_TRY(put_list(out, looks[i], &summary->looks[i]));
    }
    BON_TRY(put_curve(out, "coverage", "share", &summary->coverage));
    BON_TRY(put_curve(out, "heaps", "types", &summary->heaps));
    BON_TRY(put_curve(out, "heaps_syllables", "types", &summary->heaps_syllables));
    if (summary->heaps_factor <= 0) return BON_OK;
    BON_TRY(put_real(out, "heaps_fit", "all", "factor", summary->heaps_factor));
    return put_real(out, "heaps_fit", "all", "power", summary->heaps_power);
}

bon_status bon_stats_tsv(const struct bon_stats_summary *summary, bon_buf *out) {
    BON_TRY(bon_buf_printf(out, "table\trow\tcolumn\tvalue\n"));
    BON_TRY(put_totals(summary, out));
    for (size_t i = 0; i < summary->source_count; i++)
        BON_TRY(
            put_sums(out, "source", summary->sources[i]->name, summary->sources[i]->len, &summary->sources[i]->sums));
    BON_TRY(put_histograms(summary, out));
    BON_TRY(put_sounds(summary, out));
    BON_TRY(put_words(summary, out));
    return put_runs(summary, out);
}

bon_status bon_stats_json(const struct bon_stats_summary *summary, bon_buf *out) {
    const struct bon_stats_sums *total = &summary->total;
    const struct {
        const char *name;
        uint64_t value;
    } members[] = {
        {"bytes", total->bytes},
        {"documents", total->documents},
        {"lines", total->lines},
        {"blank_lines", total->blank_lines},
        {"tokens", bon_stats_tokens(total)},
        {"syllables", total->kinds[BON_TOKEN_SYLLABLE]},
        {"marked_syllables", total->marked},
        {"syllable_types", summary->syllable_types},
        {"word_types", summary->runs[0].types},
        {"texts", summary->texts},
        {"different_texts", summary->different_texts},
        {"sources", summary->source_count},
    };
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        BON_TRY(bon_buf_printf(out, "%s\"%s\": %llu", i ? ", " : "{", members[i].name,
                               (unsigned long long)members[i].value));
    return bon_buf_append(out, "}\n", 2);
}
