#!/usr/bin/env bash
# bon dedup -o with {name}: a file for every input; and texts that are the same to a model.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"

mkdir in out.d
for i in $(seq 4000); do echo "câu số $((i * 7919 % 1201))"; done >in/a.txt
for i in $(seq 900); do echo "câu số $((i * 3))"; done | tee in/b.2.txt | gzip -c >in/c.txt.gz
printf 'một\nhai' >in/d
files=(in/a.txt in/b.2.txt in/c.txt.gz in/d)
bon dedup "${files[@]}" >all
for threads in 1 3; do
    run bon dedup -j "$threads" --json counts -o 'out.d/{name}.zst' "${files[@]}"
    expect_status 0
    expect_out ''
    expect_files out.d a.zst b.2.zst c.zst d.zst
    zstd -dcq out.d/a.zst out.d/b.2.zst out.d/c.zst out.d/d.zst | cmp -s - all || unmet 'the files together are the whole'
    [ "$(zstd -dcq out.d/c.zst | wc -l)" = 0 ] || unmet 'c has what b has'
    [ "$(zstd -dcq out.d/d.zst)" = $'một\nhai' ] || unmet "d: $(zstd -dcq out.d/d.zst)"
done
printf 'một\nhai\n\nba' >in/p
printf 'ba\n\nbốn\n' >in/q
run bon dedup --unit paragraph -o 'out.d/{name}/x' in/p in/q
expect_refusal 1 'out.d/p/x: .*No such file'
mkdir out.d/p out.d/q
run bon dedup --unit paragraph -o 'out.d/{name}/x' in/p in/q
expect_status 0
[ "$(cat out.d/p/x)" = $'một\nhai\n\nba' ] || unmet "p: $(cat out.d/p/x)"
[ "$(cat out.d/q/x)" = 'bốn' ] || unmet "q: $(cat out.d/q/x)"

# All or none.
rm -r out.d && mkdir out.d
head -c 500 in/c.txt.gz >in/cut.gz
run bon dedup -o 'out.d/{name}' in/a.txt in/cut.gz
expect_refusal 1 '^bon: in/cut.gz: '
expect_files out.d
run bon dedup -o 'out.d/{name}' in/a.txt in/a.txt
expect_refusal 1 '^bon: out.d/a: two inputs have that \{name\}'
expect_files out.d
run bon dedup -o 'out.d/{name}' --near in/a.txt
expect_refusal 2 'is not for --near, --memory and --shard'
run bon dedup -o 'out.d/{name}' --memory 1M in/a.txt
expect_refusal 2 'is not for --near, --memory and --shard'
run bon dedup -o 'out.d/{name}' --shard 0/2 in/a.txt
expect_refusal 2 'is not for --near, --memory and --shard'
run bon dedup -o 'out.d/{name}'
expect_refusal 2 'is for files'
expect_files out.d

# Tokens: as bon segment --fold has them.
printf 'Năm 2024, có 3 khách.\nnăm 1999 ,  có 15 khách .\nnăm 2024 có 3 khách\n\nHoà bình!\nhòa   bình!\n' >tokens
run bon dedup --same tokens tokens
expect_out "$(printf 'Năm 2024, có 3 khách.\nnăm 2024 có 3 khách\n\nHoà bình!')"
for i in $(seq 3000); do echo "Câu $i: số $((i * 7919 % 1201)), chữ $(printf '%c' "$((i % 7))")."; done >many
paste <(bon normalize many | bon segment --fold) many | awk -F'\t' '!seen[$1]++ { print $2 }' >wanted
for threads in 1 4; do
    run bon dedup -j "$threads" --same tokens many
    expect_out_file wanted
done
