#!/bin/sh
# tests/abi/symbols.sh LIBRARY: the names that a shared library gives to programs.
LC_ALL=C nm -D --defined-only "$1" | awk '{print $3}' | LC_ALL=C sort
