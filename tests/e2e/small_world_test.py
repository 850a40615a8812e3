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

import animals  # noqa: E402
import generate  # noqa: E402
import knowledge  # noqa: E402
import talk  # noqa: E402
import teller  # noqa: E402
import variety  # noqa: E402
import wishes  # noqa: E402

# How a reader who knows nothing of the generator finds an answer in the text: question, where the text says it.
NAME = r"([A-Z]\w+)"
KIND = "boy|girl|" + "|".join(animal.kind for animal in animals.HEROES)
READERS = (
    (rf"(?:What kind of animal is|Is) {NAME}(?: a boy or a girl)?\?",
     rf"\b(?P<told>{KIND}) (?:called|named|whose name was) {{0}}\b|\b{{0}} the (?P<told2>{KIND})\b|\b{{0}}, an? [a-z]+ (?P<told3>{KIND})\b|\b{{0}} was (?:an?|the) [a-z]+ (?P<told4>{KIND})\b"),
    (r"Who won the race\?", rf"\b(?P<told>[A-Z]\w+) touched .*? first|touched .*? first\? It was (?P<told2>[A-Z]\w+)|(?P<told3>[A-Z]\w+) was already at"),
    (r"Who won the contest\?", r"prize goes to (?P<told>[A-Z]\w+)|prize went to (?P<told2>[A-Z]\w+)|(?P<told3>[A-Z]\w+) got the prize for|did not win, (?P<told4>[A-Z]\w+) did"),
    (r"What was the snowman called\?", r"(?:called him|name is) (?P<told>[A-Z]\w+ [A-Z]\w+)|evening, (?P<told2>[A-Z]\w+ [A-Z]\w+)"),
    (r"To what number did [A-Z]\w+ count\?", r"counted to (?P<told>[a-z ]+)\."),
    (r"How long did it take [A-Z]\w+ to learn it\?", r"(?:[Ff]or|after) (?P<told>(?:a|a whole|two|three|five|six|eight|ten) (?:days|weeks?|month))\b"),
)
SUM = re.compile(r"(\d+) ([+-]) (\d+) (?:=|is) (\d+)")
# What only somebody with a body, a home and a past can say.
HUMAN = re.compile(r"\b(?:my (?:mother|father|dog|cat|brother|sister|school|house|birthday|friend|hand|eyes)|I (?:ate|slept|went|felt|feel (?!as)|was born|grew up|live in a|am (?:happy|sad|hungry|tired|years)))\b")


def command(*options):
    return subprocess.run([sys.executable, FOLDER / "generate.py", *options], capture_output=True, timeout=300, check=True).stdout


def said(record, role):
    return [message["content"] for message in record["messages"] if message["role"] == role]


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
                    self.assertTrue(60 <= len(record["text"].split()) <= 310, record["text"])
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
        wrong = re.compile(r"[{}\[\]|_]|  |\ba [aeio]|\ban [bcdfgjklmnpqrstvwxyz]|\.\.|!\"\.|(?:^|[.!?] |\.\" )[a-z]|\" said (?:she|he)\b|\b(\w+) \1\b|\bthe the\b", re.M)
        repeated = {"again", "pulled", "louder", "that", "had", "no", "think", "round", "turned", "taller", "sighed", "thought", "on", "called", "ate", "looked"}
        for record in generate.records("stories", 800, 5):
            for found in wrong.finditer(record["text"]):
                self.assertIn(found[1], repeated, record["text"][max(0, found.start() - 60):found.end() + 20])

    def test_vocabulary_is_bounded_and_stories_differ(self):
        measured = variety.measure(generate.records("mix", 3000, 2))
        self.assertGreaterEqual(measured["distinct words"], 1500)
        self.assertLessEqual(measured["distinct words"], 3000)
        self.assertLess(measured["share of stories with a shared sentence triple"], 0.01)

    def test_every_plot_is_told(self):
        self.assertGreaterEqual(len({teller.tell(number).plot for number in range(0, 3000, 2)}), 36)

    def test_answers_are_true(self):
        for number in range(0, 3000, 7):
            story = teller.tell(number, True)
            told = story.text().lower()
            for fact in story.facts:
                self.assertIn(re.sub('[".]', "", fact.value.lower()), re.sub('[".]', "", fact.answer.lower()))
                # What the world holds must have been told, with "a", "the" or a pronoun in other places.
                words = [word for word in re.findall(r"[a-z]+", fact.value.lower()) if len(word) > 3]
                self.assertTrue(not words or any(word in told for word in words), (fact.value, told))

    def test_a_reader_finds_the_same_answers(self):
        asked, read = 0, 0
        for number in range(0, 4000, 3):
            story = teller.tell(number, True)
            text = story.text()
            for fact in story.facts:
                for question, place in READERS:
                    found = re.fullmatch(question, fact.question)
                    if not found:
                        continue
                    asked += 1
                    told = re.search(place.format(*found.groups()) if found.groups() else place, text)
                    if told:
                        read += 1
                        value = next(group for group in told.groupdict().values() if group)
                        self.assertRegex(fact.answer, rf"\b{value}\b", text)
        self.assertGreater(read, 0.8 * asked, (read, asked))

    def test_asking_does_not_change_the_story(self):
        for number in range(200):
            self.assertEqual(teller.tell(number).text(), teller.tell(number, True).text())

    def test_words_asked_for_are_used(self):
        known = set(wishes.NOUNS | wishes.LOOKS)
        for number in range(300):
            story = teller.tell(number)
            for word in set(re.findall(r"[a-z]+", wishes.words(story))) & known:
                if word not in ("short", "story"):
                    self.assertIn(word, story.text().lower())

    def test_a_change_is_made_and_the_rest_stays(self):
        for number in range(100):
            before, after = teller.tell(number), teller.tell(number, False, {"name": "Zeno"})
            self.assertIn("Zeno", after.text())
            self.assertEqual(before.text().replace(before.cast["h"].name, "Zeno"), after.text())
            kinds = animals.alike(before.cast["h"].kind) if before.cast["h"].animal else ["hedgehog"]
            changed = teller.tell(number, False, {"kind": kinds[0]}) if kinds else before
            self.assertEqual((before.plot, before.cast["h"].name, before.cast["f"].name), (changed.plot, changed.cast["h"].name, changed.cast["f"].name))

    def test_conversations_are_varied_and_in_the_voice_of_capy(self):
        asked, systems, count = set(), 0, 600
        users = 0
        for record in generate.records("chat", count, 6):
            answers = said(record, "assistant")
            self.assertEqual(len(answers), len(set(answers)), answers)
            self.assertLessEqual(len(answers), 8)
            systems += bool(said(record, "system"))
            users += len(said(record, "user"))
            asked.update(said(record, "user"))
            for answer in answers:
                if len(answer) < 200:
                    self.assertIsNone(HUMAN.search(answer), answer)
                    self.assertNotRegex(answer, r"[{}\[\]|]|  |\bcub\b|\ba [aeio]|(?:^|[.!?] )[a-z]")
        self.assertTrue(0.4 < systems / count < 0.6, systems)
        self.assertGreater(len(asked), 0.75 * users)

    def test_sums_are_right(self):
        seen = 0
        for kind in ("sums", "chat"):
            for record in generate.records(kind, 400, 8):
                for answer in said(record, "assistant"):
                    for a, sign, b, result in SUM.findall(answer):
                        seen += 1
                        self.assertEqual(int(a) + int(b) if sign == "+" else int(a) - int(b), int(result))
        self.assertGreater(seen, 300)

    def test_simple_facts_agree_with_the_table_of_animals(self):
        random = talk.generator(5)
        seen = 0
        for _ in range(4000):
            asked, answer = knowledge.pair(lambda items: items[int(random() * len(items))])
            fly = re.fullmatch(r"(?:Can|Does) an? (\w+) fly\?", asked)
            if fly:
                seen += 1
                self.assertEqual(answer.startswith("Yes"), "fly" in animals.ALL[fly[1]].can)
        self.assertGreater(seen, 30)


if __name__ == "__main__":
    unittest.main()
