#!/usr/bin/env bash
# build-model.sh: training text -> a model for `bon restore`. One recipe; the same text gives the same bytes.
#   BON_CORPORA=DIR corpora/build-model.sh -o FILE.bonlm [-n ORDER] [-s SIZE]        or: make model ORDER=… SIZE=…
#
# Reads DIR/train/*.txt.zst (also .txt, .gz), one sentence or paragraph a line:
#
#   normalize | segment --fold -> every different line once -> count words -> lm build --candidates
#
# SIZE is the most bytes that the model may have (16M = 16,000,000) or `full`: nothing is left out, 32-bit floats. Below that
# the first row of `levels` that fits is taken. Needs about 20 bytes of memory a token, and room in TMPDIR for the tokens.
# Files to leave out are the names in LEAVE_OUT (default: text converted word for word from Chinese, whose word order is not
# Vietnamese).
set -euo pipefail
export LC_ALL=C

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bon=${BON:-$root/build/bon}
leave_out=${LEAVE_OUT-lit_webnovel_converted}
candidates=3 # a marked word seen less often is no candidate
order=4 size=16M output=

# n-grams of order 1, 2, 3, 4 seen at most so often are left out; words seen less often than `words`; bits a value.
# prune | words | bits
levels='0 0 0 0|1|8
0 0 1 1|3|8
0 1 1 2|5|8
0 1 2 3|10|8
0 1 2 4|20|7
0 1 3 6|20|6
0 2 4 8|20|6
0 3 6 12|20|6
0 5 9 18|30|6
0 8 16 30|50|6
0 15 30 60|100|6
0 40 80 160|200|6'

die() {
    printf 'build-model: %s\n' "$*" >&2
    exit 1
}
say() { printf '%-10s %s\n' "$1" "$2"; }

while getopts n:s:o: option; do
    case $option in
    n) order=$OPTARG ;;
    s) size=$OPTARG ;;
    o) output=$OPTARG ;;
    *) exit 2 ;;
    esac
done
[ -n "$output" ] || die "say where the model goes: -o FILE.bonlm"
[ -x "$bon" ] || die "$bon is missing: run make first"
[ -d "${BON_CORPORA:-}/train" ] || die "set BON_CORPORA to a folder that has train/"
case $size in
full) limit= ;;
*[!0-9kMG]* | *[kMG]?* | "") die "a size of '$size': bytes, or with k, M, G behind, or full" ;;
*k) limit=${size%k}000 ;;
*M) limit=${size%M}000000 ;;
*G) limit=${size%G}000000000 ;;
*) limit=$size ;;
esac

scratch=$(mktemp -d "${TMPDIR:-/tmp}/bon-model.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

# ---- text -> tokens ----

files=0
for file in "$BON_CORPORA"/train/*.txt*; do
    name=$(basename "$file")
    case " $leave_out " in *" ${name%%.*} "*) continue ;; esac
    "$bon" normalize -q "$file" | "$bon" segment -q --fold >>"$scratch/tokens"
    files=$((files + 1))
done
[ "$files" -gt 0 ] || die "$BON_CORPORA/train has no .txt, .txt.gz or .txt.zst file"
awk '!seen[$0]++' "$scratch/tokens" >"$scratch/text"
rm "$scratch/tokens"
"$bon" count -q -n 1 "$scratch/text" >"$scratch/counts"
say files "$files"
say lines "$(wc -l <"$scratch/text")"
say tokens "$(awk -F'\t' '{n += $2} END {printf "%d", n}' "$scratch/counts")"
say words "$(wc -l <"$scratch/counts")"

# ---- tokens -> model ----

build() { # options...
    "$bon" lm build -q -n "$order" --candidates="$candidates" --skip-symbols "$@" -o "$scratch/model.bonlm" "$scratch/text"
}

if [ -z "$limit" ]; then
    build
    say level full
else
    fits=
    while IFS='|' read -r prune words bits; do
        awk -F'\t' -v least="$words" '$2 >= least {print $1}' "$scratch/counts" >"$scratch/vocabulary"
        # shellcheck disable=SC2046
        build --prune="$(cut -d' ' -f1-"$order" <<<"$prune")" --vocab="$scratch/vocabulary" --quantize="$bits"
        if [ "$(stat -c %s "$scratch/model.bonlm")" -le "$limit" ]; then
            fits="prune $prune, words seen at least $words times, $bits bits"
            break
        fi
    done <<<"$levels"
    [ -n "$fits" ] || die "no level gives a model of $limit bytes or less"
    say level "$fits"
fi
say size "$(stat -c %s "$scratch/model.bonlm")"
say sha256 "$(sha256sum "$scratch/model.bonlm" | cut -d' ' -f1)"
cp "$scratch/model.bonlm" "$output.part"
mv -f "$output.part" "$output"
