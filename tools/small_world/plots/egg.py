# SPDX-License-Identifier: Apache-2.0
"""An egg without a nest: it is kept warm, something comes out, and its mother is found."""
import ends
import scenes

EGGS = (("a duckling", "swim", "a duck"), ("a chick", "scratch in the sand", "a hen"), ("a gosling", "eat grass", "a goose"), ("a small turtle",
        "crawl", "a turtle"), ("a young robin", "open its beak wide", "a robin"), ("a little owl", "blink", "an owl"))


def egg(s):
    cast = s.cast
    cast["young"], cast["act"], cast["mum"] = s.pick([entry for entry in EGGS if entry[2].split()[1] not in (cast["h"].kind, cast["f"].kind)])
    cast["mother"] = "the " + cast["mum"].split()[1]
    cast["baby"] = "the " + cast["young"].split(" ", 1)[1].replace("young ", "little ").replace("small ", "little ")
    cast["look"] = s.pick(("white", "blue", "spotted", "green", "brown", "grey"))
    cast["warm"] = s.pick(("in an old cap full of wool", "in a basket by the stove", "in a nest of soft hay", "under a feather cushion",
         "in a warm sock", "between two pillows"))
    scenes.meet_friend(s)
    s.title = "the egg"
    s.tell("{time.cap}, {h} found a {look} egg {p.in}.", "{time.cap}, something round lay {p.in}. It was a {look} egg!",
           "{time.cap}, {h} nearly stepped on a {look} egg {p.in}.")
    s.event("{h.n} found a {look} egg {p.in}")
    s.fact(["What did {h.n} find?"], ["{h.n} found a {look} egg."], "{look}")
    s.fact(["Where did {h.n} find the egg?"], ["{h.n} found it {p.in}."], "{p.in}")
    s.tell("There was no nest far and wide, and the egg was [cold|nearly cold].",
           "\"Where is your mother?\" {h} asked, but there was no nest to be seen.", "{h} looked for the nest, but there was none.")
    s.tell("\"Leave it there,\" said {f.n}. \"No,\" said {h.n}. \"It will get too cold[, {f.n}|].\"",
           "\"It needs to be warm,\" said {f.n}. {h.n} put it under {h.his} coat.", "{h} took it home [very carefully|step by step] in {h.his} {h.hands}.")
    s.paragraph()
    s.tell("At home, {h} laid the egg {warm}.", "{h} made a bed for it {warm}.", "\"An egg likes it warm,\" said {e.n}. So {h} put it {warm}.")
    s.event("{h.n} put the egg {warm}")
    s.fact(["Where did {h.n} put the egg?"], ["{h.n} put it {warm}."], "{warm}")
    s.tell("{h} turned it every morning and every evening, as {e.n} had said.", "{h} told it stories and hardly left the house.",
           "\"Is there really somebody inside?\" asked {f.n}. {h.n} held the egg to {h.his} ear and heard [nothing|only {h.his} own heart].",
           "One day passed, and two, and three, and {h} [waited|sat by it|kept it warm].")
    s.tell("Then, one night, {h} heard a [tick, tick, crack|tap, tap, crack|soft crack].",
           "On the [third|fifth|sixth|tenth] day, the {look} egg began to [rock|shake|move].",
           "Suddenly {h.n} heard a tiny tap, and the {look} shell had a crack.",
           "\"Come quickly, [{f.n}|{e.n}]!\" called {h}, for the {look} shell was breaking.")
    s.tell("Out came {young}, [wet and tired|with big eyes].", "{h.n} held {h.his} breath, for out came {young}[, all wet|, blinking|]!",
           "The shell fell apart, and there sat {young}, [no bigger than a plum|very small and tired|and looked at {h.n}].")
    s.event("{young} came out of the egg")
    s.fact(["What came out of the egg?"], ["{young.cap} came out of it."], "{young}")
    s.tell("{baby.cap} followed {h.o} everywhere.", "\"Peep, peep!\" said {baby} and looked at {h.n} as if {h.he} were its mother.",
           "{h} loved {baby} at once, and it began to {act} on the very first day.")
    s.paragraph()
    s.tell("\"It needs its own kind,\" said {e.n} one day.", "But {h} saw that {baby} was often sad.",
           "\"It cannot learn everything from you,\" said {f.n}.", "\"I cannot teach it to be {mum},\" {h} told {f.n}.")
    s.tell("{h.n} and {f.n} took it {q.to}. There was {mum}, who [was looking for something|called and called|did not eat|looked into every bush].",
           "Together they looked for {mum}, and they found one {q.near}.", "They carried it {q.to}, where they had seen {mum}.")
    s.tell("When {mother} heard the peeping, she came running and [thanked {h.n}|looked at it from all sides|could not believe it].",
           "{mother.cap} looked at {baby}, and {baby} looked at {h.n}. Then it ran [to its mother|to {mother} as fast as it could|across the grass to its mother].",
           "\"There you are!\" said {mother}. \"I looked for you [everywhere|by day and by night|in every bush|near the {p}], little one.\" And {h.n} was {glad} for {baby}.")
    s.event("{h.n} and {f.n} brought it to {mother}")
    s.fact(["To whom did {h.n} bring it in the end?"], ["{h.n} brought it to {mother}."], "{mother}")
    s.tell("It was hard for {h.n} to say goodbye, but {h.he} was {glad}, too.",
           "\"May I visit it?\" asked {h.n}. \"[Every day|Whenever you like|As often as you can],\" said {mother}.",
           "{h} waved for a long time, and a small voice said \"Peep!\"", "\"You kept it warm,\" {mother} said to {h.n}. \"Thank you.\"")
    ends.happy(s, "to love means to let go, too", "small ones need a warm place", "everyone needs a family")
