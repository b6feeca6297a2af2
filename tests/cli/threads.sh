#!/usr/bin/env bash
# The same bytes for any number of threads.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"
for i in $(seq 300); do
    cat "$DATA/sentences.txt"
    printf 'dòng %s\r\n  \n\303\303\n' "$i"
done >text
bon normalize "$DATA/sentences.txt" | bon segment --fold >tokens
bon lm build -q --discount-fallback --candidates 1 -o m.bonlm tokens

same_for_threads() {
    bon "$@" -j1 >one
    for threads in 2 4 7; do
        run bon "$@" -j$threads
        expect_status 0
        expect_out_file one
    done
}
same_for_threads normalize text text
same_for_threads segment text
same_for_threads segment --tsv text
same_for_threads segment --ids text
same_for_threads segment --fold text
same_for_threads count -n 2 text
same_for_threads restore -m m.bonlm text
same_for_threads restore -m m.bonlm --json "$DATA/sentences.txt" text
same_for_threads lm query m.bonlm text
same_for_threads lm query --per-line m.bonlm text
same_for_threads lm build -q --discount-fallback -n 4 --arpa - text

for threads in 1 4; do
    bon normalize -j$threads --report=report.$threads text >/dev/null
    bon restore -j$threads -m m.bonlm --eval text | cut -f 1-6 >eval.$threads
    bon lm build -j$threads -q --discount-fallback -n 4 -o model.$threads text
    bon count -j$threads -n 3 -o counts.$threads.bonc text
done
last='files written with -j1 and -j4'
expect_same report.1 report.4
expect_same eval.1 eval.4
expect_same model.1 model.4
expect_same counts.1.bonc counts.4.bonc
