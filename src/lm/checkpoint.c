/* src/lm/checkpoint.c: a checkpoint is made under another name and renamed when all of it is on disk. */
#include "lm/checkpoint.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

static const char *const files[] = {"config.json", "model.safetensors", "state.safetensors"};
enum { CONFIG, MODEL, STATE, FILES };

/* FOLDER/step-00000100, with `mark` before the name and `file` behind it. */
static bon_status path_of(char path[PATH_MAX], const char *folder, const char *mark, uint64_t step, const char *file) {
    const char *slash = *file ? "/" : "";
    int n = snprintf(path, PATH_MAX, "%s/%sstep-%08" PRIu64 "%s%s", folder, mark, step, slash, file);
    return n < PATH_MAX ? BON_OK : bon_fail(BON_ERR_ARGUMENT, "%s: the path is too long", folder);
}

/* Removes what a checkpoint consists of; other files in it stay, and then the folder too. */
static void remove_step(const char *folder, const char *mark, uint64_t step) {
    char path[PATH_MAX];
    for (int file = 0; file < FILES; file++)
        if (path_of(path, folder, mark, step, files[file]) == BON_OK) unlink(path);
    if (path_of(path, folder, mark, step, "") == BON_OK) rmdir(path);
}

/* ---- which there are ---- */

static bool parse_name(const char *name, uint64_t *step) {
    char *end;
    if (strncmp(name, "step-", 5) != 0 || name[5] < '0' || name[5] > '9') return false;
    *step = strtoull(name + 5, &end, 10);
    return *end == 0;
}

/* The newest step below `below`; 0 = none. */
static bon_status newest_below(const char *folder, uint64_t below, uint64_t *newest) {
    uint64_t step;
    *newest = 0;
    DIR *dir = opendir(folder);
    if (!dir) return bon_fail_errno(folder, "open folder");
    for (struct dirent *entry; (entry = readdir(dir));)
        if (parse_name(entry->d_name, &step) && step < below && step > *newest) *newest = step;
    closedir(dir);
    return BON_OK;
}

bon_status bon_checkpoint_newest(const char *folder, uint64_t *step) { return newest_below(folder, UINT64_MAX, step); }

static bon_status remove_old(const char *folder, uint64_t newest, unsigned keep) {
    uint64_t step = newest;
    for (unsigned kept = 1; keep && step; kept++) {
        BON_TRY(newest_below(folder, step, &step));
        if (step && kept >= keep) remove_step(folder, "", step);
    }
    return BON_OK;
}

/* ---- writing ---- */

static bon_status sync_folder(const char *path) {
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return bon_fail_errno(path, "open folder");
    bon_status status = fsync(fd) == 0 ? BON_OK : bon_fail_errno(path, "sync");
    close(fd);
    return status;
}

bon_status bon_checkpoint_write(const char *folder, uint64_t step, unsigned keep, const struct bon_task *task,
                                const bon_params *params, const bon_optimizer *optimizer, const uint64_t *numbers,
                                size_t count) {
    char half[PATH_MAX], whole[PATH_MAX], path[FILES][PATH_MAX];
    const char *const mark = ".tmp-";
    BON_TRY(path_of(half, folder, mark, step, ""));
    BON_TRY(path_of(whole, folder, "", step, ""));
    for (int file = 0; file < FILES; file++) BON_TRY(path_of(path[file], folder, mark, step, files[file]));
    if (access(whole, F_OK) == 0) return BON_OK;
    remove_step(folder, mark, step); /* of a run that was killed */
    bon_status status = mkdir(half, 0777) == 0 ? BON_OK : bon_fail_errno(half, "make folder");
    if (status == BON_OK) status = task->write_config(task->self, path[CONFIG]);
    if (status == BON_OK) status = bon_params_write(params, path[MODEL]);
    if (status == BON_OK) status = bon_optimizer_write(optimizer, params, path[STATE], numbers, count);
    if (status == BON_OK) status = sync_folder(half);
    if (status == BON_OK && rename(half, whole) != 0) status = bon_fail_errno(whole, "rename");
    if (status != BON_OK) {
        remove_step(folder, mark, step);
        return status;
    }
    BON_TRY(sync_folder(folder));
    return remove_old(folder, step, keep);
}

bon_status bon_checkpoint_read(const char *folder, uint64_t step, bon_params *params, bon_optimizer *optimizer,
                               uint64_t *numbers, size_t count) {
    char model[PATH_MAX], state[PATH_MAX];
    BON_TRY(path_of(model, folder, "", step, files[MODEL]));
    BON_TRY(path_of(state, folder, "", step, files[STATE]));
    BON_TRY(bon_params_read(params, model));
    return bon_optimizer_read(optimizer, params, state, numbers, count);
}
