#!/usr/bin/env bash
# tests/long/pipeline_kill.sh BON MOMENTS: runs a recipe undisturbed, then again for every moment: the run and all its children are
# killed (SIGKILL to their process group) at a random moment of it, one in each of MOMENTS equal parts of the time it takes, and run again. Then every
# output is byte for byte that of the undisturbed run, the manifest but for its times too, and nothing else is left. What stands under the name
# of an output right after the kill is whole already. Every fifth moment is one of several kills in a row.
#   SEED=N   other moments
# Ends with `N passed, N failed`.
set -u
export LC_ALL=C.UTF-8
bon=$(realpath "$1") moments=$2 seed=${SEED:-1}
sample=$(realpath "$(dirname "$0")/../../corpora/sample")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
passed=0 failed=0 hit=0

# A few megabytes: the sample's lines in many orders, with numbers in them so that they differ.
mkdir text
for name in chat family farm health law letters news recipes reviews school story tech travel verse; do
    awk -v seed="$seed" 'BEGIN { srand(seed) } { line[NR] = $0 }
        END { for (i = 0; i < 150 * NR; i++) printf "%s %d\n", line[1 + int(rand() * NR)], rand() * 300 }' "$sample/$name.txt" >"text/$name.txt"
done
cp "$sample/heldout.txt" held.txt
cat >recipe.toml <<'END'
[sources.text]
files = "text/*.txt"
[sources.held]
files = "held.txt"
[steps.clean]
run = "normalize"
input = "text"
output = "clean/{name}.txt.zst"
[steps.unique]
run = "dedup"
input = "clean"
output = "unique.txt.zst"
report = ">most.tsv"
[steps.near]
run = "dedup"
input = "unique"
output = "near.txt"
near = true
[steps.tokens]
run = "segment"
input = "near"
output = "tokens.txt"
fold = true
[steps.held-tokens]
run = "segment"
input = "held"
output = "held.tok"
fold = true
[steps.counts]
run = "count"
input = "tokens"
output = "counts.bonc"
order = 3
[steps.model]
run = "lm build"
input = "tokens"
output = "vi.bonlm"
arpa = ">vi.arpa.gz"
order = 4
discount-fallback = true
[steps.score]
run = "lm query"
input = ["model", "held-tokens"]
output = "score.tsv"
[steps.bpe]
run = "tokenizer train"
input = "unique"
output = "tokenizer.json"
vocab = 2000
[steps.export]
run = "tokenizer export"
input = "bpe"
output = "gpt2/"
to = "gpt2"
END

run() { "$bon" pipeline run -q -j 2 -o "$1" recipe.toml; }
now() { echo "${EPOCHREALTIME/[.,]/}"; } # microseconds

# Starts a run in a process group of its own and kills the group so many microseconds later. False: it was over before.
run_and_kill() { # FOLDER MICROSECONDS
    local pid
    setsid "$bon" pipeline run -q -j 2 -o "$1" recipe.toml 2>>log &
    pid=$!
    sleep "$(printf '%d.%06d' $(($2 / 1000000)) $(($2 % 1000000)))"
    kill -KILL -- "-$pid" 2>/dev/null
    { wait "$pid"; } 2>/dev/null
    [ $? = 137 ]
}

# The same from the beginning, earlier and earlier until it meets a run: the machine may have become faster.
run_and_meet() { # FOLDER MICROSECONDS
    local moment=$2
    while ((moment > 1000)); do
        rm -rf "$1"
        run_and_kill "$1" "$moment" && return
        moment=$((moment * 6 / 10))
    done
    return 1
}

# Outputs that are there, against those of the undisturbed run.
whole() { # FOLDER
    local file
    while IFS= read -r file; do
        cmp -s "$1/$file" "reference/$file" || { echo "half-written: $file"; return 1; }
    done < <(cd "$1" 2>/dev/null && find . -type f ! -path './.bon/*' ! -name manifest.jsonl)
}

without_times() { sed 's/"started":"[^"]*","seconds":[0-9.]*//' "$1/manifest.jsonl"; }

same() { # FOLDER
    diff -r --exclude=.bon --exclude=manifest.jsonl "$1" reference && diff <(without_times "$1") <(without_times reference) &&
        [ "$(cd "$1/.bon" && printf '%s ' *)" = 'digests lock ' ] && "$bon" pipeline run -q -o "$1" --json counts recipe.toml &&
        grep -q '"run": 0,' counts
}

# The shortest of three: machines are slower now and then, and a moment behind the end kills nothing.
duration=0
for _ in 1 2 3; do
    rm -rf reference
    begin=$(now)
    run reference || exit 1
    took=$(($(now) - begin))
    [ $((duration > 0 && duration < took)) = 1 ] || duration=$took
done
echo "undisturbed: $((duration / 1000)) ms, $(wc -l <reference/manifest.jsonl) jobs"

mapfile -t at < <(awk -v seed="$seed" -v n="$moments" -v d="$duration" \
    'BEGIN { srand(seed); for (i = 0; i < n; i++) printf "%d\n", d * (i + rand()) / n }')
for ((i = 0; i < moments; i++)); do
    kills=0
    run_and_meet killed "${at[i]}" && kills=1
    hit=$((hit + kills))
    if ((i % 5 == 4)); then # once or twice more, where the next run is
        for part in 1 3; do run_and_kill killed $((duration * part / 10)) && kills=$((kills + 1)); done
    fi
    if [ "$kills" -gt 0 ] && whole killed && run killed && same killed; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL  killed after $((at[i] / 1000)) ms ($kills kills)"
    fi
done
echo "$hit of $moments kills met a run"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
