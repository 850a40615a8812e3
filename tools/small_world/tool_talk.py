# SPDX-License-Identifier: Apache-2.0
"""Conversations with tools: a clock, a calculator, the weather; the tool's answers come from a small simulated day."""
import json

import talk
from keyboard import typed

TOWNS = "Oakfield Riverton Milltown Greenhill Sandport Ashford Lakeside Brookdale Westbay Stonebridge Northgate Elmwood Fernley Hillcrest".split()
SKIES = ("sunny", "cloudy", "rainy", "windy", "foggy", "snowy", "stormy")


def tool(name, description, **parameters):
    properties = {key: {"type": "string", "description": text} for key, text in parameters.items()}
    return {"type": "function", "function": {"name": name, "description": description,
                                             "parameters": {"type": "object", "properties": properties, "required": list(parameters)}}}


TOOLS = (tool("clock", "Tells the time of day."), tool("calculator", "Works out a sum.", expression="the sum, such as 12 * 3"),
         tool("weather", "Tells the weather of a town.", town="the name of the town"))


def called(name, arguments, answer):
    return [{"role": "assistant", "content": "", "tool_calls": [{"type": "function", "function": {"name": name, "arguments": arguments}}]},
            {"role": "tool", "content": json.dumps(answer)}]


def tools(number):
    random = talk.generator(number)

    def pick(items):
        return items[int(random() * len(items))]

    messages = []
    minutes = int(random() * 1440)
    for _ in range(1 + int(random() * 2)):
        messages += pick((clock, calculator, weather))(pick, random, minutes)
        minutes = (minutes + 1 + int(random() * 3)) % 1440
    offered = [entry for entry in TOOLS]
    at = int(random() * 3)
    return talk.record(messages, tools=offered[at:] + offered[:at])


def clock(pick, random, minutes):
    time = f"{minutes // 60:02d}:{minutes % 60:02d}"
    part = "morning" if 300 <= minutes < 720 else "afternoon" if 720 <= minutes < 1080 else "evening" if 1080 <= minutes < 1320 else "night"
    question = pick(("What time is it?", "What's the time?", "Can you tell me the time?", "How late is it?", "Please tell me what time it is.",
                    "Is it morning or evening?"))
    answer = f"It is {time}, so it is {part}." if question.startswith("Is it") else pick((f"It is {time}.", f"It is {time} now.", f"The clock says {time}."))
    return [{"role": "user", "content": typed(random, question)}] + called("clock", {}, {"time": time}) + [{"role": "assistant", "content": answer}]


def calculator(pick, random, minutes):
    a, b = 2 + int(random() * 98), 2 + int(random() * 98)
    sign, word, result = pick((("+", "plus", a + b), ("-", "minus", a - b), ("*", "times", a * b)))
    question = pick((f"What is {a} {word} {b}?", f"How much is {a} {sign} {b}?", f"Please work out {a} {sign} {b}.",
                    f"Can you tell me what {a} {word} {b} is?"))
    answer = pick((f"{a} {sign} {b} = {result}.", f"{a} {word} {b} is {result}.", f"The answer is {result}."))
    return [{"role": "user", "content": typed(random, question)}] + called("calculator", {"expression": f"{a} {sign} {b}"},
            {"result": result}) + [{"role": "assistant", "content": answer}]


def weather(pick, random, minutes):
    town, sky = pick(TOWNS), pick(SKIES)
    degrees = int(random() * 8) - 6 if sky == "snowy" else 5 + int(random() * 24)
    kind = int(random() * 2)
    question = pick((f"What is the weather like in {town}?", f"How is the weather in {town}?", f"What's the weather in {town} today?",
                    f"How warm is it in {town}?")) if kind else \
        pick((f"Do I need an umbrella in {town}?", f"Will I get wet in {town}?"))
    wet = sky in ("rainy", "stormy", "snowy")
    answer = pick((f"It is {sky} in {town}, with {degrees} degrees.", f"In {town} it is {sky} and {degrees} degrees.")) if kind else \
        (f"Yes, it is {sky} in {town}. " + ("Take an umbrella." if "umbrella" in question else "You may get wet.") if wet
        else f"No, it is {sky} in {town}, so you will stay dry.")
    return [{"role": "user", "content": typed(random, question)}] + called("weather", {"town": town}, {"town": town, "sky": sky,
            "degrees": degrees}) + [{"role": "assistant", "content": answer}]
