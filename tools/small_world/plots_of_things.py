# SPDX-License-Identifier: Apache-2.0
"""Plots about things: lost, broken, shared, given, made, traded, grown."""
import cast as casting
import lexicon
import scenes
from obstacles import OBSTACLES, overcome
from story import Being, Thing


def lost(s):
    s.title = "the lost {t}"
    s.tell("{h} had {t.a}. {h.he} loved to {t.use}.", "What {h} loved most was {h.his} {t.full}.", "{e.n} had given {h.o} {t.a}, and {h} took it everywhere.",
           "Of all {h.his} things, {h} liked {h.his} {t.full} best.", "{h} [owned|had] {t.a}, and {h.he} liked to {t.use}.")
    s.paragraph()
    s.tell("{time.cap}, the {t} was gone.", "But {time}, {h} could not find the {t}.", "{time.cap}, {h} looked for the {t}, and it was not there.",
           "\"Where is my {t}?\" {h} cried {time}.")
    s.event("{h.n} lost {h.his} {t}")
    s.fact("what", ["What did {h.n} lose?"], ["{h.n} lost {h.his} {t}.", "It was {h.his} {t}."], "{t}")
    s.fact("feel", ["How did {h.n} feel when the {t} was gone?"], ["{h.n} felt {sad}."], "{sad}")
    s.tell("{h} [was|felt] [very|so|quite] {sad}.", "That made {h.o} {sad}.", "{h} felt {sad} and [sat down on the step|did not want any breakfast|almost cried].")
    searched = s.pick(("under the bed", "behind the door", "in every drawer", "under the table", "in the big chest", "behind the curtain", "under the cushions"))
    s.cast["searched"] = searched
    s.tell("{h} looked {searched}, but [it was not there|there was only dust|all {h.he} found was an old sock].", "It was not {searched}.", "First {h.he} looked {searched}.")
    s.maybe(0.5, "\"When did you have it last?\" asked {e}.", "\"Think back,\" said {e}. \"Where did you go yesterday?\"", "\"Have you looked outside?\" {e} asked.")
    s.tell("\"I was {p.in} yesterday,\" {h} [said|remembered].", "Then {h} remembered that {h.he} had played {p.in}.", "\"Maybe I left it {p.in},\" {h} said.")
    scenes.walk(s, "p")
    sort = s.pick(tuple(OBSTACLES))
    spot = s.pick(OBSTACLES[sort][0])
    s.cast["spot"] = spot
    s.tell("There it was: the {t} was {spot}!", "And there, {spot}, {h} saw the {t}.", "{h} looked up and down, and at last {h.he} saw the {t} {spot}.",
           "\"I see it!\" cried {h}. The {t} was {spot}.")
    s.event("{h.n} saw {t.the} {spot}")
    s.fact("where", ["Where was the {t}?", "Where did {h.n} see the {t}?"], ["The {t} was {spot}.", "It was {spot}."], "{spot}")
    overcome(s, spot, sort)
    s.paragraph()
    s.tell("{h} held the {t} [tight|in both arms|close]. \"I will take better care of you,\" {h.he} said.", "Now {h} had the {t} back, and {h.he} was {glad}.",
           "{h} carried the {t} home and put it [beside the bed|in a safe place|on the window sill].")
    s.event("{h.n} took {t.the} home")
    scenes.glad_end(s, "one must take care of the things one loves", "it is good to ask for help", "looking twice is better than crying", "a thing is found by those who keep looking")


def broken(s):
    cast = s.cast
    cast["vase"] = Thing(s.pick(("vase", "jug", "plate", "lamp", "teapot", "flower pot", "bowl", "clock", "mirror", "chair")), s.pick(("little", "old", "blue", "green", "big", "painted", "white", "pretty")))
    cast["how"] = s.pick(("was throwing a ball", "was running round the table", "was dancing with a broom", "was playing with a hoop", "was jumping like a goat",
                          "was chasing a fly", "was marching like a soldier", "was pulling the cat's blanket"))
    cast["hide"] = s.pick(("under the bed", "behind the shed", "under the carpet", "in the wood box", "in the cupboard", "behind the curtain"))
    cast["mend"] = s.pick(("glue", "wire and string", "clay and paint", "a hammer and small nails", "tape and much patience"))
    s.title = "the broken {vase}"
    s.tell("{e.n} had {vase.a}, and [it was very old|{e.he} loved it|it had come from far away].", "In the kitchen stood {vase.a} that belonged to {e.n}.",
           "{e.ns} {vase} was [very old|a present from a friend|the finest in the village].")
    s.paragraph()
    s.tell("{time.cap}, {h} {how} in the house[, though {h.he} had been told not to|].", "{time.cap}, {e.n} was out, and {h} {how}.")
    s.tell("Crash! The {vase} [fell and broke|broke into pieces|broke].", "There was a loud crash, and the {vase} was broken.", "{h} did not look, and bump! The {vase} broke.")
    s.event("{h.n} broke the {vase}")
    s.fact("what", ["What did {h.n} break?"], ["{h.n} broke the {vase}."], "{vase}")
    s.fact("why", ["How did the {vase} break?", "Why did the {vase} break?"], ["It broke because {h.n} {how}."], "{how}")
    s.tell("{h.ns} heart beat fast. \"Oh no,\" {h.he} whispered.", "{h} [turned pale|stood quite still|put {h.his} hands over {h.his} mouth].", "\"What shall I do?\" thought {h}.")
    if s.chance(0.6):
        s.tell("{h} hid the pieces {hide}.", "Quickly, {h} put the pieces {hide}.", "{h} was afraid, so {h.he} hid the pieces {hide}.")
        s.event("{h.n} hid the pieces {hide}")
        s.fact("where", ["Where did {h.n} hide the pieces?"], ["{h.n} hid them {hide}."], "{hide}")
        s.tell("But at supper {h} could not eat. [The secret was heavy|{h.his} tummy hurt|{h.he} could only think of the {vase}].",
               "{h} tried to play, but [nothing was fun|{h.his} heart was heavy|{h.he} kept thinking of the {vase}].")
        s.maybe(0.6, "\"What is wrong?\" asked {f.n}. \"Tell the truth,\" {f.he} said when {f.he} had heard it.", "{f.n} said, \"A secret like that only gets heavier.\"")
    s.paragraph()
    s.tell("\"I broke your {vase},\" {h} said [in a small voice|with tears in {h.his} eyes|at last]. \"I am sorry.\"",
           "{h} went to {e.n} and [told the truth|told {e.him} everything]. \"I am so sorry,\" {h.he} said.", "When {e.n} came in, {h} said, \"It was me. I broke the {vase}.\"")
    s.event("{h.n} told {e.n} the truth")
    s.fact("who", ["Whom did {h.n} tell the truth?"], ["{h.n} told {e.n} the truth."], "{e.n}")
    s.tell("{e} was [quiet|silent] for a moment. \"Thank you for telling me,\" {e.he} said.", "{e} sighed, and then {e.he} gave {h.him} a hug. \"It is only a {vase},\" {e.he} said.",
           "\"A {vase} can be mended,\" said {e}. \"I am glad that you told me.\"")
    s.tell("Together they mended it with {mend}.", "They sat down and mended the {vase} with {mend}.", "With {mend}, the two of them put it together again.")
    s.event("{h.n} and {e.n} mended the {vase} with {mend}")
    s.fact("what", ["What did they mend the {vase} with?"], ["They mended it with {mend}."], "{mend}")
    s.maybe(0.5, "One could still see a thin line, but {e.n} [liked it even better|said it looked like a river].", "The {vase} was not as good as new, but it [stood|worked].")
    scenes.glad_end(s, "the truth makes the heart light", "it is best to tell the truth at once", "everyone makes mistakes")


def quarrel(s):
    scenes.meet_friend(s)
    s.title = "one {t} for two"
    s.tell("{time.cap}, {h.n} and {f.n} found {t.a} {p.in}.", "{time.cap}, there was {t.a} lying {p.in}, and {h.n} and {f.n} saw it at the same time.",
           "{time.cap}, {e.n} gave {h.n} and {f.n} {t.a}. But there was only one.")
    s.event("{h.n} and {f.n} both wanted {t.the}")
    s.fact("what", ["What did {h.n} and {f.n} quarrel about?", "What did both of them want?"], ["They quarrelled about the {t}.", "Both of them wanted the {t}."], "{t}")
    s.tell("\"It is mine!\" [shouted|cried|said] {h.n}. \"No, mine!\" [shouted|cried|said] {f.n}.", "\"I saw it first,\" said {h.n}. \"You did not,\" said {f.n}. \"I did!\"",
           "\"Give it to me,\" said {f.n}. \"I want to {t.use}.\" \"I want it too,\" said {h.n}.")
    s.tell("They pulled and pulled, until {h.n} [fell backwards|sat down in the mud|bumped {h.his} head].", "{h.n} pulled on one side and {f.n} on the other.",
           "They did not look at each other [for a whole hour|all morning|for a long time].")
    s.tell("{h} went off and sat alone {q.in}, and it was no fun.", "Nobody played, and both of them were {sad}.", "The {t} lay on the ground, and nobody was {glad}.")
    s.paragraph()
    cast = s.cast
    cast["plan"] = s.pick(("you have it in the morning, and I have it in the afternoon", "we take turns and count to a hundred", "you hold it and I help you, and then we change",
                           "you may go first, and I will go second", "we keep it at your home today and at mine tomorrow", "we share it and call it ours"))
    who = s.pick(("h", "f", "e"))
    cast["wise"] = cast[who]
    s.tell("Then {wise.n} had an idea.", "At last {wise.n} [spoke|came up with a plan|could not bear it any longer].", "After a while, {wise.n} said something clever.")
    if who == "e":
        s.tell("\"How would you like this: one of you says, '{plan.cap}'?\" said {e.n}.", "\"Why don't you say to each other, '{plan.cap}'?\" asked {e.n}.")
    else:
        cast["other"] = cast["f" if who == "h" else "h"]
        s.tell("\"Listen, {other.n},\" {wise.he} said. \"How about this: {plan}.\"", "\"I am sorry, {other.n},\" said {wise.n}. \"Let us do it like this: {plan}.\"",
               "\"Let us not quarrel,\" {wise.he} said to {other.n}. \"I think {plan}.\"")
    s.event("{wise.n} had an idea how to share {t.the}")
    s.fact("who", ["Who had the idea how to share?", "Whose idea was it to share?"], ["It was {wise.n}."], "{wise.n}")
    s.tell("\"Yes!\" said {h.n} and {f.n}[ together|].", "And that is what they did.", "They shook hands on it.") if who == "e" else s.tell(
        "\"That is a good plan,\" said {other.n}.", "{other.n} thought about it and [smiled|nodded].", "\"Yes, that is fair,\" {other.n} agreed.")
    s.tell("{h.n} and {f.n} [played|laughed and played] until [it got dark|the moon came up|supper time].", "It was twice as much fun for two.", "That day, the {t} was never still.")
    s.event("{h.n} and {f.n} played together")
    scenes.glad_end(s, "sharing makes a thing twice as good", "a friend is worth more than a thing", "saying sorry first is brave")


GIFTS = ("a crown of daisies", "a painted stone", "a boat of bark", "a pillow full of clover", "a picture of the whole family", "a necklace of red berries", "a song with four verses",
         "a bird house", "a honey cake", "a warm scarf", "a small wooden horse", "a chain of paper stars", "a jar of plum jam", "a walking stick", "a mobile of shells and string")


def gift(s):
    cast = s.cast
    cast["g"] = s.pick((cast["f"], cast["e"]))
    if cast["g"] is cast["f"]:
        scenes.meet_friend(s)
    cast["made"] = s.pick(GIFTS)
    cast["shop"] = s.pick(("a silver ring", "a big drum", "a red coat", "a music box", "a china cup", "a golden bell", "a silk shawl", "a fine pipe", "a clock with a cuckoo"))
    s.title = "a present for {g.n}"
    s.tell("{time.cap}, {h} remembered that it was [almost|nearly] {g.ns} birthday.", "\"Tomorrow is {g.ns} birthday,\" {h} [thought|said] {time}.",
           "It was {g.ns} birthday soon, and {h} wanted to give {g.him} something [nice|special|very nice].")
    s.event("{h.n} wanted to give {g.n} a present")
    s.fact("who", ["Whose birthday was it?", "Whose present was it?"], ["It was {g.ns} birthday.", "It was for {g.n}, who had a birthday."], "{g.n}")
    s.cast["where"] = next(casting.Place(*entry) for entry in lexicon.PLACES if entry[0] == "market")
    s.tell("At the market {h} saw {shop}, but [it cost too much|{h.he} had no money|{h.he} had only one penny].", "{h} wanted to buy {shop}, but {h.he} had [no money|only two coins].",
           "There was {shop} in the shop window. But {h.ns} purse was empty.")
    s.fact("why", ["Why did {h.n} not buy {shop}?"], ["Because {h.n} did not have enough money."], "money")
    s.event("{h.n} did not have enough money for {shop}")
    s.tell("{h} was {sad} and walked about {p.in}.", "\"What can I do without money?\" {h} thought, and {h.he} sat down {p.in}.", "{h} went for a walk {p.in} to think.")
    if s.chance(0.5):
        s.paragraphs[-1].append(s.pick(cast["p"].details))
    s.paragraph()
    s.tell("Then {h} had an idea. \"I can make something [myself|with my own hands]!\"", "\"I know!\" {h} cried. \"I will make {made}!\"",
           "\"A present need not be bought,\" {h} thought. \"I will make one.\"")
    s.tell("{h} worked [all day|until it was dark|for many hours] and made {made}.", "[Slowly and carefully|With much care|With busy hands], {h} made {made}.",
           "It was not easy. Twice {h} had to begin again, but in the end {h.he} had {made}.")
    s.event("{h.n} made {made}")
    s.fact("what", ["What did {h.n} make?", "What did {h.n} give to {g.n}?"], ["{h.n} made {made}.", "It was {made}."], "{made}")
    s.maybe(0.6, "\"What if {g.he} does not like it?\" {h} thought in the night.", "{h} wrapped it in [green leaves|brown paper|a clean cloth].", "{h} tied a {t.look} ribbon round it.")
    s.paragraph()
    s.tell("In the morning, {h} gave it to {g.n}. \"I made it for you,\" {h.he} said.", "The next day, {h} went to {g.n} and held out the present.", "\"Happy birthday, {g.n}!\" {h} [said|called|cried].")
    s.tell("{g.ns} eyes shone. \"It is the [best|loveliest|finest] present of all,\" {g.he} said.", "{g.n} laughed for joy. \"Nobody else has one like it,\" {g.he} said.",
           "\"You made this for me?\" asked {g.n} and hugged {h.him}.")
    s.event("{g.n} was very happy with the present")
    s.fact("feel", ["Did {g.n} like the present?"], ["Yes, {g.n} was very happy with it."], "Yes")
    scenes.glad_end(s, "what is made with love needs no money", "the best presents come from the heart")


RECIPES = (("a cake", "cake", ("flour", "eggs", "butter", "honey", "milk"), "baked"), ("a pot of soup", "soup", ("carrots", "onions", "potatoes", "salt", "beans"), "cooked"),
           ("a kite", "kite", ("paper", "string", "two thin sticks", "glue"), "built"), ("a raft", "raft", ("rope", "logs", "an old sheet", "a pole"), "built"),
           ("a scarecrow", "scarecrow", ("straw", "an old coat", "two poles", "a hat"), "built"), ("a bird house", "bird house", ("nails", "a board", "paint", "a round stick"), "built"),
           ("a quilt", "quilt", ("thread", "wool", "scraps of cloth", "a needle"), "sewed"), ("an apple pie", "pie", ("apples", "flour", "sugar", "butter", "cinnamon"), "baked"),
           ("a swing", "swing", ("a rope", "a board", "two hooks"), "built"), ("a loaf of bread", "bread", ("flour", "salt", "yeast", "water"), "baked"),
           ("a tent", "tent", ("a blanket", "three poles", "string", "pegs"), "built"), ("a little theatre", "theatre", ("a box", "red cloth", "paint", "puppets"), "built"))
OWNERS = ("miller", "baker", "farmer", "weaver", "carpenter", "old sailor", "beekeeper", "shopkeeper", "tailor", "cook", "teacher", "ferryman")


def made(s):
    cast = s.cast
    cast["made"], cast["thing"], needs, cast["did"] = s.pick(RECIPES)
    cast["m"] = Thing(cast["thing"])
    at = int(s.random() * len(needs))
    cast["missing"] = needs[at]
    cast["have"] = " and ".join((needs[:at] + needs[at + 1:])[:2])
    owner = s.pick(OWNERS)
    cast["w"] = Being("the " + owner, owner, s.pick(("he", "she")))
    cast["job"], cast["jobdone"] = s.pick((("sweep the floor", "swept the floor"), ("carry the wood", "carried the wood"), ("feed the hens", "fed the hens"),
                                          ("wash the cups", "washed the cups"), ("find my glasses", "found the glasses in a shoe"), ("wind up this wool", "wound up the wool"),
                                          ("water the plants", "watered the plants"), ("pick up the spilled beads", "picked up every bead"), ("hold the ladder", "held the ladder"),
                                          ("brush the donkey", "brushed the donkey"), ("stir the pot", "stirred the pot"), ("fetch water from the well", "fetched two buckets of water")))
    s.title = "how {h.n} made {made}"
    s.tell("{time.cap}, {h} [wanted|decided] to make {made} for {f.n}.", "\"I am going to make {made},\" {h} [said|told {e.n}] {time}.", "{time.cap}, {h} had a wish: {h.he} wanted to make {made}.")
    s.event("{h.n} wanted to make {made}")
    s.fact("what", ["What did {h.n} want to make?"], ["{h.n} wanted to make {made}."], "{made}")
    s.tell("{h} had {have}, but there was no trace of {missing}.", "{h} found {have} in the cupboard, but {missing} could not be found.",
           "{h} looked at what there was: {have}. Only one thing was missing: {missing}.", "\"I have {have},\" {h} said, \"but I still need {missing}.\"")
    s.fact("what", ["What was missing?", "What did {h.n} still need?"], ["{h.n} still needed {missing}.", "{missing.cap}."], "{missing}")
    s.event("{h.n} still needed {missing}")
    if s.chance(0.5):
        s.tell("\"Ask {w.n},\" said {e.n}.", "\"I cannot help you with that,\" said {e.n}, \"but {w.n} may have some.\"", "\"Who could have that?\" {h} thought. \"Maybe {w.n}!\"")
    scenes.walk(s, "p")
    s.paragraph()
    s.tell("{p.in}, {h} [met|found] {w.n}. \"[Good day|Good morning|Hello],\" {h.he} said. \"I need {missing}.\"", "{w.n} was {p.in}. \"Do you have {missing} for me?\" asked {h.n}.",
           "There {h} met {w.n}. \"May I have {missing}?\" {h.he} asked [politely|shyly|in a clear voice].")
    s.tell("\"You may,\" said {w.n}, \"if you {job}.\"", "\"If you {job}, you shall have what you need,\" said {w.n}.", "\"I am so busy,\" said {w.n}. \"First {job}, please.\"")
    s.tell("{h} [set to work|did not grumble|began at once], and {h.he} {jobdone}.",
           "So {h} {jobdone}[, and {h.he} did it well|, and {w.n} smiled|].", "{h} {jobdone}, and {w.n} gave {h.him} {missing}.")
    s.event("{h.n} {jobdone} for {w.n} and got {missing}")
    s.fact("who", ["Who gave {h.n} what was missing?", "Who gave {h.n} {missing}?"], ["{w.n} gave {h.n} {missing}.", "It was {w.n}."], "{w.n}")
    s.fact("why", ["Why did {w.n} give {h.n} {missing}?"], ["Because {h.n} {jobdone}."], "{jobdone}")
    s.paragraph()
    s.tell("Back at home, {h.n} {did} [the whole afternoon|and sang].", "{h} hurried home and began. It took [a long time|two hours|all afternoon].",
           "Then everything was there, and {h.n} could begin.")
    s.maybe(0.4, "{f.n} came and helped.", "{e.n} [looked on|watched] and said nothing.", "Once something went wrong, but {h} [tried again|only laughed].")
    s.tell("At last the {thing} was [ready|done|finished], and it was [very fine|splendid|a little crooked, but good].", "\"Look!\" {h} called. The {thing} was [ready|done|finished].",
           "In the evening, there [it was|stood the {thing}], and [everybody clapped|{f.n} said, \"How wonderful!\"].")
    s.event("{h.n} {did} the {thing}")
    s.tell("{h} shared it with {f.n} and {w.n}.", "{h} thanked {w.n} and showed {w.him} what {h.he} had made.", "{f.n} and {w.n} were the first to see it.")
    scenes.glad_end(s, "work makes wishes come true", "one can ask, and one can help", "a good thing takes its time")


def traded(s):
    """A chain: everybody has what the next one wants; the hero walks it back."""
    cast = s.cast
    goods, owners = [], []
    while len(owners) < 3:
        owner = s.pick(OWNERS)
        if owner not in owners:
            owners.append(owner)
    pool = ("a jar of honey", "a ball of wool", "a sack of flour", "a pot of paint", "a bunch of flowers", "a fresh loaf", "a warm coat", "a fat cheese", "a basket of eggs", "a new broom",
            "a copper pan", "a bag of nails", "a fishing net", "a straw hat", "a pair of boots", "a bundle of wood", "a good pen", "a jug of milk")
    while len(goods) < 3:
        good = s.pick(pool)
        if good not in goods:
            goods.append(good)
    s.title = "the long trade"
    beings = [Being("the " + owner, owner, s.pick(("he", "she"))) for owner in owners]
    s.tell("{time.cap}, {h} saw {t.a} {p.in}. {h.he} wanted it very much.", "{h} had [long|always] wished for {t.a}, for {h.he} wanted to {t.use}.", "More than anything, {h} wanted {t.a}.")
    s.event("{h.n} wanted {t.a}")
    s.fact("what", ["What did {h.n} want?"], ["{h.n} wanted {t.a}."], "{t.a}")
    for at, being in enumerate(beings):
        cast["w"], cast["good"] = being, goods[at]
        cast["offer"] = "the " + cast["t"].noun if at == 0 else "the " + goods[at - 1].split(" ", 1)[1]
        cast["bare"] = goods[at - 1]
        if at == 0:
            s.tell("It belonged to {w.n}. \"You can have it for {good},\" said {w.n}.", "{w.n} had one. \"Bring me {good},\" said {w.n}, \"and it is yours.\"")
        else:
            s.tell("{w.n} had {bare}. \"But I need {good},\" {w.he} said.", "So {h} asked {w.n} for {bare}. \"Yes, if you get me {good},\" said {w.n}.",
                   "{w.n} had {bare}. \"I would give it away for {good},\" {w.he} said.", "{h} went on and met {w.n}, who wanted {good} for {offer}.")
        s.fact("what", ["What did {w.n} want for {offer}?"], ["{w.n} wanted {good}."], "{good}")
        s.event("{w.n} wanted {good} for {offer}")
        s.maybe(0.3 if at else 0, "\"Oh dear,\" said {h}, but {h.he} went on.", "{h} scratched {h.his} head. This was getting long.")
    s.paragraph()
    cast["good"], cast["job"] = goods[2], s.pick(("helped {e.n} in the garden all day", "worked for {e.n} the whole morning", "cleaned the stable for {e.n}", "picked plums for {e.n}"))
    cast["work"] = s.plain(cast["job"])
    s.tell("{h} had nothing like that, but {e.n} had.", "At home {e.n} had {good}.", "\"{good.cap}?\" said {e.n}. \"That I have, but first you must help me.\"")
    s.tell("So {h.n} {work} and got {good}.", "{h.n} {work}, and {e.n} gave {h.him} {good}.")
    s.event("{h.n} {work} and got {good}")
    s.fact("how", ["How did {h.n} get {good}?"], ["{h.n} {work}."], "{work}")
    got = [goods[1], goods[0], cast["t"].forms["a"]]
    for at, being in enumerate(reversed(beings)):
        cast["w"], cast["got"] = being, got[at]
        cast["gave"] = "the " + (goods[2] if at == 0 else got[at - 1]).split(" ", 1)[1]
        s.tell("{h} took {gave} to {w.n} and got {got}.", "{w.n} [was pleased with|thanked {h.him} for] {gave} and gave {h.him} {got}.", "For {gave}, {w.n} gave {h.n} {got}.",
               "Then {h} carried {gave} to {w.n}, who gave {h.him} {got} for it.")
        s.event("{w.n} gave {h.n} {got} for {gave}")
        s.fact("who", ["Who gave {h.n} {got}?"], ["{w.n} gave {h.n} {got}."], "{w.n}")
    s.tell("\"At last!\" cried {h} and [held up|hugged|looked at] the {t}.", "Now the {t} was {h.ns} own.", "{h} could hardly believe it: the {t} belonged to {h.him}.")
    scenes.glad_end(s, "with patience one gets far", "everybody needs something", "small steps lead to the end of a long road")


PLANTS = (("bean", "beans"), ("pumpkin seed", "pumpkins"), ("sunflower seed", "sunflowers"), ("tomato seed", "tomatoes"), ("apple pip", "apples"), ("pea", "peas"), ("carrot seed", "carrots"),
          ("cherry stone", "cherries"), ("strawberry plant", "strawberries"), ("potato", "potatoes"))


def grown(s):
    cast = s.cast
    cast["seed"], cast["crop"] = s.pick(PLANTS)
    cast["sd"] = Thing(cast["seed"], s.pick(("small", "brown", "round", "tiny", "odd", "")))
    cast["bed"] = s.pick(("beside the wall", "under the window", "by the gate", "behind the house", "next to the well", "in a clay pot", "beside the {p}", "in the sunny corner"))
    cast["spotx"] = s.plain(cast["bed"])
    cast["foe"], cast["cure"] = s.pick((("snails came to eat the leaves", "carried the snails to the ditch"), ("it did not rain for two weeks", "brought water every morning and every evening"),
                                       ("a cold night came", "covered the plant with an old blanket"), ("the wind bent the stem", "tied it to a stick"), ("weeds grew all around", "pulled out the weeds one by one"),
                                       ("a hen scratched in the earth", "built a little fence"), ("the leaves turned yellow", "gave it better earth")))
    s.title = "the {seed} that grew"
    s.tell("{time.cap}, {h} found {sd.a} {q.in}.", "{time.cap}, {e.n} gave {h.n} {sd.a}. \"Plant it,\" {e.he} said.", "{h} got {sd.a} from {f.n} {time}.")
    s.tell("{h} planted it {spotx} and gave it water.", "{h} dug a hole {spotx}, put the {seed} in and covered it with earth.")
    s.event("{h.n} planted the {seed} {spotx}")
    s.fact("where", ["Where did {h.n} plant the {seed}?"], ["{h.n} planted it {spotx}."], "{spotx}")
    s.tell("[The next day|Every day|Each morning], {h} looked, but there was nothing to see.", "{h} waited one day, two days, three days. Nothing happened.", "\"Grow!\" {h} told it. But the earth stayed bare.")
    s.tell("\"It will never grow,\" {h} [said|sighed|grumbled]. \"[Wait|Be patient|Give it time],\" said {e}.", "{f.n} laughed. \"You cannot hurry a {seed},\" {f.he} said.", "{h} wanted to dig it up again, but {e.n} said, \"[Wait|Not yet].\"")
    s.paragraph()
    s.tell("[Then, after a warm rain|One morning|After ten days], a green [tip|shoot|leaf] [looked out of|came out of|broke through] the earth.", "And one day it was there: a tiny green leaf!")
    s.event("a green leaf came out of the earth")
    s.tell("It grew [taller and taller|up to {h.ns} knees|a little every day], but then {foe}.", "All went well until {foe}.", "Then there was trouble: {foe}.")
    s.event("{foe}")
    s.tell("{h} did not give up. {h.he} {cure}.", "So {h} {cure}.", "\"I will help you,\" {h} said to the plant, and {h.he} {cure}.")
    s.event("{h.n} {cure}")
    s.fact("what", ["What did {h.n} do when {foe}?"], ["{h.n} {cure}."], "{cure}")
    s.fact("why", ["Why was there trouble with the plant?", "What was the trouble?"], ["There was trouble because {foe}."], "{foe}")
    s.paragraph()
    s.tell("At the end of the summer, there were [so many|a whole basket of|more than enough] {crop}.", "The [sun shone|weeks went by], and at last {h} could pick {crop}.")
    s.fact("what", ["What did {h.n} pick in the end?"], ["{h.n} picked {crop}."], "{crop}")
    s.tell("{h} [gave some to|shared them with|carried some to] {e.n} and {f.n}.", "{h} was proud of them, and {f.n} got the biggest one.",
           "{h} kept a few seeds for the next year.")
    s.event("{h.n} picked {crop} and shared them")
    scenes.glad_end(s, "good things need time", "one must look after what one plants", "waiting is hard, but it is worth it")


PLOTS = (lost, lost, broken, quarrel, gift, made, traded, grown)
