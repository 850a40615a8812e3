# SPDX-License-Identifier: Apache-2.0
"""A snowman loses its nose in the night; tracks lead to a hungry thief, who is forgiven and fed."""
import cast as casting
import ends
import scenes

NOSES = ("a carrot", "a turnip", "an apple", "a parsnip")
HATS = ("an old bucket", "a straw hat", "a soup pot", "a black hat", "a flower pot", "a basket")
NIBBLERS = (("rabbit", "she"), ("deer", "he"), ("hare", "he"), ("goat", "she"), ("donkey", "he"), ("pony", "she"))


def snowman(s):
    cast = s.cast
    scenes.meet_friend(s)
    cast["nose"], cast["hat"] = s.pick(NOSES), s.pick(HATS)
    cast["thenose"] = "the " + cast["nose"].split()[1]
    cast["o"] = casting.stranger(s, NIBBLERS)
    cast["name"] = s.pick(("Mister White", "Old Frost", "Captain Snow", "King Ice", "Uncle Cold", "Lord Winter", "Sir Flake"))
    cast["gift"] = s.pick(("a bowl of oats", "a bundle of hay", "a basket of apples", "a heap of carrots", "bread and turnips"))
    s.title = "the nose of the snowman"
    s.tell("{time.cap}, {h.n} and {f.n} built a snowman {p.near}.",
           "{time.cap}, there was so much snow that {h.n} and {f.n} built a snowman {p.near}.",
           "\"Let us build a snowman!\" said {f.n} {time}. And so they did, {p.near}.")
    s.event("{h.n} and {f.n} built a snowman")
    s.fact(["What did {h.n} and {f.n} build?"], ["{both} built a snowman."], "snowman")
    s.tell("The snowman got {hat} on his head and {nose} for a nose.", "{both} gave him {nose} for a nose and {hat} for a hat.",
           "{h.n} put {hat} on his head, and {f.n} gave him {nose} for a nose.")
    s.fact(["What did the snowman have for a nose?"], ["He had {nose} for a nose."], "{nose}")
    s.fact(["What did the snowman have on his head?"], ["He had {hat} on his head."], "{hat}")
    s.tell("\"His name is {name},\" said {f.n}.", "{h.n} and {f.n} called him {name}.", "\"Good evening, {name},\" said {h.n} and bowed.")
    s.fact(["What was the snowman called?"], ["He was called {name}."], "{name}")
    s.paragraph()
    s.tell("But the next morning, {thenose} was gone.", "In the morning, {name} had no nose.",
           "When {h.n} and {f.n} came back the next day, {thenose} was gone.")
    s.event("{thenose} was gone")
    s.tell("\"Who took {thenose}?\" cried {f.n}.", "\"A thief has been here!\" [said|cried] {f.n}.", "\"Poor {name}!\" said {h.n}.")
    s.tell("{h.n} looked at the snow and saw tracks[ of small feet|]!", "\"Look, {f.n}, footprints,\" said {h.n}.",
           "In the snow {h.n} saw a line of small tracks.", "{h.n} bent down. \"[Somebody|Something] has been here, {f.n},\" {h.he} said.")
    s.event("{h.n} found tracks in the snow")
    s.fact(["How did they find the thief?"], ["{both} followed the tracks in the snow."], "")
    s.tell("{both} followed them over the field and {q.to}.", "The tracks led past the {q} and under a fir tree.",
           "Step by step they followed the tracks, as far as the {q}.")
    s.tell("There sat a {o.kind}, [thin and cold|with snow on {o.his} back|hungry and cold], and was chewing.",
           "And there they found a {o.kind}, with a bit of it in {o.his} mouth.",
           "Under a bush they saw a {o.kind}, who [trembled|looked at them with big eyes].")
    s.event("they found {o.n}")
    s.fact(["Who had taken {thenose}?"], ["It was {o.n}."], "{o.n}")
    s.paragraph()
    s.tell("\"So it was you!\" said {f.n}.", "\"That was {name}'s nose!\" said {f.n}.", "{f.n} wanted to be angry, but {f.he} could not.")
    s.tell("\"I was so hungry,\" said {o.n}. \"The snow is deep, and I find [nothing|only bark|no grass].\"",
           "\"I am sorry,\" said {o.n}. \"I have not eaten for [two|three|four] days.\"",
           "{o.n} began to cry. \"There is nothing [to eat|green] under the snow,\" {o.he} said.")
    s.fact(["Why had {o.n} taken it?"], ["Because {o.n} was hungry."], "")
    s.tell("{h.n} and {f.n} looked at each other. Then they ran home and got {gift}.", "\"Wait here,\" said {h.n}, and they came back with {gift}.",
           "{e.n} gave them {gift}, and they carried it to {o.n}.")
    s.event("{h.n} and {f.n} brought {o.n} {gift}")
    s.fact(["What did {h.n} and {f.n} bring?"], ["{both} brought {gift}."], "{gift}")
    s.tell("\"Come [every day|every morning|each evening] until spring,\" said {h.n}.", "{o.n} ate and ate and said thank you after every bite.",
           "\"Now you need not steal any more,\" said {f.n}.")
    s.tell("{name} got a [fir cone|stick|piece of coal] for a nose, and nobody ate that.",
           "{name} got a new nose of wood. \"That one tastes of nothing,\" said {f.n}.", "From that day on, {name} had a stone for a nose.")
    ends.happy(s, "one should ask why before one scolds", "in winter, one must think of the hungry", "those who are hungry need help, not anger")
