#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tools/small_world: the same bytes for a seed, well-formed records, a bounded vocabulary, answers that are true in its world."""
import json
import pathlib
import re
import subprocess
import sys
import unittest

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "tools/small_world"
sys.path.insert(0, str(FOLDER))

import generate  # noqa: E402
import teller  # noqa: E402
import variety  # noqa: E402
import wishes  # noqa: E402


def command(*options):
    return subprocess.run([sys.executable, FOLDER / "generate.py", *options], capture_output=True, timeout=120, check=True).stdout


class SmallWorld(unittest.TestCase):
    def test_a_seed_gives_the_same_bytes(self):
        first = command("--kind", "mix", "--count", "200", "--seed", "7")
        self.assertEqual(first, command("--kind", "mix", "--count", "200", "--seed", "7"))
        self.assertNotEqual(first, command("--kind", "mix", "--count", "200", "--seed", "8"))
        self.assertEqual(len(first.splitlines()), 200)

    def test_records_are_well_formed(self):
        for kind in generate.KINDS:
            for record in generate.records(kind, 150, 3):
                record = json.loads(json.dumps(record))
                if kind == "stories":
                    self.assertGreater(len(record["text"]), 200)
                else:
                    self.check_roles(record["messages"])

    def check_roles(self, messages):
        after = {"": ("system", "user"), "system": ("user",), "user": ("assistant",), "tool": ("assistant",)}
        last, called = "", False
        for message in messages:
            allowed = ("tool",) if called else ("user",) if last == "assistant" else after[last]
            self.assertIn(message["role"], allowed, messages)
            last, called = message["role"], "tool_calls" in message
            self.assertTrue(message["content"].strip() or called, messages)
        self.assertEqual((last, called), ("assistant", False))

    def test_text_reads_cleanly(self):
        wrong = re.compile(r"[{}\[\]|_]|  |\ba [aeio]|\ban [bcdfgjklmnpqrstvwxyz]|\.\.|!\"\.|(^|[.!?] )[a-z]|\" said (she|he)\b|\b(\w+) \3\b", re.M)
        repeated = {"again", "pulled", "louder", "that", "had", "no", "think", "round", "turned", "taller"}
        for record in generate.records("stories", 600, 5):
            for found in wrong.finditer(record["text"]):
                self.assertIn(found[3], repeated, record["text"][max(0, found.start() - 60):found.end() + 20])

    def test_vocabulary_is_bounded(self):
        measured = variety.measure(generate.records("mix", 3000, 2))
        self.assertGreaterEqual(measured["distinct words"], 1500)
        self.assertLessEqual(measured["distinct words"], 3000)
        self.assertLess(measured["share of stories with a shared sentence triple"], 0.25)

    def test_answers_are_true(self):
        for number in range(0, 3000, 7):
            story = teller.tell(number, True)
            for fact in story.facts:
                self.assertIn(fact.value.lower(), fact.answer.lower())
                # What the world holds must have been told, with "a", "the" or a pronoun in other places.
                words = [word for word in re.findall(r"[a-z]+", fact.value.lower()) if len(word) > 3]
                told = story.text().lower()
                self.assertTrue(not words or any(word in told for word in words), (fact.value, told))

    def test_asking_does_not_change_the_story(self):
        for number in range(200):
            self.assertEqual(teller.tell(number).text(), teller.tell(number, True).text())

    def test_words_asked_for_are_used(self):
        known = set(wishes.NOUNS | wishes.LOOKS)
        for record in generate.records("asked", 300, 4):
            prompt, text = (message["content"] for message in record["messages"])
            if "word" in prompt:
                for word in set(re.findall(r"[a-z]+", prompt)) & known:
                    if word not in ("short", "story"):
                        self.assertIn(word, text.lower())

    def test_a_change_is_made_and_the_rest_stays(self):
        for number in range(100):
            before, after = teller.tell(number), teller.tell(number, False, {"name": "Zeno"})
            self.assertIn("Zeno", after.text())
            self.assertEqual(before.text().replace(before.cast["h"].name, "Zeno"), after.text())


if __name__ == "__main__":
    unittest.main()
