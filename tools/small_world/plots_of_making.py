# SPDX-License-Identifier: Apache-2.0
"""Plots about making: a present, a thing that lacks something, a seed, a bridge, a shared soup, a contest of cakes."""
import cast as casting
import ends
import moods
import scenes
from days import plot
from plots_of_things import OWNERS
from story import Thing

GIFTS = ("a crown of daisies", "a painted stone", "a boat of bark", "a pillow full of clover", "a picture of the whole family",
         "a necklace of red berries", "a song with four verses", "a bird house", "a honey cake", "a warm scarf", "a small wooden horse",
         "a chain of paper stars", "a jar of plum jam", "a walking stick", "a lamp of coloured paper", "a little book of riddles",
         "a whistle of willow wood", "a pair of warm socks", "a basket of willow", "a calendar with twelve pictures")
SHOP = ("a silver ring", "a big drum", "a red coat", "a music box", "a china cup", "a golden bell", "a silk shawl", "a fine pipe",
        "a clock with a cuckoo", "a feather bed", "a brass lamp", "a velvet hat")


def gift(s):
    cast = s.cast
    cast["g"] = s.pick((cast["f"], cast["e"]))
    if cast["g"] is cast["f"]:
        scenes.meet_friend(s)
    cast["made"], cast["shop"] = s.pick(GIFTS), s.pick(SHOP)
    s.title = "a present for {g.n}"
    s.tell("{time.cap}, {h} remembered that it was [almost|nearly] {g.ns} birthday.", "\"Tomorrow is {g.ns} birthday,\" {h} [thought|said] {time}.",
           "It was {g.ns} birthday soon, and {h} wanted to give {g.him} something [nice|special|very nice].",
           "{time.cap}, {h} counted the days. It was only [two|three|four] days to {g.ns} birthday.")
    s.event("{h.n} wanted to give {g.n} a present")
    s.fact(["Whose birthday was it?", "Whose present was it?"], ["It was {g.ns} birthday.", "It was for {g.n}, who had a birthday."], "{g.n}")
    cast["where"] = casting.named_place("market")
    s.tell("At the market {h} saw {shop}, but [it cost too much|{h.he} had no money|{h.he} had only one penny].",
           "{h} wanted to buy {shop}, but {h.he} had [no money|only two coins].", "There was {shop} in the shop window. But {h.ns} purse was empty.",
           "\"How much is that?\" {h} asked in the shop and pointed at {shop}. It was far too much for {h.n}.")
    s.fact(["Why did {h.n} not buy {shop}?"], ["Because {h.n} did not have enough money."], "")
    s.event("{h.n} did not have enough money for {shop}")
    s.tell("{h} was {sad} and went for a walk {p.near}.", "\"What can I do without money?\" {h} thought, and {h.he} sat down {p.in}.",
           "{h} went for a walk {p.near} to think.", "{h} walked home the long way, past the {p}, and thought.")
    s.paragraph()
    s.tell("Then {h} had an idea. \"I can make {made} [myself|with my own {h.hands}]!\"", "\"I know!\" {h} cried. \"I will make {made}!\"",
           "\"A present need not be bought,\" {h} thought. \"I will make one.\"", "\"What would {g.n} like best?\" {h} asked {h.himself}. Then {h.he} knew it.")
    s.tell("{h} worked [all day|until it was dark|for many hours] and made {made}.",
           "[Slowly and carefully|With much care|Step by step], {h} made {made}.",
           "It was not easy to make {made}. Twice {h.n} had to begin again, but in the end it was done.",
           "{h} shut the door so that nobody could see it, and {h.he} made {made}.")
    s.event("{h.n} made {made}")
    s.fact(["What did {h.n} make?", "What did {h.n} give to {g.n}?"], ["{h.n} made {made}.", "It was {made}."], "{made}")
    s.maybe(0.6, "\"What if {g.he} does not like it?\" {h} thought in the night.", "{h} wrapped it in [green leaves|brown paper|a clean cloth].",
            "{h} tied a {t.look} ribbon round it.", "Was it good enough for {g.n}? {h.n} looked at it from all sides.")
    s.paragraph()
    s.tell("On the birthday, {h} gave it to {g.n}. \"I made it for you,\" {h.he} said.",
           "When the day came, {h} went to {g.n} and held out the present.", "\"Happy birthday, {g.n}!\" {h} [said|called|cried].",
           "The great day came. {h.n} [hid the present behind {h.his} back|knocked at the door] and sang a birthday song.")
    s.tell("{g.ns} eyes shone. \"It is the [best|loveliest|finest] present of all,\" {g.he} said.",
           "{g.n} laughed for joy. \"Nobody else has one like it,\" {g.he} said.", "\"You made this for me?\" asked {g.n} and hugged {h.him}.",
           "{g.n} [was so happy that {g.he} could not speak|looked at it for a long time]. \"I will keep it for ever,\" {g.he} said then."
           if "cake" not in cast["made"] and "jam" not in cast["made"] and "song" not in cast["made"]
           else "{g.n} beamed. \"How did you know that I love this?\" {g.he} asked.")
    s.event("{g.n} was very happy with the present")
    s.fact(["Did {g.n} like the present?"], ["Yes, {g.n} was very happy with it."], "")
    ends.happy(s, "what is made with love needs no money", "the best presents come from the heart", "giving is as good as getting")


RECIPES = (("a cake", "cake", ("flour", "eggs", "butter", "honey", "milk"), "baked"), ("a pot of soup", "soup", ("carrots", "onions", "potatoes",
           "salt", "beans"), "cooked"),
           ("a kite", "kite", ("paper", "string", "two thin sticks", "glue"), "built"), ("a raft", "raft", ("rope", "logs", "an old sheet", "a pole"), "built"),
           ("a scarecrow", "scarecrow", ("straw", "an old coat", "two poles", "a hat"), "built"), ("a bird house", "bird house", ("nails", "a board",
           "paint", "a round stick"), "built"),
           ("a quilt", "quilt", ("thread", "wool", "scraps of cloth", "a needle"), "sewed"), ("an apple pie", "pie", ("apples", "flour", "sugar",
           "butter", "cinnamon"), "baked"),
           ("a swing", "swing", ("a rope", "a board", "two hooks"), "built"), ("a loaf of bread", "bread", ("flour", "salt", "yeast", "water"), "baked"),
           ("a tent", "tent", ("a blanket", "three poles", "string", "pegs"), "built"), ("a little theatre", "theatre", ("a box", "red cloth",
           "paint", "puppets"), "built"),
           ("a sledge", "sledge", ("two boards", "a rope", "nails"), "built"), ("a boat", "boat", ("tar", "planks", "nails", "a sail"), "built"),
           ("a pot of jam", "jam", ("plums", "sugar", "a lemon"), "cooked"))
JOBS = (("sweep the floor", "swept the floor"), ("carry the wood", "carried the wood"), ("feed the hens", "fed the hens"), ("wash the cups",
        "washed the cups"), ("find my glasses", "found the glasses in a shoe"), ("wind up this wool", "wound up the wool"),
        ("water the plants", "watered the plants"), ("pick up the spilled beads", "picked up every bead"), ("hold the ladder", "held the ladder"),
        ("brush the donkey", "brushed the donkey"), ("stir the pot", "stirred the pot"),
        ("fetch water from the well", "fetched two buckets of water"), ("count these eggs", "counted all the eggs"), ("clean the windows",
        "cleaned the windows"), ("catch the goose", "caught the goose"), ("shell the peas", "shelled the peas"),
        ("fold the sheets", "folded the sheets"), ("sort these buttons", "sorted the buttons by colour"))


def made(s):
    cast = s.cast
    scenes.meet_friend(s)
    cast["made"], cast["thing"], needs, cast["did"] = s.pick(RECIPES)
    at = int(s.random() * len(needs))
    cast["missing"] = needs[at]
    cast["have"] = " and ".join((needs[:at] + needs[at + 1:])[:2])
    cast["w"] = casting.stranger(s, OWNERS)
    cast["job"], cast["jobdone"] = s.pick(JOBS)
    s.title = "how {h.n} made {made}"
    s.tell("{time.cap}, {h} [wanted|decided] to make {made} for {f.n}.", "\"I am going to make {made},\" {h} [said|told {e.n}] {time}.",
           "{time.cap}, {h} had a wish: {h.he} wanted to make {made}.",
           "\"Wouldn't it be nice to have {made}?\" {f.n} said {time}. \"I will make one,\" said {h.n}." if cast["thing"] not in ("soup", "bread", "jam") else
           "\"Wouldn't it be nice to have {made}?\" {f.n} said {time}. \"I will make it,\" said {h.n}.")
    s.event("{h.n} wanted to make {made}")
    s.fact(["What did {h.n} want to make?"], ["{h.n} wanted to make {made}."], "{made}")
    s.tell("{h} had {have}, but there was no trace of {missing}.", "{h} found {have} in the cupboard, but {missing} could not be found.",
           "{h} looked at what there was: {have}. Only one thing was missing: {missing}.", "\"I have {have},\" {h} said, \"but I still need {missing}.\"")
    s.fact(["What was missing?", "What did {h.n} still need?"], ["{h.n} still needed {missing}.", "{missing.cap}."], "{missing}")
    s.event("{h.n} still needed {missing}")
    if s.chance(0.6):
        s.tell("\"Ask {w.n},\" said {e.n}.", "\"I cannot help you with that,\" said {e.n}, \"but {w.n} may have some.\""
               if cast["missing"][:2] != "a " else "\"I cannot help you with that,\" said {e.n}, \"but {w.n} may.\"",
               "\"Who could have that?\" {h} thought. \"Maybe {w.n}!\"", "\"Without {missing} it will not work,\" said {f.n}. \"Let us ask {w.n}.\"")
    scenes.walk(s, "p")
    s.paragraph()
    s.tell("{p.in}, {h} [met|found] {w.n}. \"[Good day|Good morning|Hello],\" {h.he} said. \"I need {missing}.\"" if "morning" in s.day
           else "{p.in}, {h} [met|found] {w.n}. \"[Good day|Hello],\" {h.he} said. \"I need {missing}.\"",
           "{w.n} was {p.in}. \"Do you have {missing} for me?\" asked {h.n}.",
           "There {h} met {w.n}. \"May I have {missing}?\" {h.he} asked [politely|shyly|in a clear voice].")
    s.tell("\"You may,\" said {w.n}, \"if you {job}.\"", "\"If you {job}, you shall have what you need,\" said {w.n}.",
           "\"I am so busy,\" said {w.n}. \"First {job}, please.\"", "\"Yes, but nothing is for nothing,\" said {w.n}. \"Please {job}.\"")
    s.tell("{h} [set to work|did not grumble|began at once], and {h.he} {jobdone}.",
           "So {h} {jobdone}[, and {h.he} did it well|, and {w.n} smiled|].", "{h} {jobdone}, and {w.n} gave {h.him} {missing}.",
           "{h} [rolled up {h.his} sleeves|said yes] and {jobdone}.")
    s.event("{h.n} {jobdone} for {w.n} and got {missing}")
    s.fact(["Who gave {h.n} what was missing?", "Who gave {h.n} {missing}?"], ["{w.n} gave {h.n} {missing}.", "It was {w.n}."], "{w.n}")
    s.fact(["Why did {w.n} give {h.n} {missing}?"], ["Because {h.n} {jobdone}."], "{jobdone}")
    s.paragraph()
    s.tell("Back at home, {h.n} worked [the whole afternoon|and sang|until supper].",
           "{h} hurried home with {missing} and began. It took [a long time|two hours|all afternoon].",
           "Now {h.he} had all that {h.he} needed, and {h} could begin.", "At home {h} washed {h.his} {h.hands} and set to work.")
    s.maybe(0.5, "{f.n} came and helped.", "{e.n} [looked on|watched] and said nothing.",
            "Once something went wrong, but {h} [tried again|only laughed].", "\"A little more here,\" said {e.n}, \"and a little less there.\"")
    s.tell("At last the {thing} was [ready|done|finished], and it was [very fine|splendid|a little crooked, but good].",
           "\"Look!\" {h} called. The {thing} was [ready|done|finished].",
           "In the evening, the {thing} was [ready|done], and [everybody clapped|{f.n} said, \"How wonderful!\"].")
    s.event("{h.n} finished the {thing}")
    s.tell("{h} thanked {w.n} and showed {w.him} what {h.he} had made.", "{f.n} and {w.n} were the first to see it.",
           "\"That is the best {thing} I have ever seen,\" said {f.n}.", "{w.n} came to look at it, too, and nodded.")
    ends.happy(s, "work makes wishes come true", "one can ask, and one can help", "a good thing takes its time")


PLANTS = (("bean", "beans"), ("pumpkin seed", "pumpkins"), ("sunflower seed", "sunflowers"), ("tomato seed", "tomatoes"), ("pea", "peas"),
          ("carrot seed", "carrots"), ("melon seed", "melons"), ("strawberry plant", "strawberries"), ("potato", "potatoes"), ("onion", "onions"))
FOES = (("snails came to eat the leaves", "carried the snails to the ditch"), ("it did not rain for two weeks",
        "brought water every morning and every evening"), ("a cold night came", "covered the plant with an old blanket"), ("the wind bent the stem",
        "tied it to a stick"),
        ("weeds grew all around", "pulled out the weeds one by one"), ("a hen scratched in the earth", "built a little fence"),
        ("the leaves turned yellow", "gave it better earth"), ("crows came and pecked at it", "put up a scarecrow"), ("a goat looked over the wall",
        "shut the gate and kept watch"))


def grown(s):
    cast = s.cast
    scenes.meet_friend(s)
    cast["seed"], cast["crop"] = s.pick(PLANTS)
    cast["sd"] = Thing(cast["seed"], s.pick(("small", "brown", "round", "tiny", "odd", "")))
    cast["spotx"] = s.plain(s.pick(("beside the wall", "under the window", "by the gate", "behind the house", "next to the well", "in a clay pot",
         "in an old bucket", "in the sunny corner", "beside the steps", "along the fence")))
    cast["foe"], cast["cure"] = s.pick(FOES)
    s.title = "the {seed} that grew"
    s.tell("{time.cap}, {h} found {sd.a} {q.in}.", "{time.cap}, {e.n} gave {h.n} {sd.a}. \"Plant it,\" {e.he} said.",
           "{h} got {sd.a} from {f.n} {time}.", "{time.cap}, {sd.a} fell out of {e.ns} bag. \"May I have it?\" asked {h.n}.")
    s.tell("{h} planted it {spotx} and gave it water.", "{h} dug a hole {spotx}, put the {seed} in and covered it with earth.",
           "{h} made a bed of soft earth {spotx} and put the {seed} into it.")
    s.event("{h.n} planted the {seed} {spotx}")
    s.fact(["Where did {h.n} plant the {seed}?"], ["{h.n} planted it {spotx}."], "{spotx}")
    s.tell("[The next day|Every day|Each morning], {h} looked, but there was nothing to see.",
           "{h} waited one day, two days, three days, but the {seed} [slept on|did not stir|took its time].",
           "\"Grow, little {seed}!\" {h} told it, but the earth stayed bare.",
           "{h} [sang to it|talked to it|sat beside it] [every day|each evening], but the {seed} did not show itself.")
    s.tell("\"It will never grow,\" {h} [said|sighed|grumbled]. \"[Wait|Be patient|Give it time],\" said {e}.",
           "{f.n} laughed. \"You cannot hurry a {seed},\" {f.he} said.",
           "{h} wanted to dig it up again, but {e.n} said, \"[Wait|Not yet|Leave it].\"",
           "\"Is the {seed} asleep?\" {h} asked {e.n}. \"It is getting ready,\" said {e.n}.")
    s.paragraph()
    s.tell("[Then, after a warm rain|One morning|After ten days|Two weeks later], a green [tip|shoot|leaf] [looked out of|came out of|broke through] the earth.",
           "And [one day|one morning|after a week], {h} saw it: a tiny green [leaf|tip|shoot]!",
           "\"Come and look, [{f.n}|{e.n}]!\" {h} shouted one morning, for there was a green [shoot|leaf|tip].")
    s.event("a green leaf came out of the earth")
    s.tell("It grew [taller and taller|up to {h.ns} knees|a little every day], but then {foe}.", "All went well until {foe}.",
           "Then there was trouble: {foe}.", "The days grew warm, and {h.ns} plant grew big, but {foe}.")
    s.event("{foe}")
    s.tell("{h} did not give up. {h.he} {cure}.", "So {h} {cure}.", "\"I will help you,\" {h} said to the plant, and {h.he} {cure}.",
           "{h} asked {e.n} what to do. Then {h.he} {cure}.")
    s.event("{h.n} {cure}")
    s.fact(["What did {h.n} do when {foe}?"], ["{h.n} {cure}."], "{cure}")
    s.fact(["Why was there trouble with the plant?", "What was the trouble?"], ["There was trouble because {foe}."], "{foe}")
    s.paragraph()
    s.tell("At the end of the summer, there were [so many {crop}|a great many {crop}|more than enough {crop}].",
           "The [sun shone|weeks went by], and at last {h} could pick {crop}.", "When the summer ended, {h} picked a whole basket of {crop}.")
    s.fact(["What did {h.n} pick in the end?"], ["{h.n} picked {crop}."], "{crop}")
    s.tell("{h} [gave some to|shared them with|carried some to] {e.n} and {f.n}.", "{h} was proud of them, and {f.n} got the biggest one."
           if cast["crop"] not in ("beans", "peas") else "{h} was proud of them, and {f.n} got a full bowl.",
           "{h} kept a few for the next year and gave the rest to {e.n} and {f.n}.",
           "{f.n} and {e.n} came to supper, and there were {crop} for all.")
    s.event("{h.n} picked {crop} and shared them")
    ends.happy(s, "good things need time", "one must look after what one plants", "waiting is hard, but it is worth it", "great things begin small")


BUILDERS = (("goat", "he"), ("badger", "she"), ("old carpenter", "he"), ("donkey", "she"), ("beaver", "he"), ("farmer", "she"), ("woodcutter", "he"),
            ("ox", "he"), ("miller", "she"), ("shepherd", "he"))
WAYS = (("put stones into the water", "the water was too fast and rolled them away"), ("laid a branch across", "it was too short and fell in"),
        ("laid a board across", "it bent in the middle and broke"), ("tried to jump", "the brook was too wide"),
        ("threw a rope to the other side", "there was nobody to tie it fast"), ("built a small raft", "it turned over at once"),
        ("waited for the water to fall", "it rained again and rose still higher"))
PARTS = ("two long logs", "a strong rope", "a heap of planks", "a bag of nails", "a big flat stone", "four posts", "a hammer and a saw",
         "an old barn door", "a cart full of stones")


def bridge(s):
    cast = s.cast
    scenes.meet_friend(s)
    cast["x"], cast["y"] = casting.stranger(s, BUILDERS), casting.stranger(s, BUILDERS)
    while cast["y"].kind == cast["x"].kind:
        cast["y"] = casting.stranger(s, BUILDERS)
    cast["bring"], cast["bring2"] = s.pick(PARTS), s.pick(PARTS)
    while cast["bring2"] == cast["bring"]:
        cast["bring2"] = s.pick(PARTS)
    (deed, reason), (deed2, reason2) = s.pick(WAYS), s.pick(WAYS)
    cast["deed"], cast["reason"], cast["deed2"], cast["reason2"] = deed, reason, deed2, reason2
    s.title = "the new bridge"
    s.tell("{f.n} lived on the other side of the brook, and there was only one small bridge.",
           "Between {h.ns} {h.home} and {f.ns} {f.home} ran a brook with a little bridge.",
           "To get to {f.n}, {h} had to cross a little bridge over the brook.", "Every day, {h} crossed the little bridge over the brook to play with {f.n}.")
    s.paragraph()
    s.tell("{time.cap}, after a night of heavy rain, the bridge was gone.", "Then came a great rain, and {time} the bridge was gone.",
           "But {time}, the brook ran high and brown. The water had carried the bridge away.",
           "{time.cap}, {h.n} stood at the brook and [rubbed {h.his} eyes|could not believe it], for the bridge was gone!")
    s.event("the water carried the bridge away")
    s.fact(["What had happened to the bridge?"], ["The water had carried the bridge away."], "")
    s.tell("{f.n} stood on the other side and waved. \"How can we play now, {h.n}?\" {f.he} called.",
           "\"{f.n}!\" {h.n} called over the water. \"I cannot come [to you|over]!\"", "On the other side stood {f.n} with a {sad} face.",
           "{h.n} and {f.n} looked at each other over the wild water.")
    s.tell("{h} {deed}, but {reason}.", "First {h} {deed}, but {reason}.", "{h.n} did not want to wait. {h.he} {deed}, but {reason}.")
    s.event("{h.n} {deed}, but {reason}")
    s.fact(["Why did it not help when {h.n} {deed}?"], ["Because {reason}."], "{reason}")
    if deed2 != deed and s.chance(0.6):
        s.tell("Then {h.he} {deed2}, but {reason2}.", "Next, {h} {deed2}. That did not work: {reason2}.", "{h} tried again and {deed2}, but {reason2}.")
    moods.worry(s) if s.chance(0.5) else moods.thought(s)
    s.paragraph()
    s.tell("\"One alone cannot build a bridge,\" said {e.n}. \"But many can.\"", "\"We need a new bridge,\" {h} said, \"and for that I need help.\"",
           "Then {h} knew what to do. {h.he} went from door to door and asked for help.",
           "\"Others need the bridge, too,\" said {f.n} from the other side. \"Ask them!\"")
    s.tell("{x.n} came with {bring}, and {y.n} brought {bring2}.", "{x.n} brought {bring}. {y.n} brought {bring2}.",
           "\"I have {bring},\" said {x.n}. \"And I have {bring2},\" said {y.n}.",
           "Soon {x.n} was there with {bring}, and after {x.him} came {y.n} with {bring2}.")
    s.event("{x.n} and {y.n} came to help")
    s.fact(["Who helped to build the bridge?"], ["{x.n} and {y.n} helped."], "{x.n}")
    s.fact(["What did {x.n} bring?"], ["{x.n} brought {bring}."], "{bring}")
    s.fact(["What did {y.n} bring?"], ["{y.n} brought {bring2}."], "{bring2}")
    s.tell("They worked [all day|until sunset|for two days], and {f.n} worked from the other side.",
           "They lifted, sawed and hammered, and {h.n} [carried the nails|held the rope|fetched water for all].",
           "\"One, two, three, up!\" called {y.n}, and [{x.n} and {h.n}|{h.n} and {x.n}|all of them] lifted.",
           "{x.n} pulled, {y.n} pushed, and {h.n} [held the rope|told them how far it was].")
    s.event("together they built a new bridge")
    s.paragraph()
    s.tell("At last the new bridge stood, [wide and strong|and it did not shake at all|higher than the old one].",
           "[In the evening|Then|When the moon rose], the new bridge was done, and it was [stronger than the old one|so strong that an ox could cross it|twice as wide as the old one].",
           "In the end, there was a bridge [again|between {h.ns} side and {f.ns} side], and it was better than before.")
    s.tell("{h.n} ran from one side and {f.n} from the other, and they met in the middle.",
           "The first to cross it was {f.n}, who ran straight into {h.ns} arms." if cast["h"].kind in ("boy", "girl")
           else "The first to cross it was {f.n}, who ran straight to {h.n}.", "\"Now nothing is between us,\" said {f.n}.",
           "{x.n} and {y.n} crossed it first, and {h.n} and {f.n} danced behind them.")
    s.event("{h.n} and {f.n} met on the new bridge")
    ends.happy(s, "what one cannot do alone, many can do together", "a bridge is built by many {h.hands}", "it is good to ask for help")


POTS = ("carrots", "onions", "beans", "peas", "potatoes", "a cabbage", "corn", "mushrooms", "a bunch of herbs", "a pinch of salt", "some butter",
        "a turnip", "leeks", "a pumpkin", "barley", "tomatoes")


def soup(s):
    """Nobody has enough for a meal; each one brings a little, and there is plenty."""
    cast = s.cast
    scenes.meet_friend(s)
    cast["x"], cast["y"] = casting.stranger(s, OWNERS), casting.stranger(s, OWNERS)
    while cast["y"].kind == cast["x"].kind:
        cast["y"] = casting.stranger(s, OWNERS)
    start = int(s.random() * len(POTS))
    cast["a1"], cast["a2"], cast["a3"], cast["a4"] = (POTS[(start + step) % len(POTS)] for step in (0, 3, 7, 11))
    cast["why"] = s.pick(("it had not rained all summer", "the cart from the town had not come", "mice had been in the pantry",
         "the market was closed", "the harvest had been poor") if "winter" not in s.day else
                         ("the snow was too deep for the cart from the town", "the winter had been long", "mice had been in the pantry",
                         "the market was closed"))
    s.title = "the soup for all"
    s.tell("{time.cap}, there was not much to eat, for {why}.", "{time.cap}, {h} opened the cupboard. There was only {a1}, for {why}."
           if not cast["a1"].endswith("s") else "{time.cap}, {h} opened the cupboard. There were only {a1}, for {why}.",
           "{time.cap}, {h} was hungry, but the cupboard was almost empty, for {why}.")
    s.event("there was not much to eat, for {why}")
    s.fact(["Why was there not much to eat?"], ["Because {why}."], "{why}")
    s.tell("\"All I have is {a1},\" said {h}. \"That does not make a meal.\"", "{h} had {a1} and nothing else.", "{h} had nothing but {a1}. {h.he} sighed.")
    s.fact(["What did {h.n} have?"], ["{h.n} had {a1}."], "{a1}")
    s.tell("{h} went to {f.n}. {f.n} had {a2}, and {f.he} was hungry, too.", "\"And I have only {a2},\" said {f.n}.",
           "{f.n} came by with an empty tummy. {f.he} had {a2}.")
    s.event("{h.n} had {a1}, and {f.n} had {a2}")
    s.fact(["What did {f.n} have?"], ["{f.n} had {a2}."], "{a2}")
    s.paragraph()
    s.tell("\"I know!\" said {h}. \"We put all of it in one pot.\"", "Then {h} had an idea. \"Let us cook together,\" {h.he} said.",
           "\"If we put it together, it is more,\" said {f.n}. \"Where is the big pot?\"",
           "{h} looked at the {a1} and at the {a2}. \"Together that is a soup!\" {h.he} said." if not cast["a1"].startswith(("a ",
           "some")) and not cast["a2"].startswith(("a ", "some")) else "\"Alone it is little, but together it is a soup!\" said {h}.")
    s.tell("They made a fire {p.near} and hung a big pot over it.", "{h.n} and {f.n} set [the biggest pot|{e.ns} pot] on the fire.",
           "{e.n} lent them the biggest pot and brought water from the well.", "Soon the water was boiling in {e.ns} big pot.")
    s.tell("{x.n} smelled it and came. \"May I join you, {h.n}?\" {x.he} asked. \"I can bring {a3}.\"",
           "\"What are you cooking?\" asked {x.n}. \"A soup for all,\" said {h.n}. {x.n} ran home and came back with {a3}.",
           "{x.n} looked into the pot. \"It needs {a3},\" {x.he} said, \"and I have that.\"")
    s.event("{x.n} brought {a3}")
    s.fact(["What did {x.n} bring?"], ["{x.n} brought {a3}."], "{a3}")
    s.tell("Then {y.n} came with {a4}.", "{y.n} put {a4} into the pot as well.",
           "Even {y.n}, who [never shared anything|liked to eat alone|was always in a hurry], brought {a4}.", "\"And I have {a4},\" said {y.n}.")
    s.event("{y.n} brought {a4}")
    s.fact(["Who brought {a4}?"], ["{y.n} brought {a4}."], "{y.n}")
    s.paragraph()
    s.tell("The soup [bubbled|simmered] and smelled better and better.",
           "{h} stirred, and {f.n} tasted. \"[Mmm|Just right|A little longer],\" {f.he} said.",
           "They sat round the fire and sang until [{h.n}|{f.n}] said that it was ready.", "{f.n} stirred with a spoon as long as a broom.")
    s.tell("There was enough for everybody, and something was left over.", "Everybody had two bowls, and nobody was hungry any more.",
           "It was the best soup that they had ever eaten.", "They ate until the pot was empty and all were full.")
    s.event("everybody had enough to eat")
    s.maybe(0.6, "\"How can so little be so much?\" asked {y.n}.", "\"We should do this every week,\" said {x.n}.",
            "\"What is the name of this soup?\" asked {x.n}. \"Soup for all,\" said {h.n}.")
    ends.happy(s, "little and little makes much", "a meal tastes best when it is shared", "those who share have enough")


PRIZES = ("a blue ribbon", "a copper pan", "a golden spoon", "a big cheese", "a basket of fruit", "a jar of gold honey", "an apron with stars")


def contest(s):
    """A contest in baking: the big plan goes wrong, and something small and new comes of it."""
    cast = s.cast
    scenes.meet_friend(s)
    mishap = s.pick((("put salt into the dough instead of sugar", "salt biscuits with herbs"), ("let the cake fall on the floor",
                    "a bowl of pudding from what was left"), ("forgot the cake in the oven until it was black", "small nut tarts"),
                     ("poured too much milk into the dough", "a stack of thin pancakes"), ("dropped the basket with the eggs", "warm bread rolls"),
                     ("found that the cake had stayed flat", "little sandwiches of cake and jam")))
    cast["mishap"], cast["saved"] = mishap
    cast["prize"] = s.pick(PRIZES)
    cast["x"] = casting.stranger(s, OWNERS)
    cast["plan"] = s.pick(("a cake with three floors", "a cake as high as a tower", "a cake like a castle", "a huge cream cake",
         "a cake with a hundred cherries", "a cake in the form of a ship"))
    s.title = "the baking contest"
    s.tell("{time.cap}, there was a baking contest {p.in}.", "There was to be a baking contest {p.in}, and the prize was {prize}.",
           "\"Who bakes best?\" said a paper on the door of the shop. The prize was {prize}.",
           "{time.cap}, everyone was talking about the baking contest. The winner was to get {prize}.")
    s.fact(["What contest was there?"], ["There was a baking contest."], "")
    s.tell("\"I will bake {plan},\" said {h}.", "{h} wanted to bake {plan}.", "\"It must be {plan},\" thought {h}, \"or I cannot win.\"",
           "{h} dreamed of {plan} and of the prize.")
    s.event("{h.n} wanted to bake {plan} for the contest")
    s.fact(["What did {h.n} want to bake?"], ["{h.n} wanted to bake {plan}."], "{plan}")
    s.maybe(0.6, "\"Is that not too much?\" asked {f.n}. \"No,\" said {h.n}. \"It must be [grand|big and grand|the best of all].\"",
            "{f.n} was going to bake buns, as always.", "{e.n} looked at the plan and said only, \"Well, well.\"")
    s.paragraph()
    s.tell("{h} worked [all morning|from early on|with red cheeks]. But then {h.he} {mishap}.", "All went well until {h} {mishap}.",
           "{h} was in a hurry, and so it happened: {h.he} {mishap}.", "Flour flew through the kitchen, and then {h.n} {mishap}.")
    s.event("{h.n} {mishap}")
    s.fact(["What went wrong?"], ["{h.n} {mishap}."], "{mishap}")
    moods.worry(s)
    s.tell("\"Now I cannot go[, {f.n}|],\" said {h.n}. \"There is [only one hour|hardly any time|no time] left.\"",
           "There was no time to begin again with {plan}.", "\"It is all over,\" {h} told {f.n}.")
    s.tell("\"What do you have left, {h.n}?\" asked {f.n}. \"Make something small of it.\"",
           "{e.n} looked in and said, \"Small things can be good, too.\"",
           "\"Don't throw it away, {h.n},\" said {f.n}. \"You can still make something of it.\"")
    s.paragraph()
    s.tell("So {h} took what there was and made {saved}.", "{h} thought for a moment, and then {h.he} made {saved}.",
           "And quickly, before the clock struck, {h} made {saved}.")
    s.event("{h.n} made {saved}")
    s.fact(["What did {h.n} make in the end?"], ["{h.n} made {saved}."], "{saved}")
    s.tell("{p.in}, the tables were full of grand cakes. {h} put {h.his} plate at the very end.",
           "Next to the other cakes it looked very small, and {h} [went red|wanted to hide].",
           "{x.n} was the judge and tasted everything, one plate after the other.")
    won = s.chance(0.6)
    s.tell("When {x.n} came to {h.ns} plate, {x.he} took one bite and then another. \"I have never eaten this before, {h.n},\" {x.he} said.",
           "{x.n} tasted {h.ns} [plate|dish] and was silent. Then {x.he} smiled. \"{h.n}, that is something new,\" {x.he} said.")
    if won:
        s.tell("And {h} got the prize: {prize}!", "\"The prize goes to {h.n},\" said {x.n}, and everybody clapped.",
               "{h} could not believe it. {h.he} had won {prize}.")
        s.event("{h.n} won {prize}")
        s.fact(["Who won the contest?"], ["{h.n} won it."], "{h.n}")
    else:
        s.tell("{f.n} got the prize for {f.his} buns, but {h.ns} plate was empty first.",
               "The prize went to {f.n}, but all the people asked {h.n}, \"How did you make that?\"",
               "{h} did not win, {f.n} did. But nothing was left on {h.ns} plate, and that felt like a prize.")
        s.event("{f.n} won the contest, but {h.ns} plate was empty first")
        s.fact(["Who won the contest?"], ["{f.n} won it."], "{f.n}")
    ends.happy(s, "something good can come of a mistake", "small can be better than grand", "one should not give up too soon")


PLOTS = (plot(gift), plot(made), plot(grown, "spring", parts="morning day afternoon"), plot(bridge, "spring summer autumn"), plot(soup,
         "summer autumn winter", parts="day morning afternoon"), plot(contest))
