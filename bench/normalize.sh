#!/usr/bin/env bash
# bench/normalize.sh: speed of normalization beside ICU's C++ normalizeUTF8 (NFC alone), on the same text in the same run.
# bon applies all default rules. TSV: text, bytes, what bon scans with (all that this processor can; the last is what it takes by
# itself), MB per CPU second of each, ratio bon/ICU. Needs BON_CORPORA.
. "$(dirname "$0")/lib.sh"
need_corpora

library=$(dirname "$BON")/libbon.a
cc -O2 -std=c17 -D_GNU_SOURCE -I"$root/include" -I"$root/src" -c -o "$scratch/masks.o" "$root/bench/normalize_masks.c"
# shellcheck disable=SC2046
c++ -O2 -std=c++17 -I"$root/include" -o "$scratch/normalize_icu" "$root/bench/normalize_icu.cpp" "$scratch/masks.o" "$library" -pthread \
    $(pkg-config --libs icu-uc libpcre2-8 libzstd zlib libxxhash) -lbz2 -lm

# as_is: about BYTES of it; clean: what bon makes of it (NFC, nothing left to do); nfd: the same decomposed.
text() { zstd -dcq --long=27 "$BON_CORPORA/train/$1.txt.zst" | head -c ${BYTES:-60000000} | sed '$d'; }

machine
printf 'text\tbytes\tscan\tbon_mb_per_s\ticu_mb_per_s\tratio\n'
for name in news_baomoi law_phapdien wiki; do
    text "$name" >"$scratch/as_is"
    "$BON" normalize "$scratch/as_is" >"$scratch/clean"
    "$BON" normalize --form nfd "$scratch/as_is" >"$scratch/nfd"
    for kind in as_is clean nfd; do
        "$scratch/normalize_icu" "$name, $kind" "$scratch/$kind"
    done
done
