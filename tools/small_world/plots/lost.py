# SPDX-License-Identifier: Apache-2.0
"""A thing is gone; one thinks back, finds it in a bad place, tries, and is helped or finds a way."""
import ends
import scenes
from obstacles import OBSTACLES, overcome, possible

SEARCHED = ("under the bed", "behind the door", "in the drawers", "under the table", "in the big chest", "behind the curtain", "under the cushions",
            "in all {h.his} pockets", "on the shelf", "in the wood box", "between the flower pots", "on the stairs")


def lost(s):
    cast = s.cast
    s.title = "the lost {t}"
    s.tell("{h} had {t.a}. {h.he} loved to {t.use}.", "What {h} loved most was {h.his} {t.full}.", "{e.n} had given {h.o} {t.a}, and {h} took it everywhere.",
           "Of all {h.his} things, {h} liked {h.his} {t.full} best.", "{h} [owned|had] {t.a}, and {h.he} liked to {t.use}.",
           "{h.ns} greatest treasure was {t.a}. {h.he} could {t.use}.")
    s.paragraph()
    s.tell("{time.cap}, the {t} was gone.", "But {time}, {h} could not find the {t}.", "{time.cap}, {h} looked for the {t}, and it was not there.",
           "\"Where is my {t}?\" {h} cried {time}.", "{time.cap}, {h} reached for the {t}. But where was it?")
    s.event("{h.n} lost {h.his} {t}")
    s.fact(["What did {h.n} lose?"], ["{h.n} lost {h.his} {t}.", "It was {h.his} {t}."], "{t}")
    if s.chance(0.6):
        s.tell("{h} [was|felt] [very|so|quite] {sad}.", "That made {h.o} {sad}.",
               "{h} felt {sad} and [sat down on the step|did not want any breakfast|almost cried].")
        s.fact(["How did {h.n} feel when the {t} was gone?"], ["{h.n} felt {sad}."], "{sad}")
    cast["searched"], cast["searched2"] = s.plain(s.pick(SEARCHED)), s.plain(s.pick(SEARCHED))
    s.tell("{h} looked {searched}, but [it was not there|there was only dust|all {h.he} found was an old sock|there was nothing].",
           "{h} looked {searched}, [but found nothing|in vain|but there was no {t}].",
           "First {h} looked {searched}, where the {t} was not." if cast["searched"] == cast["searched2"]
           else "First {h} looked {searched}, then {searched2}, but [it was not there|in vain].")
    s.maybe(0.6, "\"When did you have it last?\" asked {e}.",
            "\"Think back,\" said {e}. \"[Where did you go|Where were you|What did you do] yesterday?\"", "\"Have you looked outside?\" {e} asked.",
            "{e.n} helped to look, but {e.he} did not find it either.",
            "\"Things don't run away,\" said {e}. \"It must be somewhere.\"")
    s.tell("\"I was {p.in} yesterday,\" {h} [said|remembered].", "Then {h} remembered that {h.he} had played {p.in}.",
           "\"Maybe I left it {p.in},\" {h} said.", "\"The {p}!\" cried {h}. \"I had it with me there!\"")
    scenes.walk(s, "p")
    sort = s.pick(possible(s))
    cast["spot"] = s.pick(OBSTACLES[sort][0])
    s.tell("There it was: the {t} was {spot}!", "And there, {spot}, {h} saw the {t}.", "{h} looked up and down, and at last {h.he} saw the {t} {spot}.",
           "\"I see it!\" cried {h}. The {t} was {spot}.", "But what was that {spot}? It was the {t}!")
    s.event("{h.n} saw {t.the} {spot}")
    s.fact(["Where was the {t}?", "Where did {h.n} see the {t}?"], ["The {t} was {spot}.", "It was {spot}."], "{spot}")
    overcome(s, cast["spot"], sort)
    s.paragraph()
    s.tell("{h} held the {t} [tight|close|up to the light]. \"I will take better care of you,\" {h.he} said.",
           "Now {h} had the {t} back, and {h.he} was {glad}.",
           "{h} carried the {t} home and put it [beside the bed|in a safe place|on the window sill|where {h.he} could always see it].",
           "All the way home, {h} [held on to the {t}|did not let go of the {t}|sang to the {t}].")
    s.event("{h.n} took {t.the} home")
    ends.happy(s, "one must take care of the things one loves", "it is good to ask for help", "looking twice is better than crying",
               "a thing is found by those who keep looking")
