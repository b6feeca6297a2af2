/* cmd/bon/model_io.h: models in and out of commands: ARPA text or .bonlm, told by content when read and by name when written. */
#ifndef BON_CMD_MODEL_IO_H
#define BON_CMD_MODEL_IO_H

#include "bon/ngram.h"
#include "options.h"

bool ends_in(const char *text, const char *end);

/* The model of a command that also reads text: where no option named it, the first operand. PARSE_GO, or EXIT_USAGE after a
 * message. */
int take_model(const struct command *command, const char **model, int argc, char **argv, int *first);

bon_status read_model_table(const char *path, bon_lm_table **table);
/* A .bonlm file where the name ends so, else ARPA text. */
bon_status write_model_file(const bon_lm_table *table, const char *path, const bon_lm_write_options *how);

/* Hands on every line of a text file (also compressed), without its newline. */
typedef bon_status (*line_taker)(void *context, const char *line, size_t n);
bon_status each_line(const char *path, line_taker take, void *context);

/* How well a model, .bonlm or ARPA text, foretells a text file (tokenized lines). */
bon_status score_file(const char *model, const char *text, bon_lm_totals *totals);
/* The same of a model that was read. */
bon_status score_table(const bon_lm_table *table, const char *text, bon_lm_totals *totals);
/* Refuses a text that can be read once only: it is scored by models before and after. */
bon_status check_scored_text(const char *text);

#endif
