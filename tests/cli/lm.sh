#!/usr/bin/env bash
# bon lm: a small model whose numbers can be checked by hand, there and back between its forms, and its queries.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"

# Unigrams with the fallback discount 0.5 for counts of 1, 1 for 2, 1.5 for 3 and more. Four tokens a a b </s>: the sum
# of discounts 1 + 0.5 + 0.5 = 2 is shared by a, b, </s> and <unk>, so p = (count - discount) / 4 + (2 / 4) / 4.
printf 'a a b\n' >tiny
run bon lm build -q -n 1 --discount-fallback --arpa - tiny
expect_status 0
expect_err ''
awk '$2 == "a" { a = 10 ^ $1 } $2 == "b" { b = 10 ^ $1 } $2 == "</s>" { e = 10 ^ $1 } $2 == "<unk>" { u = 10 ^ $1 }
    function near(x, y) { return x - y < 1e-6 && y - x < 1e-6 }
    END { exit !(near(a, 0.375) && near(b, 0.25) && near(e, 0.25) && near(u, 0.125)) }' out ||
    unmet "unigram probabilities: $(cat out)"

# With all that is left over for <unk>: a has (2 - 1) / 4, b and </s> half of it, <unk> the other half of everything.
run bon lm build -q -n 1 --discount-fallback --interpolate-unigrams 0 --arpa - tiny
expect_status 0
awk '$2 == "a" { a = 10 ^ $1 } $2 == "b" { b = 10 ^ $1 } $2 == "</s>" { e = 10 ^ $1 } $2 == "<unk>" { u = 10 ^ $1 }
    function near(x, y) { return x - y < 1e-6 && y - x < 1e-6 }
    END { exit !(near(a, 0.25) && near(b, 0.125) && near(e, 0.125) && near(u, 0.5)) }' out ||
    unmet "unigram probabilities: $(cat out)"

bon normalize "$DATA/sentences.txt" | bon segment --fold >tokens
run bon lm build -n 3 -o m.bonlm --arpa m.arpa --discount-fallback tokens
expect_status 0
expect_out ''
expect_err '^bon: 3-grams: '
[ "$(sed -n '1p;$p' m.arpa | tr -d '\\\n')" = 'dataend' ] || unmet 'not ARPA'

# The head of the ARPA file, lm info and the notes agree on the numbers of n-grams.
run bon lm info --tsv m.bonlm
expect_status 0
for n in 1 2 3; do
    in_arpa=$(sed -n "s/^ngram $n=//p" m.arpa)
    grep -q "^$n-grams	$in_arpa\$" out || unmet "$n-grams: info does not say $in_arpa"
done
grep -q "^bytes	$(wc -c <m.bonlm)\$" out || unmet 'wrong size'
run bon lm info m.bonlm
expect_status 0
grep -q '^order  *3$' out || unmet 'no order'

# There and back is the same bytes.
run bon lm convert m.bonlm back.arpa
expect_status 0
expect_same m.arpa back.arpa
run bon lm convert -o back.bonlm m.arpa
expect_status 0
bon lm convert back.bonlm again.arpa
expect_same m.arpa again.arpa
zstd -q m.arpa -o m.arpa.zst
run bon lm convert m.arpa.zst
expect_out_file m.arpa

# What comes through a pipe is read once.
run_shell 'bon lm convert - piped.bonlm <m.arpa.zst && bon lm convert piped.bonlm && bon lm diff <(cat m.arpa) piped.bonlm >same'
expect_status 0
expect_out_file m.arpa

# The probabilities of all that may follow a context sum to 1.
bon lm convert m.bonlm | awk '/^.1-grams:/ { in1 = 1; next } /^$/ { in1 = 0 } in1 && $2 != "<s>" { s += 10 ^ $1 }
    END { exit !(s > 0.99999 && s < 1.00001) }' || unmet 'unigrams do not sum to 1'

# Queries: one row, or one a line; the rows add up.
run bon lm query m.bonlm tokens
expect_status 0
read -r total oov logprob ppl ppl_known < <(tail -1 out)
[ "$total" = "$(($(wc -w <tokens) + $(wc -l <tokens)))" ] || unmet "tokens $total"
[ "$oov $ppl" = "0 $ppl_known" ] || unmet 'unknown words in the training text'
run bon lm query --per-line --model m.bonlm tokens
[ "$(wc -l <out)" = "$(($(wc -l <tokens) + 1))" ] || unmet 'not a row for every line'
awk -v want="$logprob" 'NR > 1 { s += $3 } END { exit !(s - want < 0.01 && want - s < 0.01) }' out || unmet 'rows do not add up'
printf 'tôi xyz\n' >unknown
run bon lm query m.bonlm unknown
[ "$(tail -1 out | cut -f 1,2)" = '3	1' ] || unmet 'unknown word'

# A model is opened without reading all of it: only --verify and info find a flipped bit among the values of n-grams.
cp m.bonlm flipped.bonlm
offset=$(bon lm info m.bonlm | sed -n 's/^section  *lm.3.buckets .* at //p')
printf '\001' | dd of=flipped.bonlm bs=1 seek=$((offset + 32)) conv=notrunc 2>dd.err
run bon lm query flipped.bonlm tokens
expect_status 0
for way in 'query --verify' info; do
    run bon lm $way flipped.bonlm
    expect_refusal 1 'flipped.bonlm: corrupt: section .lm.3.buckets.'
done

# Cut-offs, vocabulary, bits: fewer n-grams, only those words, a smaller file.
bon lm build -q -n 3 --prune '0 1' --discount-fallback --arpa pruned.arpa tokens
[ "$(sed -n 's/^ngram 3=//p' pruned.arpa)" -lt "$(sed -n 's/^ngram 3=//p' m.arpa)" ] || unmet 'nothing was pruned'
[ "$(sed -n 's/^ngram 1=//p' pruned.arpa)" = "$(sed -n 's/^ngram 1=//p' m.arpa)" ] || unmet 'words were pruned'
printf 'tôi học\ntiếng việt\n' >words
bon lm build -q -n 2 --vocab words --discount-fallback --arpa words.arpa tokens
[ "$(sed -n 's/^ngram 1=//p' words.arpa)" = 7 ] || unmet 'not 4 words and 3 symbols'
bon lm build -q -n 3 --quantize 8 --discount-fallback -o small.bonlm tokens
bon lm build -q -n 3 --layout small --discount-fallback -o floats.bonlm tokens
bytes_of_values() { bon lm info --tsv "$1" | sed -n 's/^section:lm.3.blocks	//p'; }
[ "$(bytes_of_values small.bonlm)" -lt "$(bytes_of_values floats.bonlm)" ] || unmet '8 bits are not smaller'
run bon lm info --tsv small.bonlm
grep -q '^quantize-bits	8$' out || unmet 'bits'

# Both layouts give the same numbers and the same ARPA text.
for model in m floats; do
    bon lm query $model.bonlm tokens unknown >$model.rows
    bon lm convert -q $model.bonlm $model.back.arpa
    bon lm info --tsv $model.bonlm | sed -n 's/^layout	//p' >$model.layout
done
expect_same m.rows floats.rows
expect_same m.back.arpa floats.back.arpa
[ "$(cat m.layout floats.layout | tr '\n' ' ')" = 'fast small ' ] || unmet 'layouts'
run bon lm build -q --layout fast --quantize 8 -o x.bonlm tokens
expect_refusal 2 'small'
run bon lm convert --layout small m.bonlm x.arpa
expect_refusal 2 'layout'

# Discounts for a text that is too small, as one chooses: of 3 tokens seen once each has 1 - D of 3, and a share of 4 in D.
printf 'a b\n' >ab
for discounts in 0.4 '0.4 1' .4,.8,1.2; do
    run bon lm build -q -n 1 --discount-fallback="$discounts" --arpa - ab
    expect_status 0
    [ "$(sed -n 's/^\(-[0-9.]*\)\t\([ab]\|<unk>\)$/\2 \1/p' out | sort | tr '\n' ,)" = '<unk> -1,a -0.52287877,b -0.52287877,' ] ||
        unmet "$discounts: $(cat out)"
done
for discounts in '' , x -1 0 '0 0 0' 1.1 '0.5 1 1.5 2' '0.5 nan' 1,2.5 .; do
    run bon lm build -n 1 --discount-fallback="$discounts" --arpa - ab
    expect_refusal 2 'is not a list of discounts'
done

# Too little text: which order, and what to pass.
run bon lm build -n 3 -o none.bonlm tiny
expect_refusal 1 'order.*--discount-fallback|discount-fallback'
expect_no_file none.bonlm

# The same text in other pieces is the same model.
split -l 7 tokens part.
run bon lm build -q -n 3 -o parts.bonlm --discount-fallback part.*
expect_same m.bonlm parts.bonlm
run_shell 'bon lm build -q -n 3 -o stdin.bonlm --discount-fallback < tokens'
expect_same m.bonlm stdin.bonlm

# Counts in place of text: whole, in parts, merged; the same bytes as from the text by the definition.
bon lm build -q -n 3 --definition --discount-fallback -o text.bonlm --arpa text.arpa tokens
for i in 0 1 2; do bon count -n 4 --shard $i/3 -o part$i.bonc tokens; done
run bon lm build -q -n 3 --counts --discount-fallback -o counts.bonlm --arpa counts.arpa part2.bonc part0.bonc part1.bonc
expect_status 0
expect_same text.bonlm counts.bonlm
expect_same text.arpa counts.arpa
bon merge -o sum.bonc part1.bonc part2.bonc part0.bonc
bon lm build -q -j 3 -n 3 --counts --discount-fallback -o counts.bonlm sum.bonc
expect_same text.bonlm counts.bonlm
run bon lm build -n 3 --counts -o none.bonlm part2.bonc
expect_refusal 75 'missing 0/3, 1/3'
bon merge -o two.bonc part2.bonc part0.bonc
run bon lm build -n 3 --counts -o none.bonlm two.bonc
expect_refusal 75 'missing 1/3'
run bon lm build -n 3 --counts -o none.bonlm two.bonc part0.bonc
expect_refusal 1 'part 0/3 is there twice'
run bon merge -o none.bonc two.bonc part2.bonc
expect_refusal 1 'part 2/3 is there twice'
run bon lm build -n 5 --counts -o none.bonlm sum.bonc
expect_refusal 1 'count 5-grams'
run bon lm build -n 3 --counts -o none.bonlm tokens
expect_refusal 1 'tokens'
run bon lm build -n 3 --counts -o none.bonlm
expect_refusal 2 'a file is missing'
expect_no_file none.bonlm

# Pruning: fewer n-grams, a size that is kept to, probabilities that still sum to 1 in what perplexity says.
run bon lm prune --threshold 1e-4 --text tokens -o pruned.bonlm m.bonlm
expect_status 0
expect_err 'perplexity: .* before, .* after'
cp err told
# MODEL is read once, so it may be a pipe; a text is read before and after.
bon lm convert -o m-again.arpa m.bonlm
run bon lm prune --threshold 1e-4 --text tokens -o again.bonlm m-again.arpa
expect_same told err
mkfifo pipe
cat m-again.arpa >pipe &
run timeout 20 bon lm prune --threshold 1e-4 --text tokens -o again.bonlm pipe
wait
expect_status 0
expect_same told err
expect_same pruned.bonlm again.bonlm
for text in - pipe; do
    run timeout 20 bon lm prune --threshold 1e-4 --text $text -o none2.bonlm m.bonlm </dev/null
    expect_refusal 1 'is read more than once, which takes a file'
    for option in --tune --text; do
        run timeout 20 bon lm interpolate $option $text -o none2.bonlm m.bonlm pruned.bonlm </dev/null
        expect_refusal 1 'is read more than once, which takes a file'
    done
done
expect_no_file none2.bonlm
bon lm prune -q --target-size 9k --quantize 4 -o target.bonlm m.arpa
[ "$(wc -c <target.bonlm)" -le 9000 ] || unmet 'larger than its target'
run bon lm prune -o x.bonlm m.bonlm
expect_refusal 2 'threshold'
run bon lm prune --target-size 1k -o none2.bonlm m.bonlm
expect_refusal 1 'target-size'

# Within a limit of memory: the same bytes, in each form; nothing left in the folder of temporary files; a full disk (here: a
# limit of file sizes), a folder that is not there and limits too small are told.
mkdir temp
awk 'BEGIN { s = 1; for (i = 0; i < 30000; i++) { line = ""
    for (j = 0; j < i % 23; j++) { s = (s * 16807) % 2147483647; line = line " w" int(1500 ^ (s / 2147483647)) }
    print line } }' >long
bon lm build -q -n 4 --discount-fallback -o long.bonlm --arpa long.arpa long
run bon lm build -q -n 4 --discount-fallback --memory 8M --temp temp -o limited.bonlm --arpa limited.arpa long
expect_status 0
expect_same long.bonlm limited.bonlm
expect_same long.arpa limited.arpa
bon lm build -q -n 4 --discount-fallback --quantize 8 --prune '0 0 1' -o long.bonlm long
run bon lm build -q -n 4 --discount-fallback --quantize 8 --prune '0 0 1' --memory 8M --temp temp -o limited.bonlm long
expect_status 0
expect_same long.bonlm limited.bonlm
bon count -q -n 4 -o long.bonc long
bon lm build -q -n 4 --discount-fallback --counts --quantize 8 -o long.bonlm long.bonc
run bon lm build -q -n 4 --discount-fallback --counts --quantize 8 --memory 8M --temp temp -o limited.bonlm long.bonc
expect_status 0
expect_same long.bonlm limited.bonlm
rmdir temp || unmet 'temporary files were left'
run_shell 'ulimit -f 500; bon lm build -q -n 4 --discount-fallback --memory 8M -o none.bonlm long'
expect_refusal 1 'temporary file.*--temp'
run bon lm build -n 4 --discount-fallback --memory 8M --temp temp -o none.bonlm long
expect_refusal 1 'temp: cannot make a temporary file'
run bon lm build -n 4 --discount-fallback --memory 7M -o none.bonlm long
expect_refusal 1 'the least is 8 MB'
seq 400000 >words
run bon lm build -n 2 --discount-fallback --memory 8M -o none.bonlm words
expect_refusal 1 'different words do not fit a memory limit of 8 MB; the least for the text so far is [0-9]* MB'
expect_no_file none.bonlm
bon lm build -q -n 3 --discount-fallback --interpolate-unigrams 0 --arpa one.arpa tokens
run bon lm build -q -n 3 --discount-fallback --interpolate-unigrams 0 --device emulate --arpa other.arpa tokens
expect_status 0
expect_same one.arpa other.arpa
