#!/usr/bin/env bash
# bon train: a model learns; runs that were stopped end in the same bytes; what is asked by file; what is refused; what a failure
# leaves behind.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"
for i in $(seq 12); do sed "s/\$/ $i/" "$DATA/sentences.txt"; done >text
bon tokenizer train -q --vocab 320 -o tok.json text
tiny=(--layers 1 --width 32 --heads 2 --hidden 48 --context 32 --batch 4 -t tok.json)
train() { run bon train -q "${tiny[@]}" "$@"; }

train -o run --steps 60 text
expect_status 0
expect_out ''
expect_err ''
expect_files run log.csv step-00000060 tokenizer.json train.ids
expect_files run/step-00000060 config.json model.safetensors state.safetensors
expect_same tok.json run/tokenizer.json
[ "$(wc -l <run/log.csv)" = 61 ] || unmet "$(wc -l <run/log.csv) lines of log"
[ "$(head -n 1 run/log.csv)" = step,loss,val_loss,bits_per_byte,lr,grad_norm,tokens_per_s,mfu,memory_mib,seconds,skipped ] ||
    unmet "the log begins with $(head -n 1 run/log.csv)"
awk -F, 'NR == 2 { first = $2 } END { exit !($2 < first - 1.5 && $3 > 0 && $4 > 0 && $4 < 8 && $8 > 0 && $9 > 1) }' run/log.csv ||
    unmet "it did not learn: $(sed -n '2p;$p' run/log.csv)"

# Real text: in seconds the loss is far below the entropy of single tokens, on text that it did not learn from.
for name in chat family farm health law letters news recipes reviews school story tech travel; do
    cat "$TESTS/../corpora/sample/$name.txt"
done >sample
bon tokenizer train -q --vocab 512 -o sample.json sample
bon train -q -t sample.json -o learned --layers 2 --width 64 --heads 2 --hidden 128 --context 64 --val-part 0.1 --steps 120 sample
entropy=$(od -An -v -tu2 -w2 learned/train.ids | awk '{ count[$1]++ } END { for (id in count) h -= count[id] / NR * log(count[id] / NR); print h }')
tail -n 1 learned/log.csv | awk -F, -v entropy="$entropy" '{ exit !($3 > 1 && $3 < entropy - 1) }' ||
    unmet "loss $(tail -n 1 learned/log.csv | cut -d, -f3) where single tokens have $entropy"

# Stopped and resumed, on another number of threads, checkpoints between: the same bytes.
train -o parts --steps 60 --save-every 7 -j 1 text
expect_status 0
expect_files parts log.csv step-00000056 step-00000060 tokenizer.json train.ids
expect_same run/step-00000060/model.safetensors parts/step-00000060/model.safetensors
rm -r parts/step-00000060
train -o parts --steps 60 --resume text
expect_status 0
[ "$(cut -d, -f1 parts/log.csv | sed 1d | tr '\n' ' ')" = "$(seq -s ' ' 60) " ] || unmet 'the log has not each step once'
expect_same run/step-00000060/model.safetensors parts/step-00000060/model.safetensors
run bon train "${tiny[@]}" -o parts --steps 60 --resume text
expect_status 0
expect_err 'nothing is left to do'
train -o parts --steps 60 text
expect_refusal 1 'has a checkpoint of step 60: --resume goes on from it'
train -o parts --steps 60 --layers 2 text
expect_refusal 1 'has a checkpoint of step 60: --resume goes on from it'

# SIGTERM: a checkpoint and status 0; going on ends in the same bytes.
bon train -q "${tiny[@]}" -o killed --steps 60000 --schedule linear text &
pid=$!
for _ in $(seq 1200); do
    if [ -s killed/log.csv ] && [ "$(wc -l <killed/log.csv)" -gt 3 ]; then break; fi
    sleep 0.05
done
kill -s TERM $pid
wait $pid
status=$?
last='SIGTERM to bon train'
expect_status 0
step=$(($(wc -l <killed/log.csv) - 1))
[ "$step" -lt 60000 ] || unmet 'it was not stopped'
expect_files killed log.csv "$(printf 'step-%08d' $step)" tokenizer.json train.ids

# Several processes: what one learns with all of their windows, up to rounding; stopped and gone on with, the same bytes; one that is
# killed ends the others; rank 0 alone says what is wrong for all.
train -o shared --ranks 2 --batch 2 --steps 60 text
expect_status 0
expect_err ''
expect_files shared log.csv step-00000060 tokenizer.json train.ids
train -o alone --batch 4 --steps 60 text
paste -d, <(cut -d, -f 2,3 shared/log.csv) <(cut -d, -f 2,3 alone/log.csv) |
    awk -F, 'NR > 1 && (($1 - $3) ^ 2 > 1e-6 || ($2 - $4) ^ 2 > 1e-6) { exit 1 } END { exit NR != 61 }' ||
    unmet 'two processes learn something else than one'
train -o shared-parts --ranks 2 --batch 2 --steps 60 --save-every 25 --keep 0 text
rm -r shared-parts/step-00000050 shared-parts/step-00000060
train -o shared-parts --ranks 2 --batch 2 --steps 60 --resume text
expect_status 0
expect_same shared/step-00000060/model.safetensors shared-parts/step-00000060/model.safetensors
for ranks in 1 3; do
    train -o shared --ranks $ranks --batch 2 --steps 61 --resume text
    expect_refusal 1 'by more or fewer ranks'
    [ "$(wc -l <err)" = 1 ] || unmet "said by several: $(cat err)"
done
train -o no --ranks 3 missing.txt
expect_refusal 1 'missing.txt'
[ "$(wc -l <err)" = 1 ] || unmet "said by several: $(cat err)"
bon train -q "${tiny[@]}" -o lost --ranks 3 --steps 60000 text 2>err &
pid=$!
for _ in $(seq 1200); do
    if [ -s lost/log.csv ] && [ "$(wc -l <lost/log.csv)" -gt 3 ]; then break; fi
    sleep 0.05
done
read -ra children </proc/$pid/task/$pid/children
kill -s KILL "${children[1]}"
wait $pid
status=$?
last='SIGKILL to a rank of bon train'
expect_status 1
expect_err '^bon: rank [12] has ended before the run has: all of them stop$'

# Time as the limit.
train -o timed --max-seconds 0.5 --val-part 0 text
expect_status 0
tail -n 1 timed/log.csv | awk -F, '{ exit !($10 >= 0.5 && $3 == "") }' || unmet "$(tail -n 1 timed/log.csv)"

# Options in a file; the command line comes after. Token ids instead of text.
printf '# a run\nsteps = 3\n\n batch=4 \nwidth = 32\nlayers = 1\nheads = 2\nhidden = 48\ncontext = 32\ntokenizer = tok.json\nquiet\n' >conf
run bon train --config conf -o filed --steps 60 text
expect_status 0
expect_err ''
expect_same run/step-00000060/model.safetensors filed/step-00000060/model.safetensors
bon train --config conf -o filed3 text || unmet 'a run from a file alone'
expect_files filed3 log.csv step-00000003 tokenizer.json train.ids
train -o ids --ids --steps 60 run/train.ids
expect_status 0
expect_same run/step-00000060/model.safetensors ids/step-00000060/model.safetensors
head -n 40 text >other
train -o other-val --val other --steps 2 text
expect_status 0
expect_files other-val log.csv step-00000002 tokenizer.json train.ids val.ids
run_shell "zstd -qc text | bon train -q ${tiny[*]} -o piped --steps 60"
expect_same run/train.ids piped/train.ids
printf 'a b\n\n\r\n\nc d\n' >documents
train -o two --context 2 --val-part 0 --steps 1 documents
bon tokenizer decode --ids -t tok.json two/train.ids >out
expect_out 'a b
<|endoftext|>c d
<|endoftext|>'
train -o recomputed --recompute 2 --steps 60 text
expect_same run/step-00000060/model.safetensors recomputed/step-00000060/model.safetensors
for more in '--optimizer adamw --schedule cosine' '--optimizer sgd --schedule linear --lr-end 0.1' '--model gpt2-124m' \
    '--kv-heads 1 --accumulate 2 --skip 3 --clip 0.5'; do
    # shellcheck disable=SC2086
    train -o more $more --steps 4 text
    expect_status 0
    rm -r more
done

# Progress, where asked for.
run bon train "${tiny[@]}" -o shown --steps 3 --progress=always text
expect_err '^train: 100 %, step 3, loss [0-9.]+, [0-9.]+ k tokens/s, MFU [0-9]+ %, 0 s left$'
expect_err 'bon: shown/step-00000003: loss [0-9.]+, on text that it did not learn [0-9.]+, [0-9.]+ bits a byte'

# A run that gets away says where; what was there before stays.
train -o away --steps 60 --lr 1e6 --save-every 1 --keep 0 --optimizer adamw --clip 1e9 --weight-decay 1e6 text
expect_refusal 1 'step [0-9]+: .* is not finite; try a lower learning rate'
expect_err 'model\.'
[ -z "$(find away -name '.*' -mindepth 1)" ] || unmet 'half a checkpoint is left'

# The disk is full while a checkpoint is written: the one before stays as it was, and nothing half-written.
train -o full --steps 60 --save-every 20 --keep 1 text
rm -r full && mkdir full
bon train -q "${tiny[@]}" -o full --steps 40 --save-every 20 --keep 1 text
cp -r full/step-00000040 before
run_shell "ulimit -f 30; bon train -q ${tiny[*]} -o full --steps 60 --resume text"
expect_refusal 1 'full/\.tmp-step-00000060/'
expect_files full log.csv step-00000040 tokenizer.json train.ids
for file in before/*; do expect_same "$file" "full/step-00000040/${file##*/}"; done
train -o full --steps 60 --resume text
expect_status 0

# Refused: the command line.
run bon train -t tok.json text
expect_refusal 2 'where to\? -o DIR'
run bon train -o no text
expect_refusal 2 'which tokenizer\?'
train -o no --ids a b
expect_refusal 2 'one file of ids'
train -o no --width 30 text
expect_refusal 1 'heads of 15 values: it must be even'
train -o no --kv-heads 3 text
expect_refusal 1 'does not divide'
train -o no --precision bf16 text
expect_refusal 1 '32-bit and 64-bit floats only'
printf 'steps = 3\nstps = 4\n' >conf
run bon train --config conf -o no -t tok.json text
expect_refusal 2 "unknown option '--stps'; did you mean '--steps'"
expect_err 'line 2 of conf'
printf 'steps = many\n' >conf
run bon train --config conf -o no -t tok.json text
expect_refusal 2 "'many' is not a whole number"
expect_err 'line 1 of conf'

# Refused: the data.
: >nothing
train -o no nothing
expect_refusal 1 'nothing: there is no text in it'
expect_no_file no/train.ids
echo 'một câu ngắn' >short
train -o no short
expect_refusal 1 'too little data: [0-9]+ tokens, .* a smaller --context'
train -o no missing.txt
expect_refusal 1 'missing.txt'
train -o no --ids nothing
expect_refusal 1 'it is empty'
printf 'abc' >odd
train -o no --ids odd
expect_refusal 1 'not a multiple'
printf '\377\377' >wild
train -o no --ids wild
expect_refusal 1 'token 65535 where the vocabulary has 320: made with another tokenizer'
bon tokenizer train -q --vocab 300 --special '<x>' -o endless.json text
run bon train -q -t endless.json -o no text
expect_refusal 1 'no special token <\|endoftext\|>'

# Refused: checkpoints of another model, another vocabulary, other data; damaged ones.
for change in '--layers 2' '--width 64' '--hidden 64' '--model gpt2-124m'; do
    # shellcheck disable=SC2086
    train -o run --resume --steps 61 $change text
    expect_refusal 1 'run/step-00000060/model.safetensors: .*another'
done
bon tokenizer train -q --vocab 400 -o larger.json text
train -o run --resume --steps 61 -t larger.json text
expect_refusal 1 'run/step-00000060/model.safetensors: .*embed_tokens.*vocabulary'
expect_same tok.json run/tokenizer.json
train -o run --resume --steps 61 other
expect_refusal 1 'other data'
train -o run --resume --steps 61 --seed 2 text
expect_refusal 1 'other data, with another seed'
for file in model state; do
    cp -r parts damaged
    truncate -s -1000 damaged/step-00000060/$file.safetensors
    train -o damaged --resume --steps 61 text
    expect_refusal 1 "damaged/step-00000060/$file.safetensors: "
    rm -r damaged
done
# Where there is no GPU, or no CUDA in this build, that is what is said.
if ! bon train -q "${tiny[@]}" -o gpu --device cuda --steps 1 text 2>err; then
    expect_err '(without CUDA|no GPU|CUDA)'
fi
