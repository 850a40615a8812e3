# SPDX-License-Identifier: Apache-2.0
"""Everything is eaten alone, and it does not do one good; it is made good."""
import ends
import scenes

SWEETS = (("a jar of honey", "honey"), ("a plate of pancakes", "pancakes"), ("a big cream cake", "cake"), ("a bowl of cherries", "cherries"),
          ("a pot of plum jam", "jam"), ("a tray of cookies", "cookies"), ("a basket of strawberries", "strawberries"), ("a pan of sweet rice",
          "rice"), ("a bag of nuts and raisins", "nuts"))


def greedy(s):
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
