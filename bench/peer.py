# SPDX-License-Identifier: Apache-2.0
"""Measures a peer (llama.cpp or ik_llama.cpp through their Python packages) as `capy bench` measures capy.

Run by side_by_side.py, in the Python that has the package: peer.py MODULE MODEL.gguf --threads 2 ... prints one JSON object.
Only the low-level C interface is used: what is timed is the library, not Python.
"""
import time

EXECUTED = time.time()  # before the package, whose import takes a while

import argparse  # noqa: E402
import ctypes  # noqa: E402
import importlib  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import random  # noqa: E402
import statistics  # noqa: E402


def peak_bytes():
    with open("/proc/self/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    raise SystemExit("no VmHWM in /proc/self/status")


class Interface:
    """The C functions of a package: its own declarations, and the library's where the package declares none."""

    REST = {"llama_get_logits": ([ctypes.c_void_p], ctypes.POINTER(ctypes.c_float)),
            "llama_log_set": ([ctypes.c_void_p, ctypes.c_void_p], None),
            "llama_print_system_info": ([], ctypes.c_char_p),
            "llama_kv_cache_seq_rm": ([ctypes.c_void_p] + [ctypes.c_int32] * 3, ctypes.c_bool),
            "llama_kv_cache_seq_cp": ([ctypes.c_void_p] + [ctypes.c_int32] * 4, None)}

    def __init__(self, module):
        package = importlib.import_module(module)
        self.version = package.__version__
        self.declared = package
        self.library = None
        if not hasattr(package, "llama_backend_init"):
            self.declared = importlib.import_module(module + "._ctypes_api")
            self.library = self.declared._lib

    def __getattr__(self, name):
        if hasattr(self.declared, name):
            return getattr(self.declared, name)
        if self.library is None or name not in self.REST:
            raise AttributeError(name)
        function = getattr(self.library, name)
        function.argtypes, function.restype = self.REST[name]
        return function


LOG = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)


class Peer:
    """A model and a context for `sequences` sequences of `length` tokens. Newer and older names of the interface work.

    `shared`: the sequences have a long beginning in common, so one pool of keys and values for all is best; otherwise each
    has its own, which is faster.
    """

    CHUNK = 512

    def __init__(self, module, path, threads, length, sequences, shared=False):
        self.c = c = Interface(module)
        self.quiet = getattr(c, "llama_log_callback", LOG)(lambda _level, _text, _data: None)
        c.llama_log_set(self.quiet, None)
        c.llama_backend_init()
        load = getattr(c, "llama_model_load_from_file", None) or c.llama_load_model_from_file
        self.model = load(os.fsencode(path), c.llama_model_default_params())
        if not self.model:
            raise SystemExit(f"{module} cannot load {path}")
        params = c.llama_context_default_params()
        params.n_ctx = length * (1 if shared else sequences)
        params.n_batch = params.n_ubatch = self.CHUNK
        params.n_threads = params.n_threads_batch = threads
        if hasattr(params, "n_seq_max"):
            params.n_seq_max = sequences
        if hasattr(params, "kv_unified"):
            params.kv_unified = shared
        init = getattr(c, "llama_init_from_model", None) or c.llama_new_context_with_model
        self.context = init(self.model, params)
        if not self.context:
            raise SystemExit(f"{module} cannot make a context for {path}")
        self.vocab = self._vocab()
        self.batch = c.llama_batch_init(self.CHUNK, 0, 1)
        self.random = random.Random(1)

    def _vocab(self):
        c = self.c
        if hasattr(c, "llama_vocab_n_tokens"):
            return c.llama_vocab_n_tokens(c.llama_model_get_vocab(self.model))
        return c.llama_n_vocab(self.model)

    def _memory(self, new, old, *arguments):
        """A call of the cache: its name has changed, its arguments have not."""
        c = self.c
        if hasattr(c, new):
            return getattr(c, new)(c.llama_get_memory(self.context), *arguments)
        return getattr(c, old)(self.context, *arguments)

    def clear(self):
        c = self.c
        if hasattr(c, "llama_memory_clear"):
            c.llama_memory_clear(c.llama_get_memory(self.context), True)
        else:
            c.llama_kv_cache_clear(self.context)

    def copy(self, source, target):
        self._memory("llama_memory_seq_cp", "llama_kv_cache_seq_cp", source, target, -1, -1)

    def remove(self, sequence):
        self._memory("llama_memory_seq_rm", "llama_kv_cache_seq_rm", sequence, -1, -1)

    def compute(self, rows):
        """rows: (token, position, sequence, wants logits)."""
        batch = self.batch
        batch.n_tokens = len(rows)
        for i, (token, position, sequence, logits) in enumerate(rows):
            batch.token[i] = token
            batch.pos[i] = position
            batch.n_seq_id[i] = 1
            batch.seq_id[i][0] = sequence
            batch.logits[i] = logits
        if self.c.llama_decode(self.context, batch) != 0:
            raise SystemExit("llama_decode failed")
        # Reading a logit waits for the result.
        self.c.llama_get_logits(self.context)[0]

    def token(self):
        return self.random.randrange(self.vocab - 1)

    def fill(self, sequence, start, count):
        for begin in range(start, start + count, self.CHUNK):
            end = min(begin + self.CHUNK, start + count)
            self.compute([(self.token(), i, sequence, i == start + count - 1) for i in range(begin, end)])

    # Sequence `base` holds the context of the depth; the measured ones, from 0 on, are copies of it.
    def prefill(self, base, depth, tokens):
        if depth:
            self.copy(base, 0)
        begun = time.perf_counter()
        self.fill(0, depth, tokens)
        seconds = time.perf_counter() - begun
        self.remove(0)
        return tokens / seconds

    def decode(self, base, depth, tokens, sequences):
        for sequence in range(sequences if depth else 0):
            self.copy(base, sequence)
        begun = 0.0
        for i in range(tokens + 1):  # the first is not timed, as in capy bench
            self.compute([(self.token(), depth + i, s, True) for s in range(sequences)])
            if i == 0:
                begun = time.perf_counter()
        seconds = time.perf_counter() - begun
        for sequence in range(sequences):
            self.remove(sequence)
        return sequences * tokens / seconds


def speeds(runs):
    return {"tok_s": statistics.median(runs), "tok_s_min": min(runs), "tok_s_max": max(runs)}


def bench(args):
    depths = sorted(map(int, args.depth.split(",")))
    counts = list(map(int, args.sequences.split(",")))
    base, deep = max(counts), depths[-1] > 0
    own = max(args.prompt, args.generate + 1, 64) if not deep else max(args.prompt, base * (args.generate + 1), 64)
    peer = Peer(args.module, args.model, args.threads, depths[-1] + own + 256, base + deep, deep)
    ready = time.time()
    peer.prefill(base, 0, 64)
    peer.decode(base, 0, 4, 1)
    results, reached = [], 0
    for depth in depths:
        peer.fill(base, reached, depth - reached)
        reached = depth
        result = {"depth": depth, "decode": []}
        if args.prompt:
            result["prefill"] = speeds([peer.prefill(base, depth, args.prompt) for _ in range(args.repeat)])
        for count in counts if args.generate else []:
            runs = [peer.decode(base, depth, args.generate, count) for _ in range(args.repeat)]
            result["decode"].append({"sequences": count, **speeds(runs)})
        results.append(result)
    return {"system_info": peer.c.llama_print_system_info().decode().strip(), "version": peer.c.version,
            "load_seconds": ready - EXECUTED, "rss_bytes": peak_bytes(), "results": results}


def first_token(args):
    importlib.import_module(args.module)
    imported = time.time()  # a program without Python begins here
    peer = Peer(args.module, args.model, args.threads, 4096, 1)
    peer.fill(0, 0, args.prompt)
    # compute() has waited for the logits; choosing the greatest is left out, in the peers' favour.
    return {"first_token_seconds": time.time() - imported, "rss_bytes": peak_bytes()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("module", help="llama_cpp or ik_llama_cpp")
    parser.add_argument("model", help="a GGUF file")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--prompt", type=int, default=512)
    parser.add_argument("--generate", type=int, default=128)
    parser.add_argument("--depth", default="0")
    parser.add_argument("--sequences", default="1")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--first-token", action="store_true", help="only: load, read the prompt, have the logits")
    args = parser.parse_args()
    print(json.dumps(first_token(args) if args.first_token else bench(args)))


if __name__ == "__main__":
    main()
