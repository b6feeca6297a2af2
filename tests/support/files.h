/* tests/support/files.h: files of a test: a scratch folder for each test process, whole files in and out. Every failure here
 * fails the test. */
#ifndef BON_TESTS_FILES_H
#define BON_TESTS_FILES_H

#include <stdbool.h>

#include "base/buf.h"

/* The path of `name` in this process's scratch folder (made at first use; files_clear removes it). The string is valid
 * until the eighth call after. */
const char *files_path(const char *name);
void files_clear(void); /* a test's .fini */
void files_write(const char *path, const void *bytes, size_t n);
bon_buf files_read(const char *path);
bool files_exists(const char *path);
/* How many entries the folder of `path` has, hidden ones too, "." and ".." not. */
size_t files_beside(const char *path);
/* Replaces standard input/output of this process. */
void files_as_stdin(const char *path);
void files_as_stdout(const char *path);

/* A small generator of pseudo-random numbers (splitmix64, Steele et al. 2014), the same everywhere. */
uint64_t files_random(uint64_t *state);

#endif
