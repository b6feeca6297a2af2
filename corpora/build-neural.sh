#!/usr/bin/env bash
# build-neural.sh: training text -> a neural restorer, models/vi-SIZE.bonnn.
#   BON_CORPORA=DIR corpora/build-neural.sh -o FILE.bonnn [-s SIZE] [-t SECONDS] [-r RUN] [-d DEVICE]
#
#   normalize -> every different line once -> weighted -> neural train -> neural export
#
# SIZE is tiny (the default), small or base; SECONDS is the time to train (default 7200: two hours). The folder RUN keeps checkpoints:
# where it is given and has some, training goes on from the newest, so it can be stopped and begun again. The file is joined with a
# model of n-grams when text is restored. DEVICE is cpu (the default) or cuda. The words of gold/ud_vtb_train.seg.txt teach where
# words end.
set -euo pipefail
export LC_ALL=C

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bon=${BON:-$root/build/bon}
size=tiny seconds=7200 device=cpu run='' output=''

die() {
    printf 'build-neural: %s\n' "$*" >&2
    exit 1
}
. "$root/corpora/lib.sh"

while getopts s:t:r:d:o: option; do
    case $option in
    s) size=$OPTARG ;;
    t) seconds=$OPTARG ;;
    r) run=$OPTARG ;;
    d) device=$OPTARG ;;
    o) output=$OPTARG ;;
    *) exit 2 ;;
    esac
done
[ -n "$output" ] || die "say where the network goes: -o FILE.bonnn"
[ -x "$bon" ] || die "$bon is missing: run make first"
[ -d "${BON_CORPORA:-}/train" ] || die "set BON_CORPORA to a folder that has train/"
words=$BON_CORPORA/gold/ud_vtb_train.seg.txt
[ -f "$words" ] || die "$words is missing"

scratch=$(mktemp -d "${TMPDIR:-/tmp}/bon-neural.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
: "${run:=$scratch/run}"

good_lines
for file in "$scratch"/lines/*; do copies "$(copies_of "$(basename "$file")" 3)" "$file" >>"$scratch/text"; done
rm -r "$scratch/lines"
precision=f32
[ "$device" = cuda ] && precision=bf16
resume=()
[ -n "$(ls -d "$run"/step-* 2>/dev/null)" ] && resume=(--resume)
"$bon" neural train --size "$size" --device "$device" --precision "$precision" --max-seconds "$seconds" --save-every 250 \
    --words "$words" "${resume[@]}" -o "$run" "$scratch/text"
"$bon" neural export -q -o "$output" "$run"
say size "$(stat -c %s "$output")"
say sha256 "$(sha256sum "$output" | cut -d' ' -f1)"
