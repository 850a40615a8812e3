#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""capy beside llama.cpp on one GGUF file: perplexity, greedy text, speed, and the quality of quantised weights.

quality: capy's int8 and int4 and llama.cpp's Q8_0, Q4_K_M, IQ4_XS and Q4_0, each made of the F32 file, against that file's own
logits: KL divergence and top-1 agreement over the second halves of windows of 512 tokens, and bits a weight as they are held
or counted from the file. Needs the PyPI packages llama-cpp-python, gguf and numpy; not part of CI. Perplexity is measured as both programs' own tools do:
windows of 512 tokens, the second half scored. The F32 file is dequantised from the same GGUF, so that both compute with the
same numbers. Greedy texts are compared up to the first token where llama.cpp's two best logits are closer than 0.02.
"""
import argparse
import ctypes
import json
import os
import statistics
import subprocess
import time

import gguf
import llama_cpp
import numpy as np

PROMPTS = [
    "What is the capital of France?", "Write a short poem about rain.", "Explain gravity to a child.",
    "List three colours.", "Who wrote Hamlet?", "How do bees make honey?", "Tell me a joke.", "What is 12 plus 30?",
    "Describe a lighthouse.", "Name a fruit and say why you like it.", "What does a carpenter do?",
    "Give me a recipe for tea.", "Why is the sky blue?", "Translate 'good morning' to Spanish.",
    "What is the largest ocean?", "Write one sentence about a dog.", "How many legs has a spider?",
    "What is photosynthesis?", "Suggest a name for a cat.", "Finish the sentence: once upon a time",
]


def dequantise(source, target):
    """The same model as an F32 GGUF: metadata as it is, every tensor as floats."""
    reader = gguf.GGUFReader(source)
    writer = gguf.GGUFWriter(target, reader.fields["general.architecture"].contents())
    for name, field in reader.fields.items():
        if name.startswith("GGUF.") or name in ("general.architecture", "general.file_type"):
            continue
        kind = field.types[0]
        sub = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(name, field.contents(), kind, sub_type=sub)
    writer.add_file_type(0)
    for tensor in reader.tensors:
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        writer.add_tensor(tensor.name, np.ascontiguousarray(values, dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


class Peer:
    """llama.cpp through its low-level API: logits of chosen positions."""

    def __init__(self, path, threads, context=2048):
        llama_cpp.llama_log_set(Peer.quiet, ctypes.c_void_p(0))
        llama_cpp.llama_backend_init()
        params = llama_cpp.llama_model_default_params()
        params.use_mmap = True
        self.model = llama_cpp.llama_model_load_from_file(path.encode(), params)
        cparams = llama_cpp.llama_context_default_params()
        cparams.n_ctx = context
        cparams.n_batch = 512
        cparams.n_ubatch = 512
        cparams.n_threads = threads
        cparams.n_threads_batch = threads
        self.context = llama_cpp.llama_init_from_model(self.model, cparams)
        self.vocab = llama_cpp.llama_vocab_n_tokens(llama_cpp.llama_model_get_vocab(self.model))

    @staticmethod
    @llama_cpp.llama_log_callback
    def quiet(_level, _text, _data):
        pass

    def reset(self):
        llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(self.context), True)

    def decode(self, tokens, start, logits):
        """Runs tokens at positions start..; logits: 'all' or 'last'. Returns [rows, vocab]."""
        batch = llama_cpp.llama_batch_init(len(tokens), 0, 1)
        batch.n_tokens = len(tokens)
        for i, token in enumerate(tokens):
            batch.token[i] = token
            batch.pos[i] = start + i
            batch.n_seq_id[i] = 1
            batch.seq_id[i][0] = 0
            batch.logits[i] = logits == "all" or i == len(tokens) - 1
        assert llama_cpp.llama_decode(self.context, batch) == 0
        rows = len(tokens) if logits == "all" else 1
        out = np.ctypeslib.as_array(llama_cpp.llama_get_logits(self.context), shape=(rows, self.vocab)).copy()
        llama_cpp.llama_batch_free(batch)
        return out


def peer_perplexity(peer, tokens, window=512):
    total, count = 0.0, 0
    for begin in range(0, len(tokens) - window + 1, window):
        part = tokens[begin:begin + window]
        peer.reset()
        logits = peer.decode(part, 0, "all").astype(np.float64)
        for i in range(window // 2, window - 1):
            row = logits[i]
            most = row.max()
            total += most + np.log(np.exp(row - most).sum()) - row[part[i + 1]]
            count += 1
    return float(np.exp(total / count)), count


def capy(binary, *words, text=None):
    done = subprocess.run([binary, *words], input=text, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(words)}: {done.stderr}")
    return done.stdout


def capy_tokens(binary, model, text):
    return json.loads(capy(binary, "tokenize", model, "--json", text=text))


def last_object(output):
    return json.loads(output.strip().splitlines()[-1])


def compare_greedy(binary, quantised, peer, count):
    """Per prompt: tokens that agree before the first small margin; True where nothing disagreed up to there."""
    agreed, lengths = 0, []
    for prompt in PROMPTS:
        messages = json.dumps([{"role": "user", "content": prompt}])
        rendered = capy(binary, "template", quantised, text=messages)
        tokens = capy_tokens(binary, quantised, rendered)
        peer.reset()
        position, feed, wanted, small = 0, tokens, [], None
        for i in range(count):
            row = peer.decode(feed, position, "last")[0]
            position += len(feed)
            best = int(row.argmax())
            second = np.partition(row, -2)[-2]
            if row[best] - second < 0.02 and small is None:
                small = i
                break
            wanted.append(best)
            feed = [best]
        out = last_object(capy(binary, "run", "-m", quantised, "--tokens", ",".join(map(str, tokens)), "--type", "f32",
                               "--kv", "f32", "--temperature", "0", "--max-tokens", str(count), "--ignore-eos", "--json"))
        same = out["tokens"][:len(wanted)] == wanted
        agreed += same
        lengths.append(len(wanted))
    return agreed, lengths


def quantise(source, target, file_type):
    """llama.cpp's own quantiser with its usual recipe."""
    params = llama_cpp.llama_model_quantize_default_params()
    params.ftype = file_type
    params.allow_requantize = True
    assert llama_cpp.llama_model_quantize(source.encode(), target.encode(), ctypes.byref(params)) == 0


def log_probabilities(logits):
    logits = logits.astype(np.float64)
    logits -= logits.max(axis=1, keepdims=True)
    return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))


class Divergence:
    """Mean KL divergence from the truth's distributions, and how often the best token is the same."""

    def __init__(self):
        self.kl, self.same = [], []

    def add(self, truth, logits):
        ours = log_probabilities(logits)
        self.kl.extend((np.exp(truth) * (truth - ours)).sum(axis=1))
        self.same.extend(truth.argmax(axis=1) == ours.argmax(axis=1))


def capy_logits(binary, model, tokens, kind, work):
    out = os.path.join(work, "window.npy")
    capy(binary, "logits", model, "--tokens", ",".join(map(str, tokens)), "--type", kind, "--out", out)
    return np.load(out, mmap_mode="r")


def compare_quality(args, full, tokens, windows, window=512):
    """Every contender on the same windows. A window at a time: logits of a whole text would not fit."""
    parts = [tokens[i:i + window] for i in range(0, len(tokens) - window + 1, window)][:windows]
    if not parts:
        raise SystemExit("the text is too short: 512 tokens at least")
    scored = slice(window // 2, window - 1)
    truth_of = Peer(full, args.threads)
    truths = []
    for part in parts:
        truth_of.reset()
        truths.append(log_probabilities(truth_of.decode(part, 0, "all")[scored]).astype(np.float32))
    weights = sum(int(np.prod(tensor.shape)) for tensor in gguf.GGUFReader(full).tensors)
    for name, file_type in (("Q8_0", 7), ("Q4_K_M", 15), ("IQ4_XS", 30), ("Q4_0", 2)):
        path = os.path.join(args.work, f"{name}.gguf")
        if not os.path.exists(path):
            quantise(full, path + ".tmp", file_type)
            os.rename(path + ".tmp", path)
        peer, divergence = Peer(path, args.threads), Divergence()
        for part, truth in zip(parts, truths):
            peer.reset()
            divergence.add(truth, peer.decode(part, 0, "all")[scored])
        size = sum(int(tensor.n_bytes) for tensor in gguf.GGUFReader(path).tensors)
        report_quality(f"llama.cpp {name}", 8 * size / weights, divergence)
    for kind in ("int8", "int4"):
        divergence = Divergence()
        for part, truth in zip(parts, truths):
            divergence.add(truth, np.asarray(capy_logits(args.capy, full, part, kind, args.work)[scored]))
        limits = json.loads(capy(args.capy, "bench", full, "--type", kind, "--prompt", "1", "--generate", "0", "--repeat", "1",
                                 "--json"))["limits"]
        report_quality(f"capy {kind}", 8 * limits["weight_bytes_per_step"] / weights, divergence)


def report_quality(name, bits, divergence):
    print(f"figure: {name}: {bits:.2f} bits a weight, KL divergence {np.mean(divergence.kl):.6f} +- "
          f"{np.std(divergence.kl) / len(divergence.kl) ** 0.5:.6f} nats a token, same best token "
          f"{100 * np.mean(divergence.same):.2f} % ({len(divergence.kl)} tokens)", flush=True)


def peer_speed(peer, prompt, generate):
    tokens = [(i * 37) % 40000 + 100 for i in range(prompt)]
    peer.reset()
    begun = time.perf_counter()
    peer.decode(tokens, 0, "last")
    prefill = prompt / (time.perf_counter() - begun)
    begun = time.perf_counter()
    for i in range(generate):
        peer.decode([100 + i], prompt + i, "last")
    return prefill, generate / (time.perf_counter() - begun)


def capy_speed(binary, model, kind, threads, prompt, generate):
    tokens = ",".join(str((i * 37) % 40000 + 100) for i in range(prompt))
    out = last_object(capy(binary, "run", "-m", model, "--tokens", tokens, "--type", kind, "--threads", str(threads),
                           "--temperature", "0", "--ignore-eos", "--max-tokens", str(generate + 1), "--json"))
    timings = out["timings"]
    return prompt / timings["prefill_seconds"], generate / timings["decode_seconds"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--capy", required=True)
    parser.add_argument("--gguf", required=True)
    parser.add_argument("--text", required=True)
    parser.add_argument("--work", required=True, help="a folder for the F32 file")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--skip", default="", help="perplexity, greedy, speed, quality: words to leave out")
    parser.add_argument("--windows", type=int, default=8, help="of 512 tokens, for the quality")
    args = parser.parse_args()
    full = os.path.join(args.work, "f32.gguf")
    if not os.path.exists(full):
        dequantise(args.gguf, full + ".tmp")
        os.rename(full + ".tmp", full)
    with open(args.text, encoding="utf-8") as file:
        text = file.read()
    print("llama.cpp:", llama_cpp.__version__, llama_cpp.llama_print_system_info().decode())
    if "perplexity" not in args.skip:
        tokens = capy_tokens(args.capy, args.gguf, text)
        truth, count = peer_perplexity(Peer(full, args.threads), tokens)
        quantised, _ = peer_perplexity(Peer(args.gguf, args.threads), tokens)
        print(f"figure: llama.cpp perplexity on F32 {truth:.5f}, on the quantised file {quantised:.5f} ({count} tokens scored)")
        for kind, peer in (("f32", truth), ("int8", quantised)):
            ours = json.loads(capy(args.capy, "perplexity", args.gguf, args.text, "--type", kind, "--json"))["perplexity"]
            print(f"figure: capy {kind} perplexity {ours:.5f}: {100 * (ours / peer - 1):+.4f} % of llama.cpp's "
                  f"{peer:.5f}; {100 * (ours / truth - 1):+.4f} % of its F32")
    if "greedy" not in args.skip:
        agreed, lengths = compare_greedy(args.capy, args.gguf, Peer(full, args.threads), 64)
        print(f"figure: greedy text equal for {agreed} of {len(PROMPTS)} prompts up to the first margin below 0.02 "
              f"(tokens compared: {sum(lengths)}, median {statistics.median(lengths)})")
    if "quality" not in args.skip:
        compare_quality(args, full, capy_tokens(args.capy, args.gguf, text), args.windows)
    if "speed" not in args.skip:
        rows = {"llama.cpp": [], "capy int8": [], "capy f32": []}
        peer = Peer(args.gguf, args.threads)
        for _ in range(3):  # alternating
            rows["llama.cpp"].append(peer_speed(peer, 512, 128))
            rows["capy int8"].append(capy_speed(args.capy, args.gguf, "int8", args.threads, 512, 128))
            rows["capy f32"].append(capy_speed(args.capy, args.gguf, "f32", args.threads, 512, 128))
        for name, values in rows.items():
            prefill = statistics.median(v[0] for v in values)
            decode = statistics.median(v[1] for v in values)
            print(f"figure: {name}: prefill 512 {prefill:.0f} tokens/s, decode 128 {decode:.1f} tokens/s")


if __name__ == "__main__":
    main()
