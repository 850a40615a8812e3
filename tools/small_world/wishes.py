# SPDX-License-Identifier: Apache-2.0
"""What people say when they want a story, another one, a change, more or less of it. A wish is made for a story that fulfils it."""
import re

import animals
import lexicon
import places
from grammar import articles

WORD = re.compile(r"[a-z]+")
# Words that are worth asking for: things, animals, places, foods, weather; and looks.
NOUNS = frozenset([entry[0] for entry in lexicon.TREASURES] + [animal.kind for animal in animals.HEROES] + [place[0] for place in places.PLACES] + [supply for supplies in lexicon.SUPPLIES.values() for supply in supplies]
                  + "ladder rope net candle lamp spade storm snow fog garden soup cake honey moon star rain wind tree apple egg race band key letter song bread clock secret prize cart nest brook snowman birthday bed door window fire stone path".split())
LOOKS = frozenset([*lexicon.LOOKS] + lexicon.TRAITS + lexicon.SAD + lexicon.HAPPY)

OPEN = ("Tell me a story.", "Please tell me a short story.", "Tell me a story, please.", "Can you tell me a story?", "I want a story!",
        "A story, please.", "Story!", "Tell me something.", "Do you know a story?", "Could you tell me a nice story?",
        "I would like to hear a story.", "Make up a story for me.", "Write a short story.", "Let's have a story.",
        "story please", "Can I have a story?", "Tell me one of your stories.", "Will you tell me a tale?", "Give me a story.", "I'd like a story.")
ABOUT = ("Tell me a story about {x}.", "Can you tell me a story about {x}?", "I would like a story about {x}.", "Write a short story about {x}.",
         "A story about {x}, please.", "Do you know a story about {x}?", "Make up a story about {x}.", "Please write a story about {x}.",
         "story about {x}", "Tell me something about {x}.",
         "I want to hear about {x}.", "Can I have a story with {x} in it?", "Tell me a tale of {x}.", "A short story with {x}, please.")
BEDTIME = ("Tell me a bedtime story.", "Can you tell me a bedtime story?", "I need a bedtime story.", "A good night story, please.",
           "Tell me a story before I sleep.", "I can't sleep. Tell me a story.", "A quiet story for the night, please.")
BEDTIME_ABOUT = ("Tell me a bedtime story about {x}.", "A bedtime story about {x}, please.", "Can you tell me a good night story about {x}?",
                 "Tell me something about {x} before I sleep.")
NAMED = ("Tell me a story about {x} named {n}.", "A story about {x} called {n}, please.", "Can the story have {x} named {n}?",
         "I want a story about {n}, who is {x}.", "Write a story. The hero is {x} called {n}.", "Make up a story about {n} the {k}.",
         "Tell me a story in which {x} is called {n}.")
FUNNY = ("Tell me a funny story.", "A funny story, please!", "Can you tell me a story that makes me laugh?", "I want something to laugh about.",
         "Make up a silly story.")
SAD = ("Tell me a sad story.", "A story that is a little sad, please.", "Can you tell a sad story with a good end?")
NIGHT, MERRY, BITTER = ("sleepless", "moon", "star", "afraid"), ("pulled", "moon", "mystery", "misunderstood", "band", "contest",
    "umbrella"), ("lost", "comfort", "newcomer", "secret", "strayed", "misunderstood")

SHORTER = ("Make it shorter.", "Can you say that in a few sentences?", "What is the story about, in short?", "Please give me a short version.",
           "Tell it again, but shorter.", "Sum it up, please.", "That was too long. Make it short.", "In a few words, please.",
           "Can you make it shorter?", "Give me the short form.", "Shorter, please.", "tl;dr?")
ON = ("Go on.", "And then?", "What happened next?", "Please continue.", "Continue the story.", "How does it go on?", "And what happened then?",
      "More!", "Go on, please.", "Don't stop!", "What then?", "Is that all? Go on.", "How does it end?")
ANOTHER = ("Another one, please.", "Tell me another story.", "One more!", "Again!", "Another story, please.", "Do you have another one?",
           "Now a different one.", "More stories!", "Tell me a new one.", "And another one?", "That was nice. Tell me another one.", "One more story, please.")
ANOTHER_ABOUT = ("Now tell me one about {x}.", "Another one, but about {x}.", "And now a story about {x}.", "Tell me another one with {x}.",
                 "Do you have one about {x}, too?", "That was nice. Now one with {x}, please.")
RENAMED = ("Tell it again, but call the {k} {n}.", "Can the {k} be called {n}?", "Change the name {o} to {n}, please.",
           "The same story, but with the name {n}.", "Call the {k} {n} instead.", "I want the {k} to be named {n}.", "Again, but {o} should be {n}.",
           "Use the name {n} and not {o}.")
CHANGED = ("Tell it again, but with {x}.", "Can {o} be {x}?", "The same story, but about {x}, please.", "Make the {k} {x}.",
           "Now tell it again with {x}.", "Again, but {o} is {x}.", "Change the {k} into {x}.", "What if it was {x}?", "I want {x} and not {y}.")
MOVED = ("Tell it again, but with the {p} instead of the {q}.", "Can it happen near the {p}?", "Change the place to the {p}.",
         "The same, but at the {p}, please.", "Let it happen at the {p}.", "Not the {q}, the {p}, please.")


def one(kind):
    return articles("a " + kind)


def about(story):
    """What this story may well be said to be about."""
    cast = story.cast
    hero = cast["h"]
    text = story.text()
    subjects = [one(hero.kind), one(hero.kind), story.plain(story.title), articles(f"a {hero.trait} {hero.kind}") if hero.trait in text
                else one(hero.kind), articles(f"a little {hero.kind}")]
    for key in ("t", "p"):
        if " " + cast[key].noun in text:
            subjects.append(one(cast[key].noun))
    if "moon" in story.title:
        subjects.append("the moon")
    return story.pick(subjects)


def request(story):
    """A wish that this story fulfils."""
    cast, lot = story.cast, story.random()
    hero = cast["h"]
    if story.plot in NIGHT and lot < 0.3:
        return story.pick(BEDTIME if lot < 0.18 else BEDTIME_ABOUT).format(x=about(story))
    if story.plot in MERRY and lot < 0.15:
        return story.pick(FUNNY)
    if story.plot in BITTER and lot < 0.08:
        return story.pick(SAD)
    if lot < 0.3:
        return story.pick(OPEN + BEDTIME[:3] if "that night" in story.text().lower() else OPEN)
    if lot < 0.42:
        return story.pick(NAMED).format(x=one(hero.kind), n=hero.name, k=hero.kind)
    if lot < 0.6:
        return words(story)
    return story.pick(ABOUT).format(x=about(story))


def words(story):
    """A wish for words that stand in the story."""
    used = dict.fromkeys(WORD.findall(story.text().lower()))
    nouns, looks = [w for w in used if w in NOUNS], [w for w in used if w in LOOKS]
    chosen = []
    for pool, most in ((nouns, 2), (looks, 1)):
        for _ in range(min(most, len(pool))):
            chosen.append(pool.pop(int(story.random() * len(pool))))
    if not chosen:
        return story.pick(OPEN)
    if story.chance(0.3):
        chosen.reverse()
    names = ", ".join(chosen[:-1]) + " and " + chosen[-1] if len(chosen) > 1 else chosen[0]
    many = "words" if len(chosen) > 1 else "word"
    quoted = " and ".join(", ".join(f'"{w}"' for w in chosen).rsplit(", ", 1))
    return story.pick((f"Write a story with the {many} {quoted}.", f"Tell me a story with the {many}: {', '.join(chosen)}.",
                      f"Please write a short story that uses the {many} {names}.", f"Can you make up a story with {quoted} in it?",
                      f"Use the {many} {quoted} in a story.",
                       f"Write a short story. It should have the {many} {names} in it.", f"Make a story with these {many}: {', '.join(chosen)}."
                       if len(chosen) > 1 else f"Make a story with this word: {chosen[0]}.", f"A story with {names}, please.",
                       f"My {many}: {', '.join(chosen)}. Now tell me a story.", f"story with {' '.join(chosen)}"))


def change(story):
    """A change of the cast and the wish for it."""
    hero, lot = story.cast["h"], story.random()
    if lot < 0.4:
        names = lexicon.HE_ANIMALS[:30] if hero.animal and hero.pronoun == "he" else lexicon.SHE_ANIMALS[:30] if hero.animal else lexicon.GIRLS if hero.pronoun == "she" else lexicon.BOYS
        name = story.pick([n for n in names if n not in (hero.name, story.cast["f"].name)])
        return {"name": name}, story.pick(RENAMED).format(k=hero.kind, n=name, o=hero.name)
    kinds = [kind for kind in (animals.alike(hero.kind) if hero.animal else animals.alike("cow")) if kind not in (story.cast["f"].kind, hero.kind)]
    if lot < 0.75 and kinds and (hero.animal or story.plot != "small"):
        kind = story.pick(kinds)
        return {"kind": kind}, story.pick(CHANGED).format(x=one(kind), o=hero.name, k=hero.kind, y=one(hero.kind))
    place = story.pick([p[0] for p in places.PLACES if p[0] not in (story.cast["p"].noun, story.cast["q"].noun)])
    return {"place": place}, story.pick(MOVED).format(p=place, q=story.cast["p"].noun)
