/* src/restore/fold.h: the fold of a word, for those who have no token at hand. */
#ifndef BON_SRC_RESTORE_FOLD_H
#define BON_SRC_RESTORE_FOLD_H

#include "bon/restore.h"

/* Appends a letter run as the models know it: composed, lower case, tone mark in its old place where it is a syllable. */
bon_status bon_fold_word(const char *text, size_t n, bon_buf *out);

#endif
