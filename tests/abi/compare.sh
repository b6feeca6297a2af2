#!/bin/sh
# tests/abi/compare.sh LIBRARY: exactly the symbols of symbols.txt are visible.
here=$(dirname "$0")
"$here/symbols.sh" "$1" | diff "$here/symbols.txt" - || {
    echo "the public symbols changed: if that is meant, run make abi-update"
    exit 1
}
