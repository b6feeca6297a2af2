#!/usr/bin/env bash
# bon words build and bon segment --unit word: a small model, its words as text, table and inside JSON; what is refused.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"

cat >gold <<'END'
Sinh_viên học_tập ở thủ_đô Hà_Nội .
Hà_Nội là thủ_đô của Việt_Nam .
Ông Nguyễn_Văn_An là giáo_viên , bà Trần_Thị_Bình là sinh_viên .
Anh ấy đi học , cô ấy ở nhà .
Người dân thành_phố đi bộ .
END
printf '%s\n' 'thư viện' xe_đạp 'học sinh' 'sinh viên' 'thủ đô' 'học tập' 'thành phố' 'giáo viên' >list
printf 'học sinh đi xe đạp .\nhọc sinh ở thư viện .\n' >text
run bon words build -q --gold=gold --lists=list,list -o words.bonseg text
expect_status 0
expect_err ''

printf 'Sinh  viên ở thư viện Hà Nội, 95%% ở A5.\n\nÔng Lê Văn Minh\n' >lines
run bon segment --unit word --words words.bonseg lines
expect_status 0
expect_err ''
expect_out 'Sinh_viên ở thư_viện Hà_Nội , 95% ở A5 .

Ông Lê_Văn_Minh'
run_shell 'BON_WORDS=words.bonseg bon segment --unit word <lines | tail -n 1'
expect_out 'Ông Lê_Văn_Minh'

run bon segment --unit word --words words.bonseg --tsv lines
expect_out 'start	bytes	kind	text	code
0	11	compound	Sinh_viên	
12	3	syllable	ở	609
16	11	compound	thư_viện	
28	9	compound	Hà_Nội	
37	1	punctuation	,	
39	3	number	95%	
43	3	syllable	ở	609
47	2	word	A5	
49	1	punctuation	.	
52	4	syllable	Ông	588
57	13	compound	Lê_Văn_Minh	'

run_shell 'echo "{\"id\": 1, \"text\": \"Sinh viên đi học\"}" | bon segment --unit word --words words.bonseg --json-field text'
expect_out '{"id": 1, "text": "Sinh_viên đi học"}'

# The same bytes for any number of threads, and the same model from the same input.
for _ in $(seq 400); do cat lines text; done >many
run_shell 'bon segment -j1 --unit word --words words.bonseg many | md5sum >one; bon segment -j4 --unit word --words words.bonseg many | md5sum >four'
expect_same one four
run bon words build -q --gold=gold --lists=list,list -o again.bonseg text
expect_same words.bonseg again.bonseg

# Low lines taken out again, the words are those of the text.
run bon segment --unit word --words words.bonseg lines
tr -d ' _' <out >words
tr -d ' ' <lines >letters
expect_same words letters

# What cannot be done is told.
run bon segment --unit word --words absent.bonseg lines
expect_status 1
expect_err 'bon: absent.bonseg: cannot open: No such file or directory'
head -c 20000 words.bonseg >half.bonseg
run bon segment --unit word --words half.bonseg lines
expect_status 1
grep -q 'half.bonseg' err || unmet 'the message names the file'
run bon segment --unit word --ids --words words.bonseg lines
expect_status 2
run bon segment --words words.bonseg lines
expect_status 2
run bon words build -q -o none.bonseg text
expect_status 2
run bon words build -q --gold=absent -o none.bonseg text
expect_status 1
printf '\n' >empty
run bon words build -q --gold=empty -o none.bonseg text
expect_status 1
expect_err 'bon: none.bonseg: nothing to learn words from: give sentences cut into words'
run bon words build -q --gold=gold --lists=list,,list -o none.bonseg
expect_status 2
run bon words build -q --gold=gold --lists=list,list,list,list,list,list,list,list,list -o none.bonseg
expect_status 1
expect_err 'bon: word list 9: at most 8 lists'
[ ! -e none.bonseg ] || unmet 'a failure leaves a file'
