#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cub: size, speed, first token, drafting, bits per byte on books it never saw, samples and conversations, unedited.
# CUB_HELD_OUT: the held-out texts (tools/cub/texts.py writes held_out.jsonl); without them that part is left out.
. tests/prove/speed.bash
model=models/cub
bytes=$(cat "$model"/* | wc -c)
goal "size of models/cub" "$(python3 -c "print($bytes / 2**20)")" at_most 16 MiB
"$capy" run -m "$model" --tokens 1,2,3 --max-tokens 1 >/dev/null # the page cache is warm
python3 - "$capy" "$model" <<'END'
import statistics, subprocess, sys, time
capy, model = sys.argv[1:]
times = []
for _ in range(15):
    begun = time.perf_counter()
    run = subprocess.Popen([capy, "run", "-m", model, "Hello!", "--seed", "1"], stdout=subprocess.PIPE)
    run.stdout.read(1)
    times.append(1000 * (time.perf_counter() - begun))
    run.stdout.read()
    if run.wait() != 0:
        sys.exit("capy run failed")
median = statistics.median(times)
print(f"figure: exec to the first letter of an answer: median {median:.1f} ms, least {min(times):.1f} ms (at most 30: "
      f"{'reached' if median <= 30 else 'NOT REACHED'})")
END
bench cub "$model" --prompt 64 --generate 256 --repeat "$rounds"
goal "decode 256, tokens/s" "$(field "$work/cub.json" 'd["decode_tok_s"]')" at_least 1000

# Drafting with its MTP head: the same answers with and without, in turns.
python3 - "$capy" "$model" "$rounds" <<'END'
import json, statistics, subprocess, sys
capy, model, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
speeds = {"with": [], "without": []}
answers = {"with": [], "without": []}
drafted = accepted = 0
for _ in range(rounds):
    for way, options in (("with", []), ("without", ["--no-draft"])):
        tokens = seconds = 0
        for seed in range(1, 6):
            run = subprocess.run([capy, "run", "-m", model, "Tell me a story.", "--temperature", "0", "--json", "--seed", str(seed), *options],
                                 capture_output=True, text=True, check=True)
            last = json.loads(run.stdout.splitlines()[-1])
            answers[way].append(last["text"])
            tokens += last["usage"]["completion_tokens"]
            seconds += last["timings"]["decode_seconds"]
            drafted += last["usage"]["drafted_tokens"]
            accepted += last["usage"]["accepted_tokens"]
        speeds[way].append(tokens / seconds)
if answers["with"] != answers["without"]:
    sys.exit("drafting changed an answer")
ratio = statistics.median(speeds["with"]) / statistics.median(speeds["without"])
print(f"figure: drafting, greedy stories: {ratio:.2f} times the speed of none, {accepted} of {drafted} drafts accepted; the same answers")
END

if [[ -n ${CUB_HELD_OUT:-} ]]; then
  "$capy" eval bpb -m "$model" "$CUB_HELD_OUT" --json >"$work/cub_bits.json"
  figure "books that it never saw: $(field "$work/cub_bits.json" '"%.3f bits a byte" % d["bits_per_byte"]')"
else
  figure "bits per byte on held-out books: not measured, CUB_HELD_OUT is not set"
fi
{
  echo "# \"Tell me a story.\", ten times at temperature 0.7, unedited"
  for seed in $(seq 10); do
    echo
    "$capy" run -m "$model" "Tell me a story." --temperature 0.7 --seed "$seed"
    echo
  done
  echo "# Five conversations of six turns, unedited"
  python3 tools/cub/converse.py "$capy" "$model" tools/cub/conversations.txt
} >"$work/cub.md"
figure "ten samples and five conversations: $(wc -w <"$work/cub.md") words in $work/cub.md"
