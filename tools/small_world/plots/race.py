# SPDX-License-Identifier: Apache-2.0
"""A race: the fast one falls and is helped, or rests and is overtaken."""
import cast as casting
import ends
import moods
import scenes
from folk import OWNERS

FALLS = ("slipped and fell into a ditch", "tripped over a root", "got stuck in the mud", "stepped on a thorn", "ran into a fence",
         "fell over a stone and hurt {f.his} knee")
RESTS = ("lay down under a tree, for {f.he} was far ahead", "stopped to eat a {food}", "stopped to wave to the people",
         "ran the wrong way because {f.he} was looking back", "sat down to laugh at the others")
GOALS = ("the old oak", "the red gate", "the mill wheel", "the church door", "the big stone", "the lamp by the bridge", "the top of the hill",
         "the white bench", "the well")


def race(s):
    cast = s.cast
    scenes.meet_friend(s)
    cast["goal"] = s.pick(GOALS)
    cast["prize"] = s.pick(("a wreath of flowers", "a basket of pears", "a silver bell", "a big cake", "a red ribbon", "a golden cup",
         "a jar of honey", "a fine hat"))
    cast["x"] = casting.stranger(s, OWNERS)
    s.title = "the race to {goal}"
    s.tell("{time.cap}, there was a race from the {p} to {goal}.", "\"There will be a race,\" said {x.n} {time}, \"from the {p} to {goal}.\"",
           "{time.cap}, all who had legs came to the {p}. There was to be a race to {goal}.")
    s.event("there was a race from the {p} to {goal}")
    s.fact(["Where did the race end?"], ["It ended at {goal}."], "{goal}")
    s.tell("The winner was to get {prize}[, said {x.n}|].", "The prize was {prize}[, and {x.n} held it up|, and {f.n} wanted it very much|].", "{x.n} held up the prize: {prize}.")
    s.fact(["What was the prize?"], ["The prize was {prize}."], "{prize}")
    s.tell("\"I shall win,\" said {f.n}. \"I am [the fastest|faster than you, {h.n}|as fast as the wind].\"",
           "{f.n} was fast and knew it. \"You will see only my back,\" {f.he} told {h.n}.", "{f.n} had won every race so far.")
    s.tell("{h.n} was not very fast, but {h.he} wanted to try.", "\"I will do my best,\" said {h.n}.", "{h.n} had practised every day.",
           "\"Why do you run at all, {h.n}?\" asked somebody. \"Because it is fun,\" said {h.n}.")
    s.paragraph()
    s.tell("\"One, two, three, go!\" called {x.n}, and off they went.", "{x.n} [rang a bell|waved a flag|blew a horn], and all of them ran.",
           "\"Go!\" called {x.n}, and [dust flew up behind them|the people cheered|a dog ran along, too].")
    s.tell("{f.n} was first at once, and {h.n} was last but one.", "Soon {f.n} was far ahead.", "{f.n} flew over the grass, and {h.n} came behind.")
    s.event("{f.n} was far ahead")
    sort = s.pick(("help", "rest"))
    if sort == "help":
        cast["fall"] = s.plain(s.pick(FALLS))
        s.tell("But near the {q}, {f.n} {fall}.", "Then it happened: {f.n} {fall}.", "At the last bend, {f.n} {fall}.")
        s.event("{f.n} {fall}")
        s.fact(["What happened to {f.n} in the race?"], ["{f.n} {fall}."], "{fall}")
        s.tell("{h.n} could have run past and won. But {h.n} stopped.", "\"Now I can win!\" thought {h.n}. Then {h.he} saw {f.ns} face and stopped.",
               "All the others ran past, and only {h.n} stopped.")
        s.tell("\"Hold on to me, {f.n},\" {h.he} said and helped {f.him} up.", "\"Does it hurt, {f.n}?\" {h.n} asked. {f.n} nodded.",
               "\"Run on!\" said {f.n}. \"You could win!\" \"Not without you,\" said {h.n}.")
        s.event("{h.n} stopped to help {f.n}")
        s.fact(["Why did {h.n} stop?"], ["Because {h.n} wanted to help {f.n}."], "")
        s.paragraph()
        s.tell("{both} came to {goal} together, and they were the last.", "Side by side they walked to {goal}, long after the others.",
               "{f.n} leaned on {h.n}, and so they came to {goal} at last.")
        s.tell("But the people clapped louder for {h.n} and {f.n} than for the winner.", "\"Here come the real winners,\" said {x.n}.",
               "Everybody stood up and cheered[ for {h.n}| for {h.n} and {f.n}].")
        s.tell("{x.n} gave {h.n} the prize for the best friend: {prize}.",
               "The winner looked at the prize and then at {h.n}. \"You have earned it more than I, {h.n},\" the winner said.",
               "\"I lost a race and found a friend,\" said {f.n}.")
        s.event("{h.n} and {f.n} came to {goal} together")
        ends.happy(s, "a friend is worth more than a prize", "winning is not everything", "those who help win more than a race")
    else:
        cast["rest"] = s.plain(s.pick(RESTS))
        s.tell("Halfway, {f.n} {rest}.", "But {f.n} was too sure of {f.himself}. {f.he} {rest}.", "And then {f.n} {rest}.")
        s.event("{f.n} {rest}")
        s.fact(["What did {f.n} do halfway?"], ["{f.n} {rest}."], "{rest}")
        s.tell("{h.n} did not stop. Step by step {h.he} ran on.", "\"Keep going,\" {h.n} told {h.himself}. \"Only look at the path[, {h.n}|].\"",
               "{h.n} ran on, not fast, but without a rest.")
        if s.chance(0.5):
            moods.weariness(s)
        s.event("{h.n} ran on without a rest")
        s.paragraph()
        s.tell("When {f.n} saw it, {h.n} was already at {goal}.",
               "{f.n} ran as {f.he} had never run before, but it was too late. {h.n} touched {goal} first.", "And who touched {goal} first? It was {h.n}!")
        s.event("{h.n} won the race")
        s.fact(["Who won the race?"], ["{h.n} won the race."], "{h.n}")
        s.tell("\"How did you do that?\" asked {f.n}. \"I kept running,\" said {h.n}.", "{x.n} gave {h.him} {prize}, and all clapped.",
               "{h.n} got {prize} and shook {f.ns} {f.hand}. \"You are still the fastest, {f.n},\" {h.he} said.")
        s.tell("{f.n} [had to laugh|laughed] at {f.himself}. \"Next time I will not [stop|rest|look back], {h.n},\" {f.he} said.",
               "\"Well run,\" said {f.n} and meant it.", "{both} shared the prize, for {h.n} said, \"What should I do with it alone?\"")
        ends.happy(s, "slow and steady wins the race", "one should not be too sure of winning", "the one who keeps going gets there")
