# SPDX-License-Identifier: Apache-2.0
"""A friend boasts, must show it and fails; the hero does not laugh."""
import ends
import scenes

BOASTS = (("run faster than the wind", "run against the donkey", "tripped over {f.his} own feet after three steps"), ("lift the heaviest stone",
          "lift the stone at the gate", "could not move it at all"), ("see in the dark", "fetch the broom from the dark shed", "ran straight into the door"),
          ("sing louder than the rooster", "sing against the rooster", "had no voice left after one verse"), ("jump over the hedge",
          "jump over the hedge", "landed in the middle of it"), ("eat a whole cheese", "eat the cheese", "felt ill after the third bite"),
          ("stand on one leg all day", "stand on one leg", "fell over before one could count to twenty"))


def boasted(s):
    cast = s.cast
    scenes.meet_friend(s)
    boast, test, fall = s.pick([entry for entry in BOASTS
        if not (cast["f"].animal and ("cheese" in entry[0] or "hedge" in entry[0] and cast["f"].can & {"fly"} or "dark" in entry[0] and cast["f"].kind == "owl"))])
    cast["boast"], cast["test"], cast["fall"] = boast, test, s.plain(fall)
    s.title = "{f.n}, who boasted"
    s.tell("{time.cap}, {f.n} said, \"I can {boast}!\"", "\"I can {boast},\" {f.n} told everybody {time}.",
           "{f.n} liked to boast. \"I can {boast},\" {f.he} said {time}.")
    s.event("{f.n} said that {f.he} could {boast}")
    s.fact(["What did {f.n} say that {f.he} could do?"], ["{f.n} said that {f.he} could {boast}."], "{boast}")
    s.tell("\"Really?\" asked {h.n}.", "{h.n} only smiled.", "\"I believe it when I see it,\" said {h.n}.", "\"Nobody can do that,\" said {h.n}.")
    s.tell("\"Nobody else can do it,\" said {f.n} and put {f.his} nose in the air.", "\"And you cannot do anything,\" said {f.n} to {h.n}.",
           "\"I am the best of all,\" said {f.n}.")
    if s.chance(0.5):
        s.tell("That hurt {h.n}, but {h.he} said nothing.", "{h.n} felt small beside {f.n}.", "Everybody looked at {f.n}, and {f.he} liked it.")
    s.paragraph()
    s.tell("\"Then {test},\" said the others. They all went {p.to} to see it.",
           "\"Show us, {f.n},\" said [somebody|the others|an old goose]. \"{test.cap}.\" So they met {p.in}.",
           "The news went round, and soon a crowd stood {p.in}. \"{test.cap}!\" they called.")
    s.event("{f.n} was to {test} {p.in}")
    s.tell("{f.n} could not go back now. {f.he} tried, and {f.he} {fall}.", "{f.n} began, and {f.he} {fall}.", "\"Watch me!\" cried {f.n}. But {f.he} {fall}.")
    s.event("{f.n} {fall}")
    s.fact(["What happened when {f.n} tried it?"], ["{f.n} {fall}."], "{fall}")
    s.tell("Everybody laughed, and {f.n} wanted to [sink into the ground|run away|be somewhere else].",
           "There was a loud laugh, and {f.ns} ears burned.", "\"Ha, ha!\" went the crowd, and {f.n} hung {f.his} head.")
    s.tell("Only {h.n} did not laugh. {h.he} helped {f.him} up.", "But {h.n} went to {f.him}. \"Are you hurt, {f.n}?\" {h.he} asked.",
           "{h.n} could have laughed now, but {h.he} did not. \"Come, {f.n},\" {h.he} said softly.")
    s.event("{h.n} did not laugh and helped {f.n}")
    s.fact(["Who did not laugh?"], ["{h.n} did not laugh."], "{h.n}")
    s.paragraph()
    s.tell("\"Why did I say that[, {h.n}|]?\" asked {f.n}. \"I only wanted to be liked.\"",
           "They sat down {q.in}. \"I wanted everyone to look at me,\" said {f.n}.", "\"Now nobody will like me,\" said {f.n}.")
    s.fact(["Why had {f.n} boasted?"], ["Because {f.n} wanted to be liked."], "")
    s.tell("\"I like you as you are,\" said {h.n}.", "\"You need not be the best, {f.n},\" said {h.n}. \"You are my friend.\"",
           "\"You [make the best jokes|tell the best stories|have the best ideas], {f.n},\" said {h.n}, \"and you share everything.\"")
    s.event("{h.n} said that {f.n} need not be the best")
    s.tell("From then on, {f.n} [boasted no more|thought first and spoke then].", "\"Thank you, {h.n},\" said {f.n}. \"And I am sorry.\"",
           "{f.n} wiped {f.his} nose and smiled a little.", "The next day, {f.n} told the story {f.himself}, and everybody laughed with {f.him}.")
    ends.happy(s, "one need not be the best to be liked", "big words are easy", "a friend does not laugh when one falls")
