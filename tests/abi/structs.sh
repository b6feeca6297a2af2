#!/bin/sh
# tests/abi/structs.sh: "structure TAB bytes TAB alignment" of every public structure whose members programs can see.
cd "$(dirname "$0")/../.." || exit 1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{
    for header in include/bon/*.h; do printf '#include "%s"\n' "${header#include/}"; done
    echo '#include <stdio.h>'
    echo 'int main(void) {'
    sed -nE 's/^typedef struct (bon_[a-z_0-9]+) \{$/    printf("\1\\t%zu\\t%zu\\n", sizeof(\1), _Alignof(\1));/p' include/bon/*.h
    echo '    return 0; }'
} >"$folder/structs.c"
${CC:-cc} -std=c17 -Iinclude -o "$folder/structs" "$folder/structs.c" && "$folder/structs" | LC_ALL=C sort
