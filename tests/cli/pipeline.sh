#!/usr/bin/env bash
# bon pipeline: what is done and what is kept, what is refused before anything runs, what is told when something fails, and what is left
# behind by a run that was stopped.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"

mkdir tin
for name in chợ sông núi; do for i in $(seq 200); do echo "Bài $i  kể chuyện $name, hoà bình số $((i * 7919 % 101))"; done >"tin/$name.txt"; done
gzip tin/núi.txt
cat >r.toml <<'END'
# Từ tin đến mô hình
[sources.tin]
files = "tin/*"

[steps.clean]
run = "normalize"
input = "tin"
output = "clean/{name}.txt"
for."chợ" = { tone-style = "new" }

[steps.unique]
run = "dedup"
input = "clean"
output = "unique.txt.zst"
report = ">most.tsv"
same = "letters"

[steps.tokens]
run = "segment"
input = "unique"
output = "tokens/all.txt"
fold = true

[steps.model]
run = "lm build"
input = "tokens"
output = "vi.bonlm"
order = 2
discount-fallback = true
END
same_files() { # FOLDER FOLDER: outputs and what the manifests say but for times
    diff -r --exclude=.bon --exclude=manifest.jsonl "$1" "$2" >diff.txt || unmet "$1 and $2 differ: $(head -c 300 diff.txt)"
    times='s/"started":"[^"]*","seconds":[0-9.]*//'
    diff <(sed "$times" "$1/manifest.jsonl") <(sed "$times" "$2/manifest.jsonl") >diff.txt || unmet "manifests differ: $(head -c 300 diff.txt)"
}
done_and_kept() { # DONE KEPT: of the last run
    [ "$(cut -d, -f2,3 counts)" = " \"run\": $1, \"kept\": $2" ] || unmet "counts: $(cat counts)"
}

# A first run makes what the commands make by hand; the second has nothing to do; -o and threads change no byte.
run bon pipeline run -q -j 3 --json counts r.toml
expect_status 0
expect_err ''
expect_out ''
done_and_kept 6 0
for name in sông núi; do gzip -dcf "tin/$name.txt"* | bon normalize | cmp -s - "r/clean/$name.txt" || unmet "clean/$name.txt"; done
bon normalize --tone-style new tin/chợ.txt | cmp -s - r/clean/chợ.txt || unmet 'clean/chợ.txt'
bon dedup --same letters -o by-hand.zst r/clean/{chợ,núi,sông}.txt
expect_same by-hand.zst r/unique.txt.zst
bon segment --fold by-hand.zst | bon lm build -q --discount-fallback -n 2 -o by-hand.bonlm
expect_same by-hand.bonlm r/vi.bonlm
expect_files r .bon clean manifest.jsonl most.tsv tokens unique.txt.zst vi.bonlm
expect_files r/.bon digests lock
[ "$(sed -n 4p r/manifest.jsonl | grep -o '"counters":{"texts": [0-9]*, "kept": [0-9]*')" = '"counters":{"texts": 600, "kept": 600' ] ||
    unmet "counters of dedup: $(sed -n 4p r/manifest.jsonl)"
if command -v xxh128sum >/dev/null; then
    grep -qF "$(xxh128sum <r/most.tsv | cut -c 1-32)" r/manifest.jsonl || unmet 'digests are not those of xxh128sum'
fi
cp -r r first
run bon pipeline run --json counts r.toml
expect_status 0
expect_err '^bon: r: 0 jobs done, 6 up to date'
done_and_kept 0 6
expect_same first/manifest.jsonl r/manifest.jsonl
for threads in 1 4; do
    run bon pipeline run -q -j $threads -o "made/$threads" r.toml
    expect_status 0
    same_files first "made/$threads"
done
run bon pipeline run -q --again --json counts r.toml
done_and_kept 6 0
same_files first r

# plan and status write nothing.
run bon pipeline plan r.toml
[ "$(cut -f 1 out | sort | uniq -c | tr -s ' \n' ' ')" = ' 6 keep 1 what ' ] || unmet "plan: $(cat out)"
run bon pipeline plan -o nowhere r.toml
expect_no_file nowhere
expect_out "$(printf 'what\tstep\tjob\twhy\nrun\tclean\tclean/chợ.txt\tnot done yet\nrun\tclean\tclean/núi.txt\tnot done yet\nrun\tclean\tclean/sông.txt\tnot done yet\nwait\tunique\tunique.txt.zst\treads clean/chợ.txt\nwait\ttokens\ttokens/all.txt\treads unique.txt.zst\nwait\tmodel\tvi.bonlm\treads tokens/all.txt')"
run bon pipeline status r.toml
[ "$(cut -f 1-3 out)" = "$(printf 'step\tjobs\tdone\nclean\t3\t3\nunique\t1\t1\ntokens\t1\t1\nmodel\t1\t1')" ] || unmet "status: $(cat out)"
mkdir -p by-hand/clean by-hand/tokens
run_shell 'bon pipeline plan --commands -o by-hand r.toml | bash'
expect_status 0
diff -r --exclude=.bon --exclude=manifest.jsonl by-hand r >diff.txt || unmet "by hand: $(cat diff.txt)"

# Some steps with what they need; others are left as they are.
run bon pipeline run -q --json counts -o some r.toml clean
done_and_kept 3 0
run bon pipeline status -o some r.toml unique
[ "$(cut -f 1-3 out)" = "$(printf 'step\tjobs\tdone\nclean\t3\t3\nunique\t1\t0')" ] || unmet "status: $(cat out)"
run bon pipeline run -q --json counts -o some r.toml
done_and_kept 3 3
run bon pipeline run -q --again --json counts -o some r.toml unique
done_and_kept 4 0
same_files first some
run bon pipeline run r.toml nowhere
expect_refusal 2 "r.toml has no step 'nowhere'"

# A change runs what it touches and, where the result is another, what follows.
sed -i 's/order = 2/order = 3/' r.toml
run bon pipeline plan r.toml
[ "$(tail -n 1 out)" = "$(printf 'run\tmodel\tvi.bonlm\tthe recipe changed')" ] || unmet "plan: $(cat out)"
run bon pipeline run -q --json counts r.toml
done_and_kept 1 5
echo 'Một bài mới' >>tin/sông.txt
run bon pipeline run -q --json counts r.toml
done_and_kept 4 2
sed -i 's/Một bài mới/Một  bài mới/' tin/sông.txt # which normalization levels: what follows is kept
run bon pipeline run -q --json counts r.toml
done_and_kept 1 5
rm r/tokens/all.txt
echo x >>r/unique.txt.zst
run bon pipeline plan r.toml
grep -q "$(printf 'run\tunique\tunique.txt.zst\tunique.txt.zst is not as it was made')" out || unmet "plan: $(cat out)"
run bon pipeline run -q --json counts r.toml
done_and_kept 2 4
sed -i 's/"bon":"[^"]*"/"bon":"0.0.9"/' r/manifest.jsonl
run bon pipeline plan r.toml
[ "$(grep -c 'made by bon 0.0.9' out)" = 3 ] || unmet "plan: $(cat out)"
echo 'nonsense' >r/manifest.jsonl
run bon pipeline run -q --json counts r.toml
expect_status 0
done_and_kept 6 0
rm -r r

# Sources with a format are imported; what reads them reads JSON lines. A folder as output; an input of its own for each.
printf '<mediawiki>\n<page><title>Chợ</title><ns>0</ns><id>1</id><revision><text>%s</text></revision></page>\n</mediawiki>\n' "$(seq -s ' ' 300)" >w.xml
cat >w.toml <<'END'
sources.wiki = {files = "w.xml", format = "wiki", min = 100}
sources.tin = {files = ["tin/*"], except = "tin/n*"}
steps.once = {run = "dedup", input = "wiki", output = "once.jsonl", json-field = "text"}
steps.model = {run = "lm build", input = "tin", output = "m.bonlm", order = 1, discount-fallback = true}
steps.score = {run = "lm query", input = ["model", "tin"], each = "tin", output = "score/{name}.tsv"}
steps.bpe = {run = "tokenizer train", input = "tin", output = "t.json", vocab = 300}
steps.gpt = {run = "tokenizer export", input = "bpe", output = "gpt/", to = "gpt2"}
END
for _ in 1 2; do
    run bon pipeline run -q -o w --again w.toml
    expect_status 0
    expect_err ''
done
run bon pipeline run -q -o w --json counts w.toml
done_and_kept 0 7
bon import wiki --min 100 w.xml | cmp -s - w/once.jsonl || unmet 'once.jsonl'
expect_files w/score chợ.tsv sông.tsv
echo more >>w/gpt/vocab.json
run bon pipeline run -q -o w --json counts w.toml
done_and_kept 1 6

# A command that itself writes a file for every input; files behind a prefix, of another step.
cat >e.toml <<'END'
sources.tin.files = "tin/*"
steps.once = {run = "dedup", input = "tin", each = false, same = "letters", output = "once/{name}.txt", report = ">most"}
steps.model = {run = "lm build", input = "once", order = 2, discount-fallback = true, output = "m.bonlm"}
steps.good = {run = "filter", input = "once", lm = ["tin=<model"], band = "tin=..100000", rejected = ">out/{name}", output = "good/{name}"}
steps.half = {run = "sample", input = ["good", "good.rejected"], times = 0.5, output = "half"}
END
run bon pipeline run -q -o e --json counts e.toml
expect_status 0
expect_err ''
done_and_kept 6 0
expect_files e .bon good half m.bonlm manifest.jsonl most once out
expect_files e/once chợ.txt núi.txt sông.txt
bon dedup --same letters tin/* | cmp -s - <(cat e/once/*) || unmet 'e/once'
cat e/good/* e/out/* | LC_ALL=C sort | cmp -s - <(LC_ALL=C sort e/once/*) || unmet 'good and rejected'
run bon pipeline run -q -o e --json counts e.toml
done_and_kept 0 6

# No option has the name of a key that is the recipe's own.
for name in $(bon --list-commands); do
    for command in "$name" $(bon "$name" --list-options | grep -v '^-' | sed "s/^/$name@/"); do
        IFS=@ read -ra words <<<"$command"
        ! bon "${words[@]}" --list-options | grep -qE '^--(run|input|each|for)([=[]|$)' || unmet "an option of bon ${words[*]}"
    done
done

# What is wrong with a recipe is told with its place, and nothing is run or made.
refuse() { # STATUS PATTERN RECIPE
    printf '%s\n' "$3" >bad.toml
    run bon pipeline run -o bad bad.toml
    expect_refusal "$1" "$2"
    expect_no_file bad
}
S='sources.t.files = "tin/*"'
refuse 2 "^bon: bad.toml:2:39: bon has no command 'normalise'; see 'bon --help'" "$S
steps.a = {input = 't', output = 'x', run = 'normalise'}"
refuse 2 "^bon: bad.toml:2:39: bon has no command 'lm biuld'; did you mean 'lm build'\?" "$S
steps.a = {input = 't', output = 'x', run = 'lm biuld'}"
refuse 2 "^bon: bad.toml:2:39: a step of a pipeline cannot be a pipeline" "$S
steps.a = {input = 't', output = 'x', run = 'pipeline run'}"
refuse 2 "^bon: bad.toml:5:1: bon dedup has no option 'treshold'; did you mean 'threshold'\?" "$S
[steps.a]
run = 'dedup'
near = true
treshold = 0.8
input = 't'
output = 'x'"
refuse 2 "bad.toml:2:54: that is the value of 'threshold' here" "$S
steps.a = {run = 'dedup', input = 't', output = 'x', threshold = 8}"
refuse 2 "'near' of bon dedup is true or false" "$S
steps.a = {run = 'dedup', input = 't', output = 'x', near = 1}"
refuse 2 "'threshold' of bon dedup needs a value: J" "$S
steps.a = {run = 'dedup', input = 't', output = 'x', threshold = true}"
refuse 2 "'report' of bon dedup names a file: write \">PATH\"" "$S
steps.a = {run = 'dedup', input = 't', output = 'x', report = 'y'}"
refuse 2 "'unit' of bon dedup names no file" "$S
steps.a = {run = 'dedup', input = 't', output = 'x', unit = '>line'}"
refuse 2 "'threads' is no option of a step" "$S
steps.a = {run = 'dedup', input = 't', output = 'x', threads = 3}"
refuse 2 "bad.toml:2:[0-9]+: bon normalize has no option 'fom'; did you mean '" "$S
steps.a = {run = 'normalize', input = 't', output = '{name}', for.x = {fom = 'nfd'}}"
refuse 2 "bon telex forget has no output" "$S
steps.a = {run = 'telex forget', input = 't', output = 'x'}"
refuse 2 "bad.toml:1:[0-9]+: bon has no command 'import wikis'; did you mean 'import wiki'" "sources.t = {files = 'tin/*', format = 'wikis'}
steps.a = {run = 'dedup', input = 't', output = 'x'}"
refuse 1 "^bon: bad.toml:1:11: no file is there for './nowhere\*'" "sources.t.files = 'nowhere*'
steps.a = {run = 'dedup', input = 't', output = 'x'}"
refuse 1 "bad.toml:3:7: steps 'a' and 'b' would both write 'x'" "$S
steps.a = {run = 'dedup', input = 't', output = 'x'}
steps.b = {run = 'count', input = 'a', output = 'x'}"
refuse 1 "bad.toml:3:27: steps need each other in a circle: 'a' needs 'b' needs 'a'" "$S
steps.a = {run = 'dedup', input = 'b', output = 'x'}
steps.b = {run = 'count', input = 'a', output = 'y'}"
refuse 1 "^bon: bad.toml:2:2: expected a key" "$S
["
run bon pipeline run nowhere.toml
expect_refusal 1 '^bon: nowhere.toml: .*No such file'
run bon pipeline run
expect_status 2
run bon pipeline
expect_status 2

# A job that fails: which, its command line ready to be typed, its words; what does not depend on it is still there with -k.
printf '{"text":"a"}\n{"text":' >broken.jsonl
cat >f.toml <<'END'
sources.bad.files = "broken.jsonl"
sources.tin.files = "tin/*"
steps.fails = {run = "dedup", input = "bad", output = "o/x y", json-field = "text"}
steps.after = {run = "count", input = "fails", output = "n"}
steps.fine = {run = "dedup", input = "tin", output = "u"}
END
run bon pipeline run -j 1 -o f f.toml
expect_refusal 1 "^bon: f.toml:3: step 'fails' failed at o/x y: exit status 1"
expect_err "^bon:   bon dedup --json-field=text '--output=f/o/x y' -- broken.jsonl$"
expect_err '^bon:   \| bon: broken.jsonl:2: malformed JSON at offset 21'
expect_err '0 jobs done, 0 up to date, 1 failed, 2 left; run again to go on'
expect_files f .bon
run bon pipeline run -q -k -o f f.toml
expect_status 1
expect_files f .bon manifest.jsonl u
printf '{"text":"a"}\n' >broken.jsonl
run bon pipeline run -q -o f --json counts f.toml
expect_status 0
done_and_kept 2 1

# Disks that are full, folders that cannot be had: nothing half-written, nothing said to be done.
run_shell 'ulimit -f 8; bon pipeline run -o full r.toml'
expect_status 1
expect_err 'File too large'
[ -z "$(find full -type f ! -path '*/.bon/*' -size 0)" ] || unmet 'an empty file'
for file in full/clean/*; do [ ! -e "$file" ] || cmp -s "$file" "first/${file#full/}" || [[ $file == */sông.txt ]] || unmet "$file is half written"; done
run bon pipeline run -q -o full r.toml
expect_status 0
echo >file
run bon pipeline run -o file/x r.toml
expect_refusal 1 '^bon: file/x: .*Not a directory'
run bon pipeline run --json nowhere/x r.toml
expect_refusal 1 '^bon: nowhere/x'
mkdir -p dir/unique.txt.zst
run bon pipeline run -q -o dir r.toml
expect_refusal 1 'dir/unique.txt.zst: .*directory'

# Two runs in one folder; a run that is stopped; a child that is killed. A background job of a script ignores SIGINT, and so would bon: env
# gives it back.
awk 'BEGIN { srand(3); for (i = 0; i < 150000; i++) { for (k = 0; k < 8; k++) printf "w%d ", int(rand() * rand() * 5000); print "" } }' >random
cat >s.toml <<'END'
sources.random.files = "random"
sources.tin.files = "tin/*"
steps.slow = {run = "lm build", input = "random", output = "slow.bonlm", order = 6, discount-fallback = true}
steps.fine = {run = "normalize", input = "tin", output = "fine/{name}"}
END
slow_child() { # sets child to the process of the slow job
    for child in $(cat "/proc/$pid/task/$pid/children" 2>/dev/null); do
        grep -qs slow.bonlm "/proc/$child/cmdline" && return
    done
    return 1
}
# The slow job is held as soon as it is seen, so that nothing below depends on how long it would take; all others end.
start() {
    env --default-signal=INT bon pipeline run -q -j 2 -o s s.toml >out 2>err &
    pid=$!
    for _ in $(seq 3000); do
        slow_child && kill -s STOP "$child" && break
        sleep 0.01
    done
    for _ in $(seq 3000); do
        [ "$(grep -c job s/manifest.jsonl 2>/dev/null)" = 3 ] && return
        sleep 0.02
    done
    unmet "the slow job was not caught: $(cat s/manifest.jsonl err)"
}
expect_stopped() { # SIGNAL STATUS
    last="SIG$1 to a run"
    start
    kill -s "$1" "$pid"
    { wait "$pid"; } 2>/dev/null
    status=$?
    expect_status "$2"
    expect_files s .bon fine manifest.jsonl
    expect_files s/.bon digests lock
    [ "$(wc -l <s/manifest.jsonl)" = 3 ] || unmet "manifest: $(cat s/manifest.jsonl)"
}
expect_stopped TERM 143
expect_stopped INT 130
expect_stopped HUP 129
start
last='a second run'
bon pipeline run -q -o s r.toml >out2 2>err2 && unmet 'a second run went ahead'
grep -q "^bon: s: another run (process $pid) works in this folder" err2 || unmet "second run: $(cat err2)"
bon pipeline status -o s s.toml 2>&1 | grep -q '^bon: s: a run is going on' || unmet 'status does not see the run'
last='a child that is killed'
kill -s KILL "$child"
wait "$pid"
status=$?
expect_status 1
expect_err "step 'slow' failed at slow.bonlm: killed by signal 9 \(Killed\)"
# Killed with its children, in the middle of what it writes; its leavings are removed.
start
kill -s KILL "$pid"
{ wait "$pid"; } 2>/dev/null
mkdir -p s/.bon/tmp/77
echo half >s/.bon/tmp/77/slow.bonlm
printf '{"job":"half' >>s/manifest.jsonl
run bon pipeline run -q -o s --json counts s.toml
expect_status 0
done_and_kept 1 3
run bon pipeline run -q -o s2 s.toml
same_files s s2
expect_files s/.bon digests lock
