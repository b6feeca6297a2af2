/* src/lm/export.c: folders for other programs: the same weights under the same names, in other types. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "lm/config.h"
#include "lm/model.h"
#include "lm/weights.h"

static bon_status path_in(char path[PATH_MAX], const char *folder, const char *name) {
    const int n = snprintf(path, PATH_MAX, "%s/%s", folder, name);
    return n < PATH_MAX ? BON_OK : bon_fail(BON_ERR_ARGUMENT, "%s: the path is too long", folder);
}

/* The weights first: a folder with config.json is a whole model. */
static bon_status write_folder(const struct bon_model *model, enum bon_st_type type, const char *name,
                               const char *output) {
    char config[PATH_MAX], weights[PATH_MAX];
    BON_TRY(path_in(config, output, "config.json"));
    BON_TRY(path_in(weights, output, "model.safetensors"));
    if (mkdir(output, 0777) != 0 && errno != EEXIST) return bon_fail_errno(output, "make folder");
    BON_TRY(type == BON_ST_I8 ? bon_model_write_int8(model, weights)
                              : bon_weights_write(model->params, model->reals, type, weights));
    return bon_config_write(config, &model->config, name);
}

static bon_status export_as(const char *folder, enum bon_st_type type, const char *name, const char *output) {
    struct bon_model model;
    BON_TRY(bon_model_open(&model, folder));
    bon_status status = model.codes
                            ? bon_fail(BON_ERR_ARGUMENT,
                                       "%s has 8-bit weights, which cannot be made into others: export from the "
                                       "checkpoint",
                                       folder)
                            : write_folder(&model, type, name, output);
    bon_model_close(&model);
    return status;
}

bon_status bon_export_hf(const char *folder, bon_weight_type type, const char *output) {
    static const struct {
        enum bon_st_type type;
        const char *name;
    } types[] = {[BON_WEIGHT_F32] = {BON_ST_F32, "float32"},
                 [BON_WEIGHT_F16] = {BON_ST_F16, "float16"},
                 [BON_WEIGHT_BF16] = {BON_ST_BF16, "bfloat16"}};
    if ((size_t)type >= sizeof types / sizeof types[0])
        return bon_fail(BON_ERR_ARGUMENT, "transformers reads F32, F16 and BF16; Q8_0 is of GGUF");
    return export_as(folder, types[type].type, types[type].name, output);
}

bon_status bon_export_int8(const char *folder, const char *output) {
    return export_as(folder, BON_ST_I8, "int8", output);
}
