# SPDX-License-Identifier: Apache-2.0
"""Something is learned: a first failure, good advice, practice."""
import ends
import moods
import scenes

# to do it, doing it, what went wrong, advice, seasons, who need not learn it
SKILLS = (("swim", "swimming", "sank like a stone", "keep calm and kick with your legs", "summer", "swim fly"), ("whistle", "whistling",
          "only blew air", "make your lips small and round", "", "fly"),
          ("skate", "skating", "fell on {h.his} bottom", "bend your knees and look ahead", "winter", ""), ("climb trees", "climbing trees",
          "got stuck on the first branch", "look for the next hold before you move", "", "climb fly"),
          ("row a boat", "rowing", "went round in circles", "pull both oars together", "spring summer", "swim"), ("bake bread", "baking",
          "burned the loaf", "look into the oven often", "", ""),
          ("play the flute", "playing the flute", "made a terrible squeak", "blow gently, as if you cooled your soup", "", ""), ("read", "reading",
          "mixed up all the letters", "take one letter after the other", "", ""),
          ("jump over the brook", "jumping", "landed in the water", "take a long run first", "summer", "swim fly"), ("tie a knot", "tying knots",
          "tied everything but the rope", "make the loop first", "", ""),
          ("dance", "dancing", "stepped on every foot", "listen to the drum", "", ""), ("juggle", "juggling", "dropped all three balls",
          "begin with only one ball", "", ""),
          ("walk on stilts", "walking on stilts", "fell into the hedge", "take small steps", "", "fly"), ("paint", "painting",
          "spilled all the blue paint", "take only a little paint on the brush", "", ""),
          ("ride a bicycle", "riding the bicycle", "rode straight into a haystack", "look at the road and not at the wheel", "spring summer autumn",
          "fly"), ("fish", "fishing", "caught only an old boot", "sit still and wait", "spring summer autumn", "swim"),
          ("write", "writing", "made more spots than letters", "hold the pen as if it were a bird", "", ""), ("knit", "knitting",
          "dropped every second stitch", "do not pull so hard", "", ""),
          ("fly a kite", "flying kites", "pulled the kite along the ground", "run against the wind", "spring autumn", "fly"))
SPANS = ("a week", "three days", "ten days", "a whole month", "five days", "two weeks", "eight days", "three weeks", "six days")


def learned(s):
    cast = s.cast
    can = cast["h"].can
    skill, doing, failure, advice, _, _ = s.pick([entry for entry in SKILLS
        if (not entry[4] or cast["season"] in entry[4]) and not can & set(entry[5].split())])
    cast.update(skill=skill, doing=doing, advice=advice, failure=s.plain(failure))
    cast["x"] = s.pick((cast["e"], cast["f"]))
    scenes.meet_friend(s)
    s.title = "how {h.n} learned to {skill}"
    s.tell("{time.cap}, {h} saw how well {f.n} could {skill}. \"I want to do that too,\" {h.n} said.",
           "{h} wanted to learn to {skill}, but {h.he} was [afraid of looking silly|not sure how].", "All the others could {skill}. Only {h.n} could not.",
           "\"Can you {skill}?\" {f.n} asked {time}. {h.n} shook {h.his} head. \"[Not yet|No|Not at all|Only in my dreams].\"",
           "{time.cap}, {h} made up {h.his} mind to learn to {skill}.")
    s.event("{h.n} wanted to learn to {skill}")
    s.fact(["What did {h.n} want to learn?"], ["{h.n} wanted to learn to {skill}."], "{skill}")
    s.tell("{h} tried, but {h.he} {failure}.", "The first time, {h} {failure}.", "{h} took a deep breath, began, and {failure}.",
           "It looked easy, but when {h.n} tried it, {h.he} {failure}.")
    s.event("{h.n} tried and {failure}")
    s.fact(["What happened when {h.n} tried for the first time?"], ["{h.n} {failure}."], "{failure}")
    s.maybe(0.7, "[Two crows|The hens|Some boys|The geese|The sparrows] laughed.", "{h.ns} ears grew hot.", "\"I shall never learn it!\" {h} cried.",
            "{h} tried again, and it went [wrong again|no better].", "\"That was not very good,\" said {h}, and {h.he} was right.")
    if s.chance(0.4):
        moods.worry(s)
    s.paragraph()
    s.tell("\"I will tell you a secret,\" said {x.n}. \"{advice.cap}.\"", "{x.n} had been watching. \"{advice.cap},\" {x.he} said.",
           "\"Don't give up,\" said {x.n}. \"{advice.cap}.\"", "\"How do you do it?\" {h} asked {x.n}. \"It is simple: {advice}.\"",
           "\"I could not do it either at first,\" said {x.n}. \"{advice.cap}.\"")
    s.event("{x.n} gave {h.n} good advice")
    s.fact(["Who gave {h.n} advice?"], ["It was {x.n}.", "{x.n} gave {h.n} advice."], "{x.n}")
    s.fact(["What did {x.n} tell {h.n}?"], ["{x.n} said, \"{advice.cap}.\""], "{x.n}")
    cast["span"] = s.pick(SPANS)
    s.tell("{h} practised for {span}.", "For {span}, {h} tried it every [morning|evening|day].",
           "{h} kept trying, and after {span}, it was [a little|much] better.", "{h} tried again the next day, and the day after, for {span}.")
    if s.chance(0.4):
        moods.weariness(s)
    s.tell("And then one day, it worked!", "Then it happened: {h} could {skill}!", "\"I can do it!\" {h} shouted. \"I can {skill}!\"",
           "And one day, {h} did it as if {h.he} had always done it.")
    s.event("{h.n} learned to {skill} after {span}")
    s.fact(["How long did it take {h.n} to learn it?"], ["It took {span}."], "{span}")
    s.tell("{f.n} [clapped|cheered] so loudly that the birds flew up.", "\"Well done!\" said {x.n}.",
           "From then on, {doing} was what {h.n} liked best.", "{x.n} was even prouder than {h.n}.",
           "\"{x.n}, look!\" called {h.n}. {x.n} looked and laughed for joy.")
    ends.happy(s, "one must fall before one can fly", "practice makes hard things easy", "nobody can do everything at once", "every master was a beginner once")
