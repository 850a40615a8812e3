# SPDX-License-Identifier: Apache-2.0
"""The chat on a real (pseudo) terminal: turns, commands, Ctrl-C, Ctrl-D, pasted text, colours."""
import fcntl
import json
import os
import pathlib
import pty
import re
import select
import signal
import struct
import tempfile
import termios
import time
import unittest

import program
from program import ProgramTest, TinyModelTest

CONTROL = re.compile(rb"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[()][A-B0-2]|\r")
CTRL_C, CTRL_D, ARROW_UP = b"\x03", b"\x04", b"\x1b[A"
SECONDS_MAX = 60


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, *arguments, columns=100, **environment):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.execve(program.BINARY, [program.BINARY, *map(str, arguments)], program.environment(**environment))
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        self.raw = b""
        self.seen = 0  # bytes of the plain text that expect() has passed

    def plain(self):
        return CONTROL.sub(b"", self.raw)

    def read(self, seconds):
        if not select.select([self.fd], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:  # the other side is closed
            return False
        self.raw += data
        return bool(data)

    def expect(self, what, seconds=SECONDS_MAX):
        """Waits until `what` is shown, behind what was expected before."""
        what = what.encode() if isinstance(what, str) else what
        deadline = time.monotonic() + seconds
        while True:
            at = self.plain().find(what, self.seen)
            if at >= 0:
                text = self.plain()[self.seen:at]
                self.seen = at + len(what)
                return text
            if time.monotonic() > deadline or not self.read(0.1):
                raise AssertionError(f"{what!r} was not shown; this was: {self.plain()[self.seen:]!r}")

    def send(self, data):
        os.write(self.fd, data.encode() if isinstance(data, str) else data)

    def say(self, line):
        self.expect(">>> ")
        self.send(line + "\r")

    def ended(self):
        """The exit code."""
        deadline = time.monotonic() + SECONDS_MAX
        while time.monotonic() < deadline:
            alive = self.read(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.pid = 0
                while alive and self.read(0):
                    if not select.select([self.fd], [], [], 0)[0]:
                        break
                return os.waitstatus_to_exitcode(status)
        raise AssertionError(f"it goes on: {self.plain()[-2000:]!r}")

    def wait_until_asleep(self):
        """Until the program stands still: with an answer under way it can only be in a write that nobody reads."""
        asleep, deadline = 0, time.monotonic() + SECONDS_MAX
        while asleep < 10 and time.monotonic() < deadline:
            state = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
            asleep = asleep + 1 if state == "S" else 0
            time.sleep(0.02)
        return asleep >= 10

    def close(self):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)


class ChatTest(TinyModelTest):
    def setUp(self):
        self.home = tempfile.TemporaryDirectory()
        self.addCleanup(self.home.cleanup)

    def chat(self, *options, **environment):
        environment = {"TERM": "xterm-256color", "CAPY_HOME": self.home.name, **environment}
        terminal = Terminal("run", "-m", self.model, *options, **environment)
        self.addCleanup(terminal.close)
        return terminal

    def saved(self, terminal):
        path = pathlib.Path(self.home.name) / "saved.json"
        terminal.say(f"/save {path}")
        terminal.expect("Saved")
        return json.loads(path.read_text())

    def test_turns_are_remembered(self):
        chat = self.chat("--max-tokens", "12")
        chat.expect("tiny")
        chat.expect("/help")
        chat.say("First question")
        chat.say("Second question")
        messages = self.saved(chat)
        self.assertEqual([m["role"] for m in messages], ["user", "assistant"] * 2)
        self.assertEqual([m["content"] for m in messages[::2]], ["First question", "Second question"])
        chat.say("/bye")
        self.assertEqual(chat.ended(), 0)

    def test_a_kept_sequence_answers_as_a_new_one(self):
        """Turn two must not depend on what the engine kept of turn one."""
        options = ("--seed", "5", "--max-tokens", "30")
        chat = self.chat(*options)
        chat.say("One")
        chat.say("Two")
        messages = self.saved(chat)
        chat.say("/stats")
        chat.expect("known before")
        chat.say("/bye")
        chat.ended()
        # Again, with a sequence that knows nothing: the conversation is loaded, the last answer is given anew.
        path = pathlib.Path(self.home.name) / "again.json"
        path.write_text(json.dumps(messages))
        fresh = self.chat(*options)
        fresh.say(f"/load {path}")
        fresh.expect("Loaded 4 messages")
        fresh.say("/retry")
        self.assertEqual(self.saved(fresh), messages)

    def test_interrupt_stops_the_answer_and_not_the_program(self):
        chat = self.chat("--ignore-eos")
        chat.say("Tell me everything")
        chat.expect("Tell me everything")
        time.sleep(0.5)
        chat.send(CTRL_C)
        chat.expect("(stopped)")
        chat.say("/tokens")
        chat.expect("65,536 tokens")
        chat.say("/bye")
        self.assertEqual(chat.ended(), 0)

    def test_interrupt_of_a_write_that_waits(self):
        """Nobody reads until the terminal's buffer is full: the program is in write() when Ctrl-C comes."""
        chat = self.chat("--ignore-eos")
        chat.say("Tell me everything")
        chat.expect("Tell me everything")
        self.assertTrue(chat.wait_until_asleep())
        chat.send(CTRL_C)
        chat.expect("(stopped)")
        messages = self.saved(chat)
        self.assertEqual([m["role"] for m in messages], ["user", "assistant"])
        self.assertTrue(messages[1]["content"])

    def test_two_interrupts_at_the_prompt_leave(self):
        chat = self.chat()
        chat.expect(">>> ")
        chat.send(CTRL_C)
        chat.expect("Ctrl-C again")
        chat.expect(">>> ")
        chat.send("half a line")
        chat.expect("half a line")
        chat.send(CTRL_C)  # drops the line and begins to count anew
        chat.expect(">>> ")
        chat.send(CTRL_C)
        chat.expect("Ctrl-C again")
        chat.expect(">>> ")
        chat.send(CTRL_C)
        self.assertEqual(chat.ended(), 130)

    def test_giving_up_a_quoted_text_is_not_giving_up_the_chat(self):
        for key in (CTRL_C, CTRL_D):
            chat = self.chat("--max-tokens", "2")
            chat.say('"""one')
            chat.expect("... ")
            chat.send(key)
            chat.say("two")
            self.assertEqual([m["content"] for m in self.saved(chat) if m["role"] == "user"], ["two"])
            chat.close()
            chat.pid = 0
            chat.fd = os.open(os.devnull, os.O_RDONLY)  # close() comes again at the end

    def test_saving_replaces_conversations_and_nothing_else(self):
        chat = self.chat("--max-tokens", "2")
        letter = pathlib.Path(self.home.name) / "letter.txt"
        letter.write_text("Dear all,")
        chat.say(f"/save {letter}")
        chat.expect("choose another name")
        self.assertEqual(letter.read_text(), "Dear all,")
        chat.say(f"/save {self.home.name}")
        chat.expect("choose another name")
        self.saved(chat)
        self.assertEqual(self.saved(chat), [])
        self.assertEqual((pathlib.Path(self.home.name) / "saved.json").stat().st_mode & 0o777, 0o600)

    def test_an_interrupt_that_was_long_ago_does_not_count(self):
        chat = self.chat("--max-tokens", "3")
        chat.expect(">>> ")
        chat.send(CTRL_C)
        chat.expect("Ctrl-C again")
        chat.say("/help")
        chat.expect(">>> ")
        chat.send(CTRL_C)
        chat.expect("Ctrl-C again")
        chat.expect(">>> ")
        chat.send(CTRL_D)
        self.assertEqual(chat.ended(), 0)

    def test_end_of_input_leaves(self):
        chat = self.chat()
        chat.expect(">>> ")
        chat.send(CTRL_D)
        self.assertEqual(chat.ended(), 0)

    def test_many_lines(self):
        chat = self.chat("--max-tokens", "2")
        chat.say("one \\")
        chat.expect("... ")
        chat.send("two\r")
        chat.say('"""three')
        chat.expect("... ")
        chat.send('four"""\r')
        chat.expect(">>> ")
        chat.send(b"\x1b[200~five\rsix\n\tseven\x1b[201~ eight\r")
        users = [m["content"] for m in self.saved(chat) if m["role"] == "user"]
        self.assertEqual(users, ["one \ntwo", "three\nfour", "five\nsix\n\tseven eight"])

    def test_commands(self):
        chat = self.chat("--max-tokens", "4")
        for command, answer in [("/help", "/retry"), ("/system Be brief.", "system message is set"), ("/think on", "Thinking: on"),
                                ("/think perhaps", "/think on, /think off"), ("/set temperature 0.5", "temperature = 0.5"),
                                ("/set temperature 1e99", "temperature"), ("/set colour red", "no setting 'colour'"),
                                ("/set max-tokens 3", "max-tokens = 3"), ("/set max-tokens 99999999999999999999", "max-tokens"),
                                ("/set seed auto", "seed = auto"), ("/set", "/set NAME VALUE"), ("/show", "Be brief."),
                                ("/undo", "nothing to undo"), ("/retry", "nothing to retry"), ("/stats", "no answer yet"),
                                ("/load /nowhere", "/nowhere"), ("/load", "/load FILE"), ("/save /no/such/dir/x", "/no/such/dir"),
                                ("/xyzzy", "no command /xyzzy"), ("/", "no command"), ("question", "\n"), ("/retry", "\n"),
                                ("/stats", "tokens/s"), ("/undo", "Forgotten; 0 messages"), ("/clear", "forgotten"), ("/bye", "")]:
            chat.say(command)
            chat.expect(command)
            chat.expect(answer)
        self.assertEqual(chat.ended(), 0)

    def test_history_is_kept_for_the_next_chat(self):
        chat = self.chat("--max-tokens", "1")
        chat.say("a question to remember")
        chat.say("/bye")
        chat.ended()
        path = pathlib.Path(self.home.name) / "history"
        self.assertEqual(path.read_text().splitlines(), ['"a question to remember"', '"/bye"'])
        self.assertEqual(path.stat().st_mode & 0o077, 0, "others can read it")
        chat = self.chat("--max-tokens", "1")
        chat.expect(">>> ")
        chat.send(ARROW_UP + ARROW_UP)
        chat.expect("a question to remember")

    def test_a_damaged_history_is_no_trouble(self):
        (pathlib.Path(self.home.name) / "history").write_bytes(b'"good"\n\xff\xfe\nnot json\n"' + b"x" * 100_000 + b'"\n[1]\n')
        chat = self.chat()
        chat.expect(">>> ")
        chat.send(CTRL_D)
        self.assertEqual(chat.ended(), 0)

    def test_wide_characters_and_broken_ones(self):
        chat = self.chat("--max-tokens", "1")
        chat.expect(">>> ")
        chat.send("h\u00e9llo \u4e16\u754c \U0001f600".encode() + b"\xff\xc3(" + b"\r")
        users = [m["content"] for m in self.saved(chat) if m["role"] == "user"]
        self.assertEqual(users, ["h\u00e9llo \u4e16\u754c \U0001f600\ufffd\ufffd("])

    def test_what_is_typed_meanwhile_waits_for_the_next_prompt(self):
        chat = self.chat("--max-tokens", "300")
        chat.say("Go on")
        time.sleep(0.2)
        chat.send("/bye\r")
        self.assertEqual(chat.ended(), 0)

    def test_context_that_is_full_is_told(self):
        chat = self.chat("--context", "64", "--ignore-eos")
        chat.say("x" * 100)
        chat.expect("64")
        chat.say("short")
        chat.expect("context is full")
        chat.say("/bye")
        self.assertEqual(chat.ended(), 0)

    def test_colours(self):
        for changes, coloured in (({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
            with self.subTest(changes):
                chat = self.chat(**changes)
                chat.expect(">>> ")
                self.assertEqual(b"\x1b[1m" in chat.raw, coloured)
                chat.send(CTRL_D)
                chat.ended()

    def test_thinking_is_dimmed(self):
        chat = self.chat("--think", "on", "--max-tokens", "20")
        chat.say("Hm")
        chat.expect(">>> ")
        self.assertIn(b"\x1b[2m", chat.raw.split(b"Hm")[-1])

    def test_the_terminal_is_given_back(self):
        chat = self.chat("--ignore-eos")
        before = termios.tcgetattr(chat.fd)
        chat.expect(">>> ")
        chat.send("question\r")
        time.sleep(0.3)
        chat.send(CTRL_C)
        chat.expect("(stopped)")
        chat.say("/bye")
        chat.ended()
        self.assertEqual(termios.tcgetattr(chat.fd)[3], before[3])

    def test_a_signal_gives_the_terminal_back(self):
        chat = self.chat()
        before = termios.tcgetattr(chat.fd)
        chat.expect(">>> ")
        os.kill(chat.pid, signal.SIGTERM)
        self.assertEqual(chat.ended(), -signal.SIGTERM)
        self.assertEqual(termios.tcgetattr(chat.fd)[3], before[3])


class OneAnswerOnATerminalTest(ProgramTest):
    def test_ends_with_a_line_break(self):
        with tempfile.TemporaryDirectory() as folder:
            model = program.make_tiny_model(folder)
            terminal = Terminal("run", "-m", model, "hi", "--max-tokens", "20", TERM="xterm")
            self.addCleanup(terminal.close)
            self.assertEqual(terminal.ended(), 0)
            self.assertTrue(terminal.plain().endswith(b"\n"))


class RealModelTest(ProgramTest):
    def test_conversation(self):
        path = program.smollm2()
        terminal = Terminal("run", "-m", path, "--temperature", "0", TERM="xterm", CAPY_HOME=tempfile.gettempdir())
        self.addCleanup(terminal.close)
        terminal.say("What is the capital of France? Answer in one sentence.")
        terminal.expect("Paris")
        terminal.say("/bye")
        self.assertEqual(terminal.ended(), 0)


if __name__ == "__main__":
    program.main()
