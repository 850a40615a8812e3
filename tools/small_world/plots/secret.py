# SPDX-License-Identifier: Apache-2.0
"""Friends hide something from the hero, who feels left out; it is a surprise for the hero."""
import cast as casting
import ends
import moods
import scenes
from folk import STRANGERS

SURPRISES = ("a tree house", "a birthday party with lamps in the trees", "a new swing", "a small boat", "a garden full of flowers", "a bench for two",
             "a play with six puppets", "a new bed with a soft blanket", "a house of branches", "a kite with a long tail", "a big cake with candles",
             "a song for four voices")
WHISPERED = ("Don't tell {h.n}", "{h.n} must not know", "Not a word to {h.n}", "Quick, hide it, there comes {h.n}",
             "If {h.n} hears of it, all is lost", "Is {h.n} gone")


def secret(s):
    cast = s.cast
    cast["x"] = casting.stranger(s, STRANGERS)
    cast["surprise"], cast["whisper"] = s.pick(SURPRISES), s.plain(s.pick(WHISPERED))
    scenes.meet_friend(s)
    s.title = "the secret of {f.n}"
    s.tell("{time.cap}, {f.n} did not come to play.", "{time.cap}, {h} knocked at {f.ns} door. \"I have no time today,\" said {f.n}.",
           "{time.cap}, {f.n} had no time. The next day, {f.he} had no time again.",
           "\"Can you come out?\" {h} asked {f.n} {time}. \"Not today,\" said {f.n} and shut the door.")
    s.event("{f.n} had no time for {h.n}")
    s.tell("When {h} came to the {p}, {f.n} and {x.n} were whispering. \"{whisper}!\"" if cast["whisper"][:2] != "Is"
           else "When {h} came to the {p}, {f.n} and {x.n} were whispering. \"{whisper}?\"", "{h} saw {f.n} with {x.n} {p.in}. They stopped talking at once.",
           "{x.n} and {f.n} stood {p.in} with their heads together. When {h.n} came, they [went red|looked at the sky|ran off].")
    s.event("{f.n} and {x.n} were whispering")
    s.fact(["With whom was {f.n} whispering?"], ["{f.n} was whispering with {x.n}."], "{x.n}")
    s.tell("\"They do not like me any more,\" thought {h}.", "\"{f.n} has a new friend,\" thought {h}, \"and I am left out.\"",
           "{h} thought that {f.n} did not want to be friends any more.")
    s.fact(["What did {h.n} think?"], ["{h.n} thought that {f.n} did not like {h.him} any more."], "")
    moods.worry(s)
    s.paragraph()
    s.tell("\"What is it?\" asked {e.n}. {h} told {e.him}. \"Wait a little,\" said {e.n} and smiled.",
           "At home {e.n} knew something, too, but {e.he} only said, \"Be patient.\"",
           "\"Maybe there is a good reason,\" said {e.n}. \"Ask {f.him}.\"",
           "{h} did not eat much that evening. \"Things are not always what they seem,\" said {e.n}.")
    s.tell("The next morning, {h} [took heart|went to {f.n}]. \"Are you cross with me, {f.n}?\" {h.he} asked.",
           "On Saturday, {f.n} stood at the door. \"Come with me, {h.n},\" {f.he} said, \"and shut your eyes.\"",
           "[Two|Three|Four] days later, {f.n} was at the door. \"Come quickly, {h.n}!\" {f.he} called.",
           "At last {h} could not bear it any longer. \"Why do you not play with me?\" {h.he} asked {f.n}.")
    s.tell("{f.n} laughed and [took {h.him} by the {h.hand}|ran ahead]." , "{f.n} only smiled and led {h.him} {p.to}.",
           "\"Now you may see it,\" said {f.n}. They went {p.to}.")
    s.paragraph()
    s.tell("And there it was: {surprise}! \"It is for you,\" said {f.n}.",
           "{h} [looked|looked up|turned round] and saw {surprise}. \"Surprise!\" called {f.n} and {x.n}.",
           "There stood {x.n}, and behind {x.him} was {surprise}. \"It is all for you,\" said {f.n}."
           if "song" not in cast["surprise"] and "play" not in cast["surprise"]
           else "There stood {x.n}, and what they had was {surprise}. \"It is for you,\" said {f.n}.")
    s.event("{f.n} and {x.n} surprised {h.n} with {surprise}")
    s.fact(["What was the surprise?", "What was the secret?"], ["It was {surprise}."], "{surprise}")
    s.tell("\"And I thought that you had forgotten me!\" said {h.n}.", "{h} went red. \"I thought such silly things, {f.n},\" {h.he} said.",
           "{h} laughed and cried at the same time.", "\"That is why you whispered!\" cried {h}.")
    s.fact(["Why had {f.n} had no time?"], ["Because {f.n} was preparing a surprise for {h.n}."], "")
    s.tell("\"A surprise needs a secret,\" said {x.n}.", "\"It was so hard to say nothing,\" said {f.n}.",
           "\"How could I forget you, {h.n}?\" said {f.n}.", "They [played|laughed|sat there together] until the moon came up.")
    s.event("{h.n} was {glad}")
    ends.happy(s, "one should not think badly of a friend too soon", "it is better to ask than to sulk", "not every secret is a bad one")
