# SPDX-License-Identifier: Apache-2.0
"""Tells one whole story: a plot, a day, a cast, an opening; the same number always tells the same story."""
import random

import cast
import days
import scenes
from grammar import articles, capital, sentence
from plots import PLOTS
from story import Story


def tell(number, with_facts=False, changes=None):
    """The story of this number. With changes, the cast is changed and the rest happens as it must."""
    source = random.Random(number)
    story = Story(source.random, with_facts, random.Random(number + 2).random if with_facts else None)
    plot = story.pick(PLOTS)
    story.plot = plot.tell.__name__
    days.draw(story, plot)
    cast.make(story, changes or {}, plot)
    source.seed(number + 1)  # so that a change of the cast leaves the plot as it was
    scenes.opening(story)
    if story.chance(0.3):
        scenes.weather(story)
    plot.tell(story)
    season = story.cast["season"]
    if with_facts and season in story.text():
        story.fact(["What season was it?", "In which season does the story happen?"], ["It was {season}.", "It happened in {season}."], "{season}")
    return story


def summary(story):
    """The events alone, in order: the story made short."""
    events = story.events
    if len(events) > 5:
        middle = len(events) // 2
        events = [events[0], events[1], events[middle], events[-2], events[-1]]
    links = ("", "", "Then ", "After that, ", "In the end, ")
    told = [_with_pronoun(story, event) if at and _is_of_hero(story, events[at - 1]) else event for at, event in enumerate(events)]
    return " ".join(sentence(link + event + ".") for link, event in zip(links, told))


def _is_of_hero(story, event):
    name = story.cast["h"].name
    return event.startswith(name + " ") and not event.startswith(name + " and ")


def _with_pronoun(story, event):
    """The hero's name is not said twice in a row."""
    hero = story.cast["h"]
    return hero.forms["he"] + event[len(hero.name):] if _is_of_hero(story, event) else event


def brief(story):
    """A very short story: who it was, and the events."""
    hero = story.cast["h"]
    first, _, rest = summary(story).partition(". ")
    return articles(f"Once there was a {hero.kind} called {hero.name}. ") + capital(_with_pronoun(story, first)) + ". " + rest
