#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""report.py [--isas] [--steps-passed N] [--steps-failed N] [--runs-failed N] LOG...: what the test runs come to.

LOG is a LastTest.log of ctest. Cases of GoogleTest and unittest are counted one by one, other tests as one. Fails when a test
failed, when one was skipped that tests/known_skips.txt does not name, and, with --isas, when the processor has an instruction
set that capy has kernels for and that no run of the kernels' tests went through. The last line is the total.
"""
import argparse
import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# What Linux calls the features that each folder of src/kernels needs.
ISA_FLAGS = {
    "avx2": {"avx2", "fma", "f16c"},
    "avx512": {"avx512f", "avx512bw", "avx512dq", "avx512vl"},
    "amx": {"amx_tile", "amx_int8"},
    "neon": {"asimd"},
}

Block = collections.namedtuple("Block", "name output passed")


def read_blocks(text):
    """The tests of one LastTest.log."""
    parts = re.split(r"^\d+/\d+ Testing: ", text, flags=re.M)[1:]
    for part in parts:
        name = part.split("\n", 1)[0].strip()
        output = part.split("Output:\n", 1)[-1].split("<end of output>", 1)[0]
        yield Block(name, output, bool(re.search(r"^Test Passed\.$", part, flags=re.M)))


def count_google(output):
    """(passed, failed, skipped names) of a GoogleTest program, or None where the output is none of a finished one."""
    ended = re.search(r"^\[==========\] \d+ tests? from .* ran\.", output, flags=re.M)
    if not ended:
        return None
    passed = re.search(r"^\[  PASSED  \] (\d+) test", output[ended.end():], flags=re.M)
    failed = re.search(r"^\[  FAILED  \] (\d+) test", output[ended.end():], flags=re.M)
    skipped = set(re.findall(r"^\[  SKIPPED \] (\S+\.\S+)", output, flags=re.M))
    return int(passed.group(1)) if passed else 0, int(failed.group(1)) if failed else 0, skipped


def count_unittest(output):
    """The same of Python's unittest."""
    ended = re.search(r"^Ran (\d+) tests? in [\d.]+s$", output, flags=re.M)
    if not ended:
        return None
    ran = int(ended.group(1))
    bad = sum(int(n) for n in re.findall(r"(?:failures|errors|unexpected successes)=(\d+)", output[ended.end():]))
    skipped = set(re.findall(r"^\w+ \(([\w.]+)\).*\.\.\. skipped ", output, flags=re.M))
    return ran - bad - len(skipped), bad, skipped


def count(block):
    counted = count_google(block.output) or count_unittest(block.output)
    if counted is None:
        return (1, 0, set()) if block.passed else (0, 1, set())
    passed, failed, skipped = counted
    if not block.passed and failed == 0:
        failed = 1  # crashed or timed out at its end
    return passed, failed, skipped


def known_skips():
    lines = (ROOT / "tests" / "known_skips.txt").read_text().splitlines()
    return {line.split()[0] for line in lines if line.strip() and not line.startswith("#")}


def processor_flags():
    try:
        text = pathlib.Path("/proc/cpuinfo").read_text()
    except OSError:
        return set()
    line = re.search(r"^(?:flags|Features)\s*:(.*)$", text, flags=re.M)
    return set(line.group(1).split()) if line else set()


def missing_isas(ran):
    flags = processor_flags()
    built = {path.name for path in (ROOT / "src" / "kernels").iterdir() if path.is_dir()}
    return sorted(isa for isa, needs in ISA_FLAGS.items() if isa in built and needs <= flags and isa not in ran)


def judge(logs, with_isas):
    """Prints what is worth telling; returns passed, failed, skipped."""
    passed, failed, skipped, ran = 0, 0, set(), []
    for log in logs:
        if not log.exists():
            print(f"no test ran: {log} is missing")
            failed += 1
            continue
        for block in read_blocks(log.read_text(errors="replace")):
            good, bad, left_out = count(block)
            passed, failed, skipped = passed + good, failed + bad, skipped | left_out
            if bad:
                print(f"failed: {block.name} ({log})")
            for isas in re.findall(r"^isas: (.*)$", block.output, flags=re.M):
                ran += [isa for isa in isas.split() if isa not in ran]
    if with_isas:
        print(f"isas: {' '.join(ran) or 'none'}")
        for isa in missing_isas(ran):
            print(f"failed: this processor has {isa}, but its kernels were not tested")
            failed += 1
    known = known_skips()
    for name in sorted(skipped):
        print(f"skipped: {name}{'' if name in known else ', which tests/known_skips.txt does not name'}")
    return passed, failed + len(skipped - known), len(skipped)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("logs", nargs="*", type=pathlib.Path)
    parser.add_argument("--isas", action="store_true")
    parser.add_argument("--steps-passed", type=int, default=0)
    parser.add_argument("--steps-failed", type=int, default=0)
    parser.add_argument("--runs-failed", type=int, default=0, help="ctest runs that failed")
    options = parser.parse_args()
    passed, failed, skipped = judge(options.logs, options.isas)
    failed = max(failed, options.runs_failed) + options.steps_failed  # whatever the logs say, a failed run is no success
    print(f"total: {passed + options.steps_passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
