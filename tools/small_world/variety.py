# SPDX-License-Identifier: Apache-2.0
"""Measures how varied records are: words, lengths, openings, repeated 4-grams and sentence triples."""
import collections
import re

WORD = re.compile(r"[A-Za-z]+(?:'[a-z]+)?")
BORDER = re.compile(r"(?<=[.!?]) +(?=[A-Z\"])|(?<=[.!?]\") +(?=[A-Z\"])|\n+")


def text_of(record):
    """What the model is to write: a story, or the assistant's part of a conversation."""
    return record["text"] if "text" in record else "\n".join(m["content"] for m in record["messages"] if m["role"] == "assistant")


def measure(records):
    words, openings, fours = collections.Counter(), set(), collections.Counter()
    owners, shared, total, length, stories = {}, set(), 0, 0, 0
    for number, record in enumerate(records):
        text = text_of(record)
        tokens = WORD.findall(text.lower())
        words.update(tokens)
        stories += "text" in record
        total, length = total + 1, length + len(tokens)
        openings.add(BORDER.split(text, 1)[0])
        if number < 20000:  # the memory of 4-grams is bounded
            fours.update(hash(four) for four in zip(tokens, tokens[1:], tokens[2:], tokens[3:]))
        sentences = BORDER.split(text) if "text" in record else ()  # greetings may well be alike
        for triple in zip(sentences, sentences[1:], sentences[2:]):
            owner = owners.setdefault(hash(triple), number)
            if owner != number:
                shared.update((owner, number))
    grams = sum(fours.values())
    return {"records": total, "distinct words": len(words), "mean words": round(length / max(total, 1), 1), "distinct openings": len(openings),
            "share of repeated 4-grams": round(1 - len(fours) / max(grams, 1), 4),
            "share of stories with a shared sentence triple": round(len(shared) / max(stories, 1), 4)}
