#!/usr/bin/env bash
# bon lm build --device: the emulation of a GPU gives the bytes that the CPU gives; a GPU that is not there is said to be missing.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"

bon normalize "$DATA/sentences.txt" | bon segment --fold >tokens
bon lm build -q -n 4 --discount-fallback --prune '0 0 1' -o cpu.bonlm tokens
for limit in '' '--memory 8M' '--memory 1G --temp /nowhere'; do
    # shellcheck disable=SC2086
    run bon lm build -q -n 4 --discount-fallback --prune '0 0 1' --device emulate $limit -o emulate.bonlm tokens
    expect_status 0
    expect_err ''
    expect_same cpu.bonlm emulate.bonlm
    rm -f emulate.bonlm
done

bon count -n 3 -o tokens.bonc tokens
bon lm build -q -n 3 --discount-fallback --counts -o cpu.bonlm tokens.bonc
run bon lm build -q -n 3 --discount-fallback --counts --device emulate -o emulate.bonlm tokens.bonc
expect_status 0
expect_same cpu.bonlm emulate.bonlm
rm -f emulate.bonlm

run bon lm build -n 3 --device emulate --memory 1M -o emulate.bonlm tokens
expect_status 1
expect_err 'the least is 8 MB'

# With CUDA and a GPU the model is the same; without either, nothing is left and the message says what to do.
run bon lm build -q -n 3 --discount-fallback --device cuda -o cuda.bonlm tokens
if [ "$status" = 0 ]; then
    bon lm build -q -n 3 --discount-fallback -o cpu.bonlm tokens
    expect_same cpu.bonlm cuda.bonlm
else
    expect_status 1
    expect_err '(built without CUDA|no GPU that CUDA can use).*leave out the device'
    [ ! -e cuda.bonlm ] || unmet 'a file was left'
fi
run bon lm build -n 3 --device gpu -o cuda.bonlm tokens
expect_status 2
