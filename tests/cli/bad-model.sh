#!/usr/bin/env bash
# Models that are not: truncated, changed, foreign, newer. Each is refused with file and reason, by every command.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"
bon segment --fold "$DATA/sentences.txt" >tokens
bon lm build -q --discount-fallback --candidates 1 -o m.bonlm --arpa m.arpa tokens
size=$(wc -c <m.bonlm)
bon restore --model m.bonlm tokens >restored

expect_refused_by_all() {
    run bon lm info "$1"
    expect_refusal 1 "^bon: $1: $2"
    run bon lm query "$1" tokens
    expect_refusal 1 "^bon: $1: $2"
    run bon restore --model "$1" tokens
    expect_refusal 1 "^bon: $1: $2"
    run bon lm convert "$1" back.arpa
    expect_status 1
    expect_err "^bon: $1: "
    expect_no_file back.arpa
}

for length in 0 1 7 63 64 65 200 $((size / 2)) $((size - 1)); do
    head -c "$length" m.bonlm >cut.bonlm
    expect_refused_by_all cut.bonlm '.*'
done

# Every part of the file is under a checksum: one changed byte anywhere is found.
for ((at = 0; at < size; at += size / 60 + 1)); do
    cp m.bonlm changed.bonlm
    old=$(od -An -tu1 -j "$at" -N 1 m.bonlm)
    printf '%b' "$(printf '\\x%x' $((old ^ 85)))" | dd of=changed.bonlm bs=1 seek="$at" conv=notrunc status=none
    run bon restore --model changed.bonlm tokens
    if [ "$status" = 0 ]; then
        # Padding between sections carries nothing.
        [ "$old" -eq 0 ] || unmet "byte $at changed and not noticed"
        expect_out_file restored
    else
        expect_refusal 1 '^bon: changed.bonlm: '
    fi
done

head -c 5000 "$BON" >foreign.bonlm
expect_refused_by_all foreign.bonlm '.*not .*'
cp tokens foreign.txt
expect_refused_by_all foreign.txt '.*not .*'
: >empty.bonlm
expect_refused_by_all empty.bonlm '.*'

# Written by a newer bon: the container's version, 4 bytes at 16, is looked at before any checksum.
cp m.bonlm newer.bonlm
printf '\x02' | dd of=newer.bonlm bs=1 seek=16 conv=notrunc status=none
expect_refused_by_all newer.bonlm 'written by a newer bon: .*update'

# A file of bon, but of another kind.
bon count -o counts.bonc tokens
expect_refused_by_all counts.bonc '.*bonc'
run bon count --text m.bonlm
expect_refusal 1 '^bon: m.bonlm: .*bonlm'
run bon merge -o all.bonc counts.bonc m.bonlm
expect_refusal 1 '^bon: m.bonlm: .*bonlm'
expect_no_file all.bonc
head -c 300 counts.bonc >cut.bonc
run bon merge -o all.bonc counts.bonc cut.bonc
expect_refusal 1 '^bon: cut.bonc: '

# Grown by a byte.
{ cat m.bonlm; printf x; } >grown.bonlm
run bon lm info grown.bonlm
expect_refusal 1 '^bon: grown.bonlm: '

# A model without candidates cannot restore; the message says how to make one.
bon lm build -q --discount-fallback -o plain.bonlm tokens
run bon restore --model plain.bonlm tokens
expect_refusal 1 '^bon: plain.bonlm: .*candidates'

# No model at all: every place looked at is named.
cp "$BON" ./bon-alone
run ./bon-alone restore tokens
expect_refusal 1 "^bon: no model found.*--model.*BON_MODEL.*looked for .*/vi.bonlm"
run env BON_MODEL=nowhere.bonlm bon restore tokens
expect_refusal 1 '^bon: nowhere.bonlm: .*No such file'
run env BON_MODEL=nowhere.bonlm bon restore --model m.bonlm tokens
expect_status 0
run bon lm info .
expect_refusal 1 '^bon: \.: '

# ARPA text with something wrong is refused by line.
sed '8s/^[-0-9.]*/nan/' m.arpa >nan.arpa
run bon lm convert nan.arpa x.bonlm
expect_refusal 1 '^bon: nan.arpa:?.*8'
sed 's/^ngram 2=.*/ngram 2=7/' m.arpa >count.arpa
run bon lm convert count.arpa x.bonlm
expect_refusal 1 '^bon: count.arpa'
head -n 20 m.arpa >short.arpa
run bon lm convert short.arpa x.bonlm
expect_refusal 1 '^bon: short.arpa'
expect_no_file x.bonlm
