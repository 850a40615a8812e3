#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes records of the small world as JSON lines; see README.md. The same kind, count and seed give the same bytes."""
import argparse
import json
import sys
import zlib

import chat
import sums
import talk
import tool_talk
import variety

KINDS = {"stories": talk.stories, "asked": talk.asked, "questions": talk.questions, "changes": talk.changed, "chat": chat.chat,
         "tools": tool_talk.tools, "sums": sums.sums}
# Of a hundred records of the mix.
SHARES = {"stories": 40, "asked": 14, "questions": 18, "changes": 10, "chat": 10, "sums": 4, "tools": 4}
MIX = tuple(kind for kind, share in SHARES.items() for _ in range(share))


def records(kind, count, seed):
    start = zlib.crc32(f"{kind} {seed}".encode()) << 32
    for at in range(count):
        sort = MIX[(at * 37) % len(MIX)] if kind == "mix" else kind
        yield KINDS[sort](start + at * 2)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", choices=[*KINDS, "mix"], default="mix")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--statistics", action="store_true", help="say how varied the records are instead of writing them")
    options = parser.parse_args()
    made = records(options.kind, options.count, options.seed)
    if options.statistics:
        print(json.dumps(variety.measure(made), indent=1))
        return
    try:
        for record in made:
            sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")
    except BrokenPipeError:
        sys.stderr.close()


if __name__ == "__main__":
    main()
