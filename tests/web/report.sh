#!/usr/bin/env bash
# tests/web/report.sh BUILD: the page of `bon stats` in a headless Chromium through playwright-core, on a phone and on a desk, light and dark.
# Pictures are left in BUILD/web-test. Ends with `N passed, N failed`.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
work=$build/web-test
mkdir -p "$work"
export BON_WORK=$work

# Texts of every kind: words that look like markup, a legacy charset, lines without marks, very long words, many sources.
texts=$work/texts
rm -rf "$texts" && mkdir -p "$texts"
for i in $(seq 3000); do
    echo "Câu số $((i * 7919 % 1201)) kể về làng ven sông, nơi người thợ dệt $((i % 13)) tấm lụa $(printf '%x' $((i * i % 4093)) | tr 0-9a-f bcdghklmnrstvxyq)."
done >"$texts/kể chuyện.txt"
printf '<script>alert(1)</script> <b>đậm</b> &amp; "ngiêng" ngiêng Đắk Lắk\nmot hai ba bon nam sau bay tam\n' >"$texts/<b>&.txt"
printf 'Ti\xd5ng Vi\xd6t m\xd5n y\xaau c\xf1a ch\xf3ng t\xabi, ng\xad\xeai Vi\xd6t Nam \xae\xd2u bi\xd5t \xae\xe4c\n' >"$texts/tcvn3.txt"
head -c 5000 /dev/zero | tr '\0' x >"$texts/$(printf 'dài%.0s' {1..40}).txt"
"$build/bon" stats -q --html "$work/stats.html" "$texts"/* || exit 1
: >"$work/empty.txt"
"$build/bon" stats -q --html "$work/stats-empty.html" "$work/empty.txt" || exit 1

if [ ! -d "$work/node_modules/playwright-core" ]; then
    (cd "$work" && npm install --no-audit --no-fund --no-save --silent playwright-core >npm.log 2>&1) ||
        { echo "check-report: skipped: playwright-core cannot be had from the npm registry"; exit 0; }
fi
cp "$here/report.mjs" "$work/report.mjs" # beside the packages it imports
timeout 300 node "$work/report.mjs"
