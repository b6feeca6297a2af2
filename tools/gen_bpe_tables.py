#!/usr/bin/env python3
"""Writes src/lm/bpe_tables.c: for every code point what the pattern of the subword tokenizer asks of it (letter, number, white
space, anything else), from the Unicode Character Database that Python carries.

    tools/gen_bpe_tables.py > src/lm/bpe_tables.c      (the file is checked in)
"""

import unicodedata

BLANKS = {0x20, *range(0x09, 0x0E), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000}
BLOCK = 128


def kind(c):
    if c in BLANKS:
        return "B"
    category = unicodedata.category(chr(c))[0]
    return category if category in "LN" else "O"


def main():
    seen, index = {}, []
    for start in range(0, 0x110000, BLOCK):
        block = "".join(kind(c) for c in range(start, start + BLOCK))
        index.append(seen.setdefault(block, len(seen)))
    assert len(seen) <= 256
    print(f"/* src/lm/bpe_tables.c: written by tools/gen_bpe_tables.py from Unicode {unicodedata.unidata_version} data;")
    print(" * bpe_split.h says what the tables hold. */")
    print("// clang-format off")
    print('#include "lm/bpe_split.h"\n')
    print(f"const uint8_t bon_split_block[0x110000 / {BLOCK}] = {{")
    for i in range(0, len(index), 28):
        print("    " + ", ".join(str(b) for b in index[i : i + 28]) + ",")
    print("};")
    print(f"const char bon_split_kinds[{len(seen)}][{BLOCK}] = {{")
    for block in seen:
        print("    {" + f'"{block[:64]}"')
        print("     " + f'"{block[64:]}"' + "},")
    print("};")


main()
