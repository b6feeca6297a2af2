/* src/ngram/grams_spill.h: finding n-grams when the text does not fit the memory. */
#ifndef BON_SRC_NGRAM_GRAMS_SPILL_H
#define BON_SRC_NGRAM_GRAMS_SPILL_H

#include "ngram/gram_scan.h"

/* Fills in the levels from 2 up, in grams->store; the sorter is set up. */
bon_status bon_grams_find_spilled(const struct bon_gram_search *search);

#endif
