# SPDX-License-Identifier: Apache-2.0
"""Hide-and-seek in which one cannot be found: worry, a clue, and the one was asleep."""
import cast as casting
import ends
import moods
import scenes
from folk import STRANGERS

HIDDEN = (("in a basket of wool", "a sneeze"), ("behind the flour sacks", "a white nose"), ("under the old boat", "a snore"), ("in the hay",
          "a tail of straw that moved"), ("in the big clock", "a clock that did not tick"), ("in the laundry", "a heap of shirts that breathed"),
          ("behind the curtain", "two feet under the curtain"),
          ("in an empty barrel", "a barrel that giggled"), ("in the apple cart", "a trail of apple cores"), ("up in the attic", "a creak over their heads"))


def hidden(s):
    cast = s.cast
    scenes.meet_friend(s)
    cast["spot"], cast["clue"] = s.pick(HIDDEN)
    cast["x"] = casting.stranger(s, STRANGERS)
    cast["count"] = s.pick(("twenty", "thirty", "fifty", "a hundred"))
    wrong = ["behind the big tree", "under the bench", "in the shed", "behind the well", "in the wood pile", "under the stairs", "behind the gate",
             "in the hen house", "under the cart"]
    cast["w1"] = wrong.pop(int(s.random() * len(wrong)))
    cast["w2"] = wrong.pop(int(s.random() * len(wrong)))
    s.title = "the game of hide-and-seek"
    s.tell("{time.cap}, {h.n} and {f.n} played hide-and-seek {p.near}.", "\"Let us play hide-and-seek!\" said {f.n} {time}.",
           "{time.cap}, {h.n} wanted to play hide-and-seek with {f.n}.")
    s.tell("{h.n} shut {h.his} eyes and counted to {count}.", "\"You hide, and I count,\" said {h.n}. {h.he} counted to {count}.",
           "{h.n} had to look for {f.n}, so {h.he} counted to {count}.")
    s.event("{h.n} and {f.n} played hide-and-seek")
    s.fact(["What did {h.n} and {f.n} play?"], ["They played hide-and-seek."], "hide-and-seek")
    s.fact(["To what number did {h.n} count?"], ["{h.n} counted to {count}."], "{count}")
    s.tell("Then {h.he} looked {w1}, but [nobody was there|there was no {f.n}|in vain].",
           "\"I am coming!\" called {h.n}. {h.he} looked {w1}, but {f.n} was not there.", "First {h.he} went to look {w1}. No {f.n}.")
    s.tell("{h.he} looked {w2} as well, but [found only a beetle|saw nothing|there was only a cat].",
           "Next {h.he} looked {w2}, but {f.n} was not there.", "{f.n} was not {w2} either.")
    s.event("{h.n} looked {w1} and {w2}, but {f.n} was not there")
    s.paragraph()
    s.tell("[Half an hour|A quarter of an hour|A long time] went by. \"{f.n}, come out, you have won!\" called {h.n}.",
           "\"I give up, {f.n}!\" {h.n} called at last. But nobody answered.", "{h.n} called and called. It was very quiet.",
           "It was no game any more, for where was {f.n}?")
    moods.fear(s) if s.chance(0.5) else moods.worry(s)
    s.tell("{h.n} ran to {e.n}. \"{f.n} is gone!\" {h.he} said.",
           "{x.n} came by. \"Have you seen {f.n}?\" asked {h.n}. \"No, but I will help you look,\" said {x.n}.",
           "\"Let us be quiet and think,\" said {e.n}. \"Where did {f.n} run?\"")
    s.tell("And then {h.n} noticed {clue}.", "{h.n} stood still and listened. Then there was {clue}." if cast["clue"] in ("a sneeze", "a snore")
           else "{h.n} looked round once more and noticed {clue}.", "Suddenly there was {clue}.")
    s.event("{h.n} noticed {clue}")
    s.fact(["What gave {f.n} away?", "What did {h.n} notice?"], ["It was {clue}."], "{clue}")
    s.paragraph()
    s.tell("There, {spot}, lay {f.n}, fast asleep.", "{f.n} was {spot} and slept like a stone." if cast["clue"] != "a barrel that giggled"
           else "{f.n} was {spot} and could not stop laughing.", "{h.n} looked, and {spot} was {f.n}, [warm and sleepy|rubbing {f.his} eyes].")
    s.event("{h.n} found {f.n} {spot}")
    s.fact(["Where was {f.n}?", "Where had {f.n} been hiding?"], ["{f.n} was {spot}."], "{spot}")
    s.tell("\"Did I win?\" asked {f.n} and yawned.", "\"Is it my turn to count?\" asked {f.n}.", "\"I waited so long for you,\" said {f.n}.",
           "\"Why is everybody looking at me?\" asked {f.n}.")
    s.tell("\"You won,\" said {h.n} and hugged {f.him}. \"But never hide so well again.\"", "{h.n} was too {glad} to be cross.",
           "They all laughed, and {e.n} brought [lemonade|warm milk|cookies] for everybody.", "\"Next time, we play something else,\" said {h.n}.")
    ends.happy(s, "it is good to be found", "those who keep looking find", "it is best to stay near enough to be heard")
