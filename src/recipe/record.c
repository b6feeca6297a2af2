/* src/recipe/record.c: see record.h. */
#include "recipe/record.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/json_span.h"

/* ---- writing ---- */

static bon_status append_text(bon_buf *out, const char *text) { return bon_buf_append(out, text, strlen(text)); }

static bon_status append_quoted(bon_buf *out, const char *text) { return bon_json_quote(text, strlen(text), out); }

static bon_status append_file(const struct bon_plan_file *file, bon_buf *out) {
    BON_TRY(append_text(out, "{\"path\":"));
    BON_TRY(append_quoted(out, file->path));
    return bon_buf_printf(out, ",\"bytes\":%" PRIu64 ",\"xxh3\":\"%016" PRIx64 "%016" PRIx64 "\"}", file->bytes,
                          file->digest.high, file->digest.low);
}

static bon_status append_files(const struct bon_plan *plan, const char *member, const size_t *files, size_t count,
                               bon_buf *out) {
    BON_TRY(bon_buf_printf(out, ",\"%s\":[", member));
    for (size_t i = 0; i < count; i++) {
        if (i) BON_TRY(bon_buf_put(out, ','));
        BON_TRY(append_file(&plan->files[files[i]], out));
    }
    return bon_buf_put(out, ']');
}

/* The command's words and arguments. */
static bon_status append_command(const struct bon_plan *plan, const struct bon_plan_job *job, bon_buf *out) {
    bon_buf text = {0};
    bon_status status = append_text(out, ",\"command\":[");
    if (status == BON_OK) status = append_quoted(out, plan->recipe->steps[job->step].run);
    for (size_t i = 0; i < job->arg_count && status == BON_OK; i++) {
        text.len = 0;
        status = bon_plan_arg_text(plan, &job->args[i], BON_PLAN_NAMED, NULL, &text);
        if (status == BON_OK) status = bon_buf_put(out, ',');
        if (status == BON_OK) status = bon_json_quote(text.data, text.len, out);
    }
    bon_buf_free(&text);
    return status == BON_OK ? bon_buf_put(out, ']') : status;
}

/* The first members: what the record is of, and by whom. */
static bon_status append_job(const struct bon_plan *plan, const struct bon_plan_job *job, bon_buf *out) {
    BON_TRY(append_text(out, "{\"job\":"));
    BON_TRY(append_quoted(out, job->name));
    BON_TRY(append_text(out, ",\"step\":"));
    return append_quoted(out, plan->recipe->steps[job->step].name);
}

static bon_status append_version(bon_buf *out) { return bon_buf_printf(out, ",\"bon\":\"%s\"", bon_version()); }

bon_status bon_record_write(const struct bon_plan *plan, const struct bon_plan_job *job,
                            const struct bon_record_run *run, bon_buf *line) {
    char date[32] = "";
    time_t started = (time_t)run->started;
    struct tm utc;
    if (gmtime_r(&started, &utc)) strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &utc);
    BON_TRY(append_job(plan, job, line));
    BON_TRY(append_version(line));
    BON_TRY(append_command(plan, job, line));
    BON_TRY(append_files(plan, "inputs", job->inputs, job->input_count, line));
    BON_TRY(append_files(plan, "outputs", job->outputs, job->output_count, line));
    if (run->counters) {
        BON_TRY(append_text(line, ",\"counters\":"));
        BON_TRY(bon_buf_append(line, run->counters, run->counters_length));
    }
    return bon_buf_printf(line, ",\"started\":\"%s\",\"seconds\":%.3f}\n", date, run->seconds);
}

/* ---- reading ---- */

static bool find(const char *line, size_t n, const char *name, const char **value, size_t *length) {
    struct bon_json_field field;
    struct bon_json_error error;
    if (!bon_json_find(line, n, name, &field, &error) || field.kind == BON_JSON_ABSENT) return false;
    *value = line + field.start;
    *length = field.end - field.start;
    return true;
}

static bon_status append_member(const char *line, size_t n, const char *member, bon_buf *out) {
    const char *value;
    size_t length;
    if (!find(line, n, member, &value, &length) || *value != '"') return BON_OK;
    return bon_json_unescape(value, length, out);
}

bon_status bon_record_name(const char *line, size_t n, bon_buf *name) { return append_member(line, n, "job", name); }

bon_status bon_record_version(const char *line, size_t n, bon_buf *version) {
    return append_member(line, n, "bon", version);
}

double bon_record_seconds(const char *line, size_t n) {
    const char *value;
    size_t length;
    return find(line, n, "seconds", &value, &length) ? strtod(value, NULL) : 0; /* a '}' ends it */
}

/* A record that is compared piece by piece with what it would be now. */
struct comparison {
    const char *line;
    size_t n, at;
    bon_buf text; /* the next piece */
};

/* Whether the record goes on with the piece; passes it. */
static bool goes_on(struct comparison *comparison) {
    const bon_buf *text = &comparison->text;
    bool same = text->len <= comparison->n - comparison->at &&
                memcmp(comparison->line + comparison->at, text->data, text->len) == 0;
    if (same) comparison->at += text->len;
    comparison->text.len = 0;
    return same;
}

/* *which is the first file that differs; the last one when the record has more. */
static bon_status compare_files(struct comparison *comparison, const struct bon_plan *plan, const char *member,
                                const size_t *files, size_t count, bool *same, size_t *which) {
    BON_TRY(bon_buf_printf(&comparison->text, ",\"%s\":[", member));
    *same = goes_on(comparison);
    for (size_t i = 0; i < count && *same; i++) {
        *which = files[i];
        if (i) BON_TRY(bon_buf_put(&comparison->text, ','));
        BON_TRY(append_file(&plan->files[files[i]], &comparison->text));
        *same = goes_on(comparison);
    }
    BON_TRY(bon_buf_put(&comparison->text, ']'));
    *same = *same && goes_on(comparison);
    return BON_OK;
}

static bon_status compare(struct comparison *comparison, const struct bon_plan *plan, const struct bon_plan_job *job,
                          bool outputs, enum bon_record_verdict *verdict, size_t *which) {
    bool same;
    *verdict = BON_RECORD_COMMAND;
    BON_TRY(append_job(plan, job, &comparison->text));
    if (!goes_on(comparison)) return BON_OK;
    *verdict = BON_RECORD_VERSION;
    BON_TRY(append_version(&comparison->text));
    if (!goes_on(comparison)) return BON_OK;
    *verdict = BON_RECORD_COMMAND;
    BON_TRY(append_command(plan, job, &comparison->text));
    if (!goes_on(comparison)) return BON_OK;
    *verdict = BON_RECORD_INPUT;
    BON_TRY(compare_files(comparison, plan, "inputs", job->inputs, job->input_count, &same, which));
    if (!same) return BON_OK;
    *verdict = BON_RECORD_HOLDS;
    if (!outputs) return BON_OK;
    BON_TRY(compare_files(comparison, plan, "outputs", job->outputs, job->output_count, &same, which));
    if (!same) *verdict = BON_RECORD_OUTPUT;
    return BON_OK;
}

bon_status bon_record_check(const struct bon_plan *plan, const struct bon_plan_job *job, const char *line, size_t n,
                            bool outputs, enum bon_record_verdict *verdict, size_t *which) {
    struct comparison comparison = {.line = line, .n = n};
    *which = job->outputs[0];
    bon_status status = compare(&comparison, plan, job, outputs, verdict, which);
    bon_buf_free(&comparison.text);
    return status;
}

/* ---- for people ---- */

static bool is_plain(const char *word, size_t n) {
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,+@%^";
    for (size_t i = 0; i < n; i++)
        if (!word[i] || !strchr(safe, word[i])) return false;
    return n > 0;
}

static bon_status append_word(bon_buf *out, const char *word, size_t n) {
    if (is_plain(word, n)) return bon_buf_append(out, word, n);
    BON_TRY(bon_buf_put(out, '\''));
    for (size_t i = 0; i < n; i++) BON_TRY(word[i] == '\'' ? append_text(out, "'\\''") : bon_buf_put(out, word[i]));
    return bon_buf_put(out, '\'');
}

bon_status bon_plan_shell(const struct bon_plan *plan, const struct bon_plan_job *job, bon_buf *out) {
    bon_buf text = {0};
    bon_status status = append_text(out, plan->recipe->steps[job->step].run);
    for (size_t i = 0; i < job->arg_count && status == BON_OK; i++) {
        text.len = 0;
        status = bon_plan_arg_text(plan, &job->args[i], BON_PLAN_REAL, NULL, &text);
        if (status == BON_OK) status = bon_buf_put(out, ' ');
        if (status == BON_OK) status = append_word(out, text.data, text.len);
    }
    bon_buf_free(&text);
    return status;
}
