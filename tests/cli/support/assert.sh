#!/usr/bin/env bash
# tests/cli/support/assert.sh: what the tests of the command share. A test sources it, runs commands with `run` and says
# what it expects of the last one. Every unmet expectation is printed; the test fails at its end if there was any.
#
#     run bon segment --fold input.txt
#     expect_status 0
#     expect_out 'một câu'
#     expect_err ''
set -u
DATA=$TESTS/cli/data
export DATA
unmet=0
status=0
last='(nothing run yet)'

unmet() {
    local frame=1
    unmet=$((unmet + 1))
    while [[ ${BASH_SOURCE[frame]} == */assert.sh ]]; do frame=$((frame + 1)); done
    printf 'line %s: %s\n    of: %s\n' "${BASH_LINENO[frame - 1]}" "$1" "$last"
}

# Runs a command; what it wrote is in the files `out` and `err`.
run() {
    last=$*
    "$@" >out 2>err
    status=$?
}

# The same for a line of shell: pipes, redirections, limits.
run_shell() {
    last=$1
    bash -c "$1" >out 2>err
    status=$?
}

expect_status() {
    [ "$status" = "$1" ] || unmet "exit status $status instead of $1; standard error: $(head -c 300 err)"
}

# The whole standard output, without its last newline.
expect_out() {
    [ "$(tr '\0' '@' <out)" = "$1" ] || unmet "wrote $(head -c 600 out | tr '\0' '@' | sed -n l)
    instead of $(printf '%s' "$1" | sed -n l)"
}

expect_out_file() {
    cmp -s out "$1" || unmet "output differs from $1: $(cmp out "$1" 2>&1)"
}

# Standard error: exactly nothing, or something with the pattern in it and nothing that looks like a crash.
expect_err() {
    if [ -z "$1" ]; then
        [ ! -s err ] || unmet "standard error has: $(head -c 300 err)"
    else
        grep -q -E -- "$1" err || unmet "standard error lacks '$1': $(head -c 300 err)"
    fi
    ! grep -q -E 'Sanitizer|runtime error|core dumped|Assertion' err || unmet "crashed: $(head -c 600 err)"
}

# A refusal: status, message, nothing on standard output.
expect_refusal() {
    expect_status "$1"
    expect_err "$2"
    [ ! -s out ] || unmet "refused, but wrote $(head -c 200 out)"
}

expect_same() { cmp -s "$1" "$2" || unmet "$1 and $2 differ: $(cmp "$1" "$2" 2>&1)"; }
expect_no_file() { [ ! -e "$1" ] || unmet "$1 is there"; }

# Nothing but the named files in a folder: no temporary file was left.
expect_files() {
    local folder=$1 there
    shift
    there=$(find "$folder" -mindepth 1 -maxdepth 1 -printf '%f\n' | LC_ALL=C sort)
    [ "$there" = "$(printf '%s\n' "$@" | LC_ALL=C sort)" ] || unmet "$folder has ${there//$'\n'/ }"
}

skip() {
    echo "$1"
    unmet=0
    trap - EXIT
    exit 77
}

# Whether a pseudo-terminal can be had: not in every container.
have_terminal() { script -qec true /dev/null >/dev/null 2>&1 </dev/null; }

under_sanitizer() { grep -qE "__[at]san_init" "$BON"; }

trap '[ "$unmet" = 0 ] || exit 1' EXIT
