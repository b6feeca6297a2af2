/* src/normalize/rules_pattern.c: patterns of the user's file. PCRE2 does the matching, within limits: a pattern that would need
 * more than MATCH_LIMIT steps on a line fails, it does not hang. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>

#include "normalize/rules.h"
#include "normalize/spans.h"
#include "syllable/utf8.h"

enum {
    MATCH_LIMIT = 5000000,
    DEPTH_LIMIT = 100000,
    HEAP_LIMIT = 8 << 10 /* KiB */,
    GROUPS_MAX = 100,
    PATTERN_MAX = 1 << 16
};

/* ---- the replacement ---- */

static bon_status add_part(struct bon_rules_pattern *pattern, const char *text, size_t n, int group) {
    if (group < 0 && n == 0) return BON_OK;
    BON_TRY(bon_grow_array(&pattern->parts, &pattern->part_cap, pattern->part_count + 1, sizeof *pattern->parts));
    pattern->parts[pattern->part_count++] = (struct bon_rules_part){text, n, group};
    return BON_OK;
}

/* The group that text names behind '$': 12, {12}, {name}; -1: none. *used bytes. */
static int read_group(const struct bon_rules_pattern *pattern, const char *text, size_t n, size_t *used) {
    char name[64] = {0};
    bool braces = n > 0 && text[0] == '{', number = true;
    size_t at = braces, length = 0;
    for (; at < n && length < sizeof name - 1; at++, length++) {
        bool digit = text[at] >= '0' && text[at] <= '9';
        if (braces ? text[at] == '}' : !digit || length == 2) break;
        number &= digit;
        name[length] = text[at];
    }
    if (!length || (braces && (at == n || text[at] != '}'))) return -1;
    *used = at + braces;
    uint32_t groups = 0;
    pcre2_pattern_info(pattern->code, PCRE2_INFO_CAPTURECOUNT, &groups);
    int group =
        number ? (int)strtol(name, NULL, 10) : pcre2_substring_number_from_name(pattern->code, (PCRE2_SPTR)name);
    return group < 0 || (uint32_t)group > groups ? -1 : group;
}

static bon_status read_replacement(struct bon_rules_pattern *pattern, char *reason, size_t size) {
    size_t from = 0;
    for (size_t at = 0, used; at < pattern->to_len;) {
        const char *text = pattern->to + at;
        size_t left = pattern->to_len - at;
        if (*text != '$') {
            at++;
            continue;
        }
        BON_TRY(add_part(pattern, pattern->to + from, at - from, -1));
        if (left > 1 && text[1] == '$') {
            from = at + 1; /* the second of them */
            at += 2;
            continue;
        }
        int group = read_group(pattern, text + 1, left - 1, &used);
        if (group < 0) {
            snprintf(reason, size, "the replacement names a group that the pattern lacks (write $$ for a dollar sign)");
            return BON_ERR_DATA;
        }
        BON_TRY(add_part(pattern, NULL, 0, group));
        pattern->constant = false;
        from = at += 1 + used;
    }
    return add_part(pattern, pattern->to + from, pattern->to_len - from, -1);
}

/* ---- opening ---- */

bon_status bon_rules_pattern_open(struct bon_rules_pattern *pattern, const char *text, size_t n, bool caseless,
                                  const char *to, size_t to_len, char *reason, size_t reason_size) {
    uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C, groups = 0;
    PCRE2_SIZE offset;
    int error;
    if (n == 0 || n > PATTERN_MAX)
        return snprintf(reason, reason_size, "the pattern is empty or too long"), BON_ERR_DATA;
    pattern->constant = true;
    pattern->to = bon_alloc_array(to_len + 1, 1);
    if (!pattern->to) return BON_ERR_NOMEM;
    if (to_len) memcpy(pattern->to, to, to_len);
    pattern->to_len = to_len;
    pattern->code =
        pcre2_compile((PCRE2_SPTR)text, n, options | (caseless ? PCRE2_CASELESS : 0), &error, &offset, NULL);
    if (!pattern->code) {
        PCRE2_UCHAR why[128];
        if (error == PCRE2_ERROR_NOMEMORY || error == 121) return bon_fail_memory(n);
        pcre2_get_error_message(error, why, sizeof why);
        snprintf(reason, reason_size, "the pattern is wrong at byte %zu: %s", (size_t)offset + 1, (const char *)why);
        return BON_ERR_DATA;
    }
    pcre2_pattern_info(pattern->code, PCRE2_INFO_CAPTURECOUNT, &groups);
    if (groups >= GROUPS_MAX) {
        snprintf(reason, reason_size, "the pattern has more than %d groups", GROUPS_MAX - 1);
        return BON_ERR_DATA;
    }
    (void)pcre2_jit_compile(pattern->code, PCRE2_JIT_COMPLETE); /* without it, it is slower */
    return read_replacement(pattern, reason, reason_size);
}

void bon_rules_pattern_close(struct bon_rules_pattern *pattern) {
    pcre2_code_free(pattern->code);
    free(pattern->parts);
    free(pattern->to);
}

void bon_rules_space_free(struct bon_rules_space *space) {
    pcre2_match_data_free(space->match);
    bon_buf_free(&space->other);
    bon_spans_free(&space->other_spans);
    bon_spans_free(&space->step);
    *space = (struct bon_rules_space){0};
}

/* ---- applying ---- */

static bon_status put_replacement(const struct bon_rules_pattern *pattern, const char *text, const PCRE2_SIZE *places,
                                  int groups, bon_buf *out) {
    for (size_t i = 0; i < pattern->part_count; i++) {
        const struct bon_rules_part *part = &pattern->parts[i];
        if (part->group < 0)
            BON_TRY(bon_buf_append(out, part->text, part->n));
        else if (part->group < groups && places[2 * part->group] != PCRE2_UNSET &&
                 places[2 * part->group + 1] >= places[2 * part->group])
            BON_TRY(bon_buf_append(out, text + places[2 * part->group],
                                   places[2 * part->group + 1] - places[2 * part->group]));
    }
    return BON_OK;
}

/* One match, or less than 0. A JIT that runs out of its stack leaves it to the interpreter. */
static int match(const struct bon_rules_pattern *pattern, struct bon_rules_space *space, pcre2_match_context *limits,
                 const bon_buf *text, size_t at, uint32_t options) {
    int found = pcre2_match(pattern->code, (PCRE2_SPTR)text->data, text->len, at, options, space->match, limits);
    if (found == PCRE2_ERROR_JIT_STACKLIMIT)
        found = pcre2_match(pattern->code, (PCRE2_SPTR)text->data, text->len, at, options | PCRE2_NO_JIT, space->match,
                            limits);
    return found;
}

static bon_status failed(int error, const char **reason) {
    if (error == PCRE2_ERROR_NOMEMORY) return bon_fail_memory(0);
    *reason = "needs too many steps; make the pattern simpler (no repetition inside a repetition)";
    return BON_ERR_DATA;
}

static bon_status replace_all(const struct bon_rules_pattern *pattern, struct bon_rules_space *space,
                              pcre2_match_context *limits, const struct bon_rules_line *place, const bon_buf *text,
                              bon_buf *out, uint64_t *count, bon_spans *spans, const char **reason) {
    uint32_t edges = (place->begins_inside ? PCRE2_NOTBOL : 0) | (place->ends_inside ? PCRE2_NOTEOL : 0);
    size_t copied = 0, replaced = 0;
    for (size_t at = 0; at <= text->len;) {
        int found = match(pattern, space, limits, text, at, edges);
        if (found == PCRE2_ERROR_NOMATCH) break;
        if (found < 0) return failed(found, reason);
        const PCRE2_SIZE *places = pcre2_get_ovector_pointer(space->match);
        size_t start = places[0], end = places[1], before = out->len + (start - copied);
        if (start < at || end < start) return failed(0, reason); /* \K in an assertion */
        BON_TRY(bon_buf_append(out, text->data + copied, start - copied));
        BON_TRY(put_replacement(pattern, text->data, places, found, out));
        bool same = out->len - before == end - start &&
                    (end == start || memcmp(out->data + before, text->data + start, end - start) == 0);
        if (out->len > text->len + BON_RULES_GROWTH_MAX) return *reason = "makes the line too long", BON_ERR_DATA;
        if (!same) BON_TRY(bon_spans_add(spans, before, out->len - before, start, end - start));
        replaced += !same;
        copied = at = end;
        if (end == start) { /* nothing was matched: the next place is a character on */
            unsigned used = 1;
            if (at < text->len) bon_utf8_read(text->data + at, text->len - at, &used);
            at += used;
        }
    }
    *count += replaced;
    if (!replaced) return out->len = 0, BON_OK;
    return bon_buf_append(out, text->data + copied, text->len - copied);
}

bon_status bon_rules_pattern_apply(const struct bon_rules_pattern *pattern, struct bon_rules_space *space,
                                   const struct bon_rules_line *place, const bon_buf *text, bon_buf *out,
                                   uint64_t *count, bon_spans *spans, const char **reason) {
    if (!space->match) space->match = pcre2_match_data_create(GROUPS_MAX, NULL);
    pcre2_match_context *limits = space->match ? pcre2_match_context_create(NULL) : NULL;
    if (!limits) return bon_fail_memory(0);
    pcre2_set_match_limit(limits, MATCH_LIMIT);
    pcre2_set_depth_limit(limits, DEPTH_LIMIT);
    pcre2_set_heap_limit(limits, HEAP_LIMIT);
    bon_status status = replace_all(pattern, space, limits, place, text, out, count, spans, reason);
    pcre2_match_context_free(limits);
    return status;
}
