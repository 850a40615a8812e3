# SPDX-License-Identifier: Apache-2.0
"""A story while it is told: its cast, sentences, events in order, and the facts that questions may ask for."""
import functools

from grammar import articles, capital, compiled, sentence

PRONOUNS = {"he": ("he", "him", "his", "himself"), "she": ("she", "her", "her", "herself")}
HANDS = {"foot": "feet", "hoof": "hooves"}


class Being:
    """A person or an animal. `name` is what the narrator calls it ("Mia", "Grandma", "the owl")."""

    def __init__(self, name, kind, pronoun, trait="", home="house", animal=False, hand="hand", can=frozenset()):
        self.name, self.kind, self.pronoun, self.trait = name, kind, pronoun, trait
        self.home, self.animal, self.can = home, animal, can
        self.forms = dict(zip(("he", "him", "his", "himself"), PRONOUNS[pronoun]))
        self.forms.update(n=name, ns=name + "'s", kind=kind, trait=trait, home=home, hand=hand, hands=HANDS.get(hand, hand + "s"))

    def rename(self, name):
        self.name = name
        self.forms.update(n=name, ns=name + "'s")


class Thing:
    """A thing with a look; `look` may be empty."""

    def __init__(self, noun, look="", use=""):
        full = (look + " " if look else "") + noun
        self.noun, self.look = noun, look
        self.forms = {"": noun, "the": "the " + noun, "a": "a " + full, "full": full, "look": look, "use": use,
                      "thefull": "the " + full}


class Place:
    def __init__(self, noun, preposition="in", details=()):
        self.noun, self.details = noun, details
        self.forms = {"": noun, "the": "the " + noun, "in": preposition + " the " + noun, "to": "to the " + noun, "near": "near the " + noun}


class Fact:
    """What the world knows and may be asked for. It is put into words only when somebody asks: the cast is that of its moment."""

    def __init__(self, story, questions, answers, value):
        self.story, self._texts, self._cast = story, (questions, answers, value), dict(story.cast)

    @functools.cached_property
    def question(self):
        return sentence(self.story.aside(self._texts[0], self._cast))

    @functools.cached_property
    def answer(self):
        return sentence(self.story.aside(self._texts[1], self._cast))

    @property
    def value(self):
        return self.story.aside((self._texts[2],), self._cast)


class Story:
    def __init__(self, random, with_facts=False, aside=None):
        # What is asked must not change what is told: facts and events draw from a source of their own.
        self.random, self.with_facts, self._aside = random, with_facts, aside or random
        self.cast, self.paragraphs, self._events, self.facts = {}, [[]], [], []
        self._used = set()
        self._sentence, self._last, self._named = 0, {}, {}
        self.title, self.plot, self.friend_known = "", "", False

    # Choice.
    def pick(self, items):
        return items[int(self.random() * len(items))]

    def chance(self, share):
        return self.random() < share

    # Telling.
    def tell(self, *templates):
        """One of the ways to say it, a fresh one where there is one."""
        at = int(self.random() * len(templates))
        for _ in templates:
            if templates[at] not in self._used:
                break
            at = (at + 1) % len(templates)
        self._used.add(templates[at])
        self._sentence += 1
        pieces = []
        self._write(compiled(templates[at]), pieces, True)
        self.paragraphs[-1].append(capital("".join(pieces)))

    def maybe(self, share, *templates):
        if self.random() < share:
            self.tell(*templates)

    def paragraph(self):
        """A new paragraph: names are said anew."""
        if self.paragraphs[-1]:
            self.paragraphs.append([])
            self._sentence += 2

    def event(self, template):
        """What happened, as a clause of its own with names; summaries and questions of order are made of these."""
        if self.with_facts:
            self._events.append((template, dict(self.cast)))

    @functools.cached_property
    def events(self):
        return [self.aside((template,), cast) for template, cast in self._events]

    def fact(self, questions, answers, value):
        """`value` must stand in the answer and in the story; it is empty where the answer only follows from it."""
        if self.with_facts:
            self.facts.append(Fact(self, questions, answers, value))

    def aside(self, templates, cast):
        """One of the templates with the cast of another moment; what is told does not change by it."""
        kept = self.random, self.cast
        self.random, self.cast = self._aside, cast
        text = self.plain(self.pick(templates))
        self.random, self.cast = kept
        return text

    def plain(self, template):
        """The template with names in place of pronouns chosen by the narrator."""
        pieces = []
        self._write(compiled(template), pieces, False)
        return articles("".join(pieces))

    def text(self):
        """The whole story, once it has been told."""
        return self._text

    @functools.cached_property
    def _text(self):
        return sentence("\n\n".join(" ".join(paragraph) for paragraph in self.paragraphs if paragraph))

    def _write(self, parts, pieces, told):
        for part in parts:
            kind = type(part)
            if kind is str:
                pieces.append(part)
            elif kind is list:
                self._write(part[int(self.random() * len(part))], pieces, told)
            else:
                key, form = part
                value = self.cast.get(key)
                pieces.append(value if not form and type(value) is str else self._slot(key, form, told))

    def _both(self, told):
        """Hero and friend, who are the only ones meant by "they" here."""
        lot = self.random()
        if told and lot < 0.4:
            return "they"
        if told and lot < 0.55:
            return ("the two of them", "the two friends", "the friends")[int(lot * 20 - 8)]
        first, second = ("h", "f") if lot < 0.8 else ("f", "h")
        return self._slot(first, "n", told) + " and " + self._slot(second, "n", told)

    def _slot(self, key, form, told):
        if key == "both":
            return self._both(told)
        value = self.cast[key]
        if type(value) is str:
            return capital(value) if form == "cap" else value
        if type(value) is not Being:
            return value.forms[form]
        if form in ("", "o", "s"):
            if told and self._clear(value) and self.random() < 0.64:
                return value.forms[{"": "he", "o": "him", "s": "his"}[form]]
            if told:
                self._mention(value, True)
            return value.forms["ns" if form == "s" else "n"]
        if told:
            self._mention(value, form in ("n", "ns"))
        return value.forms[form]

    def _mention(self, being, named):
        self._last[being] = self._sentence
        if named:
            self._named[being] = self._sentence

    def _clear(self, being):
        """Whether a pronoun can only mean this one: it was spoken of just now, nobody else of its pronoun was."""
        now = self._sentence
        if now - self._last.get(being, -9) > 1 or now - self._named.get(being, -9) > 3:
            return False
        for other, when in self._last.items():
            if other is not being and other.pronoun == being.pronoun and now - when <= 1:
                return False
        self._last[being] = now
        return True
