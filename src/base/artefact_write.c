/* src/base/artefact_write.c: artefacts from front to back, hashing on the way. */
#include <stdlib.h>
#include <string.h>

#include "base/artefact_layout.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/io.h"

struct bon_artefact_writer {
    struct bon_out *out;
    struct bon_hash_stream *hash; /* of the section being written */
    uint32_t count;
    bool open; /* entry[count - 1] is being written */
    struct artefact_entry entry[BON_ARTEFACT_SECTIONS_MAX];
};

/* Copies a name into a NUL-padded field; false when it does not fit with one NUL, or is empty. */
static bool set_name(char *field, size_t size, const char *name) {
    size_t n = strlen(name);
    memset(field, 0, size);
    if (n == 0 || n >= size) return false;
    memcpy(field, name, n);
    return true;
}

bon_status bon_artefact_create(struct bon_artefact_writer **out, const char *path, const char *kind, uint32_t version) {
    *out = NULL;
    struct artefact_header header = {
        .magic = BON_ARTEFACT_MAGIC, .container = BON_ARTEFACT_CONTAINER, .version = version};
    if (!set_name(header.kind, sizeof header.kind, kind))
        return bon_fail(BON_ERR_ARGUMENT, "%s: the kind '%s' of an artefact has 1 to 7 bytes", path, kind);
    header.checksum = bon_hash64(&header, offsetof(struct artefact_header, checksum));
    struct bon_artefact_writer *writer = bon_alloc_zeroed(1, sizeof *writer);
    if (!writer) return BON_ERR_NOMEM;
    writer->hash = bon_hash_open();
    bon_status status = writer->hash ? bon_out_open(&writer->out, path, 0) : BON_ERR_NOMEM;
    if (status == BON_OK) status = bon_out_write(writer->out, &header, sizeof header);
    if (status == BON_OK)
        *out = writer;
    else
        bon_artefact_abandon(writer);
    return status;
}

static uint64_t position(const struct bon_artefact_writer *writer) { return bon_out_written(writer->out); }

static void end_section(struct bon_artefact_writer *writer) {
    if (!writer->open) return;
    struct artefact_entry *entry = &writer->entry[writer->count - 1];
    entry->size = position(writer) - entry->offset;
    entry->checksum = bon_hash_digest(writer->hash);
    writer->open = false;
}

static bon_status pad(struct bon_artefact_writer *writer) {
    static const uint8_t zeros[BON_ARTEFACT_ALIGN];
    return bon_out_write(writer->out, zeros, (size_t)(-position(writer) % BON_ARTEFACT_ALIGN));
}

bon_status bon_artefact_begin(struct bon_artefact_writer *writer, const char *section) {
    const char *path = bon_out_name(writer->out);
    struct artefact_entry entry = {.size = 0};
    if (!set_name(entry.name, sizeof entry.name, section))
        return bon_fail(BON_ERR_ARGUMENT, "%s: the section name '%s' has not 1 to 15 bytes", path, section);
    for (uint32_t i = 0; i < writer->count; i++)
        if (memcmp(writer->entry[i].name, entry.name, sizeof entry.name) == 0)
            return bon_fail(BON_ERR_ARGUMENT, "%s: there is a section '%s' already", path, section);
    if (writer->count == BON_ARTEFACT_SECTIONS_MAX)
        return bon_fail(BON_ERR_LIMIT, "%s: more than %d sections", path, BON_ARTEFACT_SECTIONS_MAX);
    end_section(writer);
    BON_TRY(pad(writer));
    entry.offset = position(writer);
    writer->entry[writer->count++] = entry;
    bon_hash_reset(writer->hash);
    writer->open = true;
    return BON_OK;
}

bon_status bon_artefact_write(struct bon_artefact_writer *writer, const void *bytes, size_t n) {
    if (!writer->open) return bon_fail(BON_ERR_ARGUMENT, "%s: bytes outside of a section", bon_out_name(writer->out));
    bon_hash_update(writer->hash, bytes, n);
    return bon_out_write(writer->out, bytes, n);
}

bon_status bon_artefact_add(struct bon_artefact_writer *writer, const char *section, const void *bytes, size_t n) {
    BON_TRY(bon_artefact_begin(writer, section));
    return bon_artefact_write(writer, bytes, n);
}

static bon_status write_end(struct bon_artefact_writer *writer) {
    end_section(writer);
    BON_TRY(pad(writer));
    size_t table_size = writer->count * sizeof writer->entry[0];
    struct artefact_trailer trailer = {.table_offset = position(writer),
                                       .table_checksum = bon_hash64(writer->entry, table_size),
                                       .file_size = position(writer) + table_size + sizeof trailer,
                                       .sections = writer->count,
                                       .end = BON_ARTEFACT_END};
    trailer.checksum = bon_hash64(&trailer, offsetof(struct artefact_trailer, checksum));
    BON_TRY(bon_out_write(writer->out, writer->entry, table_size));
    return bon_out_write(writer->out, &trailer, sizeof trailer);
}

bon_status bon_artefact_publish(struct bon_artefact_writer *writer) {
    bon_status status = write_end(writer);
    if (status == BON_OK) {
        status = bon_out_publish(writer->out);
        writer->out = NULL;
    }
    bon_artefact_abandon(writer);
    return status;
}

void bon_artefact_abandon(struct bon_artefact_writer *writer) {
    if (!writer) return;
    bon_out_abandon(writer->out);
    bon_hash_close(writer->hash);
    free(writer);
}
