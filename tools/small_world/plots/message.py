# SPDX-License-Identifier: Apache-2.0
"""Something must be brought in time; the messenger is tempted and held up, and keeps the promise."""
import cast as casting
import ends
import moods
import scenes

PARCELS = ("a letter", "a basket of eggs", "a warm shawl", "a pot of soup", "a small parcel", "a bottle of medicine", "a birthday cake",
           "a pair of new shoes", "a jar of jam", "a bunch of roses", "a bag of seeds", "a mended clock")
LURES = (("some children were flying kites and called {h.him}", "play with the kites"), ("a man with a dancing bear was making music",
         "stop and watch the bear"), ("ripe blackberries hung over the path", "eat some berries"), ("a puppet show was just beginning", "see the puppet show"),
         ("a little boat lay in the reeds", "row in the boat"), ("there was a soft place in the shade", "have a nap"),
         ("a boy offered {h.him} a game of marbles", "play a game of marbles"), ("a fair with a merry-go-round had come to the village",
         "ride on the merry-go-round"))
TROUBLES_ON_THE_WAY = (("a herd of sheep stood across the path", "talked to the first sheep, and the others followed it"),
    ("a tree had fallen across the path", "climbed carefully over the trunk"), ("the path split in two, and there was no sign",
    "asked a [postman|shepherd|farmer|milkmaid] for the way"),
                       ("the bridge was wet and very slippery", "went across on {h.his} [hands and knees|tummy]"),
                       ("a dog barked behind an open gate", "spoke softly to the dog until it wagged its tail"), ("a sudden shower of rain came down",
                       "put {h.his} coat over {thing} and not over {h.himself}"),
                       ("a big puddle covered the whole path", "laid stones in the puddle and stepped from one to the next"))


def message(s):
    cast = s.cast
    cast["parcel"] = s.pick(PARCELS)
    cast["thing"] = "the " + cast["parcel"].split(" of ")[0].split(" ")[-1]
    cast["x"] = casting.stranger(s, (("old woman at the mill", "she"), ("old man on the hill", "he"), ("doctor", "she"), ("teacher", "he"),
         ("shepherd", "he"), ("ferryman", "he"), ("old lady by the sea", "she"), ("baker in the next village", "he"), ("lighthouse keeper", "she"),
         ("forester", "he")))
    cast["lure"], cast["want"] = map(s.plain, s.pick([entry for entry in LURES
         if not ("winter" in s.day and ("berries" in entry[1] or "boat" in entry[1] or "nap" in entry[1]))]))
    cast["block"], cast["way"] = map(s.plain, s.pick([entry for entry in TROUBLES_ON_THE_WAY
         if not ("winter" in s.day and "rain" in entry[0]) and not ("sunny" in s.day and "rain" in entry[0])]))
    cast["deadline"] = s.pick(("before the clock strikes twelve", "before noon", "while it is still early", "before the others get up")
         if "morning" in s.day else ("before sunset", "before the clock strikes six", "before dark", "as soon as you can"))
    s.title = "how {h.n} carried {parcel}"
    s.tell("{time.cap}, {e.n} gave {h.n} {parcel}. \"Take it to {x.n},\" {e.he} said, \"{deadline}.\"",
           "\"Can you take {parcel} to {x.n}?\" {e.n} asked {time}. \"It must be there {deadline}.\"",
           "{time.cap}, {e.n} had {parcel} for {x.n}, but {e.his} foot hurt. \"Let me go,\" said {h.n}. \"I will be there {deadline}.\"")
    s.event("{e.n} gave {h.n} {parcel} for {x.n}")
    s.fact(["What was {h.n} to take to {x.n}?", "What did {h.n} carry?"], ["It was {parcel}."], "{parcel}")
    s.fact(["Who was {parcel} for?"], ["It was for {x.n}."], "{x.n}")
    s.tell("\"I promise,\" said {h.n}, and off {h.he} went.", "{h} took it [carefully|with care] and set out.",
           "\"You can count on me,\" said {h.n}.", "It was a long way, but {h.n} was proud that {h.he} was asked.")
    s.paragraph()
    scenes.walk(s, "p")
    s.tell("Not far from there, {lure}.", "Then {h} stopped, for {lure}.", "A little further on, {lure}.")
    s.tell("How {h} would have liked to {want}!", "{h} wanted so much to {want}, if only for [a moment|a little while|as long as one song].",
           "\"Shall I {want}?\" thought {h.n}. \"It would not [take long|hurt anyone|be wrong].\"")
    s.event("{h.n} would have liked to {want}")
    s.fact(["What would {h.n} have liked to do on the way?"], ["{h.n} would have liked to {want}."], "{want}")
    s.tell("But {h.he} thought of {x.n} and went on.",
           "But {h.n} had given {h.his} word. {h} walked on and did not [look back|stop|even turn {h.his} head].",
           "Then {h.he} looked at {thing} in {h.his} {h.hands} and [went on|walked faster|shook {h.his} head].",
           "\"First {thing} must be with {x.n},\" {h.he} told {h.himself}.")
    s.tell("Next there was a real trouble: {block}.", "[Soon|A little later], {block}.", "Then {block}, and {h} [had to stop|stood still|could not go on].")
    s.event("{block}")
    s.fact(["What trouble was there on the way?"], ["{block.cap}."], "{block}")
    if s.chance(0.4):
        moods.thought(s)
    s.tell("{h} {way}.", "So {h} {way}.", "{h} thought for a moment, and then {h.he} {way}.")
    s.event("{h.n} {way}")
    s.fact(["What did {h.n} do about it?"], ["{h.n} {way}."], "{way}")
    s.paragraph()
    s.tell("[Out of breath|Tired but happy|With dusty feet], {h} knocked at {x.ns} door.", "At last {h} saw {x.n}, who was waiting at the gate.",
           "{x.n} opened the door just as the clock struck.")
    s.tell("\"Just in time, {h.n}!\" said {x.n}. \"How good that you are here.\"", "\"You came, and in time!\" said {x.n} and took {thing}.",
           "\"I have been waiting for this,\" said {x.n}. \"Thank you, {h.n}!\"")
    s.event("{h.n} gave {parcel} to {x.n} in time")
    s.tell("And on the way home, there was still time to {want}.", "{x.n} gave {h.him} [a sweet bun|an apple|a cup of cocoa] for the way back.",
           "\"Whom can one trust, if not you?\" said {e.n} at home.", "\"Well done,\" said {e.n} when {h.n} came home. \"I knew I could trust you.\"")
    ends.happy(s, "a promise must be kept", "first the work and then the fun", "it is good to be somebody whom others can trust")
