/* cmd/bon/outputs.c: see outputs.h. */
#include "outputs.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "recipe/plan.h"

static const char place[] = "{name}";

bool outputs_wanted(const char *path) { return path && strstr(path, place); }

/* PATH with the name of an input, NUL-terminated. */
static bon_status fill_in(const char *path, const char *input, bon_buf *out) {
    size_t n;
    const char *stem = bon_plan_stem(input, &n);
    for (const char *next; (next = strstr(path, place)); path = next + sizeof place - 1) {
        BON_TRY(bon_buf_append(out, path, (size_t)(next - path)));
        BON_TRY(bon_buf_append(out, stem, n));
    }
    return bon_buf_append(out, path, strlen(path) + 1);
}

static int by_name(const void *a, const void *b) {
    return strcmp(bon_out_name(*(struct bon_out *const *)a), bon_out_name(*(struct bon_out *const *)b));
}

static bon_status check_names(const struct outputs *outputs) {
    struct bon_out **sorted = bon_alloc_array(outputs->count, sizeof *sorted);
    bon_status status = sorted ? BON_OK : BON_ERR_NOMEM;
    if (sorted) {
        memcpy(sorted, outputs->outs, outputs->count * sizeof *sorted);
        qsort(sorted, outputs->count, sizeof *sorted, by_name);
    }
    for (size_t i = 1; i < outputs->count && status == BON_OK; i++)
        if (by_name(&sorted[i - 1], &sorted[i]) == 0)
            status = bon_fail(BON_ERR_ARGUMENT, "%s: two inputs have that {name}", bon_out_name(sorted[i]));
    free(sorted);
    return status;
}

bon_status outputs_open(struct outputs *outputs, const char *path, char *const *inputs, int count) {
    bon_buf name = {0};
    *outputs = (struct outputs){.outs = bon_alloc_zeroed((size_t)count, sizeof *outputs->outs)};
    bon_status status = outputs->outs ? BON_OK : BON_ERR_NOMEM;
    for (int i = 0; i < count && status == BON_OK; i++) {
        name.len = 0;
        status = fill_in(path, inputs[i], &name);
        if (status == BON_OK) status = bon_out_open(&outputs->outs[i], name.data, 0);
        if (status == BON_OK) outputs->count++;
    }
    bon_buf_free(&name);
    if (status == BON_OK) status = check_names(outputs);
    if (status != BON_OK) outputs_abandon(outputs);
    return status;
}

bon_status outputs_publish(struct outputs *outputs) {
    bon_status status = BON_OK;
    for (size_t i = 0; i < outputs->count && status == BON_OK; i++) status = bon_out_flush(outputs->outs[i]);
    for (size_t i = 0; i < outputs->count && status == BON_OK; i++) {
        status = bon_out_publish(outputs->outs[i]);
        outputs->outs[i] = NULL;
    }
    outputs_abandon(outputs);
    return status;
}

void outputs_abandon(struct outputs *outputs) {
    for (size_t i = 0; i < outputs->count; i++) bon_out_abandon(outputs->outs[i]);
    free(outputs->outs);
    *outputs = (struct outputs){0};
}
