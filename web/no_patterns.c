/* web/no_patterns.c: users' rules without patterns, for builds without PCRE2: words are replaced, a pattern is refused. */
#include <stdio.h>

#include "normalize/rules.h"

bon_status bon_rules_pattern_open(struct bon_rules_pattern *pattern, const char *text, size_t n, bool caseless,
                                  const char *to, size_t to_len, char *reason, size_t reason_size) {
    (void)pattern, (void)text, (void)n, (void)caseless, (void)to, (void)to_len;
    snprintf(reason, reason_size, "patterns are not part of this build; write words");
    return BON_ERR_DATA;
}

void bon_rules_pattern_close(struct bon_rules_pattern *pattern) { (void)pattern; }

void bon_rules_space_free(struct bon_rules_space *space) {
    bon_buf_free(&space->other);
    bon_spans_free(&space->other_spans);
    bon_spans_free(&space->step);
}

bon_status bon_rules_pattern_apply(const struct bon_rules_pattern *pattern, struct bon_rules_space *space,
                                   const struct bon_rules_line *place, const bon_buf *text, bon_buf *out,
                                   uint64_t *count, bon_spans *spans, const char **reason) {
    (void)pattern, (void)space, (void)place, (void)text, (void)out, (void)count, (void)spans;
    *reason = "patterns are not part of this build";
    return BON_ERR_DATA;
}
