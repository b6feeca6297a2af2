/* src/lm/safetensors_write.c: writes safetensors. The header is padded so that values begin at a multiple of 64. */
#include <stdlib.h>

#include "base/buf.h"
#include "base/io.h"
#include "lm/narrow.h"
#include "lm/safetensors.h"

const struct bon_st_type_info bon_st_types[BON_ST_OTHER] = {
    [BON_ST_F32] = {"F32", 4}, [BON_ST_F16] = {"F16", 2}, [BON_ST_BF16] = {"BF16", 2},
    [BON_ST_I8] = {"I8", 1},   [BON_ST_F64] = {"F64", 8},
};

static bon_status put_texts(bon_buf *header, const struct bon_st_text *texts, size_t count) {
    if (count == 0) return BON_OK;
    BON_TRY(bon_buf_printf(header, "\"__metadata__\":{"));
    for (size_t i = 0; i < count; i++)
        BON_TRY(bon_buf_printf(header, "%s\"%s\":\"%s\"", i ? "," : "", texts[i].key, texts[i].text));
    return bon_buf_printf(header, "},");
}

static bon_status put_header(bon_buf *header, const struct bon_st_item *items, size_t count,
                             const struct bon_st_text *texts, size_t text_count) {
    size_t offset = 0;
    BON_TRY(bon_buf_put(header, '{'));
    BON_TRY(put_texts(header, texts, text_count));
    for (size_t i = 0; i < count; i++) {
        const struct bon_st_type_info *type = &bon_st_types[items[i].type];
        const size_t bytes = items[i].rows * items[i].cols * type->bytes;
        BON_TRY(
            bon_buf_printf(header, "%s\"%s\":{\"dtype\":\"%s\",\"shape\":[", i ? "," : "", items[i].name, type->name));
        if (!items[i].is_vector) BON_TRY(bon_buf_printf(header, "%zu,", items[i].rows));
        BON_TRY(bon_buf_printf(header, "%zu],\"data_offsets\":[%zu,%zu]}", items[i].cols, offset, offset + bytes));
        offset += bytes;
    }
    BON_TRY(bon_buf_put(header, '}'));
    while ((8 + header->len) % 64) BON_TRY(bon_buf_put(header, ' '));
    return BON_OK;
}

/* In place: no type is wider than what it is made from. Little-endian, as the format. */
static void narrow(float *values, size_t n, enum bon_st_type type) {
    unsigned char *bytes = (unsigned char *)values;
    for (size_t i = 0; i < n; i++) {
        const float value = values[i];
        const uint16_t half = type == BON_ST_F16 ? bon_to_f16(value) : bon_to_bf16(value);
        if (type == BON_ST_I8)
            bytes[i] = (unsigned char)(int)value;
        else
            bytes[2 * i] = (unsigned char)half, bytes[2 * i + 1] = (unsigned char)(half >> 8);
    }
}

static bon_status put_values(struct bon_out *out, const struct bon_st_item *items, size_t count, bon_st_values values,
                             void *context) {
    bon_status status = BON_OK;
    for (size_t i = 0; status == BON_OK && i < count; i++) {
        const size_t n = items[i].rows * items[i].cols;
        float *copy = bon_alloc_array(n, sizeof *copy);
        status = copy ? values(context, i, copy) : BON_ERR_NOMEM;
        if (status == BON_OK && items[i].type != BON_ST_F32) narrow(copy, n, items[i].type);
        if (status == BON_OK) status = bon_out_write(out, copy, n * bon_st_types[items[i].type].bytes);
        free(copy);
    }
    return status;
}

bon_status bon_st_write(const char *path, const struct bon_st_item *items, size_t count,
                        const struct bon_st_text *texts, size_t text_count, bon_st_values values, void *context) {
    struct bon_out *out = NULL;
    bon_buf header = {0};
    unsigned char length[8];
    bon_status status = put_header(&header, items, count, texts, text_count);
    if (status != BON_OK) goto done;
    for (unsigned i = 0; i < 8; i++) length[i] = (unsigned char)((uint64_t)header.len >> 8 * i);
    status = bon_out_open(&out, path, 0);
    if (status == BON_OK) status = bon_out_write(out, length, sizeof length);
    if (status == BON_OK) status = bon_out_write(out, header.data, header.len);
    if (status == BON_OK) status = put_values(out, items, count, values, context);
    if (status == BON_OK)
        status = bon_out_publish(out);
    else
        bon_out_abandon(out);
done:
    bon_buf_free(&header);
    return status;
}
