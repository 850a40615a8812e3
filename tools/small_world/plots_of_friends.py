# SPDX-License-Identifier: Apache-2.0
"""Plots about friends: a secret, a misunderstanding, a newcomer, hide-and-seek, boasting, music together, a young one that is lost."""
import cast as casting
import ends
import moods
import scenes
from days import plot
from plots_of_deeds import STRANGERS

SURPRISES = ("a tree house", "a birthday party with lamps in the trees", "a new swing", "a small boat", "a garden full of flowers", "a bench for two",
             "a play with six puppets", "a new bed with a soft blanket", "a house of branches", "a kite with a long tail", "a big cake with candles",
             "a song for four voices")
WHISPERED = ("Don't tell {h.n}", "{h.n} must not know", "Not a word to {h.n}", "Quick, hide it, there comes {h.n}",
             "If {h.n} hears of it, all is lost", "Is {h.n} gone")


def secret(s):
    """Friends hide something from the hero, who feels left out; it is a surprise for the hero."""
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


# what is heard, what the hero believes, what it really was
HALVES = (("We must get rid of the old {t}", "give away {h.ns} {t}", "the old, broken one from the attic"), ("We leave at dawn and do not come back",
          "move away for ever", "the two swallows in the barn"),
          ("The little one is always in the way", "send {h.him} away", "the little stool in the kitchen"), ("I cannot hear that singing any more",
          "forbid {h.him} to sing", "the kettle, which sang all day"), ("That lazy thing must go", "send {h.him} away", "the clock that was always slow"),
          ("Nobody likes it, so we throw it out", "throw out {h.ns} picture", "the burned porridge"))


def misunderstood(s):
    """Half a sentence is heard and believed; the truth is harmless."""
    cast = s.cast
    scenes.meet_friend(s)
    heard, believed, truth = s.pick(HALVES)
    cast["heard"], cast["believed"], cast["truth"] = s.plain(heard), s.plain(believed), s.plain(truth)
    cast["said"] = s.plain(believed.replace("{h.ns}", "my").replace("{h.him}", "me"))
    cast["ear"] = s.pick(("behind the door", "under the window", "on the stairs", "behind the hedge", "in the kitchen", "under the table"))
    cast["x"] = casting.stranger(s, (("neighbour", "she"), ("postman", "he"), ("baker", "she"), ("farmer", "he"), ("teacher", "she"), ("miller",
         "he"), ("gardener", "he"), ("tailor", "she")))
    s.title = "what {h.n} heard"
    s.tell("{time.cap}, {h} was {ear} when {e.n} talked to {x.n}.", "{time.cap}, {e.n} and {x.n} were talking. {h}, who was {ear}, heard them.",
           "{time.cap}, {h} was playing {ear}. {h.he} did not want to listen, but {e.n} and {x.n} were talking.")
    s.tell("\"{heard},\" said {e.n}.", "{h} heard only one thing: \"{heard}.\"", "\"{heard},\" {h} heard {e.n} say.")
    s.event("{h.n} heard {e.n} say, \"{heard}\"")
    s.fact(["What did {e.n} say?"], ["{e.n} said, \"{heard}.\""], "{heard}")
    s.tell("{h.n} turned cold. So they wanted to {believed}!", "\"They are going to {said}!\" thought {h.n}.",
           "{h.n} [dropped what {h.he} had in {h.his} {h.hands}|crept away]. They wanted to {believed}, that was clear.")
    s.fact(["What did {h.n} believe?"], ["{h.n} believed that they wanted to {believed}."], "{believed}")
    s.event("{h.n} believed that they wanted to {believed}")
    moods.worry(s)
    s.paragraph()
    s.tell("{h} packed a {food} and a blanket and went {p.to}.", "{h} ran {p.to} and hid there.",
           "\"I will not stay here,\" {h} said and ran off {p.to}.", "{h} told nobody. {h.he} went {p.to} and sat down all alone.")
    s.event("{h.n} ran away {p.to}")
    s.fact(["Where did {h.n} run?"], ["{h.n} ran {p.to}."], "{p}")
    scenes.see(s, "p")
    s.tell("There {f.n} found {h.him}. \"What are you doing here?\" {f.he} asked.", "{f.n} came along. \"Why are you hiding?\" {f.he} asked.",
           "After an hour, {f.n} came by. \"Everybody is looking for you,\" {f.he} said.")
    s.tell("{h.n} told {f.him} everything. \"Did you hear it to the end?\" asked {f.n}. \"No,\" said {h.n}.",
           "\"They want to {said},\" said {h.n}. \"I cannot believe that,\" said {f.n}. \"Ask {e.n}.\"",
           "\"I heard it myself,\" said {h.n}. \"Half of it, maybe,\" said {f.n}. \"Come, we will ask.\"")
    s.event("{f.n} told {h.n} to ask")
    s.fact(["Who found {h.n}?"], ["{f.n} found {h.n}."], "{f.n}")
    s.paragraph()
    s.tell("{e.n} was standing at the gate and looked very worried.", "At home {e.n} ran to meet them. \"There you are, {h.n}!\" {e.he} cried.",
           "{e.n} was so glad to see {h.him} that {e.he} [forgot to scold|almost cried].")
    s.tell("\"Do you really want to {said}?\" asked {h.n}.", "\"I heard what you said,\" {h.n} told {e.him}. \"'{heard}.'\"",
           "{h.n} took a deep breath and asked {e.n}[ about it|].")
    s.tell("{e.n} looked at {h.him} and began to laugh. {e.he} had meant {truth}!", "\"Oh, my dear! I meant {truth},\" said {e.n}.",
           "\"But that was about {truth}!\" said {e.n} and hugged {h.him}.")
    s.event("{e.n} had meant {truth}")
    s.fact(["What had {e.n} really meant?"], ["{e.n} had meant {truth}."], "{truth}")
    s.tell("{h.n} went red, and then {h.he} had to laugh, too.", "\"Next time I will listen to the end,\" said {h.n}.",
           "\"Next time, ask me at once,\" said {e.n}.", "{f.n} laughed so much that {f.he} had to sit down.")
    ends.happy(s, "half a sentence is not the truth", "it is best to ask at once", "one should listen to the end")


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
    """Somebody new with strange ways: shyness or scorn at first, then one learns from the other."""
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


HIDDEN = (("in a basket of wool", "a sneeze"), ("behind the flour sacks", "a white nose"), ("under the old boat", "a snore"), ("in the hay",
          "a tail of straw that moved"), ("in the big clock", "a clock that did not tick"), ("in the laundry", "a heap of shirts that breathed"),
          ("behind the curtain", "two feet under the curtain"),
          ("in an empty barrel", "a barrel that giggled"), ("in the apple cart", "a trail of apple cores"), ("up in the attic", "a creak over their heads"))


def hidden(s):
    """Hide-and-seek in which one cannot be found: worry, a clue, and the one was asleep."""
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


SOUNDS = (("drum", "bum, bum"), ("flute", "tootle-too"), ("fiddle", "fiddle-dee-dee"), ("bell", "ding, ding"), ("horn", "toot, toot"), ("rattle",
          "shaka-shaka"), ("harp", "pling, pling"), ("whistle", "wee, wee"), ("pot lid", "clang, clang"), ("comb", "bzzz, bzzz"))


def band(s):
    """Everybody plays alone and it is a noise; together it is music."""
    cast = s.cast
    scenes.meet_friend(s)
    cast["x"] = casting.stranger(s, STRANGERS)
    at, step = int(s.random() * len(SOUNDS)), 1 + int(s.random() * 4)
    for slot, number in (("1", at), ("2", at + step), ("3", at + 2 * step)):
        cast["i" + slot], cast["s" + slot] = SOUNDS[number % len(SOUNDS)]
    cast["feast"] = s.pick(("the spring feast", "the wedding of the miller", "the big dance", "the dance in the barn", "the birthday of the mayor")
         if "winter" not in s.day else ("the winter feast", "the wedding of the miller", "the dance in the barn", "the birthday of the mayor"))
    if "spring" in cast["feast"] and "spring" not in s.day:
        cast["feast"] = "the summer feast" if "summer" in s.day else "the harvest feast"
    s.title = "the band"
    s.tell("{time.cap}, there was to be music at {feast}, but the musicians were ill.",
           "{time.cap}, {e.n} said, \"There will be no music at {feast}, for the musicians have not come.\"",
           "{time.cap}, everyone was getting ready for {feast}, and only the music was missing.")
    s.event("there was no music for {feast}")
    s.tell("\"I can play the {i1}!\" said {h}.", "{h} ran and got {h.his} {i1}.", "\"Then I will play,\" said {h} and fetched {h.his} {i1}.")
    s.fact(["What did {h.n} play?"], ["{h.n} played the {i1}."], "{i1}")
    s.tell("\"{s1.cap},\" went the {i1}.", "It went \"{s1}\".", "\"{s1.cap},\" went the {i1}, [and it was loud|as loud as could be|up to the roof].")
    s.tell("Then {f.n} came with a {i2}. \"{s2.cap},\" it went.", "\"Mine is better,\" said {f.n}, who had a {i2}, and it went \"{s2}\".",
           "{f.n} had a {i2} and played something else, and it went \"{s2}\".")
    s.event("{h.n} played the {i1}, and {f.n} played the {i2}")
    s.fact(["What did {f.n} play?"], ["{f.n} played the {i2}."], "{i2}")
    s.tell("{x.n} brought a {i3} and played as loudly as {x.he} could, and it went \"{s3}\".", "And {x.n} played the {i3}: \"{s3}\".",
           "\"{s3.cap},\" it went, and that was {x.n} with a {i3}.")
    s.fact(["Who played the {i3}?"], ["{x.n} played the {i3}."], "{x.n}")
    s.paragraph()
    s.tell("{h.n} played alone, {f.n} played alone, {x.n} played alone, and it sounded [terrible|awful|like a falling cupboard].",
           "The {i1}, the {i2} and the {i3} made such a noise that [the cats ran up the trees|the dogs howled|the hens stopped laying].",
           "The windows shook, and the babies cried, for {h.n}, {f.n} and {x.n} did not listen to each other.",
           "\"Stop, stop!\" called {e.n} and held {e.his} ears.")
    s.event("it sounded terrible")
    s.tell("\"You are too loud,\" said {h.n} to {f.n}. \"No, you are too fast,\" said {f.n}.",
           "{h.n}, {f.n} and {x.n} each said that it was the fault of the others.", "\"{x.n} is to blame,\" said {f.n}. \"I?\" cried {x.n}.")
    s.tell("{h.n} put the {i1} down and thought. \"We must listen to each other,\" {h.he} said.",
           "\"What did you hear?\" asked {e.n}. \"Only the {i1},\" said {h.n}. And then {h.n} understood.",
           "Then {h.n} had an idea. \"First the {i1} alone, then the {i2}, and then all of us, and softly,\" {h.he} said.")
    s.event("{h.n} said that they must listen to each other")
    s.fact(["What idea did {h.n} have?"], ["{h.n} said that they must listen to each other."], "")
    s.paragraph()
    s.tell("{h.n} began with the {i1}: \"{s1}\". Then came {f.n} with the {i2}, and at last {x.n} with the {i3}.",
           "{h.n}, {f.n} and {x.n} began again. \"{s1.cap}, {s2}, {s3},\" it went, and it fitted.",
           "The {i1} was slow, the {i2} was soft, and the {i3} came in between, and it was a song.")
    s.tell("They practised {p.in} until they could do it in their sleep.", "All {part} they practised {p.in}.", "Even the birds {p.near} listened.")
    s.tell("At {feast}, [everybody danced|nobody could sit still|the old and the young danced].",
           "And when {feast} came, they played until midnight, and everybody danced.", "\"What a band!\" said the people at {feast}.")
    s.event("they played together at {feast} and everybody danced")
    ends.happy(s, "together it is music", "who plays with others must listen", "it is not the loudest who plays best")


CHILDREN = (("duckling", "duck", "quack"), ("chick", "hen", "cluck"), ("lamb", "sheep", "baa"), ("kitten", "cat", "meow"), ("puppy", "dog", "woof"),
            ("calf", "cow", "moo"), ("piglet", "pig", "oink"), ("foal", "horse", "neigh"), ("gosling", "goose", "honk"))


def strayed(s):
    """A young animal has lost its mother; one after the other is asked, and the sound leads to her."""
    cast = s.cast
    young, mother, sound = s.pick([entry for entry in CHILDREN if entry[0] != cast["h"].kind and entry[1] != cast["h"].kind])
    others = [entry[1] for entry in CHILDREN if entry[1] not in (mother, cast["h"].kind)]
    cast["m1"] = others.pop(int(s.random() * len(others)))
    cast["m2"] = others.pop(int(s.random() * len(others)))
    cast.update(young=young, mother=mother, sound=sound)
    cast["look"] = s.pick(("small", "wet", "tiny", "yellow" if young in ("duckling", "chick", "gosling") else "brown", "frightened"))
    cast["coat"] = s.pick(("white", "brown", "black", "spotted", "grey"))
    s.title = "the lost {young}"
    s.tell("{time.cap}, {h} heard somebody crying {p.in}. It was a {look} {young}.", "{time.cap}, a {look} {young} stood {p.in} and cried.",
           "{time.cap}, {h} went {p.to}. Something small came running: a {look} {young}.")
    s.event("{h.n} found a {young} {p.in}")
    s.fact(["What did {h.n} find {p.in}?"], ["{h.n} found a {look} {young}."], "{young}")
    s.tell("\"I cannot find my mother,\" said the {young}.", "\"Where is my mother?\" asked the {young}.",
           "\"I only looked at a [butterfly|flower|bee|snail],\" the {young} sobbed, \"and then my mother was gone.\"" if "winter" not in s.day
           else "\"I only looked at a [snowflake|bird|robin],\" the {young} sobbed, \"and then my mother was gone.\"")
    s.fact(["Why was the {young} crying?"], ["Because it could not find its mother."], "")
    s.tell("\"Don't cry, little {young},\" said {h.n}. \"We will find [her|your mother].\"",
           "{h} stroked the {young}. \"I will help you,\" {h.he} said.",
           "\"Come with me,\" said {h}. \"Is your mother [big|kind|far away|{coat}]?\" The {young} nodded and [took hold of {h.ns} coat|came along|wiped its eyes].")
    s.paragraph()
    s.tell("First they met a {m1}. \"Is that your mother?\" asked {h}. \"No, my mother [is bigger|looks different|is not a {m1}],\" said the {young}.",
           "{h} took the {young} to the {m1}. \"I am not your mother,\" said the {m1}, \"but {h.n} will find her.\"",
           "\"Is this your {young}?\" {h.n} asked the {m1}, but the {m1} shook her head.")
    s.event("they asked the {m1}, but she was not its mother")
    s.tell("Then they met a {m2}. \"No, that is not she,\" said the {young}, and {h} [sighed|walked on|patted its head].",
           "The {m2} was not its mother either. \"I have seen nobody who looks for a {young},\" she said.",
           "\"Maybe the {m2}?\" thought {h}. But the {m2} only shook her head.", "The {m2} said, \"I am sorry, my little ones are all here.\"")
    s.event("they asked the {m2}, but she was not its mother")
    s.fact(["Whom did they ask first?"], ["They asked the {m1} first."], "{m1}")
    s.tell("The {young} began to cry again, and its legs were tired.", "\"I will never find her,\" said the {young}.",
           "It grew late, and the {young} was [hungry|cold|tired].")
    s.tell("{h.n} took the {young} up and carried it.", "\"You must be hungry,\" said {h} and shared {h.his} {food}."
           if cast["food"] not in ("carrot",) else "\"You must be hungry,\" said {h} and gave it a drink of milk.",
           "{h.n} told the {young} a [story|joke|riddle] so that it should not be afraid.")
    s.paragraph()
    s.tell("\"What does your mother say?\" asked {h.n}. \"{sound.cap},\" [said|sobbed|answered] the {young}.",
           "Then {h} had an idea. \"How does your mother call her {young}?\" {h.n} asked. \"{sound.cap}!\" [said|called|cried] the {young}.",
           "\"Call [your mother|her] as loudly as you can,\" said {h.n}, \"and then we listen.\"")
    s.event("{h.n} told the {young} to call")
    s.tell("{h.n} and the {young} called together, and from [the {q}|far away|behind a hedge] somebody answered: \"{sound.cap}!\"",
           "{h.n} and the {young} stood still and listened. Far away, behind the {q}, there was a \"{sound}\".",
           "And there, quite softly, it came from the {q}: \"{sound}, {sound}!\"")
    s.tell("{h.n} and the {young} ran, and there came a {coat} {mother}, [running, too|who was calling|out of breath].",
           "{h.n} and the {young} followed the sound, and there stood a {coat} {mother}[, who was calling|, who ran to meet them|].",
           "\"That is she!\" cried the {young} and ran so fast that {h} could hardly follow, straight to a {coat} {mother}.")
    s.event("they found its mother, a {mother}")
    s.fact(["Who was its mother?"], ["Its mother was a {mother}."], "{mother}")
    s.tell("\"My little {young}!\" said the {mother}. \"[Stay near me now|I have looked for you [everywhere|all {part}|behind every tree]|{h.n} has a good heart|And thank you, {h.n}].\"",
           "The {mother} looked at her {young} from all sides and [was happy|thanked {h.n}|called it her little star].",
           "\"Thank you, {h.n},\" said the {mother}. \"I was so afraid for my {young}.\"",
           "The {young} was so happy that it forgot to say thank you. But {h.n} [did not mind|smiled|understood].")
    ends.happy(s, "a lost one must be helped", "it is good to stay near one's mother", "listening finds more than running")


PLOTS = (plot(secret), plot(misunderstood), plot(newcomer), plot(hidden, parts="afternoon day morning"), plot(boasted), plot(band,
         parts="morning day afternoon"), plot(strayed))
