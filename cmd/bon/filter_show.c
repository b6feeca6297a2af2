/* cmd/bon/filter_show.c: what bon filter says of the texts: a row each, a table of the rules, and counts. */
#include <math.h>
#include <string.h>

#include "base/json_span.h"
#include "filter.h"

/* At most `most` bytes of a text, cut where a character ends. */
static size_t excerpt_length(const char *text, size_t n, size_t most) {
    if (n <= most) return n;
    while (most > 0 && ((unsigned char)text[most] & 0xc0) == 0x80) most--;
    return most;
}

void filter_count(struct filter_counts *counts, const struct bon_filter_text *text) {
    if (!text->verdict) {
        counts->between++;
        return;
    }
    for (unsigned i = 0; i < BON_PII_KINDS; i++) counts->masked[i] += text->masked[i];
    unsigned rule = text->verdict->rule;
    struct filter_count *row = &counts->rules[rule];
    row->texts++;
    row->bytes += text->n;
    if (rule == BON_FILTER_KEPT && text->verdict->best != BON_FILTER_NO_REGISTER)
        counts->registers[text->verdict->best]++;
    if (rule == BON_FILTER_KEPT || row->examples == FILTER_EXAMPLES) return;
    struct filter_example *example = &row->example[row->examples++];
    example->score = text->verdict->scores[rule];
    example->n = excerpt_length(text->text, text->n, sizeof example->text);
    memcpy(example->text, text->text, example->n);
}

/* A text as a cell of a table: what parts cells and rows becomes a blank. */
static bon_status append_cell(bon_buf *out, const char *text, size_t n) {
    while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r' || text[n - 1] == ' ')) n--;
    for (size_t i = 0; i < n; i++)
        BON_TRY(bon_buf_put(out, text[i] == '\t' || text[i] == '\n' || text[i] == '\r' ? ' ' : text[i]));
    return BON_OK;
}

static bon_status append_score(bon_buf *out, unsigned rule, double score) {
    return isnan(score) ? bon_buf_put(out, '-') : bon_buf_printf(out, "%.*f", bon_filter_decimals(rule), score);
}

/* ---- a row a text ---- */

bon_status filter_explain_head(bool name_files, bon_buf *row) {
    BON_TRY(bon_buf_printf(row, "%sline\trule\tregister", name_files ? "file\t" : ""));
    for (unsigned i = 0; i < BON_FILTER_RULES; i++) BON_TRY(bon_buf_printf(row, "\t%s", bon_filter_name(i)));
    return bon_buf_printf(row, "\ttext\n");
}

/* Its file, where there are several, and its line. */
static bon_status append_place(const struct bon_filter_text *text, bool name_files, bon_buf *row) {
    if (name_files) {
        BON_TRY(append_cell(row, text->file, strlen(text->file)));
        BON_TRY(bon_buf_put(row, '\t'));
    }
    return bon_buf_printf(row, "%llu\t", (unsigned long long)text->line);
}

bon_status filter_explain_row(const struct bon_filter *filter, const struct bon_filter_text *text, bool name_files,
                              bon_buf *row) {
    const struct bon_filter_verdict *verdict = text->verdict;
    BON_TRY(append_place(text, name_files, row));
    BON_TRY(bon_buf_printf(row, "%s\t%s", bon_filter_name(verdict->rule),
                           verdict->best == BON_FILTER_NO_REGISTER ? "-" : filter->registers[verdict->best].name));
    for (unsigned i = 0; i < BON_FILTER_RULES; i++) {
        BON_TRY(bon_buf_put(row, '\t'));
        BON_TRY(append_score(row, i, verdict->scores[i]));
    }
    BON_TRY(bon_buf_put(row, '\t'));
    BON_TRY(append_cell(row, text->text, excerpt_length(text->text, text->n, FILTER_EXCERPT)));
    return bon_buf_put(row, '\n');
}

/* ---- a row a mask ---- */

bon_status filter_masked_head(bool name_files, bon_buf *rows) {
    return bon_buf_printf(rows, "%sline\tkind\tmasked\ttext\n", name_files ? "file\t" : "");
}

bon_status filter_masked_rows(const struct bon_filter_text *text, bool name_files, bon_buf *rows) {
    const char *end = text->list + text->list_n;
    for (const char *row = text->list, *next; row < end; row = next) {
        next = (const char *)memchr(row, '\n', (size_t)(end - row)) + 1;
        BON_TRY(append_place(text, name_files, rows));
        BON_TRY(bon_buf_append(rows, row, (size_t)(next - row)));
    }
    return BON_OK;
}

/* ---- all texts ---- */

static bon_status append_report_row(const struct filter_count *row, unsigned rule, unsigned example, bon_buf *out) {
    BON_TRY(bon_buf_printf(out, "%s\t%llu\t%llu\t", bon_filter_name(rule), (unsigned long long)row->texts,
                           (unsigned long long)row->bytes));
    BON_TRY(example < row->examples ? append_score(out, rule, row->example[example].score) : bon_buf_put(out, '-'));
    BON_TRY(bon_buf_put(out, '\t'));
    if (example < row->examples) BON_TRY(append_cell(out, row->example[example].text, row->example[example].n));
    return bon_buf_put(out, '\n');
}

static bon_status append_report(const struct filter_counts *counts, bon_buf *out) {
    BON_TRY(bon_buf_printf(out, "rule\ttexts\tbytes\tscore\texample\n"));
    for (unsigned rule = 0; rule <= BON_FILTER_RULES; rule++) {
        const struct filter_count *row = &counts->rules[rule];
        unsigned example = 0;
        do BON_TRY(append_report_row(row, rule, example, out));
        while (++example < row->examples);
    }
    return BON_OK;
}

int filter_write_report(const struct filter_counts *counts, const char *path) {
    bon_buf text = {0};
    return write_or_tell(append_report(counts, &text), path, &text);
}

static bon_status append_rules(const struct filter_counts *counts, bon_buf *out) {
    BON_TRY(bon_buf_printf(out, "\"rejected\": {"));
    for (unsigned i = 0; i < BON_FILTER_RULES; i++)
        BON_TRY(bon_buf_printf(out, "%s\"%s\": %llu", i ? ", " : "", bon_filter_name(i),
                               (unsigned long long)counts->rules[i].texts));
    return bon_buf_put(out, '}');
}

static bon_status append_registers(const struct filter_counts *counts, const struct bon_filter *filter, bon_buf *out) {
    BON_TRY(bon_buf_printf(out, ", \"registers\": {"));
    for (unsigned i = 0; i < filter->register_count; i++) {
        const char *name = filter->registers[i].name;
        if (i) BON_TRY(bon_buf_append(out, ", ", 2));
        BON_TRY(bon_json_quote(name, strlen(name), out));
        BON_TRY(bon_buf_printf(out, ": %llu", (unsigned long long)counts->registers[i]));
    }
    return bon_buf_put(out, '}');
}

static bon_status append_masked(const struct filter_counts *counts, bon_buf *out) {
    BON_TRY(bon_buf_printf(out, ", \"masked\": {"));
    for (unsigned i = 0; i < BON_PII_KINDS; i++)
        BON_TRY(bon_buf_printf(out, "%s\"%s\": %llu", i ? ", " : "", bon_pii_name(i),
                               (unsigned long long)counts->masked[i]));
    return bon_buf_put(out, '}');
}

static bon_status append_counts(const struct filter_counts *counts, const struct bon_filter *filter, bool masks,
                                bon_buf *out) {
    const struct filter_count *kept = &counts->rules[BON_FILTER_KEPT];
    uint64_t texts = 0, bytes = 0;
    for (unsigned i = 0; i <= BON_FILTER_RULES; i++) {
        texts += counts->rules[i].texts;
        bytes += counts->rules[i].bytes;
    }
    BON_TRY(bon_buf_printf(
        out, "{\"texts\": %llu, \"kept\": %llu, \"bytes\": %llu, \"kept_bytes\": %llu, \"without_text\": %llu, ",
        (unsigned long long)texts, (unsigned long long)kept->texts, (unsigned long long)bytes,
        (unsigned long long)kept->bytes, (unsigned long long)counts->between));
    BON_TRY(append_rules(counts, out));
    if (filter->register_count) BON_TRY(append_registers(counts, filter, out));
    if (masks) BON_TRY(append_masked(counts, out));
    return bon_buf_printf(out, "}\n");
}

int filter_write_counts(const struct filter_counts *counts, const struct bon_filter *filter, bool masks,
                        const char *path) {
    bon_buf text = {0};
    return write_or_tell(append_counts(counts, filter, masks, &text), path, &text);
}
