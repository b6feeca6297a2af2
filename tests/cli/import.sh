#!/usr/bin/env bash
# bon import: other formats to JSON lines; cut, malformed and hostile input is refused.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"

page() { # ID TITLE NAMESPACE TEXT [ELEMENT]
    printf '  <page>\n    <title>%s</title>\n    <ns>%s</ns>\n    <id>%s</id>\n%s    <revision>\n      <id>9%s</id>\n' "$2" "$3" "$1" "${5-}" "$1"
    printf '      <contributor><username>A</username><id>5</id></contributor>\n      <text bytes="9" xml:space="preserve">%s</text>\n' "$4"
    printf '    </revision>\n  </page>\n'
}
{
    echo '<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="vi">'
    echo '  <siteinfo><sitename>Thử</sitename><base>https://vi.example.org/wiki/Trang_Ch%C3%ADnh</base></siteinfo>'
    page 1 'Chợ nổi' 0 "'''Chợ nổi''' là [[chợ]] trên sông.&lt;ref&gt;{{chú thích|a}}&lt;/ref&gt;
{{Hộp|tên=x}}
== Ở miền Tây ==
* [[Cái Răng|Chợ Cái Răng]] &amp;ndash; ''Cần Thơ'' &quot;đẹp&quot;
[[Thể loại:Chợ]]"
    page 2 'Cho noi' 0 '#đổi [[Chợ nổi]]' '    <redirect title="Chợ nổi" />
'
    page 3 'Thảo luận:Chợ nổi' 1 'Có ai ở đây không? Tôi hỏi về chợ nổi ở miền Tây.'
    page 4 'Sơ khai' 0 'Ngắn.'
    page 5 'A/B &amp; "C"?' 0 'Trang thứ hai có đủ chữ để không là sơ khai.'
    echo '</mediawiki>'
} >dump.xml
cat >expected <<'END'
{"id":"1","title":"Chợ nổi","url":"https://vi.example.org/wiki/Ch%E1%BB%A3_n%E1%BB%95i","text":"Chợ nổi là chợ trên sông.\nỞ miền Tây\nChợ Cái Răng – Cần Thơ \"đẹp\""}
{"id":"5","title":"A/B & \"C\"?","url":"https://vi.example.org/wiki/A/B_%26_%22C%22%3F","text":"Trang thứ hai có đủ chữ để không là sơ khai."}
END
run bon import wiki --min 30 --json counts dump.xml
expect_status 0
expect_err ''
expect_out_file expected
[ "$(cat counts)" = '{"pages": 5, "written": 2, "short": 1, "redirects": 1, "other_namespaces": 1, "bad": 0, "text_bytes": 149}' ] ||
    unmet "counts: $(cat counts)"
run_shell 'bon import wiki --min 30 <dump.xml'
expect_out_file expected
run bon import wiki --namespace 1 --min 0 dump.xml
[ "$(wc -l <out)" = 1 ] || unmet 'one page of talk'
run bon import wiki dump.xml
expect_out ''
run bon import wiki --min 30 --plain dump.xml
expect_out "Chợ nổi là chợ trên sông.
Ở miền Tây
Chợ Cái Răng – Cần Thơ \"đẹp\"

Trang thứ hai có đủ chữ để không là sơ khai."
cat expected expected >twice
gzip -c dump.xml >dump.gz
run bon import wiki --min 30 -o both.zst dump.xml dump.gz
expect_status 0
run_shell 'zstd -dc both.zst'
expect_out_file twice
run_shell 'bon import wiki --min 30 dump.xml | bon dedup --json-field text'
expect_out_file expected

# bzip2, also in several streams as the dumps of Wikipedia.
if command -v bzip2 >/dev/null; then
    { head -n 5 dump.xml | bzip2 -c && tail -n +6 dump.xml | bzip2 -1c && printf '' | bzip2 -c; } >dump.xml.bz2
    run bon import wiki --min 30 dump.xml.bz2
    expect_status 0
    expect_out_file expected
    bon normalize dump.xml >normal
    run bon normalize dump.xml.bz2
    expect_out_file normal
    size=$(wc -c <dump.xml.bz2)
    for n in 11 60 $((size / 2)) $((size - 20)); do
        head -c "$n" dump.xml.bz2 >cut.bz2
        run bon import wiki -o whole cut.bz2
        expect_refusal 1 '^bon: cut.bz2: bad bzip2 data at compressed byte [0-9]+: '
        expect_no_file whole
    done
    { cat dump.xml.bz2 && echo more; } >cut.bz2
    run bon import wiki -o whole cut.bz2
    expect_refusal 1 'bytes that are no frame follow'
fi
printf 'BZh9 là tên một tệp\n' >text
run bon normalize text
expect_out_file text

# Dumps that are cut, malformed, no dumps.
head -n 20 dump.xml >cut.xml
run bon import wiki --min 30 -o whole cut.xml
expect_refusal 1 '^bon: cut.xml:[0-9]+: the dump ends too soon'
expect_no_file whole
run bon import wiki --min 30 cut.xml
expect_status 1
head -n 1 expected >first
expect_out_file first
run bon import wiki --min 30 --skip-bad --json counts cut.xml dump.xml
expect_status 0
expect_err '^bon: 1 left out as broken; the first: cut.xml:[0-9]+: the dump ends too soon'
cat first expected >both
expect_out_file both
grep -q '"bad": 1,' counts || unmet "counts: $(cat counts)"
sed 's/<ns>1/<ns 1/' dump.xml >bad.xml
run bon import wiki -o whole bad.xml
expect_refusal 1 '^bon: bad.xml:[0-9]+: malformed XML: '
: >empty
run bon import wiki empty
expect_refusal 1 '^bon: empty:1: the dump ends too soon'
run bon import wiki "$DATA/sentences.txt"
expect_refusal 1 'sentences.txt:1: malformed XML'
{
    echo '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    cat dump.xml
} >bomb.xml
run bon import wiki bomb.xml
expect_refusal 1 '^bon: bomb.xml:1: a document type'
run bon import
expect_status 2
run bon import word
expect_status 2

# JSON lines: other names, paths, arrays; what is kept.
cat >lines.jsonl <<'END'
{"headline":"Huế  xưa","body":["Cố đô.","","hoà bình\n\nx"],"meta":{"year":1993,"a.b":{"c":"d"}},"n":[{},{"x":[]}],"id":12}
 
{"id":"b","headline":null,"body":"Sông \u0048ương \ud83d\ude00","text":"cũ","l\u0061ng" : "vi" }
{"id":1,"headline":"x"}
END
cat >expected <<'END'
{"id":"12","title":"Huế xưa","url":"","meta":{"year":1993,"a.b":{"c":"d"}},"n":[{},{"x":[]}],"text":"Cố đô.\nhòa bình\nx"}
{"id":"b","title":"","url":"","l\u0061ng":"vi","text":"Sông Hương 😀"}
END
for threads in 1 3; do
    run bon import jsonl -j $threads --text body --title headline --json counts lines.jsonl
    expect_status 0
    expect_err ''
    expect_out_file expected
done
[ "$(cat counts)" = '{"objects": 3, "written": 2, "short": 0, "without_text": 1, "bad": 0, "text_bytes": 41}' ] ||
    unmet "counts: $(cat counts)"
run_shell 'bon import jsonl --text body --title headline <lines.jsonl | bon import jsonl'
expect_out_file expected
run bon import jsonl --text headline,body,text --id meta.year --title none --keep c=meta.a.b.c,lang,old_id=id lines.jsonl
expect_out '{"id":"1993","title":"","url":"","c":"d","old_id":12,"text":"Huế xưa\nCố đô.\nhòa bình\nx"}
{"id":"","title":"","url":"","lang":"vi","old_id":"b","text":"Sông Hương 😀\ncũ"}
{"id":"","title":"","url":"","old_id":1,"text":"x"}'
run bon import jsonl --text body --keep '' --plain --min 15 lines.jsonl
expect_out 'Cố đô.
hòa bình
x'
run bon import jsonl --text nothing lines.jsonl
expect_status 0
expect_err "none of 3 objects has a member 'nothing'"
{
    cat lines.jsonl
    printf '%s\n' '{"body":' '{"body":5}' '["body"]' '{"body":[1]}' '{"body":"a","id":[]}'
    printf '{"body":"\377 b\xe1\xbb","x\377":"\300"}\n'
} >broken.jsonl
run bon import jsonl --text body -o whole broken.jsonl
expect_refusal 1 '^bon: broken.jsonl:5: malformed JSON at offset [0-9]+: .*--skip-bad'
expect_no_file whole
tail -n +6 broken.jsonl >kind.jsonl
run bon import jsonl --text body kind.jsonl
expect_refusal 1 "^bon: kind.jsonl:1: member 'body' at offset 8 is no string"
run bon import jsonl --text body --skip-bad --json counts kind.jsonl
expect_status 0
expect_err '^bon: 4 left out as broken; the first: kind.jsonl:1: '
expect_out '{"id":"","title":"","url":"","x�":"�","text":"� b�"}'
grep -q '"objects": 1, "written": 1, .*"bad": 4' counts || unmet "counts: $(cat counts)"
run bon import jsonl --keep text lines.jsonl
expect_refusal 2 "'text' is written already"
run bon import jsonl --text a,,b lines.jsonl
expect_refusal 2 'a name of a member is empty'
gzip -c lines.jsonl | head -c 60 >cut.gz
run bon import jsonl --text body -o whole cut.gz
expect_refusal 1 '^bon: cut.gz: bad gzip data .*truncated'
expect_no_file whole
# Web pages.
cat >page.html <<'END'
<!DOCTYPE html>
<html lang="vi"><head><meta charset="utf-8"><title>Chợ nổi &amp; sông
 nước</title><meta property="article:published_time" content="2021-05-06T07:08:09+07:00">
<link rel="canonical" href="https://vi.example.org/cho?a=1&amp;b=2"><style>p {color: red}</style>
<script>if (a < b) document.write("<p>x</p>")</script></head>
<body class=x><nav><ul><li><a href=/>Trang chủ</a><li><a href=/t>Thời sự</a></ul></nav>
<div class=menu><a href=1>Một</a> | <a href=2>Hai</a> | <a href=3>Ba</a></div>
<h1>Chợ nổi <em>Cái&nbsp;Răng</em></h1><p>Hoà trên<br>sông &lt;lớn&gt;.<aside>bên lề</aside>cuối<footer>© 2021</footer>
END
cat >expected <<'END'
{"id":"page.html","title":"Chợ nổi & sông nước","url":"https://vi.example.org/cho?a=1&b=2","lang":"vi","date":"2021-05-06T07:08:09+07:00","text":"Chợ nổi Cái Răng\nHòa trên\nsông <lớn>.\ncuối"}
END
run bon import html --min 10 --json counts page.html
expect_status 0
expect_err ''
expect_out_file expected
[ "$(cat counts)" = '{"pages": 1, "written": 1, "short": 0, "bad": 0, "text_bytes": 55}' ] || unmet "counts: $(cat counts)"
run_shell 'echo page.html | bon import html --min 10 --list -'
expect_out_file expected
run bon import html --plain --menus --min 10 page.html
expect_out 'Một | Hai | Ba
Chợ nổi Cái Răng
Hòa trên
sông <lớn>.
cuối'
run bon import html page.html
expect_out ''
printf '<p>Ti\252ng Vi\256t' >viscii.html
run bon import html --charset viscii --min 1 --plain viscii.html
expect_out 'Tiếng Việt'
gzip -c page.html | head -c 99 >cut.gz
run bon import html --min 1 -o whole page.html cut.gz
expect_refusal 1 '^bon: cut.gz: bad gzip data .*--skip-bad'
expect_no_file whole
run bon import html --min 10 --skip-bad cut.gz page.html
expect_status 0
expect_err '^bon: 1 left out as broken; the first: cut.gz: '
expect_out_file expected
head -c 67108870 /dev/zero | gzip -c >bomb.html.gz
run bon import html bomb.html.gz
expect_refusal 1 '^bon: bomb.html.gz: more than 64 MiB'
run bon import html --skip-bad missing.html
expect_refusal 1 '^bon: missing.html: cannot open'

# Web archives.
record() { # TYPE FIELDS FILE
    printf 'WARC/1.0\r\nWARC-Type: %s\r\nWARC-Record-ID: <urn:%s>\r\nWARC-Date: 2021-05-06T07:08:09Z\r\n%bContent-Length: %s\r\n\r\n' "$1" \
        "$3" "$2" "$(wc -c <"$3")"
    cat "$3"
    printf '\r\n\r\n'
}
answer() { # STATUS FIELDS: with the body from standard input
    printf 'HTTP/1.1 %s\r\n%b\r\n' "$1" "$2"
    cat
}
address='WARC-Target-URI: https://vi.example.org/cho\r\n'
html='Content-Type: text/html; charset=utf-8\r\n'
echo 'software: thử' >info
printf '<title>Chợ</title><nav>x</nav><p>Chợ nổi trên sông.<p>Hoà bình.' >body
answer '200 OK' "$html" <body >page
answer '404 Not Found' "$html" <body >lost
answer '200 OK' 'Content-Type: image/png\r\n' <body >image
answer '200 OK' 'Content-Encoding: br\r\n' <body >brotli
gzip -nc body | answer '200 OK' "${html}Content-Encoding: gzip\r\n" >packed
printf '5\r\n<p>M\341\r\n5;x=y\r\n\273\231t h\r\n2\r\nai\r\n0\r\n\r\n' | answer '200 OK' "${html}Transfer-Encoding: chunked\r\n" >chunks
printf '<p>Ti\252ng Vi\256t' | answer '200 OK' 'Content-Type: text/html; charset=VISCII\r\n' >viscii
printf 'Dòng một\n\nDòng  hai\n' >vi
echo English >en
parts() {
    record warcinfo '' info
    record response "$address" page
    for name in lost image brotli packed chunks viscii; do record response '' $name; done
    record conversion 'WARC-Identified-Content-Language: vie,eng\r\n' vi
    record conversion 'WARC-Identified-Content-Language: eng\r\n' en
}
parts >a.warc
fetched='"fetched":"2021-05-06T07:08:09Z"'
cat >expected <<END
{"id":"urn:page","title":"Chợ","url":"https://vi.example.org/cho",$fetched,"text":"Chợ nổi trên sông.\nHòa bình."}
{"id":"urn:packed","title":"Chợ","url":"",$fetched,"text":"Chợ nổi trên sông.\nHòa bình."}
{"id":"urn:chunks","title":"","url":"",$fetched,"text":"Một hai"}
{"id":"urn:viscii","title":"","url":"",$fetched,"text":"Tiếng Việt"}
{"id":"urn:vi","title":"","url":"",$fetched,"lang":"vie,eng","text":"Dòng một\nDòng hai"}
END
run bon import warc --min 5 --lang vie --json counts a.warc
expect_status 0
expect_err ''
expect_out_file expected
[ "$(cat counts)" = '{"records": 10, "written": 5, "short": 0, "other_records": 1, "other_status": 1, "other_types": 1, "other_languages": 1, "packed": 1, "bad": 0, "text_bytes": 116}' ] ||
    unmet "counts: $(cat counts)"
for name in info page lost image brotli packed chunks viscii; do # a member of gzip a record, as in Common Crawl
    type=response
    [ $name != info ] || type=warcinfo
    [ $name = page ] && fields=$address || fields=''
    record $type "$fields" $name | gzip -c
done >a.warc.gz
record conversion 'WARC-Identified-Content-Language: vie,eng\r\n' vi | gzip -c >>a.warc.gz
run bon import warc --min 5 --lang vie a.warc.gz
expect_out_file expected
run bon import warc --min 12 --plain --lang vie,eng a.warc
expect_out 'Chợ nổi trên sông.
Hòa bình.

Chợ nổi trên sông.
Hòa bình.

Dòng một
Dòng hai'
head -c 900 a.warc >cut.warc
run bon import warc -o whole cut.warc
expect_refusal 1 '^bon: cut.warc: record at byte [0-9]+ of what is decompressed: the archive ends in '
expect_no_file whole
head -c "$(($(wc -c <a.warc.gz) - 9))" a.warc.gz >cut.gz
run bon import warc -o whole cut.gz
expect_refusal 1 '^bon: cut.gz: bad gzip data at compressed byte [0-9]+: .*truncated'
run bon import warc --min 5 --lang vie --skip-bad --json counts cut.gz a.warc
expect_status 0
expect_err '^bon: 1 left out as broken; the first: cut.gz: bad gzip'
tail -n 5 out >tail
expect_same tail expected
run_shell '{ echo rác; cat a.warc; } >dirty.warc; bon import warc --min 5 --lang vie --skip-bad dirty.warc'
expect_status 0
expect_err 'the first: dirty.warc: record at byte 0 .*: it does not begin with WARC/'
expect_out_file expected
run bon import warc page.html
expect_refusal 1 'is this a web archive'

# Subtitles.
cat >a.srt <<'END'
1
00:00:01,000 --> 00:00:02,500
<i>Tôi nghĩ là
anh ấy sẽ</i>

2
00:00:02,600 --> 00:00:04,000
{\an8}đến.
- Thật không?

3
00:00:05,000 --> 00:01:06,000
[tiếng cười]
Nhưng mà hoà bình...
END
expected='{"id":"a.srt","title":"","url":"","cues":3,"seconds":66,"text":"Tôi nghĩ là anh ấy sẽ đến.\nThật không?\nNhưng mà hòa bình..."}'
run bon import srt --json counts a.srt
expect_status 0
expect_err ''
expect_out "$expected"
[ "$(cat counts)" = '{"files": 1, "written": 1, "short": 0, "bad": 0, "text_bytes": 76}' ] || unmet "counts: $(cat counts)"
run_shell 'sed "s/\$/\r/" a.srt | iconv -f utf-8 -t utf-16 >utf16.srt; bon import srt --plain utf16.srt'
expect_out 'Tôi nghĩ là anh ấy sẽ đến.
Thật không?
Nhưng mà hòa bình...'
printf '1\n00:00:01,000 --> 00:00:02,500\nTi\252ng Vi\256t\n' >viscii.srt
run bon import srt --charset viscii --plain viscii.srt
expect_out 'Tiếng Việt'
run bon import srt -o whole a.srt page.html
expect_refusal 1 '^bon: page.html: no line with times .*--skip-bad'
expect_no_file whole
printf '%s\n' page.html a.srt '' >names
run bon import srt --skip-bad --list names
expect_status 0
expect_err '^bon: 1 left out as broken; the first: page.html: no line with times'
expect_out "$expected"
run bon import srt --list missing
expect_refusal 1 '^bon: missing: cannot open'

# E-books.
cp "$DATA"/epub/*.epub .
expected='{"id":"book.epub","title":"Dế Mèn & bạn","url":"","author":"Tô A; Tô B","lang":"vi","text":"Chương 1\nHòa bình\nxanh.\nHết.\nChương hai"}'
run bon import epub --min 1 --json counts book.epub
expect_status 0
expect_err ''
expect_out "$expected"
[ "$(cat counts)" = '{"documents": 1, "written": 1, "short": 0, "bad": 0, "text_bytes": 47}' ] || unmet "counts: $(cat counts)"
run_shell 'bon import epub --min 1 --chapters --plain - <book.epub'
expect_out 'Chương 1
Hòa bình
xanh.
Hết.

Chương hai'
run bon import epub --min 20 --chapters book.epub
[ "$(grep -c 'book.epub#OEBPS/ch 1.xhtml' out) $(wc -l <out)" = '1 1' ] || unmet 'one chapter is long enough'
while read -r book message; do
    run bon import epub --min 1 -o whole "$book"
    expect_refusal 1 "^bon: $book: $message.*--skip-bad"
    expect_no_file whole
done <<'END'
bad.epub OEBPS/b/c2.xhtml: Zlib error
bomb.epub OEBPS/c.xhtml: more than 100 times the file when decompressed: a zip bomb
drm.epub the text is encrypted
lost.epub OEBPS/c.xhtml: No such file
page.html no zip archive, or cut: Not a zip archive
END
head -c 700 book.epub >cut.epub
run bon import epub cut.epub
expect_refusal 1 '^bon: cut.epub: no zip archive, or cut'
run bon import epub --min 1 --skip-bad cut.epub drm.epub bomb.epub lost.epub bad.epub book.epub
expect_status 0
expect_err '^bon: 5 left out as broken; the first: cut.epub: '
[ "$(sed 's/.*"id":"\([^"]*\)".*/\1/' out | paste -sd' ')" = 'lost.epub bad.epub book.epub' ] || unmet "books: $(cat out)"
run bon import epub --max-ratio 100000 --min 1 --plain bomb.epub
expect_status 0
run bon import epub --max-ratio 100000 --max-size 2M bomb.epub
expect_refusal 1 'more than 2[0-9]* bytes in all when decompressed'

# Treebanks.
word() { printf '%s\t%s\t_\t_\t_\t_\t_\t_\t_\t%s\n' "$@"; }
{
    printf '# newdoc id = chợ\n# meta::title = Chợ nổi\n# genre = báo\n# newpar\n# sent_id = s1\n# text = Chợ nổi Hoà bình.\n'
    word 1 'Chợ nổi' _ 2 'Hoà bình' 'A=b|SpaceAfter=No' 3 . _
    printf '\n# sent_id = s2\n# speaker = An\n'
    word 1-2 đâynè SpaceAfter=No 1 đây _ 2 nè _ 2.1 ẩn _ 3 ! _
    printf '\n# newdoc\n'
    word 1 Hết _
} >a.conllu
run bon import conllu --json counts a.conllu
expect_status 0
expect_err ''
expect_out '{"id":"chợ","title":"Chợ nổi","url":"","genre":"báo","sentences":2,"text":"Chợ nổi Hòa bình. đâynè!"}
{"id":"a.conllu#2","title":"","url":"","sentences":1,"text":"Hết"}'
[ "$(cat counts)" = '{"documents": 2, "written": 2, "short": 0, "bad": 0, "text_bytes": 38}' ] || unmet "counts: $(cat counts)"
run bon import conllu --words --plain --min 4 a.conllu
expect_out 'Chợ_nổi Hòa_bình . đâynè !'
run bon import conllu --unit sentence a.conllu
expect_out '{"id":"s1","title":"Chợ nổi","url":"","genre":"báo","document":"chợ","text":"Chợ nổi Hòa bình."}
{"id":"s2","title":"","url":"","speaker":"An","document":"chợ","text":"đâynè!"}
{"id":"a.conllu#3","title":"","url":"","text":"Hết"}'
sed 's/^3\t/3 /' a.conllu >bad.conllu
run bon import conllu -o whole bad.conllu
expect_refusal 1 '^bon: bad.conllu:9: not the 10 columns of CoNLL-U.*--skip-bad'
expect_no_file whole
run bon import conllu --skip-bad --plain bad.conllu
expect_status 0
expect_err '^bon: 2 left out as broken; the first: bad.conllu:9: '
expect_out Hết
run bon import conllu --unit word a.conllu
expect_status 2

# Memory does not grow with the input: what is enough for a little is enough for 24 MB.
if ! under_sanitizer && (ulimit -v 400000 && bon import conllu a.conllu) >out 2>err; then
    awk 'BEGIN {for (i = 0; i < 300000; i++) print "Dòng thứ " i " của một văn bản dài, tiếng Việt có dấu."}' >lines
    awk '{print "{\"id\":" NR ",\"text\":\"" $0 "\"}"}' lines >long.jsonl
    awk '{print "# text = " $0 "\n1\tx\t_\t_\t_\t_\t_\t_\t_\t_\n"}' lines >long.conllu
    LC_ALL=C awk '{printf "WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n", length($0), $0}' lines >long.wet
    {
        echo '<mediawiki>'
        awk '{print "<page><ns>0</ns><id>" NR "</id><revision><text>" $0 "</text></revision></page>"}' lines
        echo '</mediawiki>'
    } >long.xml
    least=100000 # KiB of addresses, libraries and all
    while ! (ulimit -v $least && bon import wiki --min 1 dump.xml) >out 2>err; do least=$((least + 20000)); done
    for what in 'jsonl -j 1 long.jsonl' 'conllu --unit sentence long.conllu' 'warc --min 1 long.wet' 'wiki --min 1 long.xml'; do
        run_shell "ulimit -v $((least + 10000)); bon import $what"
        expect_status 0
        [ "$(wc -l <out)" = 300000 ] || unmet "wrote $(wc -l <out) lines"
    done
fi

if [ -c /dev/full ]; then
    for what in 'wiki --min 1 dump.xml' 'jsonl --text body lines.jsonl' 'html --min 1 page.html' 'warc --min 1 a.warc' 'srt a.srt' 'epub --min 1 book.epub' 'conllu a.conllu'; do
        run_shell "bon import $what >/dev/full"
        expect_status 1
        expect_err 'No space left'
    done
fi
