#!/usr/bin/env bash
# gpu-pack.sh: training text -> a sample of it as token ids, small enough to be carried to a machine with a GPU. The same text gives
# the same bytes.
#   BON_CORPORA=DIR corpora/gpu-pack.sh -o FOLDER [-s MIB]        or: make gpu-pack
#
# Reads DIR/train/*.txt.zst (also .txt, .gz). FOLDER gets tokenizer.json (16,384 tokens, learned from the sample), train.u16 (token
# ids for `bon train --ids`, at most MIB, default 40) and sample.tsv (what was taken). Files are cut into blocks of 64 lines; the
# blocks taken are spread over the file and mixed, so that any part of the ids, its end too, has every register.
set -euo pipefail
export LC_ALL=C

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bon=${BON:-$root/build/bon}
mib=40 output=

# file pattern | at most so many MB of it | copies. Registers that people type most are scarce, law and education formulaic.
shares='news_baomoi|28|1
news_unc2021|8|1
news_*|3|1
wiki|26|1
edu_vndoc|9|1
edu_*|5|1
law_*|6|1
lit_webnovel_converted|0|0
lit_classic|20|2
lit_*|10|1
rel_*|3|1
social_*|10|2
spoken_*|5|4
tech|5|2
*|5|1'

die() {
    printf 'gpu-pack: %s\n' "$*" >&2
    exit 1
}

while getopts s:o: option; do
    case $option in
    s) mib=$OPTARG ;;
    o) output=$OPTARG ;;
    *) exit 2 ;;
    esac
done
[ -n "$output" ] || die "say where to: -o FOLDER"
[ -x "$bon" ] || die "$bon is missing: run make first"
[ -d "${BON_CORPORA:-}/train" ] || die "set BON_CORPORA to a folder that has train/"
case $mib in '' | *[!0-9]*) die "a size of '$mib' MiB" ;; esac

scratch=$(mktemp -d "${TMPDIR:-/tmp}/bon-pack.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$output"

share_of() { # name: "megabytes copies"
    local pattern most copies
    while IFS='|' read -r pattern most copies; do
        # shellcheck disable=SC2254
        case $1 in $pattern) echo "$most $copies" && return ;; esac
    done <<<"$shares"
}

# A block becomes a line, "key TAB lines with US between", so that sorting by key mixes them.
printf 'file\tMB\tof_MB\tcopies\n' >"$scratch/sample.tsv"
number=0
for file in "$BON_CORPORA"/train/*.txt*; do
    name=$(basename "$file") name=${name%%.*}
    number=$((number + 1))
    read -r most copies <<<"$(share_of "$name")"
    [ "$copies" -gt 0 ] || continue
    "$bon" normalize -q "$file" | grep -a -v -F '<|endoftext|>' >"$scratch/text"
    awk -v size="$(stat -c %s "$scratch/text")" -v most="$((most * 1000000))" -v copies="$copies" -v file="$number" -v name="$name" \
        -v table="$scratch/sample.tsv" '
        function finish(    copy) {
            if (block != "" && int(blocks * share) != int((blocks - 1) * share)) {
                for (copy = 0; copy < copies; copy++)
                    printf "%010.0f\t%s\n", (blocks * 2654435761 + file * 40503 + copy * 2246822519) % 4294967296, block
                taken += length(block)
            }
            block = ""
        }
        BEGIN { share = size > most ? most / size : 1 }
        NR % 64 == 1 { finish(); blocks++ }
        { block = block (block == "" ? "" : "\037") $0 }
        END { finish(); printf "%s\t%.1f\t%.1f\t%d\n", name, taken / 1e6, size / 1e6, copies >>table }' "$scratch/text" >>"$scratch/blocks"
done
[ -s "$scratch/blocks" ] || die "$BON_CORPORA/train has no .txt, .txt.gz or .txt.zst file"
sort -S 512M -T "$scratch" "$scratch/blocks" | cut -f 2- >"$scratch/mixed"
rm "$scratch/blocks"

tr '\037' '\n' <"$scratch/mixed" | "$bon" tokenizer train -q --vocab 16384 -o "$scratch/tokenizer.json"
set +o pipefail # head has enough before encode is done
sed 's/^/<|endoftext|>/' "$scratch/mixed" | tr '\037' '\n' |
    "$bon" tokenizer encode -q --special --ids=u16 -t "$scratch/tokenizer.json" 2>/dev/null | head -c $((mib << 20)) >"$scratch/train.u16"
set -o pipefail
mv "$scratch/tokenizer.json" "$scratch/train.u16" "$scratch/sample.tsv" "$output"
cat "$output/sample.tsv"
printf '%s: %d tokens, %.1f MiB, sha256 %s\n' "$output/train.u16" $(($(stat -c %s "$output/train.u16") / 2)) \
    "$(awk -v n="$(stat -c %s "$output/train.u16")" 'BEGIN { print n / 1048576 }')" \
    "$(sha256sum "$output/train.u16" | cut -d' ' -f1)"
