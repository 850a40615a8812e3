# SPDX-License-Identifier: Apache-2.0
"""Files that are missing, of another kind, empty, cut short or nonsense: one message and exit code 1."""
import json
import pathlib
import shutil
import tempfile

import program
from program import GOLDEN, ProgramTest, capy

MODEL_COMMANDS = [["run", "hi", "-m"], ["show"], ["tokenize"], ["detokenize"], ["template"]]


class FilesTest(ProgramTest):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)

    def each_model_command(self, model, *words):
        out = self.path / "out.npy"
        text = self.path / "text.txt"
        text.write_text("some text " * 100)
        for command in MODEL_COMMANDS:
            with self.subTest(command):
                self.check_error(capy(*command, model, stdin=b"[]"), 1, *words)
        with self.subTest("logits"):
            self.check_error(capy("logits", model, "--tokens", "1", "--out", out), 1, *words)
            self.assertFalse(out.exists())
        with self.subTest("perplexity"):
            self.check_error(capy("perplexity", model, text), 1, *words)

    def test_missing(self):
        self.each_model_command(self.path / "nothing.gguf", "nothing.gguf")
        self.each_model_command("no-such-model", "no-such-model")

    def test_name_that_leads_out_of_the_directory(self):
        for name in ("../../etc/passwd", "..", "a/../../b", "\x01", "a" * 5000, "-"):
            with self.subTest(name):
                self.check_error(capy("show", "--", name), 1)

    def test_directory_without_a_model(self):
        self.each_model_command(self.path)

    def test_empty_files(self):
        for name in ("empty.gguf", "empty.safetensors", "empty"):
            (self.path / name).write_bytes(b"")
            self.each_model_command(self.path / name, name)

    def test_devices(self):
        for device in ("/dev/null", "/dev/zero"):
            self.each_model_command(device)

    def test_nonsense(self):
        for name in ("noise.gguf", "noise.safetensors"):
            (self.path / name).write_bytes(bytes(range(256)) * 64)
            self.each_model_command(self.path / name)

    def test_cut_short(self):
        source = GOLDEN / "gguf" / "llama3.f32.gguf"
        whole = source.read_bytes()
        short = self.path / "short.gguf"
        for size in (3, 8, 24, 100, len(whole) // 2, len(whole) - 1):
            short.write_bytes(whole[:size])
            with self.subTest(size):
                self.check_error(capy("logits", short, "--tokens", "1", "--out", self.path / "x.npy"), 1, "short.gguf")

    def test_missing_shard_names_itself(self):
        copy = self.path / "model"
        shutil.copytree(GOLDEN / "models" / "qwen35_nested", copy)
        (copy / "model-00002-of-00003.safetensors").unlink()
        self.check_error(capy("show", copy), 1, "model-00002-of-00003.safetensors")

    def test_damaged_config(self):
        copy = self.path / "model"
        shutil.copytree(GOLDEN / "models" / "qwen3", copy)
        config = json.loads((copy / "config.json").read_text())
        for change in ({"hidden_size": 2**40}, {"hidden_size": -1}, {"num_hidden_layers": 0}, {"num_hidden_layers": "many"},
                       {"num_attention_heads": 0}, {"vocab_size": 2**62}, {"model_type": "gpt9"}, {"head_dim": 10**9}):
            (copy / "config.json").write_text(json.dumps({**config, **change}))
            with self.subTest(change):
                self.check_error(capy("logits", copy, "--tokens", "1", "--out", self.path / "x.npy"), 1)
        for text in ("", "{", "[]", "null", "[" * 100_000, '{"a": NaN}'):
            (copy / "config.json").write_text(text)
            with self.subTest(text[:10]):
                self.check_error(capy("show", copy), 1)

    def test_init_refuses_what_it_cannot_make(self):
        self.check_error(capy("init", self.path / "none.json", self.path / "out", "--seed", "1"), 1, "none.json")
        self.check_error(capy("init", self.path, self.path / "out", "--seed", "1"), 1)
        config = self.path / "config.json"
        config.write_text(json.dumps({**program.TINY_CONFIG, "model_type": "llama"}))
        self.check_error(capy("init", config, self.path / "out", "--seed", "1"), 1)
        config.write_text(json.dumps({**program.TINY_CONFIG, "num_hidden_layers": 400, "hidden_size": 65536,
                                      "intermediate_size": 1048576}))
        self.check_error(capy("init", config, self.path / "out", "--seed", "1"), 1, "free")
        config.write_text(json.dumps(program.TINY_CONFIG))
        (self.path / "file").write_text("")
        self.check_error(capy("init", config, self.path / "file", "--seed", "1"), 1)
        self.check_good(capy("init", config, self.path / "out", "--seed", "1"))
        self.check_error(capy("init", config, self.path / "out", "--seed", "1"), 1, "already")

    def test_outputs_that_cannot_be_written(self):
        model = GOLDEN / "models" / "qwen3"
        self.check_error(capy("logits", model, "--tokens", "1", "--out", self.path / "no" / "dir.npy"), 1, "dir.npy")
        self.check_error(capy("logits", model, "--tokens", "1", "--out", self.path), 1)

    def test_adapters(self):
        model = GOLDEN / "models" / "qwen35_grouped"
        for lora in ("/nowhere", "/nowhere:0.5"):
            self.check_error(capy("logits", model, "--tokens", "1", "--lora", lora, "--out", self.path / "x.npy"), 1, "/nowhere")
        self.check_error(capy("logits", model, "--tokens", "1", "--lora", self.path, "--out", self.path / "x.npy"), 1)


if __name__ == "__main__":
    program.main()
