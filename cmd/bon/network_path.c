/* cmd/bon/network_path.c: networks beside a model, the largest first. */
#include "network_path.h"

#include <stdio.h>
#include <string.h>

#include "restore/neural_file.h"

bool network_beside(const char *model, char path[PATH_MAX]) {
    static const char *const names[] = {"vi-base.bonnn", "vi-small.bonnn", "vi-tiny.bonnn"};
    return bon_neural_beside(model, names, sizeof names / sizeof *names, path);
}

bool is_network(const char *path) {
    char bytes[16] = {0};
    FILE *file = fopen(path, "rb");
    const bool found = file && fread(bytes, 1, sizeof bytes, file) == sizeof bytes && strcmp(bytes + 8, "bonnn") == 0;
    if (file) fclose(file);
    return found;
}
