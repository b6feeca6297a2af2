#!/usr/bin/env bash
# tokenizer.json in @huggingface/tokenizers: 10,000 lines to the same ids. The lines are the sample texts, then the same with
# their words in other orders and cases (BON_CORPORA/dev too where it is set).
here=$(cd "$(dirname "$0")" && pwd)
package=@huggingface/tokenizers@0.2.0
library=$EXPORT/node_modules/@huggingface/tokenizers/dist/tokenizers.mjs
skip() {
    echo "$1"
    exit 77
}
command -v node >/dev/null || skip 'node is not installed'
if [ ! -f "$library" ]; then
    command -v npm >/dev/null || skip 'npm is not installed'
    timeout 120 npm install --prefix "$EXPORT" --no-audit --no-fund "$package" >npm.log 2>&1 ||
        skip "$package cannot be had from the npm registry"
fi
set -e
sample=("$here"/../../corpora/sample/*.txt)
[ -z "${BON_CORPORA:-}" ] || sample+=("$BON_CORPORA"/dev/*.txt)
# JavaScript takes U+FEFF for white space and U+0085 not, and strings there are UTF-16: such lines are left out.
cat "${sample[@]}" | iconv -c -f utf-8 -t utf-8 | LC_ALL=C grep -a -v -e "$(printf '\xef\xbb\xbf')" -e "$(printf '\xc2\x85')" >lines
LC_ALL=C.UTF-8 awk '{ line[NR] = $0 }
    END {
        srand(5)
        for (made = 0; made < 10000; made++) {
            if (made < NR) { print line[made + 1]; continue }
            n = split(line[int(rand() * NR) + 1], word, / /)
            text = ""
            for (i = 1 + int(rand() * 3); i <= n; i++) {
                w = word[rand() < 0.2 ? int(rand() * n) + 1 : i]
                if (rand() < 0.05) w = toupper(w)
                text = text (rand() < 0.1 ? "  " : " ") w
            }
            print rand() < 0.5 ? substr(text, 2) : text
        }
    }' lines >text
"$BON" tokenizer train -q --vocab 4000 -o tok.json lines
"$BON" tokenizer encode -t tok.json text >ids
"$BON" tokenizer export -o folder tok.json
node "$here/check_tokenizer.mjs" "$library" folder/tokenizer.json text ids
