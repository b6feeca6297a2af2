#!/usr/bin/env bash
# bench/query.sh: `bon lm query` beside KenLM's `query` on the same model and text: perplexity, bytes an n-gram, look-ups per
# CPU second: the small layout (floats, 8 bits) beside KenLM's trie, the fast one beside its hash table.
#   KENLM_BIN=DIR ARPA=FILE TEXT=FILE [TONGRAMS_BIN=DIR] [BITS=8] [RUNS=5] [VALUES="float bits fast"] bench/query.sh
# KENLM_BIN has build_binary and query, and kenlm_benchmark for the look-ups from word ids. TONGRAMS_BIN has build_trie and score:
# its Elias-Fano trie with remapped ids (Pibiri and Venturini 2019) stands beside the small layout with as many bits. ARPA is one
# that bon wrote, whose n-grams are in suffix order. TEXT is tokenized as the model's text was. Prints TSV; the last column is bon's
# figure over the peer's, KenLM where no other is named. Exit 1 when unquantized perplexities differ in five digits.
. "$(dirname "$0")/lib.sh"
: "${KENLM_BIN:?set KENLM_BIN to the folder of KenLM\'s programs}" "${ARPA:?set ARPA to a model}" "${TEXT:?set TEXT}"
bits=${BITS:-8}
runs=${RUNS:-5}
cc -O2 -I"$root/include" -o "$scratch/lookup" "$root/bench/lookup.c" "$(dirname "$BON")/libbon.a" \
    -lzstd -lz -lbz2 -licuuc -lpcre2-8 -lm -pthread

make_models() { # float, bits or fast: both programs
    local ours=$scratch/$1.bonlm theirs=$scratch/$1.kenlm
    case $1 in
    float)
        "$BON" lm convert -q --layout=small "$ARPA" -o "$ours"
        "$KENLM_BIN/build_binary" trie "$ARPA" "$theirs"
        ;;
    bits)
        "$BON" lm convert -q --quantize="$bits" "$ARPA" -o "$ours"
        "$KENLM_BIN/build_binary" -q "$bits" -b "$bits" -a 255 trie "$ARPA" "$theirs"
        ;;
    fast)
        "$BON" lm convert -q --layout=fast "$ARPA" -o "$ours"
        "$KENLM_BIN/build_binary" probing "$ARPA" "$theirs"
        ;;
    esac >"$scratch/log" 2>&1
}
ngrams=$(sed -n '/^\\1-grams/q; s/^ngram [0-9]*=//p' "$ARPA" | awk '{n += $1} END {print n}')

row() { printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" "$(ratio "$3" "$4")"; }
kenlm_ppl() { # model, "including" or "excluding"
    "$KENLM_BIN/query" -v summary "$1" <"$TEXT" 2>/dev/null | sed -n "s/^Perplexity $2 OOVs:[[:space:]]*//p"
}
rates() { # bon's model, KenLM's model, name: look-ups per CPU second, programs taking turns
    local way bon=$1 kenlm=$2
    "$KENLM_BIN/kenlm_benchmark" -v -m "$kenlm" <"$TEXT" >"$scratch/ids" 2>/dev/null
    for _ in $(seq "$runs"); do
        for way in single words batch; do "$scratch/lookup" "$bon" "$TEXT" "$way" >>"$scratch/$3.$way"; done
        "$KENLM_BIN/kenlm_benchmark" -q -m "$kenlm" <"$scratch/ids" 2>&1 |
            sed -n 's/^Queries per second excluding load, CPU: \([^ ]*\).*/\1/p' >>"$scratch/$3.theirs"
    done
    for way in single words batch; do
        row "lookups_per_cpu_s_$way" "$3" "$(median "$scratch/$3.$way" 2)" "$(median "$scratch/$3.theirs" 1)"
    done
}
whole_process() { # file, command...
    local out=$1 _
    shift
    for _ in $(seq "$runs"); do measure "$out" "$@" <"$TEXT" >/dev/null; done
}
# Text to a perplexity without what opening the model costs: CPU seconds of the whole process, less those for one line.
less_opening() { # file, command... with the text for its last argument
    local out=$1
    shift
    for _ in $(seq "$runs"); do
        measure "$out.all" "$@" "$scratch/ended" >"$scratch/log"
        measure "$out.one" "$@" "$scratch/line" >"$scratch/log"
    done
    awk -v a="$(median "$out.all" 2)" -v b="$(median "$out.one" 2)" 'BEGIN {print a - b}'
}
# tongrams knows no sentence ends but as a word of the text, and begins each line with nothing known: as many look-ups, other
# perplexities.
beside_tongrams() {
    local trie=$scratch/tongrams order unk ours theirs
    order=$(grep -c '^\\[0-9]*-grams:' "$ARPA")
    unk=$(sed -n '/<unk>/{s/[[:space:]].*//p;q}' "$ARPA")
    "$TONGRAMS_BIN/build_trie" ef_trie "$order" prob_backoff --remapping 1 --p "$bits" --b "$bits" --u "$unk" \
        --arpa "$ARPA" --out "$trie" >"$scratch/log" 2>&1
    row tongrams_bytes_an_ngram bits "$(ratio "$(stat -c %s "$scratch/bits.bonlm")" "$ngrams")" \
        "$(ratio "$(stat -c %s "$trie")" "$ngrams")"
    sed 's/$/ <\/s>/' "$TEXT" >"$scratch/ended"
    head -n 1 "$scratch/ended" >"$scratch/line"
    theirs=$(less_opening "$scratch/theirs" "$TONGRAMS_BIN/score" "$trie")
    cp "$TEXT" "$scratch/ended"
    head -n 1 "$scratch/ended" >"$scratch/line"
    ours=$(less_opening "$scratch/ours" "$BON" lm query -q -j1 "$scratch/bits.bonlm")
    row tongrams_text_in_cpu_s bits "$ours" "$theirs"
}

machine
printf '# order %s, %s n-grams\n' "$(grep -c '^\\[0-9]*-grams:' "$ARPA")" "$ngrams"
printf 'what\tvalues\tbon\tpeer\tratio\n'
failed=0
for values in ${VALUES:-float bits fast}; do
    bon=$scratch/$values.bonlm kenlm=$scratch/$values.kenlm
    make_models "$values"
    read -r _ _ _ ppl known < <("$BON" lm query -q "$bon" "$TEXT" | tail -n 1)
    their_ppl=$(kenlm_ppl "$kenlm" including) their_known=$(kenlm_ppl "$kenlm" excluding)
    row ppl "$values" "$ppl" "$their_ppl"
    row ppl_no_oov "$values" "$known" "$their_known"
    [ "$values" = bits ] || awk -v a="$ppl" -v b="$their_ppl" 'BEGIN {d = a / b - 1; exit !(d < 1e-5 && d > -1e-5)}' ||
        failed=1
    row bytes_an_ngram "$values" "$(ratio "$(stat -c %s "$bon")" "$ngrams")" "$(ratio "$(stat -c %s "$kenlm")" "$ngrams")"
    whole_process "$scratch/$values.b" "$BON" lm query -q -j1 "$bon"
    whole_process "$scratch/$values.k" "$KENLM_BIN/query" -v summary "$kenlm"
    row text_in_cpu_s "$values" "$(median "$scratch/$values.b" 2)" "$(median "$scratch/$values.k" 2)"
    [ -x "$KENLM_BIN/kenlm_benchmark" ] || continue
    rates "$bon" "$kenlm" "$values"
done
if [ -x "${TONGRAMS_BIN:-}/score" ] && [ -e "$scratch/bits.bonlm" ]; then
    beside_tongrams
else
    echo '# tongrams: skipped, no TONGRAMS_BIN with its programs, or VALUES without bits'
fi
exit "$failed"
