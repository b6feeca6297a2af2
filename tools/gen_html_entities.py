#!/usr/bin/env python3
"""Writes src/normalize/html_tables.c: the named character references of HTML (https://html.spec.whatwg.org/#named-character-references)
that end in a semicolon, from the table that Python carries.

    tools/gen_html_entities.py > src/normalize/html_tables.c      (the file is checked in)
"""

from html.entities import html5

HEAD = """/* src/normalize/html_tables.c: made by tools/gen_html_entities.py; the named character references of HTML, by name. */
#include "normalize/html.h"

// clang-format off
const struct bon_html_entity bon_html_entities[BON_HTML_ENTITIES] = {"""

names = {name[:-1]: text for name, text in html5.items() if name.endswith(";")}
print(HEAD)
line = "   "
for name in sorted(names):
    points = [ord(c) for c in names[name]] + [0]
    row = f' {{"{name}", {{{points[0]:#x}, {points[1]:#x}}}}},'
    if len(line) + len(row) > 119:
        print(line)
        line = "   "
    line += row
print(line)
print("};\n// clang-format on")
