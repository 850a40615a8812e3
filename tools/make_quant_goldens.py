# SPDX-License-Identifier: Apache-2.0
"""Makes tests/golden/quants: random blocks of every GGUF tensor type that capy reads, and their values.

    python tools/make_quant_goldens.py --out tests/golden/quants

The bytes of a block are random and the f16 scale fields finite, so every packed bit is in use, which weights quantised from
a smooth distribution would not give. The values are those of gguf.quants, the public numpy dequantiser.
"""

import argparse
import importlib.metadata
import json
from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type

SEED = 37001
ROWS, COLUMNS = 4, 512

# Offsets of the f16 fields (scale, then minimum where there is one) inside a block of each type.
SCALE_OFFSETS = {
    Type.Q8_0: (0,),
    Type.Q4_0: (0,),
    Type.Q4_1: (0, 2),
    Type.Q5_0: (0,),
    Type.Q5_1: (0, 2),
    Type.Q2_K: (80, 82),
    Type.Q3_K: (108,),
    Type.Q4_K: (0, 2),
    Type.Q5_K: (0, 2),
    Type.Q6_K: (208,),
    Type.IQ4_NL: (0,),
    Type.IQ4_XS: (0,),
}
FIRST_SCALES = np.array([6e-8, -3e-6, 0.0, 1.0, -0.5], dtype=np.float16)  # two subnormals, zero, one, negative


def random_scales(draw: np.random.Generator, count: int) -> np.ndarray:
    """Finite f16 values of either sign, the first few from the list above."""
    scales = draw.uniform(-0.1, 0.1, count).astype(np.float16)
    scales[: len(FIRST_SCALES)] = FIRST_SCALES
    return scales


def random_blocks(draw: np.random.Generator, kind: Type) -> np.ndarray:
    """ROWS rows of raw bytes in the layout of `kind`."""
    block_size, type_size = gguf.GGML_QUANT_SIZES[kind]
    count = ROWS * COLUMNS // block_size
    blocks = draw.integers(0, 256, (count, type_size), dtype=np.uint8)
    for offset in SCALE_OFFSETS[kind]:
        blocks[:, offset : offset + 2] = random_scales(draw, count).view(np.uint8).reshape(count, 2)
    return blocks.reshape(ROWS, -1)


def random_floats(draw: np.random.Generator, kind: Type) -> np.ndarray:
    """ROWS rows of random 16-bit floats over all finite bit patterns of f16, or of bf16 up to 2^64 in size."""
    bits = draw.integers(0, 1 << 16, (ROWS, COLUMNS), dtype=np.uint16)
    if kind == Type.F16:
        return np.where((bits & 0x7C00) == 0x7C00, bits & 0x83FF, bits).astype(np.uint16).view(np.float16)
    too_large = (bits & 0x7F80) >= (127 + 64) << 7
    return np.where(too_large, bits & 0xBFFF, bits).astype(np.uint16).view(np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("tests/golden/quants"))
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    writer = gguf.GGUFWriter(out / "all_types.gguf", "none")
    tensors = []
    for number, kind in enumerate([Type.F16, Type.BF16, *SCALE_OFFSETS]):
        draw = np.random.Generator(np.random.PCG64([SEED, number]))
        data = random_blocks(draw, kind) if kind in SCALE_OFFSETS else random_floats(draw, kind)
        values = gguf.quants.dequantize(data, kind).astype(np.float32).reshape(ROWS, COLUMNS)
        assert np.isfinite(values).all(), kind
        writer.add_tensor(kind.name, data, raw_dtype=kind)
        np.save(out / f"{kind.name}.npy", values)
        tensors.append({"name": kind.name, "shape": [ROWS, COLUMNS], "values": f"{kind.name}.npy"})
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    versions = {package: importlib.metadata.version(package) for package in ("gguf", "numpy")}
    golden = {
        "generator": {"script": "tools/make_quant_goldens.py", "seed": SEED, "versions": versions},
        "reference": "gguf.quants.dequantize",
        "file": "all_types.gguf",
        "tensors": tensors,
    }
    (out / "golden.json").write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
