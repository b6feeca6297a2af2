#!/usr/bin/env bash
# tests/run-cli.sh TEST BON: runs one test of the command in a fresh folder, with BON and PATH naming the command and
# TESTS this folder. The test exits 0 (passed), 77 (skipped; its last line says why) or anything else (failed).
set -u
test=$(realpath "$1")
BON=$(realpath "$2")
TESTS=$(cd "$(dirname "$0")" && pwd)
PATH=$(dirname "$BON"):$PATH
unset BON_MODEL
export BON TESTS PATH
scratch=$(mktemp -d)
trap 'chmod -R u+w "$scratch"; rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
timeout --kill-after=10 "${CLI_SECONDS:-300}" bash "$test"
