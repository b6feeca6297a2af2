#!/usr/bin/env bash
# demo.sh: what `make demo` shows: raw Vietnamese text -> clean text -> tokens -> a 3-gram model and its perplexity, then a
# page typed without marks -> the page with its marks. A few seconds; whatever it writes goes to a folder that it removes.
#
#   CORPUS     a text file (plain, .gz, .zst) or a folder of them (default: the sample text beside this script)
#   BON        the command (default: build/bon)
#   BON_MODEL  the model that restores marks (default: the shipped models/vi.bonlm)
#
# Lines kept out of the model: heldout.txt where the folder has one, else every tenth line. The page: page.txt where the
# folder has one, else lines that were kept out. messy.txt, which only the first step reads, is no model text either.
set -euo pipefail
export LC_ALL=C.UTF-8

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
sample=$root/corpora/sample
corpus=${CORPUS:-$sample}
bon=${BON:-$root/build/bon}
export BON_MODEL=${BON_MODEL:-$root/models/vi.bonlm}
page_lines=1000 # at most so many lines are restored and compared
width=120       # longer lines are shown cut
started=${EPOCHREALTIME/./}

die() {
    printf 'demo: %s\n' "$*" >&2
    exit 1
}

say() { printf '  %-13s%s\n' "$1" "${2:0:$width}"; }
step() { printf '\n%s\n' "$1"; }

# Seconds since a time in microseconds, with two decimals.
seconds_since() {
    local us=$((${EPOCHREALTIME/./} - $1))
    printf '%d.%02d' $((us / 1000000)) $((us / 10000 % 100))
}

# Column NAME of the one row of a TSV table with a header.
column() {
    awk -F'\t' -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i } NR == 2 { print $c }' "$2"
}

# The Vietnamese alphabet without its marks, as somebody in a hurry types it.
strip_marks() {
    sed -e 'y/àảãáạăằẳẵắặâầẩẫấậ/aaaaaaaaaaaaaaaaa/' -e 'y/ÀẢÃÁẠĂẰẲẴẮẶÂẦẨẪẤẬ/AAAAAAAAAAAAAAAAA/' \
        -e 'y/èẻẽéẹêềểễếệìỉĩíịđ/eeeeeeeeeeeiiiiid/' -e 'y/ÈẺẼÉẸÊỀỂỄẾỆÌỈĨÍỊĐ/EEEEEEEEEEEIIIIID/' \
        -e 'y/òỏõóọôồổỗốộơờởỡớợ/ooooooooooooooooo/' -e 'y/ÒỎÕÓỌÔỒỔỖỐỘƠỜỞỠỚỢ/OOOOOOOOOOOOOOOOO/' \
        -e 'y/ùủũúụưừửữứựỳỷỹýỵ/uuuuuuuuuuuyyyyy/' -e 'y/ÙỦŨÚỤƯỪỬỮỨỰỲỶỸÝỴ/UUUUUUUUUUUYYYYY/'
}

# "3 tone-place, 1 compose" from the report of `bon normalize`.
rules_that_fired() {
    awk -F'\t' 'NR > 1 && $2 > 0 { list = list (list ? ", " : "") $2 " " $1 } END { print list ? list : "nothing" }' "$1"
}

# ---- what there is to work on ----

[ -x "$bon" ] || die "no command at $bon: run 'make' first, or say where it is with BON=FILE"
[ -e "$corpus" ] || die "CORPUS=$corpus does not exist: name a text file or a folder of text files"
[ -r "$BON_MODEL" ] || die "no model at $BON_MODEL: 'make model' builds one, BON_MODEL=FILE names another"
bon=$(realpath "$bon") corpus=$(realpath "$corpus") BON_MODEL=$(realpath "$BON_MODEL")

files=() heldout_file='' page_file=''
if [ -d "$corpus" ]; then
    for file in "$corpus"/*.txt "$corpus"/*.txt.gz "$corpus"/*.txt.zst; do
        case ${file##*/} in
        '*'*) ;;
        heldout.txt) heldout_file=$file ;;
        page.txt) page_file=$file ;;
        messy.txt) ;;
        *) files+=("$file") ;;
        esac
    done
    [ ${#files[@]} -gt 0 ] || die "CORPUS=$corpus holds no .txt, .txt.gz or .txt.zst file"
else
    files=("$corpus")
fi
for file in "${files[@]}"; do
    [ -r "$file" ] || die "cannot read $file: check its permissions"
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work"

# ---- 1: clean text and tokens ----

normalize_and_segment() {
    local line
    step '1. Normalize and segment'
    line=$(sed -n 1p "$sample/messy.txt" | tr -d '\r')
    say 'as found' "$line"
    say 'normalized' "$(printf '%s' "$line" | "$bon" normalize)"
    "$bon" normalize -q --report=report "$sample/messy.txt" -o messy
    say 'messy.txt' "$(grep -c '' messy) lines; repaired: $(rules_that_fired report)"

    "$bon" normalize -q --report=report "${files[@]}" | awk NF > clean
    [ -s clean ] || die "CORPUS=$corpus holds no text"
    say 'corpus' "$(grep -c '' clean) lines; repaired: $(rules_that_fired report)"
    if [ -n "$heldout_file" ]; then
        mv clean train
        "$bon" normalize -q "$heldout_file" | awk NF > heldout
    else
        awk 'NR % 10 { print > "train"; next } { print > "heldout" }' clean
    fi
    if [ ! -s heldout ] || [ ! -s train ]; then
        die "CORPUS=$corpus has fewer than ten lines: too few to keep some out of the model"
    fi
    "$bon" segment -q --fold train -o train.tok
    "$bon" segment -q --fold heldout -o heldout.tok
    say 'segmented' "$(sed -n 1p train.tok)"
}

# ---- 2, 3: a model and how surprised it is ----

build_model() {
    local before=${EPOCHREALTIME/./}
    step '2. Build a 3-gram model:  bon lm build -n 3 -o demo.bonlm'
    "$bon" lm build -q -n 3 --discount-fallback -o demo.bonlm train.tok
    say 'text' "$(awk '{ n += NF } END { printf "%d lines, %d tokens", NR, n }' train.tok)"
    say 'n-grams' "$("$bon" lm info --tsv demo.bonlm | awk -F'\t' '
        $1 ~ /^[1-9]-grams$/ { list = list (list ? ", " : "") $2 " " $1 } END { print list }')"
    say 'took' "$(seconds_since "$before") s"
}

report_perplexity() {
    step '3. Perplexity on lines kept out:  bon lm query demo.bonlm'
    "$bon" lm query -q demo.bonlm heldout.tok -o query.tsv
    say 'kept out' "$(grep -c '' heldout.tok) lines, $(column tokens query.tsv) tokens, $(column oov query.tsv) unknown"
    say 'perplexity' "$(printf '%.1f, %.1f without the unknown' "$(column ppl query.tsv)" "$(column ppl_no_oov query.tsv)")"
    say '' 'the less text a model has read, the higher; the shipped model has read more'
}

# ---- 4: marks ----

restore_page() {
    local typed restored written
    step '4. Restore a page typed without marks:  bon restore'
    if [ -n "$page_file" ]; then "$bon" normalize -q "$page_file"; else cat heldout; fi |
        awk -v most="$page_lines" 'NF && ++n <= most' > page
    strip_marks < page > typed
    "$bon" restore -q typed -o restored
    strip_marks < restored > restored.typed
    cmp -s typed restored.typed || die 'restoring changed more than marks: this must never happen, please report it'
    paste -d '\n' typed restored page | sed -n 1,12p | while read -r typed && read -r restored && read -r written; do
        say 'typed' "$typed"
        say 'restored' "$restored"
        [ "$restored" = "$written" ] || say 'written' "$written"
    done
    "$bon" restore -q --eval page -o eval.tsv
    say 'accuracy' "$(column accuracy eval.tsv) % of $(column syllables eval.tsv) syllables (95 % interval ± $(column ci95 eval.tsv))"
    say 'speed' "$(column syllables_per_s eval.tsv) syllables a second on one core"
    say 'unchanged' 'all but the marks: with them taken away again, the page is the typed one byte for byte'
}

printf 'bon at work on %s\n' "$corpus"
normalize_and_segment
build_model
report_perplexity
restore_page
printf '\nDone in %s s. Next: %s --help, README.md, make demo CORPUS=FILE\n' "$(seconds_since "$started")" "${BON:-build/bon}"
