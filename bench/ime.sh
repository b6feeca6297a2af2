#!/usr/bin/env bash
# bench/ime.sh: the input method: nanoseconds a key without prediction, microseconds with it, allocations, memory; English words
# given back, Vietnamese words kept.
#   BON_CORPORA=DIR [BON_MODEL=FILE] [NETWORK=FILE] [UNIKEY=DIR] bench/ime.sh
# UNIKEY is the source of fcitx5-unikey, whose engine is then run on the same keys (lines of ASCII without special keys).
# Prints four TSV tables; the second is of typing with prediction, learning and hints on (bench/ime_cost.c), without
# a network and with the one that typing uses (NETWORK: another; - for none), and how many times the CPU time a break takes with it. The English words are the first 1,000 of at least three letters in the list english_wikipedia of
# the Debian package python3-zxcvbn; those whose keys are a Vietnamese syllable are counted apart. The Vietnamese ones are all
# syllables of dev/, typed in three orders (bench/ime_orders.c).
. "$(dirname "$0")/lib.sh"
need_corpora
library=$(dirname "$BON")/libbon.a
read -ra libraries <<<"$(pkg-config --libs icu-uc json-c libpcre2-8 libzstd zlib) -lbz2 -lm -pthread"
build() {
    cc -O2 -std=c17 -D_GNU_SOURCE -I"$root/include" -I"$root/src" -o "$scratch/$1" "$root/bench/$1.c" "$library" \
        "${libraries[@]}" "${@:2}"
}
build ime -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc
build ime_orders
build ime_cost -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc

if [ -n "${UNIKEY:-}" ]; then
    c++ -O2 -w -I"$UNIKEY/unikey" -o "$scratch/unikey" "$root/bench/ime_unikey.cpp" \
        "$UNIKEY"/unikey/{byteio,charset,convert,data,inputproc,mactab,pattern,ukengine}.cpp
fi

machine
printf 'text\toptions\tkeys\tns_mean\tns_p50\tns_p99\tallocations\tunikey_ns_mean\tratio\n'
for text in news_2021_articles noisy_social_raw; do
    "$BON" telex encode -q "$BON_CORPORA/dev/$text.txt" | grep -v '[{\x80-\xff]' -aP | head -c 300000 >"$scratch/script"
    for options in plain restore; do
        row=$("$scratch/ime" $options <"$scratch/script")
        peer=-
        [ -n "${UNIKEY:-}" ] && peer=$("$scratch/unikey" $options <"$scratch/script" | cut -f2)
        printf '%s\t%s\t%s\t%s\t%s\n' "$text" "$options" "$row" "$peer" \
            "$([ "$peer" = - ] && echo - || ratio "$(cut -f2 <<<"$row")" "$peer")"
    done
done

model=${BON_MODEL:-$root/models/vi.bonlm}
network=${NETWORK:-$(network_of "$model")}
[ "$network" != - ] || network=
printf '\ntext\tnetwork\tkeys\tbreaks\tbreak_us_p50\tbreak_us_p99\tbreak_us_max\tchoose_us_p99\tchoose_us_max\tother_us_p50'
printf '\tother_us_p99\tcpu_us_break\tallocations\trss_mib\tratio\n'
for text in news_2021_articles noisy_social_raw; do
    head -c "${BYTES:-200000}" "$BON_CORPORA/dev/$text.txt" | sed '$d' >"$scratch/text"
    "$scratch/ime_cost" "$model" ${network:+"$network"} <"$scratch/text" |
        awk -F'\t' -v text="$text" 'NR == 1 {without = $11} {printf "%s\t%s\t%.2f\n", text, $0, $11 / without}'
done

# Whether each line of a file is one syllable: 1 or 0.
is_syllable() { "$BON" segment -q --tsv "$1" | tail -n +2 | awk -F'\t' '{print ($3 == "syllable")}'; }

printf '\nlist\twords\tapart\tcounted\tgiven_back\tpercent\n'
list='import re; from zxcvbn.frequency_lists import FREQUENCY_LISTS as lists
words = [w for w in lists["english_wikipedia"] if re.fullmatch("[a-z]{3,}", w)][:1000]
print("\n".join(words))'
if python3 -c "$list" >"$scratch/english" 2>/dev/null; then
    "$BON" telex decode -q "$scratch/english" >"$scratch/typed"
    sed 's/$/ /' "$scratch/english" | "$BON" telex decode -q --restore | sed 's/ $//' >"$scratch/back"
    is_syllable "$scratch/typed" >"$scratch/is"
    paste "$scratch/english" "$scratch/typed" "$scratch/back" "$scratch/is" |
        awk -F'\t' '{n++} $1 != $2 && $4 {apart++; next} $1 == $3 {good++; next} {print "# not given back: " $1 " -> " $3}
            END {printf "english_wikipedia\t%d\t%d\t%d\t%d\t%.2f\n", n, apart, n - apart, good, 100 * good / (n - apart)}'
else
    echo '# skipped: needs python3-zxcvbn (Debian)'
fi

# A token counts in an order when its keys went back instead of the word.
printf '\norder\tsyllables\ttokens\twrongly_given_back\n'
cat "$BON_CORPORA"/dev/*.txt | "$BON" segment -q --tsv | awk -F'\t' '$3 == "syllable" {count[$4]++}
    END {for (word in count) print count[word] "\t" word}' | sort -k2 >"$scratch/counts"
cut -f2 "$scratch/counts" | "$scratch/ime_orders" >"$scratch/keys"
"$BON" telex decode -q --restore "$scratch/keys" >"$scratch/typed"
awk -F'\t' 'FILENAME == ARGV[1] {count[FNR] = $1; word[FNR] = $2; next}
    FILENAME == ARGV[2] {keys[FNR] = $0; next}
    {order = (FNR - 1) % 3; at = int((FNR - 1) / 3) + 1; types[order]++; tokens[order] += count[at]
     if ($0 == keys[FNR] && $0 != word[at] " ") {wrong[order] += count[at]; print "# given back: " $0}}
    END {split("tone_behind at_letters all_behind", name, " ")
         for (o = 0; o < 3; o++) printf "%s\t%d\t%d\t%d\n", name[o + 1], types[o], tokens[o], wrong[o]}' \
    "$scratch/counts" "$scratch/keys" "$scratch/typed"
