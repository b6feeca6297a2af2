/* cmd/bon/normalize.c: bon normalize: text -> clean, canonical text. */
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "bon/normalize.h"
#include "commands.h"
#include "normalize/auto.h"
#include "normalize/normalizer.h"
#include "stream.h"

struct normalize_args {
    struct shared_args shared;
    int tone_style, form, from;
    bool strict;
    uint32_t disabled;
    const char *report; /* NULL = none, "" = standard error */
};

struct normalize_job {
    struct bon_pipeline pipeline;
    bon_normalizer *normalizer;
    struct bon_normalize_join join;
    struct bon_auto neighbours; /* with --from auto */
    bool automatic, wide;       /* --from auto; utf-16, utf-32 */
    unsigned file;              /* that they belong to */
    bon_buf settled;
    _Atomic uint64_t counts[BON_RULES];
};

static const char *const tone_styles[] = {"old", "new", "keep", NULL}; /* in the order of bon_tone_style */
static const char *const forms[] = {"nfc", "nfd", "nfkc", NULL};       /* in the order of bon_form */

/* The names of --from, with what each means to the library. UTF-16 and UTF-32 are told by their byte order mark when a file
 * is read; naming them asks that there is one. */
enum { FROM_UTF16 = 2, FROM_UTF32 };
static const char *const froms[] = {"utf-8", "auto",   "utf-16", "utf-32", "tcvn3",
                                    "vni",   "viscii", "viqr",   "cp1258", NULL};
static const bon_charset charsets[] = {BON_CHARSET_UTF8,   BON_CHARSET_AUTO,  BON_CHARSET_UTF8,
                                       BON_CHARSET_UTF8,   BON_CHARSET_TCVN3, BON_CHARSET_VNI,
                                       BON_CHARSET_VISCII, BON_CHARSET_VIQR,  BON_CHARSET_CP1258};

/* A comma-separated list of rule names -> bits. */
static bool parse_rules(const char *argument, void *member, const char **reason) {
    uint32_t mask = 0;
    for (const char *name = argument; *name;) {
        size_t n = strcspn(name, ",");
        int rule = 0;
        while (rule < BON_RULES && (strlen(bon_rule_name(rule)) != n || memcmp(bon_rule_name(rule), name, n) != 0))
            rule++;
        if (rule == BON_RULES) {
            *reason = "names no rule; 'bon normalize --help' lists them";
            return false;
        }
        mask |= UINT32_C(1) << rule;
        name += n + (name[n] == ',');
    }
    *(uint32_t *)member |= mask;
    return true;
}

static const struct option_row options[] = {
    OPTION_CHOICE(0, "from", "CHARSET", struct normalize_args, from, froms,
                  "read text in auto, utf-8, utf-16, utf-32, tcvn3, vni, viscii,\nviqr or cp1258 (default: utf-8); "
                  "auto tells from the text"),
    OPTION_CHOICE(
        0, "tone-style", "STYLE", struct normalize_args, tone_style, tone_styles,
        "place tone marks old (hòa, thúy), new (hoà, thuý)\nor keep open oa, oe, uy as they are (default: old)"),
    OPTION_CHOICE(0, "form", "FORM", struct normalize_args, form, forms,
                  "Unicode form: nfc, nfd or nfkc (default: nfc)"),
    OPTION_FLAG(0, "strict", struct normalize_args, strict,
                "fail on malformed UTF-8 instead of replacing it by U+FFFD"),
    OPTION_PARSE(0, "disable", "RULES", struct normalize_args, disabled, parse_rules,
                 "switch rules off (names between commas, see below)"),
    OPTION_STRING(0, "report", "[FILE]", struct normalize_args, report,
                  "write how often each rule changed something, as TSV,\nto FILE or standard error"),
    OPTIONS_SHARED,
    OPTION_END,
};

#define RULE_LINE(name, text, doc) "  " text ": " doc "\n"
static const char notes[] = "rules:\n" BON_RULE_TABLE(RULE_LINE) "Normalizing twice changes nothing.";

static struct bon_normalize_place place_of(const struct bon_chunk *chunk) {
    return (struct bon_normalize_place){.name = chunk->name,
                                        .line = chunk->line,
                                        .offset = chunk->offset,
                                        .begins_inside = chunk->begins_inside,
                                        .begins_token = chunk->begins_token,
                                        .ends_inside = chunk->ends_inside};
}

static void add_counts(struct normalize_job *job, const uint64_t *counts) {
    for (int i = 0; i < BON_RULES; i++) job->counts[i] += counts[i];
}

/* UTF-16 without its mark comes as it is: full of NUL. */
static bon_status expect_wide_read(const struct bon_chunk *chunk) {
    if (!memchr(chunk->data, '\0', chunk->len)) return BON_OK;
    return bon_fail(BON_ERR_DATA, "%s: UTF-16 and UTF-32 need a byte order mark at the beginning of the file",
                    chunk->name);
}

static bon_status map(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    struct normalize_job *job = context;
    uint64_t counts[BON_RULES] = {0};
    (void)worker;
    const struct bon_normalize_place place = place_of(chunk);
    if (job->wide && chunk->offset == 0) BON_TRY(expect_wide_read(chunk));
    BON_TRY((job->automatic ? bon_auto_judge : bon_normalize_chunk)(job->normalizer, chunk->data, chunk->len, &place,
                                                                    out, counts));
    add_counts(job, counts);
    return BON_OK;
}

/* Lines at the end of a file that still wait for a neighbour. */
static bon_status end_file(void *context) {
    struct normalize_job *job = context;
    uint64_t counts[BON_RULES] = {0};
    job->settled.len = 0;
    BON_TRY(bon_auto_finish(&job->neighbours, job->normalizer, &job->settled, counts));
    add_counts(job, counts);
    return bon_out_write(job->pipeline.out, job->settled.data, job->settled.len);
}

/* What the judged chunk settles, in job->settled. */
static bon_status settle(struct normalize_job *job, const struct bon_chunk *chunk, const bon_buf *judged) {
    uint64_t counts[BON_RULES] = {0};
    if (chunk->file != job->file) BON_TRY(end_file(job));
    job->file = chunk->file;
    job->neighbours.name = chunk->name;
    job->settled.len = 0;
    BON_TRY(bon_auto_settle(&job->neighbours, job->normalizer, judged->data, judged->len, &job->settled, counts));
    add_counts(job, counts);
    return BON_OK;
}

static bon_status sink(void *context, const struct bon_chunk *chunk, const bon_buf *result) {
    struct normalize_job *job = context;
    const struct bon_normalize_place place = place_of(chunk);
    if (job->automatic) BON_TRY(settle(job, chunk, result));
    const char *text = job->automatic ? job->settled.data : result->data;
    size_t n = job->automatic ? job->settled.len : result->len;
    if (bon_normalize_join(&job->join, job->normalizer, &place, &text, &n))
        BON_TRY(bon_out_write(job->pipeline.out, " ", 1));
    return bon_out_write(job->pipeline.out, text, n);
}

static int write_report(const struct normalize_args *args, const struct normalize_job *job) {
    bon_buf text = {0};
    bon_status status = bon_buf_printf(&text, "rule\tcount\n");
    for (int i = 0; i < BON_RULES && status == BON_OK; i++)
        status = bon_buf_printf(&text, "%s\t%llu\n", bon_rule_name(i), (unsigned long long)job->counts[i]);
    if (status != BON_OK) {
        bon_buf_free(&text);
        return tell_failure(status);
    }
    if (*args->report) return write_text(args->report, &text);
    fwrite(text.data, 1, text.len, stderr);
    bon_buf_free(&text);
    return EXIT_DONE;
}

static int run(const struct command *command, int argc, char **argv) {
    struct normalize_args args = {0};
    struct normalize_job job = {.pipeline = {.map = map, .sink = sink, .finish = end_file, .context = &job}};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result != PARSE_GO) return result;
    bon_normalize_options rules = {.tone_style = args.tone_style,
                                   .form = args.form,
                                   .strict = args.strict,
                                   .disabled = args.disabled,
                                   .from = charsets[args.from]};
    job.wide = args.from == FROM_UTF16 || args.from == FROM_UTF32;
    job.automatic = rules.from == BON_CHARSET_AUTO;
    bon_status status = bon_normalizer_open(&job.normalizer, &rules);
    if (status != BON_OK) return tell_failure(status);
    result = stream_run(command, &args.shared, argv + first, argc - first, &job.pipeline, NULL);
    if (result == EXIT_DONE && args.report) result = write_report(&args, &job);
    bon_auto_free(&job.neighbours);
    bon_buf_free(&job.settled);
    bon_normalizer_close(job.normalizer);
    return result;
}

const struct command command_normalize = {
    .name = "normalize",
    .summary = "make text clean and canonical: Unicode form, tone placement, blanks",
    .usage = "[OPTION]... [FILE]...",
    .notes = notes,
    .options = options,
    .run = run,
};
