# SPDX-License-Identifier: Apache-2.0
"""The water carries a bridge away; one alone fails, many build a new one."""
import cast as casting
import ends
import moods
import scenes

BUILDERS = (("goat", "he"), ("badger", "she"), ("old carpenter", "he"), ("donkey", "she"), ("beaver", "he"), ("farmer", "she"), ("woodcutter", "he"),
            ("ox", "he"), ("miller", "she"), ("shepherd", "he"))
WAYS = (("put stones into the water", "the water was too fast and rolled them away"), ("laid a branch across", "it was too short and fell in"),
        ("laid a board across", "it bent in the middle and broke"), ("tried to jump", "the brook was too wide"),
        ("threw a rope to the other side", "there was nobody to tie it fast"), ("built a small raft", "it turned over at once"),
        ("waited for the water to fall", "it rained again and rose still higher"))
PARTS = ("two long logs", "a strong rope", "a heap of planks", "a bag of nails", "a big flat stone", "four posts", "a hammer and a saw",
         "an old barn door", "a cart full of stones")


def bridge(s):
    cast = s.cast
    scenes.meet_friend(s)
    cast["x"], cast["y"] = casting.stranger(s, BUILDERS), casting.stranger(s, BUILDERS)
    while cast["y"].kind == cast["x"].kind:
        cast["y"] = casting.stranger(s, BUILDERS)
    cast["bring"], cast["bring2"] = s.pick(PARTS), s.pick(PARTS)
    while cast["bring2"] == cast["bring"]:
        cast["bring2"] = s.pick(PARTS)
    (deed, reason), (deed2, reason2) = s.pick(WAYS), s.pick(WAYS)
    cast["deed"], cast["reason"], cast["deed2"], cast["reason2"] = deed, reason, deed2, reason2
    s.title = "the new bridge"
    s.tell("{f.n} lived on the other side of the brook, and there was only one small bridge.",
           "Between {h.ns} {h.home} and {f.ns} {f.home} ran a brook with a little bridge.",
           "To get to {f.n}, {h} had to cross a little bridge over the brook.", "Every day, {h} crossed the little bridge over the brook to play with {f.n}.")
    s.paragraph()
    s.tell("{time.cap}, after a night of heavy rain, the bridge was gone.", "Then came a great rain, and {time} the bridge was gone.",
           "But {time}, the brook ran high and brown. The water had carried the bridge away.",
           "{time.cap}, {h.n} stood at the brook and [rubbed {h.his} eyes|could not believe it], for the bridge was gone!")
    s.event("the water carried the bridge away")
    s.fact(["What had happened to the bridge?"], ["The water had carried the bridge away."], "")
    s.tell("{f.n} stood on the other side and waved. \"How can we play now, {h.n}?\" {f.he} called.",
           "\"{f.n}!\" {h.n} called over the water. \"I cannot come [to you|over]!\"", "On the other side stood {f.n} with a {sad} face.",
           "{h.n} and {f.n} looked at each other over the wild water.")
    s.tell("{h} {deed}, but {reason}.", "First {h} {deed}, but {reason}.", "{h.n} did not want to wait. {h.he} {deed}, but {reason}.")
    s.event("{h.n} {deed}, but {reason}")
    s.fact(["Why did it not help when {h.n} {deed}?"], ["Because {reason}."], "{reason}")
    if deed2 != deed and s.chance(0.6):
        s.tell("Then {h.he} {deed2}, but {reason2}.", "Next, {h} {deed2}. That did not work: {reason2}.", "{h} tried again and {deed2}, but {reason2}.")
    moods.worry(s) if s.chance(0.5) else moods.thought(s)
    s.paragraph()
    s.tell("\"One alone cannot build a bridge,\" said {e.n}. \"But many can.\"", "\"We need a new bridge,\" {h} said, \"and for that I need help.\"",
           "Then {h} knew what to do. {h.he} went from door to door and asked for help.",
           "\"Others need the bridge, too,\" said {f.n} from the other side. \"Ask them!\"")
    s.tell("{x.n} came with {bring}, and {y.n} brought {bring2}.", "{x.n} brought {bring}. {y.n} brought {bring2}.",
           "\"I have {bring},\" said {x.n}. \"And I have {bring2},\" said {y.n}.",
           "Soon {x.n} was there with {bring}, and after {x.him} came {y.n} with {bring2}.")
    s.event("{x.n} and {y.n} came to help")
    s.fact(["Who helped to build the bridge?"], ["{x.n} and {y.n} helped."], "{x.n}")
    s.fact(["What did {x.n} bring?"], ["{x.n} brought {bring}."], "{bring}")
    s.fact(["What did {y.n} bring?"], ["{y.n} brought {bring2}."], "{bring2}")
    s.tell("They worked [all day|until sunset|for two days], and {f.n} worked from the other side.",
           "They lifted, sawed and hammered, and {h.n} [carried the nails|held the rope|fetched water for all].",
           "\"One, two, three, up!\" called {y.n}, and [{x.n} and {h.n}|{h.n} and {x.n}|all of them] lifted.",
           "{x.n} pulled, {y.n} pushed, and {h.n} [held the rope|told them how far it was].")
    s.event("together they built a new bridge")
    s.paragraph()
    s.tell("At last the new bridge stood, [wide and strong|and it did not shake at all|higher than the old one].",
           "[In the evening|Then|When the moon rose], the new bridge was done, and it was [stronger than the old one|so strong that an ox could cross it|twice as wide as the old one].",
           "In the end, there was a bridge [again|between {h.ns} side and {f.ns} side], and it was better than before.")
    s.tell("{h.n} ran from one side and {f.n} from the other, and they met in the middle.",
           "The first to cross it was {f.n}, who ran straight into {h.ns} arms." if cast["h"].kind in ("boy", "girl")
           else "The first to cross it was {f.n}, who ran straight to {h.n}.", "\"Now nothing is between us,\" said {f.n}.",
           "{x.n} and {y.n} crossed it first, and {h.n} and {f.n} danced behind them.")
    s.event("{h.n} and {f.n} met on the new bridge")
    ends.happy(s, "what one cannot do alone, many can do together", "a bridge is built by many {h.hands}", "it is good to ask for help")
