/* tests/support/words_toy.h: a small model of words, learned from sentences written for the tests. */
#ifndef BON_TESTS_SUPPORT_WORDS_TOY_H
#define BON_TESTS_SUPPORT_WORDS_TOY_H

#include <stdlib.h>
#include <string.h>

#include "bon/words.h"

static const char words_toy_gold[] = "Sinh_viên học_tập ở thủ_đô Hà_Nội .\n"
                                     "Hà_Nội là thủ_đô của Việt_Nam .\n"
                                     "Ông Nguyễn_Văn_An là giáo_viên , bà Trần_Thị_Bình là sinh_viên .\n"
                                     "Trời xanh_xanh , gió hiu_hiu thổi .\n"
                                     "Năm 2020 , giá tăng 5% ở quận 7 .\n"
                                     "Anh ấy đi học , cô ấy ở nhà .\n"
                                     "Việt_Nam có 63 tỉnh , thành_phố .\n"
                                     "Người dân thành_phố đi bộ .\n"
                                     "Mẹ tôi nấu bánh_chưng và chủ_nghĩa_xã_hội .\n";
static const char words_toy_list[] = "máy tính\nthư viện\nxe đạp\nđiện_thoại\nhọc sinh\nthành phố\nsinh viên\n"
                                     "chủ nghĩa xã hội\nquý hiếm\nba-lô\na.b\n";
static const char words_toy_text[] = "học sinh đi xe đạp .\nhọc sinh ở thư viện .\nsinh viên có máy tính .\n"
                                     "học sinh có điện thoại .\n";

/* Learns from the toy sentences; `text` says whether also from plain text. */
static inline bon_status words_toy_write(const char *path, bool text) {
    const bon_words_options options = {.rounds = 40};
    bon_words_builder *builder = NULL;
    bon_status status = bon_words_builder_open(&builder, &options);
    if (status == BON_OK) status = bon_words_builder_add_list(builder, 0, words_toy_list, strlen(words_toy_list));
    if (status == BON_OK) status = bon_words_builder_add_gold(builder, words_toy_gold, strlen(words_toy_gold));
    if (status == BON_OK && text) status = bon_words_builder_add_text(builder, words_toy_text, strlen(words_toy_text));
    if (status == BON_OK) status = bon_words_builder_write(builder, path);
    bon_words_builder_close(builder);
    return status;
}

#endif
