# SPDX-License-Identifier: Apache-2.0
"""Starts capy as a user would, and makes what its tests need: tiny models, a terminal. Standard library only.

CAPY_BINARY is the program. Tests that need SmolLM2 use CAPY_HOME/models/smollm2.gguf where it is and skip
otherwise.
"""
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

BINARY = os.environ.get("CAPY_BINARY", "capy")
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
GOLDEN = ROOT / "tests" / "golden"
SECONDS_MAX = 300


def environment(**changes):
    env = {k: v for k, v in os.environ.items() if not k.startswith("CAPY_") and k != "NO_COLOR"}
    for name in ("CAPY_HOME", "CAPY_ISA"):
        if name in os.environ:
            env[name] = os.environ[name]
    env["CAPY_THREADS"] = os.environ.get("CAPY_THREADS", "1")  # tests run beside each other
    env["CAPY_CACHE"] = "off"  # and keep nothing in the home of whoever runs them
    env.update(changes)
    return env


def capy(*arguments, stdin=b"", env=None, timeout=SECONDS_MAX, **options):
    """The finished process, with stdout and stderr as bytes. stdin: bytes, or a file or constant for subprocess."""
    data = {"input": stdin} if isinstance(stdin, bytes) else {"stdin": stdin}
    return subprocess.run(
        [BINARY, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env or environment(),
        timeout=timeout, check=False, **data, **options)


def smollm2():
    """Its path; skips the test where it is not here."""
    home = os.environ.get("CAPY_HOME") or os.path.join(
        os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share"), "capy")
    path = pathlib.Path(home) / "models" / "smollm2.gguf"
    if not path.is_file():
        raise unittest.SkipTest("skipped: smollm2 is not here")
    return path


def byte_alphabet():
    """The printable character that byte-level tokenizers write for each byte, after GPT-2."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in printable]
    table = {b: chr(b) for b in printable}
    table.update({b: chr(256 + i) for i, b in enumerate(others)})
    return table


SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<think>", "</think>"]
TEMPLATE = (
    "{%- for message in messages %}{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}"
    "{%- endfor %}{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}"
    "{%- if enable_thinking is defined and enable_thinking %}{{- '<think>\\n' }}{%- endif %}{%- endif %}")

TINY_CONFIG = {
    "architectures": ["Qwen3_5ForCausalLM"], "model_type": "qwen3_5_text", "vocab_size": 261, "hidden_size": 48,
    "intermediate_size": 80, "num_hidden_layers": 4, "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 16,
    "linear_num_key_heads": 2, "linear_num_value_heads": 4, "linear_key_head_dim": 8, "linear_value_head_dim": 12,
    "linear_conv_kernel_dim": 4, "full_attention_interval": 4, "max_position_embeddings": 65536, "rms_norm_eps": 1e-6,
    "tie_word_embeddings": True, "mtp_num_hidden_layers": 1, "eos_token_id": 256,
    "rope_parameters": {"rope_type": "default", "rope_theta": 10000, "partial_rotary_factor": 0.5}}


def tokenizer_json():
    vocab = {character: byte for byte, character in byte_alphabet().items()}
    added = [{"id": 256 + i, "content": text, "single_word": False, "lstrip": False, "rstrip": False,
              "normalized": False, "special": not text.strip("<>/").startswith("think")} for i, text in enumerate(SPECIAL)]
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": None,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
        "post_processor": None,
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                  "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "vocab": vocab, "merges": []}}


def make_tiny_model(directory, seed=1):
    """A random Qwen3.5 model that chats in random bytes: everything but sense."""
    directory = pathlib.Path(directory)
    config = directory / "config.json"
    config.write_text(json.dumps(TINY_CONFIG))
    out = directory / "tiny"
    made = capy("init", config, out, "--seed", seed)
    if made.returncode != 0:
        raise AssertionError(made.stderr.decode())
    (out / "tokenizer.json").write_text(json.dumps(tokenizer_json()))
    (out / "tokenizer_config.json").write_text(json.dumps({"eos_token": "<|im_end|>"}))
    (out / "chat_template.jinja").write_text(TEMPLATE)
    return out


def read_npy(path):
    """(shape, flat list of floats) of a float32 .npy file."""
    data = pathlib.Path(path).read_bytes()
    assert data[:8] == b"\x93NUMPY\x01\x00", "not a version 1.0 .npy file"
    length = struct.unpack("<H", data[8:10])[0]
    header = eval(data[10:10 + length].decode(), {})  # noqa: S307: a literal dictionary, made by us
    assert header["descr"] == "<f4" and not header["fortran_order"]
    count = (len(data) - 10 - length) // 4
    return header["shape"], struct.unpack(f"<{count}f", data[10 + length:])


def json_lines(output):
    return [json.loads(line) for line in output.decode().splitlines()]


class ProgramTest(unittest.TestCase):
    """With the checks that most tests make."""

    def check_error(self, done, code, *words):
        """Ended with `code` and one message on stderr that holds the words; nothing on stdout."""
        message = done.stderr.decode(errors="replace")
        self.assertEqual(done.returncode, code, message)
        self.assertEqual(done.stdout, b"", message)
        lines = [line for line in message.splitlines() if line.startswith("capy: error: ")]
        self.assertEqual(len(lines), 1, message)
        for word in words:
            self.assertIn(word, lines[0])

    def check_good(self, done):
        self.assertEqual(done.returncode, 0, done.stderr.decode(errors="replace"))
        return done.stdout


class TinyModelTest(ProgramTest):
    """With a tiny model of random weights, made once for the class, in a folder that tests may use."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = pathlib.Path(cls.folder.name)
        cls.model = make_tiny_model(cls.folder.name)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()


def main():
    if not os.access(BINARY, os.X_OK):
        sys.exit(f"CAPY_BINARY={BINARY} is not a program")
    unittest.main()
