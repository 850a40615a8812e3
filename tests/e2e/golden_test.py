# SPDX-License-Identifier: Apache-2.0
"""The whole program against the reference: tiny checkpoints of tests/golden through logits and run --json."""
import json
import pathlib
import tempfile

import program
from program import GOLDEN, ProgramTest, capy

LOGIT_DIFFERENCE_MAX = 2e-3  # what the f32 path may differ from transformers


class GoldenTest(ProgramTest):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.out = pathlib.Path(self.folder.name) / "logits.npy"

    def logits(self, model, tokens, *options):
        self.check_good(capy("logits", model, "--tokens", ",".join(map(str, tokens)), "--out", self.out, *options))
        return program.read_npy(self.out)

    def compare(self, shape, values, golden, directory, count):
        expected_shape, expected = program.read_npy(directory / golden["file"])
        self.assertEqual(shape[0], count)
        self.assertEqual(shape[1], expected_shape[1])
        width = shape[1]
        for row, position in enumerate(golden["positions"]):
            if position >= count:
                break
            got = values[position * width:(position + 1) * width]
            want = expected[row * width:(row + 1) * width]
            worst = max(abs(a - b) for a, b in zip(got, want))
            self.assertLessEqual(worst, LOGIT_DIFFERENCE_MAX, f"position {position}")

    def test_models(self):
        for directory in sorted((GOLDEN / "models").iterdir()):
            golden = json.loads((directory / "golden.json").read_text())
            with self.subTest(directory.name):
                tokens = golden["tokens"][:200]
                shape, values = self.logits(directory, tokens, "--type", "f32", "--kv", "f32")
                self.compare(shape, values, golden["logits"], directory, len(tokens))

    def test_gguf_twins(self):
        for file in json.loads((GOLDEN / "gguf" / "golden.json").read_text())["files"]:
            directory = GOLDEN / file["twin"]
            golden = json.loads((directory / "golden.json").read_text())
            with self.subTest(file["file"]):
                tokens = golden["tokens"][:65]
                shape, values = self.logits(GOLDEN / "gguf" / file["file"], tokens, "--type", "f32", "--kv", "f32")
                self.compare(shape, values, golden["logits"], directory, len(tokens))

    def test_adapters(self):
        for case in json.loads((GOLDEN / "lora" / "golden.json").read_text())["cases"]:
            directory = GOLDEN / case["base"]
            tokens = json.loads((directory / "golden.json").read_text())["tokens"][:case["token_count"]]
            loras = [option for adapter in case["adapters"] for option in ("--lora", GOLDEN / "lora" / adapter)]
            with self.subTest(case["adapters"]):
                shape, values = self.logits(directory, tokens, "--type", "f32", "--kv", "f32", *loras)
                self.compare(shape, values, case["logits"], GOLDEN / "lora", len(tokens))

    def test_a_scale_of_zero_is_no_adapter(self):
        directory = GOLDEN / "models" / "qwen35_grouped"
        with_nothing = self.logits(directory, range(40), "--lora", f"{GOLDEN / 'lora' / 'grouped_r4'}:0")
        self.assertEqual(with_nothing, self.logits(directory, range(40)))

    def test_bytes_do_not_depend_on_chunks_and_threads(self):
        for name in ("qwen35_grouped", "qwen3"):
            directory = GOLDEN / "models" / name
            tokens = json.loads((directory / "golden.json").read_text())["tokens"][:100]
            for kind in ("f32", "bf16", "int8"):
                self.logits(directory, tokens, "--type", kind)
                first = self.out.read_bytes()
                for options in (["--chunk", "1"], ["--chunk", "7"], ["--chunk", "33", "--threads", "1"], ["--threads", "3"]):
                    with self.subTest(name=name, kind=kind, options=options):
                        self.logits(directory, tokens, "--type", kind, *options)
                        self.assertEqual(self.out.read_bytes(), first)

    def test_greedy_answers(self):
        for directory in sorted((GOLDEN / "models").iterdir()):
            greedy = json.loads((directory / "golden.json").read_text())["greedy"]
            tokens = json.loads((directory / "golden.json").read_text())["tokens"][:greedy["prompt_length"]]
            with self.subTest(directory.name):
                lines = program.json_lines(self.check_good(capy(
                    "run", "-m", directory, "--tokens", ",".join(map(str, tokens)), "--max-tokens", "32", "--ignore-eos",
                    "--temperature", "0", "--presence-penalty", "0", "--repeat-penalty", "1", "--type", "f32", "--kv", "f32", "--json")))
                # Up to the first choice that the reference itself finds close.
                sure = next((i for i, margin in enumerate(greedy["margins"]) if margin < LOGIT_DIFFERENCE_MAX), 32)
                self.assertEqual(lines[-1]["tokens"][:sure], greedy["tokens"][:sure])
                self.assertEqual([line["token"] for line in lines[:-1] if "token" in line], lines[-1]["tokens"])
                self.assertEqual(lines[-1]["usage"]["prompt_tokens"], greedy["prompt_length"])
                self.assertEqual(lines[-1]["usage"]["completion_tokens"], 32)
                self.assertEqual(lines[-1]["finish_reason"], "length")

    def test_ids_outside_the_vocabulary(self):
        directory = GOLDEN / "models" / "qwen3"
        self.check_error(capy("logits", directory, "--tokens", "1,113", "--out", self.out), 1, "113")
        self.check_error(capy("run", "-m", directory, "--tokens", "113"), 1, "113")

    def test_context_is_never_cut_silently(self):
        directory = GOLDEN / "models" / "qwen3"
        tokens = ",".join(["5"] * 100)
        self.check_error(capy("run", "-m", directory, "--tokens", tokens, "--context", "64"), 1, "100", "64")
        self.check_error(capy("run", "-m", directory, "--tokens", tokens, "--context", "128", "--max-tokens", "40"), 1, "100", "40", "128")
        done = capy("run", "-m", directory, "--tokens", tokens, "--context", "128", "--ignore-eos")
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"128", done.stderr)


if __name__ == "__main__":
    program.main()
