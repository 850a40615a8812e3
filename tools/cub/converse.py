#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Talks to a model as a person would, on a terminal: converse.py CAPY MODEL SCRIPT [--seed N] prints the conversations, unedited.

SCRIPT has a person's words, one turn a line; an empty line begins a new conversation."""
import argparse
import json
import os
import pathlib
import pty
import re
import select
import sys
import tempfile
import time

PROMPT = b">>> "
CONTROL = re.compile(rb"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[()][A-B0-2]|\r")
SECONDS_MAX = 120


class Chat:
    def __init__(self, words):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = "xterm-256color"
            os.execv(words[0], words)
        self.seen = b""

    def await_prompt(self):
        deadline = time.monotonic() + SECONDS_MAX
        while PROMPT not in CONTROL.sub(b"", self.seen):
            if time.monotonic() > deadline:
                sys.exit(f"converse.py: no prompt after {SECONDS_MAX} s; this was: {self.seen[-500:]!r}")
            if select.select([self.fd], [], [], 0.1)[0]:
                self.seen += os.read(self.fd, 65536)
        self.seen = b""

    def say(self, line):
        self.await_prompt()
        os.write(self.fd, line.encode() + b"\r")


def converse(options, turns, seed):
    with tempfile.TemporaryDirectory() as folder:
        saved = pathlib.Path(folder) / "chat.json"
        chat = Chat([options.capy, "run", "-m", options.model, "--seed", str(seed), "--temperature", "0.7"])
        for line in [*turns, f"/save {saved}", "/bye"]:
            chat.say(line)
        deadline = time.monotonic() + SECONDS_MAX
        while not saved.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        os.waitpid(chat.pid, 0)
        return json.loads(saved.read_text())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("capy")
    parser.add_argument("model")
    parser.add_argument("script", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    conversations = [part.splitlines() for part in options.script.read_text().strip().split("\n\n")]
    for number, turns in enumerate(conversations, 1):
        print(f"### {number}\n")
        for message in converse(options, turns, options.seed):
            who = "you" if message["role"] == "user" else "cub"
            print(f"**{who}**: {message['content']}\n")


if __name__ == "__main__":
    main()
