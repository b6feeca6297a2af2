/* src/base/artefact.h: the container of every file that bon writes for itself (.bonlm, .bonc, ...). docs/artefact-format.md
 * has the layout byte by byte: 64-byte header (magic, kind, container version, kind's version, file size, section table with
 * its own checksum), then named sections at 64-byte alignment, each with an XXH3-64 checksum. Little-endian, mmap-able.
 */
#ifndef BON_SRC_BASE_ARTEFACT_H
#define BON_SRC_BASE_ARTEFACT_H

#include <stdbool.h>

#include "base/status.h"

enum { BON_ARTEFACT_NAME = 16, BON_ARTEFACT_ALIGN = 64, BON_ARTEFACT_SECTIONS_MAX = 256 };

/* ---- writing: sections one after the other, then publish ---- */
struct bon_artefact_writer;

/* kind: at most 7 ASCII characters ("bonlm"). The file appears under `path` only on publish. */
bon_status bon_artefact_create(struct bon_artefact_writer **out, const char *path, const char *kind, uint32_t version);
bon_status bon_artefact_begin(struct bon_artefact_writer *writer, const char *section); /* ends the section before */
bon_status bon_artefact_write(struct bon_artefact_writer *writer, const void *bytes, size_t n);
/* begin + write */
bon_status bon_artefact_add(struct bon_artefact_writer *writer, const char *section, const void *bytes, size_t n);
bon_status bon_artefact_publish(struct bon_artefact_writer *writer); /* frees the writer, also on failure */
void bon_artefact_abandon(struct bon_artefact_writer *writer);

/* ---- reading ---- */
struct bon_artefact;

/* Maps the file and checks magic, kind, versions, sizes and the table's checksum; with `verify` every section's too. The
 * messages name file, reason and offset. */
bon_status bon_artefact_open(struct bon_artefact **out, const char *path, const char *kind, uint32_t max_version,
                             bool verify);
/* The same over bytes in memory that outlive the handle (tests, fuzzing, WebAssembly). `name` serves messages. */
bon_status bon_artefact_open_memory(struct bon_artefact **out, const void *bytes, size_t n, const char *name,
                                    const char *kind, uint32_t max_version, bool verify);
bon_status bon_artefact_verify(const struct bon_artefact *artefact);
void bon_artefact_close(struct bon_artefact *artefact);
uint32_t bon_artefact_version(const struct bon_artefact *artefact);
const char *bon_artefact_path(const struct bon_artefact *artefact);
/* A section's bytes; BON_ERR_FORMAT when it is missing. bon_artefact_has asks first. */
bon_status bon_artefact_section(const struct bon_artefact *artefact, const char *section, const void **bytes, size_t *n);
bool bon_artefact_has(const struct bon_artefact *artefact, const char *section);
/* Number of sections, and the i-th's name, offset, size (for `info` commands). */
size_t bon_artefact_section_count(const struct bon_artefact *artefact);
const char *bon_artefact_section_at(const struct bon_artefact *artefact, size_t i, uint64_t *offset, uint64_t *size);

#endif
