# SPDX-License-Identifier: Apache-2.0
"""The command line itself: help, exit codes, wrong usage, absurd numbers."""
import re
import unittest

import program
from program import ProgramTest, TinyModelTest, capy

COMMANDS = ["run", "list", "show", "logits", "tokenize", "detokenize", "template", "perplexity", "eval", "bench", "quantize", "gradients",
            "init", "tokenizer", "data", "train", "tune", "merge", "doctor"]
LATER = ["serve", "pull", "remove"]


class HelpTest(ProgramTest):
    def test_version(self):
        self.assertRegex(self.check_good(capy("--version")).decode(), r"^capy \d+\.\d+\.\d+\n$")

    def test_overview_names_every_command_and_none_that_is_missing(self):
        text = self.check_good(capy("--help")).decode()
        listed = re.findall(r"^  (\w+) +\S", text.split("Commands:")[1].split("Options:")[0], re.MULTILINE)
        self.assertEqual(sorted(listed), sorted(COMMANDS))

    def test_each_command_has_help_with_examples(self):
        for command in COMMANDS:
            with self.subTest(command):
                text = self.check_good(capy(command, "--help")).decode()
                self.assertIn("Examples:", text)
                self.assertIn(f"capy {command}", text)
                self.assertEqual(text, self.check_good(capy("help", command)).decode())
                self.assertLessEqual(max(map(len, text.splitlines())), 140, "lines that do not fit a terminal")

    def test_nothing_at_all_shows_the_overview(self):
        done = capy()
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"Usage: capy COMMAND", done.stdout)


class WrongUsageTest(ProgramTest):
    def test_unknown_command(self):
        self.check_error(capy("rnu"), 2, "rnu", "run")
        self.check_error(capy("xyzzy"), 2, "xyzzy", "--help")
        self.check_error(capy("x" * 100_000), 2)
        self.check_error(capy("help", "xyzzy"), 2)

    def test_commands_of_later_versions_say_so(self):
        for command in LATER:
            with self.subTest(command):
                self.check_error(capy(command), 2, "not in this version yet")
        self.check_error(capy("serve", "model.gguf"), 2, "not in this version yet")

    def test_unknown_option(self):
        for command in COMMANDS:
            with self.subTest(command):
                self.check_error(capy(command, "--no-such-option"), 2)

    def test_missing_arguments(self):
        for command in ["show", "logits", "tokenize", "detokenize", "template", "perplexity", "eval", "quantize", "init", "tokenizer",
                        "data", "train", "tune", "merge"]:
            with self.subTest(command):
                self.check_error(capy(command), 2)

    def test_values_of_another_kind(self):
        for arguments in (["run", "--type", "f64", "x"], ["run", "--kv", "q9", "x"], ["run", "--think", "maybe", "x"],
                          ["run", "--temperature", "hot", "x"], ["run", "--tokens", "1,x"],
                          ["run", "--raw", "--system", "x", "y"], ["run", "--tokens", "1", "--think", "on"], ["run", "--tokens", "1,-2"],
                          ["run", "--seed", "-1", "x"], ["run", "--top-p", "1.5", "x"], ["run", ""], ["run", "a", "b"],
                          ["init", "config.json", "out", "--seed", "x"], ["run", "--lora", "/nowhere:strong", "x"]):
            with self.subTest(arguments):
                self.check_error(capy(*arguments), 2)

    def test_what_is_not_in_this_version(self):
        self.check_error(capy("run", "--image", "cat.png", "x"), 2, "not in this version")

    def test_wrong_environment(self):
        for threads in ("0", "-1", "many", "99999999999999999999"):
            self.check_error(capy("run", "x", env=program.environment(CAPY_THREADS=threads)), 2, "CAPY_THREADS")


class AbsurdNumbersTest(TinyModelTest):
    """Every option that takes a number, with numbers nobody means: a message, not a crash."""

    NUMBERS = ["0", "-1", "1e999", "nan", "-inf", "2147483648", "9223372036854775807", "9223372036854775808",
               "99999999999999999999999999", "0x10", "1.5", "", "1 2", "\N{ARABIC-INDIC DIGIT ONE}"]

    def survives(self, *arguments):
        done = capy(*arguments, timeout=120)
        self.assertIn(done.returncode, (0, 1, 2), f"{arguments}: {done.stderr.decode(errors='replace')}")
        if done.returncode != 0:
            self.assertIn(b"capy: error: ", done.stderr, arguments)

    def test_run(self):
        options = ["--max-tokens", "--temperature", "--top-p", "--top-k", "--min-p", "--typical-p", "--presence-penalty",
                   "--frequency-penalty", "--repeat-penalty", "--seed", "--context", "--threads", "--chunk"]
        for option in options:
            for number in self.NUMBERS:
                with self.subTest(option=option, number=number):
                    bound = [] if option == "--max-tokens" else ["--max-tokens", "2"]
                    bound += [] if option == "--context" else ["--context", "64"]
                    self.survives("run", "-m", self.model, "hi", option, number, *bound)

    def test_token_ids(self):
        for ids in ["261", "2147483647", "2147483648", "99999999999999999999", "-1", "", ",", "[", "[1", "1]", "[]", "1,,2"]:
            with self.subTest(ids):
                self.survives("run", "-m", self.model, "--tokens", ids, "--max-tokens", "2")
                self.survives("logits", self.model, "--tokens", ids, "--out", f"{self.folder.name}/absurd.npy")

    def test_others(self):
        text = f"{self.folder.name}/text.txt"
        with open(text, "w", encoding="utf-8") as file:
            file.write("some words " * 50)
        for number in self.NUMBERS:
            with self.subTest(number):
                self.survives("perplexity", self.model, text, "--context", number)
                self.survives("perplexity", self.model, text, "--context", "64", "--windows", number)
                self.survives("init", f"{self.folder.name}/config.json", f"{self.folder.name}/n{hash(number)}", "--seed", number)
                self.survives("logits", self.model, "--tokens", "1", "--chunk", number, "--out", f"{self.folder.name}/n.npy")


if __name__ == "__main__":
    program.main()
