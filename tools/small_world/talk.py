# SPDX-License-Identifier: Apache-2.0
"""Conversations about stories: told with words to use, asked about, continued, shortened, changed."""
import random
import re

import animals
import lexicon
import places
import teller
from grammar import articles, capital

SOURCE = {"src": "small_world", "lic": "Apache-2.0"}
WORD = re.compile(r"[a-z]+")
# Words that are worth asking for: things, animals, places, looks, foods.
NOUNS = frozenset([entry[0] for entry in lexicon.TREASURES] + [animal.kind for animal in animals.HEROES] + [place[0] for place in places.PLACES]
                  + [supply for supplies in lexicon.SUPPLIES.values() for supply in supplies] + "ladder rope net candle lamp spade storm snow fog garden soup cake honey moon star rain wind tree apple egg kite song race band".split())
LOOKS = frozenset([*lexicon.LOOKS] + lexicon.TRAITS + lexicon.SAD + lexicon.HAPPY)
UNKNOWN = (("How old is {h.n}?", "I don't know, the story does not say."), ("What did {h.n} have for breakfast?", "I don't know, the story does not say."),
           ("What colour are {h.ns} eyes?", "The story does not say, so I don't know."), ("How many brothers does {h.n} have?", "I don't know, the story does not say."),
           ("What is the name of {h.ns} teacher?", "The story does not say that."), ("Which day was {h.n} born on?", "I don't know, the story does not say."),
           ("What is {f.ns} favourite song?", "The story does not say, so I don't know."), ("How far is it to the sea?", "I don't know, the story does not say."))
CLOSERS = (("Thank you!", "You're welcome!"), ("Thanks, that was nice.", "I'm glad that you liked it."), ("That was a good story.", "Thank you! Would you like another one?"))


def turns(*contents):
    return [{"role": "assistant" if at % 2 else "user", "content": content} for at, content in enumerate(contents)]


def record(messages, **more):
    return {"messages": messages, **more, **SOURCE}


def plainly(random_, items):
    return items[int(random_() * len(items))]


def request(story):
    """A wish that this story fulfils."""
    cast = story.cast
    kind = cast["h"].kind
    return articles(story.pick((f"Tell me a story about a {kind}.", f"Can you tell me a story about a {kind}?", f"Please tell me a story about a {kind} named {cast['h'].name}.",
                                "Tell me a story.", "Please tell me a short story.", f"I would like a story about {story.plain(story.title)}.", f"Write a short story about a {kind}.",
                                f"A story about a {kind} named {cast['h'].name}, please.", "Can you tell me a bedtime story?", "Tell me a story, please.", f"Do you know a story about a {kind}?")))


def stories(number):
    return {"text": teller.tell(number).text(), **SOURCE}


def asked(number):
    story = teller.tell(number)
    text = story.text()
    words = dict.fromkeys(WORD.findall(text.lower()))
    nouns, looks = [w for w in words if w in NOUNS], [w for w in words if w in LOOKS]
    chosen = []
    for pool, most in ((nouns, 2), (looks, 1)):
        for _ in range(min(most, len(pool))):
            word = pool.pop(int(story.random() * len(pool)))
            chosen.append(word)
    if not chosen:
        return record(turns(request(story), text))
    names = ", ".join(chosen[:-1]) + " and " + chosen[-1] if len(chosen) > 1 else chosen[0]
    many = "words" if len(chosen) > 1 else "word"
    quoted = " and ".join(", ".join(f'"{w}"' for w in chosen).rsplit(", ", 1))
    prompt = story.pick((f"Write a story with the {many} {quoted}.", f"Tell me a story with the {many}: {', '.join(chosen)}.", f"Please write a short story that uses the {many} {names}.",
                         f"Can you make up a story with {quoted} in it?", f"Use the {many} {quoted} in a story.", f"Write a short story. It should have the {many} {names} in it."))
    return record(turns(prompt, text))


def questions(number):
    story = teller.tell(number, True)
    facts = list(story.facts)
    pairs = []
    for _ in range(1 + int(story.random() * 4)):
        lot = story.random()
        if lot < 0.15:
            question, answer = story.pick(UNKNOWN)
            pair = (story.plain(question), answer)
        elif lot < 0.3 and len(story.events) > 2:
            at = int(story.random() * (len(story.events) - 1))
            pair = (f"What happened after {story.events[at]}?", capital(story.events[at + 1]) + ".")
        elif facts:
            fact = facts.pop(int(story.random() * len(facts)))
            pair = (fact.question, fact.answer)
        else:
            continue
        if pair not in pairs:
            pairs.append(pair)
    if not pairs:
        pairs.append((facts[0].question, facts[0].answer))
    text = story.text()
    if story.chance(0.5):
        contents = [request(story), text]
    else:
        frame = story.pick(("Read this story and answer my question.\n\n{}\n\n{}", "{}\n\n{}", "Here is a story:\n\n{}\n\nQuestion: {}", "Listen to this story.\n\n{}\n\nNow tell me: {}"))
        question, answer = pairs.pop(0)
        contents = [frame.format(text, question), answer]
    for pair in pairs:
        contents += pair
    if story.chance(0.15):
        contents += story.pick(CLOSERS)
    return record(turns(*contents))


def changed(number):
    """A story, then its continuation, its short form, or the same story with something changed and simulated anew."""
    story = teller.tell(number, True)
    text, lot = story.text(), story.random()
    contents = [request(story), text]
    if lot < 0.3:
        contents += [story.pick(("Make it shorter.", "Can you say that in a few sentences?", "What is the story about, in short?", "Please give me a short version.", "Tell it again, but shorter.", "Sum it up, please.")),
                     teller.summary(story)]
    elif lot < 0.55:
        halves = text.split("\n\n")
        if len(halves) > 1:
            at = 1 + int(story.random() * (len(halves) - 1))
            contents = [contents[0], "\n\n".join(halves[:at]), story.pick(("Go on.", "And then?", "What happened next?", "Please continue.", "Continue the story.", "How does it go on?")), "\n\n".join(halves[at:])]
    else:
        changes, wish = change(story)
        contents += [wish, teller.tell(number, False, changes).text()]
    if story.chance(0.25):
        contents += story.pick(CLOSERS)
    return record(turns(*contents))


def change(story):
    hero, lot = story.cast["h"], story.random()
    if lot < 0.4:
        names = lexicon.ANIMAL_NAMES[:30] if hero.animal else lexicon.GIRLS if hero.pronoun == "she" else lexicon.BOYS
        name = story.pick([n for n in names if n not in (hero.name, story.cast["f"].name)])
        return {"name": name}, story.pick((f"Tell it again, but call the {hero.kind} {name}.", f"Can the {hero.kind} be called {name}?", f"Change the name {hero.name} to {name}, please.",
                                           f"The same story, but with the name {name}."))
    kinds = [kind for kind in animals.alike(hero.kind) if kind != story.cast["f"].kind] if hero.animal else ()
    if lot < 0.7 and kinds:
        kind = story.pick(kinds)
        return {"kind": kind}, articles(story.pick((f"Tell it again, but with a {kind}.", f"Can {hero.name} be a {kind}?", f"The same story, but about a {kind}, please.", f"Make the {hero.kind} a {kind}.")))
    place = story.pick([p[0] for p in places.PLACES if p[0] not in (story.cast["p"].noun, story.cast["q"].noun)])
    return {"place": place}, story.pick((f"Tell it again, but with the {place} instead of the {story.cast['p'].noun}.", f"Can it happen near the {place}?", f"Change the place to the {place}."))


def generator(number):
    return random.Random(number).random
