#!/usr/bin/env bash
# bon normalize: what it writes and what it reports.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"

run_shell "printf 'lựơng nghịêm tíên qủa hoà thuý HOÀ\n' | bon normalize"
expect_status 0
expect_err ''
expect_out 'lượng nghiệm tiến quả hòa thúy HÒA'

run_shell "printf 'hòa thúy qủa hoà\n' | bon normalize --tone-style=new"
expect_out 'hoà thuý quả hoà'
run_shell "printf 'hòa hoà qủa\n' | bon normalize --tone-style keep"
expect_out 'hòa hoà quả'

# Marks in the wrong order, eth, soft hyphen, byte order mark, blanks, CRLF, in one report.
printf '\357\273\277a\314\201\314\202m  \303\220\303\240 ho\302\255a\t \r\n' >messy
run bon normalize --report=report messy
expect_status 0
expect_out 'ấm Đà hoa'
cat >expected <<'TABLE'
from-tcvn3:0:
from-vni:0:
from-viscii:0:
from-viqr:0:
from-cp1258:0:
mojibake:0:
lost:0:
invalid-utf8:0:
compose:1:messy:1: <U+FEFF>a<U+0301><U+0302>m -> <U+FEFF>ấm
d-stroke:1:messy:1: Ðà -> Đà
tone-place:0:
invisible:2:messy:1: <U+FEFF>a<U+0301><U+0302>m  Ðà ho<U+00AD>a -> a<U+0301><U+0302>m  Ðà hoa
blank:2:messy:1:  Ðà ho<U+00AD>a<U+0009> <U+000D> -> Ðà ho<U+00AD>a<U+000D>
line-end:1:messy:1: <U+000D> -> 
fullwidth:0:
punctuation:0:
iy:0:
elongation:0:
teencode:0:
html:0:
rules:0:
TABLE
[ "$(head -n 1 report)" = 'rule	count	first' ] || unmet "header: $(head -n 1 report)"
tail -n +2 report | tr '\t' ':' >rows
diff rows expected >&2 || unmet 'the report is another'

# The report of a second run is all zeros, and nothing changes.
cp out once
run bon normalize --report=again once
expect_out_file once
[ "$(cut -f 2 again | sort -u | tr '\n' ' ')" = '0 count ' ] || unmet "second report: $(cat again)"

# A report without a file goes to standard error.
run_shell "printf 'a  b\n' | bon normalize --report"
expect_out 'a b'
expect_err '^blank	1	standard input:1: '

# A rule that is off leaves its matter alone.
run_shell "printf 'a  b\r\n' | bon normalize --disable blank,line-end | od -An -c"
expect_out '   a           b  \r  \n'

run_shell "printf 'ấ' | bon normalize --form=nfd | od -An -tx1"
expect_out ' 61 cc 82 cc 81'
run_shell "printf 'ﬁ²' | bon normalize --form=nfkc"
expect_out 'fi2'

# Malformed UTF-8: replaced and counted, or refused with file, line and byte.
printf 'tốt\nx\377y\n' >bad
run bon normalize bad
expect_status 0
expect_out 'tốt
x�y'
run bon normalize --strict bad
expect_status 1
expect_err '^bon: bad: line 2, byte 7: .*;'
run_shell "bon normalize --strict < bad"
expect_err '^bon: standard input: line 2, byte 7: '

# Several files, a compressed one among them, and standard input by name.
printf 'một\n' >one
printf 'hai\n' | gzip >two.gz
printf 'ba\n' | zstd -q >three.zst
run_shell "printf 'bốn\n' | bon normalize one two.gz three.zst -"
expect_out 'một
hai
ba
bốn'

# Charsets by name and told from the text; short lines go with their neighbours, in any number of threads.
printf 'Ti\325ng Vi\326t \256\255\356c\n' >tcvn3
printf 'Ti\252ng Vi\256t \360\337\376c\n' >viscii
printf 'Vi\256t\n' >short
for charset in tcvn3 viscii; do
    run bon normalize --from=$charset $charset
    expect_out 'Tiếng Việt được'
    run bon normalize --from auto $charset
    expect_out 'Tiếng Việt được'
done
printf "Tie^'ng Vie^.t ddu+o+.c\n" >viqr
run bon normalize --from viqr viqr
expect_out 'Tiếng Việt được'
cat viscii short tcvn3 >mixed
run bon normalize --from auto --report=report mixed
expect_out 'Tiếng Việt được
Việt
Tiếng Việt được'
expect_err ''
[ "$(cut -f 1,2 report | grep -v -w 0 | tr '\n' ' ')" = 'rule	count from-tcvn3	1 from-viscii	2 ' ] || unmet "report: $(cat report)"
# A file is no neighbour of the next.
run bon normalize --from auto viscii short
expect_out 'Tiếng Việt được
Việt'
run bon normalize --from auto tcvn3 short
expect_status 0
cat mixed >many
for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do cat many many >more && mv more many; done
bon normalize --from auto -j1 many >one_thread
run bon normalize --from auto -j4 many
expect_out_file one_thread
run bon normalize --from latin1 viscii
expect_status 2

# UTF-16 and UTF-32 by their marks, whatever --from says.
for charset in UTF-16 UTF-32; do
    printf '\357\273\277Tiếng Việt\n😀\n' | iconv -f UTF-8 -t ${charset}LE >little
    printf '\357\273\277Tiếng Việt\n😀\n' | iconv -f UTF-8 -t ${charset}BE >big
    run bon normalize little big
    expect_out 'Tiếng Việt
😀
Tiếng Việt
😀'
    run bon normalize --from ${charset,,} little
    expect_status 0
    printf 'a\n' | iconv -f UTF-8 -t ${charset}LE >bare
    run bon normalize --from ${charset,,} bare
    expect_status 1
    expect_err '^bon: bare: .*byte order mark'
done

# Rules that are off unless asked for.
printf 'mk ko thik “đẹppppp” kỹ（１）\n' >chat
run bon normalize chat
expect_out_file chat
run bon normalize --teencode --punctuation --elongation --iy --fullwidth --report=report chat
expect_out 'mình không thích "đẹp" kĩ(1)'
cp out once
run bon normalize --teencode --punctuation --elongation --iy --fullwidth --report=report once
expect_out_file once
[ "$(cut -f 2 report | sort -u | tr '\n' ' ')" = '0 count ' ] || unmet "second report: $(cat report)"
printf 'thik\tưng\n' >table
run bon normalize --teencode=table chat
expect_out 'mk ko ưng “đẹppppp” kỹ（１）'
printf 'thik ưng\n' >table
run bon normalize --teencode=table chat
expect_status 1
expect_err 'teencode table, line 1: no tab'
run bon normalize --teencode=absent chat
expect_status 1

# One field of JSON lines; the rest stays byte for byte.
printf '{"a": 1.0, "text":"ho\\u00e0 \\"qủa\\"\\n x","b":[ 2]}\n\n{"text":null}\n{"text": "ok\\u0041"}\n' >lines.json
run bon normalize --json-field text lines.json
expect_out '{"a": 1.0, "text":"hòa \"quả\"\nx","b":[ 2]}

{"text":null}
{"text": "ok\u0041"}'
# What stands before a malformed line is written, with any number of threads; examples name the line.
printf '{"text":"ho\\u00e0"}\n{"text":"b"}\n{"text" "a"}\n{"text":"c"}\n' >bad.json
for threads in 1 4; do
    run bon normalize -j $threads --json-field text bad.json
    expect_status 1
    expect_err '^bon: bad.json: line 3, byte'
    expect_out '{"text":"hòa"}
{"text":"b"}'
done
run bon normalize --json-field text --report=report lines.json
[ "$(grep tone-place report)" = 'tone-place	2	lines.json:1: hoà "qủa" -> hòa "quả"' ] || unmet "examples: $(cat report)"
run bon normalize --json-field text -o all.json bad.json
expect_status 1
[ -e all.json ] && unmet 'a half-written file'

# What changes, for people.
printf 'hoà\nok\nqu\377y\342\200\213\n' >changes
run bon normalize --diff changes
expect_out 'changes:1
- hoà
+ hòa
changes:3
- qu<0xFF>y<U+200B>
+ qu�y'

# HTML: tags go, references become characters, text stays.
printf '<p>Xin&nbsp;ch&agrave;o</p><p>b&#225;c&#x21;</p>\nx < y <Tên> R&D ?a=1&copy=2 <3 &amp;amp;\n' >page
run bon normalize --html --report=report page
expect_out 'Xin chào
bác!
x < y <Tên> R&D ?a=1&copy=2 <3 &'
[ "$(grep -P '^html\t' report | cut -f 2)" = 10 ] || unmet "html: $(cat report)"
cp out once
run bon normalize --html --report=again once
expect_out_file once
[ "$(cut -f 2 again | sort -u | tr '\n' ' ')" = '0 count ' ] || unmet "second report: $(cat again)"
run bon normalize page
expect_out_file page

# Rules of the user's own.
printf '# tệp luật\nVN\tViệt Nam\nhoà\than hòa\n/(\\d+)k\\b/\t$1.000 đồng\n/[Ss]hop/i\tcửa hàng\n' >own
sed -i 's/^hoà.*/hoà bình\tthái bình/' own
run_shell "printf 'VN 50k SHOP hoà bình, TVN\n' | bon normalize --rules own --report=report"
expect_out 'Việt Nam 50.000 đồng cửa hàng thái bình, TVN'
[ "$(grep -P '^rules\t' report)" = 'rules	4	standard input:1: VN 50k SHOP hoà -> Việt Nam 50.000 đồng cửa hàng thái' ] ||
    unmet "rules: $(cat report)"
refused() { # RULES MESSAGE
    printf "$1" >wrong
    run bon normalize --rules wrong page
    expect_status 1
    expect_err "$2"
}
refused 'a\tb\nkhông\n' '^bon: wrong:2: no tab'
refused 'a\tb\nb\ta\n' '^bon: wrong:1: .* without an end'
refused '/a(/\tb\n' '^bon: wrong:1: the pattern is wrong at byte 3'
refused '/a/\t$1\n' '^bon: wrong:1: .*group'
refused 'a\tb\na\tc\n' '^bon: wrong:2: .*earlier line'
refused '/(<p>)/\t$1$1\n' '^bon: wrong:1: on page, line 1 .*again and again'
printf '/(a+)+$/\tb\n' >slow
run_shell "printf 'ok\n%060db\n' 0 | tr 0 a | bon normalize --rules slow"
expect_status 1
expect_err '^bon: slow:1: on standard input, line 2 .*too many steps'
expect_out 'ok'
run bon normalize --rules absent page
expect_status 1

# Offsets: which bytes came from which; the same for any number of threads, and the input can be put together from them.
run bon normalize --offsets table changes
expect_status 0
[ "$(tr '\t' ':' <table)" = 'out_start:out_len:in_start:in_len:file
0:0:0:0:changes
1:3:1:3:
10:4:10:5:' ] || unmet "offsets: $(cat table)"
cat many page page >long_input
for from in utf-8 auto viscii; do
    bon normalize --html --from $from -j1 --offsets=one_table -o one_text long_input viscii
    bon normalize --html --from $from -j4 --offsets=four_table -o four_text long_input viscii
    cmp -s one_table four_table || unmet "offsets with --from $from depend on threads"
    cmp -s one_text four_text || unmet "text with --from $from depends on threads"
done
run bon normalize --offsets x --json-field text lines.json
expect_status 2
run bon normalize --offsets absent/x page
expect_status 1
