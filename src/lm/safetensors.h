/* src/lm/safetensors.h: files of named tensors as Hugging Face keeps them (github.com/huggingface/safetensors): eight bytes
 * with the length of a JSON header, the header, the values. */
#ifndef BON_SRC_LM_SAFETENSORS_H
#define BON_SRC_LM_SAFETENSORS_H

#include <stdbool.h>

#include "base/status.h"

enum { BON_ST_NAME = 160, BON_ST_HEADER_MAX = 100 << 20, BON_ST_TEXTS_MAX = 16 };

/* Types of values; F64 is only read. */
enum bon_st_type { BON_ST_F32, BON_ST_F16, BON_ST_BF16, BON_ST_I8, BON_ST_F64, BON_ST_OTHER };

extern const struct bon_st_type_info {
    const char *name;
    size_t bytes;
} bon_st_types[BON_ST_OTHER];

/* A tensor to write. */
struct bon_st_item {
    char name[BON_ST_NAME];
    size_t rows, cols;
    bool is_vector; /* its shape is [cols] instead of [rows, cols] */
    enum bon_st_type type;
};

struct bon_st_text {
    const char *key, *text; /* printable ASCII without quotes and backslashes */
};

/* Gives the values of item i; for BON_ST_I8 whole numbers from -128 to 127. */
typedef bon_status (*bon_st_values)(void *context, size_t i, float *values);

/* Writes the file, atomically. */
bon_status bon_st_write(const char *path, const struct bon_st_item *items, size_t count,
                        const struct bon_st_text *texts, size_t text_count, bon_st_values values, void *context);

/* ---- reading ---- */

struct bon_st_file;

/* Maps the file and checks all of its header: every tensor lies within the file, has as many bytes as its shape says, and
 * they follow each other without holes. BON_ERR_FORMAT names the file, the offset and the reason. */
bon_status bon_st_open(struct bon_st_file **out, const char *path);
void bon_st_close(struct bon_st_file *file);
/* Reads a tensor, of any type; BON_ERR_FORMAT when it is missing or has another shape. */
bon_status bon_st_read(const struct bon_st_file *file, const struct bon_st_item *item, double *values);
/* The text of a key; NULL when there is none. */
const char *bon_st_text(const struct bon_st_file *file, const char *key);
size_t bon_st_count(const struct bon_st_file *file);
/* Bytes of all values together. */
size_t bon_st_bytes(const struct bon_st_file *file);

#endif
