# SPDX-License-Identifier: Apache-2.0
"""Half a sentence is heard and believed; the truth is harmless."""
import cast as casting
import ends
import moods
import scenes

# what is heard, what the hero believes, what it really was
HALVES = (("We must get rid of the old {t}", "give away {h.ns} {t}", "the old, broken one from the attic"), ("We leave at dawn and do not come back",
          "move away for ever", "the two swallows in the barn"),
          ("The little one is always in the way", "send {h.him} away", "the little stool in the kitchen"), ("I cannot hear that singing any more",
          "forbid {h.him} to sing", "the kettle, which sang all day"), ("That lazy thing must go", "send {h.him} away", "the clock that was always slow"),
          ("Nobody likes it, so we throw it out", "throw out {h.ns} picture", "the burned porridge"))


def misunderstood(s):
    cast = s.cast
    scenes.meet_friend(s)
    heard, believed, truth = s.pick(HALVES)
    cast["heard"], cast["believed"], cast["truth"] = s.plain(heard), s.plain(believed), s.plain(truth)
    cast["said"] = s.plain(believed.replace("{h.ns}", "my").replace("{h.him}", "me"))
    cast["ear"] = s.pick(("behind the door", "under the window", "on the stairs", "behind the hedge", "in the kitchen", "under the table"))
    cast["x"] = casting.stranger(s, (("neighbour", "she"), ("postman", "he"), ("baker", "she"), ("farmer", "he"), ("teacher", "she"), ("miller",
         "he"), ("gardener", "he"), ("tailor", "she")))
    s.title = "what {h.n} heard"
    s.tell("{time.cap}, {h} was {ear} when {e.n} talked to {x.n}.", "{time.cap}, {e.n} and {x.n} were talking. {h}, who was {ear}, heard them.",
           "{time.cap}, {h} was playing {ear}. {h.he} did not want to listen, but {e.n} and {x.n} were talking.")
    s.tell("\"{heard},\" said {e.n}.", "{h} heard only one thing: \"{heard}.\"", "\"{heard},\" {h} heard {e.n} say.")
    s.event("{h.n} heard {e.n} say, \"{heard}\"")
    s.fact(["What did {e.n} say?"], ["{e.n} said, \"{heard}.\""], "{heard}")
    s.tell("{h.n} turned cold. So they wanted to {believed}!", "\"They are going to {said}!\" thought {h.n}.",
           "{h.n} [dropped what {h.he} had in {h.his} {h.hands}|crept away]. They wanted to {believed}, that was clear.")
    s.fact(["What did {h.n} believe?"], ["{h.n} believed that they wanted to {believed}."], "{believed}")
    s.event("{h.n} believed that they wanted to {believed}")
    moods.worry(s)
    s.paragraph()
    s.tell("{h} packed a {food} and a blanket and went {p.to}.", "{h} ran {p.to} and hid there.",
           "\"I will not stay here,\" {h} said and ran off {p.to}.", "{h} told nobody. {h.he} went {p.to} and sat down all alone.")
    s.event("{h.n} ran away {p.to}")
    s.fact(["Where did {h.n} run?"], ["{h.n} ran {p.to}."], "{p}")
    scenes.see(s, "p")
    s.tell("There {f.n} found {h.him}. \"What are you doing here?\" {f.he} asked.", "{f.n} came along. \"Why are you hiding?\" {f.he} asked.",
           "After an hour, {f.n} came by. \"Everybody is looking for you,\" {f.he} said.")
    s.tell("{h.n} told {f.him} everything. \"Did you hear it to the end?\" asked {f.n}. \"No,\" said {h.n}.",
           "\"They want to {said},\" said {h.n}. \"I cannot believe that,\" said {f.n}. \"Ask {e.n}.\"",
           "\"I heard it myself,\" said {h.n}. \"Half of it, maybe,\" said {f.n}. \"Come, we will ask.\"")
    s.event("{f.n} told {h.n} to ask")
    s.fact(["Who found {h.n}?"], ["{f.n} found {h.n}."], "{f.n}")
    s.paragraph()
    s.tell("{e.n} was standing at the gate and looked very worried.", "At home {e.n} ran to meet them. \"There you are, {h.n}!\" {e.he} cried.",
           "{e.n} was so glad to see {h.him} that {e.he} [forgot to scold|almost cried].")
    s.tell("\"Do you really want to {said}?\" asked {h.n}.", "\"I heard what you said,\" {h.n} told {e.him}. \"'{heard}.'\"",
           "{h.n} took a deep breath and asked {e.n}[ about it|].")
    s.tell("{e.n} looked at {h.him} and began to laugh. {e.he} had meant {truth}!", "\"Oh, my dear! I meant {truth},\" said {e.n}.",
           "\"But that was about {truth}!\" said {e.n} and hugged {h.him}.")
    s.event("{e.n} had meant {truth}")
    s.fact(["What had {e.n} really meant?"], ["{e.n} had meant {truth}."], "{truth}")
    s.tell("{h.n} went red, and then {h.he} had to laugh, too.", "\"Next time I will listen to the end,\" said {h.n}.",
           "\"Next time, ask me at once,\" said {e.n}.", "{f.n} laughed so much that {f.he} had to sit down.")
    ends.happy(s, "half a sentence is not the truth", "it is best to ask at once", "one should listen to the end")
