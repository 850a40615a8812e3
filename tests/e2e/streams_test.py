# SPDX-License-Identifier: Apache-2.0
"""Standard streams that are closed, full, or no terminal; Ctrl-C."""
import os
import signal
import subprocess
import time

import program
from program import TinyModelTest, capy


class StreamsTest(TinyModelTest):
    def shell(self, line, **changes):
        env = program.environment(CAPY=program.BINARY, MODEL=str(self.model), **changes)
        return subprocess.run(["bash", "-o", "pipefail", "-c", line], capture_output=True, env=env, timeout=120, check=False)

    def test_reader_that_goes_away_is_no_error(self):
        done = self.shell('"$CAPY" run -m "$MODEL" hi --max-tokens 4000 --ignore-eos --json | head -n 1')
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertEqual(len(done.stdout.splitlines()), 1)

    def test_closed_output_is_an_error(self):
        done = self.shell('"$CAPY" --version >&-')
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"standard output", done.stderr)

    def test_output_never_goes_into_a_file_of_ours(self):
        """With descriptor 1 closed, the next file opened would become it."""
        before = (self.model / "model.safetensors").read_bytes()
        done = self.shell('"$CAPY" run -m "$MODEL" hi --max-tokens 4 >&- 2>&-')
        self.assertEqual(done.returncode, 1)
        self.assertEqual((self.model / "model.safetensors").read_bytes(), before)

    def test_full_disk_is_an_error(self):
        done = self.shell('"$CAPY" --help > /dev/full')
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"No space left", done.stderr)

    def test_closed_input(self):
        done = self.shell('"$CAPY" run -m "$MODEL" <&-')
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"standard input", done.stderr)
        done = self.shell('"$CAPY" tokenize "$MODEL" <&-')
        self.assertEqual(done.returncode, 1)

    def test_directory_as_input(self):
        done = self.shell('"$CAPY" tokenize "$MODEL" < /')
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"standard input", done.stderr)

    def test_empty_input(self):
        self.check_error(capy("run", "-m", self.model), 2, "empty")
        self.assertEqual(self.check_good(capy("tokenize", self.model)), b"\n")
        self.assertEqual(self.check_good(capy("tokenize", self.model, "--json")), b"[]\n")
        self.assertEqual(self.check_good(capy("detokenize", self.model)), b"")
        self.check_error(capy("template", self.model), 1)

    def test_pipes_get_no_colours_and_no_progress(self):
        for env in (program.environment(TERM="xterm-256color"), program.environment(NO_COLOR="1", TERM="xterm")):
            done = capy("run", "-m", self.model, "hi", "--max-tokens", "40", "--seed", "1", "--stats", env=env)
            self.check_good(done)
            self.assertNotIn(b"\x1b", done.stderr)
            self.assertNotIn(b"\r", done.stderr)
            # What the model writes may hold any byte; a colour would be a whole sequence.
            self.assertNotIn(b"\x1b[", done.stdout)

    def test_prompt_from_input_equals_prompt_as_argument(self):
        options = ["-m", self.model, "--max-tokens", "12", "--seed", "3", "--json"]
        as_argument = program.json_lines(self.check_good(capy("run", "Hello there", *options)))[-1]
        as_input = program.json_lines(self.check_good(capy("run", *options, stdin=b"Hello there\n")))[-1]
        self.assertEqual(as_argument["tokens"], as_input["tokens"])

    def test_interrupt_ends_with_130(self):
        running = subprocess.Popen(
            [program.BINARY, "run", "-m", str(self.model), "hi", "--ignore-eos", "--json"], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=program.environment(), preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
        running.stdout.readline()  # it answers
        running.send_signal(signal.SIGINT)
        output, errors = running.communicate(timeout=60)
        self.assertEqual(running.returncode, 130, errors)
        self.assertEqual(errors, b"")
        self.assertEqual(program.json_lines(output)[-1]["finish_reason"], "cancelled")

    def test_interrupted_init_leaves_nothing(self):
        config = dict(program.TINY_CONFIG, vocab_size=200_000, hidden_size=1024, num_hidden_layers=24, intermediate_size=4096)
        path = f"{self.folder.name}/large.json"
        with open(path, "w", encoding="utf-8") as file:
            program.json.dump(config, file)
        out = f"{self.folder.name}/large"
        running = subprocess.Popen([program.BINARY, "init", path, out, "--seed", "1"], stderr=subprocess.PIPE, env=program.environment())
        deadline = time.monotonic() + 60
        while not os.path.isdir(out) and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.05)
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=60)
        self.assertEqual(running.returncode, 130)
        self.assertFalse(os.path.exists(out), "a half-written model")


if __name__ == "__main__":
    program.main()
