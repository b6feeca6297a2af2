#!/usr/bin/env bash
# --json-field: one field is rewritten, every other byte of the object stays.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"

printf '%s\n' '{"id": 1.0e+05, "text": "Ti\u1ebfng Vi\u1ec7t.\nHay \"l\u1eafm\"!" , "x":[1 ,2, {"text":"a.b"}]}' \
    '' '{"text":null}' '{ "tex" : "a.b" }' '  {"text":"","z":"\u00e9\/"}  ' >lines
run bon segment --json-field text lines
expect_status 0
expect_err ''
expect_out '{"id": 1.0e+05, "text": "Tiếng Việt .\nHay \" lắm \" !" , "x":[1 ,2, {"text":"a.b"}]}

{"text":null}
{ "tex" : "a.b" }
  {"text":"","z":"\u00e9\/"}  '

# Sentences become an array.
run bon segment --unit sentence --json-field text lines
expect_status 0
expect_out '{"id": 1.0e+05, "text": ["Tiếng Việt.","Hay \"lắm\"!"] , "x":[1 ,2, {"text":"a.b"}]}

{"text":null}
{ "tex" : "a.b" }
  {"text":[],"z":"\u00e9\/"}  '

run bon segment --fold --json-field text lines
expect_status 0
expect_err ''

# What is wrong is told with line and offset; what came before it was written.
printf '{"text":"a"}\n{"text":"a}\n' >broken
run bon segment -j 1 --json-field text broken
expect_status 1
expect_err 'broken:2: malformed JSON at offset 24: the line ends in a string'
printf '{"text":"a"}\n\n {"text":[1]}\n' >number
run bon segment --json-field text number
expect_status 1
expect_err "number:3: field 'text' at offset 23 is not a string"
run bon segment --json-field txet lines
expect_status 0
expect_err "none of 4 objects has a string 'txet'"
expect_out_file lines

# The same for any number of threads; a record may be longer than a window of plain text.
{
    for i in $(seq 300); do printf '{"n":%d,"text":"Câu số %d. Hết."}\n' "$i" "$i"; done
    printf '{"text":"'
    head -c 3000000 /dev/zero | sed 's/\x0/ab /g' | head -c 3000000
    printf '","after":[true]}\n{"text":"cuối"}'
} >long
run bon segment -j 1 --json-field text long
expect_status 0
mv out one
run bon segment -j 4 --json-field text long
expect_status 0
expect_out_file one
cmp -s <(sed -n '301p' one | tr -d ' ' | head -c 100000) <(sed -n '301p' long | tr -d ' ' | head -c 100000) ||
    unmet 'the long record changed'
grep -q '"after":\[true\]}$' one || unmet 'the end of the long record is lost'
[ "$(tail -n 1 one)" = '{"text":"cuối"}' ] || unmet 'the last record is lost'

# JSON readers agree that the rest is the same.
if command -v jq >/dev/null; then
    jq -c 'del(.text)' long >rest
    jq -c 'del(.text)' one >rest-one
    expect_same rest rest-one
fi
