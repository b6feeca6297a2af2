/* bench/segment_pcre.c: the tokenizer that a few lines give: PCRE2 with its JIT compiler and a pattern of Unicode words.
 *
 *     segment_pcre FILE words|kinds count|ids
 *
 * words: \w+|[^\w\s]. kinds: letters with their marks, numbers with signs inside, and all else each by itself, as bon parts
 * them. count only finds the tokens, and prints how many; ids does what `bon segment --ids` does with them: each token's
 * number, from a hash table of all spellings met, goes to standard output as 16 bits. UTF and UCP; as bon does, it takes any
 * bytes: every line is checked to be UTF-8, once (its first match), and left out when it is not.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#define XXH_INLINE_ALL
#include <pcre2.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { SLOTS = 1 << 22 };

struct spelling {
    uint64_t hash; /* 0: free; two spellings of one hash are one here, which costs the peer nothing */
    uint16_t id;
};

struct peer {
    pcre2_code *code;
    pcre2_match_data *match;
    struct spelling *spellings; /* NULL: tokens are only counted */
    unsigned long tokens;
    unsigned met;
};

static uint16_t id_of(struct peer *peer, const char *token, size_t n) {
    uint64_t hash = XXH3_64bits(token, n) | 1;
    size_t slot = hash % SLOTS;
    while (peer->spellings[slot].hash && peer->spellings[slot].hash != hash) slot = (slot + 1) % SLOTS;
    if (!peer->spellings[slot].hash && peer->met < SLOTS / 2)
        peer->spellings[slot] = (struct spelling){hash, (uint16_t)peer->met++};
    return peer->spellings[slot].id;
}

static void put_id(uint16_t id) { fwrite_unlocked(&id, sizeof id, 1, stdout); }

static void read_line(struct peer *peer, const char *line, size_t n) {
    const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(peer->match);
    PCRE2_SPTR subject = (PCRE2_SPTR)line;
    /* pcre2_match checks the whole line and runs the compiled code; pcre2_jit_match runs it at once. */
    int found = pcre2_match(peer->code, subject, n, 0, 0, peer->match, NULL);
    for (; found > 0; found = pcre2_jit_match(peer->code, subject, n, ends[1], 0, peer->match, NULL)) {
        peer->tokens++;
        if (peer->spellings) put_id(id_of(peer, line + ends[0], ends[1] - ends[0]));
    }
    if (peer->spellings) put_id(0x80ff);
}

int main(int count, char **arguments) {
    static const char words[] = "\\w+|[^\\w\\s]";
    static const char kinds[] = "[\\p{L}\\p{M}]+|\\p{Nd}+(?:[.,:/-]\\p{Nd}+)*|\\S";
    int error;
    PCRE2_SIZE offset;
    struct peer peer = {0};
    FILE *file = count == 4 ? fopen(arguments[1], "rb") : NULL;
    if (!file) return fprintf(stderr, "usage: segment_pcre FILE words|kinds count|ids\n"), 2;
    bool ids = strcmp(arguments[3], "ids") == 0;
    if (ids) peer.spellings = calloc(SLOTS, sizeof *peer.spellings);
    const char *pattern = strcmp(arguments[2], "kinds") == 0 ? kinds : words;
    peer.code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, PCRE2_UTF | PCRE2_UCP, &error, &offset, NULL);
    if (!peer.code || pcre2_jit_compile(peer.code, PCRE2_JIT_COMPLETE) != 0 || (ids && !peer.spellings))
        return fprintf(stderr, "segment_pcre: needs a PCRE2 with its JIT\n"), 1;
    peer.match = pcre2_match_data_create_from_pattern(peer.code, NULL);
    char *line = NULL;
    size_t cap = 0;
    for (ssize_t n; (n = getline(&line, &cap, file)) >= 0;) read_line(&peer, line, (size_t)n);
    fprintf(ids ? stderr : stdout, "%lu\n", peer.tokens);
    free(line);
    free(peer.spellings);
    pcre2_match_data_free(peer.match);
    pcre2_code_free(peer.code);
    fclose(file);
    return 0;
}
