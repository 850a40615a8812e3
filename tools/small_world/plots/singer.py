# SPDX-License-Identifier: Apache-2.0
"""A shy singer takes small steps and sings before all."""
import ends
import scenes

FEARS = ("could not bring out a word", "forgot the first line", "felt {h.his} knees shake", "wanted to run away", "went as red as a beet", "had a dry mouth")


def singer(s):
    cast = s.cast
    scenes.meet_friend(s)
    cast["feast"] = s.pick(("the feast {p.in}", "the school feast", "the big feast of the village", "the singing day {p.in}",
         "the birthday feast of the mayor"))
    cast["feast"] = s.plain(cast["feast"])
    cast["song"] = s.pick(("a song about the moon", "a song about the sea", "an old sleeping song", "a song about spring",
         "a song about a little star", "a song about the wind", "a song that {h.he} had made up"))
    cast["song"], cast["fear"] = s.plain(cast["song"]), s.plain(s.pick(FEARS))
    cast["alone"] = s.plain(s.pick(("in the bath", "under the blanket", "in the cellar", "behind the house", "when the wind was loud", "when nobody was near")))
    s.title = "the shy singer"
    s.tell("{h} could sing beautifully, but only {alone}.", "Nobody knew how well {h} could sing, for {h.he} sang only {alone}.",
           "{h} was shy. {h.he} sang only {alone}.")
    s.event("{h.n} sang only {alone}")
    s.fact(["When or where did {h.n} sing?"], ["{h.n} sang only {alone}."], "{alone}")
    s.tell("{time.cap}, {f.n} heard it and stood still. \"Was that you, {h.n}?\" {f.he} asked.", "{time.cap}, {f.n} came by and heard {song}.",
           "Then, {time}, {f.n} was near and heard {h.him}. \"How beautiful that is, {h.n}!\" {f.he} said.")
    s.event("{f.n} heard {h.n} sing")
    s.fact(["Who heard {h.n} sing?"], ["{f.n} heard {h.him}."], "{f.n}")
    s.tell("\"You must sing at {feast}!\" said {f.n}. \"Never!\" said {h.n}.",
           "\"Sing for all of us at {feast},\" {f.he} begged. {h.n} shook {h.his} head.",
           "\"Please sing at {feast},\" said {f.n}. \"I would die of fear,\" said {h.n}.")
    s.fact(["What did {f.n} want {h.n} to do?"], ["{f.n} wanted {h.n} to sing at {feast}."], "")
    s.paragraph()
    s.tell("{e.n} had heard it, too. \"Take small steps, {h.n},\" {e.he} said.",
           "\"Everybody is afraid at first, {h.n},\" said {e.n}. \"Begin with one who listens.\"", "\"Sing for one today and for two tomorrow,\" said {e.n}.")
    s.event("{e.n} told {h.n} to begin with few who listen")
    s.tell("So {h} sang for the cat, then for {e.n}, and then for {f.n}.", "First {h} sang for a tree, then for three hens, then for {f.n}.",
           "{h} sang for {f.n}, and the next day for {f.n} and {e.n}.")
    s.tell("Each time it was [a little|somewhat] easier for {h.n}.", "It went better every time, and {h.n} [noticed it|was proud of it|even smiled].",
           "{h.ns} voice shook less and less.")
    s.tell("Then the day of {feast} came. When {h} saw all the faces, {h.he} {fear}.", "At {feast}, {h} stood before all the others and {fear}.",
           "When it was {h.ns} turn, {h.he} {fear}.")
    s.event("{h.n} stood before all the others and {fear}")
    s.fact(["How did {h.n} feel before the song?", "What happened when it was {h.ns} turn?"], ["{h.n} {fear}."], "{fear}")
    s.tell("{f.n} smiled at {h.him} from the first row.", "\"Look only at me,\" whispered {f.n}.", "Then {h.he} saw {f.n}, who nodded.",
           "{h} shut {h.his} eyes for a moment and thought of {f.n}.")
    s.paragraph()
    s.tell("{h} took a breath and began with {song}.", "And {h} sang {song}, first softly, then clearly.",
           "{h.ns} voice was small at first, but it grew. It was {song}.")
    s.event("{h.n} sang {song}")
    s.fact(["What did {h.n} sing?"], ["{h.n} sang {song}."], "{song}")
    s.tell("It was so quiet that {f.n} could hear [the leaves|a bee|the wind]." if "winter" not in s.day
           else "It was so quiet that {f.n} could hear the snow fall.", "While {h} sang, nobody [coughed|moved|spoke].",
           "Even the babies listened to {h.n}.", "An old man wiped his eyes, [for he had known the song as a boy|so beautiful was {h.ns} voice].")
    s.tell("Then they [clapped|stamped their feet|threw their hats into the air] and called for more.",
           "When {h} was silent, there was a moment of quiet, and then a great cheer.", "They clapped until {h} had to sing it [again|twice more|once more].")
    s.event("everybody clapped")
    s.tell("\"Were you afraid?\" asked {f.n}. \"[Yes, very|Yes, and how|Yes, until the second line],\" said {h.n}.",
           "\"You see?\" said {e.n}. {h.n} beamed.", "\"Next year we sing together,\" said {f.n}.", "From then on, {h} sang wherever {h.he} went.")
    ends.happy(s, "one can be afraid and still do it", "great things go in small steps", "what one can do is there to be shared")
