#!/usr/bin/env bash
# Models mixed and asked for next words: numbers that can be checked by hand, and what is refused.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"

p_of() { awk -v w="$2" '$2 == w { printf "%.6f\n", 10 ^ $1 }' "$1"; } # FILE WORD
near() { awk -v a="$1" -v b="$2" 'BEGIN { d = a - b; exit !(d < 2e-6 && d > -2e-6) }'; }

# Words alone: what one model knows and the other does not has its share of the one.
printf 'a a b\n' >ab
printf 'b c c c\n' >bc
bon lm build -q -n 1 --discount-fallback --arpa ab.arpa ab
bon lm build -q -n 1 --discount-fallback --arpa bc.arpa bc
run bon lm interpolate -q --weights 1,3 -o mix.arpa ab.arpa bc.arpa
expect_status 0
expect_out ''
expect_err ''
for word in a b c '</s>' '<unk>'; do
    a=$(p_of ab.arpa "$word") b=$(p_of bc.arpa "$word")
    near "$(p_of mix.arpa "$word")" "$(awk "BEGIN { print ${a:-0} / 4 + ${b:-0} * 3 / 4 }")" || unmet "p of $word"
done

# Two halves of a text, each other's held-out text: the table has a row a model and the mix, which is better than both.
bon normalize "$DATA/sentences.txt" | bon segment --fold >tokens
awk 'NR % 2' tokens >odd
awk 'NR % 2 == 0' tokens >even
for half in odd even; do bon lm build -q -n 3 --discount-fallback -o $half.bonlm $half; done
run bon lm interpolate --tune tokens -o mix.bonlm odd.bonlm even.bonlm
expect_status 0
expect_err '^bon: 3-grams: '
[ "$(cut -f 1 out | tr '\n' ' ')" = 'model odd.bonlm even.bonlm mix ' ] || unmet "rows: $(cat out)"
awk -F'\t' 'NR > 1 && $1 != "mix" { sum += $2; if ($6 < best || !best) best = $6 } $1 == "mix" { mix = $5; oov = $4 }
    END { exit !(sum > 0.99999 && sum < 1.00001 && mix < best && oov == 0) }' out || unmet "table: $(cat out)"
[ "$(tail -1 out | cut -f 5)" = "$(bon lm query mix.bonlm tokens | tail -1 | cut -f 4)" ] || unmet 'not the perplexity of the file'

# The same models, the same bytes; a model mixed with itself says what it said.
bon lm interpolate -q --tune tokens -o mix2.bonlm odd.bonlm even.bonlm >out
expect_same mix.bonlm mix2.bonlm
bon lm interpolate -q -o self.bonlm odd.bonlm odd.bonlm
[ "$(bon lm query odd.bonlm even)" = "$(bon lm query self.bonlm even)" ] || unmet 'mixed with itself it says something else'

# A mix for restoration.
bon lm interpolate -q --candidates --quantize 8 -o restore.bonlm odd.bonlm even.bonlm
printf 'tieng viet\n' >plain
run bon restore -m restore.bonlm plain
expect_status 0
expect_out 'tiếng việt'

# What is refused.
while IFS='	' read -r arguments message; do
    # shellcheck disable=SC2086
    run bon lm interpolate $arguments
    expect_refusal 2 "$message"
done <<'EOF'
odd.bonlm even.bonlm	say where to
-o x.bonlm odd.bonlm	too few files
-o x.bonlm --weights 1 odd.bonlm even.bonlm	1 weights for 2 models
-o x.bonlm --weights 1,-1 odd.bonlm even.bonlm	is not a list of weights
-o x.bonlm --weights 0,0 odd.bonlm even.bonlm	is not a list of weights
-o x.bonlm --weights 1,1 --tune tokens odd.bonlm even.bonlm	not both
-o x.arpa --quantize 8 odd.bonlm even.bonlm	only .bonlm files
-o x.bonlm --quantize 8 --layout fast odd.bonlm even.bonlm	--quantize is for --layout small
EOF
run bon lm interpolate -o x.bonlm odd.bonlm none.bonlm
expect_refusal 1 'none.bonlm'
printf 'xyz' >not-arpa
run bon lm interpolate -o x.bonlm odd.bonlm not-arpa
expect_refusal 1 'not-arpa:'
[ ! -e x.bonlm ] || unmet 'a file was made'

# Next words: what follows most often comes first; more lines, more threads, the same rows.
printf 'a b\na b\na b\na c\nb a\n' >abc
bon lm build -q -n 2 --discount-fallback -o abc.bonlm abc
printf 'a\n\nb a' >begun
run bon lm predict -k 2 abc.bonlm begun
expect_status 0
expect_err ''
[ "$(cut -f 1,2 out | tr '\t\n' ' ,')" = 'line word,1 b,1 c,2 a,2 b,3 b,3 c,' ] || unmet "rows: $(cat out)"
run bon lm predict --inside -k 1 -j 1 --model abc.bonlm begun
[ "$(sed -n '2p' out | cut -f 2)" = b ] || unmet "inside: $(cat out)"
for threads in 1 4; do bon lm predict -j $threads -m mix.bonlm tokens >predicted.$threads; done
expect_same predicted.1 predicted.4
[ "$(wc -l <predicted.1)" = $((1 + 10 * $(wc -l <tokens))) ] || unmet 'not ten words a line'
run bon lm predict
expect_refusal 2 'which model'
run bon lm predict -k 0 abc.bonlm
expect_refusal 2 'words'

# Comparing: the same model in other forms is the same; what differs is counted, and said by the exit status.
bon lm convert -q --layout small -o small.bonlm mix.bonlm
run bon lm diff mix.bonlm small.bonlm
expect_status 0
expect_err ''
awk -F'\t' 'NR > 1 && ($2 || $3 || $5 || $6 || $7 != "-") { exit 1 }' out || unmet "the same, but: $(cat out)"
[ "$(cut -f 4 out | tail -n +2 | awk '{ n += $1 } END { print n }')" = "$(bon lm info --tsv mix.bonlm | awk '/-grams/ { n += $2 } END { print n }')" ] ||
    unmet 'not all n-grams were compared'
bon lm convert -q mix.bonlm mix.arpa
run bon lm diff --tolerance 1e-6 mix.arpa mix.bonlm
expect_status 0
run bon lm diff odd.bonlm even.bonlm
expect_status 1
expect_err ''
[ "$(wc -l <out)" = 4 ] || unmet 'not a row for every order'
bon lm convert -q --quantize 3 -o rough.bonlm mix.bonlm
run bon lm diff mix.bonlm rough.bonlm
expect_status 1
run bon lm diff --tolerance 5 -o rows mix.bonlm rough.bonlm
expect_status 0
[ "$(awk -F'\t' 'NR == 4 { print NF, ($5 > 0), split($7, words, " ") }' rows)" = '7 1 3' ] || unmet "rows: $(cat rows)"
run bon lm diff mix.bonlm
expect_refusal 2 'too few files'
run bon lm diff mix.bonlm none.bonlm
expect_refusal 1 'none.bonlm'

# Fewer words: the likeliest, or a list; <unk> gets what the others had, and all sums to 1.
run bon lm prune --vocab 20 --text tokens -o twenty.arpa mix.arpa
expect_status 0
expect_err 'words: 23 of'
expect_err 'perplexity: .* before, .* after'
expect_err 'without unknown words \(0 before, [1-9][0-9]* after\)'
awk '/^.1-grams:/ { in1 = 1; next } /^$/ { in1 = 0 } in1 && $2 != "<s>" { s += 10 ^ $1 } END { exit !(s > 0.9999 && s < 1.0001) }' \
    twenty.arpa || unmet 'unigrams do not sum to 1'
head -20 tokens | tr ' ' '\n' | sort -u >list
run bon lm prune -q --vocab list -o listed.bonlm mix.bonlm
expect_status 0
expect_err ''
[ "$(bon lm info --tsv listed.bonlm | sed -n 's/^1-grams	//p')" = "$(($(grep -c . list) + 3))" ] || unmet 'not the words of the list'
run bon lm prune --vocab 30 --target-size 6k --quantize 6 --text tokens -o both.bonlm mix.bonlm
expect_status 0
expect_err '^bon: threshold '
[ "$(wc -c <both.bonlm)" -le 6000 ] || unmet 'larger than its target'
# A size that cannot be reached: no file that misses it, nor one of the tries.
run bon lm prune --target-size 100 -o x.bonlm mix.bonlm
expect_refusal 1 'x.bonlm: [0-9]* bytes are left when all that can go has gone'
[ "$(find . -name 'x.bonlm*')" = '' ] || unmet "left: $(find . -name 'x.bonlm*')"
bon lm prune -q --vocab 1000000 -o all.bonlm mix.bonlm
run bon lm diff all.bonlm mix.bonlm
expect_status 0
bon lm prune -q --threshold 1e-6 --candidates --quantize 8 -o restore.bonlm mix.bonlm
run bon restore -m restore.bonlm plain
expect_out 'tiếng việt'
: >nothing
run bon lm prune --vocab nothing -o x.bonlm mix.bonlm
expect_refusal 1 'no words'
run bon lm prune --threshold 0 --candidates -o x.arpa mix.bonlm
expect_refusal 2 'only .bonlm files'
expect_no_file x.bonlm

# Token by token: the rows add up to the line's, the orders are those of the n-grams found; no text has no perplexity.
run bon lm query --per-token mix.bonlm tokens
expect_status 0
[ "$(head -1 out)" = 'line	token	oov	logprob10	order' ] || unmet 'header'
[ "$(tail -n +2 out | cut -f 2 | grep -vx '</s>' | cksum)" = "$(tr ' ' '\n' <tokens | grep . | cksum)" ] || unmet 'not the tokens of the text'
awk -F'\t' 'NR == FNR { if (FNR > 1) want[FNR - 1] = $3; next } FNR > 1 { got[$1] += $4; if ($5 < 1 || $5 > 3) exit 1 }
    END { for (line in want) { d = want[line] - got[line]; if (d > 1e-3 || d < -1e-3) exit 1 } }' \
    <(bon lm query --per-line mix.bonlm tokens) out || unmet 'rows do not add up'
printf 'b a\na zzz\n' | bon lm query --per-token abc.bonlm >out
[ "$(cut -f 1,2,3,5 out | tail -n +2 | tr '\t\n' ' ,')" = '1 b 0 2,1 a 0 2,1 </s> 0 2,2 a 0 2,2 zzz 1 1,2 </s> 0 1,' ] ||
    unmet "rows: $(cat out)"
run bon lm query abc.bonlm nothing
expect_status 0
expect_err 'the text is empty'
[ "$(tail -1 out)" = '0	0	0.0000	-	-' ] || unmet "of no text: $(cat out)"
for command in query predict; do
    run bon lm $command -
    expect_refusal 2 'standard input'
done
run bon lm query --per-line --per-token abc.bonlm tokens
expect_refusal 2 'not both'
run bon lm build -n 9 -o x.bonlm tokens
expect_refusal 2 'from 1 to 8'

# Thinned while it is built: fewer n-grams, the same for any number of threads, with cut-offs too.
count_of() { bon lm info --tsv "$1" | awk -F'\t' '/-grams/ { n += $2 } END { print n }'; }
bon lm build -q -n 3 --discount-fallback -o whole.bonlm tokens
bon lm build -q -n 3 --discount-fallback --threshold 1e-3 -j 1 -o thin.bonlm tokens
bon lm build -q -n 3 --discount-fallback --threshold 1e-3 -j 3 -o thin3.bonlm tokens
bon lm build -q -n 3 --discount-fallback --threshold 1e-3 --prune '0 0 1' -o thinner.bonlm tokens
expect_same thin.bonlm thin3.bonlm
[ "$(count_of thin.bonlm)" -lt "$(count_of whole.bonlm)" ] || unmet 'nothing was left out'
[ "$(count_of thinner.bonlm)" -lt "$(count_of thin.bonlm)" ] || unmet 'cut-offs left nothing out'
run bon lm build -n 3 --threshold=-1 -o x.bonlm tokens
expect_refusal 2 'threshold'

# Classes: tokens and shapes of numbers.
printf 'ngày 2/9 có 15 người\nngày 30/4 có 7 bạn\nC5 x1y22 2/9\n' >dated
printf '#\t<num>\n\n#/# <date>\nngười NGƯỜI\r\nbạn NGƯỜI\n2/9 <quốc-khánh>\n' >classes
bon lm build -q -n 2 --discount-fallback --classes classes --arpa classed.arpa -o classed.bonlm dated
[ "$(sed -n '/^.1-grams/,/^$/s/^[^\t]*\t\([^\t]*\).*/\1/p' classed.arpa | sort | tr '\n' ' ')" = \
    "$(printf '%s\n' '</s>' '<s>' '<unk>' C5 '<date>' '<num>' NGƯỜI có ngày x1y22 '<quốc-khánh>' | sort | tr '\n' ' ')" ] ||
    unmet "words: $(cat classed.arpa)"
printf 'ngày 1/1 có 999 người\n' >other
run bon lm query --classes classes --per-token classed.bonlm other
expect_status 0
[ "$(cut -f 2,3 out | tail -n +2 | tr '\t\n' ' ,')" = 'ngày 0,<date> 0,có 0,<num> 0,NGƯỜI 0,</s> 0,' ] || unmet "rows: $(cat out)"
while IFS='	' read -r line message; do
    printf "a b\n$line\n" >bad
    run bon lm build -n 2 --classes bad -o x.bonlm dated
    expect_refusal 1 "bad:2: .*$message"
done <<'EOF'
a	not a token and its class
a b c	not a token and its class
a c	has a class already
c <s>	cannot be a class
EOF
run bon lm build -n 2 --classes nothing -o x.bonlm dated
expect_refusal 1 'no classes'
run bon lm build -n 2 --classes classes --counts -o x.bonlm dated
expect_refusal 2 'is for text'
