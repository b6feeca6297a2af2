/* Arbitrary bytes read in every old charset, and told by themselves. The first byte chooses a charset. What decodes without loss
 * is UTF-8, and written in the charset and read again it is the same; a second run over what was told changes nothing that the
 * first one made of one line; spans give the input back. */
#include <stdlib.h>

#include "normalize/charset.h"
#include "normalize/normalizer.h"
#include "syllable/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool condition) {
    if (!condition) abort();
}

static void check_decoder(bon_charset charset, const char *text, size_t n) {
    bon_buf once = {0}, back = {0}, again = {0};
    uint64_t lost = 0, kept = 0, lost_again = 0;
    must(bon_charset_decode(charset, text, n, &once, &lost) == BON_OK);
    for (size_t at = 0, left = once.len; left > 0;) {
        unsigned used;
        must(bon_utf8_read(once.data + at, left, &used) != BON_UTF8_INVALID);
        at += used, left -= used;
    }
    must(bon_charset_encode(charset, once.data, once.len, &back, &kept) == BON_OK);
    if (!lost && !kept) {
        must(bon_charset_decode(charset, back.data, back.len, &again, &lost_again) == BON_OK);
        must(lost_again == 0 && again.len == once.len && (!once.len || memcmp(again.data, once.data, once.len) == 0));
    }
    bon_buf_free(&once);
    bon_buf_free(&back);
    bon_buf_free(&again);
}

/* Opening takes longer than a text. */
static const bon_normalizer *opened(bon_charset from) {
    static bon_normalizer *kept[BON_CHARSETS];
    const bon_normalize_options options = {.from = from};
    if (!kept[from]) must(bon_normalizer_open(&kept[from], &options) == BON_OK);
    return kept[from];
}

static void check_spans(bon_charset from, const char *text, size_t n) {
    bon_buf out = {0};
    bon_spans spans = {0};
    uint64_t counts[BON_RULES] = {0}, in = 0, to = 0;
    must(bon_normalize_mapped(opened(from), text, n, &out, counts, &spans) == BON_OK);
    for (size_t i = 0; i <= spans.count; i++) {
        const bon_span end = {out.len, 0, n, 0}, *s = i < spans.count ? &spans.items[i] : &end;
        must(s->in_start >= in && s->in_start - in == s->out_start - to);
        must(s->in_start == in || memcmp(text + in, out.data + to, s->in_start - in) == 0);
        in = s->in_start + s->in_len;
        to = s->out_start + s->out_len;
    }
    bon_spans_free(&spans);
    bon_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const bon_charset charsets[] = {BON_CHARSET_TCVN3, BON_CHARSET_VNI, BON_CHARSET_VISCII, BON_CHARSET_VIQR,
                                           BON_CHARSET_CP1258};
    if (size < 1) return 0;
    bon_charset charset = charsets[data[0] % 5];
    const char *text = (const char *)data + 1;
    check_decoder(charset, text, size - 1);
    check_spans(charset, text, size - 1);
    check_spans(BON_CHARSET_AUTO, text, size - 1);
    return 0;
}
