#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times forward and backward of transformers' own Qwen3.5 on one core, as bench/train_bench.cpp times ours.

train_peer.py MODEL_DIRECTORY TOKENS prints one JSON object. --bf16: with autocast; --compile: with torch.compile; --delta-rule:
one layer's delta rule alone, by transformers' chunked form, instead of the model.
The medians are of the thread's own time, so other work on the machine counts little."""
import argparse
import json
import statistics
import time

import torch
from transformers import AutoConfig
from transformers.models.qwen3_5.modeling_qwen3_5 import Qwen3_5ForCausalLM, torch_chunk_gated_delta_rule


def median_seconds(step, samples):
    times = []
    for _ in range(samples):
        begun = time.thread_time()
        step()
        times.append(time.thread_time() - begun)
    return statistics.median(times)


def model_step(config, options):
    model = Qwen3_5ForCausalLM(config).train()
    run = torch.compile(model) if options.compile else model
    ids = torch.randint(0, config.vocab_size, (1, options.tokens))

    def step():
        with torch.autocast("cpu", torch.bfloat16, enabled=options.bf16):
            run(input_ids=ids, labels=ids, use_cache=False).loss.backward()
        model.zero_grad()

    return step


def delta_rule_step(config, options):
    heads, key_dim = config.linear_num_value_heads, config.linear_key_head_dim
    value_dim = config.linear_value_head_dim
    q, k, v = (torch.randn(1, options.tokens, heads, n, requires_grad=True) for n in (key_dim, key_dim, value_dim))
    g = (-0.1 * torch.rand(1, options.tokens, heads)).requires_grad_()
    beta = torch.rand(1, options.tokens, heads).requires_grad_()
    rule = torch.compile(torch_chunk_gated_delta_rule) if options.compile else torch_chunk_gated_delta_rule

    def step():
        out, _ = rule(q, k, v, g=g, beta=beta, use_qk_l2norm_in_kernel=False)
        out.sum().backward()

    return step


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("tokens", type=int)
    parser.add_argument("--bf16", action="store_true")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--delta-rule", action="store_true")
    parser.add_argument("--samples", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(1)
    config = AutoConfig.from_pretrained(options.model)
    config = getattr(config, "text_config", config)
    step = delta_rule_step(config, options) if options.delta_rule else model_step(config, options)
    begun = time.perf_counter()
    step()
    first = time.perf_counter() - begun
    seconds = median_seconds(step, options.samples)
    print(json.dumps({"tokens_s": options.tokens / seconds, "first_step_s": first, "torch": torch.__version__}))


if __name__ == "__main__":
    main()
