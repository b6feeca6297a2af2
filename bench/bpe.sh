#!/usr/bin/env bash
# bench/bpe.sh: learning a byte-level BPE tokenizer and encoding with it, CPU seconds, beside YouTokenToMe on the same text.
#   BON_CORPORA=DIR [YTTM_BIN=PATH] [BYTES=208900000] [VOCAB=16384] bench/bpe.sh
# Prints TSV; medians of three runs, one thread. YTTM_BIN is the `yttm` command (or anything with its `bpe` and `encode`).
# The two do not learn the same thing: YouTokenToMe merges characters between blanks, bon bytes inside the pieces of a pattern.
. "$(dirname "$0")/lib.sh"
need_corpora
bytes=${BYTES:-208900000} vocab=${VOCAB:-16384}

set +e # SIGPIPE ends zstd once head has enough
zstd -dcq --long=27 "$BON_CORPORA"/train/{news_baomoi,wiki,law_phapdien}.txt.zst 2>/dev/null | head -c "$bytes" >"$scratch/text"
set -e
size=$(stat -c %s "$scratch/text")

machine
printf 'what\tcpu_s\tMB_per_cpu_s\twall_s\tpeak_rss_MiB\tratio_to_yttm\n'
run() { # name, command...
    local name=$1 i
    shift
    for i in 1 2 3; do measure "$scratch/$name" "$@" <"$scratch/text" >"$scratch/output"; done
}
row() { # name, name of the peer's row
    local cpu ratio=-
    cpu=$(median "$scratch/$1" 2)
    [ -z "${2-}" ] || [ ! -f "$scratch/$2" ] || ratio=$(ratio "$cpu" "$(median "$scratch/$2" 2)")
    awk -v n="$1" -v b="$size" -v c="$cpu" -v w="$(median "$scratch/$1" 1)" -v m="$(median "$scratch/$1" 3)" -v r="$ratio" \
        'BEGIN {printf "%s\t%.2f\t%.1f\t%.2f\t%.1f\t%s\n", n, c, b / 1e6 / c, w, m, r}'
}
run train "$BON" tokenizer train -q -j 1 --vocab "$vocab" -o "$scratch/tok.json"
run encode "$BON" tokenizer encode -q -j 1 -t "$scratch/tok.json"
run encode-ids "$BON" tokenizer encode -q -j 1 --ids -t "$scratch/tok.json"
"$BON" tokenizer encode -q --ids=u32 -t "$scratch/tok.json" -o "$scratch/ids" "$scratch/text"
run decode-ids "$BON" tokenizer decode -q --ids=u32 -t "$scratch/tok.json" "$scratch/ids"
if [ -n "${YTTM_BIN:-}" ]; then
    run yttm-train "$YTTM_BIN" bpe --data "$scratch/text" --model "$scratch/yttm.model" --vocab_size "$vocab" --n_threads 1
    run yttm-encode "$YTTM_BIN" encode --model "$scratch/yttm.model" --output_type id --n_threads 1
else
    echo '# YTTM_BIN is not set: bon alone'
fi
row train yttm-train
row encode yttm-encode
row encode-ids yttm-encode
row decode-ids
for peer in yttm-train yttm-encode; do [ ! -f "$scratch/$peer" ] || row "$peer"; done
printf '# bytes per token: %s\n' "$(ratio "$size" $(($(stat -c %s "$scratch/ids") / 4)))"
