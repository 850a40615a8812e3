# SPDX-License-Identifier: Apache-2.0
"""Plots of the dark: a fear, a strange noise, a night without sleep, the moon in the pond, a wish for a star."""
import cast as casting
import ends
import moods
import scenes
from days import plot
from plots_of_deeds import STRANGERS

# what is feared, what it is, what it is taken for, how it sounds
FEARS = (("the dark", "a coat on a hook", "a tall man in the corner", ("a creak", "a thump", "a soft rustle")), ("thunder",
         "only the clouds bumping together", "a giant with a drum", ("a rumble", "a loud crack", "a long low rumble")),
         ("the big dog next door", "a friendly old dog with no teeth", "a wolf", ("a bark", "a growl", "a loud sniff")), ("the attic",
         "a family of mice with a walnut", "a ghost", ("a scratch", "a soft rolling sound", "a patter")),
         ("the deep well", "{h.his} own echo", "a troll", ("a voice", "a deep hello", "a hollow sound")), ("the old mill",
         "an owl with three little ones", "a witch", ("a hiss", "a hoot", "a soft cry")), ("the cellar", "a pot lid that had fallen down",
         "a monster with iron shoes", ("a clang", "a bang", "a rattle")),
         ("the scarecrow", "straw in an old coat", "a thief", ("a rustle", "a flapping", "a scrape")), ("the cave", "water that dripped into a pool",
         "a dragon", ("a drip", "a strange sound", "a splash")), ("the cupboard at night", "a moth that wanted to get out", "a ghost with wings",
         ("a flutter", "a soft knock", "a rustle")),
         ("the tall shadow on the wall", "the shadow of a flower pot", "a giant", ("a creak", "a sigh of wind", "a knock")),
         ("the noise in the chimney", "the wind and a loose brick", "a bear", ("a howl", "a moan", "a thump")))


def afraid(s):
    cast = s.cast
    fear, truth, fancy, sounds = s.pick([entry for entry in FEARS if not ("mice" in entry[1] and cast["h"].kind in ("mouse", "owl",
        "kitten")) and not ("owl" in entry[1] and cast["h"].kind == "owl") and not (entry[0] == "the dark" and cast["h"].kind in ("owl",
        "mole")) and entry[2].split()[1] != cast["h"].kind])
    cast.update(fear=fear, fancy=fancy, truth=s.plain(truth), sound=s.pick(sounds))
    cast["x"] = s.pick((cast["e"], cast["f"]))
    if cast["x"] is cast["f"]:
        scenes.meet_friend(s)
    s.title = "{h.n} and {fear}"
    s.tell("There was one thing that {h.n} was afraid of: {fear}.", "{h} was afraid of {fear}.",
           "{h} did not fear [bees|spiders|cold water], but {h.he} was afraid of {fear}.", "{h} was brave about most things, but not about {fear}.")
    s.event("{h.n} was afraid of {fear}")
    s.fact(["What was {h.n} afraid of?"], ["{h.n} was afraid of {fear}."], "{fear}")
    s.tell("\"I am sure it is {fancy},\" {h} [thought|whispered].", "{h} believed that it was {fancy}.", "In {h.his} mind, {h} always saw {fancy}.",
           "\"There is {fancy},\" {h} told everybody.")
    s.fact(["What did {h.n} think it was?"], ["{h.n} thought that it was {fancy}."], "{fancy}")
    s.paragraph()
    s.tell("{time.cap}, {h} heard {sound} and [hid under the blanket|ran to {x.n}|could not move].",
           "{time.cap}, there was {sound}. {h} [trembled|held {h.his} breath].", "Then, {time}, there was {sound}. \"There it is!\" whispered {h}.")
    if s.chance(0.4):
        moods.fear(s)
    s.tell("\"What is it?\" asked {x.n}. \"It is {fancy}!\" said {h.n}.",
           "{x.n} saw that {h.n} was shaking. \"Tell me what it is, {h.n},\" {x.he} said.", "\"Are you afraid?\" asked {x.n}. {h.n} nodded.",
           "\"You are as white as milk,\" said {x.n}. \"What is it?\"" if not cast["h"].animal else "\"You are trembling,\" said {x.n}. \"What is it?\"")
    s.tell("\"Come, we will look together,\" said {x.n} and took {h.ns} hand." if not cast["h"].animal else "\"Come, we will look together,\" said {x.n}.",
           "\"I was afraid of it once, too,\" said {x.n}. \"Let us go and see.\"", "\"Two are braver than one, {h.n},\" said {x.n}. \"Come.\"",
           "\"Let us take a lamp and look,\" said {x.n}.")
    s.event("{x.n} went with {h.n} to look")
    s.fact(["Who went with {h.n} to look?"], ["{x.n} went with {h.n}."], "{x.n}")
    s.tell("Step by step they went[ on|], and {h.ns} heart [beat|pounded].", "{h} wanted to turn back, but {x.n} was there.",
           "They carried {t.a} for luck.", "{h} walked behind {x.n} and looked past {x.him} with one eye.")
    s.tell("And what was it? It was {truth}.", "Then {h} saw it: {truth}!", "In the end it was {truth}.",
           "There was no {fancy_}. There was only {truth}.".replace("{fancy_}", cast["fancy"].split(" ", 1)[1])
           if not cast["truth"].startswith("only") else "And it was {truth}.")
    s.event("{h.n} saw that it was {truth}")
    s.fact(["What was it really?"], ["It was {truth}."], "{truth}")
    s.paragraph()
    s.tell("{h} began to laugh. \"[So that was all|Is that all]!\"",
           "\"How silly of me,\" said {h.n}. \"Not silly at all,\" said {x.n}. \"You went to look.\"",
           "{h} looked at it for a long time, and the fear [went away|grew small].",
           "{h} took a deep breath. \"And I was afraid of that, {x.n}!\" {h.he} said.")
    s.tell("The next time, {h.n} was not afraid any more.", "Since then, {h.n} was no longer afraid of {fear}.",
           "After that, it was {h.n} who took others there.", "Now {h.n} even said good night to it.")
    s.event("{h.n} was not afraid any more")
    ends.happy(s, "fear grows small when one looks at it", "being brave means going although one is afraid", "two are braver than one")


NOISES = (("a knocking", "a woodpecker who was building a house", ""), ("a soft singing", "the wind in an empty bottle", ""), ("a rattling",
          "a hedgehog with his head in a tin", "hedgehog"), ("a scratching", "a mole under the floor", "mole"), ("a low humming",
          "a swarm of bees in a hollow tree", "winter"),
          ("a faint ringing", "a lost sheep with a bell", ""), ("a splashing", "a young otter who was learning to dive", "otter winter"),
          ("a deep snoring", "an old badger asleep in a barrel", "badger"), ("a tapping", "a chick that was coming out of its egg", "winter"),
          ("a whistling", "a kettle somebody had forgotten", ""),
          ("a rustling", "a squirrel looking for last year's nuts", "squirrel"), ("a squeaking", "a gate that needed oil", ""), ("a ticking",
          "an old clock in a box", ""), ("a crying", "a kitten that had climbed too high", "kitten"), ("a banging", "a window shutter in the wind", ""))
CLUES = ("footprints in the mud", "a white feather", "a trail of crumbs", "a bitten apple", "a bit of wool on a thorn", "nutshells", "a wet leaf",
         "a scratch on the door", "a line of sand", "drops of water", "a lost button", "some bits of straw", "a long grey hair")
GUESSES = ("a ghost", "a robber", "a lion", "a king in a cloak", "a dwarf", "a witch", "a giant", "a dragon with a cold", "a pirate", "a goblin")
GUESSES2 = ("the wind", "a big bird", "somebody's grandfather", "a train", "a whale", "a cow", "a very large mouse", "a clock", "an old machine",
            "a bear with a toothache")


def mystery(s):
    cast = s.cast
    cast["noise"], cast["source"], _ = s.pick([entry for entry in NOISES
         if cast["h"].kind not in entry[2] and cast["f"].kind not in entry[2] and cast["season"] not in entry[2]])
    cast["clue"] = s.pick([clue for clue in CLUES if not ("winter" in s.day and "mud" in clue)])
    cast["guess"], cast["guess2"] = s.pick(GUESSES), s.pick(GUESSES2)
    scenes.meet_friend(s)
    s.title = "the strange noise"
    s.tell("{time.cap}, {h} heard {noise}. It came from the {p}.", "{time.cap}, there was {noise} that nobody knew. It came from the {p}.",
           "\"Do you hear that?\" {h.n} asked {f.n} {time}. There was {noise}.", "{time.cap}, {h.n} and {f.n} stood still. {both} had heard {noise}.")
    s.event("{h.n} heard {noise}")
    s.fact(["What did {h.n} hear?"], ["{h.n} heard {noise}."], "{noise}")
    s.tell("\"It is {guess},\" said {f.n}. \"Or {guess2},\" said {h.n}.", "{f.n} thought it was {guess}. {h.n} thought of {guess2}.",
           "\"Maybe it is {guess}!\" whispered {f.n}.", "\"That can only be {guess},\" said {f.n}, and {f.his} eyes were big.")
    s.fact(["What did {f.n} think it was?"], ["{f.n} thought that it was {guess}."], "{guess}")
    s.tell("\"Let us find out,\" said {h.n}.", "{both} [held on to each other|took {t.a} with them] and went to find out.",
           "{h.n} was too curious to stay at home.", "\"I want to know,\" said {h.n}. \"I don't,\" said {f.n}, but {f.he} came along.")
    scenes.walk_together(s, "p")
    s.tell("On the ground they found {clue}.", "\"Here is something,\" said {f.n}. It was {clue}.", "{h.n} bent down and found {clue}.",
           "The first clue was {clue}.")
    s.event("{h.n} and {f.n} found {clue}")
    s.fact(["What clue did they find?", "What did they find {p.in}?"], ["{both} found {clue}."], "{clue}")
    s.paragraph()
    s.tell("{both} [crept|tiptoed|went] nearer. The noise grew louder[ and louder|].", "\"Ssh!\" said {h.n}. {both} listened. It was very near now.",
           "{f.n} wanted to [run|go home], but {h.n} went on.", "{f.n} held on to {h.n}. One more step, and one more.")
    s.tell("And then they saw it: {source}!", "Behind [a wall|a bush|some boxes] was {source}.",
           "{h.n} looked round the corner and laughed. It was {source}.", "{h.n} counted to three and looked. There was {source}.")
    s.event("{h.n} and {f.n} saw that it was {source}")
    s.fact(["What made the noise?", "Where did the noise come from?"], ["It was {source}."], "{source}")
    s.tell("\"And I thought it was {guess}!\" said {f.n}.", "\"So much for {guess},\" said {h.n}.",
           "{both} looked at each other and laughed until their sides hurt.", "\"Good day, {guess},\" said {h.n}, and {f.n} had to laugh.")
    s.tell("{both} told {e.n} about it, and {e.he} laughed as well.", "{h.n} and {f.n} stayed [a while|a little] and went home.",
           "{f.n} was {glad} that it was only that.", "\"We are real detectives,\" said {f.n} proudly.")
    s.event("{h.n} and {f.n} told everyone at home")
    ends.happy(s, "it is better to look than to guess", "most strange things have a simple cause", "a clue is worth more than a guess")


TRIES = (("counted sheep", "the sheep would not stand still"), ("lay on the other side", "that was no better"), ("drank a glass of milk",
         "then {h.he} was awake and full"), ("shut {h.his} eyes as tightly as {h.he} could", "they opened again"),
         ("put {h.his} head under the pillow", "it was too hot there"), ("sang {h.himself} a song", "it was a merry one, and {h.he} wanted to dance"),
         ("thought of nothing at all", "that was very hard"), ("counted the beats of the clock", "{h.he} got to five hundred"), ("made the bed again",
         "now it was cold"))
HELPS = ("told a story about a sleepy bear", "hummed an old song", "opened the window a little, and they listened to the night",
         "rubbed {h.his} back and counted backwards from twenty", "asked what had been the best thing of the day",
         "showed {h.him} how to breathe slowly, in and out", "named all those who were already asleep: the hens, the cows, the trees")
REASONS = ("the next day was {h.his} birthday", "{h.he} had heard a scary story", "the moon was so bright", "{h.he} had slept in the afternoon",
           "{h.he} was thinking of the journey of the next day", "the wind was so loud", "{h.he} had quarrelled with {f.n}",
           "{h.his} {t.full} was not in its place")


def sleepless(s):
    cast = s.cast
    scenes.meet_friend(s)
    first, second = s.pick(TRIES), s.pick(TRIES)
    while second is first:
        second = s.pick(TRIES)
    for key, text in (("d1", first[0]), ("r1", first[1]), ("d2", second[0]), ("r2", second[1]), ("why", s.pick(REASONS)), ("help", s.pick(HELPS))):
        cast[key] = s.plain(text)
    cast["dream"] = s.pick(("a ship on the clouds", "a garden full of lanterns", "a river of warm milk", "a meadow in the moonlight",
         "a train that went to the stars", "a forest where the trees sang", "a bear in a nightcap", "an island of cushions"))
    s.title = "the night without sleep"
    s.tell("{time.cap}, {h} lay in bed and could not sleep, for {why}.", "{time.cap}, everyone went to bed. But {h} could not sleep, because {why}.",
           "It was late, and {h} was still awake, for {why}.", "{time.cap}, the lamp was out, and {h} looked into the dark. {h.he} could not sleep, for {why}.")
    s.event("{h.n} could not sleep because {why}")
    s.fact(["Why could {h.n} not sleep?"], ["Because {why}."], "{why}")
    s.tell("First {h} {d1}, but {r1}.", "{h} {d1}, but {r1}.", "\"Sleep, come here,\" said {h}. {h.he} {d1}, but {r1}.")
    s.event("{h.n} {d1}, but {r1}")
    s.fact(["What did {h.n} try first?"], ["{h.n} {d1}."], "{d1}")
    s.tell("Then {h} {d2}, but {r2}.", "So {h.n} {d2}. It was no use: {r2}.", "After that, {h} {d2}, but {r2}.")
    s.event("{h.n} {d2}, but {r2}")
    s.tell("The clock struck [nine|ten|eleven].", "Somewhere [a dog barked|an owl called|a door creaked], and {h.n} sighed.",
           "{h.n} turned to the left and to the right[, but sleep did not come|, and the bed creaked|].",
           "\"Am I the only one who is awake [in the whole village|in the whole world|{p.near}]?\" thought {h.n}.")
    s.paragraph()
    s.tell("The door opened softly. \"Still awake, {h.n}?\" asked {e.n}.", "{h.n} got up and went to {e.n}. \"I cannot sleep, {e.n},\" {h.he} said.",
           "{e.n} had heard {h.him} and came in with a candle.")
    s.tell("{e.n} sat down on the bed and {help}.", "\"Move over a little,\" said {e.n} and {help}.",
           "{e.n} did not scold. {e.n} sat down beside {h.n} and {help}.")
    s.event("{e.n} {help}")
    s.fact(["What did {e.n} do so that {h.n} could sleep?", "How did {e.n} help {h.n}?"], ["{e.n} {help}."], "{help}")
    s.tell("{h.ns} eyes grew heavy.", "{h} yawned, once, twice, three times.", "Slowly everything in {h.n} became quiet.",
           "\"And then?\" asked {h}, but {h.he} did not hear the answer.")
    s.tell("Outside, [the moon went slowly over the {p}|the stars stood over the {q}|the night wind went through the trees|the river ran on through the dark].",
           "The candle burned low, and the house was still.", "Even the mice went to bed.")
    s.tell("{e.n} pulled up the blanket and tiptoed out.", "{e.n} blew out the candle. \"Good night, {h.n},\" {e.he} whispered.",
           "When {e.n} looked again, {h.n} was asleep.")
    s.event("{h.n} fell asleep")
    s.tell("And {h} dreamed of {dream}.", "That night {h} dreamed of {dream}, and it was a good dream.", "In {h.his} dream there was {dream}.")
    s.fact(["What did {h.n} dream of?"], ["{h.n} dreamed of {dream}."], "{dream}")
    s.maybe(0.6, "In the morning, {h} told {f.n} about it, and {f.n} wanted to dream that, too.",
            "In the morning, the sun had to shine on {h.ns} nose to wake {h.him}.", "Sleep well, {h.n}.", "And what are you going to dream of?")


TOOLS = (("a bucket", "only water was in it"), ("a net", "the moon slipped through the holes"), ("a long rake",
         "the moon broke into a hundred pieces"), ("a soup spoon", "the moon was too big for it"), ("a rope with a hook",
         "the hook sank and caught a boot"), ("a basket", "the water ran out, and the moon ran out with it"))


def moon(s):
    """The moon seems to have fallen into the water; it is fished for, until one looks up."""
    cast = s.cast
    scenes.meet_friend(s)
    (cast["tool"], cast["fail"]), (cast["tool2"], cast["fail2"]) = s.pick(TOOLS), s.pick(TOOLS)
    while cast["tool2"] == cast["tool"]:
        cast["tool2"], cast["fail2"] = s.pick(TOOLS)
    cast["water"] = s.pick(("the pond", "the well", "the lake", "the big rain barrel", "the mill pond"))
    cast["x"] = casting.stranger(s, (("old frog", "he"), ("owl", "she"), ("night watchman", "he"), ("heron", "he"), ("miller", "she"), ("toad",
         "she"), ("fisherman", "he")))
    s.title = "the moon in the water"
    s.tell("{time.cap}, {h} came past {water} and looked in, and there lay the moon!",
           "{time.cap}, {h} looked into {water} and got a fright, for the moon was in it!",
           "{time.cap}, {h} saw something round and bright in {water}, and it was the moon!")
    s.event("{h.n} saw the moon in {water}")
    s.fact(["Where did {h.n} see the moon?"], ["{h.n} saw it in {water}."], "{water}")
    s.tell("\"The moon has fallen down!\" cried {h}.", "\"Poor moon, it will drown,\" thought {h.n}.",
           "{h} ran to {f.n}. \"The moon is in the water, {f.n}!\" {h.he} called.")
    s.fact(["What did {h.n} think?"], ["{h.n} thought that the moon had fallen into the water."], "")
    s.tell("\"We must get it out,\" said {f.n}, \"or the nights will be dark.\"",
           "{f.n} came and saw it, too. \"Quick, let us save it!\" {f.he} said.", "\"What will the owls do without it?\" said {f.n}.")
    s.event("{h.n} and {f.n} wanted to get it out")
    s.paragraph()
    s.tell("{both} fetched {tool} and tried, but {fail}.", "{h.n} ran for {tool}. It did not help: {fail}.", "First they tried it with {tool}, but {fail}.")
    s.event("they tried it with {tool}, but {fail}")
    s.fact(["What did they try first?"], ["{both} tried it with {tool}."], "{tool}")
    s.tell("Then they took {tool2}, but {fail2}.", "\"Let me,\" said {f.n} and came with {tool2}. But {fail2}.",
           "{f.n} had an idea and got {tool2}, but {fail2}.")
    s.event("they tried it with {tool2}, but {fail2}")
    s.fact(["What did they try then?"], ["{both} tried it with {tool2}."], "{tool2}")
    if s.chance(0.5):
        moods.weariness(s)
    s.tell("At last {h} bent over so far that, splash, {h.he} fell in.", "{f.n} pulled with such force that both of them sat down in the mud.",
           "{h.n} and {f.n} tried and tried until they were wet from [head to foot|top to toe].")
    s.paragraph()
    s.tell("\"What are you doing there?\" asked {x.n}.",
           "{x.n} had been watching {h.n} and {f.n} for some time. \"May I ask what you are doing, {h.n}?\" {x.he} said.", "Then {x.n} came by and stopped.")
    s.tell("\"We are saving the moon,\" said {h}.", "\"The moon is in there, and we cannot get it out,\" said {f.n}.", "{h} told {x.n} everything.")
    s.tell("{x.n} [smiled|laughed|shook {x.his} head]. \"Look up, [{h.n}|{f.n}],\" {x.he} said.", "\"Have you looked up?\" asked {x.n}.",
           "{x.n} said nothing and only pointed at the sky.")
    s.event("{x.n} told them to look up")
    s.fact(["Who told them to look up?"], ["It was {x.n}."], "{x.n}")
    s.tell("{h.n} and {f.n} looked up. There was the moon, [round and bright|as round as a plate|as yellow as butter], in its old place.",
           "And there stood the moon, high over the {p}.", "There it was in the sky[, as always|, high over the {p}|, and it seemed to smile at {h.n}].")
    s.event("they saw the moon in the sky")
    s.tell("\"So we have saved it!\" cried {f.n}, and {h.n} was sure of it, too.",
           "\"It was only its picture in the water,\" said {h}, and {f.n} [laughed|went red|had to laugh].",
           "{h} looked up and down, up and down. \"There are two, {f.n}!\" {h.he} said.", "\"The water is its mirror,\" said {x.n}.")
    ends.happy(s, "one should look up now and then", "not all that shines is the moon", "it is better to look twice")


def star(s):
    """A falling star, a wish, and a search for the star that finds something better."""
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
           "And there, in the dark, sat a {o.kind}, who {need}.")
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


PLOTS = (plot(afraid, parts="evening evening afternoon"), plot(mystery), plot(sleepless, weathers="sunny windy cloudy frosty", parts="evening"),
         plot(moon, "spring summer autumn", "sunny", "evening"), plot(star, "spring summer autumn", "sunny", "evening"))
