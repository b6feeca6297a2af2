#!/usr/bin/env bash
# Ctrl-C and kill during a job: the status says so, and neither a half-written nor a temporary file stays.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"
for _ in $(seq 20); do cat "$DATA/sentences.txt"; done | bon segment --fold >tokens
mkdir place

# The input does not end while the writer of the pipe lives, so each job is still running when the signal comes. Text
# commands have their temporary file then, which there is to undo; a model has none until it is written.
mkfifo endless
interrupt() { # SIGNAL STATUS COMMAND...
    local signal=$1 want=$2 pid
    shift 2
    last="SIG$signal to bon $*"
    # A background job of a script ignores SIGINT, and so would bon: env gives it back.
    env --default-signal=INT bon "$@" <endless >out 2>err &
    pid=$!
    exec 9>endless
    for _ in $(seq 40); do cat tokens; done >&9
    for _ in $(seq 1200); do
        if [ -n "$(find place -type f)" ] || [ "$1" = lm ]; then break; fi
        sleep 0.05
    done
    [ -n "$(find place -type f)" ] || [ "$1" = lm ] || unmet 'no temporary file to undo'
    sleep 0.1
    kill -s "$signal" $pid
    exec 9>&-
    { wait $pid; } 2>/dev/null
    status=$?
    expect_status "$want"
    expect_files place
}

interrupt INT 130 normalize -o place/x
interrupt TERM 143 segment --fold -o place/x
interrupt HUP 129 normalize -j4 -o place/x.zst
interrupt INT 130 lm build -q -n 3 -o place/x.bonlm --arpa place/x.arpa

# The file that was there before stays as it was.
printf 'precious\n' >place/kept
env --default-signal=INT bon normalize -o place/kept <endless >out 2>err &
pid=$!
exec 9>endless
cat tokens >&9
sleep 0.3
kill -s INT $pid
exec 9>&-
wait $pid
expect_files place kept
[ "$(cat place/kept)" = precious ] || unmet 'the old file changed'

# At any moment of a build, reading, estimating or writing: no file, or the whole model.
awk 'BEGIN { srand(3); for (i = 0; i < 40000; i++) { for (k = 0; k < 8; k++) printf "w%d ", int(rand() * rand() * 5000); print "" } }' >random
rm place/kept
bon lm build -q -n 5 --discount-fallback -o whole.bonlm random
for delay in 0.02 0.05 0.1 0.15 0.2 0.3 0.4 0.6; do
    env --default-signal=INT bon lm build -q -n 5 --discount-fallback -o place/x.bonlm random 2>/dev/null &
    pid=$!
    sleep $delay
    kill -s INT $pid 2>/dev/null
    { wait $pid; } 2>/dev/null
    status=$?
    last="SIGINT after $delay s of a build"
    if [ "$status" = 0 ]; then
        expect_files place x.bonlm
        expect_same whole.bonlm place/x.bonlm
        rm place/x.bonlm
    else
        expect_status 130
        expect_files place
    fi
done
