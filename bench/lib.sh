# shellcheck shell=bash
# bench/lib.sh: what every benchmark script sources: a scratch folder, `measure`, medians.
#
#   . "$(dirname "$0")/lib.sh"
#   for i in 1 2 3; do measure "$scratch/bon" "$BON" normalize FILE; done >/dev/null
#   median "$scratch/bon" 2          # column: 1 wall s, 2 CPU s, 3 peak RSS MiB

set -eu
export LC_ALL=C
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BON=${BON:-$root/build/bon}
[ -x "$BON" ] || { echo "bench: $BON is missing: run make first" >&2; exit 1; }
scratch=$(mktemp -d "${TMPDIR:-/tmp}/bon-bench.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
cc -O2 -o "$scratch/measure" "$root/bench/measure.c"

# need_corpora: skips the benchmark with a clear line when BON_CORPORA is not set.
need_corpora() {
    [ -n "${BON_CORPORA:-}" ] && [ -d "$BON_CORPORA/dev" ] && return 0
    echo "bench: skipped: set BON_CORPORA to a folder with train/ and dev/" >&2
    exit 0
}

# measure FILE CMD...: runs CMD and appends "wall TAB cpu TAB rss" to FILE.
measure() { "$scratch/measure" "$@"; }

# median FILE COLUMN
median() {
    cut -f"$2" "$1" | sort -g | awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'
}

# ratio A B: A / B with three digits.
ratio() { awk -v a="$1" -v b="$2" 'BEGIN {printf "%.3f", a / b}'; }

# network_of MODEL: the network that typing with a model uses (cmd/ime-common/network.c); - when there is none.
network_of() {
    local name
    for name in vi-small vi-tiny -; do [ -e "$(dirname "$1")/$name.bonnn" ] && break; done
    if [ "$name" = - ]; then echo -; else echo "$(dirname "$1")/$name.bonnn"; fi
}

# machine: one comment line that says where the figures come from.
machine() {
    printf '# %s, %s cores, %s, commit %s\n' \
        "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)" "$(date -u +%F)" \
        "$(git -C "$root" describe --always --dirty 2>/dev/null || echo none)"
}
