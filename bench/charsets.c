/* bench/charsets.c: text in an old charset, to test how it is read: charsets CHARSET TRUTH <UTF-8 >CHARSET. Lines that the
 * charset cannot hold are left out; TRUTH gets the others as they were. */
#include <stdio.h>
#include <string.h>

#include "bon/normalize.h"

int main(int argc, char **argv) {
    static char line[1 << 20];
    bon_charset charset = 0;
    while (argc > 2 && charset < BON_CHARSETS && strcmp(bon_charset_name(charset), argv[1]) != 0) charset++;
    FILE *truth = argc > 2 && charset < BON_CHARSETS ? fopen(argv[2], "w") : NULL;
    if (!truth) {
        fprintf(stderr, "usage: charsets CHARSET TRUTH\n");
        return 2;
    }
    while (fgets(line, sizeof line, stdin)) {
        bon_buf out = {0};
        uint64_t lost = 0;
        if (bon_charset_encode(charset, line, strlen(line), &out, &lost) != BON_OK) return 1;
        if (!lost) {
            fwrite(out.data, 1, out.len, stdout);
            fputs(line, truth);
        }
        bon_buf_free(&out);
    }
    return fclose(truth) != 0;
}
