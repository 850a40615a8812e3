# SPDX-License-Identifier: Apache-2.0
"""Somebody sad is helped, and often helps in return later."""
import cast as casting
import ends
import scenes
from folk import STRANGERS

TROUBLES = (("had lost {o.his} way", "showed {o.him} the way home", "show you the way"), ("had not eaten since yesterday",
            "gave {o.him} half of {h.his} {food}", "share my {food} with you"),
            ("had hurt {o.his} foot", "washed the foot and tied a clean cloth round it", "look after your foot"), ("was cold and wet",
            "brought {o.him} a blanket and warm milk", "get you a blanket"),
            ("had nobody to play with", "played hide-and-seek with {o.him}", "play with you"), ("was afraid to cross the brook",
            "went first and counted the stepping stones", "cross it with you"),
            ("had dropped {o.his} dinner in the mud", "fetched bread and cheese for {o.him}", "find you something to eat"),
            ("could not sleep because of bad dreams", "sang a soft song", "sing for you"),
            ("had torn {o.his} best coat", "sewed it with small stitches", "mend your coat"), ("was too tired to carry {o.his} bag",
            "carried it all the way", "carry it for you"),
            ("had fallen out with {o.his} best friend", "went with {o.him} to make peace", "go to your friend with you"),
            ("had a thorn in {o.his} foot", "pulled out the thorn with great care", "pull it out"),
            ("could not find {o.his} glasses", "found the glasses on {o.his} own nose", "look for your glasses"),
            ("had to clean the whole house before noon", "swept and washed until all was clean", "help you with it"))
RETURNS = (("{h.n} lost {h.his} way in the fog", "led {h.him} home"), ("{h.ns} {t} fell into a ditch", "got it out again"),
           ("a strong wind carried off {h.ns} {t}", "brought it back"), ("{h.n} had to carry a heavy sack", "took one end of it"),
           ("{h.n} was ill in bed", "came with flowers and soup"), ("the fire went out and {h.n} was cold", "brought dry wood"),
           ("{h.n} fell into a hole and could not get out", "let down a rope"), ("{h.n} had forgotten {h.his} lunch", "shared bread and cheese with {h.him}"),
           ("{h.n} sat alone and felt {sad}", "sat down beside {h.him} and told jokes"))


def comfort(s):
    cast = s.cast
    cast["o"] = casting.stranger(s, STRANGERS)
    trouble, deed, offer = s.pick(TROUBLES)
    cast["trouble"], cast["deed"], cast["offer"] = s.plain(trouble), s.plain(deed), s.plain(offer)
    s.title = "{h.n} and the {o.kind}"
    s.paragraph()
    s.tell("{time.cap}, {h} had a {food} in {h.his} bag and went for a walk.", "{time.cap}, {h} went out to [gather|look for] {supply}.",
           "{time.cap}, {h} was looking for {supply}, and in {h.his} bag {h.he} had a {food}.", "{time.cap}, {h} put a {food} into {h.his} bag and set out.")
    scenes.walk(s, "p")
    s.tell("Someone was [crying|sobbing|sighing] [there|behind a tree|by the path]. It was a {o.kind}.", "There sat a {o.kind} with a sad face.",
           "{h} heard [a sigh|a small sound]. Behind a [bush|bench|wall] sat a {o.kind}.", "A {o.kind} was sitting there all alone.",
           "Somebody [sighed and sighed|said, \"Oh dear, oh dear\"|was talking sadly to the stones]. It was a {o.kind}.")
    s.event("{h.n} met {o.n} {p.in}")
    s.fact(["Where did {h.n} meet {o.n}?"], ["{h.n} met {o.n} {p.in}.", "It was {p.in}."], "{p.in}")
    s.tell("\"[What is wrong|Why are you so sad|What has happened|What is the matter]?\" asked {h}.",
           "\"Can I [do anything for you|help you|be of use]?\" {h.n} asked [softly|kindly].", "{h} sat down beside {o.n} and asked what was wrong.",
           "{h} [stopped|came nearer]. \"You look so sad,\" {h.he} said.")
    s.tell("{o.n} {trouble}.", "It turned out that {o.n} {trouble}.", "{o.n} told {h.n} that {o.he} {trouble}.", "The trouble was that {o.n} {trouble}.")
    s.fact(["Why was {o.n} sad?"], ["Because {o.n} {trouble}.", "{o.n} was sad because {o.he} {trouble}."], "{trouble}")
    s.event("{o.n} said that {o.he} {trouble}")
    s.maybe(0.5, "{h} thought for a moment. {h.he} had wanted to be home soon.", "\"Oh, you poor thing,\" said {h}.",
            "{h} had felt like that once, too.", "Many had passed by, but {h} stayed.")
    s.tell("\"I will {offer},\" said {h}.", "\"Don't worry,\" said {h}. \"I can {offer}.\"", "\"Let me {offer},\" {h} said.",
           "\"Shall I {offer}?\" asked {h}. \"Oh, would you?\" said {o.n}.")
    s.tell("And {h.n} {deed}.", "So {h.n} {deed}.", "Then {h.n} {deed}[, and it took a long time|, and soon things looked brighter|].",
           "{h.n} did not say much, but {h.he} {deed}.")
    s.event("{h.n} {deed}")
    s.fact(["How did {h.n} help {o.n}?", "What did {h.n} do for {o.n}?"], ["{h.n} {deed}."], "{deed}")
    s.tell("\"Thank you,\" said {o.n}. \"I will not forget this.\"", "{o.n} [smiled|smiled for the first time that day].",
           "\"You have a good heart,\" said {o.n}.", "\"Now the day is bright again,\" said {o.n}.")
    if s.chance(0.7):
        returned(s)
    ends.happy(s, "kindness comes back", "a small kindness can be great", "one should stop for those who are sad", "a kind word costs nothing")


def returned(s):
    cast = s.cast
    cast["need"], cast["return"] = map(s.plain, s.pick(RETURNS))
    s.paragraph()
    s.tell("[Some days|A week|A month|Not long] later, {need}.", "Then came a day when {need}.", "[Time|A few weeks] went by. And then {need}.")
    s.event("{need}")
    s.tell("And who came? It was {o.n}, who {return}.", "{o.n} heard of it, came at once and {return}.",
           "But {o.n} had not forgotten, and {o.he} {return}.", "\"{h.n}!\" called somebody. There was {o.n}, and {o.he} {return}.")
    s.event("{o.n} {return}")
    s.fact(["Who helped when {need}?"], ["{o.n} helped {h.n}."], "{o.n}")
    s.maybe(0.6, "\"You helped me, and now I help you,\" said {o.n}.", "\"[I told you so|I said it|You see]: I do not forget,\" said {o.n}.",
            "\"Now we are friends,\" said {o.n}, and so they were.")
