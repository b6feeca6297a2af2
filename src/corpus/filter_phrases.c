/* src/corpus/filter_phrases.c: see filter_phrases.h.
 *
 * The table has what is around the text of Vietnamese pages whatever the page is about. A phrase is long or odd enough to be rare
 * within sentences: "đăng ký" alone is a word of law, "đăng ký nhận tin" is a button.
 */
#include "corpus/filter_phrases.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "bon/restore.h"

static const char *const table[] = {
    /* ways through a site */
    "trang chủ", "về trang chủ", "quay lại trang chủ", "về đầu trang", "lên đầu trang", "trang trước", "trang sau",
    "trang kế tiếp", "sơ đồ trang", "bản đồ trang", "danh mục sản phẩm", "chuyên mục", "xem thêm", "xem tiếp",
    "xem chi tiết", "xem tất cả", "xem nhiều nhất", "đọc thêm", "đọc tiếp", "đọc nhiều nhất", "bài viết liên quan",
    "bài viết cùng chủ đề", "bài liên quan", "tin liên quan", "tin cùng chuyên mục", "tin cùng loại", "tin mới nhất",
    "tin nổi bật", "tin đọc nhiều", "các tin khác", "bài viết mới nhất", "bài viết khác", "có thể bạn quan tâm",
    "có thể bạn thích", "kết quả tìm kiếm", "tìm kiếm nâng cao", "không tìm thấy trang", "mục lục bài viết", "thu gọn",
    "mở rộng thu gọn",
    /* accounts */
    "đăng nhập", "đăng nhập đăng ký", "đăng ký đăng nhập", "đăng ký tài khoản", "đăng ký thành viên",
    "đăng ký nhận tin", "đăng ký nhận bản tin", "đăng ký ngay", "đăng xuất", "quên mật khẩu", "nhớ mật khẩu",
    "ghi nhớ đăng nhập", "tên đăng nhập", "nhập mật khẩu", "nhập lại mật khẩu", "nhập mã xác nhận", "nhập mã bảo mật",
    "email của bạn", "họ tên của bạn", "thông tin tài khoản",
    /* readers' buttons */
    "chia sẻ bài viết", "chia sẻ facebook", "chia sẻ lên facebook", "chia sẻ qua email", "chia sẻ ngay",
    "sao chép liên kết", "copy link", "lưu bài viết", "in bài viết", "gửi bình luận", "gửi phản hồi", "gửi cho bạn bè",
    "ý kiến bạn đọc", "ý kiến của bạn", "viết bình luận", "để lại bình luận", "để lại một bình luận", "thêm bình luận",
    "bình luận của bạn", "trả lời hủy", "báo cáo vi phạm", "báo xấu", "đánh giá bài viết", "hữu ích không",
    "theo dõi chúng tôi", "kết nối với chúng tôi", "like fanpage", "like và share", "like share", "nhấn theo dõi",
    "đăng ký kênh", "subscribe", "follow us", "bấm vào đây", "nhấn vào đây", "click vào đây", "nhấp vào đây", "bấm xem",
    "tải về máy", "tải xuống", "tải tài liệu", "tải app", "tải ứng dụng", "download",
    /* footers */
    "bản quyền thuộc về", "bản quyền thuộc", "giữ bản quyền", "ghi rõ nguồn", "phát hành lại thông tin",
    "all rights reserved", "copyright", "powered by", "giấy phép xuất bản số", "giấy phép hoạt động báo",
    "giấy phép thiết lập", "giấy phép mạng xã hội", "chịu trách nhiệm nội dung", "chịu trách nhiệm quản lý nội dung",
    "tổng biên tập", "tòa soạn", "trụ sở tòa soạn", "đường dây nóng", "hotline", "liên hệ quảng cáo",
    "liên hệ tòa soạn", "báo giá quảng cáo", "bảng giá quảng cáo", "chính sách bảo mật", "chính sách riêng tư",
    "chính sách cookie", "điều khoản sử dụng", "điều khoản dịch vụ", "điều khoản và điều kiện", "thiết kế web",
    "thiết kế website", "đang truy cập", "tổng lượt truy cập", "lượt truy cập", "javascript", "cookie", "cookies",
    "rss",
    /* shops */
    "thêm vào giỏ", "thêm vào giỏ hàng", "giỏ hàng", "mua ngay", "đặt hàng ngay", "mua hàng ngay", "hướng dẫn mua hàng",
    "chính sách đổi trả", "chính sách bảo hành", "chính sách vận chuyển", "miễn phí vận chuyển", "freeship",
    "thanh toán khi nhận hàng", "liên hệ ngay", "gọi ngay", "inbox ngay", "tư vấn miễn phí", "giá gốc", "lorem ipsum"};

enum { PHRASE_MAX = 8, SLOTS = 1024, FILTER_BITS = 1 << 14 };

struct phrase {
    uint32_t words[PHRASE_MAX];
    uint32_t count; /* 0: the slot is free */
    int32_t next;   /* another one that begins alike, shorter or as long; -1: none */
};

/* Phrases by their first word, longest first; a bit for every first word keeps most words out of the table. */
struct bon_phrases {
    int32_t heads[SLOTS];
    uint64_t first[FILTER_BITS / 64];
    struct phrase phrases[sizeof table / sizeof table[0]];
};

/* Above the codes of syllables. */
static uint32_t number_of(const char *text, size_t n) { return (uint32_t)bon_hash64(text, n) | UINT32_C(1) << 31; }

bon_status bon_word_number(const char *text, const bon_token *token, bon_buf *folded, uint32_t *number) {
    size_t start = folded->len;
    BON_TRY(bon_fold_token(text, token, folded));
    switch (token->kind) {
    case BON_TOKEN_SYLLABLE: *number = token->code; break;
    case BON_TOKEN_NUMBER: *number = number_of(text + token->start, token->len); break; /* folded they are all alike */
    default: *number = number_of(folded->data + start, folded->len - start);
    }
    return BON_OK;
}

static uint32_t mix(uint32_t word) { return word * UINT32_C(0x9e3779b1) >> 16; }

static bool may_be_first(const struct bon_phrases *phrases, uint32_t word) {
    uint32_t bit = mix(word) % FILTER_BITS;
    return phrases->first[bit / 64] >> (bit % 64) & 1;
}

static bon_status read_phrase(const char *text, bon_buf *folded, struct phrase *phrase) {
    bon_token token;
    size_t n = strlen(text);
    for (size_t pos = 0; phrase->count < PHRASE_MAX && bon_token_next(text, n, &pos, &token);)
        BON_TRY(bon_word_number(text, &token, folded, &phrase->words[phrase->count++]));
    return BON_OK;
}

static void insert(struct bon_phrases *phrases, int32_t index) {
    struct phrase *phrase = &phrases->phrases[index];
    uint32_t hash = mix(phrase->words[0]), bit = hash % FILTER_BITS;
    int32_t *link = &phrases->heads[hash % SLOTS];
    while (*link >= 0 && phrases->phrases[*link].count > phrase->count) link = &phrases->phrases[*link].next;
    phrase->next = *link;
    *link = index;
    phrases->first[bit / 64] |= UINT64_C(1) << (bit % 64);
}

bon_status bon_phrases_open(struct bon_phrases **out) {
    struct bon_phrases *phrases = bon_alloc_zeroed(1, sizeof *phrases);
    bon_buf folded = {0};
    bon_status status = BON_OK;
    if (!phrases) return BON_ERR_NOMEM;
    for (size_t i = 0; i < SLOTS; i++) phrases->heads[i] = -1;
    for (size_t i = 0; i < sizeof table / sizeof table[0] && status == BON_OK; i++) {
        status = read_phrase(table[i], &folded, &phrases->phrases[i]);
        if (status == BON_OK) insert(phrases, (int32_t)i);
    }
    bon_buf_free(&folded);
    if (status == BON_OK)
        *out = phrases;
    else
        free(phrases);
    return status;
}

void bon_phrases_close(struct bon_phrases *phrases) { free(phrases); }

/* Length of the longest phrase at words[0], or 0. */
static size_t phrase_at(const struct bon_phrases *phrases, const uint32_t *words, size_t count) {
    if (!may_be_first(phrases, words[0])) return 0;
    for (int32_t i = phrases->heads[mix(words[0]) % SLOTS]; i >= 0; i = phrases->phrases[i].next) {
        const struct phrase *phrase = &phrases->phrases[i];
        if (phrase->count <= count && memcmp(phrase->words, words, phrase->count * sizeof *words) == 0)
            return phrase->count;
    }
    return 0;
}

size_t bon_phrases_cover(const struct bon_phrases *phrases, const uint32_t *words, size_t count) {
    size_t covered = 0;
    for (size_t at = 0; at < count;) {
        size_t n = phrase_at(phrases, words + at, count - at);
        covered += n;
        at += n ? n : 1;
    }
    return covered;
}
