#!/usr/bin/env bash
# tests/run-all.sh BUILD PART...: runs the parts of the tests (unit, property, fuzz-corpus, examples, abi, desktop, cli) built in BUILD. A line a
# program, whole output of what fails, and at the end `N passed, N failed`. Tests of the command run TEST_JOBS at once (default: as
# many as there are processors).
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
shift
export LC_ALL=C.UTF-8
passed=0 failed=0 skipped=0
seconds=${TEST_SECONDS:-200}
jobs=${TEST_JOBS:-$(nproc)}
log=$(mktemp)
outcomes=$(mktemp -d) # of scripts that run side by side
trap 'rm -rf "$log" "$outcomes"' EXIT

report() { # NAME PASSED FAILED
    passed=$((passed + $2)) failed=$((failed + $3))
    if [ "$3" -gt 0 ]; then
        cat "$log"
        printf 'FAIL  %-32s %4d passed, %d failed\n' "$1" "$2" "$3"
    else
        printf 'ok    %-32s %4d passed\n' "$1" "$2"
    fi
}

# Whether all that the log complains of is memory that Criterion itself allocated and, now and then, does not free: the clock of a test.
only_criterion_leaks() {
    grep -q 'LeakSanitizer: detected' "$log" && ! grep -qE 'ERROR: AddressSanitizer|runtime error' "$log" &&
        [ "$(grep -c 'leak of' "$log")" = "$(grep -c '#1 .*libcriterion' "$log")" ]
}

# A Criterion program. Its own count is believed only when the exit status agrees.
criterion() {
    local name=${1##*/} status counts good=0 bad=0
    # A test that hangs is a failure: Criterion ends one after TEST_SECONDS, timeout the whole program.
    timeout --kill-after=10 "$((3 * seconds))" "$1" -j2 --timeout "$seconds" >"$log" 2>&1
    status=$?
    counts=$(grep -aoE 'Tested: [0-9]+ \| Passing: [0-9]+ \| Failing: [0-9]+ \| Crashing: [0-9]+' "$log" | tail -n 1)
    if [ -n "$counts" ]; then
        read -r _ _ _ _ good _ _ bad _ _ crashed <<<"$counts"
        bad=$((bad + crashed))
    fi
    case $status/$counts in
    0/'Tested: 0 '*) # every test lacks something that this machine does not have; the first line says what
        skipped=$((skipped + 1))
        printf 'skip  %-32s %s\n' "$name" "$(head -n 1 "$log")"
        return
        ;;
    esac
    [ "$status" != 0 ] && only_criterion_leaks && status=0
    if [ "$bad" = 0 ] && { [ "$status" != 0 ] || [ "$good" = 0 ]; }; then bad=1; fi
    report "$name" "$good" "$bad"
}

# A program that passes with 0, is skipped with 77.
script() {
    local name=$1
    shift
    timeout --kill-after=10 "$((3 * seconds))" "$@" >"$log" 2>&1
    settle "$name" $?
}

settle() { # NAME STATUS, output in the log
    local name=$1 status=$2
    if [ "$status" = 77 ]; then
        skipped=$((skipped + 1))
        printf 'skip  %-32s %s\n' "$name" "$(tail -n 1 "$log")"
    elif [ "$status" = 0 ]; then
        report "$name" 1 0
    else
        echo "exit status $status" >>"$log"
        report "$name" 0 1
    fi
}

part_unit() { for program in "$build"/tests/unit-*; do criterion "$program"; done; }
part_property() { for program in "$build"/tests/property-*; do criterion "$program"; done; }
part_fuzz-corpus() {
    for program in "$build"/tests/fuzz-*; do
        script "${program##*/}" "$program" "$here/fuzz/corpus/${program##*/fuzz-}"
    done
}
part_examples() { for program in "$build"/examples/*; do script "examples/${program##*/}" "$program"; done; }
part_abi() {
    script abi-symbols "$here/abi/compare.sh" "$build/libbon.so"
    script abi-structs "$here/abi/structs-compare.sh"
    script abi-headers "$here/abi/headers.sh"
}
part_desktop() { for program in "$build"/tests/desktop-*; do criterion "$program"; done; }
part_cli() {
    local test name
    # shellcheck disable=SC2016
    printf '%s\0' "$here"/cli/*.sh | xargs -0 -n 1 -P "$jobs" bash -c '
        timeout --kill-after=10 "$4" "$1/run-cli.sh" "$5" "$2" >"$3/${5##*/}.log" 2>&1
        echo $? >"$3/${5##*/}.status"' cli "$here" "$build/bon" "$outcomes" "$((3 * seconds))"
    for test in "$here"/cli/*.sh; do
        name=${test##*/}
        cat "$outcomes/$name.log" >"$log"
        settle "cli/${name%.sh}" "$(cat "$outcomes/$name.status")"
    done
}

shopt -s nullglob
for part in "$@"; do "part_$part"; done
[ "$skipped" -gt 0 ] && echo "$skipped skipped"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
