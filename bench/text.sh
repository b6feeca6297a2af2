#!/usr/bin/env bash
# bench/text.sh: `bon normalize` and `bon segment` on a 1 GB stream, one core: MB per CPU second, peak memory, start-up.
#   BON_CORPORA=DIR [BYTES=1000000000] bench/text.sh
# Prints TSV. The text is the training text, decoded, repeated to BYTES. `cat` and `wc -w` over the same bytes are the floor
# and a familiar word counter. The last rows go from .zst to .zst (level 3, as bon writes): the wall time of `zstd -dc | zstd`
# beside that of bon on two threads, a row's last column is that ratio.
. "$(dirname "$0")/lib.sh"
need_corpora
bytes=${BYTES:-1000000000}

# SIGPIPE ends the endless loop once head has enough.
set +e
while :; do zstd -dcq --long=27 "$BON_CORPORA"/train/*.txt.zst 2>/dev/null || break; done | head -c "$bytes" >"$scratch/text"
set -e
size=$(stat -c %s "$scratch/text")

machine
printf 'what\tMB_per_cpu_s\twall_s\tpeak_rss_MiB\tratio_to_wc\n'
run() { # name, command...
    local name=$1 i
    shift
    for i in 1 2 3; do measure "$scratch/$i.$name" "$@" >/dev/null; cat "$scratch/$i.$name" >>"$scratch/$name"; done
    local cpu
    cpu=$(median "$scratch/$name" 2)
    [ "$name" = wc ] && wc_cpu=$cpu
    awk -v n="$name" -v b="$size" -v c="$cpu" -v w="$(median "$scratch/$name" 1)" -v r="$(median "$scratch/$name" 3)" \
        -v wc="$wc_cpu" 'BEGIN {printf "%s\t%.1f\t%.2f\t%.1f\t%.2f\n", n, b / 1e6 / c, w, r, wc / c}'
}
run wc wc -w "$scratch/text"
run cat cat "$scratch/text"
run normalize "$BON" normalize -q -j 1 "$scratch/text"
"$BON" normalize -q -j 2 -o "$scratch/clean" "$scratch/text"
mv "$scratch/clean" "$scratch/text"
run normalize-clean "$BON" normalize -q -j 1 "$scratch/text"
run segment "$BON" segment -q -j 1 "$scratch/text"
run segment-ids "$BON" segment -q -j 1 --ids "$scratch/text"
run segment-fold "$BON" segment -q -j 1 --fold "$scratch/text"

# From .zst to .zst: the same two processors for both sides, in turn.
zstd -q -3 -o "$scratch/text.zst" "$scratch/text"
end_to_end() { # name, command...
    local name=$1
    shift
    measure "$scratch/$name" "$@" >/dev/null
}
for i in 1 2 3; do
    # shellcheck disable=SC2016
    end_to_end zst-alone sh -c 'zstd -dcq "$1" | zstd -q -3 >"$2"' sh "$scratch/text.zst" "$scratch/out.zst"
    end_to_end zst-normalize "$BON" normalize -q -j 2 -o "$scratch/out.zst" "$scratch/text.zst"
    end_to_end zst-segment "$BON" segment -q -j 2 -o "$scratch/out.zst" "$scratch/text.zst"
    end_to_end zst-segment-ids "$BON" segment -q -j 2 --ids -o "$scratch/out.zst" "$scratch/text.zst"
done
printf 'what\tMB_per_cpu_s\twall_s\tpeak_rss_MiB\twall_zstd_alone/wall\n'
for name in zst-alone zst-normalize zst-segment zst-segment-ids; do
    awk -v n="$name" -v b="$size" -v c="$(median "$scratch/$name" 2)" -v w="$(median "$scratch/$name" 1)" \
        -v r="$(median "$scratch/$name" 3)" -v z="$(median "$scratch/zst-alone" 1)" \
        'BEGIN {printf "%s\t%.1f\t%.2f\t%.1f\t%.2f\n", n, b / 1e6 / c, w, r, z / w}'
done
