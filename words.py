#!/usr/bin/env python3
"""Turns some texts of the catalogues into a C table, for roles that read no JSON.

words.py OUT.c NAME PREFIX[,PREFIX...] FILE.json...  makes  const struct wake_word NAME[] =
{ {language, key, text}, ..., {0} } of the keys that begin so; the language is the
file's name. See server/wake_text.h.
"""
import json
import os
import sys

out, name, prefixes, files = sys.argv[1], sys.argv[2], sys.argv[3].split(","), sys.argv[4:]


def quoted(text):
    return '"' + "".join(
        chr(b) if 32 <= b < 127 and chr(b) not in '"\\?' else f"\\{b:03o}"
        for b in text.encode()
    ) + '"'


with open(out, "w", encoding="ascii") as c:
    c.write('#include "server/wake_text.h"\n')
    c.write(f"const struct wake_word {name}[] = {{\n")
    for path in files:
        language = os.path.splitext(os.path.basename(path))[0]
        with open(path, encoding="utf-8") as f:
            for key, text in json.load(f).items():
                if any(key.startswith(p) for p in prefixes):
                    c.write(f"\t{{{quoted(language)}, {quoted(key)}, {quoted(text)}}},\n")
    c.write("\t{0, 0, 0}};\n")
