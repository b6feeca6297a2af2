#!/usr/bin/env bash
# bon classify: learns what can be told, the same on any threads and in any memory, and says how well.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"

# Three kinds of lines that share words, so that a word alone does not tell.
for i in $(seq 600); do
    a=$((i * 31 % 17)) b=$((i * 7 % 23)) c=$((i * 13 % 29))
    printf '__label__news Hôm nay %d, Chính phủ công bố nghị quyết số %d về phát triển vùng %d.\n' $a $b $c
    printf 'chat\thôm nay bùn wá ko có j zui %s hihi vùng %s nè bn ơi %s\n' "$(printf 'x%.0s' $(seq $((a + 1))))" $b $c
    printf '__label__en __label__x On day %d the government of region %d said %s nothing about it\n' $a $b "$(printf 'so%.0s' $(seq $((c % 5))))"
done >lines
run bon classify train -o m.bonclas --bits 14 -j 1 lines
expect_status 0
expect_err '^bon: epoch 3: loss 0\.'
awk -F '\t' '$1 == "all" {found = 1; if ($2 < 30 || $4 < 0.99 || $5 < 0.99) exit 1} END {exit !found}' out || unmet "table: $(cat out)"
[ "$(cut -f 1 out | paste -sd ' ')" = 'class news chat en all' ] || unmet "classes: $(cat out)"
cp out table

# The same model on any threads, in little memory, from a pipe, from JSON.
for options in '-j 3' '--memory 100k' '--memory 10M -j 2'; do
    # shellcheck disable=SC2086
    run bon classify train -q -o again.bonclas --bits 14 $options lines
    expect_status 0
    expect_err ''
    expect_out_file table
    expect_same m.bonclas again.bonclas
done
run_shell 'bon classify train -q --bits 14 -o again.bonclas <lines'
expect_same m.bonclas again.bonclas
sed -E 's/^__label__([a-z]*) (__label__x )?/\1\t/; s/^([a-z]*)\t(.*)/{"kind":"\1","n":[1],"text":"\2"}/' lines >lines.jsonl
run bon classify train -q --bits 14 --json-field text --label-field kind -o again.bonclas lines.jsonl
expect_status 0
expect_same m.bonclas again.bonclas
run bon classify train -q --bits 14 --seed 2 --json counts -o other.bonclas lines
expect_status 0
grep -qE '^\{"texts": 1800, "features": [0-9]+, "classes": 3, "held_out": [0-9]+, "right": [0-9]+\}$' counts || unmet "counts: $(cat counts)"
[ "$(sed -E 's/.*"held_out": ([0-9]+).*/\1/' counts)" = "$(awk -F '\t' '$1 == "all" {print $2}' out)" ] || unmet "held out: $(cat counts out)"
for command in 'train -o whole.bonclas lines' 'apply -m m.bonclas new'; do # told before the work
    # shellcheck disable=SC2086
    run bon classify ${command%% *} --json no/folder ${command#* }
    expect_refusal 1 'no/folder'
    expect_no_file whole.bonclas
done
if cmp -s m.bonclas other.bonclas; then unmet 'another order gives the same model'; fi

# What it tells.
printf 'Chính phủ ban hành nghị quyết về vùng 7.\n\nko có j bn ơi\nThe region said nothing\n' >new
run bon classify apply -m m.bonclas new
expect_status 0
[ "$(cut -f 1 out | paste -sd ,)" = 'news,,chat,en' ] || unmet "classes: $(cat out)"
[ "$(awk -F '\t' 'NF == 2 && ($2 < 0.5 || $2 > 1)' out)" = '' ] || unmet "probabilities: $(cat out)"
cp out told
for threads in 1 4; do
    run bon classify apply -j $threads -m m.bonclas new
    expect_out_file told
done
run bon classify apply -m m.bonclas -k 5 new
awk -F '\t' 'NF && (NF != 6 || $2 < $4 || $4 < $6 || ($2 + $4 + $6 - 1) ^ 2 > 1e-6) {exit 1}' out || unmet "three classes: $(cat out)"
run bon classify apply -m m.bonclas --keep chat --json counts new
expect_out 'ko có j bn ơi'
[ "$(cat counts)" = '{"lines": 4, "without_tokens": 1, "kept": 1, "classes": {"news": 1, "chat": 1, "en": 1}}' ] || unmet "counts: $(cat counts)"
for threads in 1 3; do
    run bon classify apply -j $threads -m m.bonclas --test --json counts lines
    expect_status 0
    [ "$(tr -dc '0-9,' <counts)" = '1800,0,600,600,600' ] || unmet "counts: $(cat counts)"
done
run bon classify apply -m m.bonclas --keep chat --threshold 0.0001 new
[ "$(wc -l <out)" -ge 1 ] || unmet 'a low threshold keeps more'
run bon classify apply -m m.bonclas --keep en --json-field text lines.jsonl
[ "$(wc -l <out)" -ge 590 ] || unmet "JSON lines: $(wc -l <out)"
[ "$(grep -c '^{"kind":"en"' out)" -ge 590 ] || unmet 'objects as they were'
run bon classify apply -m m.bonclas --test lines
awk -F '\t' '$1 == "all" && $2 == 1800 && $4 > 0.99 {found = 1} END {exit !found}' out || unmet "test: $(cat out)"
run bon classify apply -m m.bonclas --test --json-field text --label-field kind lines.jsonl
awk -F '\t' '$1 == "all" && $2 == 1800 && $4 > 0.99 {found = 1} END {exit !found}' out || unmet "test of JSON: $(cat out)"

# What it refuses; no file is half-written.
run bon classify train lines
expect_refusal 2 'say where to'
run bon classify apply new
expect_refusal 2 'which model'
run bon classify apply -m m.bonclas --threshold 0.5 new
expect_refusal 2 '--threshold is for --keep'
run bon classify apply -m m.bonclas --keep sport new
expect_refusal 1 "has no class 'sport'"
printf 'a\tb\nno label here\n' >broken
run bon classify train -q -o whole.bonclas broken
expect_refusal 1 '^bon: broken:2: no label'
expect_no_file whole.bonclas
printf '__label__ text\n' >broken
run bon classify train -q -o whole.bonclas broken
expect_refusal 1 '^bon: broken:1: a label has 1 to 256 bytes'
printf 'a\tmột\na\thai\n' >broken
run bon classify train -q -o whole.bonclas --holdout 0 broken
expect_refusal 1 'at least two classes'
expect_no_file whole.bonclas
printf '{"text":"a"}\n' >broken
run bon classify train -q -o whole.bonclas --json-field text broken
expect_refusal 1 '^bon: broken:1: the object has no label'
head -c 3000 m.bonclas >cut.bonclas
run bon classify apply -m cut.bonclas new
expect_refusal 1 '^bon: cut.bonclas: '
run bon classify apply -m new new
expect_refusal 1 '^bon: new: '
run bon classify train -q -o nowhere/m.bonclas lines
expect_refusal 1 '^bon: nowhere/m.bonclas: '
printf 'a\tmột hai\r\nb\tba\x00\xff\xfe\r\n\t\nb\tbốn\n' | sed '3d' >odd
run bon classify train -q --holdout 0 --bits 8 -o odd.bonclas odd
expect_status 0
head -c 3000 "$BON" >noise
run bon classify apply -m odd.bonclas noise
expect_status 0
