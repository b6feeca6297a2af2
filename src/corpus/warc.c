/* src/corpus/warc.c: see warc.h. */
#include "corpus/warc.h"

#include "corpus/encoding.h"
#include "corpus/http.h"
#include "corpus/markup.h"
#include "corpus/reader.h"

enum { LINE_MAX_BYTES = 64 << 10, HEAD_MAX = 1 << 20 };

static const char version[] = "WARC/";

/* What of a record's head matters: spans of warc->head. */
struct record {
    uint64_t at; /* offset of its first byte */
    uint64_t length;
    bool has_length;
    struct bon_field type, id, address, date, content, identified, languages;
};

/* ---- heads ---- */

static bool is_field(const struct bon_field *field, const char *name) {
    return bon_markup_is(field->name, field->name_len, name);
}

static bool read_length(const struct bon_field *field, uint64_t *length) {
    enum { DIGITS = 18 };
    *length = 0;
    for (size_t i = 0; i < field->value_len; i++) {
        if (field->value[i] < '0' || field->value[i] > '9') return false;
        *length = *length * 10 + (uint64_t)(field->value[i] - '0');
    }
    return field->value_len > 0 && field->value_len <= DIGITS;
}

static void read_fields(const bon_buf *head, struct record *record) {
    const struct {
        const char *name;
        struct bon_field *to;
    } wanted[] = {{"warc-type", &record->type},
                  {"warc-record-id", &record->id},
                  {"warc-target-uri", &record->address},
                  {"warc-date", &record->date},
                  {"content-type", &record->content},
                  {"warc-identified-payload-type", &record->identified},
                  {"warc-identified-content-language", &record->languages}};
    struct bon_field field;
    for (size_t at = 0; bon_field_next(head->data, head->len, &at, &field);) {
        if (is_field(&field, "content-length")) record->has_length = read_length(&field, &record->length);
        for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
            if (is_field(&field, wanted[i].name)) *wanted[i].to = field;
    }
}

static bon_status fail_record(const struct bon_reader *reader, const struct record *record, const char *reason) {
    return bon_fail(BON_ERR_DATA, "%s: record at byte %llu of what is decompressed: %s", bon_reader_name(reader),
                    (unsigned long long)record->at, reason);
}

/* The lines of a head, from its version on, into warc->head. *end: the archive ends before. */
static bon_status read_head(struct bon_warc *warc, struct bon_reader *reader, struct record *record, bool *end) {
    bon_buf *head = &warc->head;
    head->len = 0;
    do { /* empty lines part records */
        record->at = bon_reader_offset(reader);
        BON_TRY(bon_reader_get_line(reader, LINE_MAX_BYTES, head, end));
        if (*end) return BON_OK;
    } while (head->len == 0);
    if (head->len < sizeof version - 1 || memcmp(head->data, version, sizeof version - 1) != 0)
        return fail_record(reader, record, "it does not begin with WARC/: is this a web archive?");
    for (size_t line = 0; head->len > line;) {
        BON_TRY(bon_buf_put(head, '\n'));
        line = head->len;
        if (line > HEAD_MAX) return fail_record(reader, record, "its head does not end");
        BON_TRY(bon_reader_get_line(reader, LINE_MAX_BYTES, head, end));
        if (*end) return fail_record(reader, record, "the archive ends in its head: fetch it again");
    }
    read_fields(head, record);
    return record->has_length ? BON_OK : fail_record(reader, record, "it has no Content-Length");
}

/* ---- bodies ---- */

static bool is_type(const char *type, size_t n, const char *wanted) {
    const char *end = memchr(type, ';', n);
    if (end) n = (size_t)(end - type);
    while (n > 0 && type[n - 1] == ' ') n--;
    return bon_markup_is(type, n, wanted);
}

static bool looks_like_page(const char *bytes, size_t n) {
    static const char *const starts[] = {"<!doctype html", "<html", "<?xml"};
    while (n > 0 && (unsigned char)*bytes <= ' ') bytes++, n--;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (n >= strlen(starts[i]) && bon_markup_is(bytes, strlen(starts[i]), starts[i])) return true;
    return false;
}

/* A body as the text that its type says. */
static bon_status take_body(struct bon_warc *warc, struct bon_import *import, const char *type, size_t type_len,
                            const char *body, size_t n, const struct record *record) {
    struct bon_document *document = &warc->document;
    const struct bon_field *identified = &record->identified;
    const char *kind = identified->value_len ? identified->value : type, *label = NULL;
    size_t kind_len = identified->value_len ? identified->value_len : type_len;
    size_t label_len = bon_encoding_of_type(type, type_len, &label);
    if (is_type(kind, kind_len, "text/html") || is_type(kind, kind_len, "application/xhtml+xml") ||
        (kind_len == 0 && looks_like_page(body, n)))
        BON_TRY(bon_page_read(warc->page, body, n, label, label_len, document));
    else if (is_type(kind, kind_len, "text/plain"))
        BON_TRY(bon_page_read_plain(warc->page, body, n, label, label_len, &document->text));
    else
        return import->counts[BON_WARC_TYPE]++, BON_OK;
    return import->take(import->context, document);
}

static bon_status take_response(struct bon_warc *warc, struct bon_import *import, const struct record *record) {
    struct bon_http http;
    BON_TRY(bon_http_read(warc->body.data, warc->body.len, BON_WARC_RECORD_MAX, &warc->space, &http));
    if (http.status != 200) return import->counts[BON_WARC_STATUS]++, BON_OK;
    if (http.encoded) return import->counts[BON_WARC_PACKED]++, BON_OK;
    return take_body(warc, import, http.type, http.type_len, http.body, http.body_len, record);
}

static bon_status take_resource(struct bon_warc *warc, struct bon_import *import, const struct record *record) {
    const struct bon_field *type = &record->content;
    return take_body(warc, import, type->value_len ? type->value : "", type->value_len, warc->body.data, warc->body.len,
                     record);
}

/* "vie,eng" and languages wanted: have they one in common? */
static bool speaks(const struct bon_field *languages, const char *wanted) {
    for (const char *at = wanted; at;) {
        const char *comma = strchr(at, ',');
        size_t n = comma ? (size_t)(comma - at) : strlen(at);
        for (size_t i = 0; n > 0 && i + n <= languages->value_len; i++) {
            bool begins = i == 0 || languages->value[i - 1] == ',' || languages->value[i - 1] == ' ';
            bool ends =
                i + n == languages->value_len || languages->value[i + n] == ',' || languages->value[i + n] == ' ';
            if (begins && ends && memcmp(languages->value + i, at, n) == 0) return true;
        }
        at = comma ? comma + 1 : NULL;
    }
    return false;
}

/* A text that somebody made of a page: UTF-8. */
static bon_status take_conversion(struct bon_warc *warc, struct bon_import *import, const struct record *record) {
    static const char label[] = "utf-8";
    BON_TRY(bon_document_member(&warc->document, "lang", record->languages.value, record->languages.value_len));
    BON_TRY(bon_page_read_plain(warc->page, warc->body.data, warc->body.len, label, sizeof label - 1,
                                &warc->document.text));
    return import->take(import->context, &warc->document);
}

/* ---- records ---- */

static const struct kind {
    const char *name;
    bon_status (*take)(struct bon_warc *warc, struct bon_import *import, const struct record *record);
} kinds[] = {{"response", take_response}, {"conversion", take_conversion}, {"resource", take_resource}};

static const struct kind *kind_of(const struct record *record) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (bon_markup_is(record->type.value, record->type.value_len, kinds[i].name)) return &kinds[i];
    return NULL;
}

/* <urn:uuid:...>, and in old archives addresses, without their brackets. */
static bon_status set_name(bon_buf *out, const struct bon_field *field) {
    const char *text = field->value;
    size_t n = field->value_len;
    if (n >= 2 && text[0] == '<' && text[n - 1] == '>') text++, n -= 2;
    return n ? bon_document_string(out, text, n) : BON_OK;
}

static bon_status take_record(struct bon_warc *warc, struct bon_import *import, const struct kind *kind,
                              const struct record *record) {
    bon_document_clear(&warc->document);
    BON_TRY(set_name(&warc->document.id, &record->id));
    BON_TRY(set_name(&warc->document.url, &record->address));
    BON_TRY(bon_document_member(&warc->document, "fetched", record->date.value, record->date.value_len));
    return kind->take(warc, import, record);
}

/* Whether a record is to be read; if not, it is counted. */
static bool is_wanted(const struct bon_warc *warc, struct bon_import *import, const struct kind *kind,
                      const struct record *record) {
    bool foreign = warc->languages && record->languages.value_len && !speaks(&record->languages, warc->languages);
    if (!kind) import->counts[BON_WARC_OTHER]++;
    if (kind && foreign) import->counts[BON_WARC_LANGUAGE]++;
    return kind && !foreign;
}

static bon_status read_record(struct bon_warc *warc, struct bon_import *import, struct bon_reader *reader, bool *end) {
    struct record record = {0};
    uint64_t got;
    BON_TRY(read_head(warc, reader, &record, end));
    if (*end) return BON_OK;
    const struct kind *kind = kind_of(&record);
    bool wanted = is_wanted(warc, import, kind, &record), large = wanted && record.length > BON_WARC_RECORD_MAX;
    warc->body.len = 0;
    BON_TRY(bon_reader_get_bytes(reader, record.length, wanted && !large ? &warc->body : NULL, &got));
    if (got < record.length) return fail_record(reader, &record, "the archive ends in it: fetch it again");
    if (large)
        return bon_fail(BON_ERR_LIMIT, "%s: record at byte %llu of what is decompressed: more than %d MiB",
                        bon_reader_name(reader), (unsigned long long)record.at, BON_WARC_RECORD_MAX >> 20);
    return wanted ? take_record(warc, import, kind, &record) : BON_OK;
}

/* Behind a record that was left out as broken; when no other can be found, that is the end. */
static bon_status recover(struct bon_reader *reader, bool *end) {
    bon_status status = bon_reader_find_line(reader, version, end);
    if (status != BON_ERR_DATA) return status;
    *end = true; /* the same failure of decompression, which is counted already */
    return BON_OK;
}

bon_status bon_warc_read(struct bon_warc *warc, struct bon_import *import, const char *path) {
    struct bon_reader *reader;
    BON_TRY(bon_reader_open(&reader, path, import->progress));
    bon_status status = BON_OK;
    for (bool end = false; status == BON_OK && !end;) {
        uint64_t bad = import->bad;
        status = bon_import_bad(import, read_record(warc, import, reader, &end));
        if (import->bad > bad) status = recover(reader, &end);
    }
    bon_reader_close(reader);
    return status;
}

void bon_warc_free(struct bon_warc *warc) {
    bon_document_free(&warc->document);
    bon_buf_free(&warc->head);
    bon_buf_free(&warc->body);
    bon_buf_free(&warc->space);
}
