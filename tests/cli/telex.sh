#!/usr/bin/env bash
# bon telex: keystrokes to text and back, methods, options, keymaps and macros from files.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"

printf 'tieengs  Vieetj\tddc \n\ntiengse{BackSpace}{BackSpace}m {BackSpace}.\r\n' >keys
run bon telex decode keys
expect_status 0
expect_err ''
printf 'tiếng  Việt\tđc \n\ntiếm.\r\n' >wanted
expect_out_file wanted

# Defaults: nothing goes back, old placement, marks anywhere, w alone, undoing; blanks stay.
printf 'expect hoaf hoanf w aaa  cc\n' >keys
run bon telex decode keys
expect_out 'ễpct hòa hoàn ư aa  cc'
run bon telex decode --restore --tone-style=new --quick-telex keys
expect_out 'expect hoà hoàn ư aa  ch'
run bon telex decode --method=simple-telex --strict-marks --no-undo keys
expect_out 'ẽpect hòa hoanf w âa  cc'
run_shell "printf 'Tie6ng1 Vie65t\n' | bon telex decode --method vni"
expect_out 'Tiếng Việt'
run_shell "printf 'Tie^\`ng Vie^.t\n' | bon telex decode --method viqr"
expect_out 'Tiềng Việt'
run_shell "printf 'tieengs. aas\n' | bon telex decode --auto-capital --charset=nfd | bon normalize --form=nfc"
expect_out 'Tiếng. Ấ'
run_shell "printf 'tieengs\n' | bon telex decode --charset=tcvn3"
expect_out 'tiÕng'

# What encode writes, decode reads; in any method, with and without giving words back.
for method in telex simple-telex vni viqr; do
    for option in '' --restore --tone-style=new --no-undo; do
        # shellcheck disable=SC2086
        run bon telex encode --method=$method $option "$DATA/sentences.txt"
        expect_status 0
        mv out encoded
        # shellcheck disable=SC2086
        run bon telex decode --method=$method $option encoded
        expect_status 0
        expect_out_file "$DATA/sentences.txt"
    done
done
run_shell "printf 'Tiếng Việt has {x}\n' | bon telex encode"
expect_out 'Tieengs Vieetj hass {{}x}'

# The same for any number of threads.
for i in $(seq 2000); do echo "Dòng thứ $i: người ta gõ tiếng Việt, password và {ngoặc}."; done >many
run_shell 'bon telex encode -j1 many | bon telex decode -j1'
expect_out_file many
run_shell 'bon telex encode -j4 many | bon telex decode -j4'
expect_out_file many

# A row a key.
run_shell "printf 'as \t\n' | bon telex play"
expect_out 'key	preedit	commit	candidates	delete
a	a			0
s	á			0
 		á 		0
\t		\t		0
				0'
run_shell "printf 'as {BackSpace}' | bon telex play"
[ "$(sed -n 5p out)" = '{BackSpace}	á			2' ] || unmet 'a word is opened again'

# Keymaps and macros.
printf '; sac\n1 aeo^\n' >map
run_shell "printf 'tie1n; s\n' | bon telex decode --keymap=map"
expect_out 'tiến s'
printf '; acute\n' >map
run bon telex decode --keymap=map keys
expect_refusal 1 "map: keymap line 1: unknown action 'acute'"
printf 'vn\tViệt Nam\nhn\tHà Nội\n' >macros
run_shell "printf 'vn, hn vnn vn\n' | bon telex decode --macros=macros"
expect_out 'Việt Nam, Hà Nội vnn vn'
printf 'vn Việt Nam\n' >macros
run bon telex decode --macros=macros keys
expect_refusal 1 'macros:1: expected a key, a tab'
run bon telex decode --keymap=missing keys
expect_refusal 1 'missing'

run bon telex decode --method=telix keys
expect_refusal 2 'telix'
run bon telex
expect_refusal 2 'telex'
run bon telex decode missing
expect_refusal 1 'missing'

# Bytes that are no text come out as U+FFFD, nothing crashes.
run_shell "head -c 65536 /dev/urandom | bon telex decode --restore | iconv -f UTF-8 -t UTF-8 >/dev/null"
expect_status 0

# Prediction: words without marks get them, at the end of the line too; marks that were typed stay.
bon normalize "$DATA/sentences.txt" | bon segment --fold | bon lm build -q --discount-fallback --candidates 1 -o m.bonlm
printf 'toi dang hoc tieng Viet\ntoois dang hoc password. me toi\n' >keys
run bon telex decode --predict --model m.bonlm keys
expect_status 0
expect_err ''
expect_out 'tôi đang học tiếng Việt
tối đang học password. mẹ tôi'
run_shell "printf 'toi {BackSpace}{Tab}{1}\n' | bon telex play --predict -m m.bonlm"
expect_status 0
run bon telex decode --predict --model nowhere.bonlm keys
expect_status 1

# A network beside the model: one that is damaged is told and left out; one that was named must be good; none is asked for.
echo nonsense >vi-small.bonnn
run bon telex decode --predict --model m.bonlm keys
expect_status 0
expect_out 'tôi đang học tiếng Việt
tối đang học password. mẹ tôi'
run_shell 'bon telex decode --predict --model m.bonlm keys 2>&1 >/dev/null'
expect_out 'bon telex: vi-small.bonnn: not a file of bon (wrong magic at byte 0); give a file that bon wrote; marks are predicted without this network'
run bon telex decode --predict --model m.bonlm --neural vi-small.bonnn keys
expect_refusal 1 'vi-small.bonnn: '
run bon telex decode --predict --model m.bonlm --neural missing.bonnn keys
expect_refusal 1 'missing.bonnn: '
run bon telex decode --predict --model m.bonlm --no-neural keys
expect_status 0
expect_err ''
rm vi-small.bonnn

# Learning: what was put right twice is learned, in a file for its owner alone; forgetting takes it out.
printf 'toi{Escape} \n' >asked
run bon telex decode --predict -m m.bonlm --memory learned asked asked
expect_status 0
expect_err ''
expect_out "$(printf 'toi \ntoi ')"
[ "$(stat -c %a learned)" = 600 ] || unmet 'the file is private'
run_shell 'head -n 2 learned'
expect_out "$(printf 'bon-ime-memory 1 1\n2\tf\t\ttoi\ttoi')"
run_shell "printf 'toi dang' | bon telex decode --predict -m m.bonlm --memory learned -j4"
expect_out 'toi đang'
run bon telex forget --memory learned toi dang
expect_status 0
run_shell 'cat learned'
expect_out 'bon-ime-memory 1 0'
run_shell "printf 'toi' | bon telex decode --predict -m m.bonlm --memory learned"
expect_out 'tôi'
run_shell 'mkdir -p share/bon && mv learned share/bon/learned && XDG_DATA_HOME="$PWD/share" bon telex forget'
expect_status 0
run_shell 'XDG_DATA_HOME="$PWD/share" bon telex forget -q && cat share/bon/learned'
expect_err ''
expect_out 'bon-ime-memory 1 0'
run bon telex forget --memory nowhere
expect_status 0
echo nonsense >learned
run bon telex forget --memory learned
expect_refusal 1 'learned:1: its first line'
[ -e learned.bad ] || unmet 'a damaged file is put aside'
run_shell "printf 'toi ba ' | bon telex play --predict --hints -m m.bonlm | cut -f1,4 | tail -n 2"
expect_status 0
