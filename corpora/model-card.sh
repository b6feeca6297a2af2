#!/usr/bin/env bash
# model-card.sh: prints the card of a model, as models/README.md has it: what it is made of, how to make it again, how good it is.
#   BON_CORPORA=DIR [SIZE=16M ORDER=4] corpora/model-card.sh MODEL.bonlm >FILE.md
# Every figure is measured now: accuracy and speed by bench/restore.sh, sources and licences from DIR/MANIFEST.tsv.
set -euo pipefail
export LC_ALL=C

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
model=${1:?usage: model-card.sh MODEL.bonlm}
corpora=${BON_CORPORA:?set BON_CORPORA to the folder with train/, dev/ and MANIFEST.tsv}
leave_out=${LEAVE_OUT-lit_webnovel_converted}
export BON=${BON:-$root/build/bon}
figures=$(mktemp)
trap 'rm -f "$figures"' EXIT
# The commit that the file came with; for a file that is not in the repository, the one that bon was built from.
commit=$(git -C "$root" log -1 --format=%h -- "$(realpath "$model")" 2>/dev/null || true)
[ -n "$commit" ] || commit=$(git -C "$root" describe --always --dirty)
MODEL=$model "$root/bench/restore.sh" >"$figures"

# A TSV table on standard input as Markdown.
markdown() {
    awk -F'\t' '{ gsub(/\|/, "\\|"); row = "|"; for (i = 1; i <= NF; i++) row = row " " $i " |"; print row }
                NR == 1 { rule = "|"; for (i = 1; i <= NF; i++) rule = rule " --- |"; print rule }'
}

cat <<END
# $(basename "$model")

The model that \`bon restore\` uses when it is given no other: n-grams of Vietnamese syllables, words, numbers and signs with
modified Kneser-Ney smoothing, an index from plain forms (\`duong\`) to the words they may stand for (\`đường\`, \`dương\`, ...), and
a tagger: weights of what the plain words on both sides, and capitals, say about each. It holds statistics, no text. Formats:
[docs/bonlm-format.md](../docs/bonlm-format.md), [docs/restore-index-format.md](../docs/restore-index-format.md).

| | |
| --- | --- |
| size | $(stat -c %s "$model") bytes |
| sha256 | \`$(sha256sum "$model" | cut -d' ' -f1)\` |
| made by | \`BON_CORPORA=DIR make model ORDER=${ORDER:-4} SIZE=${SIZE:-16M}\` ([corpora/build-model.sh](../corpora/build-model.sh)) as of commit $commit: the same text gives the same bytes |
| figures by | \`BON_CORPORA=DIR bench/restore.sh\` |

What \`bon lm info\` says of it:

\`\`\`
$("$BON" lm info "$model" | tail -n +2)
\`\`\`

## How good it is

Marks are stripped from good text, restored and compared: accuracy in percent, ± half the width of the 95 % interval. Tokens are
letter runs, and signs outside ASCII as the baseline counts them. \`unigram\`, \`bigram\` and \`baseline\` (4-grams) are plain
unpruned models of the same text; \`baseline\` is thirty times the size. \`difference\` is that from the baseline.
None of these files was trained on.

$(sed -n '/^file/,/^difference/p' "$figures" | markdown)

$(sed -n '/^what/,$p' "$figures" | markdown)

What to expect: law, news and encyclopedia are at home here; prose of the 1930s and names are hard: what decides is often in no
word near. A text about one thing (a class, a hero) is restored better with \`--adapt\`. Chat with abbreviations, and text without
any punctuation, are poorly covered by the sources. [docs/restore-errors.md](../docs/restore-errors.md) has the errors.

## What it is made of

The texts below, normalized, every different line once, sentence by sentence; registers that people type most several times, formulaic
ones less (the table of weights in [corpora/lib.sh](../corpora/lib.sh)). For the n-grams the text is folded: lower case, old tone
placement, all numbers as one token.
Licences are as the sources state them; the texts themselves are not part of this project.

$(awk -F'\t' -v out=" $leave_out " '
    NR == 1 { print "file\tkind\tsource\tcommit\tlicence as stated\tsyllables"; next }
    $1 ~ /^train\// {
        name = $1; sub(/^train\//, "", name); sub(/\.txt.*/, "", name)
        if (index(out, " " name " ") == 0) print name "\t" $2 "\t" $3 "\t" substr($4, 1, 12) "\t" $5 "\t" $8
    }' "$corpora/MANIFEST.tsv" | markdown)
END
