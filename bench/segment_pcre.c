/* bench/segment_pcre.c: the tokenizer that a few lines give: PCRE2 with its JIT compiler and a pattern of Unicode words.
 *
 *     segment_pcre FILE      counts the matches of \w+|[^\w\s] (UTF, UCP) in the file, line by line, and prints the number
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned long count_line(pcre2_code *code, pcre2_match_data *match, const char *line, size_t n) {
    unsigned long tokens = 0;
    const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(match);
    for (size_t at = 0; at < n; at = ends[1], tokens++)
        if (pcre2_jit_match(code, (PCRE2_SPTR)line, n, at, PCRE2_NO_UTF_CHECK, match, NULL) < 0) break;
    return tokens;
}

int main(int count, char **arguments) {
    int error;
    PCRE2_SIZE offset;
    FILE *file = count == 2 ? fopen(arguments[1], "rb") : NULL;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR) "\\w+|[^\\w\\s]", PCRE2_ZERO_TERMINATED, PCRE2_UTF | PCRE2_UCP,
                                     &error, &offset, NULL);
    if (!file || !code || pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) != 0) {
        fprintf(stderr, "usage: segment_pcre FILE (and a PCRE2 with its JIT)\n");
        return 1;
    }
    pcre2_match_data *match = pcre2_match_data_create_from_pattern(code, NULL);
    char *line = NULL;
    size_t cap = 0;
    unsigned long tokens = 0;
    for (ssize_t n; (n = getline(&line, &cap, file)) >= 0;) tokens += count_line(code, match, line, (size_t)n);
    printf("%lu\n", tokens);
    free(line);
    pcre2_match_data_free(match);
    pcre2_code_free(code);
    fclose(file);
    return 0;
}
