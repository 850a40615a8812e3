# SPDX-License-Identifier: Apache-2.0
"""What there is in the small world: names, animals, things, places, looks, foods, weather."""

GIRLS = ("Mia Anna Lily Rosa Nina Ella Zoe Ivy Clara Ruby Maya Tess Nora Lucy Amy Sara Hana Lena Wendy Poppy Molly Daisy Kate Jane "
         "Emma Alma Dora Fern Greta Holly Leila Mina Olive Pia Rita Sofia Tara Uma Vera Yara").split()
BOYS = ("Tom Ben Sam Leo Max Finn Jack Noah Omar Paul Hugo Ned Peter Luke Theo Adam Dan Ali Ravi Kofi Jonas Emil Oscar Tim Will "
        "Billy Carlo Diego Felix George Henry Ivan Jim Karl Liam Milo Nico Otto Robin Simon").split()
ANIMAL_NAMES = ("Pip Bramble Hazel Pepper Button Clover Moss Nibs Rusty Snowy Tansy Twig Willow Acorn Biscuit Bubbles Cinnamon Dusty "
                "Fluff Ginger Honey Juniper Mistle Nutmeg Patch Pebble Plum Puddle Quill Scout Socks Sorrel Spot Thistle Toffee "
                "Tuft Velvet Whiskers Barley Maple").split()
# kind, home, a young one's look
ANIMALS = (("fox", "den"), ("rabbit", "burrow"), ("mouse", "hole"), ("bear", "cave"), ("hedgehog", "nest"), ("squirrel", "tree"),
           ("badger", "den"), ("otter", "den"), ("duck", "nest"), ("frog", "pond"), ("mole", "tunnel"), ("kitten", "basket"),
           ("puppy", "kennel"), ("lamb", "field"), ("goat", "shed"), ("owl", "tree"), ("beaver", "lodge"), ("pony", "stable"),
           ("turtle", "pool"), ("robin", "nest"))
TRAITS = ("kind brave curious shy clever cheerful careful busy gentle lively quiet friendly patient merry dreamy helpful proud "
          "hungry sleepy stubborn").split()
ELDERS = (("Mother", "she"), ("Father", "he"), ("Grandma", "she"), ("Grandpa", "he"), ("Aunt May", "she"), ("Uncle Joe", "he"))

COLOURS = "red blue green yellow white black brown orange purple pink grey golden silver".split()
LOOKS = ("little old new shiny soft round small big pretty warm striped spotted wooden painted bright tiny").split() + COLOURS

# Things that one can own, lose and miss, with what they are good for.
TREASURES = (("kite", "fly it on windy days"), ("ball", "throw it and catch it"), ("hat", "wear it in the sun"),
             ("scarf", "wear it on cold days"), ("drum", "beat it and march"), ("whistle", "blow it and make a tune"),
             ("boat", "let it sail on the water"), ("doll", "hold it at night"), ("blanket", "sleep under it"),
             ("bell", "ring it and hear it sing"), ("book", "look at the pictures in it"), ("button", "hold it up to the light"),
             ("cup", "drink warm milk from it"), ("spoon", "eat soup with it"), ("ring", "turn it round and round"),
             ("feather", "feel how soft it is"), ("shell", "hear the sea in it"), ("marble", "roll it over the floor"),
             ("lantern", "carry it in the dark"), ("basket", "carry berries in it"), ("umbrella", "keep dry under it"),
             ("flute", "play songs on it"), ("top", "spin it on the table"), ("mitten", "keep one hand warm"),
             ("ribbon", "wave it in the wind"), ("map", "dream of far places"), ("coin", "keep it for market day"),
             ("pencil", "draw animals with it"), ("bucket", "carry water in it"), ("puppet", "make it talk and dance"),
             ("stone", "feel how smooth it is"), ("cap", "wear it every day"), ("jar", "keep small things in it"),
             ("toy train", "pull it along the floor"), ("paintbrush", "paint clouds with it"), ("cart", "pull leaves in it"))

# place, preposition, what one may notice there
PLACES = (
    ("forest", "in", ("The leaves whispered in the wind.", "It smelled of moss and pine.", "Small birds called from branch to branch.",
                      "The light fell green through the trees.", "Dry twigs cracked underfoot.")),
    ("garden", "in", ("Bees hummed among the flowers.", "The beans were climbing up their poles.", "A snail crossed the path.",
                      "The roses smelled sweet.", "A butterfly sat on the fence.")),
    ("meadow", "in", ("The grass was high and full of daisies.", "Grasshoppers jumped on every side.", "A lark sang far above.",
                      "The wind made waves in the grass.", "Clover grew everywhere.")),
    ("barn", "in", ("It smelled of hay.", "Dust danced in the light.", "An old cow was chewing slowly.", "Swallows flew in and out.",
                    "The floor was covered with straw.")),
    ("market", "at", ("People were buying apples and cheese.", "A man was selling bells.", "It smelled of fresh bread.",
                      "Carts rolled over the stones.", "There were flags over the stalls.")),
    ("river", "by", ("The water ran fast and clear.", "A fish jumped and was gone.", "Reeds bent in the wind.",
                     "The stones shone under the water.", "Two ducks swam past.")),
    ("pond", "by", ("Water lilies lay on the pond.", "A frog croaked and dived.", "The water was as smooth as glass.",
                    "Dragonflies flew to and fro.", "Little rings spread on the water.")),
    ("hill", "on", ("From there one could see the whole village.", "The wind was strong up there.", "Sheep were grazing on the slope.",
                    "The clouds seemed very near.", "The path was steep.")),
    ("beach", "on", ("The waves rolled in and out.", "Gulls cried over the sea.", "The sand was warm.", "Shells lay along the water.",
                     "A small crab ran sideways.")),
    ("bridge", "on", ("The planks creaked a little.", "The water gurgled below.", "A boat passed under it.", "Moss grew on the old stones.")),
    ("mill", "at", ("The big wheel turned and turned.", "Everything was white with flour.", "The miller was singing.",
                    "Sacks stood along the wall.")),
    ("village square", "in", ("The fountain splashed.", "Children were skipping there.", "The clock struck the hour.",
                              "Pigeons picked at crumbs.")),
    ("orchard", "in", ("The apples were almost ripe.", "Ladders leaned on the trees.", "Wasps buzzed over the fallen plums.",
                       "The trees stood in long rows.")),
    ("farm", "on", ("A rooster crowed.", "Hens ran about the yard.", "The pigs were rolling in the mud.", "A tractor stood by the gate.")),
    ("park", "in", ("The swings were moving in the wind.", "Someone had left a bench wet with paint.", "An old man was feeding the birds.",
                    "Leaves lay on the grass.")),
    ("school yard", "in", ("Chalk lines were drawn on the ground.", "Laughter came from the windows.", "A bell rang inside.",
                           "A tall tree stood in the middle.")),
    ("library", "in", ("It was very quiet there.", "The shelves reached up to the ceiling.", "A clock ticked on the wall.",
                       "It smelled of paper.")),
    ("harbour", "at", ("Ropes creaked and sails flapped.", "The fishermen were mending nets.", "It smelled of salt and fish.",
                       "A ship was coming in.")),
)

FOODS = ("apple", "pear", "carrot", "cake", "bun", "cookie", "pie", "sandwich", "plum", "pancake", "muffin", "peach", "tart", "biscuit")
# What is carried in handfuls.
SUPPLIES = ("nuts", "berries", "cherries", "crumbs", "seeds", "peas", "strawberries", "mushrooms", "grapes", "raisins")

TIMES = ("one day", "one morning", "one sunny morning", "one afternoon", "one cold morning", "one windy day", "one evening",
         "early one morning", "one summer day", "one spring morning", "one autumn day", "one winter morning", "one quiet afternoon",
         "on a Monday", "on a Saturday morning", "one fine day", "late one afternoon", "one rainy day", "one warm day",
         "on the first day of spring", "on the last day of summer", "one bright day", "one grey morning", "on a Sunday")
HAPPY = "happy glad proud merry pleased delighted cheerful thankful".split()
SAD = "sad unhappy upset gloomy miserable".split()
