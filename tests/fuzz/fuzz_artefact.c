/* Any bytes as an artefact: as they are, and with their checksums made right, so that the checks behind those are reached.
 * What is accepted has every section inside the file, aligned, with bytes that may be read. */
#include <stdlib.h>
#include <string.h>

#include "base/artefact_layout.h"
#include "base/hash.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile uint8_t seen; /* keeps the reading of sections from being optimized away */

static void check(bool good) {
    if (!good) abort();
}

static void read_sections(const struct bon_artefact *artefact, size_t size) {
    uint64_t end = 0;
    for (size_t i = 0; i < bon_artefact_section_count(artefact); i++) {
        uint64_t offset, length;
        const void *bytes;
        size_t n;
        const char *name = bon_artefact_section_at(artefact, i, &offset, &length);
        check(name[0] != '\0' && strlen(name) < BON_ARTEFACT_NAME && bon_artefact_has(artefact, name));
        check(offset % BON_ARTEFACT_ALIGN == 0 && offset >= end && offset <= size && length <= size - offset);
        check(bon_artefact_section(artefact, name, &bytes, &n) == BON_OK && n == length);
        for (size_t k = 0; k < n; k++) seen ^= ((const uint8_t *)bytes)[k];
        end = offset + length;
    }
}

static void open_and_read(const uint8_t *bytes, size_t size, bool verify) {
    struct bon_artefact *artefact;
    bon_status status = bon_artefact_open_memory(&artefact, bytes, size, "fuzz", "test", 3, verify);
    check(status == BON_OK || status == BON_ERR_FORMAT || status == BON_ERR_VERSION);
    if (status == BON_OK) {
        read_sections(artefact, size);
        check(!verify || bon_artefact_verify(artefact) == BON_OK);
    }
    bon_artefact_close(artefact);
}

/* Makes magic, sizes and checksums right where there is room for them. */
static void seal(uint8_t *bytes, size_t size) {
    struct artefact_header header;
    struct artefact_trailer trailer;
    if (size < sizeof header + sizeof trailer) return;
    size_t body = size - sizeof trailer;
    memcpy(&header, bytes, sizeof header);
    memcpy(&trailer, bytes + body, sizeof trailer);
    memcpy(header.magic, BON_ARTEFACT_MAGIC, sizeof header.magic);
    memcpy(trailer.end, BON_ARTEFACT_END, sizeof trailer.end);
    header.checksum = bon_hash64(&header, offsetof(struct artefact_header, checksum));
    trailer.file_size = size;
    if (trailer.table_offset <= body)
        trailer.table_checksum = bon_hash64(bytes + trailer.table_offset, body - trailer.table_offset);
    trailer.checksum = bon_hash64(&trailer, offsetof(struct artefact_trailer, checksum));
    memcpy(bytes, &header, sizeof header);
    memcpy(bytes + body, &trailer, sizeof trailer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t *bytes = calloc(size ? size : 1, 1); /* its alignment will do */
    check(bytes != NULL);
    if (size) memcpy(bytes, data, size);
    open_and_read(bytes, size, true);
    open_and_read(bytes, size, false);
    seal(bytes, size);
    open_and_read(bytes, size, false);
    free(bytes);
    return 0;
}
