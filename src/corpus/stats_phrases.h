/* src/corpus/stats_phrases.h: every sentence of the page of bon stats, in Vietnamese and English: X(NAME, vi, en). May hold
 * character references; nothing in them is from the corpus. */
#ifndef BON_SRC_CORPUS_STATS_PHRASES_H
#define BON_SRC_CORPUS_STATS_PHRASES_H

#define BON_PHRASE_TABLE(X)                                                                                                          \
    X(NONE, "", "")                                                                                                                  \
    X(REPORT, "Báo cáo về kho văn bản", "Report on a corpus")                                                                        \
    X(BYTES, "dung lượng", "size")                                                                                                   \
    X(LINES, "dòng", "lines")                                                                                                        \
    X(DOCUMENTS, "văn bản", "documents")                                                                                             \
    X(TOKENS, "đơn vị", "tokens")                                                                                                    \
    X(SYLLABLES, "âm tiết", "syllables")                                                                                             \
    X(WORD_TYPES, "tiếng khác nhau", "different words")                                                                              \
    X(MARKED, "âm tiết có dấu", "syllables with marks")                                                                              \
    X(REPEATED, "lặp lại", "repeated")                                                                                               \
    X(EMPTY, "Không có chữ nào trong văn bản.", "There are no words in the text.")                                                   \
    X(NOTICES, "Đáng chú ý", "Worth knowing")                                                                                        \
    X(NOTICE_LEGACY, "Dòng viết bằng bảng mã cũ (<code>bon normalize --from auto</code> đổi sang UTF-8)",                            \
      "Lines in a legacy charset (<code>bon normalize --from auto</code> makes UTF-8 of them)")                                      \
    X(NOTICE_UNSURE, "Dòng không đúng UTF-8 mà không rõ bảng mã nào",                                                                \
      "Lines that are not UTF-8, and of no charset for sure")                                                                        \
    X(NOTICE_INVALID, "Chỗ hỏng mã UTF-8", "Malformed UTF-8 sequences")                                                              \
    X(NOTICE_COMPOSE, "Chữ viết dạng tổ hợp hoặc đặt dấu sai chỗ (<code>bon normalize</code> sửa)",                                  \
      "Words that are decomposed or have a mark in another place (<code>bon normalize</code> repairs them)")                         \
    X(NOTICE_REPEATED, "Phần văn bản lặp lại (<code>bon dedup</code> bỏ bản sao)",                                                   \
      "Text that is there before (<code>bon dedup</code> leaves copies out)")                                                        \
    X(NOTICE_UNMARKED, "Dòng gần như không dấu (dưới 10 % âm tiết có dấu)",                                                          \
      "Lines with hardly any marks (below 10 % of their syllables)")                                                                 \
    X(NOTICE_BROKEN, "Chữ có dấu tiếng Việt mà không phải âm tiết: lỗi gõ, chữ dính nhau, hoặc tên riêng",                           \
      "Words with Vietnamese marks that are no syllables: typing errors, words run together, or names")                              \
    X(NOTICE_NONE, "Không có gì bất thường.", "Nothing out of the ordinary.")                                                        \
    X(SOURCES, "Nguồn", "Sources")                                                                                                   \
    X(SOURCE, "nguồn", "source")                                                                                                     \
    X(SOURCES_MORE, "nguồn nhỏ hơn không kể ở đây; bảng TSV có đủ.", "smaller sources are in the TSV table only.")                   \
    X(SHARE, "phần", "share")                                                                                                        \
    X(MARK_SHARE, "có dấu", "with marks")                                                                                            \
    X(BROKEN_SHARE, "không hợp lệ", "invalid")                                                                                       \
    X(FOREIGN_SHARE, "ngoại ngữ", "foreign")                                                                                         \
    X(LEGACY_SHARE, "mã khác UTF-8", "not UTF-8")                                                                                    \
    X(SOURCES_NOTE,                                                                                                                  \
      "Có dấu: phần âm tiết có dấu. Không hợp lệ: chữ có dấu mà không phải âm tiết, trên mọi chữ. " \
      "Ngoại ngữ: các chữ khác không phải âm tiết.",                                                                                 \
      "With marks: share of the syllables. Invalid: words with marks that are no syllables, of all words. Foreign: "                 \
      "other words that are no syllables.")                                                                                          \
    X(KINDS, "Các loại đơn vị", "Kinds of tokens")                                                                                   \
    X(KIND_SYLLABLE, "âm tiết", "syllable")                                                                                          \
    X(KIND_WORD, "chữ khác", "other word")                                                                                           \
    X(KIND_NUMBER, "số", "number")                                                                                                   \
    X(KIND_PUNCTUATION, "dấu câu", "punctuation")                                                                                    \
    X(KIND_SYMBOL, "ký hiệu", "symbol")                                                                                              \
    X(KIND_URL, "địa chỉ web", "web address")                                                                                        \
    X(KIND_EMAIL, "thư điện tử", "e-mail")                                                                                           \
    X(KIND_EMOJI, "emoji", "emoji")                                                                                                  \
    X(KIND_MENTION, "@nhắc tên", "@mention")                                                                                         \
    X(KIND_HASHTAG, "#chủ đề", "#hashtag")                                                                                           \
    X(KIND_ABBREVIATION, "viết tắt", "abbreviation")                                                                                 \
    X(KIND_HYPHENATED, "có gạch nối", "hyphenated")                                                                                  \
    X(COVERAGE, "Bao nhiêu âm tiết là đủ", "How many syllables are enough")                                                          \
    X(COVERAGE_NOTE, "Phần văn bản mà những âm tiết hay gặp nhất làm thành.",                                                        \
      "The share of the text that the most frequent syllables make up.")                                                             \
    X(COVERAGE_X, "số âm tiết hay gặp nhất", "most frequent syllables")                                                              \
    X(COVERAGE_Y, "phần văn bản", "share of the text")                                                                               \
    X(COVERED, "phủ", "covered")                                                                                                     \
    X(SEEN, "âm tiết khác nhau đã gặp, trong 17 838 âm tiết viết được",                                                              \
      "different syllables were met, of 17 838 that can be spelled")                                                                 \
    X(ZIPF, "Hạng và tần số (Zipf)", "Rank and frequency (Zipf)")                                                                    \
    X(ZIPF_X, "hạng", "rank")                                                                                                        \
    X(ZIPF_Y, "số lần gặp", "times met")                                                                                             \
    X(ONE, "tiếng", "words")                                                                                                         \
    X(TWO, "hai tiếng", "pairs")                                                                                                     \
    X(THREE, "ba tiếng", "triples")                                                                                                  \
    X(SLOPE, "độ dốc", "slope")                                                                                                      \
    X(HEAPS, "Tiếng mới khi đọc tiếp (Heaps)", "New words as one reads on (Heaps)")                                                  \
    X(HEAPS_X, "số tiếng đã đọc", "words read")                                                                                      \
    X(HEAPS_Y, "số tiếng khác nhau", "different words")                                                                              \
    X(HEAPS_FIT, "khớp", "fit")                                                                                                      \
    X(HEAPS_NOTE, "Âm tiết sớm đủ mặt; tên riêng và tiếng nước ngoài thì mới mãi.",                                                  \
      "Syllables are soon all there; names and foreign words never end.")                                                            \
    X(LENGTHS, "Độ dài dòng", "Length of lines")                                                                                     \
    X(LENGTHS_X, "số tiếng trong dòng", "words of a line")                                                                           \
    X(LENGTHS_Y, "phần số dòng", "share of lines")                                                                                   \
    X(DENSITY, "Mật độ dấu", "Mark density")                                                                                         \
    X(DENSITY_X, "phần âm tiết có dấu trong dòng", "share of a line's syllables with a mark")                                        \
    X(DENSITY_NOTE,                                                                                                                  \
      "Tiếng Việt thường có dấu ở 70 đến 95 % âm tiết; dòng gần 0 là văn bản mất dấu. "                \
      "Tính dòng từ 5 âm tiết.",                                                                                                     \
      "Vietnamese has marks on 70 to 95 % of syllables; lines near 0 have lost theirs. Lines of 5 syllables or more.")               \
    X(ENCODINGS, "Bảng mã", "Encodings")                                                                                             \
    X(ENCODINGS_NOTE, "Mỗi dòng được xét riêng.", "Each line is judged by itself.")                                                  \
    X(ASCII, "ASCII", "ASCII")                                                                                                       \
    X(UNSURE, "không rõ", "unsure")                                                                                                  \
    X(MOJIBAKE, "UTF-8 đọc sai (mojibake)", "UTF-8 read wrongly (mojibake)")                                                         \
    X(RULES, "Chuẩn hóa sẽ đổi", "What normalization would change")                                                                  \
    X(RULES_NONE, "Không có gì để đổi.", "Nothing.")                                                                                 \
    X(DUPLICATES, "Trùng lặp", "Duplicates")                                                                                         \
    X(DUPLICATES_TEXTS, "dòng hoặc văn bản không trống", "lines or documents that are not blank")                                    \
    X(DUPLICATES_DIFFERENT, "khác nhau", "different")                                                                                \
    X(DUPLICATES_BYTES, "dung lượng lặp lại", "bytes that are there before")                                                         \
    X(TOP, "Hay gặp nhất", "Most frequent")                                                                                          \
    X(TYPES, "khác nhau", "different")                                                                                               \
    X(ONCE, "gặp một lần", "met once")                                                                                               \
    X(WORDS, "Chữ không phải âm tiết", "Words that are no syllables")                                                                \
    X(LOOK_MARKED, "Có dấu mà không hợp lệ", "With marks, invalid")                                                                  \
    X(LOOK_MARKED_NOTE, "Lỗi gõ, chữ dính nhau, và tên riêng như Đắk Lắk.",                                                          \
      "Typing errors, words run together, and names such as Đắk Lắk.")                                                               \
    X(LOOK_PLAIN, "Chữ Latinh không dấu", "Plain Latin letters")                                                                     \
    X(LOOK_OTHER, "Chữ cái khác", "Other letters")                                                                                   \
    X(LOOK_JOINED, "Có gạch nối, viết tắt", "Hyphenated, abbreviated")                                                               \
    X(SOUNDS, "Thanh, âm đầu, vần", "Tones, onsets, rhymes")                                                                         \
    X(TONES, "Thanh điệu", "Tones")                                                                                                  \
    X(ONSETS, "Âm đầu", "Onsets")                                                                                                    \
    X(ONSET_NONE, "(không có)", "(none)")                                                                                            \
    X(RHYMES, "Vần hay gặp nhất", "Most frequent rhymes")                                                                            \
    X(FOOTER_EXACT,                                                                                                                  \
      "Mọi số đếm đều chính xác; tiếng được đếm sau khi chuẩn hóa và đổi sang chữ thường. "         \
      "Hai tiếng, ba tiếng liền "                                                                                              \
      "nhau "                                                                                                                        \
      "không vượt qua dấu câu, số hay cuối dòng.",                                                                                   \
      "All counts are exact; words are counted normalized and in lower case. Pairs and triples do not reach over "                   \
      "punctuation, numbers or line ends.")                                                                                          \
    X(FOOTER_DISK, "Bảng đếm lớn hơn bộ nhớ cho phép nên đã qua tệp tạm.",                                                           \
      "Tables were larger than the memory given and went through temporary files.")

enum bon_phrase {
#define BON_PHRASE_ENUM(name, vi, en) BON_PHRASE_##name,
    BON_PHRASE_TABLE(BON_PHRASE_ENUM)
#undef BON_PHRASE_ENUM
        BON_PHRASES
};

/* The phrase in Vietnamese or English. */
const char *bon_phrase_vi(enum bon_phrase phrase);
const char *bon_phrase_en(enum bon_phrase phrase);

#endif
