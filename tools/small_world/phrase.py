# SPDX-License-Identifier: Apache-2.0
"""A phrase drawn from templates with choices [one|two], outside of a story."""
from grammar import compiled, sentence


def said(random, templates, **slots):
    """One of the templates, written out; {name} is taken from the slots."""
    pieces = []
    _write(random, compiled(templates[int(random() * len(templates))]), pieces, slots)
    return sentence("".join(pieces))


def _write(random, parts, pieces, slots):
    for part in parts:
        if type(part) is str:
            pieces.append(part)
        elif type(part) is list:
            _write(random, part[int(random() * len(part))], pieces, slots)
        else:
            pieces.append(str(slots[part[0]]))
