# SPDX-License-Identifier: Apache-2.0
"""Plots about deeds: comforting somebody, learning, a warning not heeded, a message, an egg, medicine for somebody who is ill."""
import cast as casting
import ends
import moods
import scenes
from days import plot

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
STRANGERS = (("rabbit", "she"), ("hedgehog", "he"), ("donkey", "he"), ("sparrow", "she"), ("old man", "he"), ("old woman", "she"), ("beggar", "he"),
             ("lamb", "she"), ("puppy", "he"), ("kitten", "she"),
             ("goose", "she"), ("young bear", "he"), ("traveller", "she"), ("deer", "he"), ("pedlar", "he"), ("squirrel", "he"), ("tortoise", "he"),
             ("little girl", "she"), ("little boy", "he"), ("soldier", "he"))
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


# to do it, doing it, what went wrong, advice, seasons, who need not learn it
SKILLS = (("swim", "swimming", "sank like a stone", "keep calm and kick with your legs", "summer", "swim fly"), ("whistle", "whistling",
          "only blew air", "make your lips small and round", "", "fly"),
          ("skate", "skating", "fell on {h.his} bottom", "bend your knees and look ahead", "winter", ""), ("climb trees", "climbing trees",
          "got stuck on the first branch", "look for the next hold before you move", "", "climb fly"),
          ("row a boat", "rowing", "went round in circles", "pull both oars together", "spring summer", "swim"), ("bake bread", "baking",
          "burned the loaf", "look into the oven often", "", ""),
          ("play the flute", "playing the flute", "made a terrible squeak", "blow gently, as if you cooled your soup", "", ""), ("read", "reading",
          "mixed up all the letters", "take one letter after the other", "", ""),
          ("jump over the brook", "jumping", "landed in the water", "take a long run first", "summer", "swim fly"), ("tie a knot", "tying knots",
          "tied everything but the rope", "make the loop first", "", ""),
          ("dance", "dancing", "stepped on every foot", "listen to the drum", "", ""), ("juggle", "juggling", "dropped all three balls",
          "begin with only one ball", "", ""),
          ("walk on stilts", "walking on stilts", "fell into the hedge", "take small steps", "", "fly"), ("paint", "painting",
          "spilled all the blue paint", "take only a little paint on the brush", "", ""),
          ("ride a bicycle", "riding the bicycle", "rode straight into a haystack", "look at the road and not at the wheel", "spring summer autumn",
          "fly"), ("fish", "fishing", "caught only an old boot", "sit still and wait", "spring summer autumn", "swim"),
          ("write", "writing", "made more spots than letters", "hold the pen as if it were a bird", "", ""), ("knit", "knitting",
          "dropped every second stitch", "do not pull so hard", "", ""),
          ("fly a kite", "flying kites", "pulled the kite along the ground", "run against the wind", "spring autumn", "fly"))
SPANS = ("a week", "three days", "ten days", "a whole month", "five days", "two weeks", "eight days", "three weeks", "six days")


def learned(s):
    cast = s.cast
    can = cast["h"].can
    skill, doing, failure, advice, _, _ = s.pick([entry for entry in SKILLS
        if (not entry[4] or cast["season"] in entry[4]) and not can & set(entry[5].split())])
    cast.update(skill=skill, doing=doing, advice=advice, failure=s.plain(failure))
    cast["x"] = s.pick((cast["e"], cast["f"]))
    scenes.meet_friend(s)
    s.title = "how {h.n} learned to {skill}"
    s.tell("{time.cap}, {h} saw how well {f.n} could {skill}. \"I want to do that too,\" {h.n} said.",
           "{h} wanted to learn to {skill}, but {h.he} was [afraid of looking silly|not sure how].", "All the others could {skill}. Only {h.n} could not.",
           "\"Can you {skill}?\" {f.n} asked {time}. {h.n} shook {h.his} head. \"[Not yet|No|Not at all|Only in my dreams].\"",
           "{time.cap}, {h} made up {h.his} mind to learn to {skill}.")
    s.event("{h.n} wanted to learn to {skill}")
    s.fact(["What did {h.n} want to learn?"], ["{h.n} wanted to learn to {skill}."], "{skill}")
    s.tell("{h} tried, but {h.he} {failure}.", "The first time, {h} {failure}.", "{h} took a deep breath, began, and {failure}.",
           "It looked easy, but when {h.n} tried it, {h.he} {failure}.")
    s.event("{h.n} tried and {failure}")
    s.fact(["What happened when {h.n} tried for the first time?"], ["{h.n} {failure}."], "{failure}")
    s.maybe(0.7, "[Two crows|The hens|Some boys|The geese|The sparrows] laughed.", "{h.ns} ears grew hot.", "\"I shall never learn it!\" {h} cried.",
            "{h} tried again, and it went [wrong again|no better].", "\"That was not very good,\" said {h}, and {h.he} was right.")
    if s.chance(0.4):
        moods.worry(s)
    s.paragraph()
    s.tell("\"I will tell you a secret,\" said {x.n}. \"{advice.cap}.\"", "{x.n} had been watching. \"{advice.cap},\" {x.he} said.",
           "\"Don't give up,\" said {x.n}. \"{advice.cap}.\"", "\"How do you do it?\" {h} asked {x.n}. \"It is simple: {advice}.\"",
           "\"I could not do it either at first,\" said {x.n}. \"{advice.cap}.\"")
    s.event("{x.n} gave {h.n} good advice")
    s.fact(["Who gave {h.n} advice?"], ["It was {x.n}.", "{x.n} gave {h.n} advice."], "{x.n}")
    s.fact(["What did {x.n} tell {h.n}?"], ["{x.n} said, \"{advice.cap}.\""], "{x.n}")
    cast["span"] = s.pick(SPANS)
    s.tell("{h} practised for {span}.", "For {span}, {h} tried it every [morning|evening|day].",
           "{h} kept trying, and after {span}, it was [a little|much] better.", "{h} tried again the next day, and the day after, for {span}.")
    if s.chance(0.4):
        moods.weariness(s)
    s.tell("And then one day, it worked!", "Then it happened: {h} could {skill}!", "\"I can do it!\" {h} shouted. \"I can {skill}!\"",
           "And one day, {h} did it as if {h.he} had always done it.")
    s.event("{h.n} learned to {skill} after {span}")
    s.fact(["How long did it take {h.n} to learn it?"], ["It took {span}."], "{span}")
    s.tell("{f.n} [clapped|cheered] so loudly that the birds flew up.", "\"Well done!\" said {x.n}.",
           "From then on, {doing} was what {h.n} liked best.", "{x.n} was even prouder than {h.n}.",
           "\"{x.n}, look!\" called {h.n}. {x.n} looked and laughed for joy.")
    ends.happy(s, "one must fall before one can fly", "practice makes hard things easy", "nobody can do everything at once", "every master was a beginner once")


# what is forbidden, what happens, seasons
WARNINGS = (("go on the thin ice", "the ice cracked, and {h.n} stood in cold water up to {h.his} knees", "winter"), ("eat the green plums",
            "{h.n} got a terrible tummy ache", "summer"), ("touch the hot pot", "{h.n} burned one {h.hand}", ""),
            ("open the hen house", "all the hens ran out into the lane", ""), ("climb on the old wall",
            "a stone came loose, and {h.n} sat there and could not get down", ""), ("leave the path in the forest",
            "{h.n} did not know any more where home was", ""),
            ("pull the long rope in the tower", "the great bell rang, and all the people came running", ""), ("poke the wasps' nest",
            "the wasps came out, and {h.n} had to run", "summer autumn"), ("untie the boat", "the boat drifted away with {h.n} in it", "spring summer"),
            ("stay out after dark", "it was so dark that {h.n} ran into a tree", ""), ("go near the mud hole", "{h.n} sank in and could not get out",
            ""), ("open the gate of the field", "the cows walked out and ate the flowers", "spring summer autumn"),
            ("play with the paint", "{h.n} was green from head to foot and stuck to the bench", ""), ("ride on the big ram",
            "the ram jumped and threw {h.n} into the nettles", "spring summer autumn"), ("taste the red pepper", "{h.ns} mouth burned like fire", ""))
RESCUERS = (("shepherd", "he"), ("postman", "he"), ("miller", "she"), ("ferryman", "he"), ("gardener", "she"), ("farmer", "she"), ("woodcutter",
            "he"), ("milkmaid", "she"), ("fisherman", "he"), ("doctor", "she"), ("teacher", "she"), ("blacksmith", "he"))


def warned(s):
    cast = s.cast
    can = cast["h"].can
    choices = [entry for entry in WARNINGS if (not entry[2] or cast["season"] in entry[2]) and not ("climb" in entry[0] and can & {"climb",
               "fly"}) and not ("boat" in entry[0] and can & {"swim", "fly"})]
    cast["ban"], result, _ = s.pick(choices)
    cast["result"] = s.plain(result)
    cast["w"] = casting.stranger(s, RESCUERS)
    cast["rescue"] = s.pick(("came and helped", "heard the cry and came at once", "put things right", "came running", "was there in no time",
         "knew what to do"))
    s.title = "why {h.n} was not to {ban}"
    s.tell("\"Whatever you do, do not {ban},\" {e.n} told {h.n} {time}.",
           "{time.cap}, {e.n} went to the {q}. \"Do not {ban} while I am away,\" {e.he} said.", "{e.n} had said it many times: \"Do not {ban}!\"",
           "{time.cap}, {e.n} put on {e.his} coat. \"Be good,\" {e.he} said, \"and do not {ban}.\"")
    s.event("{e.n} told {h.n} not to {ban}")
    s.fact(["What had {e.n} told {h.n}?", "What was {h.n} not allowed to do?"], ["{e.n} had told {h.n} not to {ban}."], "{ban}")
    s.tell("\"I promise,\" said {h.n}.", "{h.n} nodded, but {h.he} was thinking of something else.",
           "\"Why not?\" asked {h.n}. \"You would be sorry,\" said {e.n}.", "\"Yes, yes,\" said {h.n} and hardly listened.")
    s.maybe(0.6, "It was a long and [boring|quiet] {part}.", "{h} played with {h.his} {t} for a while, but that got boring.",
            "Nobody was there to play with {h.n}.", "{h} counted the flies on the wall. Then {h.he} had nothing to do.")
    s.tell("\"Just once,\" thought {h.n}. \"[Who will know|Who will see it|{e.n} is far away].\"",
           "\"It cannot be so bad,\" {h.n} said to {h.himself}.", "{h.n} looked left and right, but nobody was there.",
           "The more {h.n} thought of it, the more {h.he} wanted to.")
    s.tell("So {h.he} did it, but it went wrong: {result}.", "{h.he} did it, and {result}.",
           "{h.n} did it all the same. At once it went wrong: {result}.", "And so {h.n} did what {e.n} had forbidden. It did not end well: {result}.")
    s.event("{result}")
    s.fact(["What happened because {h.n} did not listen?"], ["{result.cap}."], "{result}")
    s.paragraph()
    s.tell("\"Help!\" cried {h.n}. \"Is [anybody|nobody] there?\"", "\"Oh, if only I had listened[ to {e.n}|]!\" {h.n} [cried|sobbed].",
           "{h.n} called as loudly as {h.he} could.", "\"{e.n} was right,\" thought {h.n}, and {h.he} called for help.")
    s.tell("Luckily, {w.n} {rescue}.", "{w.n} was [not far off|nearby|just coming home] and {rescue}.", "It was {w.n} who {rescue}.",
           "{w.n} had good ears and {rescue}.")
    s.event("{w.n} {rescue}")
    s.fact(["Who helped {h.n}?"], ["{w.n} helped {h.n}."], "{w.n}")
    s.tell("\"That could have ended badly,\" said {w.n}.", "\"Now you know why,\" said {w.n}, but {w.he} was not angry.", "{w.n} took {h.n} home.",
           "\"I did that once, too,\" said {w.n}. \"[Only once, {h.n}|Never again, {h.n}|I was as old as you are, {h.n}].\"")
    s.paragraph()
    s.tell("At home, {h} told {e.n} everything. \"I am sorry that I did not listen,\" {h.he} said.",
           "\"I did it,\" {h} told {e.n} and [hung {h.his} head|looked at the floor].", "{e.n} came home, and {h.n} told the whole truth.",
           "{h} did not wait until {e.n} asked. {h.n} told {e.him} all of it.")
    s.tell("{e.n} took {h.him} in {e.his} arms. \"I am glad that you are safe, {h.n},\" {e.he} said." if not cast["h"].animal
           else "{e.n} held {h.him} close. \"I am glad that you are safe,\" {e.he} said.",
           "\"You have learned it now,\" said {e.n} and made [tea|soup|a warm drink for {h.him}].", "\"Thank you for telling me,\" said {e.n}.",
           "{e.n} was cross for a moment, and then {e.he} was only glad.")
    s.event("{h.n} told {e.n} everything")
    ends.happy(s, "good advice is worth listening to", "a promise must be kept", "rules are there for a reason", "one should think first and act later")


PARCELS = ("a letter", "a basket of eggs", "a warm shawl", "a pot of soup", "a small parcel", "a bottle of medicine", "a birthday cake",
           "a pair of new shoes", "a jar of jam", "a bunch of roses", "a bag of seeds", "a mended clock")
LURES = (("some children were flying kites and called {h.him}", "play with the kites"), ("a man with a dancing bear was making music",
         "stop and watch the bear"), ("ripe blackberries hung over the path", "eat some berries"), ("a puppet show was just beginning", "see the puppet show"),
         ("a little boat lay in the reeds", "row in the boat"), ("there was a soft place in the shade", "have a nap"),
         ("a boy offered {h.him} a game of marbles", "play a game of marbles"), ("a fair with a merry-go-round had come to the village",
         "ride on the merry-go-round"))
TROUBLES_ON_THE_WAY = (("a herd of sheep stood across the path", "talked to the first sheep, and the others followed it"),
    ("a tree had fallen across the path", "climbed carefully over the trunk"), ("the path split in two, and there was no sign",
    "asked a [postman|shepherd|farmer|milkmaid] for the way"),
                       ("the bridge was wet and very slippery", "went across on {h.his} [hands and knees|tummy]"),
                       ("a dog barked behind an open gate", "spoke softly to the dog until it wagged its tail"), ("a sudden shower of rain came down",
                       "put {h.his} coat over {thing} and not over {h.himself}"),
                       ("a big puddle covered the whole path", "laid stones in the puddle and stepped from one to the next"))


def message(s):
    """Something must be brought in time; the messenger is tempted and held up, and keeps the promise."""
    cast = s.cast
    cast["parcel"] = s.pick(PARCELS)
    cast["thing"] = "the " + cast["parcel"].split(" of ")[0].split(" ")[-1]
    cast["x"] = casting.stranger(s, (("old woman at the mill", "she"), ("old man on the hill", "he"), ("doctor", "she"), ("teacher", "he"),
         ("shepherd", "he"), ("ferryman", "he"), ("old lady by the sea", "she"), ("baker in the next village", "he"), ("lighthouse keeper", "she"),
         ("forester", "he")))
    cast["lure"], cast["want"] = map(s.plain, s.pick([entry for entry in LURES
         if not ("winter" in s.day and ("berries" in entry[1] or "boat" in entry[1] or "nap" in entry[1]))]))
    cast["block"], cast["way"] = map(s.plain, s.pick([entry for entry in TROUBLES_ON_THE_WAY
         if not ("winter" in s.day and "rain" in entry[0]) and not ("sunny" in s.day and "rain" in entry[0])]))
    cast["deadline"] = s.pick(("before the clock strikes twelve", "before noon", "while it is still early", "before the others get up")
         if "morning" in s.day else ("before sunset", "before the clock strikes six", "before dark", "as soon as you can"))
    s.title = "how {h.n} carried {parcel}"
    s.tell("{time.cap}, {e.n} gave {h.n} {parcel}. \"Take it to {x.n},\" {e.he} said, \"{deadline}.\"",
           "\"Can you take {parcel} to {x.n}?\" {e.n} asked {time}. \"It must be there {deadline}.\"",
           "{time.cap}, {e.n} had {parcel} for {x.n}, but {e.his} foot hurt. \"Let me go,\" said {h.n}. \"I will be there {deadline}.\"")
    s.event("{e.n} gave {h.n} {parcel} for {x.n}")
    s.fact(["What was {h.n} to take to {x.n}?", "What did {h.n} carry?"], ["It was {parcel}."], "{parcel}")
    s.fact(["Who was {parcel} for?"], ["It was for {x.n}."], "{x.n}")
    s.tell("\"I promise,\" said {h.n}, and off {h.he} went.", "{h} took it [carefully|with care] and set out.",
           "\"You can count on me,\" said {h.n}.", "It was a long way, but {h.n} was proud that {h.he} was asked.")
    s.paragraph()
    scenes.walk(s, "p")
    s.tell("Not far from there, {lure}.", "Then {h} stopped, for {lure}.", "A little further on, {lure}.")
    s.tell("How {h} would have liked to {want}!", "{h} wanted so much to {want}, if only for [a moment|a little while|as long as one song].",
           "\"Shall I {want}?\" thought {h.n}. \"It would not [take long|hurt anyone|be wrong].\"")
    s.event("{h.n} would have liked to {want}")
    s.fact(["What would {h.n} have liked to do on the way?"], ["{h.n} would have liked to {want}."], "{want}")
    s.tell("But {h.he} thought of {x.n} and went on.",
           "But {h.n} had given {h.his} word. {h} walked on and did not [look back|stop|even turn {h.his} head].",
           "Then {h.he} looked at {thing} in {h.his} {h.hands} and [went on|walked faster|shook {h.his} head].",
           "\"First {thing} must be with {x.n},\" {h.he} told {h.himself}.")
    s.tell("Next there was a real trouble: {block}.", "[Soon|A little later], {block}.", "Then {block}, and {h} [had to stop|stood still|could not go on].")
    s.event("{block}")
    s.fact(["What trouble was there on the way?"], ["{block.cap}."], "{block}")
    if s.chance(0.4):
        moods.thought(s)
    s.tell("{h} {way}.", "So {h} {way}.", "{h} thought for a moment, and then {h.he} {way}.")
    s.event("{h.n} {way}")
    s.fact(["What did {h.n} do about it?"], ["{h.n} {way}."], "{way}")
    s.paragraph()
    s.tell("[Out of breath|Tired but happy|With dusty feet], {h} knocked at {x.ns} door.", "At last {h} saw {x.n}, who was waiting at the gate.",
           "{x.n} opened the door just as the clock struck.")
    s.tell("\"Just in time, {h.n}!\" said {x.n}. \"How good that you are here.\"", "\"You came, and in time!\" said {x.n} and took {thing}.",
           "\"I have been waiting for this,\" said {x.n}. \"Thank you, {h.n}!\"")
    s.event("{h.n} gave {parcel} to {x.n} in time")
    s.tell("And on the way home, there was still time to {want}.", "{x.n} gave {h.him} [a sweet bun|an apple|a cup of cocoa] for the way back.",
           "\"Whom can one trust, if not you?\" said {e.n} at home.", "\"Well done,\" said {e.n} when {h.n} came home. \"I knew I could trust you.\"")
    ends.happy(s, "a promise must be kept", "first the work and then the fun", "it is good to be somebody whom others can trust")


EGGS = (("a duckling", "swim", "a duck"), ("a chick", "scratch in the sand", "a hen"), ("a gosling", "eat grass", "a goose"), ("a small turtle",
        "crawl", "a turtle"), ("a young robin", "open its beak wide", "a robin"), ("a little owl", "blink", "an owl"))


def egg(s):
    """An egg without a nest: it is kept warm, something comes out, and its mother is found."""
    cast = s.cast
    cast["young"], cast["act"], cast["mum"] = s.pick([entry for entry in EGGS if entry[2].split()[1] not in (cast["h"].kind, cast["f"].kind)])
    cast["mother"] = "the " + cast["mum"].split()[1]
    cast["baby"] = "the " + cast["young"].split(" ", 1)[1].replace("young ", "little ").replace("small ", "little ")
    cast["look"] = s.pick(("white", "blue", "spotted", "green", "brown", "grey"))
    cast["warm"] = s.pick(("in an old cap full of wool", "in a basket by the stove", "in a nest of soft hay", "under a feather cushion",
         "in a warm sock", "between two pillows"))
    scenes.meet_friend(s)
    s.title = "the egg"
    s.tell("{time.cap}, {h} found a {look} egg {p.in}.", "{time.cap}, something round lay {p.in}. It was a {look} egg!",
           "{time.cap}, {h} nearly stepped on a {look} egg {p.in}.")
    s.event("{h.n} found a {look} egg {p.in}")
    s.fact(["What did {h.n} find?"], ["{h.n} found a {look} egg."], "{look}")
    s.fact(["Where did {h.n} find the egg?"], ["{h.n} found it {p.in}."], "{p.in}")
    s.tell("There was no nest far and wide, and the egg was [cold|nearly cold].",
           "\"Where is your mother?\" {h} asked, but there was no nest to be seen.", "{h} looked for the nest, but there was none.")
    s.tell("\"Leave it there,\" said {f.n}. \"No,\" said {h.n}. \"It will get too cold[, {f.n}|].\"",
           "\"It needs to be warm,\" said {f.n}. {h.n} put it under {h.his} coat.", "{h} took it home [very carefully|step by step] in {h.his} {h.hands}.")
    s.paragraph()
    s.tell("At home, {h} laid the egg {warm}.", "{h} made a bed for it {warm}.", "\"An egg likes it warm,\" said {e.n}. So {h} put it {warm}.")
    s.event("{h.n} put the egg {warm}")
    s.fact(["Where did {h.n} put the egg?"], ["{h.n} put it {warm}."], "{warm}")
    s.tell("{h} turned it every morning and every evening, as {e.n} had said.", "{h} told it stories and hardly left the house.",
           "\"Is there really somebody inside?\" asked {f.n}. {h.n} held the egg to {h.his} ear and heard [nothing|only {h.his} own heart].",
           "One day passed, and two, and three, and {h} [waited|sat by it|kept it warm].")
    s.tell("Then, one night, {h} heard a [tick, tick, crack|tap, tap, crack|soft crack].",
           "On the [third|fifth|sixth|tenth] day, the {look} egg began to [rock|shake|move].",
           "Suddenly {h.n} heard a tiny tap, and the {look} shell had a crack.",
           "\"Come quickly, [{f.n}|{e.n}]!\" called {h}, for the {look} shell was breaking.")
    s.tell("Out came {young}, [wet and tired|with big eyes].", "{h.n} held {h.his} breath, for out came {young}[, all wet|, blinking|]!",
           "The shell fell apart, and there sat {young}, [no bigger than a plum|very small and tired|and looked at {h.n}].")
    s.event("{young} came out of the egg")
    s.fact(["What came out of the egg?"], ["{young.cap} came out of it."], "{young}")
    s.tell("{baby.cap} followed {h.o} everywhere.", "\"Peep, peep!\" said {baby} and looked at {h.n} as if {h.he} were its mother.",
           "{h} loved {baby} at once, and it began to {act} on the very first day.")
    s.paragraph()
    s.tell("\"It needs its own kind,\" said {e.n} one day.", "But {h} saw that {baby} was often sad.",
           "\"It cannot learn everything from you,\" said {f.n}.", "\"I cannot teach it to be {mum},\" {h} told {f.n}.")
    s.tell("{h.n} and {f.n} took it {q.to}. There was {mum}, who [was looking for something|called and called].",
           "Together they looked for {mum}, and they found one {q.near}.", "They carried it {q.to}, where they had seen {mum}.")
    s.tell("When {mother} heard the peeping, she came running and [thanked {h.n}|looked at it from all sides|could not believe it].",
           "{mother.cap} looked at {baby}, and {baby} looked at {h.n}. Then it ran to its mother.",
           "\"There you are!\" said {mother}. \"I looked for you [everywhere|by day and by night|in every bush|near the {p}], little one.\" And {h.n} was {glad} for {baby}.")
    s.event("{h.n} and {f.n} brought it to {mother}")
    s.fact(["To whom did {h.n} bring it in the end?"], ["{h.n} brought it to {mother}."], "{mother}")
    s.tell("It was hard for {h.n} to say goodbye, but {h.he} was {glad}, too.",
           "\"May I visit it?\" asked {h.n}. \"[Every day|Whenever you like|As often as you can],\" said {mother}.",
           "{h} waved for a long time, and a small voice said \"Peep!\"", "\"You kept it warm,\" {mother} said to {h.n}. \"Thank you.\"")
    ends.happy(s, "to love means to let go, too", "small ones need a warm place", "everyone needs a family")


ILLS = (("had a bad cold", "tea of lime flowers"), ("had a fever", "willow bark"), ("had a sore throat", "honey"), ("had a cough",
        "thyme from the hill"), ("had a tummy ache", "mint leaves"), ("could not eat", "a strong soup of herbs"), ("was weak and pale", "fresh berries" ))
KEEPERS = (("beekeeper", "she"), ("old herb woman", "she"), ("doctor", "he"), ("wise toad", "he"), ("gardener", "she"), ("monk", "he"), ("shepherd",
           "he"), ("old raven", "she"), ("miller", "he"), ("farmer", "she"))


def medicine(s):
    """Somebody is ill; what helps must be fetched from far away, for a price."""
    cast = s.cast
    cast["ill"], cast["cure"] = s.pick([entry for entry in ILLS if not ("winter" in s.day and entry[1] in ("fresh berries", "mint leaves",
         "thyme from the hill"))])
    cast["g"] = s.pick((cast["f"], cast["e"]))
    if cast["g"] is cast["f"]:
        scenes.meet_friend(s)
    cast["x"] = casting.stranger(s, KEEPERS)
    cast["job"], cast["jobdone"] = s.pick((("sing me a song", "sang the longest song {h.he} knew"), ("answer my riddle: what runs and has no legs",
         "thought for a long time and said, \"Water\""), ("answer my riddle: what has teeth and cannot bite", "laughed and said, \"A comb\""),
                                           ("help me to stack the wood", "stacked the wood up to the roof"), ("tell me a story that I do not know",
        "told the story of how it all began"), ("catch my runaway hat", "ran after the hat and caught it"),
                                           ("answer my riddle: what grows when it eats and dies when it drinks",
        "looked into the stove and said, \"Fire\""), ("thread this needle for me", "threaded the needle at once"), ("comb my old donkey",
        "combed the donkey from head to tail"),
                                           ("find the bell of my goat", "looked in the grass until the bell rang")))
    cast["jobdone"] = s.plain(cast["jobdone"])
    s.title = "the medicine for {g.n}"
    s.tell("{time.cap}, {g.n} {ill} and had to stay in bed.", "{time.cap}, {g.n} did not get up. {g.he} {ill}.",
           "{time.cap}, {h} went to see {g.n}, but {g.he} {ill}." if cast["g"] is cast["f"] else "{time.cap}, it was very quiet in the house, for {g.n} {ill}.")
    s.event("{g.n} {ill}")
    s.fact(["What was wrong with {g.n}?", "Why did {g.n} stay in bed?"], ["{g.n} {ill}."], "{ill}")
    s.tell("\"[Only {cure} can help {g.n}|What {g.n} needs is {cure}],\" said the [nurse|neighbour|old postman].",
           "\"{cure.cap} would do {g.n} good,\" said the [nurse|neighbour|miller].", "In an old book, {h} read that {cure} would help.")
    s.fact(["What was to help {g.n}?"], ["{cure.cap} was to help."], "{cure}")
    s.tell("But there was none in the house. \"[I know that|I think that] {x.n} has some, {h.n},\" said the [old |]postman.",
           "\"Who has that?\" asked {h.n}. \"[Only|I think] {x.n}, far away {p.near}.\"", "{h} knew who had that: {x.n}, who lived {p.near}.")
    s.tell("{h} [put on {h.his} coat|took a basket|tied {h.his} scarf] and went at once.", "\"I will get it,\" said {h.n}.",
           "\"Sleep a little,\" {h} told {g.n}. \"I will be back soon.\"")
    s.event("{h.n} went to {x.n} to get {cure}")
    s.fact(["Who had {cure}?"], ["{x.n} had it."], "{x.n}")
    s.paragraph()
    s.tell("The way was long, and {h} [ran half of it|met nobody|sang to keep up {h.his} courage].",
           "{h} went past the {q} and on, until {h.he} came {p.to}.", "{h} did not stop to play, not even {q.in}.")
    if s.chance(0.5):
        moods.weariness(s)
    s.tell("{x.n} listened to {h.o}. \"You shall have it,\" {x.he} said, \"but first {job}.\"", "\"I have it,\" said {x.n}. \"But first {job}.\"",
           "\"For your friend {g.n}, you say?\" asked {x.n}. \"Good, but {job}.\"" if cast["g"] is cast["f"]
           else "\"For {g.n}, you say?\" asked {x.n}. \"Good, but {job}.\"")
    s.tell("{h} {jobdone}.", "So {h} {jobdone}.", "{h} was in a hurry, but {h.he} {jobdone}.")
    s.event("{h.n} {jobdone}")
    s.fact(["What did {h.n} do for {x.n}?"], ["{h.n} {jobdone}."], "{jobdone}")
    s.tell("\"Well done,\" said {x.n} and gave {h.him} {cure}.", "{x.n} was pleased, and {h.n} got {cure}.",
           "\"You have earned it, {h.n},\" said {x.n} and gave {h.him} {cure}.")
    s.event("{x.n} gave {h.n} {cure}")
    s.paragraph()
    s.tell("{h.n} ran home to {g.n} as fast as {h.he} could.", "The way back to {g.n} seemed much shorter.",
           "When {h} came back, {g.n} was asleep and very hot." if "fever" in cast["ill"] else "When {h} came back, {g.n} opened one eye.")
    s.tell("{g.n} took it and [fell asleep|slept all night].", "\"Take this, {g.n},\" said {h}. \"It is from {x.n}.\"",
           "{h} sat at the bed and held {g.his} {g.hand}.")
    s.tell("The next day, {g.n} [sat up and was hungry|could laugh again|was much better].", "After [two|three] days, {g.n} was as well as ever.",
           "In the morning, {g.n} said, \"I feel so much better, {h.n}!\"")
    s.event("{g.n} was well again")
    s.tell("\"You are the best {h.kind} in the world,\" said {g.n}." if cast["g"] is cast["e"]
           else "\"You are the best friend in the world,\" said {g.n}.", "\"Was it far?\" asked {g.n}. \"Not for you,\" said {h.n}.",
           "\"What would I do without you?\" said {g.n}.")
    ends.happy(s, "love makes long ways short", "friends help when it is hard", "care is the best medicine")


PLOTS = (plot(comfort), plot(learned), plot(learned), plot(warned), plot(message), plot(egg, "spring summer"), plot(medicine,
         weathers="sunny windy cloudy frosty rainy snowy foggy"))
