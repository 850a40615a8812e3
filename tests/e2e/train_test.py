# SPDX-License-Identifier: Apache-2.0
"""capy train: a run that is killed comes to the bytes of one that is not, whatever is looked at on the way; what is
wrong in its file is named; log and report tell the course."""
import html.parser
import json
import math
import os
import pty
import random
import signal
import subprocess
import sys
import time

import program
from program import TinyModelTest, capy

KILLS = int(os.environ.get("CAPY_TEST_KILLS", "6"))  # proofs want more
CONFIG = """model = "tiny"
out = "whole"
sample_tokens = 32
step_tokens = 128
steps = 30
warmup_steps = 3
checkpoint_steps = 2
learning_rate = 3e-3
mtp_weight = 0.3
[[data]]
directory = "data"
weight = 1
"""
WATCH = """held_out = "held"
held_out_steps = 4
sample_prompts = ["cat", "", "<script>alert('x')</script>"]
sample_steps = 10
sample_text_tokens = 8
"""


class Page(html.parser.HTMLParser):
    """The tags of a page that balance, its texts, and what it would load."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.loads = [], {}, []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags[tag] = self.tags.get(tag, 0) + 1
        self.loads += [value for name, value in attributes if name in ("src", "href")]
        if tag not in ("meta", "line", "circle", "path", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags[tag] = self.tags.get(tag, 0) + 1

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag


class TrainTest(TinyModelTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        chance = random.Random(1)
        text = "\n".join(json.dumps({"text": " ".join(chance.choice(("cat", "sun", "old", "sang")) for _ in range(40))})
                         for _ in range(200))
        (cls.path / "text.jsonl").write_text(text + "\n")
        capy("data", "build", cls.path / "data", cls.path / "text.jsonl", "--tokenizer", cls.model)
        (cls.path / "held.jsonl").write_text("\n".join(text.split("\n")[:9]) + "\n")
        capy("data", "build", cls.path / "held", cls.path / "held.jsonl", "--tokenizer", cls.model)
        cls.config = cls.path / "run.toml"
        cls.config.write_text(CONFIG)

    def weights(self, out):
        return (self.path / out / "model.safetensors").read_bytes()

    def test_killed_runs_come_to_the_same_bytes(self):
        begun = time.monotonic()
        facts = json.loads(self.check_good(capy("train", self.config, "--json")))
        seconds = time.monotonic() - begun
        log = [json.loads(line) for line in (self.path / "whole/log.jsonl").read_text().splitlines()]
        self.assertEqual([line["step"] for line in log], list(range(1, 31)))
        self.assertLess(facts["loss"], log[0]["loss"] / 2)
        self.assertEqual(len(list((self.path / "whole/checkpoints").iterdir())), 2)
        self.check_good(capy("run", "-m", self.path / "whole", "cat", "--max-tokens", "4"))

        watched = self.path / "watched.toml"  # which must change no byte
        watched.write_text(CONFIG.replace("[[data]]", WATCH + "[[data]]"))
        chance = random.Random(2)
        out = self.path / "killed"
        command = [program.BINARY, "train", str(watched), "--set", f"out={out}", "--set", "threads=2"]
        kills = 0
        for kind in [signal.SIGKILL] * KILLS + [signal.SIGTERM, signal.SIGINT]:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                       env=program.environment())
            try:
                # Half of the run's time in all, so that it is not over before the last of them.
                process.wait(chance.uniform(0.02, max(0.03, min(0.1, 1 / KILLS) * seconds)))
            except subprocess.TimeoutExpired:
                process.send_signal(kind)
                process.wait()
                kills += 1
        self.assertGreater(kills, 2)  # however fast the machine is
        print(f"{kills} kills", file=sys.stderr)
        self.check_good(capy(*command[1:]))
        self.assertEqual(self.weights("killed"), self.weights("whole"))
        log = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
        self.assertEqual([line["step"] for line in log], list(range(1, 31)))
        self.check_error(capy(*command[1:], "--set", "seed=5"), 1, "another run")
        self.check_watch(out, log)

    def check_watch(self, out, log):
        # SIGTERM and SIGINT may have ended a measurement each; all others are there.
        measured = {line["step"]: line for line in log if "held_out_loss" in line}
        self.assertGreaterEqual(len(measured), 6)
        self.assertLessEqual(set(measured), {*range(4, 31, 4), 30})
        for line in measured.values():
            # One byte a token, but for the ends of the texts, which have none.
            self.assertGreater(line["held_out_bits_per_byte"], line["held_out_loss"] / math.log(2))
            self.assertLess(line["held_out_bits_per_byte"], 1.02 * line["held_out_loss"] / math.log(2))
        self.assertLess(measured[30]["held_out_loss"], measured[min(measured)]["held_out_loss"])
        # What it has learned by the end it writes again, by the same seeds.
        texts = {line["step"]: line["samples"] for line in log if "samples" in line}
        self.assertLessEqual(set(texts), {10, 20, 30})
        self.assertEqual([text["prompt"] for text in texts[30]], ["cat", "", "<script>alert('x')</script>"])
        self.assertTrue(texts[30][1]["text"])
        self.assertFalse((out / "sampling").exists())
        report = (out / "report.html").read_text()
        page = Page(report)
        self.assertEqual(page.open, [])
        self.assertEqual(page.loads, [])
        self.assertEqual(page.tags["script"], 1)
        self.assertGreaterEqual(page.tags["figure"], 6)
        self.assertIn("finished: step 30 of 30", report)
        self.assertIn("&lt;script&gt;alert(", report)

    def test_held_out_loss_is_that_of_the_model(self):
        text = "cat sun old"
        (self.path / "one.jsonl").write_text(json.dumps({"text": text}) + "\n")
        self.check_good(capy("data", "build", self.path / "one", self.path / "one.jsonl", "--tokenizer", self.model))
        config = self.path / "judged.toml"
        config.write_text(CONFIG.replace("[[data]]", "held_out = 'one'\n[[data]]"))
        self.check_good(capy("train", config, "--set", f"out={self.path}/judged", "--set", "steps=4"))
        last = json.loads((self.path / "judged/log.jsonl").read_text().splitlines()[-1])
        tokens = [*text.encode(), 256]  # a token a byte, and the end of the text
        judged = json.loads(self.check_good(capy(
            "gradients", self.path / "judged", "--tokens", ",".join(map(str, tokens)), "--loss-from", "1", "--json",
            "--out", self.path / "gradients.safetensors")))
        self.assertAlmostEqual(last["held_out_loss"], judged["loss"], delta=1e-3)
        self.assertAlmostEqual(last["held_out_bits_per_byte"], last["held_out_loss"] * 11 / math.log(2) / 10, places=9)

    def test_a_terminal_shows_where_it_is(self):
        master, terminal = pty.openpty()
        process = subprocess.Popen(
            [program.BINARY, "train", str(self.config), "--set", f"out={self.path}/seen", "--set", "steps=4"],
            stdout=subprocess.DEVNULL, stderr=terminal, env=program.environment())
        os.close(terminal)
        seen = b""
        try:
            while chunk := os.read(master, 4096):
                seen += chunk
        except OSError:
            pass  # the other end is closed
        self.assertEqual(process.wait(), 0)
        os.close(master)
        text = seen.decode()
        for words in ("step 1 of 4", "smoothed ", "tokens/s", "checkpoint in 1 step", " left"):
            self.assertIn(words, text)
        self.assertTrue(text.endswith("\x1b[J"), text[-40:])

    def test_dry_run_writes_nothing(self):
        facts = json.loads(self.check_good(capy("train", self.config, "--set", f"out={self.path}/dry", "--dry-run", "--json")))
        self.assertGreater(facts["tokens_per_second"], 0)
        self.assertFalse((self.path / "dry").exists())

    def test_what_is_wrong_is_named(self):
        for old, new, words in (("steps = 30", "steps = 3.5", "line 5"), ("warmup_steps", "warm_steps", "warm_steps"),
                                ("steps = 30", "", "'steps' is missing"), ("steps = 30", "steps =", "line 5"),
                                ("128", "100", "multiple"), ("weight = 1", "wait = 1", "line 12"),
                                ("steps = 30", "steps = 30\nheld_out = 'nowhere'", "nowhere"),
                                ("steps = 30", "steps = 30\nsample_prompts = [1]", "line 6: sample_prompts")):
            with self.subTest(new):
                bad = self.path / "bad.toml"
                bad.write_text(CONFIG.replace(old, new, 1))
                self.check_error(capy("train", bad), 1, words)
        self.check_error(capy("train", self.config, "--set", "steps=x"), 2, "--set: steps")


if __name__ == "__main__":
    program.main()
