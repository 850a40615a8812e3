# SPDX-License-Identifier: Apache-2.0
"""The moon seems to have fallen into the water; it is fished for, until one looks up."""
import cast as casting
import ends
import moods
import scenes

TOOLS = (("a bucket", "only water was in it"), ("a net", "the moon slipped through the holes"), ("a long rake",
         "the moon broke into a hundred pieces"), ("a soup spoon", "the moon was too big for it"), ("a rope with a hook",
         "the hook sank and caught a boot"), ("a basket", "the water ran out, and the moon ran out with it"))


def moon(s):
    cast = s.cast
    scenes.meet_friend(s)
    (cast["tool"], cast["fail"]), (cast["tool2"], cast["fail2"]) = s.pick(TOOLS), s.pick(TOOLS)
    while cast["tool2"] == cast["tool"]:
        cast["tool2"], cast["fail2"] = s.pick(TOOLS)
    cast["water"] = s.pick(("the pond", "the well", "the lake", "the big rain barrel", "the mill pond"))
    cast["x"] = casting.stranger(s, (("old frog", "he"), ("owl", "she"), ("night watchman", "he"), ("heron", "he"), ("miller", "she"), ("toad",
         "she"), ("fisherman", "he")))
    s.title = "the moon in the water"
    s.tell("{time.cap}, {h} came past {water} and looked in, and there lay the moon!",
           "{time.cap}, {h} looked into {water} and got a fright, for the moon was in it!",
           "{time.cap}, {h} saw something round and bright in {water}, and it was the moon!")
    s.event("{h.n} saw the moon in {water}")
    s.fact(["Where did {h.n} see the moon?"], ["{h.n} saw it in {water}."], "{water}")
    s.tell("\"The moon has fallen down!\" cried {h}.", "\"Poor moon, it will drown,\" thought {h.n}.",
           "{h} ran to {f.n}. \"The moon is in the water, {f.n}!\" {h.he} called.")
    s.fact(["What did {h.n} think?"], ["{h.n} thought that the moon had fallen into the water."], "")
    s.tell("\"We must get it out,\" said {f.n}, \"or the nights will be dark.\"",
           "{f.n} came and saw it, too. \"Quick, let us save it!\" {f.he} said.", "\"What will the owls do without it?\" said {f.n}.")
    s.event("{h.n} and {f.n} wanted to get it out")
    s.paragraph()
    s.tell("{both} fetched {tool} and tried, but {fail}.", "{h.n} ran for {tool}. It did not help: {fail}.", "First they tried it with {tool}, but {fail}.")
    s.event("they tried it with {tool}, but {fail}")
    s.fact(["What did they try first?"], ["{both} tried it with {tool}."], "{tool}")
    s.tell("Then they took {tool2}, but {fail2}.", "\"Let me,\" said {f.n} and came with {tool2}. But {fail2}.",
           "{f.n} had an idea and got {tool2}, but {fail2}.")
    s.event("they tried it with {tool2}, but {fail2}")
    s.fact(["What did they try then?"], ["{both} tried it with {tool2}."], "{tool2}")
    if s.chance(0.5):
        moods.weariness(s)
    s.tell("At last {h} bent over so far that, splash, {h.he} fell in.", "{f.n} pulled with such force that {f.n} and {h.n} [sat down in the mud|fell into the reeds|lost their caps].",
           "{h.n} and {f.n} tried and tried until they were wet from [head to foot|top to toe].")
    s.paragraph()
    s.tell("\"What are you doing there?\" asked {x.n}.",
           "{x.n} had been watching {h.n} and {f.n} for some time. \"May I ask what you are doing, {h.n}?\" {x.he} said.", "Then {x.n} came by and stopped.")
    s.tell("\"We are saving the moon,\" said {h}.", "\"The moon is in there, and we cannot get it out,\" said {f.n}.", "{h} told {x.n} everything.")
    s.tell("{x.n} [smiled|laughed|shook {x.his} head]. \"Look up, [{h.n}|{f.n}],\" {x.he} said.", "\"Have you looked up?\" asked {x.n}.",
           "{x.n} said nothing and only [pointed at|looked at|nodded towards] the sky[ over the {p}|].")
    s.event("{x.n} told them to look up")
    s.fact(["Who told them to look up?"], ["It was {x.n}."], "{x.n}")
    s.tell("{h.n} and {f.n} looked up. There was the moon, [round and bright|as round as a plate|as yellow as butter], in its old place.",
           "And there stood the moon, high over the {p}.", "There it was in the sky[, as always|, high over the {p}|, and it seemed to smile at {h.n}].")
    s.event("they saw the moon in the sky")
    s.tell("\"So we have saved it!\" cried {f.n}, and {h.n} was sure of it, too.",
           "\"It was only its picture in the water,\" said {h}, and {f.n} [laughed|went red|had to laugh].",
           "{h} looked up and down, up and down. \"There are two, {f.n}!\" {h.he} said.", "\"The water is its mirror,\" said {x.n}.")
    ends.happy(s, "one should look up now and then", "not all that shines is the moon", "it is better to look twice")
