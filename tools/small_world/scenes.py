# SPDX-License-Identifier: Apache-2.0
"""Scenes that many plots share: an opening, a walk, asking the way, a feeling at the end."""


def opening(s):
    h = s.cast["h"]
    if h.animal:
        s.tell("[Once upon a time|Long ago|Once], there was a {h.trait} {h.kind} [called|named] {h.n}.",
               "{h.n} was a {h.trait} {h.kind} who lived in [a snug|a cosy|a warm|a tidy] {h.home} near the {p}.",
               "There once lived a {h.trait} [little|young] {h.kind} [called|whose name was] {h.n}.",
               "In [a small|a cosy|an old] {h.home} [near|not far from] the {p} lived a {h.kind} named {h.n}.",
               "{time.cap}, a [little|young|small] {h.kind} called {h.n} [looked out at the sky|had a great wish|set out to see the world].",
               "{h.n} the {h.kind} was [as {h.trait} as could be|known to be {h.trait}].")
    else:
        s.tell("[Once upon a time|Once], there was a {h.trait} {h.kind} [called|named] {h.n}.",
               "{h.n} was a {h.trait} {h.kind} who lived [near|close to|not far from] the {p}.",
               "There was once a {h.trait} [little|young] {h.kind} [called|whose name was] {h.n}.",
               "In [a small|a white|an old|a tall|a brick|a yellow] house [near|beside] the {p} lived a {h.kind} named {h.n}.",
               "{time.cap}, a {h.kind} called {h.n} [sat on the step and thought|was looking out of the window|had nothing to do].",
               "{h.n} was a {h.trait} {h.kind}[|, and everyone knew it].")
    s.maybe(0.35, "{h} [liked|loved] to [sit and watch the clouds|sing in the morning|count the birds|ask questions|listen to stories"
            "|look for round stones|play by the {q}|help {e.n}].",
            "{h.ns} best friend was a {f.kind} named {f.n}.",
            "{h} lived with {e.n}[, who baked very good bread|, who knew many songs|, who told stories in the evening|]."
            , "People said that nobody [laughed|ran|smiled|asked questions] as much as {h.n}.")
    s.fact("who", ["Who is the story about?", "Who is this story about?"],
           ["It is about a {h.kind} named {h.n}.", "The story is about {h.n}, a {h.kind}."], "{h.n}")
    s.fact("kind", ["What kind of animal is {h.n}?" if h.animal else "Is {h.n} a boy or a girl?"], ["{h.n} is a {h.kind}."], "{h.kind}")
    if s.cast["time"] in s.paragraphs[0][0].lower():
        s.cast["time"] = "that day"  # it has been said which
    meet_friend(s)


def meet_friend(s):
    """Makes the friend known; nothing where the opening did so."""
    if s.friend_known or any("best friend was" in sentence for paragraph in s.paragraphs for sentence in paragraph):
        return
    s.friend_known = True
    s.tell("{h.ns} friend was a {f.kind} [called|named] {f.n}.", "{h} had a friend, a {f.trait} {f.kind} [called|named] {f.n}.",
           "A {f.kind} named {f.n} lived next door, and the two were friends.",
           "{h} often played with a {f.kind} called {f.n}.")


def walk(s, key):
    """The hero goes to the place under `key`."""
    s.cast["where"] = s.cast[key]
    s.tell("{h} [went|walked|ran|hurried|set off] {where.to}.", "So {h} [went|made {h.his} way|walked] {where.to}.",
           "[Soon|Before long|A little later|After a while], {h} [came|got] {where.to}.",
           "{h} [took the path|followed the path|took the short way] {where.to}.")
    if s.chance(0.5):
        s.paragraphs[-1].append(s.pick(s.cast[key].details))


def glad_end(s, *lessons):
    """The end: a feeling, sometimes what was learned, sometimes a picture of the evening."""
    if lessons and s.chance(0.5):
        s.cast["lesson"] = s.pick(lessons)
        s.tell("{h} had learned that {lesson}.", "From that day on, {h} knew that {lesson}.",
               "\"Now I know,\" {h} [said|thought|told {e.n}], \"that {lesson}.\"", "{e.n} smiled and said, \"You see, {lesson}.\"",
               "{h} never forgot that {lesson}.")
    s.maybe(0.75, "That [night|evening], {h} [fell asleep with a smile|slept well|told {e.n} all about it|lay in bed and thought of {f.n}]"
            " [while the moon shone on the {p}|while the stars shone over the {q}|while the wind sang round the {h.home}].",
            "{h} was so {glad} that {h.he} [danced all the way home|sang a song], and {f.n} was {glad}, too.",
            "{h} went home [with a light heart|as {glad} as could be|under the evening sky|while the sun went down behind the {q}].",
            "It had been a [good|long|fine|very good] day for {h.n} and {f.n}.",
            "{e.n} [made|cooked] [soup|pancakes|dumplings|an apple pie|noodles] that evening, and {h} ate [and told the whole story"
            "|with {f.n} at {h.his} side|until {h.he} was full].",
            "And whenever {h} [came past|thought of] the {p}, {h.he} [smiled|remembered that day|had to laugh].")
