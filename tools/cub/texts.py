#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Chooses the texts that cub learns from and those that it never sees: texts.py DATA WORLD_RECORDS OUT [--seed N].

DATA has stories_simple, stories_kids and qa_words as JSON lines (.zst). OUT gets
    world.jsonl     the small world (tools/small_world): stories and conversations
    simple.jsonl    short modern stories, fables, fairy tales
    kids.jsonl      older children's books
    words.jsonl     what words mean
    held_out.jsonl  whole books and titles of simple and kids that are in none of them
    held_world.jsonl  small-world stories of another seed
A book is held out by the hash of its name, so the split does not change when records do."""
import argparse
import hashlib
import json
import pathlib
import subprocess
import sys

HELD_OUT_PERMILLE = 40
WORDS_BYTES_MAX = 160  # longer explanations are of rare senses
WORLD = pathlib.Path(__file__).resolve().parent.parent / "small_world" / "generate.py"


def records(path):
    process = subprocess.Popen(["zstd", "-dcq", path], stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        yield json.loads(line)
    if process.wait():
        sys.exit(f"texts.py: zstd cannot read {path}")


def book(record):
    title = record.get("title")
    return record["src"] + ("/" + title if title else "")


def held_out(record):
    digest = hashlib.sha256(book(record).encode()).digest()
    return int.from_bytes(digest[:4], "big") % 1000 < HELD_OUT_PERMILLE


def split(source, learned, held):
    kept = 0
    with open(learned, "w") as out:
        for record in records(source):
            line = json.dumps(record, ensure_ascii=False) + "\n"
            if held_out(record):
                held.write(line)
            else:
                out.write(line)
                kept += 1
    print(f"{learned.name}: {kept} records")


def words(source, path):
    kept = 0
    with open(path, "w") as out:
        for record in records(source):
            if len(record["messages"][-1]["content"]) <= WORDS_BYTES_MAX:
                out.write(json.dumps(record, ensure_ascii=False) + "\n")
                kept += 1
    print(f"{path.name}: {kept} records")


def world(kind, count, seed, path):
    with open(path, "w") as out:
        subprocess.run([sys.executable, WORLD, "--kind", kind, "--count", str(count), "--seed", str(seed)], stdout=out,
                       check=True)
    print(f"{path.name}: {count} records")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("world_records", type=int)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with open(options.out / "held_out.jsonl", "w") as held:
        split(options.data / "stories_simple.jsonl.zst", options.out / "simple.jsonl", held)
        split(options.data / "stories_kids.jsonl.zst", options.out / "kids.jsonl", held)
    words(options.data / "qa_words.jsonl.zst", options.out / "words.jsonl")
    world("mix", options.world_records, options.seed, options.out / "world.jsonl")
    world("stories", 500, options.seed + 1_000_000, options.out / "held_world.jsonl")


if __name__ == "__main__":
    main()
