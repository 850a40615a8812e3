# SPDX-License-Identifier: Apache-2.0
"""What words of the small world mean, in its own words: word | what it is. A verb or a look stands with its kind in front."""

_NOUNS = """
harbour | a place by the sea where ships and boats are safe
meadow | a field with grass and flowers
orchard | a garden with fruit trees
forest | a place where many trees grow close together
mill | a place where corn is made into flour
barn | a big farm house for hay, corn and animals
market | a place where people buy and sell things
library | a place with many books that one can read or borrow
bridge | a way over a river or a road
river | a long stream of water that runs to the sea
pond | a small and quiet piece of water
brook | a small stream
hill | a piece of high ground, lower than a mountain
mountain | a very high hill
beach | the land along the sea, with sand or stones
village | a place with a few houses, smaller than a town
farm | a place where people keep animals and grow food
garden | a piece of land where flowers and vegetables grow
park | a green place in a town where people walk and play
school | a place where children learn
house | a building where people live
island | a piece of land with water all round it
cave | a big hole in a hill or in rocks
well | a deep hole with water at the bottom
fountain | water that jumps up and falls down again
path | a narrow way for walking
fence | a small wall of wood or wire round a garden or a field
hedge | a row of bushes like a green wall
gate | a door in a fence or in a wall
cellar | a room under the house
attic | the room under the roof
chimney | the pipe on the roof where the smoke goes out
kite | a light toy on a string that flies in the wind
drum | a round thing that one beats to make a sound
whistle | a small thing that makes a high sound when one blows it
flute | a pipe with holes that one blows to make music
lantern | a lamp that one can carry
candle | a stick of wax that burns and gives light
umbrella | a thing that one holds over one's head to keep dry in the rain
basket | a thing made of thin sticks for carrying things
bucket | a round thing with a handle for carrying water
ladder | two long poles with steps between them for climbing up
rope | a very thick string
net | a thing made of string with many holes, for catching fish
spade | a tool for digging
broom | a brush with a long stick for sweeping the floor
hammer | a tool for hitting nails
saw | a tool with teeth for cutting wood
needle | a thin, sharp piece of metal for sewing
scarf | a long piece of cloth that keeps the neck warm
cap | a soft hat
mitten | a warm cover for the hand, with one part for the thumb
blanket | a big, warm piece of cloth for the bed
cushion | a soft bag to sit or lie on
ribbon | a long, thin piece of pretty cloth
button | a small round thing that closes a coat or a shirt
purse | a small bag for money
coin | a round piece of metal money
map | a picture of the land that shows the way
letter | a message on paper that one sends to somebody
shell | the hard house of a snail or of a sea animal
feather | one of the light things that cover a bird
marble | a small glass ball to play with
puppet | a doll that one moves with the hand or with strings
clock | a thing that shows the time
bell | a metal thing that rings
mirror | a glass in which one can see oneself
vase | a jar for flowers
teapot | a pot for making tea
oven | a hot box for baking bread and cakes
raft | a flat boat made of logs
sledge | a thing for sliding over the snow
swing | a seat on ropes that moves to and fro
scarecrow | a figure of straw that keeps birds away from the field
bread | food made of flour and water, baked in the oven
cheese | food made from milk
honey | the sweet, yellow food that bees make
butter | a soft, yellow food made from milk
soup | a hot food that one eats with a spoon
pancake | a thin, round cake made in a pan
flour | corn that has been made into a white powder
salt | a white powder that makes food taste stronger
sugar | a sweet, white powder
jam | fruit cooked with sugar
milk | the white drink that cows give
apple | a round fruit that grows on a tree, red, green or yellow
pear | a sweet fruit, thin at the top and round at the bottom
plum | a small, round fruit, often blue, with a stone inside
nut | a dry fruit with a hard shell
mushroom | a small, soft plant shaped like an umbrella; some are good to eat and some are not
pumpkin | a very big, round, orange vegetable
carrot | a long, orange vegetable that grows in the earth
seed | a small thing from which a plant grows
flower | the pretty part of a plant
leaf | one of the flat, green parts of a plant
root | the part of a plant that is in the earth
branch | an arm of a tree
moss | a soft, green plant that grows on stones and trees
rain | water that falls from the clouds
snow | white, soft flakes of frozen water that fall from the sky
ice | frozen water
fog | a cloud that lies on the ground
wind | air that moves
storm | bad weather with a strong wind and often with rain
thunder | the loud sound after a flash of lightning
rainbow | a bow of many colours in the sky, seen in sun and rain
cloud | a white or grey shape of tiny drops of water in the sky
puddle | a little water on the ground after the rain
shadow | the dark shape that a thing makes in the light
star | a tiny light in the sky at night; it is really a sun, far away
moon | the big, bright thing that shines in the sky at night
sun | the big, hot star that gives us light and warmth
spring | the season after winter, when the plants begin to grow
summer | the warmest season of the year
autumn | the season after summer, when the leaves fall
winter | the coldest season of the year
morning | the first part of the day
evening | the end of the day, before night
friend | somebody whom you like and who likes you
neighbour | somebody who lives next door
baker | somebody who makes bread and cakes
miller | somebody who makes flour in a mill
farmer | somebody who works on a farm
fisherman | a man who catches fish
gardener | somebody who looks after a garden
shepherd | somebody who looks after sheep
blacksmith | somebody who makes things of hot iron
tailor | somebody who makes clothes
carpenter | somebody who makes things of wood
postman | a man who brings letters
doctor | somebody who helps people who are ill
teacher | somebody who helps others to learn
beekeeper | somebody who keeps bees for their honey
sailor | somebody who works on a ship
ferryman | a man who takes people over a river in a boat
secret | something that only a few may know
promise | when you say that you will surely do a thing
present | a thing that you give to somebody to make them happy
birthday | the day on which you were born, kept each year
party | a time when friends come together to be happy
race | a game in which the fastest one wins
prize | what the winner gets
riddle | a question that is a game, with a clever answer
joke | a short thing that one says to make others laugh
story | something told that happened or that somebody made up
song | words that are sung to music
dream | a story that you see when you sleep
wish | something that you want very much
idea | a new thought
mistake | something that one did wrong without wanting to
courage | being brave when one is afraid
trouble | something bad or difficult that has happened
nest | the home that a bird builds
den | the home of a fox or a badger
burrow | a hole in the ground where rabbits live
hive | the home of bees
stable | a house for horses
kennel | a small house for a dog
sty | the home of pigs
capybara | a big, calm animal that likes water
"""
_OTHERS = """
to whisper | to speak very softly
to shout | to speak very loudly
to sob | to cry with a shaking voice
to tremble | to shake because one is cold or afraid
to hum | to sing with a closed mouth
to juggle | to throw several balls into the air and catch them
to borrow | to take a thing for a time and give it back later
to lend | to give a thing to somebody for a time
to share | to give a part of what you have to others
to mend | to make a broken thing whole again
to trade | to give one thing and get another for it
to hide | to go where nobody can see you
to search | to look everywhere for something
to dive | to go under the water with the head first
to bake | to cook in an oven
to sew | to work with needle and thread
to plant | to put a seed or a plant into the earth
to forgive | to stop being angry with somebody
to boast | to say how great one is
to quarrel | to speak angrily with one another
to follow | to go behind somebody
to yawn | to open the mouth wide because one is tired
to practise | to do a thing again and again in order to learn it
brave | A brave one does a thing even when it is hard or frightening.
shy | A shy one does not like to speak to strangers.
kind | A kind one is good to others.
curious | A curious one wants to know everything.
stubborn | A stubborn one does not want to change his mind.
honest | An honest one tells the truth.
greedy | A greedy one wants too much.
patient | A patient one can wait.
gentle | A gentle one is soft and kind.
proud | A proud one is very pleased with what he has done.
lonely | A lonely one is alone and sad about it.
clever | A clever one understands things quickly.
polite | A polite one says "please" and "thank you".
gloomy | A gloomy one is sad and hopes for nothing good.
steep | A steep hill goes up very quickly.
narrow | A narrow thing is not wide.
smooth | A smooth thing has no rough parts.
heavy | A heavy thing is hard to lift.
crooked | A crooked thing is not straight.
empty | An empty thing has nothing in it.
ripe | Ripe fruit is ready to be eaten.
tiny | A tiny thing is very, very small.
huge | A huge thing is very, very big.
"""


def _rows(table):
    return tuple(tuple(part.strip() for part in line.split(" | ", 1)) for line in table.strip().splitlines())


NOUNS, OTHERS = _rows(_NOUNS), _rows(_OTHERS)
_PLAIN = frozenset("bread cheese honey butter soup flour salt sugar jam milk moss rain snow ice fog wind thunder courage trouble spring summer autumn winter".split())
_ONLY = frozenset(("sun", "moon"))
ASKED = ("What is {w}?", "What's {w}?", "what is {w}", "Can you tell me what {w} is?", "What does \"{b}\" mean?", "What does the word {b} mean?",
         "Explain the word \"{b}\".", "Do you know what {w} is?", "I don't know the word {b}. What does it mean?", "Tell me what {w} is.",
         "what does {b} mean", "Please explain {b}.", "{b}?")


def pair(pick):
    """A question for a word and what it means."""
    from grammar import articles, capital
    if pick((0, 0, 0, 1)):
        word, meaning = pick(OTHERS)
        bare = word[3:] if word.startswith("to ") else word
        asked = pick((f"What does \"{bare}\" mean?", f"What does {bare} mean?", f"Explain the word \"{bare}\".", f"What does it mean {word}?"
                     if word != bare else f"What does it mean to be {bare}?", f"I don't know the word {bare}.", f"what does {bare} mean"))
        if word != bare:
            return asked, pick((f"\"{capital(word)}\" means {meaning}.", f"To {bare} is {meaning}.", f"It means {meaning}."))
        return asked, meaning
    word, meaning = pick(NOUNS)
    with_article = word if word in _PLAIN else "the " + word if word in _ONLY else articles("a " + word)
    asked = pick(ASKED).format(w=with_article, b=word)
    if meaning.startswith("when "):
        return asked, f"{capital(with_article)} is {meaning}."
    return asked, pick((f"{capital(with_article)} is {meaning}.", f"{capital(with_article)} is {meaning}.", f"It is {meaning}."))
