/* src/normalize/html.c and html_tag.c: what is markup, and what is left of it. */
#include "unit/normalize/support.h"

static const struct rule_case tags[] = {
    {B("<b>m</b>ột <i class='x'>hai</i>"), B("một hai"), 4},
    {B("<p>một</p><p>hai</p>"), B("một\nhai"), 4},
    {B("một<br/> hai<BR >ba<hr>"), B("một\nhai\nba"), 3},
    {B("<td>1</td><td>2</td>"), B("1 2"), 4},
    {B("<img src=a.png alt=\"x>y\">ảnh<!-- a <b> -->"), B("ảnh"), 2},
    {B("<script>if (a<b) x()</script>sau<style>p{}</style>"), B("sau"), 2},
    {B("<input disabled value = 'x'>ô<o:p></o:p>"), B("ô"), 3},
    {B("<?xml version=\"1.0\"?><!DOCTYPE html>chữ"), B("chữ"), 2},
};
Test(html, tags) { EXPECT_ALL(tags, BON_RULE_HTML, .enabled = 1u << BON_RULE_HTML); }

static const struct rule_case kept[] = {
    {B("a < b, x<y và y>z <3 <Tên> <nh>"), B("a < b, x<y và y>z <3 <Tên> <nh>"), 0},
    {B("nếu a <b và c> d"), B("nếu a <b và c> d"), 0},
    {B("<a href=\"dở dang"), B("<a href=\"dở dang"), 0},
    {B("<!-- dở dang <unk> <s"), B("<!-- dở dang <unk> <s"), 0},
    {B("R&D Q&A; ?a=1&copy=2 &Tên; &#; &#x; &#12"), B("R&D Q&A; ?a=1&copy=2 &Tên; &#; &#x; &#12"), 0},
};
Test(html, text_stays) { EXPECT_ALL(kept, BON_RULE_HTML, .enabled = 1u << BON_RULE_HTML); }

static const struct rule_case references[] = {
    {B("ch&agrave;o b&#225;c &#xE0; &#7879; &abreve;&dstrok;&Dstrok;"), B("chào bác à ệ ăđĐ"), 7},
    {B("a&nbsp;b &lt; c &quot;d&quot; &hellip; &apos;"), B("a b < c \"d\" … '"), 6},
    {B("&amp;amp;nbsp;x &amp;lt;b&gt;y"), B("x y"), 7},
    {B("&#150; &#0; &#xD800; &#1114112; &nGt;"), B("– � � � ≫⃒"), 5},
    {B("a&#10;b&NewLine;c&Tab;d"), B("a b c d"), 3},
};
Test(html, references) { EXPECT_ALL(references, BON_RULE_HTML, .enabled = 1u << BON_RULE_HTML); }
