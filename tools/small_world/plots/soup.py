# SPDX-License-Identifier: Apache-2.0
"""Nobody has enough for a meal; each one brings a little, and there is plenty."""
import cast as casting
import ends
import scenes
from folk import OWNERS

POTS = ("carrots", "onions", "beans", "peas", "potatoes", "a cabbage", "corn", "mushrooms", "a bunch of herbs", "a pinch of salt", "some butter",
        "a turnip", "leeks", "a pumpkin", "barley", "tomatoes")


def soup(s):
    cast = s.cast
    scenes.meet_friend(s)
    cast["x"], cast["y"] = casting.stranger(s, OWNERS), casting.stranger(s, OWNERS)
    while cast["y"].kind == cast["x"].kind:
        cast["y"] = casting.stranger(s, OWNERS)
    start = int(s.random() * len(POTS))
    cast["a1"], cast["a2"], cast["a3"], cast["a4"] = (POTS[(start + step) % len(POTS)] for step in (0, 3, 7, 11))
    cast["why"] = s.pick(("it had not rained all summer", "the cart from the town had not come", "mice had been in the pantry",
         "the market was closed", "the harvest had been poor") if "winter" not in s.day else
                         ("the snow was too deep for the cart from the town", "the winter had been long", "mice had been in the pantry",
                         "the market was closed"))
    s.title = "the soup for all"
    s.tell("{time.cap}, there was not much to eat, for {why}.", "{time.cap}, {h} opened the cupboard. There was only {a1}, for {why}."
           if not cast["a1"].endswith("s") else "{time.cap}, {h} opened the cupboard. There were only {a1}, for {why}.",
           "{time.cap}, {h} was hungry, but the cupboard was almost empty, for {why}.")
    s.event("there was not much to eat, for {why}")
    s.fact(["Why was there not much to eat?"], ["Because {why}."], "{why}")
    s.tell("\"All I have is {a1},\" said {h}. \"That does not make a meal.\"", "{h} had {a1} and nothing else.", "{h} had nothing but {a1}. {h.he} sighed.")
    s.fact(["What did {h.n} have?"], ["{h.n} had {a1}."], "{a1}")
    s.tell("{h} went to {f.n}. {f.n} had {a2}, and {f.he} was hungry, too.", "\"And I have only {a2},\" said {f.n}.",
           "{f.n} came by with an empty tummy. {f.he} had {a2}.")
    s.event("{h.n} had {a1}, and {f.n} had {a2}")
    s.fact(["What did {f.n} have?"], ["{f.n} had {a2}."], "{a2}")
    s.paragraph()
    s.tell("\"I know!\" said {h}. \"We put all of it in one pot.\"", "Then {h} had an idea. \"Let us cook together,\" {h.he} said.",
           "\"If we put it together, it is more,\" said {f.n}. \"Where is the big pot?\"",
           "{h} looked at the {a1} and at the {a2}. \"Together that is a soup!\" {h.he} said." if not cast["a1"].startswith(("a ",
           "some")) and not cast["a2"].startswith(("a ", "some")) else "\"Alone it is little, but together it is a soup!\" said {h}.")
    s.tell("They made a fire {p.near} and hung a big pot over it.", "{h.n} and {f.n} set [the biggest pot|{e.ns} pot] on the fire.",
           "{e.n} lent them the biggest pot and brought water from the well.", "Soon the water was boiling in {e.ns} big pot.")
    s.tell("{x.n} smelled it and came. \"May I join you, {h.n}?\" {x.he} asked. \"I can bring {a3}.\"",
           "\"What are you cooking?\" asked {x.n}. \"A soup for all,\" said {h.n}. {x.n} ran home and came back with {a3}.",
           "{x.n} looked into the pot. \"It needs {a3},\" {x.he} said, \"and I have that.\"")
    s.event("{x.n} brought {a3}")
    s.fact(["What did {x.n} bring?"], ["{x.n} brought {a3}."], "{a3}")
    s.tell("Then {y.n} came with {a4}.", "{y.n} put {a4} into the pot as well.",
           "Even {y.n}, who [never shared anything|liked to eat alone|was always in a hurry], brought {a4}.", "\"And I have {a4},\" said {y.n}.")
    s.event("{y.n} brought {a4}")
    s.fact(["Who brought {a4}?"], ["{y.n} brought {a4}."], "{y.n}")
    s.paragraph()
    s.tell("The soup [bubbled|simmered] and smelled better and better.",
           "{h} stirred, and {f.n} tasted. \"[Mmm|Just right|A little longer],\" {f.he} said.",
           "They sat round the fire and sang until [{h.n}|{f.n}] said that it was ready.", "{f.n} stirred with a spoon as long as a broom.")
    s.tell("There was enough for everybody, and something was left over.", "Everybody had two bowls, and nobody was hungry any more.",
           "It was the best soup that they had ever eaten.", "They ate until the pot was empty and all were full.")
    s.event("everybody had enough to eat")
    s.maybe(0.6, "\"How can so little be so much?\" asked {y.n}.", "\"We should do this every week,\" said {x.n}.",
            "\"What is the name of this soup?\" asked {x.n}. \"Soup for all,\" said {h.n}.")
    ends.happy(s, "little and little makes much", "a meal tastes best when it is shared", "those who share have enough")
