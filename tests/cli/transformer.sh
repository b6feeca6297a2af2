#!/usr/bin/env bash
# bon eval, generate, export, plot: on a small model that has learned a text by heart; what is refused.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"
awk 'BEGIN { split("một hai ba bốn năm sáu bảy tám chín mười", w, " ")
    for (i = 0; i < 400; i++) { for (k = 0; k < 6; k++) printf "%s ", w[(i * 3 + k) % 10 + 1]; print "hết" } }' >text
bon tokenizer train -q --vocab 288 -o tok.json text
bon train -q -t tok.json -o run --layers 1 --width 32 --heads 2 --hidden 64 --context 32 --batch 8 --steps 150 text

# ---- eval ----
run bon eval run text
expect_status 0
expect_err '^bon: cpu, 32-bit floats'
[ "$(head -n 1 out)" = "$(printf 'text\tbytes\ttokens\tnats_per_token\tperplexity\tbits_per_byte')" ] || unmet "$(head -n 1 out)"
awk -F'\t' -v bytes="$(stat -c %s text)" 'NR == 2 { nats = $4 * $3
    exit !($1 == "text" && $2 == bytes && $5 > exp($4) - 0.01 && $5 < exp($4) + 0.01 && $6 < 0.5 &&
           nats / log(2) / bytes > $6 - 0.001 && nats / log(2) / bytes < $6 + 0.001) }' out || unmet "$(cat out)"
cp out whole
run_shell 'bon eval -q -j 1 run <text'
[ "$(cut -f 2- out)" = "$(cut -f 2- whole)" ] || unmet 'standard input gives something else'
run bon eval -q run/step-00000150 text text -o table
expect_out ''
[ "$(cut -f 1 table | tr '\n' ' ')" = 'text text text all ' ] || unmet "$(cat table)"
[ "$(sed -n 2p table)" = "$(sed -n 4p table | sed 's/all/text/' | awk -F'\t' 'BEGIN { OFS = FS } { $2 /= 2; $3 /= 2; print }')" ] ||
    unmet "all is not the sum: $(cat table)"
run bon eval -q --stride 1 run text
awk -F'\t' 'NR == 2 { exit !($6 < 0.5) }' out || unmet "$(cat out)"
printf 'một hai ba\n\nbốn năm\n' >documents
run bon eval -q run documents
expect_status 0
printf 'một hai ba\n\n\r\n\nbốn năm\n' >documents.2
bon eval -q run documents.2 >out.2
[ "$(sed -n 2p out | cut -f 3-5)" = "$(sed -n 2p out.2 | cut -f 3-5)" ] || unmet 'empty lines in a row are more than one end'
run bon eval -q --logits logits.st run text
expect_status 0
expect_out ''
head -c 300 logits.st | grep -a -q '"logits":{"dtype":"F32","shape":\[32,320\]' || unmet 'no logits of 32 tokens'

# ---- generate ----
run bon generate --temperature 0 -n 30 run 'một hai ba'
expect_status 0
expect_err '32-bit weights'
[ "$(head -n 1 out)" = 'một hai ba bốn năm sáu hết' ] || unmet "goes on with $(head -n 1 out)"
run bon generate -q --temperature 0 -n 300 run 'một hai ba' # longer than the context
[ "$(grep -c hết out)" -gt 10 ] || unmet "$(cat out)"
run_shell "printf 'một hai\nbốn năm\n' | bon generate -q --temperature 0 -n 2 -j 2 run"
[ "$(wc -l <out)" = 2 ] || unmet "$(cat out)"
cp out lines
run bon generate -q --temperature 0 -n 2 -j 1 run 'một hai' 'bốn năm'
expect_out_file lines
run bon generate -q --temperature 1.5 --seed 3 run 'một' ''
cp out seed3
run bon generate -q --temperature 1.5 --seed 3 run 'một' ''
expect_out_file seed3
run bon generate -q --temperature 1.5 --seed 4 run 'một' ''
! cmp -s out seed3 || unmet 'another seed, the same text'
run bon generate -q --temperature 5 --top-k 1 -n 5 run 'một hai ba'
cp out topk
run bon generate -q --temperature 5 --top-p 0.000001 -n 5 run 'một hai ba'
expect_out_file topk
bon generate -q --temperature 0 -n 5 run 'một hai ba' >greedy
expect_same greedy topk
run bon generate -q --ids --temperature 0 -n 5 run 'một hai ba'
ids=$(printf 'một hai ba' | bon tokenizer encode -t tok.json; printf ' '; cat out)
run_shell "echo '$ids' | bon tokenizer decode -t tok.json"
expect_out_file greedy

# ---- export ----
for type in f32 f16 bf16; do
    run bon export --to hf --type $type -o hf run
    expect_status 0
    expect_out ''
    expect_err ''
    expect_files hf config.json model.safetensors tokenizer.json tokenizer_config.json
    [ "$type" != f32 ] || expect_same hf/model.safetensors run/step-00000150/model.safetensors
    run bon generate -q --temperature 0 -n 5 hf 'một hai ba'
    expect_out_file greedy
done
grep -q '"torch_dtype": "bfloat16"' hf/config.json || unmet 'config.json does not say bfloat16'
run bon export --to int8 -o int8 run
expect_status 0
run bon generate --temperature 0 -n 5 int8 'một hai ba'
expect_out_file greedy
expect_err '8-bit weights'
[ $((3 * $(stat -c %s int8/model.safetensors))) -lt "$(stat -c %s run/step-00000150/model.safetensors)" ] || unmet 'not small'
bon eval -q int8 text >int8.tsv
awk -F'\t' 'FNR == 2 { bits[++n] = $6 } END { exit !(bits[2] < bits[1] * 1.01 + 0.001) }' whole int8.tsv || unmet "$(cat int8.tsv)"

# ---- precision ----
run bon eval --precision f32 run text
expect_err '^bon: cpu, 32-bit floats'
expect_out_file whole
run bon eval --precision f64 run text
expect_err '^bon: cpu, 64-bit floats'
paste whole out | awk -F'\t' 'NR == 2 { exit !(($4 - $10) ^ 2 < 1e-6 && $3 == $9) }' || unmet "$(cat out)"
for precision in auto int8; do
    run bon eval --precision $precision int8 text
    expect_err '^bon: 8-bit weights'
    expect_out_file int8.tsv
done
run bon eval --precision int8 run text # rounded in memory as in the file
expect_err '^bon: 8-bit weights'
expect_out_file int8.tsv
run bon eval -q --precision int8 --logits rounded.st run text
bon eval -q --logits exported.st int8 text
expect_same rounded.st exported.st
! cmp -s rounded.st logits.st || unmet 'nothing was rounded'
run bon eval --precision f32 int8 text
expect_refusal 1 'int8 has 8-bit weights: --precision int8 is all they have'
run bon eval --precision bf16 run text
expect_refusal 1 '32-bit and 64-bit floats only'
run bon eval --precision int8 --device cuda run text
expect_refusal 1 '--precision int8 is computed with --device cpu'
run bon eval --precision f64 --logits no.st run text
expect_refusal 2 '--logits are computed in f32 or int8'
expect_no_file no.st

for type in f32 f16 bf16 q8_0; do
    run bon export --to gguf --type $type -o model.gguf run
    expect_status 0
    [ "$(head -c 4 model.gguf)" = GGUF ] || unmet 'no GGUF'
done
run_shell "ulimit -f 8; bon export --to gguf -o model.gguf run"
expect_refusal 1 'model.gguf'
[ "$(head -c 4 model.gguf)" = GGUF ] || unmet 'the file that was there is gone'

# ---- plot ----
run bon plot --script run
expect_status 0
expect_err ''
grep -q "plot \$curve0 with lines title 'loss'" out || unmet "$(cat out)"
grep -q "\$curve1 with linespoints.* title 'val_loss'" out || unmet "$(cat out)"
[ "$(sed -n '/curve0 <</,/^END/p' out | wc -l)" = 152 ] || unmet 'not a point for every step'
run bon plot --script --column lr --x seconds --title "it's" --log-scale run run/log.csv
expect_status 0
grep -q "set title 'it''s'" out || unmet "$(head out)"
grep -q "'run: lr'" out || unmet 'two runs without names'
run env PATH="$(dirname "$BON")" "$BON" plot -o curve.svg run
expect_refusal 1 'gnuplot is not installed'
expect_no_file curve.svg
if command -v gnuplot >/dev/null; then
    for kind in svg png; do
        run bon plot -o curve.$kind run
        expect_status 0
        expect_err ''
        [ -s curve.$kind ] || unmet "no curve.$kind"
    done
    tail -n 1 curve.svg | grep -q '</svg>' || tail -n 2 curve.svg | grep -q '</svg>' || unmet 'not a whole SVG'
fi

# ---- refused ----
for command in eval generate; do
    run bon $command
    expect_refusal 2 'which model\?'
    run bon $command missing
    expect_refusal 1 'missing'
    mkdir -p empty
    run bon $command empty x
    expect_refusal 1 'neither config.json nor a checkpoint'
    run bon $command -t text run text
    expect_refusal 1 'text: '
    cp -r hf damaged
    truncate -s 5000 damaged/model.safetensors
    run bon $command damaged text
    expect_refusal 1 'damaged/model.safetensors: '
    echo '{}' >damaged/config.json
    run bon $command damaged text
    expect_refusal 1 'damaged/config.json: .*model_type'
    rm -r damaged
done
cp -r hf alone && rm alone/tokenizer.json && mkdir deep && mv alone deep/
run bon generate deep/alone x
expect_refusal 1 'no tokenizer.json, nor the folder above: say which with -t'
for i in $(seq 30); do cat "$DATA/sentences.txt"; done >many
bon tokenizer train -q --vocab 500 -o larger.json many
run bon generate -t larger.json run x
expect_refusal 1 "another one's"
run bon eval -t larger.json run many
expect_refusal 1 'token [0-9]+ is not among'
run bon eval --stride 33 run text
expect_refusal 1 'longer than the model'
: >nothing
run bon eval -q run nothing
expect_refusal 1 'nothing: there is no text in it'
run bon eval -q run missing.txt
expect_refusal 1 'missing.txt'
run bon export run
expect_refusal 2 'say where to'
run bon export -o x
expect_refusal 2 'give one model'
run bon export --type q8_0 -o x run
expect_refusal 2 'q8_0 is of --to gguf'
run bon export --to int8 --type f16 -o x run
expect_refusal 2 'a type of its own'
run bon export --to gguf -o x.gguf int8
expect_refusal 1 '8-bit weights, which cannot be made into others'
run bon export --to gguf -t larger.json -o x.gguf run
expect_refusal 1 "another one's"
expect_no_file x.gguf
run bon plot run
expect_refusal 2 'say where to: -o FILE.svg or -o FILE.png'
run bon plot -o x.svg
expect_refusal 2 'which log\?'
run bon plot -o x.svg text
expect_refusal 1 'not a log of bon train'
run bon plot -o x.svg missing
expect_refusal 1 'missing: '
run bon plot --column speed -o x.svg run
expect_refusal 1 'no column speed, but step,loss'
printf 'step,loss\n1,many\n' >bad.csv
run bon plot --column loss -o x.svg bad.csv
expect_refusal 1 'bad.csv:2: column 2 is not a number'
printf 'step,loss,val_loss\n' >bare.csv
run bon plot -o x.svg bare.csv
expect_refusal 1 'nothing in the log yet'
