#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# From exec to the first token with a prompt of 32 tokens, page cache warm; memory at a context of 4,096.
. tests/prove/speed.bash
model=$(random_model 0.8b)
if "$capy" quantize --help >/dev/null 2>&1; then
  [[ -d $work/int4 ]] || "$capy" quantize "$model" "$work/int4" --type int4 >&2
  model=$work/int4
fi
file=$(cat "$model"/*.safetensors | wc -c) # and warms the page cache
python3 - "$capy" "$model" "$threads" "$file" <<'END'
import os, statistics, subprocess, sys, time
capy, model, threads, file = sys.argv[1:]
words = [capy, "run", "-m", model, "--type", "int4", "--threads", threads, "--tokens", ",".join(str(100 + i) for i in range(32)),
         "--max-tokens", "1", "--temperature", "0", "--ignore-eos", "--context", "4096", "--json"]
times, peaks = [], []
for turn in range(8):
    begun = time.perf_counter()
    run = subprocess.Popen(words, stdout=subprocess.PIPE)
    first = run.stdout.read(1)
    times.append(time.perf_counter() - begun)
    run.stdout.read()
    _, status, usage = os.wait4(run.pid, 0)
    if status != 0 or not first:
        sys.exit(f"{' '.join(words[:4])} failed")
    peaks.append(usage.ru_maxrss * 1024)
first, times, peak = times[0], times[1:], statistics.median(peaks[1:])
said = lambda reached: "reached" if reached else "NOT REACHED"
milliseconds = 1000 * statistics.median(times)
print(f"figure: exec to first token, prompt of 32, warm: median {milliseconds:.0f} ms, least {1000 * min(times):.0f} ms; the first start "
      f"{1000 * first:.0f} ms (at most 150: {said(milliseconds <= 150)})")
print(f"figure: resident at most {peak / 1e6:.0f} MB, file {int(file) / 1e6:.0f} MB (at most file + 200 MB: {said(peak <= int(file) + 200e6)})")
END
side_by_side start --parts start --widths 4,8
python3 - "$work/start/results.json" <<'END'
import json, sys
for row in json.load(open(sys.argv[1]))["table"]:
    figures = {name: figure["median"] for name, figure in row["figures"].items()}
    said = row.get("failure") or f"{figures['first token, ms']:.0f} ms to the first token, {figures['rss, MB']:.0f} MB resident"
    print(f"figure: {row['program']} {row['type']}: {said}" + ("" if row["program"] == "capy" else " (without Python's own start)"))
END
