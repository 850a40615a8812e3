# SPDX-License-Identifier: Apache-2.0
"""Who and what a story begins with. Changes that a reader asks for ("with a fox", "call her Lily") are made here."""
import animals
import lexicon
import places
from story import Being, Place, Thing

PLACES = {entry[0]: entry for entry in places.PLACES}

# What a young one is when it has grown up: a kitten lives with Mother Cat.
GROWN = {"kitten": "cat", "puppy": "dog", "lamb": "sheep"}


def child(story, taken=(), pronoun=None):
    girl = story.chance(0.5) if pronoun is None else pronoun == "she"
    name = fresh(story, lexicon.GIRLS if girl else lexicon.BOYS, taken)
    return Being(name, "girl" if girl else "boy", "she" if girl else "he", story.pick(lexicon.TRAITS))


def fresh(story, names, taken):
    name = story.pick(names)
    while name in taken:
        name = story.pick(names)
    return name


def animal(story, taken=(), pronoun=None, but=""):
    sort = story.pick(animals.HEROES)
    while sort.kind == but:
        sort = story.pick(animals.HEROES)
    pronoun = pronoun or ("he" if story.chance(0.5) else "she")
    name = fresh(story, lexicon.HE_ANIMALS if pronoun == "he" else lexicon.SHE_ANIMALS, taken)
    return Being(name, sort.kind, pronoun, story.pick(lexicon.TRAITS), sort.home, True, sort.hand, sort.can)


def as_kind(hero, kind):
    """The same one as another animal; nothing else is drawn, so the story stays as it was."""
    sort = animals.ALL[kind]
    return Being(hero.name, kind, hero.pronoun, hero.trait, sort.home, True, sort.hand, sort.can)


def thing(story):
    noun, use, material = story.pick(lexicon.TREASURES)
    return Thing(noun, story.pick(lexicon.MATERIALS[material]), use)


def place(story, *but):
    while True:
        noun, preposition, details = story.pick(places.PLACES)
        if noun not in but:
            return Place(noun, preposition, details)


def named_place(noun):
    return Place(*PLACES[noun])


def stranger(story, beings):
    """Another one who comes into the story: of (name, pronoun) one whose kind no friend has."""
    kinds = (story.cast["h"].kind, story.cast["f"].kind)
    name, pronoun = story.pick(beings)
    while name.split()[-1] in kinds:
        name, pronoun = story.pick(beings)
    return Being("the " + name, name, pronoun)


def elder(story, hero):
    if not hero.animal:
        return Being(*named(story.pick(lexicon.ELDERS)))
    word, pronoun = story.pick(lexicon.ANIMAL_ELDERS)
    return Being(f"{word} {GROWN.get(hero.kind, hero.kind).capitalize()}", "elder", pronoun)


def named(pair):
    return pair[0], "elder", pair[1]


def make(story, changes, plot):
    """The cast of every story: hero h, friend f, elder e, things t and u, places p and q, food, what is gathered."""
    cast = story.cast
    animal_cast = story.chance(0.45)
    if plot.cast:
        animal_cast = plot.cast == "animal"
    hero = animal(story) if animal_cast else child(story)
    drawn, drawn_kind = hero.name, hero.kind
    if "kind" in changes:
        hero = as_kind(hero, changes["kind"])
    if "name" in changes:
        hero.rename(changes["name"])
    other = None if story.chance(0.2) else ("she" if hero.pronoun == "he" else "he")
    taken = (drawn, hero.name)
    friend = animal(story, taken, other, drawn_kind) if animal_cast or story.chance(0.15) else child(story, taken, other)
    cast.update(h=hero, f=friend, e=elder(story, hero))
    cast["t"] = thing(story)
    cast["u"] = thing(story)
    while cast["u"].noun == cast["t"].noun:
        cast["u"] = thing(story)
    cast["p"] = named_place(changes["place"]) if "place" in changes else place(story)
    cast["q"] = place(story, cast["p"].noun)
    cast["food"], cast["supply"] = story.pick(lexicon.FOODS), story.pick(lexicon.SUPPLIES[cast["season"]])
    cast["glad"], cast["sad"] = story.pick(lexicon.HAPPY), story.pick(lexicon.SAD)
