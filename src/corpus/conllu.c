/* src/corpus/conllu.c: see conllu.h. Lines are comments, words, and empty ones that end sentences; a document is open from the first
 * of its lines to the comment that begins the next. */
#include "corpus/conllu.h"

#include "base/json_span.h"
#include "corpus/reader.h"

enum { LINE_MAX_BYTES = 1 << 20, COLUMNS = 10, MEMBERS_MAX = 64 << 10 /* bytes of comments that are kept */ };

struct reading {
    struct bon_conllu *conllu;
    struct bon_import *import;
    struct bon_reader *reader;
    const char *path;
    uint64_t documents, sentences; /* given out; of this document */
    bool named;                    /* the file names its documents */
    bool head;                     /* comments are the document's */
    bool paragraphs;               /* this document has some: their sentences stand in one line */
    bool paragraph_begins;
    bool has_words, has_text; /* of the sentence */
    bool bad;                 /* its lines are passed over */
    uint64_t until;           /* words up to this one are in the text already: they were written together */
    bool glued;               /* no blank before the next word */
};

struct span {
    const char *text;
    size_t n;
};

static bool is_span(struct span span, const char *word) {
    return span.n == strlen(word) && memcmp(span.text, word, span.n) == 0;
}

static struct span trim(const char *text, const char *end) {
    while (text < end && (*text == ' ' || *text == '\t')) text++;
    while (end > text && (end[-1] == ' ' || end[-1] == '\t')) end--;
    return (struct span){text, (size_t)(end - text)};
}

/* ---- documents ---- */

static bon_status give_out(struct reading *r) {
    struct bon_conllu *conllu = r->conllu;
    struct bon_document *document = &conllu->document;
    bon_status status = BON_OK;
    if (r->sentences > 0) {
        r->documents++;
        if (document->id.len == 0) {
            bool whole = conllu->unit == BON_CONLLU_DOCUMENT && !r->named;
            BON_TRY(bon_document_string(&document->id, r->path, strlen(r->path)));
            if (!whole) BON_TRY(bon_buf_printf(&document->id, "#%llu", (unsigned long long)r->documents));
        }
        if (conllu->unit != BON_CONLLU_DOCUMENT)
            BON_TRY(bon_document_member(document, "document", conllu->name.data, conllu->name.len));
        if (conllu->unit != BON_CONLLU_SENTENCE) BON_TRY(bon_document_number(document, "sentences", r->sentences));
        BON_TRY(bon_document_text(&document->text, conllu->normalizer, conllu->text.data, conllu->text.len,
                                  &conllu->space));
        status = r->import->take(r->import->context, document);
    }
    bon_document_clear(document);
    conllu->text.len = 0;
    r->sentences = 0;
    return status;
}

/* ---- sentences ---- */

static bon_status end_sentence(struct reading *r) {
    struct bon_conllu *conllu = r->conllu;
    const bon_buf *text = r->has_text && !conllu->words ? &conllu->written : &conllu->sentence;
    bool good = r->has_words && !r->bad && text->len > 0;
    if (good) {
        bool joined = r->paragraphs && !r->paragraph_begins;
        if (conllu->text.len > 0) BON_TRY(bon_buf_put(&conllu->text, joined ? ' ' : '\n'));
        BON_TRY(bon_buf_append(&conllu->text, text->data, text->len));
        r->sentences++;
        r->head = r->paragraph_begins = false;
    }
    r->has_words = r->has_text = r->bad = r->glued = false;
    r->until = 0;
    conllu->sentence.len = conllu->written.len = 0;
    if (conllu->text.len > BON_DOCUMENT_MAX)
        return bon_fail(BON_ERR_LIMIT, "%s:%llu: a document of more than %d MiB: take a smaller unit",
                        bon_reader_name(r->reader), (unsigned long long)bon_reader_line(r->reader),
                        BON_DOCUMENT_MAX >> 20);
    if (conllu->unit != BON_CONLLU_SENTENCE) return BON_OK;
    if (!good) bon_document_clear(&conllu->document); /* what was noted of it goes, too */
    return good ? give_out(r) : BON_OK;
}

/* ---- words ---- */

static bon_status fail_line(const struct reading *r, const char *reason) {
    return bon_fail(BON_ERR_DATA, "%s:%llu: %s", bon_reader_name(r->reader),
                    (unsigned long long)bon_reader_line(r->reader), reason);
}

static bool read_number(const char **text, const char *end, uint64_t *number) {
    enum { DIGITS = 15 };
    const char *at = *text;
    for (*number = 0; at < end && *at >= '0' && *at <= '9' && at - *text < DIGITS; at++)
        *number = *number * 10 + (uint64_t)(*at - '0');
    bool any = at > *text;
    *text = at;
    return any;
}

static bon_status put_word(struct reading *r, struct span form, bool glued) {
    bon_buf *sentence = &r->conllu->sentence;
    bool words = r->conllu->words;
    if (sentence->len > 0 && (words || !r->glued)) BON_TRY(bon_buf_put(sentence, ' '));
    for (size_t i = 0; i < form.n; i++)
        BON_TRY(bon_buf_put(sentence, words && form.text[i] == ' ' ? '_' : form.text[i]));
    r->glued = glued;
    return BON_OK;
}

static bool has_feature(struct span list, const char *feature) {
    size_t n = strlen(feature);
    for (const char *at = list.text, *end = at + list.n; at && at < end;) {
        const char *bar = memchr(at, '|', (size_t)(end - at)), *stop = bar ? bar : end;
        if ((size_t)(stop - at) == n && memcmp(at, feature, n) == 0) return true;
        at = bar ? bar + 1 : NULL;
    }
    return false;
}

static bon_status take_word(struct reading *r, const bon_buf *line) {
    struct span columns[COLUMNS];
    size_t count = 0;
    uint64_t number, last;
    for (const char *at = line->data, *end = at + line->len; at;) {
        const char *tab = memchr(at, '\t', (size_t)(end - at)), *stop = tab ? tab : end;
        if (count < COLUMNS) columns[count] = (struct span){at, (size_t)(stop - at)};
        count++;
        at = tab ? tab + 1 : NULL;
    }
    if (count != COLUMNS) return fail_line(r, "not the 10 columns of CoNLL-U, parted by tabs");
    const char *id = columns[0].text, *end = id + columns[0].n;
    if (!read_number(&id, end, &number)) return fail_line(r, "the number of a word is none");
    last = number;
    if (id < end && *id == '-') { /* 3-4: words that are written as one */
        id++;
        if (!read_number(&id, end, &last) || last < number) return fail_line(r, "the range of words is none");
    } else if (id < end && *id == '.') { /* 3.1: a word that is not there */
        id++;
        return read_number(&id, end, &last) && id == end ? BON_OK : fail_line(r, "the number of a word is none");
    }
    if (id < end) return fail_line(r, "the number of a word is none");
    r->has_words = true;
    if (number <= r->until) return BON_OK;
    if (last > number) r->until = last;
    return put_word(r, columns[1], has_feature(columns[COLUMNS - 1], "SpaceAfter=No"));
}

/* ---- comments ---- */

static bon_status begin_document(struct reading *r, struct span id) {
    struct bon_conllu *conllu = r->conllu;
    BON_TRY(give_out(r));
    conllu->name.len = 0;
    BON_TRY(bon_document_string(&conllu->name, id.text, id.n));
    if (conllu->unit == BON_CONLLU_DOCUMENT) BON_TRY(bon_document_string(&conllu->document.id, id.text, id.n));
    r->named = r->head = true;
    r->paragraphs = false;
    return BON_OK;
}

static bon_status begin_paragraph(struct reading *r, struct span id) {
    struct bon_conllu *conllu = r->conllu;
    r->paragraphs = r->paragraph_begins = true;
    r->head = false;
    if (conllu->unit != BON_CONLLU_PARAGRAPH) return BON_OK;
    BON_TRY(give_out(r));
    return bon_document_string(&conllu->document.id, id.text, id.n);
}

/* A comment as a member of the document, whose title and address have places of their own. */
static bon_status note_member(struct bon_conllu *conllu, struct span key, struct span value) {
    static const char meta[] = "meta::";
    struct bon_document *document = &conllu->document;
    size_t prefix = sizeof meta - 1;
    if (key.n > prefix && memcmp(key.text, meta, prefix) == 0) key = (struct span){key.text + prefix, key.n - prefix};
    key.n = strnlen(key.text, key.n); /* names of members have no NUL */
    if (key.n == 0) return BON_OK;
    if (is_span(key, "title"))
        return document->title.len ? BON_OK
                                   : bon_document_line(&document->title, conllu->normalizer, value.text, value.n);
    if (is_span(key, "url") || is_span(key, "sourceURL"))
        return document->url.len ? BON_OK : bon_document_string(&document->url, value.text, value.n);
    if (is_span(key, "id") || is_span(key, "text") || is_span(key, "sentences") || is_span(key, "document"))
        return BON_OK;
    if (document->members.len > MEMBERS_MAX) return BON_OK;
    bon_buf name = {0};
    conllu->space.len = 0;
    bon_status status = bon_document_string(&name, key.text, key.n);
    if (status == BON_OK) status = bon_json_quote(name.data, name.len, &conllu->space);
    if (status == BON_OK) status = bon_buf_put(&conllu->space, ':');
    if (status == BON_OK) status = bon_buf_put(&name, '\0');
    bool there = status == BON_OK && document->members.len &&
                 memmem(document->members.data, document->members.len, conllu->space.data, conllu->space.len);
    if (status == BON_OK && !there) status = bon_document_member(document, name.data, value.text, value.n);
    bon_buf_free(&name);
    return status;
}

static bon_status take_comment(struct reading *r, const bon_buf *line) {
    struct bon_conllu *conllu = r->conllu;
    const char *end = line->data + line->len, *equals = memchr(line->data, '=', line->len);
    struct span key = trim(line->data + 1, equals ? equals : end),
                value = equals ? trim(equals + 1, end) : (struct span){end, 0};
    bool sentence = conllu->unit == BON_CONLLU_SENTENCE;
    if (is_span(key, "newdoc") || is_span(key, "newdoc id")) return begin_document(r, value);
    if (is_span(key, "newpar") || is_span(key, "newpar id")) return begin_paragraph(r, value);
    if (is_span(key, "sent_id")) {
        r->head = false;
        return sentence && conllu->document.id.len == 0 ? bon_document_string(&conllu->document.id, value.text, value.n)
                                                        : BON_OK;
    }
    if (is_span(key, "text")) {
        r->head = false;
        r->has_text = true;
        conllu->written.len = 0;
        return bon_buf_append(&conllu->written, value.text, value.n);
    }
    return (r->head || sentence) && key.n && value.n ? note_member(conllu, key, value) : BON_OK;
}

/* ---- the file ---- */

static bon_status take_line(struct reading *r) {
    const bon_buf *line = &r->conllu->line;
    if (line->len == 0 || trim(line->data, line->data + line->len).n == 0) return end_sentence(r);
    if (line->data[0] == '#' && !r->has_words) return take_comment(r, line);
    return r->bad || line->data[0] == '#' ? BON_OK : take_word(r, line);
}

static bon_status read_lines(struct reading *r) {
    bool end = false;
    while (!end) {
        r->conllu->line.len = 0;
        BON_TRY(bon_reader_get_line(r->reader, LINE_MAX_BYTES, &r->conllu->line, &end));
        if (end) break;
        bon_status status = take_line(r);
        uint64_t bad = r->import->bad;
        if (status == BON_ERR_DATA)
            BON_TRY(bon_import_bad(r->import, status));
        else
            BON_TRY(status);
        r->bad |= r->import->bad > bad;
        r->has_words |= r->bad;
    }
    BON_TRY(end_sentence(r));
    return give_out(r);
}

bon_status bon_conllu_read(struct bon_conllu *conllu, struct bon_import *import, const char *path) {
    struct reading r = {.conllu = conllu, .import = import, .path = path};
    bon_document_clear(&conllu->document);
    conllu->name.len = conllu->sentence.len = conllu->written.len = conllu->text.len = 0;
    BON_TRY(bon_reader_open(&r.reader, path, import->progress));
    bon_status status = read_lines(&r);
    bon_reader_close(r.reader);
    return status;
}

void bon_conllu_free(struct bon_conllu *conllu) {
    bon_buf *const buffers[] = {&conllu->line,    &conllu->name, &conllu->sentence,
                                &conllu->written, &conllu->text, &conllu->space};
    bon_document_free(&conllu->document);
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) bon_buf_free(buffers[i]);
}
