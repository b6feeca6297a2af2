#!/usr/bin/env bash
# bon segment --unit sentence over hand-written lines: kind TAB line, with ‖ where a sentence ends inside it.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"
cases=$DATA/sentence-ends.tsv
count=$(wc -l <"$cases")
[ "$count" -ge 200 ] || unmet "only $count cases"

# Lines are told apart by a blank line behind each, so that one bad case spoils one case.
cut -f 2 "$cases" | sed 's/‖//g; G' >text
cut -f 2 "$cases" | sed 's/‖ */\n/g; $!s/$/\n/' >wanted
run bon segment --unit sentence text
expect_status 0
join_cases() { awk -v RS= '{gsub(/\n/, "‖ "); print}' "$1"; }
join_cases wanted >wanted-lines
join_cases out >out-lines
expect_same <(wc -l <wanted-lines) <(wc -l <out-lines)
while IFS= read -r line; do unmet "$line"; done < <(diff wanted-lines out-lines | grep '^[<>]')
