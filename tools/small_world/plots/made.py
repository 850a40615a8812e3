# SPDX-License-Identifier: Apache-2.0
"""Something is to be made, one thing is lacking, and it is earned by a small job."""
import cast as casting
import ends
import scenes
from folk import OWNERS

RECIPES = (("a cake", "cake", ("flour", "eggs", "butter", "honey", "milk"), "baked"), ("a pot of soup", "soup", ("carrots", "onions", "potatoes",
           "salt", "beans"), "cooked"),
           ("a kite", "kite", ("paper", "string", "two thin sticks", "glue"), "built"), ("a raft", "raft", ("rope", "logs", "an old sheet", "a pole"), "built"),
           ("a scarecrow", "scarecrow", ("straw", "an old coat", "two poles", "a hat"), "built"), ("a bird house", "bird house", ("nails", "a board",
           "paint", "a round stick"), "built"),
           ("a quilt", "quilt", ("thread", "wool", "scraps of cloth", "a needle"), "sewed"), ("an apple pie", "pie", ("apples", "flour", "sugar",
           "butter", "cinnamon"), "baked"),
           ("a swing", "swing", ("a rope", "a board", "two hooks"), "built"), ("a loaf of bread", "bread", ("flour", "salt", "yeast", "water"), "baked"),
           ("a tent", "tent", ("a blanket", "three poles", "string", "pegs"), "built"), ("a little theatre", "theatre", ("a box", "red cloth",
           "paint", "puppets"), "built"),
           ("a sledge", "sledge", ("two boards", "a rope", "nails"), "built"), ("a boat", "boat", ("tar", "planks", "nails", "a sail"), "built"),
           ("a pot of jam", "jam", ("plums", "sugar", "a lemon"), "cooked"))
JOBS = (("sweep the floor", "swept the floor"), ("carry the wood", "carried the wood"), ("feed the hens", "fed the hens"), ("wash the cups",
        "washed the cups"), ("find my glasses", "found the glasses in a shoe"), ("wind up this wool", "wound up the wool"),
        ("water the plants", "watered the plants"), ("pick up the spilled beads", "picked up every bead"), ("hold the ladder", "held the ladder"),
        ("brush the donkey", "brushed the donkey"), ("stir the pot", "stirred the pot"),
        ("fetch water from the well", "fetched two buckets of water"), ("count these eggs", "counted all the eggs"), ("clean the windows",
        "cleaned the windows"), ("catch the goose", "caught the goose"), ("shell the peas", "shelled the peas"),
        ("fold the sheets", "folded the sheets"), ("sort these buttons", "sorted the buttons by colour"))


def made(s):
    cast = s.cast
    scenes.meet_friend(s)
    cast["made"], cast["thing"], needs, cast["did"] = s.pick(RECIPES)
    at = int(s.random() * len(needs))
    cast["missing"] = needs[at]
    cast["have"] = " and ".join((needs[:at] + needs[at + 1:])[:2])
    cast["w"] = casting.stranger(s, OWNERS)
    cast["job"], cast["jobdone"] = s.pick(JOBS)
    s.title = "how {h.n} made {made}"
    s.tell("{time.cap}, {h} [wanted|decided] to make {made} for {f.n}.", "\"I am going to make {made},\" {h} [said|told {e.n}] {time}.",
           "{time.cap}, {h} had a wish: {h.he} wanted to make {made}.",
           "\"Wouldn't it be nice to have {made}?\" {f.n} said {time}. \"I will make one,\" said {h.n}." if cast["thing"] not in ("soup", "bread", "jam") else
           "\"Wouldn't it be nice to have {made}?\" {f.n} said {time}. \"I will make it,\" said {h.n}.")
    s.event("{h.n} wanted to make {made}")
    s.fact(["What did {h.n} want to make?"], ["{h.n} wanted to make {made}."], "{made}")
    s.tell("{h} had {have}, but there was no trace of {missing}.", "{h} found {have} in the cupboard, but {missing} could not be found.",
           "{h} looked at what there was: {have}. Only one thing was missing: {missing}.", "\"I have {have},\" {h} said, \"but I still need {missing}.\"")
    s.fact(["What was missing?", "What did {h.n} still need?"], ["{h.n} still needed {missing}.", "{missing.cap}."], "{missing}")
    s.event("{h.n} still needed {missing}")
    if s.chance(0.6):
        s.tell("\"Ask {w.n},\" said {e.n}.", "\"I cannot help you with that,\" said {e.n}, \"but {w.n} may have some.\""
               if cast["missing"][:2] != "a " else "\"I cannot help you with that,\" said {e.n}, \"but {w.n} may.\"",
               "\"Who could have that?\" {h} thought. \"Maybe {w.n}!\"", "\"Without {missing} it will not work,\" said {f.n}. \"Let us ask {w.n}.\"")
    scenes.walk(s, "p")
    s.paragraph()
    s.tell("{p.in}, {h} [met|found] {w.n}. \"[Good day|Good morning|Hello],\" {h.he} said. \"I need {missing}.\"" if "morning" in s.day
           else "{p.in}, {h} [met|found] {w.n}. \"[Good day|Hello],\" {h.he} said. \"I need {missing}.\"",
           "{w.n} was {p.in}. \"Do you have {missing} for me?\" asked {h.n}.",
           "There {h} met {w.n}. \"May I have {missing}?\" {h.he} asked [politely|shyly|in a clear voice].")
    s.tell("\"You may,\" said {w.n}, \"if you {job}.\"", "\"If you {job}, you shall have what you need,\" said {w.n}.",
           "\"I am so busy,\" said {w.n}. \"First {job}, please.\"", "\"Yes, but nothing is for nothing,\" said {w.n}. \"Please {job}.\"")
    s.tell("{h} [set to work|did not grumble|began at once], and {h.he} {jobdone}.",
           "So {h} {jobdone}[, and {h.he} did it well|, and {w.n} smiled|].", "{h} {jobdone}, and {w.n} gave {h.him} {missing}.",
           "{h} [rolled up {h.his} sleeves|said yes] and {jobdone}.")
    s.event("{h.n} {jobdone} for {w.n} and got {missing}")
    s.fact(["Who gave {h.n} what was missing?", "Who gave {h.n} {missing}?"], ["{w.n} gave {h.n} {missing}.", "It was {w.n}."], "{w.n}")
    s.fact(["Why did {w.n} give {h.n} {missing}?"], ["Because {h.n} {jobdone}."], "{jobdone}")
    s.paragraph()
    s.tell("Back at home, {h.n} worked [the whole afternoon|and sang|until supper].",
           "{h} hurried home with {missing} and began. It took [a long time|two hours|all afternoon].",
           "Now {h.he} had all that {h.he} needed, and {h} could begin.", "At home {h} washed {h.his} {h.hands} and set to work.")
    s.maybe(0.5, "{f.n} came and helped.", "{e.n} [looked on|watched] and said nothing.",
            "Once something went wrong, but {h} [tried again|only laughed].", "\"A little more here,\" said {e.n}, \"and a little less there.\"")
    s.tell("At last the {thing} was [ready|done|finished], and it was [very fine|splendid|a little crooked, but good].",
           "\"Look!\" {h} called. The {thing} was [ready|done|finished].",
           "In the evening, the {thing} was [ready|done], and [everybody clapped|{f.n} said, \"How wonderful!\"].")
    s.event("{h.n} finished the {thing}")
    s.tell("{h} thanked {w.n} and showed {w.him} what {h.he} had made.", "{f.n} and {w.n} were the first to see it.",
           "\"That is the best {thing} I have ever seen,\" said {f.n}.", "{w.n} came to look at it, too, and nodded.")
    ends.happy(s, "work makes wishes come true", "one can ask, and one can help", "a good thing takes its time")
