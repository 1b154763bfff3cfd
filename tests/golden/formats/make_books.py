#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes <id>.decode.npy, <id>.encode.{input,code}.npy of the code books of bitsandbytes and ggml, and books.json;
README.md has the layout.

The rounding of the GPU kernels and of ggml's C code, which no Python package runs without a GPU, is done here step by
step in float32, as the constants and comparisons of the sources have it. What bitsandbytes does on the CPU is compared
with it, and the script stops where the two differ for another reason than those named below.
"""

import importlib.metadata
import json
from pathlib import Path

import bitsandbytes
import bitsandbytes.functional
import gguf.quants
import numpy
import torch

FOLDER = Path(__file__).resolve().parent
SEED = 754
SINGLE = numpy.float32
FP4_TREE = [SINGLE(text) for text in ("0.00260417", "0.0859375", "0.20833333", "0.29166667", "0.4166667", "0.583333",
                                      "0.8333333")]
FP4_CODES = [0, 1, 6, 7, 4, 5, 2, 3]  # by rising magnitude


def midpoints(rising):
    return (rising[:-1] + rising[1:]) / SINGLE(2)


def encode_fp4(x):
    """dQuantizeFP4 of csrc/kernels.cu: a tree of comparisons with constants, each |x| > t."""
    sign = 8 if x < 0 else 0
    return FP4_CODES[sum(abs(x) > t for t in FP4_TREE)] + sign


def encode_dynamic(table, x):
    """dQuantize of csrc/kernels.cu: a search by halving, then a strict comparison with the midpoint to one side."""
    pivot, lower, upper, step = 127, 0, 255, 64
    while step > 0:
        if x > table[pivot]:
            lower, pivot = pivot, pivot + step
        else:
            upper, pivot = pivot, pivot - step
        step //= 2
    if x > table[pivot]:
        return upper if x > (table[upper] + table[pivot]) * SINGLE(0.5) else pivot
    return lower if x < (table[lower] + table[pivot]) * SINGLE(0.5) else pivot


def encode_int8_book(table, x):
    """best_index_int8 of ggml-quants.c."""
    if x <= table[0]:
        return 0
    if x >= table[-1]:
        return len(table) - 1
    above = int(numpy.searchsorted(table, x, side="right"))
    return above - 1 if SINGLE(x - table[above - 1]) < SINGLE(table[above] - x) else above


def blockwise(inputs, size):
    """Blocks of `size` whose first element is 1, so that inputs within +-1 are divided by 1."""
    padded = numpy.concatenate((inputs, numpy.zeros(-len(inputs) % (size - 1), dtype=SINGLE))).reshape(-1, size - 1)
    return numpy.concatenate((numpy.ones((len(padded), 1), dtype=SINGLE), padded), axis=1)


def library_4bit(inputs, kind):
    packed, _ = torch.ops.bitsandbytes.quantize_4bit(torch.tensor(blockwise(inputs, 64).reshape(-1)), 64, kind,
                                                     torch.uint8)
    packed = packed.numpy().reshape(-1)
    codes = numpy.stack((packed >> 4, packed & 15), axis=1)
    return codes.reshape(-1, 64)[:, 1:].reshape(-1)[:len(inputs)]


def library_8bit(inputs, table):
    """float64 takes the path that compares with every entry; that of float32 looks the code up in 65,536 steps."""
    blocks = torch.tensor(blockwise(inputs, 256).reshape(-1), dtype=torch.float64)
    codes, _ = torch.ops.bitsandbytes.quantize_blockwise(blocks, torch.tensor(table), 256)
    return codes.numpy().reshape(-1, 256)[:, 1:].reshape(-1)[:len(inputs)]


def make_inputs(table, borders, rng, most_decades):
    """Distinct float32, rising as unsigned integers: thresholds and values with both neighbours, numbers beyond the
    ends, random ones. Not -0, of which README.md tells."""
    end = numpy.abs(table).max()
    near = numpy.concatenate((borders, table)).astype(SINGLE)
    near = numpy.concatenate((near, numpy.nextafter(near, SINGLE(-numpy.inf)), numpy.nextafter(near, SINGLE(numpy.inf))))
    flat = rng.uniform(-1.1 * end, 1.1 * end, 2000)
    steep = end * 10.0 ** rng.uniform(-most_decades, 0.05, 2000) * rng.choice((-1.0, 1.0), 2000)
    edges = [0.0, 1e-38, -1e-38, 2 * end, -2 * end, numpy.inf, -numpy.inf]
    bits = numpy.unique(numpy.concatenate((near, flat, steep, edges)).astype(SINGLE).view(numpy.uint32))
    return bits[bits != 1 << 31].view(SINGLE)


def expect_same(name, inputs, codes, library, excused):
    differing = numpy.flatnonzero((codes != library) & ~excused)
    assert differing.size == 0, f"{name}: {inputs[differing[0]]!r} is {codes[differing[0]]}, in the library " \
                                f"{library[differing[0]]}"


def nearly(inputs, borders):
    """Which inputs are a border or its float32 neighbour."""
    near = numpy.concatenate((borders, numpy.nextafter(borders, SINGLE(-numpy.inf)),
                              numpy.nextafter(borders, SINGLE(numpy.inf))))
    return numpy.isin(inputs, near)


def between(inputs, a, b):
    low, high = numpy.minimum(a, b), numpy.maximum(a, b)
    return ((inputs[:, None] >= low) & (inputs[:, None] <= high)).any(axis=1)


def save(name, array, oracle, manifest):
    numpy.save(FOLDER / name, numpy.ascontiguousarray(array), allow_pickle=False)
    manifest[name] = {"dtype": array.dtype.str, "shape": list(array.shape), "oracle": oracle}


def save_book(name, table, inputs, codes, oracles, manifest):
    save(f"{name}.decode.npy", table.astype(SINGLE), oracles[0], manifest)
    save(f"{name}.encode.input.npy", inputs.view(numpy.uint32), "input", manifest)
    save(f"{name}.encode.code.npy", numpy.array(codes, dtype=numpy.uint8), oracles[1], manifest)


def make_fp4(manifest):
    table = bitsandbytes.functional.get_4bit_type("fp4", device="cpu", blocksize=64).numpy().copy()
    assert table[8] == 0 and not numpy.signbit(table[8])
    table[8] = -0.0  # dDequantizeFP4Tree multiplies 0 by the sign
    borders = numpy.array([-t for t in FP4_TREE[::-1]] + FP4_TREE, dtype=SINGLE)
    inputs = make_inputs(table, borders, numpy.random.default_rng([SEED, 4, 2]), 4)
    codes = numpy.array([encode_fp4(x) for x in inputs])
    rising = numpy.sort(table[table != 0])
    exact = midpoints(numpy.insert(rising, 7, 0))
    within = numpy.abs(inputs) <= 1
    tiny = numpy.abs(inputs) <= SINGLE("0.0026043")  # code 0 or 8, both of which are zero there
    expect_same("bnb_fp4", inputs, codes, library_4bit(inputs, "fp4"), between(inputs, borders, exact) | tiny | ~within)
    save_book("bnb_fp4", table, inputs, codes, ("bitsandbytes, code 8 negative as on CUDA", "dQuantizeFP4 in numpy"),
              manifest)


def make_af4(manifest):
    table = bitsandbytes.functional.get_4bit_type("af4", device="cpu", blocksize=64).numpy()
    inputs = make_inputs(table, midpoints(table[::-1]), numpy.random.default_rng([SEED, 4, 3]), 3)
    codes = library_4bit(numpy.clip(inputs, -1, 1), "af4")
    save_book("af4", table, inputs, codes, ("bitsandbytes", "bitsandbytes quantize_4bit"), manifest)


def make_iq4(manifest):
    table = numpy.array(gguf.quants.IQ4_NL.kvalues, dtype=SINGLE)
    inputs = make_inputs(table, midpoints(table), numpy.random.default_rng([SEED, 4, 5]), 3)
    codes = [encode_int8_book(table, x) for x in inputs]
    save_book("iq4_nl", table, inputs, codes, ("gguf", "best_index_int8 in numpy"), manifest)


def make_dynamic(manifest):
    for name, signed in (("dynamic8", True), ("dynamic8_unsigned", False)):
        table = bitsandbytes.functional.create_dynamic_map(signed, max_exponent_bits=7, total_bits=8).numpy()
        borders = midpoints(table)
        inputs = make_inputs(table, borders, numpy.random.default_rng([SEED, 8, signed]), 7)
        codes = numpy.array([encode_dynamic(table, x) for x in inputs])
        excused = nearly(inputs, borders) | (numpy.abs(inputs) > 1)
        expect_same(name, inputs, codes, library_8bit(numpy.clip(inputs, -1, 1), table), excused)
        save_book(name, table, inputs, codes, ("bitsandbytes", "dQuantize in numpy"), manifest)


def main():
    files = {}
    make_fp4(files)
    make_af4(files)
    make_iq4(files)
    make_dynamic(files)
    manifest = {
        "script": Path(__file__).name,
        "seed": SEED,
        "versions": {"numpy": numpy.__version__, "torch": torch.__version__, "bitsandbytes": bitsandbytes.__version__,
                     "gguf": importlib.metadata.version("gguf")},
        "files": dict(sorted(files.items())),
    }
    (FOLDER / "books.json").write_text(json.dumps(manifest, indent=1) + "\n")


if __name__ == "__main__":
    main()
