# SPDX-License-Identifier: Apache-2.0
"""A night without sleep, and what helps; it ends in a dream."""
import scenes

TRIES = (("counted sheep", "the sheep would not stand still"), ("lay on the other side", "that was no better"), ("drank a glass of milk",
         "then {h.he} was awake and full"), ("shut {h.his} eyes as tightly as {h.he} could", "they opened again"),
         ("put {h.his} head under the pillow", "it was too hot there"), ("sang {h.himself} a song", "it was a merry one, and {h.he} wanted to dance"),
         ("thought of nothing at all", "that was very hard"), ("counted the beats of the clock", "{h.he} got to five hundred"), ("made the bed again",
         "now it was cold"))
HELPS = ("told a story about a sleepy bear", "hummed an old song", "opened the window a little, and they listened to the night",
         "rubbed {h.his} back and counted backwards from twenty", "asked what had been the best thing of the day",
         "showed {h.him} how to breathe slowly, in and out", "named all those who were already asleep: the hens, the cows, the trees")
REASONS = ("the next day was {h.his} birthday", "{h.he} had heard a scary story", "the moon was so bright", "{h.he} had slept in the afternoon",
           "{h.he} was thinking of the journey of the next day", "the wind was so loud", "{h.he} had quarrelled with {f.n}",
           "{h.his} {t.full} was not in its place")


def sleepless(s):
    cast = s.cast
    scenes.meet_friend(s)
    first, second = s.pick(TRIES), s.pick(TRIES)
    while second is first:
        second = s.pick(TRIES)
    for key, text in (("d1", first[0]), ("r1", first[1]), ("d2", second[0]), ("r2", second[1]), ("why", s.pick(REASONS)), ("help", s.pick(HELPS))):
        cast[key] = s.plain(text)
    cast["dream"] = s.pick(("a ship on the clouds", "a garden full of lanterns", "a river of warm milk", "a meadow in the moonlight",
         "a train that went to the stars", "a forest where the trees sang", "a bear in a nightcap", "an island of cushions"))
    s.title = "the night without sleep"
    s.tell("{time.cap}, {h} lay in bed and could not sleep, for {why}.", "{time.cap}, everyone went to bed. But {h} could not sleep, because {why}.",
           "It was late, and {h} was still awake, for {why}.", "{time.cap}, the lamp was out, and {h} looked into the dark. {h.he} could not sleep, for {why}.")
    s.event("{h.n} could not sleep because {why}")
    s.fact(["Why could {h.n} not sleep?"], ["Because {why}."], "{why}")
    s.tell("First {h} {d1}, but {r1}.", "{h} {d1}, but {r1}.", "\"Sleep, come here,\" said {h}. {h.he} {d1}, but {r1}.")
    s.event("{h.n} {d1}, but {r1}")
    s.fact(["What did {h.n} try first?"], ["{h.n} {d1}."], "{d1}")
    s.tell("Then {h} {d2}, but {r2}.", "So {h.n} {d2}. It was no use: {r2}.", "After that, {h} {d2}, but {r2}.")
    s.event("{h.n} {d2}, but {r2}")
    s.tell("The clock struck [nine|ten|eleven], and {h.n} [heard every stroke|counted along|was still awake].", "Somewhere [a dog barked|an owl called|a door creaked], and {h.n} sighed.",
           "{h.n} turned to the left and to the right[, but sleep did not come|, and the bed creaked|].",
           "\"Am I the only one who is awake [in the whole village|in the whole world|{p.near}]?\" thought {h.n}.")
    s.paragraph()
    s.tell("The door opened softly. \"Still awake, {h.n}?\" asked {e.n}.", "{h.n} got up and went to {e.n}. \"I cannot sleep, {e.n},\" {h.he} said.",
           "{e.n} had heard {h.him} and came in with a candle.")
    s.tell("{e.n} sat down on the bed and {help}.", "\"Move over a little,\" said {e.n} and {help}.",
           "{e.n} did not scold. {e.n} sat down beside {h.n} and {help}.")
    s.event("{e.n} {help}")
    s.fact(["What did {e.n} do so that {h.n} could sleep?", "How did {e.n} help {h.n}?"], ["{e.n} {help}."], "{help}")
    s.tell("{h.ns} eyes grew heavy.", "{h} yawned, once, twice, three times.", "Slowly everything in {h.n} became quiet.",
           "\"And then?\" asked {h}, but {h.he} did not hear the answer.")
    s.tell("Outside, [the moon went slowly over the {p}|the stars stood over the {q}|the night wind went through the trees|the river ran on through the dark].",
           "The candle burned low, and the house was still.", "Even the mice went to bed.")
    s.tell("{e.n} pulled up the blanket and tiptoed out.", "{e.n} blew out the candle. \"Good night, {h.n},\" {e.he} whispered.",
           "When {e.n} looked again, {h.n} was asleep.")
    s.event("{h.n} fell asleep")
    s.tell("And {h} dreamed of {dream}.", "That night {h} dreamed of {dream}, and it was a good dream.", "In {h.his} dream there was {dream}.")
    s.fact(["What did {h.n} dream of?"], ["{h.n} dreamed of {dream}."], "{dream}")
    s.maybe(0.6, "In the morning, {h} told {f.n} about it, and {f.n} wanted to dream that, too.",
            "In the morning, the sun had to shine on {h.ns} nose to wake {h.him}.", "Sleep well, {h.n}.", "And what are you going to dream of?")
