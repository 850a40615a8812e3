# SPDX-License-Identifier: Apache-2.0
"""English on the level of letters: articles, capitals, plurals, number words; and templates with choices."""
import functools
import re

from wording import varied

# "a" before a vowel's sound becomes "an"; the words that only look so are named.
_ARTICLE = re.compile(r"([Aa])(?<!\w[Aa]) (?=(?:[aeiouAEIOU](?!ne\b|nce\b|seful|sed\b)|hour\b|honest))")
_START = re.compile(r'([.!?] +"?|\." +)([a-z])')
# "said she" reads badly: "she said".
_TAG = re.compile(r'(" )(said|cried|asked|called|shouted|answered|thought|whispered|sang|sighed|sobbed|remembered|laughed) (he|she)\b')
NUMBERS = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
           "eighteen nineteen twenty").split()


def articles(text):
    return _ARTICLE.sub(r"\1n ", text) if "a " in text or "A " in text else text


def capital(text):
    """The sentence with a capital letter at its start, behind an opening quote too."""
    if text[0] == '"':
        return '"' + text[1].upper() + text[2:]
    return text[0].upper() + text[1:]


def sentence(text):
    """What a template gave as one or more finished sentences."""
    text = _TAG.sub(r'\1\3 \2', capital(text)).replace('!".', '!"').replace('?".', '?"')
    if _START.search(text):
        text = _START.sub(lambda found: found[1] + found[2].upper(), text)
    return articles(text).replace('".', '."')


def plural(noun):
    irregular = {"mouse": "mice", "goose": "geese", "fox": "foxes", "leaf": "leaves", "loaf": "loaves", "child": "children",
                 "fish": "fish", "sheep": "sheep", "scarf": "scarves"}
    if noun in irregular:
        return irregular[noun]
    if noun.endswith(("s", "x", "ch", "sh")):
        return noun + "es"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + "s"


@functools.lru_cache(maxsize=None)
def compiled(template):
    """A template as nested parts: text, (key, form) of a slot {key.form}, or a list of alternatives [one|two|]."""
    template = varied(template)
    parts, end = _sequence(template, 0, "")
    if end != len(template):
        raise ValueError(f"unbalanced brackets in the template: {template}")
    return parts


def _sequence(template, at, stops):
    parts, start = [], at
    while at < len(template) and template[at] not in stops:
        sign = template[at]
        if sign in "[{":
            if at > start:
                parts.append(template[start:at])
            if sign == "{":
                close = template.index("}", at)
                key, _, form = template[at + 1:close].partition(".")
                parts.append((key, form))
                at = close + 1
            else:
                choices = []
                while sign != "]":
                    inner, at = _sequence(template, at + 1, "|]")
                    choices.append(inner)
                    sign = template[at]
                at += 1
                parts.append(choices)
            start = at
        else:
            at += 1
    if at > start:
        parts.append(template[start:at])
    return parts, at
