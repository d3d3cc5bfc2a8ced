#!/usr/bin/env python3
"""Turns files into C arrays, so that a role needs no file at run time.

embed.py OUT.c NAME FILE...  makes  const struct embedded NAME[] = { {name, data,
bytes}, ..., {0} };  See embed.h. Each array of bytes ends in a NUL that is
not counted.
"""
import os
import sys

out, name, files = sys.argv[1], sys.argv[2], sys.argv[3:]
with open(out, "w", encoding="ascii") as c:
    c.write('#include "embed.h"\n')
    for i, path in enumerate(files):
        data = open(path, "rb").read() + b"\0"
        c.write(f"static const unsigned char data_{i}[] = {{")
        c.write(",".join(str(b) for b in data))
        c.write("};\n")
    c.write(f"extern const struct embedded {name}[];\n")
    c.write(f"const struct embedded {name}[] = {{\n")
    for i, path in enumerate(files):
        c.write(f'\t{{"{os.path.basename(path)}", data_{i}, sizeof(data_{i}) - 1}},\n')
    c.write("\t{0, 0, 0}};\n")
