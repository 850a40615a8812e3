# SPDX-License-Identifier: Apache-2.0
"""Something of an elder's is broken in play; it may be hidden, but the truth is told and the thing mended."""
import ends
import scenes
from story import Thing

BREAKABLE = ("vase", "jug", "plate", "lamp", "teapot", "flower pot", "bowl", "clock", "mirror", "chair", "cup", "picture frame")
WILD = ("was throwing a ball", "was running round the table", "was dancing with a broom", "was playing with a hoop", "was jumping on the bench",
        "was chasing a fly",
        "was marching up and down with a drum", "was spinning round and round", "was playing pirates", "was sliding over the floor")


def broken(s):
    cast = s.cast
    cast["vase"] = Thing(s.pick(BREAKABLE), s.pick(("little", "old", "blue", "green", "big", "painted", "white", "pretty", "red", "yellow")))
    cast["how"] = s.pick(WILD)
    cast["hide"] = s.pick(("under the bed", "behind the shed", "under the carpet", "in the wood box", "in the cupboard", "behind the curtain",
         "in an old boot", "under the stairs"))
    cast["mend"] = s.pick(("glue", "wire and string", "clay and paint", "a hammer and small nails", "tape and much patience",
         "strong glue and two clips", "a new screw and some glue"))
    s.title = "the broken {vase}"
    s.tell("{e.n} had {vase.a}, and [it was very old|{e.he} loved it|it had come from far away|{e.he} dusted it every day].",
           "[In the kitchen|On the shelf|Beside the stove|In the hall] stood {vase.a} that belonged to {e.n}.",
           "{e.ns} {vase} was [very old|a present from a friend|the finest in the village|the first thing that one saw in the house].")
    s.paragraph()
    s.tell("{time.cap}, {h} {how} in the house[, though {h.he} had been told not to|].", "{time.cap}, {e.n} was out, and {h} {how}.",
           "{time.cap}, it was too [quiet|boring] for {h}, and soon {h.he} {how} in the kitchen.")
    s.tell("Crash! The {vase} [fell and broke|broke into pieces|broke].", "There was a loud crash, and the {vase.full} was broken.",
           "{h} did not look where {h.he} was going, and the {vase.full} fell and broke.",
           "Something [shook|slipped], something fell, and there lay the {vase} in [two|three|many] pieces.")
    s.event("{h.n} broke the {vase}")
    s.fact(["What did {h.n} break?"], ["{h.n} broke the {vase}."], "{vase}")
    s.fact(["How did the {vase} break?", "Why did the {vase} break?"], ["It broke because {h.n} {how}."], "{how}")
    s.tell("{h.ns} heart beat fast. \"Oh no, {e.ns} {vase}!\" {h.he} whispered.",
           "{h} [turned pale|stood quite still|put {h.his} {h.hands} over {h.his} mouth].",
           "\"What [shall I do|will {e.n} say|have I done]?\" thought {h.n}.", "Suddenly it was very quiet, and {h.n} could hear {h.his} own heart.")
    if s.chance(0.6):
        hidden(s)
    s.paragraph()
    s.tell("\"I broke your {vase},\" {h} said [in a small voice|with tears in {h.his} eyes|at last]. \"I am sorry.\"",
           "{h} went to {e.n} and [told the truth|told {e.him} everything]. \"I am so sorry,\" {h.he} said.",
           "When {e.n} came in, {h} said, \"It was me. I broke the {vase}.\"",
           "\"There is something that I must tell you,\" {h} said to {e.n}. \"I broke the {vase}.\"")
    s.event("{h.n} told {e.n} the truth")
    s.fact(["Whom did {h.n} tell the truth?"], ["{h.n} told {e.n} the truth."], "{e.n}")
    s.tell("{e} was [quiet|silent] for a moment. \"Thank you for telling me, {h.n},\" {e.he} said.",
           "{e} sighed, and then {e.he} gave {h.him} a hug. \"It is only a {vase}, {h.n},\" {e.he} said.",
           "\"A {vase} can be mended, {h.n},\" said {e}. \"I am glad that you told me.\"",
           "{e} was sad about the {vase}, but {e.he} was not angry. \"That took courage,\" {e.he} said.")
    s.tell("Together {h.n} and {e.n} mended it with {mend}.", "They sat down and mended the {vase} with {mend}.",
           "With {mend}, the two of them put it together again.", "It took the whole [afternoon|evening], but with {mend} they mended it.")
    s.event("{h.n} and {e.n} mended the {vase} with {mend}")
    s.fact(["What did they mend the {vase} with?"], ["They mended it with {mend}."], "{mend}")
    s.maybe(0.5, "One could still see a thin line, but {e.n} [liked it even better|said it looked like a river].",
            "The {vase} was not as good as new, but it was whole again.", "\"Now the {vase} has a story,\" said {e.n}.",
            "From then on, {h} [ran and jumped outside|played outside].")
    ends.happy(s, "the truth makes the heart light", "it is best to tell the truth at once", "everyone makes mistakes",
               "a thing can be mended, and so can a mistake")


def hidden(s):
    s.tell("{h} hid the pieces {hide}.", "Quickly, {h} put the pieces {hide}.", "{h} was afraid, so {h.he} hid the pieces {hide}.",
           "\"Nobody must see this,\" thought {h}, and {h.he} hid the pieces {hide}.")
    s.event("{h.n} hid the pieces {hide}")
    s.fact(["Where did {h.n} hide the pieces?"], ["{h.n} hid them {hide}."], "{hide}")
    s.tell("But at supper {h} could not eat. [The secret was heavy|{h.his} tummy hurt|{h.he} could only think of the {vase}].",
           "{h} tried to play, but [nothing was fun|{h.his} heart was heavy|{h.he} kept thinking of the {vase}].",
           "\"Have you seen my {vase}?\" {e.n} asked. {h} [looked at the floor|went red|shook {h.his} head and felt worse].")
    if s.chance(0.6):
        scenes.meet_friend(s)
        s.tell("\"What is wrong?\" asked {f.n}. \"Tell the truth,\" {f.he} said when {f.he} had heard it.",
               "{f.n} said, \"A secret like that only gets heavier.\"", "\"{e.n} will be sad, but not for long,\" said {f.n}. \"A lie lasts longer.\"")
