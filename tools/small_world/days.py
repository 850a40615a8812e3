# SPDX-License-Identifier: Apache-2.0
"""When a story happens: season, weather and part of the day, and how one says so. What is told must fit them."""
import collections
import functools

Plot = collections.namedtuple("Plot", "tell seasons weathers parts cast")

YEAR = ("spring", "summer", "autumn", "winter")
WEEK = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
WEATHERS = {"spring": ("sunny", "windy", "cloudy", "rainy"), "summer": ("sunny", "windy", "cloudy", "rainy"),
            "autumn": ("sunny", "windy", "cloudy", "foggy", "rainy"), "winter": ("sunny", "frosty", "cloudy", "snowy")}
LOOKS = {"sunny": ("sunny", "bright", "fine", "clear", "lovely"), "windy": ("windy", "fresh", "stormy"), "cloudy": ("grey", "cloudy", "quiet", "still"),
         "rainy": ("rainy", "wet"), "foggy": ("foggy", "misty"), "frosty": ("cold", "frosty", "icy"), "snowy": ("snowy", "white")}
GROUPS = (frozenset(YEAR), frozenset(LOOKS), frozenset(("morning", "afternoon", "day", "evening")))

REMARKS = {  # of the day; an evening has none
    "sunny": ("The sun [shone|was shining] [brightly|over the roofs|on the fields].", "There was not one cloud in the sky.",
    "The sky was [blue|clear] [from end to end|and high].",
              "Everything [sparkled|shone] in the sunlight.", "The whole world looked [new|washed|bright]."),
    "windy": ("The wind [blew|sang] [round the house|over the fields|in the chimneys].", "The wind [shook|rattled] the [doors|windows|gates].",
    "Clouds [raced|hurried] across the sky.",
              "All the [branches|weather vanes|flags] were moving."),
    "cloudy": ("Grey clouds [hung over the roofs|covered the sky|lay over the hills].", "The sky was [grey|white] and [still|low].",
    "There was no wind at all.", "The sun [was hiding|hid] behind the clouds."),
    "rainy": ("Rain [ran down the windows|drummed on the roof|dripped from the trees].", "It had rained [all night|since breakfast|for hours].",
    "There were puddles [everywhere|on every path]."),
    "foggy": ("Fog [lay over the fields|hid the trees|filled the lane].", "One could see [only a few steps|hardly anything] in the fog.",
    "Everything looked [grey and soft|strange] in the fog."),
    "frosty": ("There was ice on [the puddles|the windows|the water].", "The ground was [hard|white] with frost.",
    "The air was [cold and clear|icy].", "Frost flowers grew on the windows."),
    "snowy": ("Snow [lay on every roof|covered the fields|lay deep on the paths].", "The whole world was [white|white and still].",
    "Snow was falling [softly|in big flakes|without a sound]."),
}
WALKED = {
    "sunny": ("The sun was warm on {h.his} back.", "{h.his} shadow [ran|danced] ahead of {h.him}.", "The [path|road] was dry and [warm|dusty]."),
    "windy": ("The wind [pushed {h.him} along|blew in {h.his} face|pulled at {h.his} scarf].", "Leaves [flew|danced] past {h.his} nose."),
    "cloudy": ("{h.he} met nobody [on the way|on the path|at all].", "[No one|Nobody] else was [on the path|about].", "A [cat|hen|dog] looked after {h.him}."),
    "rainy": ("{h.he} jumped over the puddles.", "Rain dripped [from every leaf|on {h.his} nose].", "Soon {h.his} feet were wet."),
    "foggy": ("{h.he} could see only a few steps ahead.", "The trees looked like [giants|tall men] in the fog."),
    "frosty": ("{h.his} breath made little clouds.", "The [grass|ground] crackled under {h.his} feet."),
    "snowy": ("The snow [crunched|squeaked] at every step.", "{h.he} left a long line of footprints."),
}


def plot(tell, seasons="spring summer autumn winter", weathers="sunny windy cloudy frosty", parts="morning morning afternoon day", cast=""):
    """A plot with the days it can happen on; cast is "animal" or "child" where it must be one of them."""
    return Plot(tell, tuple(seasons.split()), frozenset(weathers.split()), tuple(parts.split()), cast)


def draw(s, plot):
    season = s.pick(plot.seasons)
    weather = s.pick([weather for weather in WEATHERS[season] if weather in plot.weathers])
    part = s.pick(plot.parts)
    s.day = frozenset((season, weather, part))
    s.cast.update(season=season, weather_now=weather, part=part, time=time(s, season, weather, part))
    s.cast["tonight"] = "that night" if part == "evening" else s.pick(("that evening", "that night"))


def time(s, season, weather, part):
    look, lot = s.pick(LOOKS[weather]), s.random()
    if weather == "sunny" and season == "summer" and lot > 0.5:
        look = s.pick(("warm", "hot"))
    if lot < 0.14:
        return f"one {look} {part}"
    if lot < 0.26:
        return f"one {season} {part}"
    if lot < 0.4:
        return f"on a {look} {season} {part}"
    if lot < 0.5:
        return f"on a {look} {part}"
    if lot < 0.6:
        return f"on a {s.pick(WEEK)}" + ("" if part == "day" else " " + part)
    if lot < 0.7:
        return f"one {look} {part} in {season}"
    if lot < 0.78:
        return {"morning": "early one morning", "afternoon": "late one afternoon", "day": "one day", "evening": "late one evening"}[part]
    if lot < 0.86:
        return f"one {part}"
    return f"one {look} {season} {part}"


def fits(day, condition):
    """Whether words such as "spring summer sunny" allow this day: of each group that is named, one must be true."""
    return all(not (group & condition) or group & condition & day for group in GROUPS)


@functools.lru_cache(maxsize=None)
def fitting(entries, day):
    """The sentences of a list such as "autumn: The nuts were ripe." that this day allows, without their conditions."""
    chosen = []
    for entry in entries:
        condition, colon, text = entry.partition(": ")
        words = frozenset(condition.split())
        if not colon or not words <= frozenset().union(*GROUPS):
            chosen.append(entry)
        elif fits(day, words):
            chosen.append(text)
    return tuple(chosen)
