# SPDX-License-Identifier: Apache-2.0
"""The weather turns, a shelter is found and shared with a stranger."""
import cast as casting
import ends
import moods
import scenes
from folk import STRANGERS

# season or weather in which it may come, what happens, how it gets worse, its name
STORMS = (("summer spring autumn", "a storm came up", "the rain beat down", "storm"), ("winter", "snow began to fall", "the snow grew deep", "snow"),
          ("autumn winter", "thick fog rolled in", "nothing could be seen", "fog"), ("spring autumn", "the river rose", "water ran over the path", "flood"),
          ("autumn spring", "a great wind began to blow", "branches broke from the trees", "wind"), ("spring summer",
          "hail fell from the black clouds", "the hail jumped like peas", "hail"), ("summer", "thunder rolled over the hills",
          "the rain came down in sheets", "thunder"), ("winter", "an icy storm began", "the wind was as sharp as a knife", "ice storm"))
SHELTERS = ("an empty hut", "a hollow tree", "a cave with dry leaves", "a hay barn", "a hut of branches", "a shepherd's wagon",
            "a boat turned upside down", "a stable with a warm cow in it", "an old tower", "a woodcutter's hut", "a dry place under a rock")
PASSING = ("told riddles", "sang every song they knew", "shared a {food}", "told each other stories", "made a small fire", "played with {t.a}",
           "guessed what the clouds looked like", "counted the seconds between the gusts", "taught each other rhymes", "named all the things that were warm")


def storm(s):
    cast = s.cast
    _, cast["weather"], cast["worse"], cast["sky"] = s.pick([entry for entry in STORMS if cast["season"] in entry[0]])
    cast["shelter"] = s.pick(SHELTERS)
    cast["o"] = casting.stranger(s, STRANGERS)
    cast["passing"] = s.plain(s.pick(PASSING))
    scenes.meet_friend(s)
    s.title = "the day of the {sky}"
    s.tell("{time.cap}, {h.n} and {f.n} went out to look for {supply}.", "{time.cap}, {h.n} and {f.n} were on the way home from the {q}.",
           "{time.cap}, {h.n} and {f.n} were playing far from home.", "{time.cap}, {h.n} and {f.n} wanted to see what was behind the {q}.")
    scenes.walk_together(s, "p")
    s.tell("Suddenly, {weather}.", "Then the sky grew dark, and {weather}.", "Nobody had looked at the sky, and all at once {weather}.",
           "\"Look at the sky!\" said {f.n}. And already {weather}.", "It happened quickly: {weather}.")
    s.event("{weather}")
    s.fact(["What happened while {h.n} and {f.n} were {p.in}?"], ["{weather.cap}."], "{weather}")
    s.tell("{worse.cap}, and they could not go home.", "Soon {worse}.", "\"Quick, we need a roof!\" cried {h}, for {worse}.",
           "\"We shall never get home like this,\" said {f.n}, for {worse}.")
    s.fact(["Why could they not go home?"], ["Because {weather}."], "{weather}")
    if s.chance(0.4):
        moods.fear(s)
    s.tell("They [ran|hurried] and found {shelter}.", "{h.n} took the lead and found {shelter}.",
           "\"There!\" called {f.n}. {f.he} had seen {shelter}.", "Then they saw {shelter} and ran to it.")
    s.event("{h.n} and {f.n} found {shelter}")
    s.fact(["Where did they find shelter?"], ["They found {shelter}."], "{shelter}")
    s.paragraph()
    s.tell("Someone was there already: a {o.kind}, [cold and afraid|wet to the skin|trembling].",
           "After a while, [{h.n}|{f.n}] heard steps. It was a {o.kind}.", "Inside, {h.n} saw two eyes. They belonged to a {o.kind}.",
           "\"Who is there?\" asked a [small|deep|sad|sleepy] voice. It belonged to a {o.kind}[, who was cold|, who had come in from the {p}|].")
    s.tell("\"Come close,\" said {h.n}. \"Then we are all warm.\"", "\"May I stay with you?\" asked {o.n}. \"There is room for three,\" said {h.n}.",
           "\"Don't be afraid,\" {f.n} said to {o.n}.", "{h.n} and {f.n} moved together to make room.")
    s.event("{h.n} and {f.n} shared the place with {o.n}")
    s.fact(["Who else was there?", "With whom did they share the place?"], ["It was {o.n}."], "{o.n}")
    s.tell("The three of them {passing}, and the time passed quickly.", "{h.n}, {f.n} and {o.n} {passing} until it was over.",
           "Outside it roared, but inside they {passing}." if cast["sky"] not in ("snow", "fog", "flood") else "Outside it was bad, but inside they {passing}.")
    s.fact(["What did the three of them do?"], ["They {passing}."], "{passing}")
    s.event("the three of them {passing}")
    s.paragraph()
    s.tell("At last it was over, and [the sun came out|everything shone|the air smelled fresh].",
           "When it was over, {h.n}, {f.n} and {o.n} [stepped out|went outside], and the world was [bright and clean|very quiet|new].",
           "Then it grew still, and [{h.n}|{f.n}|{o.n}] looked out. \"It is over,\" said {o.n}.")
    s.tell("{e.n} was waiting at the door with [dry clothes|hot soup|a lamp]. \"There you are, {h.n}!\" {e.he} cried.",
           "{o.n} knew a short way and [took|led] them home.", "\"What a day!\" said {f.n}, and they all laughed.",
           "\"Come and see us soon,\" said {h.n} to {o.n}, and they went home.")
    s.event("{h.n} and {f.n} came home safely")
    ends.happy(s, "there is always room for one more", "a storm is not so bad when friends are near", "it is good to look at the sky before one goes out")
