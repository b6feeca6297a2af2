#!/bin/sh
# tests/abi/structs-compare.sh: every structure of structs.txt still has its size and alignment. New ones may be there.
here=$(dirname "$0")
now=$("$here/structs.sh") || exit 1
[ -s "$here/structs.txt" ] || exit 1
changed=$(printf '%s\n' "$now" | LC_ALL=C comm -13 - "$here/structs.txt")
[ -z "$changed" ] && exit 0
printf '%s\n' "$changed"
echo "these public structures are gone or have another size or alignment now: programs built before will break. If that is meant,"
echo "run make abi-update"
exit 1
