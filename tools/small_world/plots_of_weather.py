# SPDX-License-Identifier: Apache-2.0
"""Plots made by the weather: a storm, a kite in the wind, a snowman, one umbrella for many, a light in the fog."""
import cast as casting
import ends
import moods
import scenes
from days import plot
from obstacles import OBSTACLES, overcome, possible
from plots_of_deeds import STRANGERS
from story import Thing

# season or weather in which it may come, what happens, how it gets worse, its name
STORMS = (("summer spring autumn", "a storm came up", "the rain beat down", "storm"), ("winter", "snow began to fall", "the snow grew deep", "snow"),
          ("autumn winter", "thick fog rolled in", "nothing could be seen", "fog"), ("spring autumn", "the river rose", "water ran over the path", "flood"),
          ("autumn spring", "a great wind began to blow", "branches broke from the trees", "wind"), ("spring summer",
          "hail fell from the black clouds", "the hail jumped like peas", "hail"), ("summer", "thunder rolled over the hills",
          "the rain came down in sheets", "thunder"), ("winter", "an icy storm began", "the wind was as sharp as a knife", "ice storm"))
SHELTERS = ("an empty hut", "a hollow tree", "a cave with dry leaves", "a hay barn", "a hut of branches", "a shepherd's wagon",
            "a boat turned upside down", "a stable with a warm cow in it", "an old tower", "a woodcutter's hut", "a dry place under a rock")
PASSING = ("told riddles", "sang every song they knew", "shared a {food}", "told each other stories", "made a small fire", "played with {t.a}",
           "guessed what the clouds looked like", "counted the seconds between the gusts", "taught each other rhymes", "named all the things that were warm")


def storm(s):
    cast = s.cast
    _, cast["weather"], cast["worse"], cast["sky"] = s.pick([entry for entry in STORMS if cast["season"] in entry[0]])
    cast["shelter"] = s.pick(SHELTERS)
    cast["o"] = casting.stranger(s, STRANGERS)
    cast["passing"] = s.plain(s.pick(PASSING))
    scenes.meet_friend(s)
    s.title = "the day of the {sky}"
    s.tell("{time.cap}, {h.n} and {f.n} went out to look for {supply}.", "{time.cap}, {h.n} and {f.n} were on the way home from the {q}.",
           "{time.cap}, {h.n} and {f.n} were playing far from home.", "{time.cap}, {h.n} and {f.n} wanted to see what was behind the {q}.")
    scenes.walk_together(s, "p")
    s.tell("Suddenly, {weather}.", "Then the sky grew dark, and {weather}.", "Nobody had looked at the sky, and all at once {weather}.",
           "\"Look at the sky!\" said {f.n}. And already {weather}.", "It happened quickly: {weather}.")
    s.event("{weather}")
    s.fact(["What happened while {h.n} and {f.n} were {p.in}?"], ["{weather.cap}."], "{weather}")
    s.tell("{worse.cap}, and they could not go home.", "Soon {worse}.", "\"Quick, we need a roof!\" cried {h}, for {worse}.",
           "\"We shall never get home like this,\" said {f.n}, for {worse}.")
    s.fact(["Why could they not go home?"], ["Because {weather}."], "{weather}")
    if s.chance(0.4):
        moods.fear(s)
    s.tell("They [ran|hurried] and found {shelter}.", "{h.n} took the lead and found {shelter}.",
           "\"There!\" called {f.n}. {f.he} had seen {shelter}.", "Then they saw {shelter} and ran to it.")
    s.event("{h.n} and {f.n} found {shelter}")
    s.fact(["Where did they find shelter?"], ["They found {shelter}."], "{shelter}")
    s.paragraph()
    s.tell("Someone was there already: a {o.kind}, [cold and afraid|wet to the skin|trembling].",
           "After a while, [{h.n}|{f.n}] heard steps. It was a {o.kind}.", "Inside, {h.n} saw two eyes. They belonged to a {o.kind}.",
           "\"Who is there?\" asked a [small|deep|sad|sleepy] voice. It belonged to a {o.kind}[, who was cold|, who had come in from the {p}|].")
    s.tell("\"Come close,\" said {h.n}. \"Then we are all warm.\"", "\"May I stay with you?\" asked {o.n}. \"There is room for three,\" said {h.n}.",
           "\"Don't be afraid,\" {f.n} said to {o.n}.", "{h.n} and {f.n} moved together to make room.")
    s.event("{h.n} and {f.n} shared the place with {o.n}")
    s.fact(["Who else was there?", "With whom did they share the place?"], ["It was {o.n}."], "{o.n}")
    s.tell("The three of them {passing}, and the time passed quickly.", "{h.n}, {f.n} and {o.n} {passing} until it was over.",
           "Outside it roared, but inside they {passing}." if cast["sky"] not in ("snow", "fog", "flood") else "Outside it was bad, but inside they {passing}.")
    s.fact(["What did the three of them do?"], ["They {passing}."], "{passing}")
    s.event("the three of them {passing}")
    s.paragraph()
    s.tell("At last it was over, and [the sun came out|everything shone|the air smelled fresh].",
           "When it was over, {h.n}, {f.n} and {o.n} [stepped out|went outside], and the world was [bright and clean|very quiet|new].",
           "Then it grew still, and [{h.n}|{f.n}|{o.n}] looked out. \"It is over,\" said {o.n}.")
    s.tell("{e.n} was waiting at the door with [dry clothes|hot soup|a lamp]. \"There you are, {h.n}!\" {e.he} cried.",
           "{o.n} knew a short way and [took|led] them home.", "\"What a day!\" said {f.n}, and they all laughed.",
           "\"Come and see us soon,\" said {h.n} to {o.n}, and they went home.")
    s.event("{h.n} and {f.n} came home safely")
    ends.happy(s, "there is always room for one more", "a storm is not so bad when friends are near", "it is good to look at the sky before one goes out")


ROUTES = ("over the roofs", "over the {q}", "past the church tower", "over the fields", "across the river", "over the school", "past the mill")


def kite(s):
    """The wind tears a kite away: it is followed from one who saw it to the next, and is got back."""
    cast = s.cast
    scenes.meet_friend(s)
    cast["t"] = Thing("kite", s.pick(("red", "yellow", "blue", "green", "striped", "painted", "big", "new", "purple", "orange")), "fly it on windy days")
    cast["x"], cast["y"] = casting.stranger(s, STRANGERS), casting.stranger(s, STRANGERS)
    while cast["y"].kind == cast["x"].kind:
        cast["y"] = casting.stranger(s, STRANGERS)
    cast["r1"], cast["r2"] = s.plain(s.pick(ROUTES)), s.plain(s.pick(ROUTES))
    while cast["r2"] == cast["r1"]:
        cast["r2"] = s.plain(s.pick(ROUTES))
    s.title = "the runaway kite"
    s.tell("{time.cap}, {h.n} and {f.n} took {t.a} to the hill.", "{time.cap}, the wind was just right for {h.ns} {t.full}. {f.n} came along.",
           "{time.cap}, {h} and {f.n} wanted to fly {t.a}.")
    s.tell("It climbed higher and higher, and {f.n} [clapped|shouted|held the string, too].",
           "The {t} [danced|jumped|sailed] in the sky like a [bird|fish|leaf].", "\"It is as high as the clouds!\" cried {f.n}.",
           "The {t} pulled so hard that {h.n} had to hold it with both {h.hands}.")
    s.tell("Then came a gust of wind, and the string [broke in {h.ns} {h.hand}|broke between {h.ns} {h.hands}|broke].",
           "[Snap|Crack], went the string, and {h} held only [the end of it|a short piece].",
           "\"Let me hold it,\" said {f.n}. But the wind was faster than {f.n}, and the string slipped away.",
           "All at once the string in {h.ns} {h.hand} felt light, for it had broken.")
    s.event("the string broke and the {t} flew away")
    s.fact(["What happened to the {t}?"], ["The string broke and the {t} flew away."], "")
    s.tell("The {t} flew {r1} and was gone.", "Away it flew, {r1}, smaller and smaller.", "\"Come back[, {t}|]!\" {h} shouted, but the {t} flew {r1}.")
    if s.chance(0.5):
        moods.worry(s)
    s.tell("\"After it[, {h.n}|]!\" called {f.n}.", "\"Quick!\" said {h}, and they ran.", "{h.n} ran as fast as {h.he} could, and {f.n} ran behind {h.him}.")
    s.paragraph()
    s.tell("{both} met a {x.kind}. \"Have you seen {t.a}?\" asked {h.n}. \"Yes,\" said {x.n}. \"It flew {r2}.\"",
           "\"Are you looking for {t.a}?\" asked a {x.kind}. \"It has just flown {r2}.\"",
           "A {x.kind} was looking up. \"It flew {r2},\" {x.he} said before they could ask.")
    s.event("{x.n} told them that it had flown {r2}")
    s.fact(["Who had seen the {t} first?"], ["{x.n} had seen it first."], "{x.n}")
    s.tell("{h.n} and {f.n} thanked {x.n} and ran on.", "\"Thank you!\" called {h.n}, and {f.n} was gone already.",
           "So {h.n} and {f.n} ran on, out of breath.", "On they went, [{h.n} first and {f.n} behind|{f.n} first and {h.n} behind].")
    cast["where"] = cast["p"]
    s.tell("Then they met a {y.kind}. \"It came down {p.near},\" said {y.n}.",
           "A {y.kind} was sitting by the road. \"It went down {p.near}, with its tail round its ears,\" {y.he} said.",
           "\"A kite?\" said a {y.kind}. \"It fell down {p.near}.\"")
    s.event("{y.n} said that it had come down {p.near}")
    s.fact(["Where did the {t} come down?"], ["It came down {p.near}."], "{p}")
    sort = s.pick([entry for entry in possible(s) if entry in ("high", "thorns", "water", "guarded")])
    cast["spot"] = s.pick(OBSTACLES[sort][0])
    s.tell("And there it was, {spot}.", "There hung the tail, and there was the {t}, {spot}." if sort in ("high", "thorns")
           else "And there they saw the {t}, {spot}.", "\"I can see it!\" said {f.n}. It was {spot}.")
    s.event("they saw the {t} {spot}")
    overcome(s, cast["spot"], sort)
    s.paragraph()
    s.tell("It had a hole, but {e.n} [mended it with paper and glue|sewed it up].", "\"Next time I will tie it better,\" said {h}.",
           "With a new string, the {t} was soon up in the sky again, and {f.n} [cheered|held on tight].", "{f.n} tied a double knot into a new string.")
    s.event("they had the {t} back")
    ends.happy(s, "one should not give up too soon", "a good knot saves a long run", "what one holds dear, one must hold fast")


NOSES = ("a carrot", "a turnip", "an apple", "a parsnip")
HATS = ("an old bucket", "a straw hat", "a soup pot", "a black hat", "a flower pot", "a basket")
NIBBLERS = (("rabbit", "she"), ("deer", "he"), ("hare", "he"), ("goat", "she"), ("donkey", "he"), ("pony", "she"))


def snowman(s):
    """A snowman loses its nose in the night; tracks lead to a hungry thief, who is forgiven and fed."""
    cast = s.cast
    scenes.meet_friend(s)
    cast["nose"], cast["hat"] = s.pick(NOSES), s.pick(HATS)
    cast["thenose"] = "the " + cast["nose"].split()[1]
    cast["o"] = casting.stranger(s, NIBBLERS)
    cast["name"] = s.pick(("Mister White", "Old Frost", "Captain Snow", "King Ice", "Uncle Cold", "Lord Winter", "Sir Flake"))
    cast["gift"] = s.pick(("a bowl of oats", "a bundle of hay", "a basket of apples", "a heap of carrots", "bread and turnips"))
    s.title = "the nose of the snowman"
    s.tell("{time.cap}, {h.n} and {f.n} built a snowman {p.near}.",
           "{time.cap}, there was so much snow that {h.n} and {f.n} built a snowman {p.near}.",
           "\"Let us build a snowman!\" said {f.n} {time}. And so they did, {p.near}.")
    s.event("{h.n} and {f.n} built a snowman")
    s.fact(["What did {h.n} and {f.n} build?"], ["{both} built a snowman."], "snowman")
    s.tell("The snowman got {hat} on his head and {nose} for a nose.", "{both} gave him {nose} for a nose and {hat} for a hat.",
           "{h.n} put {hat} on his head, and {f.n} gave him {nose} for a nose.")
    s.fact(["What did the snowman have for a nose?"], ["He had {nose} for a nose."], "{nose}")
    s.fact(["What did the snowman have on his head?"], ["He had {hat} on his head."], "{hat}")
    s.tell("\"His name is {name},\" said {f.n}.", "{h.n} and {f.n} called him {name}.", "\"Good evening, {name},\" said {h.n} and bowed.")
    s.fact(["What was the snowman called?"], ["He was called {name}."], "{name}")
    s.paragraph()
    s.tell("But the next morning, {thenose} was gone.", "In the morning, {name} had no nose.",
           "When {h.n} and {f.n} came back the next day, {thenose} was gone.")
    s.event("{thenose} was gone")
    s.tell("\"Who took {thenose}?\" cried {f.n}.", "\"A thief has been here!\" [said|cried] {f.n}.", "\"Poor {name}!\" said {h.n}.")
    s.tell("{h.n} looked at the snow and saw tracks[ of small feet|]!", "\"Look, {f.n}, footprints,\" said {h.n}.",
           "In the snow {h.n} saw a line of small tracks.", "{h.n} bent down. \"[Somebody|Something] has been here, {f.n},\" {h.he} said.")
    s.event("{h.n} found tracks in the snow")
    s.fact(["How did they find the thief?"], ["{both} followed the tracks in the snow."], "")
    s.tell("{both} followed them over the field and {q.to}.", "The tracks led past the {q} and under a fir tree.",
           "Step by step they followed the tracks, as far as the {q}.")
    s.tell("There sat a {o.kind}, [thin and cold|with snow on {o.his} back|hungry and cold], and was chewing.",
           "And there they found a {o.kind}, with a bit of it in {o.his} mouth.",
           "Under a bush they saw a {o.kind}, who [trembled|looked at them with big eyes].")
    s.event("they found {o.n}")
    s.fact(["Who had taken {thenose}?"], ["It was {o.n}."], "{o.n}")
    s.paragraph()
    s.tell("\"So it was you!\" said {f.n}.", "\"That was {name}'s nose!\" said {f.n}.", "{f.n} wanted to be angry, but {f.he} could not.")
    s.tell("\"I was so hungry,\" said {o.n}. \"The snow is deep, and I find [nothing|only bark|no grass].\"",
           "\"I am sorry,\" said {o.n}. \"I have not eaten for [two|three|four] days.\"",
           "{o.n} began to cry. \"There is nothing [to eat|green] under the snow,\" {o.he} said.")
    s.fact(["Why had {o.n} taken it?"], ["Because {o.n} was hungry."], "")
    s.tell("{h.n} and {f.n} looked at each other. Then they ran home and got {gift}.", "\"Wait here,\" said {h.n}, and they came back with {gift}.",
           "{e.n} gave them {gift}, and they carried it to {o.n}.")
    s.event("{h.n} and {f.n} brought {o.n} {gift}")
    s.fact(["What did {h.n} and {f.n} bring?"], ["{both} brought {gift}."], "{gift}")
    s.tell("\"Come [every day|every morning|each evening] until spring,\" said {h.n}.", "{o.n} ate and ate and said thank you after every bite.",
           "\"Now you need not steal any more,\" said {f.n}.")
    s.tell("{name} got a [fir cone|stick|piece of coal] for a nose, and nobody ate that.",
           "{name} got a new nose of wood. \"That one tastes of nothing,\" said {f.n}.", "From that day on, {name} had a stone for a nose.")
    ends.happy(s, "one should ask why before one scolds", "in winter, one must think of the hungry", "those who are hungry need help, not anger")


def umbrella(s):
    """It rains, and under one umbrella there comes one after the other."""
    cast = s.cast
    scenes.meet_friend(s)
    pool = [entry for entry in (("hen", "she"), ("mouse", "he"), ("goose", "she"), ("hedgehog", "he"), ("old man", "he"), ("cat", "she"), ("rooster",
            "he"), ("postman", "he"), ("little dog", "she"), ("frog", "he"), ("snail", "she"), ("teacher", "she"), ("lamb", "he"))
            if entry[0] not in (cast["h"].kind, cast["f"].kind)]
    for key in ("x", "y", "o"):
        name, pronoun = pool.pop(int(s.random() * len(pool)))
        cast[key] = casting.stranger(s, ((name, pronoun),))
    cast["t"] = Thing("umbrella", s.pick(("red", "big", "yellow", "blue", "green", "old", "striped", "spotted", "black")), "keep dry under it")
    cast["end"] = s.pick(("the umbrella turned inside out", "the umbrella got a hole in the middle", "the umbrella broke with a crack"))
    s.title = "one umbrella"
    s.tell("{time.cap}, {h} went {p.to} with {t.a}.", "{time.cap}, {h} took {h.his} {t.full} and went out into the rain.",
           "{time.cap}, {e.n} gave {h.n} {t.a}. \"Then you stay dry, {h.n},\" {e.he} said.")
    s.event("{h.n} went out with {t.a}")
    s.fact(["What did {h.n} have with {h.him}?"], ["{h.n} had {t.a}."], "{t}")
    s.tell("The rain drummed on the {t.full}: [tip, tap, tip, tap|plip, plop, plip, plop].",
           "The drops danced on the {t.full}, and {h.n} was warm and dry.", "\"Rain, rain, you cannot get me,\" sang {h}.")
    s.tell("{x.n} came along and was wet. \"May I come under your {t}, {h.n}?\" {x.he} asked. \"Of course,\" said {h.n}.",
           "By the road stood a wet {x.kind}. \"Come under my {t},\" said {h}.",
           "\"Is there room for me[ under your {t}|], {h.n}?\" asked {x.n}. \"[Yes|Of course|There is],\" said {h.n}.")
    s.event("{x.n} came under it")
    s.fact(["Who came under it first?"], ["{x.n} came first."], "{x.n}")
    s.tell("A little further on, there was {y.n}. \"One more can get in,\" [said {h.n}|said {x.n}|called {h.n}].",
           "Then {y.n} came, [dripping|wet to the skin], and {h.n} and {x.n} moved together.",
           "\"Me, too?\" asked {y.n}. \"[You, too|Of course|Come in],\" said {h.n}.")
    s.event("{y.n} came under it, too")
    s.fact(["Who came after {x.n}?"], ["{y.n} came after {x.n}."], "{y.n}")
    s.tell("And [at the corner|by the gate|under a tree] stood {o.n}. \"Is it full, {h.n}?\" {o.he} asked. \"It is never full,\" said {h.n}.",
           "Last of all came {o.n}. \"If {x.n} and {y.n} make themselves thin, it will do,\" said {h.n}.",
           "\"What about {o.n}?\" said {x.n}. So {o.n} came as well.")
    s.event("{o.n} came under it as well")
    s.fact(["Who was the last to come under it?"], ["{o.n} was the last."], "{o.n}")
    s.paragraph()
    s.tell("Now it was so full that {x.n} had one wet [foot|ear|side] and {o.n} had two.",
           "{h.n}, {x.n}, {y.n} and {o.n} walked in step: left, right, left, right.",
           "{y.n} stepped on the toes of {x.n}, and {o.n} on those of {h.n}, but they laughed.")
    s.tell("Then came a gust of wind, and {end}.", "And then, crack, {end}.", "The wind [was strong now|grew stronger|came round the {q}], and {end}.")
    s.event("{end}")
    s.fact(["What happened to the umbrella?"], ["{end.cap}."], "{end}")
    s.tell("{h.n} and {x.n} stood in the rain and looked at each other. Then {y.n} began to laugh.",
           "\"Now we are all wet,\" said {o.n}, and {h.n} and the others had to laugh.",
           "For a moment nobody spoke. Then {h.n} jumped into a puddle, and {x.n} and {o.n} did the same.")
    s.tell("\"Come to my house, {h.n}, and all of you,\" said {x.n}. \"I have a stove and [hot tea|warm milk|hot soup].\"",
           "\"I live [round the corner|behind the {q}|just over there],\" said {y.n}. \"Come and get dry, {h.n}.\"",
           "\"Come in, all of you!\" called {f.n} from {f.his} door.")
    s.tell("They sat round the stove, and {o.n} [sneezed|sang|fell asleep] until all of them were dry.",
           "There was [tea with honey|hot soup|warm milk] for {x.n}, {y.n}, {o.n} and {h.n}, and the rain could do what it liked.",
           "{h.n} and the others drank something hot and sang [rain songs|songs about the sun|until it stopped raining].")
    s.event("they all sat by a warm stove")
    s.maybe(0.6, "\"A wet day can be the best day,\" said {h}.", "{e.n} mended the {t} and made it bigger.",
            "\"Next time, I will bring an umbrella, too,\" said {o.n}.")
    ends.happy(s, "there is always room for one more", "getting wet together is better than staying dry alone", "rain is not so bad among friends")


LIGHTS = (("lantern", "held it high"), ("lamp", "swung it to and fro"), ("bell", "rang it again and again"), ("drum",
          "beat it as loudly as {h.he} could"), ("horn", "blew it until {h.he} was out of breath"))
LOSTS = (("{e.n} was still out in the boat", "the boat"), ("{e.n} had not come back from the hill", "steps"),
         ("{f.n} was on the way home through the fields", "a small voice"), ("the fishermen were still out on the water", "voices"),
         ("the shepherd had not come back with the sheep", "bells"), ("the school cart was still on the road", "wheels"))


def beacon(s):
    """Somebody is out in the fog or in the snow; a light or a sound leads the way home."""
    cast = s.cast
    scenes.meet_friend(s)
    thing, deed = s.pick(LIGHTS)
    lost, cast["sign"] = s.pick(LOSTS if "foggy" in s.day else LOSTS[1:3] + LOSTS[4:])
    cast["b"], cast["deed"], cast["lost"] = Thing(thing, s.pick(("old", "big", "little", "bright" if thing in ("lantern", "lamp")
         else "loud"))), s.plain(deed), s.plain(lost)
    cast["gone"] = cast["f"].name if lost.startswith("{f.n}") else cast["e"].name
    cast["mist"] = "fog" if "foggy" in s.day else "snow"
    s.title = "the {b} in the {mist}"
    s.tell("{time.cap}, the {mist} grew thicker and thicker.", "{time.cap}, there was so much {mist} that one could not see the gate.",
           "{time.cap}, {h} looked out and saw nothing but {mist}.")
    s.event("there was thick {mist}")
    s.tell("And {lost}.", "{h} was worried, for {lost}.", "\"How can anyone find the way?\" thought {h}, for {lost}.")
    s.event("{lost}")
    s.fact(["Why was {h.n} worried?"], ["Because {lost}."], "{lost}")
    moods.fear(s) if s.chance(0.3) else moods.thought(s)
    s.tell("Then {h} saw {b.a} [on the shelf|in the corner|beside the door|on the wall], and {h.he} knew what to do.",
           "\"What we need is {b.a},\" said {h}.", "On a nail hung {b.a}, and {h} took it down.")
    s.event("{h.n} took {b.a}")
    s.fact(["What did {h.n} take?"], ["{h.n} took {b.a}."], "{b}")
    s.paragraph()
    s.tell("{h} ran to the end of the path and {deed}.", "{h} climbed up on the wall and {deed}.",
           "Outside {h} could not see {h.his} own feet, but {h.he} stood still and {deed}.")
    s.event("{h.n} {deed}")
    s.fact(["What did {h.n} do with the {b}?"], ["{h.n} {deed}."], "{deed}")
    s.tell("{h.ns} arms grew heavy, but {h.he} did not stop." if not cast["h"].animal else "{h} grew tired, but {h.he} did not stop.",
           "It was cold, and nobody came, but {h} went on[ and on|].",
           "Once {h} wanted to go in, but then {h.he} thought of [those out there|the long way|the dark].",
           "[An hour|Half an hour|A long time] went by, but {h} did not stop.")
    if "{f.n}" not in lost:
        s.maybe(0.5, "{f.n} came and helped. \"We will take turns,\" {f.he} said.", "{f.n} brought a warm blanket and stayed.")
    s.tell("Then there was something: {sign}!", "At last, far away, {h} heard {sign}.", "Was there not something? {h.n} heard {sign}."
           if cast["sign"] not in ("a small voice",) else "{h} listened. That was a voice, quite [near|small|clear]!")
    s.tell("It came nearer and nearer, and then {h} saw them all, safe and sound." if cast["lost"].startswith("the")
           else "It came nearer and nearer, and out of the {mist} came {gone}, [safe and sound|cold and tired, but safe|wet, but safe].",
           "\"Here, this way!\" called {h.n}. And out of the {mist} came those for whom {h.n} had waited." if cast["lost"].startswith("the")
           else "\"This way, {gone}!\" called {h}. And then {h.n} was not alone any more.")
    s.event("the way home was found")
    s.paragraph()
    if cast["lost"].startswith("the"):
        s.tell("\"Without your {b} we would still be out there,\" they said.",
               "\"We saw nothing at all [for an hour|but {mist}|from the {q} on], {h.n},\" they said. \"Then there was your {b}.\"")
    else:
        cast["g"] = cast["f"] if lost.startswith("{f.n}") else cast["e"]
        s.tell("\"Without your {b} I would still be out there,\" said {g.n}.", "\"I had lost my way,\" said {g.n}. \"Then I noticed your {b}.\"",
               "{g.n} hugged {h.him}. \"You showed me the way, {h.n},\" {g.he} said.")
        s.fact(["Who found the way home?"], ["It was {g.n}."], "{g.n}")
    s.tell("There was hot [soup|tea|milk] for {h.n}, and the windows shone in the night." if "evening" in s.day
           else "There was hot [soup|tea|milk] for {h.n} and for everybody.", "{h.n} and the others sat by the fire until they were warm.",
           "{h} put the {b} back and was very tired and very {glad}.")
    ends.happy(s, "a small light can show the way", "those who wait must not give up", "one can be brave and stand still")


PLOTS = (plot(storm), plot(kite, "spring autumn", "windy"), plot(snowman, "winter", "snowy frosty"), plot(umbrella, "spring summer autumn", "rainy"),
         plot(beacon, "autumn winter", "foggy snowy", "evening afternoon"))
