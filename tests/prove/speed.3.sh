#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Several sequences in one batch: tokens per second of all together.
. tests/prove/speed.bash
side_by_side sequences --parts sequences --widths 4
eight=$(of sequences sequences "decode x 8" capy int4)
goal "8 sequences, int4, together" "$eight" at_least 340 tokens/s
goal "8 sequences, int4, over llama.cpp" "$(ratio "$eight" "$(best sequences sequences "decode x 8" llama.cpp)")" at_least 5 times
bench sequences "$(random_model 0.8b)" --type int4 --prompt 0 --generate 64 --sequences 1,4,32
speeds=$(field "$work/sequences.json" '" ".join(str(r["tok_s"]) for r in d["results"][0]["decode"])')
read -r one four many <<<"$speeds"
goal "32 sequences, int4, together" "$many" at_least 620 tokens/s
goal "a step of 4 rows over a step of one" "$(python3 -c "print(4 * $one / $four)")" at_most 1.2 times
