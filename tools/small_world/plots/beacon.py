# SPDX-License-Identifier: Apache-2.0
"""Somebody is out in the fog or in the snow; a light or a sound leads the way home."""
import ends
import moods
import scenes
from story import Thing

LIGHTS = (("lantern", "held it high"), ("lamp", "swung it to and fro"), ("bell", "rang it again and again"), ("drum",
          "beat it as loudly as {h.he} could"), ("horn", "blew it until {h.he} was out of breath"))
LOSTS = (("{e.n} was still out in the boat", "the boat"), ("{e.n} had not come back from the hill", "steps"),
         ("{f.n} was on the way home through the fields", "a small voice"), ("the fishermen were still out on the water", "voices"),
         ("the shepherd had not come back with the sheep", "bells"), ("the school cart was still on the road", "wheels"))


def beacon(s):
    cast = s.cast
    scenes.meet_friend(s)
    thing, deed = s.pick(LIGHTS)
    lost, cast["sign"] = s.pick(LOSTS if "foggy" in s.day else LOSTS[1:3] + LOSTS[4:])
    cast["b"], cast["deed"], cast["lost"] = Thing(thing, s.pick(("old", "big", "little", "bright" if thing in ("lantern", "lamp")
         else "loud"))), s.plain(deed), s.plain(lost)
    cast["gone"] = cast["f"].name if lost.startswith("{f.n}") else cast["e"].name
    cast["mist"] = "fog" if "foggy" in s.day else "snow"
    s.title = "the {b} in the {mist}"
    s.tell("{time.cap}, the {mist} grew thicker and thicker.", "{time.cap}, there was so much {mist} that one could not see the gate.",
           "{time.cap}, {h} looked out and saw nothing but {mist}.")
    s.event("there was thick {mist}")
    s.tell("And {lost}.", "{h} was worried, for {lost}.", "\"How can anyone find the way?\" thought {h}, for {lost}.")
    s.event("{lost}")
    s.fact(["Why was {h.n} worried?"], ["Because {lost}."], "{lost}")
    moods.fear(s) if s.chance(0.3) else moods.thought(s)
    s.tell("Then {h} saw {b.a} [on the shelf|in the corner|beside the door|on the wall], and {h.he} knew what to do.",
           "\"What we need is {b.a},\" said {h}.", "On a nail hung {b.a}, and {h} took it down.")
    s.event("{h.n} took {b.a}")
    s.fact(["What did {h.n} take?"], ["{h.n} took {b.a}."], "{b}")
    s.paragraph()
    s.tell("{h} ran to the end of the path and {deed}.", "{h} climbed up on the wall and {deed}.",
           "Outside {h} could not see {h.his} own feet, but {h.he} stood still and {deed}.")
    s.event("{h.n} {deed}")
    s.fact(["What did {h.n} do with the {b}?"], ["{h.n} {deed}."], "{deed}")
    s.tell("{h.ns} arms grew heavy, but {h.he} did not stop." if not cast["h"].animal else "{h} grew tired, but {h.he} did not stop.",
           "It was cold, and nobody came, but {h} went on[ and on|].",
           "Once {h} wanted to go in, but then {h.he} thought of [those out there|the long way|the dark].",
           "[An hour|Half an hour|A long time] went by, but {h} did not stop.")
    if "{f.n}" not in lost:
        s.maybe(0.5, "{f.n} came and helped. \"We will take turns,\" {f.he} said.", "{f.n} brought a warm blanket and stayed.")
    s.tell("Then there was something: {sign}!", "At last, far away, {h} heard {sign}.", "Was there not something? {h.n} heard {sign}."
           if cast["sign"] not in ("a small voice",) else "{h} listened. That was a voice, quite [near|small|clear]!")
    s.tell("It came nearer and nearer, and then {h} saw them all, safe and sound." if cast["lost"].startswith("the")
           else "It came nearer and nearer, and out of the {mist} came {gone}, [safe and sound|cold and tired, but safe|wet, but safe].",
           "\"Here, this way!\" called {h.n}. And out of the {mist} came those for whom {h.n} had waited." if cast["lost"].startswith("the")
           else "\"This way, {gone}!\" called {h}. And then {h.n} was not alone any more.")
    s.event("the way home was found")
    s.paragraph()
    if cast["lost"].startswith("the"):
        s.tell("\"Without your {b} we would still be out there,\" they said.",
               "\"We saw nothing at all [for an hour|but {mist}|from the {q} on], {h.n},\" they said. \"Then there was your {b}.\"")
    else:
        cast["g"] = cast["f"] if lost.startswith("{f.n}") else cast["e"]
        s.tell("\"Without your {b} I would still be out there,\" said {g.n}.", "\"I had lost my way,\" said {g.n}. \"Then I noticed your {b}.\"",
               "{g.n} hugged {h.him}. \"You showed me the way, {h.n},\" {g.he} said.")
        s.fact(["Who found the way home?"], ["It was {g.n}."], "{g.n}")
    s.tell("There was hot [soup|tea|milk] for {h.n}, and the windows shone in the night." if "evening" in s.day
           else "There was hot [soup|tea|milk] for {h.n} and for everybody.", "{h.n} and the others sat by the fire until they were warm.",
           "{h} put the {b} back and was very tired and very {glad}.")
    ends.happy(s, "a small light can show the way", "those who wait must not give up", "one can be brave and stand still")
