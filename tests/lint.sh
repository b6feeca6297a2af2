#!/usr/bin/env bash
# tests/lint.sh: rules that a compiler does not check. One line a finding; exit 1 when there is any.
set -u
cd "$(dirname "$0")/.." || exit 1
export LC_ALL=C.UTF-8
findings=0
found() { # copies its input; true when there is any
    local lines
    lines=$(cat)
    [ -n "$lines" ] && printf '%s\n' "$lines"
}
find_in() { # RULE PATTERN FILE...: reports every line that matches; comments are searched too
    local rule=$1 pattern=$2
    shift 2
    [ $# -gt 0 ] || return 0
    grep -nHP "$pattern" "$@" | sed "s/^/$rule: /" | found && findings=$((findings + 1))
}
mapfile -t library < <(git ls-files -co --exclude-standard 'src/*.[ch]' 'include/*.h')
mapfile -t code < <(git ls-files -co --exclude-standard 'src/*.[ch]' 'include/*.h' 'cmd/*.[ch]')
mapfile -t all < <(git ls-files -co --exclude-standard '*.[ch]')
mapfile -t text < <(git ls-files -co --exclude-standard '*.[ch]' '*.sh' '*.md' Makefile | grep -vx tests/lint.sh)

# A room includes rooms of its own or lower rank; public headers count as their room.
declare -A rank=([base]=0 [syllable]=1 [normalize]=2 [words]=3 [ngram]=4 [lm]=5 [tokenizer]=5 [restore]=6 [ime]=7 [corpus]=8 [recipe]=9 [bon]=10)
for file in "${library[@]}"; do
    case $file in
    src/*) room=${file#src/} room=${room%%/*} ;;
    include/bon/*) room=$(basename "$file" .h) ;;
    esac
    while IFS=: read -r line include; do
        case $include in
        bon/*) used=${include#bon/} used=${used%.h} ;;
        *) used=${include%%/*} ;;
        esac
        if [ -z "${rank[$used]:-}" ] || [ "${rank[$used]}" -gt "${rank[$room]:--1}" ]; then
            echo "include order: $file:$line: $room may not include $include"
            findings=$((findings + 1))
        fi
    done < <(sed -nE 's/^#include "([^"]+)".*/\1/p' "$file" | sort -u | while read -r include; do
        printf '%s:%s\n' "$(grep -nF "\"$include\"" "$file" | head -n 1 | cut -d: -f1)" "$include"
    done)
done

find_in "banned function" '\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|atof|system|popen)\s*\(' "${code[@]}"
find_in "library prints, exits or looks around" \
    '\b(printf|fprintf|puts|fputs|putchar|perror|exit|_exit|abort|getenv|setlocale)\s*\(' "${library[@]}"
find_in "unfinished" '\b(TODO|FIXME|XXX|HACK)\b' "${text[@]}"
find_in "path of one machine" '(?<![\w.])/(home|root|work|Users)/' "${text[@]}"
find_in "tab or trailing blank" '\t|\s$' "${all[@]}"
for file in "${code[@]}"; do
    head -n 1 "$file" | grep -q '^/\*' || { echo "no opening comment: $file" && findings=$((findings + 1)); }
    lines=$(wc -l <"$file")
    case $file in *_tables.c) continue ;; esac
    [ "$lines" -le 650 ] || { echo "too long for one sitting: $file: $lines lines" && findings=$((findings + 1)); }
done
if command -v clang-format >/dev/null; then
    clang-format --dry-run -Werror "${all[@]}" 2>&1 | grep -E 'error:' | sed 's/^/format: /' | found && findings=$((findings + 1))
else
    echo "clang-format is not installed: format not checked"
fi
[ "$findings" -eq 0 ] && echo "lint: clean"
[ "$findings" -eq 0 ]
