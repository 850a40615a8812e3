# SPDX-License-Identifier: Apache-2.0
"""What stands between a thing and the one who wants it: where it lies, what is tried in vain, who or what can help.

Every obstacle has spots, tries that fail for a reason, helpers whose gift fits, and tools with which it can be done alone."""
import moods
from story import Being, Thing

# sort: (spots, (try, why it failed), helpers (name, pronoun, deed), tools (tool, where it is, deed))
OBSTACLES = {
    "high": (("at the top of a tall oak tree", "on the roof of a shed", "on top of a lamp post", "on top of an old wall",
              "high up in a birch tree", "on a chimney", "on the roof of the hen house", "on the arm of a tall scarecrow"),
             (("jumped as high as {h.he} could", "it was much too high"), ("stood on {h.his} toes", "it was still too far up"),
              ("shook and pushed", "it did not fall down"), ("threw a pine cone at it", "it did not move"),
              ("tried to climb up", "{h.he} slid down again"), ("piled up some stones and stood on them", "the stones rolled away"),
              ("called to the wind to blow it down", "the wind did not listen")),
             (("squirrel", "he", "ran up and dropped it at {h.ns} feet"), ("crow", "she", "flew up and carried it down in her beak"),
              ("cat", "she", "climbed up and pushed it down with her paw"), ("painter", "he", "put up his ladder and fetched it"),
              ("tall farmer", "he", "reached up with his long arms and got it"), ("pigeon", "she", "flew up and brought it down"),
              ("magpie", "he", "picked it up with his beak and let it drop"), ("lamplighter", "she", "climbed up with her short ladder and got it"),
              ("roofer", "he", "walked along the roof and brought it down")),
             (("ladder", "behind the barn", "leaned it up, climbed to the top and took {t.the}"),
              ("long stick", "under the hedge", "pushed {t.the} until it fell down"), ("long pole", "beside the fence", "lifted {t.the} down"),
              ("rope", "in the shed", "threw one end over it and pulled {t.the} down"), ("wooden box", "by the wall", "stood on it and reached {t.the}"))),
    "water": (("in the middle of a small pond", "on a stone in a brook", "on a leaf far out on the water", "at the bottom of a clear brook",
    "on a tiny island", "in the reeds, far from the bank"),
              (("reached out as far as {h.he} could", "it was too far away"), ("put one foot into the water", "it was too cold and too deep"),
               ("made waves with a branch", "it only floated away a little more"), ("waited for the wind to bring it back", "the wind did not blow"),
               ("threw a stone behind it", "the waves did not bring it nearer")),
              (("duck", "she", "swam out and pushed it to the bank"), ("otter", "he", "dived in and came back with it"),
               ("frog", "he", "hopped from leaf to leaf and brought it back"), ("fisherman", "he", "rowed out in his boat and fetched it"),
               ("swan", "she", "carried it back on her white wings"), ("water rat", "he", "swam out and came back with it in his teeth"),
               ("ferrywoman", "she", "took her boat and picked it up"), ("heron", "he", "walked through the water on his long legs and got it")),
              (("net", "on the old boat", "fished {t.the} out of the water"), ("long branch", "under a willow", "pulled {t.the} slowly to the bank"),
               ("washtub", "beside the well", "sat in it, paddled out and picked up {t.the}"), ("fishing rod", "behind the boat house",
               "caught {t.the} at the third try"))),
    "tight": (("in a crack between two rocks", "deep inside a hollow log", "under the floor of a shed", "behind a heavy gate",
               "at the end of a narrow tunnel", "in a hole in a wall", "between two big barrels"),
              (("reached in", "it was too far inside"), ("tried to squeeze through", "{h.he} got stuck and had to wriggle out"),
               ("knocked and shook", "nothing came out"), ("pushed and pulled", "the gap did not get any wider"), ("poked at it with a twig",
               "it only slid in deeper")),
              (("mouse", "she", "slipped in and pulled it out"), ("weasel", "he", "crept inside and brought it out"),
               ("lizard", "she", "ran into the gap and pushed it out"), ("mole", "he", "dug until the gap was wide enough"),
               ("wren", "she", "hopped in and came out with it"), ("locksmith", "he", "reached in with his longest hook and got it")),
              (("hook", "on a nail in the barn", "pulled {t.the} out with it"), ("piece of string", "on a fence post",
                "tied a loop and pulled {t.the} out"), ("spade", "beside the compost heap", "dug until {t.the} was free"), ("bent wire",
                "on the ground", "hooked {t.the} and pulled it out"))),
    "dark": (("in a dark cellar", "far inside a cave", "in the corner of a dark shed", "in an old tunnel", "somewhere in a dark attic"),
             (("took two steps inside", "{h.he} could not see {h.his} own feet"), ("felt along the wall", "{h.he} only found dust"),
              ("closed {h.his} eyes and listened", "everything was still"), ("waited for the sun to shine in", "it stayed as dark as before"),
              ("ran in and out again", "it was too dark to see anything")),
             (("owl", "she", "saw well in the dark and found it at once"), ("bat", "he", "flew inside and told {h.him} where to go"),
              ("firefly", "he", "lit the way until they found it"), ("night watchman", "he", "came with his lamp and found it"),
              ("glow-worm", "she", "shone so brightly that they found it"), ("cat", "she", "looked about with her green eyes and carried it out")),
             (("candle", "on the kitchen table", "held it high and saw {t.the} at once"), ("lamp", "in the hall", "walked in and found {t.the}"),
              ("torch", "in a drawer", "let the light fall on {t.the}"))),
    "thorns": (("in the middle of a thorn bush", "inside a tangle of brambles", "behind a wall of nettles", "under a rose hedge"),
               (("reached between the thorns", "they pricked {h.him}"), ("shook the branches", "it stayed where it was"),
                ("went all the way round", "there was no gap"), ("crept in on {h.his} tummy", "the thorns held {h.him} back")),
               (("goat", "he", "ate a path right through"), ("hedgehog", "she", "walked in without minding the thorns"),
                ("gardener", "she", "cut the branches with her shears"), ("donkey", "he", "trod down the branches"),
                ("tortoise", "he", "pushed through in his hard shell"), ("blackbird", "she", "knew the way between the thorns and brought it out")),
               (("pair of thick gloves", "in the garden shed", "bent the thorns aside and took {t.the}"),
                ("pair of shears", "beside the greenhouse", "cut a small hole and took {t.the}"), ("broom", "behind the door", "swept {t.the} out"),
                ("rake", "against the fence", "pulled {t.the} out"))),
    "heavy": (("under a heavy log", "behind a big stone", "under a fallen tree", "beneath a great heap of hay", "under an old cart"),
              (("pushed as hard as {h.he} could", "it was far too heavy"), ("pulled and pulled", "nothing moved at all"),
               ("counted to three and lifted", "it did not move an inch"), ("leaned against it with {h.his} whole weight", "{h.he} only slipped"),
               ("dug a little with a stick", "the ground was too hard")),
              (("ox", "he", "pushed it aside with his strong head"), ("bear", "she", "lifted it with one paw"),
               ("horse", "he", "pulled it away with a rope"), ("woodcutter", "he", "rolled it away with his strong arms"),
               ("blacksmith", "she", "lifted it as if it were a cushion"), ("bull", "he", "moved it with one push")),
              (("strong pole", "beside the fence", "used it to lift the weight and took {t.the}"),
               ("iron bar", "beside the barn door", "lifted the weight a little and pulled out {t.the}"), ("long plank", "behind the stable",
               "pushed the weight up with it and got {t.the}"))),
    "guarded": (("right beside a sleeping dog", "in front of a cross goose", "under the feet of a grumpy goat", "in a yard with an angry rooster",
    "next to a ram with big horns"),
                (("tiptoed closer", "a twig cracked and {h.he} had to run"), ("said \"please\" from far away", "nobody answered"),
                 ("waited behind a fence", "the guard did not go away"), ("crept along the wall", "the guard looked up at once")),
                (("milkmaid", "she", "called the guard to its breakfast"), ("sparrow", "he", "sang so well that nobody looked at the {t}"),
                 ("shepherd", "he", "led the guard away to the field"), ("donkey", "she", "told such a funny story that the guard forgot to watch"),
                 ("farm girl", "she", "took the guard by the neck and led it away")),
                (("bowl of oats", "in the stable", "put it down far away, and while the guard was eating {h.he} took {t.the}"),
                 ("bread roll", "in {h.his} bag", "gave it to the guard, who let {h.him} take {t.the}"))),
}
WISHES = ("a song", "a story", "a kind word", "a drink of water", "a flower", "some {supply}", "a slice of bread", "a joke", "a dance",
          "a bit of cheese", "a good riddle", "half of {h.his} {food}", "a big smile", "a rhyme", "a red apple", "a new friend",
          "help with the dishes", "a poem")
GREETED = ("Hello there", "Good day", "Hey", "Well, well", "You there", "Good day to you", "My, my")
ASKED = ("What is the matter", "Why do you look so {sad}", "Can I help you", "What are you doing", "Is something wrong", "Why do you sigh like that")


def possible(s):
    """The obstacles that are obstacles to this hero on this day: a duck need not fear water, nor anybody a frozen pond."""
    can, kind = s.cast["h"].can, s.cast["h"].kind
    no = {"water": "swim" in can or "fly" in can or "winter" in s.day, "high": "fly" in can or "climb" in can, "tight": kind == "mouse", "dark": kind == "owl",
          "thorns": kind in ("hedgehog", "goat"), "heavy": kind == "bear"}
    return [sort for sort in OBSTACLES if not no.get(sort)]


def overcome(s, spot, sort):
    """{t} is seen at the spot; it is tried, helped with and got. Returns nothing: the world has {t} with the hero now."""
    _, tries, helpers, tools = OBSTACLES[sort]
    cast = s.cast
    cast["spot"] = spot
    deed, reason = s.pick(tries)
    cast["attempt"], cast["reason"] = s.plain(deed), s.plain(reason)
    s.tell("{h} {attempt}, but {reason}.", "First {h} {attempt}, but {reason}.", "{h} {attempt}. It was no use: {reason}.",
           "{h} {attempt} and hoped for the best, but {reason}.", "\"I can do it[ alone|],\" {h} [said|thought] and {attempt}, but {reason}.",
           "{h} [did not wait long|wanted to try at once]. {h.he} {attempt}, but {reason}.")
    s.event("{h.n} could not get {t.the} because {reason}")
    s.fact(["Why could {h.n} not get {t.the} at first?"], ["Because {reason}.", "{h.n} could not get it because {reason}."], "{reason}")
    if s.chance(0.4):
        second(s, deed, tries)
    elif s.chance(0.5):
        moods.worry(s)
    if s.chance(0.35):
        alone(s, tools)
    else:
        helped(s, helpers)


def second(s, first, tries):
    """Another try, which fails, too."""
    deed, reason = s.pick([entry for entry in tries if entry[0] != first])
    s.cast["attempt"], s.cast["reason"] = s.plain(deed), s.plain(reason)
    s.tell("Then {h.he} {attempt}, but {reason}.", "After that, {h.he} {attempt}. That did not help: {reason}.",
           "[Next|So] {h.he} {attempt}. Again it was no use, for {reason}.", "{h.he} tried something else and {attempt}, but {reason}.")


def alone(s, tools):
    tool, where, deed = s.pick(tools)
    s.cast["tool"], s.cast["tool_place"] = Thing(tool), s.plain(where)
    s.cast["deed"] = s.plain(deed)
    s.paragraph()
    if s.chance(0.5):
        moods.thought(s)
    s.tell("Then {h.he} remembered the {tool} {tool_place}.", "Then {h} had an idea. There was {tool.a} {tool_place}!",
           "{h} looked around and [saw|found] {tool.a} {tool_place}.", "{tool.a} lay {tool_place}, and that gave {h.him} an idea.",
           "\"What I need is {tool.a},\" {h} [thought|said], and {h.he} found one {tool_place}.", "\"What about the {tool} {tool_place}?\" {h} [thought|said].")
    s.tell("{h} took it and {deed}.", "With the {tool}, {h.he} {deed}.", "{h} [ran and fetched|carefully took|went to get] the {tool} and {deed}.",
           "That was just right: {h.he} {deed}.")
    s.event("{h.n} used {tool.a} and got {t.the}")
    s.fact(["What did {h.n} use to get {t.the}?"], ["{h.n} used {tool.a}."], "{tool.a}")
    if s.chance(0.4):
        moods.joy(s)


def helped(s, helpers):
    cast = s.cast
    kinds = (cast["h"].kind, cast["f"].kind)
    name, pronoun, deed = s.pick([entry for entry in helpers if entry[0] not in kinds])
    cast["w"] = Being("the " + name, name, pronoun)
    cast["deed"] = s.plain(deed)
    cast["hello"], cast["ask"] = s.pick(GREETED), s.plain(s.pick(ASKED))
    s.paragraph()
    s.tell("Just then, a {w.kind} came by.", "A {w.kind} had [seen everything|been watching|heard {h.o}].",
           "[Nearby|Not far away|On the path|A little later] {h} [saw|met] a {w.kind}.",
           "\"{ask}?\" asked a {w.kind}.", "\"{hello}! {ask}?\" called a {w.kind}[ from far away|, who had stopped|].", "\"{hello},\" said a voice. It was a {w.kind}.",
           "Then a {w.kind} [came along the path|looked round the corner|stopped beside {h.him}]. \"{ask}?\"")
    s.tell("\"Please, can you help me?\" {h.n} asked. \"My {t} is {spot}.\"", "{h} told {w.o} [everything|about the {t}|what had happened].",
           "\"I cannot reach my {t},\" {h} said. \"It is {spot}.\"",
           "\"[Could|Would] you get my {t} for me?\" asked {h}. \"It is {spot}.\"",
           "{h} [pointed|showed {w.him} where the {t} was]. \"I cannot get it alone,\" {h.he} said.")
    if s.chance(0.4):
        bargain(s)
    else:
        s.tell("\"[Of course|Gladly|Nothing is easier|Leave it to me|With pleasure|Why not|Let me see],\" said {w}.",
               "{w} nodded. \"[That is easy for me|I know what to do|Wait here|Don't you worry],\" {w.he} said.",
               "\"We must all help each other,\" said {w}.", "{w} [smiled|did not need to be asked twice|looked at the {t} for a moment].")
    s.tell("Then {w.n} {deed}.", "{w.n} {deed}.", "[In no time|At once|Without a word|A moment later], {w.n} {deed}.",
           "And {w.n} {deed}[, just like that|, as if it were nothing|].")
    s.tell("\"Thank you[ so much| very much|]!\" [cried|said|called] {h}.", "{h} thanked {w.o} [with all {h.his} heart|again and again|three times].",
           "\"You are [very kind|a true friend|so clever],\" said {h}.",
           "\"How can I ever thank you?\" asked {h}. \"[Help somebody else one day|You just did],\" said {w.n}.",
           "{h} was so {glad} that {h.he} [hugged {w.o}|shook with joy|could not speak].")
    s.event("{w.n} helped {h.n} to get {t.the}")
    s.fact(["Who helped {h.n}?", "Who helped {h.n} to get {t.the}?"], ["{w.n} helped {h.n}.", "It was {w.n}."], "{w.n}")


def bargain(s):
    s.cast["wish"] = s.plain(s.pick(WISHES))
    s.tell("\"I will, if you give me {wish},\" said {w}.", "\"Gladly,\" said {w}, \"but first I would like {wish}.\"",
           "\"What will you give me?\" asked {w}. \"{wish.cap} would be nice.\"", "\"For {wish} I will do it,\" said {w}.")
    s.tell("{h} [laughed and agreed|was glad to do that|nodded at once|found that fair].",
           "\"That is fair,\" said {h}, and {w.n} got what {w.he} wanted.", "So {w.n} got {wish} from {h.n}.")
    s.fact(["What did {w.n} want from {h.n}?"], ["{w.n} wanted {wish}."], "{wish}")
    s.event("{w.n} asked for {wish}")
