/* tests/support/restore_toy.h: a small model for restoring, estimated from sentences written for the tests. */
#ifndef BON_TESTS_SUPPORT_RESTORE_TOY_H
#define BON_TESTS_SUPPORT_RESTORE_TOY_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bon/restore.h"

/* Folded tokens. "đựoc" and "ngưòi" are typing errors that must never be restored; "đắk" is a name that is no syllable. */
static const char *const restore_toy_lines[] = {
    "tôi đang học tiếng việt .",
    "chúng tôi đang học tiếng việt ở hà nội .",
    "anh ấy là người tốt .",
    "người việt nam học tiếng anh .",
    "cô ấy đang ở nhà .",
    "hôm nay trời đẹp quá , tôi đi chơi .",
    "tối nay tôi ở nhà học bài .",
    "đường đến trường rất xa .",
    "tôi mua <num> cân đường .",
    "con đường này được làm từ năm <num> .",
    "được rồi , tôi đi đây .",
    "được học là một niềm vui .",
    "đựoc đựoc đựoc đựoc đựoc đựoc đựoc đựoc .",
    "ngưòi ngưòi ngưòi ngưòi ngưòi ngưòi .",
    "tỉnh đắk lắk có nhiều cà phê .",
    "đắk lắk rất đẹp .",
    "hòa bình là thành phố đẹp .",
    "thành phố hòa bình ở xa hà nội .",
    "tôi dùng windows và facebook .",
    "facebook là mạng xã hội .",
    "gửi thư đến <email> hoặc xem <url> nhé .",
    "tiền là tiên là phật .",
    "anh tên là hưng , em tên là hùng .",
    "dạ , em chào cô ạ !",
    "bà ba bán bánh bao ở chợ .",
    "ba con bò vàng ăn cỏ non .",
};

/* The estimated table; ends the test when that fails. */
static inline bon_lm_table *restore_toy_table(unsigned order) {
    const bon_lm_build_options options = {.order = order, .discount_fallback = 1};
    bon_lm_builder *builder = NULL;
    bon_lm_table *table = NULL;
    if (bon_lm_builder_open(&builder, &options) != BON_OK) abort();
    for (size_t i = 0; i < sizeof restore_toy_lines / sizeof restore_toy_lines[0]; i++)
        if (bon_lm_builder_add(builder, restore_toy_lines[i], strlen(restore_toy_lines[i]), "toy", i + 1) != BON_OK)
            abort();
    if (bon_lm_builder_estimate(builder, &table) != BON_OK) abort();
    bon_lm_builder_close(builder);
    return table;
}

/* Writes the model to a fresh path. */
static inline void restore_toy_write(char path[64], unsigned order, uint32_t min_count) {
    bon_lm_table *table = restore_toy_table(order);
    snprintf(path, 64, "/tmp/bon-test-XXXXXX");
    int file = mkstemp(path);
    if (file < 0 || close(file) != 0 || bon_restorer_write(table, path, NULL, min_count) != BON_OK) abort();
    bon_lm_table_close(table);
}

/* The open model; its file is gone already. */
static inline bon_restorer *restore_toy_open(unsigned order) {
    char path[64];
    bon_restorer *restorer = NULL;
    restore_toy_write(path, order, 1);
    if (bon_restorer_open(&restorer, path) != BON_OK) abort();
    unlink(path);
    return restorer;
}

/* The same with a tagger, learned from the same sentences. */
static inline bon_restorer *restore_toy_open_tagged(unsigned order) {
    const bon_tagger_options options = {.size = 20000, .rounds = 20, .weight = 1};
    char path[64];
    bon_restorer *untagged = restore_toy_open(order), *restorer = NULL;
    bon_tagger_builder *builder = NULL;
    if (bon_tagger_builder_open(&builder, untagged, &options) != BON_OK) abort();
    for (size_t i = 0; i < sizeof restore_toy_lines / sizeof restore_toy_lines[0]; i++)
        if (bon_tagger_builder_add(builder, restore_toy_lines[i], strlen(restore_toy_lines[i])) != BON_OK) abort();
    snprintf(path, 64, "/tmp/bon-test-XXXXXX");
    int file = mkstemp(path);
    if (file < 0 || close(file) != 0 || bon_tagger_builder_write(builder, path) != BON_OK) abort();
    bon_tagger_builder_close(builder);
    bon_restorer_close(untagged);
    if (bon_restorer_open(&restorer, path) != BON_OK) abort();
    unlink(path);
    return restorer;
}

#endif
