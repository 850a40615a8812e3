# SPDX-License-Identifier: Apache-2.0
"""The animals of the small world: where they live, what they can do, what they say and eat. Stories and questions share the table."""
import collections

Animal = collections.namedtuple("Animal", "kind home hand can legs sound young eats cover hero")

# kind | home | what it holds with | what it can do | legs | sound | young | food | cover | may be the hero of a story
_TABLE = """
fox | den | paw | dig | 4 | barks | cub | mice and berries | fur | yes
rabbit | burrow | paw | dig | 4 | squeaks | kit | grass and carrots | fur | yes
mouse | hole | paw | climb | 4 | squeaks | - | seeds and crumbs | fur | yes
bear | cave | paw | climb swim | 4 | growls | cub | berries and honey | fur | yes
hedgehog | nest | paw | - | 4 | snuffles | - | beetles and snails | prickles | yes
squirrel | tree | paw | climb | 4 | chatters | - | nuts | fur | yes
badger | den | paw | dig | 4 | grunts | cub | worms and roots | fur | yes
otter | den | paw | swim | 4 | whistles | pup | fish | fur | yes
duck | nest | wing | swim fly | 2 | says quack | duckling | grass and seeds | feathers | yes
frog | pond | foot | swim | 4 | croaks | tadpole | flies | smooth skin | yes
mole | tunnel | paw | dig | 4 | - | - | worms | fur | yes
kitten | basket | paw | climb | 4 | says meow | - | milk and fish | fur | yes
puppy | kennel | paw | dig | 4 | says woof | - | bones and meat | fur | yes
lamb | field | hoof | - | 4 | says baa | - | grass | wool | yes
goat | shed | hoof | climb | 4 | bleats | kid | grass and leaves | hair | yes
owl | tree | wing | fly | 2 | says hoo | owlet | mice | feathers | yes
beaver | lodge | paw | swim | 4 | - | kit | bark and leaves | fur | yes
pony | stable | hoof | - | 4 | neighs | foal | grass and oats | hair | yes
turtle | pool | foot | swim | 4 | - | - | plants and fish | a hard shell | yes
robin | nest | wing | fly | 2 | sings | chick | worms and berries | feathers | yes
cow | barn | - | - | 4 | says moo | calf | grass and hay | hair | no
horse | stable | - | swim | 4 | neighs | foal | grass and oats | hair | no
sheep | field | - | - | 4 | says baa | lamb | grass | wool | no
pig | sty | - | - | 4 | says oink | piglet | nearly everything | skin | no
hen | hen house | - | - | 2 | clucks | chick | corn and worms | feathers | no
goose | nest | - | swim fly | 2 | honks | gosling | grass | feathers | no
dog | house | - | swim dig | 4 | barks | puppy | meat and bones | fur | no
cat | house | - | climb | 4 | says meow | kitten | fish and mice | fur | no
donkey | stable | - | - | 4 | says hee-haw | foal | hay | hair | no
fish | water | - | swim | 0 | - | - | small plants and worms | scales | no
bee | hive | - | fly | 6 | hums | - | honey | hair | no
spider | web | - | climb | 8 | - | - | flies | hair | no
snake | hole | - | swim | 0 | hisses | - | mice and frogs | scales | no
snail | shell | - | - | 0 | - | - | leaves | a shell | no
crow | nest | - | fly | 2 | says caw | chick | nearly everything | feathers | no
swan | nest | - | swim fly | 2 | hisses | cygnet | water plants | feathers | no
deer | forest | - | swim | 4 | - | fawn | grass and leaves | hair | no
lion | grassland | - | climb | 4 | roars | cub | meat | fur | no
wolf | forest | - | - | 4 | howls | cub | meat | fur | no
butterfly | meadow | - | fly | 6 | - | caterpillar | the juice of flowers | tiny scales | no
ant | ant hill | - | climb | 6 | - | - | seeds and sweet things | a hard skin | no
bat | cave | - | fly | 2 | squeaks | - | flies and moths | fur | no
whale | sea | - | swim | 0 | sings | calf | small sea animals | skin | no
"""


def _row(line):
    fields = ["" if field.strip() == "-" else field.strip() for field in line.split("|")]
    kind, home, hand, can, legs, *more, hero = fields
    return Animal(kind, home, hand, frozenset(can.split()), int(legs), *more, hero == "yes")


ALL = {animal.kind: animal for animal in map(_row, _TABLE.strip().splitlines())}
HEROES = tuple(animal for animal in ALL.values() if animal.hero)


def alike(kind):
    """The other heroes that can do what this one can: they can take its part in a story."""
    return [animal.kind for animal in HEROES if animal.can == ALL[kind].can and animal.kind != kind]
