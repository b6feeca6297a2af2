/* src/restore/neural_export.h: from a folder of training to the file that restores. */
#ifndef BON_SRC_RESTORE_NEURAL_EXPORT_H
#define BON_SRC_RESTORE_NEURAL_EXPORT_H

#include "restore/neural_file.h"

struct bon_neural_export {
    const char *run; /* the folder: words.bonnn and checkpoints */
    const char *lm;  /* NULL, or a model for restoration: its sections go into the file, too */
    bool floats;     /* keep 32-bit weights */
    struct bon_neural_join join;
};

/* What suits a network beside a model of 4-grams with a tagger; found on development text. */
extern const struct bon_neural_join bon_neural_usual_join;

/* Writes the newest checkpoint as a file for bon_restorer_open (with lm) or bon_restorer_join, atomically. */
bon_status bon_neural_export(const struct bon_neural_export *how, const char *path);

#endif
