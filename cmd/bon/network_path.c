/* cmd/bon/network_path.c: networks beside a model, the largest first. */
#include "network_path.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool network_beside(const char *model, char path[PATH_MAX]) {
    static const char *const names[] = {"vi-base.bonnn", "vi-small.bonnn", "vi-tiny.bonnn"};
    const char *slash = strrchr(model, '/');
    const int folder = slash ? (int)(slash - model) + 1 : 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const int n = snprintf(path, PATH_MAX, "%.*s%s", folder, model, names[i]);
        if (n < PATH_MAX && access(path, F_OK) == 0) return true;
    }
    return false;
}

bool is_network(const char *path) {
    char bytes[16] = {0};
    FILE *file = fopen(path, "rb");
    const bool found = file && fread(bytes, 1, sizeof bytes, file) == sizeof bytes && strcmp(bytes + 8, "bonnn") == 0;
    if (file) fclose(file);
    return found;
}
