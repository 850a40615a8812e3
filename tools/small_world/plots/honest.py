# SPDX-License-Identifier: Apache-2.0
"""A find that belongs to somebody: the finder wants something, is tempted, and gives it back."""
import cast as casting
import ends
import moods
from folk import OWNERS
from story import Thing

PURSES = (("purse", "five coins"), ("bag", "a gold watch"), ("box", "a pearl"), ("wallet", "ten coins"), ("pouch", "three silver coins"),
          ("letter case", "a letter with a red seal"), ("sewing bag", "a silver thimble"))


def honest(s):
    cast = s.cast
    noun, cast["inside"] = s.pick(PURSES)
    cast["bag"] = Thing(noun, s.pick(("brown", "black", "old", "small", "green", "red", "worn")))
    cast["o"] = casting.stranger(s, OWNERS)
    asked = casting.stranger(s, OWNERS)
    while asked.kind == cast["o"].kind:
        asked = casting.stranger(s, OWNERS)
    cast["x"] = asked
    s.title = "the {bag} on the path"
    s.tell("{h} had [long|always] wished for {t.a}, but {h.he} had no money.", "There was {t.a} in the shop window, and {h} looked at it every day.",
           "{h} wanted {t.a} so much that {h.he} dreamed of it.", "More than anything, {h} wished for {t.a}.")
    s.tell("{time.cap}, {h} found {bag.a} {p.in}.", "{time.cap}, {bag.a} lay {p.in}, right before {h.ns} feet.",
           "{time.cap}, {h} was walking {p.in} and saw {bag.a} on the ground.", "{time.cap}, something lay {p.in}. {h} picked it up. It was {bag.a}.")
    s.event("{h.n} found {bag.a} {p.in}")
    s.fact(["What did {h.n} find?"], ["{h.n} found {bag.a}."], "{bag}")
    s.fact(["Where did {h.n} find the {bag}?"], ["{h.n} found it {p.in}."], "{p.in}")
    s.tell("{h} opened it and saw {inside}.", "Inside {h} found {inside}.", "{h} looked inside: {inside}!",
           "When {h} shook it, something moved. It was {inside}." if "coins" in cast["inside"] else "{h} opened it. Inside lay {inside}.")
    s.fact(["What was in the {bag}?"], ["{inside.cap}."], "{inside}")
    s.paragraph()
    s.tell("\"With this I could get the {t},\" {h} thought.", "\"Nobody has seen me,\" thought {h.n}. \"I could keep the {bag}.\"",
           "For a moment, {h.n} thought of the {t}, for [it would be so easy|nobody would know].", "\"Finders keepers,\" said a small voice in {h.ns} head.")
    s.tell("But somebody [was looking for it now|must be very sad now|had lost it].", "But then {h} thought, \"Somebody is looking for this.\"",
           "\"No, it is not [mine|my {bag}|for me],\" {h.n} said aloud.", "Then {h} remembered how it feels to lose something.")
    s.tell("{h} asked {x.n}, \"Is this your {bag}?\" \"No,\" said {x.n}, \"[I have mine here|mine is bigger|but I heard {o.n} sigh].\"",
           "{x.n} came by. \"Did you lose {bag.a}?\" asked {h.n}. \"Not I,\" said {x.n}. \"Ask {o.n}.\"",
           "{h.n} went from door to door. \"It is not mine,\" said {x.n}.")
    s.event("{h.n} asked {x.n}, but it was not {x.his} {bag}")
    s.paragraph()
    s.tell("[Near|Not far from] the {q}, {h} saw {o.n}, who was looking [under every bush|for something on the ground|very {sad}].",
           "Then {h.n} met {o.n}. {o.he} looked [pale|worried] and turned all {o.his} pockets out.",
           "{o.n} was sitting {q.in} with {o.his} head in {o.his} hands.")
    s.tell("\"Are you looking for this?\" asked {h.n} and held out the {bag}.",
           "\"What is in your {bag}?\" {h.n} asked. \"{inside.cap},\" said {o.n}, and {h.n} gave it to {o.him}.",
           "{h.n} held up the {bag}. \"My {bag}!\" cried {o.n}.")
    s.event("{h.n} gave the {bag} back to {o.n}")
    s.fact(["Whose {bag} was it?", "Who had lost the {bag}?"], ["It was {o.n}.", "{o.n} had lost it."], "{o.n}")
    s.tell("{o.n} [was so happy that {o.he} danced|could hardly believe it|had tears in {o.his} eyes].",
           "\"What an honest {h.kind} you are!\" said {o.n}.", "\"I thought it was gone for ever,\" said {o.n}.")
    s.tell("Then {o.n} asked what {h.n} wished for most, and the next day, there was {t.a} at the door.",
           "\"Wait here,\" said {o.n}, and {o.he} came back with {t.a}. \"I have no use for it. Take it.\"",
           "\"You shall have a present, {h.n},\" said {o.n}, and it was {t.a}!")
    s.event("{o.n} gave {h.n} {t.a}")
    s.fact(["What did {o.n} give {h.n}?", "What did {h.n} get in the end?"], ["{h.n} got {t.a}."], "{t.a}")
    if s.chance(0.5):
        moods.joy(s)
    ends.happy(s, "it feels good to be honest", "what belongs to others must be given back", "an honest heart is a treasure")
