# SPDX-License-Identifier: Apache-2.0
"""capy eval: its figures are those that the logits give; batches and threads change none; wrong lines are named."""
import json
import math
import random

import program
from program import TinyModelTest, capy, read_npy

END_OF_TEXT = 256  # what a text has before it, in a model without BOS


def lines(items):
    return "".join(json.dumps(item) + "\n" for item in items)


class EvalTest(TinyModelTest):
    def write(self, name, text):
        path = self.path / name
        path.write_text(text)
        return path

    def log_probs(self, tokens):
        """The natural logarithm of the probability of each token but the first."""
        out = self.path / "logits.npy"
        self.check_good(capy("logits", self.model, "--tokens", ",".join(map(str, tokens)), "--out", out))
        (rows, vocab), values = read_npy(out)
        self.assertEqual(rows, len(tokens))
        result = []
        for i, token in enumerate(tokens[1:]):
            row = values[i * vocab:(i + 1) * vocab]
            top = max(row)
            result.append(row[token] - top - math.log(math.fsum(math.exp(x - top) for x in row)))
        return result

    def judged(self, prompt, text):
        tokens = [END_OF_TEXT, *prompt.encode(), *text.encode()]
        return math.fsum(self.log_probs(tokens)[len(prompt.encode()):])

    def result(self, part, *arguments):
        return json.loads(self.check_good(capy("eval", part, "-m", self.model, *arguments, "--json")))

    def test_bits_per_byte(self):
        chance = random.Random(3)
        text = "".join(chance.choice("abc é") for _ in range(150))
        file = self.write("text.txt", text)
        tokens = [*text.encode()]
        window, nats, by_position = 64, [], {}
        for begin in range(0, len(tokens), window // 2):
            for i, log_prob in enumerate(self.log_probs(tokens[begin:begin + window]), 1):
                by_position.setdefault(i.bit_length(), []).append(-log_prob)
                if begin == 0 or i >= window // 2:
                    nats.append(-log_prob)
            if begin + window >= len(tokens):
                break
        self.assertEqual(len(nats), len(tokens) - 1)  # each once
        facts = self.result("bpb", file, "--window", window)
        self.assertEqual(facts["tokens"], len(nats))
        self.assertEqual(facts["bytes"], len(nats))
        self.assertAlmostEqual(facts["nats_per_token"], sum(nats) / len(nats), places=9)
        self.assertAlmostEqual(facts["bits_per_byte"], sum(nats) / len(nats) / math.log(2), places=9)
        self.assertEqual([row["tokens"] for row in facts["by_position"]], [len(by_position[k]) for k in sorted(by_position)])
        for row, k in zip(facts["by_position"], sorted(by_position)):
            self.assertEqual(row["tokens_before"], 2 ** (k - 1))
            self.assertAlmostEqual(row["nats_per_token"], sum(by_position[k]) / len(by_position[k]), places=9)
        self.assertEqual(self.result("bpb", file, "--window", window, "--batch", 1, "--threads", 2), facts)
        table = self.check_good(capy("eval", "bpb", "-m", self.model, "-", stdin=text.encode())).decode()
        self.assertIn("bits per byte", table)
        self.check_error(capy("eval", "bpb", "-m", self.model, "-", stdin=b"a"), 1, "nothing to predict")

    def test_pairs(self):
        chance = random.Random(4)
        def sentence():
            return "".join(chance.choice("abcde ") for _ in range(chance.randint(2, 12))).strip() or "a"
        items = [{"good": sentence(), "bad": sentence() + "!", "group": chance.choice("xy")} for _ in range(12)]
        scores = [(self.judged("", item["good"]), self.judged("", item["bad"])) for item in items]
        right = sum(good > bad for good, bad in scores)
        by_byte = sum(good / len(item["good"]) > bad / len(item["bad"]) for item, (good, bad) in zip(items, scores))
        file = self.write("pairs.jsonl", lines(items))
        facts = self.result("pairs", file)
        self.assertEqual((facts["items"], facts["right"], facts["right_per_byte"]), (12, right, by_byte))
        self.assertEqual(facts["chance"], 0.5)
        self.assertLess(facts["accuracy_95"][0], facts["accuracy"] + 1e-9)
        self.assertEqual(sum(group["right"] for group in facts["groups"].values()), right)
        self.assertEqual(self.result("pairs", file, "--batch", 1), facts)
        self.assertEqual(self.result("pairs", file, "--batch", 64, "--threads", 2, "--chunk", 7), facts)
        table = self.check_good(capy("eval", "pairs", "-m", self.model, file)).decode()
        self.assertIn("guessing gets 50.0 %", table)
        # Without a start, a text of one token leaves nothing to judge.
        self.check_error(capy("eval", "pairs", "-m", self.model, "--no-start", "-", stdin=b'\n{"good":"a","bad":"b"}'),
                         1, "standard input, line 2", "single token")

    def test_choice(self):
        chance = random.Random(5)
        items, right, by_byte = [], 0, 0
        for i in range(8):
            choices = ["".join(chance.choice("abc") for _ in range(n)) for n in (1, 3, 6)]
            prompt = "".join(chance.choice("abc ") for _ in range(20)) + "?"
            answer = chance.randrange(3)
            items.append({"prompt": prompt, "choices": choices, "answer": answer if i % 2 else choices[answer]})
            scores = [self.judged(prompt, " " + choice) for choice in choices]
            right += scores.index(max(scores)) == answer
            scores = [score / len(choice) for score, choice in zip(scores, choices)]
            by_byte += scores.index(max(scores)) == answer
        file = self.write("choices.jsonl", lines(items))
        facts = self.result("choice", file)
        self.assertEqual((facts["items"], facts["right"], facts["right_per_byte"]), (8, right, by_byte))
        self.assertAlmostEqual(facts["chance"], 1 / 3)
        self.assertEqual(self.result("choice", file, "--batch", 2, "--threads", 2), facts)

    def test_exact(self):
        items, right = [], 0
        for i, prompt in enumerate(["one", "two", "three", "four", "five"]):
            done = capy("run", "-m", self.model, prompt, "--raw", "--temperature", "0", "--presence-penalty", "0",
                        "--max-tokens", "6", "--json")
            text = json.loads(self.check_good(done).decode().splitlines()[-1])["text"]
            is_right = i % 2 == 0
            right += is_right
            items.append({"prompt": prompt, "answer": [f" {text}\n" if is_right else text + "?", "never"]})
        file = self.write("exact.jsonl", lines(items))
        answers = self.path / "answers.jsonl"
        facts = self.result("exact", file, "--max-tokens", 6, "--answers", answers)
        self.assertEqual((facts["items"], facts["right"]), (5, right))
        told = [json.loads(line) for line in answers.read_text().splitlines()]
        self.assertEqual([line["right"] for line in told], [True, False, True, False, True])
        self.assertEqual(self.result("exact", file, "--max-tokens", 6, "--batch", 1, "--threads", 2), facts)
        chat = self.write("chat.jsonl", lines([{"messages": [{"role": "user", "content": "hi"}], "answer": "no"}]))
        self.assertEqual(self.result("exact", chat, "--max-tokens", 3)["items"], 1)

    def test_wrong_lines_are_named(self):
        good = {"pairs": {"good": "a", "bad": "b"}, "choice": {"prompt": "p", "choices": ["a", "b"], "answer": 0},
                "exact": {"prompt": "p", "answer": "a"}}
        for part, item in good.items():
            for bad in ("{", "[]", "{}", '{"good": 1}', '"x"', "\x00", '{"prompt":"p","choices":["a"],"answer":"a"}' * 2):
                with self.subTest(part=part, bad=bad):
                    file = self.write("bad.jsonl", lines([item, item]) + bad + "\n")
                    self.check_error(capy("eval", part, "-m", self.model, file), 1, "bad.jsonl, line 3")
            self.check_error(capy("eval", part, "-m", self.model, self.write("empty.jsonl", "\n\n")), 1, "has no line")
            self.check_error(capy("eval", part, "-m", self.model, self.path / "none.jsonl"), 1, "none.jsonl")
        self.check_error(capy("eval", "pairs", "-m", self.model, "--context", 64, self.write(
            "long.jsonl", lines([good["pairs"], {"good": "a" * 100, "bad": "b"}]))), 1, "line 2", "context")
        self.check_error(capy("eval", "exact", "-m", self.model, self.write(
            "chat.jsonl", lines([good["exact"], {"messages": ["x"], "answer": "a"}]))), 1, "line 2")
        self.check_error(capy("eval", "sums"), 2, "no part 'sums'", "bpb or pairs or choice or exact")

    def test_parts_have_help(self):
        for part in ("bpb", "pairs", "choice", "exact"):
            text = self.check_good(capy("eval", part, "--help")).decode()
            self.assertIn(f"capy eval {part} ", text)
            self.assertLessEqual(max(map(len, text.splitlines())), 140)


if __name__ == "__main__":
    program.main()
