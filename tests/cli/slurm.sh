#!/usr/bin/env bash
# bon-slurm: the same bytes as from one machine, under every launcher that is here; sbatch is stood in for.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"
PATH=$TESTS/../cmd/slurm:$PATH
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
awk 'BEGIN { srand(2); for (i = 0; i < 1500; i++) { n = int(rand() * 9); line = ""; for (; n > 0; n--) line = line " từ" int(rand() * rand() * 90); print line } }' >'a text'
tail -n 300 'a text' >b
bon lm build -q -n 3 --definition --discount-fallback -o single.bonlm 'a text' b
bon count -n 2 -o single.bonc 'a text' b
bon dedup --same letters -o single.txt 'a text' b
bon dedup --near --threshold 0.6 -o near.txt 'a text' b
bon filter --rules none --words 4.. -o single.kept 'a text' b
bon stats -q -n 2 --html single.html --title X --top 5 -o single.tsv 'a text' b

# An sbatch that runs the tasks at once; it notes how it was called.
mkdir fake
cat >fake/sbatch <<'SH'
#!/usr/bin/env bash
echo "$*" >>sbatch.log
for word in "$@"; do
    case $word in
    --array=*) numbers=${word#--array=} ;;
    --output=*) log=${word#--output=} ;;
    --*) ;;
    *) break ;;
    esac
    shift
done
IFS=, read -ra list <<<"${numbers%%%*}"
for number in "${list[@]}"; do SLURM_ARRAY_TASK_ID=$number "$@" >"${log//%a/$number}" 2>&1 || status=$?; done
echo $((100 + RANDOM))
[[ $* ]] && exit ${status:-0}
SH
chmod +x fake/sbatch

check_model() {
    run bon-slurm --launcher "$1" --shards 5 --parts 2 --jobs 2 lm -n 3 --discount-fallback -o "$1.bonlm" -- 'a text' b
    expect_status 0
    expect_same single.bonlm "$1.bonlm"
}
check_dedup() {
    run bon-slurm --launcher="$1" --shards=4 --parts=3 dedup --same letters -o "$1.txt" -- 'a text' b
    expect_status 0
    expect_same single.txt "$1.txt"
}
check_rest() {
    run bon-slurm --launcher "$1" --shards 3 --memory 8M count -n 2 -o "$1.bonc" -- 'a text' b
    expect_status 0
    expect_same single.bonc "$1.bonc"
    run bon-slurm --launcher "$1" --shards 3 dedup --near --threshold 0.6 -o "$1.near" -- 'a text' b
    expect_status 0
    expect_same near.txt "$1.near"
    run bon-slurm --launcher "$1" --shards 3 filter --rules none --words 4.. -o "$1.kept" -- 'a text' b
    expect_status 0
    expect_same single.kept "$1.kept"
    run bon-slurm --launcher "$1" --shards 12 stats -n 2 --html "$1.html" --title=X --top 5 -o "$1.tsv" -- 'a text' b
    expect_status 0
    expect_same single.tsv "$1.tsv"
    expect_same single.html "$1.html"
}
check_model local
check_dedup local
check_rest local
# Programs that are not installed are not asked for.
if command -v parallel >/dev/null; then check_dedup parallel; fi
if command -v mpirun >/dev/null; then check_model mpirun; fi
real_path=$PATH
PATH=$PWD/fake:$PATH
check_model slurm
check_dedup slurm
grep -q -- '--job-name=bon-map --array=0,1,2,3,4%2 --output=.*/slurm.bonlm.work/log/map-%a .*--task map' sbatch.log || unmet 'no array of maps'
grep -q -- '--job-name=bon-finish --array=0%2 .*--dependency=afterany:[0-9]* ' sbatch.log || unmet 'no dependency'

# Nothing is done twice; what was lost is made again, and only that.
: >sbatch.log
run bon-slurm --shards 5 --parts 2 --jobs 2 lm -n 3 --discount-fallback -o slurm.bonlm -- 'a text' b
expect_status 0
[ -s sbatch.log ] && unmet 'finished tasks were submitted'
rm slurm.bonlm slurm.bonlm.work/map/3.bonc slurm.bonlm.work/part/*
run bon-slurm --shards 5 --parts 2 --jobs 2 --sbatch '--partition=short --time=5' --wait lm -n 3 --discount-fallback -o slurm.bonlm -- 'a text' b
expect_status 0
expect_same single.bonlm slurm.bonlm
grep -q -- 'bon-map --array=3%2 .*--partition=short --time=5' sbatch.log || unmet 'other tasks than the lost one were submitted'

# A map that is not there, when the jobs come to it: exit 75, by name.
rm slurm.bonlm slurm.bonlm.work/map/3.bonc slurm.bonlm.work/part/*
cat >fake/sbatch.loses <<'SH'
#!/usr/bin/env bash
case $* in *bon-map*) echo 7 ;; *) exec "${0%/*}/sbatch.runs" "$@" ;; esac
SH
chmod +x fake/sbatch.loses
mv fake/sbatch fake/sbatch.runs
mv fake/sbatch.loses fake/sbatch
run bon-slurm --shards 5 --parts 2 --jobs 2 --wait lm -n 3 --discount-fallback -o slurm.bonlm -- 'a text' b
expect_status 75
expect_err 'missing 3/5'
expect_no_file slurm.bonlm
PATH=$real_path

# A shard that cannot be put behind the others, on a full disk: no output that lacks it.
mkdir broken
printf '#!/bin/sh\ncase $1 in */out/1) exit 1 ;; esac\nexec %s "$@"\n' "$(command -v cat)" >broken/cat
chmod +x broken/cat
PATH=$PWD/broken:$PATH
run bon-slurm --launcher local --shards 3 dedup --same letters -o torn.txt -- 'a text' b
expect_status 1
expect_err 'not finished: gather 0'
expect_no_file torn.txt
PATH=$real_path

# A task that fails.
run bon-slurm --launcher local --shards 2 dedup --json-field text -o failed -- 'a text'
expect_status 1
expect_err 'malformed JSON'
expect_err 'not finished: map 0 1'
expect_no_file failed

run bon-slurm --launcher local --shards 6 --parts 2 --jobs 2 lm -n 3 --discount-fallback -o local.bonlm -- 'a text' b
expect_refusal 1 'was begun with other parameters'
run bon-slurm --launcher local lm -o x
expect_refusal 2 'no files'
run bon-slurm --launcher local lm -- b
expect_refusal 2 'say where to'
run bon-slurm --launcher teleport lm -o x -- b
expect_refusal 2 'none of slurm, parallel'
for option in -o -n --output --order --html --top; do
    run bon-slurm stats -o x $option
    expect_refusal 2 "$option: its argument is missing"
done
run bon-slurm --shards 0 lm -o x -- b
expect_refusal 2 "'0' is not a number"
run bon-slurm --what
expect_refusal 2 "unknown option or command '--what'"
run bon-slurm
expect_refusal 2 'which command'
run bon-slurm --help
expect_status 0
grep -oE -e '--[a-z]+' out | sort -u >named
while read -r option; do
    grep -q -e "^\.BR .*${option//-/\\\\-}" "$TESTS/../cmd/slurm/bon-slurm.1" || unmet "bon-slurm.1 does not name $option"
done <named
if command -v shellcheck >/dev/null; then
    run shellcheck "$TESTS/../cmd/slurm/bon-slurm"
    expect_status 0
fi
