#!/usr/bin/env bash
# Any bytes are input: nothing is lost, nothing crashes, and what is wrong is said.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"
bon normalize "$DATA/sentences.txt" | bon segment --fold >tokens
bon lm build -q --discount-fallback --candidates 1 -o m.bonlm tokens

texts() { printf '%s\n' 'normalize' 'segment' 'segment --fold' 'count' 'restore -m m.bonlm'; }

# Empty input.
: >empty
while read -r command; do
    # shellcheck disable=SC2086
    run bon $command empty
    expect_status 0
    expect_out ''
    expect_err ''
done < <(texts)
run bon lm query m.bonlm empty
expect_status 0
expect_out 'tokens	oov	logprob10	ppl	ppl_no_oov
0	0	0.0000	-	-'
run bon restore -m m.bonlm --eval empty
expect_status 0
expect_out 'syllables	correct	accuracy	ci95	lines	lines_correct	syllables_per_s
0	0	0.00	0.00	0	0.0	0'
run bon lm build -o none.bonlm empty
expect_refusal 1 '^bon: '
expect_no_file none.bonlm

# No final newline stays so; CRLF; NUL.
printf 'toi hoc' >no-newline
run bon restore -m m.bonlm no-newline
[ "$(wc -l <out) $(wc -m <out)" = '0 7' ] || unmet 'a newline was added or lost'
run bon normalize no-newline
expect_out_file no-newline
run bon segment no-newline
expect_out_file no-newline
printf 'toi hoc\r\ntoi doc\r\n' >crlf
run_shell 'bon restore -m m.bonlm crlf | od -An -c | tr -s " \n" " " | grep -o "[\\]r [\\]n" | wc -l'
expect_out 2
run bon segment --tsv crlf
[ "$(tail -1 out | cut -f 1-4)" = '13	3	word	doc' ] || unmet 'offsets behind CRLF'
printf 'toi\0 hoc\0\n\0' >nul
run_shell "bon restore -m m.bonlm nul | tr -d '[:alpha:]\200-\377'"
expect_out '@ @
@'
run bon normalize --disable invisible nul
expect_out_file nul
run bon segment nul
expect_status 0

# Random bytes: restoring and stripping changes nothing; the tokens have every byte that is no blank.
LC_ALL=C awk 'BEGIN { srand(7); for (i = 0; i < 300000; i++) printf "%c", int(rand() * 256) }' >random
while read -r command; do
    # shellcheck disable=SC2086
    run bon $command random
    expect_status 0
    expect_err ''
done < <(texts)
run bon segment --tsv random
expect_status 0
# Tokens follow each other without overlap and stay inside the file.
awk -F '\t' 'NR > 1 && $1 ~ /^[0-9]+$/ && $2 ~ /^[0-9]+$/ { if ($1 < end) bad++; end = $1 + $2 } END { exit bad > 0 || end > 300000 }' out ||
    unmet 'offsets of random bytes'
run bon lm query m.bonlm random
expect_status 0

# A compressed file that breaks off: what came before is written, then the message.
for _ in 1 2 3 4 5 6 7 8 9; do cat "$DATA/sentences.txt"; done >many
gzip -k many
zstd -q many
for kind in gz zst; do
    size=$(wc -c <"many.$kind")
    head -c $((size - 40)) "many.$kind" >"cut.$kind"
    run bon normalize "cut.$kind"
    expect_status 1
    expect_err "^bon: cut.$kind: .*[0-9].*;"
    cmp -s <(head -c "$(wc -c <out)" many) out || unmet 'wrong text before the break'
    run bon lm build -o cut.bonlm --discount-fallback "cut.$kind"
    expect_status 1
    expect_no_file cut.bonlm
    run bon normalize -o cut.txt "cut.$kind"
    expect_status 1
    expect_no_file cut.txt
done
[ "$(head -c 9000 many.gz | { cat; printf 'x'; } | bon normalize 2>&1 >/dev/null | grep -c '^bon: standard input: ')" = 1 ] ||
    unmet 'a broken stream on standard input is not named'

# A compressed file with garbage in the middle.
cp many.zst bad.zst
printf 'garbage' | dd of=bad.zst bs=1 seek=200 conv=notrunc status=none
run bon segment bad.zst
expect_status 1
expect_err '^bon: bad.zst: '

# Several members are one stream.
{ gzip <no-newline; gzip <crlf; } >two.gz
cat no-newline crlf >two
run bon normalize --disable line-end two.gz
expect_out_file two

# Files that cannot be read.
run bon segment nothing-here
expect_refusal 1 '^bon: nothing-here: .*No such file'
run bon segment many nothing-here
expect_status 1
expect_err 'nothing-here'
run bon segment .
expect_refusal 1 '^bon: \.: is a folder'
if [ "$(id -u)" != 0 ]; then
    cp many closed
    chmod 0 closed
    run bon segment closed
    expect_refusal 1 '^bon: closed: .*ermission denied'
fi
run bon lm build -o x.bonlm --vocab nothing-here many
expect_refusal 1 'nothing-here'
expect_no_file x.bonlm

run bon lm build -o x.bonlm --vocab empty many
expect_refusal 1 '^bon: empty: no words'
expect_no_file x.bonlm

# Reserved words in the text.
printf 'a <s> b\n' >symbols
run bon lm build -o x.bonlm --discount-fallback symbols
expect_refusal 1 'symbols.*1.*<s>.*--skip-symbols|symbols.*<s>.*skip'
run bon lm build -q -o x.bonlm --discount-fallback --skip-symbols symbols
expect_status 0
