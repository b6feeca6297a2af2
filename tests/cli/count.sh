#!/usr/bin/env bash
# bon count and bon merge: the counts of sort and uniq, and parts that add up to the same bytes in any order.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"
for _ in 1 2 3; do bon segment --fold "$DATA/sentences.txt"; done >tokens
printf 'a b a\n\n  b\ta c\xff\nđ a b' >>tokens

# The most frequent first, then by bytes; a line's end is the end of its n-grams.
for n in 1 2 3; do
    awk -v n=$n '{ for (i = 1; i + n - 1 <= NF; i++) { g = $i; for (k = 1; k < n; k++) g = g " " $(i + k); print g } }' tokens |
        LC_ALL=C sort | LC_ALL=C uniq -c | LC_ALL=C sed -E 's/^ *([0-9]+) (.*)/\2\t\1/' |
        LC_ALL=C sort -t "$(printf '\t')" -k 2,2nr -k 1,1 >expected
    run bon count -n $n tokens
    expect_status 0
    expect_err ''
    expect_out_file expected
    run bon count -n $n --min 4 tokens
    awk -F '\t' '$2 >= 4' expected >often
    expect_out_file often
    run_shell "bon count -n $n <tokens"
    expect_out_file expected
done

# Parts in any order and grouping are the whole.
bon count -n 2 -o whole.bonc tokens
for i in 0 1 2 3 4; do bon count -n 2 --shard $i/5 -o part$i.bonc tokens; done
run bon merge -o sum.bonc part3.bonc part1.bonc part0.bonc part4.bonc part2.bonc
expect_status 0
expect_out ''
expect_err ''
expect_same whole.bonc sum.bonc
bon merge -o a.bonc part0.bonc part2.bonc
bon merge -o b.bonc part4.bonc a.bonc part3.bonc
bon merge -o sum.bonc b.bonc part1.bonc
expect_same whole.bonc sum.bonc
run bon count --text sum.bonc
cp out merged
run bon count -n 2 tokens
expect_out_file merged
run bon count --text sum.bonc --min 4 -o often.zst
expect_status 0
run_shell 'zstd -dc often.zst'
awk -F '\t' '$2 >= 4' merged >often
expect_out_file often

# Different orders do not add up.
bon count -n 1 -o words.bonc tokens
run bon merge -o sum2.bonc whole.bonc words.bonc
expect_refusal 1 '2-grams and of 1-grams'
expect_no_file sum2.bonc
run bon count --min 2 -o x.bonc tokens
expect_refusal 2 '--min is for text'

# Nothing to count is no failure.
: >empty
bon count -n 3 -o empty.bonc empty
run bon count --text empty.bonc
expect_status 0
expect_out ''
run bon merge -o still.bonc empty.bonc
expect_same empty.bonc still.bonc

# More parts than files that may be open at once unless one asks for more.
mkdir many-parts
for i in $(seq 60); do printf 'a %s\n' "$i" | bon count -n 2 -o "many-parts/$i.bonc"; done
cat tokens | bon count -n 2 -o many-parts/tokens.bonc
run_shell 'ulimit -Sn 40; bon merge -o many.bonc many-parts/*.bonc'
expect_status 0
bon count -n 2 -o at-once.bonc tokens <(seq -f 'a %g' 60)
expect_same at-once.bonc many.bonc

# A limit of memory changes nothing, and leaves no files.
for _ in $(seq 40); do cat tokens; done >many
awk 'BEGIN { srand(7); for (i = 0; i < 30000; i++) { n = int(rand() * 12); line = ""; for (; n > 0; n--) line = line " w" int(rand() * rand() * 20000); print line } }' >>many
mkdir temp
for n in 1 2 4; do
    bon count -n $n -o plain.bonc many
    run bon count -n $n --memory 8M --temp temp -o limited.bonc many
    expect_status 0
    expect_err ''
    expect_same plain.bonc limited.bonc
    bon count -n $n many >plain
    run bon count -n $n --memory 8M --temp temp many
    expect_out_file plain
    bon count -n $n --min 3 many >plain
    run bon count -n $n --min 3 --memory 8M --temp temp many
    expect_out_file plain
done
expect_files temp
bon count -n 4 -o one.bonc tokens
run bon merge --memory 8M --temp temp -o limited.bonc plain one.bonc
expect_refusal 1 'not a file of bon'
bon merge -o sum.bonc plain.bonc one.bonc
run bon merge --memory 8M --temp temp -o limited.bonc one.bonc plain.bonc
expect_status 0
expect_same sum.bonc limited.bonc
run bon count --memory 1M tokens
expect_refusal 1 'the least is 8 MB'
run bon merge --memory 1M -o x.bonc one.bonc
expect_refusal 1 'the least is 8 MB'
run bon count -n 4 --memory 8M --temp nowhere -o x.bonc many
expect_refusal 1 'nowhere: .*No such file'
run_shell 'ulimit -f 300; bon count -n 4 --memory 8M --temp temp -o x.bonc many'
expect_status 1
expect_err 'temporary file: File too large'
expect_no_file x.bonc
