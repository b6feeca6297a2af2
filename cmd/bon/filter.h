/* cmd/bon/filter.h: what the files of bon filter share: the arguments, and what is counted and shown. */
#ifndef BON_CMD_FILTER_H
#define BON_CMD_FILTER_H

#include "corpus/filter_units.h"
#include "shard.h"
#include "stream.h"

enum { FILTER_EXAMPLES = 3, FILTER_EXCERPT = 160 };

struct filter_range {
    bool given;
    struct bon_filter_range range;
};

/* --lm and --band, as they were given. */
struct filter_models {
    unsigned count;
    struct filter_model {
        const char *name; /* not NUL-terminated */
        size_t name_length;
        const char *path;
        struct filter_range band;
    } at[BON_FILTER_REGISTERS_MAX];
};

struct filter_args {
    struct shared_args shared;
    int unit, rules;
    bool scores;
    unsigned masks; /* kinds of bon_pii_kind, bits */
    const char *json_field, *rejected, *explain, *masked, *report, *json;
    struct filter_range ranges[BON_FILTER_RULES];
    struct filter_models models, bands; /* of bands only names and bands */
    struct share shard;
};

/* What was counted: a row a rule, and one for what was kept. */
struct filter_counts {
    struct filter_count {
        uint64_t texts, bytes;
        unsigned examples;
        struct filter_example {
            double score;
            size_t n;
            char text[FILTER_EXCERPT];
        } example[FILTER_EXAMPLES];
    } rules[BON_FILTER_RULES + 1];
    uint64_t registers[BON_FILTER_REGISTERS_MAX]; /* texts kept */
    uint64_t between;                             /* blank lines, objects without the field */
    uint64_t masked[BON_PII_KINDS];
};

/* Reads MIN..MAX, MIN.. or ..MAX; both bounds may be left out. For OPTION_PARSE. */
bool filter_parse_range(const char *argument, void *member, const char **reason);
bool filter_parse_model(const char *argument, void *member, const char **reason); /* [NAME=]FILE */
bool filter_parse_band(const char *argument, void *member, const char **reason);  /* NAME=MIN..MAX */
bool filter_parse_masks(const char *argument, void *member, const char **reason); /* phone,email or all */

void filter_count(struct filter_counts *counts, const struct bon_filter_text *text);

/* --explain: the heading, and the row of a text. */
bon_status filter_explain_head(bool name_files, bon_buf *row);
bon_status filter_explain_row(const struct bon_filter *filter, const struct bon_filter_text *text, bool name_files,
                              bon_buf *row);

/* --masked: what was masked in a text, a row each behind its place. */
bon_status filter_masked_head(bool name_files, bon_buf *rows);
bon_status filter_masked_rows(const struct bon_filter_text *text, bool name_files, bon_buf *rows);

/* --report and --json. Exit statuses. */
int filter_write_report(const struct filter_counts *counts, const char *path);
int filter_write_counts(const struct filter_counts *counts, const struct bon_filter *filter, bool masks,
                        const char *path);

#endif
