#!/usr/bin/env bash
# bon dedup: awk's !seen[$0]++ with more ways to be the same, in any memory.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"

# Lines: the first stays; as awk has it where bytes are compared.
for i in $(seq 3000); do echo "câu số $((i * 7919 % 1201))"; done >lines
LC_ALL=C awk '!seen[$0]++' lines >once
for options in '' '-j 1' '-j 4' '--memory 1k' '--memory 20k -j 3' '--same bytes' '--same letters'; do
    # shellcheck disable=SC2086
    run bon dedup $options lines
    expect_status 0
    expect_err ''
    expect_out_file once
done
run_shell 'bon dedup <lines'
expect_out_file once
run bon dedup -o lines.zst lines lines once
expect_status 0
run_shell 'zstd -dc lines.zst'
expect_out_file once

# What is the same.
printf 'Hòa  bình\nHoà bình\nhòa bình\n\n\nHòa bình \n' >forms
run bon dedup forms
expect_out "$(printf 'Hòa  bình\nhòa bình\n\n')"
[ "$(wc -l <out)" = 4 ] || unmet 'blank lines stay between lines'
run bon dedup --same letters forms
expect_out 'Hòa  bình'
run bon dedup --same bytes forms
expect_out_file forms

# Paragraphs; the end of a file parts them too.
printf 'một\nhai\n\nba\n\nmột\nhai\n\nhai\n' >p
run bon dedup --unit paragraph p p
expect_out "$(printf 'một\nhai\n\nba\n\nhai\n')"

# Documents, the report and the counts.
printf '{"id":1,"text":"xin chào"}\n{"id":2}\n{"text":"xin  ch\\u00e0o","id":3}\n\n{"id":4,"text":"tạm biệt"}\n' >docs
run bon dedup --json-field text --report most --json counts docs
expect_status 0
expect_out "$(printf '{"id":1,"text":"xin chào"}\n{"id":2}\n\n{"id":4,"text":"tạm biệt"}')"
[ "$(cat most)" = "$(printf 'copies\ttext\n2\t{"text":"xin  ch\\u00e0o","id":3}')" ] || unmet "report: $(cat most)"
[ "$(cat counts)" = '{"texts": 3, "kept": 2, "bytes": 102, "kept_bytes": 69, "passes": 0}' ] || unmet "counts: $(cat counts)"
for memory in 1 1k 1M; do
    run bon dedup --memory $memory --report most --top 2 lines lines
    expect_out_file once
    [ "$(cat most)" = "$(printf 'copies\ttext\n6\tcâu số 713\n6\tcâu số 225')" ] || unmet "report: $(cat most)"
done

# What it refuses, and disks that are full: nothing is half-written.
printf '{"text":"a"}\n{"text":' >broken
run bon dedup --json-field text -o whole broken
expect_refusal 1 '^bon: broken:2: malformed JSON at offset 21'
expect_no_file whole
printf '{"text":["a"]}\n' >broken
run bon dedup --json-field text broken
expect_refusal 1 "^bon: broken:1: field 'text' at offset 8 is not a string"
run bon dedup --json-field text --unit paragraph docs
expect_refusal 2 '--unit is for text'
run bon dedup --memory 1k --temp nowhere lines
expect_status 1
expect_err '^bon: nowhere: .*No such file'
run bon dedup --report nowhere/most lines
expect_refusal 1 '^bon: nowhere/most.*No such file'
seq 100000 | zstd -q -c | head -c 30000 >cut.zst
run bon dedup -o whole cut.zst
expect_refusal 1 '^bon: cut.zst: '
expect_no_file whole
if [ -c /dev/full ]; then
    run_shell 'bon dedup lines >/dev/full'
    expect_status 1
    expect_err 'No space left'
    run bon dedup --report /dev/full lines
    expect_status 1
    expect_err '/dev/full.*No space left'
fi
run_shell 'ulimit -f 1; bon dedup --memory 1k --temp . lines >/dev/null'
expect_status 1
expect_err '^bon: .: cannot write a temporary file: File too large'
