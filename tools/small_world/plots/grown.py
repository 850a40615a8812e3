# SPDX-License-Identifier: Apache-2.0
"""A seed that grows over weeks, with patience and against a foe."""
import ends
import scenes
from story import Thing

PLANTS = (("bean", "beans"), ("pumpkin seed", "pumpkins"), ("sunflower seed", "sunflowers"), ("tomato seed", "tomatoes"), ("pea", "peas"),
          ("carrot seed", "carrots"), ("melon seed", "melons"), ("strawberry plant", "strawberries"), ("potato", "potatoes"), ("onion", "onions"))
FOES = (("snails came to eat the leaves", "carried the snails to the ditch"), ("it did not rain for two weeks",
        "brought water every morning and every evening"), ("a cold night came", "covered the plant with an old blanket"), ("the wind bent the stem",
        "tied it to a stick"),
        ("weeds grew all around", "pulled out the weeds one by one"), ("a hen scratched in the earth", "built a little fence"),
        ("the leaves turned yellow", "gave it better earth"), ("crows came and pecked at it", "put up a scarecrow"), ("a goat looked over the wall",
        "shut the gate and kept watch"))


def grown(s):
    cast = s.cast
    scenes.meet_friend(s)
    cast["seed"], cast["crop"] = s.pick(PLANTS)
    cast["sd"] = Thing(cast["seed"], s.pick(("small", "brown", "round", "tiny", "odd", "")))
    cast["spotx"] = s.plain(s.pick(("beside the wall", "under the window", "by the gate", "behind the house", "next to the well", "in a clay pot",
         "in an old bucket", "in the sunny corner", "beside the steps", "along the fence")))
    cast["foe"], cast["cure"] = s.pick(FOES)
    s.title = "the {seed} that grew"
    s.tell("{time.cap}, {h} found {sd.a} {q.in}.", "{time.cap}, {e.n} gave {h.n} {sd.a}. \"Plant it,\" {e.he} said.",
           "{h} got {sd.a} from {f.n} {time}.", "{time.cap}, {sd.a} fell out of {e.ns} bag. \"May I have it?\" asked {h.n}.")
    s.tell("{h} planted it {spotx} and gave it water.", "{h} dug a hole {spotx}, put the {seed} in and covered it with earth.",
           "{h} made a bed of soft earth {spotx} and put the {seed} into it.")
    s.event("{h.n} planted the {seed} {spotx}")
    s.fact(["Where did {h.n} plant the {seed}?"], ["{h.n} planted it {spotx}."], "{spotx}")
    s.tell("[The next day|Every day|Each morning], {h} looked, but there was nothing to see.",
           "{h} waited one day, two days, three days, but the {seed} [slept on|did not stir|took its time].",
           "\"Grow, little {seed}!\" {h} told it, but the earth stayed bare.",
           "{h} [sang to it|talked to it|sat beside it] [every day|each evening], but the {seed} did not show itself.")
    s.tell("\"It will never grow,\" {h} [said|sighed|grumbled]. \"[Wait|Be patient|Give it time],\" said {e}.",
           "{f.n} laughed. \"You cannot hurry a {seed},\" {f.he} said.",
           "{h} wanted to dig it up again, but {e.n} said, \"[Wait|Not yet|Leave it].\"",
           "\"Is the {seed} asleep?\" {h} asked {e.n}. \"It is getting ready,\" said {e.n}.")
    s.paragraph()
    s.tell("[Then, after a warm rain|One morning|After ten days|Two weeks later], a green [tip|shoot|leaf] [looked out of|came out of|broke through] the earth.",
           "And [one day|one morning|after a week], {h} saw it: a tiny green [leaf|tip|shoot]!",
           "\"Come and look, [{f.n}|{e.n}]!\" {h} shouted one morning, for there was a green [shoot|leaf|tip].")
    s.event("a green leaf came out of the earth")
    s.tell("It grew [taller and taller|up to {h.ns} knees|a little every day], but then {foe}.", "All went well until {foe}.",
           "Then there was trouble: {foe}.", "The days grew warm, and {h.ns} plant grew big, but {foe}.")
    s.event("{foe}")
    s.tell("{h} did not give up. {h.he} {cure}.", "So {h} {cure}.", "\"I will help you,\" {h} said to the plant, and {h.he} {cure}.",
           "{h} asked {e.n} what to do. Then {h.he} {cure}.")
    s.event("{h.n} {cure}")
    s.fact(["What did {h.n} do when {foe}?"], ["{h.n} {cure}."], "{cure}")
    s.fact(["Why was there trouble with the plant?", "What was the trouble?"], ["There was trouble because {foe}."], "{foe}")
    s.paragraph()
    s.tell("At the end of the summer, there were [so many {crop}|a great many {crop}|more than enough {crop}].",
           "The [sun shone|weeks went by], and at last {h} could pick {crop}.", "When the summer ended, {h} picked a whole basket of {crop}.")
    s.fact(["What did {h.n} pick in the end?"], ["{h.n} picked {crop}."], "{crop}")
    s.tell("{h} [gave some to|shared them with|carried some to] {e.n} and {f.n}.", "{h} was proud of them, and {f.n} got the biggest one."
           if cast["crop"] not in ("beans", "peas") else "{h} was proud of them, and {f.n} got a full bowl.",
           "{h} kept a few for the next year and gave the rest to {e.n} and {f.n}.",
           "{f.n} and {e.n} came to supper, and there were {crop} for all.")
    s.event("{h.n} picked {crop} and shared them")
    ends.happy(s, "good things need time", "one must look after what one plants", "waiting is hard, but it is worth it", "great things begin small")
