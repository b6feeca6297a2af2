#!/usr/bin/env bash
# Every example of the man pages, run as it stands there: commands behind "$ ", then exactly what they write.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"
pages=$TESTS/../docs/man
shipped=$TESTS/../models/vi.bonlm
[ ! -f "$shipped" ] || export BON_MODEL=$shipped

# The text of .EX ... .EE blocks, without the escapes of roff.
examples() { sed -n '/^\.EX/,/^\.EE/p' "$1" | grep -v '^\.ta ' | sed 's/\\-/-/g; s/\\(aq/'"'"'/g; s/\\e/\\/g'; }

count=0
check_block() {
    [ -n "$commands" ] || return 0
    # The default model is not always there (it is built by `make model`).
    if [[ $commands == *'| bon restore'* && $commands != *--model* && -z ${BON_MODEL-} ]]; then return 0; fi
    last=$commands
    bash -c "$commands" >out 2>err
    printf '%s' "$wanted" >wanted
    cmp -s out wanted || unmet "$page: wrote $(cat out err) instead of $wanted"
    count=$((count + 1))
}

for page in "$pages"/*.1; do
    mkdir scratch
    cd scratch || exit 1
    commands='' wanted=''
    while IFS= read -r line; do
        case $line in
        .EX | .EE)
            check_block
            commands='' wanted=''
            ;;
        '$ '*) if [ -z "$wanted" ]; then
            commands+=${line#'$ '}$'\n'
        else
            check_block
            commands=${line#'$ '}$'\n' wanted=''
        fi ;;
        *) wanted+=$line$'\n' ;;
        esac
    done < <(examples "$page")
    cd .. && rm -r scratch
done
[ "$count" -ge 15 ] || unmet "only $count examples ran"
