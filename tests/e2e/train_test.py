# SPDX-License-Identifier: Apache-2.0
"""capy train: a run that is killed comes to the bytes of one that is not; what is wrong in its file is named."""
import json
import os
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


class TrainTest(TinyModelTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        chance = random.Random(1)
        text = "\n".join(json.dumps({"text": " ".join(chance.choice(("cat", "sun", "old", "sang")) for _ in range(40))})
                         for _ in range(200))
        (cls.path / "text.jsonl").write_text(text + "\n")
        capy("data", "build", cls.path / "data", cls.path / "text.jsonl", "--tokenizer", cls.model)
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

        chance = random.Random(2)
        out = self.path / "killed"
        command = [program.BINARY, "train", str(self.config), "--set", f"out={out}", "--set", "threads=2"]
        kills = 0
        for kind in [signal.SIGKILL] * KILLS + [signal.SIGINT]:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                       env=program.environment())
            try:
                process.wait(chance.uniform(0.02, 0.25 * seconds))
            except subprocess.TimeoutExpired:
                process.send_signal(kind)
                process.wait()
                kills += 1
        self.assertGreater(kills, 2)  # however fast the machine is
        print(f"{kills} kills", file=sys.stderr)
        self.check_good(capy(*command[1:]))
        self.assertEqual(self.weights("killed"), self.weights("whole"))
        log = [json.loads(line)["step"] for line in (out / "log.jsonl").read_text().splitlines()]
        self.assertEqual(log, list(range(1, 31)))
        self.check_error(capy(*command[1:], "--set", "seed=5"), 1, "another run")

    def test_dry_run_writes_nothing(self):
        facts = json.loads(self.check_good(capy("train", self.config, "--set", f"out={self.path}/dry", "--dry-run", "--json")))
        self.assertGreater(facts["tokens_per_second"], 0)
        self.assertFalse((self.path / "dry").exists())

    def test_what_is_wrong_is_named(self):
        for old, new, words in (("steps = 30", "steps = 3.5", "line 5"), ("warmup_steps", "warm_steps", "warm_steps"),
                                ("steps = 30", "", "'steps' is missing"), ("steps = 30", "steps =", "line 5"),
                                ("128", "100", "multiple"), ("weight = 1", "wait = 1", "line 12")):
            with self.subTest(new):
                bad = self.path / "bad.toml"
                bad.write_text(CONFIG.replace(old, new, 1))
                self.check_error(capy("train", bad), 1, words)
        self.check_error(capy("train", self.config, "--set", "steps=x"), 2, "--set: steps")


if __name__ == "__main__":
    program.main()
