# SPDX-License-Identifier: Apache-2.0
"""Plots about deeds and feelings: comforting, learning, fear, storm, a strange noise, a warning not heeded."""
import scenes
from story import Being

TROUBLES = (("had lost {o.his} way", "showed {o.him} the way home", "show you the way"), ("had not eaten since yesterday", "gave {o.him} half of {h.his} {food}", "share my {food} with you"),
            ("had hurt {o.his} foot", "washed the foot and tied a clean cloth round it", "look after your foot"), ("was cold and wet", "brought {o.him} a blanket and warm milk", "get you a blanket"),
            ("had nobody to play with", "played hide-and-seek with {o.him}", "play with you"), ("was afraid to cross the brook", "held {o.him} and counted the stepping stones", "cross it with you"),
            ("had dropped {o.his} dinner in the mud", "picked berries for {o.him}", "find you something to eat"), ("could not sleep because of bad dreams", "sang a soft song", "sing for you"),
            ("had torn {o.his} best coat", "sewed it with small stitches", "mend your coat"), ("was too tired to carry {o.his} bag", "carried it all the way", "carry it for you"))
STRANGERS = (("rabbit", "she"), ("hedgehog", "he"), ("donkey", "he"), ("sparrow", "she"), ("old man", "he"), ("old woman", "she"), ("beggar", "he"), ("lamb", "she"), ("puppy", "he"), ("kitten", "she"),
             ("swallow", "she"), ("young bear", "he"), ("traveller", "she"), ("deer", "he"), ("pedlar", "he"), ("goose", "she"))


def other(s, beings):
    name, pronoun = s.pick(beings)
    while name in (s.cast["h"].kind, s.cast["f"].kind):
        name, pronoun = s.pick(beings)
    return Being("the " + name, name, pronoun)


def comfort(s):
    cast = s.cast
    cast["o"] = other(s, STRANGERS)
    trouble, deed, offer = s.pick(TROUBLES)
    cast["trouble"], cast["deed"], cast["offer"] = s.plain(trouble), s.plain(deed), s.plain(offer)
    s.title = "{h.n} and the {o.kind}"
    s.paragraph()
    s.tell("{time.cap}, {h} was on {h.his} way to {e.n} with a {food} in {h.his} bag.", "{time.cap}, {h} went out to gather {supply}.", "{time.cap}, {h} was looking for {supply}.",
           "{time.cap}, {h} wanted to visit {f.n}.")
    scenes.walk(s, "p")
    s.tell("Someone was [crying|sobbing] there. It was a {o.kind}.", "There sat a {o.kind} with a sad face.", "{h} heard [a sigh|a small sound]. Behind a [bush|bench|wall] sat a {o.kind}.", "A {o.kind} was sitting there all alone.")
    s.event("{h.n} met {o.n} {p.in}")
    s.fact("where", ["Where did {h.n} meet {o.n}?"], ["{h.n} met {o.n} {p.in}.", "It was {p.in}."], "{p.in}")
    s.tell("\"[What is wrong|Why are you so sad|What has happened]?\" asked {h}.", "\"Can I do anything for you?\" {h} asked [softly|kindly].", "{h} sat down beside {o.n} and asked what was wrong.")
    s.tell("{o.n} {trouble}.", "It turned out that {o.n} {trouble}.", "{o.n} told {h.n} that {o.he} {trouble}.")
    s.fact("why", ["Why was {o.n} sad?"], ["Because {o.n} {trouble}.", "{o.n} was sad because {o.he} {trouble}."], "{trouble}")
    s.event("{o.n} said that {o.he} {trouble}")
    s.maybe(0.4, "{h} thought for a moment. {h.he} had wanted to be home by noon.", "\"Oh, you poor thing,\" said {h}.", "{h} had felt like that once, too.")
    s.tell("\"I will {offer},\" said {h}.", "\"Don't worry,\" said {h}. \"I can {offer}.\"", "\"Let me {offer},\" {h} said.")
    s.tell("And {h.n} {deed}.", "So {h.n} {deed}.", "Then {h.n} {deed}[, and it took a long time|, and soon things looked brighter|].")
    s.event("{h.n} {deed}")
    s.fact("how", ["How did {h.n} help {o.n}?", "What did {h.n} do for {o.n}?"], ["{h.n} {deed}."], "{deed}")
    s.tell("\"Thank you,\" said {o.n}. \"I will not forget this.\"", "{o.n} [smiled|smiled for the first time that day].", "\"You have a good heart,\" said {o.n}.")
    if s.chance(0.7):
        cast["need"], cast["return"] = s.pick((("{h} lost {h.his} way in the fog", "led {h.him} home"), ("{h.ns} {t} fell into a ditch", "got it out again"), ("a strong wind carried off {h.ns} {t}", "brought it back"),
                                              ("{h} had to carry a heavy sack", "took one end of it"), ("{h} was ill in bed", "came with flowers and soup"), ("{h.ns} boat got stuck in the reeds", "pulled it free"),
                                              ("the fire went out and {h} was cold", "brought dry wood"), ("{h} fell into a hole and could not get out", "let down a rope")))
        cast["need"], cast["return"] = s.plain(cast["need"].replace("{h}", "{h.n}")), s.plain(cast["return"])
        s.paragraph()
        s.tell("[Some days|A week|A month|Not long] later, {need}.", "Then came a day when {need}.", "When winter came, {need}.")
        s.event("{need}")
        s.tell("And who came? It was {o.n}, who {return}.", "{o.n} heard of it, came at once and {return}.", "But {o.n} had not forgotten, and {o.he} {return}.")
        s.event("{o.n} {return}")
        s.fact("who", ["Who helped when {need}?"], ["{o.n} helped {h.n}."], "{o.n}")
        s.maybe(0.6, "\"You helped me, and now I help you,\" said {o.n}.", "\"[I told you so|I said it|You see]: I do not forget,\" said {o.n}.")
    scenes.glad_end(s, "kindness comes back", "a small kindness can be great", "one should stop for those who are sad")


SKILLS = (("swim", "swimming", "sank like a stone", "keep calm and kick with your legs"), ("whistle", "whistling", "only blew air", "make your lips small and round"),
          ("skate", "skating", "fell on {h.his} bottom", "bend your knees and look ahead"), ("climb trees", "climbing trees", "got stuck on the first branch", "look for the next hold before you move"),
          ("row a boat", "rowing", "went round in circles", "pull both oars together"), ("bake bread", "baking", "burned the loaf", "look into the oven often"),
          ("play the flute", "playing the flute", "made a terrible squeak", "blow gently, as if you cooled your soup"), ("read", "reading", "mixed up all the letters", "take one letter after the other"),
          ("jump over the brook", "jumping", "landed in the water", "take a long run first"), ("tie a knot", "tying knots", "tied {h.his} own thumb", "make the loop first"),
          ("dance", "dancing", "stepped on every foot", "listen to the drum"), ("juggle", "juggling", "dropped all three balls", "begin with only one ball"),
          ("walk on stilts", "walking on stilts", "fell into the hedge", "take small steps"), ("paint", "painting", "spilled all the blue paint", "take only a little paint on the brush"))


def learned(s):
    cast = s.cast
    skill, doing, failure, advice = s.pick(SKILLS)
    cast.update(skill=skill, doing=doing, advice=advice)
    cast["failure"] = s.plain(failure)
    cast["x"] = s.pick((cast["e"], cast["f"]))
    scenes.meet_friend(s)
    s.title = "how {h.n} learned to {skill}"
    s.tell("{time.cap}, {h} saw how well {f.n} could {skill}. \"I want to do that too,\" {h.n} said.", "{h} wanted to learn to {skill}, but {h.he} was [afraid of looking silly|not sure how].", "All the others could {skill}. Only {h.n} could not.",
           "\"Can you {skill}?\" {f.n} asked {time}. {h.n} shook {h.his} head. \"Not yet.\"")
    s.event("{h.n} wanted to learn to {skill}")
    s.fact("what", ["What did {h.n} want to learn?"], ["{h.n} wanted to learn to {skill}."], "{skill}")
    scenes.walk(s, "p")
    s.tell("{h} tried, but {h.he} {failure}.", "The first time, {h} {failure}.", "{h} took a deep breath, began, and {failure}.")
    s.event("{h.n} tried and {failure}")
    s.fact("what", ["What happened when {h.n} tried for the first time?"], ["{h.n} {failure}."], "{failure}")
    s.maybe(0.6, "[Two crows|The hens|Some boys|The geese] laughed.", "{h.ns} ears grew hot.", "\"I shall never learn it!\" {h} cried.", "{h} tried again, and it went [wrong again|no better].")
    s.paragraph()
    s.tell("\"I will tell you a secret,\" said {x.n}. \"{advice.cap}.\"", "{x.n} had been watching. \"{advice.cap},\" {x.he} said.", "\"Don't give up,\" said {x.n}. \"{advice.cap}.\"", "\"How do you do it?\" {h} asked {x.n}. \"It is simple: {advice}.\"")
    s.event("{x.n} gave {h.n} good advice")
    s.fact("who", ["Who gave {h.n} advice?"], ["It was {x.n}.", "{x.n} gave {h.n} advice."], "{x.n}")
    s.fact("what", ["What did {x.n} tell {h.n}?"], ["{x.n} said, \"{advice.cap}.\""], "{x.n}")
    cast["span"] = s.pick(("a week", "three days", "ten days", "a whole month", "the whole summer", "two weeks"))
    s.tell("{h} practised for {span}.", "For {span}, {h} tried it every [morning|evening|day].", "{h} kept trying, and after {span}, it was [a little|much] better.")
    s.tell("And then one day, it worked!", "Then it happened: {h} could {skill}!", "\"I can do it!\" {h} shouted. \"I can {skill}!\"")
    s.event("{h.n} learned to {skill} after {span}")
    s.fact("how long", ["How long did it take {h.n} to learn it?"], ["It took {span}."], "{span}")
    s.tell("{f.n} [clapped|cheered] so loudly that the birds flew up.", "\"Well done!\" said {x.n}.", "From then on, {doing} was what {h.n} liked best.", "{x.n} was even prouder than {h.n}.")
    scenes.glad_end(s, "one must fall before one can fly", "practice makes hard things easy", "nobody can do everything at once")


FEARS = (("the dark", "a coat on a hook", "a tall man in the corner"), ("thunder", "only the clouds bumping together", "a giant with a drum"), ("the big dog next door", "a friendly old dog with no teeth", "a wolf"),
         ("the attic", "a family of mice with a walnut", "a ghost"), ("the deep well", "{h.his} own echo", "a troll"), ("the old mill", "an owl with three little ones", "a witch"),
         ("the cellar", "a pot lid that had fallen down", "a monster with iron shoes"), ("the scarecrow", "straw in an old coat", "a thief"), ("the cave", "water that dripped into a pool", "a dragon"))


def afraid(s):
    cast = s.cast
    fear, truth, fancy = s.pick(FEARS)
    cast.update(fear=fear, fancy=fancy, truth=s.plain(truth))
    cast["x"] = s.pick((cast["e"], cast["f"]))
    if cast["x"] is cast["f"]:
        scenes.meet_friend(s)
    s.title = "{h.n} and {fear}"
    s.tell("There was one thing that {h.n} was afraid of: {fear}.", "{h} was afraid of {fear}.", "{h} did not fear [bees|spiders|cold water], but {h.he} was afraid of {fear}.")
    s.event("{h.n} was afraid of {fear}")
    s.fact("what", ["What was {h.n} afraid of?"], ["{h.n} was afraid of {fear}."], "{fear}")
    s.tell("\"I am sure it is {fancy},\" {h} [thought|whispered].", "{h} believed that it was {fancy}.", "In {h.his} mind, {h} always saw {fancy}.")
    s.fact("what", ["What did {h.n} think it was?"], ["{h.n} thought that it was {fancy}."], "{fancy}")
    s.paragraph()
    s.tell("{time.cap}, {h} heard [a strange sound|a rumble|a long low noise] and [hid under the blanket|ran to {x.n}|could not move].", "{time.cap}, there was [a bang|a knock|a creak]. {h} [trembled|held {h.his} breath].")
    s.tell("\"What is it?\" asked {x.n}. \"It is {fancy}!\" said {h.n}.", "{x.n} saw that {h.n} was shaking. \"Tell me,\" {x.he} said.", "\"Are you afraid?\" asked {x.n}. {h.n} nodded.")
    s.tell("\"Come, we will look together,\" said {x.n} and took {h.ns} hand." if not cast["h"].animal else "\"Come, we will look together,\" said {x.n}.",
           "\"I was afraid of it once, too,\" said {x.n}. \"Let us go and see.\"", "\"Two are braver than one,\" said {x.n}. \"Come.\"")
    s.event("{x.n} went with {h.n} to look")
    s.fact("who", ["Who went with {h.n} to look?"], ["{x.n} went with {h.n}."], "{x.n}")
    s.tell("Step by step they went[ on|], and {h.ns} heart [beat|pounded].", "{h} wanted to turn back, but {x.n} was there.", "They carried {t.a} [for luck|to be safe].")
    s.tell("And what was it? It was {truth}.", "Then {h} saw it: {truth}!", "In the end it was {truth}.")
    s.event("{h.n} saw that it was {truth}")
    s.fact("what", ["What was it really?"], ["It was {truth}."], "{truth}")
    s.paragraph()
    s.tell("{h} began to laugh. \"[So that was all|Is that all|I was afraid of that]!\"", "\"How silly of me,\" said {h.n}. \"Not silly at all,\" said {x.n}. \"You went to look.\"", "{h} looked at it for a long time, and the fear [went away|grew small].")
    s.tell("The next time, {h.n} was not afraid any more.", "Since then, {h.n} was no longer afraid of {fear}.", "After that, it was {h.n} who took others there.")
    s.event("{h.n} was not afraid any more")
    scenes.glad_end(s, "fear grows small when one looks at it", "being brave means going although one is afraid")


STORMS = (("a storm came up", "the rain beat down", "storm"), ("snow began to fall", "the snow grew deep", "snow"), ("thick fog rolled in", "nothing could be seen", "fog"), ("the river rose", "water ran over the path", "flood"),
          ("a great wind began to blow", "branches broke from the trees", "wind"), ("hail fell from the black clouds", "the hail jumped like peas", "hail"))
SHELTERS = ("an empty hut", "a hollow tree", "a cave with dry leaves", "the old mill", "a hay barn", "a hut of branches", "a shepherd's wagon", "a boat turned upside down")


def storm(s):
    cast = s.cast
    cast["weather"], cast["worse"], cast["sky"] = s.pick(STORMS)
    cast["shelter"] = s.pick(SHELTERS)
    cast["o"] = other(s, STRANGERS)
    cast["pass"] = s.pick(("told riddles", "sang every song they knew", "shared a {food}", "told each other stories", "made a small fire", "counted the drops", "played with {t.a}"))
    cast["passing"] = s.plain(cast["pass"])
    scenes.meet_friend(s)
    s.title = "the day of the {sky}"
    s.tell("{time.cap}, {h.n} and {f.n} went out to [look for|gather|pick] {supply}.", "{time.cap}, {h.n} and {f.n} were on the way to {e.n}.", "{time.cap}, {h.n} and {f.n} were playing far from home.")
    scenes.walk(s, "p")
    s.tell("Suddenly, {weather}.", "Then the sky grew dark, and {weather}.", "Nobody had looked at the sky, and all at once {weather}.", "\"Look at the sky!\" said {f.n}. And already {weather}.")
    s.event("{weather}")
    s.fact("what", ["What happened while {h.n} and {f.n} were {p.in}?"], ["{weather.cap}."], "{weather}")
    s.tell("{worse.cap}, and they could not go home.", "Soon {worse}.", "\"Quick, we need a roof!\" cried {h}, for {worse}.")
    s.fact("why", ["Why could they not go home?"], ["Because {weather}."], "{weather}")
    s.tell("They [ran|hurried] and found {shelter}.", "{h.n} took the lead and found {shelter}.", "\"There!\" called {f.n}. {f.he} had seen {shelter}.")
    s.event("{h.n} and {f.n} found {shelter}")
    s.fact("where", ["Where did they find shelter?"], ["They found {shelter}."], "{shelter}")
    s.paragraph()
    s.tell("Someone was there already: a {o.kind}, [cold and afraid|wet to the skin|trembling].", "After a while, there was a knock. It was a {o.kind}.", "Inside, {h.n} saw two eyes. They belonged to a {o.kind}.")
    s.tell("\"Come close,\" said {h.n}. \"Then we are all warm.\"", "\"May I stay with you?\" asked {o.n}. \"There is room for three,\" said {h.n}.", "\"Don't be afraid,\" {f.n} said to {o.n}.")
    s.event("{h.n} and {f.n} shared the place with {o.n}")
    s.fact("who", ["Who else was there?", "With whom did they share the place?"], ["It was {o.n}."], "{o.n}")
    s.tell("The three of them {passing}, and the time passed quickly.", "They {passing} until it was over.", "Outside it roared, but inside they {passing}.")
    s.fact("what", ["What did the three of them do?"], ["They {passing}."], "{passing}")
    s.event("the three of them {passing}")
    s.paragraph()
    s.tell("At last it was over, and [the sun came out|a rainbow stood over the {q}|everything shone|the air smelled fresh].", "When it was over, they [stepped out|went outside]. The world was [bright and clean|very quiet].")
    s.tell("{e.n} was waiting at the door with [dry clothes|hot soup|a lamp]. \"There you are!\" {e.he} cried.", "{o.n} knew a short way and [took|led] them home.", "\"What a day!\" said {f.n}, and they all laughed.")
    s.event("{h.n} and {f.n} came home safely")
    scenes.glad_end(s, "there is always room for one more", "a storm is not so bad when friends are near")


NOISES = (("a knocking", "a woodpecker who was building a house"), ("a soft singing", "the wind in an empty bottle"), ("a rattling", "a hedgehog with his head in a tin"), ("a scratching", "a mole under the floor"),
          ("a low humming", "a swarm of bees in a hollow tree"), ("a faint ringing", "a lost sheep with a bell"), ("a splashing", "a young otter who was learning to dive"), ("a deep snoring", "an old badger asleep in a barrel"),
          ("a tapping", "a chick that was coming out of its egg"), ("a whistling", "a kettle somebody had forgotten"), ("a rustling", "a squirrel looking for last year's nuts"), ("a squeaking", "a gate that needed oil"))
CLUES = ("footprints in the mud", "a white feather", "a trail of crumbs", "a bitten apple", "a bit of wool on a thorn", "nutshells", "a wet leaf", "a scratch on the door", "a line of sand", "drops of water")


def mystery(s):
    cast = s.cast
    cast["noise"], cast["source"] = s.pick(NOISES)
    cast["clue"] = s.pick(CLUES)
    cast["guess"], cast["guess2"] = s.pick(("a ghost", "a robber", "a lion", "a king in a cloak", "a dwarf")), s.pick(("the wind", "a big bird", "somebody's grandfather", "a train", "a whale"))
    scenes.meet_friend(s)
    s.title = "the strange noise"
    s.tell("{time.cap}, {h} heard {noise}. It came from the {p}.", "{time.cap}, there was {noise} that nobody knew.", "\"Do you hear that?\" {h.n} asked {f.n} {time}. There was {noise}.")
    s.event("{h.n} heard {noise}")
    s.fact("what", ["What did {h.n} hear?"], ["{h.n} heard {noise}."], "{noise}")
    s.tell("\"It is {guess},\" said {f.n}. \"Or {guess2},\" said {h.n}.", "{f.n} thought it was {guess}. {h.n} thought of {guess2}.", "\"Maybe it is {guess}!\" whispered {f.n}.")
    s.fact("what", ["What did {f.n} think it was?"], ["{f.n} thought that it was {guess}."], "{guess}")
    s.tell("\"Let us find out,\" said {h.n}.", "They [took each other by the arm|took {t.a} with them] and went to find out.", "{h.n} was too curious to stay at home.")
    scenes.walk(s, "p")
    s.tell("On the ground they found {clue}.", "\"Here is something,\" said {f.n}. It was {clue}.", "{h.n} bent down and found {clue}.", "The first clue was {clue}.")
    s.event("{h.n} and {f.n} found {clue}")
    s.fact("what", ["What clue did they find?", "What did they find {p.in}?"], ["They found {clue}."], "{clue}")
    s.paragraph()
    s.tell("They [crept|tiptoed|went] nearer. The noise grew louder[ and louder|].", "\"Ssh!\" said {h.n}. They listened. It was very near now.", "{f.n} wanted to [run|go home], but {h.n} went on.")
    s.tell("And then they saw it: {source}!", "Behind [a wall|a bush|some boxes] was {source}.", "{h.n} looked round the corner and laughed. It was {source}.")
    s.event("{h.n} and {f.n} saw that it was {source}")
    s.fact("what", ["What made the noise?", "Where did the noise come from?"], ["It was {source}."], "{source}")
    s.tell("\"And I thought it was {guess}!\" said {f.n}.", "\"So much for {guess},\" said {h.n}.", "They looked at each other and laughed until their sides hurt.")
    s.tell("They told {e.n} about it, and {e.he} laughed as well.", "{h.n} and {f.n} [helped a little|stayed and watched] and went home [late|at noon].", "{f.n} was {glad} that it was only that.")
    s.event("{h.n} and {f.n} told everyone at home")
    scenes.glad_end(s, "it is better to look than to guess", "most strange things have a simple cause")


WARNINGS = (("go on the thin ice", "The ice cracked, and {h.n} stood in cold water up to {h.his} knees"), ("eat the green plums", "{h.n} got a terrible tummy ache"), ("touch the hot pot", "{h.n} burned one finger"),
            ("open the hen house", "all the hens ran out into the lane"), ("climb on the old wall", "a stone came loose, and {h.n} sat there and could not get down"), ("leave the path", "{h.n} did not know any more where home was"),
            ("pull the long rope", "the great bell rang, and all the people came running"), ("poke the wasps' nest", "the wasps came out, and {h.n} had to run"), ("untie the boat", "the boat drifted away with {h.n} in it"),
            ("stay out after dark", "it was so dark that {h.n} ran into a tree"), ("go near the mud hole", "{h.n} sank in and lost one shoe"))


def warned(s):
    cast = s.cast
    cast["ban"], result = s.pick(WARNINGS)
    cast["result"] = s.plain(result)
    cast["result"] = cast["result"][0].lower() + cast["result"][1:] if cast["result"].startswith("The ") else cast["result"]
    cast["w"] = other(s, (("shepherd", "he"), ("postman", "he"), ("miller", "she"), ("ferryman", "he"), ("gardener", "she"), ("old goose", "she"), ("farmer", "she"), ("old badger", "he"), ("woodcutter", "he")))
    cast["rescue"] = s.pick(("came and helped", "heard the cry and came at once", "put things right", "came running"))
    s.title = "why {h.n} was not to {ban}"
    s.tell("\"Whatever you do, do not {ban},\" {e.n} told {h.n} {time}.", "{time.cap}, {e.n} went to the {q}. \"Do not {ban} while I am away,\" {e.he} said.", "{e.n} had said it many times: \"Do not {ban}!\"")
    s.event("{e.n} told {h.n} not to {ban}")
    s.fact("what", ["What had {e.n} told {h.n}?", "What was {h.n} not allowed to do?"], ["{e.n} had told {h.n} not to {ban}."], "{ban}")
    s.tell("\"I promise,\" said {h.n}.", "{h.n} nodded, but {h.he} was thinking of something else.", "\"Why not?\" asked {h.n}. \"You would be sorry,\" said {e.n}.")
    s.maybe(0.5, "It was a long and [boring|warm|quiet] morning.", "{h} played with the {t} for a while, but that got boring.", "{f.n} was not there to play with.")
    s.tell("\"Just once,\" thought {h.n}. \"Who will know?\"", "\"It cannot be so bad,\" {h.n} said to {h.himself}.", "{h.n} looked left and right. Nobody was there.")
    s.tell("So {h.he} did it, but it went wrong: {result}.", "{h.he} did it, and {result}.", "{h.he} did it all the same. At once it went wrong: {result}.")
    s.event("{result}")
    s.fact("what", ["What happened because {h.n} did not listen?"], ["{result.cap}."], "{result}")
    s.paragraph()
    s.tell("\"Help!\" cried {h.n}.", "\"Oh, if only I had listened!\" {h.n} [cried|sobbed].", "{h.n} called as loudly as {h.he} could.")
    s.tell("Luckily, {w.n} {rescue}.", "{w.n} was not far off and {rescue}.", "It was {w.n} who {rescue}.")
    s.event("{w.n} {rescue}")
    s.fact("who", ["Who helped {h.n}?"], ["{w.n} helped {h.n}."], "{w.n}")
    s.tell("\"That could have ended badly,\" said {w.n}.", "\"Now you know why,\" said {w.n}, but {w.he} was not angry.", "{w.n} took {h.n} home.")
    s.paragraph()
    s.tell("At home, {h} told {e.n} everything. \"I am sorry that I did not listen,\" {h.he} said.", "\"I did it,\" {h} told {e.n} and [hung {h.his} head|looked at the floor].", "{e.n} came home, and {h.n} told the whole truth.")
    s.tell("{e.n} took {h.him} in {e.his} arms. \"I am glad that you are safe,\" {e.he} said.", "\"You have learned it now,\" said {e.n} and made [tea|soup|a bed for {h.him}].", "\"Thank you for telling me,\" said {e.n}.")
    s.event("{h.n} told {e.n} everything")
    scenes.glad_end(s, "good advice is worth listening to", "a promise must be kept", "rules are there for a reason")


PLOTS = (comfort, comfort, learned, afraid, storm, mystery, warned)
