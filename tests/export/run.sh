#!/usr/bin/env bash
# tests/export/run.sh BUILD: what bon exports, opened by the programs it is for. Their packages come from the npm registry into
# BUILD/export once; a check whose program cannot be had is skipped and says why. Ends with `N passed, N failed`.
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
export BON=$build/bon EXPORT=$build/export
mkdir -p "$EXPORT"
passed=0 failed=0
for check in "$here"/check_*.sh; do
    name=$(basename "$check" .sh)
    scratch=$(mktemp -d)
    (cd "$scratch" && bash "$check") >"$scratch/log" 2>&1
    status=$?
    case $status in
    0) passed=$((passed + 1)) word=ok ;;
    77) word=skip ;;
    *) failed=$((failed + 1)) word=FAIL ;;
    esac
    [ "$status" = 0 ] || [ "$status" = 77 ] || cat "$scratch/log"
    printf '%-5s %-24s %s\n' "$word" "$name" "$(tail -n 1 "$scratch/log")"
    rm -rf "$scratch"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
