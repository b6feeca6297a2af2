#!/usr/bin/env bash
# The option tables, --help, the man pages and bash completion say the same.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"
root=$(cd "$TESTS/.." && pwd)
pages=$root/docs/man

commands() {
    local name sub
    for name in $(bon --list-commands); do
        echo "$name"
        for sub in $(bon "$name" --list-options | grep -v '^-'); do echo "$name $sub"; done
    done
}

# The options of a man page: the heads of the paragraphs (.TP) of its OPTIONS.
options_of_page() {
    awk '/^\.SH/ { inside = $2 == "OPTIONS" } inside && head { print } { head = /^\.TP/ }' "$1" |
        sed 's/\\-/-/g' | grep -oE -e '--[a-z-]+' | sort -u
}

while read -r command; do
    last="bon $command"
    page=$pages/bon-${command// /-}.1
    [ -f "$page" ] || unmet "no man page $page"
    # shellcheck disable=SC2086
    bon $command --list-options | grep '^--' | sed 's/\[*=.*//' | sort -u >table
    # shellcheck disable=SC2086
    bon $command --help | sed -n '/^options:/,/^$/p' | grep -oE -e '^ +(-., )?--[a-z-]+' | grep -oE -e '--[a-z-]+' | sort -u >help
    options_of_page "$page" >documented
    expect_same table help
    expect_same table documented
    for section in NAME SYNOPSIS DESCRIPTION OPTIONS 'EXIT STATUS' EXAMPLES 'SEE ALSO'; do
        grep -q "^\.SH $section" "$page" || unmet "no section $section"
    done
    # shellcheck disable=SC2086
    summary=$(bon $command --help | sed -n 2p)
    [ -n "$summary" ] || unmet 'no summary'
    # shellcheck disable=SC2086
    awk -v max=120 'length > max { exit 1 }' <(bon $command --help) || unmet 'a line of --help is too long'
    grep -q "bon\\\\-${command// /\\\\\\\\-}" "$pages/bon.1" || [[ $command == *\ * ]] || unmet 'bon.1 does not name it'
done < <(commands)

# Nothing is documented that is not there.
last='docs/man'
[ "$(commands | sed 's/ /-/;s/^/bon-/;s/$/.1/' | cat - <(echo bon.1) | sort)" = "$(cd "$pages" && printf '%s\n' *.1 | sort)" ] ||
    unmet 'man pages and commands differ'

# Manual pages format without a warning.
if command -v groff >/dev/null; then
    for page in "$pages"/*.1; do
        run groff -man -Tutf8 -ww -z -t -K utf8 "$page"
        expect_err ''
    done
fi

# Completion.
# shellcheck source=cmd/bon/completion.bash
. "$root/cmd/bon/completion.bash"
compopt() { :; }
complete_words() {
    COMP_WORDS=("$@")
    COMP_CWORD=$(($# - 1))
    last="completion of $*"
    _bon
}
expect_completion() { [ "${COMPREPLY[*]}" = "$1" ] || unmet "offers '${COMPREPLY[*]}' instead of '$1'"; }
complete_words bon se
expect_completion segment
complete_words bon lm ''
expect_completion 'build query predict info diff convert prune interpolate tag'
complete_words bon help lm ''
expect_completion 'build query predict info diff convert prune interpolate tag'
complete_words bon normalize --tone-style = n
expect_completion new
complete_words bon normalize --form ''
expect_completion 'nfc nfd nfkc'
complete_words bon lm build --pru
expect_completion '--prune='
while read -r command; do
    # shellcheck disable=SC2086
    complete_words bon $command --
    printf '%s\n' "${COMPREPLY[@]}" | sed 's/=$//' | sort -u >offered
    # shellcheck disable=SC2086
    bon $command --list-options | grep '^--' | sed 's/\[*=.*//' | sort -u >table
    expect_same table offered
done < <(commands)
