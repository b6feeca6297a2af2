#!/usr/bin/env python3
"""Writes src/syllable/unicode_tables.c: the class and the lower case of every code point, from the Unicode Character
Database that Python carries.

    tools/gen_unicode.py > src/syllable/unicode_tables.c      (the file is checked in; a test compares)
"""

import sys
import unicodedata

BLANKS = {0x20, *range(0x09, 0x0E), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000}
BLOCK = 128


def char_class(c):
    if c in BLANKS:
        return "B"
    if c in (0x200C, 0x200D) or 0xE0020 <= c < 0xE0080:  # joiners and emoji tags belong to what stands before them
        return "M"
    category = unicodedata.category(chr(c))
    if category in ("Lu", "Lt"):
        return "U"
    if category[0] == "L" or category == "Nl":
        return "L"
    return {"M": "M", "P": "P"}.get(category[0], "D" if category == "Nd" else "S")


def blocks():
    seen, index = {}, []
    for start in range(0, 0x110000, BLOCK):
        block = "".join(char_class(c) for c in range(start, start + BLOCK))
        index.append(seen.setdefault(block, len(seen)))
    return list(seen), index


def lower_runs():
    """(first, last, step, difference): runs of code points with one distance to their lower case."""
    runs = []
    for c in range(0x80, 0x110000):
        lower = chr(c).lower()
        if len(lower) != 1 or ord(lower) == c:
            continue
        difference = ord(lower) - c
        if runs:
            first, last, step, distance = runs[-1]
            if distance == difference and c - last in (1, 2) and (first == last or step == c - last):
                runs[-1] = (first, c, c - last, distance)
                continue
        runs.append((c, c, 1, difference))
    return runs


def main():
    if len(sys.argv) > 1 and sys.argv[1] == "--version":
        print(unicodedata.unidata_version)
        return
    print("/* src/syllable/unicode_tables.c: written by tools/gen_unicode.py from Unicode " + unicodedata.unidata_version)
    print(" * data; unicode.h says what the tables hold. */")
    print("// clang-format off")
    print('#include "syllable/unicode.h"\n')
    table, index = blocks()
    assert len(table) <= 256
    print(f"const uint8_t bon_class_block[0x110000 / {BLOCK}] = {{")
    for i in range(0, len(index), 28):
        print("    " + ", ".join(str(b) for b in index[i : i + 28]) + ",")
    print("};")
    print(f"const char bon_classes[{len(table)}][{BLOCK}] = {{")
    for block in table:
        print("    {" + f'"{block[:64]}"')
        print("     " + f'"{block[64:]}"' + "},")
    print("};")
    runs = lower_runs()
    print(f"const unsigned bon_lower_count = {len(runs)};")
    print(f"const struct bon_lower_run bon_lower_runs[{len(runs)}] = {{")
    texts = [f"{{{first:#07x}, {last:#07x}, {step}, {difference}}}," for first, last, step, difference in runs]
    for i in range(0, len(texts), 4):
        print("    " + " ".join(texts[i : i + 4]))
    print("};")


if __name__ == "__main__":
    main()
