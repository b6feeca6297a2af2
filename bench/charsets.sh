#!/usr/bin/env bash
# bench/charsets.sh: how many lines of text in old charsets are read exactly, by the charset's name and by --from auto: the files
# with truth of $BON_CORPORA/dev, and all its other texts written in each charset (lines that it can hold). TSV.
#   BON_CORPORA=DIR bench/charsets.sh
. "$(dirname "$0")/lib.sh"
need_corpora
read -ra libraries <<<"$(pkg-config --libs icu-uc libpcre2-8 libzstd zlib)"
cc -O2 -I"$root/include" -o "$scratch/charsets" "$root/bench/charsets.c" "$(dirname "$BON")/libbon.a" "${libraries[@]}" -lbz2 -lm -pthread

compare() { # NAME CHARSET TEXT TRUTH: a row
    local by exact=()
    for by in "$2" auto; do
        "$BON" normalize -q --from "$by" -o "$scratch/read" "$3"
        exact+=("$(diff --unchanged-line-format=x --old-line-format= --new-line-format= "$scratch/read" "$4" | wc -c)")
    done
    awk -v name="$1" -v charset="$2" -v lines="$(wc -l <"$4")" -v named="${exact[0]}" -v auto="${exact[1]}" 'BEGIN {
        printf "%s\t%s\t%d\t%.2f\t%.2f\n", name, charset, lines, 100 * named / lines, 100 * auto / lines}'
}

machine
printf 'text\tcharset\tlines\texact by name %%\texact by auto %%\n'
for charset in cp1258 tcvn viscii; do
    name=${charset/tcvn/tcvn3} file=$BON_CORPORA/dev/encoding_$charset
    "$BON" normalize -q -o "$scratch/truth" "$file.utf8.txt"
    compare "encoding_$charset" "$name" "$file.bin" "$scratch/truth"
done
for file in "$BON_CORPORA"/dev/*.txt; do
    "$BON" normalize -q "$file" | grep -a . >"$scratch/clean"
    for charset in tcvn3 vni viscii viqr cp1258; do
        "$scratch/charsets" "$charset" "$scratch/truth" <"$scratch/clean" >"$scratch/old"
        compare "$(basename "$file" .txt)" "$charset" "$scratch/old" "$scratch/truth"
    done
done
