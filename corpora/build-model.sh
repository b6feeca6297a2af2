#!/usr/bin/env bash
# build-model.sh: training text -> a model for `bon restore`. One recipe; the same text gives the same bytes.
#   BON_CORPORA=DIR corpora/build-model.sh -o FILE.bonlm [-n ORDER] [-s SIZE]        or: make model ORDER=… SIZE=…
#
# Reads DIR/train/*.txt.zst (also .txt, .gz), one sentence or paragraph a line:
#
#   normalize | segment --fold -> every different line once -> weights -> count words -> lm build --candidates
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

# Registers that people type most are scarce in the corpus, so a model with cut-offs counts them more than once: file pattern
# and copies. Without cut-offs copies only spoil the discounts.
weights='social_*|3
lit_classic|3
spoken_*|3
tech|3
lit_kieu|2
lit_lightnovel|2
lit_poem|2'

# n-grams of order 1, 2, 3, 4 seen at most so often are left out; words seen less often than `words`; bits a value.
# prune | words | bits
levels='0 0 0 0|1|8
0 0 1 1|3|8
0 1 1 2|5|8
0 1 2 3|10|8
0 1 2 4|20|7
0 1 3 6|20|6
0 2 3 6|20|6
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

copies_of() { # name
    local pattern copies
    while IFS='|' read -r pattern copies; do
        # shellcheck disable=SC2254
        case $1 in $pattern) [ -n "$limit" ] && echo "$copies" && return ;; esac
    done <<<"$weights"
    echo 1
}

mkdir "$scratch/tokens"
for file in "$BON_CORPORA"/train/*.txt*; do
    name=$(basename "$file")
    name=${name%%.*}
    case " $leave_out " in *" $name "*) continue ;; esac
    "$bon" normalize -q "$file" | "$bon" segment -q --fold >"$scratch/tokens/$name=$(copies_of "$name")"
done
[ -n "$(ls "$scratch/tokens")" ] || die "$BON_CORPORA/train has no .txt, .txt.gz or .txt.zst file"
say files "$(find "$scratch/tokens" -type f | wc -l)"
awk 'FNR == 1 { copies = FILENAME; sub(/.*=/, "", copies) }
     !seen[$0]++ { lines++; for (i = 0; i < copies; i++) print }
     END { printf "lines      %d different ones\n", lines >"/dev/stderr" }' "$scratch"/tokens/* >"$scratch/text" 2>"$scratch/log"
cat "$scratch/log"
rm -r "$scratch/tokens"
"$bon" count -q -n 1 "$scratch/text" >"$scratch/counts"
say sentences "$(wc -l <"$scratch/text")"
say tokens "$(awk -F'\t' '{n += $2} END {printf "%d", n}' "$scratch/counts")"
say words "$(wc -l <"$scratch/counts")"

# ---- tokens -> model ----

build() { # options...
    "$bon" lm build -q -n "$order" --candidates="$candidates" --skip-symbols "$@" -o "$scratch/model.bonlm" "$scratch/text"
}

# Whether the model of a level is small enough.
fits() { # level
    local prune words bits
    IFS='|' read -r prune words bits <<<"$1"
    awk -F'\t' -v least="$words" '$2 >= least {print $1}' "$scratch/counts" >"$scratch/vocabulary"
    build --prune="$(cut -d' ' -f1-"$order" <<<"$prune")" --vocab="$scratch/vocabulary" --quantize="$bits"
    [ "$(stat -c %s "$scratch/model.bonlm")" -le "$limit" ]
}

if [ -z "$limit" ]; then
    build
    say level full
else
    mapfile -t rows <<<"$levels"
    low=0 high=${#rows[@]} built= # sizes fall from row to row: halve until the first that fits
    while [ "$low" -lt "$high" ]; do
        middle=$(((low + high) / 2)) built=$(((low + high) / 2))
        if fits "${rows[middle]}"; then high=$middle; else low=$((middle + 1)); fi
    done
    [ "$low" -lt "${#rows[@]}" ] || die "no level gives a model of $limit bytes or less"
    [ "$built" = "$low" ] || fits "${rows[low]}"
    say level "${rows[low]} (cut-offs | least count of words | bits)"
fi
say size "$(stat -c %s "$scratch/model.bonlm")"
say sha256 "$(sha256sum "$scratch/model.bonlm" | cut -d' ' -f1)"
cp "$scratch/model.bonlm" "$output.part"
mv -f "$output.part" "$output"
