/* src/corpus/markup.h: HTML and XHTML as a row of texts, opening and closing tags, read as browsers read it: no byte is an error.
 *
 *     struct bon_markup markup = {.text = page, .n = n};
 *     struct bon_markup_token token;
 *     while (bon_markup_next(&markup, &token))
 *         if (token.kind == BON_MARKUP_OPEN && strcmp(token.name, "meta") == 0)
 *             for (size_t at = 0; bon_markup_attribute(&token, &at, &attribute);) ...
 *
 * The tags of a page; for stray tags in texts that are no pages there is the normalizer's rule "html", which is stricter.
 */
#ifndef BON_SRC_CORPUS_MARKUP_H
#define BON_SRC_CORPUS_MARKUP_H

#include <stdbool.h>
#include <stddef.h>

enum bon_markup_kind { BON_MARKUP_TEXT, BON_MARKUP_OPEN, BON_MARKUP_CLOSE };
enum { BON_MARKUP_NAME = 16 };

struct bon_markup {
    const char *text;
    size_t n, at;
    bool xml; /* <x/> closes itself, and there is CDATA */
    /* The reader's own. */
    char raw[BON_MARKUP_NAME];        /* the open element whose content has no tags */
    bool no_comment_end, no_quote[2]; /* none in the rest: is not searched for again */
};

struct bon_markup_token {
    enum bon_markup_kind kind;
    const char *text; /* of a text: as it stands there; of a tag: its attributes */
    size_t n;
    bool raw;                   /* the text is the content of script, style and the like, or CDATA: has no references */
    bool closed;                /* <x/> in XML */
    char name[BON_MARKUP_NAME]; /* of a tag, in small letters; "" when it is longer than any that is known */
};

struct bon_markup_attribute {
    const char *name, *value; /* as they stand there */
    size_t name_len, value_len;
};

/* False at the end. Time is linear over all calls. */
bool bon_markup_next(struct bon_markup *markup, struct bon_markup_token *token);
/* The attributes of an opening tag, one by one; *at is 0 at first. */
bool bon_markup_attribute(const struct bon_markup_token *token, size_t *at, struct bon_markup_attribute *attribute);
/* Whether n bytes are a word, letters of ASCII in either case; the word in small ones. */
bool bon_markup_is(const char *text, size_t n, const char *word);

#endif
