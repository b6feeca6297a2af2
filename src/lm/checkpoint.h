/* src/lm/checkpoint.h: folders of checkpoints: FOLDER/step-00000100/ with config.json, model.safetensors, state.safetensors. */
#ifndef BON_SRC_LM_CHECKPOINT_H
#define BON_SRC_LM_CHECKPOINT_H

#include "lm/trainer.h"

/* Writes FOLDER/step-STEP/, whole or not at all, then removes all but the newest `keep` (0 = keeps all). Nothing when it is
 * there already. */
bon_status bon_checkpoint_write(const char *folder, uint64_t step, unsigned keep, const struct bon_task *task,
                                const bon_params *params, const bon_optimizer *optimizer, const uint64_t *numbers,
                                size_t count);
/* The newest step that has a checkpoint; 0 = none. */
bon_status bon_checkpoint_newest(const char *folder, uint64_t *step);
bon_status bon_checkpoint_read(const char *folder, uint64_t step, bon_params *params, bon_optimizer *optimizer,
                               uint64_t *numbers, size_t count);

#endif
