# SPDX-License-Identifier: Apache-2.0
"""Plots about things: lost, broken, wanted by two, found and given back, traded."""
import cast as casting
import ends
import moods
import scenes
from days import plot
from obstacles import OBSTACLES, overcome, possible
from story import Being, Thing

SEARCHED = ("under the bed", "behind the door", "in the drawers", "under the table", "in the big chest", "behind the curtain", "under the cushions",
            "in all {h.his} pockets", "on the shelf", "in the wood box", "between the flower pots", "on the stairs")


def lost(s):
    cast = s.cast
    s.title = "the lost {t}"
    s.tell("{h} had {t.a}. {h.he} loved to {t.use}.", "What {h} loved most was {h.his} {t.full}.", "{e.n} had given {h.o} {t.a}, and {h} took it everywhere.",
           "Of all {h.his} things, {h} liked {h.his} {t.full} best.", "{h} [owned|had] {t.a}, and {h.he} liked to {t.use}.",
           "{h.ns} greatest treasure was {t.a}. {h.he} could {t.use}.")
    s.paragraph()
    s.tell("{time.cap}, the {t} was gone.", "But {time}, {h} could not find the {t}.", "{time.cap}, {h} looked for the {t}, and it was not there.",
           "\"Where is my {t}?\" {h} cried {time}.", "{time.cap}, {h} reached for the {t}. But where was it?")
    s.event("{h.n} lost {h.his} {t}")
    s.fact(["What did {h.n} lose?"], ["{h.n} lost {h.his} {t}.", "It was {h.his} {t}."], "{t}")
    if s.chance(0.6):
        s.tell("{h} [was|felt] [very|so|quite] {sad}.", "That made {h.o} {sad}.",
               "{h} felt {sad} and [sat down on the step|did not want any breakfast|almost cried].")
        s.fact(["How did {h.n} feel when the {t} was gone?"], ["{h.n} felt {sad}."], "{sad}")
    cast["searched"], cast["searched2"] = s.plain(s.pick(SEARCHED)), s.plain(s.pick(SEARCHED))
    s.tell("{h} looked {searched}, but [it was not there|there was only dust|all {h.he} found was an old sock|there was nothing].",
           "{h} looked {searched}, [but found nothing|in vain|but there was no {t}].",
           "First {h} looked {searched}, where the {t} was not." if cast["searched"] == cast["searched2"]
           else "First {h} looked {searched}, then {searched2}, but [it was not there|in vain].")
    s.maybe(0.6, "\"When did you have it last?\" asked {e}.",
            "\"Think back,\" said {e}. \"[Where did you go|Where were you|What did you do] yesterday?\"", "\"Have you looked outside?\" {e} asked.",
            "{e.n} helped to look, but {e.he} did not find it either.",
            "\"Things don't run away,\" said {e}. \"It must be somewhere.\"")
    s.tell("\"I was {p.in} yesterday,\" {h} [said|remembered].", "Then {h} remembered that {h.he} had played {p.in}.",
           "\"Maybe I left it {p.in},\" {h} said.", "\"The {p}!\" cried {h}. \"I had it with me there!\"")
    scenes.walk(s, "p")
    sort = s.pick(possible(s))
    cast["spot"] = s.pick(OBSTACLES[sort][0])
    s.tell("There it was: the {t} was {spot}!", "And there, {spot}, {h} saw the {t}.", "{h} looked up and down, and at last {h.he} saw the {t} {spot}.",
           "\"I see it!\" cried {h}. The {t} was {spot}.", "But what was that {spot}? It was the {t}!")
    s.event("{h.n} saw {t.the} {spot}")
    s.fact(["Where was the {t}?", "Where did {h.n} see the {t}?"], ["The {t} was {spot}.", "It was {spot}."], "{spot}")
    overcome(s, cast["spot"], sort)
    s.paragraph()
    s.tell("{h} held the {t} [tight|close|up to the light]. \"I will take better care of you,\" {h.he} said.",
           "Now {h} had the {t} back, and {h.he} was {glad}.",
           "{h} carried the {t} home and put it [beside the bed|in a safe place|on the window sill|where {h.he} could always see it].",
           "All the way home, {h} [held on to the {t}|did not let go of the {t}|sang to the {t}].")
    s.event("{h.n} took {t.the} home")
    ends.happy(s, "one must take care of the things one loves", "it is good to ask for help", "looking twice is better than crying",
               "a thing is found by those who keep looking")


BREAKABLE = ("vase", "jug", "plate", "lamp", "teapot", "flower pot", "bowl", "clock", "mirror", "chair", "cup", "picture frame")
WILD = ("was throwing a ball", "was running round the table", "was dancing with a broom", "was playing with a hoop", "was jumping on the bench",
        "was chasing a fly",
        "was marching up and down with a drum", "was spinning round and round", "was playing pirates", "was sliding over the floor")


def broken(s):
    cast = s.cast
    cast["vase"] = Thing(s.pick(BREAKABLE), s.pick(("little", "old", "blue", "green", "big", "painted", "white", "pretty", "red", "yellow")))
    cast["how"] = s.pick(WILD)
    cast["hide"] = s.pick(("under the bed", "behind the shed", "under the carpet", "in the wood box", "in the cupboard", "behind the curtain",
         "in an old boot", "under the stairs"))
    cast["mend"] = s.pick(("glue", "wire and string", "clay and paint", "a hammer and small nails", "tape and much patience",
         "strong glue and two clips", "a new screw and some glue"))
    s.title = "the broken {vase}"
    s.tell("{e.n} had {vase.a}, and [it was very old|{e.he} loved it|it had come from far away|{e.he} dusted it every day].",
           "[In the kitchen|On the shelf|Beside the stove|In the hall] stood {vase.a} that belonged to {e.n}.",
           "{e.ns} {vase} was [very old|a present from a friend|the finest in the village|the first thing that one saw in the house].")
    s.paragraph()
    s.tell("{time.cap}, {h} {how} in the house[, though {h.he} had been told not to|].", "{time.cap}, {e.n} was out, and {h} {how}.",
           "{time.cap}, it was too [quiet|boring] for {h}, and soon {h.he} {how} in the kitchen.")
    s.tell("Crash! The {vase} [fell and broke|broke into pieces|broke].", "There was a loud crash, and the {vase.full} was broken.",
           "{h} did not look where {h.he} was going, and the {vase.full} fell and broke.",
           "Something [shook|slipped], something fell, and there lay the {vase} in [two|three|many] pieces.")
    s.event("{h.n} broke the {vase}")
    s.fact(["What did {h.n} break?"], ["{h.n} broke the {vase}."], "{vase}")
    s.fact(["How did the {vase} break?", "Why did the {vase} break?"], ["It broke because {h.n} {how}."], "{how}")
    s.tell("{h.ns} heart beat fast. \"Oh no, {e.ns} {vase}!\" {h.he} whispered.",
           "{h} [turned pale|stood quite still|put {h.his} {h.hands} over {h.his} mouth].",
           "\"What [shall I do|will {e.n} say|have I done]?\" thought {h.n}.", "Suddenly it was very quiet, and {h.n} could hear {h.his} own heart.")
    if s.chance(0.6):
        hidden(s)
    s.paragraph()
    s.tell("\"I broke your {vase},\" {h} said [in a small voice|with tears in {h.his} eyes|at last]. \"I am sorry.\"",
           "{h} went to {e.n} and [told the truth|told {e.him} everything]. \"I am so sorry,\" {h.he} said.",
           "When {e.n} came in, {h} said, \"It was me. I broke the {vase}.\"",
           "\"There is something that I must tell you,\" {h} said to {e.n}. \"I broke the {vase}.\"")
    s.event("{h.n} told {e.n} the truth")
    s.fact(["Whom did {h.n} tell the truth?"], ["{h.n} told {e.n} the truth."], "{e.n}")
    s.tell("{e} was [quiet|silent] for a moment. \"Thank you for telling me, {h.n},\" {e.he} said.",
           "{e} sighed, and then {e.he} gave {h.him} a hug. \"It is only a {vase}, {h.n},\" {e.he} said.",
           "\"A {vase} can be mended, {h.n},\" said {e}. \"I am glad that you told me.\"",
           "{e} was sad about the {vase}, but {e.he} was not angry. \"That took courage,\" {e.he} said.")
    s.tell("Together {h.n} and {e.n} mended it with {mend}.", "They sat down and mended the {vase} with {mend}.",
           "With {mend}, the two of them put it together again.", "It took the whole [afternoon|evening], but with {mend} they mended it.")
    s.event("{h.n} and {e.n} mended the {vase} with {mend}")
    s.fact(["What did they mend the {vase} with?"], ["They mended it with {mend}."], "{mend}")
    s.maybe(0.5, "One could still see a thin line, but {e.n} [liked it even better|said it looked like a river].",
            "The {vase} was not as good as new, but it was whole again.", "\"Now the {vase} has a story,\" said {e.n}.",
            "From then on, {h} [ran and jumped outside|played outside].")
    ends.happy(s, "the truth makes the heart light", "it is best to tell the truth at once", "everyone makes mistakes",
               "a thing can be mended, and so can a mistake")


def hidden(s):
    s.tell("{h} hid the pieces {hide}.", "Quickly, {h} put the pieces {hide}.", "{h} was afraid, so {h.he} hid the pieces {hide}.",
           "\"Nobody must see this,\" thought {h}, and {h.he} hid the pieces {hide}.")
    s.event("{h.n} hid the pieces {hide}")
    s.fact(["Where did {h.n} hide the pieces?"], ["{h.n} hid them {hide}."], "{hide}")
    s.tell("But at supper {h} could not eat. [The secret was heavy|{h.his} tummy hurt|{h.he} could only think of the {vase}].",
           "{h} tried to play, but [nothing was fun|{h.his} heart was heavy|{h.he} kept thinking of the {vase}].",
           "\"Have you seen my {vase}?\" {e.n} asked. {h} [looked at the floor|went red|shook {h.his} head and felt worse].")
    if s.chance(0.6):
        scenes.meet_friend(s)
        s.tell("\"What is wrong?\" asked {f.n}. \"Tell the truth,\" {f.he} said when {f.he} had heard it.",
               "{f.n} said, \"A secret like that only gets heavier.\"", "\"{e.n} will be sad, but not for long,\" said {f.n}. \"A lie lasts longer.\"")


PLANS = ("you have it in the morning, and I have it in the afternoon", "we take turns and count to a hundred",
         "you hold it and I help you, and then we change", "you may go first, and I will go second",
         "we keep it at your home today and at mine tomorrow", "we share it and call it ours", "each of us has it for one day",
         "we throw a stone, and the nearest one goes first", "you have it on odd days, and I have it on even days")


def quarrel(s):
    scenes.meet_friend(s)
    s.title = "one {t} for two"
    s.tell("{time.cap}, {h.n} and {f.n} found {t.a} {p.in}.", "{time.cap}, there was {t.a} lying {p.in}, and {h.n} and {f.n} saw it at the same time.",
           "{time.cap}, {e.n} gave {h.n} and {f.n} {t.a}. But there was only one.", "{time.cap}, {h.n} and {f.n} were walking {p.in} when they saw {t.a}.")
    s.event("{h.n} and {f.n} both wanted {t.the}")
    s.fact(["What did {h.n} and {f.n} quarrel about?", "What did both of them want?"], ["{both} quarrelled about the {t}.",
           "Both of them wanted the {t}."], "{t}")
    s.tell("\"It is mine!\" [shouted|cried|said] {h.n}. \"No, mine!\" [shouted|cried|said] {f.n}.",
           "\"I saw it first,\" said {h.n}. \"You did not,\" said {f.n}. \"I did!\"",
           "\"Give it to me,\" said {f.n}. \"I want to {t.use}.\" \"I want it too,\" said {h.n}.",
           "\"I want to {t.use},\" said {h.n}. \"But so do I!\" said {f.n}.")
    s.tell("{both} pulled and pulled, until {h.n} [fell backwards|sat down in the mud|bumped {h.his} head].",
           "{h.n} pulled on one side and {f.n} on the other.", "{both} did not look at each other [for a whole hour|all morning|for a long time].",
           "{f.n} called {h.n} a [donkey|goose|greedy pig], and {h.n} called {f.n} [something worse|a cross old crow|the same].",
           "Their voices grew [louder|so loud that the birds flew away].")
    s.tell("{h.n} went off and sat alone {q.in}, and it was no fun.", "Nobody played, and both of them were {sad}.",
           "The {t} lay on the ground, and nobody was {glad}.", "{f.n} played alone, and {h.n} played alone, and both were bored.")
    s.paragraph()
    cast = s.cast
    cast["plan"] = s.pick(PLANS)
    who = s.pick(("h", "f", "e"))
    cast["wise"] = cast[who]
    s.tell("Then {wise.n} had an idea.", "At last {wise.n} [spoke|came up with a plan|could not bear it any longer].",
           "After a while, {wise.n} said something clever.", "It was {wise.n} who [broke the silence|found the way out].")
    if who == "e":
        s.tell("\"How would you like this: one of you says, '{plan.cap}'?\" said {e.n}.", "\"Why don't you say to each other, '{plan.cap}'?\" asked {e.n}.")
    else:
        cast["other"] = cast["f" if who == "h" else "h"]
        s.tell("\"Listen, {other.n},\" {wise.he} said. \"How about this: {plan}.\"",
               "\"I am sorry, {other.n},\" said {wise.n}. \"Let us do it like this: {plan}.\"",
               "\"I would rather have a friend than {t.a},\" {wise.he} said to {other.n}. \"I think {plan}.\"",
               "\"Let us not quarrel,\" {wise.he} said to {other.n}. \"I think {plan}.\"")
    s.event("{wise.n} had an idea how to share {t.the}")
    s.fact(["Who had the idea how to share?", "Whose idea was it to share?"], ["It was {wise.n}."], "{wise.n}")
    if who == "e":
        s.tell("\"Yes!\" said {h.n} and {f.n}[ together|].", "And that is what they did.", "{both} shook {h.hands} on it.")
    else:
        s.tell("\"That is a good plan,\" said {other.n}.", "{other.n} thought about it and [smiled|nodded].",
               "\"Yes, that is fair,\" {other.n} agreed.", "\"I am sorry, too,\" said {other.n}. \"Yes, let us do that.\"")
    s.tell("{h.n} and {f.n} [played|laughed and played] until [it got dark|the moon came up|supper time].", "It was twice as much fun for two.",
           "That day, the {t} was never still.", "{h.n} went first, then {f.n}, and then {h.n} again, and nobody was [left out|cross any more].")
    s.event("{h.n} and {f.n} played together")
    ends.happy(s, "sharing makes a thing twice as good", "a friend is worth more than a thing", "saying sorry first is brave",
               "two who share have more than one who keeps")


PURSES = (("purse", "five coins"), ("bag", "a gold watch"), ("box", "a pearl"), ("wallet", "ten coins"), ("pouch", "three silver coins"),
          ("letter case", "a letter with a red seal"), ("sewing bag", "a silver thimble"))
OWNERS = (("miller", "he"), ("baker", "she"), ("farmer", "she"), ("weaver", "he"), ("old sailor", "he"), ("beekeeper", "she"), ("shopkeeper", "he"),
          ("tailor", "he"), ("cook", "she"), ("teacher", "she"), ("ferryman", "he"), ("postman", "he"),
          ("gardener", "she"), ("shepherd", "he"), ("doctor", "she"), ("fisherman", "he"), ("shoemaker", "he"), ("painter", "she"))


def honest(s):
    """A find that belongs to somebody: the finder wants something, is tempted, and gives it back."""
    cast = s.cast
    noun, cast["inside"] = s.pick(PURSES)
    cast["bag"] = Thing(noun, s.pick(("brown", "black", "old", "small", "green", "red", "worn")))
    cast["o"] = casting.stranger(s, OWNERS)
    asked = casting.stranger(s, OWNERS)
    while asked.kind == cast["o"].kind:
        asked = casting.stranger(s, OWNERS)
    cast["x"] = asked
    s.title = "the {bag} on the path"
    s.tell("{h} had [long|always] wished for {t.a}, but {h.he} had no money.", "There was {t.a} in the shop window, and {h} looked at it every day.",
           "{h} wanted {t.a} so much that {h.he} dreamed of it.", "More than anything, {h} wished for {t.a}.")
    s.tell("{time.cap}, {h} found {bag.a} {p.in}.", "{time.cap}, {bag.a} lay {p.in}, right before {h.ns} feet.",
           "{time.cap}, {h} was walking {p.in} and saw {bag.a} on the ground.", "{time.cap}, something lay {p.in}. {h} picked it up. It was {bag.a}.")
    s.event("{h.n} found {bag.a} {p.in}")
    s.fact(["What did {h.n} find?"], ["{h.n} found {bag.a}."], "{bag}")
    s.fact(["Where did {h.n} find the {bag}?"], ["{h.n} found it {p.in}."], "{p.in}")
    s.tell("{h} opened it and saw {inside}.", "Inside {h} found {inside}.", "{h} looked inside: {inside}!",
           "When {h} shook it, something moved. It was {inside}." if "coins" in cast["inside"] else "{h} opened it. Inside lay {inside}.")
    s.fact(["What was in the {bag}?"], ["{inside.cap}."], "{inside}")
    s.paragraph()
    s.tell("\"With this I could get the {t},\" {h} thought.", "\"Nobody has seen me,\" thought {h.n}. \"I could keep the {bag}.\"",
           "For a moment, {h.n} thought of the {t}, for [it would be so easy|nobody would know].", "\"Finders keepers,\" said a small voice in {h.ns} head.")
    s.tell("But somebody [was looking for it now|must be very sad now|had lost it].", "But then {h} thought, \"Somebody is looking for this.\"",
           "\"No, it is not [mine|my {bag}|for me],\" {h.n} said aloud.", "Then {h} remembered how it feels to lose something.")
    s.tell("{h} asked {x.n}, \"Is this your {bag}?\" \"No,\" said {x.n}, \"[I have mine here|mine is bigger|but I heard {o.n} sigh].\"",
           "{x.n} came by. \"Did you lose {bag.a}?\" asked {h.n}. \"Not I,\" said {x.n}. \"Ask {o.n}.\"",
           "{h.n} went from door to door. \"It is not mine,\" said {x.n}.")
    s.event("{h.n} asked {x.n}, but it was not {x.his} {bag}")
    s.paragraph()
    s.tell("[Near|Not far from] the {q}, {h} saw {o.n}, who was looking [under every bush|for something on the ground|very {sad}].",
           "Then {h.n} met {o.n}. {o.he} looked [pale|worried] and turned all {o.his} pockets out.",
           "{o.n} was sitting {q.in} with {o.his} head in {o.his} hands.")
    s.tell("\"Are you looking for this?\" asked {h.n} and held out the {bag}.",
           "\"What is in your {bag}?\" {h.n} asked. \"{inside.cap},\" said {o.n}, and {h.n} gave it to {o.him}.",
           "{h.n} held up the {bag}. \"My {bag}!\" cried {o.n}.")
    s.event("{h.n} gave the {bag} back to {o.n}")
    s.fact(["Whose {bag} was it?", "Who had lost the {bag}?"], ["It was {o.n}.", "{o.n} had lost it."], "{o.n}")
    s.tell("{o.n} [was so happy that {o.he} danced|could hardly believe it|had tears in {o.his} eyes].",
           "\"What an honest {h.kind} you are!\" said {o.n}.", "\"I thought it was gone for ever,\" said {o.n}.")
    s.tell("Then {o.n} asked what {h.n} wished for most, and the next day, there was {t.a} at the door.",
           "\"Wait here,\" said {o.n}, and {o.he} came back with {t.a}. \"I have no use for it. Take it.\"",
           "\"You shall have a present, {h.n},\" said {o.n}, and it was {t.a}!")
    s.event("{o.n} gave {h.n} {t.a}")
    s.fact(["What did {o.n} give {h.n}?", "What did {h.n} get in the end?"], ["{h.n} got {t.a}."], "{t.a}")
    if s.chance(0.5):
        moods.joy(s)
    ends.happy(s, "it feels good to be honest", "what belongs to others must be given back", "an honest heart is a treasure")


TRADERS = tuple(name for name, _ in OWNERS if name not in ("doctor", "teacher"))
GOODS = ("a jar of honey", "a ball of wool", "a sack of flour", "a pot of paint", "a bunch of flowers", "a fresh loaf", "a warm coat", "a fat cheese",
         "a basket of eggs", "a new broom",
         "a copper pan", "a bag of nails", "a fishing net", "a straw hat", "a pair of boots", "a bundle of wood", "a good pen", "a jug of milk",
         "a bar of soap", "a bag of salt", "a tin of tea", "a woolly blanket", "a sharp axe", "a wooden comb")


def traded(s):
    """A chain: everybody has what the next one wants; the hero walks it back."""
    cast = s.cast
    goods, owners = [], []
    links = s.pick((2, 2, 3))
    while len(owners) < links:
        owner = s.pick(TRADERS)
        if owner not in owners:
            owners.append(owner)
    while len(goods) < links:
        good = s.pick(GOODS)
        if good not in goods:
            goods.append(good)
    s.title = "the long trade"
    beings = [Being("the " + owner, owner, dict(OWNERS)[owner]) for owner in owners]
    s.tell("{time.cap}, {h} saw {t.a} {p.in}, and {h.he} wanted it very much.",
           "{h} had [long|always] wished for {t.a}, for {h.he} wanted to {t.use}.", "More than anything, {h} wanted {t.a}.",
           "{time.cap}, {h} made up {h.his} mind. \"I must have {t.a},\" {h.he} said.")
    s.event("{h.n} wanted {t.a}")
    s.fact(["What did {h.n} want?"], ["{h.n} wanted {t.a}."], "{t.a}")
    for at, being in enumerate(beings):
        cast["w"], cast["good"] = being, goods[at]
        cast["offer"] = "the " + cast["t"].noun if at == 0 else "the " + goods[at - 1].split(" ", 1)[1]
        cast["bare"] = goods[at - 1]
        if at == 0:
            s.tell("{w.n} had one. \"You can have it for {good},\" {w.he} said.",
                   "{w.n} had one. \"Bring me {good},\" said {w.n}, \"and it is yours.\"",
                   "\"I know,\" said {e.n}. \"{w.n} has one.\" But {w.n} would only give it for {good}.")
        else:
            s.tell("{w.n} had {bare}. \"But I need {good},\" {w.he} said.", "So {h} asked {w.n} for {bare}. \"Yes, if you get me {good},\" said {w.n}.",
                   "{w.n} had {bare}. \"I would give it away for {good},\" {w.he} said.", "{h} went on and met {w.n}, who wanted {good} for {offer}.",
                   "\"Who has {bare}?\" {h} asked everywhere. {w.n} had, but {w.he} wanted {good} for it.")
        s.fact(["What did {w.n} want for {offer}?"], ["{w.n} wanted {good}."], "{good}")
        s.event("{w.n} wanted {good} for {offer}")
        if at:
            s.maybe(0.35, "\"Oh dear,\" said {h}, but {h.he} went on.", "{h} scratched {h.his} head. This was getting long.",
                    "{h} said it over and over so as not to forget it.")
    s.paragraph()
    cast["good"] = goods[-1]
    cast["work"] = s.plain(s.pick(("helped {e.n} in the kitchen all day", "worked for {e.n} the whole morning", "cleaned the stable for {e.n}",
         "washed the windows for {e.n}", "swept the yard for {e.n}", "chopped the wood for {e.n}", "carried water for {e.n}")))
    s.tell("{h} had nothing like that, but {e.n} had.", "At home {e.n} had {good}.",
           "\"{good.cap}?\" said {e.n}. \"That I have, but first you must help me.\"",
           "\"Where can I get {good}?\" {h} asked at home. \"From me,\" said {e.n}, \"if you help me.\"")
    s.tell("So {h.n} {work} and got {good}.", "{h.n} {work}, and {e.n} gave {h.him} {good}.", "{h.n} did not grumble. {h.he} {work} and got {good}.")
    s.event("{h.n} {work} and got {good}")
    s.fact(["How did {h.n} get {good}?"], ["{h.n} {work}."], "{work}")
    got = list(reversed(goods[:-1])) + [cast["t"].forms["a"]]
    for at, being in enumerate(reversed(beings)):
        cast["w"], cast["got"] = being, got[at]
        cast["gave"] = "the " + (goods[-1] if at == 0 else got[at - 1]).split(" ", 1)[1]
        s.tell("{h} took {gave} to {w.n} and got {got}.", "{w.n} [was pleased with|thanked {h.him} for] {gave} and gave {h.him} {got}.",
               "For {gave}, {w.n} gave {h.n} {got}.",
               "Then {h} carried {gave} to {w.n}, who gave {h.him} {got} for it.",
               "{w.n} [smiled|laughed|clapped {w.his} hands] when {w.he} saw {gave}, and {h.n} got {got}.")
        s.event("{w.n} gave {h.n} {got} for {gave}")
        s.fact(["Who gave {h.n} {got}?"], ["{w.n} gave {h.n} {got}."], "{w.n}")
    s.tell("\"At last!\" cried {h} and [held up|hugged|looked at] the {t}.", "Now the {t} was {h.ns} own.",
           "{h} could hardly believe it: the {t} belonged to {h.him}.", "At last {h} had {h.his} {t}, and {h.he} never lost it.")
    ends.happy(s, "with patience one gets far", "everybody needs something", "small steps lead to the end of a long road")


PLOTS = (plot(lost), plot(lost), plot(broken, weathers="sunny windy cloudy rainy frosty foggy"), plot(quarrel), plot(honest), plot(traded))
