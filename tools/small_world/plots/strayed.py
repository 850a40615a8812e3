# SPDX-License-Identifier: Apache-2.0
"""A young animal has lost its mother; one after the other is asked, and the sound leads to her."""
import ends

CHILDREN = (("duckling", "duck", "quack"), ("chick", "hen", "cluck"), ("lamb", "sheep", "baa"), ("kitten", "cat", "meow"), ("puppy", "dog", "woof"),
            ("calf", "cow", "moo"), ("piglet", "pig", "oink"), ("foal", "horse", "neigh"), ("gosling", "goose", "honk"))


def strayed(s):
    cast = s.cast
    young, mother, sound = s.pick([entry for entry in CHILDREN if entry[0] != cast["h"].kind and entry[1] != cast["h"].kind])
    others = [entry[1] for entry in CHILDREN if entry[1] not in (mother, cast["h"].kind)]
    cast["m1"] = others.pop(int(s.random() * len(others)))
    cast["m2"] = others.pop(int(s.random() * len(others)))
    cast.update(young=young, mother=mother, sound=sound)
    cast["look"] = s.pick(("small", "wet", "tiny", "yellow" if young in ("duckling", "chick", "gosling") else "brown", "frightened"))
    cast["coat"] = s.pick(("white", "brown", "black", "spotted", "grey"))
    s.title = "the lost {young}"
    s.tell("{time.cap}, {h} heard somebody crying {p.in}. It was a {look} {young}.", "{time.cap}, a {look} {young} stood {p.in} and cried.",
           "{time.cap}, {h} went {p.to}. Something small came running: a {look} {young}.")
    s.event("{h.n} found a {young} {p.in}")
    s.fact(["What did {h.n} find {p.in}?"], ["{h.n} found a {look} {young}."], "{young}")
    s.tell("\"I cannot find my mother,\" said the {young}.", "\"Where is my mother?\" asked the {young}.",
           "\"I only looked at a [butterfly|flower|bee|snail],\" the {young} sobbed, \"and then my mother was gone.\"" if "winter" not in s.day
           else "\"I only looked at a [snowflake|bird|robin],\" the {young} sobbed, \"and then my mother was gone.\"")
    s.fact(["Why was the {young} crying?"], ["Because it could not find its mother."], "")
    s.tell("\"Don't cry, little {young},\" said {h.n}. \"We will find [her|your mother].\"",
           "{h} stroked the {young}. \"I will help you,\" {h.he} said.",
           "\"Come with me,\" said {h}. \"Is your mother [big|kind|far away|{coat}]?\" The {young} nodded and [took hold of {h.ns} coat|came along|wiped its eyes].")
    s.paragraph()
    s.tell("First they met a {m1}. \"Is that your mother?\" asked {h}. \"No, my mother [is bigger|looks different|is not a {m1}],\" said the {young}.",
           "{h} took the {young} to the {m1}. \"I am not your mother,\" said the {m1}, \"but {h.n} will find her.\"",
           "\"Is this your {young}?\" {h.n} asked the {m1}, but the {m1} shook her head.")
    s.event("they asked the {m1}, but she was not its mother")
    s.tell("Then they met a {m2}. \"No, that is not she,\" said the {young}, and {h} [sighed|walked on|patted its head].",
           "The {m2} was not its mother either. \"I have seen nobody who looks for a {young},\" she said.",
           "\"Maybe the {m2}?\" thought {h}. But the {m2} only shook her head.", "The {m2} said, \"I am sorry, my little ones are all here.\"")
    s.event("they asked the {m2}, but she was not its mother")
    s.fact(["Whom did they ask first?"], ["They asked the {m1} first."], "{m1}")
    s.tell("The {young} began to cry again, and its legs were tired.", "\"I will never find her,\" said the {young}.",
           "It grew late, and the {young} was [hungry|cold|tired].")
    s.tell("{h.n} took the {young} up and carried it.", "\"You must be hungry,\" said {h} and shared {h.his} {food}."
           if cast["food"] not in ("carrot",) else "\"You must be hungry,\" said {h} and gave it a drink of milk.",
           "{h.n} told the {young} a [story|joke|riddle] so that it should not be afraid.")
    s.paragraph()
    s.tell("\"What does your mother say?\" asked {h.n}. \"{sound.cap},\" [said|sobbed|answered] the {young}.",
           "Then {h} had an idea. \"How does your mother call her {young}?\" {h.n} asked. \"{sound.cap}!\" [said|called|cried] the {young}.",
           "\"Call [your mother|her] as loudly as you can,\" said {h.n}, \"and then we listen.\"")
    s.event("{h.n} told the {young} to call")
    s.tell("{h.n} and the {young} called together, and from [the {q}|far away|behind a hedge] somebody answered: \"{sound.cap}!\"",
           "{h.n} and the {young} stood still and listened. Far away, behind the {q}, there was a \"{sound}\".",
           "And there, quite softly, it came from the {q}: \"{sound}, {sound}!\"")
    s.tell("{h.n} and the {young} ran, and there came a {coat} {mother}, [running, too|who was calling|out of breath].",
           "{h.n} and the {young} followed the sound, and there stood a {coat} {mother}[, who was calling|, who ran to meet them|].",
           "\"That is she!\" cried the {young} and ran so fast that {h} could hardly follow, straight to a {coat} {mother}.")
    s.event("they found its mother, a {mother}")
    s.fact(["Who was its mother?"], ["Its mother was a {mother}."], "{mother}")
    s.tell("\"My little {young}!\" said the {mother}. \"[Stay near me now|I have looked for you [everywhere|all {part}|behind every tree]|{h.n} has a good heart|And thank you, {h.n}].\"",
           "The {mother} looked at her {young} from all sides and [was happy|thanked {h.n}|called it her little star].",
           "\"Thank you, {h.n},\" said the {mother}. \"I was so afraid for my {young}.\"",
           "The {young} was so happy that it forgot to say thank you. But {h.n} [did not mind|smiled|understood].")
    ends.happy(s, "a lost one must be helped", "it is good to stay near one's mother", "listening finds more than running")
