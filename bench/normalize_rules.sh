#!/usr/bin/env bash
# bench/normalize_rules.sh [FILE...]: what each rule of bon normalize changes in $BON_CORPORA/train and dev (or in the files), all
# rules switched on. TSV: rule, count, files in which it changed something, count of a second run over the result. Exit 1 when
# the second run changed or counted anything.
. "$(dirname "$0")/lib.sh"

rules=(--from auto --html --fullwidth --punctuation --iy --elongation --teencode)
if [ $# -eq 0 ]; then
    need_corpora
    set -- "$BON_CORPORA"/train/*.zst "$BON_CORPORA"/dev/*.txt "$BON_CORPORA"/dev/*.bin
fi
folder=$scratch
unstable=0
for file in "$@"; do
    name=$(basename "$file")
    "$BON" normalize -q "${rules[@]}" --report="$folder/$name.first" -o "$folder/once" "$file" || exit 1
    "$BON" normalize -q "${rules[@]}" --report="$folder/$name.second" -o "$folder/twice" "$folder/once" || exit 1
    cmp -s "$folder/once" "$folder/twice" || {
        echo "# $name: a second run changes it" >&2
        unstable=1
    }
    [ -z "${KEEP:-}" ] || cp "$folder/$name.first" "$folder/$name.second" "$KEEP"
done
machine
printf 'rule\tcount\tfiles\tsecond run\n'
cat "$folder"/*.first <(echo second) "$folder"/*.second | awk -F '\t' '
    $1 == "second" {second = 1}
    $1 == "rule" || $1 == "second" {next}
    !($1 in count) {order[++rules] = $1}
    second {again[$1] += $2; changed += $2}
    !second {count[$1] += $2; files[$1] += $2 > 0}
    END {
        for (i = 1; i <= rules; i++) printf "%s\t%d\t%d\t%d\n", order[i], count[order[i]], files[order[i]], again[order[i]]
        exit changed > 0
    }' || unstable=1
exit "$unstable"
