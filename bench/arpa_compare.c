/* bench/arpa_compare.c: are two ARPA files the same model? `arpa_compare A.arpa B.arpa` prints, per order, the n-grams of each,
 * how many are in one file only, and the largest difference of log10 probabilities and back-offs; exits 1 when the sets
 * differ or a difference is above 1e-5 (a third argument sets another limit).
 *
 * N-grams are held as 64-bit hashes of their text with their order, so order within a file does not matter.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ORDERS = 10 };

struct entry {
    uint64_t hash; /* 0 = free */
    float logprob, backoff;
};

struct table {
    struct entry *slots;
    uint64_t mask, count;
    uint64_t of_order[ORDERS];
};

struct line {
    unsigned order;
    uint64_t hash;
    float logprob, backoff;
};

static uint64_t hash_text(const char *text, size_t n, unsigned order) {
    uint64_t hash = 0xcbf29ce484222325 + order;
    for (size_t i = 0; i < n; i++) hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3;
    hash ^= hash >> 32;
    hash *= 0xd6e8feb86659fd93;
    return (hash ^ hash >> 32) | 1;
}

/* Reads on to the next n-gram; 0 at the end. *order is kept between calls. */
static int next_line(FILE *file, struct line *out, unsigned *order, char **text, size_t *cap) {
    for (ssize_t n; (n = getline(text, cap, file)) > 0;) {
        char *at = *text;
        if (at[n - 1] == '\n') at[--n] = 0;
        if (at[0] == '\\') {
            *order = strstr(at, "-grams:") ? (unsigned)atoi(at + 1) : 0;
            continue;
        }
        if (*order == 0 || n == 0) continue;
        char *words = strchr(at, '\t'), *end = words ? strchr(words + 1, '\t') : NULL;
        if (!words) continue;
        if (!end) end = at + n;
        out->order = *order;
        out->hash = hash_text(words + 1, (size_t)(end - words - 1), *order);
        out->logprob = strtof(at, NULL);
        out->backoff = *end ? strtof(end + 1, NULL) : 0;
        return 1;
    }
    return 0;
}

static struct entry *find(const struct table *table, uint64_t hash) {
    uint64_t slot = hash >> 8 & table->mask;
    while (table->slots[slot].hash && table->slots[slot].hash != hash) slot = (slot + 1) & table->mask;
    return &table->slots[slot];
}

static void grow(struct table *table) {
    struct table bigger = *table;
    bigger.mask = table->mask * 2 + 1;
    bigger.slots = calloc(bigger.mask + 1, sizeof *bigger.slots);
    if (!bigger.slots) exit(3);
    for (uint64_t i = 0; i <= table->mask; i++)
        if (table->slots[i].hash) *find(&bigger, table->slots[i].hash) = table->slots[i];
    free(table->slots);
    *table = bigger;
}

static FILE *open_or_exit(const char *path) {
    FILE *file = fopen(path, "r");
    if (file) return file;
    perror(path);
    exit(2);
}

static void read_file(struct table *table, const char *path) {
    FILE *file = open_or_exit(path);
    struct line line;
    unsigned order = 0;
    char *text = NULL;
    size_t cap = 0;
    while (next_line(file, &line, &order, &text, &cap)) {
        if (table->count * 3 > table->mask * 2) grow(table);
        *find(table, line.hash) = (struct entry){line.hash, line.logprob, line.backoff};
        table->count++;
        if (line.order < ORDERS) table->of_order[line.order]++;
    }
    free(text);
    fclose(file);
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: arpa_compare A.arpa B.arpa [LIMIT]\n");
        return 2;
    }
    double limit = argc > 3 ? atof(argv[3]) : 1e-5, worst = 0;
    struct table table = {.mask = 1023, .slots = calloc(1024, sizeof *table.slots)};
    if (!table.slots) return 3;
    read_file(&table, argv[1]);

    uint64_t in_b[ORDERS] = {0}, both[ORDERS] = {0}, alone = 0;
    double prob[ORDERS] = {0}, backoff[ORDERS] = {0};
    FILE *file = open_or_exit(argv[2]);
    struct line line;
    unsigned order = 0;
    char *text = NULL;
    size_t cap = 0;
    while (next_line(file, &line, &order, &text, &cap)) {
        if (line.order >= ORDERS) continue;
        in_b[line.order]++;
        const struct entry *entry = find(&table, line.hash);
        if (!entry->hash) continue;
        both[line.order]++;
        prob[line.order] = fmax(prob[line.order], fabs((double)entry->logprob - line.logprob));
        backoff[line.order] = fmax(backoff[line.order], fabs((double)entry->backoff - line.backoff));
    }
    puts("order\tin_a\tin_b\tonly_a\tonly_b\tmax_dlogprob\tmax_dbackoff");
    for (unsigned k = 1; k < ORDERS; k++) {
        if (!table.of_order[k] && !in_b[k]) continue;
        uint64_t only_a = table.of_order[k] - both[k], only_b = in_b[k] - both[k];
        printf("%u\t%llu\t%llu\t%llu\t%llu\t%.3g\t%.3g\n", k, (unsigned long long)table.of_order[k],
               (unsigned long long)in_b[k], (unsigned long long)only_a, (unsigned long long)only_b, prob[k],
               backoff[k]);
        alone += only_a + only_b;
        worst = fmax(worst, fmax(prob[k], backoff[k]));
    }
    return alone || !(worst <= limit);
}
