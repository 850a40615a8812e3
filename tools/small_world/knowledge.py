# SPDX-License-Identifier: Apache-2.0
"""Simple facts of the small world as questions and answers: animals, opposites, colours, days, numbers, what things are for."""
import functools

import animals
import days
import lexicon
from grammar import NUMBERS, articles, capital, plural

MONTHS = "January February March April May June July August September October November December".split()
OPPOSITES = (("hot", "cold"), ("big", "small"), ("up", "down"), ("day", "night"), ("open", "closed"), ("wet", "dry"), ("fast", "slow"), ("old",
             "young"), ("happy", "sad"), ("light", "dark"), ("heavy", "light"), ("high", "low"), ("long", "short"), ("full", "empty"), ("loud",
             "quiet"), ("left", "right"),
             ("hard", "soft"), ("good", "bad"), ("clean", "dirty"), ("rich", "poor"), ("near", "far"), ("in", "out"), ("first", "last"), ("strong",
             "weak"), ("brave", "afraid"), ("sweet", "sour"), ("early", "late"), ("thick", "thin"), ("wide", "narrow"), ("kind", "unkind"), ("summer",
             "winter"), ("friend", "enemy"),
             ("begin", "end"), ("give", "take"), ("laugh", "cry"), ("win", "lose"), ("push", "pull"), ("buy", "sell"), ("come", "go"), ("remember",
             "forget"), ("asleep", "awake"), ("lost", "found"), ("above", "below"), ("before", "after"), ("always", "never"), ("everything", "nothing"))
COLOURS = (("grass", "green"), ("snow", "white"), ("the sky", "blue"), ("the sun", "yellow"), ("milk", "white"), ("coal", "black"), ("a lemon",
           "yellow"), ("a carrot", "orange"), ("a pumpkin", "orange"), ("a strawberry", "red"), ("a ripe tomato", "red"), ("a crow", "black"),
           ("a swan", "white"), ("a leaf in summer", "green"), ("honey", "golden"),
           ("a ripe cherry", "red"), ("the sea", "blue"), ("a cucumber", "green"), ("a fox", "red"), ("a frog", "green"), ("a pig", "pink"), ("earth",
           "brown"), ("a banana", "yellow"), ("blood", "red"), ("chocolate", "brown"))
MIXED = (("red and yellow", "orange"), ("blue and yellow", "green"), ("red and blue", "purple"), ("black and white", "grey"), ("red and white", "pink"))
USES = (("an umbrella", "keeps us dry in the rain"), ("a spoon", "is for eating soup"), ("a key", "opens a door"), ("a clock", "shows the time"),
        ("a bed", "is for sleeping"), ("a broom", "is for sweeping the floor"), ("a lamp", "gives light"), ("a coat", "keeps us warm"), ("a ladder",
        "is for climbing up"), ("a boat", "carries us over the water"),
        ("a book", "is for reading"), ("a bridge", "takes us over a river"), ("soap", "is for washing"), ("a needle", "is for sewing"), ("a saw",
        "is for cutting wood"), ("an oven", "is for baking"), ("a bell", "is for ringing"), ("a map", "shows the way"), ("a net",
        "is for catching fish"), ("a scarf", "keeps the neck warm"), ("a pencil", "is for writing and drawing"),
        ("a mirror", "shows us our face"), ("a drum", "is for making music"), ("a spade", "is for digging"), ("a pillow", "is for laying our head on"))
TRUE = (("Is fire hot?", "Yes, fire is hot. Be careful with it."), ("Is ice cold?", "Yes, ice is cold."), ("Is the sun cold?",
        "No, the sun is very hot."), ("Do stones swim?", "No, a stone sinks."), ("Does wood swim on water?", "Yes, most wood swims on water."),
        ("Is a mouse bigger than a cow?", "No, a mouse is much smaller than a cow."),
        ("Do trees have leaves?", "Yes, most trees have leaves."), ("Does it snow in summer?", "No, snow falls in winter."),
        ("Do we see stars in the day?", "No, we see the stars at night."), ("Is honey sweet?", "Yes, honey is sweet."), ("Is a lemon sweet?",
        "No, a lemon is sour."), ("Do plants need water?", "Yes, plants need water and light."),
        ("Can people fly?", "No, people cannot fly without a machine."), ("Is snow warm?", "No, snow is cold."), ("Is water wet?",
        "Yes, water is wet."), ("Do hens lay eggs?", "Yes, hens lay eggs."), ("Do cows lay eggs?", "No, cows do not lay eggs. Hens do."),
        ("Do cows give milk?", "Yes, cows give milk."), ("Does bread grow on trees?", "No, bread is baked from flour."),
        ("Do apples grow on trees?", "Yes, apples grow on trees."), ("Do carrots grow on trees?", "No, carrots grow in the earth."),
        ("Is the moon made of cheese?", "No, the moon is made of rock."), ("Do birds have feathers?", "Yes, birds have feathers."),
        ("Do fish have legs?", "No, fish have no legs."), ("Do cats bark?", "No, dogs bark. Cats say meow."),
        ("Do dogs bark?", "Yes, dogs bark."), ("Does the sun rise in the morning?", "Yes, the sun rises in the morning."),
        ("Does the sun shine at night?", "No, at night the sun is gone. The moon and the stars shine."), ("Is a feather heavy?",
        "No, a feather is very light."), ("Is a stone soft?", "No, a stone is hard."), ("Do snails run fast?", "No, snails are very slow."),
        ("Do bees make honey?", "Yes, bees make honey."), ("Is an apple a fruit?", "Yes, an apple is a fruit."), ("Is a carrot a fruit?",
        "No, a carrot is a vegetable."), ("Is a whale a fish?", "No, a whale lives in the sea, but it is not a fish."), ("Is a bat a bird?",
        "No, a bat can fly, but it is not a bird."), ("Can you eat all mushrooms?",
        "No, some mushrooms make you very ill. Never eat one that you do not know."),
        ("Do frogs live near water?", "Yes, frogs live near water."), ("Is winter cold?", "Yes, winter is the coldest season."))
OTHER = (("What do bees make?", "Bees make honey."), ("What is bread made of?", "Bread is made of flour, water and a little salt."),
         ("What is butter made of?", "Butter is made of milk."), ("What is cheese made of?", "Cheese is made of milk."),
         ("Where does milk come from?", "Milk comes from cows."), ("Where do eggs come from?", "Eggs come from hens."), ("Where does wool come from?",
         "Wool comes from sheep."),
         ("What is ice?", "Ice is frozen water."), ("When do stars shine?", "We see the stars at night."), ("What falls in winter?",
         "In winter, snow may fall."), ("What does a hen lay?", "A hen lays eggs."), ("What do plants need?", "Plants need water, light and earth."),
         ("How many days are in a week?", "There are seven days in a week."), ("How many months are in a year?", "There are twelve months in a year."),
         ("How many seasons are there?", "There are four seasons: spring, summer, autumn and winter."), ("What are the seasons?",
         "The seasons are spring, summer, autumn and winter."), ("What are the days of the week?",
         "Monday, Tuesday, Wednesday, Thursday, Friday, Saturday and Sunday."), ("Tell me the days of the week.",
         "Monday, Tuesday, Wednesday, Thursday, Friday, Saturday and Sunday."),
         ("What are the months?", "January, February, March, April, May, June, July, August, September, October, November and December."),
         ("What colours has a rainbow?", "A rainbow is red, orange, yellow, green, blue and purple."), ("How many hours has a day?",
         "A day has twenty-four hours."), ("What do we hear with?", "We hear with our ears."), ("What do we see with?", "We see with our eyes."),
         ("What do we smell with?", "We smell with our nose."),
         ("How many fingers does a hand have?", "A hand has five fingers."), ("What do you say when you want something?", "One says \"please\"."),
         ("What do you say when you get something?", "One says \"thank you\"."), ("What can I wear in the rain?",
         "A coat and boots are good in the rain, and an umbrella helps, too."), ("What is rain?", "Rain is water that falls from the clouds."),
         ("Which season is the coldest?", "Winter is the coldest season."), ("Which season is the warmest?", "Summer is the warmest season."),
         ("Where does the sun go at night?", "The earth turns, so at night we cannot see the sun."), ("Why do leaves fall?",
         "In autumn it grows cold, and most trees drop their leaves."), ("Why do birds sing?",
         "Birds sing to call one another and to say that a place is theirs."))
RHYMES = (("cat", "hat, mat and bat"), ("tree", "bee, sea and me"), ("moon", "spoon and soon"), ("star", "far and jar"), ("house", "mouse"), ("bear",
          "chair, pear and hair"), ("night", "light, bright and kite"), ("day", "play, way and say"), ("boat", "coat and goat"), ("fox",
          "box and socks"), ("rain", "train and chain"), ("snow", "go, grow and blow"), ("sun", "fun and run"),
          ("king", "ring, sing and spring"), ("cake", "lake and make"), ("hill", "mill and still"), ("frog", "dog and log"), ("bell",
          "well, shell and tell"), ("wall", "ball, tall and fall"), ("bed", "red, bread and head"), ("nose", "rose and toes"), ("book",
          "cook, look and brook"), ("sand", "hand and land"), ("goose", "moose and loose"))
POEMS = ("The moon is up, the day is done, / and in its bed now sleeps the sun.",
         "A little mouse, a piece of cheese, / a \"thank you\" and a tiny \"please\".",
         "The wind is in the apple tree, / it sings a song for you and me.", "A frog sat down upon a log / and told a story to a dog.",
         "Snow on the roof and snow on the hill, / the world is white and very still.",
         "The rain goes tip, the rain goes tap, / it falls upon my yellow cap.",
         "A fox had lost his left red sock. / He found it hanging on the clock.",
         "One star, two stars, three stars, four, / count with me and find some more.",
         "The hen, the goose, the duck, the cat, / they all went out to buy a hat.",
         "The kite flew high, the kite flew low, / and where it went, the birds may know.")
JOKES = ("Why did the hen cross the road? To get to the other side!", "What has teeth and cannot bite? A comb!", "What runs and has no legs? Water!",
         "Why did the clock go to school? It wanted to tell the time!", "What gets wetter the more it dries? A towel!",
         "What has hands and cannot clap? A clock!", "Why do bees hum? Because they have forgotten the words!",
         "What goes up when the rain comes down? An umbrella!",
         "A snail says to a tortoise: \"Not so fast, I am getting dizzy!\"",
         "What did the big chimney say to the little chimney? \"You are too young to smoke!\"", "What is brown and sticky? A stick!")
PETS = {"cat": ("Mimi", "Tiger", "Snowy", "Velvet", "Whiskers"), "dog": ("Bello", "Rusty", "Scout", "Biscuit", "Barley"), "rabbit": ("Clover",
        "Fluff", "Hazel", "Thumper"), "pony": ("Star", "Chestnut", "Maple", "Storm"), "hamster": ("Nibbles", "Crumb", "Peanut", "Button"),
        "goldfish": ("Bubbles", "Sunny", "Goldie"), "bird": ("Pip", "Sky", "Robin", "Blue"), "hen": ("Berta", "Feather", "Sunny"),
        "doll": ("Rosa", "Lily", "Clara"), "teddy bear": ("Bruno", "Honey", "Toffee"), "boat": ("Sea Star", "Little Wind", "Wave"),
        "turtle": ("Pebble", "Moss", "Captain"), "goat": ("Bramble", "Ginger", "Nettle")}
SIZES = "ant bee mouse robin frog squirrel hedgehog duck cat fox sheep pig donkey horse cow whale".split()


def _named(kind):
    return articles("a " + kind)


_HOMELESS = frozenset("kitten puppy frog lamb turtle fish butterfly lion wolf deer whale dog cat snail goat duck goose swan".split())


def _known(animal):
    """What may be asked of an animal: the sort of question, its wordings, the answer."""
    kind, a = animal.kind, _named(animal.kind)
    many, big = plural(kind), capital(_named(animal.kind))
    legs = NUMBERS[animal.legs] if animal.legs else "no"
    yield "fly", (f"Can {a} fly?", f"Does {a} fly?", f"Do {many} fly?"), f"Yes, {a} can fly." if "fly" in animal.can else f"No, {a} cannot fly."
    yield "legs", (f"How many legs does {a} have?", f"How many legs has {a}?", f"How many legs do {many} have?"), f"{big} has {legs} legs."
    if "swim" in animal.can:
        yield "swim", (f"Can {a} swim?", f"Does {a} swim?", f"Do {many} swim?"), f"Yes, {a} can swim."
    if animal.sound:
        yield "sound", (f"What sound does {a} make?", f"What noise does {a} make?", f"What does {a} say?" if animal.sound.startswith("says")
                        else f"What sound do {many} make?"), f"{big} {animal.sound}."
    if animal.young:
        yield "young", (f"What do you call a young {kind}?", f"What is a baby {kind} called?",
                        f"What is the young of {a} called?"), f"A young {kind} is called {_named(animal.young)}."
    if animal.home and kind not in _HOMELESS:
        yield "home", (f"Where does {a} live?", f"Where do {many} live?", f"What is the home of {a} called?"), f"{big} lives in {_named(animal.home)}."
    if animal.eats:
        yield "eats", (f"What does {a} eat?", f"What do {many} eat?", f"What can I feed {a}?"), f"{big} eats {animal.eats}."
    if animal.cover:
        yield "cover", (f"What covers {a}?", f"What does {a} have on its body?"), f"{big} has {animal.cover}."
        yield "fur", (f"Does {a} have fur?", f"Do {many} have fur?"), f"Yes, {a} has fur." if animal.cover == "fur" else f"No, {a} has {animal.cover}."


def _animal(pick):
    _, asks, answer = pick(tuple(_known(pick(tuple(animals.ALL.values())))))
    return pick(asks), answer


@functools.lru_cache(maxsize=None)
def _sorts():
    """The sort of question behind each answer on animals."""
    return {articles(answer): sort for animal in animals.ALL.values() for sort, _, answer in _known(animal)}


def followed(pick, answer):
    """"And a cow?" after an answer on another animal; nothing after other answers."""
    sort = _sorts().get(answer)
    if not sort:
        return None
    animal = pick(tuple(animals.ALL.values()))
    for other, _, next_answer in _known(animal):
        if other == sort:
            return articles(pick(("And {}?", "What about {}?", "and {}?", "And {}, too?" if sort in ("fly", "swim", "fur")
                            else "And {}?")).format(_named(animal.kind))), articles(next_answer)
    return None


def _next(pick, names, a_word):
    at = int(pick(range(len(names))))
    before, after = names[at - 1], names[(at + 1) % len(names)]
    return pick(((pick((f"What comes after {names[at]}?", f"Which {a_word} comes after {names[at]}?", f"What {a_word} is after {names[at]}?")),
                f"{capital(after)} comes after {names[at]}."),
                 (pick((f"What comes before {names[at]}?", f"Which {a_word} is before {names[at]}?")), f"{capital(before)} comes before {names[at]}.")))


def _count(pick):
    to = pick(range(3, 21))
    way = pick((0, 0, 1, 2, 3))
    if way == 0:
        return pick((f"Count to {NUMBERS[to]}.", f"Can you count to {to}?", f"Please count to {NUMBERS[to]}.", f"Count from one to {to}.",
                    f"Can you count up to {NUMBERS[to]} for me?")), capital(", ".join(NUMBERS[1:to + 1])) + "."
    if way == 1:
        to = min(to, 12)
        return pick((f"Count backwards from {NUMBERS[to]}.", f"Can you count down from {to}?",
                    f"Count from {NUMBERS[to]} down to one.")), capital(", ".join(reversed(NUMBERS[1:to + 1]))) + "."
    if way == 2:
        return pick((f"Which number comes after {to - 1}?", f"What comes after {NUMBERS[to - 1]}?",
                    f"What number follows {NUMBERS[to - 1]}?")), f"{capital(NUMBERS[to])} comes after {NUMBERS[to - 1]}."
    other = pick([number for number in range(1, 21) if number != to])
    return pick((f"Which is bigger, {to} or {other}?", f"Which number is bigger, {NUMBERS[to]} or {NUMBERS[other]}?",
                f"Is {to} bigger than {other}?")), f"{capital(NUMBERS[max(to, other)])} is bigger than {NUMBERS[min(to, other)]}."


def _compared(pick):
    at, other = pick(range(len(SIZES))), pick(range(len(SIZES)))
    if at == other:
        other = (at + 3) % len(SIZES)
    small, big = sorted((at, other))
    first, second = _named(SIZES[at]), _named(SIZES[other])
    word = pick(("bigger", "bigger", "smaller"))
    asked = pick((f"Which is {word}, {first} or {second}?", f"What is {word}, {first} or {second}?", f"who is {word}, {first} or {second}"))
    one, two = (big, small) if word == "bigger" else (small, big)
    return asked, f"{capital(_named(SIZES[one]))} is {word} than {_named(SIZES[two])}."


def _opposite(pick):
    one, two = pick(OPPOSITES)
    if pick((True, False)):
        one, two = two, one
    if (one, two) == ("light", "heavy") or (one, two) == ("light", "dark"):
        one, two = "big", "small"
    return pick((f"What is the opposite of {one}?", f"What's the opposite of \"{one}\"?", f"Tell me the opposite of {one}.", f"opposite of {one}?",
                f"The opposite of {one} is what?")), pick((f"The opposite of {one} is {two}.", f"The opposite of \"{one}\" is \"{two}\".", f"It is \"{two}\"."))


def _colour(pick):
    if pick((0, 0, 0, 1)):
        two, made = pick(MIXED)
        return pick((f"What do {two} make?", f"What colour do you get from {two}?", f"What happens when I mix {two}?")), f"{capital(two)} make {made}."
    what, colour = pick(COLOURS)
    if pick((0, 0, 1)):
        guess = pick(lexicon.COLOURS[:11])
        return f"Is {what} {guess}?", f"Yes, {what} is {colour}." if guess == colour else f"No, {what} is {colour}."
    return pick((f"What colour is {what}?", f"What color is {what}?", f"Which colour has {what}?",
                f"Do you know the colour of {what}?")), f"{capital(what)} is {colour}."


def _use(pick):
    what, use = pick(USES)
    return pick((f"What is {what} for?", f"What do we need {what} for?", f"What can I do with {what}?",
                f"Why do people have {what}?")), f"{capital(what)} {use}."


def _rhyme(pick):
    if pick((0, 1)):
        word, others = pick(RHYMES)
        return pick((f"What rhymes with {word}?", f"Tell me a word that rhymes with {word}.", f"Which words rhyme with \"{word}\"?",
                    f"I need a rhyme for {word}.")), f"{capital(others)} {'rhyme' if ' and ' in others else 'rhymes'} with {word}."
    return pick(("Tell me a rhyme.", "Can you make a rhyme?", "Write a short poem.", "A poem, please.", "Do you know a poem?",
                "Say something that rhymes.", "Make a little verse for me.", "poem please")), pick(POEMS).replace(" / ", "\n").replace(", \n", ",\n")


def _joke(pick):
    return pick(("Tell me a joke.", "Can you tell me something funny?", "Do you know a joke?", "Make me laugh.", "Say something funny!",
                "joke please", "Another joke?", "I need a laugh.", "Tell me something funny.", "A riddle, please.")), pick(JOKES)


def _name(pick):
    kind = pick(tuple(PETS))
    names = list(PETS[kind])
    one = names.pop(pick(range(len(names))))
    two = pick(names)
    return pick((f"What should I name my {kind}?", f"What is a good name for {_named(kind)}?", f"I need a name for my {kind}.",
                f"How should I call my {kind}?", f"Give me a name for my new {kind}.", f"Any ideas for a {kind} name?",
                f"We have a new {kind}. What shall we call it?")), \
        pick((f"How about {one}? Or {two}?", f"{one} would be a nice name. {two} is good, too.", f"You could call it {one}.",
        f"What do you think of {one} or {two}?", f"{one} is a good name for {_named(kind)}."))


SORTS = (_animal, _animal, _animal, _animal, _opposite, _colour, lambda pick: _next(pick, days.WEEK, "day"), lambda pick: _next(pick, MONTHS,
         "month"), lambda pick: _next(pick, days.YEAR, "season"), _count, _compared, _use, lambda pick: pick(TRUE), lambda pick: pick(TRUE),
         lambda pick: pick(OTHER), lambda pick: pick(OTHER), _rhyme, _joke, _name)


def pair(pick):
    """A simple question and its true answer."""
    asked, answer = pick(SORTS)(pick)
    return articles(asked), articles(answer)
