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
printf '{"text":"a"}\n{"text" "a"}\n' >bad.json
run bon normalize --json-field text bad.json
expect_status 1
expect_err '^bon: bad.json: line 2, byte'

# What changes, for people.
printf 'hoà\nok\nqu\377y\342\200\213\n' >changes
run bon normalize --diff changes
expect_out 'changes:1
- hoà
+ hòa
changes:3
- qu<0xFF>y<U+200B>
+ qu�y'
