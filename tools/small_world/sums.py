# SPDX-License-Identifier: Apache-2.0
"""Small sums up to 20, bare and in words; the answers are computed."""
import lexicon
import talk
from grammar import NUMBERS, capital, plural
from keyboard import typed

ITEMS = "apple plum cookie shell marble button feather pencil ball bun egg stone cup bell flower kite cake book coin pear".split()


def counted(number, noun):
    return f"{NUMBERS[number]} {noun if number == 1 else plural(noun)}"


AND = ("And {}?", "and {}?", "What about {}?", "And {}", "{}?")


def pair(pick, random, short=False):
    """A sum and its answer; short as one asks it after another sum."""
    a, b = int(random() * 11), int(random() * 11)
    minus = random() < 0.45
    if minus:
        a = a + b
    result = a - b if minus else a + b
    if short:
        return pick(AND).format(f"{a} {'-' if minus else '+'} {b}"), pick((f"{a} {'-' if minus else '+'} {b} = {result}.", f"That is {result}.", f"{result}."))
    if random() < 0.5 or (a == 0 or b == 0):
        sign, word = ("-", "minus") if minus else ("+", "plus")
        asked = pick((f"What is {a} {sign} {b}?", f"{a} {sign} {b}", f"How much is {a} {sign} {b}?", f"What is {NUMBERS[a]} {word} {NUMBERS[b]}?",
                     f"{a}{sign}{b}=?", f"Can you work out {a} {word} {b}?"))
        return asked, pick((f"{a} {sign} {b} = {result}.", f"{a} {sign} {b} is {result}.", f"The answer is {result}.",
                           f"{capital(NUMBERS[a])} {word} {NUMBERS[b]} is {NUMBERS[result]}.", f"{result}."))
    girl = random() < 0.5
    name, he = pick(lexicon.GIRLS if girl else lexicon.BOYS), "she" if girl else "he"
    noun = pick(ITEMS)
    other = pick(lexicon.BOYS if girl else lexicon.GIRLS)
    if minus:
        asked = pick((f"{name} has {counted(a, noun)} and gives {NUMBERS[b]} to {other}. How many {plural(noun)} does {name} have left?",
                      f"There were {counted(a, noun)} on the table. {name} took {NUMBERS[b]}. How many {plural(noun)} are left?",
                      f"{name} had {counted(a, noun)}. {capital(he)} lost {NUMBERS[b]}. How many are left?"))
        return asked, pick((f"{a} - {b} = {result}. {capital(counted(result, noun)) if result else 'No ' + plural(noun)} {'is' if result == 1 else 'are'} left.",
                           f"{a} - {b} = {result}. The answer is {result}."))
    asked = pick((f"{name} has {counted(a, noun)}. {other} gives {'her' if girl else 'him'} {NUMBERS[b]} more. How many {plural(noun)} does {name} have now?",
                  f"{name} found {counted(a, noun)}, and {other} found {NUMBERS[b]}. How many {plural(noun)} do they have together?"))
    return asked, pick((f"{a} + {b} = {result}. That makes {counted(result, noun)}.", f"{a} + {b} = {result}. The answer is {result}."))


def sums(number):
    random = talk.generator(number)

    def pick(items):
        return items[int(random() * len(items))]

    contents = []
    for _ in range(1 + int(random() * 3)):
        asked, answer = pair(pick, random, bool(contents) and random() < 0.4)
        contents += [typed(random, asked), answer]
    return talk.record(talk.turns(*contents))
