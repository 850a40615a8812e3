# SPDX-License-Identifier: Apache-2.0
"""Tells one whole story: a cast, an opening, a plot; the same number always tells the same story."""
import random

import cast
import plots_of_deeds
import plots_of_things
import scenes
from grammar import sentence
from story import Story

PLOTS = plots_of_things.PLOTS + plots_of_deeds.PLOTS


def tell(number, with_facts=False, changes=None):
    """The story of this number. With changes, the cast is changed and the rest happens as it must."""
    source = random.Random(number)
    story = Story(source.random, with_facts, random.Random(number + 2).random if with_facts else None)
    cast.make(story, changes or {})
    source.seed(number + 1)  # so that a change of the cast leaves the plot as it was
    plot = story.pick(PLOTS)
    scenes.opening(story)
    plot(story)
    return story


def summary(story):
    """The events alone, in order: the story made short."""
    events = story.events
    if len(events) > 5:
        middle = len(events) // 2
        events = [events[0], events[1], events[middle], events[-2], events[-1]]
    links = ("", "", "Then ", "After that, ", "In the end, ")
    return " ".join(sentence(link + event + ".") for link, event in zip(links, events))
