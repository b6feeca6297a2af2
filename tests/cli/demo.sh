# corpora/demo.sh as a user meets it: on the sample text, on a file of one's own, and where something is missing. And the
# sample text itself: clean where it says so, repaired where not. The model that restores marks is made here from the
# sample, so that the test does not hang on the shipped one.
. "$TESTS/cli/support/assert.sh"

sample=$TESTS/../corpora/sample
mkdir tmp
export BON TMPDIR=$PWD/tmp BON_MODEL=$PWD/sample.bonlm
unset CORPUS

demo() { run "$TESTS/../corpora/demo.sh"; }
expect_says() { grep -qE -- "$1" out || unmet "does not say '$1': $(cat out)"; }

register_files() {
    find "$sample" -name '*.txt' ! -name heldout.txt ! -name page.txt ! -name messy.txt | sort
}

# ---- the sample text ----

# What the lines of messy.txt say, written anew.
cat > messy.clean << 'END'
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
run bon normalize "$sample/messy.txt"
expect_status 0
expect_out_file messy.clean

for file in "$sample"/[!m]*.txt; do
    run bon normalize "$file"
    expect_out_file "$file"
done

register_files | xargs -d '\n' cat > registers
run grep -Fx -f "$sample/heldout.txt" -f "$sample/page.txt" registers
expect_out '' # lines kept out are not in the model text

# Every Vietnamese word is a syllable, but for the end of các-bô-níc, whose rhyme no Vietnamese word has.
run_shell "bon segment --tsv '$sample'/[!m]*.txt | awk -F'\t' '\$3 == \"word\" && \$4 != \"níc\" { print \$4 }' | grep '[^ -~]'"
expect_out ''

# ---- the demo on it ----

run_shell "bon segment -q --fold registers | bon lm build -q -n 3 --discount-fallback --candidates 1 -o sample.bonlm"
expect_status 0

demo
expect_status 0
expect_err ''
expect_says 'messy.txt +25 lines; repaired: [0-9]+ compose, [0-9]+ d-stroke, [0-9]+ tone-place'
expect_says 'n-grams +[0-9]+ 1-grams, [0-9]+ 2-grams, [0-9]+ 3-grams'
expect_says 'kept out +60 lines'
expect_says 'perplexity +[1-9][0-9]+\.[0-9], [1-9][0-9]+\.[0-9] without'
expect_says 'typed +Sang chu nhat, toi day som hon moi ngay vi da hen voi ong di cho que\.$'
expect_says 'restored +Sáng chủ nhật, '
expect_says 'accuracy +[0-9]+\.[0-9]+ % of [0-9]+ syllables'

# ---- on a text of one's own ----

mkdir 'own folder'
for part in 1 2 3; do cp "$sample/story.txt" "own folder/part $part.txt"; done
gzip -c "$sample/news.txt" > news.txt.gz
CORPUS='own folder' demo
expect_status 0
expect_says 'kept out +15 lines' # a tenth of 150
CORPUS=news.txt.gz demo
expect_status 0
expect_says 'accuracy +[0-9]'

# ---- where something is missing ----

expect_failure() {
    expect_status 1
    expect_err "$1"
}

: > empty
printf '\n  \n\n' > blank
printf 'một dòng\nhai dòng\n' > short
head -c 2000 news.txt.gz > cut.gz
mkdir nothing
CORPUS=none demo
expect_failure '^demo: CORPUS=none does not exist'
CORPUS=empty demo
expect_failure '^demo: .*empty holds no text'
CORPUS=blank demo
expect_failure '^demo: .*blank holds no text'
CORPUS=short demo
expect_failure '^demo: .*short has fewer than ten lines'
CORPUS=nothing demo
expect_failure '^demo: .*nothing holds no .txt'
CORPUS=cut.gz demo
expect_failure '^bon: .*cut.gz: '
if [ "$(id -u)" != 0 ]; then
    cp short secret && chmod 000 secret
    CORPUS=secret demo
    expect_failure '^demo: cannot read .*secret'
fi
BON=$PWD/none demo
expect_failure '^demo: no command at .*make'
BON_MODEL=$PWD/none demo
expect_failure "^demo: no model at .*'make model'"

expect_files tmp # every run took its temporary folder away
