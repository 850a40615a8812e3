# SPDX-License-Identifier: Apache-2.0
"""Makes the tiny random checkpoints of tests/golden and what the reference (transformers) computes on them.

    python tools/make_goldens.py --out tests/golden [--only NAME ...]

The weights depend only on seeds. The logits depend in their last bits on the machine's matrix library; the tolerances of the
tests are far wider. Nothing here runs capy: the goldens judge it.
"""

import argparse
import importlib.metadata
import json
import platform
from pathlib import Path

import numpy as np
import torch

from goldens import exact, gguf_files, lora, training
from goldens.checkpoints import CHECKPOINTS, Checkpoint
from goldens.reference import PROMPT_LENGTH, MtpHead, greedy, load_reference, logits_and_hidden
from goldens.weights import write_checkpoint

LENGTHS = [1, 2, 3, 63, 64, 65, 127, 200, 1000]
MTP_TOKENS = 200
MTP_CHAIN_LENGTHS = [2, 3, 20, 31, 32, 33, 64, 65, 100, 200, 255, 256, 257, 258, 300]
MTP_CHAIN_DEPTH = 3
CAUSALITY_BOUND = 1e-3
EXACT_BOUND = 1e-3


def generator(seed: int) -> dict:
    """What made a file: goes into every golden.json."""
    packages = ("torch", "transformers", "peft", "numpy", "safetensors", "gguf")
    versions = {package: importlib.metadata.version(package) for package in packages}
    return {"script": "tools/make_goldens.py", "seed": seed, "python": platform.python_version(), "versions": versions}


def stored_positions(checkpoint: Checkpoint) -> list[int]:
    """All 1000, or 0..199 with every 50th and the last 16."""
    last = LENGTHS[-1]
    if checkpoint.all_positions:
        return list(range(last))
    return sorted(set(range(200)) | set(range(0, last, 50)) | set(range(last - 16, last)))


def random_tokens(checkpoint: Checkpoint) -> list[int]:
    count = checkpoint.token_count or checkpoint.text_config["vocab_size"]
    return np.random.Generator(np.random.PCG64(checkpoint.seed)).integers(0, count, LENGTHS[-1]).tolist()


def check_lengths(model, tokens: list[int], logits: np.ndarray) -> dict[str, float]:
    """Shorter runs must agree with the long one, since only the long one is stored. Returns the largest difference by length."""
    worst = {}
    for length in LENGTHS[:-1]:
        difference = np.abs(logits_and_hidden(model, tokens[:length])[0] - logits[:length]).max()
        assert difference < CAUSALITY_BOUND, (length, difference)
        worst[str(length)] = float(f"{difference:.2e}")
    return worst


def save_rows(path: Path, rows: np.ndarray, positions: list[int]) -> dict:
    """Write rows as .npy; the returned entry says which position each row belongs to."""
    np.save(path, np.ascontiguousarray(rows, dtype=np.float32))
    return {"file": path.name, "shape": list(rows.shape), "positions": positions}


def make(checkpoint: Checkpoint, directory: Path) -> None:
    """Write one checkpoint and its goldens."""
    tensors = write_checkpoint(checkpoint, directory)
    model = load_reference(checkpoint, directory)
    tokens = random_tokens(checkpoint)
    logits, hidden = logits_and_hidden(model, tokens)
    positions = stored_positions(checkpoint)
    golden = {
        "name": checkpoint.name,
        "about": checkpoint.about,
        "generator": generator(checkpoint.seed),
        "reference": f"transformers {checkpoint.config['architectures'][0]}, float32, eager attention",
        "stored_type": checkpoint.stored_type,
        "vocab_size": checkpoint.text_config["vocab_size"],
        "lengths": LENGTHS,
        "tokens": tokens,
        "logits": save_rows(directory / "logits.npy", logits[positions], positions),
        "logits_std": round(float(logits.std()), 4),
        "length_check_max_difference": check_lengths(model, tokens, logits),
        "greedy": greedy(model, tokens[:PROMPT_LENGTH]),
    }
    mtp = None
    if checkpoint.with_mtp:
        head = MtpHead(model, tensors)
        mtp = head.logits(tokens[:MTP_TOKENS], hidden)
        golden["mtp"] = save_rows(directory / "mtp_logits.npy", mtp, list(range(MTP_TOKENS - 1)))
        golden["mtp_chains"] = [head.chain(tokens[:length], hidden, MTP_CHAIN_DEPTH) for length in MTP_CHAIN_LENGTHS]
    if checkpoint.is_qwen35:
        golden["float64_max_difference"] = exact.compare(checkpoint, tensors, tokens, logits, mtp)
        assert max(golden["float64_max_difference"].values()) < EXACT_BOUND, golden["float64_max_difference"]
    (directory / "golden.json").write_text(compact_json(golden))
    print(
        f"{checkpoint.name}: logits std {golden['logits_std']}, lengths {golden['length_check_max_difference']}, "
        f"float64 {golden.get('float64_max_difference')}, smallest greedy margin {min(golden['greedy']['margins'])}"
    )


def compact_json(value: dict) -> str:
    """One line per key: long lists of numbers stay on their line."""
    lines = [f"  {json.dumps(key)}: {json.dumps(item)}" for key, item in value.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("tests/golden"), help="directory of the goldens")
    parser.add_argument("--only", nargs="*", help="names of checkpoints, or lora, gguf or training (default: all)")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for checkpoint in CHECKPOINTS:
        if not arguments.only or checkpoint.name in arguments.only:
            make(checkpoint, arguments.out / "models" / checkpoint.name)
    if not arguments.only or "lora" in arguments.only:
        lora.make_all(arguments.out, generator, compact_json, save_rows)
    if not arguments.only or "gguf" in arguments.only:
        gguf_files.make_all(arguments.out, generator, compact_json)
    if not arguments.only or "training" in arguments.only:
        training.make_all(arguments.out, generator, compact_json)


if __name__ == "__main__":
    main()
