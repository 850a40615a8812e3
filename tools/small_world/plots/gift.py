# SPDX-License-Identifier: Apache-2.0
"""A present without money: it is made by hand."""
import cast as casting
import ends
import scenes

GIFTS = ("a crown of daisies", "a painted stone", "a boat of bark", "a pillow full of clover", "a picture of the whole family",
         "a necklace of red berries", "a song with four verses", "a bird house", "a honey cake", "a warm scarf", "a small wooden horse",
         "a chain of paper stars", "a jar of plum jam", "a walking stick", "a lamp of coloured paper", "a little book of riddles",
         "a whistle of willow wood", "a pair of warm socks", "a basket of willow", "a calendar with twelve pictures")
SHOP = ("a silver ring", "a big drum", "a red coat", "a music box", "a china cup", "a golden bell", "a silk shawl", "a fine pipe",
        "a clock with a cuckoo", "a feather bed", "a brass lamp", "a velvet hat")


def gift(s):
    cast = s.cast
    cast["g"] = s.pick((cast["f"], cast["e"]))
    if cast["g"] is cast["f"]:
        scenes.meet_friend(s)
    cast["made"], cast["shop"] = s.pick(GIFTS), s.pick(SHOP)
    s.title = "a present for {g.n}"
    s.tell("{time.cap}, {h} remembered that it was [almost|nearly] {g.ns} birthday.", "\"Tomorrow is {g.ns} birthday,\" {h} [thought|said] {time}.",
           "It was {g.ns} birthday soon, and {h} wanted to give {g.him} something [nice|special|very nice].",
           "{time.cap}, {h} counted the days. It was only [two|three|four] days to {g.ns} birthday.")
    s.event("{h.n} wanted to give {g.n} a present")
    s.fact(["Whose birthday was it?", "Whose present was it?"], ["It was {g.ns} birthday.", "It was for {g.n}, who had a birthday."], "{g.n}")
    cast["where"] = casting.named_place("market")
    s.tell("At the market {h} saw {shop}, but [it cost too much|{h.he} had no money|{h.he} had only one penny].",
           "{h} wanted to buy {shop}, but {h.he} had [no money|only two coins].", "There was {shop} in the shop window. But {h.ns} purse was empty.",
           "\"How much is that?\" {h} asked in the shop and pointed at {shop}. It was far too much for {h.n}.")
    s.fact(["Why did {h.n} not buy {shop}?"], ["Because {h.n} did not have enough money."], "")
    s.event("{h.n} did not have enough money for {shop}")
    s.tell("{h} was {sad} and went for a walk {p.near}.", "\"What can I do without money?\" {h} thought, and {h.he} sat down {p.in}.",
           "{h} went for a walk {p.near} to think.", "{h} walked home the long way, past the {p}, and thought.")
    s.paragraph()
    s.tell("Then {h} had an idea. \"I can make {made} [myself|with my own {h.hands}]!\"", "\"I know!\" {h} cried. \"I will make {made}!\"",
           "\"A present need not be bought,\" {h} thought. \"I will make one.\"", "\"What would {g.n} like best?\" {h} asked {h.himself}. Then {h.he} knew it.")
    s.tell("{h} worked [all day|until it was dark|for many hours] and made {made}.",
           "[Slowly and carefully|With much care|Step by step], {h} made {made}.",
           "It was not easy to make {made}. Twice {h.n} had to begin again, but in the end it was done.",
           "{h} shut the door so that nobody could see it, and {h.he} made {made}.")
    s.event("{h.n} made {made}")
    s.fact(["What did {h.n} make?", "What did {h.n} give to {g.n}?"], ["{h.n} made {made}.", "It was {made}."], "{made}")
    s.maybe(0.6, "\"What if {g.he} does not like it?\" {h} thought in the night.", "{h} wrapped it in [green leaves|brown paper|a clean cloth].",
            "{h} tied a {t.look} ribbon round it.", "Was it good enough for {g.n}? {h.n} looked at it from all sides.")
    s.paragraph()
    s.tell("On the birthday, {h} gave it to {g.n}. \"I made it for you,\" {h.he} said.",
           "When the day came, {h} went to {g.n} and held out the present.", "\"Happy birthday, {g.n}!\" {h} [said|called|cried].",
           "The great day came. {h.n} [hid the present behind {h.his} back|knocked at the door] and sang a birthday song.")
    s.tell("{g.ns} eyes shone. \"It is the [best|loveliest|finest] present of all,\" {g.he} said.",
           "{g.n} laughed for joy. \"Nobody else has one like it,\" {g.he} said.", "\"You made this for me?\" asked {g.n} and hugged {h.him}.",
           "{g.n} [was so happy that {g.he} could not speak|looked at it for a long time]. \"I will keep it for ever,\" {g.he} said then."
           if "cake" not in cast["made"] and "jam" not in cast["made"] and "song" not in cast["made"]
           else "{g.n} beamed. \"How did you know that I love this?\" {g.he} asked.")
    s.event("{g.n} was very happy with the present")
    s.fact(["Did {g.n} like the present?"], ["Yes, {g.n} was very happy with it."], "")
    ends.happy(s, "what is made with love needs no money", "the best presents come from the heart", "giving is as good as getting")
