# SPDX-License-Identifier: Apache-2.0
"""capy gradients: its file and its answers, against what PyTorch computed (tools/goldens/training.py)."""
import json
import math
import pathlib
import struct
import tempfile

import program
from program import GOLDEN, ProgramTest, capy

ERROR_MAX = 1e-4  # of each tensor's norm
TRAINING = GOLDEN / "training"


def read_safetensors(path):
    """Name -> (shape, floats) of a file of f32 tensors."""
    data = pathlib.Path(path).read_bytes()
    header_bytes = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + header_bytes])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        assert entry["dtype"] == "F32", name
        begin, end = (8 + header_bytes + offset for offset in entry["data_offsets"])
        tensors[name] = entry["shape"], struct.unpack(f"<{(end - begin) // 4}f", data[begin:end])
    return tensors


class GradientsTest(ProgramTest):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.out = pathlib.Path(folder.name) / "gradients.safetensors"

    def gradients(self, directory, golden, *options):
        tokens = ",".join(map(str, golden["samples"][0]))
        answer = self.check_good(capy("gradients", directory, "--tokens", tokens, "--loss-from", golden["loss_from"],
                                      "--out", self.out, "--json", *options))
        return json.loads(answer), read_safetensors(self.out)

    def test_against_the_reference(self):
        for directory in sorted(TRAINING.iterdir()):
            golden = json.loads((directory / "golden.json").read_text())
            with self.subTest(directory.name):
                weight = golden["mtp_weight"]
                answer, got = self.gradients(directory, golden, *(("--mtp-weight", weight) if weight else ()))
                self.assertAlmostEqual(answer["loss"], golden["loss"], delta=1e-5)
                self.assertEqual(answer["targets"], len(golden["samples"][0]) - golden["loss_from"])
                expected = read_safetensors(directory / "gradients.safetensors")
                self.assertEqual(got.keys(), expected.keys())
                for name, (shape, values) in expected.items():
                    self.assertEqual(got[name][0], shape, name)
                    error = math.dist(got[name][1], values)
                    self.assertLess(error, ERROR_MAX * math.hypot(*values), name)

    def test_a_head_without_a_weight_has_no_part(self):
        directory = TRAINING / "untied_mtp"
        golden = json.loads((directory / "golden.json").read_text())
        answer, got = self.gradients(directory, golden)
        self.assertNotIn("mtp_loss", answer)
        self.assertFalse([name for name in got if name.startswith("mtp.")])

    def test_threads_change_no_byte(self):
        directory = TRAINING / "grouped"
        golden = json.loads((directory / "golden.json").read_text())
        self.gradients(directory, golden, "--threads", "1")
        first = self.out.read_bytes()
        self.gradients(directory, golden, "--threads", "3")
        self.assertEqual(first, self.out.read_bytes())

    def test_what_cannot_be_done_is_said(self):
        for arguments, words in [
            ((TRAINING / "grouped", "--tokens", "1,2,99"), "token 99 is not in the vocabulary"),
            ((TRAINING / "grouped", "--tokens", "1,2", "--loss-from", "2"), "give more tokens"),
            ((TRAINING / "grouped", "--tokens", "1,2,3", "--mtp-weight", "1"), "no MTP head"),
            ((GOLDEN / "models" / "qwen35_fp8", "--tokens", "1,2"), "FP8"),
        ]:
            with self.subTest(words):
                done = capy("gradients", *arguments, "--out", self.out)
                self.assertEqual(done.returncode, 1)
                self.assertIn(words, done.stderr.decode())
                self.assertFalse(self.out.exists())


if __name__ == "__main__":
    program.main()
