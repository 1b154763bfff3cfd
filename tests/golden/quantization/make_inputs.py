#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/golden/quantization/inputs, the matrices that all cases.json share; README.md says what they are.

The two real ones come from sentence-transformers/all-MiniLM-L6-v2: give its model.safetensors as the argument to write
them anew (script/golden leaves them alone).
"""

import sys
from pathlib import Path

import numpy

FOLDER = Path(__file__).resolve().parent / "inputs"
F = numpy.float32
REAL = {"attention": "encoder.layer.3.attention.self.query.weight",
        "feed_forward": "encoder.layer.0.intermediate.dense.weight"}


def rows_of_edges(rng):
    """Finite rows of 256 that block quantizers stumble over."""
    normal = rng.normal(0, 0.02, 256)
    outlier = normal.copy()
    outlier[77] = 3.5
    tiny = numpy.where(numpy.arange(256) % 2, -1e-38, 1e-38) / (1 + numpy.arange(256) % 5)
    ties = (rng.integers(-8, 8, 256) + 0.5) / 64
    ties[::16] = 7.5 / 64
    below_power = numpy.full(256, numpy.nextafter(F(1), F(0)))
    below_power[::3] *= -0.37
    zero_blocks = normal.copy()
    zero_blocks[0:32] = 0
    zero_blocks[64:96] = -0.0
    zero_blocks[128:144] = 0
    ramp = numpy.linspace(-1, 1, 256)
    return [numpy.zeros(256), tiny, normal, outlier, ties, abs(normal), -abs(normal), rng.uniform(0.5, 1, 256),
            below_power, zero_blocks, numpy.full(256, 0.5), ramp, rng.normal(0, 1e4, 256), rng.normal(0, 1e-5, 256),
            rng.standard_t(2, 256) * 0.02, numpy.where(rng.random(256) < 0.5, 1.0, -1.0)]


def rows_of_specials(rng):
    """The same with values that are no numbers, one kind a row, between sound rows."""
    rows = [rng.normal(0, 0.02, 256) for _ in range(6)]
    rows[1][40] = numpy.inf
    rows[2][200] = -numpy.inf
    rows[4][17] = numpy.nan
    rows[5][3] = numpy.inf
    rows[5][5] = numpy.nan
    rows[5][250] = 3e38
    return rows


def blocks_of_ties(rng):
    """Blocks of 32 whose values lie half a step of Q4_0 or Q5_0 (by turns) apart: how a product rounds decides."""
    largest = rng.uniform(0.5, 1, (16, 8, 1)) * rng.choice([-1, 1], (16, 8, 1))
    steps = numpy.where(numpy.arange(8) % 2, 16, 8).reshape(1, 8, 1)
    halves = rng.integers(-steps + 1, steps, (16, 8, 32)) - 0.5
    blocks = largest * halves / steps
    blocks[..., :1] = largest
    return blocks.reshape(16, 256)


def rows_of_factors(rng):
    """Rows of INT8 whose codes hang on how 127 over the maximum is rounded, and maxima around the smallest, 3.732e-37,
    that leaves (1 / a) * 127 finite."""
    rows = []
    while len(rows) < 6:
        a = F(rng.uniform(0.5, 1))
        quotient, product = F(127) / a, F(1) / a * F(127)
        if quotient == product:
            continue
        halves = ((numpy.arange(127) + 0.5) * float(a) / 127).astype(F)
        near = numpy.concatenate([halves, numpy.nextafter(halves, F(0)), numpy.nextafter(halves, F(1))])
        kept = near[numpy.rint(near * quotient) != numpy.rint(near * product)]
        if kept.size:
            rows.append(numpy.concatenate([[a], numpy.resize(kept, 30), [-a]]))
    with numpy.errstate(under="ignore"):
        tiny = [rng.uniform(-1, 1, 32).astype(F) * F(a) for a in (3.7e-37, 3.8e-37, 1e-40)]
    return rows + [numpy.where(abs(row) == abs(row).max(), F(a), row)
                   for row, a in zip(tiny, (3.732e-37, 3.733e-37, 1e-40))]


def main():
    rng = numpy.random.default_rng(2023)
    FOLDER.mkdir(exist_ok=True)
    arrays = {"edges": rows_of_edges(rng), "specials": rows_of_specials(rng), "odd": rng.normal(0, 0.02, (5, 37)),
              "importance_256": rng.gamma(0.5, 2.0, 256), "importance_384": rng.gamma(0.5, 2.0, 384)}
    arrays["factors"] = rows_of_factors(numpy.random.default_rng(127))
    arrays["zeros"] = numpy.zeros((2, 64))
    arrays["ties"] = blocks_of_ties(numpy.random.default_rng(432))
    arrays["importance_384"][100] = 400  # a column that matters
    layer = numpy.random.default_rng(2024)  # the inputs of a layer: two columns of outliers, and a value at 6.0
    for columns in (256, 384):
        inputs = layer.normal(0, 0.8, (24, columns))
        inputs[:, 11] *= 12
        inputs[3, 200] = -31
        inputs[7, 90] = 6
        inputs[8, 91] = 5.999  # rounds to 6 in binary16
        arrays[f"inputs_{columns}"] = inputs
    for name, rows in arrays.items():
        numpy.save(FOLDER / f"{name}.npy", numpy.asarray(rows).astype(F))
    if len(sys.argv) > 1:
        from safetensors import safe_open

        with safe_open(sys.argv[1], framework="numpy") as model:
            for name, tensor in REAL.items():
                numpy.save(FOLDER / f"{name}.npy", model.get_tensor(tensor).astype(F)[:768])


if __name__ == "__main__":
    main()
