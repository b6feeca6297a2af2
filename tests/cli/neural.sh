#!/usr/bin/env bash
# bon neural train: a network learns which marks words have from the words around; a run that is stopped and resumed ends in the same
# bytes; what is refused.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"

# Which of bạn, bán and bàn it is, only the word behind tells; the last word of the line is told by the first.
awk 'BEGIN { split("bạn bán bàn", b, " "); split("đi rau gỗ", after, " "); split("Tôi Chị Anh", who, " "); split("má mà mạ", last, " ")
    for (i = 0; i < 600; i++) { x = int(i * 7 / 3) % 3 + 1; y = int(i * 5 / 2) % 3 + 1
        print who[y] " thấy " b[x] " " after[x] " ở chợ có " last[y] "." } }' >text
# Windows that are read as they are typed do not show what is behind: of them there are few.
small='--typed 0.25 --layers 2 --width 32 --heads 2 --hidden 48 --context 32 -b 8 --hashes 64 --val-part 0.1 --seed 3 -j 1'

# ---- it learns: half a nat a word is what guessing by the most frequent marks leaves ----
# shellcheck disable=SC2086
run bon neural train -o run $small --steps 300 --lr 0.03 text
expect_status 0
expect_err 'tiny: 0\.[0-9]* million parameters; .* words, [0-9]* of them with a choice; cpu, 32-bit floats'
expect_err 'step-00000300: loss .*, on text that it did not learn 0\.[0-2]'
[ -s run/words.bonnn ] || unmet 'no words.bonnn'
grep -q '"model_type": "bon-encoder"' run/step-00000300/config.json || unmet "$(cat run/step-00000300/config.json)"
[ "$(head -n 1 run/log.csv | cut -d, -f1-3)" = step,loss,val_loss ] || unmet 'no log'
[ "$(wc -l <run/log.csv)" = 301 ] || unmet "$(wc -l <run/log.csv) rows"

# ---- stopped and resumed, and with other threads: the same bytes ----
# shellcheck disable=SC2086
{
    bon neural train -q -o whole $small --steps 12 --words text text || unmet 'the whole run failed'
    bon neural train -q -o parts $small --steps 12 --words text --save-every 5 --keep 0 text || unmet 'the run in parts failed'
    rm -r parts/step-00000012 parts/step-00000010
    run bon neural train -o parts ${small% *} 2 --steps 12 --words text --resume text
}
expect_status 0
expect_err 'going on from step 5'
cmp whole/step-00000012/model.safetensors parts/step-00000012/model.safetensors || unmet 'resuming changes the weights'
[ "$(cut -d, -f1-3 whole/log.csv)" = "$(cut -d, -f1-3 parts/log.csv)" ] || unmet 'resuming changes the log'

# ---- a smaller network learns from the marks of a larger one alone ----
# shellcheck disable=SC2086
run bon neural train -o pupil $small --layers 1 --steps 250 --lr 0.03 --teacher run --teacher-share 1 text
expect_status 0
expect_err 'step-00000250: loss .*, on text that it did not learn 0\.[0-3]'
cmp -s pupil/words.bonnn run/words.bonnn && unmet 'the pupil has the layers of its teacher'

# ---- begun with the network of another run ----
# shellcheck disable=SC2086
run bon neural train -o more $small --init run --steps 5 text
expect_status 0
expect_err 'step-00000005: loss .*, on text that it did not learn 0\.[0-2]'
cmp more/words.bonnn run/words.bonnn || unmet 'another vocabulary than that of --init'

# ---- beside a model that knows only how often each word is written how ----
bon segment -q --fold text | bon lm build -q -n 1 --candidates=1 --discount-fallback -o words.bonlm || unmet 'no model'
run bon neural export -q -o vi-tiny.bonnn run
expect_status 0
expect_out ''
sed -n '1,200p' text >good
accuracy() { bon restore -q --model "$@" --eval good | tail -n 1 | cut -f 3; }
alone=$(accuracy words.bonlm) joined=$(accuracy words.bonlm --neural vi-tiny.bonnn)
awk -v a="$alone" -v b="$joined" 'BEGIN { exit !(a < 90 && b > 95) }' || unmet "$alone without the network, $joined with it"
run_shell "bon restore -j 1 --neural vi-tiny.bonnn --model words.bonlm -q good >one; bon restore -j 3 --neural vi-tiny.bonnn --model words.bonlm -q good"
expect_out_file one
cmp -s <(sed 's/[àáạ]/a/g; s/[ầấậ]/â/g; s/đ/d/g' one) <(sed 's/[àáạ]/a/g; s/[ầấậ]/â/g; s/đ/d/g' good) || unmet 'more than marks changed'
run bon neural export -q --lm words.bonlm -o both.bonlm run
[ "$(accuracy both.bonlm)" = "$joined" ] || unmet 'in one file it says something else'
run bon neural export -q --float -o float.bonnn run
[ "$(stat -c %s float.bonnn)" -gt $((2 * $(stat -c %s vi-tiny.bonnn))) ] || unmet '8 bits are no smaller'
[ "$(accuracy words.bonlm --neural float.bonnn)" = "$joined" ] || unmet '8 bits lose something here'

# ---- the best that lies beside a model ----
run_shell 'echo "Toi thay ban rau o cho co ma." | bon restore --model words.bonlm --quality best'
expect_status 0
expect_err 'with the network vi-tiny.bonnn'
expect_out 'Tôi thấy bán rau ở chợ có má.'
run_shell 'echo "Toi thay ban rau" | bon restore --model words.bonlm --quality fast'
expect_err ''

# ---- while typing: the word behind tells, the n-grams alone cannot ----
printf 'Toi thay ban rau \nChi thay ban go \nAnh thay ban di \n' >keys
run bon telex decode --predict --model words.bonlm --neural vi-tiny.bonnn keys
expect_status 0
expect_err ''
expect_out "$(printf 'Tôi thấy bán rau \nChị thấy bàn gỗ \nAnh thấy bạn đi ')"
run_shell "bon telex decode --predict --model words.bonlm --no-neural keys | cut -d' ' -f3 | sort -u | wc -l"
expect_out 1
mkdir elsewhere
cp words.bonlm elsewhere
cp vi-tiny.bonnn elsewhere/vi-small.bonnn
run_shell 'bon telex decode --predict --model elsewhere/words.bonlm keys | head -n 1'
expect_out 'Tôi thấy bán rau '
rm elsewhere/vi-small.bonnn

# ---- none, and a damaged one, for lines ----
run_shell 'echo "Toi thay ban rau" | bon restore --model elsewhere/words.bonlm --quality best'
expect_status 0
expect_err 'no network .* beside elsewhere/words.bonlm; going on with the model alone'
head -c 3000 vi-tiny.bonnn >elsewhere/vi-tiny.bonnn
run_shell 'echo "Toi thay ban rau" | bon restore --model elsewhere/words.bonlm --quality best'
expect_status 1
expect_err 'elsewhere/vi-tiny.bonnn: .*truncated'
expect_out ''
run_shell 'echo "Toi thay ban rau" | bon restore --model words.bonlm --neural words.bonlm'
expect_status 1
expect_err 'this model has no network'
run bon neural export -q -o new.bonnn missing
expect_status 1
expect_err 'missing/words.bonnn'
[ ! -e new.bonnn ] || unmet 'a file of an export that failed'

# ---- what is refused ----
# shellcheck disable=SC2086
refuse() { # message, options...
    local message=$1
    shift
    run bon neural train -q $small --steps 2 "$@"
    expect_status 1
    expect_err "$message"
}
refuse 'has a checkpoint of step 12: --resume goes on from it' -o whole text
refuse 'other data, with another seed' -o whole --resume --seed 4 text
printf 'all of this is English\n' >english
refuse 'no word of the text is written in two ways' -o new english
refuse 'there is no text' -o new /dev/null
printf 'bạn bàn bạn bàn bạn bàn\n' >short
refuse 'too little text' -o new short
refuse 'missing: cannot open: No such file' -o new missing
refuse 'heads divide the width' -o new --width 30 --heads 4 text
refuse 'leaves nothing of a batch' -o new --words text --word-batch 8 text
refuse 'another vocabulary' -o new --hashes 32 --teacher run text
refuse 'words.bonnn' -o new --teacher missing text
refuse 'words.bonnn' -o new --init missing text
refuse 'another architecture' -o new --init run --layers 1 text
[ -z "$(find new -name 'step-*')" ] || unmet 'a checkpoint of a run that was refused'
run bon neural train text
expect_status 2
expect_err 'where to'
