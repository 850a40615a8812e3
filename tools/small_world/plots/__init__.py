# SPDX-License-Identifier: Apache-2.0
"""All plots, each in a file of its own, with the days on which they can happen. A plot that is named twice has twice as many variants."""
from days import plot
from plots.afraid import afraid
from plots.band import band
from plots.beacon import beacon
from plots.boasted import boasted
from plots.bridge import bridge
from plots.broken import broken
from plots.comfort import comfort
from plots.contest import contest
from plots.egg import egg
from plots.gift import gift
from plots.greedy import greedy
from plots.grown import grown
from plots.hidden import hidden
from plots.honest import honest
from plots.kite import kite
from plots.learned import learned
from plots.lost import lost
from plots.made import made
from plots.medicine import medicine
from plots.message import message
from plots.misunderstood import misunderstood
from plots.moon import moon
from plots.mystery import mystery
from plots.newcomer import newcomer
from plots.pulled import pulled
from plots.quarrel import quarrel
from plots.race import race
from plots.secret import secret
from plots.singer import singer
from plots.sleepless import sleepless
from plots.small import small
from plots.snowman import snowman
from plots.soup import soup
from plots.stall import stall
from plots.star import star
from plots.storm import storm
from plots.strayed import strayed
from plots.traded import traded
from plots.umbrella import umbrella
from plots.warned import warned

PLOTS = (plot(lost), plot(lost), plot(broken, weathers="sunny windy cloudy rainy frosty foggy"), plot(quarrel), plot(honest), plot(traded),
         plot(gift), plot(made), plot(grown, "spring", parts="morning day afternoon"), plot(bridge, "spring summer autumn"),
         plot(soup, "summer autumn winter", parts="day morning afternoon"), plot(contest), plot(comfort), plot(learned), plot(learned),
         plot(warned), plot(message), plot(egg, "spring summer"), plot(medicine, weathers="sunny windy cloudy frosty rainy snowy foggy"),
         plot(secret), plot(misunderstood), plot(newcomer), plot(hidden, parts="afternoon day morning"), plot(boasted),
         plot(band, parts="morning day afternoon"), plot(strayed), plot(race), plot(race), plot(singer),
         plot(pulled, weathers="sunny windy cloudy frosty snowy"), plot(stall), plot(small, cast="child"), plot(greedy), plot(storm),
         plot(kite, "spring autumn", "windy"), plot(snowman, "winter", "snowy frosty"), plot(umbrella, "spring summer autumn", "rainy"),
         plot(beacon, "autumn winter", "foggy snowy", "evening afternoon"), plot(afraid, parts="evening evening afternoon"), plot(mystery),
         plot(sleepless, weathers="sunny windy cloudy frosty", parts="evening"), plot(moon, "spring summer autumn", "sunny", "evening"),
         plot(star, "spring summer autumn", "sunny", "evening"))
