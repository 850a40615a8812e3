#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""./capy, the wrapper: when it builds, when it fetches smollm2, and that it gets out of the way."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Wrapper(unittest.TestCase):
    """Each test has a tree of its own, in which the program is a script that says how it was called."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.tree = pathlib.Path(self.folder.name) / "a tree"
        (self.tree / "build" / "release").mkdir(parents=True)
        shutil.copy(ROOT / "capy", self.tree)
        shutil.copytree(ROOT / "cmake", self.tree / "cmake")
        self.write("build/release/capy", '#!/bin/sh\nprintf "%s|" "$CAPY_HOME" "$@"\n', executable=True)
        self.write(".git/HEAD", "ref: refs/heads/main\n")
        self.write(".git/refs/heads/main", COMMIT + "\n")
        self.stamp(COMMIT)
        self.home = self.tree / "home"
        # What the wrapper would start to build or to fetch says its name instead, and fails.
        for tool in ("cmake", "python3", "apt-get", "apt-cache", "dpkg-query", "sudo"):
            asked = '[ "$*" = "-m pip --version" ] && exit 0'
            self.write(f"tools/{tool}", f'#!/bin/sh\n{asked}\necho "CALLED {tool} $*" >&2\nexit 1\n', executable=True)

    def write(self, name, text, executable=False):
        path = self.tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        if executable:
            path.chmod(0o755)

    def stamp(self, commit):
        self.write("build/release/capy.stamp", f"commit {commit}\n")

    def run_capy(self, *words, script="capy", **changes):
        environment = {"PATH": f"{self.tree / 'tools'}:/usr/bin:/bin", "CAPY_HOME": str(self.home)}
        environment.update(changes)
        environment = {name: value for name, value in environment.items() if value is not None}
        return subprocess.run([self.tree / script, *words], env=environment, capture_output=True, text=True, timeout=60)

    def expect_started(self, result, *words, home=None):
        self.assertEqual(result.stderr, "")
        self.assertEqual(result.stdout, "".join(f"{part}|" for part in (home or str(self.home), *words)))
        self.assertEqual(result.returncode, 0)

    def test_starts_the_program_with_its_words(self):
        self.expect_started(self.run_capy("tokenize", "a b", "", "--x=*"), "tokenize", "a b", "", "--x=*")

    def test_exit_code_is_the_programs(self):
        self.write("build/release/capy", "#!/bin/sh\nexit 130\n", executable=True)
        self.assertEqual(self.run_capy("list").returncode, 130)

    def test_home_by_the_xdg_rules(self):
        data = {"CAPY_HOME": None, "HOME": "/h"}
        self.expect_started(self.run_capy("list", **data), "list", home="/h/.local/share/capy")
        self.expect_started(self.run_capy("list", XDG_DATA_HOME="/d", **data), "list", home="/d/capy")
        self.expect_started(self.run_capy("list", XDG_DATA_HOME="d", **data), "list", home="/h/.local/share/capy")
        lost = self.run_capy("list", CAPY_HOME=None)
        self.assertEqual(lost.returncode, 1)
        self.assertIn("CAPY_HOME", lost.stderr)

    def test_through_a_link(self):
        (self.tree / "elsewhere").mkdir()
        (self.tree / "elsewhere" / "c").symlink_to("../capy")
        self.expect_started(self.run_capy("list", script="elsewhere/c"), "list")

    def test_new_commit_builds(self):
        self.write(".git/refs/heads/main", "f" * 40 + "\n")
        result = self.run_capy("list")
        self.assertIn("CALLED", result.stderr)
        self.assertEqual(result.returncode, 1)

    def test_missing_program_builds(self):
        (self.tree / "build" / "release" / "capy").unlink()
        self.assertIn("CALLED", self.run_capy("list").stderr)

    def test_commit_of_packed_refs_detached_heads_work_trees_and_no_clone(self):
        (self.tree / ".git/refs/heads/main").unlink()
        self.write(".git/packed-refs", f"# pack-refs\n{'e' * 40} refs/heads/main2\n{COMMIT} refs/heads/main\n")
        self.expect_started(self.run_capy("list"), "list")
        self.write(".git/HEAD", COMMIT + "\n")
        self.expect_started(self.run_capy("list"), "list")
        shutil.move(self.tree / ".git", self.tree / "main")
        self.write("main/worktrees/w/HEAD", "ref: refs/heads/main\n")
        self.write("main/worktrees/w/commondir", "../..\n")
        self.write(".git", "gitdir: main/worktrees/w\n")
        self.expect_started(self.run_capy("list"), "list")
        (self.tree / ".git").unlink()
        self.stamp("none")
        self.expect_started(self.run_capy("list"), "list")

    def test_smollm2_is_fetched_when_named(self):
        for words in (["run", "-m", "smollm2", "x"], ["run", "--model=smollm2"], ["run", "x", "-msmollm2"], ["show", "smollm2"],
                      ["tokenize", "smollm2"]):
            with self.subTest(words=words):
                result = self.run_capy(*words)
                self.assertIn("CALLED python3 -m pip", result.stderr)
                self.assertEqual((result.returncode, result.stdout), (1, ""))
        (self.home / "models").mkdir(parents=True, exist_ok=True)
        (self.home / "models" / "smollm2.gguf").touch()
        self.expect_started(self.run_capy("show", "smollm2"), "show", "smollm2")

    def test_nothing_is_fetched_otherwise(self):
        for words in ([], ["--version"], ["list"], ["doctor"], ["run", "--help"], ["run", "-m", "a.gguf"], ["run", "-ma.gguf"],
                      ["run", "--model=a.gguf", "x"], ["show", "a.gguf"], ["run"], ["run", "hello"], ["run", "smollm2"],
                      ["run", "--", "-m"]):
            with self.subTest(words=words):
                self.expect_started(self.run_capy(*words), *words)


class OtherSystems(unittest.TestCase):
    def names(self, system):
        script = f'ROOT="{ROOT}"; . "$ROOT/cmake/setup.sh"; SYSTEM={system}; name_packages "cmake is missing" build'
        result = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60)
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertNotIn("|", result.stderr)
        return result.stderr

    def test_names_the_packages_of_each(self):
        for system, expected in (("fedora", "dnf install .*boost-devel"), ("arch", "pacman -S --needed .*libutf8proc"),
                                 ("opensuse", "zypper install .*gcc-c\\+\\+"), ("macos", "brew install .*cli11")):
            self.assertRegex(self.names(system), expected)

    def test_names_all_on_an_unknown_system(self):
        text = self.names("")
        for installer in ("apt-get", "dnf", "pacman", "zypper", "brew"):
            self.assertIn(installer, text)


if __name__ == "__main__":
    unittest.main()
