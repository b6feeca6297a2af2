#!/bin/sh
# tests/abi/headers.sh: every public header compiles alone, as C99 and up and as C++, without a warning.
cd "$(dirname "$0")/../.." || exit 1
for header in include/bon/*.h; do
    for language in "c -std=c99" "c -std=c17" "c++ -std=c++11"; do
        # shellcheck disable=SC2086 # two words
        printf '#include "%s"\n' "${header#include/}" |
            ${CC:-cc} -Wall -Wextra -Wpedantic -Werror -Iinclude -fsyntax-only -x $language - || exit 1
    done
done
