# SPDX-License-Identifier: Apache-2.0
"""A falling star is looked for, and something better is found."""
import cast as casting
import ends
import scenes
from folk import STRANGERS


def star(s):
    cast = s.cast
    scenes.meet_friend(s)
    cast["bring"] = s.pick(("a jar", "a net", "a basket", "a box with soft hay", "a blanket"))
    cast["o"] = casting.stranger(s, STRANGERS)
    cast["found"], cast["for"] = s.pick((("a shining stone", "shiny stone"), ("a glow-worm in the grass", "glow-worm"), ("a lost silver button",
         "silver button"), ("a bright drop on a leaf", "drop of dew"), ("a bit of broken glass that shone in the moonlight", "bit of glass"),
         ("a lamp that somebody had forgotten", "lamp")))
    cast["need"] = s.pick(("was afraid in the dark", "had lost the way", "was alone and sad", "could not find the way home"))
    s.title = "the falling star"
    s.tell("{time.cap}, {h.n} and {f.n} saw a star fall.", "{time.cap}, {h.n} and {f.n} lay in the grass and looked at the stars. One of them fell.",
           "\"Look!\" said {f.n} {time}. A star fell from the sky.")
    s.event("{h.n} and {f.n} saw a star fall")
    s.fact(["What did {h.n} and {f.n} see?"], ["{both} saw a star fall."], "star")
    s.tell("\"It came down behind the {p}!\" said {h}.", "\"It fell down {p.near},\" said {f.n}.", "It went down somewhere near the {p}.")
    s.tell("\"We must find it,\" said {h} and took {bring}.", "{both} took {bring} for the star and set out.",
           "\"It must be cold and lonely,\" said {h.n}. So they went to look for it with {bring}.")
    s.event("they went to look for it with {bring}")
    s.fact(["What did they take with them?"], ["{both} took {bring}."], "{bring}")
    scenes.walk_together(s, "p")
    s.paragraph()
    s.tell("{both} looked [under every bush|behind every stone|in the high grass], but found no star.",
           "{h.n} and {f.n} looked far and wide and found no star.", "\"Star, where are you?\" called {f.n}, but all was still.")
    s.tell("Then {h} saw something shine. It was {found}.", "\"There!\" cried {h.n}. But it was only {found}.",
           "Something shone in front of {h.n} and {f.n}. It was {found}.")
    s.event("{h.n} found {found}")
    s.fact(["What did {h.n} find?"], ["{h.n} found {found}."], "{found}")
    s.tell("\"That is not a star,\" said {f.n}.", "{h.n} was a little {sad}. \"It is only a {for}, {f.n},\" {h.he} said.",
           "\"It shines, but it is no star,\" said {h}.")
    s.tell("Just then {h.n} heard somebody cry. It was a {o.kind}, who {need}.", "Behind them somebody sobbed: a {o.kind}, who {need}.",
           "And there, in the dark, sat a {o.kind}, who {need}[ and shook all over|].")
    s.event("they met {o.n}, who {need}")
    s.fact(["Whom did they meet in the dark?"], ["{both} met {o.n}."], "{o.n}")
    s.tell("\"Come with {f.n} and me,\" said {h}. \"We know the way.\"", "{f.n} sat down beside {o.n}. \"You are not alone now,\" {f.he} said.",
           "\"Don't cry,\" said {h.n}. \"{f.n} and I will take you home.\"")
    s.tell("{both} put {o.n} between them and walked [through the night|slowly back], and the stars shone over them.",
           "{both} told {o.n} about the star, and {o.he} stopped crying.", "{h.n} sang softly, and soon {o.n} saw the lights of the village.")
    s.event("they took {o.n} home")
    s.paragraph()
    s.tell("\"You have not found your star,\" said {o.n}.", "\"What about the star?\" asked {f.n} at the gate.",
           "At the door {o.n} turned round. \"I wish you had found the star, {h.n},\" {o.he} said.")
    s.tell("\"We found you,\" said {h}. \"That is better.\"", "{h} smiled. \"Maybe it fell only to show us the way to you,\" {h.he} said.",
           "\"It led us to you,\" said {f.n}.")
    ends.happy(s, "one sometimes finds something better than what one looks for", "those who look for stars find friends",
               "in the dark, a friend is the best light")
