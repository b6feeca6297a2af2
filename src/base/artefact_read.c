/* src/base/artefact_read.c: mapped artefacts. Nothing in the file is believed before it was checked: first that it is of our
 * kind and version, then that its end is there, then the table; offsets and sizes are bounded by subtraction, so no sum can
 * wrap. Each way to be wrong has its own message. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/artefact_layout.h"
#include "base/buf.h"
#include "base/hash.h"

struct bon_artefact {
    char *path;
    const uint8_t *bytes;
    size_t size;
    bool mapped;
    const struct artefact_header *header;
    const struct artefact_trailer *trailer;
    const struct artefact_entry *table;
};

/* ---- checks ---- */

static bon_status foreign(const struct bon_artefact *artefact) {
    static const struct {
        size_t n;
        const char *bytes, *advice;
    } known[] = {
        {2, "\x1f\x8b", "it is compressed by gzip: decompress it first"},
        {4, "\x28\xb5\x2f\xfd", "it is compressed by zstd: decompress it first"},
        {6, "\\data\\", "it is an ARPA file: turn it into a model first (bon lm convert)"},
        {4,
         "\x89"
         "bon",
         "its line ends were changed, as in a text-mode transfer: copy it again as binary"},
    };
    const char *advice = "give a file that bon wrote";
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (artefact->size >= known[i].n && memcmp(artefact->bytes, known[i].bytes, known[i].n) == 0)
            advice = known[i].advice;
    return bon_fail(BON_ERR_FORMAT, "%s: not a file of bon (wrong magic at byte 0); %s", artefact->path, advice);
}

static bon_status truncated(const struct bon_artefact *artefact, const char *what) {
    return bon_fail(BON_ERR_FORMAT, "%s: truncated: %s at byte %zu; copy or build it again", artefact->path, what,
                    artefact->size);
}

static bon_status corrupt(const struct bon_artefact *artefact, const void *at, const char *what) {
    size_t offset = (size_t)((const uint8_t *)at - artefact->bytes);
    return bon_fail(BON_ERR_FORMAT, "%s: corrupt at byte %zu: %s; copy or build it again", artefact->path, offset,
                    what);
}

static bon_status newer(const struct bon_artefact *artefact, const char *what, uint32_t found, uint32_t known) {
    return bon_fail(BON_ERR_VERSION, "%s: written by a newer bon: %s version %u, this one reads up to %u; update bon",
                    artefact->path, what, found, known);
}

static bool all_zero(const uint8_t *bytes, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (bytes[i]) return false;
    return true;
}

static bon_status check_header(struct bon_artefact *artefact, const char *kind, uint32_t max_version) {
    const struct artefact_header *header = artefact->header = (const struct artefact_header *)artefact->bytes;
    if (artefact->size == 0)
        return bon_fail(BON_ERR_FORMAT, "%s: the file is empty; copy or build it again", artefact->path);
    size_t magic = artefact->size < sizeof header->magic ? artefact->size : sizeof header->magic;
    if (memcmp(artefact->bytes, BON_ARTEFACT_MAGIC, magic) != 0) return foreign(artefact);
    if (artefact->size < sizeof *header) return truncated(artefact, "the header ends");
    /* The version first: a newer header may have its checksum elsewhere. */
    if (header->container > BON_ARTEFACT_CONTAINER)
        return newer(artefact, "container", header->container, BON_ARTEFACT_CONTAINER);
    if (header->checksum != bon_hash64(header, offsetof(struct artefact_header, checksum)))
        return corrupt(artefact, header, "the header does not agree with its checksum");
    if (header->container == 0 || header->kind[BON_ARTEFACT_KIND - 1] != '\0' ||
        !all_zero(header->zero, sizeof header->zero))
        return corrupt(artefact, header, "the header is not well-formed");
    if (strncmp(header->kind, kind, sizeof header->kind) != 0)
        return bon_fail(BON_ERR_FORMAT, "%s: a file of kind '%s' where '%s' is expected (byte 8); give another file",
                        artefact->path, header->kind, kind);
    if (header->version > max_version) return newer(artefact, header->kind, header->version, max_version);
    return BON_OK;
}

static bon_status check_trailer(struct bon_artefact *artefact) {
    if (artefact->size < sizeof(struct artefact_header) + sizeof(struct artefact_trailer))
        return truncated(artefact, "the sections are missing");
    size_t body = artefact->size - sizeof(struct artefact_trailer); /* bytes before the trailer */
    struct artefact_trailer trailer;
    memcpy(&trailer, artefact->bytes + body, sizeof trailer); /* a truncated file may leave it unaligned */
    if (memcmp(trailer.end, BON_ARTEFACT_END, sizeof trailer.end) != 0)
        return truncated(artefact, "the end of the file is missing (or more was appended)");
    artefact->trailer = (const struct artefact_trailer *)(artefact->bytes + body);
    if (trailer.checksum != bon_hash64(&trailer, offsetof(struct artefact_trailer, checksum)))
        return corrupt(artefact, artefact->trailer, "the trailer does not agree with its checksum");
    if (trailer.file_size != artefact->size)
        return bon_fail(BON_ERR_FORMAT, "%s: corrupt: %zu bytes where %llu were written; copy or build it again",
                        artefact->path, artefact->size, (unsigned long long)trailer.file_size);
    if (trailer.table_offset > body || trailer.table_offset % BON_ARTEFACT_ALIGN != 0 ||
        trailer.sections > BON_ARTEFACT_SECTIONS_MAX ||
        body - trailer.table_offset != trailer.sections * sizeof(struct artefact_entry) ||
        trailer.table_offset < sizeof(struct artefact_header) || !all_zero(trailer.zero, sizeof trailer.zero))
        return corrupt(artefact, artefact->trailer, "the trailer is not well-formed");
    artefact->table = (const struct artefact_entry *)(artefact->bytes + trailer.table_offset);
    if (trailer.table_checksum != bon_hash64(artefact->table, body - trailer.table_offset))
        return corrupt(artefact, artefact->table, "the section table does not agree with its checksum");
    return BON_OK;
}

static bool name_is_well_formed(const struct artefact_entry *entry) {
    size_t n = strnlen(entry->name, sizeof entry->name);
    return n > 0 && n < sizeof entry->name && all_zero((const uint8_t *)entry->name + n, sizeof entry->name - n);
}

/* Sections ascend, so that each one needs to be compared with the end of the one before only. */
static bon_status check_table(const struct bon_artefact *artefact) {
    uint64_t end = sizeof(struct artefact_header), limit = artefact->trailer->table_offset;
    for (uint32_t i = 0; i < artefact->trailer->sections; i++) {
        const struct artefact_entry *entry = &artefact->table[i];
        if (!name_is_well_formed(entry)) return corrupt(artefact, entry, "a section's name is not well-formed");
        for (uint32_t k = 0; k < i; k++)
            if (memcmp(artefact->table[k].name, entry->name, sizeof entry->name) == 0)
                return corrupt(artefact, entry, "two sections have one name");
        if (entry->offset % BON_ARTEFACT_ALIGN != 0) return corrupt(artefact, entry, "a section is not aligned");
        if (entry->offset < end) return corrupt(artefact, entry, "sections overlap");
        if (entry->offset > limit || entry->size > limit - entry->offset)
            return corrupt(artefact, entry, "a section lies outside of the file");
        end = entry->offset + entry->size;
    }
    return BON_OK;
}

static bon_status verify_entry(const struct bon_artefact *artefact, const struct artefact_entry *entry) {
    if (entry->checksum == bon_hash64(artefact->bytes + entry->offset, entry->size)) return BON_OK;
    return bon_fail(BON_ERR_FORMAT,
                    "%s: corrupt: section '%s' at byte %llu does not agree with its checksum; copy or build it again",
                    artefact->path, entry->name, (unsigned long long)entry->offset);
}

bon_status bon_artefact_verify(const struct bon_artefact *artefact) {
    uint64_t end = sizeof(struct artefact_header);
    for (uint32_t i = 0; i <= artefact->trailer->sections; i++) {
        bool last = i == artefact->trailer->sections;
        const struct artefact_entry *entry = &artefact->table[i];
        uint64_t begin = last ? artefact->trailer->table_offset : entry->offset;
        if (!all_zero(artefact->bytes + end, begin - end))
            return corrupt(artefact, artefact->bytes + end, "the padding between sections is not zero");
        if (last) break;
        BON_TRY(verify_entry(artefact, entry));
        end = begin + entry->size;
    }
    return BON_OK;
}

/* ---- opening ---- */

static bon_status map_file(struct bon_artefact *artefact, const char *path) {
    struct stat about;
    void *bytes;
    int fd;
    do fd = open(path, O_RDONLY | O_CLOEXEC);
    while (fd < 0 && errno == EINTR);
    if (fd < 0) return bon_fail_errno(path, "cannot open");
    bon_status status = BON_OK;
    if (fstat(fd, &about) != 0) {
        status = bon_fail_errno(path, "cannot look at it");
    } else if (!S_ISREG(about.st_mode)) {
        status = bon_fail(BON_ERR_IO, "%s: is not a regular file, so it cannot be mapped; give a file", path);
    } else if (about.st_size > 0) {
        bytes = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_SHARED, fd, 0);
        artefact->mapped = bytes != MAP_FAILED;
        if (!artefact->mapped) {
            status = bon_fail_errno(path, "cannot map");
        } else {
            artefact->bytes = bytes;
            artefact->size = (size_t)about.st_size;
        }
    }
    close(fd);
    return status;
}

static bon_status check(struct bon_artefact *artefact, const char *kind, uint32_t max_version, bool verify) {
    BON_TRY(check_header(artefact, kind, max_version));
    BON_TRY(check_trailer(artefact));
    BON_TRY(check_table(artefact));
    return verify ? bon_artefact_verify(artefact) : BON_OK;
}

static bon_status new_artefact(struct bon_artefact **out, const char *name) {
    struct bon_artefact *artefact = bon_alloc_zeroed(1, sizeof *artefact);
    if (!artefact) return BON_ERR_NOMEM;
    artefact->path = strdup(name);
    if (!artefact->path) {
        free(artefact);
        return bon_fail_memory(strlen(name) + 1);
    }
    *out = artefact;
    return BON_OK;
}

/* Hands out the artefact, or closes it when status says that it is not good. */
static bon_status hand_out(struct bon_artefact **out, struct bon_artefact *artefact, bon_status status) {
    if (status == BON_OK)
        *out = artefact;
    else
        bon_artefact_close(artefact);
    return status;
}

bon_status bon_artefact_open(struct bon_artefact **out, const char *path, const char *kind, uint32_t max_version,
                             bool verify) {
    struct bon_artefact *artefact = NULL;
    *out = NULL;
    BON_TRY(new_artefact(&artefact, path));
    bon_status status = map_file(artefact, path);
    if (status == BON_OK) status = check(artefact, kind, max_version, verify);
    return hand_out(out, artefact, status);
}

bon_status bon_artefact_open_memory(struct bon_artefact **out, const void *bytes, size_t n, const char *name,
                                    const char *kind, uint32_t max_version, bool verify) {
    struct bon_artefact *artefact = NULL;
    *out = NULL;
    if ((uintptr_t)bytes % _Alignof(uint64_t) != 0)
        return bon_fail(BON_ERR_ARGUMENT, "%s: the bytes of an artefact are to be aligned to 8", name);
    BON_TRY(new_artefact(&artefact, name));
    artefact->bytes = bytes;
    artefact->size = n;
    return hand_out(out, artefact, check(artefact, kind, max_version, verify));
}

void bon_artefact_close(struct bon_artefact *artefact) {
    if (!artefact) return;
    if (artefact->mapped) munmap((void *)artefact->bytes, artefact->size);
    free(artefact->path);
    free(artefact);
}

/* ---- what is in it ---- */

uint32_t bon_artefact_version(const struct bon_artefact *artefact) { return artefact->header->version; }
const char *bon_artefact_path(const struct bon_artefact *artefact) { return artefact->path; }
size_t bon_artefact_section_count(const struct bon_artefact *artefact) { return artefact->trailer->sections; }

const char *bon_artefact_section_at(const struct bon_artefact *artefact, size_t i, uint64_t *offset, uint64_t *size) {
    *offset = artefact->table[i].offset;
    *size = artefact->table[i].size;
    return artefact->table[i].name;
}

static const struct artefact_entry *find(const struct bon_artefact *artefact, const char *section) {
    for (uint32_t i = 0; i < artefact->trailer->sections; i++)
        if (strcmp(artefact->table[i].name, section) == 0) return &artefact->table[i];
    return NULL;
}

bon_status bon_artefact_verify_section(const struct bon_artefact *artefact, const char *section) {
    const struct artefact_entry *entry = find(artefact, section);
    return entry ? verify_entry(artefact, entry) : BON_OK;
}

bool bon_artefact_has(const struct bon_artefact *artefact, const char *section) {
    return find(artefact, section) != NULL;
}

bon_status bon_artefact_section(const struct bon_artefact *artefact, const char *section, const void **bytes,
                                size_t *n) {
    const struct artefact_entry *entry = find(artefact, section);
    if (!entry)
        return bon_fail(BON_ERR_FORMAT, "%s: has no section '%s', which is needed here; build it again with this bon",
                        artefact->path, section);
    *bytes = artefact->bytes + entry->offset;
    *n = entry->size;
    return BON_OK;
}
