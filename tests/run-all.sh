#!/usr/bin/env bash
# tests/run-all.sh BUILD PART...: runs the parts of the tests (cli, unit, property, fuzz-corpus, examples, abi, desktop) built in BUILD,
# TEST_JOBS programs at once (default: as many as there are processors), in the order of the parts. A line a program as it ends, whole
# output of what fails, and at the end `N passed, N failed`. What takes long goes first: then no processor waits for it at the end.
set -u
here=$(cd "$(dirname "$0")" && pwd)
export LC_ALL=C.UTF-8
seconds=${TEST_SECONDS:-200}

# Whether all that the log complains of is memory that Criterion itself allocated and, now and then, does not free: the clock of a test.
only_criterion_leaks() { # LOG
    grep -q 'LeakSanitizer: detected' "$1" && ! grep -qE 'ERROR: AddressSanitizer|runtime error' "$1" &&
        [ "$(grep -c 'leak of' "$1")" = "$(grep -c '#1 .*libcriterion' "$1")" ]
}

# Each of these sets `status` and `good` and `bad`, the tests that passed and failed, from a program's status and log; 77: skipped.

# A Criterion program. Its own count is believed only when the exit status agrees.
count_criterion() { # LOG
    local counts crashing
    counts=$(grep -aoE 'Tested: [0-9]+ \| Passing: [0-9]+ \| Failing: [0-9]+ \| Crashing: [0-9]+' "$1" | tail -n 1)
    if [ -n "$counts" ]; then
        read -r _ _ _ _ good _ _ bad _ _ crashing <<<"$counts"
        bad=$((bad + crashing))
    fi
    case $status/$counts in
    0/'Tested: 0 '*) # every test lacks something that this machine does not have; the first line says what
        status=77
        return
        ;;
    esac
    [ "$status" != 0 ] && only_criterion_leaks "$1" && status=0
    if [ "$bad" = 0 ] && { [ "$status" != 0 ] || [ "$good" = 0 ]; }; then bad=1; fi
}

count_script() { # LOG
    case $status in
    0) good=1 ;;
    77) ;;
    *)
        echo "exit status $status" >>"$1"
        bad=1
        ;;
    esac
}

# run KIND NAME COMMAND ARGUMENT...: runs one program; its line, and in OUTCOMES a file with what it counted.
run() {
    local kind=$1 name=$2 begun=$SECONDS status good=0 bad=0 word=ok log
    shift 2
    log=$OUTCOMES/${name//\//-}
    timeout --kill-after=10 "$((3 * TEST_SECONDS))" "$@" >"$log.log" 2>&1
    status=$?
    "count_$kind" "$log.log"
    [ "$bad" -gt 0 ] && word=FAIL
    exec 9>>"$OUTCOMES/lock"
    flock 9 # lines of one program at a time
    if [ "$status" = 77 ]; then
        local why=tail # the line that says why
        [ "$kind" = criterion ] && why="head"
        printf 'skip  %-32s %s\n' "$name" "$($why -n 1 "$log.log")"
    else
        [ "$bad" -gt 0 ] && cat "$log.log"
        printf '%-5s %-32s %4d passed%s  %4d s\n' "$word" "$name" "$good" "$([ "$bad" -gt 0 ] && echo ", $bad failed")" \
            "$((SECONDS - begun))"
    fi
    echo "$good $bad $([ "$status" = 77 ] && echo 1 || echo 0)" >"$log.count"
}

if [ "${1:-}" = --one ]; then # KIND NAME COMMAND ARGUMENT...: what xargs calls
    shift
    run "$@"
    exit
fi

build=$(cd "$1" && pwd)
shift
OUTCOMES=$(mktemp -d)
trap 'rm -rf "$OUTCOMES"' EXIT
export OUTCOMES TEST_SECONDS=$seconds

# Each part prints its programs: KIND NAME COMMAND and two arguments, with NUL behind each.
criterion() { printf '%s\0' criterion "${1##*/}" "$1" -j2 "--timeout=$seconds"; }
script() { printf '%s\0' script "$@"; }

part_unit() { for program in "$build"/tests/unit-*; do criterion "$program"; done; }
part_property() { for program in "$build"/tests/property-*; do criterion "$program"; done; }
part_desktop() { for program in "$build"/tests/desktop-*; do criterion "$program"; done; }
part_fuzz-corpus() {
    local program name
    for program in "$build"/tests/fuzz-*; do
        name=${program##*/}
        script "$name" env "$program" "$here/fuzz/corpus/${name#fuzz-}"
    done
}
part_examples() { for program in "$build"/examples/*; do script "examples/${program##*/}" env -- "$program"; done; }
part_abi() {
    script abi-symbols env "$here/abi/compare.sh" "$build/libbon.so"
    script abi-structs env -- "$here/abi/structs-compare.sh"
    script abi-headers env -- "$here/abi/headers.sh"
}
part_cli() {
    local test name
    for test in "$here"/cli/*.sh; do
        name=${test##*/}
        script "cli/${name%.sh}" "$here/run-cli.sh" "$test" "$build/bon"
    done
}

shopt -s nullglob
for part in "$@"; do "part_$part"; done |
    xargs -0 -n 5 -P "${TEST_JOBS:-$(nproc)}" "$here/run-all.sh" --one
cat "$OUTCOMES"/*.count | awk '{ passed += $1; failed += $2; skipped += $3 }
    END {
        if (skipped) print skipped " skipped"
        print passed + 0 " passed, " failed + 0 " failed"
        exit failed > 0 || passed == 0
    }'
