# SPDX-License-Identifier: Apache-2.0
"""It rains, and under one umbrella there comes one after the other."""
import cast as casting
import ends
import scenes
from story import Thing


def umbrella(s):
    cast = s.cast
    scenes.meet_friend(s)
    pool = [entry for entry in (("hen", "she"), ("mouse", "he"), ("goose", "she"), ("hedgehog", "he"), ("old man", "he"), ("cat", "she"), ("rooster",
            "he"), ("postman", "he"), ("little dog", "she"), ("frog", "he"), ("snail", "she"), ("teacher", "she"), ("lamb", "he"))
            if entry[0] not in (cast["h"].kind, cast["f"].kind)]
    for key in ("x", "y", "o"):
        name, pronoun = pool.pop(int(s.random() * len(pool)))
        cast[key] = casting.stranger(s, ((name, pronoun),))
    cast["t"] = Thing("umbrella", s.pick(("red", "big", "yellow", "blue", "green", "old", "striped", "spotted", "black")), "keep dry under it")
    cast["end"] = s.pick(("the umbrella turned inside out", "the umbrella got a hole in the middle", "the umbrella broke with a crack"))
    s.title = "one umbrella"
    s.tell("{time.cap}, {h} went {p.to} with {t.a}.", "{time.cap}, {h} took {h.his} {t.full} and went out into the rain.",
           "{time.cap}, {e.n} gave {h.n} {t.a}. \"Then you stay dry, {h.n},\" {e.he} said.")
    s.event("{h.n} went out with {t.a}")
    s.fact(["What did {h.n} have with {h.him}?"], ["{h.n} had {t.a}."], "{t}")
    s.tell("The rain drummed on the {t.full}: [tip, tap, tip, tap|plip, plop, plip, plop].",
           "The drops danced on the {t.full}, and {h.n} was warm and dry.", "\"Rain, rain, you cannot get me,\" sang {h}.")
    s.tell("{x.n} came along and was wet. \"May I come under your {t}, {h.n}?\" {x.he} asked. \"Of course,\" said {h.n}.",
           "By the road stood a wet {x.kind}. \"Come under my {t},\" said {h}.",
           "\"Is there room for me[ under your {t}|], {h.n}?\" asked {x.n}. \"[Yes|Of course|There is],\" said {h.n}.")
    s.event("{x.n} came under it")
    s.fact(["Who came under it first?"], ["{x.n} came first."], "{x.n}")
    s.tell("A little further on, there was {y.n}. \"One more can get in,\" [said {h.n}|said {x.n}|called {h.n}].",
           "Then {y.n} came, [dripping|wet to the skin], and {h.n} and {x.n} moved together.",
           "\"Me, too?\" asked {y.n}. \"[You, too|Of course|Come in],\" said {h.n}.")
    s.event("{y.n} came under it, too")
    s.fact(["Who came after {x.n}?"], ["{y.n} came after {x.n}."], "{y.n}")
    s.tell("And [at the corner|by the gate|under a tree] stood {o.n}. \"Is it full, {h.n}?\" {o.he} asked. \"It is never full,\" said {h.n}.",
           "Last of all came {o.n}. \"If {x.n} and {y.n} make themselves thin, it will do,\" said {h.n}.",
           "\"What about {o.n}?\" said {x.n}. So {o.n} came as well.")
    s.event("{o.n} came under it as well")
    s.fact(["Who was the last to come under it?"], ["{o.n} was the last."], "{o.n}")
    s.paragraph()
    s.tell("Now it was so full that {x.n} had one wet [foot|ear|side] and {o.n} had two.",
           "{h.n}, {x.n}, {y.n} and {o.n} walked in step: left, right, left, right.",
           "{y.n} stepped on the toes of {x.n}, and {o.n} on those of {h.n}, but they laughed.")
    s.tell("Then came a gust of wind, and {end}.", "And then, crack, {end}.", "The wind [was strong now|grew stronger|came round the {q}], and {end}.")
    s.event("{end}")
    s.fact(["What happened to the umbrella?"], ["{end.cap}."], "{end}")
    s.tell("{h.n} and {x.n} stood in the rain and looked at each other. Then {y.n} began to laugh.",
           "\"Now we are all wet,\" said {o.n}, and {h.n} and the others had to laugh.",
           "For a moment nobody spoke. Then {h.n} jumped into a puddle, and {x.n} and {o.n} did the same.")
    s.tell("\"Come to my house, {h.n}, and all of you,\" said {x.n}. \"I have a stove and [hot tea|warm milk|hot soup].\"",
           "\"I live [round the corner|behind the {q}|just over there],\" said {y.n}. \"Come and get dry, {h.n}.\"",
           "\"Come in, all of you!\" called {f.n} from {f.his} door.")
    s.tell("They sat round the stove, and {o.n} [sneezed|sang|fell asleep] until all of them were dry.",
           "There was [tea with honey|hot soup|warm milk] for {x.n}, {y.n}, {o.n} and {h.n}, and the rain could do what it liked.",
           "{h.n} and the others drank something hot and sang [rain songs|songs about the sun|until it stopped raining].")
    s.event("they all sat by a warm stove")
    s.maybe(0.6, "\"A wet day can be the best day,\" said {h}.", "{e.n} mended the {t} and made it bigger.",
            "\"Next time, I will bring an umbrella, too,\" said {o.n}.")
    ends.happy(s, "there is always room for one more", "getting wet together is better than staying dry alone", "rain is not so bad among friends")
