# SPDX-License-Identifier: Apache-2.0
"""Scenes that many plots share: an opening, a friend, a walk and what is seen on it."""
import days

HABITS = ("watch the clouds", "sing in the morning", "count the birds", "ask questions", "listen to stories", "look for round stones",
          "play {q.near}", "help {e.n}", "climb the hill behind the house",
          "talk to the flowers", "build small houses of sticks", "look at the stars", "make up songs", "learn new words", "run in the wind",
          "play hide-and-seek", "collect leaves", "draw in the sand", "hum a tune", "tell riddles")
ELDER_HABITS = ("baked very good bread", "knew many songs", "told stories in the evening", "made the best soup of all", "laughed a lot",
                "could mend everything", "loved flowers", "was always busy", "knew every path")

STARTS = {"morning": ("woke up early", "woke up with a smile", "looked out at the sky", "was in a very good mood", "ate a big breakfast",
          "was the first to be up"),
          "afternoon": ("sat on the step and thought", "had nothing to do", "was looking out of the window", "was in a very good mood", "hummed a tune"),
          "day": ("had nothing to do", "was looking out of the window", "was in a very good mood", "sat on the step and thought",
          "wanted to see something new"),
          "evening": ("was not tired yet", "looked out at the sky", "sat at the window", "was brushing the crumbs from the table",
          "watched the first stars come out")}


def opening(s):
    h = s.cast["h"]
    # A shy singer is not known for singing.
    s.cast["habit"] = s.plain(s.pick(HABITS if s.plot != "singer" else HABITS[:1] + HABITS[2:12]))
    s.cast["elder_habit"] = s.pick(ELDER_HABITS)
    s.cast["start"] = s.pick(STARTS[s.cast["part"]])
    if h.animal:
        s.tell("[Once upon a time|Long ago|Once], there was a {h.trait} {h.kind} [called|named] {h.n}.",
               "{h.n} was a {h.trait} {h.kind} who lived in [a snug|a cosy|a warm|a tidy] {h.home} {p.near}." if h.home != "tree"
               else "{h.n} was a {h.trait} {h.kind} who lived in a [tall|hollow|big] tree {p.near}.",
               "There once lived a {h.trait} [little|young] {h.kind} [called|whose name was] {h.n}.",
               "[Near|Not far from|Close to] the {p} lived a [{h.trait} |little |young |]{h.kind} [named|called] {h.n}.",
               "{time.cap}, a [little|young|small] {h.kind} called {h.n} {start}.",
               "{h.n} the {h.kind} was [as {h.trait} as could be|known to be {h.trait}|{h.trait}, and everybody liked {h.him}].",
               "This is the story of {h.n}, a {h.trait} {h.kind} who lived [near|close to] the {p}.",
               "A {h.kind} named {h.n} lived with {e.n}, who {elder_habit}.",
               "{h.n} was [the smallest|the youngest|the quickest|the noisiest] {h.kind} {p.near}.")
    else:
        s.tell("[Once upon a time|Once], there was a {h.trait} {h.kind} [called|named] {h.n}.",
               "{h.n} was a {h.trait} {h.kind} who lived [near|close to|not far from] the {p}.",
               "There was once a {h.trait} [little|young] {h.kind} [called|whose name was] {h.n}.",
               "In [a small|a white|an old|a tall|a brick|a yellow] house [near|not far from] the {p} lived a {h.kind} named {h.n}.",
               "{time.cap}, a {h.kind} called {h.n} {start}.",
               "{h.n} was a {h.trait} {h.kind}, [and everyone knew it|and everybody liked {h.him}|but not always].",
               "This is the story of {h.n}, a {h.trait} {h.kind} who lived [near|close to] the {p}.",
               "A {h.kind} named {h.n} lived with {e.n}, who {elder_habit}.",
               "In the village {p.near} there was a {h.kind} [called|named] {h.n}.")
    if s.cast["elder_habit"] in s.paragraphs[0][0]:
        s.maybe(0.55, "{h} [liked|loved] to {habit}.", "Every day, {h} found time to {habit}.", "{h} was [never|seldom] bored, for {h.he} loved to {habit}.")
    else:
        habit(s)
    s.fact(["Who is the story about?", "Who is this story about?"],
           ["It is about a {h.kind} named {h.n}.", "The story is about {h.n}, a {h.kind}."], "{h.n}")
    s.fact(["What kind of animal is {h.n}?" if h.animal else "Is {h.n} a boy or a girl?"], ["{h.n} is a {h.kind}."], "{h.kind}")
    if s.cast["time"].lower() in s.paragraphs[0][0].lower():
        s.cast["time"] = "that " + s.cast["part"]  # it has been said which
    if s.chance(0.4):
        meet_friend(s)


def habit(s):
    s.maybe(0.55 if s.plot != "singer" else 0, "{h} [liked|loved] to {habit}.", "More than anything else, {h} [liked|loved] to {habit}.",
            "{h} lived with {e.n}, who {elder_habit}.",
            "Nobody [laughed|ran|smiled|asked questions|sang] as much as {h.n}.", "{h} was [never|seldom] bored, for {h.he} loved to {habit}.",
            "Every day, {h} found time to {habit}.")


def weather(s):
    """What the weather was like, told as the story's own day begins."""
    if "evening" not in s.day:
        s.tell(*days.REMARKS[s.cast["weather_now"]])


def meet_friend(s):
    """Makes the friend known; nothing where that has been done."""
    if s.friend_known:
        return
    s.friend_known = True
    s.tell("{h.ns} [best friend|friend|dearest friend] was a {f.kind} [called|named] {f.n}.", "{h} had a friend, a {f.trait} {f.kind} [called|named] {f.n}.",
           "A {f.kind} named {f.n} lived next door, and the two were friends.", "{h} [often|always] played with a {f.kind} called {f.n}.",
           "{h.n} and {f.n}, a {f.trait} {f.kind}, were [the best of friends|friends|always together].",
           "{h} had known {f.n} the {f.kind} [for a long time|since {h.he} was very small].")


def see(s, key="p"):
    """What there is to see, hear or smell at a place today."""
    details = days.fitting(s.cast[key].details, s.day)
    s.paragraphs[-1].append(s.pick(details))


def walk(s, key):
    """The hero goes to the place under `key`."""
    s.cast["where"] = s.cast[key]
    s.tell("{h} [went|walked|ran|hurried|set off] {where.to}.", "So {h} [went|made {h.his} way|walked|ran] {where.to}.",
           "[Soon|Before long|A little later|After a while], {h} [came|got] {where.to}.",
           "{h} [took the path|followed the path|took the short way|took the long way] {where.to}.",
           "{h} [went through the gate|crossed the lane|put on {h.his} [cap|scarf]] and [walked|ran|went] {where.to}.",
           "It was [not far|quite a long way] {where.to}, and {h} [sang|hummed|counted {h.his} steps] on the way.")
    if s.chance(0.3) and "evening" not in s.day:
        s.tell(*days.WALKED[s.cast["weather_now"]])
    if s.chance(0.6):
        see(s, key)


def walk_together(s, key):
    """The hero and the friend go to the place under `key`."""
    s.cast["where"] = s.cast[key]
    s.tell("{h.n} and {f.n} [went|walked|ran|set off] {where.to}[ together| side by side|].",
           "They [went|walked|ran] {where.to}[ together|, and {f.n} sang on the way|, one behind the other|].",
           "[Soon|Before long|After a while], {h.n} and {f.n} came {where.to}.", "\"Come on!\" said {f.n}, and they [ran|hurried] {where.to}.",
           "The two of them [took the path|took the short way] {where.to}.")
    if s.chance(0.6):
        see(s, key)
