#!/usr/bin/env bash
# bon restore with a model of thirty sentences: golden lines, the promise, rows, and the counting of --eval.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"
bon normalize "$DATA/sentences.txt" | bon segment --fold | bon lm build -q --discount-fallback --candidates 1 -o m.bonlm
BON_MODEL=$PWD/m.bonlm
export BON_MODEL

printf 'toi dang hoc tieng Viet\nTOI DI BO RA CHO MUA RAU, 24/7!\n\n  me  toi\tnau com\n' >plain
run bon restore plain
expect_status 0
expect_err ''
expect_out 'tôi đang học tiếng Việt
TÔI ĐI BỘ RA CHỢ MUA RAU, 24/7!

  mẹ  tôi	nấu cơm'

# Marks that were typed stay (toi with a sắc may become tối, not tôi); unknown words stay.
printf 'tói dang học Python ở xyzzy\n' >mixed
run bon restore mixed
expect_out 'tối đang học Python ở xyzzy'
run bon restore --fix-marked mixed
expect_status 0

# The mark of what is added can stand in the new place.
printf 'be thuy, chi hoa\n' >names
run bon restore names
expect_out 'bé thúy, chị hoa'
run bon restore --tone-style=new names
expect_out 'bé thuý, chị hoa'

# Keys left in the text are understood on request.
printf 'tooi ddang hocj Tieengs Vieetj, 24/7\nme5 na61u com, mẹ naaus cơm\n' >keys
run bon restore --residue keys
expect_status 0
expect_out 'tôi đang học Tiếng Việt, 24/7
mẹ nấu cơm, mẹ nấu cơm'
run bon restore keys
[ "$(head -1 out)" = 'tooi ddang hocj Tieengs Vieetj, 24/7' ] || unmet "keys changed: $(head -1 out)"
run bon restore --residue --eval keys
expect_refusal 2 'residue'

# Nothing is sure enough.
run bon restore --min-confidence 1 plain
expect_status 0

# Rows and objects.
run bon restore --nbest 2 plain
[ "$(head -2 out | cut -f 1,2,4)" = 'line	rank	text
1	1	tôi đang học tiếng Việt' ] || unmet "rows: $(head -2 out)"
[ "$(awk -F '\t' '$1 == 1 && $2 == 1 { a = $3 } $1 == 1 && $2 == 2 { b = $3 } END { print (a >= b) }' out)" = 1 ] || unmet 'order of rows'
printf 'toi "hoc" \\\377\t\001\n' >odd
run bon restore --json odd
expect_status 0
expect_err ''
sed -E 's/(logprob10|confidence)":[-0-9.]+/\1":N/g' out >shape
cat >expected <<'JSON'
{"line":1,"text":"tôi \"học\" \\�\u0009\u0001","logprob10":N,"spans":[{"start":0,"bytes":3,"text":"tôi","confidence":N},{"start":5,"bytes":3,"text":"học","confidence":N}]}
JSON
expect_same shape expected
run bon restore --json --nbest 2 plain
[ "$(wc -l <out)" = 4 ] || unmet 'not an object for every line'
grep -q '"others":\[{"text":' out || unmet 'no other readings'

# How else each word could be written: bytes, ranks, probabilities that fall and add up to 1.
run bon restore --alternatives 3 plain
expect_status 0
expect_err ''
[ "$(head -2 out | cut -f 1-4,6)" = 'line	start	typed	rank	text
1	0	toi	1	tôi' ] || unmet "alternatives: $(head -2 out)"
awk -F '\t' 'NR == 1 { next } NF != 6 || $5 < 0 || $5 > 1.0001 || ($4 > 1 && $5 > last) { exit 1 } { last = $5 }' out ||
    unmet 'rows of alternatives'
[ "$(awk -F '\t' '$4 == 1' out | tail -1 | cut -f 1-4,6)" = '4	14	com	1	cơm' ] || unmet "alternatives: $(tail -1 out)"
run bon restore --alternatives 3 --json plain
expect_refusal 2 'alternatives'

# A model that was damaged is refused, whatever was hit.
cp m.bonlm damaged.bonlm
printf 'x' | dd of=damaged.bonlm bs=1 seek=$(($(stat -c %s m.bonlm) / 2)) conv=notrunc 2>dd.log
run bon restore --model damaged.bonlm plain
expect_refusal 1 'damaged.bonlm'

# --eval counts letter runs and signs outside ASCII; numbers, ASCII signs and superscripts not: here 5 + 7 + 2 + 0 + 2.
cat >good <<'TEXT'
Tôi đang học tiếng Việt.
“Mẹ” nấu cơm – 24 km² …
O'Neil, 3/4!

tôi học
TEXT
run bon restore --eval good
expect_status 0
expect_err ''
[ "$(head -1 out)" = 'syllables	correct	accuracy	ci95	lines	lines_correct	syllables_per_s' ] || unmet 'header'
read -r syllables correct accuracy ci95 lines lines_correct speed < <(tail -1 out)
[ "$syllables $lines" = '17 5' ] || unmet "counted $syllables syllables in $lines lines"
((correct <= syllables && correct >= 13)) || unmet "correct $correct"
awk -v a="$accuracy" -v c="$correct" -v n="$syllables" -v h="$ci95" 'BEGIN {
    p = c / n; half = 196 * sqrt(p * (1 - p) / n); e = 0.00501
    exit !(a - 100 * p < e && 100 * p - a < e && h - half < e && half - h < e) }' || unmet "accuracy $accuracy +- $ci95"
grep -q -E '^[0-9]+\.[0-9]$' <<<"$lines_correct" || unmet "lines_correct $lines_correct"
[ "$speed" -gt 0 ] || unmet "speed $speed"

# Decomposed text, both tone placements and marks on their own do not count as errors.
printf 'bé thuý\n' >new
run bon restore --eval new
[ "$(tail -1 out | cut -f 1-3)" = '2	2	100.00' ] || unmet "new placement: $(tail -1 out)"
printf 'me\314\243 to\314\202i \314\201 x\n' >decomposed
run bon restore --eval decomposed
[ "$(tail -1 out | cut -f 1-2)" = '4	4' ] || unmet "decomposed: $(tail -1 out)"

# Where the model is found: the option, the environment, beside the executable.
unset BON_MODEL
mkdir -p tree/build tree/models root/bin root/share/bon
cp "$BON" tree/build/bon
cp "$BON" root/bin/bon
cp m.bonlm tree/models/vi.bonlm
cp m.bonlm root/share/bon/vi.bonlm
for bon in tree/build/bon root/bin/bon; do
    run_shell "cd / && printf 'toi dang hoc\n' | $PWD/$bon restore"
    expect_status 0
    expect_out 'tôi đang học'
done

# Learning from what was restored: a document's lines depend on those before, so the output is that of one thread; a file keeps
# counts from run to run, is refused when it is something else, and stays as it was then.
BON_MODEL=$PWD/m.bonlm
export BON_MODEL
yes 'toi dang hoc tieng Viet' | head -n 500 >document
run bon restore --adapt 100 -j 4 document
expect_status 0
[ "$(sort -u out)" = 'tôi đang học tiếng Việt' ] || unmet "adapted: $(sort -u out | head -3)"
for _ in 1 2; do
    run bon restore --cache mine document
    expect_status 0
    expect_err ''
done
run bon restore --cache mine --eval good
expect_status 0
cp good mine
run bon restore --cache mine document
expect_status 1
expect_err 'mine'
expect_same good mine
run bon restore --cache mine --adapt 3 document
expect_refusal 2 'together'
