# SPDX-License-Identifier: Apache-2.0
"""A chain of trades: everybody has what the next one wants; the hero walks it back."""
import ends
from folk import OWNERS
from story import Being

TRADERS = tuple(name for name, _ in OWNERS if name not in ("doctor", "teacher"))
GOODS = ("a jar of honey", "a ball of wool", "a sack of flour", "a pot of paint", "a bunch of flowers", "a fresh loaf", "a warm coat", "a fat cheese",
         "a basket of eggs", "a new broom",
         "a copper pan", "a bag of nails", "a fishing net", "a straw hat", "a pair of boots", "a bundle of wood", "a good pen", "a jug of milk",
         "a bar of soap", "a bag of salt", "a tin of tea", "a woolly blanket", "a sharp axe", "a wooden comb")


def traded(s):
    cast = s.cast
    goods, owners = [], []
    links = s.pick((2, 2, 3))
    while len(owners) < links:
        owner = s.pick(TRADERS)
        if owner not in owners:
            owners.append(owner)
    while len(goods) < links:
        good = s.pick(GOODS)
        if good not in goods:
            goods.append(good)
    s.title = "the long trade"
    beings = [Being("the " + owner, owner, dict(OWNERS)[owner]) for owner in owners]
    s.tell("{time.cap}, {h} saw {t.a} {p.in}, and {h.he} wanted it very much.",
           "{h} had [long|always] wished for {t.a}, for {h.he} wanted to {t.use}.", "More than anything, {h} wanted {t.a}.",
           "{time.cap}, {h} made up {h.his} mind. \"I must have {t.a},\" {h.he} said.")
    s.event("{h.n} wanted {t.a}")
    s.fact(["What did {h.n} want?"], ["{h.n} wanted {t.a}."], "{t.a}")
    for at, being in enumerate(beings):
        cast["w"], cast["good"] = being, goods[at]
        cast["offer"] = "the " + cast["t"].noun if at == 0 else "the " + goods[at - 1].split(" ", 1)[1]
        cast["bare"] = goods[at - 1]
        if at == 0:
            s.tell("{w.n} had one. \"You can have it for {good},\" {w.he} said.",
                   "{w.n} had one. \"Bring me {good},\" said {w.n}, \"and it is yours.\"",
                   "\"I know,\" said {e.n}. \"{w.n} has one.\" But {w.n} would only give it for {good}.")
        else:
            s.tell("{w.n} had {bare}. \"But I need {good},\" {w.he} said.", "So {h} asked {w.n} for {bare}. \"Yes, if you get me {good},\" said {w.n}.",
                   "{w.n} had {bare}. \"I would give it away for {good},\" {w.he} said.", "{h} went on and met {w.n}, who wanted {good} for {offer}.",
                   "\"Who has {bare}?\" {h} asked everywhere. {w.n} had, but {w.he} wanted {good} for it.")
        s.fact(["What did {w.n} want for {offer}?"], ["{w.n} wanted {good}."], "{good}")
        s.event("{w.n} wanted {good} for {offer}")
        if at:
            s.maybe(0.35, "\"Oh dear,\" said {h}, but {h.he} went on.", "{h} scratched {h.his} head. This was getting long.",
                    "{h} said it over and over so as not to forget it.")
    s.paragraph()
    cast["good"] = goods[-1]
    cast["work"] = s.plain(s.pick(("helped {e.n} in the kitchen all day", "worked for {e.n} the whole morning", "cleaned the stable for {e.n}",
         "washed the windows for {e.n}", "swept the yard for {e.n}", "chopped the wood for {e.n}", "carried water for {e.n}")))
    s.tell("{h} had nothing like that, but {e.n} had.", "At home {e.n} had {good}.",
           "\"{good.cap}?\" said {e.n}. \"That I have, but first you must help me.\"",
           "\"Where can I get {good}?\" {h} asked at home. \"From me,\" said {e.n}, \"if you help me.\"")
    s.tell("So {h.n} {work} and got {good}.", "{h.n} {work}, and {e.n} gave {h.him} {good}.", "{h.n} did not grumble. {h.he} {work} and got {good}.")
    s.event("{h.n} {work} and got {good}")
    s.fact(["How did {h.n} get {good}?"], ["{h.n} {work}."], "{work}")
    got = list(reversed(goods[:-1])) + [cast["t"].forms["a"]]
    for at, being in enumerate(reversed(beings)):
        cast["w"], cast["got"] = being, got[at]
        cast["gave"] = "the " + (goods[-1] if at == 0 else got[at - 1]).split(" ", 1)[1]
        s.tell("{h} took {gave} to {w.n} and got {got}.", "{w.n} [was pleased with|thanked {h.him} for] {gave} and gave {h.him} {got}.",
               "For {gave}, {w.n} gave {h.n} {got}.",
               "Then {h} carried {gave} to {w.n}, who gave {h.him} {got} for it.",
               "{w.n} [smiled|laughed|clapped {w.his} hands] when {w.he} saw {gave}, and {h.n} got {got}.")
        s.event("{w.n} gave {h.n} {got} for {gave}")
        s.fact(["Who gave {h.n} {got}?"], ["{w.n} gave {h.n} {got}."], "{w.n}")
    s.tell("\"At last!\" cried {h} and [held up|hugged|looked at] the {t}.", "Now the {t} was {h.ns} own.",
           "{h} could hardly believe it: the {t} belonged to {h.him}.", "At last {h} had {h.his} {t}, and {h.he} never lost it.")
    ends.happy(s, "with patience one gets far", "everybody needs something", "small steps lead to the end of a long road")
