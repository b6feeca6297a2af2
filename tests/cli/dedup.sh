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

# Nearly the same: from files, pipes, any threads and memory.
for i in $(seq 400); do
    line="bài số $i viết về làng $((i * 31 % 97)) bên dòng sông $((i * 17 % 89)) có cây đa $((i * 7 % 83)) bến nước $((i * 3 % 79))"
    echo "Tin $line và mái đình cong, kể chuyện ngày xưa của ông bà ta từ thuở khai hoang lập ấp đến nay"
    [ $((i % 2)) = 1 ] || echo "TIN $line; và mái đình cong kể chuyện ngày xưa của ông bà ta từ thuở khai hoang lập ấp đến nay xin hết"
    [ $((i % 50)) != 0 ] || echo
done >news
grep -v 'xin hết' news >first
grep -vE "$(sed -nE 's/^TIN (bài số [0-9]+ ).*/^Tin \1/p' news | paste -sd'|')" news >longest
for options in '' '-j 1' '-j 3' '--memory 64k'; do
    # shellcheck disable=SC2086
    run bon dedup --near $options --report most --json counts news
    expect_status 0
    expect_err ''
    expect_out_file first
done
sed -n 2p most | grep -q "$(printf '^2\tTin bài số')" || unmet "report: $(head -n 2 most)"
[ "$(wc -l <most)" = 101 ] || unmet 'rows of the report'
[ "$(cat counts)" = "{\"texts\": 600, \"kept\": 400, \"bytes\": $(wc -c <news), \"kept_bytes\": $(wc -c <first)}" ] || unmet "counts: $(cat counts)"
run bon dedup --near --keep longest news
expect_out_file longest
run bon dedup --near --threshold 1 news
expect_out_file news
for input in 'cat news |' 'cat news | gzip |'; do
    run_shell "$input bon dedup --near"
    expect_status 0
    expect_out_file first
done
{ cat first && grep -x '' news; } >twice
run_shell 'cat news | bon dedup --near - news'
expect_out_file twice
{ head -n -1 first && grep -x '' news; } >twice
run_shell 'head -n 607 news | head -c -1 | bon dedup --near - news'
expect_out_file twice
sed 's/.*/{"n":[1, 2],"text":"&"}/' news | grep -v '""' >news.jsonl
run bon dedup --near --json-field text news.jsonl
sed 's/.*/{"n":[1, 2],"text":"&"}/' first | grep -v '""' >first.jsonl
expect_out_file first.jsonl
: >empty
run bon dedup --near empty
expect_status 0
expect_out ''

run bon dedup --near --unit paragraph news
expect_refusal 2 '--near compares lines'
run bon dedup --near --same bytes news
expect_refusal 2 '--same is for'
run bon dedup --threshold 0.5 news
expect_refusal 2 '--threshold is for --near'
run bon dedup --keep longest news
expect_refusal 2 '--keep is for --near'
run bon dedup --near --threshold 0.1 news
expect_refusal 2 'threshold'
run_shell 'bon dedup --near --temp nowhere <news'
expect_refusal 1 '^bon: nowhere: .*No such file'
run_shell 'ulimit -f 1; cat news | bon dedup --near >/dev/null'
expect_status 1
expect_err 'cannot write a temporary file: File too large'
run bon dedup --near --json-field text -o whole broken
expect_refusal 1 "^bon: broken:1: field 'text' at offset 8 is not a string"
expect_no_file whole
