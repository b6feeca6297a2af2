#!/usr/bin/env bash
# tests/web/run.sh BUILD: the JavaScript module in Node, then the page in a headless Chromium through playwright-core. Pictures of
# the page on a desktop and a phone are left in BUILD/web-test. Ends with `N passed, N failed`.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
build=$(cd "$1" && pwd)
work=$build/web-test
[ -e "$build/web/bon.wasm" ] || { echo "check-web: skipped: build/web was not built"; exit 0; }
mkdir -p "$work"
export BON_WEB=$build/web BON_BIN=$build/bon BON_WORK=$work
passed=0 failed=0
count() { # LOG: adds up its `N passed, N failed`
    local line
    line=$(grep -oE '[0-9]+ passed, [0-9]+ failed' "$1" | tail -n 1)
    [ -n "$line" ] || { failed=$((failed + 1)); return; }
    passed=$((passed + ${line%% passed*}))
    line=${line#*, }
    failed=$((failed + ${line%% failed*}))
}

node "$root/bindings/js/test/module.mjs" 2>&1 | tee "$work/module.log"
count "$work/module.log"

# The package as npm would install it, imported by its name, with the examples of its README's first section.
rm -rf "$work/package" && mkdir -p "$work/package/node_modules"
if (cd "$work/package" && npm pack --silent "$build/npm" && tar xzf bon-vi-*.tgz && mv package node_modules/bon-vi) >"$work/pack.log" 2>&1 &&
    cp "$build/web/vi.bonlm" "$work/package/" &&
    sed -n '/^## Restore marks/,/^```$/p' "$root/bindings/js/README.md" | sed '1,/^```js/d; /^```$/d' >"$work/package/example.mjs" &&
    (cd "$work/package" && node example.mjs) 2>&1 | tee -a "$work/pack.log" | grep -x 'tôi đang học tiếng việt' >/dev/null; then
    passed=$((passed + 1))
else
    failed=$((failed + 1))
    cat "$work/pack.log"
fi

if [ ! -d "$work/node_modules/playwright-core" ]; then
    (cd "$work" && npm install --no-audit --no-fund --no-save --silent playwright-core >npm.log 2>&1) ||
        { echo "check-web: the page: skipped: playwright-core cannot be had from the npm registry"; echo "$passed passed, $failed failed"; exit $((failed > 0)); }
fi
cp "$here/page.mjs" "$work/page.mjs" # beside the packages it imports
timeout 300 node "$work/page.mjs" 2>&1 | tee "$work/page.log"
count "$work/page.log"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
