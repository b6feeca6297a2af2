#!/usr/bin/env bash
# tests/cluster/run.sh BON: starts a Slurm of one node in a scratch folder (no systemd, no root needed), lets bon-slurm build a 4-gram
# model and deduplicate over 8 map and 3 merge tasks of which one is killed, submits again, and compares the bytes with those of one
# machine. Ends with `N passed, N failed`.
set -u
export LC_ALL=C.UTF-8
here=$(cd "$(dirname "$0")" && pwd)
export PATH=$PATH:/usr/sbin:/sbin
bon=$(realpath "$1")
slurm=$(realpath "$here/../../cmd/slurm/bon-slurm")
passed=0 failed=0
scratch=$(mktemp -d)
servers=()

finish() {
    for pid in "${servers[@]}"; do kill "$pid" 2>/dev/null; done
    for pid in "${servers[@]}"; do wait "$pid" 2>/dev/null; done
    rm -rf "$scratch"
}
trap finish EXIT

skip() {
    echo "check-cluster: skipped: $1"
    exit 0
}

check() { # NAME COMMAND...: one thing that must hold
    local name=$1
    shift
    if "$@" >"$scratch/check" 2>&1; then
        passed=$((passed + 1))
        echo "ok    $name"
    else
        failed=$((failed + 1))
        echo "FAIL  $name"
        tail -n 15 "$scratch/check"
    fi
}

# ---- the cluster ----

for program in munged slurmctld slurmd sbatch squeue scontrol; do
    command -v $program >/dev/null || skip "there is no $program"
done
cd "$scratch" || exit 1
mkdir state spool log
chmod 700 .
dd if=/dev/urandom of=munge.key bs=1024 count=1 status=none
chmod 600 munge.key
munged --foreground --force --num-threads=2 --socket="$scratch/munge.socket" --key-file="$scratch/munge.key" \
    --pid-file="$scratch/munge.pid" --log-file="$scratch/munge.log" --seed-file="$scratch/munge.seed" >log/munged 2>&1 &
servers+=($!)

name=$(hostname -s)
cat >slurm.conf <<CONF
ClusterName=bon
SlurmctldHost=$name(127.0.0.1)
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
SlurmctldPort=$((20000 + $$ % 10000))
SlurmdPort=$((30000 + $$ % 10000))
AuthType=auth/munge
AuthInfo=socket=$scratch/munge.socket
CredType=cred/munge
StateSaveLocation=$scratch/state
SlurmdSpoolDir=$scratch/spool
SlurmctldPidFile=$scratch/slurmctld.pid
SlurmdPidFile=$scratch/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SchedulerType=sched/builtin
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=100000
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
KillWait=1
ReturnToService=2
NodeName=$name NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$scratch/slurm.conf
slurmctld -D -c -f slurm.conf >log/slurmctld 2>&1 &
servers+=($!)
slurmd -D -N "$name" -f slurm.conf >log/slurmd 2>&1 &
servers+=($!)
for _ in $(seq 60); do
    sinfo -h -o %t 2>/dev/null | grep -qE '^(idle|mix|alloc)' && break
    sleep 0.5
done
if ! sinfo -h -o %t 2>/dev/null | grep -qE '^(idle|mix|alloc)'; then
    tail -n 5 log/*
    skip "no Slurm runs here: see above"
fi
echo "check-cluster: $(sinfo --version) on $(nproc) processors"

# ---- the text, and what one machine makes of it ----

awk 'BEGIN {
    srand(11)
    for (i = 0; i < 12000; i++) {
        if (i > 100 && rand() < 0.25) line = before[int(rand() * 100)]
        else { line = ""; for (n = 2 + int(rand() * 14); n > 0; n--) line = line " từ" int(rand() * rand() * rand() * 3000) }
        before[i % 100] = line
        print line
    }
}' >text
split -n l/3 text news.
"$bon" lm build -q -n 4 --definition --discount-fallback -o single.bonlm news.*
"$bon" dedup -o single.txt news.*
"$bon" dedup --near -o near.txt news.*

# The bon of the tasks: the one that has shard 5 for the first time dies at its work.
cat >mortal <<WRAPPER
#!/usr/bin/env bash
case " \$* " in
*' --shard 5/8 '*)
    if mkdir "$scratch/killed.\$1" 2>/dev/null; then
        "$bon" "\$@" &
        kill -9 \$!
        wait \$!
        exit
    fi
    ;;
esac
exec "$bon" "\$@"
WRAPPER
chmod +x mortal
export BON=$scratch/mortal

submit() { "$slurm" --shards 8 --parts 3 --wait "$@"; }
names_missing() { # a run that was submitted and lacks shard 5
    submit "$@"
    local status=$?
    [ "$status" = 75 ] || { echo "exit status $status instead of 75" && return 1; }
}
started=$SECONDS
lm=(--memory 64M lm -n 4 --discount-fallback -o cluster.bonlm -- news.aa news.ab news.ac)
check 'model: a killed map ends with 75' names_missing "${lm[@]}"
check 'model: the log names the shard' grep -q 'missing 5/8' cluster.bonlm.work/log/merge-0
check 'model: nothing was written' test ! -e cluster.bonlm
touch again
check 'model: submitted again' submit "${lm[@]}"
check 'model: the bytes of one machine' cmp single.bonlm cluster.bonlm
check 'model: only what was killed was mapped again' test "$(find cluster.bonlm.work/map -name '*.bonc' -newer again)" = cluster.bonlm.work/map/5.bonc

dedup=(dedup -o cluster.txt -- news.aa news.ab news.ac)
check 'dedup: a killed map ends with 75' names_missing "${dedup[@]}"
check 'dedup: submitted again' submit "${dedup[@]}"
check 'dedup: the bytes of one machine' cmp single.txt cluster.txt
if [ -z "${QUICK:-}" ]; then
    rm -r "killed.dedup"
    near=(dedup --near -o cluster.near -- news.aa news.ab news.ac)
    check 'near: a killed map ends with 75' names_missing "${near[@]}"
    check 'near: submitted again' submit "${near[@]}"
    check 'near: the bytes of one machine' cmp near.txt cluster.near
fi
echo "check-cluster: $((SECONDS - started)) s of jobs"
[ "$failed" = 0 ] || tail -n 20 log/*
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
