/* src/corpus/stats_names.c: onsets and rhymes by their numbers (tools/gen_syllable.py has the grammar), for reports. */
#include "corpus/stats_summary.h"

const char *const bon_stats_onset_names[BON_ONSETS] = {"",   "b", "c", "ch", "d",  "đ",  "g", "gi", "h",
                                                       "kh", "l", "m", "n",  "ng", "nh", "p", "ph", "qu",
                                                       "r",  "s", "t", "th", "tr", "v",  "x"};

const char *const bon_stats_rhyme_names[BON_RHYMES] = {
    "a",    "ac",  "ach",  "ai",  "am",   "an",   "ang", "anh", "ao",   "ap",   "at",   "au",   "ay",   "ăc",   "ăm",
    "ăn",   "ăng", "ăp",   "ăt",  "âc",   "âm",   "ân",  "âng", "âp",   "ât",   "âu",   "ây",   "e",    "ec",   "em",
    "en",   "eng", "eo",   "ep",  "et",   "ê",    "êc",  "êch", "êm",   "ên",   "êng",  "ênh",  "êp",   "êt",   "êu",
    "i",    "ia",  "ich",  "im",  "in",   "inh",  "ip",  "it",  "iu",   "iêc",  "iêm",  "iên",  "iêng", "iêp",  "iêt",
    "iêu",  "o",   "oa",   "oac", "oach", "oai",  "oam", "oan", "oang", "oanh", "oao",  "oap",  "oat",  "oay",  "oăc",
    "oăm",  "oăn", "oăng", "oăt", "oc",   "oe",   "oem", "oen", "oeo",  "oet",  "oi",   "om",   "on",   "ong",  "ooc",
    "oong", "op",  "ot",   "ô",   "ôc",   "ôi",   "ôm",  "ôn",  "ông",  "ôp",   "ôt",   "ơ",    "ơi",   "ơm",   "ơn",
    "ơp",   "ơt",  "u",    "ua",  "uân",  "uâng", "uât", "uây", "uc",   "uê",   "uêch", "uênh", "ui",   "um",   "un",
    "ung",  "uôc", "uôi",  "uôm", "uôn",  "uông", "uôp", "uôt", "uơ",   "up",   "ut",   "uy",   "uya",  "uych", "uyên",
    "uyêt", "uyn", "uynh", "uyp", "uyt",  "uyu",  "ư",   "ưa",  "ưc",   "ưi",   "ưm",   "ưn",   "ưng",  "ưt",   "ưu",
    "ươc",  "ươi", "ươm",  "ươn", "ương", "ươp",  "ươt", "ươu", "y",    "ya",   "ych",  "yêm",  "yên",  "yêng", "yêt",
    "yêu",  "yn",  "ynh",  "yp",  "yt",   "yu"};
