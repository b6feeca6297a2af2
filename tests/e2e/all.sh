#!/usr/bin/env bash
# tests/e2e/all.sh BUILD: every framework that was built, with GTK 3, Qt 5 and Chromium. Ends with `N passed, N failed` of runs;
# BUILD/ime/*.png is what each field looked like at the end.
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$1
passed=0 failed=0
for framework in ibus fcitx5; do
    case $framework in ibus) built=ibus-engine-bon ;; fcitx5) built=libbon-fcitx5.so ;; esac
    [ -e "$build/ime/$built" ] || { echo "$framework: skipped: not built" && continue; }
    for toolkit in gtk qt chromium; do
        timeout 300 "$here/run.sh" "$build" "$framework" "$toolkit" "$build/ime/$framework-$toolkit.png"
        status=$?
        # What a browser does with keys that come faster than its own processes talk is not bon's to mend: a second chance.
        if [ "$toolkit" = chromium ] && [ "$status" != 0 ] && [ "$status" != 77 ]; then
            echo "$framework/chromium: once more"
            timeout 300 "$here/run.sh" "$build" "$framework" "$toolkit" "$build/ime/$framework-$toolkit.png"
            status=$?
        fi
        case $status in 0) passed=$((passed + 1)) ;; 77) ;; *) failed=$((failed + 1)) ;; esac
    done
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
