# SPDX-License-Identifier: Apache-2.0
"""Two want one thing and fall out, until one of them or an elder knows how to share."""
import ends
import scenes

PLANS = ("you have it in the morning, and I have it in the afternoon", "we take turns and count to a hundred",
         "you hold it and I help you, and then we change", "you may go first, and I will go second",
         "we keep it at your home today and at mine tomorrow", "we share it and call it ours", "each of us has it for one day",
         "we throw a stone, and the nearest one goes first", "you have it on odd days, and I have it on even days")


def quarrel(s):
    scenes.meet_friend(s)
    s.title = "one {t} for two"
    s.tell("{time.cap}, {h.n} and {f.n} found {t.a} {p.in}.", "{time.cap}, there was {t.a} lying {p.in}, and {h.n} and {f.n} saw it at the same time.",
           "{time.cap}, {e.n} gave {h.n} and {f.n} {t.a}. But there was only one.", "{time.cap}, {h.n} and {f.n} were walking {p.in} when they saw {t.a}.")
    s.event("{h.n} and {f.n} both wanted {t.the}")
    s.fact(["What did {h.n} and {f.n} quarrel about?", "What did both of them want?"], ["{both} quarrelled about the {t}.",
           "Both of them wanted the {t}."], "{t}")
    s.tell("\"It is mine!\" [shouted|cried|said] {h.n}. \"No, mine!\" [shouted|cried|said] {f.n}.",
           "\"I saw it first,\" said {h.n}. \"You did not,\" said {f.n}. \"I did!\"",
           "\"Give it to me,\" said {f.n}. \"I want to {t.use}.\" \"I want it too,\" said {h.n}.",
           "\"I want to {t.use},\" said {h.n}. \"But so do I!\" said {f.n}.")
    s.tell("{both} pulled and pulled, until {h.n} [fell backwards|sat down in the mud|bumped {h.his} head].",
           "{h.n} pulled on one side and {f.n} on the other.", "{both} did not look at each other [for a whole hour|all morning|for a long time].",
           "{f.n} called {h.n} a [donkey|goose|greedy pig], and {h.n} called {f.n} [something worse|a cross old crow|the same].",
           "Their voices grew [louder|so loud that the birds flew away].")
    s.tell("{h.n} went off and sat alone {q.in}, and it was no fun.", "Nobody played, and both of them were {sad}.",
           "The {t} lay on the ground, and nobody was {glad}.", "{f.n} played alone, and {h.n} played alone, and both were bored.")
    s.paragraph()
    cast = s.cast
    cast["plan"] = s.pick(PLANS)
    who = s.pick(("h", "f", "e"))
    cast["wise"] = cast[who]
    s.tell("Then {wise.n} had an idea.", "At last {wise.n} [spoke|came up with a plan|could not bear it any longer].",
           "After a while, {wise.n} said something clever.", "It was {wise.n} who [broke the silence|found the way out].")
    if who == "e":
        s.tell("\"How would you like this: one of you says, '{plan.cap}'?\" said {e.n}.", "\"Why don't you say to each other, '{plan.cap}'?\" asked {e.n}.")
    else:
        cast["other"] = cast["f" if who == "h" else "h"]
        s.tell("\"Listen, {other.n},\" {wise.he} said. \"How about this: {plan}.\"",
               "\"I am sorry, {other.n},\" said {wise.n}. \"Let us do it like this: {plan}.\"",
               "\"I would rather have a friend than {t.a},\" {wise.he} said to {other.n}. \"I think {plan}.\"",
               "\"Let us not quarrel,\" {wise.he} said to {other.n}. \"I think {plan}.\"")
    s.event("{wise.n} had an idea how to share {t.the}")
    s.fact(["Who had the idea how to share?", "Whose idea was it to share?"], ["It was {wise.n}."], "{wise.n}")
    if who == "e":
        s.tell("\"Yes!\" said {h.n} and {f.n}[ together|].", "And that is what they did.", "{both} shook {h.hands} on it.")
    else:
        s.tell("\"That is a good plan,\" said {other.n}.", "{other.n} thought about it and [smiled|nodded].",
               "\"Yes, that is fair,\" {other.n} agreed.", "\"I am sorry, too,\" said {other.n}. \"Yes, let us do that.\"")
    s.tell("{h.n} and {f.n} [played|laughed and played] until [it got dark|the moon came up|supper time].", "It was twice as much fun for two.",
           "That day, the {t} was never still.", "{h.n} went first, then {f.n}, and then {h.n} again, and nobody was [left out|cross any more].")
    s.event("{h.n} and {f.n} played together")
    ends.happy(s, "sharing makes a thing twice as good", "a friend is worth more than a thing", "saying sorry first is brave",
               "two who share have more than one who keeps")
