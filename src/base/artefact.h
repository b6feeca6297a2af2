/* src/base/artefact.h: the container of every file that bon writes for itself (.bonlm, .bonc, ...). docs/artefact-format.md
 * has the layout byte by byte: a 64-byte header (magic, kind, versions), named sections at 64-byte alignment, a table of
 * them with an XXH3-64 checksum each, and a 64-byte trailer that holds the table's place and checksum. Everything is written
 * from front to back, so a pipe or device will do as well as a file. Little-endian, mmap-able.
 */
#ifndef BON_SRC_BASE_ARTEFACT_H
#define BON_SRC_BASE_ARTEFACT_H

#include <stdbool.h>

#include "base/status.h"

enum { BON_ARTEFACT_NAME = 16, BON_ARTEFACT_ALIGN = 64, BON_ARTEFACT_SECTIONS_MAX = 256 };

/* ---- writing: sections one after the other, then publish ---- */
struct bon_artefact_writer;

/* kind: 1 to 7 ASCII letters or digits ("bonlm"). A regular file appears under `path` only on publish; a pipe or device is
 * written directly (see bon_out_open). */
bon_status bon_artefact_create(struct bon_artefact_writer **out, const char *path, const char *kind, uint32_t version);
/* Begins a section and ends the one before. Names: 1 to 15 bytes, each once; at most BON_ARTEFACT_SECTIONS_MAX. */
bon_status bon_artefact_begin(struct bon_artefact_writer *writer, const char *section);
bon_status bon_artefact_write(struct bon_artefact_writer *writer, const void *bytes, size_t n);
/* begin + write */
bon_status bon_artefact_add(struct bon_artefact_writer *writer, const char *section, const void *bytes, size_t n);
bon_status bon_artefact_publish(struct bon_artefact_writer *writer); /* frees the writer, also on failure */
void bon_artefact_abandon(struct bon_artefact_writer *writer);

/* ---- reading ---- */
struct bon_artefact;

/* Maps the file and checks magic, kind, versions, sizes and the table's checksum; with `verify` every section's too. After
 * this every section lies inside the file, aligned, apart from the others. What is refused has a message that names file,
 * reason and offset, and says what to do: BON_ERR_FORMAT for a foreign, truncated or corrupt file, BON_ERR_VERSION for a
 * newer one, BON_ERR_IO when it cannot be read at all. */
bon_status bon_artefact_open(struct bon_artefact **out, const char *path, const char *kind, uint32_t max_version,
                             bool verify);
/* The same over bytes in memory that outlive the handle (tests, fuzzing, WebAssembly), aligned to 8 bytes at least. `name`
 * serves messages. */
bon_status bon_artefact_open_memory(struct bon_artefact **out, const void *bytes, size_t n, const char *name,
                                    const char *kind, uint32_t max_version, bool verify);
/* Compares every section with its checksum: reads the whole file. */
bon_status bon_artefact_verify(const struct bon_artefact *artefact);
/* The same for one section. */
bon_status bon_artefact_verify_section(const struct bon_artefact *artefact, const char *section);
void bon_artefact_close(struct bon_artefact *artefact);
uint32_t bon_artefact_version(const struct bon_artefact *artefact);
const char *bon_artefact_path(const struct bon_artefact *artefact);
/* A section's bytes; BON_ERR_FORMAT when it is missing. bon_artefact_has asks first. */
bon_status bon_artefact_section(const struct bon_artefact *artefact, const char *section, const void **bytes,
                                size_t *n);
bool bon_artefact_has(const struct bon_artefact *artefact, const char *section);
/* Number of sections, and the i-th's name, offset, size (for `info` commands). */
size_t bon_artefact_section_count(const struct bon_artefact *artefact);
const char *bon_artefact_section_at(const struct bon_artefact *artefact, size_t i, uint64_t *offset, uint64_t *size);

#endif
