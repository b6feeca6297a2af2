#!/usr/bin/env bash
# Work cut into shards: whatever their number, the parts, the threads and the tree of merging, the bytes are those of one machine.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"
bon segment --fold "$DATA/sentences.txt" >sentences
awk 'BEGIN { srand(3); for (i = 0; i < 4000; i++) { n = int(rand() * 9); line = ""; for (; n > 0; n--) line = line " từ" int(rand() * rand() * 300); print line } }' >random
printf 'không xuống dòng cuối' >open
gzip -c sentences >packed.gz
: >nothing
files='sentences open packed.gz nothing random'

# map N P: counts all shards of $files.
map() {
    rm -rf work
    mkdir work
    for i in $(seq 0 $(($1 - 1))); do
        # shellcheck disable=SC2086
        run bon count -q -n 3 --shard "$i/$1" --parts "$2" -j $((1 + i % 3)) $memory -o "work/map$i.bonc" $files
        expect_status 0
        expect_err ''
    done
}
# shellcheck disable=SC2086
bon count -n 3 -o whole.bonc $files
# shellcheck disable=SC2086
bon lm build -q -n 3 --definition --discount-fallback -o whole.bonlm $files
memory=
for how in '1 1' '2 3' '5 1' '3 7' '11 2'; do
    read -r N P <<<"$how"
    map "$N" "$P"
    # Part by part, each from a tree of its own.
    for p in $(seq 0 $((P - 1))); do
        run bon merge --part "$p/$P" --whole -o "work/part$p.bonc" work/map*.bonc
        expect_status 0
    done
    run bon merge --whole -o sum.bonc work/part*.bonc
    expect_status 0
    expect_same whole.bonc sum.bonc
    run bon lm build -q -n 3 --counts --discount-fallback -o model.bonlm work/part*.bonc
    expect_status 0
    expect_same whole.bonlm model.bonlm
    # All at once, as they are.
    run bon merge -o sum.bonc work/map*.bonc
    expect_same whole.bonc sum.bonc
    memory='--memory 8M'
done
map 4 3
bon merge --part 1/3 -o left.bonc work/map2.bonc work/map0.bonc
bon merge --part 1/3 -o right.bonc work/map3.bonc work/map1.bonc
bon merge --part 1/3 -o tree.bonc right.bonc left.bonc
bon merge --part 1/3 -o flat.bonc work/map*.bonc
expect_same flat.bonc tree.bonc
run bon lm build -q -n 3 --counts --memory 8M --discount-fallback -o model.bonlm work/map1.bonc work/map3.bonc work/map0.bonc work/map2.bonc
expect_same whole.bonlm model.bonlm

# A shard that is given twice is refused, also when all of them were there before it comes again.
for order in '0 0 1 2 3' '0 1 2 3 0' '3 1 2 0 1'; do
    maps=$(printf 'work/map%s.bonc ' $order)
    # shellcheck disable=SC2086
    run bon merge -o no.bonc $maps
    expect_refusal 1 'part [01]/4 in part 0/3 is there twice'
    # shellcheck disable=SC2086
    run bon lm build -q -n 3 --counts --discount-fallback -o no.bonlm $maps
    expect_refusal 1 'part [01]/4 in part 0/3 is there twice'
done
run bon merge --part 2/3 -o no.bonc work/map*.bonc work/map2.bonc
expect_refusal 1 'part 2/4 in part 2/3 is there twice'

# What is missing is named, and nothing is written.
rm work/map2.bonc
run bon merge --part 0/3 --whole -o no.bonc work/map*.bonc
expect_refusal 75 'missing 2/4$'
run bon merge --part 0/3 -o part0.bonc work/map*.bonc
expect_status 0
run bon lm build -n 3 --counts -o no.bonlm part0.bonc flat.bonc
expect_refusal 75 'missing 0/4 in part 2/3, 1/4 in part 2/3, 2/4 in part 0/3, 2/4 in part 2/3, 3/4 in part 2/3$'
expect_no_file no.bonc no.bonlm

# A finished shard is left as it is; another one is not overwritten.
cp work/map1.bonc before.bonc
touch -d '2020-01-01' work/map1.bonc
# shellcheck disable=SC2086
run bon count -n 3 --shard 1/4 --parts 3 -o work/map1.bonc $files
expect_status 0
expect_err 'shard 1/4 was counted before'
[ "$(stat -c %Y work/map1.bonc)" = "$(date -d 2020-01-01 +%s)" ] || unmet 'it was written again'
for change in '-n 2 --shard 1/4 --parts 3' '-n 3 --shard 2/4 --parts 3' '-n 3 --shard 1/5 --parts 3' '-n 3 --shard 1/4 --parts 2'; do
    # shellcheck disable=SC2086
    run bon count $change -o work/map1.bonc $files
    expect_refusal 1 'map1.bonc: is there already, of other files or with other options'
done
run bon count -n 3 --shard 1/4 --parts 3 -o work/map1.bonc sentences open
expect_refusal 1 'of other files'
expect_same before.bonc work/map1.bonc
run bon count -n 3 --shard 2/4 --parts 3 -o other.bonc sentences
expect_status 0
run bon merge -o no.bonc work/map1.bonc other.bonc
expect_refusal 1 'different texts'

run_shell 'bon count --shard 0/2 <sentences'
expect_refusal 1 'standard input cannot be cut'
run bon count --parts 3 -o x.bonc sentences
expect_refusal 2 '--parts is for --shard'
run bon merge --part 3/3 -o x.bonc before.bonc
expect_refusal 2 "'3/3' is not"
run bon merge --part 1/2 -o x.bonc before.bonc
expect_refusal 1 'before.bonc: counted in 3 parts, not 2'

# ---- bon dedup ----

awk 'BEGIN { srand(5); for (i = 0; i < 3000; i++) { if (rand() < 0.2) { print ""; if (rand() < 0.3) print "  " } else { r = int(rand() * rand() * 400); print (r % 3 ? "câu số " : "Dòng ") r } } }' >d1
printf 'câu số 1\nđuôi không xuống dòng' >d2
sed 's/câu/Câu/' d1 | tail -n 700 | gzip -c >d3.gz
tail -n 900 d1 >d4
texts='d1 nothing d2 d3.gz d4'

# dedup_shards N P OPTION...: deduplicates $texts in N shards into the file `joined`.
dedup_shards() {
    local n=$1 p=$2 i q
    shift 2
    rm -rf work
    mkdir work
    for i in $(seq 0 $((n - 1))); do
        # shellcheck disable=SC2086
        run bon dedup "$@" --shard "$i/$n" --parts "$p" -j $((1 + i % 3)) -o "work/map$i.bond" $texts
        expect_status 0
        expect_out ''
    done
    for q in $(seq 0 $((p - 1))); do
        run bon merge --part "$q/$p" -o "work/part$q.bond" work/map*.bond
        expect_status 0
    done
    run bon merge -o work/drops.bond work/part*.bond
    expect_status 0
    : >joined
    for i in $(seq 0 $((n - 1))); do
        # shellcheck disable=SC2086
        run bon dedup "$@" --shard "$i/$n" --drops work/drops.bond -o "work/out$i" $texts
        expect_status 0
        expect_err ''
        cat "work/out$i" >>joined
    done
}
for options in '' '--same letters' '--same bytes --memory 1k' '--unit paragraph' '--near' '--near --threshold 0.5 --keep longest --memory 8M'; do
    # shellcheck disable=SC2086
    bon dedup $options -o single $texts
    for how in '1 1' '3 2' '13 5'; do
        read -r N P <<<"$how"
        [[ $options == *near* ]] && P=1
        # shellcheck disable=SC2086
        dedup_shards "$N" "$P" $options
        expect_same single joined
    done
done
for i in $(seq 300); do printf '{"id": %d, "text": "văn bản %d"}\n' "$i" $((i * 7 % 50)); done >docs.jsonl
texts=docs.jsonl
bon dedup --json-field text -o single docs.jsonl
dedup_shards 4 3 --json-field text
expect_same single joined
run bon dedup --json-field text --shard 1/4 --drops work/drops.bond --json counts -o one docs.jsonl
grep -qxE '\{"texts": 7[0-9], "kept": 0, "bytes": 2[0-9]{3}, "kept_bytes": 0\}' counts || unmet "counted $(cat counts)"

# Finished maps stay; what is missing is named; what does not belong together is refused.
run bon dedup --json-field text --shard 1/4 --parts 3 -o work/map1.bond docs.jsonl
expect_status 0
expect_err 'shard 1/4 was done before'
run bon dedup --json-field text --same letters --shard 1/4 --parts 3 -o work/map1.bond docs.jsonl
expect_refusal 1 'map1.bond: is there already, of other files or with other options'
run bon dedup --json-field text --same letters --shard 1/4 --drops work/drops.bond -o no docs.jsonl
expect_refusal 1 'drops.bond: is of other files, or was made with other options'
run bon dedup --json-field text --shard 1/4 --drops work/map1.bond -o no docs.jsonl
expect_refusal 1 'merge all of them first'
run bon dedup --json-field text --shard 1/4 --drops work/part2.bond -o no docs.jsonl
expect_refusal 75 'missing part 0/3, part 1/3$'
run bon merge -o no.bond work/part0.bond work/part2.bond
expect_refusal 75 'missing part 1/3$'
run bon merge --part 0/3 -o no.bond work/map0.bond work/map3.bond
expect_refusal 75 'missing 1/4, 2/4$'
run bon merge -o no.bond work/map0.bond work/map0.bond
expect_refusal 1 'shard 0 is there twice'
run bon merge -o no.bond work/map0.bond work/part0.bond
expect_refusal 1 'do not go together'
run bon merge --part 0/2 -o no.bond work/map*.bond
expect_refusal 1 'mapped in 3 parts, not 2'
run bon merge --part 0/3 -o no.bond work/part0.bond work/part1.bond work/part2.bond
expect_refusal 1 'part0.bond: is merged already; a part is taken of maps of shards'
run bon merge --part 0/3 -o no.bond work/part0.bond
expect_refusal 1 'part0.bond: is merged already'
run bon merge -o no.bond before.bonc work/map0.bond
expect_refusal 1 'map0.bond'
head -c 300 work/map0.bond >cut.bond
run bon merge -o no.bond cut.bond work/map1.bond
expect_refusal 1 'cut.bond: truncated'
for at in 100 700 1500; do # in records, or in what is said of them
    cp work/map0.bond damaged.bond
    printf '\x5a\xa5' | dd of=damaged.bond bs=1 seek=$at conv=notrunc status=none
    run bon merge -o no.bond damaged.bond work/map1.bond work/map2.bond work/map3.bond
    expect_refusal 1 'damaged.bond'
done
run bon dedup --json-field text --shard 2/4 docs.jsonl
expect_refusal 2 'say where to: -o FILE.bond'
run bon dedup --drops x docs.jsonl
expect_refusal 2 '--drops is for --shard'
run bon dedup --near --shard 0/2 --parts 2 -o x docs.jsonl
expect_refusal 2 '--parts is not for --near'
expect_no_file no no.bond

# ---- bon filter and bon stats ----

texts='d1 nothing d2 d3.gz d4'
for options in '--rules none --words 4..' '--rules none --unit paragraph --words 8..' ''; do
    # shellcheck disable=SC2086
    bon filter $options -o single $texts
    for N in 1 4 9; do
        : >joined
        for i in $(seq 0 $((N - 1))); do
            # shellcheck disable=SC2086
            run bon filter $options --shard "$i/$N" -j $((1 + i % 3)) -o one $texts
            expect_status 0
            cat one >>joined
        done
        expect_same single joined
    done
done
# shellcheck disable=SC2086
bon stats -q --state whole.bonstat -o whole.tsv $texts
for N in 1 3 8; do
    rm -rf states
    mkdir states
    for i in $(seq 0 $((N - 1))); do
        # shellcheck disable=SC2086
        run bon stats -q --shard "$i/$N" --state "states/$i.bonstat" $texts
        expect_status 0
    done
    run bon stats -q --merge --state sum.bonstat -o sum.tsv states/*.bonstat
    expect_status 0
    expect_same whole.tsv sum.tsv
done
run bon stats --shard 0/2 d1
expect_refusal 2 '--shard is for --state'
