#!/usr/bin/env bash
# bon ime config: lists, shows, sets and unsets; refuses what the input method would not take.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"

export XDG_CONFIG_HOME=$PWD/config
run bon ime config --where
expect_out "$PWD/config/bon/ime.conf"
run bon ime config method
expect_out telex
run bon ime config
expect_status 0
[ "$(grep -c ' = ' out)" -ge 14 ] || fail 'not every setting is listed'
grep -q '^prediction = english  *; Prediction (off, english, full)$' out || fail 'no choices shown'
[ ! -e config ] || fail 'looking made a file'

run bon ime config method vni
expect_status 0
expect_out ''
run bon ime config macros.vn 'Việt Nam'
run bon ime config applications.firefox 'english, no-reopen'
printf '[typing]\nmethod = vni\n\n[macros]\nvn = Việt Nam\n\n[applications]\nfirefox = english, no-reopen\n' >wanted
cmp wanted config/bon/ime.conf || fail 'the file is another'
[ "$(stat -c %a config/bon/ime.conf)" = 600 ] || fail 'others may read it'
run bon ime config method
expect_out vni
run bon ime config macros.vn
expect_out 'Việt Nam'
run bon ime config
grep -qx 'vn = Việt Nam' out || fail 'macros are not listed'

# Comments stay, also on the line that changes.
printf '; mine\n[typing]\nmethod = vni ; as at school\n' >own.conf
run bon ime config --file own.conf method telex
printf '; mine\n[typing]\nmethod = telex ; as at school\n' >wanted
cmp wanted own.conf || fail 'comments are gone'
run bon ime config -f own.conf --unset method
printf '; mine\n[typing]\n' >wanted
cmp wanted own.conf || fail 'not unset'

cp config/bon/ime.conf before
run bon ime config method qwerty
expect_status 1
expect_err 'bon: method = qwerty: not one of telex, simple-telex, vni, viqr, keymap'
run bon ime config applications.x maybe
expect_status 1
run bon ime config macros.x 'a ; b'
expect_status 1
run bon ime config macros.none
expect_status 1
expect_err 'bon: macros.none is not set'
run bon ime config metod vni
expect_status 2
grep -q "did you mean 'method'" err || fail 'no suggestion'
run bon ime config --unset
expect_status 2
cmp before config/bon/ime.conf || fail 'a refused value changed the file'

printf 'x' >file
run bon ime config --file file/ime.conf method vni
expect_status 1
[ "$(cat file)" = x ] || fail 'the file in the way was changed'
