/* src/normalize/words.c: eth for đ, and tone marks to their place. */
#include "unit/normalize/support.h"

static const struct rule_case old_style[] = {
    {B("lựơng nghịêm tíên qủa HÒA"), B("lượng nghiệm tiến quả HÒA"), 4},
    {B("hoà khoẻ thuý"), B("hòa khỏe thúy"), 3},
    {B("hòa khỏe thúy"), B("hòa khỏe thúy"), 0},
    {B("hòan óach tòan"), B("hoàn oách toàn"), 3},
    {B("qúy qùa gìa gíông giừơng gỉư"), B("quý quà già giống giường giử"), 6},
    {B("quý quà già giống giường gì gìn"), B("quý quà già giống giường gì gìn"), 0},
    {B("chúyên quỷên khúyu uý úy"), B("chuyến quyển khuýu úy úy"), 4},
    {B("HOÀ Hoà hOà hoÀ"), B("HÒA Hòa hÒa hòA"), 4},
    {B("NGHỊÊNG Nghịêng"), B("NGHIỆNG Nghiệng"), 2},
    {B("của mía múa cừa tựa"), B("của mía múa cừa tựa"), 0},
    {B("cuả muá mià cưả tưạ"), B("của múa mìa cửa tựa"), 5},
    {B("thuở thủơ huơ"), B("thuở thuở huơ"), 1},
    {B("café naïve Zürich déjà fiancée"), B("café naïve Zürich déjà fiancée"), 0},
    {B("hoà, (hoà) hoà. hoà1 2hoà hoà-hoà_hoà"), B("hòa, (hòa) hòa. hòa1 2hòa hòa-hòa_hòa"), 8},
    {B("hòà hoà́ hoáng"), B("hòà hoà́ hoáng"), 0},
    {B("ho\u0300a hoa\u0300"), B("hòa hòa"), 1},
};

static const struct rule_case new_style[] = {
    {B("hòa khỏe thúy HÒA"), B("hoà khoẻ thuý HOÀ"), 4},
    {B("hoà khoẻ thuý quý mía của già"), B("hoà khoẻ thuý quý mía của già"), 0},
    {B("lựơng hòan qúy giòa"), B("lượng hoàn quý gioà"), 4},
};

static const struct rule_case keep_style[] = {
    {B("hòa hoà thúy thuý"), B("hòa hoà thúy thuý"), 0},
    {B("lựơng hòan qúy"), B("lượng hoàn quý"), 3},
};

Test(words, tone_place) {
    EXPECT_ALL(old_style, BON_RULE_TONE_PLACE, .tone_style = BON_TONE_OLD);
    EXPECT_ALL(new_style, BON_RULE_TONE_PLACE, .tone_style = BON_TONE_NEW);
    EXPECT_ALL(keep_style, BON_RULE_TONE_PLACE, .tone_style = BON_TONE_KEEP);
}

static const struct rule_case d_stroke[] = {
    {B("Ðức Phật, Ðại đức"), B("Đức Phật, Đại đức"), 2},
    {B("ÐẠI HỌC QUỐC GIA"), B("ĐẠI HỌC QUỐC GIA"), 1},
    {B("Ðắk Lắk, Ðăk, Ðéc"), B("Đắk Lắk, Đăk, Đéc"), 3},
    {B("HÐND, QÐ-TTg, TGÐ, NÐ-CP, Ð)"), B("HĐND, QĐ-TTg, TGĐ, NĐ-CP, Đ)"), 5},
    {B("bậcÐạo ÐoanLíp"), B("bậcĐạo ĐoanLíp"), 2},
    {B("ðường ðược Ðựơc"), B("đường được Được"), 3},
    {B("Ɖông ɖường"), B("Đông đường"), 2},
    {B("Guðmundur Sigurðsson Garðar weð"), B("Guðmundur Sigurðsson Garðar weð"), 0},
    {B("GUÐMUNDUR MEÐ VIÐ ÞAÐ"), B("GUÐMUNDUR MEÐ VIÐ ÞAÐ"), 0},
    {B("[ðe] /ðen/ ð ∂ [re'puβlikaðe]"), B("[ðe] /ðen/ ð ∂ [re'puβlikaðe]"), 0},
    {B("ði ðang ða ðo ðâu Ði ɖi"), B("đi đang đa đo đâu Đi đi"), 7},
    {B("/ðường/ và/ði /ði/ðâu"), B("/đường/ và/đi /ði/đâu"), 3},
    {B("Fooɖo Ɖ Ðæt Ðögr"), B("Fooɖo Ɖ Ðæt Ðögr"), 0},
    {B("Điểm đen"), B("Điểm đen"), 0},
};

Test(words, d_stroke) { EXPECT_ALL(d_stroke, BON_RULE_D_STROKE, .form = BON_FORM_NFC); }

static const struct rule_case iy[] = {
    {B("kỹ sư lý do Mỹ HY VỌNG ty ti"), B("kĩ sư lí do Mĩ HI VỌNG ti ti"), 5},
    {B("Trà My my MY mý"), B("Trà My my MY mí"), 1},
    {B("quý y tế yêu thuý ngày gypsy by"), B("quý y tế yêu thúy ngày gypsy by"), 0},
};

Test(words, iy) { EXPECT_ALL(iy, BON_RULE_IY, .enabled = 1u << BON_RULE_IY); }

static const struct rule_case elongation[] = {
    {B("đẹppppp quáaaa điiii ĐẸPPPP hayyy"), B("đẹp quá đi ĐẸP hay"), 5},
    {B("vuiiiiiii ðiii hoààà"), B("vui đi hòa"), 3},
    {B("Haiii taaaa NHAAA kkkkhông Phùuu đIII"), B("Hai ta NHA không Phù đI"), 6},
    {B("NNNA VIIIA 96TIII. (Siii,113) tEEE1"), B("NNNA VIIIA 96TIII. (Siii,113) tEEE1"), 0},
    {B("VIII viii) xviii IIIA hmmm ooo đẹpp 1000 www.aaa"), B("VIII viii) xviii IIIA hmmm ooo đẹpp 1000 www.aaa"), 0},
};

Test(words, elongation) { EXPECT_ALL(elongation, BON_RULE_ELONGATION, .enabled = 1u << BON_RULE_ELONGATION); }
