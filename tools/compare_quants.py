#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Relative RMS error over bits per weight of capy's int4 and of llama.cpp's formats, on the f32 matrices of a
safetensors file. llama.cpp's own library quantises. Rows that are no multiple of 256 are run on for its 256-blocks, which
favours it. int4 is a numpy form of codec/pack_int4.cpp. Needs numpy and gguf.

    python3 tools/compare_quants.py model.safetensors path/to/libggml-base.so
"""
import ctypes
import json
import pathlib
import re
import struct
import sys

import numpy as np
from fit_int4_levels import choose, lanes
from gguf import GGMLQuantizationType
from gguf.quants import dequantize

HEADER = pathlib.Path(__file__).parent.parent / "src/tensor/int4_levels.h"
FORMATS = ("Q4_0", "Q8_0", "IQ4_XS", "Q4_K", "Q5_K")


def matrices(path):
    data = pathlib.Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    for name, about in json.loads(data[8 : 8 + length]).items():
        if name != "__metadata__" and about["dtype"] == "F32" and len(about["shape"]) == 2 and "embed" not in name:
            begin, end = about["data_offsets"]
            values = np.frombuffer(data[8 + length + begin : 8 + length + end], np.float32).reshape(about["shape"])
            if values.shape[1] % 32 == 0:
                yield values


def level_tables():
    rows = re.findall(r"\{((?:-?\d+,\s*){15}-?\d+)\}", HEADER.read_text())
    return np.array([[int(level) for level in row.split(",")] for row in rows], float)


def rotated(rows):
    """Hadamard over each 256 columns; what is left over in powers of two."""
    out = rows.copy()
    begin = 0
    while begin < out.shape[1]:
        width = 1 << (min(256, out.shape[1] - begin).bit_length() - 1)
        part = out[:, begin : begin + width]
        step = 1
        while step < width:
            pairs = part.reshape(len(out), -1, 2, step)
            pairs = np.stack([pairs[:, :, 0] + pairs[:, :, 1], pairs[:, :, 0] - pairs[:, :, 1]], 2)
            part = pairs.reshape(len(out), width) * np.float32(np.sqrt(0.5))
            step *= 2
        out[:, begin : begin + width] = part
        begin += width
    return out


def int4_error(values, tables):
    """Squared error and bytes."""
    rows = -(-values.shape[0] // 16) * 16
    blocks = -(-values.shape[1] // 256)
    padded = np.zeros((rows, blocks * 256), np.float32)
    padded[: values.shape[0], : values.shape[1]] = rotated(values)
    x = padded.reshape(rows // 4, 4, blocks, 256).transpose(0, 2, 1, 3).reshape(-1, 4, 256)
    scales = np.maximum(np.sqrt((x**2).mean(2)) / 19, np.abs(x).max(2) / 63)
    best = np.inf
    for _ in range(3):
        scales = np.maximum(scales.astype(np.float16).astype(np.float32), 1e-12)
        errors, _, levels, _ = choose(tables, scales, x)
        errors[(lanes(x) == 0).all((2, 3))] = 0  # padding: what it becomes is never seen
        best = min(best, errors.sum(dtype=np.float64))
        scales = (lanes(x) * levels).sum((1, 3)) / np.maximum((levels**2).sum((1, 3)), 1e-9)
    columns = -(-values.shape[1] // 64) * 64
    panel = -(-(columns * 8 + columns // 2 + blocks * 32) // 64) * 64
    return best, rows // 16 * panel


def peer_error(library, values, name):
    kind = GGMLQuantizationType[name]
    flat = np.ascontiguousarray(values).reshape(-1)
    width = values.shape[1] if name in ("Q4_0", "Q8_0") else 256
    flat = flat[: flat.size // width * width]
    out = np.zeros(flat.size * 2, np.uint8)
    library.ggml_quantize_init(int(kind))
    size = library.ggml_quantize_chunk(int(kind), flat.ctypes.data_as(ctypes.c_void_p),
                                       out.ctypes.data_as(ctypes.c_void_p), ctypes.c_int64(0),
                                       ctypes.c_int64(flat.size // width), ctypes.c_int64(width), None)
    back = dequantize(out[:size], kind).reshape(-1)
    return ((back - flat) ** 2).sum(dtype=np.float64), size


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    library = ctypes.CDLL(sys.argv[2])
    library.ggml_quantize_chunk.restype = ctypes.c_size_t
    tables = level_tables()
    totals = {name: [0.0, 0] for name in ("capy int4",) + FORMATS}
    energy = count = 0
    for values in matrices(sys.argv[1]):
        energy += (values.astype(np.float64) ** 2).sum()
        count += values.size
        for name, total in totals.items():
            error, size = int4_error(values, tables) if name == "capy int4" else peer_error(library, values, name)
            total[0] += error
            total[1] += size
    for name, (error, size) in sorted(totals.items(), key=lambda item: item[1][1]):
        print(f"{name:10} {size * 8 / count:.3f} bits   relative RMS error {np.sqrt(error / energy):.5f}")


if __name__ == "__main__":
    main()
