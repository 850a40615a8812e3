#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tests/report.py, which decides whether CI is green: what it counts, and what it will not let pass."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

GOOGLE = """[==========] Running 3 tests from 1 test suite.
[       OK ] A.B (0 ms)
{extra}
[==========] 3 tests from 1 test suite ran. (0 ms total)
{ending}
"""


def block(name, output, verdict):
    return f'1/2 Testing: {name}\n1/2 Test: {name}\nCommand: "x"\nOutput:\n-----\n{output}<end of output>\nTest {verdict}.\n\n'


class Report(unittest.TestCase):
    def report(self, *blocks, options=()):
        with tempfile.NamedTemporaryFile("w", suffix=".log") as log:
            log.write("Start testing\n" + "".join(blocks))
            log.flush()
            result = subprocess.run([sys.executable, ROOT / "tests/report.py", *options, log.name], capture_output=True, text=True,
                                    timeout=60)
        return result.returncode, result.stdout.splitlines()[-1], result.stdout

    def expect(self, code, last, *blocks, options=()):
        returned, line, text = self.report(*blocks, options=options)
        self.assertEqual((returned, line), (code, last), text)

    def test_counts_cases(self):
        good = block("a", GOOGLE.format(extra="", ending="[  PASSED  ] 3 tests."), "Passed")
        plain = block("b", "hello\n", "Passed")
        python = block("c", "test_x (m.C.test_x) ... ok\nRan 2 tests in 0.1s\n\nOK\n", "Passed")
        self.expect(0, "total: 8 passed, 0 failed, 0 skipped", good, plain, python, options=["--steps-passed", "2"])

    def test_failures_of_every_kind(self):
        cases = block("a", GOOGLE.format(extra="", ending="[  PASSED  ] 1 test.\n[  FAILED  ] 2 tests, listed below:"), "Failed")
        self.expect(1, "total: 1 passed, 2 failed, 0 skipped", cases)
        crashed = block("a", "[==========] Running 3 tests\n[ RUN      ] A.B\n", "Failed")
        self.expect(1, "total: 0 passed, 1 failed, 0 skipped", crashed)
        at_its_end = block("a", GOOGLE.format(extra="", ending="[  PASSED  ] 3 tests."), "Failed")
        self.expect(1, "total: 3 passed, 1 failed, 0 skipped", at_its_end)
        python = block("c", "Ran 3 tests in 0.1s\n\nFAILED (failures=1, errors=1)\n", "Failed")
        self.expect(1, "total: 1 passed, 2 failed, 0 skipped", python)

    def test_a_failed_run_or_step_is_no_success(self):
        plain = block("b", "", "Passed")
        self.expect(1, "total: 1 passed, 1 failed, 0 skipped", plain, options=["--runs-failed", "1"])
        self.expect(1, "total: 1 passed, 1 failed, 0 skipped", plain, options=["--steps-failed", "1"])
        self.expect(1, "total: 0 passed, 1 failed, 0 skipped", options=["--runs-failed", "1"])

    def test_a_missing_log_is_no_success(self):
        result = subprocess.run([sys.executable, ROOT / "tests/report.py", "/no/such.log"], capture_output=True, text=True)
        self.assertEqual(result.returncode, 1)

    def test_an_unknown_skip_fails(self):
        google = block("a", GOOGLE.format(extra="[  SKIPPED ] No.Such (0 ms)\n[  SKIPPED ] 1 test, listed below:\n"
                                                "[  SKIPPED ] No.Such", ending="[  PASSED  ] 2 tests."), "Passed")
        self.expect(1, "total: 2 passed, 1 failed, 1 skipped", google)
        python = block("c", "test_x (no.Such.test_x) ... skipped 'why'\nRan 2 tests in 0.1s\n\nOK (skipped=1)\n", "Passed")
        self.expect(1, "total: 1 passed, 1 failed, 1 skipped", python)

    def test_an_isa_that_did_not_run_fails(self):
        text = self.report(block("kernels", "isas: generic\n", "Passed"), options=["--isas"])[2]
        self.assertIn("isas: generic\n", text)
        flags = pathlib.Path("/proc/cpuinfo").read_text() if pathlib.Path("/proc/cpuinfo").exists() else ""
        if " avx2 " in flags:
            self.assertIn("this processor has avx2", text)


if __name__ == "__main__":
    unittest.main()
