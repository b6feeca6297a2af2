#!/usr/bin/env bash
# A line of 24 MB (BON_LONG=1: 200 MB), with blanks and without: memory stays where it is, and what belongs together stays.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"
megabytes=24
[ -z "${BON_LONG-}" ] || megabytes=200
bon normalize "$DATA/sentences.txt" | bon segment --fold | bon lm build -q --discount-fallback --candidates 1 -o m.bonlm

# Address space, not resident memory, since a shell can limit only that: threads and their stacks are in it too.
limit_kb=$((110 * 1024))
limit="ulimit -v $limit_kb;"
if under_sanitizer; then
    limit=
    megabytes=4
fi

yes 'toi dang hoc tieng Viet' | tr '\n' ' ' | head -c $((megabytes * 1000000)) >words
head -c $((megabytes * 1000000)) /dev/zero | tr '\0' 'a' >word
yes 'ư' | tr -d '\n' | head -c $((megabytes * 1000000 / 2 * 2)) >letters

for command in normalize segment 'segment --fold' 'restore -m m.bonlm'; do
    # Each word is its own fold and its own normal form.
    run_shell "$limit bon $command -j2 word"
    expect_status 0
    expect_err ''
    expect_out_file word
    run_shell "$limit bon $command -j2 letters"
    expect_status 0
    expect_out_file letters
done

# Blanks at which windows are cut: one each.
run_shell "$limit bon normalize -j2 words"
expect_status 0
cmp -s <(sed 's/ *$//' words) out || unmet 'normalize changed the words'
run_shell "$limit bon segment -j2 words"
expect_status 0
cmp -s <(sed 's/ *$//' words) out || unmet 'segment changed the words'
run_shell "$limit bon restore -m m.bonlm -j2 words"
expect_status 0
[ "$(wc -w <out)" = "$(wc -w <words)" ] || unmet 'restore changed the number of words'
run_shell "$limit bon segment -j2 --tsv words | tail -n +2 | wc -l"
expect_out "$(wc -w <words)"
run_shell "$limit bon segment -j2 --ids words | wc -c"
expect_out "$((2 * $(wc -w <words) + 2))"

# A model sees one sentence, a query one row.
run_shell "bon lm query --per-line m.bonlm words | tail -n +2 | cut -f 1"
expect_out "$(($(wc -w <words) + 1))"

# Windows of nothing but blanks at the beginning of a line leave no space there; CR LF ends one line wherever windows end.
run_shell "{ head -c 3000000 /dev/zero | tr '\0' ' '; printf 'a b\n'; } | bon normalize -j2"
expect_out 'a b'
for before in 1048574 1048575 1048576; do
    { head -c $before /dev/zero | tr '\0' 'a' && printf '\r\nb'; } >cut
    { head -c $before /dev/zero | tr '\0' 'a' && printf '\nb'; } >expected
    run bon normalize -j2 cut
    expect_out_file expected
done
