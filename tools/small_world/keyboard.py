# SPDX-License-Identifier: Apache-2.0
"""How people type: small letters, missing or doubled signs, a slip of the finger. Only what a user writes goes through here."""
import re

_WORD = re.compile(r"[a-z]{4,}")
_SHORT = (("please", "pls"), ("you", "u"), ("are", "r"), ("what is", "whats"), ("I am", "im"), ("don't", "dont"), ("I'm", "im"), ("can't", "cant"),
          ("what's", "whats"), ("thank you", "thx"), ("tell me", "tell me"), ("because", "cause"))
_BEFORE = ("Hey, ", "Capy, ", "Please, ", "Hey Capy, ", "Ok, ", "So, ", "Well, ", "And ", "Um, ", "Now, ", "Okay. ", "Oh, ")


def typed(random, text):
    """The text as somebody might type it; most of the time it is left as it is."""
    lot = random()
    if lot < 0.42 or len(text) > 300:
        return text
    if lot < 0.52:
        before = _BEFORE[int(random() * len(_BEFORE))]
        text = before + (text if text[0] == "I" and text[1:2] in (" ", "'") or before.endswith(". ") else text[0].lower() + text[1:])
    if random() < 0.45:
        text = text.lower()
    sign = random()
    if sign < 0.45:
        text = text.rstrip(".?!")
    elif sign < 0.55 and text[-1] in ".?!":
        text += text[-1]
    if random() < 0.08:
        text = text.upper()
    if random() < 0.2:
        long, short = _SHORT[int(random() * len(_SHORT))]
        text = re.sub(rf"\b{long}\b", short, text)
    if random() < 0.3:
        text = slipped(random, text)
    return text


def slipped(random, text):
    """One word with two letters changed over, one left out or one twice."""
    words = list(_WORD.finditer(text))
    if not words:
        return text
    found = words[int(random() * len(words))]
    word, at, lot = found[0], 1 + int(random() * (len(found[0]) - 2)), random()
    if lot < 0.45:
        word = word[:at] + word[at + 1] + word[at] + word[at + 2:]
    elif lot < 0.75:
        word = word[:at] + word[at + 1:]
    else:
        word = word[:at] + word[at] + word[at:]
    return text[:found.start()] + word + text[found.end():]
