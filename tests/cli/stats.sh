#!/usr/bin/env bash
# bon stats: counts that other tools agree with, the same in any memory and on any threads, parts that add up, pages that hold.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"

value() { # FILE TABLE ROW COLUMN
    awk -F '\t' -v t="$2" -v r="$3" -v c="$4" '$1 == t && $2 == r && $3 == c {print $4}' "$1"
}
expect_value() { # TABLE ROW COLUMN VALUE
    local got
    got=$(value out "$1" "$2" "$3")
    [ "$got" = "$4" ] || unmet "$1 $2 $3 is '$got' instead of '$4'"
}

# A text small enough to count by hand.
printf 'Tôi yêu tiếng Việt, tiếng nước tôi.\n\nHoà bình và hòa bình\nNgiêng Facebook ngiêng 12.5\n' >small
run bon stats small
expect_status 0
expect_err ''
[ "$(head -n 1 out)" = "$(printf 'table\trow\tcolumn\tvalue')" ] || unmet 'heading'
while IFS=: read -r table row column expected; do expect_value "$table" "$row" "$column" "$expected"; done <<'END'
total:all:lines:4
total:all:blank_lines:1
total:all:tokens:18
total:all:syllables:12
total:all:marked_syllables:12
total:all:words_with_marks_no_syllables:2
total:all:ascii_words:1
total:all:lines_utf-8:3
kind:punctuation:tokens:2
kind:number:tokens:1
normalize:tone-place:changes:1
duplicates:lines:texts:3
tone:sắc:syllables:3
onset:t:syllables:4
rhyme:iêng:syllables:2
syllable_types:all:types:8
no_syllable:ngiêng:count:2
ascii_word:facebook:count:1
ngrams:1:tokens:15
ngrams:1:types:10
ngrams:2:tokens:11
ngrams:3:tokens:7
top1:bình:count:2
top1:tôi:count:2
top2:hòa bình:count:2
top3:yêu tiếng việt:count:1
END
expect_value total all bytes "$(wc -c <small)"
run_shell 'bon stats -n 1 --top 1 <small'
expect_value top1 bình count 2
[ -z "$(value out ngrams 2 tokens)" ] || unmet '-n 1 counts no pairs'
expect_value source 'standard input' lines 4

# As awk and sort count words and pairs, at any size.
for i in $(seq 2000); do echo "câu số hai mươi $((i % 7)) kể về làng xóm bên sông $((i * 31 % 97)) người làng ta nói abc$((i % 1000))def thật"; done |
    sed 's/abc\([0-9]*\)def/x\1/; s/x/xa/' | tr 0-9 a-j >text
LC_ALL=C tr ' ' '\n' <text | sort | uniq -c | awk '{print $2 "\t" $1}' | sort >words
LC_ALL=C awk '{for (i = 1; i < NF; i++) print $i " " $(i + 1)}' text | sort | uniq -c | awk '{print $2 " " $3 "\t" $1}' | sort >pairs
run bon stats --top 100000 text
for n in 1 2; do
    awk -F '\t' -v t="top$n" '$1 == t {print $2 "\t" $4}' out | LC_ALL=C sort >"got$n"
done
expect_same words got1
expect_same pairs got2
expect_value duplicates lines different "$(LC_ALL=C sort -u text | wc -l)"
cp out whole

# Threads, memory, kinds of input: the same bytes.
for options in '-j 1' '-j 2' '-j 5' '--memory 1' '--memory 100k -j 3' '--memory 1M -j 2'; do
    # shellcheck disable=SC2086
    run bon stats --top 100000 $options text
    expect_status 0
    expect_out_file whole
done
gzip -k text
run bon stats --top 100000 text.gz
sed 's/^source\ttext.gz\t/source\ttext\t/' out >out.named
expect_same out.named whole

# Parts add up: any parts, in any grouping, to the same bytes as the whole.
head -n 700 text >a
sed -n 701,1100p text >b
tail -n +1101 text >c
for part in a b c; do
    cp $part part
    run bon stats --state $part.bonstat -j 2 part
    expect_status 0
    expect_out ''
done
cp text part
run bon stats --state all.bonstat part
run bon stats --merge a.bonstat b.bonstat c.bonstat --state flat.bonstat
expect_status 0
run bon stats --merge a.bonstat b.bonstat --state ab.bonstat
run bon stats --merge ab.bonstat c.bonstat --state nested.bonstat
expect_same all.bonstat flat.bonstat
expect_same all.bonstat nested.bonstat
run bon stats --merge --top 100000 nested.bonstat
sed 's/^source\tpart\t/source\ttext\t/' out >out.named
expect_same out.named whole

# JSON lines: documents, duplicates among them, sources by a field.
printf '{"text":"xin chào\\nbạn","from":"a"}\n\n{"id":2}\n{"from":"b","text":"tạm biệt"}\n{"text":"xin  chào\\nbạn","from":"b"}\n' >docs
run bon stats --json-field text --source from --json totals docs -o table.tsv
expect_status 0
expect_out ''
[ "$(cat totals)" = '{"bytes": 43, "documents": 3, "lines": 5, "blank_lines": 0, "tokens": 8, "syllables": 8, "marked_syllables": 6, "syllable_types": 5, "word_types": 5, "texts": 3, "different_texts": 2, "sources": 2}' ] || unmet "totals: $(cat totals)"
cp table.tsv out
expect_value source a documents 1
expect_value source b documents 2
expect_value duplicates documents different 2

# Legacy charsets are seen and read.
if printf 'Tiếng Việt mến yêu của chúng tôi\n' | bon normalize >/dev/null; then
    printf 'Ti\xd5ng Vi\xd6t m\xd5n y\xaau c\xf1a ch\xf3ng t\xabi, ng\xad\xeai Vi\xd6t Nam \xae\xd2u bi\xd5t \xae\xe4c\n' >tcvn
    run bon stats tcvn
    expect_value total all lines_tcvn3 1
    expect_value top1 việt count 2
fi

# The page: hostile words and names stay text; one language or both; nothing from outside.
name='<img src=x onerror=alert(1)>&"'"'"
printf '<script>alert(1)</script> & "đẹp" a<b\nmột hai ba bốn năm\n' >"$name"
printf 'x\xffy \xe2\x80\xae rtl\n' >>"$name"
run bon stats --html page.html --title '</title><script>alert(2)</script>' "$name" small
expect_status 0
expect_out ''
! grep -qE '<script|onerror=alert\(1\)>|<img' page.html || unmet 'the page has what the corpus wrote as markup'
grep -q '&lt;img src=x onerror=alert(1)&gt;&amp;&quot;&#39;' page.html || unmet 'the source is not shown'
grep -q '<title>&lt;/title&gt;&lt;script&gt;' page.html || unmet 'the title is not shown'
! grep -qE '(src|href)="?(https?:)?//|@import|url\(' page.html || unmet 'the page asks for something'
for word in 'Báo cáo' 'Report on' 'id="lang-en"'; do grep -q "$word" page.html || unmet "the page lacks $word"; done
iconv -f utf-8 -t utf-8 page.html >/dev/null 2>&1 || unmet 'the page is not UTF-8'
run bon stats --html vi.html --lang vi -j 3 small
! grep -qE 'Report on|id="lang-en"' vi.html || unmet 'English in a Vietnamese page'
run bon stats --html en.html --lang en small
! grep -qE 'Báo cáo' en.html || unmet 'Vietnamese in an English page'
run bon stats --html again.html --lang vi --memory 1 -j 1 small
sed '/<footer>/d' vi.html >one
sed '/<footer>/d' again.html >two
expect_same one two
: >empty
run bon stats --html empty.html -o - empty
expect_status 0
grep -q 'Không có chữ nào' empty.html || unmet 'a page about nothing'

# What it refuses; nothing is half-written.
run bon stats --html nowhere/page.html small
expect_refusal 1 '^bon: nowhere/page.html: '
run bon stats --source from small
expect_refusal 2 '--source is a field of JSON lines'
run bon stats --title x small
expect_refusal 2 '--title and --lang are for --html'
run bon stats --merge
expect_refusal 2 '--merge: which files'
run bon stats --merge small
expect_refusal 1 '^bon: small: '
run bon stats -n 2 --state two.bonstat part
run bon stats --merge a.bonstat two.bonstat --state sum.bonstat
expect_refusal 1 'two.bonstat: .*cannot be added up'
expect_no_file sum.bonstat
head -c 5000 a.bonstat >cut.bonstat
run bon stats --merge cut.bonstat
expect_refusal 1 '^bon: cut.bonstat: '
printf '{"text":"a"}\n{"text":' >broken
run bon stats --json-field text --html whole.html broken
expect_refusal 1 '^bon: broken:2: malformed JSON at offset 21'
expect_no_file whole.html
printf '{"text":["a"]}\n' >broken
run bon stats --json-field text broken
expect_refusal 1 "^bon: broken:1: field 'text' at offset 8 is not a string"
run bon stats --memory 1 --temp nowhere text
expect_refusal 1 '^bon: nowhere: .*No such file'
head -c 300 text.gz >cut.gz
run bon stats cut.gz
expect_refusal 1 '^bon: cut.gz: '
seq 5000 | sed 's/.*/{"s":"&","t":"a"}/' >many
run bon stats --json-field t --source s many
expect_refusal 1 'more than 4096 sources'
run_shell 'ulimit -f 1; bon stats --memory 1 --temp . text >/dev/null'
expect_status 1
expect_err 'cannot write a temporary file: File too large'
if [ -c /dev/full ]; then
    run bon stats --html /dev/full small
    expect_refusal 1 '/dev/full.*No space left'
fi
