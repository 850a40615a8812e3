# SPDX-License-Identifier: Apache-2.0
"""capy tokenizer train, capy data build and capy data show, as a person uses them; kill -9 at any moment."""
import json
import pathlib
import random
import shutil
import signal
import subprocess
import tempfile
import time

import program
from program import GOLDEN, capy

WORDS = "the cat and a dog sat by warm sun when old bird sang of rain over hills it was late they went home".split()
TALK = [{"role": "user", "content": "the cat?"}, {"role": "assistant", "content": "it sat", "reasoning_content": "a dog"}]


def story(chance):
    return " ".join(chance.choice(WORDS) for _ in range(chance.randrange(5, 120))).capitalize() + ".\n"


def files_under(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class DataTest(program.ProgramTest):
    def setUp(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="capy-data-"))
        self.addCleanup(shutil.rmtree, self.path, True)
        chance = random.Random(1)
        self.lines = [json.dumps({"text": story(chance), "src": f"s{i % 3}", "lic": "PD" if i % 4 else "MIT"})
                      for i in range(400)]
        self.stories = self.path / "stories.jsonl"
        self.stories.write_text("\n".join(self.lines) + "\n")
        self.chats = self.path / "chats.jsonl"
        self.chats.write_text((json.dumps({"messages": TALK, "src": "talk", "lic": "CC0"}) + "\n") * 20)
        self.template = GOLDEN / "templates" / "qwen35_like.jinja"

    def good(self, *arguments, **options):
        return self.check_good(capy(*arguments, **options))

    def bad(self, code, words, *arguments):
        self.check_error(capy(*arguments), code, words)

    def tokenizer(self):
        out = self.path / "tokenizer"
        self.good("tokenizer", "train", out, self.stories, self.chats, "--vocabulary", 330, "--special", "chat",
                  "--template", self.template)
        return out

    def test_tokenizer(self):
        out = self.tokenizer()
        made = json.loads((out / "tokenizer.json").read_text())
        self.assertEqual(len(made["model"]["vocab"]) + len(made["added_tokens"]), 330)
        config = json.loads((out / "tokenizer_config.json").read_text())
        self.assertEqual(config["chat_template"], self.template.read_text())
        text = "The cat sang. <|im_end|> \u4f60\u597d \x00 naïve".encode()
        ids = self.good("tokenize", out, "--no-special", stdin=text)
        self.assertEqual(self.good("detokenize", out, stdin=ids), text)
        # Another order of lines, two files instead of one, three threads: the same bytes.
        (self.path / "b.jsonl").write_text("\n".join(reversed(self.lines[200:])))
        (self.path / "a.jsonl").write_text("\n".join(self.lines[:200]))
        again = self.path / "again"
        self.good("tokenizer", "train", again, self.path / "b.jsonl", self.chats, self.path / "a.jsonl", "--vocabulary",
                  330, "--special", "chat", "--template", self.template, "--threads", 3)
        self.assertEqual(files_under(again), files_under(out))
        self.bad(2, "need", "tokenizer", "train", out, self.stories, "--vocabulary", 270)
        self.bad(1, "none.jsonl", "tokenizer", "train", out, self.path / "none.jsonl")
        (self.path / "broken.jsonl").write_text('{"text":"a"}\n{"text"\n')
        self.bad(1, "line 2", "tokenizer", "train", out, self.path / "broken.jsonl")
        (self.path / "empty.txt").write_text("")
        self.bad(1, "no text", "tokenizer", "train", out, self.path / "empty.txt")
        self.bad(2, "needs a part", "tokenizer")
        self.bad(2, "no part 'x'", "data", "x")

    def test_build_and_show(self):
        tokenizer = self.tokenizer()
        out = self.path / "set"
        facts = json.loads(self.good("data", "build", out, self.stories, self.chats, "--tokenizer", tokenizer, "--json"))
        self.assertEqual((facts["documents"], facts["conversations"], facts["vocabulary"]), (420, 20, 330))
        self.assertEqual([share["name"] for share in facts["licences"]], ["CC0", "MIT", "PD"])
        text = self.good("data", "show", out, "--samples", 50, "--verify").decode()
        for words in ("420 documents", "CC0", "s0", "all shards are as they were written", "assistant", "\u27e8"):
            self.assertIn(words, text)
        self.assertEqual(json.loads(self.good("data", "show", out, "--json")), facts)
        self.bad(1, "finished data set", "data", "build", out, self.stories, "--tokenizer", tokenizer)
        self.bad(1, "no data set", "data", "show", self.path)
        less = json.loads(self.good("data", "build", self.path / "less", self.stories, "--tokenizer", tokenizer, "--json",
                                    "--leave-out", "MIT"))
        self.assertEqual((less["documents"], less["left_out"]), (300, 100))
        packed = json.loads(self.good("data", "build", self.path / "packed", self.chats, "--tokenizer", tokenizer, "--json",
                                      "--pack", 100, "--shard-tokens", 1024))
        self.assertEqual((packed["pack"], packed["shard_tokens"], packed["tokens"] % 100), (100, 1000, 0))
        shard = next((out / "shards").rglob("*.tokens"))
        content = bytearray(shard.read_bytes())
        content[-5] ^= 1
        shard.write_bytes(content)
        self.bad(1, "hash", "data", "show", out, "--verify")

    def test_killed_builds_go_on(self):
        tokenizer = self.tokenizer()
        self.stories.write_text("\n".join(self.lines * 10))
        arguments = ["--tokenizer", tokenizer, "--shard-tokens", 8192, "--frame-tokens", 512]
        whole = self.path / "whole"
        begun = time.monotonic()
        self.good("data", "build", whole, self.stories, *arguments)
        seconds = time.monotonic() - begun
        wanted = files_under(whole)
        self.assertGreater(len(wanted), 8)
        chance = random.Random(2)
        out = self.path / "killed"
        kills = 0
        for _ in range(200):
            process = subprocess.Popen([program.BINARY, "data", "build", str(out), str(self.stories), *map(str, arguments)],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=program.environment())
            try:
                process.wait(chance.uniform(0, seconds / 6) if kills < 12 else 60)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
                kills += 1
                continue
            # A build that was killed behind its last step is finished, and says so.
            self.assertIn(process.returncode, (0, 1))
            break
        self.assertGreater(kills, 2)
        # A killed process may leave a temporary file where the file system knows no files without a name.
        made = {name: content for name, content in files_under(out).items() if ".tmp-" not in name}
        self.assertEqual(made, wanted)


if __name__ == "__main__":
    program.main()
