#!/usr/bin/env bash
# Where output goes: whole files or none, compressed by name, onto an input, into full disks and closed pipes.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"
for _ in $(seq 200); do cat "$DATA/sentences.txt"; done >text
bon segment --fold text >tokens
mkdir place

# Compressed by name.
for kind in gz zst; do
    run bon segment -o "place/out.$kind" text
    expect_status 0
    run_shell "$([ $kind = gz ] && echo gzip || echo zstd) -dc place/out.$kind"
    cp out plain
    run bon segment text
    expect_out_file plain
done
rm place/*

# The output may be an input.
printf 'a  b\n' >same
run bon normalize -o same same
expect_status 0
[ "$(cat same)" = 'a b' ] || unmet 'output onto the input'

# A file that cannot be made; one that was there stays when the work fails.
run bon normalize -o nowhere/x text
expect_refusal 1 '^bon: nowhere/x.*No such file'
for command in 'lm build -o nowhere/x' 'lm build --arpa nowhere/x' 'count -o nowhere/x'; do
    # Said before the work, not after it: the missing input is not even looked at.
    # shellcheck disable=SC2086
    run bon $command missing-input
    expect_refusal 1 '^bon: nowhere/x.*No such file'
done
run bon normalize -o place text
expect_refusal 1 '^bon: place.*directory|^bon: place.*folder'
printf 'precious\n' >place/kept
run bon normalize --strict -o place/kept "$BON"
expect_status 1
expect_files place kept
[ "$(cat place/kept)" = precious ] || unmet 'a failed run changed the file that was there'
rm place/kept

# A full disk: told, and nothing half-written.
if [ -c /dev/full ]; then
    for command in 'normalize text' 'segment text' 'segment --tsv text' 'lm build -q --discount-fallback -n 2 --arpa - tokens' '--help' '--version'; do
        run_shell "bon $command >/dev/full"
        expect_status 1
        expect_err '^bon: standard output: .*No space left'
        [ "$(wc -l <err)" = 1 ] || unmet 'more than one message'
    done
    run bon normalize -o /dev/full text
    expect_status 1
    expect_err '^bon: /dev/full: .*No space left'
fi
for command in 'normalize -o place/x text' 'lm build -q --discount-fallback -n 3 -o place/x tokens' 'lm build -q --discount-fallback -n 3 --arpa place/x tokens' \
    'count -n 2 -o place/x tokens'; do
    run_shell "ulimit -f 1; bon $command"
    expect_status 1
    expect_err '^bon: place/x.*: .*;'
    expect_files place
done

# A reader that goes away ends bon without a word, also where the parent ignores SIGPIPE.
# shellcheck disable=SC2016 # meant for the inner shell
run_shell 'bon segment text text text | head -1 >/dev/null; exit ${PIPESTATUS[0]}'
expect_status 141
expect_err ''
# shellcheck disable=SC2016
run_shell 'trap "" PIPE; bon segment text text text | head -1 >/dev/null; exit ${PIPESTATUS[0]}'
expect_status 141
expect_err ''
run_shell 'bon lm build -q --discount-fallback -n 3 --arpa - tokens | head -1 | tr -d "\\\\"'
expect_out data
expect_err ''

# Pipes and devices are written directly.
run_shell 'bon normalize -o /dev/stdout same | cat'
expect_status 0
expect_out 'a b'
mkfifo fifo
cat fifo >through &
run bon normalize -o fifo same
wait
expect_same through same
[ -p fifo ] || unmet 'the pipe was replaced by a file'

# A closed standard stream is a failure that says so, not a number that the next file gets.
echo 'một' >one
run_shell 'bon normalize one >&-'
expect_status 1
expect_err '^bon: .*standard output'
run_shell 'bon normalize -o kept one >&-'
expect_status 0
expect_same one kept
run_shell 'bon normalize <&-'
expect_status 1
expect_err '^bon: standard input'
