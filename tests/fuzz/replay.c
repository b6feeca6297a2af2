/* tests/fuzz/replay.c: a main for fuzz targets in normal test runs: gives each file of the corpus folders named on the
 * command line to the target, and a few inputs that every corpus should have. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The bytes in a block of exactly their size, so that reading past them is seen by AddressSanitizer. */
static void run(const uint8_t *bytes, size_t n) {
    uint8_t *exact = calloc(n ? n : 1, 1);
    if (!exact) abort();
    if (n) memcpy(exact, bytes, n);
    LLVMFuzzerTestOneInput(exact, n);
    free(exact);
}

static int run_file(const char *folder, const char *name) {
    static uint8_t bytes[1 << 20];
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return 1;
    }
    size_t n = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    printf("%s: %zu bytes\n", path, n);
    fflush(stdout); /* the last line names the input that crashed */
    run(bytes, n);
    for (size_t cut = 1; cut < 16 && cut < n; cut++) run(bytes, n * cut / 16); /* truncated */
    return 0;
}

int main(int count, char **folders) {
    int failed = count < 2, files = 0;
    run(NULL, 0);
    run((const uint8_t *)"\0\n\xff\xf0\x9f", 5);
    for (int i = 1; i < count; i++) {
        DIR *folder = opendir(folders[i]);
        if (!folder) {
            perror(folders[i]);
            return 1;
        }
        for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
            if (entry->d_name[0] == '.') continue;
            failed |= run_file(folders[i], entry->d_name);
            files++;
        }
        closedir(folder);
    }
    if (files == 0) fputs("the corpus is empty\n", stderr);
    return failed || files == 0;
}
