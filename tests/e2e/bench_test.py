# SPDX-License-Identifier: Apache-2.0
"""capy bench: what it answers, what it refuses, Ctrl-C."""
import json
import re
import signal
import subprocess
import sys
import time
from xml.etree import ElementTree

import program
from program import TinyModelTest, capy


class BenchTest(TinyModelTest):
    def bench(self, *options, **changes):
        short = [] if "--prompt" in options else ["--prompt", 20]
        short += [] if "--generate" in options else ["--generate", 5]
        return capy("bench", self.model, *short, *options, env=program.environment(**changes))

    def answer(self, *options, **changes):
        return json.loads(self.check_good(self.bench("--json", *options, **changes)))

    def test_json_has_what_scripts_rely_on(self):
        out = self.answer("--threads", 1, "--repeat", 2)
        for key in ("prefill_tok_s", "decode_tok_s", "rss_bytes"):
            self.assertGreater(out[key], 0, key)
        for key in ("memory_bytes_s", "decode_bytes_per_token", "decode_tok_s", "prefill_operations_per_token"):
            self.assertGreater(out["limits"][key], 0, key)
        self.assertEqual((out["prompt"], out["generate"], out["repeat"], out["threads"]), (20, 5, 2, 1))
        self.assertEqual(out["results"][0]["prefill"]["tok_s"], out["prefill_tok_s"])
        self.assertEqual(out["results"][0]["decode"][0]["tok_s"], out["decode_tok_s"])

    def test_one_result_for_each_depth_and_number_of_sequences(self):
        out = self.answer("--depth", "300,0", "--sequences", "1,4", "--repeat", 2)
        self.assertEqual([r["depth"] for r in out["results"]], [0, 300])
        for result in out["results"]:
            self.assertEqual([d["sequences"] for d in result["decode"]], [1, 4])
            for speeds in [result["prefill"], *result["decode"]]:
                self.assertLessEqual(speeds["tok_s_min"], speeds["tok_s"])
                self.assertLessEqual(speeds["tok_s"], speeds["tok_s_max"])
        shallow, deep = (r["decode"] for r in out["results"])
        per_token = out["limits"]["kv_bytes_per_context_token"]
        self.assertAlmostEqual(deep[0]["step_bytes"] - shallow[0]["step_bytes"], 300 * per_token, delta=1)
        self.assertAlmostEqual(deep[1]["step_bytes"] - shallow[1]["step_bytes"], 4 * 300 * per_token, delta=1)

    def test_bytes_of_a_token_are_those_of_the_weights_and_the_state(self):
        """Tiny model, bf16 weights computed as f32: by hand from its configuration."""
        c = program.TINY_CONFIG
        keys = c["linear_num_key_heads"] * c["linear_key_head_dim"]
        values = c["linear_num_value_heads"] * c["linear_value_head_dim"]
        states = c["linear_num_value_heads"] * c["linear_key_head_dim"] * c["linear_value_head_dim"] * (1 + 2 / 32)
        limits = self.answer("--type", "f32", "--kv", "f32")["limits"]
        self.assertAlmostEqual(limits["state_bytes_per_token"],
                               3 * 4 * (states + 16 * (keys + values) + 3 * (2 * keys + values)), delta=1)
        self.assertEqual(limits["kv_bytes_per_context_token"], 2 * c["head_dim"] * c["num_key_value_heads"] * 4)
        dim, hidden, queries = c["hidden_size"], c["intermediate_size"], c["num_attention_heads"] * c["head_dim"]
        mlp = 4 * 3 * dim * hidden
        attention = dim * (2 * queries + 2 * c["num_key_value_heads"] * c["head_dim"]) + queries * dim
        delta = 3 * (dim * (2 * keys + 2 * values + 2 * c["linear_num_value_heads"]) + values * dim)
        matrices = mlp + attention + delta + c["vocab_size"] * dim
        self.assertGreaterEqual(limits["weight_bytes_per_step"], 2 * matrices)
        self.assertLess(limits["weight_bytes_per_step"], 2 * matrices * 1.05)  # norms and convolutions besides

    def test_instruction_peak_is_of_the_isa(self):
        out = self.answer("--type", "int8")
        if out["isa"] in ("avx2", "avx512", "amx"):
            self.assertGreater(out["limits"]["operations_s"], 1e9)
            self.assertTrue(out["limits"]["instruction"].startswith("int8"))
        generic = self.answer("--type", "int8", CAPY_ISA="generic")
        self.assertNotIn("operations_s", generic["limits"])
        self.assertNotIn("limit_tok_s", generic["results"][0]["prefill"])

    def test_table(self):
        text = self.check_good(self.bench("--sequences", "1,2")).decode()
        self.assertRegex(text, r"(?m)^prefill 20 +[\d.]+ +[\d.]+ - [\d.]+ ")
        self.assertRegex(text, r"(?m)^decode 5 x 2 +[\d.]+ ")
        self.assertIn("GB/s", text)

    def test_one_half_alone(self):
        out = self.answer("--prompt", 0)
        self.assertNotIn("prefill_tok_s", out)
        out = self.answer("--generate", 0)
        self.assertNotIn("decode_tok_s", out)
        self.assertEqual(out["results"][0]["decode"], [])

    def test_drafting_at_chosen_acceptances(self):
        """The guesses are right as often as asked for, and the drafted answer is the undrafted one (or it fails)."""
        out = json.loads(self.check_good(capy("bench", program.ROOT / "tests/golden/models/qwen35_nested", "--prompt", 8,
                                              "--generate", 64, "--repeat", 2, "--acceptance", "0,0.5,1", "--json")))
        none, half, all_right = out["drafting"]
        self.assertEqual([entry["acceptance"] for entry in out["drafting"]], [0, 0.5, 1])
        for entry in out["drafting"]:
            for key in ("ratio", "ratio_min", "ratio_max", "plain_tok_s", "tok_s", "first_token_ratio"):
                self.assertGreater(entry[key], 0, key)
            self.assertLessEqual(entry["accepted"], entry["guessed"])
        self.assertEqual(none["accepted"], 0)
        self.assertGreater(none["guessed"], 0)
        self.assertEqual(all_right["accepted"], all_right["guessed"])
        self.assertLess(half["accepted"], half["guessed"])

    def test_drafting_needs_a_head(self):
        model = program.ROOT / "tests/golden/models/llama3"
        self.check_error(capy("bench", model, "--acceptance", "1", "--prompt", 8, "--generate", 8), 1, "MTP")

    def test_wrong_usage(self):
        for options in (["--prompt", "0", "--generate", "0"], ["--depth", ""], ["--depth", "1,,2"], ["--depth", "-1"],
                        ["--sequences", "0"], ["--sequences", "1,x"], ["--sequences", "99999"], ["--repeat", "0"],
                        ["--sequences", "8", "--chunk", "4"],
                        ["--acceptance", "1.5"], ["--acceptance", "x"], ["--acceptance", "nan"],
                        ["--acceptance", "1", "--generate", "0"], ["--depth", ",".join(["1"] * 40)], ["--type", "f64"]):
            with self.subTest(options):
                self.check_error(capy("bench", self.model, *options), 2)
        self.check_error(capy("bench", self.path / "nothing.gguf"), 1)

    def test_a_context_that_does_not_fit_is_refused(self):
        self.check_error(capy("bench", self.model, "--depth", 1 << 20), 1)

    def test_side_by_side_makes_figures_and_charts_of_capy_alone(self):
        out = self.path / "side_by_side"
        done = subprocess.run(
            [sys.executable, program.ROOT / "bench" / "side_by_side.py", "--capy", program.BINARY, "--model", self.model,
             "--out", out, "--widths", "8,16", "--rounds", "2", "--threads", "1", "--depths", "0,64", "--peer", "="],
            capture_output=True, text=True, timeout=program.SECONDS_MAX, env=program.environment(), check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        table = json.loads((out / "results.json").read_text())["table"]
        self.assertEqual({row["part"] for row in table}, {"prefill", "decode", "sequences", "depth", "start"})
        for row in table:
            self.assertNotIn("failure", row)
            for name, figure in row["figures"].items():
                self.assertGreater(figure["median"], 0, (row["part"], name))
        page = (out / "index.html").read_text()
        drawings = re.findall(r"<svg .*?</svg>", page)
        self.assertEqual(len(drawings), 7)
        for drawing in drawings:
            ElementTree.fromstring(drawing)

    def test_interrupt(self):
        process = subprocess.Popen([program.BINARY, "bench", str(self.model), "--generate", "60000", "--repeat", "1000"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=program.environment())
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        self.assertEqual((process.returncode, out, err), (130, b"", b""))


if __name__ == "__main__":
    program.main()
