/* src/normalize/teencode.c: the rule "teencode": words of chat spelling.
 *
 * A table of words, sorted, and what each stands for. Only a word that fills its piece but for signs around it is replaced, so
 * that nothing happens inside addresses, hashtags and hyphenated names; all capitals are taken for an abbreviation and stay, and
 * so does a capital inside a line, which begins a name (Wa, Ko). Words that often mean something else (k, vs, bn, h, wa, khum)
 * are not in the built-in table; j, ng and r, which are letters, too, stay where signs show that they are meant so (ng, ngh; r)).
 */
#include "normalize/normalizer.h"

#include <unicode/uchar.h>
#include <unicode/utf16.h>

#include "syllable/utf8.h"

static const char built_in[] =
    "ak\tà\nbik\tbiết\nck\tchồng\ncx\tcũng\ncũg\tcũng\ndc\tđược\nđc\tđược\nđt\tđiện thoại\n"
    "gđ\tgia đình\nhok\tkhông\nj\tgì\nko\tkhông\nlun\tluôn\nmik\tmình\nmk\tmình\n"
    "ng\tngười\nngta\tngười ta\nnhìu\tnhiều\nntn\tnhư thế nào\noy\trồi\nr\trồi\nrùi\trồi\nsđt\tsố điện thoại\n"
    "sdt\tsố điện thoại\nsn\tsinh nhật\nthik\tthích\ntrc\ttrước\nvk\tvợ\nwá\tquá\n";

enum { WORD_MAX = 32, REPLACEMENT_MAX = 256 };

struct entry {
    UChar word[WORD_MAX], replacement[REPLACEMENT_MAX];
    int32_t word_len, replacement_len;
};

struct bon_teencode {
    struct entry *entries;
    size_t count, cap;
};

/* Decodes UTF-8 to units; -1: not UTF-8, or more than `cap`. */
static int32_t to_units(const char *text, size_t n, UChar *units, int32_t cap) {
    int32_t len = 0;
    for (size_t at = 0; at < n;) {
        unsigned used;
        uint32_t c = bon_utf8_read(text + at, n - at, &used);
        if (c == BON_UTF8_INVALID || len + 2 > cap) return -1;
        U16_APPEND_UNSAFE(units, len, c);
        at += used;
    }
    return len;
}

static int compare(const UChar *a, int32_t a_len, const UChar *b, int32_t b_len) {
    for (int32_t i = 0; i < a_len && i < b_len; i++)
        if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
    return a_len < b_len ? -1 : a_len > b_len;
}

static int by_word(const void *a, const void *b) {
    const struct entry *x = a, *y = b;
    return compare(x->word, x->word_len, y->word, y->word_len);
}

static const struct entry *find(const struct bon_teencode *table, const UChar *word, int32_t n) {
    size_t low = 0, high = table->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = compare(word, n, table->entries[middle].word, table->entries[middle].word_len);
        if (order == 0) return &table->entries[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

static bon_status add_line(struct bon_teencode *table, const char *line, size_t n, unsigned number) {
    const char *tab = memchr(line, '\t', n);
    if (n == 0 || line[0] == '#') return BON_OK;
    if (!tab) return bon_fail(BON_ERR_DATA, "teencode table, line %u: no tab between word and replacement", number);
    BON_TRY(bon_grow_array(&table->entries, &table->cap, table->count + 1, sizeof *table->entries));
    struct entry *entry = &table->entries[table->count];
    entry->word_len = to_units(line, (size_t)(tab - line), entry->word, WORD_MAX);
    entry->replacement_len = to_units(tab + 1, n - (size_t)(tab - line) - 1, entry->replacement, REPLACEMENT_MAX);
    if (entry->word_len <= 0 || entry->replacement_len <= 0)
        return bon_fail(BON_ERR_DATA, "teencode table, line %u: a word or replacement is empty, too long or not UTF-8",
                        number);
    for (int32_t i = 0; i < entry->word_len; i++)
        if (!u_isalpha(entry->word[i]) || u_isupper(entry->word[i]))
            return bon_fail(BON_ERR_DATA, "teencode table, line %u: the word may have small letters only", number);
    table->count++;
    return BON_OK;
}

/* A replacement that is replaced itself would make a second run change something. */
static bon_status check_replacements(const struct bon_teencode *table) {
    for (size_t i = 0; i < table->count; i++) {
        const struct entry *entry = &table->entries[i];
        if (i > 0 && by_word(entry - 1, entry) == 0)
            return bon_fail(BON_ERR_DATA, "teencode table: a word has two lines");
        for (int32_t at = 0, end; at < entry->replacement_len; at = end + 1) {
            for (end = at; end < entry->replacement_len && entry->replacement[end] != ' ';) end++;
            if (find(table, entry->replacement + at, end - at))
                return bon_fail(BON_ERR_DATA, "teencode table: a replacement has a word that is replaced itself");
        }
    }
    return BON_OK;
}

bon_status bon_teencode_open(struct bon_teencode **out, const char *text, size_t n) {
    *out = NULL;
    if (!text) text = built_in, n = sizeof built_in - 1;
    struct bon_teencode *table = bon_alloc_zeroed(1, sizeof *table);
    bon_status status = table ? BON_OK : BON_ERR_NOMEM;
    unsigned number = 1;
    for (size_t at = 0; at < n && status == BON_OK; number++) {
        const char *end = memchr(text + at, '\n', n - at);
        size_t length = end ? (size_t)(end - text) - at : n - at;
        status = add_line(table, text + at, length, number);
        at += length + 1;
    }
    if (status == BON_OK && table->count) qsort(table->entries, table->count, sizeof *table->entries, by_word);
    if (status == BON_OK) status = check_replacements(table);
    if (status != BON_OK) return bon_teencode_close(table), status;
    *out = table;
    return BON_OK;
}

void bon_teencode_close(struct bon_teencode *teencode) {
    if (!teencode) return;
    free(teencode->entries);
    free(teencode);
}

static bool opens(UChar c) { return c == 0x201c || c == 0x2018 || (c && c < 0x80 && strchr("([{\"'", c)); }
static bool ends_sentence(UChar c) { return c == 0x2026 || (c && c < 0x80 && strchr(".!?", c)); }
static bool closes(UChar c) {
    return ends_sentence(c) || c == 0x201d || c == 0x2019 || (c && c < 0x80 && strchr(",;:)]}\"'", c));
}

/* j, ng, r: letters as well as words. */
static bool is_letter_too(const UChar *word, int32_t n) {
    return (n == 1 && strchr("jr", word[0])) || (n == 2 && word[0] == 'n' && word[1] == 'g');
}

/* The one word of units[from..to), between signs; false when there is none, or anything else. */
static bool only_word(const UChar *units, int32_t from, int32_t to, int32_t *start, int32_t *end) {
    int32_t i = from;
    bool plain = true;
    while (i < to && opens(units[i])) i++;
    *start = i;
    while (i < to && u_isalpha(units[i])) i++;
    *end = i;
    for (; i < to && closes(units[i]); i++) plain &= ends_sentence(units[i]);
    if (*end <= *start || *end - *start >= WORD_MAX || i < to) return false;
    return (plain && *start == from) || !is_letter_too(units + *start, *end - *start);
}

/* What stands for a word, in its case: small, or, where a line begins, the first letter a capital. */
static const struct entry *look_up(const struct bon_teencode *table, const UChar *units, int32_t n, bool line_start,
                                   bool *title) {
    UChar word[WORD_MAX];
    unsigned upper = 0;
    for (int32_t i = 0; i < n; i++) {
        upper += u_isupper(units[i]) != 0;
        word[i] = (UChar)u_tolower(units[i]);
    }
    *title = line_start && upper == 1 && n > 1 && u_isupper(units[0]);
    return !upper || *title ? find(table, word, n) : NULL;
}

static bon_status put_units(struct bon_units *out, const UChar *units, int32_t n) {
    if (out->len + n > out->cap) BON_TRY(bon_units_reserve(out, 2 * (out->len + n)));
    memcpy(out->data + out->len, units, (size_t)n * sizeof *units);
    out->len += n;
    return BON_OK;
}

bon_status bon_rule_teencode(struct bon_sink *sink) {
    struct bon_units *in = &sink->units, *out = &sink->other;
    uint64_t replaced = 0;
    if (!sink->nz->teencode) return BON_OK;
    out->len = 0;
    for (int32_t from = 0, to; from < in->len; from = to) { /* blanks of Unicode are tabs by now */
        int32_t start, end;
        bool title;
        for (to = from + 1; to < in->len && in->data[to] != '\t' && in->data[to] != ' ';) to++;
        int32_t first = from + (in->data[from] == '\t' || in->data[from] == ' ');
        const struct entry *entry =
            only_word(in->data, first, to, &start, &end)
                ? look_up(sink->nz->teencode, in->data + start, end - start, sink->line_start && from == 0, &title)
                : NULL;
        if (!entry) {
            BON_TRY(put_units(out, in->data + from, to - from));
            continue;
        }
        BON_TRY(put_units(out, in->data + from, start - from));
        int32_t at = out->len;
        BON_TRY(put_units(out, entry->replacement, entry->replacement_len));
        if (title) out->data[at] = (UChar)u_toupper(out->data[at]);
        BON_TRY(put_units(out, in->data + end, to - end));
        replaced++;
    }
    if (replaced) bon_units_swap(sink);
    sink->counts[BON_RULE_TEENCODE] += replaced;
    return BON_OK;
}
