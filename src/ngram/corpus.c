/* src/ngram/corpus.c: text -> word ids.
 *
 * Most words of running text are short and frequent, so a small direct-mapped cache sits in front of the vocabulary: its key
 * is the word's bytes themselves, up to 16, as two integers padded with zeros (unambiguous, NUL being a blank). A word found
 * there costs one load of text, one multiplication and one cache line; the rest goes to the vocabulary.
 */
#include "ngram/corpus.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

enum { SHORT_BYTES = 16, SHORT_BITS = 14, PACE = 1 << 14 };

struct bon_short_word {
    uint64_t low, high; /* the word's bytes; both 0 = free */
    uint32_t id;
};

struct text {
    const char *bytes;
    size_t n;
};

static const struct text SENTENCE_SYMBOLS[BON_CORPUS_SYMBOLS] = {
    [BON_LM_UNK] = {"<unk>", 5}, [BON_LM_BOS] = {"<s>", 3}, [BON_LM_EOS] = {"</s>", 4}};
/* Blanks cannot be words. */
static const struct text LINE_SYMBOLS[BON_CORPUS_SYMBOLS] = {{" ", 1}, {"\n", 1}, {"\t", 1}};

static bon_status add_symbols(struct bon_vocab *vocab, const struct text *symbols) {
    uint32_t id;
    for (size_t i = 0; i < BON_CORPUS_SYMBOLS; i++) BON_TRY(bon_vocab_add(vocab, symbols[i].bytes, symbols[i].n, &id));
    return BON_OK;
}

bon_status bon_corpus_open(struct bon_corpus *corpus, enum bon_corpus_kind kind) {
    *corpus = (struct bon_corpus){.kind = kind};
    corpus->shorts = bon_alloc_zeroed((size_t)1 << SHORT_BITS, sizeof *corpus->shorts);
    if (!corpus->shorts) return BON_ERR_NOMEM;
    return add_symbols(&corpus->vocab, kind == BON_CORPUS_LINES ? LINE_SYMBOLS : SENTENCE_SYMBOLS);
}

bon_status bon_corpus_check(const struct bon_corpus *corpus) {
    return corpus->shorts ? BON_OK : bon_fail(BON_ERR_ARGUMENT, "what was added is used up: open another one");
}

void bon_corpus_free(struct bon_corpus *corpus) {
    bon_vocab_free(&corpus->vocab);
    bon_store_free(corpus->store, corpus->ids);
    bon_store_free(corpus->store, corpus->weight);
    free(corpus->shorts);
    free(corpus->drained);
    *corpus = (struct bon_corpus){0};
}

/* ---- words ---- */

static uint64_t load8(const char *bytes) {
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value = __builtin_bswap64(value);
#endif
    return value;
}

/* A mask with the top bit set in the lowest byte <= 0x20 (bits above it mean nothing); 0 when there is none. */
static uint64_t low_bytes(uint64_t bytes) { return (bytes - 0x2121212121212121) & ~bytes & 0x8080808080808080; }

static const char *word_end(const char *at, const char *end) {
    while (at < end && !bon_lm_is_blank((unsigned char)*at)) at++;
    return at;
}

/* Reads the word at `at` when it and the blank behind it lie within 16 readable bytes: its length and its bytes as integers.
 * Returns 0 when it is longer or a control character needs a closer look. */
static size_t read_short(const char *at, uint64_t *low, uint64_t *high) {
    *low = load8(at);
    *high = 0;
    uint64_t stop = low_bytes(*low);
    size_t length;
    if (stop) {
        length = (size_t)__builtin_ctzll(stop) / 8;
        *low &= ((uint64_t)1 << 8 * length) - 1;
    } else {
        *high = load8(at + 8);
        stop = low_bytes(*high);
        if (!stop) return 0;
        length = (size_t)__builtin_ctzll(stop) / 8;
        *high &= ((uint64_t)1 << 8 * length) - 1;
        length += 8;
    }
    return bon_lm_is_blank((unsigned char)at[length]) ? length : 0;
}

static struct bon_short_word *short_slot(const struct bon_corpus *corpus, uint64_t low, uint64_t high) {
    uint64_t mixed = (low ^ (high << 29 | high >> 35)) * 0x9e3779b97f4a7c15;
    return &corpus->shorts[mixed >> (64 - SHORT_BITS)];
}

static bon_status push(struct bon_corpus *corpus, uint32_t id) {
    if (corpus->count >= UINT32_MAX - 1)
        return bon_fail(BON_ERR_LIMIT, "the text has more than %u words; build from parts of it or from counts",
                        UINT32_MAX);
    if (corpus->count == corpus->cap)
        BON_TRY(bon_store_grow(corpus->store, &corpus->ids, &corpus->cap, corpus->count + 1, sizeof *corpus->ids));
    corpus->ids[corpus->count++] = id;
    return BON_OK;
}

/* Adds the word at *at, which is not a blank, and moves behind it. BON_ERR_DATA: it is one of the three symbols. */
static bon_status add_word(struct bon_corpus *corpus, const char **at, const char *end) {
    uint64_t low, high;
    size_t length = end - *at >= SHORT_BYTES ? read_short(*at, &low, &high) : 0;
    struct bon_short_word *slot = NULL;
    uint32_t id;
    if (length) {
        slot = short_slot(corpus, low, high);
        if (slot->low == low && slot->high == high) {
            *at += length;
            return push(corpus, slot->id);
        }
    } else {
        length = (size_t)(word_end(*at, end) - *at);
    }
    BON_TRY(bon_vocab_add(&corpus->vocab, *at, length, &id));
    if (id < BON_CORPUS_SYMBOLS) {
        if (corpus->kind == BON_CORPUS_SENTENCES) return BON_ERR_DATA;
        *at += length;
        return BON_OK;
    }
    if (slot) *slot = (struct bon_short_word){low, high, id};
    *at += length;
    return push(corpus, id);
}

/* Puts ids[begin..) in reverse order. */
static void reverse(struct bon_corpus *corpus, size_t begin) {
    for (size_t end = corpus->count; begin + 1 < end; begin++) {
        uint32_t id = corpus->ids[--end];
        corpus->ids[end] = corpus->ids[begin];
        corpus->ids[begin] = id;
    }
}

static bon_status end_line(struct bon_corpus *corpus, size_t begin) {
    if (corpus->kind != BON_CORPUS_LINES) return push(corpus, BON_LM_EOS);
    reverse(corpus, begin);
    return BON_OK;
}

static bon_status add_line(struct bon_corpus *corpus, const char *at, const char *end, const char *name,
                           uint64_t line) {
    BON_TRY(push(corpus, BON_LM_BOS));
    size_t begin = corpus->count;
    for (;;) {
        while (at < end && bon_lm_is_blank((unsigned char)*at)) at++;
        if (at == end) return end_line(corpus, begin);
        bon_status status = add_word(corpus, &at, end);
        if (status == BON_ERR_DATA)
            return bon_fail(
                BON_ERR_DATA,
                "%s:%llu: the text contains %.*s, which has a meaning of its own in models; remove it, or skip "
                "symbols to read it as a blank (--skip-symbols)",
                name ? name : "text", (unsigned long long)line, (int)(word_end(at, end) - at), at);
        if (status != BON_OK) return status;
    }
}

bon_status bon_corpus_add(struct bon_corpus *corpus, const char *text, size_t n, const char *name,
                          uint64_t first_line) {
    BON_TRY(bon_corpus_check(corpus));
    size_t before = corpus->count;
    uint64_t lines = 0;
    const char *end = text + n;
    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *line_end = newline ? newline : end;
        bon_status status = add_line(corpus, text, line_end, name, first_line + lines);
        if (status != BON_OK) {
            corpus->count = before;
            return status;
        }
        lines++;
        text = newline ? newline + 1 : end;
    }
    corpus->lines += lines;
    bon_store_pace(corpus->store, (corpus->count - before) * sizeof *corpus->ids);
    return BON_OK;
}

bon_status bon_corpus_drain(struct bon_corpus *corpus) {
    size_t known = corpus->drained_cap;
    BON_TRY(bon_grow_array(&corpus->drained, &corpus->drained_cap, corpus->vocab.count, sizeof *corpus->drained));
    memset(corpus->drained + known, 0, (corpus->drained_cap - known) * sizeof *corpus->drained);
    for (size_t i = 0; i < corpus->count; i++) corpus->drained[corpus->ids[i]]++;
    corpus->count = 0;
    return BON_OK;
}

/* ---- final numbers ---- */

struct ranked_word {
    const struct bon_vocab_word *word;
    uint64_t count;
    uint32_t id; /* as first seen */
    bool kept;
};

static int by_bytes(const void *a, const void *b) {
    const struct ranked_word *x = a, *y = b;
    if (x->kept != y->kept) return x->kept ? -1 : 1;
    return bon_vocab_compare(x->word, y->word);
}

static int by_rank(const void *a, const void *b) {
    const struct ranked_word *x = a, *y = b;
    if (x->kept == y->kept && x->count != y->count) return x->count > y->count ? -1 : 1;
    return by_bytes(a, b);
}

/* Every word with its count and whether it is kept, best first behind the symbols. */
static void rank_words(const struct bon_corpus *corpus, const struct bon_word_rule *rule, struct ranked_word *words) {
    uint32_t types = corpus->vocab.count;
    for (uint32_t id = 0; id < types; id++)
        words[id] = (struct ranked_word){.word = &corpus->vocab.words[id],
                                         .count = id < corpus->drained_cap ? corpus->drained[id] : 0,
                                         .id = id,
                                         .kept = id < BON_CORPUS_SYMBOLS || !rule->allowed};
    size_t step = corpus->row ? corpus->row : 1;
    for (size_t i = step - 1; i < corpus->count; i += step) {
        words[corpus->ids[i]].count += bon_corpus_weight(corpus, i);
        if (i % PACE < step) bon_store_pace(corpus->store, 2 * PACE * sizeof *corpus->ids);
    }
    if (corpus->row) words[BON_LM_BOS].count = words[BON_LM_EOS].count; /* a line has one of each */
    for (size_t i = 0; rule->allowed && i < rule->allowed_count; i++) {
        uint32_t id = bon_vocab_find(&corpus->vocab, rule->allowed[i], strlen(rule->allowed[i]));
        if (id != BON_VOCAB_NONE) words[id].kept = true;
    }
    for (uint32_t id = BON_CORPUS_SYMBOLS; id < types; id++)
        if (words[id].count <= rule->prune) words[id].kept = false; /* words never seen included */
    qsort(words + BON_CORPUS_SYMBOLS, types - BON_CORPUS_SYMBOLS, sizeof *words, rule->by_bytes ? by_bytes : by_rank);
}

static bon_status replace_vocab(struct bon_corpus *corpus, const struct ranked_word *words, uint32_t kept) {
    struct bon_vocab vocab = {0};
    bon_status status = BON_OK;
    for (uint32_t i = 0, id; i < kept && status == BON_OK; i++)
        status = bon_vocab_add(&vocab, words[i].word->text, words[i].word->len, &id);
    bon_vocab_free(status == BON_OK ? &corpus->vocab : &vocab);
    if (status == BON_OK) corpus->vocab = vocab;
    return status;
}

void bon_word_order_free(struct bon_word_order *order) {
    free(order->counts);
    free(order->first_seen);
    *order = (struct bon_word_order){0};
}

bon_status bon_corpus_renumber(struct bon_corpus *corpus, const struct bon_word_rule *rule,
                               struct bon_word_order *order) {
    BON_TRY(bon_corpus_check(corpus));
    uint32_t types = corpus->vocab.count;
    bon_status status = BON_ERR_NOMEM;
    bon_store_release(corpus->store);
    struct ranked_word *words = bon_alloc_array(types, sizeof *words);
    uint32_t *final_id = bon_alloc_array(types, sizeof *final_id);
    *order = (struct bon_word_order){.counts = bon_alloc_array(types, sizeof *order->counts),
                                     .first_seen = bon_alloc_array(types, sizeof *order->first_seen)};
    if (!words || !final_id || !order->counts || !order->first_seen) goto done;
    rank_words(corpus, rule, words);

    for (uint32_t i = 0; i < types; i++) {
        final_id[words[i].id] = i;
        order->counts[i] = words[i].count;
        order->first_seen[i] = words[i].id;
        if (words[i].kept) order->kept = i + 1;
        if (words[i].count || i < BON_CORPUS_SYMBOLS) order->types = i + 1;
    }
    bon_store_release(corpus->store);
    status = replace_vocab(corpus, words, order->kept);
    if (status != BON_OK) goto done;
    for (size_t i = 0; i < corpus->count; i++) {
        corpus->ids[i] = final_id[corpus->ids[i]];
        if (i % PACE == 0) bon_store_pace(corpus->store, PACE * sizeof *corpus->ids);
    }
done:
    if (status != BON_OK) bon_word_order_free(order);
    free(words);
    free(final_id);
    return status;
}
