# SPDX-License-Identifier: Apache-2.0
"""Other words for the same: common phrases of a template become choices, and people who speak may contract their words."""
import re

_QUOTED = re.compile(r'"[^"]*"')
# In speech alone, and only where something follows ("I am." and "as it is," are never contracted).
_SPOKEN = tuple((re.compile(rf"\b{long} (?!it\b)(?=[a-z{{\[])"), f"[{long}|{short}] ") for long, short in (
    ("I will", "I'll"), ("I am", "I'm"), ("We will", "We'll"), ("we will", "we'll"), ("You are", "You're"), ("It is", "It's"), ("it is", "it's"), ("That is", "That's"), ("What is", "What's"), ("Where is", "Where's"),
    ("Let us", "Let's"), ("let us", "let's"), ("do not", "don't"), ("Do not", "Don't"), ("did not", "didn't"), ("cannot", "can't"), ("We are", "We're"), ("He is", "He's"), ("She is", "She's"), ("must not", "mustn't"), ("does not", "doesn't")))
_TOLD = tuple((re.compile(long), short) for long, short in (
    (r"\bSuddenly,", "[Suddenly,|All at once,|All of a sudden,]"), (r"\bAt last (?!of)", "[At last |In the end |Finally ]"), (r"\bat last\b", "[at last|in the end]"), (r"\bbegan to\b", "[began to|started to]"), (r"(?<!not )(?<!All )(?<!all )\bat once\b(?! so)", "[at once|right away|straight away]"),
    (r"\bnobody\b", "[nobody|no one]"), (r"\bNobody\b", "[Nobody|No one]"), (r"\beverybody\b", "[everybody|everyone]"), (r"\bEverybody\b", "[Everybody|Everyone]"), (r"\bsomebody\b", "[somebody|someone]"), (r"\bSomebody\b", "[Somebody|Someone]"),
    (r"\beach other\b", "[each other|one another]"), (r"\bfor a long time\b", "[for a long time|for a long while]"), (r"\bThen (?=\{[a-z]+(?:\.n|\.he)?\} |they |the )", "[Then |And then |Now ]"), (r"\bFirst (?=\{[a-z]+(?:\.n|\.he)?\} |they )", "[First |At first |To begin with, ]"),
    (r'!" (?:said|cried|called|shouted) (?=\{)', '!" [said|cried|called|shouted] '), (r"\ball day\b", "[all day|the whole day]"), (r"(?<!not )\bvery (?!much|welcome|well|own|best|first|last|end|near|different)(?=\w+[.,!])", "[very |really ]"),
    (r"\bSoon (?=\{[a-z]+(?:\.n|\.he)?\} |they |the )", "[Soon |Before long, |A little later, |Not long after, ]"), (r"\bbig (?=\w)", "[big|large] "),
    (r"\bThe next day,", "[The next day,|The day after,|On the following day,]"), (r"\bIn the morning,", "[In the morning,|The next morning,|When morning came,]")))

# Who speaks may be named first; not where the speech goes on after it.
_TAGGED = re.compile(r'(?:(?<=^)|(?<=[.!?"] ))"([A-Z][^"\[\]]*?)([,!?])" (said|cried|asked|called|whispered|thought) (\{\w+(?:\.n)?\})\.(?! ")')


def varied(template):
    """The template with choices where it had words that can be said in another way."""
    template = _TAGGED.sub(_turned, template)
    for pattern, choice in _TOLD:
        template = pattern.sub(choice, template)
    return _QUOTED.sub(_contracted, template)


def _turned(found):
    speech, sign, verb, who = found.groups()
    return f'[{found[0]}|{who} {verb}, "{speech}{"." if sign == "," else sign}"]'


def _contracted(quoted):
    text = quoted[0]
    for pattern, choice in _SPOKEN:
        text = pattern.sub(choice, text)
    return text
