# SPDX-License-Identifier: Apache-2.0
"""Too small for everything; and then it is good to be small."""
import cast as casting
import ends
import moods
import scenes
from folk import OWNERS

TASKS = (("the key had fallen down the drain", "let {h.himself} down on a string and fetched it"), ("the cat was stuck under the floor",
         "crept in and led it out"), ("the door was locked, and only a tiny window was open", "climbed through the window and opened the door"),
         ("a ring had rolled under the heavy chest", "crawled under it and brought out the ring"),
         ("the clock had stopped, and nobody could reach the wheel inside", "reached inside and freed the wheel"),
         ("the bell rope had slipped into a narrow hole", "squeezed into the hole and pulled it out"), ("a baby bird sat in a narrow pipe",
         "crawled into the pipe and carried it out"))
WORK = ("carry the sacks", "reach the shelf", "pull the cart", "lift the basket", "hold the horse", "climb over the gate", "push the wheelbarrow",
        "turn the big wheel")


def small(s):
    cast = s.cast
    scenes.meet_friend(s)
    cast["work"], cast["work2"] = s.pick(WORK), s.pick(WORK)
    while cast["work2"] == cast["work"]:
        cast["work2"] = s.pick(WORK)
    trouble, deed = s.pick(TASKS)
    cast["trouble"], cast["deed"] = trouble, s.plain(deed)
    cast["x"] = casting.stranger(s, OWNERS)
    s.title = "{h.n}, who was small"
    s.tell("{h} was the smallest [of all|in the village|of all the children] and did not like it.", "Everybody was bigger than {h.n}.",
           "\"When will I be [big|tall|as tall as {f.n}]?\" {h.n} asked [every morning|every day|every evening].")
    s.tell("{time.cap}, {h} wanted to help {x.n}. But {h.he} was too small to {work}.",
           "{time.cap}, {x.n} needed help. \"Let me {work}!\" said {h}. But {h.n} was too small.",
           "{time.cap}, all were busy {p.in}. {h} wanted to {work}, but {h.he} was too small.")
    s.event("{h.n} was too small to {work}")
    s.fact(["What was {h.n} too small for?"], ["{h.n} was too small to {work}."], "{work}")
    s.tell("{h.he} could not {work2} either.", "\"Then I will {work2},\" said {h}, but {h.he} was too small for that, too.",
           "\"Let {f.n} do it,\" said {x.n}. \"One must be [bigger|taller|stronger] for that[, {h.n}|].\"")
    s.tell("\"Go and play, {h.n},\" said {x.n} kindly. \"You are still too small.\"", "\"You are in the way,\" said {f.n}.",
           "\"Wait until you are big[, {h.n}|],\" said [{x.n}|{f.n}].")
    moods.worry(s)
    s.paragraph()
    s.tell("Then there was a cry: {trouble}!", "But that same {part}, {trouble}.", "Suddenly all came running, for {trouble}.")
    s.event("{trouble}")
    s.fact(["What happened then?"], ["{trouble.cap}."], "{trouble}")
    s.tell("{x.n} tried, but {x.n} was [too big|much too big|far too big].", "{f.n} tried it first, but {f.he} did not fit.",
           "{x.n} and {f.n} tried it one after the other, and both were too big.")
    s.tell("\"What shall we do, {f.n}?\" said {x.n}. \"We need one who is as small as a [mouse|cat|thimble].\"",
           "Nobody knew what to do until {f.n} [thought of|looked at|remembered] {h.n}.", "\"If only one of us were smaller!\" said {f.n}.")
    s.fact(["Why could the others not do it?"], ["Because they were too big."], "")
    s.tell("\"I can do it!\" said {h.n}.", "\"Let me try,\" said {h.n}, and {h.ns} heart beat fast.",
           "{h.n} stood up [straight|at once|and took a deep breath]. \"I am small enough,\" {h.n} said.")
    s.paragraph()
    s.tell("And {h} {deed}.", "It was dark and narrow, but {h} was not afraid. {h.he} {deed}.", "{f.n} and {x.n} held their breath. {h.n} {deed}.")
    s.event("{h.n} {deed}")
    s.fact(["How did {h.n} help?"], ["{h.n} {deed}."], "{deed}")
    s.tell("\"Hurrah for {h.n}!\" they all called.", "{x.n} lifted {h.him} up high so that everybody could see {h.him}.",
           "\"What would we do without you?\" said {x.n}.", "\"I am glad that you are not big,\" said {f.n}.")
    s.tell("{h} felt a whole head taller.", "\"Small is good, too,\" said {h}.", "And {h.n} never again asked when {h.he} would be big.",
           "\"Sometimes it is good to be small,\" said {e.n} that evening.")
    ends.happy(s, "everyone is good for something", "small ones can do great things", "big is not always better")
