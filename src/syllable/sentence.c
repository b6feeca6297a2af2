/* src/syllable/sentence.c: where sentences end.
 *
 * Tokens are read up to one that may end a sentence (. ! ? ... or an abbreviation with its dot); closing quotes, brackets and
 * emoji right behind it are taken in; then the word before and the word after decide. Newspapers, laws, fiction and comments
 * disagree about capitals and blanks, so the rules ask for what is evidence in each: a capital after the mark, a syllable
 * (not a foreign word) before a dot that is followed by lower case, a syllable on both sides where the blank is missing.
 *
 * Idea of reading ahead and of abbreviation classes: Grefenstette and Tapanainen, What is a word, what is a sentence? (1994).
 */
#include <string.h>

#include "syllable/segment.h"
#include "syllable/unicode.h"
#include "syllable/utf8.h"

enum {
    LOOK_AHEAD = 40, /* tokens in which a bracket must close to hold a sentence together */
    OPENERS = 4      /* quotes, brackets and dashes before the first word of a sentence that are stepped over */
};

#define OPENING "“‘«\"'([{-–—―*•‹「『"

struct line {
    const char *text;
    size_t n;
};

/* What a sentence has had so far. */
struct seen {
    bon_token before[3]; /* the last tokens, [0] the latest; len 0: none */
    unsigned words;      /* tokens that are not signs */
    unsigned depth;      /* of open brackets */
    bool quoted;         /* an odd number of straight quotes */
    bool lettered;       /* it begins with "A.", so "B." is not a name's initial but the next answer */
    size_t end;
};

enum mark { MARK_NONE, MARK_DOT, MARK_QUESTION, MARK_ELLIPSIS, MARK_TITLE, MARK_TAIL };

/* What stands behind a mark. */
enum follower { FOLLOWS_NOTHING, FOLLOWS_CAPITAL, FOLLOWS_LOWER, FOLLOWS_DIGIT, FOLLOWS_PAUSE, FOLLOWS_OTHER };

struct next {
    enum follower follower;
    bon_token token; /* the first word, behind opening signs */
    bool gap;        /* a blank behind the mark */
    bool dash;       /* a dash before the word */
};

static size_t end_of(const bon_token *token) { return (size_t)token->start + token->len; }

static bool is_letters(const bon_token *token) {
    return token->kind == BON_TOKEN_SYLLABLE || token->kind == BON_TOKEN_WORD;
}

static bool is_sign(const bon_token *token) {
    return token->kind == BON_TOKEN_PUNCTUATION || token->kind == BON_TOKEN_SYMBOL;
}

static uint32_t sign_of(const struct line *line, const bon_token *token) {
    unsigned length;
    return is_sign(token) ? bon_utf8_read(line->text + token->start, token->len, &length) : 0;
}

/* The next token on the same line; false at the end of the line or text. */
static bool next_token(const struct line *line, size_t from, bon_token *token) {
    size_t pos = from;
    if (!bon_segment_next(line->text, line->n, &pos, token)) return false;
    size_t gap = token->start - from;
    return gap == 0 || (gap == 1 && line->text[from] == ' ') || !memchr(line->text + from, '\n', gap);
}

static size_t letters_in(const struct line *line, const bon_token *token) {
    size_t letters = 0;
    for (size_t i = token->start; i < end_of(token); i++) letters += !bon_utf8_tail(line->text[i]);
    return letters;
}

static bool is_of_signs(uint32_t c, const char *signs) {
    unsigned length;
    for (size_t n = strlen(signs); n > 0 && c; signs += length, n -= length)
        if (bon_utf8_read(signs, n, &length) == c) return true;
    return false;
}

/* ---- marks ---- */

static enum mark mark_of(const struct line *line, const bon_token *token) {
    if (token->kind == BON_TOKEN_ABBREVIATION) {
        const char *word = line->text + token->start;
        size_t n = token->len;
        if (word[n - 1] != '.') return MARK_NONE;
        for (size_t i = n - 1; i > 0 && n == token->len; i--) /* the last part decides: PGS.TS. */
            if (word[i - 1] == '.') n = token->len - i;
        enum bon_dotted dotted = bon_dotted_word(word, token->len - 1);
        if (dotted == BON_DOTTED_NOT) dotted = bon_dotted_word(word + token->len - n, n - 1);
        if (dotted == BON_DOTTED_NOT && n < token->len) return MARK_TAIL; /* U.S.A. */
        return dotted == BON_DOTTED_TAIL ? MARK_TAIL : MARK_TITLE;
    }
    uint32_t c = sign_of(line, token);
    if (c == '.') return token->len == 1 ? MARK_DOT : MARK_ELLIPSIS;
    if (c == 0x2026) return MARK_ELLIPSIS;
    if (is_of_signs(c, "!?！？‼⁇⁈⁉。｡")) return MARK_QUESTION;
    return MARK_NONE;
}

static bool is_closing(const struct line *line, const bon_token *token, const struct seen *seen) {
    uint32_t c = sign_of(line, token);
    if (is_of_signs(c, "”’»)]}›」』）】")) return true;
    if (c != '"' && c != '\'') return false;
    size_t end = end_of(token);
    bool blank_behind = end == line->n || (unsigned char)line->text[end] <= ' ';
    bool blank_before = token->start > seen->end;
    if (c == '"' && seen->quoted) return true;
    if (!blank_before) return blank_behind;
    bon_token next; /* text with blanks around every sign: a quote before a comma or dot closes */
    return !next_token(line, end, &next) || is_of_signs(sign_of(line, &next), ".,;:!?)");
}

static void count_sign(const struct line *line, const bon_token *token, struct seen *seen) {
    uint32_t c = sign_of(line, token);
    if (c == '(' || c == '[') seen->depth++;
    if ((c == ')' || c == ']') && seen->depth > 0) seen->depth--;
    if (c == '"') seen->quoted = !seen->quoted;
}

static void take(const struct line *line, const bon_token *token, struct seen *seen) {
    seen->before[2] = seen->before[1];
    seen->before[1] = seen->before[0];
    seen->before[0] = *token;
    seen->words += !is_sign(token);
    count_sign(line, token, seen);
    seen->end = end_of(token);
}

/* Takes in a reference right behind a mark: .[12] */
static bool take_reference(const struct line *line, struct seen *seen) {
    bon_token open, number, close;
    if (seen->end >= line->n || line->text[seen->end] != '[' || !next_token(line, seen->end, &open)) return false;
    if (!next_token(line, end_of(&open), &number) || number.kind != BON_TOKEN_NUMBER) return false;
    if (!next_token(line, end_of(&number), &close) || sign_of(line, &close) != ']') return false;
    seen->end = end_of(&close);
    return true;
}

/* Takes in further marks, closing signs and emoji behind a mark. True when a closing sign was among them. */
static bool take_closers(const struct line *line, struct seen *seen, enum mark *mark) {
    bon_token token;
    bool closed = false;
    while (take_reference(line, seen)) continue;
    while (next_token(line, seen->end, &token)) {
        bool gap = token.start > seen->end;
        enum mark more = mark_of(line, &token);
        bool closing = is_closing(line, &token, seen);
        bool close_by = !gap || sign_of(line, &token) != ')'; /* " )" opens the next thing in comments: smileys */
        if (more >= MARK_DOT && more <= MARK_ELLIPSIS && (!gap || *mark != MARK_DOT)) {
            if (more == MARK_QUESTION || *mark != MARK_QUESTION) *mark = more;
        } else if (!(closing && close_by) && token.kind != BON_TOKEN_EMOJI) {
            break;
        }
        closed |= closing;
        count_sign(line, &token, seen);
        seen->end = end_of(&token);
    }
    return closed;
}

/* ---- what follows ---- */

static enum follower follower_of(const struct line *line, const bon_token *token) {
    switch (token->kind) {
    case BON_TOKEN_NUMBER: return FOLLOWS_DIGIT;
    case BON_TOKEN_SYLLABLE:
    case BON_TOKEN_WORD: return token->letter_case == BON_CASE_LOWER ? FOLLOWS_LOWER : FOLLOWS_CAPITAL;
    case BON_TOKEN_ABBREVIATION:
    case BON_TOKEN_HYPHENATED: {
        size_t pos = 0; /* the case of its first part */
        bon_token part;
        bool lower =
            bon_token_next(line->text + token->start, token->len, &pos, &part) && part.letter_case == BON_CASE_LOWER;
        return lower ? FOLLOWS_LOWER : FOLLOWS_CAPITAL;
    }
    case BON_TOKEN_PUNCTUATION: return is_of_signs(sign_of(line, token), ",;:%/") ? FOLLOWS_PAUSE : FOLLOWS_OTHER;
    default: return FOLLOWS_OTHER;
    }
}

static struct next look_behind_mark(const struct line *line, const struct seen *seen) {
    struct next next = {.follower = FOLLOWS_NOTHING};
    size_t at = seen->end;
    for (int i = 0; i <= OPENERS && next_token(line, at, &next.token); i++) {
        if (i == 0) next.gap = next.token.start > seen->end;
        uint32_t c = sign_of(line, &next.token);
        next.follower = follower_of(line, &next.token);
        if (is_of_signs(c, "-–—―")) next.dash = true;
        if (!is_of_signs(c, OPENING)) break;
        at = end_of(&next.token);
    }
    return next;
}

/* ---- rules ---- */

/* "1. Mở đầu", "a. Khái niệm", "IV. Kết luận", "Điều 5. Phạm vi": the dot belongs to the number at the beginning. */
static bool is_list_number(const struct line *line, const struct seen *seen) {
    const bon_token *number = &seen->before[1], *heading = &seen->before[2];
    enum { DIGITS = 5 };
    if (number->len == 0 || number->len > DIGITS) return false;
    bool roman = is_letters(number) && number->letter_case != BON_CASE_LOWER;
    for (size_t i = number->start; roman && i < end_of(number); i++) roman = strchr("IVXL", line->text[i]) != NULL;
    bool single = is_letters(number) && letters_in(line, number) == 1;
    if (number->kind != BON_TOKEN_NUMBER && !roman && !single) return false;
    if (seen->words == 1) return true;
    return seen->words == 2 && is_letters(heading) && bon_is_heading_word(line->text + heading->start, heading->len);
}

static bool is_capital_letter(const struct line *line, const bon_token *token) {
    return is_letters(token) && token->letter_case != BON_CASE_LOWER && letters_in(line, token) == 1;
}

/* A single capital with a dot: is it part of a name (Nguyễn V. A., George W. Bush) or of an address (Q. Ba Đình)? */
static bool is_initial(const struct line *line, const struct seen *seen, const struct next *next) {
    const bon_token *before = &seen->before[2], *after = &next->token;
    if (!is_capital_letter(line, &seen->before[1])) return false;
    if (next->follower == FOLLOWS_LOWER || next->follower == FOLLOWS_DIGIT) return true;
    if (next->follower != FOLLOWS_CAPITAL || next->dash) return false;
    if (is_capital_letter(line, after) && end_of(after) < line->n && line->text[end_of(after)] == '.') return true;
    if (seen->lettered || before->len == 0) return true;
    if (is_sign(before)) /* ", Q. Ba Đình", but not 37 °C */
        return end_of(before) < seen->before[1].start || is_of_signs(sign_of(line, before), OPENING);
    if (bon_is_place_word(line->text + before->start, before->len)) return true;
    if (bon_is_family_name(line->text + before->start, before->len)) return before->letter_case == BON_CASE_TITLE;
    return after->kind == BON_TOKEN_WORD && after->letter_case == BON_CASE_TITLE;
}

static bool is_syllable_of(const struct line *line, const bon_token *token, size_t letters) {
    return token->kind == BON_TOKEN_SYLLABLE && letters_in(line, token) >= letters;
}

/* A mark with no blank behind it. */
static bool ends_without_blank(const struct line *line, const struct seen *seen, const struct next *next) {
    const bon_token *before = &seen->before[1], *after = &next->token;
    bool both = is_syllable_of(line, before, 2) && is_syllable_of(line, after, 2);
    if (next->follower == FOLLOWS_LOWER) return both;
    if (next->follower != FOLLOWS_CAPITAL) return false;
    if (before->kind == BON_TOKEN_WORD) return is_syllable_of(line, after, 2) && after->letter_case == BON_CASE_TITLE;
    return true;
}

static bool dot_ends(const struct line *line, struct seen *seen, const struct next *next, bool closed) {
    const bon_token *before = &seen->before[1];
    if (is_list_number(line, seen)) {
        seen->lettered = is_capital_letter(line, before);
        return false;
    }
    if (!closed && is_initial(line, seen, next)) return false;
    if (!next->gap && !closed) return ends_without_blank(line, seen, next);
    bool single = is_letters(before) && letters_in(line, before) == 1;
    if (next->follower == FOLLOWS_DIGIT) return closed || !single; /* p. 12 */
    if (next->follower != FOLLOWS_LOWER) return true;
    if (closed || next->dash) return false;
    if (letters_in(line, before) < 2) return false;
    return before->kind == BON_TOKEN_SYLLABLE ||
           (before->kind == BON_TOKEN_WORD && before->letter_case == BON_CASE_LOWER);
}

static bool question_ends(const struct line *line, const struct seen *seen, const struct next *next, bool closed) {
    const bon_token *before = &seen->before[1];
    bool name = before->kind == BON_TOKEN_WORD && before->letter_case != BON_CASE_LOWER; /* Yahoo! công bố */
    if (next->follower == FOLLOWS_LOWER && (closed || next->dash || name)) return false;
    if (!next->gap && !closed) return ends_without_blank(line, seen, next);
    return true;
}

static bool tail_ends(const struct seen *seen, const struct next *next) {
    (void)seen;
    return next->gap && next->follower != FOLLOWS_LOWER &&
           !(next->follower == FOLLOWS_CAPITAL && next->token.kind == BON_TOKEN_WORD);
}

/* Whether an open bracket closes soon on this line. */
static bool closes_soon(const struct line *line, const struct seen *seen) {
    size_t at = seen->end;
    unsigned depth = seen->depth;
    bon_token token;
    for (int i = 0; i < LOOK_AHEAD && next_token(line, at, &token); i++) {
        uint32_t c = sign_of(line, &token);
        depth += c == '(' || c == '[';
        if ((c == ')' || c == ']') && --depth == 0) return true;
        at = end_of(&token);
    }
    return false;
}

static bool ends_here(const struct line *line, struct seen *seen, enum mark mark, bool closed) {
    struct next next = look_behind_mark(line, seen);
    if (next.follower == FOLLOWS_NOTHING) return true;
    if (next.follower == FOLLOWS_PAUSE || seen->words == 0) return false;
    if (seen->depth > 0 && closes_soon(line, seen)) return false;
    switch (mark) {
    case MARK_DOT: return dot_ends(line, seen, &next, closed);
    case MARK_QUESTION: return question_ends(line, seen, &next, closed);
    case MARK_ELLIPSIS: return next.follower == FOLLOWS_CAPITAL || next.follower == FOLLOWS_OTHER;
    case MARK_TAIL: return tail_ends(seen, &next);
    default: return false;
    }
}

bool bon_sentence_next(const char *text, size_t n, size_t *pos, size_t *start, size_t *len) {
    const struct line line = {text, n};
    struct seen seen = {0};
    bon_token token;
    size_t at = *pos;
    *pos = n;
    if (!bon_segment_next(text, n, &at, &token)) return false;
    *start = token.start;
    do {
        enum mark mark = mark_of(&line, &token);
        take(&line, &token, &seen);
        if (mark == MARK_NONE) continue;
        bool closed = take_closers(&line, &seen, &mark);
        if (ends_here(&line, &seen, mark, closed)) break;
    } while (next_token(&line, seen.end, &token));
    *len = seen.end - *start;
    *pos = seen.end;
    return true;
}
