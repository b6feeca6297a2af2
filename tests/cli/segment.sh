#!/usr/bin/env bash
# bon segment: tokens as text, as a table, as numbers, folded.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"

printf 'Giá  tăng 2,4%% (theo TP.HCM), xem https://vi.wikipedia.org/wiki/Giá?x=1.\n\nGọi 24/7: a.b@mail.vn 😀!\n' >text
run bon segment text
expect_status 0
expect_err ''
expect_out 'Giá tăng 2,4 % ( theo TP.HCM ) , xem https://vi.wikipedia.org/wiki/Giá?x=1 .

Gọi 24/7 : a.b@mail.vn 😀 !'

run bon segment --fold text
expect_out 'giá tăng <num> % ( theo tp . hcm ) , xem <url> .

gọi <num> : <email> 😀 !'

printf 'Tiếng\tAnh\nở "Huế"' >small
run bon segment --tsv small
expect_out 'start	bytes	kind	text	code
0	7	syllable	Tiếng	20864
8	3	syllable	Anh	42
12	3	syllable	ở	609
16	1	punctuation	"	
17	5	syllable	Huế	8894
22	1	punctuation	"	'

run_shell 'bon segment --ids small | od -An -tx2'
expect_out ' 5180 002a 80ff 0261 8002 22be 8002 80ff'

# Offsets are those of the decompressed file, each file from 0.
gzip -k small
run bon segment --tsv small.gz small
[ "$(grep -c '^17	5	syllable	Huế	' out)" = 2 ] || unmet 'offsets in a compressed and a second file'

# Several files: each row tells its own, at the end, where it moves no other column.
expect_out 'start	bytes	kind	text	code	file
0	7	syllable	Tiếng	20864	small.gz
8	3	syllable	Anh	42	small.gz
12	3	syllable	ở	609	small.gz
16	1	punctuation	"		small.gz
17	5	syllable	Huế	8894	small.gz
22	1	punctuation	"		small.gz
0	7	syllable	Tiếng	20864	small
8	3	syllable	Anh	42	small
12	3	syllable	ở	609	small
16	1	punctuation	"		small
17	5	syllable	Huế	8894	small
22	1	punctuation	"		small'
printf 'Một câu.\n' >'a	b'
run_shell 'printf "Câu hai.\n" | bon segment --unit sentence --tsv "a	b" -'
expect_out 'start	bytes	kind	text	code	file
0	11	sentence	Một câu.		a b
0	9	sentence	Câu hai.		standard input'

# The tokens of a table, put back at their bytes, are the text without its blanks.
run bon segment --tsv "$DATA/sentences.txt"
cut -f 4 out | tail -n +2 | tr -d '\n' >tokens
tr -d ' \n' <"$DATA/sentences.txt" >letters
expect_same tokens letters

# An empty input has a table with a header and nothing else.
run_shell 'bon segment --tsv </dev/null'
expect_out 'start	bytes	kind	text	code'

# Kinds and class codes of what is more than one piece.
printf 'PGS.TS. Kê-nan @bon #Huế 👍🏽 +84912345678 10h30\n' >kinds
run_shell 'bon segment --tsv kinds | cut -f 3,4'
expect_out 'kind	text
abbreviation	PGS.TS.
hyphenated	Kê-nan
mention	@bon
hashtag	#Huế
emoji	👍🏽
number	+84912345678
number	10h30'
run_shell 'bon segment --ids kinds | od -An -tx2'
expect_out ' 8009 800a 8007 8008 8006 8001 8001 80ff'

# Sentences with their places; a tab inside one does not break its row.
printf 'Một câu. Câu\thai ở TP. HCM?\n\nCâu ba.\n' >lines
run bon segment --unit sentence --tsv lines
expect_out 'start	bytes	kind	text	code
0	11	sentence	Một câu.	
12	21	sentence	Câu hai ở TP. HCM?	
35	8	sentence	Câu ba.	'
run bon segment --unit sentence lines
expect_out 'Một câu.
Câu	hai ở TP. HCM?

Câu ba.'

for pair in '--ids --fold' '--ids --tsv' '--json-field a --tsv' '--unit sentence --ids' '--unit sentence --fold'; do
    run_shell "bon segment $pair lines"
    expect_refusal 2 'goes with neither'
done

# Numbers are not shown on a terminal.
if have_terminal; then
    script -qec "$BON segment --ids small" /dev/null >out 2>err </dev/null
    status=$?
    last='segment --ids on a terminal'
    expect_status 2
    grep -q 'a terminal cannot show' out || unmet 'no refusal on a terminal'
fi
