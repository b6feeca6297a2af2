/* cmd/bon/lm_folder.c: finds checkpoints and tokenizers: `bon train` puts tokenizer.json beside the checkpoints, exports have it
 * inside. */
#include "lm_folder.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/status.h"
#include "lm/checkpoint.h"
#include "train_run.h"

bon_status lm_folder_find(const char *path, char folder[PATH_MAX]) {
    char config[PATH_MAX], name[40];
    uint64_t step;
    BON_TRY(train_path(config, path, "config.json"));
    if (access(config, F_OK) == 0) {
        const int n = snprintf(folder, PATH_MAX, "%s", path);
        return n < PATH_MAX ? BON_OK : bon_fail(BON_ERR_ARGUMENT, "%s: the path is too long", path);
    }
    BON_TRY(bon_checkpoint_newest(path, &step));
    if (step == 0)
        return bon_fail(BON_ERR_DATA, "%s has neither config.json nor a checkpoint: not a model of bon train", path);
    snprintf(name, sizeof name, "step-%08" PRIu64, step);
    return train_path(folder, path, name);
}

bon_status lm_folder_tokenizer(const char *folder, const char *given, bon_tokenizer **tokenizer) {
    char path[PATH_MAX];
    if (given) return bon_tokenizer_read(tokenizer, given);
    BON_TRY(train_path(path, folder, "tokenizer.json"));
    if (access(path, F_OK) != 0) BON_TRY(train_path(path, folder, "../tokenizer.json"));
    if (access(path, F_OK) != 0)
        return bon_fail(BON_ERR_DATA, "%s has no tokenizer.json, nor the folder above: say which with -t", folder);
    return bon_tokenizer_read(tokenizer, path);
}
