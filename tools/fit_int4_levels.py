#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Finds the level tables of src/tensor/int4_levels.h: Lloyd's iteration on normal values, which is what rotated weights
are. Lanes of 4 rows x 4 K choose among 8 tables and their negatives; scales (one per row and 256 K) and levels are fitted
to the choice in turn. Needs numpy.

    python3 tools/fit_int4_levels.py --blocks 200 --rounds 80
"""
import argparse

import numpy as np

LEVEL_MAX = 63
START = np.array([-114, -91, -72, -56, -41, -28, -15, -3, 9, 21, 34, 48, 63, 81, 101, 127]) * LEVEL_MAX / 127
SIZES = 0.46 ** (1 - np.arange(8) / 7)


def lanes(rows):
    """[blocks, 4, 256] -> [blocks, 64 lanes, 4 rows, 4 K]"""
    return rows.reshape(-1, 4, 64, 4).transpose(0, 2, 1, 3)


def choose(tables, scales, x):
    """The best table of each lane: values in units of the scale, squared errors, tables, levels and codes."""
    values = lanes(x / scales[:, :, None])
    weights = (scales**2)[:, None, :, None]
    best = np.full(values.shape[:2], np.inf, np.float32)
    chosen = np.zeros(values.shape[:2], int)
    levels = np.zeros_like(values)
    codes = np.zeros(values.shape, np.int8)
    for table in range(16):
        sign = 1 if table < 8 else -1
        steps = tables[table % 8]
        code = np.searchsorted((steps[1:] + steps[:-1]) / 2, sign * values).astype(np.int8)
        level = (sign * steps[code]).astype(np.float32)
        error = (((values - level) ** 2) * weights).sum((2, 3))
        wins = error < best
        best[wins], chosen[wins], levels[wins], codes[wins] = error[wins], table, level[wins], code[wins]
    return best, chosen, levels, codes


def refit(tables, scales, x, chosen, codes):
    """Levels as the weighted means of what chose them, over-relaxed; the largest stays LEVEL_MAX."""
    sign = np.where(chosen < 8, 1, -1)[:, :, None, None]
    values = lanes(x / scales[:, :, None]) * sign
    weights = np.broadcast_to((scales**2)[:, None, :, None], values.shape)
    index = ((chosen % 8)[:, :, None, None] * 16 + codes).ravel()
    total = np.bincount(index, (values * weights).ravel(), 128)
    weight = np.bincount(index, weights.ravel(), 128)
    means = np.where(weight > 0, total / np.maximum(weight, 1e-9), tables.ravel()).reshape(8, 16)
    tables = np.sort(np.clip(tables + 1.5 * (means - tables), -LEVEL_MAX, LEVEL_MAX), 1)
    growth = LEVEL_MAX / np.abs(tables).max()
    return tables * growth, scales / growth


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--blocks", type=int, default=200, help="blocks of 4 rows x 256 K")
    parser.add_argument("--rounds", type=int, default=80)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    x = np.random.default_rng(arguments.seed).standard_normal((arguments.blocks, 4, 256)).astype(np.float32)
    scales = np.abs(x).max(2) / LEVEL_MAX
    tables = np.round(START[None] * SIZES[:, None])
    for round_number in range(arguments.rounds):
        errors, chosen, levels, codes = choose(np.round(tables), scales, x)
        print(f"round {round_number}: relative RMS error {np.sqrt(errors.sum() / (x**2).sum()):.5f}", flush=True)
        last = np.round(tables).astype(int)
        fitted = (lanes(x) * levels).sum((1, 3)) / np.maximum((levels**2).sum((1, 3)), 1e-9)
        tables, scales = refit(tables, fitted.astype(np.float32), x, chosen, codes)
    for table in last:
        print("{" + ", ".join(str(level) for level in table) + "},")


if __name__ == "__main__":
    main()
