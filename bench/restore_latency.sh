#!/usr/bin/env bash
# bench/restore_latency.sh: what a key costs when the last 12 syllables are restored again after it, what opening a model costs, and
# how restoring scales on two threads: wall time, and the processor time that the same work takes on one and two.
#   BON_CORPORA=DIR [MODEL=models/vi.bonlm] [RUNS=5] bench/restore_latency.sh
# Prints TSV. On a loaded machine two threads do not get two cores: the processor time says what they would do there.
. "$(dirname "$0")/lib.sh"
need_corpora
model=${MODEL:-$root/models/vi.bonlm}
machine
printf '# model: %s, %s bytes\n' "$(basename "$model")" "$(stat -c %s "$model")"
cc -O2 -D_GNU_SOURCE -I"$root/include" -I"$root/src" -o "$scratch/latency" "$root/bench/restore_latency.c" \
    "$(dirname "$BON")/libbon.a" -lzstd -lz -lbz2 -licuuc -lpcre2-8 -lm -pthread
# Text as it is typed without marks: its keys with the input method off.
cat "$BON_CORPORA"/dev/{social_feedback,news_2021_leads,spoken_ted2012}.txt | "$BON" normalize -q >"$scratch/good"
LC_ALL=C.UTF-8 sed 'y/áàảãạăắằẳẵặâấầẩẫậéèẻẽẹêếềểễệíìỉĩịóòỏõọôốồổỗộơớờởỡợúùủũụưứừửữựýỳỷỹỵđ/aaaaaaaaaaaaaaaaaeeeeeeeeeeeiiiiiooooooooooooooooouuuuuuuuuuuyyyyyd/' \
    <"$scratch/good" >"$scratch/plain"
printf 'what\tvalue\tunit\n'
"$scratch/latency" "$model" "$scratch/plain"
for _ in 1 2 3 4 5 6; do cat "$scratch/plain"; done >"$scratch/long" # opening a model is not what scales
for _ in $(seq "${RUNS:-5}"); do
    measure "$scratch/one" "$BON" restore -q -j 1 --model "$model" "$scratch/long"
    measure "$scratch/two" "$BON" restore -q -j 2 --model "$model" "$scratch/long"
done >"$scratch/restored"
one=$(median "$scratch/one" 1) two=$(median "$scratch/two" 1)
printf 'one thread, wall\t%.2f\ts\ntwo threads, wall\t%.2f\ts\n' "$one" "$two"
printf 'two threads, speed-up by wall time\t%s\ttimes\n' "$(ratio "$one" "$two")"
printf 'two threads, speed-up that processor time leaves\t%s\ttimes\n' \
    "$(ratio "$(median "$scratch/one" 2)" "$(awk -v c="$(median "$scratch/two" 2)" 'BEGIN { print c / 2 }')")"
