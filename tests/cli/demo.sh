#!/usr/bin/env bash
# demo.sh: corpora/demo.sh as a user meets it: on the sample text, on a file of one's own, and where something is missing.
# The model that restores marks is made here from the sample, so that the test does not hang on the shipped one.
#
#   BON  the command (default: build/bon)
#
# Prints a line for every check that fails, then `N passed, N failed`.
set -uo pipefail
export LC_ALL=C.UTF-8

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
sample=$root/corpora/sample
BON=$(realpath "${BON:-$root/build/bon}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/tmp"
export BON BON_MODEL=$work/sample.bonlm TMPDIR=$work/tmp
unset CORPUS
cd "$work" || exit 1
passed=0
failed=0

# check NAME CMD...: the command shall succeed.
check() {
    local name=$1
    shift
    if "$@" > check.log 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'demo: not as it should be: %s\n' "$name"
        sed 's/^/    /' check.log
    fi
}

register_files() {
    find "$sample" -name '*.txt' ! -name heldout.txt ! -name page.txt ! -name messy.txt | sort
}

demo() { "$root/corpora/demo.sh" > out 2> err; }

# The demo shall fail with status 1, say WORDS, and show nothing of a step it cannot take.
refuses() {
    demo
    [ $? = 1 ] && grep -q -- "$1" err
}

says() { grep -qE -- "$1" out || { cat out && false; }; }
nothing_left_behind() { [ -z "$(ls -A "$TMPDIR")" ]; }

make_model() {
    register_files | xargs -d '\n' "$BON" normalize -q |
        "$BON" segment -q --fold | "$BON" lm build -q -n 3 --discount-fallback --candidates 1 -o "$BON_MODEL"
}

# ---- the sample text itself ----

# What the lines of messy.txt say, written anew.
messy_in_clean() {
    cat << 'END'
Lượng mưa tháng này quả là lớn, nước suối dâng lên nghiễm nhiên thành lũ.
Bệnh viện thông báo lịch nghỉ, mong bà con lượng thứ.
Tiếng suối chảy róc rách dưới chân cầu gỗ.
Những đứa trẻ ríu rít gọi nhau trên đường làng.
Người thợ mộc đục đẽo từ sớm đến tối mịt.
Bấy giờ mấy chú ếch ộp mới bắt đầu cất tiếng.
Nhớ mặc ấm và đội mũ trước khi ra ngoài trời rét.
Đường về Đồng Hới đông nghịt xe.
Đợi đấy, để tôi đến đón đứa em đã.
Đà Lạt đẹp nhất vào mùa hoa dã quỳ.
Khóa cửa rồi để chìa khóa dưới chậu hoa.
Thúy khỏe hẳn rồi, tuần sau sẽ đi làm lại.
HÒA BÌNH là tên một thành phố bên sông Đà.
Tùy bạn thôi, ủy ban xã hay huyện đều nhận hồ sơ.
Từ này bị chèn ký tự vô hình ở giữa.
Dấu cách ở đây là loại không ngắt.
Giá vé 25.000 đồng, miễn phí cho trẻ nhỏ.
Văn bản chép từ trang web hay lẫn dấu chỉ hướng viết.
Chữ ký và con dấu phải rõ ràng, không tẩy xóa.
Tiến về phía trước, đừng ngoảnh lại.
Giáo viên giỏi không chỉ dạy chữ mà còn dạy làm người.
Toàn đội hoàn thành khóa huấn luyện trong quý ba.
Thuở nhỏ, tôi thường ngồi trên thềm đếm từng giọt mưa.
Nguyễn Huyền Trang quyết tâm học thuộc cả quyển sách.
Hết trang này mời bạn xem tiếp trang sau.
END
}

messy_becomes_clean() { "$BON" normalize -q "$sample/messy.txt" | diff - <(messy_in_clean); }
others_stay_as_they_are() {
    local file
    for file in "$sample"/*.txt; do
        [ "${file##*/}" = messy.txt ] || "$BON" normalize -q "$file" | cmp - "$file" || return 1
    done
}
kept_out_lines_are_not_in_the_model_text() {
    ! register_files | xargs -d '\n' cat | grep -Fx -f "$sample/heldout.txt" -f "$sample/page.txt"
}
# but for the end of các-bô-níc, whose rhyme no Vietnamese word has
words_with_marks_are_syllables() {
    ! "$BON" segment -q --tsv "$sample"/[!m]*.txt | awk -F'\t' '$3 == "word" && $4 != "níc" { print $4 }' | grep '[^ -~]'
}

check 'messy.txt is repaired' messy_becomes_clean
check 'the other files are clean already' others_stay_as_they_are
check 'kept-out lines are not in the model text' kept_out_lines_are_not_in_the_model_text
check 'every word with marks is a syllable' words_with_marks_are_syllables

# ---- the demo ----

check 'a model is made from the sample' make_model
check 'the demo runs on the sample' demo
check 'it repairs the messy lines' says 'messy.txt +25 lines; repaired: .*tone-place'
check 'it builds a model' says 'n-grams +[0-9]+ 1-grams, [0-9]+ 2-grams, [0-9]+ 3-grams'
check 'it reports the perplexity of the 60 lines' says 'kept out +60 lines'
check 'a perplexity is a number above 1' says 'perplexity +[1-9][0-9]+\.[0-9], '
check 'the typed page has no marks' says 'typed +Sang chu nhat, toi day som hon moi ngay vi da hen voi ong di cho que\.$'
check 'the restored page has some' says 'restored +Sáng chủ nhật, '
check 'it reports the accuracy' says 'accuracy +[0-9]+\.[0-9]+ % of [0-9]+ syllables'
check 'it leaves no file behind' nothing_left_behind

# ---- a text of one's own ----

mkdir own 'own folder'
for i in 1 2 3; do cat "$sample/story.txt" > "own folder/part $i.txt"; done
"$BON" normalize -q "$sample/news.txt" | gzip > own/news.txt.gz
export CORPUS
CORPUS='own folder' check 'a folder with a blank in its name' demo
check 'a tenth of its 150 lines is kept out' says 'kept out +15 lines'
CORPUS=own/news.txt.gz check 'a compressed file by a relative path' demo
check 'a page of kept-out lines is restored' says 'accuracy +[0-9]'

# ---- what is missing ----

: > own/empty
printf '\n  \n\n' > own/blank
printf 'một dòng\nhai dòng\n' > own/short
head -c 2000 own/news.txt.gz > own/cut.gz
mkdir nothing
CORPUS=own/none check 'a missing corpus' refuses 'own/none does not exist'
CORPUS=own/empty check 'an empty corpus' refuses 'holds no text'
CORPUS=own/blank check 'a blank corpus' refuses 'holds no text'
CORPUS=own/short check 'a corpus of two lines' refuses 'fewer than ten lines'
CORPUS=own/cut.gz check 'a corpus that was cut off' refuses 'own/cut.gz: '
CORPUS=nothing check 'a folder without text' refuses 'holds no .txt'
if [ "$(id -u)" != 0 ]; then
    cp own/short own/secret && chmod 000 own/secret
    CORPUS=own/secret check 'an unreadable corpus' refuses 'cannot read'
fi
unset CORPUS
BON=$work/none check 'no command' refuses 'no command at .*make'
BON_MODEL=$work/none check 'no model' refuses 'no model at .*make model'
check 'no file is left behind by failures' nothing_left_behind

printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
