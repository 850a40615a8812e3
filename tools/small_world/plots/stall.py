# SPDX-License-Identifier: Apache-2.0
"""Something is sold at a stall; nobody comes until there is an idea."""
import cast as casting
import ends
import moods
import scenes
from folk import OWNERS
from grammar import plural

GOODS = (("lemonade", "cup", "lemons and sugar", "summer"), ("apple juice", "cup", "sweet apples", "autumn"), ("hot cocoa", "mug", "milk and honey",
         "winter"), ("cookies", "bag", "oats and butter", ""), ("paper birds", "bird", "coloured paper", ""), ("flowers", "bunch",
         "roses and daisies", "spring summer"),
         ("honey bread", "slice", "honey and warm bread", ""), ("roasted nuts", "bag", "nuts", "autumn winter"), ("little brooms", "broom",
         "twigs and string", ""), ("candles", "candle", "wax and string", ""), ("wooden spoons", "spoon", "good wood", ""))
CALLS = ("put up a sign in bright colours", "made up a song about it and sang it", "gave the first ones away for nothing",
         "set up a bench so that people could sit down", "moved the stall to the road where everybody came by", "did a little dance on the table")


def stall(s):
    cast = s.cast
    scenes.meet_friend(s)
    cast["goods"], cast["piece"], cast["stuff"], _ = s.pick([entry for entry in GOODS if not entry[3] or cast["season"] in entry[3]])
    cast["idea"] = s.pick(CALLS)
    cast["two"], cast["pieces"], cast["evening"] = s.pick(("two", "three", "four")), plural(cast["piece"]), s.pick(("five o'clock", "the evening", "sunset"))
    cast["x"] = casting.stranger(s, OWNERS)
    cast["aim"] = s.pick(("to buy {t.a}", "to buy {e.n} a present", "to get a new roof for the bird house", "to buy a ticket for the merry-go-round",
         "to help the old {x.kind}, whose roof had a hole"))
    cast["aim"] = s.plain(cast["aim"].replace("old {x.kind}", "{x.kind}"))
    s.title = "the {goods}"
    s.tell("{time.cap}, {h.n} and {f.n} wanted {aim}, but they had no money.", "\"We need money {aim},\" {h.n} told {f.n} {time}.",
           "{time.cap}, {h.n} and {f.n} sat on the step and thought about how to get some money {aim}.")
    s.event("{h.n} and {f.n} wanted {aim}")
    s.fact(["Why did {h.n} and {f.n} need money?"], ["{both} needed it {aim}."], "{aim}")
    s.tell("\"Let us sell {goods}!\" said {f.n}.", "\"I know,\" said {h.n}. \"We can make {goods} and sell them.\"" if cast["goods"].endswith("s")
           else "\"I know,\" said {h.n}. \"We can make {goods} and sell it.\"", "\"Everybody likes {goods},\" said {h.n}. \"Shall we sell some[, {f.n}|]?\"")
    s.event("{h.n} and {f.n} got {goods} ready to sell")
    s.fact(["What did {h.n} and {f.n} sell?"], ["{both} sold {goods}."], "{goods}")
    s.tell("{both} took {stuff} and worked all {part}.", "{e.n} gave them {stuff}, and they began.",
           "With {stuff} and much patience {h.n} and {f.n} got it done.")
    s.tell("Then they set up a small table {p.in}.", "{both} carried a table {p.to} and waited.", "{both} put the {goods} on an old box {p.in}.")
    s.paragraph()
    s.tell("Nobody came, and {f.n} counted the [clouds|birds|stones in the road].", "People walked past and did not look at {h.n} and {f.n}.",
           "[One hour|Two hours|The whole {part}] went by, and {h.n} had not sold one {piece}.",
           "A [dog|hen|goat] sniffed at the {goods} and went on, and that was all.")
    s.event("nobody came")
    s.tell("\"It was a silly idea,\" said {f.n}.", "\"Shall we go home?\" asked {f.n}.", "{h.n} rested {h.his} chin on the table and sighed.")
    if s.chance(0.5):
        moods.thought(s)
    s.tell("Then {h.n} {idea}.", "\"Wait,\" said {h.n}, and {h.he} {idea}.", "But {h.n} did not give up. {h.he} {idea}.")
    s.event("{h.n} {idea}")
    s.fact(["What did {h.n} do so that people came?"], ["{h.n} {idea}."], "{idea}")
    s.tell("That helped, and first came {x.n}, who wanted {two} {pieces}.", "{x.n} stopped and laughed. \"One {piece}, please, {h.n},\" {x.he} said.",
           "\"What have we here?\" said {x.n} and put down a coin.")
    s.event("{x.n} bought the first {piece}")
    s.fact(["Who bought something first?"], ["{x.n} was the first."], "{x.n}")
    s.paragraph()
    s.tell("Then others wanted {goods}, and soon there was a long line.",
           "After {x.n} came [a whole family|a wedding party|two soldiers], and then [half the village|the school|a cart full of people].",
           "The news of the {goods} went round, and by {evening} not one {piece} was left.")
    s.tell("In the evening, {f.n} counted the coins. \"It is enough, {h.n}!\" {f.he} said.",
           "{h.n} counted the money [twice|three times|coin by coin], and it was enough.",
           "\"[Four, five, six|Seven, eight, nine|Ten, eleven, twelve] coins!\" said {f.n}. \"That is enough {aim}!\"")
    s.event("they had enough money")
    s.tell("{both} [danced round the table|shook {h.hands}|laughed all the way home].", "\"You and your ideas!\" said {f.n}.",
           "\"Tomorrow again?\" asked {h.n}. \"First I must sleep,\" said {f.n}.")
    ends.happy(s, "one good idea is worth a lot", "one should not give up too soon", "who wants something must do something for it")
