# SPDX-License-Identifier: Apache-2.0
"""A contest in baking: the big plan goes wrong, and something small and new comes of it."""
import cast as casting
import ends
import moods
import scenes
from folk import OWNERS

PRIZES = ("a blue ribbon", "a copper pan", "a golden spoon", "a big cheese", "a basket of fruit", "a jar of gold honey", "an apron with stars")


def contest(s):
    cast = s.cast
    scenes.meet_friend(s)
    mishap = s.pick((("put salt into the dough instead of sugar", "salt biscuits with herbs"), ("let the cake fall on the floor",
                    "a bowl of pudding from what was left"), ("forgot the cake in the oven until it was black", "small nut tarts"),
                     ("poured too much milk into the dough", "a stack of thin pancakes"), ("dropped the basket with the eggs", "warm bread rolls"),
                     ("found that the cake had stayed flat", "little sandwiches of cake and jam")))
    cast["mishap"], cast["saved"] = mishap
    cast["prize"] = s.pick(PRIZES)
    cast["x"] = casting.stranger(s, OWNERS)
    cast["plan"] = s.pick(("a cake with three floors", "a cake as high as a tower", "a cake like a castle", "a huge cream cake",
         "a cake with a hundred cherries", "a cake in the form of a ship"))
    s.title = "the baking contest"
    s.tell("{time.cap}, there was a baking contest {p.in}.", "There was to be a baking contest {p.in}, and the prize was {prize}.",
           "\"Who bakes best?\" said a paper on the door of the shop. The prize was {prize}.",
           "{time.cap}, everyone was talking about the baking contest. The winner was to get {prize}.")
    s.fact(["What contest was there?"], ["There was a baking contest."], "")
    s.tell("\"I will bake {plan},\" said {h}.", "{h} wanted to bake {plan}.", "\"It must be {plan},\" thought {h}, \"or I cannot win.\"",
           "{h} dreamed of {plan} and of the prize.")
    s.event("{h.n} wanted to bake {plan} for the contest")
    s.fact(["What did {h.n} want to bake?"], ["{h.n} wanted to bake {plan}."], "{plan}")
    s.maybe(0.6, "\"Is that not too much?\" asked {f.n}. \"No,\" said {h.n}. \"It must be [grand|big and grand|the best of all].\"",
            "{f.n} was going to bake buns, as always.", "{e.n} looked at the plan and said only, \"Well, well.\"")
    s.paragraph()
    s.tell("{h} worked [all morning|from early on|with red cheeks]. But then {h.he} {mishap}.", "All went well until {h} {mishap}.",
           "{h} was in a hurry, and so it happened: {h.he} {mishap}.", "Flour flew through the kitchen, and then {h.n} {mishap}.")
    s.event("{h.n} {mishap}")
    s.fact(["What went wrong?"], ["{h.n} {mishap}."], "{mishap}")
    moods.worry(s)
    s.tell("\"Now I cannot go[, {f.n}|],\" said {h.n}. \"There is [only one hour|hardly any time|no time] left.\"",
           "There was no time to begin again with {plan}.", "\"It is all over,\" {h} told {f.n}.")
    s.tell("\"What do you have left, {h.n}?\" asked {f.n}. \"Make something small of it.\"",
           "{e.n} looked in and said, \"Small things can be good, too.\"",
           "\"Don't throw it away, {h.n},\" said {f.n}. \"You can still make something of it.\"")
    s.paragraph()
    s.tell("So {h} took what there was and made {saved}.", "{h} thought for a moment, and then {h.he} made {saved}.",
           "And quickly, before the clock struck, {h} made {saved}.")
    s.event("{h.n} made {saved}")
    s.fact(["What did {h.n} make in the end?"], ["{h.n} made {saved}."], "{saved}")
    s.tell("{p.in}, the tables were full of grand cakes. {h} put {h.his} plate at the very end.",
           "Next to the other cakes it looked very small, and {h} [went red|wanted to hide].",
           "{x.n} was the judge and tasted everything, one plate after the other.")
    won = s.chance(0.6)
    s.tell("When {x.n} came to {h.ns} plate, {x.he} took one bite and then another. \"I have never eaten this before, {h.n},\" {x.he} said.",
           "{x.n} tasted {h.ns} [plate|dish] and was silent. Then {x.he} smiled. \"{h.n}, that is something new,\" {x.he} said.")
    if won:
        s.tell("And {h} got the prize: {prize}!", "\"The prize goes to {h.n},\" said {x.n}, and everybody clapped.",
               "{h} could not believe it. {h.he} had won {prize}.")
        s.event("{h.n} won {prize}")
        s.fact(["Who won the contest?"], ["{h.n} won it."], "{h.n}")
    else:
        s.tell("{f.n} got the prize for {f.his} buns, but {h.ns} plate was empty first.",
               "The prize went to {f.n}, but all the people asked {h.n}, \"How did you make that?\"",
               "{h} did not win, {f.n} did. But nothing was left on {h.ns} plate, and that felt like a prize.")
        s.event("{f.n} won the contest, but {h.ns} plate was empty first")
        s.fact(["Who won the contest?"], ["{f.n} won it."], "{f.n}")
    ends.happy(s, "something good can come of a mistake", "small can be better than grand", "one should not give up too soon")
