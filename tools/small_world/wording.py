# SPDX-License-Identifier: Apache-2.0
"""Other words for the same: common phrases of a template become choices, and people who speak may contract their words."""
import re

_QUOTED = re.compile(r'"[^"]*"')
# In speech alone, and only where something follows ("I am." and "as it is," are never contracted).
_SPOKEN = tuple((long, re.compile(rf"\b{long} (?!it\b|not\b)(?=[a-z{{\[])"), f"[{long}|{short}] ") for long, short in (
    ("I will", "I'll"), ("I am", "I'm"), ("We will", "We'll"), ("we will", "we'll"), ("You are", "You're"), ("It is", "It's"), ("it is", "it's"),
    ("That is", "That's"), ("What is", "What's"), ("Where is", "Where's"),
    ("Let us", "Let's"), ("let us", "let's"), ("do not", "don't"), ("Do not", "Don't"), ("did not", "didn't"), ("cannot", "can't"), ("We are",
    "We're"), ("He is", "He's"), ("She is", "She's"), ("must not", "mustn't"), ("does not", "doesn't")))
# A word that the template must have, where exactly, and what may stand there; a name or "they" must follow some of them.
_SUBJECT = r"(?=\{[a-z]+(?:\.n|\.he)?\} |they |the )"
_TOLD = tuple((word, re.compile(pattern), choice) for word, pattern, choice in (
    ("Suddenly", r"\bSuddenly,", "[Suddenly,|All at once,|All of a sudden,]"), ("At last", r"\bAt last (?!of)", "[At last |In the end |Finally ]"),
    ("at last", r"\bat last\b", "[at last|in the end]"),
    ("began to", r"\bbegan to\b", "[began to|started to]"), ("at once", r"(?<!not )(?<!All )(?<!all )(?<!shared )\bat once\b(?! so)",
    "[at once|right away|straight away]"),
    ("nobody", r"\bnobody\b", "[nobody|no one]"), ("Nobody", r"\bNobody\b", "[Nobody|No one]"), ("everybody", r"\beverybody\b",
    "[everybody|everyone]"), ("Everybody", r"\bEverybody\b", "[Everybody|Everyone]"),
    ("somebody", r"\bsomebody\b(?! else)", "[somebody|someone]"), ("Somebody", r"\bSomebody\b", "[Somebody|Someone]"), ("each other",
    r"\beach other\b", "[each other|one another]"), ("for a long time", r"\bfor a long time\b", "[for a long time|for a long while]"),
    ("Then ", r"\bThen " + _SUBJECT, "[Then |And then |Now ]"), ("First ", r"\bFirst " + _SUBJECT, "[First |At first |To begin with, ]"), ("Soon ",
    r"\bSoon " + _SUBJECT, "[Soon |Before long, |A little later, |Not long after, ]"),
    ('!" ', r'!" (?:said|cried|called|shouted) (?=\{)', '!" [said|cried|called|shouted] '), ("all day", r"\ball day\b(?! long)",
    "[all day|the whole day]"), ("very ", r"(?<!not )\bvery (?!much|welcome|well|own|best|first|last|end|near|different)(?=\w+[.,!])", "[very |really ]"),
    ("big ", r"\bbig (?=\w)(?!and\b|or\b|enough\b|as\b)", "[big|large] "), ("The next day,", r"\bThe next day,",
    "[The next day,|The day after,|On the following day,]"), ("In the morning,", r"\bIn the morning,",
    "[In the morning,|The next morning,|When morning came,]")))
# Who speaks may be named first; not where the speech goes on after it.
_TAGGED = re.compile(r'(?:(?<=^)|(?<=[.!?"] ))"([A-Z][^"\[\]]*?)([,!?])" (said|cried|asked|called|whispered|thought) (\{\w+(?:\.n)?\})\.(?=$| [A-Z])')


def varied(template):
    """The template with choices where it had words that can be said in another way."""
    template = _TAGGED.sub(_turned, template)
    for word, pattern, choice in _TOLD:
        if word in template:
            template = pattern.sub(choice, template)
    return _QUOTED.sub(_contracted, template)


def _turned(found):
    speech, sign, verb, who = found.groups()
    return f'[{found[0]}|{who} {verb}, "{speech}{"." if sign == "," else sign}"]'


def _contracted(quoted):
    text = quoted[0]
    for phrase, pattern, choice in _SPOKEN:
        if phrase in text:
            text = pattern.sub(choice, text)
    return text
