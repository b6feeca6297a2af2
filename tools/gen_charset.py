#!/usr/bin/env python3
"""Writes src/normalize/charset_tables.c: what each byte of the 8-bit charsets of Vietnamese stands for.

The tables are those of iconv, so that they need no description here; tests/unit/normalize/charset_test.c holds them to the
iconv of the machine it runs on.

    tools/gen_charset.py > src/normalize/charset_tables.c
"""
import subprocess

CHARSETS = [("tcvn", "TCVN", "TCVN 5712-1, whose letters the ABC fonts of TCVN 5712-3 share"),
            ("viscii", "VISCII", "VISCII 1.1 (RFC 1456)"),
            ("cp1258", "CP1258", "Windows-1258"),
            ("cp1252", "CP1252", "Windows-1252")]


def point(charset, byte):
    """The code point of a byte, 0 when it has none."""
    run = subprocess.run(["iconv", "-f", charset, "-t", "UTF-16BE"], input=bytes([byte]), capture_output=True)
    return int(run.stdout.hex(), 16) if run.returncode == 0 else 0


print("/* src/normalize/charset_tables.c: written by tools/gen_charset.py. */")
print('#include "normalize/charset.h"')
for name, charset, title in CHARSETS:
    print(f"\n/* {title}. */\nconst uint16_t bon_{name}_points[256] = {{")
    values = [point(charset, byte) for byte in range(256)]
    for row in range(0, 256, 12):
        print("    " + ", ".join(f"0x{value:04x}" for value in values[row:row + 12]) + ",")
    print("};")
