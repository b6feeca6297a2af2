#!/usr/bin/env bash
# bench/scale.sh: the rates that docs/scale.md plans with.
#   BON_CORPORA=DIR [BYTES=150000000] [RUNS=3] bench/scale.sh
# Prints TSV: of each step of work in shards, MB of its input per second of CPU time on one thread (medians of RUNS, all steps in
# turn), bytes it writes for a byte it reads, peak memory in MiB; then how much n-grams grow with the text: bytes of 4-gram counts for a byte of
# tokens at 1/8 and all of it.
. "$(dirname "$0")/lib.sh"
need_corpora
bytes=${BYTES:-150000000} runs=${RUNS:-3}
cd "$scratch"

set +e # SIGPIPE ends the loop once head has enough
for file in "$BON_CORPORA"/train/*.txt.zst; do zstd -dcq --long=27 "$file" 2>/dev/null | head -c $((bytes / 10)); echo; done |
    head -c "$bytes" >text
set -e
"$BON" normalize -q text | "$BON" segment -q --unit sentence | "$BON" segment -q --fold >tokens
# Documents: 20 lines each.
tr -d '\000-\010\013-\037' <text | awk '{gsub(/[\\"\t]/, " "); text = text $0 "\\n"} NR % 20 == 0 {print "{\"text\": \"" text "\"}"; text = ""}' >documents
size() { stat -c %s "$@" | awk '{sum += $1} END {print sum}'; }

# Names, the input and the output of every step, in the order in which one needs the other.
steps=(
    'normalize text normal' 'segment normal cut' 'count tokens map.bonc' 'count-spill tokens spilled.bonc' 'merge-counts map.bonc part.bonc'
    'build part.bonc model' 'dedup-map text exact.0' 'dedup-merge exact.0 drops' 'dedup-finish text once'
    'near-map documents near.0' 'near-join near.0 near.drops' 'near-finish documents near.once'
)
step() {
    case $1 in
    normalize) "$BON" normalize -q -j 1 -o normal text ;;
    segment) "$BON" segment -q -j 1 --unit sentence -o sentences normal && "$BON" segment -q -j 1 --fold -o cut sentences ;;
    count) "$BON" count -q -j 1 -n 4 --shard 0/1 --parts 16 --memory 8G -o map.bonc tokens ;;
    count-spill) "$BON" count -q -n 4 --shard 0/1 --parts 16 --memory 256M -o spilled.bonc tokens ;;
    merge-counts) "$BON" merge -q --memory 256M -o part.bonc map.bonc ;;
    build) "$BON" lm build -q -n 4 --counts --prune '0 0 1' --memory 1G -o model part.bonc ;;
    dedup-map) rm -f exact.0 && "$BON" dedup -q -j 1 --shard 0/1 --parts 16 -o exact.0 text ;;
    dedup-merge) "$BON" merge -q -o drops exact.0 ;;
    dedup-finish) "$BON" dedup -q -j 1 --shard 0/1 --drops drops -o once text ;;
    near-map) rm -f near.0 && "$BON" dedup -q -j 1 --near --json-field text --shard 0/1 -o near.0 documents ;;
    near-join) "$BON" merge -q --memory 1G -o near.drops near.0 ;;
    near-finish) "$BON" dedup -q -j 1 --near --json-field text --shard 0/1 --drops near.drops -o near.once documents ;;
    esac
}
export -f step
export BON
for ((run = 0; run < runs; run++)); do
    for row in "${steps[@]}"; do
        read -r name _ <<<"$row"
        measure "time.$name" bash -c "step $name"
    done
done

machine
printf 'step\tMB/s\twritten/read\tMiB\n'
for row in "${steps[@]}"; do
    read -r name in out <<<"$row"
    cpu=$(median "time.$name" 2)
    printf '%s\t%s\t%s\t%s\n' "$name" "$(awk -v b="$(size "$in")" -v s="$cpu" 'BEGIN {printf "%.1f", b / 1e6 / s}')" \
        "$(ratio "$(size "$out")" "$(size "$in")")" "$(median "time.$name" 3)"
done
head -c $(($(size tokens) / 8)) tokens | sed '$d' >eighth
"$BON" count -q -n 4 -o eighth.bonc eighth
"$BON" count -q -n 4 -o all.bonc tokens
printf '# text %s bytes, tokens %s (%s words), texts %s, documents %s\n' "$(size text)" "$(size tokens)" "$(wc -w <tokens)" \
    "$(grep -c . text)" "$(wc -l <documents)"
printf '# 4-gram counts for a byte of tokens: %s of an eighth, %s of all\n' "$(ratio "$(size eighth.bonc)" "$(size eighth)")" \
    "$(ratio "$(size all.bonc)" "$(size tokens)")"
