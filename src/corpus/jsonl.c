/* src/corpus/jsonl.c: see jsonl.h. The options become a row of wishes, each a name and what becomes of its value; one walk over the
 * members of an object fulfils those that are no paths. */
#include "corpus/jsonl.h"

#include <stdlib.h>

#include "base/json_span.h"

enum { WISHES_MAX = 64 };

enum purpose { TEXT, ID, TITLE, URL, MEMBER };

static const char *const reserved[] = {"id", "title", "url", "text"}; /* of what is written */

struct wish {
    enum purpose purpose;
    const char *from, *to; /* spans of the options; `to` of a MEMBER */
    size_t from_len, to_len;
};

struct bon_jsonl {
    const bon_normalizer *normalizer;
    bool keep_all;
    size_t count;
    struct wish wishes[WISHES_MAX];
};

struct reading {
    const struct bon_jsonl *jsonl;
    const char *line;
    size_t n;
    const struct bon_jsonl_place *place;
    struct bon_document *document;
    struct bon_json_field found[WISHES_MAX];
    bon_buf text, space;
};

/* ---- options ---- */

static bool is_reserved(const char *name, size_t n) {
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (strlen(reserved[i]) == n && memcmp(reserved[i], name, n) == 0) return true;
    return false;
}

static bon_status add_wish(struct bon_jsonl *jsonl, enum purpose purpose, const char *item, size_t n) {
    const char *equals = purpose == MEMBER ? memchr(item, '=', n) : NULL;
    struct wish wish = {.purpose = purpose, .from = item, .to = item, .from_len = n, .to_len = n};
    if (equals) {
        wish.to_len = (size_t)(equals - item);
        wish.from = equals + 1;
        wish.from_len = n - wish.to_len - 1;
    }
    if (!wish.from_len || !wish.to_len) return bon_fail(BON_ERR_ARGUMENT, "a name of a member is empty");
    if (purpose == MEMBER && is_reserved(wish.to, wish.to_len))
        return bon_fail(BON_ERR_ARGUMENT,
                        "'%.*s' is written already: give the member another name, as in old_%.*s=%.*s",
                        (int)wish.to_len, wish.to, (int)wish.to_len, wish.to, (int)wish.from_len, wish.from);
    if (jsonl->count == WISHES_MAX) return bon_fail(BON_ERR_ARGUMENT, "more than %d names of members", WISHES_MAX);
    jsonl->wishes[jsonl->count++] = wish;
    return BON_OK;
}

static bon_status add_list(struct bon_jsonl *jsonl, enum purpose purpose, const char *list) {
    for (const char *at = list; at;) {
        const char *comma = strchr(at, ',');
        BON_TRY(add_wish(jsonl, purpose, at, comma ? (size_t)(comma - at) : strlen(at)));
        at = comma ? comma + 1 : NULL;
    }
    return BON_OK;
}

static bon_status add_options(struct bon_jsonl *jsonl, const struct bon_jsonl_options *options) {
    BON_TRY(add_list(jsonl, TEXT, options->text));
    BON_TRY(add_wish(jsonl, ID, options->id, strlen(options->id)));
    BON_TRY(add_wish(jsonl, TITLE, options->title, strlen(options->title)));
    BON_TRY(add_wish(jsonl, URL, options->url, strlen(options->url)));
    jsonl->keep_all = !options->keep;
    return options->keep && *options->keep ? add_list(jsonl, MEMBER, options->keep) : BON_OK;
}

bon_status bon_jsonl_open(struct bon_jsonl **out, const struct bon_jsonl_options *options,
                          const bon_normalizer *normalizer) {
    *out = NULL;
    struct bon_jsonl *jsonl = bon_alloc_zeroed(1, sizeof *jsonl);
    if (!jsonl) return BON_ERR_NOMEM;
    jsonl->normalizer = normalizer;
    bon_status status = add_options(jsonl, options);
    if (status == BON_OK)
        *out = jsonl;
    else
        free(jsonl);
    return status;
}

void bon_jsonl_close(struct bon_jsonl *jsonl) { free(jsonl); }

/* ---- finding ---- */

static bool opens(const char *line, const struct bon_json_field *value, char bracket) {
    return value->kind == BON_JSON_OTHER && line[value->start] == bracket;
}

/* The value at a path, whose first part may have dots itself, below the object that begins at `start`. */
static bool find_path(const char *line, size_t start, size_t n, const char *path, size_t length,
                      struct bon_json_field *found) {
    struct bon_json_field name, value;
    bool there = false;
    for (size_t at = 0; bon_json_next(line + start, n - start, &at, &name, &value);) {
        value.start += start;
        value.end += start;
        if (bon_json_is(line + start, &name, path, length)) {
            *found = value;
            there = true;
        }
        for (const char *dot = path;
             opens(line, &value, '{') && (dot = memchr(dot, '.', length - (size_t)(dot - path))); dot++) {
            size_t head = (size_t)(dot - path);
            if (bon_json_is(line + start, &name, path, head) &&
                find_path(line, value.start, value.end, dot + 1, length - head - 1, found))
                there = true;
        }
    }
    return there;
}

/* Notes the value for every wish of this name; false: nobody wants it. */
static bool grant(struct reading *r, const struct bon_json_field *name, const struct bon_json_field *value) {
    bool wanted = false;
    for (size_t i = 0; i < r->jsonl->count; i++) {
        const struct wish *wish = &r->jsonl->wishes[i];
        if (!bon_json_is(r->line, name, wish->from, wish->from_len)) continue;
        r->found[i] = *value;
        wanted = true;
    }
    return wanted;
}

static bool is_reserved_name(const char *line, const struct bon_json_field *name) {
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (bon_json_is(line, name, reserved[i], strlen(reserved[i]))) return true;
    return false;
}

static bon_status keep_member(struct reading *r, const struct bon_json_field *name,
                              const struct bon_json_field *value) {
    bon_buf *members = &r->document->members;
    BON_TRY(bon_document_string(members, r->line + name->start, name->end - name->start));
    BON_TRY(bon_buf_put(members, ':'));
    BON_TRY(bon_document_string(members, r->line + value->start, value->end - value->start));
    return bon_buf_put(members, ',');
}

static bon_status walk(struct reading *r) {
    struct bon_json_field name, value;
    for (size_t at = 0; bon_json_next(r->line, r->n, &at, &name, &value);) {
        if (grant(r, &name, &value) || !r->jsonl->keep_all || is_reserved_name(r->line, &name)) continue;
        BON_TRY(keep_member(r, &name, &value));
    }
    for (size_t i = 0; i < r->jsonl->count; i++) {
        const struct wish *wish = &r->jsonl->wishes[i];
        if (r->found[i].kind == BON_JSON_ABSENT && memchr(wish->from, '.', wish->from_len))
            find_path(r->line, 0, r->n, wish->from, wish->from_len, &r->found[i]);
    }
    return BON_OK;
}

/* ---- taking ---- */

static bon_status fail_kind(const struct reading *r, const struct wish *wish, const struct bon_json_field *value,
                            const char *wanted) {
    return bon_fail(BON_ERR_DATA, "%s:%llu: member '%.*s' at offset %llu is no %s", r->place->name,
                    (unsigned long long)r->place->line, (int)wish->from_len, wish->from,
                    (unsigned long long)(r->place->offset + value->start), wanted);
}

static bon_status add_text(struct reading *r, const struct bon_json_field *value) {
    r->text.len = 0;
    BON_TRY(bon_json_unescape(r->line + value->start, value->end - value->start, &r->text));
    return bon_document_text(&r->document->text, r->jsonl->normalizer, r->text.data, r->text.len, &r->space);
}

static bon_status take_text(struct reading *r, const struct wish *wish, const struct bon_json_field *value) {
    static const char wanted[] = "string and no array of strings";
    struct bon_json_field item;
    if (value->kind == BON_JSON_STRING) return add_text(r, value);
    if (!opens(r->line, value, '[')) return fail_kind(r, wish, value, wanted);
    for (size_t at = 0; bon_json_item(r->line + value->start, value->end - value->start, &at, &item);) {
        item.start += value->start;
        item.end += value->start;
        if (item.kind != BON_JSON_STRING) return fail_kind(r, wish, &item, wanted);
        BON_TRY(add_text(r, &item));
    }
    return BON_OK;
}

/* A string; a number, true or false as they are written. */
static bon_status take_name(struct reading *r, const struct wish *wish, const struct bon_json_field *value) {
    bon_buf *const buffers[] = {[ID] = &r->document->id, [TITLE] = &r->document->title, [URL] = &r->document->url};
    bon_buf *out = buffers[wish->purpose];
    if (opens(r->line, value, '{') || opens(r->line, value, '['))
        return fail_kind(r, wish, value, "string and no number");
    if (value->kind == BON_JSON_OTHER) return bon_buf_append(out, r->line + value->start, value->end - value->start);
    r->text.len = 0;
    BON_TRY(bon_json_unescape(r->line + value->start, value->end - value->start, &r->text));
    if (wish->purpose == TITLE) return bon_document_line(out, r->jsonl->normalizer, r->text.data, r->text.len);
    return bon_document_string(out, r->text.data, r->text.len);
}

static bon_status take_member(struct reading *r, const struct wish *wish, const struct bon_json_field *value) {
    bon_buf *members = &r->document->members;
    BON_TRY(bon_json_quote(wish->to, wish->to_len, members));
    BON_TRY(bon_buf_put(members, ':'));
    BON_TRY(bon_document_string(members, r->line + value->start, value->end - value->start));
    return bon_buf_put(members, ',');
}

static bon_status take_all(struct reading *r, bool *found) {
    static bon_status (*const takers[])(struct reading *, const struct wish *, const struct bon_json_field *) = {
        [TEXT] = take_text, [ID] = take_name, [TITLE] = take_name, [URL] = take_name, [MEMBER] = take_member};
    for (size_t i = 0; i < r->jsonl->count; i++) {
        const struct wish *wish = &r->jsonl->wishes[i];
        if (r->found[i].kind == BON_JSON_ABSENT || r->found[i].kind == BON_JSON_NULL) continue;
        *found |= wish->purpose == TEXT;
        BON_TRY(takers[wish->purpose](r, wish, &r->found[i]));
    }
    return BON_OK;
}

bon_status bon_jsonl_read(const struct bon_jsonl *jsonl, const char *line, size_t n,
                          const struct bon_jsonl_place *place, struct bon_document *document, bool *found) {
    struct reading r = {.jsonl = jsonl, .line = line, .n = n, .place = place, .document = document};
    struct bon_json_field field;
    struct bon_json_error error;
    *found = false;
    if (!bon_json_find(line, n, "", &field, &error))
        return bon_fail(BON_ERR_DATA, "%s:%llu: malformed JSON at offset %llu: %s", place->name,
                        (unsigned long long)place->line, (unsigned long long)(place->offset + error.at), error.reason);
    bon_status status = walk(&r);
    if (status == BON_OK) status = take_all(&r, found);
    bon_buf_free(&r.text);
    bon_buf_free(&r.space);
    return status;
}
