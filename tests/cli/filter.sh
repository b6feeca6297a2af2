#!/usr/bin/env bash
# bon filter: each rule rejects what it is for, in any unit, the same for any threads; bad input is refused.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"

# A line for every rule that lines have by default, and the rule.
cat >judged <<'END'
kept	Chợ nổi Cái Răng họp từ lúc mờ sáng, ghe xuồng đậu kín một khúc sông.
words	Xin chào!
letters	1920 - 1945: 12.3, 45.6, 78.9 và 0.12
syllables	The quick brown fox jumped over sleepy dogs yesterday
foreign	Международная организация здравоохранения à ơi anh nhớ
marks	hom nay troi dep qua di choi thoi
symbols	Trang chủ | Tin tức | Thể thao | Giải trí |
links	Mời bà con xem www.a.vn
boilerplate	Bản quyền thuộc về báo Ví Dụ
top-pair	Hà hạ hà hạ hà hạ hà hạ hà
top-phrase	đi chơi nhé em đi chơi nhé em đi chơi nhé em đi chơi nhé em ạ
repeated-phrases	mua hàng tại cửa hàng này giá tốt mua hàng tại cửa hàng này giá tốt mua hàng tại cửa hàng này giá tốt
END
cut -f2 judged >lines
run bon filter --explain why --report report --json counts --rejected bad lines
expect_status 0
expect_err ''
expect_out "$(sed -n 's/^kept\t//p' judged)"
[ "$(cut -f2 why | tail -n +2)" = "$(cut -f1 judged)" ] || unmet "rules: $(cut -f2,4- why)"
[ "$(cut -f1 why | tail -n +2)" = "$(seq 12)" ] || unmet 'numbers of lines'
[ "$(cat bad)" = "$(tail -n +2 lines)" ] || unmet 'what is rejected'
grep -qx "$(printf 'marks\t1\t34\t0.000\thom nay troi dep qua di choi thoi')" report || unmet "report: $(cat report)"
[ "$(wc -l <report)" = 19 ] || unmet 'a row for every rule, and one for what is kept'
grep -qF '{"texts": 12, "kept": 1, "bytes": 699, "kept_bytes": 94, "without_text": 0, "rejected": {"words": 1, "letters": 1,' counts ||
    unmet "counts: $(cat counts)"
run bon filter --rules none lines
expect_out_file lines
run bon filter --rules none --words ..2 lines
expect_out 'Xin chào!'
run bon filter --rules none --words 9..9 --marks .. --top-pair ..1 --syllables 0.. --foreign 0..1 lines
expect_out "$(grep -E '^(Hà|The)' lines)"

# Any threads, from files and pipes, the same bytes. NFD is judged as NFC.
for i in $(seq 4000); do sed -n "$((i * 7 % 12 + 1))p" lines; [ $((i % 5)) != 0 ] || echo; done >many
run bon filter -j 1 --explain why1 --rejected bad1 many
cp out kept1
[ "$(grep -c Cái kept1)" = 333 ] || unmet 'one line in twelve stays'
for options in '-j 2' '-j 5'; do
    # shellcheck disable=SC2086
    run bon filter $options --explain why2 --rejected bad2.gz many
    expect_out_file kept1
    expect_same why1 why2
    gzip -dc bad2.gz >bad2
    expect_same bad1 bad2
done
run_shell 'bon filter <many'
expect_out_file kept1
run_shell 'bon normalize --form nfd lines | bon filter --explain why2 >nfd; bon normalize nfd'
expect_out "$(sed -n 's/^kept\t//p' judged)"
cut -f2-19 why >a && cut -f2-19 why2 >b && expect_same a b

# Paragraphs, wherever chunks end.
for i in $(seq 3000); do
    case $((i % 3)) in
    0) printf 'Ghe chở bưởi %s đậu bên cầu.\nKhách đứng chờ trên bến.\n\n' "$i" ;;
    1) printf 'khong dau %s\nkhong co dau gi ca\nthat su la khong\n\n\n' "$i" ;;
    2) printf 'Ok\n\n' ;;
    esac
done >paragraphs
grep -A 2 'Ghe' paragraphs | grep -v '^--$' >wanted
for options in '-j 1' '-j 3'; do
    # shellcheck disable=SC2086
    run bon filter --unit paragraph $options --explain why2 paragraphs
    expect_out_file wanted
done
[ "$(cut -f1,2 why2 | sed -n 2,5p)" = "$(printf '1\tmarks\n6\twords\n8\tkept\n11\tmarks')" ] || unmet "why: $(head -n 5 why2)"
run_shell 'head -c -2 paragraphs | bon filter --unit paragraph - paragraphs | tail -n 3003 | head -n 4'
expect_out "$(printf 'Ghe chở bưởi 3000 đậu bên cầu.\nKhách đứng chờ trên bến.\n\nGhe chở bưởi 3 đậu bên cầu.')"

# Documents: byte for byte, or with scores.
{
    echo '{"id": 1, "text":"Ch\u1ee3 nổi họp từ lúc mờ sáng."}'
    echo '{"id":2}'
    echo
    echo '{"text":"hom nay troi dep","id":3} '
} >docs
run bon filter --json-field text --words 4.. --marks 0.5.. docs
expect_out "$(head -n 3 docs)"
run bon filter --json-field text --words 4.. --scores --rejected bad docs
grep -qF '{"id": 1, "text":"Ch\u1ee3 nổi họp từ lúc mờ sáng.","scores":{"words":7,"letters":0.952,' out || unmet 'scores'
grep -qF '"id":3,"scores":{"words":4,"letters":1.000,"syllables":0.750,"foreign":0.000,"marks":0.000,' bad || unmet 'scores'
# Scores take the place of those that are there, wherever they stand: once or twice is the same.
printf '%s\n' '{"text":"Chợ nổi họp từ lúc mờ sáng."}' | bon filter --rules none --json-field text --scores >once
for line in "$(cat once)" '{"scores": [1,{"a":2}] ,"text":"Chợ nổi họp từ lúc mờ sáng."}' '{"text":"Chợ nổi họp từ lúc mờ sáng.","scores":null}'; do
    printf '%s\n' "$line" | bon filter --rules none --json-field text --scores >out
    [ "$(grep -o '"scores"' out | wc -l)" = 1 ] || unmet "scores: $(cat out)"
    [ "$(grep -o '{"words".*}' out | cut -d'}' -f1)" = "$(grep -o '{"words".*}' once | cut -d'}' -f1)" ] || unmet "scores: $(cat out)"
done
run_shell "echo '{\"scores\":1,\"text\":\"Gọi 0912345678 nhé\",\"z\":2}' | bon filter --rules none --json-field text --scores --mask all"
grep -q '^{"scores":{"words":.*},"text":"Gọi \[điện thoại\] nhé","z":2}$' out || unmet "scores before a masked text: $(cat out)"
grep -q '}} $' bad || unmet 'blanks behind the object'
long=$(printf 'Ghe chở bưởi đậu bên cầu, khách đứng chờ trên bến từ lúc mờ sáng.\\n%.0s' 1 2 3)
for row in "repeated-lines|$long" "short-lines|Một hai\\nBa bốn\\nNăm sáu\\nGhe chở bưởi đậu bên cầu, khách đứng chờ trên bến từ lúc sáng" \
    "bullets|• Ghe chở bưởi đậu bên cầu bên kia\\n• Khách đứng chờ trên bến từ lúc mờ sáng\\n• Nước lên rồi, ta đi chợ nổi thôi" \
    "ellipses|Ghe chở bưởi đậu bên cầu bên kia...\\nKhách đứng chờ trên bến từ lúc mờ sáng…\\nNước lên rồi, ta đi chợ nổi thôi"; do
    printf '{"text":"%s"}\n' "${row#*|}" >doc
    run bon filter --json-field text --explain why doc
    [ "$(cut -f2 why | tail -n 1)" = "${row%%|*}" ] || unmet "$row: $(cat why)"
done

# Registers: the one in whose band the text is counts.
for i in 1 2 3 4; do grep -E '^(kept|boilerplate|letters)' judged | cut -f2; done | bon normalize | bon segment --fold >folded
bon lm build -q -n 2 --discount-fallback -o news.bonlm folded
for i in 1 2 3 4; do grep -E '^(words|marks|top)' judged | cut -f2; done | bon normalize | bon segment --fold >folded
bon lm build -q -n 2 --discount-fallback -o chat.bonlm folded
grep -E '^(kept|marks)' judged | cut -f2 >two
run bon filter --rules none --lm news.bonlm --lm c=chat.bonlm --perplexity ..20 --explain why --json counts two
expect_out_file two
[ "$(cut -f2,3 why | tail -n +2)" = "$(printf 'kept\tnews\nkept\tc')" ] || unmet "why: $(cat why)"
grep -q '"registers": {"news": 1, "c": 1}' counts || unmet "counts: $(cat counts)"
run bon filter --rules none --lm news.bonlm --lm c=chat.bonlm --perplexity ..20 --band c=..1 --explain why two
expect_out "$(head -n 1 two)"
[ "$(cut -f2,3 why | tail -n +2)" = "$(printf 'kept\tnews\nperplexity\tc')" ] || unmet "why: $(cat why)"
run bon filter --rules none --lm news.bonlm --lm c=chat.bonlm --band c=..1 --band news=100..1e6 two
expect_refusal 2 'is not a range'
run bon filter --rules none --lm news.bonlm --lm c=chat.bonlm --band c=..1 --band news=5.. --explain why two
[ "$(cut -f2,3 why | tail -n +2)" = "$(printf 'perplexity\tnews\nkept\tnews')" ] || unmet "why: $(cat why)"

# What tells who somebody is.
{
    echo 'Ai cần xin gọi chị Lan 0912.345.678 hoặc lan@mail.example.vn nhé.'
    echo 'Ngày 01/02/2019 giá là 1.234.567.890 đồng, theo Nghị định 35/2018/NĐ-CP.'
    echo 'goi 0912345678 gap lan, stk 19031234567890'
} >people
run bon filter --rules none --marks 0.3.. --mask all --masked found --rejected bad --explain why --json counts people
expect_status 0
expect_out "$(printf 'Ai cần xin gọi chị Lan [điện thoại] hoặc [email] nhé.\n' && sed -n 2p people)"
[ "$(cat bad)" = 'goi [điện thoại] gap lan, stk [số tài khoản]' ] || unmet "rejected: $(cat bad)"
[ "$(cut -f1-3 found)" = "$(printf 'line\tkind\tmasked\n1\tphone\t0912.345.678\n1\temail\tlan@mail.example.vn\n3\tphone\t0912345678\n3\taccount\t19031234567890')" ] ||
    unmet "found: $(cat found)"
[ "$(sed -n 3p found | cut -f4)" = 'xin gọi chị Lan 0912.345.678 hoặc lan@mail.example.vn nhé. ' ] || unmet "found: $(cat found)"
grep -q '0912' why && unmet 'the table shows what is masked'
grep -qF '"masked": {"phone": 2, "email": 1, "id": 0, "account": 1, "plate": 0}}' counts || unmet "counts: $(cat counts)"
run bon filter --rules none --mask email,plate --masked found people people
expect_out "$(cat people people | sed 's/lan@mail.example.vn/[email]/')"
[ "$(cut -f1-3 found | sed -n 3p)" = "$(printf 'people\t1\temail')" ] || unmet "found: $(cat found)"
printf '{"text":"Gọi \\"0912345678\\"","a":1}\n{"text":"G\\u1ecdi","a":2}\n{"a":"0912345678"}\n' >docs
run bon filter --rules none --mask phone --json-field text docs
expect_out "$(sed 1s/0912345678/'[điện thoại]'/ docs)"
for i in $(seq 500); do cat people; [ $((i % 3)) != 0 ] || echo; done >many
run bon filter --rules none --unit paragraph --mask all --masked found1 -j 1 many
sed 's/0912.\?345.\?678/[điện thoại]/; s/lan@mail.example.vn/[email]/; s/19031234567890/[số tài khoản]/' many >wanted
expect_out_file wanted
run bon filter --rules none --unit paragraph --mask all --masked found2 -j 4 many
expect_out_file wanted
expect_same found1 found2

# What it refuses.
run bon filter --lm nowhere.bonlm lines
expect_refusal 1 '^bon: nowhere.bonlm: .*No such file'
head -c 300 news.bonlm >cut.bonlm
run bon filter -o whole --lm cut.bonlm lines
expect_refusal 1 '^bon: cut.bonlm'
expect_no_file whole
run bon filter --lm lines lines
expect_refusal 1 '^bon: lines: '
for row in '--perplexity ..9|measured with a model' '--band a=1..2|no --lm is called .a' '--lm a=news.bonlm --lm a=chat.bonlm|two models' \
    '--scores|--scores is for --json-field' '--scores --json-field scores|--scores would take the place' '--json-field t --unit paragraph|--unit is for text' '--words 5|not a range' '--words 5..x|not a range' \
    '--marks 0.9..0.1|nothing is in' '--band =1..2|not NAME=MIN..MAX' '--band a|not NAME=MIN..MAX' '--lm =a|no name' '--mask name|not a list' '--mask phone,|not a list' '--masked f|--masked is for --mask' '--words -1..2|not a range'; do
    # shellcheck disable=SC2086
    run bon filter ${row%%|*} lines
    expect_refusal 2 "${row#*|}"
done
printf '{"text":"a"}\n{"text":' >broken
run bon filter --json-field text -o whole --rejected bad3 --explain why3 broken
expect_refusal 1 '^bon: broken:2: malformed JSON at offset 21'
expect_no_file whole
expect_no_file bad3
expect_no_file why3
printf '{"text":["a"]}\n' >broken
run bon filter --json-field text broken
expect_refusal 1 "^bon: broken:1: field 'text' at offset 8 is not a string"
zstd -q -c many | head -c 500 >cut.zst
run bon filter -o whole cut.zst
expect_refusal 1 '^bon: cut.zst: '
expect_no_file whole
for option in --rejected --explain --report --json '--mask all --masked'; do
    # shellcheck disable=SC2086
    run bon filter $option nowhere/file lines
    expect_refusal 1 '^bon: nowhere/file.*No such file'
done
if [ -c /dev/full ]; then
    run_shell 'bon filter lines >/dev/full'
    expect_status 1
    expect_err 'No space left'
    for option in --rejected --explain --report --json '--mask all --masked'; do
        # shellcheck disable=SC2086
        run bon filter $option /dev/full lines -o whole
        expect_status 1
        expect_err '/dev/full.*No space left'
    done
fi
: >empty
run bon filter --json counts empty
expect_status 0
expect_out ''
grep -q '^{"texts": 0, "kept": 0, ' counts || unmet "counts: $(cat counts)"
