#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""capy quantize, from the outside: the same model in every form, its report, and what it refuses."""
import json
import math
import pathlib
import shutil
import signal
import struct
import subprocess
import tempfile
import time

from program import BINARY, GOLDEN, ProgramTest, TinyModelTest, capy, environment, main, read_npy

TOKENS = "1,2,3,4,5,6,7,8,9,10,11,12"


class Logits:
    """Of a model for TOKENS, as one flat list."""

    def __init__(self, path, kind="f32"):
        with tempfile.TemporaryDirectory() as folder:
            out = pathlib.Path(folder) / "logits.npy"
            done = capy("logits", path, "--tokens", TOKENS, "--type", kind, "--out", out)
            if done.returncode != 0:
                raise AssertionError(done.stderr.decode())
            self.values = read_npy(out)[1]

    def distance(self, other):
        """Root mean square of the difference over that of the values."""
        error = sum((a - b) ** 2 for a, b in zip(self.values, other.values))
        return math.sqrt(error / sum(a * a for a in other.values))


class QuantizeTest(ProgramTest):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)

    def tearDown(self):
        self.folder.cleanup()

    def quantize(self, source, out, *options):
        return json.loads(self.check_good(capy("quantize", source, self.path / out, "--json", *options)))

    def test_every_architecture_comes_back_from_gguf_and_from_a_directory(self):
        for gguf in sorted((GOLDEN / "gguf").glob("*.gguf")):
            name = gguf.name.split(".")[0]
            twin = GOLDEN / "models" / name
            truth = Logits(twin)
            with self.subTest(name):
                if name != "llama3":  # its GGUF holds divisors that config.json cannot say
                    self.quantize(gguf, name, "--type", "f32")
                    self.assertLess(Logits(self.path / name).distance(truth), 1e-6)
                self.quantize(twin, f"{name}.gguf", "--type", "f32")
                self.assertLess(Logits(self.path / f"{name}.gguf").distance(truth), 1e-6)

    def test_divisors_that_a_config_cannot_say_are_an_error(self):
        done = capy("quantize", GOLDEN / "gguf" / "llama3.f32.gguf", self.path / "out", "--type", "f32")
        self.check_error(done, 1, "rope_freqs")

    def test_packed_types_compute_what_loading_computes(self):
        # The embedding is packed too, so its rows differ a little; the products are the same.
        for kind in ("int8", "int4"):
            for name in ("qwen35_nested", "qwen35_grouped", "llama_tied", "qwen3"):
                with self.subTest(f"{name} {kind}"):
                    twin = GOLDEN / "models" / name
                    self.quantize(twin, f"{name}-{kind}", "--type", kind)
                    shown = self.path / f"{name}-{kind}"
                    ours = Logits(shown, kind)
                    truth = Logits(twin)
                    self.assertLess(truth.distance(ours), 1.5 * truth.distance(Logits(twin, kind)) + 0.01)
                    self.assertEqual(ours.values, Logits(shown, "int8").values)  # the file says what it is

    def test_fp8_becomes_what_it_means(self):
        twin = GOLDEN / "models" / "qwen35_fp8"
        self.quantize(twin, "plain", "--type", "f32")
        self.assertNotIn("quantization_config", json.loads((self.path / "plain" / "config.json").read_text()))
        self.assertLess(Logits(self.path / "plain").distance(Logits(twin)), 1e-6)

    def test_packed_models_name_what_cannot_be_done(self):
        twin = GOLDEN / "models" / "qwen3"
        self.quantize(twin, "small", "--type", "int4")
        small = self.path / "small"
        self.check_error(capy("quantize", small, self.path / "again", "--type", "int8"), 1, "quantised already")
        self.check_error(capy("logits", small, "--tokens", "1,2", "--type", "f32", "--out", self.path / "x.npy"), 1,
                         "packed", "--type")
        self.check_error(capy("quantize", twin, small, "--type", "int4"), 1, "holds a model already")
        self.check_error(capy("quantize", twin, self.path / "x.gguf", "--type", "int4"), 2, "GGUF", "int4")
        self.check_error(capy("quantize", twin, self.path / "x", "--type", "int5"), 2, "int5")
        self.check_error(capy("quantize", twin, self.path / "x", "--type", "int8", "--all-int4"), 2, "--all-int4")

    def test_damaged_packed_models_are_refused(self):
        self.quantize(GOLDEN / "models" / "qwen3", "small", "--type", "int8")
        small = self.path / "small"
        config = json.loads((small / "config.json").read_text())

        def logits():
            return capy("logits", small, "--tokens", "1,2", "--out", self.path / "x.npy")

        for version in (None, 0, 2, "1", -1):
            changed = dict(config, capy_quantization={"version": version})
            (small / "config.json").write_text(json.dumps(changed))
            self.check_error(logits(), 1, "version")
        (small / "config.json").write_text(json.dumps(config))
        weights = (small / "model.safetensors").read_bytes()
        length = struct.unpack("<Q", weights[:8])[0]
        header = json.loads(weights[8:8 + length])
        name = next(name for name in header if "down_proj" in name)
        header[name]["dtype"] = "I8"
        text = json.dumps(header).encode()
        text += b" " * (length - len(text)) if len(text) <= length else b""
        (small / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + weights[8 + length:])
        self.check_error(logits(), 1, name)

    def test_a_header_of_another_length_only_costs_alignment(self):
        self.quantize(GOLDEN / "models" / "qwen3", "small", "--type", "int4")
        file = self.path / "small" / "model.safetensors"
        truth = Logits(self.path / "small", "int4").values
        weights = file.read_bytes()
        length = struct.unpack("<Q", weights[:8])[0]
        file.write_bytes(struct.pack("<Q", length + 3) + weights[8:8 + length] + b"   " + weights[8 + length:])
        self.assertEqual(Logits(self.path / "small", "int4").values, truth)


class TextQuantizeTest(TinyModelTest):
    def test_the_directory_chats_and_tokenizes_like_the_original(self):
        out = self.path / "small"
        self.check_good(capy("quantize", self.model, out, "--type", "int4"))
        text = "Hello <|im_end|> \u00fc\u4f60 12345\n\n  x".encode()
        for model in (self.model, out):
            done = capy("run", "-m", model, "--max-tokens", "4", "hi")
            self.check_good(done)
            self.assertNotIn(b"not known", done.stderr)  # the MTP head is found too
        shown = [json.loads(self.check_good(capy("show", model, "--json"))) for model in (self.model, out)]
        self.assertEqual(shown[0]["parameters"], shown[1]["parameters"])
        self.assertIn("int4", [kind["type"] for kind in shown[1]["weight_types"]])
        self.assertEqual(self.check_good(capy("tokenize", out, "--json", stdin=text)),
                         self.check_good(capy("tokenize", self.model, "--json", stdin=text)))

    def test_gguf_holds_tokenizer_and_template(self):
        out = self.path / "small.gguf"
        self.check_good(capy("quantize", self.model, out, "--type", "bf16"))
        back = self.path / "back"
        self.check_good(capy("quantize", out, back, "--type", "bf16"))
        text = "Hello <|im_end|> <think> \u00fc\u4f60 12345\n\n  x".encode()
        messages = json.dumps([{"role": "user", "content": "hi"}]).encode()
        for model in (out, back):
            self.assertEqual(self.check_good(capy("tokenize", model, "--json", stdin=text)),
                             self.check_good(capy("tokenize", self.model, "--json", stdin=text)))
            self.assertEqual(self.check_good(capy("template", model, stdin=messages)),
                             self.check_good(capy("template", self.model, stdin=messages)))
            self.assertEqual(Logits(model, "bf16").values, Logits(back, "bf16").values)

    def test_int8_in_gguf_is_q8_0(self):
        wide = dict(json.loads((self.model / "config.json").read_text()), hidden_size=64, intermediate_size=96)
        (self.path / "wide.json").write_text(json.dumps(wide))
        self.check_good(capy("init", self.path / "wide.json", self.path / "wide"))
        self.check_good(capy("quantize", self.path / "wide", self.path / "a.gguf", "--type", "f32"))
        report = json.loads(self.check_good(capy("quantize", self.path / "a.gguf", self.path / "b.gguf", "--type", "int8",
                                                 "--json")))
        kinds = {tensor["name"]: tensor["to"] for tensor in report["tensors"]}
        self.assertEqual(kinds["model.layers.0.mlp.down_proj.weight"], "Q8_0")
        self.assertEqual(kinds["model.layers.0.input_layernorm.weight"], "F32")
        self.assertLess(Logits(self.path / "b.gguf").distance(Logits(self.path / "a.gguf")), 0.05)

    def test_calibration_measures_and_refuses(self):
        text = self.path / "text.txt"
        text.write_text("The quick brown fox jumps over the lazy dog. " * 120)
        plain = json.loads(self.check_good(capy("quantize", self.model, self.path / "c0", "--type", "int4", "--all-int4",
                                                "--json")))
        out = self.path / "c1"
        report = json.loads(self.check_good(capy("quantize", self.model, out, "--type", "int4", "--all-int4", "--calibrate",
                                                 text, "--json")))
        self.assertGreater(report["kl_divergence"], 0)
        errors = {tensor["name"]: tensor for tensor in report["tensors"]}
        for tensor in plain["tensors"]:  # codes chosen for the inputs are further from the weights, and nearer in effect
            if "down_proj" in tensor["name"] and "mtp" not in tensor["name"]:
                chosen = errors[tensor["name"]]
                self.assertGreater(chosen["relative_error"], tensor["relative_error"])
                self.assertLess(chosen["output_error"], chosen["relative_error"])
        refused = self.path / "c2"
        done = capy("quantize", self.model, refused, "--type", "int4", "--calibrate", text, "--max-kl", "0")
        self.check_error(done, 1, "KL divergence", "--max-kl")
        self.assertFalse((refused / "config.json").exists())
        short = self.path / "short.txt"
        short.write_text("too short")
        self.check_error(capy("quantize", self.model, self.path / "c3", "--type", "int4", "--calibrate", short), 1,
                         "tokens")

    def divergences(self, model, out, *options):
        """The report of --kl-by-tensor, and the divergence by tensor."""
        text = self.path / "text.txt"
        text.write_text("The quick brown fox jumps over the lazy dog. " * 60)
        report = json.loads(self.check_good(capy("quantize", model, self.path / out, "--calibrate", text, "--kl-by-tensor",
                                                 "--json", *options)))
        return report, {tensor["name"]: tensor["kl_divergence"] for tensor in report["tensors"] if "kl_divergence" in tensor}

    def test_each_tensor_has_a_divergence_of_its_own(self):
        report, coarse = self.divergences(self.model, "k4", "--type", "int4", "--all-int4")
        _, fine = self.divergences(self.model, "k8", "--type", "int8")
        matrices = {tensor["name"] for tensor in report["tensors"] if tensor["to"] == "int4" and "mtp" not in tensor["name"]}
        self.assertEqual(set(coarse), matrices)  # nothing for the MTP head, of which no logits come
        for name, divergence in coarse.items():
            self.assertGreater(divergence, 3 * fine[name], name)
            self.assertGreater(fine[name], 0, name)
        self.assertAlmostEqual(sum(coarse.values()), report["kl_by_tensor_sum"], 12)
        self.assertGreater(report["kl_by_tensor_sum"], report["kl_divergence"] / 3)
        self.assertLess(report["kl_by_tensor_sum"], report["kl_divergence"] * 3)

    def test_a_tensor_that_loses_nothing_costs_nothing(self):
        model = self.path / "zeroed"
        shutil.copytree(self.model, model)
        file = model / "model.safetensors"
        data = bytearray(file.read_bytes())
        length = struct.unpack("<Q", data[:8])[0]
        header = json.loads(data[8:8 + length])
        zero = next(name for name in header if name.endswith("layers.1.mlp.up_proj.weight"))
        begin, end = (8 + length + at for at in header[zero]["data_offsets"])
        data[begin:end] = bytes(end - begin)
        file.write_bytes(data)
        _, found = self.divergences(model, "k", "--type", "int4", "--all-int4")
        for name, divergence in found.items():
            if "layers.1.mlp" in name:  # what is multiplied with nothing cannot cost anything either
                self.assertEqual(divergence, 0, name)
            else:
                self.assertGreater(divergence, 0, name)

    def test_divergence_by_tensor_of_other_forms(self):
        # From a GGUF, whose rows stand in another order, and into one.
        self.check_good(capy("quantize", self.model, self.path / "plain", "--type", "f32"))
        self.check_good(capy("quantize", self.model, self.path / "plain.gguf", "--type", "f32"))
        _, straight = self.divergences(self.path / "plain", "d", "--type", "int4", "--all-int4")
        _, turned = self.divergences(self.path / "plain.gguf", "g", "--type", "int4", "--all-int4")
        for name, divergence in straight.items():
            other = turned[name.replace("model.language_model.", "model.")]
            self.assertLess(abs(divergence - other), 0.02 * divergence + 1e-9, name)
        _, bf16 = self.divergences(self.path / "plain.gguf", "b.gguf", "--type", "bf16")
        self.assertLess(max(bf16.values()), 1e-3)

    def test_divergence_by_tensor_is_told_in_words(self):
        text = self.path / "text.txt"
        text.write_text("The quick brown fox jumps over the lazy dog. " * 60)
        done = capy("quantize", self.model, self.path / "w", "--type", "int4", "--calibrate", text, "--kl-by-tensor",
                    "--kl-tokens", "64")
        told = self.check_good(done).decode()
        self.assertIn("KL alone", told)
        worst = told[told.index("one tensor alone"):].splitlines()
        self.assertIn("last 48 tokens", worst[0])
        values = [float(line.split()[0]) for line in worst[1:11]]
        self.assertEqual(values, sorted(values, reverse=True))
        self.assertIn("the sum over", worst[11])
        self.check_error(capy("quantize", self.model, self.path / "w2", "--type", "int4", "--kl-by-tensor"), 2,
                         "--kl-by-tensor", "--calibrate")

    def test_threads_do_not_matter(self):
        files = []
        for threads in (1, 2):
            out = self.path / f"t{threads}"
            self.check_good(capy("quantize", self.model, out, "--type", "int4", "--threads", str(threads)))
            files.append((out / "model.safetensors").read_bytes())
        self.assertEqual(files[0], files[1])

    def test_an_interrupt_leaves_nothing(self):
        wide = dict(json.loads((self.model / "config.json").read_text()), hidden_size=1024, intermediate_size=3584,
                    num_hidden_layers=8, vocab_size=20000)
        (self.path / "wide.json").write_text(json.dumps(wide))
        self.check_good(capy("init", self.path / "wide.json", self.path / "wide"))
        out = self.path / "never"
        process = subprocess.Popen([BINARY, "quantize", self.path / "wide", out, "--type", "int4"], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=environment())
        deadline = time.monotonic() + 60
        while not out.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        self.assertFalse(out.exists())
        shutil.rmtree(self.path / "wide")


if __name__ == "__main__":
    main()
