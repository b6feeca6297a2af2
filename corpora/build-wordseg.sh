#!/usr/bin/env bash
# build-wordseg.sh: training text -> the model of words for `bon segment --unit word`. The same text gives the same bytes.
#   BON_CORPORA=DIR corpora/build-wordseg.sh -o FILE.bonseg [-s SIZE] [-b BYTES]
#
# Reads the gold sentences DIR/gold/ud_vtb_train.seg.txt, three word lists of DIR/lexicon (more of them do not help), and of each of
# DIR/train/*.txt* evenly chosen sentences, up to BYTES (default 12000000) a file. SIZE is about the most bytes of the model
# (default 2900k). Needs some 2 GB of memory and a minute on a quiet machine. Files to leave out are the names in LEAVE_OUT (default: text
# converted word for word from Chinese).
set -euo pipefail
export LC_ALL=C

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bon=${BON:-$root/build/bon}
leave_out=${LEAVE_OUT-lit_webnovel_converted}
size=2900k bytes=12000000 output=

die() {
    printf 'build-wordseg: %s\n' "$*" >&2
    exit 1
}

while getopts o:s:b: option; do
    case $option in
    o) output=$OPTARG ;;
    s) size=$OPTARG ;;
    b) bytes=$OPTARG ;;
    *) exit 2 ;;
    esac
done
[ -n "$output" ] || die "say where the model goes: -o FILE.bonseg"
[ -x "$bon" ] || die "$bon is missing: run make first"
[ -d "${BON_CORPORA:-}/gold" ] || die "set BON_CORPORA to a folder that has gold/, lexicon/ and train/"

scratch=$(mktemp -d "${TMPDIR:-/tmp}/bon-wordseg.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

for file in "$BON_CORPORA"/train/*.txt*; do
    name=$(basename "$file")
    case " $leave_out " in *" ${name%%.*} "*) continue ;; esac
    "$bon" normalize -q "$file" | "$bon" segment -q --unit sentence >"$scratch/sentences"
    awk -v all="$(stat -c %s "$scratch/sentences")" -v most="$bytes" '
        BEGIN { k = all > most ? most / all : 1 }
        int(NR * k) > int((NR - 1) * k)' "$scratch/sentences"
done >"$scratch/text"
rm "$scratch/sentences"

lexicon=$BON_CORPORA/lexicon
"$bon" words build -q --size="$size" --gold="$BON_CORPORA/gold/ud_vtb_train.seg.txt" \
    --lists="$lexicon/Viet74K.txt,$lexicon/words_hongocduc.txt,$lexicon/words_tudientv.txt" \
    -o "$scratch/model.bonseg" "$scratch/text"
printf 'text\t%s bytes\nmodel\t%s bytes\nsha256\t%s\n' "$(stat -c %s "$scratch/text")" \
    "$(stat -c %s "$scratch/model.bonseg")" "$(sha256sum "$scratch/model.bonseg" | cut -d' ' -f1)"
cp "$scratch/model.bonseg" "$output.part"
mv -f "$output.part" "$output"
