/* src/ngram/leap.h: searching ascending words from a place that is likely near, as when two sorted lists are walked together. */
#ifndef BON_SRC_NGRAM_LEAP_H
#define BON_SRC_NGRAM_LEAP_H

#include <stdint.h>

/* The place of the first of words[at..end) that is not below x: leaps of growing length, then halving. */
static inline uint32_t bon_leap(const uint32_t *words, uint32_t at, uint32_t end, uint32_t x) {
    if (at == end || words[at] >= x) return at;
    uint32_t step = 1;
    while (end - at > step && words[at + step] < x) {
        at += step;
        step *= 2;
    }
    if (end - at > step) end = at + step;
    at++;
    while (at < end) {
        uint32_t middle = at + (end - at) / 2;
        if (words[middle] < x)
            at = middle + 1;
        else
            end = middle;
    }
    return at;
}

#endif
