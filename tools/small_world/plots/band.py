# SPDX-License-Identifier: Apache-2.0
"""Everybody plays alone and it is a noise; together it is music."""
import cast as casting
import ends
import scenes
from folk import STRANGERS

SOUNDS = (("drum", "bum, bum"), ("flute", "tootle-too"), ("fiddle", "fiddle-dee-dee"), ("bell", "ding, ding"), ("horn", "toot, toot"), ("rattle",
          "shaka-shaka"), ("harp", "pling, pling"), ("whistle", "wee, wee"), ("pot lid", "clang, clang"), ("comb", "bzzz, bzzz"))


def band(s):
    cast = s.cast
    scenes.meet_friend(s)
    cast["x"] = casting.stranger(s, STRANGERS)
    at, step = int(s.random() * len(SOUNDS)), 1 + int(s.random() * 4)
    for slot, number in (("1", at), ("2", at + step), ("3", at + 2 * step)):
        cast["i" + slot], cast["s" + slot] = SOUNDS[number % len(SOUNDS)]
    cast["feast"] = s.pick(("the spring feast", "the wedding of the miller", "the big dance", "the dance in the barn", "the birthday of the mayor")
         if "winter" not in s.day else ("the winter feast", "the wedding of the miller", "the dance in the barn", "the birthday of the mayor"))
    if "spring" in cast["feast"] and "spring" not in s.day:
        cast["feast"] = "the summer feast" if "summer" in s.day else "the harvest feast"
    s.title = "the band"
    s.tell("{time.cap}, there was to be music at {feast}, but the musicians were ill.",
           "{time.cap}, {e.n} said, \"There will be no music at {feast}, for the musicians have not come.\"",
           "{time.cap}, everyone was getting ready for {feast}, and only the music was missing.")
    s.event("there was no music for {feast}")
    s.tell("\"I can play the {i1}!\" said {h}.", "{h} ran and got {h.his} {i1}.", "\"Then I will play,\" said {h} and fetched {h.his} {i1}.")
    s.fact(["What did {h.n} play?"], ["{h.n} played the {i1}."], "{i1}")
    s.tell("\"{s1.cap},\" went the {i1}.", "It went \"{s1}\".", "\"{s1.cap},\" went the {i1}, [and it was loud|as loud as could be|up to the roof].")
    s.tell("Then {f.n} came with a {i2}. \"{s2.cap},\" it went.", "\"Mine is better,\" said {f.n}, who had a {i2}, and it went \"{s2}\".",
           "{f.n} had a {i2} and played something else, and it went \"{s2}\".")
    s.event("{h.n} played the {i1}, and {f.n} played the {i2}")
    s.fact(["What did {f.n} play?"], ["{f.n} played the {i2}."], "{i2}")
    s.tell("{x.n} brought a {i3} and played as loudly as {x.he} could, and it went \"{s3}\".", "And {x.n} played the {i3}: \"{s3}\".",
           "\"{s3.cap},\" it went, and that was {x.n} with a {i3}.")
    s.fact(["Who played the {i3}?"], ["{x.n} played the {i3}."], "{x.n}")
    s.paragraph()
    s.tell("{h.n} played alone, {f.n} played alone, {x.n} played alone, and it sounded [terrible|awful|like a falling cupboard].",
           "The {i1}, the {i2} and the {i3} made such a noise that [the cats ran up the trees|the dogs howled|the hens stopped laying].",
           "The windows shook, and the babies cried, for {h.n}, {f.n} and {x.n} did not listen to each other.",
           "\"Stop, stop!\" called {e.n} and held {e.his} ears.")
    s.event("it sounded terrible")
    s.tell("\"You are too loud,\" said {h.n} to {f.n}. \"No, you are too fast,\" said {f.n}.",
           "{h.n}, {f.n} and {x.n} each said that it was the fault of the others.", "\"{x.n} is to blame,\" said {f.n}. \"I?\" cried {x.n}.")
    s.tell("{h.n} put the {i1} down and thought. \"We must listen to each other,\" {h.he} said.",
           "\"What did you hear?\" asked {e.n}. \"Only the {i1},\" said {h.n}. And then {h.n} understood.",
           "Then {h.n} had an idea. \"First the {i1} alone, then the {i2}, and then all of us, and softly,\" {h.he} said.")
    s.event("{h.n} said that they must listen to each other")
    s.fact(["What idea did {h.n} have?"], ["{h.n} said that they must listen to each other."], "")
    s.paragraph()
    s.tell("{h.n} began with the {i1}: \"{s1}\". Then came {f.n} with the {i2}, and at last {x.n} with the {i3}.",
           "{h.n}, {f.n} and {x.n} began again. \"{s1.cap}, {s2}, {s3},\" it went, and it fitted.",
           "The {i1} was slow, the {i2} was soft, and the {i3} came in between, and it was a song.")
    s.tell("They practised {p.in} until they could do it in their sleep.", "All {part} they practised {p.in}.", "Even the birds {p.near} listened.")
    s.tell("At {feast}, [everybody danced|nobody could sit still|the old and the young danced].",
           "And when {feast} came, they played until midnight, and everybody danced.", "\"What a band!\" said the people at {feast}.")
    s.event("they played together at {feast} and everybody danced")
    ends.happy(s, "together it is music", "who plays with others must listen", "it is not the loudest who plays best")
