#!/usr/bin/env bash
# bon sample: as often as asked, evenly, the same for any threads.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"

for i in $(seq 30000); do echo "câu số $i"; done >lines
for times in 1 2 3 0.5 0.33 0.1 1.5 2.75 0.000034 1e-9; do
    awk -v k="$times" '{ for (i = int((NR - 1) * k + 1e-6); i < int(NR * k + 1e-6); i++) print }' lines >wanted
    for options in '-j 1' '-j 4'; do
        # shellcheck disable=SC2086
        run bon sample $options --times $times lines
        expect_status 0
        expect_err ''
        expect_out_file wanted
    done
done
run_shell 'gzip -c lines | bon sample -k 1'
expect_out_file lines

# Every file is counted anew; a last line without a newline gets one; empty lines are lines.
printf 'một\n\nba' >three
run bon sample -k 2 three three
expect_out "$(printf 'một\nmột\n\n\nba\nba\nmột\nmột\n\n\nba\nba')"
run bon sample -k 0.5 three three
[ "$(wc -c <out)" = 2 ] || unmet "two empty lines: $(cat out)"
: >empty
run bon sample empty
expect_status 0
expect_out ''

for times in 0 -1 1001 x nan; do
    run bon sample "--times=$times" lines
    expect_refusal 2 "--times: '$times' is not a number"
done
run bon sample -o whole lines nowhere
expect_refusal 1 '^bon: nowhere: '
expect_no_file whole
if [ -c /dev/full ]; then
    run_shell 'bon sample lines >/dev/full'
    expect_status 1
    expect_err 'No space left'
fi
