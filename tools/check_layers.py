#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails when a file in src/ includes a room that src/LAYERS does not allow, or reaches past another room's doors.

Also checks what a stranger would stumble over: an SPDX line in every source file, no file named utils, common, helpers,
manager or misc, and doors that exist. One of the first tests, so that nobody has to remember the order of the rooms.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCES = (".h", ".cpp", ".c")
BANNED_NAMES = {"util", "utils", "common", "helper", "helpers", "manager", "misc"}


def read_layers(path):
    rooms = {}
    for line in path.read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        room, rest = line.split(":", 1)
        allowed, doors = rest.split("|")
        rooms[room.strip()] = (allowed.split(), doors.split())
    return rooms


def check(root):
    rooms = read_layers(root / "src" / "LAYERS")
    faults = []
    order = list(rooms)
    for room, (allowed, doors) in rooms.items():
        for below in allowed:
            if below == "(everything)":
                continue
            if below not in rooms:
                faults.append(f"src/LAYERS: {room} names {below}, which is not a room")
            elif order.index(below) >= order.index(room):
                faults.append(f"src/LAYERS: {room} may not include {below}: it stands above it")
    for path in sorted((root / "src").rglob("*")):
        if path.suffix not in SOURCES:
            continue
        where = path.relative_to(root)
        room = path.relative_to(root / "src").parts[0]
        text = path.read_text(encoding="utf-8")
        if "SPDX-License-Identifier: Apache-2.0" not in text.split("\n", 1)[0]:
            faults.append(f"{where}: the first line is not the SPDX line")
        if path.stem in BANNED_NAMES:
            faults.append(f"{where}: a file is named by its noun, not '{path.stem}'")
        if room not in rooms:
            faults.append(f"{where}: '{room}' is not a room of src/LAYERS")
            continue
        allowed, _ = rooms[room]
        for number, line in enumerate(text.splitlines(), 1):
            match = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            if not match or match.group(1) == "capy.h":
                continue
            target = match.group(1)
            if not (root / "src" / target).exists():
                if "generated/" in target:
                    continue
                faults.append(f"{where}:{number}: {target} is not a file in src/ (write the path from src/)")
                continue
            other = target.split("/")[0]
            if other == room:
                continue
            if allowed != ["(everything)"] and other not in allowed:
                faults.append(f"{where}:{number}: room {room} may not include {other} (src/LAYERS)")
            elif other in rooms and target.split("/", 1)[1] not in rooms[other][1] and not path.stem.endswith("_test"):
                faults.append(f"{where}:{number}: {target} is not a door of {other} (src/LAYERS)")
    return faults


def main():
    faults = check(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT)
    for fault in faults:
        print(fault)
    print(f"layers: {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
