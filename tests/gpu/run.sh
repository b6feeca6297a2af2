#!/usr/bin/env bash
# tests/gpu/run.sh PROGRAM...: runs the checks of a GPU one after the other; ends with `N passed, N failed`.
set -u
passed=0 failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for program in "$@"; do
    echo "== ${program##*/}"
    "$program" ${GPU_CHECK_ARGS:-} 2>&1 | tee "$log" | grep -v '^[0-9]* passed,'
    status=${PIPESTATUS[0]}
    counts=$(grep -aoE '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1)
    counts=${counts:-0 passed, 0 failed}
    passed=$((passed + ${counts%% passed*}))
    counts=${counts#*, }
    failed=$((failed + ${counts%% failed*}))
    [ "$status" -ne 0 ] && [ "${counts%% failed*}" = 0 ] && failed=$((failed + 1))
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
