# SPDX-License-Identifier: Apache-2.0
"""How a story ends: with what was learned, with a feeling, with a picture of the evening."""

SKIES = ("the moon shone on the {p}", "the stars shone over the {q}", "the moon rose over the {q}", "the first stars came out", "the lamp burned low",
         "the wind sang round the house", "an owl called far away", "everything grew quiet {p.in}")
MEALS = ("soup", "pancakes", "dumplings", "an apple pie", "noodles", "potato soup", "warm bread", "porridge with honey", "baked apples",
         "a big pot of stew", "omelettes", "corn cakes")

# Plots that take weeks: no day of theirs was "a good day".
LONG = ("grown", "learned", "egg")
# Plots that happen at home, so that nobody goes home at their end, and plots in which the place p plays no part.
AT_HOME = ("afraid", "gift", "made", "broken", "greedy", "medicine", "grown", "learned", "egg")
PLACELESS = ("afraid", "broken", "greedy", "learned", "grown", "moon", "bridge", "warned", "beacon", "gift")


def happy(s, *lessons):
    """The end: sometimes what was learned, then a feeling or a picture of the evening."""
    cast = s.cast
    taught = bool(lessons) and s.chance(0.45)
    if taught:
        lesson(s, lessons)
    cast["night_sky"], cast["meal"] = s.plain(s.pick(SKIES)), s.pick(MEALS)
    ways = (
        "{tonight.cap}, {h} [fell asleep with a smile|slept well|lay in bed and thought of it all|told {e.n} all about it|was too happy to sleep at once|dreamed of it].",
        "{tonight.cap}, {h} [fell asleep|lay in bed|sat at the window] while {night_sky}.",
        "{h} went home [with a light heart|as {glad} as could be|under the evening sky|while {night_sky}|and told {e.n} everything].",
        "It had been a [good|long|fine|very good|wonderful] day for {h.n}[ after all|].",
        "{e.n} made {meal} [that evening|for supper], and {h} [told the whole story|ate until {h.he} was full|had never been so hungry|had two helpings].",
        "And whenever {h} [came past|thought of|went to] the {p}, {h.he} [smiled|remembered that day|had to laugh].",
        "At supper, {h} [told {e.n} about it from beginning to end|could not stop talking|ate {meal} and smiled].",
        "\"What a day!\" [said|thought] {h}, and {e.n} [laughed|smiled|gave {h.him} a hug|nodded].",
        "People {p.near} still [tell this story|talk about it|smile when they think of it].",
        "{e.n} listened to the whole story and [laughed|nodded|smiled].",
        "Then it was time for bed, and {h} [did not mind|yawned|went without a word].",
        "The next day, {h} [woke up with a smile|was up before the sun|could still smile about it].",
        "And that was the end of [a good day|that day|a long day].",
        "{h} looked up at the sky and [smiled|was {glad}].",
        "Everything was well again, and {h} [hummed a tune|could breathe again|was {glad}].",
        "All was well {p.near}, and {h} was {glad}.",
        "\"Tomorrow is another day,\" said {e.n}, [and {h} fell asleep|and that was true].",
        "{h} never forgot that day.")
    if taught:
        ways = ways[:-1]
    if s.plot in LONG:
        ways = [way for way in ways if " day" not in way]
    if s.plot in AT_HOME:
        ways = [way for way in ways if "went home" not in way]
    if s.plot in PLACELESS:
        ways = [way for way in ways if "whenever" not in way]
    s.maybe(0.7 if taught else 1, *ways)


def lesson(s, lessons):
    s.cast["lesson"] = s.plain(s.pick(lessons))
    s.tell("{h} had learned [something that day: {lesson}|that {lesson}].", "[From that day on|Since then], {h} knew that {lesson}.",
           "\"Now I know,\" {h} [said|thought|told {e.n}], \"that {lesson}.\"", "{e.n} [smiled|nodded] and said, \"You see, {lesson}.\"",
           "{h} never forgot that {lesson}.", "\"{lesson.cap},\" said {e.n}[, and {h.n} knew that it was true|, and {h.n} nodded|].")
