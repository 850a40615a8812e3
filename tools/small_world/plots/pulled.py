# SPDX-License-Identifier: Apache-2.0
"""One after the other pulls at a thing that is stuck; with the smallest one it moves."""
import cast as casting
import ends
import scenes
from folk import OWNERS

LOADS = (("cart", "full of pumpkins", "was stuck in the mud"), ("cart", "full of hay", "had sunk into a hole"), ("boat", "full of fish",
         "lay on the sand and could not get back into the water"), ("turnip", "as big as a barrel", "would not come out of the earth"), ("log",
         "as long as a house", "lay across the road"),
         ("sledge", "full of wood", "was stuck in the snow"), ("bell", "as big as a cow", "had to be pulled up into the tower"), ("stone",
         "as round as a ball", "lay in front of the door"))
SMALL = (("mouse", "she"), ("beetle", "he"), ("wren", "he"), ("snail", "she"), ("ladybird", "she"), ("ant", "he"), ("bee", "she"), ("cricket", "he"),
         ("baby", "he"))
STRONG = (("horse", "he"), ("ox", "he"), ("blacksmith", "he"), ("donkey", "she"), ("bull", "he"), ("woodcutter", "he"), ("baker", "she"), ("bear", "he"))


def pulled(s):
    cast = s.cast
    scenes.meet_friend(s)
    cast["load"], cast["full"], cast["stuck"] = s.pick([entry for entry in LOADS
         if ("snow" in entry[2]) <= ("snowy" in s.day) and not ("winter" in s.day and ("mud" in entry[2] or "earth" in entry[2] or "water" in entry[2]))])
    cast["x"], cast["y"], cast["o"] = casting.stranger(s, STRONG), casting.stranger(s, OWNERS), casting.stranger(s, SMALL)
    while cast["y"].kind == cast["x"].kind:
        cast["y"] = casting.stranger(s, OWNERS)
    s.title = "the {load} that would not move"
    s.tell("{time.cap}, there was trouble {p.near}. A {load}, {full}, {stuck}.",
           "{time.cap}, {h} saw a {load} {p.near}. It was {full}, and it {stuck}.", "{time.cap}, {e.n} called for help. A {load}, {full}, {stuck}.")
    s.event("a {load} {stuck}")
    s.fact(["What was the trouble?"], ["A {load} {stuck}."], "{load}")
    s.tell("{h} pulled with all {h.his} might, but the {load} did not move.",
           "\"I will do it,\" said {h} and pulled [until {h.his} face was red|until {h.his} legs shook|as hard as {h.he} could], but nothing happened.",
           "{h} took a deep breath and pulled, but the {load} stayed [where it was|in its place].")
    s.event("{h.n} pulled alone, but it did not move")
    s.tell("\"{f.n}, come and help!\" called {h}. {h.n} and {f.n} pulled together, and the {load} [did not move|only creaked].",
           "{f.n} came and pulled behind {h.n}, but the {load} [did not care|was stronger|did not move].",
           "{h} got {f.n}. The two of them pulled until {f.n} [fell over|sat down in the grass|had no breath left], and still the {load} did not move.")
    s.event("{f.n} came to help")
    s.fact(["Who came to help first?"], ["{f.n} came first."], "{f.n}")
    s.paragraph()
    s.tell("Then they called {x.n}, who was very strong. {x.n} pulled {f.n}, {f.n} pulled {h.n}, {h.n} pulled the {load}, and it did not move.",
           "{x.n} came along and took the rope with {f.n} and {h.n}. The {load} shook a little, but it [stayed where it was|did not come].",
           "\"Let me do that,\" said {x.n}. {x.n} pulled until {x.his} face was hot, and the {load} [only creaked|moved no more than a mountain]."
           if cast["x"].kind not in ("horse", "ox", "donkey", "bull", "bear")
           else "\"Let me do that,\" said {x.n} and pulled and pulled. But {x.n} could not move the {load} either.")
    s.event("{x.n} came to help")
    s.tell("{y.n} came, too, and there were four of them: {h.n}, {f.n}, {x.n} and {y.n}. [Still it did not move|They pulled and pulled, and all they got was tired|The {load} gave a creak, and that was all].",
           "\"One more,\" said {h.n}, and {f.n} ran and called {y.n}. All four pulled, and the {load} moved [as much as a hair|no further than an ant can jump|the width of a thumb].",
           "Then {y.n} took hold as well, behind {x.n}. The {load} creaked, but it [did not move|stayed there].")
    s.event("{y.n} came to help")
    s.fact(["Who came after {x.n}?"], ["{y.n} came after {x.n}."], "{y.n}")
    s.tell("{h.n}, {f.n}, {x.n} and {y.n} sat down and [wiped their faces|were tired|did not know what to do].",
           "\"It is no use,\" said {y.n}. {h.n} [sighed|looked at {f.n}|rubbed {h.his} {h.hands}].",
           "\"We shall never do it,\" said {x.n}, and {y.n} [nodded|thought so, too|sat down on the ground].")
    s.paragraph()
    s.tell("\"May I help[ you|], {h.n}?\" asked a small voice. It belonged to a {o.kind}[ who had been watching|].",
           "A {o.kind} came along[ the path|, humming|]. \"Let me help[ you, {h.n}|],\" said the {o.kind}.",
           "\"You need me,\" said somebody. {h.n} looked [down|around] and saw a {o.kind}.")
    s.tell("\"You?\" {x.n} laughed. \"You are [much|far] too small for a {load}, {o.kind}.\"",
           "{x.n} and {y.n} laughed. \"What can a {o.kind} do?\" asked {y.n}.", "\"You are as big as my nose,\" said {f.n}."
           if cast["o"].kind != "baby" else "\"You cannot even walk,\" said {f.n}.")
    s.tell("\"Why not?\" said {h.n}. \"[Every little helps, {f.n}|Come here, {o.kind}|Take hold behind {y.n}, {o.kind}].\"",
           "But {h.n} made room. \"Hold on here, behind {y.n},\" {h.he} said.", "\"Let us try[ it with {o.him}|],\" said {h.n}.")
    s.event("the {o.kind} wanted to help, and {h.n} let {o.him}")
    s.fact(["Who wanted to help at the end?", "Who was the smallest?"], ["It was {o.n}."], "{o.n}")
    s.tell("{h.n} counted to three. They all pulled, and the {o.kind} pulled, too, and the {load} moved!",
           "{h.n}, {f.n}, {x.n}, {y.n} and the {o.kind} took hold. There was a [creak and a jerk|long creak|sudden jerk], and the {load} [moved|came loose|began to move]!",
           "Everybody pulled, and the {o.kind} pulled as well. Then, with a [bump|crack|jerk], the {load} moved!")
    s.event("they all pulled together and it moved")
    s.tell("They all fell on their backs, {y.n} on {x.n} and {f.n} on {h.n}, and laughed.",
           "\"Hurrah for the {o.kind}!\" [shouted {h.n} and {f.n}|cried {f.n}|called {x.n}].",
           "\"You see?\" said the {o.kind} to {x.n}. \"Only [a little|one {o.kind}] was missing.\"",
           "{x.n} bowed to the {o.kind}. \"I will never laugh at you again,\" {x.he} said.")
    ends.happy(s, "nobody is too small to help", "many little ones are strong together", "every little helps")
