# SPDX-License-Identifier: Apache-2.0
"""What stands between a thing and the one who wants it: where it lies, what is tried in vain, who or what can help.

Every obstacle has spots, tries that fail for a reason, helpers whose gift fits, and tools with which it can be done alone."""
from story import Being, Thing

# sort: (spots, (try, why it failed), helpers (name, pronoun, kind, deed), tools (tool, where it is, deed))
OBSTACLES = {
    "high": (("at the top of a tall oak tree", "on the roof of a shed", "on top of a lamp post", "on top of an old wall",
              "high up in an apple tree", "on a chimney"),
             (("jumped as high as {h.he} could", "it was much too high"), ("stood on {h.his} toes", "it was still too far up"),
              ("shook and pushed", "it did not fall down"), ("threw a pine cone at it", "it did not move"),
              ("tried to climb up", "{h.he} slid down again")),
             (("squirrel", "he", "ran up and dropped it into {h.ns} arms"), ("crow", "she", "flew up and carried it down in her beak"),
              ("cat", "she", "climbed up and pushed it down with her paw"), ("painter", "he", "put up his ladder and fetched it"),
              ("tall farmer", "he", "reached up with his long arms and got it"), ("pigeon", "she", "flew up and brought it down")),
             (("ladder", "behind the barn", "leaned it up, climbed to the top and took {t.the}"),
              ("long stick", "under the hedge", "pushed {t.the} until it fell down"),
              ("rope", "in the shed", "threw one end up and pulled {t.the} down"))),
    "water": (("in the middle of a small pond", "on a stone in a brook", "on a leaf far out on the water", "at the bottom of a clear brook"),
              (("reached out as far as {h.he} could", "{h.his} arms were too short"), ("put one foot into the water", "it was too cold and too deep"),
               ("made waves with a branch", "it only floated away a little more"), ("waited for the wind to bring it back", "the wind did not blow")),
              (("duck", "she", "swam out and pushed it to the bank"), ("otter", "he", "dived in and came back with it"),
               ("frog", "he", "hopped from leaf to leaf and brought it back"), ("fisherman", "he", "rowed out in his boat and fetched it"),
               ("swan", "she", "carried it back on her white wings"), ("water rat", "he", "swam out and came back with it in his teeth")),
              (("net", "on the old boat", "fished {t.the} out of the water"), ("long branch", "under a willow", "pulled {t.the} slowly to the bank"),
               ("washtub", "beside the well", "sat in it, paddled out and picked up {t.the}"))),
    "tight": (("in a crack between two rocks", "deep inside a hollow log", "under the floor of a shed", "behind a heavy gate",
               "at the end of a narrow tunnel", "in a hole in a wall"),
              (("put {h.his} arm in", "it was not long enough"), ("tried to squeeze through", "{h.he} got stuck and had to wriggle out"),
               ("knocked and shook", "nothing came out")),
              (("mouse", "she", "slipped in and pulled it out"), ("weasel", "he", "crept inside and brought it out"),
               ("lizard", "she", "ran into the hole and pushed it out"), ("mole", "he", "dug until the hole was wide enough"),
               ("wren", "she", "hopped in and came out with it")),
              (("hook", "on a nail in the barn", "pulled {t.the} out with it"), ("piece of string", "in {h.his} own pocket",
                "tied a loop and pulled {t.the} out"), ("spade", "beside the compost heap", "dug until {t.the} was free")),),
    "dark": (("in a dark cellar", "far inside a cave", "in the corner of a dark shed", "in an old tunnel"),
             (("took two steps inside", "{h.he} could not see {h.his} own feet"), ("felt along the wall", "{h.he} only found dust"),
              ("closed {h.his} eyes and listened", "everything was still")),
             (("owl", "she", "saw well in the dark and found it at once"), ("bat", "he", "flew inside and told {h.him} where to go"),
              ("firefly", "he", "lit the way until they found it"), ("night watchman", "he", "came with his lamp and found it"),
              ("glow-worm", "she", "shone so brightly that they found it")),
             (("candle", "on the kitchen table", "held it high and saw {t.the} at once"), ("lamp", "in the hall", "walked in and found {t.the}"),
              ("torch", "in a drawer", "let the light fall on {t.the}"))),
    "thorns": (("in the middle of a thorn bush", "inside a tangle of brambles", "behind a wall of nettles"),
               (("reached between the thorns", "{h.he} scratched {h.his} hand"), ("shook the branches", "it stayed where it was"),
                ("went all the way round", "there was no gap")),
               (("goat", "he", "ate a path right through"), ("hedgehog", "she", "walked in without minding the thorns"),
                ("gardener", "she", "cut the branches with her shears"), ("donkey", "he", "trod down the branches"),
                ("tortoise", "he", "pushed through in his hard shell")),
               (("pair of thick gloves", "in the garden shed", "bent the thorns aside and took {t.the}"),
                ("pair of shears", "beside the greenhouse", "cut a small hole and took {t.the}"),
                ("rake", "against the fence", "pulled {t.the} out"))),
    "heavy": (("under a heavy log", "behind a big stone", "under a fallen tree", "beneath a great heap of hay"),
              (("pushed with both hands", "it was far too heavy"), ("pulled and pulled", "nothing moved at all"),
               ("counted to three and lifted", "it did not move an inch")),
              (("ox", "he", "pushed it aside with his strong head"), ("bear", "she", "lifted it with one paw"),
               ("horse", "he", "pulled it away with a rope"), ("woodcutter", "he", "rolled it away with his strong arms"),
               ("blacksmith", "she", "lifted it as if it were a cushion")),
              (("strong pole", "beside the fence", "used it to lift the weight and took {t.the}"),
               ("wheelbarrow", "behind the stable", "moved the load bit by bit and got {t.the}"))),
    "guarded": (("right beside a sleeping dog", "in front of a cross goose", "under the feet of a grumpy goat", "in a yard with an angry rooster"),
                (("tiptoed closer", "a twig cracked and {h.he} had to run"), ("said \"please\" from far away", "nobody answered"),
                 ("waited behind a fence", "the guard did not go away")),
                (("milkmaid", "she", "called the guard to its breakfast"), ("sparrow", "he", "sang so well that nobody looked at the {t}"),
                 ("shepherd", "he", "led the guard away to the field"), ("donkey", "she", "told such a funny story that the guard forgot to watch")),
                (("bowl of oats", "in the stable", "put it down far away, and while the guard was eating {h.he} took {t.the}"),
                 ("warm bread roll", "in {h.his} bag", "gave it to the guard, who let {h.him} take {t.the}"))),
}
WISHES = ("a song", "a story", "a kind word", "a drink of water", "a flower", "a handful of {supply}", "a slice of bread", "a joke", "a dance",
          "a bit of cheese", "a leaf to sleep under", "a good riddle", "half of {h.his} {food}", "a big smile")


def overcome(s, spot, sort):
    """{t} is seen at the spot; it is tried, helped with and got. Returns nothing: the world has {t} with the hero now."""
    _, tries, helpers, tools = OBSTACLES[sort]
    cast = s.cast
    cast["spot"] = spot
    deed, reason = s.pick(tries)
    cast["attempt"], cast["reason"] = s.plain(deed), s.plain(reason)
    s.tell("{h} {attempt}, but {reason}.", "First {h} {attempt}. {reason.cap}.", "{h} {attempt}. It was no use: {reason}.",
           "{h} {attempt} and hoped for the best, but {reason}.", "\"I can do it,\" {h} said and {attempt}, but {reason}.")
    s.event("{h.n} could not get {t.the} because {reason}")
    s.fact("why", ["Why could {h.n} not get {t.the} at first?"], ["Because {reason}.", "{h.n} could not get it because {reason}."], "{reason}")
    if s.chance(0.35):
        alone(s, tools)
    else:
        helped(s, helpers)


def alone(s, tools):
    tool, where, deed = s.pick(tools)
    s.cast["tool"], s.cast["tool_place"] = Thing(tool), s.plain(where)
    s.cast["deed"] = s.plain(deed)
    s.paragraph()
    s.tell("{h} sat down and thought. Then {h.he} remembered the {tool} {tool_place}.", "Then {h} had an idea. There was {tool.a} {tool_place}!",
           "{h} looked around and [saw|found] {tool.a} {tool_place}.", "\"Think, {h.n}, think,\" {h.he} told {h.himself}. {tool.a} lay {tool_place}.",
           "\"What I need is {tool.a},\" {h} [thought|said], and {h.he} found one {tool_place}.")
    s.tell("{h} took it and {deed}.", "With the {tool}, {h.he} {deed}.", "{h} [ran and fetched|carefully took|went to get] the {tool} and {deed}.")
    s.event("{h.n} used {tool.a} and got {t.the}")
    s.fact("what", ["What did {h.n} use to get {t.the}?"], ["{h.n} used {tool.a}."], "{tool.a}")


def helped(s, helpers):
    name, pronoun, deed = s.pick(helpers)
    if name in (s.cast["h"].kind, s.cast["f"].kind):
        name, pronoun, deed = next(entry for entry in helpers if entry[0] not in (s.cast["h"].kind, s.cast["f"].kind))
    s.cast["w"] = Being("the " + name, name, pronoun)
    s.cast["deed"] = s.plain(deed)
    s.paragraph()
    s.tell("Just then, a {w.kind} came by.", "A {w.kind} had [seen everything|been watching|heard {h.o}].", "[Nearby|Not far away|On the path] {h} [saw|met] a {w.kind}.",
           "\"[What is the matter|Why do you look so {sad}|Can I help you]?\" asked a {w.kind}.", "\"Hello there,\" said a voice. It was a {w.kind}.")
    s.tell("\"Please, can you help me?\" {h} asked. \"My {t} is {spot}.\"", "{h} told {w.o} [everything|about the {t}|what had happened].",
           "\"I cannot reach my {t},\" {h} said. \"It is {spot}.\"", "\"Could you get my {t} for me?\" asked {h}.")
    if s.chance(0.4):
        s.cast["wish"] = s.plain(s.pick(WISHES))
        s.tell("\"I will, if you give me {wish},\" said {w}.", "\"Gladly,\" said {w}, \"but first I would like {wish}.\"",
               "\"What will you give me?\" asked {w}. \"{wish.cap} would be nice.\"")
        s.tell("{h} [laughed and agreed|was glad to do that|nodded at once].", "\"That is fair,\" said {h}, and {w.n} got what {w.he} wanted.",
               "So {w.n} got {wish} from {h.n}.")
        s.fact("what", ["What did {w.n} want from {h.n}?"], ["{w.n} wanted {wish}."], "{wish}")
        s.event("{w.n} asked for {wish}")
    else:
        s.tell("\"[Of course|Gladly|Nothing is easier|Leave it to me],\" said {w}.", "{w} nodded. \"[That is easy for me|I know what to do|Wait here],\" {w.he} said.",
               "\"We must all help each other,\" said {w}.")
    s.cast["wname"] = s.cast["w"].name
    s.tell("Then {w.n} {deed}.", "{w.n} {deed}.", "[In no time|At once|Without a word], {w.n} {deed}.")
    s.tell("\"Thank you[ so much|]!\" [cried|said|called] {h}.", "{h} thanked {w.o} [with all {h.his} heart|again and again|three times].",
           "\"You are [very kind|a true friend|so clever],\" said {h}.")
    s.event("{w.n} helped {h.n} to get {t.the}")
    s.fact("who", ["Who helped {h.n}?", "Who helped {h.n} to get {t.the}?"], ["{w.n} helped {h.n}.", "It was {w.n}."], "{w.n}")
