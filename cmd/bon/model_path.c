/* cmd/bon/model_path.c: the option, the environment, or beside the executable: models/ of a source tree (the executable is in build/
 * or a folder below), share/bon/ of an installation. */
#include "model_path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct kind {
    const char *file, *option, *environment;
};

static const char *const places[] = {"../models", "../../models", "../share/bon"};
enum { PLACES = sizeof places / sizeof *places };

static int folder_of_executable(char folder[PATH_MAX]) {
    ssize_t n = readlink("/proc/self/exe", folder, PATH_MAX - 1);
    if (n <= 0) return 0;
    folder[n] = 0;
    char *slash = strrchr(folder, '/');
    if (slash) *slash = 0;
    return slash != NULL;
}

static const char *path_of(const struct kind *kind, const char *option, char buffer[PATH_MAX]) {
    char folder[PATH_MAX];
    const char *from_environment = getenv(kind->environment);
    if (option) return option;
    if (from_environment && *from_environment) return from_environment;
    int known = folder_of_executable(folder);
    for (size_t i = 0; known && i < PLACES; i++) {
        int n = snprintf(buffer, PATH_MAX, "%s/%s/%s", folder, places[i], kind->file);
        if (n < PATH_MAX && access(buffer, R_OK) == 0) return buffer;
    }
    fprintf(stderr, "bon: no model found; name one with %s FILE or %s", kind->option, kind->environment);
    for (size_t i = 0; known && i < PLACES; i++)
        fprintf(stderr, "%s%s/%s/%s",
                i == 0            ? "; looked for "
                : i + 1 == PLACES ? " and "
                                  : ", ",
                folder, places[i], kind->file);
    fputc('\n', stderr);
    return NULL;
}

const char *model_path(const char *option, char buffer[PATH_MAX]) {
    static const struct kind kind = {"vi.bonlm", "--model", "BON_MODEL"};
    return path_of(&kind, option, buffer);
}

const char *words_path(const char *option, char buffer[PATH_MAX]) {
    static const struct kind kind = {"vi.bonseg", "--words", "BON_WORDS"};
    return path_of(&kind, option, buffer);
}
