/* cmd/bon/commands.h: the table of commands; one file each. */
#ifndef BON_CMD_COMMANDS_H
#define BON_CMD_COMMANDS_H

#include "options.h"

extern const struct command command_normalize;
extern const struct command command_segment;
extern const struct command command_count;
extern const struct command command_merge;
extern const struct command command_lm;
extern const struct command command_lm_build;
extern const struct command command_lm_query;
extern const struct command command_lm_info;
extern const struct command command_lm_convert;
extern const struct command command_lm_prune;
extern const struct command command_lm_diff;
extern const struct command command_lm_interpolate;
extern const struct command command_lm_tag;
extern const struct command command_lm_predict;
extern const struct command command_restore;
extern const struct command command_tokenizer;
extern const struct command command_train;
extern const struct command command_eval;
extern const struct command command_generate;
extern const struct command command_export;
extern const struct command command_neural;
extern const struct command command_neural_train;
extern const struct command command_neural_export;
extern const struct command command_plot;
extern const struct command command_import;
extern const struct command command_import_conllu;
extern const struct command command_import_epub;
extern const struct command command_import_html;
extern const struct command command_import_jsonl;
extern const struct command command_import_srt;
extern const struct command command_import_warc;
extern const struct command command_import_wiki;
extern const struct command command_dedup;
extern const struct command command_classify;
extern const struct command command_classify_train;
extern const struct command command_classify_apply;
extern const struct command command_pipeline;
extern const struct command command_pipeline_run;
extern const struct command command_pipeline_plan;
extern const struct command command_pipeline_status;
extern const struct command command_stats;
extern const struct command command_filter;
extern const struct command command_sample;
extern const struct command command_ime;
extern const struct command command_ime_config;
extern const struct command command_telex;
extern const struct command command_telex_decode;
extern const struct command command_telex_encode;
extern const struct command command_telex_forget;
extern const struct command command_telex_play;
extern const struct command command_words;
extern const struct command command_words_build;

/* The command of a name, or NULL. */
const struct command *find_command(const char *name);

#endif
