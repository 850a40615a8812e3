# SPDX-License-Identifier: Apache-2.0
"""What there is in the small world: names, things, looks, foods."""
GIRLS = ("Mia Anna Lily Rosa Nina Ella Zoe Ivy Clara Ruby Maya Tess Nora Lucy Amy Sara Hana Lena Wendy Poppy Molly Daisy Kate Jane "
         "Emma Alma Dora Fern Greta Holly Leila Mina Olive Pia Rita Sofia Tara Uma Vera Yara Ada Beth Celia Dina Edith Fay Gwen Heidi Iris Julia "
         "Kira Lottie Mary Nell Oda Paula Rose Susan Tilda Violet "
         "Agnes Bella Cora Dolly Elsa Flora Gina Hattie Inga June Karin Lola Mabel Norma Polly Ronja Stella Thea Ursula Winnie").split()
BOYS = ("Tom Ben Sam Leo Max Finn Jack Noah Omar Paul Hugo Ned Peter Luke Theo Adam Dan Ali Ravi Kofi Jonas Emil Oscar Tim Will "
        "Billy Carlo Diego Felix George Henry Ivan Jim Karl Liam Milo Nico Otto Robin Simon Alex Bruno Charlie David Eric Fred Gus Harry Ian Joe "
        "Kim Lars Mark Nick Olaf Pablo Rick Samir Toby Victor "
        "Anton Basil Caleb Dennis Edgar Frank Gregor Hans Isaac Jasper Kurt Louis Marco Nathan Oliver Philip Rufus Steve Tobias Walter").split()
ANIMAL_NAMES = ("Pip Bramble Hazel Pepper Button Clover Moss Nibs Rusty Snowy Tansy Twig Willow Acorn Biscuit Bubbles Cinnamon Dusty "
                "Fluff Ginger Honey Juniper Mistle Nutmeg Patch Pebble Plum Puddle Quill Scout Socks Sorrel Spot Thistle Toffee "
                "Tuft Velvet Whiskers Barley Maple Bean Berry Bobbin Chestnut Conker Crumb Dandy Fudge Jasper Misty Muffin Nettle Oakley Peanut Pickle "
                "Poppet Russet Sandy Tumble "
                "Bingo Bouncer Cricket Domino Ember Flint Gus Heather Ivy Jumper Kiwi Lupin Mango Noodle Olive Pumpkin Rocket Smudge Treacle Waffle").split()
HE_ANIMALS = tuple(name for name in ANIMAL_NAMES if name not in ("Tansy", "Willow", "Juniper", "Honey", "Velvet", "Poppet", "Misty", "Hazel", "Ivy",
                   "Olive", "Heather"))
SHE_ANIMALS = tuple(name for name in ANIMAL_NAMES if name not in ("Rusty", "Jasper", "Russet", "Scout", "Oakley", "Dandy", "Conker", "Gus", "Bouncer",
                    "Rocket"))
TRAITS = ("kind brave curious shy clever cheerful careful busy gentle lively quiet friendly patient merry dreamy helpful proud "
          "polite sleepy stubborn funny honest").split()
# The grown-ups of a child; an animal has "Mother Fox" and so on.
ELDERS = (("Mother", "she"), ("Father", "he"), ("Grandma", "she"), ("Grandpa", "he"), ("Aunt May", "she"), ("Uncle Joe", "he"), ("Mother", "she"),
          ("Father", "he"), ("Aunt Lou", "she"), ("Uncle Fred", "he"))
ANIMAL_ELDERS = (("Mother", "she"), ("Father", "he"), ("Grandma", "she"), ("Grandpa", "he"), ("Aunt", "she"), ("Uncle", "he"))

COLOURS = "red blue green yellow white black brown orange purple pink grey golden silver".split()
_PAINTED = "red blue green yellow white black orange purple little old new big pretty small tiny".split()
# What a thing may look like by what it is made of.
MATERIALS = {"cloth": tuple(_PAINTED + "pink soft warm striped spotted grey".split()), "wood": tuple(_PAINTED + "brown wooden painted striped".split()),
             "metal": tuple("golden silver shiny old new little small big bright tiny pretty".split()),
             "found": tuple("white grey pink black brown shiny smooth little tiny pretty round".split()),
             "paper": tuple(_PAINTED + "bright pretty striped".split()), "down": tuple("white grey black brown soft little tiny pretty blue".split())}
LOOKS = tuple(dict.fromkeys(look for looks in MATERIALS.values() for look in looks))

# Things that one can own, lose and miss: what they are good for, what they are made of.
TREASURES = (("kite", "fly it on windy days", "paper"), ("ball", "throw it and catch it", "wood"), ("hat", "wear it in the sun", "cloth"),
             ("scarf", "wear it on cold days", "cloth"), ("drum", "beat it and march", "wood"), ("whistle", "blow it and make a tune", "metal"),
             ("boat", "let it sail on the water", "wood"), ("doll", "hold it at night", "cloth"), ("blanket", "sleep under it", "cloth"),
             ("bell", "ring it and hear it sing", "metal"), ("book", "look at the pictures in it", "paper"), ("button", "hold it up to the light", "metal"),
             ("cup", "drink warm milk from it", "wood"), ("spoon", "eat soup with it", "metal"), ("ring", "turn it round and round", "metal"),
             ("feather", "feel how soft it is", "down"), ("shell", "hear the sea in it", "found"), ("marble", "roll it over the floor", "found"),
             ("lantern", "carry it in the dark", "metal"), ("basket", "carry berries in it", "wood"), ("umbrella", "keep dry under it", "cloth"),
             ("flute", "play songs on it", "wood"), ("top", "spin it on the table", "wood"), ("cushion", "sit on it by the fire", "cloth"),
             ("ribbon", "wave it in the wind", "cloth"), ("map", "dream of far places", "paper"), ("coin", "keep it for market day", "metal"),
             ("pencil", "draw animals with it", "paper"), ("bucket", "carry water in it", "metal"), ("puppet", "make it talk and dance", "cloth"),
             ("stone", "feel how smooth it is", "found"), ("cap", "wear it every day", "cloth"), ("jar", "keep small things in it", "found"),
             ("toy train", "pull it along the floor", "wood"), ("paintbrush", "paint clouds with it", "wood"), ("cart", "pull leaves in it", "wood"))

FOODS = ("apple", "pear", "carrot", "cake", "bun", "cookie", "pie", "sandwich", "plum", "pancake", "muffin", "peach", "tart", "biscuit")
# What is gathered outside, by season.
SUPPLIES = {"spring": ("herbs", "flowers", "fresh leaves", "strawberries"), "summer": ("berries", "cherries", "strawberries", "peas", "herbs", "flowers"),
            "autumn": ("nuts", "mushrooms", "grapes", "blackberries", "acorns", "pears"), "winter": ("dry sticks", "fir cones", "firewood", "holly")}

HAPPY = "happy glad proud merry pleased delighted cheerful thankful".split()
SAD = "sad unhappy upset gloomy miserable".split()
