#!/usr/bin/env bash
# bench/micro_syllable.sh: tokenizer, spelling and marks on the dev text, in memory, on one core.
. "$(dirname "$0")/lib.sh"
need_corpora
lib=${LIBBON:-$(dirname "$BON")/libbon.a}
cc -O3 -std=c17 -I"$root/include" -I"$root/src" -o "$scratch/micro" "$root/bench/micro_syllable.c" "$lib" -licuuc
for file in "$BON_CORPORA"/dev/*.txt; do
    case ${file##*/} in noisy_* | encoding_*) continue ;; esac
    cat "$file"
done >"$scratch/text"
machine
"$scratch/micro" "$scratch/text"
