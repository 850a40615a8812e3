# SPDX-License-Identifier: Apache-2.0
"""The wind tears a kite away: it is followed from one who saw it to the next, and is got back."""
import cast as casting
import ends
import moods
import scenes
from folk import STRANGERS
from obstacles import OBSTACLES, overcome, possible
from story import Thing

ROUTES = ("over the roofs", "over the {q}", "past the church tower", "over the fields", "across the river", "over the school", "past the mill")


def kite(s):
    cast = s.cast
    scenes.meet_friend(s)
    cast["t"] = Thing("kite", s.pick(("red", "yellow", "blue", "green", "striped", "painted", "big", "new", "purple", "orange")), "fly it on windy days")
    cast["x"], cast["y"] = casting.stranger(s, STRANGERS), casting.stranger(s, STRANGERS)
    while cast["y"].kind == cast["x"].kind:
        cast["y"] = casting.stranger(s, STRANGERS)
    cast["r1"], cast["r2"] = s.plain(s.pick(ROUTES)), s.plain(s.pick(ROUTES))
    while cast["r2"] == cast["r1"]:
        cast["r2"] = s.plain(s.pick(ROUTES))
    s.title = "the runaway kite"
    s.tell("{time.cap}, {h.n} and {f.n} took {t.a} to the hill.", "{time.cap}, the wind was just right for {h.ns} {t.full}. {f.n} came along.",
           "{time.cap}, {h} and {f.n} wanted to fly {t.a}.")
    s.tell("It climbed higher and higher, and {f.n} [clapped|shouted|held the string, too].",
           "The {t} [danced|jumped|sailed] in the sky like a [bird|fish|leaf].", "\"It is as high as the clouds!\" cried {f.n}.",
           "The {t} pulled so hard that {h.n} had to hold it with both {h.hands}.")
    s.tell("Then came a gust of wind, and the string [broke in {h.ns} {h.hand}|broke between {h.ns} {h.hands}|broke].",
           "[Snap|Crack], went the string, and {h} held only [the end of it|a short piece].",
           "\"Let me hold it,\" said {f.n}. But the wind was faster than {f.n}, and the string slipped away.",
           "All at once the string in {h.ns} {h.hand} felt light, for it had broken.")
    s.event("the string broke and the {t} flew away")
    s.fact(["What happened to the {t}?"], ["The string broke and the {t} flew away."], "")
    s.tell("The {t} flew {r1} and was gone.", "Away it flew, {r1}, smaller and smaller.", "\"Come back[, {t}|]!\" {h} shouted, but the {t} flew {r1}.")
    if s.chance(0.5):
        moods.worry(s)
    s.tell("\"After it[, {h.n}|]!\" called {f.n}.", "\"Quick!\" said {h}, and they ran.", "{h.n} ran as fast as {h.he} could, and {f.n} ran behind {h.him}.")
    s.paragraph()
    s.tell("{both} met a {x.kind}. \"Have you seen {t.a}?\" asked {h.n}. \"Yes,\" said {x.n}. \"It flew {r2}.\"",
           "\"Are you looking for {t.a}?\" asked a {x.kind}. \"It has just flown {r2}.\"",
           "A {x.kind} was looking up. \"It flew {r2},\" {x.he} said before {h.n} could ask.")
    s.event("{x.n} told them that it had flown {r2}")
    s.fact(["Who had seen the {t} first?"], ["{x.n} had seen it first."], "{x.n}")
    s.tell("{h.n} and {f.n} thanked {x.n} and ran on.", "\"Thank you!\" called {h.n}, and {f.n} was gone already.",
           "So {h.n} and {f.n} ran on, out of breath.", "On they went, [{h.n} first and {f.n} behind|{f.n} first and {h.n} behind].")
    cast["where"] = cast["p"]
    s.tell("Then they met a {y.kind}. \"It came down {p.near},\" said {y.n}.",
           "A {y.kind} was sitting by the road. \"It went down {p.near}, with its tail round its ears,\" {y.he} said.",
           "\"A kite?\" said a {y.kind}. \"It fell down {p.near}.\"")
    s.event("{y.n} said that it had come down {p.near}")
    s.fact(["Where did the {t} come down?"], ["It came down {p.near}."], "{p}")
    sort = s.pick([entry for entry in possible(s) if entry in ("high", "thorns", "water", "guarded")])
    cast["spot"] = s.pick(OBSTACLES[sort][0])
    s.tell("And there it was, {spot}.", "There hung the tail, and there was the {t}, {spot}." if sort in ("high", "thorns")
           else "And there they saw the {t}, {spot}.", "\"I can see it!\" said {f.n}. It was {spot}.")
    s.event("they saw the {t} {spot}")
    overcome(s, cast["spot"], sort)
    s.paragraph()
    s.tell("It had a hole, but {e.n} [mended it with paper and glue|sewed it up].", "\"Next time I will tie it better,\" said {h}.",
           "With a new string, the {t} was soon up in the sky again, and {f.n} [cheered|held on tight].", "{f.n} tied a double knot into a new string.")
    s.event("they had the {t} back")
    ends.happy(s, "one should not give up too soon", "a good knot saves a long run", "what one holds dear, one must hold fast")
