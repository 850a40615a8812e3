# SPDX-License-Identifier: Apache-2.0
"""Who and what a story begins with. Changes that a reader asks for ("with a fox", "call her Lily") are made here."""
import lexicon
from story import Being, Place, Thing


def child(story, taken=(), pronoun=None):
    girl = story.chance(0.5) if pronoun is None else pronoun == "she"
    names = lexicon.GIRLS if girl else lexicon.BOYS
    name = story.pick(names)
    while name in taken:
        name = story.pick(names)
    return Being(name, "girl" if girl else "boy", "she" if girl else "he", story.pick(lexicon.TRAITS))


def animal(story, taken=(), pronoun=None, kind=None):
    sort, home = story.pick(lexicon.ANIMALS)
    if kind:
        sort, home = kind, dict(lexicon.ANIMALS)[kind]
    name = story.pick(lexicon.ANIMAL_NAMES)
    while name in taken:
        name = story.pick(lexicon.ANIMAL_NAMES)
    pronoun = pronoun or ("he" if story.chance(0.5) else "she")
    return Being(name, sort, pronoun, story.pick(lexicon.TRAITS), home, True)


def thing(story, noun=None, look=None):
    treasure, use = story.pick(lexicon.TREASURES)
    chosen = story.pick(lexicon.LOOKS)
    if noun:
        treasure, use = noun, dict(lexicon.TREASURES)[noun]
    if treasure in ("coin", "stone", "shell", "feather", "marble") and chosen in ("warm", "wooden", "soft"):
        chosen = "shiny"
    return Thing(treasure, look or chosen, use)


def place(story, *but):
    while True:
        noun, preposition, details = story.pick(lexicon.PLACES)
        if noun not in but:
            return Place(noun, preposition, details)


def make(story, changes):
    """The cast of every story: hero h, friend f, elder e, things t and u, places p and q, food, a time."""
    cast = story.cast
    animal_cast = story.chance(0.45)
    if "kind" in changes:
        animal_cast = changes["kind"] not in ("boy", "girl")
    if animal_cast:
        hero = animal(story, (), None, changes.get("kind"))
    else:
        hero = child(story, (), {"boy": "he", "girl": "she"}.get(changes.get("kind")))
    drawn = hero.name
    if "name" in changes:
        hero.name = changes["name"]
        hero.forms.update(n=hero.name, ns=hero.name + "'s")
    other = None if story.chance(0.2) else ("she" if hero.pronoun == "he" else "he")
    friend = (animal if animal_cast or story.chance(0.15) else child)(story, (drawn, hero.name), other)
    name, pronoun = story.pick(lexicon.ELDERS)
    cast.update(h=hero, f=friend, e=Being(name, "elder", pronoun))
    cast["t"] = thing(story, changes.get("thing"))
    cast["u"] = thing(story)
    while cast["u"].noun == cast["t"].noun:
        cast["u"] = thing(story)
    cast["p"] = place(story)
    if "place" in changes:
        cast["p"] = next(Place(*entry) for entry in lexicon.PLACES if entry[0] == changes["place"])
    cast["q"] = place(story, cast["p"].noun)
    cast["food"], cast["supply"] = story.pick(lexicon.FOODS), story.pick(lexicon.SUPPLIES)
    cast["time"], cast["glad"], cast["sad"] = story.pick(lexicon.TIMES), story.pick(lexicon.HAPPY), story.pick(lexicon.SAD)
