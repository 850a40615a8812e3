# SPDX-License-Identifier: Apache-2.0
"""A strange noise: guesses, a clue, and a simple cause."""
import ends
import scenes

NOISES = (("a knocking", "a woodpecker who was building a house", ""), ("a soft singing", "the wind in an empty bottle", ""), ("a rattling",
          "a hedgehog with his head in a tin", "hedgehog"), ("a scratching", "a mole under the floor", "mole"), ("a low humming",
          "a swarm of bees in a hollow tree", "winter"),
          ("a faint ringing", "a lost sheep with a bell", ""), ("a splashing", "a young otter who was learning to dive", "otter winter"),
          ("a deep snoring", "an old badger asleep in a barrel", "badger"), ("a tapping", "a chick that was coming out of its egg", "winter"),
          ("a whistling", "a kettle somebody had forgotten", ""),
          ("a rustling", "a squirrel looking for last year's nuts", "squirrel"), ("a squeaking", "a gate that needed oil", ""), ("a ticking",
          "an old clock in a box", ""), ("a crying", "a kitten that had climbed too high", "kitten"), ("a banging", "a window shutter in the wind", ""))
CLUES = ("footprints in the mud", "a white feather", "a trail of crumbs", "a bitten apple", "a bit of wool on a thorn", "nutshells", "a wet leaf",
         "a scratch on the door", "a line of sand", "drops of water", "a lost button", "some bits of straw", "a long grey hair")
GUESSES = ("a ghost", "a robber", "a lion", "a king in a cloak", "a dwarf", "a witch", "a giant", "a dragon with a cold", "a pirate", "a goblin")
GUESSES2 = ("the wind", "a big bird", "somebody's grandfather", "a train", "a whale", "a cow", "a very large mouse", "a clock", "an old machine",
            "a bear with a toothache")


def mystery(s):
    cast = s.cast
    cast["noise"], cast["source"], _ = s.pick([entry for entry in NOISES
         if cast["h"].kind not in entry[2] and cast["f"].kind not in entry[2] and cast["season"] not in entry[2]])
    cast["clue"] = s.pick([clue for clue in CLUES if not ("winter" in s.day and "mud" in clue)])
    cast["guess"], cast["guess2"] = s.pick(GUESSES), s.pick(GUESSES2)
    scenes.meet_friend(s)
    s.title = "the strange noise"
    s.tell("{time.cap}, {h} heard {noise}. It came from the {p}.", "{time.cap}, there was {noise} that nobody knew. It came from the {p}.",
           "\"Do you hear that?\" {h.n} asked {f.n} {time}. There was {noise}.", "{time.cap}, {h.n} and {f.n} stood still. {both} had heard {noise}.")
    s.event("{h.n} heard {noise}")
    s.fact(["What did {h.n} hear?"], ["{h.n} heard {noise}."], "{noise}")
    s.tell("\"It is {guess},\" said {f.n}. \"Or {guess2},\" said {h.n}.", "{f.n} thought it was {guess}. {h.n} thought of {guess2}.",
           "\"Maybe it is {guess}!\" whispered {f.n}.", "\"That can only be {guess},\" said {f.n}, and {f.his} eyes were big.")
    s.fact(["What did {f.n} think it was?"], ["{f.n} thought that it was {guess}."], "{guess}")
    s.tell("\"Let us find out,\" said {h.n}.", "{both} [held on to each other|took {t.a} with them] and went to find out.",
           "{h.n} was too curious to stay at home.", "\"I want to know,\" said {h.n}. \"I don't,\" said {f.n}, but {f.he} came along.")
    scenes.walk_together(s, "p")
    s.tell("On the ground they found {clue}.", "\"Here is something,\" said {f.n}. It was {clue}.", "{h.n} bent down and found {clue}.",
           "The first clue was {clue}.")
    s.event("{h.n} and {f.n} found {clue}")
    s.fact(["What clue did they find?", "What did they find {p.in}?"], ["{both} found {clue}."], "{clue}")
    s.paragraph()
    s.tell("{both} [crept|tiptoed|went] nearer. The noise grew louder[ and louder|].", "\"Ssh!\" said {h.n}. {both} listened. It was very near now.",
           "{f.n} wanted to [run|go home], but {h.n} went on.", "{f.n} held on to {h.n}. One more step, and one more.")
    s.tell("And then they saw it: {source}!", "Behind [a wall|a bush|some boxes] was {source}.",
           "{h.n} looked round the corner and laughed. It was {source}.", "{h.n} counted to three and looked. There was {source}.")
    s.event("{h.n} and {f.n} saw that it was {source}")
    s.fact(["What made the noise?", "Where did the noise come from?"], ["It was {source}."], "{source}")
    s.tell("\"And I thought it was {guess}!\" said {f.n}.", "\"So much for {guess},\" said {h.n}.",
           "{both} looked at each other and laughed until their sides hurt.", "\"Good day, {guess},\" said {h.n}, and {f.n} had to laugh.")
    s.tell("{both} told {e.n} about it, and {e.he} laughed as well.", "{h.n} and {f.n} stayed [a while|a little] and went home.",
           "{f.n} was {glad} that it was only that.", "\"We are real detectives,\" said {f.n} proudly.")
    s.event("{h.n} and {f.n} told everyone at home")
    ends.happy(s, "it is better to look than to guess", "most strange things have a simple cause", "a clue is worth more than a guess")
