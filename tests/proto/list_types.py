#!/usr/bin/env python3
"""list_types.py OUT HEADER... - lists every message type of the generated headers

The tests walk this list, so a message cannot be added without being tested.
"""
import pathlib
import re
import sys

out, *headers = sys.argv[1:]
declared = re.compile(r"^extern const ProtobufCMessageDescriptor (\w+);", re.M)
names = [n for h in headers for n in declared.findall(pathlib.Path(h).read_text())]
pathlib.Path(out).write_text(
    "/* Made by list_types.py. */\n"
    "#ifndef TESTS_PROTO_TYPES_H\n"
    "#define TESTS_PROTO_TYPES_H\n\n"
    + "".join(f'#include "{h[h.rindex(d):]}"\n'
              for h in headers for d in ("google/protobuf/", "vedetta/v1/") if d in h)
    + "\nstatic const ProtobufCMessageDescriptor *const all_types[] = {\n"
    + "".join(f"\t&{n},\n" for n in names)
    + f"}};\n\nenum {{\n\tN_TYPES = {len(names)},\n}};\n\n#endif\n")
