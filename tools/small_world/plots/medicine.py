# SPDX-License-Identifier: Apache-2.0
"""Somebody is ill; what helps must be fetched from far away, for a price."""
import cast as casting
import ends
import moods
import scenes

ILLS = (("had a bad cold", "tea of lime flowers"), ("had a fever", "willow bark"), ("had a sore throat", "honey"), ("had a cough",
        "thyme from the hill"), ("had a tummy ache", "mint leaves"), ("could not eat", "a strong soup of herbs"), ("was weak and pale", "fresh berries" ))
KEEPERS = (("beekeeper", "she"), ("old herb woman", "she"), ("doctor", "he"), ("wise toad", "he"), ("gardener", "she"), ("monk", "he"), ("shepherd",
           "he"), ("old raven", "she"), ("miller", "he"), ("farmer", "she"))


def medicine(s):
    cast = s.cast
    cast["ill"], cast["cure"] = s.pick([entry for entry in ILLS if not ("winter" in s.day and entry[1] in ("fresh berries", "mint leaves",
         "thyme from the hill"))])
    cast["g"] = s.pick((cast["f"], cast["e"]))
    if cast["g"] is cast["f"]:
        scenes.meet_friend(s)
    cast["x"] = casting.stranger(s, KEEPERS)
    cast["job"], cast["jobdone"] = s.pick((("sing me a song", "sang the longest song {h.he} knew"), ("answer my riddle: what runs and has no legs",
         "thought for a long time and said, \"Water\""), ("answer my riddle: what has teeth and cannot bite", "laughed and said, \"A comb\""),
                                           ("help me to stack the wood", "stacked the wood up to the roof"), ("tell me a story that I do not know",
        "told the story of how it all began"), ("catch my runaway hat", "ran after the hat and caught it"),
                                           ("answer my riddle: what grows when it eats and dies when it drinks",
        "looked into the stove and said, \"Fire\""), ("thread this needle for me", "threaded the needle at once"), ("comb my old donkey",
        "combed the donkey from head to tail"),
                                           ("find the bell of my goat", "looked in the grass until the bell rang")))
    cast["jobdone"] = s.plain(cast["jobdone"])
    s.title = "the medicine for {g.n}"
    s.tell("{time.cap}, {g.n} {ill} and had to stay in bed.", "{time.cap}, {g.n} did not get up. {g.he} {ill}.",
           "{time.cap}, {h} went to see {g.n}, but {g.he} {ill}." if cast["g"] is cast["f"] else "{time.cap}, it was very quiet in the house, for {g.n} {ill}.")
    s.event("{g.n} {ill}")
    s.fact(["What was wrong with {g.n}?", "Why did {g.n} stay in bed?"], ["{g.n} {ill}."], "{ill}")
    s.tell("\"[Only {cure} can help {g.n}|What {g.n} needs is {cure}],\" said the [nurse|neighbour|old postman].",
           "\"{cure.cap} would do {g.n} good,\" said the [nurse|neighbour|miller].", "In an old book, {h} read that {cure} would help.")
    s.fact(["What was to help {g.n}?"], ["{cure.cap} was to help."], "{cure}")
    s.tell("But there was none in the house. \"[I know that|I think that] {x.n} has some, {h.n},\" said the [old |]postman.",
           "\"Who has that?\" asked {h.n}. \"[Only|I think] {x.n}, far away {p.near}.\"", "{h} knew who had that: {x.n}, who lived {p.near}.")
    s.tell("{h} [put on {h.his} coat|took a basket|tied {h.his} scarf] and went at once.", "\"I will get it,\" said {h.n}.",
           "\"Sleep a little,\" {h} told {g.n}. \"I will be back soon.\"")
    s.event("{h.n} went to {x.n} to get {cure}")
    s.fact(["Who had {cure}?"], ["{x.n} had it."], "{x.n}")
    s.paragraph()
    s.tell("The way was long, and {h} [ran half of it|met nobody|sang to keep up {h.his} courage].",
           "{h} went past the {q} and on, until {h.he} came {p.to}.", "{h} did not stop to play, not even {q.in}.")
    if s.chance(0.5):
        moods.weariness(s)
    s.tell("{x.n} listened to {h.o}. \"You shall have it,\" {x.he} said, \"but first {job}.\"", "\"I have it,\" said {x.n}. \"But first {job}.\"",
           "\"For your friend {g.n}, you say?\" asked {x.n}. \"Good, but {job}.\"" if cast["g"] is cast["f"]
           else "\"For {g.n}, you say?\" asked {x.n}. \"Good, but {job}.\"")
    s.tell("{h} {jobdone}.", "So {h} {jobdone}.", "{h} was in a hurry, but {h.he} {jobdone}.")
    s.event("{h.n} {jobdone}")
    s.fact(["What did {h.n} do for {x.n}?"], ["{h.n} {jobdone}."], "{jobdone}")
    s.tell("\"Well done,\" said {x.n} and gave {h.him} {cure}.", "{x.n} was pleased, and {h.n} got {cure}.",
           "\"You have earned it, {h.n},\" said {x.n} and gave {h.him} {cure}.")
    s.event("{x.n} gave {h.n} {cure}")
    s.paragraph()
    s.tell("{h.n} ran home to {g.n} as fast as {h.he} could.", "The way back to {g.n} seemed much shorter.",
           "When {h} came back, {g.n} was asleep and very hot." if "fever" in cast["ill"] else "When {h} came back, {g.n} opened one eye.")
    s.tell("{g.n} took it and [fell asleep|slept all night].", "\"Take this, {g.n},\" said {h}. \"It is from {x.n}.\"",
           "{h} sat at the bed and held {g.his} {g.hand}.")
    s.tell("The next day, {g.n} [sat up and was hungry|could laugh again|was much better].", "After [two|three] days, {g.n} was as well as ever.",
           "In the morning, {g.n} said, \"I feel so much better, {h.n}!\"")
    s.event("{g.n} was well again")
    s.tell("\"You are the best {h.kind} in the world,\" said {g.n}." if cast["g"] is cast["e"]
           else "\"You are the best friend in the world,\" said {g.n}.", "\"Was it far?\" asked {g.n}. \"Not for you,\" said {h.n}.",
           "\"What would I do without you?\" said {g.n}.")
    ends.happy(s, "love makes long ways short", "friends help when it is hard", "care is the best medicine")
