/* cmd/bon/normalize.c: bon normalize: text -> clean, canonical text. */
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/json_span.h"
#include "bon/normalize.h"
#include "commands.h"
#include "normalize/auto.h"
#include "normalize/normalizer.h"
#include "normalize_offsets.h"
#include "normalize_result.h"
#include "normalize_show.h"
#include "stream.h"

struct normalize_args {
    struct shared_args shared;
    int tone_style, form, from;
    bool strict, fullwidth, punctuation, iy, elongation, html, diff;
    const char *teencode; /* NULL = not, "" = the built-in table */
    const char *rules;    /* a file */
    const char *json_field;
    uint32_t disabled;
    const char *report; /* NULL = none, "" = standard error */
    const char *offsets;
};

struct normalize_job {
    struct bon_pipeline pipeline;
    bon_normalizer *normalizer;
    struct bon_normalize_join join;
    struct bon_auto neighbours; /* with --from auto */
    bool automatic, wide;       /* --from auto; utf-16, utf-32 */
    unsigned file;              /* that they belong to */
    bool any_file;              /* a chunk was written */
    bon_buf settled;
    struct normalize_offsets offsets;
    bon_spans spans; /* of the piece that is written */
    const char *json_field;
    bool diff;
    struct normalize_examples *examples; /* NULL without --report */
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
    OPTION_FLAG(0, "fullwidth", struct normalize_args, fullwidth, "turn fullwidth forms into ASCII"),
    OPTION_FLAG(0, "punctuation", struct normalize_args, punctuation,
                "turn typographic quotes, dashes and ellipses into ASCII"),
    OPTION_FLAG(0, "iy", struct normalize_args, iy, "write i for y in kỹ, lý, mỹ and the like"),
    OPTION_FLAG(0, "elongation", struct normalize_args, elongation, "shorten drawn out words (đẹpppp)"),
    OPTION_STRING(0, "teencode", "[FILE]", struct normalize_args, teencode,
                  "write words of chat spelling out, by a built-in table\nor the lines 'word TAB replacement' of FILE"),
    OPTION_FLAG(0, "html", struct normalize_args, html, "remove HTML tags and decode character references (&nbsp;)"),
    OPTION_STRING(0, "rules", "FILE", struct normalize_args, rules,
                  "apply the rules of FILE: lines 'word TAB replacement' and\n'/pattern/ TAB replacement'"),
    OPTION_STRING(0, "json-field", "NAME", struct normalize_args, json_field,
                  "read JSON lines and normalize the string NAME of each"),
    OPTION_FLAG(0, "diff", struct normalize_args, diff,
                "write the lines that change, before and after, instead of the text"),
    OPTION_WRITTEN(0, "offsets", "FILE", struct normalize_args, offsets,
                   "write to FILE which bytes of the output stand for which of\nthe input, as TSV"),
    OPTION_WRITTEN(0, "report", "[FILE]", struct normalize_args, report,
                   "write how often each rule changed something and where first,\nas TSV, to FILE or standard error"),
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

/* Normalizes the text of one object; its examples are those of the line. */
static bon_status map_text(const struct normalize_job *job, const struct bon_chunk *chunk, uint64_t number,
                           const bon_buf *text, bon_buf *out, uint64_t *counts) {
    const struct bon_normalize_place place = {.name = chunk->name, .line = number};
    uint64_t of_line[BON_RULES] = {0};
    BON_TRY(bon_normalize_chunk(job->normalizer, text->data, text->len, &place, out, of_line));
    for (int i = 0; i < BON_RULES; i++) counts[i] += of_line[i];
    const struct bon_chunk line = {
        .data = text->data, .len = text->len, .name = chunk->name, .file = chunk->file, .line = number};
    return job->examples ? examples_find(job->examples, job->normalizer, &line, true, of_line) : BON_OK;
}

/* One JSON line: the string of the field is normalized, everything else stays as it is. */
static bon_status map_object(const struct normalize_job *job, const struct bon_chunk *chunk, uint64_t number,
                             const char *line, size_t n, bon_buf *text, bon_buf *out, uint64_t *counts) {
    struct bon_json_field field;
    struct bon_json_error error;
    if (strspn(line, " \t\r\n") >= n) return bon_buf_append(out, line, n);
    if (!bon_json_find(line, n, job->json_field, &field, &error))
        return bon_fail(BON_ERR_DATA, "%s: line %llu, byte %zu: %s; JSON lines are one object each", chunk->name,
                        (unsigned long long)number, error.at, error.reason);
    if (field.kind != BON_JSON_STRING) return bon_buf_append(out, line, n);
    text->len = 0;
    BON_TRY(bon_json_unescape(line + field.start, field.end - field.start, text));
    bon_buf result = {0};
    bon_status status = map_text(job, chunk, number, text, &result, counts);
    if (status == BON_OK && result.len == text->len &&
        (text->len == 0 || memcmp(result.data, text->data, text->len) == 0))
        status = bon_buf_append(out, line, n);
    else if (status == BON_OK && (status = bon_buf_append(out, line, field.start)) == BON_OK &&
             (status = bon_json_quote(result.data, result.len, out)) == BON_OK)
        status = bon_buf_append(out, line + field.end, n - field.end);
    bon_buf_free(&result);
    return status;
}

static bon_status map_objects(const struct normalize_job *job, const struct bon_chunk *chunk, bon_buf *out,
                              uint64_t *counts) {
    bon_buf text = {0};
    bon_status status = BON_OK;
    uint64_t number = chunk->line;
    for (size_t at = 0, n; at < chunk->len && status == BON_OK; at += n, number++) {
        const char *end = memchr(chunk->data + at, '\n', chunk->len - at);
        n = end ? (size_t)(end + 1 - chunk->data) - at : chunk->len - at;
        status = map_object(job, chunk, number, chunk->data + at, n, &text, out, counts);
    }
    bon_buf_free(&text);
    return status;
}

/* The text of a chunk; with --from auto as the segments that settle() wants. */
static bon_status map_chunk(struct normalize_job *job, const struct bon_chunk *chunk, bon_buf *out, uint64_t *counts,
                            bon_spans *spans) {
    const struct bon_normalize_place place = place_of(chunk);
    bool mapped = job->offsets.out != NULL;
    if (job->wide && chunk->offset == 0) BON_TRY(expect_wide_read(chunk));
    if (job->json_field) return map_objects(job, chunk, out, counts);
    if (job->diff) return show_differences(job->normalizer, chunk, out, counts);
    if (job->automatic) return bon_auto_judge(job->normalizer, chunk->data, chunk->len, &place, mapped, out, counts);
    return bon_normalize_chunk_mapped(job->normalizer, chunk->data, chunk->len, &place, out, counts,
                                      mapped ? spans : NULL);
}

/* Of a chunk that failed inside a line. */
static void keep_whole_lines(bon_buf *out) {
    while (out->len > 0 && out->data[out->len - 1] != '\n') out->len--;
}

static bon_status map(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    struct normalize_job *job = context;
    uint64_t counts[BON_RULES] = {0};
    bon_spans spans = {0};
    (void)worker;
    bon_status status = map_chunk(job, chunk, out, counts, &spans);
    if (status == BON_OK && job->examples && !job->json_field)
        status = examples_find(job->examples, job->normalizer, chunk, false, counts);
    if (status == BON_OK) add_counts(job, counts);
    if (status == BON_ERR_DATA) keep_whole_lines(out);
    if (status == BON_OK || !job->automatic) status = normalize_result_end(out, &spans, status);
    bon_spans_free(&spans);
    return status;
}

/* Lines at the end of a file that still wait for a neighbour. */
static bon_status end_file(void *context) {
    struct normalize_job *job = context;
    uint64_t counts[BON_RULES] = {0}, in = job->neighbours.settled;
    job->settled.len = job->neighbours.spans.count = 0;
    BON_TRY(bon_auto_finish(&job->neighbours, job->normalizer, &job->settled, counts));
    add_counts(job, counts);
    const struct normalize_joint joint = {.n = job->settled.len};
    if (job->offsets.out) BON_TRY(normalize_offsets_write(&job->offsets, &job->neighbours.spans, &joint, in));
    return bon_out_write(job->pipeline.out, job->settled.data, job->settled.len);
}

/* What the judged chunk settles, in job->settled. */
static bon_status settle(struct normalize_job *job, const struct bon_chunk *chunk, const char *judged, size_t n) {
    uint64_t counts[BON_RULES] = {0};
    job->neighbours.name = chunk->name;
    job->neighbours.mapped = job->offsets.out != NULL;
    job->settled.len = job->neighbours.spans.count = 0;
    BON_TRY(bon_auto_settle(&job->neighbours, job->normalizer, judged, n, &job->settled, counts));
    add_counts(job, counts);
    return BON_OK;
}

/* The first chunk of a file has come. */
static bon_status begin_file(struct normalize_job *job, const struct bon_chunk *chunk) {
    if (job->any_file && job->automatic) BON_TRY(end_file(job));
    job->any_file = true;
    job->file = chunk->file;
    return job->offsets.out ? normalize_offsets_file(&job->offsets, chunk->name) : BON_OK;
}

/* Writes a piece that comes from the input from byte `in` on. */
static bon_status write_piece(struct normalize_job *job, const struct bon_chunk *chunk, const char *text, size_t n,
                              const bon_spans *spans, uint64_t in) {
    const struct bon_normalize_place place = place_of(chunk);
    const char *joined = text;
    struct normalize_joint joint = {.n = n};
    size_t left = n;
    joint.space = bon_normalize_join(&job->join, job->normalizer, &place, &joined, &left);
    joint.leading = (unsigned)(joined - text);
    joint.trailing = (unsigned)(n - left) - joint.leading;
    if (job->offsets.out) BON_TRY(normalize_offsets_write(&job->offsets, spans, &joint, in));
    if (joint.space) BON_TRY(bon_out_write(job->pipeline.out, " ", 1));
    return bon_out_write(job->pipeline.out, joined, left);
}

static bon_status sink(void *context, const struct bon_chunk *chunk, const bon_buf *result) {
    struct normalize_job *job = context;
    size_t n = normalize_result_of(result).text;
    if (!job->any_file || chunk->file != job->file) BON_TRY(begin_file(job, chunk));
    if (job->json_field || job->diff) {
        BON_TRY(bon_out_write(job->pipeline.out, result->data, n));
    } else if (job->automatic) {
        uint64_t in = job->neighbours.settled;
        BON_TRY(settle(job, chunk, result->data, n));
        BON_TRY(write_piece(job, chunk, job->settled.data, job->settled.len, &job->neighbours.spans, in));
    } else {
        if (job->offsets.out) BON_TRY(normalize_result_spans(result, &job->spans));
        BON_TRY(write_piece(job, chunk, result->data, n, &job->spans, chunk->offset));
    }
    return normalize_result_failure(result);
}

static int write_report(const struct normalize_args *args, const struct normalize_job *job) {
    bon_buf text = {0};
    bon_status status = bon_buf_printf(&text, "rule\tcount\tfirst\n");
    for (int i = 0; i < BON_RULES && status == BON_OK; i++) {
        const bon_buf *first = &job->examples->first[i].text;
        status = bon_buf_printf(&text, "%s\t%llu\t%.*s\n", bon_rule_name(i), (unsigned long long)job->counts[i],
                                (int)first->len, first->len ? first->data : "");
    }
    if (status != BON_OK) {
        bon_buf_free(&text);
        return tell_failure(status);
    }
    if (*args->report) return write_text(args->report, &text);
    fwrite(text.data, 1, text.len, stderr);
    bon_buf_free(&text);
    return EXIT_DONE;
}

static uint32_t enabled_rules(const struct normalize_args *args) {
    return (uint32_t)args->fullwidth << BON_RULE_FULLWIDTH | (uint32_t)args->punctuation << BON_RULE_PUNCTUATION |
           (uint32_t)args->iy << BON_RULE_IY | (uint32_t)args->elongation << BON_RULE_ELONGATION |
           (uint32_t)(args->teencode != NULL) << BON_RULE_TEENCODE | (uint32_t)args->html << BON_RULE_HTML |
           (uint32_t)(args->rules != NULL) << BON_RULE_RULES;
}

/* The files of tables that the rules need. */
struct tables {
    bon_buf teencode, rules;
};

static bon_status read_tables(const struct normalize_args *args, struct tables *tables, bon_normalize_options *rules) {
    if (args->teencode && *args->teencode) {
        BON_TRY(bon_file_read(args->teencode, SIZE_MAX, &tables->teencode));
        rules->teencode = tables->teencode.data ? tables->teencode.data : "";
        rules->teencode_len = tables->teencode.len;
    }
    if (args->rules) {
        BON_TRY(bon_file_read(args->rules, SIZE_MAX, &tables->rules));
        rules->rules = tables->rules.data ? tables->rules.data : "";
        rules->rules_len = tables->rules.len;
        rules->rules_name = args->rules;
    }
    return BON_OK;
}

static bon_status open_job(struct normalize_job *job, const struct normalize_args *args, struct tables *tables,
                           struct normalize_examples *examples) {
    bon_normalize_options rules = {.tone_style = (bon_tone_style)args->tone_style,
                                   .form = (bon_form)args->form,
                                   .strict = args->strict,
                                   .disabled = args->disabled,
                                   .enabled = enabled_rules(args),
                                   .from = charsets[args->from]};
    BON_TRY(read_tables(args, tables, &rules));
    examples->options = rules;
    job->examples = args->report ? examples : NULL;
    job->json_field = args->json_field;
    job->diff = args->diff;
    job->pipeline.whole_lines = args->json_field || args->diff;
    job->wide = args->from == FROM_UTF16 || args->from == FROM_UTF32;
    job->automatic = rules.from == BON_CHARSET_AUTO && !args->json_field && !args->diff;
    BON_TRY(bon_normalizer_open(&job->normalizer, &rules));
    return args->offsets ? normalize_offsets_open(&job->offsets, args->offsets) : BON_OK;
}

static void close_job(struct normalize_job *job, struct tables *tables) {
    bon_auto_free(&job->neighbours);
    bon_buf_free(&job->settled);
    bon_spans_free(&job->spans);
    bon_normalizer_close(job->normalizer);
    bon_buf_free(&tables->teencode);
    bon_buf_free(&tables->rules);
}

static int check_args(const struct command *command, const struct normalize_args *args) {
    if (args->json_field && args->diff) return usage_error(command, "--json-field does not go with --diff");
    if (args->offsets && (args->json_field || args->diff))
        return usage_error(command, "--offsets goes with neither --json-field nor --diff");
    return PARSE_GO;
}

static int run(const struct command *command, int argc, char **argv) {
    struct normalize_args args = {0};
    struct normalize_job job = {.pipeline = {.map = map, .sink = sink, .finish = end_file, .context = &job}};
    struct normalize_examples examples;
    struct tables tables = {0};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result == PARSE_GO) result = check_args(command, &args);
    if (result != PARSE_GO) return result;
    examples_open(&examples);
    bon_status status = open_job(&job, &args, &tables, &examples);
    result = tell_failure(status);
    if (status == BON_OK) result = stream_run(command, &args.shared, argv + first, argc - first, &job.pipeline, NULL);
    status = normalize_offsets_close(&job.offsets, result == EXIT_DONE);
    if (status != BON_OK) result = tell_failure(status);
    if (result == EXIT_DONE && args.report) result = write_report(&args, &job);
    examples_close(&examples);
    close_job(&job, &tables);
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
