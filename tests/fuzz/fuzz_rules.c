/* A file of a user's rules, and behind a line of three dashes a text; "html" is on where the first byte is odd. Reading fails or
 * not; what normalizes comes to rest: a second run changes nothing and counts nothing. */
#include <stdlib.h>

#include "normalize/normalizer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool condition) {
    if (!condition) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1 || size > 1 << 14) return 0;
    const char *rules = (const char *)data + 1, *cut = memmem(rules, size - 1, "\n---\n", 5);
    size_t rules_len = cut ? (size_t)(cut + 1 - rules) : 0, n = cut ? size - 1 - rules_len - 4 : size - 1;
    const char *text = (const char *)data + size - n;
    bon_normalize_options options = {.rules = rules, .rules_len = rules_len};
    options.enabled = 1u << BON_RULE_RULES | (uint32_t)(data[0] & 1) << BON_RULE_HTML;
    bon_normalizer *nz;
    bon_buf once = {0}, twice = {0};
    uint64_t first[BON_RULES] = {0}, second[BON_RULES] = {0};
    if (bon_normalizer_open(&nz, &options) != BON_OK) return 0;
    if (bon_normalize_counted(nz, text, n, &once, first) == BON_OK) {
        must(bon_normalize_counted(nz, once.data, once.len, &twice, second) == BON_OK);
        must(once.len == twice.len && (!once.len || memcmp(once.data, twice.data, once.len) == 0));
        for (unsigned r = 0; r < BON_RULES; r++) must(second[r] == 0);
    }
    bon_buf_free(&once);
    bon_buf_free(&twice);
    bon_normalizer_close(nz);
    return 0;
}
