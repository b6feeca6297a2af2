#!/usr/bin/env bash
# bon tokenizer: learn, encode, decode, export; the same bytes for any number of threads; what is refused.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"
for i in 1 2 3 4 5; do sed "s/\$/ $i/" "$DATA/sentences.txt"; done >text
bytes=$(stat -c %s text)

run bon tokenizer train -q --vocab 500 -o tok.json text
expect_status 0
expect_out ''
expect_err ''
run bon tokenizer train -q --vocab 500 -j 1 -o one.json text
expect_same tok.json one.json
run_shell 'gzip -c text | bon tokenizer train -q --vocab 500 -j 3'
expect_out_file tok.json

# Lossless on any bytes, as text and as binary; the same for any number of threads.
{
    cat text
    printf 'I\xff\xe1\xba\r\n\n\0\t <|endoftext|>\n'
    head -c 70000 /dev/zero | tr '\0' 'a'
    printf '\n  \n'
    head -c 1500000 /dev/zero | tr '\0' 'b' # a line in windows, without a line end
} >any
for options in '' '--special' '--ids' '--ids=u16' '--ids=u32' '--ids --special'; do
    # shellcheck disable=SC2086 # words
    run bon tokenizer encode $options -t tok.json any
    expect_status 0
    expect_err ''
    cp out ids
    # shellcheck disable=SC2086
    run bon tokenizer encode $options -j 1 -t tok.json any
    expect_out_file ids
    # shellcheck disable=SC2086
    run bon tokenizer decode ${options%--special} -t tok.json ids
    expect_status 0
    expect_err ''
    expect_out_file any
done
printf 'a<|endoftext|>\n' >special
run bon tokenizer encode --special -t tok.json special
expect_out '97 499'
run_shell 'bon tokenizer encode --special -t tok.json special | bon tokenizer decode -t tok.json'
expect_out_file special
bon tokenizer encode -t tok.json text >ids
[ "$(wc -l <ids)" = "$(wc -l <text)" ] || unmet 'not a line of ids for each line'
[ "$(wc -w <ids)" -lt $((bytes / 2)) ] || unmet "$(wc -w <ids) ids for $bytes bytes"
: >nothing
run bon tokenizer encode -t tok.json nothing
expect_status 0
expect_out ''
run bon tokenizer decode --ids -t tok.json nothing
expect_status 0
expect_out ''

# Export: the same tokenizer again; the forms of others.
run bon tokenizer export -o folder tok.json
expect_status 0
expect_same tok.json folder/tokenizer.json
grep -q '"eos_token": "<|endoftext|>"' folder/tokenizer_config.json || unmet 'no end in tokenizer_config.json'
run bon tokenizer export --to gpt2 -o folder tok.json
expect_status 0
expect_files folder merges.txt tokenizer.json tokenizer_config.json vocab.json
[ "$(wc -l <folder/merges.txt)" = 244 ] || unmet "$(wc -l <folder/merges.txt) lines of merges"
run bon tokenizer export --to tsv tok.json
[ "$(wc -l <out)" = 501 ] || unmet "$(wc -l <out) rows"
[ "$(sed -n '$p' out)" = "$(printf '499\tspecial\t<|endoftext|>')" ] || unmet 'the last row is not the end'

# More tokens than the text has pairs for; no text at all.
printf 'aa aa\n' >little
run bon tokenizer train --vocab 1000 -o little.json little
expect_status 0
expect_err '258 tokens instead of 1000'
run bon tokenizer train -q -o none.json nothing
expect_status 0
run bon tokenizer encode -t none.json little
expect_out '97 97 32 97 97'
run bon tokenizer train -q --vocab 300 --special '<a>' --special '<b>' -o two.json text
run_shell 'echo "<b><a>" | bon tokenizer encode --special -t two.json'
expect_out '299 298'

# Refused.
run bon tokenizer train --vocab 256 -o no.json text
expect_refusal 2 '256 is too small: 256 bytes and 1 special tokens are 257'
run bon tokenizer train --special '<a>' --special '<a>' -o no.json text
expect_refusal 1 'named twice'
run bon tokenizer encode text
expect_refusal 2 'which tokenizer'
run bon tokenizer export tok.json
expect_refusal 2 'say where to: -o DIR'
run bon tokenizer encode -t missing.json text
expect_refusal 1 'missing.json'
printf '12 x\n' >bad
run bon tokenizer decode -t tok.json bad
expect_refusal 1 'bad:1: not an id'
printf '1\n500\n' >bad
run bon tokenizer decode -t tok.json bad
expect_status 1
expect_err 'bad:2: 500 is not the id of a token: this tokenizer has 500'
printf '\1\0\2' >bad
run bon tokenizer decode --ids -t tok.json bad
expect_status 1
expect_err 'bad: offset 2: the file ends inside an id'
printf '\377\377' >bad
run bon tokenizer decode --ids -t tok.json bad
expect_status 1
expect_err 'bad: offset 0: 65535 is not the id'
expect_no_file no.json

# What a tokenizer.json may not have: sed command, then what the message must say.
while IFS=$'\t' read -r change message; do
    sed "$change" tok.json >broken.json
    ! cmp -s tok.json broken.json || unmet "changed nothing: $change"
    run bon tokenizer encode -t broken.json text
    expect_refusal 1 "^bon: broken.json: .*$message"
done <<'TABLE'
1,10d	not JSON
$d	the file ends in the middle
$s/$/x/	not JSON: 
s/"type": "BPE"/"type": "WordPiece"/	not of type BPE
s/"normalizer": null/"normalizer": {"type": "NFC"}/	has a normalizer
s/"dropout": null/"dropout": 0.1/	its model has dropout
s/"byte_fallback": false/"byte_fallback": true/	has byte_fallback
s/"ignore_merges": false/"ignore_merges": true/	has ignore_merges
s/p{N}|/p{N}{1,3}|/	not qwen2's pattern
s/"decoder": {"type": "ByteLevel"/"decoder": {"type": "Metaspace"/	its decoder
s/"lstrip": false/"lstrip": true/	lstrip
s/"id": 499/"id": 498/	498
s/"id": 499/"id": -1/	an id is not a number
s/"ÿ": 255/"日": 255/	token 255 has a character that stands for no byte
s/"ÿ": 255/"ÿ": 254/	254
s/"ÿ": 255,//	id 499 is out of range
s/"vocab": {/"vocab": [/	not JSON
s/^    "merges": \[/&"Ġ ÿ",/	merge 1 does not join
s/^    "merges": \[/&7,/	merge 1 does not join
TABLE
