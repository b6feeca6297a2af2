#!/usr/bin/env bash
# Files of a command line that stand in each other's way: two outputs that are one file, an output over what is read. Whatever the
# command, that is a wrong command line, and nothing is done.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"
printf 'một câu\nhai câu\n' >text
cp text before
ln -s text link
mkdir folder

# All options by which a command writes a file; one that is not here is caught below.
names='output|arpa|cache|explain|html|json|logits|masked|memory|offsets|rejected|report|state'
# Options by which one reads a file.
readers='classes|config|file|drops|gold|keymap|list|lists|lm|macros|model|neural|rules|teencode|text|tokenizer|tune|val|vocab|words'

commands() {
    local name sub
    for name in $(bon --list-commands); do
        if bon "$name" --list-options | grep -q -v '^-'; then
            for sub in $(bon "$name" --list-options | grep -v '^-'); do echo "$name $sub"; done
        else
            echo "$name"
        fi
    done
}

pairs=0
while read -r command; do
    # Every option for a file is known to this test as one that writes or one that reads.
    # shellcheck disable=SC2086
    bon $command --list-options | sed -n -E 's/^--([a-z-]+)\[?=.*FILE.*/\1/p' >all
    grep -v -x -E "$names|$readers" all >unknown
    [ ! -s unknown ] || unmet "does bon $command read or write --$(head -1 unknown)?"
    # shellcheck disable=SC2086
    mapfile -t outputs < <(bon $command --list-options | sed -n -E "s/^--($names)\[?=\[?(FILE|DIR\|FILE)\]?\$/\1/p")
    for ((i = 0; i < ${#outputs[@]}; i++)); do
        one=${outputs[i]}
        for ((j = i + 1; j < ${#outputs[@]}; j++)); do
            other=${outputs[j]}
            pairs=$((pairs + 1))
            for same in 'x x' 'x ./x' 'folder/x folder/../folder/x' 'text link'; do
                # shellcheck disable=SC2086
                run bon $command "--$one=${same% *}" "--$other=${same#* }" </dev/null
                expect_refusal 2 "^bon: $command: (-o|--[a-z]+) and (-o|--[a-z]+) would both write '.*'; name two files"
            done
            # shellcheck disable=SC2086
            run bon $command "--$one=-" "--$other=-" </dev/null
            expect_refusal 2 'would both go to standard output; name a file'
        done
        [[ $one = output || $command = 'telex forget' ]] && continue # operands that replace, or are words
        for path in text link ./text; do
            # shellcheck disable=SC2086
            run bon $command "--$one=$path" folder/../text </dev/null
            expect_refusal 2 "^bon: $command: --$one would write over 'folder/../text', which is read; name another file"
        done
    done
done < <(commands)
[ "$pairs" -ge 35 ] || unmet "only $pairs pairs of outputs"
expect_same before text
expect_no_file x
expect_files folder

# What does not replace what it reads by something of its kind does not write over it with -o either; what does may.
for command in 'stats' 'count' 'lm build' 'lm info' 'words build --gold gold' 'classify train' 'tokenizer train'; do
    # shellcheck disable=SC2086
    run bon $command -o link text
    expect_refusal 2 "-o would write over 'text', which is read"
done
expect_same before text
for command in normalize segment dedup filter sample 'telex decode' 'restore --eval'; do
    cp text same
    # shellcheck disable=SC2086
    run bon $command -o same same
    [ "$status" != 2 ] || unmet 'refused to work in place'
done

# A file of rules, a list or a model is not the output.
printf 'a\tb\n' >rules
cp rules kept
run bon normalize --rules rules -o ./rules text
expect_refusal 2 "-o would write over 'rules', which is read"
run bon import html --list rules -o rules
expect_refusal 2 "-o would write over 'rules', which is read"
run_shell 'bon import html --list - --json rules <rules'
expect_refusal 2 "--json would write over '-', which is read"
expect_same kept rules

# {name} in -o may come to the path of another output.
run bon dedup -o '{name}.kept' --json text.kept text
expect_refusal 2 "-o and --json would both write 'text.kept'; name two files"
run bon dedup -o '{name}.kept' --report ./text.kept text
expect_refusal 2 "-o and --report would both write './text.kept'; name two files"
expect_no_file text.kept

# A standard output that goes to a file is that file; a device takes what comes from all.
run_shell 'bon stats --json - -o log text >log'
expect_status 2
[ ! -s log ] || unmet 'wrote into the log'
run bon filter -o /dev/null --json /dev/null --report /dev/null --explain /dev/null text
expect_status 0
run bon filter -o kept --json counts --report folder/counts text
expect_status 0
expect_err ''
[ -s counts ] && [ -s folder/counts ] || unmet 'one of two files is missing'
