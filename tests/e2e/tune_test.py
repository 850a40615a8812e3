# SPDX-License-Identifier: Apache-2.0
"""capy tune and capy merge: what the assistant says is learned, by all weights or by adapters; a run that is killed comes
to the bytes of one that is not; an adapter beside its model and merged into it are the same model."""
import json
import random
import signal
import subprocess
import time

import program
from program import TinyModelTest, capy

KILLS = 4
SHORT = ["--sample-tokens", "64", "--step-tokens", "256", "--checkpoint-steps", "2"]
LORA = ["--lora", "4", "--learning-rate", "1e-2", *SHORT]
CHATS = 120


def conversations(answer):
    chance = random.Random(1)
    lines = []
    for _ in range(CHATS):
        word = chance.choice(("sun", "cat", "old"))
        lines.append(json.dumps({"messages": [{"role": "user", "content": f"say {word}"},
                                              {"role": "assistant", "content": answer(word)}]}))
    return "\n".join(lines) + "\n"


class TuneTest(TinyModelTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.path / "chats.jsonl").write_text(conversations(lambda word: f"{word} {word}"))
        config = cls.path / "tune.toml"
        config.write_text('model = "tiny"\ndata = ["chats.jsonl"]\nout = "nowhere"\nsteps = 24\nlearning_rate = 1e-2\n'
                          'sample_tokens = 64\nstep_tokens = 256\n')
        # A model that can say words: adapters of random weights could do little.
        cls.words = cls.path / "words"
        cls.tuned = capy("tune", "--config", config, "--out", cls.words, "--json")
        cls.chats = cls.path / "backwards.jsonl"
        cls.chats.write_text(conversations(lambda word: f"{word[::-1]} {word[::-1]}"))
        cls.adapter = cls.path / "adapter"
        begun = time.monotonic()
        cls.lora = capy("tune", cls.words, cls.chats, "--out", cls.adapter, "--steps", "24", *LORA, "--json")
        cls.seconds = time.monotonic() - begun

    def losses(self, out):
        return [json.loads(line)["loss"] for line in (self.path / out / "log.jsonl").read_text().splitlines()]

    def logits(self, model, *options):
        out = self.path / "logits.npy"
        tokens = ",".join(str(t) for t in (257, *b"user\nsay sun", 258))
        self.check_good(capy("logits", model, "--tokens", tokens, "--type", "f32", "--kv", "f32", "--out", out, *options))
        return program.read_npy(out)[1]

    def difference(self, a, b):
        return max(abs(x - y) for x, y in zip(a, b, strict=True))

    def killed(self, command, seconds):
        chance = random.Random(2)
        kills = 0
        for kind in [signal.SIGKILL] * KILLS + [signal.SIGINT]:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                       env=program.environment())
            try:
                process.wait(chance.uniform(0.02, 0.3 * seconds))
            except subprocess.TimeoutExpired:
                process.send_signal(kind)
                process.wait()
                kills += 1
        self.assertGreater(kills, 1)
        self.check_good(capy(*command[1:]))

    def test_all_weights_learn_from_a_file_and_flags(self):
        facts = json.loads(self.check_good(self.tuned))
        self.assertEqual(facts["steps"], 24)
        self.assertFalse((self.path / "nowhere").exists())
        losses = self.losses("words")
        self.assertLess(losses[-1], 0.4 * losses[0])
        self.check_good(capy("run", "-m", self.words, "say cat", "--max-tokens", "4"))
        self.assertTrue((self.words / "chat_template.jinja").is_file())

    def test_only_answers_are_learned(self):
        folder = next((self.adapter / "data").iterdir())
        facts = json.loads(self.check_good(capy("data", "show", folder, "--json")))
        self.assertEqual(facts["conversations"], CHATS)
        self.assertEqual(facts["pack"], 64)
        self.assertEqual(facts["loss_tokens"], CHATS * (len("sun sun") + 1))  # and the end of the turn

    def test_adapters_learn_and_killed_runs_come_to_the_same_bytes(self):
        facts = json.loads(self.check_good(self.lora))
        self.assertLess(facts["parameters"], 60_000)
        losses = self.losses("adapter")
        self.assertLess(losses[-1], 0.6 * losses[0])
        config = json.loads((self.adapter / "adapter_config.json").read_text())
        self.assertEqual((config["peft_type"], config["r"], config["lora_alpha"]), ("LORA", 4, 8))
        self.assertIn("in_proj_qkv", config["target_modules"])
        out = self.path / "killed"
        command = [program.BINARY, "tune", str(self.words), str(self.chats), "--out", str(out), "--steps", "24", *LORA,
                   "--threads", "2"]
        self.killed(command, self.seconds)
        for name in ("adapter_model.safetensors", "adapter_config.json"):
            self.assertEqual((out / name).read_bytes(), (self.adapter / name).read_bytes())
        self.check_error(capy(*command[1:], "--alpha", "3"), 1, "another run")

    def test_a_merged_model_is_model_and_adapter(self):
        self.check_good(self.lora)
        base = self.logits(self.words)
        beside = self.logits(self.words, "--lora", self.adapter)
        self.assertGreater(self.difference(base, beside), 0.1)
        merged = self.path / "merged"
        facts = json.loads(self.check_good(capy("merge", self.words, self.adapter, merged, "--dtype", "f32", "--json")))
        self.assertEqual(facts["modules"], 3 * 8 + 7)
        self.assertLess(self.difference(beside, self.logits(merged)), 2e-3)
        self.check_good(capy("run", "-m", merged, "say cat", "--max-tokens", "4"))
        twice = self.path / "twice"
        self.check_good(capy("merge", self.words, f"{self.adapter}:0.5", f"{self.adapter}:0.5", twice, "--dtype", "f32"))
        self.assertLess(self.difference(beside, self.logits(twice)), 2e-3)
        own = self.path / "own"
        self.check_good(capy("merge", self.words, self.adapter, own))
        self.assertEqual((own / "model.safetensors").stat().st_size, (self.words / "model.safetensors").stat().st_size)
        self.assertLess(self.difference(beside, self.logits(own)), 0.3)  # bf16
        self.check_error(capy("merge", self.words, self.adapter, merged), 1, "holds a model already")

    def test_dora_on_packed_weights(self):
        small = self.path / "small"
        self.check_good(capy("quantize", self.words, small, "--type", "int4"))
        out = self.path / "dora"
        self.check_good(capy("tune", small, self.chats, "--out", out, "--steps", "10", "--dora", "--rslora", *LORA,
                             "--targets", "q_proj,in_proj_qkv,down_proj"))
        losses = self.losses("dora")
        self.assertLess(losses[-1], 0.8 * losses[0])
        self.check_error(capy("run", "-m", small, "--lora", out, "x"), 1, "capy merge")
        self.check_error(capy("merge", small, out, self.path / "no"), 1, "quantised already")
        merged = self.path / "dora_merged"
        self.check_good(capy("merge", self.words, out, merged))
        self.check_good(capy("run", "-m", merged, "say cat", "--max-tokens", "4"))

    def test_dry_run_writes_nothing(self):
        out = self.path / "dry"
        facts = json.loads(self.check_good(capy("tune", self.model, self.chats, "--out", out, *LORA, "--dry-run", "--json")))
        self.assertGreater(facts["tokens_per_second"], 0)
        self.assertFalse(out.exists())

    def test_what_is_wrong_is_named(self):
        self.check_good(self.lora)
        given = ["tune", self.model, self.chats, "--out", self.path / "wrong"]
        for options, code, words in ((["--lora", "0"], 2, "--lora"), (["--alpha", "3"], 2, "--alpha"),
                                     (["--lora", "2", "--targets", "q_proj,x_proj"], 1, "x_proj"),
                                     (["--steps", "x"], 2, "--steps"), (["--step-tokens", "100"], 1, "multiple"),
                                     (["--warmup-steps", "9", "--steps", "9"], 1, "warmup_steps")):
            with self.subTest(words):
                self.check_error(capy(*given, *options), code, words)
        self.check_error(capy("tune", self.model, "--out", self.path / "wrong"), 2, "data is missing")
        self.check_error(capy("tune", self.model, self.path / "none.jsonl", "--out", self.path / "wrong"), 1, "none.jsonl")
        silent = self.path / "silent.jsonl"
        silent.write_text('{"messages": [{"role": "user", "content": "hm"}]}\n')
        self.check_error(capy("tune", self.model, silent, "--out", self.path / "wrong"), 1, "nothing to learn")
        bad = self.path / "bad.toml"
        bad.write_text('model = "tiny"\nsteps = "many"\n')
        self.check_error(capy("tune", "--config", bad, self.model, self.chats, "--out", self.path / "wrong"), 1, "line 2")

    def test_adapters_of_other_models_are_refused(self):
        self.check_good(self.lora)
        other = self.path / "other"
        other.mkdir(exist_ok=True)
        config = json.loads((self.model / "config.json").read_text())
        config["intermediate_size"] = 64
        (other / "config.json").write_text(json.dumps(config))
        self.check_good(capy("init", other / "config.json", other / "model"))
        self.check_error(capy("merge", other / "model", self.adapter, self.path / "no"), 1, "48 x 80", "48 x 64")
        self.assertFalse((self.path / "no").exists())
        self.check_error(capy("merge", self.words, self.path / "none", self.path / "no"), 1, "no such directory")
        self.check_error(capy("merge", self.words, self.adapter), 2, "at least three")


if __name__ == "__main__":
    program.main()
