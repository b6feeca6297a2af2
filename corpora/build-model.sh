#!/usr/bin/env bash
# build-model.sh: training text -> a model for `bon restore`. One recipe; the same text gives the same bytes.
#   BON_CORPORA=DIR corpora/build-model.sh -o FILE.bonlm [-n ORDER] [-s SIZE]        or: make model ORDER=… SIZE=…
#   BON_CORPORA=DIR corpora/build-model.sh -o FOLDER [-n ORDER] -s SIZE,SIZE,…       all from one reading: FOLDER/SIZE.bonlm
#
# Reads DIR/train/*.txt.zst (also .txt, .gz), one sentence or paragraph a line:
#
#   normalize -> every different line once -+-> sentences, folded, weighted -> count words -> lm build --candidates -+-> lm tag
#                                           +-> weighted ------------------------------------------------------------+
#
# SIZE is the most bytes that the model may have (16M = 16,000,000), or a name: large (100M), base (16M), small (6M), or `full`:
# n-grams alone, nothing left out, 32-bit floats. Below that the n-grams get a row of `levels` that leaves the tagger its share,
# the first that is small enough from the one on that should be, and the tagger gets what is left. Needs about 20 bytes of memory
# a token, and room in TMPDIR for the text three times. Files to leave out are the names in LEAVE_OUT (default: text converted word
# for word from Chinese, whose word order is not Vietnamese).
set -euo pipefail
export LC_ALL=C

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bon=${BON:-$root/build/bon}
candidates=3 # a marked word seen less often is no candidate
order=4 sizes=16M output=

tagger_share=37 # percent of a model that the tagger gets at least; half or a quarter loses 0.05 points

# n-grams of order 1, 2, 3, 4 seen at most so often are left out; words seen less often than `words`; bits a value; bytes that
# the n-grams took in millions, of a text of `tried_on` tokens.
tried_on=92641095
# prune | words | bits | took
levels='0 0 0 0|1|8|200
0 0 1 1|3|8|66
0 0 1 2|3|8|49
0 1 1 2|5|8|40
0 1 2 3|10|8|25
0 1 2 4|20|7|19
0 1 3 6|20|6|15
0 2 3 6|20|6|14
0 2 4 8|20|6|13
0 3 6 12|20|6|9.1
0 4 8 15|30|6|8
0 5 9 18|30|6|7
0 8 16 30|50|6|4.5
0 10 20 38|50|6|3.7
0 15 30 60|100|6|2.5
0 40 80 160|200|6|0'

die() {
    printf 'build-model: %s\n' "$*" >&2
    exit 1
}
. "$root/corpora/lib.sh"

while getopts n:s:o: option; do
    case $option in
    n) order=$OPTARG ;;
    s) sizes=$OPTARG ;;
    o) output=$OPTARG ;;
    *) exit 2 ;;
    esac
done
[ -n "$output" ] || die "say where the model goes: -o FILE.bonlm"
[ -x "$bon" ] || die "$bon is missing: run make first"
[ -d "${BON_CORPORA:-}/train" ] || die "set BON_CORPORA to a folder that has train/"

# Sets limit: the most bytes of a model of this size; empty: full.
limit_of() { # size
    local size=$1
    case $size in
    large) size=100M ;;
    base) size=16M ;;
    small) size=6M ;;
    esac
    case $size in
    full) limit= ;;
    *[!0-9kMG]* | *[kMG]?* | "") die "a size of '$1': bytes, or with k, M, G behind, or large, base, small, full" ;;
    *k) limit=${size%k}000 ;;
    *M) limit=${size%M}000000 ;;
    *G) limit=${size%G}000000000 ;;
    *) limit=$size ;;
    esac
}
IFS=, read -ra size_list <<<"$sizes"
for size in "${size_list[@]}"; do limit_of "$size"; done
case ${#size_list[@]},$sizes, in
1,*) ;;
*,full,*) die "full is made from another text: ask for it alone" ;;
esac

scratch=$(mktemp -d "${TMPDIR:-/tmp}/bon-model.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

# ---- text -> good lines -> tokens ----

good_lines
for file in "$scratch"/lines/*; do
    name=$(basename "$file") k=1
    [ -n "$limit" ] && k=$(copies_of "$name" 2)
    "$bon" segment -q --unit=sentence "$file" | "$bon" segment -q --fold >"$scratch/tokens"
    copies "$k" "$scratch/tokens" >>"$scratch/text"
    copies "$(copies_of "$name" 3)" "$file" >>"$scratch/good.text"
done
rm -r "$scratch/lines" "$scratch/tokens"
"$bon" count -q -n 1 "$scratch/text" >"$scratch/counts"
say sentences "$(wc -l <"$scratch/text")"
tokens=$(awk -F'\t' '{n += $2} END {printf "%d", n}' "$scratch/counts")
say tokens "$tokens"
say words "$(wc -l <"$scratch/counts")"

# ---- tokens -> model ----

build() { # options...
    "$bon" lm build -q -n "$order" --candidates="$candidates" --skip-symbols "$@" -o "$scratch/model.bonlm" "$scratch/text"
}

# Whether the model of a level is small enough.
fits() { # level
    local prune words bits
    IFS='|' read -r prune words bits _ <<<"$1"
    awk -F'\t' -v least="$words" '$2 >= least {print $1}' "$scratch/counts" >"$scratch/vocabulary"
    build --prune="$(cut -d' ' -f1-"$order" <<<"$prune")" --vocab="$scratch/vocabulary" --quantize="$bits" ||
        die "building a level failed"
    [ "$(stat -c %s "$scratch/model.bonlm")" -le $((limit * (100 - tagger_share) / 100)) ]
}

# The n-grams of the first row that is small enough.
build_to_size() {
    local row
    while IFS= read -r row; do
        awk -v took="${row##*|}" -v scale="$tokens/$tried_on" -v room=$((limit * (100 - tagger_share) / 100)) '
            BEGIN { split(scale, s, "/"); exit took * 1e6 * s[1] / s[2] > room }' || continue
        fits "$row" || continue
        say level "$row (cut-offs | least count of words | bits | took)"
        say n-grams "$(stat -c %s "$scratch/model.bonlm") bytes"
        return
    done <<<"$levels"
    die "no level gives a model of $limit bytes or less"
}

add_tagger() { # in what room the n-grams leave but for the file's own table
    local room=$((limit - $(stat -c %s "$scratch/model.bonlm") - 1000))
    "$bon" lm tag -q --size "$room" -o "$scratch/tagged.bonlm" "$scratch/model.bonlm" "$scratch/good.text"
    mv "$scratch/tagged.bonlm" "$scratch/model.bonlm"
}

make_model() { # size, output
    limit_of "$1"
    if [ -z "$limit" ]; then
        build
        say level full
    else
        build_to_size
        add_tagger
    fi
    say size "$(stat -c %s "$scratch/model.bonlm")"
    say sha256 "$(sha256sum "$scratch/model.bonlm" | cut -d' ' -f1)"
    cp "$scratch/model.bonlm" "$2.part"
    mv -f "$2.part" "$2"
}

if [ "${#size_list[@]}" = 1 ]; then
    make_model "$sizes" "$output"
else
    mkdir -p "$output"
    for size in "${size_list[@]}"; do
        say model "$size"
        make_model "$size" "$output/$size.bonlm"
    done
fi
