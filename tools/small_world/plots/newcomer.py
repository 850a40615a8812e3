# SPDX-License-Identifier: Apache-2.0
"""Somebody new with strange ways: scorn at first, then one learns from the other."""
import cast as casting
import ends
import scenes

WAYS = (("ate with closed eyes", "it tastes better so"), ("walked backwards up the hill", "one sees more so"), ("said good morning to every tree",
        "trees are lonely"), ("slept with a stone under the pillow", "it gives good dreams"), ("wore two hats, one on the other", "one never knows"),
        ("sang before every meal", "the food likes it"),
        ("counted everything twice", "the first time might be wrong"), ("always kept one button in {x.his} pocket", "it brings luck"),
        ("greeted the moon each night", "it is far from home, too"))
GAMES = ("a game with five stones", "a dance from far away", "a song in another language", "how to make a whistle of grass",
         "how to fold a bird of paper", "a game with a rope and a ball", "how to bake flat bread on a stone", "how to read the stars",
         "how to walk without a sound", "a trick with a coin", "how to build a tower of flat stones")
FARAWAY = ("the mountains", "an island", "the great city", "the far north", "the other side of the sea", "a land where it never snows",
           "the big forest", "the desert")


def newcomer(s):
    cast = s.cast
    animal = cast["h"].animal
    cast["x"] = casting.animal(s, (cast["h"].name, cast["f"].name), None, cast["h"].kind) if animal else casting.child(s, (cast["h"].name, cast["f"].name))
    way, reason = s.pick(WAYS)
    cast["way"], cast["reason"] = s.plain(way), reason
    cast["game"], cast["far"] = s.pick(GAMES), s.pick(FARAWAY)
    scenes.meet_friend(s)
    s.title = "the newcomer"
    s.tell("{time.cap}, somebody new came to live {p.near}. It was {x.n}, a {x.kind} from {far}.",
           "{time.cap}, a cart stopped {p.near}, and out climbed a {x.kind} from {far}. {x.he} was called {x.n}.",
           "{time.cap}, {h.n} and {f.n} got a new neighbour: {x.n}, a {x.kind} from {far}.")
    s.event("{x.n} from {far} came to live {p.near}")
    s.fact(["Who was new?"], ["{x.n} was new."], "{x.n}")
    s.fact(["Where did {x.n} come from?"], ["{x.n} came from {far}."], "{far}")
    s.tell("{x.n} was different from the others: {x.he} {way}.", "{x.n} did strange things. {x.he} {way}.", "\"Have you seen that?\" asked {f.n}. {x.n} {way}.")
    s.fact(["What was strange about {x.n}?"], ["{x.n} {way}."], "{way}")
    s.event("{x.n} {way}")
    s.tell("\"How odd,\" said {f.n}, and they laughed.", "Some laughed, and {x.n} heard it.", "{h.n} and {f.n} looked at each other and giggled.",
           "\"I would not play with {x.him},\" said {f.n}.")
    s.tell("{x.n} said nothing and went {q.to} alone.", "After that, {x.n} always played alone.", "Nobody asked {x.n} to play.",
           "{x.n} stood by and watched the others play.")
    s.paragraph()
    s.tell("One day {h.n} saw {x.n} sitting alone {q.in}. It made {h.him} think.", "But {h.n} could not forget {x.ns} sad eyes.",
           "\"How would I feel in a strange place?\" {h.n} thought one night.", "\"Were you ever new somewhere?\" {e.n} asked {h.n}.")
    s.tell("{h.n} took a {food}, broke it in two and gave half of it to {x.n}.", "\"Hello, {x.n},\" said {h.n}. \"May I sit here?\"",
           "The next day, {h.n} went to {x.n}. \"I am {h.n},\" {h.he} said. \"Would you like to play[ with {f.n} and me|]?\"")
    s.event("{h.n} went to {x.n} and was kind")
    s.tell("\"Why do you do that, {x.n}?\" {h.n} asked, for {x.n} {way}. \"Where I come from, we say that {reason},\" said {x.n}.",
           "Then {h.n} asked about {x.ns} strange ways. \"At home they say that {reason},\" said {x.n}.")
    s.fact(["Why did {x.n} do that?"], ["Because, as {x.n} said, {reason}."], "{reason}")
    s.tell("{h.n} tried it, too, and it was fun.", "{h.n} thought about it. It was not so silly at all.", "\"I never thought of that,\" said {h.n}.")
    s.tell("And {x.n} knew {game}.", "Then {x.n} showed {h.him} {game}.", "\"I can show you something,\" said {x.n}. It was {game}.")
    s.event("{x.n} showed {h.n} {game}")
    s.fact(["What did {x.n} show {h.n}?"], ["{x.n} showed {h.n} {game}."], "{game}")
    s.paragraph()
    s.tell("{f.n} stood at the fence. \"Can I learn that, too, {x.n}?\" {f.he} asked.", "Before long, {f.n} came, and then all the others.",
           "\"Come here, {f.n}!\" called {h.n}. \"You must see this!\"")
    s.tell("\"I am sorry that I laughed,\" said {f.n}. \"It is all right,\" said {x.n}.", "Soon everyone wanted to learn it from {x.n}.",
           "{x.n} smiled for the first time.", "From then on, {h.n}, {f.n} and {x.n} were always together.")
    s.event("{h.n}, {f.n} and {x.n} became friends")
    ends.happy(s, "one can learn something from everybody", "strange is only what one does not know", "a new friend is a present",
               "nobody should be left alone")
