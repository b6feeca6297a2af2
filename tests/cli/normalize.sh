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
rule	count
from-tcvn3	0
from-vni	0
from-viscii	0
from-viqr	0
from-cp1258	0
mojibake	0
lost	0
invalid-utf8	0
compose	1
d-stroke	1
tone-place	0
invisible	2
blank	2
line-end	1
TABLE
expect_same report expected

# The report of a second run is all zeros, and nothing changes.
cp out once
run bon normalize --report=again once
expect_out_file once
[ "$(cut -f 2 again | sort -u | tr '\n' ' ')" = '0 count ' ] || unmet "second report: $(cat again)"

# A report without a file goes to standard error.
run_shell "printf 'a  b\n' | bon normalize --report"
expect_out 'a b'
expect_err '^blank	1$'

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
[ "$(grep -v -w 0 report | tr '\n' ' ')" = 'rule	count from-tcvn3	1 from-viscii	2 ' ] || unmet "report: $(cat report)"
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
