#!/usr/bin/env bash
# bench/corpora.sh: the commands for corpora, each beside a peer or the limit of the machine.
#   BON_CORPORA=DIR [KENLM_BIN=DIR] [BYTES=200000000] [RUNS=5] bench/corpora.sh
# Prints TSV: MB per second of CPU time on one thread (medians of RUNS, all programs in turn) and what is asked of it, if anything;
# peak memory; and how many times as fast as its peer, or the limit of the machine, which is named:
#   exact deduplication       mawk '!seen[$0]++' (or awk), and sort -u
#   near deduplication        of lines: cutting the text into tokens, the limit; of documents (the first twentieth): datatrove and text-dedup,
#                             for which PYTHON (python3) is asked, and which are skipped with a line where it has not got them
#   bon stats                 wc -w, which counts words and nothing else
#   bon classify              fastText's supervised (FASTTEXT_BIN; without it wc -w)
#   filtering                 raw text; alone, with a 3-gram of the text's first quarter, and with masks, too: a query of KenLM with
#                             that 3-gram over the same text made ready (KENLM_BIN; without it that of bon lm query)
#   imports                   of a wiki made of the text bzip2 -dc, of web archives zcat, of JSON lines jq -r, of e-books unzip -p, of
#                             subtitles and treebanks sed
#   a recipe                  the same three commands in a pipe of the shell; once more when nothing is to be done
# The text is a tenth of it repeated.
. "$(dirname "$0")/lib.sh"
need_corpora
bytes=${BYTES:-200000000} runs=${RUNS:-5} python=${PYTHON:-python3}

set +e # SIGPIPE ends the loop once head has enough
for file in "$BON_CORPORA"/train/*.txt.zst; do zstd -dcq --long=27 "$file" 2>/dev/null | head -c $((bytes / 16)); echo; done |
    head -c $((bytes / 10 * 9)) >"$scratch/text"
set -e
head -c $((bytes / 10)) "$scratch/text" >"$scratch/again"
cat "$scratch/again" >>"$scratch/text"
size=$(stat -c %s "$scratch/text")
# Pages of 20 lines with markup in them; MB are those of the text within.
{
    echo '<mediawiki>'
    awk 'function escape(s) {gsub(/&/, "\\&amp;", s); gsub(/</, "\\&lt;", s); return s}
    NR % 20 == 1 {
        if (NR > 1) print "</text></revision></page>"
        print "<page><title>Trang " NR "</title><ns>0</ns><id>" NR "</id><revision><text>{{Thông tin|a=[[b]]}}"
    }
    {print escape($0 "<ref>{{chú thích|" substr($0, 1, 40) "}}</ref> [[liên kết|" substr($1, 1, 20) "]]")}
    END {print "</text></revision></page></mediawiki>"}' "$scratch/text" | "$BON" normalize -q
} | bzip2 >"$scratch/wiki.bz2"
"$BON" normalize -q "$scratch/text" | "$BON" segment -q --unit sentence | "$BON" segment -q --fold >"$scratch/tokens"
head -c $((size / 4)) "$scratch/tokens" | sed '$d' >"$scratch/quarter"
"$BON" lm build -q -n 3 -o "$scratch/g3.bonlm" "$scratch/quarter"
if [ -n "${KENLM_BIN:-}" ]; then
    "$BON" lm build -q -n 3 --arpa "$scratch/g3.arpa" "$scratch/quarter"
    "$KENLM_BIN/build_binary" probing "$scratch/g3.arpa" "$scratch/g3.kenlm" >/dev/null 2>&1
    rm "$scratch/g3.arpa"
fi
rm "$scratch/quarter"
awk=$(command -v mawk || command -v awk)
# Lines of two halves of the text as two classes.
awk '{print "__label__" (NR * 2 < n ? "a" : "b") " " $0}' n="$(wc -l <"$scratch/text")" "$scratch/text" >"$scratch/labelled"
"$BON" classify train -q --epochs 1 -o "$scratch/model.bonclas" "$scratch/labelled" >/dev/null
# The same text in other formats; zip, unzip and jq where they are there.
as() { LC_ALL=C "$awk" -v format="$1" -f "$root/bench/import.awk" "$scratch/text"; }
as jsonl >"$scratch/documents"
mkdir "$scratch/piece"
head -c $((size / 20)) "$scratch/documents" | sed '$d' >"$scratch/piece/piece.jsonl"
piece_size=$(stat -c %s "$scratch/piece/piece.jsonl")
as wet | gzip -c >"$scratch/wet.gz"
as pages | gzip -c >"$scratch/warc.gz"
as srt | split -l 40000 - "$scratch/subtitles."
as conllu >"$scratch/treebank"
mkdir "$scratch/book"
"$awk" -v format=epub -v folder="$scratch/book" -f "$root/bench/import.awk" "$scratch/text"
(cd "$scratch/book" && command -v zip >/dev/null && zip -qr ../epub .) || true

cat >"$scratch/recipe.toml" <<'END'
sources.text.files = "text"
steps.clean = {run = "normalize", input = "text", output = "clean"}
steps.once = {run = "dedup", input = "clean", output = "once"}
steps.tokens = {run = "segment", input = "once", fold = true, output = "tokens"}
END

names=(dedup-peer sort-unique dedup-bytes dedup dedup-letters dedup-memory segment near near-memory word-count stats stats-words stats-memory classify-limit classify-train classify bunzip2 wiki zcat-wet wet
    zcat-warc warc srt-peer srt conllu-peer conllu)
! command -v jq >/dev/null || names+=(jq jsonl)
[ ! -f "$scratch/epub.zip" ] || ! command -v unzip >/dev/null || names+=(unzip epub)
names+=(lm-query filter filter-3gram filter-masks)
names+=(shell-pipe recipe recipe-kept)
# A program of Python that is asked for by the name of its module.
skipped=()
for module in datatrove text_dedup; do
    if "$python" -c "import $module" 2>/dev/null; then
        names+=("near-$module")
    else
        skipped+=("$module")
    fi
done
names+=(near-documents)
[ -z "${KENLM_BIN:-}" ] || names+=(kenlm-query)
# Of a row: the row of its peer and what that is.
peer_of() {
    case $1 in
    near-documents | near-datatrove | near-text_dedup)
        for module in datatrove text_dedup documents; do
            case " ${names[*]} " in *" near-$module "*) echo "near-$module ${module/documents/none}" && return ;; esac
        done
        ;;
    segment | near*) echo 'segment bon segment --ids' ;;
    word-count | stats*) echo 'word-count wc -w' ;;
    classify*) if [ -x "${FASTTEXT_BIN:-}" ]; then echo 'classify-limit fastText supervised'; else echo 'classify-limit wc -w'; fi ;;
    filter* | *-query) if [ -n "${KENLM_BIN:-}" ]; then echo 'kenlm-query KenLM query'; else echo 'lm-query bon lm query'; fi ;;
    bunzip2 | wiki) echo 'bunzip2 bzip2 -dc' ;;
    *wet) echo 'zcat-wet zcat' ;;
    *warc) echo 'zcat-warc zcat' ;;
    srt*) echo 'srt-peer sed' ;;
    conllu*) echo 'conllu-peer sed' ;;
    jq | jsonl) echo 'jq jq -r .text' ;;
    unzip | epub) echo 'unzip unzip -p' ;;
    shell-pipe | recipe*) echo 'shell-pipe the same in a pipe' ;;
    *) echo "dedup-peer $(basename "$awk") !seen[\$0]++" ;;
    esac
}
# MB per second that are asked of a row.
asked_of() {
    case $1 in
    dedup) echo 200 ;;
    near | filter-3gram) echo 10 ;;
    stats) echo 50 ;;
    *) echo - ;;
    esac
}
size_of() { case $1 in near-documents | near-datatrove | near-text_dedup) echo "$piece_size" ;; *) echo "$size" ;; esac; }
run() { # name
    case $1 in
    dedup-peer) measure "$scratch/$1" "$awk" '!seen[$0]++' "$scratch/text" ;;
    sort-unique) measure "$scratch/$1" sort -u -S 1G "$scratch/text" ;;
    dedup-bytes) measure "$scratch/$1" "$BON" dedup -q -j 1 --same bytes "$scratch/text" ;;
    dedup) measure "$scratch/$1" "$BON" dedup -q -j 1 "$scratch/text" ;;
    dedup-letters) measure "$scratch/$1" "$BON" dedup -q -j 1 --same letters "$scratch/text" ;;
    dedup-memory) measure "$scratch/$1" "$BON" dedup -q -j 1 --memory 4M "$scratch/text" ;;
    segment) measure "$scratch/$1" "$BON" segment -q -j 1 --ids "$scratch/text" ;;
    near) measure "$scratch/$1" "$BON" dedup -q -j 1 --near "$scratch/text" ;;
    near-documents) measure "$scratch/$1" "$BON" dedup -q -j 1 --near --json-field text "$scratch/piece/piece.jsonl" ;;
    near-datatrove) measure "$scratch/$1" "$python" "$root/bench/near_datatrove.py" "$scratch/piece" "$scratch/datatrove" ;;
    near-text_dedup)
        measure "$scratch/$1" "$python" -m text_dedup.minhash --path json --data_files "$scratch/piece/piece.jsonl" --split train \
            --column text --hash_func xxh3 --threshold 0.8 --num_proc 1 --cache_dir "$scratch/cache" --output "$scratch/text_dedup"
        ;;
    near-memory) measure "$scratch/$1" "$BON" dedup -q -j 1 --near --memory 16M "$scratch/text" ;;
    word-count) LC_ALL=C.UTF-8 measure "$scratch/$1" wc -w "$scratch/text" ;;
    stats) measure "$scratch/$1" "$BON" stats -q -j 1 "$scratch/text" ;;
    stats-words) measure "$scratch/$1" "$BON" stats -q -j 1 -n 1 "$scratch/text" ;;
    stats-memory) measure "$scratch/$1" "$BON" stats -q -j 1 --memory 32M "$scratch/text" ;;
    lm-query) measure "$scratch/$1" "$BON" lm query -q -j 1 "$scratch/g3.bonlm" "$scratch/tokens" ;;
    kenlm-query) measure "$scratch/$1" "$KENLM_BIN/query" -v summary "$scratch/g3.kenlm" <"$scratch/tokens" ;;
    filter) measure "$scratch/$1" "$BON" filter -q -j 1 "$scratch/text" ;;
    filter-3gram) measure "$scratch/$1" "$BON" filter -q -j 1 --lm "$scratch/g3.bonlm" "$scratch/text" ;;
    filter-masks) measure "$scratch/$1" "$BON" filter -q -j 1 --lm "$scratch/g3.bonlm" --mask all "$scratch/text" ;;
    classify-limit)
        if [ -x "${FASTTEXT_BIN:-}" ]; then
            measure "$scratch/$1" "$FASTTEXT_BIN" supervised -input "$scratch/labelled" -output "$scratch/fasttext" -epoch 3 -wordNgrams 2 -thread 1
        else
            LC_ALL=C.UTF-8 measure "$scratch/$1" wc -w "$scratch/text"
        fi 2>/dev/null
        ;;
    classify-train) measure "$scratch/$1" "$BON" classify train -q -j 1 -o "$scratch/trained.bonclas" "$scratch/labelled" ;;
    classify) measure "$scratch/$1" "$BON" classify apply -q -j 1 -m "$scratch/model.bonclas" "$scratch/text" ;;
    bunzip2) measure "$scratch/$1" bzip2 -dc "$scratch/wiki.bz2" ;;
    wiki) measure "$scratch/$1" "$BON" import wiki -q "$scratch/wiki.bz2" ;;
    zcat-*) measure "$scratch/$1" zcat "$scratch/${1#zcat-}.gz" ;;
    wet | warc) measure "$scratch/$1" "$BON" import warc -q "$scratch/$1.gz" ;;
    srt-peer) measure "$scratch/$1" sed '/-->/d; s/<[^>]*>//g' "$scratch"/subtitles.* ;;
    srt) measure "$scratch/$1" "$BON" import srt -q "$scratch"/subtitles.* ;;
    conllu-peer) measure "$scratch/$1" sed -n 's/^# text = //p' "$scratch/treebank" ;;
    conllu) measure "$scratch/$1" "$BON" import conllu -q --unit sentence "$scratch/treebank" ;;
    jq) measure "$scratch/$1" jq -r .text "$scratch/documents" ;;
    jsonl) measure "$scratch/$1" "$BON" import jsonl -q -j 1 "$scratch/documents" ;;
    shell-pipe)
        measure "$scratch/$1" bash -c '"$0" normalize -q -j 1 "$1/text" | "$0" dedup -q -j 1 | "$0" segment -q -j 1 --fold -o "$1/piped"' \
            "$BON" "$scratch"
        ;;
    recipe) measure "$scratch/$1" "$BON" pipeline run -q -j 1 --again -o "$scratch/made" "$scratch/recipe.toml" ;;
    recipe-kept) measure "$scratch/$1" "$BON" pipeline run -q -j 1 -o "$scratch/made" "$scratch/recipe.toml" ;;
    unzip) measure "$scratch/$1" unzip -p "$scratch/epub.zip" ;;
    epub) measure "$scratch/$1" "$BON" import epub -q --chapters --max-size 4G --max-ratio 1000 "$scratch/epub.zip" ;;
    esac >/dev/null
}
for ((i = 0; i < runs; i++)); do
    for name in "${names[@]}"; do run "$name"; done
done

machine
for module in ${skipped[@]+"${skipped[@]}"}; do
    echo "# near-$module: skipped: $python has no module $module"
done
printf 'what\tMB_per_cpu_s\tasked\twall_s\tpeak_rss_MiB\tpeer\ttimes_peer\n'
for name in "${names[@]}"; do
    read -r row peer <<<"$(peer_of "$name")"
    awk -v n="$name" -v b="$(size_of "$name")" -v c="$(median "$scratch/$name" 2)" -v w="$(median "$scratch/$name" 1)" \
        -v r="$(median "$scratch/$name" 3)" -v p="$(median "$scratch/$row" 2)" -v asked="$(asked_of "$name")" -v peer="$peer" \
        'BEGIN {
            ratio = peer == "none" ? "-" : sprintf("%.2f", p / c)
            printf "%s\t%.1f\t%s\t%.2f\t%.1f\t%s\t%s\n", n, b / 1e6 / c, asked, w, r, peer, ratio
        }'
done
