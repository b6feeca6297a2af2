#!/usr/bin/env bash
# Every ```console block of the READMEs, run as it stands there: a line behind "$ ", then exactly what it writes.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"
root=$(cd "$TESTS/.." && pwd)
shipped=$root/models/vi.bonlm
[ -f "$shipped" ] || skip "models/vi.bonlm is not there: build it with make model"
export BON_MODEL=$shipped BON_WORDS=$root/models/vi.bonseg
ln -s "$root/corpora" corpora

count=0
check() {
    [ -n "$command" ] || return 0
    bash -c "$command" >out 2>err
    printf '%s' "$wanted" >wanted
    cmp -s out wanted || unmet "$page: $command wrote $(cat out err) instead of $wanted"
    count=$((count + 1))
}

for page in README.md README.vi.md; do
    command='' wanted=''
    while IFS= read -r line; do
        case $line in
        '```'*)
            check
            command='' wanted=''
            ;;
        '$ '*)
            check
            command=${line#'$ '} wanted=''
            ;;
        *) wanted+=$line$'\n' ;;
        esac
    done < <(sed -n '/^```console/,/^```$/p' "$root/$page")
done
[ "$count" -ge 12 ] || unmet "only $count examples ran"
