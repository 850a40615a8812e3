# SPDX-License-Identifier: Apache-2.0
"""How a mood shows: worry, fear, hope, weariness, thought and joy of the hero. Told where the story has given a reason for it."""


def worry(s):
    s.tell("{h} [was|felt] [very|so|quite] {sad}.", "That made {h.o} {sad}.",
           "{h} [sat down on a stone|sat down on the step|stood still] and did not know what to do.", "{h.ns} eyes [filled with tears|were wet|stung].",
           "\"[What now|What shall I do|What can I do now]?\" [said|thought|whispered] {h}.", "\"Oh [dear|no],\" [sighed|said|whispered] {h}.",
           "There was a lump in {h.ns} throat.", "{h} let {h.his} head hang.",
           "A tear ran down {h.ns} [cheek|nose].", "{h} [sighed|swallowed hard] and [looked at the ground|shook {h.his} head].",
           "For a [while|moment], {h} said nothing at all.")


def fear(s):
    s.tell("{h.ns} heart [beat fast|pounded|beat like a drum].", "{h} [held {h.his} breath|trembled a little|did not dare to move].",
           "{h.ns} knees [shook|felt weak].", "{h} wanted to [run|shut {h.his} eyes|hide].",
           "{h} felt cold [all over|down to {h.his} toes].", "\"I am not afraid,\" {h} [told {h.himself}|whispered], but {h.he} was.")


def hope(s):
    s.tell("{h} felt [a little|much] better at once.", "\"[That might work|It is worth a try|I can try]!\" [said|thought] {h}.",
           "{h} [jumped up|took a deep breath|nodded to {h.himself}].", "Now {h} had hope again.",
           "{h} wiped {h.his} [nose|eyes] and [stood up|smiled a little].", "{h.ns} face [grew bright|lit up].")


def weariness(s):
    s.tell("{h} was [tired|out of breath|hot and tired], but {h.he} did not stop.", "{h.ns} legs [ached|were heavy|grew tired].",
           "{h} had to [rest|sit down] for a [moment|little while].", "\"Just a little more,\" {h} [told {h.himself}|said].",
           "It was [harder than {h.he} had thought|hard work].")


def thought(s):
    s.tell("{h} sat down and thought.", "{h} [thought and thought|thought hard|thought about it for a while].",
           "{h} [scratched {h.his} head|closed {h.his} eyes and thought|walked up and down].", "\"Think, {h.n}, think,\" {h.he} told {h.himself}.",
           "\"There must be a way,\" {h} [said|thought].", "{h} [looked at the sky|bit {h.his} lip|looked around] and thought.")


def joy(s):
    s.tell("{h} [jumped|danced|laughed|shouted] for joy.", "{h} was so {glad} that {h.he} [sang|danced|laughed out loud|turned a somersault].",
           "\"[Hurrah|Hooray]!\" [shouted|cried|called] {h}.", "{h} [smiled|beamed] from ear to ear.", "What a [joy|wonderful moment] that was for {h.n}!",
           "{h} [felt as light as a feather|could have hugged the whole world].")
