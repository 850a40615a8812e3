#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Converted weights are kept in CAPY_HOME/cache/packed: the same answers with and without, and nobody is stopped by a
cache that is damaged or cannot be written."""
import json
import os
import pathlib
import shutil
import stat
import tempfile

from program import TinyModelTest, capy, environment, main

ARGUMENTS = ("--tokens", "1,2,3,4,5", "--type", "int8", "--max-tokens", "12", "--temperature", "0", "--ignore-eos",
             "--context", "512", "--json")


class Cache(TinyModelTest):
    def setUp(self):
        self.home = tempfile.mkdtemp(dir=self.folder.name)
        self.packed = pathlib.Path(self.home) / "cache" / "packed"

    def answer(self, **changes):
        done = capy("run", "-m", self.model, *ARGUMENTS, 
                    env=environment(**{"CAPY_HOME": self.home, "CAPY_CACHE": "on", **changes}))
        return json.loads(self.check_good(done).splitlines()[-1])["tokens"], done.stderr.decode()

    def files(self):
        return sorted(self.packed.glob("*")) if self.packed.exists() else []

    def doctor(self):
        done = capy("doctor", "--json", env=environment(CAPY_HOME=self.home))
        return json.loads(done.stdout)["cached_weights"], done.returncode

    def test_the_second_start_uses_what_the_first_kept(self):
        truth, _ = self.answer(CAPY_CACHE="off")
        self.assertEqual(self.files(), [])
        first, _ = self.answer()
        self.assertEqual(len(self.files()), 1)
        inode = os.stat(self.files()[0]).st_ino
        second, _ = self.answer()
        self.assertEqual(os.stat(self.files()[0]).st_ino, inode)
        self.assertEqual([first, second], [truth, truth])
        found, _ = self.doctor()
        self.assertEqual([f["checksum_ok"] for f in found], [True])
        self.assertGreater(found[0]["matrices"], 10)

    def test_a_damaged_file_is_made_again_or_found_by_doctor(self):
        truth, _ = self.answer()
        path = self.files()[0]
        whole = path.read_bytes()
        for damaged in (b"", whole[:-1], whole[:-100] + b"\xff" + whole[-99:]):
            path.unlink()
            path.write_bytes(damaged)
            again, said = self.answer()
            self.assertEqual(again, truth)
            self.assertIn("made again", said)
            self.assertEqual(path.read_bytes(), whole)
        path.write_bytes(bytes([whole[0] ^ 1]) + whole[1:])
        found, code = self.doctor()
        self.assertEqual(([f["checksum_ok"] for f in found], code), ([False], 1))

    def test_other_weights_in_the_same_place_are_converted_again(self):
        self.model = shutil.copytree(type(self).model, pathlib.Path(self.home) / "copy")
        self.answer()
        weights = pathlib.Path(self.model) / "model.safetensors"
        content = bytearray(weights.read_bytes())
        content[-3] ^= 0x10
        weights.write_bytes(bytes(content))
        kept, _ = self.answer()
        truth, _ = self.answer(CAPY_CACHE="off")
        self.assertEqual(kept, truth)
        self.assertEqual(len(self.files()), 2)

    def test_a_home_that_cannot_be_written_is_warned_of_once(self):
        pathlib.Path(self.home, "cache").write_text("in the way")
        truth, _ = self.answer(CAPY_CACHE="off")
        kept, said = self.answer()
        self.assertEqual(kept, truth)
        self.assertEqual(said.count("warning"), 1, said)

    def test_only_the_owner_may_read_it(self):
        self.answer()
        self.assertEqual(stat.S_IMODE(os.stat(self.files()[0]).st_mode), 0o600)

    def test_other_values_are_refused(self):
        done = capy("run", "-m", self.model, *ARGUMENTS, env=environment(CAPY_CACHE="maybe"))
        self.check_error(done, 2, "CAPY_CACHE", "maybe")


if __name__ == "__main__":
    main()
