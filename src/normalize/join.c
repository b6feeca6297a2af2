/* src/normalize/join.c: the windows of a long line put together again.
 *
 * A window is normalized without knowing the ones before it (many threads do them at once), so it cannot know whether the
 * line has shown anything yet. Whoever writes the results in order knows: a space waits here until something follows it, and
 * none is written at the beginning of a line.
 */
#include "normalize/normalizer.h"

static bool ends_line(char c) { return c == '\n' || c == '\r'; }

bool bon_normalize_join(struct bon_normalize_join *join, const struct bon_normalizer *nz,
                        const struct bon_normalize_place *place, const char **text, size_t *n) {
    if (!place->begins_inside) *join = (struct bon_normalize_join){.line_start = true};
    if (!bon_rule_on(nz, BON_RULE_BLANK)) return false;
    bool leading = *n > 0 && **text == ' ';
    if (leading) ++*text, --*n;
    join->space = (join->space || leading) && !join->line_start;
    if (*n == 0) return false;
    bool space = join->space && !ends_line(**text);
    join->line_start = ends_line((*text)[*n - 1]);
    join->space = place->ends_inside && (*text)[*n - 1] == ' ';
    if (join->space) --*n;
    return space;
}
