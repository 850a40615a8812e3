# SPDX-License-Identifier: Apache-2.0
"""Talk in the assistant's own voice, of two to eight turns: greetings, who it is, feelings, simple facts, words, sums, and stories with what people ask about them."""
import dictionary
import feelings
import greetings
import knowledge
import lexicon
import sums
import talk
import teller
import unknown
import voice
import wishes
from keyboard import typed
from phrase import said

# Of a hundred turns that are no greeting: what they are about.
SHARES = {"voice": 20, "feeling": 12, "unknown": 9, "fact": 17, "word": 9, "sum": 8, "praise": 4, "okay": 2, "new_story": 19}
LOTS = tuple(topic for topic, share in SHARES.items() for _ in range(share))
KEEP = ("voice", "feeling", "unknown", "fact", "word", "sum")
NAME_ASKED = ("What is my name?", "Do you remember my name?", "What am I called?", "Do you know my name?", "And what is my name?")
NAME_KNOWN = ("Your name is {name}.", "You are {name}.", "You told me that your name is {name}.", "{name}, if I remember right.")
YES = ("Yes, please.", "Yes!", "yes", "Ok, tell me one.", "Oh yes, a story.", "Yes, a story would be nice.", "sure", "Please do.",
       "Yes please, tell me a story.", "Yes.", "I would like that.", "ok", "Gladly!", "yes pls", "Yeah")
NO = (("No, thank you.", "No thanks.", "no", "Not now.", "Maybe later.", "nope", "No, I don't want to."), ("All right. I am here if you need me.",
      "That is fine. What would you like to do?", "Good. Tell me when you want something.", "All right. Ask me anything that is simple."))


class Talk:
    """A conversation while it is made; no question and no answer comes twice in it."""

    def __init__(self, number):
        self.number, self.random = number, talk.generator(number)
        self.contents, self.story, self.facts, self.name, self.told = [], None, [], None, 0
        self.story_number, self.changes, self.short, self.topic, self.before = 0, {}, False, "", ""

    def pick(self, items):
        return items[int(self.random() * len(items))]

    def add(self, asked, answer):
        if answer in self.contents or asked in self.contents:
            return False
        self.contents += [typed(self.random, asked), answer]
        return True

    def pair(self, templates):
        name = self.name or self.pick(lexicon.GIRLS + lexicon.BOYS)
        slots = {"name": name, "a": 12 + int(self.random() * 80), "b": 2 + int(self.random() * 8)}
        return said(self.random, templates[0], **slots), said(self.random, templates[1], **slots)

    def greet(self):
        if self.random() < 0.2:
            self.name = self.pick(lexicon.GIRLS + lexicon.BOYS)
            return self.add(*self.pair(greetings.NAMED))
        return self.add(*self.pair(self.pick(greetings.HELLOS)))

    def turn(self):
        if self.reply():
            return True
        # People stay with a topic for a while.
        if self.story and self.random() < 0.6:
            self.topic = "story"
            return self.about_story()
        self.before = self.topic
        topic = self.topic if self.topic in KEEP and self.random() < 0.35 else self.pick(LOTS)
        self.topic = topic
        if self.name and self.random() < 0.08:
            return self.add(said(self.random, NAME_ASKED), said(self.random, NAME_KNOWN, name=self.name))
        return getattr(self, topic)()

    def voice(self):
        return self.add(*self.pair(self.pick(voice.TOPICS[:12] + voice.TOPICS)))

    def feeling(self):
        return self.add(*self.pair(self.pick(feelings.FELT)))

    def reply(self):
        """What people answer to a question of the assistant; nothing where it asked none or they do not care."""
        last, lot = self.contents[-1] if self.contents else "", self.random()
        if not last.endswith("?"):
            return False
        if "story" in last or "another one" in last:
            return self.tell(self.pick(YES)) if lot < 0.4 else lot < 0.5 and self.add(*self.pair(NO))
        if last.endswith(("How are you?", "And you?", "How is your day?")) and lot < 0.6:
            return self.add(*self.pair(greetings.WELL if lot < 0.45 else greetings.BADLY))
        return False

    def unknown(self):
        return self.add(*self.pair(self.pick(unknown.SORTS)))

    def fact(self):
        if self.before == "fact" and self.random() < 0.5:
            pair = knowledge.followed(self.pick, self.contents[-1])
            if pair:
                return self.add(*pair)
        return self.add(*knowledge.pair(self.pick))

    def word(self):
        return self.add(*dictionary.pair(self.pick))

    def sum(self):
        return self.add(*sums.pair(self.pick, self.random, self.before == "sum" and self.random() < 0.6))

    def praise(self):
        return bool(self.contents) and self.add(*self.pair(self.pick((greetings.PRAISE, greetings.PRAISE, greetings.SCOLD, greetings.THANKS))))

    def okay(self):
        return bool(self.contents) and self.add(*self.pair(greetings.OKAY))

    def new_story(self):
        return self.tell(None)

    def tell(self, wish):
        number = self.number * 8 + self.told * 2
        self.told += 1
        story = teller.tell(number, True)
        self.short = self.random() < 0.25
        if self.short:
            text, asked = teller.brief(story), self.pick(talk.BRIEF).format(x=wishes.one(story.cast["h"].kind))
        else:
            text, asked = story.text(), wishes.request(story)
        if not self.add(wish.format(x=wishes.about(story)) if wish else asked, text):
            return False
        # Of a very short story one can only ask what it tells.
        facts = [fact for fact in story.facts if fact.value and fact.value.lower() in text.lower()] if self.short else list(story.facts)
        self.story, self.facts, self.story_number, self.changes = story, facts, number, {}
        return True

    def about_story(self):
        story, lot = self.story, self.random()
        if lot < 0.62:
            pair = talk.question(story, self.facts, not self.short)
            return bool(pair) and self.add(*pair)
        if lot < 0.72 and not self.short:
            return self.add(self.pick(wishes.SHORTER), teller.summary(story))
        if lot < 0.84:
            changes, wish = wishes.change(story)
            changes = {**self.changes, **changes}
            changed = teller.tell(self.story_number, True, changes)
            done = self.add(wish, changed.text())
            if done:
                self.story, self.facts, self.changes, self.short = changed, list(changed.facts), changes, False
            return done
        self.story = None
        return self.tell(self.pick(wishes.ANOTHER if self.random() < 0.5 else wishes.ANOTHER_ABOUT))

    def end(self):
        if self.random() < 0.4:
            self.add(*self.pair(greetings.THANKS))
        if self.random() < 0.45:
            self.add(*self.pair(self.pick(greetings.BYES)))


def chat(number):
    made = Talk(number)
    if made.random() < 0.5:
        made.greet()
    length = 2 + int(made.random() * 5)
    for _ in range(length * 2):
        if len(made.contents) >= 2 * length:
            break
        made.turn()
    made.end()
    if not made.contents:
        made.fact()
    messages = talk.turns(*made.contents[:16])
    if made.random() < 0.5:
        messages.insert(0, {"role": "system", "content": made.pick(voice.SYSTEM)})
    return talk.record(messages)
