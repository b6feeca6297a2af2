/* src/corpus/filter_score.c: a text -> its scores, in one pass over its tokens.
 *
 * The normalized text goes by lines, sentences and tokens, cut as the training recipe cuts, and is counted into a tally. What the
 * n-gram models want is made on the way: the sentence as folded tokens. What the measures of repetition want, too: a number a word.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bon/restore.h"
#include "corpus/filter.h"
#include "corpus/filter_phrases.h"
#include "corpus/filter_repeats.h"
#include "syllable/utf8.h"

enum { SHORT_LINE = 5, PAIR = 2, PHRASE = 4, REPEATED_PHRASE = 5, REPEATED_PASSAGE = 10 };

/* Room that grew for one long text is not kept for the many short ones behind it. */
enum { SPACE_KEPT = 1 << 22 };

struct tally {
    size_t words;      /* syllables, other words, numbers */
    size_t runs;       /* of letters: syllables and other words */
    size_t syllables;  /* ... */
    size_t marked;     /* of the syllables */
    size_t characters; /* that are no blanks */
    size_t letters, foreign_letters;
    size_t symbols, links, boilerplate;
    size_t lines, short_lines, bullets, ellipses; /* lines have a token at least */
};

/* What is known of the line so far. */
struct line {
    size_t tokens, words;
    bool behind_foreign;               /* a foreign word came, and since then at most two plain ones: */
    size_t plain_words, plain_letters; /* foreign too, if another foreign word follows */
    bool dots;                         /* the last token is an ellipsis */
};

struct bon_judge {
    const struct bon_filter *filter;
    struct bon_phrases *phrases;
    struct bon_repeats repeats;
    bon_buf normal, folded;
    uint32_t *words; /* [count] the text as numbers */
    size_t count, cap;
    size_t *ends; /* [tally.lines] behind the last word of each line */
    size_t ends_cap;
    struct tally tally;
    bon_lm_totals totals[BON_FILTER_REGISTERS_MAX];
};

bon_status bon_judge_open(struct bon_judge **out, const struct bon_filter *filter) {
    struct bon_judge *judge = bon_alloc_zeroed(1, sizeof *judge);
    if (!judge) return BON_ERR_NOMEM;
    judge->filter = filter;
    bon_status status = bon_phrases_open(&judge->phrases);
    if (status == BON_OK)
        *out = judge;
    else
        free(judge);
    return status;
}

void bon_judge_close(struct bon_judge *judge) {
    if (!judge) return;
    bon_phrases_close(judge->phrases);
    bon_repeats_free(&judge->repeats);
    bon_buf_free(&judge->normal);
    bon_buf_free(&judge->folded);
    free(judge->words);
    free(judge->ends);
    free(judge);
}

/* ---- tokens ---- */

static size_t count_characters(const char *text, size_t n) {
    size_t count = 0;
    for (size_t i = 0; i < n; i++) count += !bon_utf8_tail(text[i]);
    return count;
}

static bool is_ascii(const char *text, size_t n) {
    unsigned char any = 0;
    for (size_t i = 0; i < n; i++) any |= (unsigned char)text[i];
    return any < 0x80;
}

/* Latin letters with and without Vietnamese marks are below U+0250 or from U+1E00 to U+1EFF; what is above those is another
 * script. */
static bool has_other_script(const char *text, size_t n) {
    unsigned length;
    for (size_t i = 0; i < n; i += length) {
        uint32_t c = bon_utf8_read(text + i, n - i, &length);
        if (c >= 0x370 && (c < 0x1e00 || c > 0x1eff) && c != BON_UTF8_INVALID) return true;
    }
    return false;
}

/* A word (no syllable) that is of another language rather than an abbreviation, chat spelling or slip: of another script, or
 * plain Latin letters with a vowel, not all capitals. */
static bool is_foreign(const char *text, const bon_token *token) {
    const char *word = text + token->start;
    if (!is_ascii(word, token->len)) return has_other_script(word, token->len);
    if (token->len < 3 || token->letter_case == BON_CASE_UPPER) return false;
    if (bon_syllable_candidates(word, token->len, NULL, 0) > 0) return false; /* mot, hoc: marks are missing */
    for (size_t i = 0; i < token->len; i++)
        if (strchr("aeiouyAEIOUY", word[i])) return true;
    return false;
}

/* "the state of the art": of, state and art could be syllables, but not there. */
static void tally_letters(struct tally *tally, struct line *line, const char *text, const bon_token *token) {
    size_t letters = count_characters(text + token->start, token->len);
    bool syllable = token->kind == BON_TOKEN_SYLLABLE, marked = syllable && !is_ascii(text + token->start, token->len);
    tally->runs++;
    tally->letters += letters;
    tally->syllables += syllable;
    tally->marked += marked;
    if (!syllable && is_foreign(text, token)) {
        tally->foreign_letters += letters + (line->behind_foreign ? line->plain_letters : 0);
        line->behind_foreign = true;
        line->plain_words = line->plain_letters = 0;
    } else {
        line->plain_letters += letters;
        if (marked || ++line->plain_words > 2) line->behind_foreign = false;
    }
}

static bool is_dots(const char *sign, size_t n) {
    return (n >= 3 && memcmp(sign, "...", 3) == 0) || (n == 3 && memcmp(sign, "\xe2\x80\xa6", 3) == 0);
}

/* Dashes begin what is spoken in Vietnamese prose, so they are no bullets. */
static bool is_bullet(const char *sign, size_t n) {
    static const char *const bullets[] = {"*", "•", "·", "●", "○", "■", "□", "▪", "►", "▶", "◆", "✓", "✔", "➤"};
    for (size_t i = 0; i < sizeof bullets / sizeof bullets[0]; i++)
        if (strlen(bullets[i]) == n && memcmp(bullets[i], sign, n) == 0) return true;
    return false;
}

static void tally_sign(struct tally *tally, struct line *line, const char *sign, size_t n) {
    bool code = n == 1 && sign[0] && strchr("#*_|<>{}\\=~^`", sign[0]);
    tally->symbols += code;
    line->dots = is_dots(sign, n);
    if (line->tokens == 0) tally->bullets += is_bullet(sign, n);
}

static bool is_link(const char *text, size_t n) {
    return (n > 4 && memcmp(text, "www.", 4) == 0) || memchr(text, '/', n) || memchr(text, '@', n);
}

static bool is_word(const bon_token *token) {
    return token->kind == BON_TOKEN_SYLLABLE || token->kind == BON_TOKEN_WORD || token->kind == BON_TOKEN_NUMBER;
}

static void tally_token(struct tally *tally, struct line *line, const char *text, const bon_token *token) {
    const char *start = text + token->start;
    line->dots = false;
    switch (token->kind) {
    case BON_TOKEN_SYLLABLE:
    case BON_TOKEN_WORD: tally_letters(tally, line, text, token); break;
    case BON_TOKEN_NUMBER: break;
    case BON_TOKEN_URL:
    case BON_TOKEN_EMAIL: tally->links += is_link(start, token->len); break;
    default: tally_sign(tally, line, start, token->len);
    }
    tally->characters += count_characters(start, token->len);
}

static bon_status add_token(struct bon_judge *judge, struct line *line, const char *text, const bon_token *token) {
    tally_token(&judge->tally, line, text, token);
    line->tokens++;
    if (judge->folded.len) BON_TRY(bon_buf_put(&judge->folded, ' '));
    if (!is_word(token)) return bon_fold_token(text, token, &judge->folded);
    BON_TRY(bon_grow_array(&judge->words, &judge->cap, judge->count + 1, sizeof *judge->words));
    line->words++;
    return bon_word_number(text, token, &judge->folded, &judge->words[judge->count++]);
}

/* ---- sentences, lines, the text ---- */

static bon_status add_sentence(struct bon_judge *judge, struct line *line, const char *text, size_t n) {
    const struct bon_filter *filter = judge->filter;
    bon_token token;
    judge->folded.len = 0;
    for (size_t pos = 0; bon_token_next(text, n, &pos, &token);) BON_TRY(add_token(judge, line, text, &token));
    for (unsigned i = 0; i < filter->register_count; i++)
        bon_lm_score_line(filter->registers[i].lm, judge->folded.data, judge->folded.len, &judge->totals[i]);
    return BON_OK;
}

static bon_status add_line(struct bon_judge *judge, const char *text, size_t n) {
    struct tally *tally = &judge->tally;
    struct line line = {0};
    for (size_t pos = 0, start, len; bon_sentence_next(text, n, &pos, &start, &len);)
        BON_TRY(add_sentence(judge, &line, text + start, len));
    if (line.tokens == 0) return BON_OK;
    BON_TRY(bon_grow_array(&judge->ends, &judge->ends_cap, tally->lines + 1, sizeof *judge->ends));
    judge->ends[tally->lines++] = judge->count;
    tally->words += line.words;
    tally->short_lines += line.words < SHORT_LINE;
    tally->ellipses += line.dots;
    if (line.words > 0)
        tally->boilerplate += bon_phrases_cover(judge->phrases, judge->words + judge->count - line.words, line.words);
    return BON_OK;
}

static bon_status add_text(struct bon_judge *judge, const char *text, size_t n) {
    const char *end = text + n;
    for (const char *line = text; line < end;) {
        const char *newline = memchr(line, '\n', (size_t)(end - line)), *stop = newline ? newline : end;
        BON_TRY(add_line(judge, line, (size_t)(stop - line)));
        line = newline ? newline + 1 : end;
    }
    return BON_OK;
}

/* ---- scores ---- */

static double share(size_t part, size_t whole) { return whole ? (double)part / (double)whole : NAN; }

static void score_tally(const struct tally *tally, double *scores) {
    scores[BON_FILTER_WORDS] = (double)tally->words;
    scores[BON_FILTER_LETTERS] = share(tally->letters, tally->characters);
    scores[BON_FILTER_SYLLABLES] = share(tally->syllables, tally->runs);
    scores[BON_FILTER_FOREIGN] = share(tally->foreign_letters, tally->letters);
    scores[BON_FILTER_MARKS] = share(tally->marked, tally->syllables);
    scores[BON_FILTER_SYMBOLS] = share(tally->symbols, tally->words);
    scores[BON_FILTER_LINKS] = share(tally->links, tally->words);
    scores[BON_FILTER_BOILERPLATE] = share(tally->boilerplate, tally->words);
    scores[BON_FILTER_SHORT_LINES] = share(tally->short_lines, tally->lines);
    scores[BON_FILTER_BULLETS] = share(tally->bullets, tally->lines);
    scores[BON_FILTER_ELLIPSES] = share(tally->ellipses, tally->lines);
}

static bon_status score_repeats(struct bon_judge *judge, double *scores) {
    struct bon_repeats *repeats = &judge->repeats;
    const uint32_t *words = judge->words;
    size_t count = judge->count;
    BON_TRY(bon_repeats_lines(repeats, words, judge->ends, judge->tally.lines, &scores[BON_FILTER_REPEATED_LINES]));
    BON_TRY(bon_repeats_top(repeats, words, count, PAIR, &scores[BON_FILTER_TOP_PAIR]));
    BON_TRY(bon_repeats_top(repeats, words, count, PHRASE, &scores[BON_FILTER_TOP_PHRASE]));
    BON_TRY(bon_repeats_share(repeats, words, count, REPEATED_PHRASE, &scores[BON_FILTER_REPEATED_PHRASES]));
    return bon_repeats_share(repeats, words, count, REPEATED_PASSAGE, &scores[BON_FILTER_REPEATED_PASSAGES]);
}

static bool is_in(const struct bon_filter_range *range, double score) {
    return isnan(score) || (score >= range->least && score <= range->most);
}

/* The likeliest of the registers in whose band the text is, or, if there is none, of all. True if it is in one. */
static bool choose_register(const struct bon_judge *judge, struct bon_filter_verdict *verdict) {
    const struct bon_filter *filter = judge->filter;
    bool inside = false;
    for (unsigned i = 0; i < filter->register_count; i++) {
        double perplexity = bon_lm_perplexity(&judge->totals[i]), *best = &verdict->scores[BON_FILTER_PERPLEXITY];
        bool fits = is_in(&filter->registers[i].band, perplexity);
        if (isnan(perplexity) || fits < inside || (fits == inside && perplexity >= *best)) continue;
        *best = perplexity;
        verdict->best = (uint8_t)i;
        inside = fits;
    }
    return inside || isnan(verdict->scores[BON_FILTER_PERPLEXITY]);
}

static void decide(const struct bon_judge *judge, struct bon_filter_verdict *verdict) {
    unsigned rule = 0;
    verdict->scores[BON_FILTER_PERPLEXITY] = NAN;
    verdict->best = BON_FILTER_NO_REGISTER;
    bool likely = choose_register(judge, verdict);
    while (rule < BON_FILTER_PERPLEXITY && is_in(&judge->filter->ranges[rule], verdict->scores[rule])) rule++;
    if (rule == BON_FILTER_PERPLEXITY && likely) rule = BON_FILTER_KEPT;
    verdict->rule = (uint8_t)rule;
}

static void *keep_little(void *array, size_t *cap, size_t size) {
    if (*cap * size <= SPACE_KEPT) return array;
    free(array);
    *cap = 0;
    return NULL;
}

static void begin(struct bon_judge *judge) {
    judge->words = keep_little(judge->words, &judge->cap, sizeof *judge->words);
    judge->ends = keep_little(judge->ends, &judge->ends_cap, sizeof *judge->ends);
    judge->tally = (struct tally){0};
    memset(judge->totals, 0, sizeof judge->totals);
    judge->count = 0;
    if (judge->normal.cap > SPACE_KEPT) bon_buf_free(&judge->normal);
    if (judge->folded.cap > SPACE_KEPT) bon_buf_free(&judge->folded);
    if (judge->repeats.mask * sizeof(struct bon_repeat) > SPACE_KEPT) bon_repeats_free(&judge->repeats);
    judge->normal.len = 0;
}

bon_status bon_judge_text(struct bon_judge *judge, const char *text, size_t n, struct bon_filter_verdict *verdict) {
    begin(judge);
    BON_TRY(bon_normalize(judge->filter->normalizer, text, n, &judge->normal));
    if (judge->normal.len > UINT32_MAX) return bon_fail(BON_ERR_LIMIT, "a text of 4 GiB or more cannot be scored");
    if (judge->normal.len > 0) BON_TRY(add_text(judge, judge->normal.data, judge->normal.len));
    score_tally(&judge->tally, verdict->scores);
    BON_TRY(score_repeats(judge, verdict->scores));
    decide(judge, verdict);
    return BON_OK;
}
