# SPDX-License-Identifier: Apache-2.0
"""A fear is looked at together, and there is nothing to fear."""
import ends
import moods
import scenes

# what is feared, what it is, what it is taken for, how it sounds
FEARS = (("the dark", "a coat on a hook", "a tall man in the corner", ("a creak", "a thump", "a soft rustle")), ("thunder",
         "only the clouds bumping together", "a giant with a drum", ("a rumble", "a loud crack", "a long low rumble")),
         ("the big dog next door", "a friendly old dog with no teeth", "a wolf", ("a bark", "a growl", "a loud sniff")), ("the attic",
         "a family of mice with a walnut", "a ghost", ("a scratch", "a soft rolling sound", "a patter")),
         ("the deep well", "{h.his} own echo", "a troll", ("a voice", "a deep hello", "a hollow sound")), ("the old mill",
         "an owl with three little ones", "a witch", ("a hiss", "a hoot", "a soft cry")), ("the cellar", "a pot lid that had fallen down",
         "a monster with iron shoes", ("a clang", "a bang", "a rattle")),
         ("the scarecrow", "straw in an old coat", "a thief", ("a rustle", "a flapping", "a scrape")), ("the cave", "water that dripped into a pool",
         "a dragon", ("a drip", "a strange sound", "a splash")), ("the cupboard at night", "a moth that wanted to get out", "a ghost with wings",
         ("a flutter", "a soft knock", "a rustle")),
         ("the tall shadow on the wall", "the shadow of a flower pot", "a giant", ("a creak", "a sigh of wind", "a knock")),
         ("the noise in the chimney", "the wind and a loose brick", "a bear", ("a howl", "a moan", "a thump")))


def afraid(s):
    cast = s.cast
    fear, truth, fancy, sounds = s.pick([entry for entry in FEARS if not ("mice" in entry[1] and cast["h"].kind in ("mouse", "owl",
        "kitten")) and not ("owl" in entry[1] and cast["h"].kind == "owl") and not (entry[0] == "the dark" and cast["h"].kind in ("owl",
        "mole")) and entry[2].split()[1] != cast["h"].kind])
    cast.update(fear=fear, fancy=fancy, truth=s.plain(truth), sound=s.pick(sounds))
    cast["x"] = s.pick((cast["e"], cast["f"]))
    if cast["x"] is cast["f"]:
        scenes.meet_friend(s)
    s.title = "{h.n} and {fear}"
    s.tell("There was one thing that {h.n} was afraid of: {fear}.", "{h} was afraid of {fear}.",
           "{h} did not fear [bees|spiders|cold water], but {h.he} was afraid of {fear}.", "{h} was brave about most things, but not about {fear}.")
    s.event("{h.n} was afraid of {fear}")
    s.fact(["What was {h.n} afraid of?"], ["{h.n} was afraid of {fear}."], "{fear}")
    s.tell("\"I am sure it is {fancy},\" {h} [thought|whispered].", "{h} believed that it was {fancy}.", "In {h.his} mind, {h} always saw {fancy}.",
           "\"There is {fancy},\" {h} told everybody.")
    s.fact(["What did {h.n} think it was?"], ["{h.n} thought that it was {fancy}."], "{fancy}")
    s.paragraph()
    s.tell("{time.cap}, {h} heard {sound} and [hid under the blanket|ran to {x.n}|could not move].",
           "{time.cap}, there was {sound}. {h} [trembled|held {h.his} breath].", "Then, {time}, there was {sound}. \"There it is!\" whispered {h}.")
    if s.chance(0.4):
        moods.fear(s)
    s.tell("\"What is it?\" asked {x.n}. \"It is {fancy}!\" said {h.n}.",
           "{x.n} saw that {h.n} was shaking. \"Tell me what it is, {h.n},\" {x.he} said.", "\"Are you afraid?\" asked {x.n}. {h.n} nodded.",
           "\"You are as white as milk,\" said {x.n}. \"What is it?\"" if not cast["h"].animal else "\"You are trembling,\" said {x.n}. \"What is it?\"")
    s.tell("\"Come, we will look together,\" said {x.n} and took {h.ns} hand." if not cast["h"].animal else "\"Come, we will look together,\" said {x.n}.",
           "\"I was afraid of it once, too,\" said {x.n}. \"Let us go and see.\"", "\"Two are braver than one, {h.n},\" said {x.n}. \"Come.\"",
           "\"Let us take a lamp and look,\" said {x.n}.")
    s.event("{x.n} went with {h.n} to look")
    s.fact(["Who went with {h.n} to look?"], ["{x.n} went with {h.n}."], "{x.n}")
    s.tell("Step by step they went[ on|], and {h.ns} heart [beat|pounded].", "{h} wanted to turn back, but {x.n} was there.",
           "They carried {t.a} for luck.", "{h} walked behind {x.n} and looked past {x.him} with one eye.")
    s.tell("And what was it? It was {truth}.", "Then {h} saw it: {truth}!", "In the end it was {truth}.",
           "There was no {fancy_}. There was only {truth}.".replace("{fancy_}", cast["fancy"].split(" ", 1)[1])
           if not cast["truth"].startswith("only") else "And it was {truth}.")
    s.event("{h.n} saw that it was {truth}")
    s.fact(["What was it really?"], ["It was {truth}."], "{truth}")
    s.paragraph()
    s.tell("{h} began to laugh. \"[So that was all|Is that all]!\"",
           "\"How silly of me,\" said {h.n}. \"Not silly at all,\" said {x.n}. \"You went to look.\"",
           "{h} looked at it for a long time, and the fear [went away|grew small].",
           "{h} took a deep breath. \"And I was afraid of that, {x.n}!\" {h.he} said.")
    s.tell("The next time, {h.n} was not afraid any more.", "Since then, {h.n} was no longer afraid of {fear}.",
           "After that, it was {h.n} who took others there.", "Now {h.n} even said good night to it.")
    s.event("{h.n} was not afraid any more")
    ends.happy(s, "fear grows small when one looks at it", "being brave means going although one is afraid", "two are braver than one")
