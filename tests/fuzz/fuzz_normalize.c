/* Arbitrary bytes through normalization. The first byte chooses form, style and rules. Nothing may crash; a second run
 * changes nothing and counts nothing; strict refuses exactly what the rule for malformed bytes would replace. */
#include <stdlib.h>

#include "normalize/normalizer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool condition) {
    if (!condition) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2) return 0;
    bon_normalize_options options = {.form = data[0] % 3, .tone_style = data[0] / 3 % 3, .disabled = data[1]};
    if (data[0] & 64) options.enabled = ((1u << BON_RULES) - 1) & ~((1u << BON_RULE_FULLWIDTH) - 1);
    const char *text = (const char *)data + 2;
    uint64_t first[BON_RULES] = {0}, second[BON_RULES] = {0};
    bon_normalizer *nz, *strict;
    bon_buf once = {0}, twice = {0};
    if (bon_normalizer_open(&nz, &options) != BON_OK) return 0;
    must(bon_normalize_counted(nz, text, size - 2, &once, first) == BON_OK);
    must(bon_normalize_counted(nz, once.data, once.len, &twice, second) == BON_OK);
    must(once.len == twice.len && (!once.len || memcmp(once.data, twice.data, once.len) == 0));
    for (unsigned r = 0; r < BON_RULES; r++) must(second[r] == 0);
    options.strict = 1;
    twice.len = 0;
    must(bon_normalizer_open(&strict, &options) == BON_OK);
    bon_status status = bon_normalize(strict, text, size - 2, &twice);
    if (bon_rule_on(nz, BON_RULE_INVALID_UTF8)) must((status == BON_ERR_DATA) == (first[BON_RULE_INVALID_UTF8] > 0));
    bon_buf_free(&once);
    bon_buf_free(&twice);
    bon_normalizer_close(nz);
    bon_normalizer_close(strict);
    return 0;
}
