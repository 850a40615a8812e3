#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""capy beside llama.cpp and ik_llama.cpp on the same weights: prefill, decoding, sequences in a batch, depth, start.

    python3 -m venv ../peers && CC=clang-19 CXX=clang++-19 ../peers/bin/pip install llama-cpp-python==0.3.36 \\
        ik-llama-cpp-python gguf numpy
    ../peers/bin/python bench/side_by_side.py --out ../side_by_side

Random weights of a Qwen3.5 shape are made by `capy init`; the peers get them as GGUF files of their own types
(peer_files.py). Every round starts every program anew, one after the other, so that what else the machine does meets all
alike; a figure is the median of the rounds. A comparison must own the machine: how much of it others took is measured and
said. Results: results.json and index.html (charts) in the folder --out, and a table here.
"""
import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import chart

HERE = pathlib.Path(__file__).resolve().parent
PEERS = {"llama.cpp": "llama_cpp", "ik_llama.cpp": "ik_llama_cpp"}
# For each width: capy's type, and the peers' types that are as wide. The first one stands for the width in the long parts.
WIDTHS = {"4": ("int4", ["Q4_0", "Q4_K_M"]), "8": ("int8", ["Q8_0"]), "16": ("bf16", ["BF16"])}
IK_TYPES = ("Q4_0", "Q8_0", "BF16")
# The parts, and whether all types take part or only the first of a width.
PARTS = {"prefill": True, "decode": True, "sequences": False, "depth": False, "start": True}
IDLE_LOAD = 0.3     # of the load average before we begin
FOREIGN_MAX = 0.05  # of the processors' time during a run


def busy_seconds():
    """Of all processors since the machine started, time stolen by its host counted."""
    with open("/proc/stat", encoding="ascii") as stat:
        fields = list(map(int, stat.readline().split()[1:9]))
    user, nice, system, _idle, _wait, irq, softirq, steal = fields
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def options_of(args, part):
    """Alike for `capy bench` and peer.py."""
    prompt, generate = str(args.prompt), args.generate
    return {
        "prefill": ["--prompt", prompt, "--generate", "0"],
        "decode": ["--prompt", "0", "--generate", str(generate)],
        "sequences": ["--prompt", "0", "--generate", str(max(generate // 2, 1)), "--sequences", "1,2,4,8"],
        "depth": ["--prompt", prompt, "--generate", str(max(generate // 4, 1)), "--depth", args.depths],
        "start": ["--prompt", "32"],
    }[part]


class Contender:
    """A program with a type of weights."""

    def __init__(self, name, width, kind, model):
        self.name, self.width, self.kind, self.model = name, width, kind, model
        self.label = f"{name} {kind}"


class Capy(Contender):
    def __init__(self, args, width, kind, model):
        super().__init__("capy", width, kind, model)
        self.binary, self.threads, self.extra = args.capy, str(args.threads), args.capy_options.split()

    def bench(self, options):
        return [self.binary, "bench", self.model, "--type", self.kind, "--threads", self.threads, "--repeat", "1", "--json",
                *self.extra, *options]

    def start(self, options):
        ids = ",".join(str(100 + i) for i in range(int(options[1])))
        return [self.binary, "run", "-m", self.model, "--type", self.kind, "--threads", self.threads, "--tokens", ids,
                "--max-tokens", "1", "--temperature", "0", "--ignore-eos", *self.extra, "--context", "4096", "--json"]


class Peer(Contender):
    def __init__(self, args, name, width, kind, model):
        super().__init__(name, width, kind, model)
        self.python, self.module = args.peers[name]
        self.threads = str(args.threads)

    def bench(self, options):
        return [self.python, str(HERE / "peer.py"), self.module, self.model, "--threads", self.threads, *options]

    def start(self, options):
        return [*self.bench(options), "--first-token"]


class Failure(Exception):
    pass


def run(words, seconds_max):
    """Its JSON (of the last line), seconds to its first byte, greatest resident bytes, share of the machine that others took."""
    busy, begun = busy_seconds(), time.perf_counter()
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(list(map(str, words)), stdout=subprocess.PIPE, stderr=errors)
        timer = threading.Timer(seconds_max, process.kill)
        timer.start()
        first = process.stdout.read(1)
        first_seconds = time.perf_counter() - begun
        output = first + process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        timer.cancel()
        errors.seek(0)
        message = errors.read().decode(errors="replace").strip().splitlines()
    seconds = time.perf_counter() - begun
    if process.returncode == -9:
        raise Failure(f"not done after {seconds_max} s")
    if process.returncode != 0:
        raise Failure(message[-1] if message else f"exit code {process.returncode}")
    own = usage.ru_utime + usage.ru_stime
    foreign = max(0.0, busy_seconds() - busy - own) / seconds / os.cpu_count()
    result = json.loads(output.decode().strip().splitlines()[-1])
    return {"seconds": seconds, "foreign": foreign, "first_byte_seconds": first_seconds, "rss": usage.ru_maxrss * 1024,
            "answer": result}


def figures_of(part, contender, measured):
    """{figure: value} of one run."""
    answer = measured["answer"]
    if part == "start":
        # The peers tell the time from where a program without Python would begin.
        seconds = answer.get("first_token_seconds", measured["first_byte_seconds"])
        return {"first token, ms": seconds * 1000, "rss, MB": measured["rss"] / 1e6}
    figures = {}
    for result in answer["results"]:
        at = f" at {result['depth']}" if part == "depth" else ""
        if "prefill" in result:
            figures["prefill" + at] = result["prefill"]["tok_s"]
        for decode in result["decode"]:
            times = f" x {decode['sequences']}" if part == "sequences" else ""
            figures["decode" + times + at] = decode["tok_s"]
            if "share_of_limit" in decode and not times:
                figures["decode, share of limit" + at] = decode["share_of_limit"]
    figures["rss, MB"] = answer["rss_bytes"] / 1e6
    return figures


def peer_file(args, folder, kind):
    """Made by a peer's Python: ours needs no packages."""
    python = next(iter(args.peers.values()))[0]
    words = [python, str(HERE / "peer_files.py"), args.model, folder, kind]
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{kind}: the file for the peers could not be made (its message is above)")
    return done.stdout.strip().splitlines()[-1]


def contenders_of(args, folder):
    found = []
    for width in args.widths:
        capy_type, peer_types = WIDTHS[width]
        found.append(Capy(args, width, capy_type, args.model))
        for name in args.peers:
            for kind in peer_types:
                if name == "ik_llama.cpp" and kind not in IK_TYPES:
                    continue
                found.append(Peer(args, name, width, kind, peer_file(args, folder, kind)))
    return found


def taking_part(contenders, part):
    """All, or of each program and width the first."""
    if PARTS[part]:
        return contenders
    first = {}
    for contender in contenders:
        first.setdefault((contender.name, contender.width), contender)
    return list(first.values())


def measure(args, contenders):
    runs, failures = {}, {}
    for round_number in range(1, args.rounds + 1):
        for part in args.parts:
            options = options_of(args, part)
            for contender in taking_part(contenders, part):
                key = (part, contender.label)
                if key in failures:
                    continue
                words = contender.start(options) if part == "start" else contender.bench(options)
                print(f"round {round_number}: {part}: {contender.label} ...", end=" ", file=sys.stderr, flush=True)
                try:
                    done = run(words, args.seconds_max)
                    runs.setdefault(key, []).append({**done, "figures": figures_of(part, contender, done)})
                    print(f"{done['seconds']:.0f} s", file=sys.stderr)
                except Failure as failure:
                    failures[key] = str(failure)
                    print(failure, file=sys.stderr)
    return runs, failures


def summary_of(args, contenders, runs, failures):
    table = []
    for part in args.parts:
        for contender in taking_part(contenders, part):
            key = (part, contender.label)
            row = {"part": part, "program": contender.name, "type": contender.kind, "width": contender.width}
            if key in failures:
                row["failure"] = failures[key]
            done = runs.get(key, [])
            names = list(done[0]["figures"]) if done else []
            row["figures"] = {n: {"median": statistics.median(r["figures"][n] for r in done),
                                  "min": min(r["figures"][n] for r in done), "max": max(r["figures"][n] for r in done)}
                              for n in names}
            row["foreign"] = max((r["foreign"] for r in done), default=0)
            table.append(row)
    return table


def facts_of(args, contenders, runs, load):
    facts = {"prompt": args.prompt, "generate": args.generate, "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()), "threads": args.threads, "rounds": args.rounds,
             "model": pathlib.Path(args.model).name, "load_before": load, "cores": os.cpu_count(),
             "cpu": cpu_name(), "programs": {}, "files": {}}
    programs = {contender.label: contender.name for contender in contenders}
    for (_, label), done in runs.items():
        answer = done[-1]["answer"]
        if "system_info" in answer:
            facts["programs"][programs[label]] = f"{answer['version']}: {answer['system_info']}"
        elif "isa" in answer:
            facts["programs"]["capy"] = f"{answer['isa']} kernels"
            facts["limits"] = answer["limits"]
            facts["files"][label] = answer["weight_bytes"]
    for contender in contenders:
        if isinstance(contender, Peer):
            facts["files"][contender.kind] = os.path.getsize(contender.model)
    return facts


def cpu_name():
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        for line in info:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.machine()


def print_table(facts, table, noise):
    print(f"\n{facts['model']}, {facts['threads']} threads, {facts['cpu']}, {facts['date']}; medians of {facts['rounds']} rounds")
    for name, info in facts["programs"].items():
        print(f"  {name}: {info}")
    for row in table:
        values = ", ".join(f"{name} {shown(figure['median'])}" for name, figure in row["figures"].items())
        print(f"{row['part']:10}{row['program']:14}{row['type']:8}{row.get('failure') or values}")
    for line in noise:
        print(line)


def shown(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def noise_of(load, table):
    lines = []
    if load > IDLE_LOAD:
        lines.append(f"note: the machine was not idle before the first run (load {load:.2f}): these figures are noisy")
    worst = max((row["foreign"] for row in table), default=0)
    if worst > FOREIGN_MAX:
        lines.append(f"note: others took up to {100 * worst:.0f} % of the processors during a run: these figures are noisy")
    return lines


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    root = HERE.parent
    parser.add_argument("--capy", default=str(root / "build/release/capy"))
    parser.add_argument("--size", default="0.8b", choices=["0.8b", "2b", "4b", "9b"], help="the shape of the random model")
    parser.add_argument("--model", help="a directory made by capy init, instead of --size")
    parser.add_argument("--work", default=os.path.join(tempfile.gettempdir(), "capy-side-by-side"), help="models are kept here")
    parser.add_argument("--out", help="a folder for results.json and index.html; WORK/results when left out")
    parser.add_argument("--widths", default="4,8,16", help="bits of the weights, with commas between")
    parser.add_argument("--parts", default="prefill,decode,sequences,depth,start")
    parser.add_argument("--prompt", type=int, default=512, help="tokens of a prompt")
    parser.add_argument("--generate", type=int, default=128, help="tokens decoded; half of them of each of several sequences, "
                        "a quarter behind a context")
    parser.add_argument("--depths", default="0,4096,16384", help="tokens of context of the part depth")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds-max", type=int, default=600, help="of one run")
    parser.add_argument("--capy-options", default="", help="further options for capy, such as '--kv int8'")
    parser.add_argument("--peer", action="append", metavar="NAME=PYTHON", help="llama.cpp or ik_llama.cpp, and a Python that "
                        "has its package; both, of this Python, when left out; = for capy alone")
    args = parser.parse_args()
    args.widths = [w for w in args.widths.split(",") if w in WIDTHS] or parser.error("--widths: 4, 8 or 16")
    args.parts = [p for p in args.parts.split(",") if p in PARTS] or parser.error("--parts: " + ", ".join(PARTS))
    wanted = dict(entry.split("=", 1) for entry in args.peer) if args.peer else {name: sys.executable for name in PEERS}
    unknown = set(wanted) - set(PEERS) - {""}
    if unknown:
        parser.error(f"--peer: no peer {', '.join(sorted(unknown))}")
    args.peers = {name: (python, PEERS[name]) for name, python in wanted.items() if name and python}
    return args


def drop_missing_peers(args):
    for name, (python, module) in list(args.peers.items()):
        if subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False).returncode != 0:
            print(f"note: {name} is left out: {python} has no package {module}", file=sys.stderr)
            del args.peers[name]


def make_model(args):
    if args.model:
        return
    config = HERE.parent / f"tests/golden/configs/config.qwen3.5-{args.size}.json"
    args.model = os.path.join(args.work, f"qwen3.5-{args.size}")
    if not os.path.exists(os.path.join(args.model, "config.json")):
        os.makedirs(args.work, exist_ok=True)
        subprocess.run([args.capy, "init", str(config), args.model, "--seed", "1"], check=True, stdout=subprocess.DEVNULL)


def main():
    args = read_arguments()
    load = os.getloadavg()[0]
    drop_missing_peers(args)
    make_model(args)
    contenders = contenders_of(args, os.path.join(args.work, "gguf"))
    runs, failures = measure(args, contenders)
    if not runs:
        raise SystemExit("nothing could be measured")
    table = summary_of(args, contenders, runs, failures)
    noise = noise_of(load, table)
    facts = facts_of(args, contenders, runs, load)
    out = pathlib.Path(args.out or os.path.join(args.work, "results"))
    out.mkdir(parents=True, exist_ok=True)
    (out / "results.json").write_text(json.dumps({"facts": facts, "noise": noise, "table": table}, indent=1) + "\n")
    (out / "index.html").write_text(chart.page(facts, noise, table))
    print_table(facts, table, noise)
    print(f"\n{out}/index.html, {out}/results.json")


if __name__ == "__main__":
    main()
