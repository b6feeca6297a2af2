#!/usr/bin/env bash
# Progress: only for a terminal that watches, after a second; always and never when told so; never in the output.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"
cp "$DATA/sentences.txt" text

run bon segment text
expect_err ''
cp out tokens
run bon segment --progress=never text
expect_err ''
run bon segment --progress=always text
expect_out_file tokens
tail -n 1 err | grep -qE '^segment: 1\.[0-9] kB in [0-9]+ s, .*/s$' || unmet "the line at the end: $(cat err)"

# A slow input: a line a second, with the rate; share and time left only where the size is known. It goes on until a line is there.
slow() { echo "{ cat text; for _ in \$(seq 300); do sleep 0.2; cat text; [ ! -s $1 ] || break; done; }"; }
run_shell "$(slow err) | bon segment --progress=always"
expect_status 0
expect_err '^segment: [0-9.]+ kB, [0-9.]+ k?B/s$'
[ "$(wc -l <err)" -ge 2 ] || unmet "lines: $(wc -l <err)"

if have_terminal; then
    # On a terminal, but done within a second, which a busy machine may not grant: nothing is drawn.
    last='a quick job on a terminal'
    for _ in $(seq 20); do
        began=${EPOCHREALTIME/./}
        script -qec "$BON segment text -o tokens.2" /dev/null >out 2>err </dev/null
        [ $((${EPOCHREALTIME/./} - began)) -ge 1000000 ] || break
    done
    [ ! -s out ] || unmet "drew $(sed -n l out)"
    script -qec "$(slow out) | $BON segment -o tokens.2" /dev/null >out </dev/null
    last='a slow job on a terminal'
    grep -q $'\r\033\\[Ksegment: ' out || unmet "drew nothing: $(sed -n l out)"
    script -qec "{ cat text; sleep 1.2; cat text; sleep 0.1; } | $BON segment -q -o tokens.2" /dev/null >out </dev/null
    last='a slow job with -q'
    [ ! -s out ] || unmet "drew $(sed -n l out)"
fi
