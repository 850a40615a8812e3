# SPDX-License-Identifier: Apache-2.0
"""A warning is not heeded, it ends badly, somebody comes to the rescue, the truth is told."""
import cast as casting
import ends

# what is forbidden, what happens, seasons
WARNINGS = (("go on the thin ice", "the ice cracked, and {h.n} stood in cold water up to {h.his} knees", "winter"), ("eat the green plums",
            "{h.n} got a terrible tummy ache", "summer"), ("touch the hot pot", "{h.n} burned one {h.hand}", ""),
            ("open the hen house", "all the hens ran out into the lane", ""), ("climb on the old wall",
            "a stone came loose, and {h.n} sat there and could not get down", ""), ("leave the path in the forest",
            "{h.n} did not know any more where home was", ""),
            ("pull the long rope in the tower", "the great bell rang, and all the people came running", ""), ("poke the wasps' nest",
            "the wasps came out, and {h.n} had to run", "summer autumn"), ("untie the boat", "the boat drifted away with {h.n} in it", "spring summer"),
            ("stay out after dark", "it was so dark that {h.n} ran into a tree", ""), ("go near the mud hole", "{h.n} sank in and could not get out",
            ""), ("open the gate of the field", "the cows walked out and ate the flowers", "spring summer autumn"),
            ("play with the paint", "{h.n} was green from head to foot and stuck to the bench", ""), ("ride on the big ram",
            "the ram jumped and threw {h.n} into the nettles", "spring summer autumn"), ("taste the red pepper", "{h.ns} mouth burned like fire", ""))
RESCUERS = (("shepherd", "he"), ("postman", "he"), ("miller", "she"), ("ferryman", "he"), ("gardener", "she"), ("farmer", "she"), ("woodcutter",
            "he"), ("milkmaid", "she"), ("fisherman", "he"), ("doctor", "she"), ("teacher", "she"), ("blacksmith", "he"))


def warned(s):
    cast = s.cast
    can = cast["h"].can
    choices = [entry for entry in WARNINGS if (not entry[2] or cast["season"] in entry[2]) and not ("climb" in entry[0] and can & {"climb",
               "fly"}) and not ("boat" in entry[0] and can & {"swim", "fly"})]
    cast["ban"], result, _ = s.pick(choices)
    cast["result"] = s.plain(result)
    cast["w"] = casting.stranger(s, RESCUERS)
    cast["rescue"] = s.pick(("came and helped", "heard the cry and came at once", "put things right", "came running", "was there in no time",
         "knew what to do"))
    s.title = "why {h.n} was not to {ban}"
    s.tell("\"Whatever you do, do not {ban},\" {e.n} told {h.n} {time}.",
           "{time.cap}, {e.n} went to the {q}. \"Do not {ban} while I am away,\" {e.he} said.", "{e.n} had said it many times: \"Do not {ban}!\"",
           "{time.cap}, {e.n} put on {e.his} coat. \"Be good,\" {e.he} said, \"and do not {ban}.\"")
    s.event("{e.n} told {h.n} not to {ban}")
    s.fact(["What had {e.n} told {h.n}?", "What was {h.n} not allowed to do?"], ["{e.n} had told {h.n} not to {ban}."], "{ban}")
    s.tell("\"I promise,\" said {h.n}.", "{h.n} nodded, but {h.he} was thinking of something else.",
           "\"Why not?\" asked {h.n}. \"You would be sorry,\" said {e.n}.", "\"Yes, yes,\" said {h.n} and hardly listened.")
    s.maybe(0.6, "It was a long and [boring|quiet] {part}.", "{h} played with {h.his} {t} for a while, but that got boring.",
            "Nobody was there to play with {h.n}.", "{h} counted the flies on the wall. Then {h.he} had nothing to do.")
    s.tell("\"Just once,\" thought {h.n}. \"[Who will know|Who will see it|{e.n} is far away].\"",
           "\"It cannot be so bad,\" {h.n} said to {h.himself}.", "{h.n} looked left and right, but nobody was there.",
           "The more {h.n} thought of it, the more {h.he} wanted to.")
    s.tell("So {h.he} did it, but it went wrong: {result}.", "{h.he} did it, and {result}.",
           "{h.n} did it all the same. At once it went wrong: {result}.", "And so {h.n} did what {e.n} had forbidden. It did not end well: {result}.")
    s.event("{result}")
    s.fact(["What happened because {h.n} did not listen?"], ["{result.cap}."], "{result}")
    s.paragraph()
    s.tell("\"Help!\" cried {h.n}. \"Is [anybody|nobody] there?\"", "\"Oh, if only I had listened[ to {e.n}|]!\" {h.n} [cried|sobbed].",
           "{h.n} called as loudly as {h.he} could.", "\"{e.n} was right,\" thought {h.n}, and {h.he} called for help.")
    s.tell("Luckily, {w.n} {rescue}.", "{w.n} was [not far off|nearby|just coming home] and {rescue}.", "It was {w.n} who {rescue}.",
           "{w.n} had good ears and {rescue}.")
    s.event("{w.n} {rescue}")
    s.fact(["Who helped {h.n}?"], ["{w.n} helped {h.n}."], "{w.n}")
    s.tell("\"That could have ended badly,\" said {w.n}.", "\"Now you know why,\" said {w.n}, but {w.he} was not angry.", "{w.n} took {h.n} home.",
           "\"I did that once, too,\" said {w.n}. \"[Only once, {h.n}|Never again, {h.n}|I was as old as you are, {h.n}].\"")
    s.paragraph()
    s.tell("At home, {h} told {e.n} everything. \"I am sorry that I did not listen,\" {h.he} said.",
           "\"I did it,\" {h} told {e.n} and [hung {h.his} head|looked at the floor].", "{e.n} came home, and {h.n} told the whole truth.",
           "{h} did not wait until {e.n} asked. {h.n} told {e.him} all of it.")
    s.tell("{e.n} took {h.him} in {e.his} arms. \"I am glad that you are safe, {h.n},\" {e.he} said." if not cast["h"].animal
           else "{e.n} held {h.him} close. \"I am glad that you are safe,\" {e.he} said.",
           "\"You have learned it now,\" said {e.n} and made [tea|soup|a warm drink for {h.him}].", "\"Thank you for telling me,\" said {e.n}.",
           "{e.n} was cross for a moment, and then {e.he} was only glad.")
    s.event("{h.n} told {e.n} everything")
    ends.happy(s, "good advice is worth listening to", "a promise must be kept", "rules are there for a reason", "one should think first and act later")
