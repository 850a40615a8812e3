# SPDX-License-Identifier: Apache-2.0
"""Conversations about stories: told with words to use, asked about, continued, shortened, changed."""
import random

import greetings
import teller
import wishes
from grammar import capital
from keyboard import typed
from phrase import said

SOURCE = {"src": "small_world", "lic": "Apache-2.0"}
NOT_TOLD = ("I don't know, the story does not say.", "The story does not say, so I don't know.", "The story does not tell us that.",
            "I don't know. That is not in the story.", "That is not told in the story.")
UNKNOWN = ("How old is {h.n}?", "What did {h.n} have for breakfast?", "What colour are {h.ns} eyes?", "How many brothers does {h.n} have?",
           "What is the name of {h.ns} teacher?", "Which day was {h.n} born on?", "What is {f.ns} favourite song?", "How far is it to the sea?",
           "How tall is {f.n}?", "What is {h.ns} last name?",
           "How many rooms does the house have?", "What did {f.n} do the year before?", "Does {h.n} like cheese?", "What is the name of the village?",
           "How heavy is {h.n}?")


def turns(*contents):
    return [{"role": "assistant" if at % 2 else "user", "content": content} for at, content in enumerate(contents)]


def record(messages, **more):
    return {"messages": messages, **more, **SOURCE}


def generator(number):
    return random.Random(number).random


def stories(number):
    return {"text": teller.tell(number).text(), **SOURCE}


def asked(number):
    story = teller.tell(number)
    wish = wishes.words(story) if story.chance(0.6) else wishes.request(story)
    return record(turns(typed(story.random, wish), story.text()))


def question(story, facts, in_full=True):
    """One question on the story and its answer; facts are used up. Nothing where none is left. What came after what is asked of a full story only."""
    lot = story.random()
    if lot < 0.15:
        return story.plain(story.pick(UNKNOWN)), story.pick(NOT_TOLD)
    if lot < 0.28 and in_full and len(story.events) > 2:
        at = int(story.random() * (len(story.events) - 1))
        return story.pick(("What happened after {}?", "What came after {}?")).format(story.events[at]), capital(story.events[at + 1]) + "."
    if facts:
        fact = facts.pop(int(story.random() * len(facts)))
        return fact.question, fact.answer
    return None


def questions(number):
    story = teller.tell(number, True)
    facts, pairs = list(story.facts), []
    for _ in range(1 + int(story.random() * 4)):
        pair = question(story, facts)
        if pair and pair not in pairs:
            pairs.append(pair)
    pairs = pairs or [(facts[0].question, facts[0].answer)]
    text = story.text()
    if story.chance(0.5):
        contents = [typed(story.random, wishes.request(story)), text]
    else:
        frame = story.pick(("Read this story and answer my question.\n\n{}\n\n{}", "{}\n\n{}", "Here is a story:\n\n{}\n\nQuestion: {}",
                           "Listen to this story.\n\n{}\n\nNow tell me: {}"))
        first, answer = pairs.pop(0)
        contents = [frame.format(text, first), answer]
    for first, answer in pairs:
        contents += [typed(story.random, first), answer]
    if story.chance(0.15):
        contents += closing(story.random)
    return record(turns(*contents))


def closing(random_):
    asks, answers = greetings.THANKS if random_() < 0.6 else greetings.PRAISE
    return [typed(random_, said(random_, asks)), said(random_, answers)]


def changed(number):
    """A story, then its continuation, its short form, or the same story with something changed and simulated anew."""
    story = teller.tell(number, True)
    text, lot = story.text(), story.random()
    contents = [typed(story.random, wishes.request(story)), text]
    halves = text.split("\n\n")
    if lot < 0.3:
        contents += [typed(story.random, story.pick(wishes.SHORTER)), teller.summary(story)]
    elif lot < 0.5 and len(halves) > 1:
        at = 1 + int(story.random() * (len(halves) - 1))
        contents = [contents[0], "\n\n".join(halves[:at]), typed(story.random, story.pick(wishes.ON)), "\n\n".join(halves[at:])]
    elif lot < 0.6:
        contents = [typed(story.random, story.pick(BRIEF).format(x=wishes.one(story.cast["h"].kind))), teller.brief(story)]
    else:
        changes, wish = wishes.change(story)
        contents += [typed(story.random, wish), teller.tell(number, False, changes).text()]
    if story.chance(0.25):
        contents += closing(story.random)
    return record(turns(*contents))


BRIEF = ("Tell me a very short story about {x}.", "A very short story, please.", "Tell me a story in a few sentences.",
         "Only a tiny story about {x}, please.", "Can you tell a story in five sentences?", "Give me a very short story.", "A mini story with {x}!")
