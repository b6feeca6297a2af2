/* src/base/artefact_layout.h: the bytes of an artefact, shared by its writer and reader. docs/artefact-format.md explains
 * them. Structs are the file's bytes: every field is naturally aligned, so there is no padding.
 */
#ifndef BON_SRC_BASE_ARTEFACT_LAYOUT_H
#define BON_SRC_BASE_ARTEFACT_LAYOUT_H

#include "base/artefact.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "artefacts are little-endian and mapped as they are: this build needs a little-endian machine"
#endif

enum { BON_ARTEFACT_CONTAINER = 1 /* version of this layout */, BON_ARTEFACT_KIND = 8 };

/* As in PNG: a byte above 127, the name, CR LF, end of file for DOS, LF: what text transfer would damage. */
#define BON_ARTEFACT_MAGIC                                                                                             \
    "\x89"                                                                                                             \
    "bon\r\n\x1a\n"
#define BON_ARTEFACT_END "bon end\n"

struct artefact_header {
    char magic[8];
    char kind[BON_ARTEFACT_KIND]; /* NUL-padded */
    uint32_t container;           /* BON_ARTEFACT_CONTAINER */
    uint32_t version;             /* of the kind */
    uint8_t zero[32];
    uint64_t checksum; /* of the 56 bytes before */
};

struct artefact_entry {
    char name[BON_ARTEFACT_NAME]; /* NUL-padded, with at least one NUL */
    uint64_t offset, size;
    uint64_t checksum; /* of the section's bytes */
};

struct artefact_trailer {
    uint64_t table_offset;
    uint64_t table_checksum;
    uint64_t file_size;
    uint32_t sections;
    uint8_t zero[20];
    uint64_t checksum; /* of the 48 bytes before */
    char end[8];
};

_Static_assert(sizeof(struct artefact_header) == 64 && sizeof(struct artefact_trailer) == 64,
               "64-byte header and trailer");
_Static_assert(sizeof(struct artefact_entry) == 40, "40-byte table entries");

#endif
