# SPDX-License-Identifier: Apache-2.0
"""Plots about trying one's strength: a race, a shy singer, a cart that is stuck, a stall at the market, one who is too small, a greedy one."""
import cast as casting
import ends
import moods
import scenes
from days import plot
from grammar import plural
from plots_of_things import OWNERS

FALLS = ("slipped and fell into a ditch", "tripped over a root", "got stuck in the mud", "stepped on a thorn", "ran into a fence",
         "fell over a stone and hurt {f.his} knee")
RESTS = ("lay down under a tree, for {f.he} was far ahead", "stopped to eat a {food}", "stopped to wave to the people",
         "ran the wrong way because {f.he} was looking back", "sat down to laugh at the others")
GOALS = ("the old oak", "the red gate", "the mill wheel", "the church door", "the big stone", "the lamp by the bridge", "the top of the hill",
         "the white bench", "the well")


def race(s):
    cast = s.cast
    scenes.meet_friend(s)
    cast["goal"] = s.pick(GOALS)
    cast["prize"] = s.pick(("a wreath of flowers", "a basket of pears", "a silver bell", "a big cake", "a red ribbon", "a golden cup",
         "a jar of honey", "a fine hat"))
    cast["x"] = casting.stranger(s, OWNERS)
    s.title = "the race to {goal}"
    s.tell("{time.cap}, there was a race from the {p} to {goal}.", "\"There will be a race,\" said {x.n} {time}, \"from the {p} to {goal}.\"",
           "{time.cap}, all who had legs came to the {p}. There was to be a race to {goal}.")
    s.event("there was a race from the {p} to {goal}")
    s.fact(["Where did the race end?"], ["It ended at {goal}."], "{goal}")
    s.tell("The winner was to get {prize}.", "The prize was {prize}.", "{x.n} held up the prize: {prize}.")
    s.fact(["What was the prize?"], ["The prize was {prize}."], "{prize}")
    s.tell("\"I shall win,\" said {f.n}. \"I am [the fastest|faster than you, {h.n}|as fast as the wind].\"",
           "{f.n} was fast and knew it. \"You will see only my back,\" {f.he} told {h.n}.", "{f.n} had won every race so far.")
    s.tell("{h.n} was not very fast, but {h.he} wanted to try.", "\"I will do my best,\" said {h.n}.", "{h.n} had practised every day.",
           "\"Why do you run at all, {h.n}?\" asked somebody. \"Because it is fun,\" said {h.n}.")
    s.paragraph()
    s.tell("\"One, two, three, go!\" called {x.n}, and off they went.", "{x.n} [rang a bell|waved a flag|blew a horn], and all of them ran.",
           "\"Go!\" called {x.n}, and [dust flew up behind them|the people cheered|a dog ran along, too].")
    s.tell("{f.n} was first at once, and {h.n} was last but one.", "Soon {f.n} was far ahead.", "{f.n} flew over the grass, and {h.n} came behind.")
    s.event("{f.n} was far ahead")
    sort = s.pick(("help", "rest"))
    if sort == "help":
        cast["fall"] = s.plain(s.pick(FALLS))
        s.tell("But near the {q}, {f.n} {fall}.", "Then it happened: {f.n} {fall}.", "At the last bend, {f.n} {fall}.")
        s.event("{f.n} {fall}")
        s.fact(["What happened to {f.n} in the race?"], ["{f.n} {fall}."], "{fall}")
        s.tell("{h.n} could have run past and won. But {h.n} stopped.", "\"Now I can win!\" thought {h.n}. Then {h.he} saw {f.ns} face and stopped.",
               "All the others ran past, and only {h.n} stopped.")
        s.tell("\"Hold on to me, {f.n},\" {h.he} said and helped {f.him} up.", "\"Does it hurt, {f.n}?\" {h.n} asked. {f.n} nodded.",
               "\"Run on!\" said {f.n}. \"You could win!\" \"Not without you,\" said {h.n}.")
        s.event("{h.n} stopped to help {f.n}")
        s.fact(["Why did {h.n} stop?"], ["Because {h.n} wanted to help {f.n}."], "")
        s.paragraph()
        s.tell("{both} came to {goal} together, and they were the last.", "Side by side they walked to {goal}, long after the others.",
               "{f.n} leaned on {h.n}, and so they came to {goal} at last.")
        s.tell("But the people clapped louder for {h.n} and {f.n} than for the winner.", "\"Here come the real winners,\" said {x.n}.",
               "Everybody stood up and cheered[ for {h.n}| for {h.n} and {f.n}].")
        s.tell("{x.n} gave {h.n} the prize for the best friend: {prize}.",
               "The winner looked at the prize and then at {h.n}. \"You have earned it more than I, {h.n},\" the winner said.",
               "\"I lost a race and found a friend,\" said {f.n}.")
        s.event("{h.n} and {f.n} came to {goal} together")
        ends.happy(s, "a friend is worth more than a prize", "winning is not everything", "those who help win more than a race")
    else:
        cast["rest"] = s.plain(s.pick(RESTS))
        s.tell("Halfway, {f.n} {rest}.", "But {f.n} was too sure of {f.himself}. {f.he} {rest}.", "And then {f.n} {rest}.")
        s.event("{f.n} {rest}")
        s.fact(["What did {f.n} do halfway?"], ["{f.n} {rest}."], "{rest}")
        s.tell("{h.n} did not stop. Step by step {h.he} ran on.", "\"Keep going,\" {h.n} told {h.himself}. \"Only look at the path[, {h.n}|].\"",
               "{h.n} ran on, not fast, but without a rest.")
        if s.chance(0.5):
            moods.weariness(s)
        s.event("{h.n} ran on without a rest")
        s.paragraph()
        s.tell("When {f.n} saw it, {h.n} was already at {goal}.",
               "{f.n} ran as {f.he} had never run before, but it was too late. {h.n} touched {goal} first.", "And who touched {goal} first? It was {h.n}!")
        s.event("{h.n} won the race")
        s.fact(["Who won the race?"], ["{h.n} won the race."], "{h.n}")
        s.tell("\"How did you do that?\" asked {f.n}. \"I kept running,\" said {h.n}.", "{x.n} gave {h.him} {prize}, and all clapped.",
               "{h.n} got {prize} and shook {f.ns} {f.hand}. \"You are still the fastest, {f.n},\" {h.he} said.")
        s.tell("{f.n} laughed at {f.himself}. \"Next time I will not [stop|rest|look back], {h.n},\" {f.he} said.",
               "\"Well run,\" said {f.n} and meant it.", "{both} shared the prize, for {h.n} said, \"What should I do with it alone?\"")
        ends.happy(s, "slow and steady wins the race", "one should not be too sure of winning", "the one who keeps going gets there")


FEARS = ("could not bring out a word", "forgot the first line", "felt {h.his} knees shake", "wanted to run away", "went as red as a beet", "had a dry mouth")


def singer(s):
    cast = s.cast
    scenes.meet_friend(s)
    cast["feast"] = s.pick(("the feast {p.in}", "the school feast", "the big feast of the village", "the singing day {p.in}",
         "the birthday feast of the mayor"))
    cast["feast"] = s.plain(cast["feast"])
    cast["song"] = s.pick(("a song about the moon", "a song about the sea", "an old sleeping song", "a song about spring",
         "a song about a little star", "a song about the wind", "a song that {h.he} had made up"))
    cast["song"], cast["fear"] = s.plain(cast["song"]), s.plain(s.pick(FEARS))
    cast["alone"] = s.plain(s.pick(("in the bath", "under the blanket", "in the cellar", "behind the house", "when the wind was loud", "when nobody was near")))
    s.title = "the shy singer"
    s.tell("{h} could sing beautifully, but only {alone}.", "Nobody knew how well {h} could sing, for {h.he} sang only {alone}.",
           "{h} was shy. {h.he} sang only {alone}.")
    s.event("{h.n} sang only {alone}")
    s.fact(["When or where did {h.n} sing?"], ["{h.n} sang only {alone}."], "{alone}")
    s.tell("{time.cap}, {f.n} heard it and stood still. \"Was that you, {h.n}?\" {f.he} asked.", "{time.cap}, {f.n} came by and heard {song}.",
           "Then, {time}, {f.n} was near and heard {h.him}. \"How beautiful that is, {h.n}!\" {f.he} said.")
    s.event("{f.n} heard {h.n} sing")
    s.fact(["Who heard {h.n} sing?"], ["{f.n} heard {h.him}."], "{f.n}")
    s.tell("\"You must sing at {feast}!\" said {f.n}. \"Never!\" said {h.n}.",
           "\"Sing for all of us at {feast},\" {f.he} begged. {h.n} shook {h.his} head.",
           "\"Please sing at {feast},\" said {f.n}. \"I would die of fear,\" said {h.n}.")
    s.fact(["What did {f.n} want {h.n} to do?"], ["{f.n} wanted {h.n} to sing at {feast}."], "")
    s.paragraph()
    s.tell("{e.n} had heard it, too. \"Take small steps, {h.n},\" {e.he} said.",
           "\"Everybody is afraid at first, {h.n},\" said {e.n}. \"Begin with one who listens.\"", "\"Sing for one today and for two tomorrow,\" said {e.n}.")
    s.event("{e.n} told {h.n} to begin with few who listen")
    s.tell("So {h} sang for the cat, then for {e.n}, and then for {f.n}.", "First {h} sang for a tree, then for three hens, then for {f.n}.",
           "{h} sang for {f.n}, and the next day for {f.n} and {e.n}.")
    s.tell("Each time it was [a little|somewhat] easier for {h.n}.", "It went better every time, and {h.n} [noticed it|was proud of it|even smiled].",
           "{h.ns} voice shook less and less.")
    s.tell("Then the day of {feast} came. When {h} saw all the faces, {h.he} {fear}.", "At {feast}, {h} stood before all the others and {fear}.",
           "When it was {h.ns} turn, {h.he} {fear}.")
    s.event("{h.n} stood before all the others and {fear}")
    s.fact(["How did {h.n} feel before the song?", "What happened when it was {h.ns} turn?"], ["{h.n} {fear}."], "{fear}")
    s.tell("{f.n} smiled at {h.him} from the first row.", "\"Look only at me,\" whispered {f.n}.", "Then {h.he} saw {f.n}, who nodded.",
           "{h} shut {h.his} eyes for a moment and thought of {f.n}.")
    s.paragraph()
    s.tell("{h} took a breath and began with {song}.", "And {h} sang {song}, first softly, then clearly.",
           "{h.ns} voice was small at first, but it grew. It was {song}.")
    s.event("{h.n} sang {song}")
    s.fact(["What did {h.n} sing?"], ["{h.n} sang {song}."], "{song}")
    s.tell("It was so quiet that {f.n} could hear [the leaves|a bee|the wind]." if "winter" not in s.day
           else "It was so quiet that {f.n} could hear the snow fall.", "While {h} sang, nobody [coughed|moved|spoke].",
           "Even the babies listened to {h.n}.", "An old man wiped his eyes, [for he had known the song as a boy|so beautiful was {h.ns} voice].")
    s.tell("Then they [clapped|stamped their feet|threw their hats into the air] and called for more.",
           "When {h} was silent, there was a moment of quiet, and then a great cheer.", "They clapped until {h} had to sing it [again|twice more|once more].")
    s.event("everybody clapped")
    s.tell("\"Were you afraid?\" asked {f.n}. \"[Yes, very|Yes, and how|Yes, until the second line],\" said {h.n}.",
           "\"You see?\" said {e.n}. {h.n} beamed.", "\"Next year we sing together,\" said {f.n}.", "From then on, {h} sang wherever {h.he} went.")
    ends.happy(s, "one can be afraid and still do it", "great things go in small steps", "what one can do is there to be shared")


LOADS = (("cart", "full of pumpkins", "was stuck in the mud"), ("cart", "full of hay", "had sunk into a hole"), ("boat", "full of fish",
         "lay on the sand and could not get back into the water"), ("turnip", "as big as a barrel", "would not come out of the earth"), ("log",
         "as long as a house", "lay across the road"),
         ("sledge", "full of wood", "was stuck in the snow"), ("bell", "as big as a cow", "had to be pulled up into the tower"), ("stone",
         "as round as a ball", "lay in front of the door"))
SMALL = (("mouse", "she"), ("beetle", "he"), ("wren", "he"), ("snail", "she"), ("ladybird", "she"), ("ant", "he"), ("bee", "she"), ("cricket", "he"),
         ("baby", "he"))
STRONG = (("horse", "he"), ("ox", "he"), ("blacksmith", "he"), ("donkey", "she"), ("bull", "he"), ("woodcutter", "he"), ("baker", "she"), ("bear", "he"))


def pulled(s):
    """One after the other pulls; with the smallest one it moves."""
    cast = s.cast
    scenes.meet_friend(s)
    cast["load"], cast["full"], cast["stuck"] = s.pick([entry for entry in LOADS
         if ("snow" in entry[2]) <= ("snowy" in s.day) and not ("winter" in s.day and ("mud" in entry[2] or "earth" in entry[2] or "water" in entry[2]))])
    cast["x"], cast["y"], cast["o"] = casting.stranger(s, STRONG), casting.stranger(s, OWNERS), casting.stranger(s, SMALL)
    while cast["y"].kind == cast["x"].kind:
        cast["y"] = casting.stranger(s, OWNERS)
    s.title = "the {load} that would not move"
    s.tell("{time.cap}, there was trouble {p.near}. A {load}, {full}, {stuck}.",
           "{time.cap}, {h} saw a {load} {p.near}. It was {full}, and it {stuck}.", "{time.cap}, {e.n} called for help. A {load}, {full}, {stuck}.")
    s.event("a {load} {stuck}")
    s.fact(["What was the trouble?"], ["A {load} {stuck}."], "{load}")
    s.tell("{h} pulled with all {h.his} might, but the {load} did not move.",
           "\"I will do it,\" said {h} and pulled [until {h.his} face was red|until {h.his} legs shook|as hard as {h.he} could], but nothing happened.",
           "{h} took a deep breath and pulled, but the {load} stayed [where it was|in its place].")
    s.event("{h.n} pulled alone, but it did not move")
    s.tell("\"{f.n}, come and help!\" called {h}. {h.n} and {f.n} pulled together, and the {load} [did not move|only creaked].",
           "{f.n} came and pulled behind {h.n}, but the {load} [did not care|was stronger|did not move].",
           "{h} got {f.n}. The two of them pulled until {f.n} [fell over|sat down in the grass|had no breath left], and still the {load} did not move.")
    s.event("{f.n} came to help")
    s.fact(["Who came to help first?"], ["{f.n} came first."], "{f.n}")
    s.paragraph()
    s.tell("Then they called {x.n}, who was very strong. {x.n} pulled {f.n}, {f.n} pulled {h.n}, {h.n} pulled the {load}, and it did not move.",
           "{x.n} came along and took the rope with {f.n} and {h.n}. The {load} shook a little, but it [stayed where it was|did not come].",
           "\"Let me do that,\" said {x.n}. {x.n} pulled until {x.his} face was hot, and the {load} [only creaked|moved no more than a mountain]."
           if cast["x"].kind not in ("horse", "ox", "donkey", "bull", "bear")
           else "\"Let me do that,\" said {x.n} and pulled and pulled. But {x.n} could not move the {load} either.")
    s.event("{x.n} came to help")
    s.tell("{y.n} came, too, and there were four of them: {h.n}, {f.n}, {x.n} and {y.n}. [Still it did not move|They pulled and pulled, and all they got was tired|The {load} gave a creak, and that was all].",
           "\"One more,\" said {h.n}, and {f.n} ran and called {y.n}. All four pulled, and the {load} moved [as much as a hair|no further than an ant can jump|the width of a thumb].",
           "Then {y.n} took hold as well, behind {x.n}. The {load} creaked, but it [did not move|stayed there].")
    s.event("{y.n} came to help")
    s.fact(["Who came after {x.n}?"], ["{y.n} came after {x.n}."], "{y.n}")
    s.tell("{h.n}, {f.n}, {x.n} and {y.n} sat down and [wiped their faces|were tired|did not know what to do].",
           "\"It is no use,\" said {y.n}. {h.n} [sighed|looked at {f.n}|rubbed {h.his} {h.hands}].",
           "\"We shall never do it,\" said {x.n}, and {y.n} [nodded|thought so, too|sat down on the ground].")
    s.paragraph()
    s.tell("\"May I help[ you|], {h.n}?\" asked a small voice. It belonged to a {o.kind}[ who had been watching|].",
           "A {o.kind} came along[ the path|, humming|]. \"Let me help[ you, {h.n}|],\" said the {o.kind}.",
           "\"You need me,\" said somebody. {h.n} looked [down|around] and saw a {o.kind}.")
    s.tell("\"You?\" {x.n} laughed. \"You are [much|far] too small for a {load}, {o.kind}.\"",
           "{x.n} and {y.n} laughed. \"What can a {o.kind} do?\" asked {y.n}.", "\"You are as big as my nose,\" said {f.n}."
           if cast["o"].kind != "baby" else "\"You cannot even walk,\" said {f.n}.")
    s.tell("\"Why not?\" said {h.n}. \"[Every little helps, {f.n}|Come here, {o.kind}|Take hold behind {y.n}, {o.kind}].\"",
           "But {h.n} made room. \"Hold on here, behind {y.n},\" {h.he} said.", "\"Let us try[ it with {o.him}|],\" said {h.n}.")
    s.event("the {o.kind} wanted to help, and {h.n} let {o.him}")
    s.fact(["Who wanted to help at the end?", "Who was the smallest?"], ["It was {o.n}."], "{o.n}")
    s.tell("{h.n} counted to three. They all pulled, and the {o.kind} pulled, too, and the {load} moved!",
           "{h.n}, {f.n}, {x.n}, {y.n} and the {o.kind} took hold. There was a creak and a jerk, and the {load} [moved|came loose|began to move]!",
           "Everybody pulled, and the {o.kind} pulled as well. Then, with a [bump|crack|jerk], the {load} moved!")
    s.event("they all pulled together and it moved")
    s.tell("They all fell on their backs, {y.n} on {x.n} and {f.n} on {h.n}, and laughed.",
           "\"Hurrah for the {o.kind}!\" [shouted {h.n} and {f.n}|cried {f.n}|called {x.n}].",
           "\"You see?\" said the {o.kind} to {x.n}. \"Only [a little|one {o.kind}] was missing.\"",
           "{x.n} bowed to the {o.kind}. \"I will never laugh at you again,\" {x.he} said.")
    ends.happy(s, "nobody is too small to help", "many little ones are strong together", "every little helps")


GOODS = (("lemonade", "cup", "lemons and sugar", "summer"), ("apple juice", "cup", "sweet apples", "autumn"), ("hot cocoa", "mug", "milk and honey",
         "winter"), ("cookies", "bag", "oats and butter", ""), ("paper birds", "bird", "coloured paper", ""), ("flowers", "bunch",
         "roses and daisies", "spring summer"),
         ("honey bread", "slice", "honey and warm bread", ""), ("roasted nuts", "bag", "nuts", "autumn winter"), ("little brooms", "broom",
         "twigs and string", ""), ("candles", "candle", "wax and string", ""), ("wooden spoons", "spoon", "good wood", ""))
CALLS = ("put up a sign in bright colours", "made up a song about it and sang it", "gave the first ones away for nothing",
         "set up a bench so that people could sit down", "moved the stall to the road where everybody came by", "did a little dance on the table")


def stall(s):
    cast = s.cast
    scenes.meet_friend(s)
    cast["goods"], cast["piece"], cast["stuff"], _ = s.pick([entry for entry in GOODS if not entry[3] or cast["season"] in entry[3]])
    cast["idea"] = s.pick(CALLS)
    cast["two"], cast["pieces"], cast["evening"] = s.pick(("two", "three", "four")), plural(cast["piece"]), s.pick(("five o'clock", "the evening", "sunset"))
    cast["x"] = casting.stranger(s, OWNERS)
    cast["aim"] = s.pick(("to buy {t.a}", "to buy {e.n} a present", "to get a new roof for the bird house", "to buy a ticket for the merry-go-round",
         "to help the old {x.kind}, whose roof had a hole"))
    cast["aim"] = s.plain(cast["aim"].replace("old {x.kind}", "{x.kind}"))
    s.title = "the {goods}"
    s.tell("{time.cap}, {h.n} and {f.n} wanted {aim}, but they had no money.", "\"We need money {aim},\" {h.n} told {f.n} {time}.",
           "{time.cap}, {h.n} and {f.n} sat on the step and thought about how to get some money {aim}.")
    s.event("{h.n} and {f.n} wanted {aim}")
    s.fact(["Why did {h.n} and {f.n} need money?"], ["{both} needed it {aim}."], "{aim}")
    s.tell("\"Let us sell {goods}!\" said {f.n}.", "\"I know,\" said {h.n}. \"We can make {goods} and sell them.\"" if cast["goods"].endswith("s")
           else "\"I know,\" said {h.n}. \"We can make {goods} and sell it.\"", "\"Everybody likes {goods},\" said {h.n}. \"Shall we sell some[, {f.n}|]?\"")
    s.event("{h.n} and {f.n} got {goods} ready to sell")
    s.fact(["What did {h.n} and {f.n} sell?"], ["{both} sold {goods}."], "{goods}")
    s.tell("{both} took {stuff} and worked all {part}.", "{e.n} gave them {stuff}, and they began.",
           "With {stuff} and much patience {h.n} and {f.n} got it done.")
    s.tell("Then they set up a small table {p.in}.", "{both} carried a table {p.to} and waited.", "{both} put the {goods} on an old box {p.in}.")
    s.paragraph()
    s.tell("Nobody came, and {f.n} counted the [clouds|birds|stones in the road].", "People walked past and did not look at {h.n} and {f.n}.",
           "[One hour|Two hours|The whole {part}] went by, and {h.n} had not sold one {piece}.",
           "A [dog|hen|goat] sniffed at the {goods} and went on, and that was all.")
    s.event("nobody came")
    s.tell("\"It was a silly idea,\" said {f.n}.", "\"Shall we go home?\" asked {f.n}.", "{h.n} rested {h.his} chin on the table and sighed.")
    if s.chance(0.5):
        moods.thought(s)
    s.tell("Then {h.n} {idea}.", "\"Wait,\" said {h.n}, and {h.he} {idea}.", "But {h.n} did not give up. {h.he} {idea}.")
    s.event("{h.n} {idea}")
    s.fact(["What did {h.n} do so that people came?"], ["{h.n} {idea}."], "{idea}")
    s.tell("That helped, and first came {x.n}, who wanted {two} {pieces}.", "{x.n} stopped and laughed. \"One {piece}, please, {h.n},\" {x.he} said.",
           "\"What have we here?\" said {x.n} and put down a coin.")
    s.event("{x.n} bought the first {piece}")
    s.fact(["Who bought something first?"], ["{x.n} was the first."], "{x.n}")
    s.paragraph()
    s.tell("Then others wanted {goods}, and soon there was a long line.",
           "After {x.n} came [a whole family|a wedding party|two soldiers], and then [half the village|the school|a cart full of people].",
           "The news of the {goods} went round, and by {evening} not one {piece} was left.")
    s.tell("In the evening, {f.n} counted the coins. \"It is enough, {h.n}!\" {f.he} said.",
           "{h.n} counted the money [twice|three times|coin by coin], and it was enough.",
           "\"[Four, five, six|Seven, eight, nine|Ten, eleven, twelve] coins!\" said {f.n}. \"That is enough {aim}!\"")
    s.event("they had enough money")
    s.tell("{both} [danced round the table|shook {h.hands}|laughed all the way home].", "\"You and your ideas!\" said {f.n}.",
           "\"Tomorrow again?\" asked {h.n}. \"First I must sleep,\" said {f.n}.")
    ends.happy(s, "one good idea is worth a lot", "one should not give up too soon", "who wants something must do something for it")


TASKS = (("the key had fallen down the drain", "let {h.himself} down on a string and fetched it"), ("the cat was stuck under the floor",
         "crept in and led it out"), ("the door was locked, and only a tiny window was open", "climbed through the window and opened the door"),
         ("a ring had rolled under the heavy chest", "crawled under it and brought out the ring"),
         ("the clock had stopped, and nobody could reach the wheel inside", "reached inside and freed the wheel"),
         ("the bell rope had slipped into a narrow hole", "squeezed into the hole and pulled it out"), ("a baby bird sat in a narrow pipe",
         "crawled into the pipe and carried it out"))
WORK = ("carry the sacks", "reach the shelf", "pull the cart", "lift the basket", "hold the horse", "climb over the gate", "push the wheelbarrow",
        "turn the big wheel")


def small(s):
    """Too small for everything; and then it is good to be small."""
    cast = s.cast
    scenes.meet_friend(s)
    cast["work"], cast["work2"] = s.pick(WORK), s.pick(WORK)
    while cast["work2"] == cast["work"]:
        cast["work2"] = s.pick(WORK)
    trouble, deed = s.pick(TASKS)
    cast["trouble"], cast["deed"] = trouble, s.plain(deed)
    cast["x"] = casting.stranger(s, OWNERS)
    s.title = "{h.n}, who was small"
    s.tell("{h} was the smallest [of all|in the village|of all the children] and did not like it.", "Everybody was bigger than {h.n}.",
           "\"When will I be [big|tall|as tall as {f.n}]?\" {h.n} asked [every morning|every day|every evening].")
    s.tell("{time.cap}, {h} wanted to help {x.n}. But {h.he} was too small to {work}.",
           "{time.cap}, {x.n} needed help. \"Let me {work}!\" said {h}. But {h.n} was too small.",
           "{time.cap}, all were busy {p.in}. {h} wanted to {work}, but {h.he} was too small.")
    s.event("{h.n} was too small to {work}")
    s.fact(["What was {h.n} too small for?"], ["{h.n} was too small to {work}."], "{work}")
    s.tell("{h.he} could not {work2} either.", "\"Then I will {work2},\" said {h}, but {h.he} was too small for that, too.",
           "\"Let {f.n} do it,\" said {x.n}. \"One must be [bigger|taller|stronger] for that[, {h.n}|].\"")
    s.tell("\"Go and play, {h.n},\" said {x.n} kindly. \"You are still too small.\"", "\"You are in the way,\" said {f.n}.",
           "\"Wait until you are big[, {h.n}|],\" said [{x.n}|{f.n}].")
    moods.worry(s)
    s.paragraph()
    s.tell("Then there was a cry: {trouble}!", "But that same {part}, {trouble}.", "Suddenly all came running, for {trouble}.")
    s.event("{trouble}")
    s.fact(["What happened then?"], ["{trouble.cap}."], "{trouble}")
    s.tell("{x.n} tried, but {x.n} was [too big|much too big|far too big].", "{f.n} tried it first, but {f.he} did not fit.",
           "{x.n} and {f.n} tried it one after the other, and both were too big.")
    s.tell("\"What shall we do, {f.n}?\" said {x.n}. \"We need one who is as small as a [mouse|cat|thimble].\"",
           "Nobody knew what to do until {f.n} [thought of|looked at|remembered] {h.n}.", "\"If only one of us were smaller!\" said {f.n}.")
    s.fact(["Why could the others not do it?"], ["Because they were too big."], "")
    s.tell("\"I can do it!\" said {h.n}.", "\"Let me try,\" said {h.n}, and {h.ns} heart beat fast.",
           "{h.n} stood up [straight|at once|and took a deep breath]. \"I am small enough,\" {h.n} said.")
    s.paragraph()
    s.tell("And {h} {deed}.", "It was dark and narrow, but {h} was not afraid. {h.he} {deed}.", "{f.n} and {x.n} held their breath. {h.n} {deed}.")
    s.event("{h.n} {deed}")
    s.fact(["How did {h.n} help?"], ["{h.n} {deed}."], "{deed}")
    s.tell("\"Hurrah for {h.n}!\" they all called.", "{x.n} lifted {h.him} up high so that everybody could see {h.him}.",
           "\"What would we do without you?\" said {x.n}.", "\"I am glad that you are not big,\" said {f.n}.")
    s.tell("{h} felt a whole head taller.", "\"Small is good, too,\" said {h}.", "And {h.n} never again asked when {h.he} would be big.",
           "\"Sometimes it is good to be small,\" said {e.n} that evening.")
    ends.happy(s, "everyone is good for something", "small ones can do great things", "big is not always better")


SWEETS = (("a jar of honey", "honey"), ("a plate of pancakes", "pancakes"), ("a big cream cake", "cake"), ("a bowl of cherries", "cherries"),
          ("a pot of plum jam", "jam"), ("a tray of cookies", "cookies"), ("a basket of strawberries", "strawberries"), ("a pan of sweet rice",
          "rice"), ("a bag of nuts and raisins", "nuts"))


def greedy(s):
    """Everything is eaten alone, and it does not do one good."""
    cast = s.cast
    scenes.meet_friend(s)
    cast["food"], cast["sweet"] = s.pick([entry for entry in SWEETS if not ("berries" in entry[1] or "cherries" in entry[1]) or cast["season"] == "summer"])
    cast["guests"] = s.pick(("{f.n}", "{f.n} and {f.ns} sister", "{f.n} and {e.n}", "all the friends"))
    cast["guests"] = s.plain(cast["guests"])
    cast["hide"] = s.pick(("under the bed", "in the hay", "behind the house", "under the table", "in the wood shed", "in the cellar"))
    s.title = "{h.n} and the {sweet}"
    s.tell("{time.cap}, {e.n} put {food} on the table. \"That is for supper with {guests},\" {e.he} said."
           if "{e.n}" != cast["guests"] and cast["e"].name not in cast["guests"]
           else "{time.cap}, {e.n} put {food} on the table. \"That is for supper, for all of us,\" {e.he} said.",
           "{time.cap}, {h} came into the kitchen. There stood {food}, and it was for all.",
           "{time.cap}, there was {food} in the kitchen, for {guests} were coming.")
    s.event("there was {food} for all")
    s.fact(["What was there to eat?"], ["There was {food}."], "{sweet}")
    s.tell("\"Only one bite of the {sweet},\" thought {h}.", "It smelled so good that {h} could not go past it.", "{h} only wanted to taste it.",
           "\"Nobody will see if a little is missing,\" thought {h}.")
    s.tell("{h.n} took one bite, and another, and one more, and could not stop.",
           "But after {h.ns} first bite came the second, and then the third[, and the {sweet} tasted better and better|].",
           "{h} sat down with it {hide} and ate and ate.")
    s.tell("At last nothing was left of the {sweet}.", "When {h} [looked up|stopped at last|licked the dish], the dish was [empty|as clean as new].",
           "Soon the last bit of the {sweet} was in {h.ns} tummy.")
    s.event("{h.n} ate all of it alone")
    s.fact(["Who ate everything?"], ["{h.n} ate everything."], "{h.n}")
    s.paragraph()
    s.tell("Then {h.ns} tummy began to [hurt|rumble and ache].", "Now {h.n} felt ill, and {h.his} tummy was as tight as a [drum|ball|full sack].",
           "{h.n} lay down [on the floor|on the bed|on the bench], so much did {h.his} tummy hurt.")
    s.event("{h.ns} tummy hurt")
    s.fact(["Why did {h.ns} tummy hurt?"], ["Because {h.n} had eaten too much."], "")
    s.tell("At the door stood {f.n}, hungry and happy. \"I have looked forward to this all day,\" {f.he} said.",
           "Soon {f.n} came. \"I can smell the {sweet}!\" {f.he} said.", "{f.n} came with a spoon in {f.his} {f.hand}. \"Is there {food}?\" {f.he} asked.")
    s.tell("{h.n} went red. {f.ns} [happy|hungry|friendly] face hurt more than {h.his} tummy.", "{h} looked at the empty dish and felt very {sad}.",
           "{h} wished that {h.he} could hide.")
    s.tell("\"I ate it all, {f.n},\" {h} said. \"I am so sorry.\"", "\"I was greedy, {f.n}, and I ate it,\" {h} whispered.",
           "{h.n} could have said that it was the cat. But {h.he} told {f.n} the truth.")
    s.event("{h.n} told the truth")
    s.fact(["What did {h.n} say to {f.n}?"], ["{h.n} told the truth and said sorry."], "")
    s.paragraph()
    s.tell("{f.n} was {sad} for a moment. Then {f.he} saw {h.ns} [pale|unhappy|sorry] face. \"Does it hurt, {h.n}?\" {f.he} asked.",
           "\"You must feel terrible,\" said {f.n}. \"I do,\" said {h.n}.", "{e.n} shook {e.his} head and made [a hot drink|some tea] for {h.him}.")
    s.tell("The next day, {h} [got up early|asked {e.n} how to do it|put on an apron] and made {food}, and it was all for {f.n}."
           if cast["sweet"] in ("pancakes", "cake", "cookies", "rice", "jam")
           else "The next day, {h} went out early and got {food} again, and it was all for {f.n}.",
           "\"I will make it good,\" said {h}. And the next day, {h.he} brought {f.n} {food}.")
    s.event("{h.n} brought {f.n} {food} the next day")
    s.fact(["How did {h.n} make it good?"], ["{h.n} brought {f.n} {food}."], "{sweet}")
    s.tell("\"Take some, too,\" said {f.n}. {h.n} and {f.n} shared it, and it tasted twice as good.",
           "{f.n} put out two [spoons|plates|dishes]. \"One for you and one for me, {h.n},\" {f.he} said.",
           "{f.n} would not eat alone. So {f.n} and {h.n} ate together, slowly, [bite by bite|and nobody had too much|and it was just enough].")
    ends.happy(s, "shared food tastes best", "too much is not good for anyone", "one can make good what one did wrong")


PLOTS = (plot(race), plot(race), plot(singer), plot(pulled, weathers="sunny windy cloudy frosty snowy"), plot(stall), plot(small, cast="child"), plot(greedy))
