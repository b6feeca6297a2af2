#!/usr/bin/env bash
# bench/calibration.sh: are the probabilities of restored words what they say? Expected calibration error by register, as it is
# and with a power fitted on the other half of the files (bench/restore_calibration.c), in percent points.
#   BON_CORPORA=DIR [MODEL=models/vi.bonlm] bench/calibration.sh
. "$(dirname "$0")/lib.sh"
need_corpora
model=${MODEL:-$root/models/vi.bonlm}
machine
printf '# model: %s, %s bytes\n' "$(basename "$model")" "$(stat -c %s "$model")"
cc -O2 -D_GNU_SOURCE -I"$root/include" -I"$root/src" -o "$scratch/calibration" "$root/bench/restore_calibration.c" \
    "$(dirname "$BON")/libbon.a" -lzstd -lz -lbz2 -licuuc -lpcre2-8 -lm -pthread
# The files that the baseline has figures of.
mapfile -t files < <(grep -v '^#' "$BON_CORPORA/BASELINE.tsv" | tail -n +2 | cut -f 1)
"$scratch/calibration" "$model" "${files[@]/#/$BON_CORPORA/dev/}"
