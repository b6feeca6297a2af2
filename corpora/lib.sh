# lib.sh: what the recipes of models share; sourced by them with `bon`, `scratch` and LEAVE_OUT set: the good lines of the training
# text, and how often each register is repeated.

# Text converted word for word from Chinese, whose word order is not Vietnamese, is left out.
leave_out=${LEAVE_OUT-lit_webnovel_converted}

# Registers that people type most are scarce in the corpus and formulas plentiful: file pattern, copies for the n-grams (but
# for those of a full model, where copies only spoil the discounts), copies for what learns marks from the words around.
weights='social_*|3|3
lit_classic|3|2
spoken_*|3|4
tech|3|2
lit_kieu|2|2
lit_lightnovel|2|2
lit_poem|2|2
edu_*|1|0.5
law_*|1|0.33'

say() { printf '%-10s %s\n' "$1" "$2"; }

copies_of() { # name, column of weights
    local pattern row
    while IFS= read -r row; do
        pattern=${row%%|*}
        # shellcheck disable=SC2254
        case $1 in $pattern) cut -d'|' -f"$2" <<<"$row" && return ;; esac
    done <<<"$weights"
    echo 1
}

# Every line k times; for k below 1 evenly chosen ones.
copies() { "$bon" sample -q -k "$1" "$2"; } # k, file

# Writes every different line of $BON_CORPORA/train once, normalized, to $scratch/lines/NAME, a file for each of the corpus.
good_lines() {
    local file name
    mkdir "$scratch/lines"
    for file in "$BON_CORPORA"/train/*.txt*; do
        name=$(basename "$file")
        name=${name%%.*}
        case " $leave_out " in *" $name "*) continue ;; esac
        "$bon" normalize -q "$file" >"$scratch/good"
        "$bon" segment -q --fold "$scratch/good" | paste - "$scratch/good" | sed "s/^/$name\t/"
    done | awk -F'\t' -v to="$scratch/lines/" '
        !seen[$2]++ { lines++; print substr($0, length($1) + length($2) + 3) >(to $1) }
        END { printf "lines      %d different ones\n", lines }' >"$scratch/log"
    [ -n "$(ls "$scratch/lines")" ] || die "$BON_CORPORA/train has no .txt, .txt.gz or .txt.zst file"
    rm "$scratch/good"
    say files "$(find "$scratch/lines" -type f | wc -l)"
    cat "$scratch/log"
}
