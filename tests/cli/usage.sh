#!/usr/bin/env bash
# Help, version, and a wrong command line: status 2, the nearest name, nothing done.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"

run bon --version
expect_status 0
expect_err ''
grep -q -E '^bon [0-9]+\.[0-9]+\.[0-9]+$' out || unmet 'version is not "bon X.Y.Z"'

run bon --help
expect_status 0
for command in normalize segment count merge lm restore tokenizer; do
    grep -q "^  $command " out || unmet "help lacks $command"
done
cp out help
run bon help
expect_out_file help
run bon
expect_status 2
expect_out ''

for command in normalize segment count merge lm 'lm build' 'lm query' 'lm info' 'lm convert' restore tokenizer 'tokenizer train' 'tokenizer encode'; do
    # shellcheck disable=SC2086 # two words are two arguments
    run bon $command --help
    expect_status 0
    expect_err ''
    grep -q "^usage: bon $command " out || unmet 'help without usage'
    cp out help
    # shellcheck disable=SC2086
    run bon help $command
    expect_out_file help
done

# command line -> what the message must have
while IFS=$'\t' read -r arguments message; do
    # shellcheck disable=SC2086
    run bon $arguments </dev/null
    expect_refusal 2 "^bon: .*$message"
done <<'TABLE'
segmnt	unknown command 'segmnt'; did you mean 'segment'
restroe	did you mean 'restore'
xyzzy	unknown command 'xyzzy'$
help nothing	unknown command 'nothing'
--frobnicate	unknown command '--frobnicate'
segment --fodl	unknown option '--fodl'; did you mean '--fold'
segment --outptu=x	unknown option '--outptu'; did you mean '--output'
segment -x	unknown option '-x'
segment -qx	unknown option '-x'
segment --tsv=3	option '--tsv' takes no argument
segment -o	option '-o' needs an argument
segment --output	option '--output' needs an argument
segment -j 0	--threads: '0' is not a whole number from 1 to 1024
segment -j two	--threads: 'two' is not a whole number
segment -j 1.5	--threads: '1.5' is not a whole number
segment --progress=often	'often' is none of auto, always, never
segment --ids --tsv	--ids goes with neither
normalize --form=abc	'abc' is none of nfc, nfd, nfkc
normalize --disable=blank,nothing	names no rule
lm	which command
lm biuld	unknown command 'biuld'; did you mean 'build'
lm build	say where to
lm build -o -	needs a file of its own
lm build -o model.arpa.gz	--arpa model.arpa.gz
lm build -n 9 -o x	'9' is not a whole number from 1 to 8
lm build -o x --prune=1,0	'1,0' is not a list of cut-offs
lm build -o x --prune=	is not a list of cut-offs
lm build -n 2 -o x --prune=0,1,1	more cut-offs than the order
lm build --arpa=x --candidates=1	-o FILE.bonlm
lm build -o x --quantize=1	'1' is not a whole number from 2 to 16
lm build -o x --discount-fallback=0x1	'0x1' is not a list of discounts
lm interpolate -o x --weights=0x1,1 a b	'0x1,1' is not a list of weights
lm interpolate -o x --weights=1,nan a b	'1,nan' is not a list of weights
lm query	which model
lm info	a file is missing
lm info a b	too many files
lm convert	a file is missing
lm convert a --quantize=8	--quantize is for .bonlm
restore --min-confidence=2	'2' is not a number from 0 to 1
restore --min-confidence=nan	'nan' is not a number
restore --eval --json	--eval goes with neither
count --shard=2/2	'2/2' is not
tokenizer	which command
tokenizer train --vocab 20	20 is too small
tokenizer encode --ids=u8	'u8' is none of auto, u16, u32
merge -o x	too few files|a file is missing
TABLE
# A size is digits, perhaps a fraction, perhaps a unit: nothing else that C takes for a number.
: >nothing
for size in '' 0 0x10 0X1p9 -5 +5 1e3 1e3k inf nan ' 5' '5 ' '5 K' 5K 5kB 5.M .5M 5..5 1.5.5M 5,5M 9999999999G; do
    run bon dedup --memory "$size" nothing
    expect_refusal 2 "^bon: dedup: --memory: '.*' is not a size"
done
for size in 1 5 0005 5k 1.5M 0.25G 12G; do
    run bon dedup --memory "$size" nothing
    expect_status 0
    expect_err ''
done
rm nothing
expect_files . err help out

# "--" ends the options; abbreviations that are not ambiguous are understood.
printf 'x  y\n' >--fold
run bon segment -- --fold
expect_status 0
expect_out 'x y'
run bon segment --thr 1 -- --fold
expect_out 'x y'
