#!/usr/bin/env bash
# tests/gpu/check.sh BUILD ARCHS PROGRAM...: what can be said of the GPU's code without a GPU: in emulation and on the stand-in for
# CUDA its passes give the CPU's models; compiled by nvcc for ARCHS (empty: there is none), the command built with it says what is
# missing. Ends with `N passed, N failed`.
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$1 archs=$2
shift 2
bon=$build/cuda/bon
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export LC_ALL=C.UTF-8
passed=0 failed=0
report() { # NAME STATUS
    if [ "$2" -eq 0 ]; then
        passed=$((passed + 1))
        echo "ok    $1"
    else
        failed=$((failed + 1))
        echo "FAIL  $1"
        cat "$scratch/log"
    fi
}

for program in "$@"; do
    name=${program##*/}
    case $name in
    standin-nccl)
        "$here/run.sh" "$program" >"$scratch/log" 2>&1
        status=$?
        report "$name: $(tail -n 1 "$scratch/log")" $status
        ;;
    standin-lm)
        for how in "lm=GPU_STANDIN_EAGER=0" "lm, copies ahead=GPU_STANDIN_EAGER=1" "lm, not captured=GPU_STANDIN_CAPTURE=0"; do
            only=replay
            [ "${how%%=*}" = lm ] && only=
            env "${how#*=}" GPU_CHECK_ARGS="--small${only:+ --only $only}" "$here/run.sh" "$program" >"$scratch/log" 2>&1
            status=$?
            report "standin-${how%%=*}: $(tail -n 1 "$scratch/log")" $status
        done
        GPU_STANDIN_BYTES=100 "$program" --small >"$scratch/log" 2>&1
        grep -q 'no room for .* MiB .*--batch' "$scratch/log"
        report "$name with no memory says so" $?
        ;;
    standin-*)
        GPU_CHECK_ARGS=--small "$here/run.sh" "$program" >"$scratch/log" 2>&1
        status=$?
        report "$name: $(tail -n 1 "$scratch/log")" $status
        GPU_STANDIN_BYTES=3000000 GPU_CHECK_ARGS=--small "$here/run.sh" "$program" >"$scratch/log" 2>&1
        status=$?
        report "$name with 3 MB of memory: $(tail -n 1 "$scratch/log")" $status
        GPU_STANDIN_BYTES=100 "$program" --small >"$scratch/log" 2>&1
        grep -q 'no room for .* bytes .*--memory' "$scratch/log"
        report "$name with no memory says so" $?
        ;;
    check-*)
        GPU_CHECK_ARGS='--emulate --small' "$here/run.sh" "$program" >"$scratch/log" 2>&1
        status=$?
        report "$name in emulation: $(tail -n 1 "$scratch/log")" $status
        ;;
    esac
done
if [ -z "$archs" ]; then
    echo "check-cuda: there is no nvcc: nothing was compiled for a GPU"
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ]
    exit
fi

printf 'hôm nay trời đẹp\nhôm nay mưa\nngày mai trời đẹp\n' >"$scratch/text"
build_model() { "$bon" lm build -q -n 3 --discount-fallback -o "$scratch/$1.bonlm" --device "$1" "$scratch/text"; }
build_model cpu >"$scratch/log" 2>&1 && build_model emulate >>"$scratch/log" 2>&1 &&
    cmp "$scratch/cpu.bonlm" "$scratch/emulate.bonlm" >>"$scratch/log" 2>&1
report "$bon: --device emulate gives the model of --device cpu" $?

build_model cuda >"$scratch/log" 2>&1
status=$?
if [ "$status" -eq 0 ]; then
    cmp "$scratch/cpu.bonlm" "$scratch/cuda.bonlm" >"$scratch/log" 2>&1
    report "$bon: --device cuda gives the model of --device cpu" $?
    echo "check-cuda: there is a GPU here: make gpu-check compares it with the CPU"
else
    [ "$status" -eq 1 ] && [ ! -e "$scratch/cuda.bonlm" ] && grep -q 'no GPU that CUDA can use' "$scratch/log"
    report "$bon: --device cuda says that there is no GPU" $?
    echo "check-cuda: no GPU here: kernels were compiled (sm_${archs// /, sm_}), not run; make gpu-check runs them"
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
