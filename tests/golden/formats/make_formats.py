#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes <id>.decode.npy, <id>.encode.digest.npy or <id>.encode.{input,code}.npy, and manifest.json; README.md has the
layout.

Oracles: numpy for float16, ml_dtypes for bfloat16 and below, bitsandbytes for the table of nf4, exact rationals for
tfloat32 (no library has it as a type). Each code of numpy and ml_dtypes is also found by comparison with the exact
midpoints of the decoded values, and the script stops where the two differ.
"""

import json
import platform
from fractions import Fraction
from pathlib import Path

import bitsandbytes
import bitsandbytes.functional
import ml_dtypes
import numpy

from encode_inputs import (DTYPES, SIGN_BIT, bits_of, decode_all, digests, encode, encode_by_table, floats_of,
                           input_sets, marked)
from exact_codec import FORMATS

FOLDER = Path(__file__).resolve().parent
SEED = 754
RANDOM_PATTERNS = 10_000
RANDOM_IN_RANGE = 10_000
SAMPLED_MIDPOINTS = 4_000
INFINITY_BITS = 0x7F800000

INTEGERS = {"int8": (numpy.int8, -128, 127), "int4": (ml_dtypes.int4, -8, 7)}


def save(name, array, oracle, manifest):
    numpy.save(FOLDER / name, numpy.ascontiguousarray(array), allow_pickle=False)
    manifest[name] = {"dtype": array.dtype.str, "shape": list(array.shape), "oracle": oracle}


def midpoint_bits(spec, rng):
    """float32 bits of midpoints of neighbouring magnitudes: the three at each power of two, the one between the largest
    and the step above it, and a sample of fixed size."""
    borders = numpy.arange(0, spec.max_code + 1, 1 << spec.fraction_bits)
    near = numpy.concatenate((borders - 1, borders, borders + 1, [spec.max_code - 1, spec.max_code]))
    sample = rng.choice(numpy.arange(spec.max_code + 1), SAMPLED_MIDPOINTS, replace=False)
    lower = numpy.concatenate((near[near >= 0], sample))
    middles = [(spec.magnitude(int(code)) + spec.magnitude(int(code) + 1)) / 2 for code in lower]
    rounded = numpy.array([float(m) for m in middles], dtype=numpy.float32)
    assert all(Fraction(float(r)) == m for r, m in zip(rounded, middles)), "a midpoint needs more than float32"
    return bits_of(rounded)


def float_inputs(spec, rng):
    """Distinct float32 bit patterns in rising order: edges, midpoints with both neighbours, and random ones."""
    middle = midpoint_bits(spec, rng)
    powers = [0, 1, 2, spec.max_code, (1 << spec.fraction_bits) - 1, 1 << spec.fraction_bits]
    edges = bits_of([float(spec.magnitude(code)) for code in powers])
    special = numpy.array([0, 1, 0x007FFFFF, 0x00800000, 0x7F7FFFFF, INFINITY_BITS, 0x7F800001, 0x7FC00000, 0x7FFFFFFF])
    near = numpy.concatenate((middle, edges)).astype(numpy.int64)
    near = numpy.concatenate((near - 1, near, near + 1, special))
    near = near[near >= 0]
    patterns = rng.integers(0, 1 << 32, RANDOM_PATTERNS)
    lowest = max(1, 127 + spec.smallest_exponent - spec.fraction_bits - 3)
    highest = min(254, 127 + (spec.max_code >> spec.fraction_bits) - spec.bias + 2)
    in_range = ((rng.integers(0, 2, RANDOM_IN_RANGE) << 31) | (rng.integers(lowest, highest + 1, RANDOM_IN_RANGE) << 23)
                | rng.integers(0, 1 << 23, RANDOM_IN_RANGE))
    return numpy.unique(numpy.concatenate((near, near | SIGN_BIT, patterns, in_range))).astype(numpy.uint32)


def encode_exactly(spec, bits):
    """Codes from exact rationals; None for NaN."""
    codes = []
    for pattern in bits.tolist():
        magnitude, negative = pattern & 0x7FFFFFFF, pattern >> 31
        if magnitude > INFINITY_BITS:
            codes.append(None)
        elif magnitude == INFINITY_BITS:
            codes.append(spec.encode_overflow(negative))
        else:
            codes.append(spec.encode(Fraction(float(floats_of([magnitude])[0])), negative))
    return codes


def make_floats(manifest):
    for name in DTYPES:
        oracle = "numpy" if name == "float16" else "ml_dtypes"
        save(f"{name}.decode.npy", decode_all(name), oracle, manifest)
        found = []
        for key, bits in input_sets(name).items():
            codes = encode(name, bits)
            differing = numpy.flatnonzero(marked(name, codes) != encode_by_table(name, bits))
            assert differing.size == 0, f"{name}: {bits[differing[0]]:#010x} of {key} is not rounded to nearest"
            found += digests(name, codes)
        save(f"{name}.encode.digest.npy", numpy.array(found, dtype=numpy.uint64), oracle, manifest)


def make_tfloat32(manifest):
    spec = FORMATS["tfloat32"]
    inputs = float_inputs(spec, numpy.random.default_rng([SEED, spec.bits, spec.fraction_bits]))
    codes = [spec.with_sign(spec.nan_code, pattern >> 31) if code is None else code
             for pattern, code in zip(inputs.tolist(), encode_exactly(spec, inputs))]
    save("tfloat32.encode.input.npy", inputs, "input", manifest)
    save("tfloat32.encode.code.npy", numpy.array(codes, dtype=numpy.uint32), "exact rationals", manifest)


def make_integers(manifest):
    for name, (dtype, low, high) in INTEGERS.items():
        bits = (high - low).bit_length()
        signed = numpy.arange(1 << bits).astype(numpy.uint8).view(numpy.int8) if bits == 8 else \
            numpy.arange(1 << bits, dtype=numpy.uint8).view(dtype)
        save(f"{name}.decode.npy", signed.astype(numpy.float32), "numpy" if bits == 8 else "ml_dtypes", manifest)
        rng = numpy.random.default_rng([SEED, bits])
        middle = bits_of(numpy.arange(0, high + 4) + 0.5).astype(numpy.int64)
        whole = bits_of(numpy.arange(0, high + 4)).astype(numpy.int64)
        near = numpy.concatenate((middle - 1, middle, middle + 1, whole, [1, 0x7F7FFFFF, INFINITY_BITS]))
        spread = bits_of(rng.uniform(1.5 * low, 1.5 * high, 4000))
        inputs = numpy.unique(numpy.concatenate((near, near | SIGN_BIT, spread))).astype(numpy.uint32)
        codes = numpy.clip(numpy.rint(floats_of(inputs)), low, high).astype(numpy.int32) & ((1 << bits) - 1)
        save(f"{name}.encode.input.npy", inputs, "input", manifest)
        save(f"{name}.encode.code.npy", codes.astype(numpy.uint8), "numpy rint, then clip", manifest)


def make_nf4(manifest):
    table = bitsandbytes.functional.get_4bit_type("nf4", device="cpu").numpy()
    assert table.dtype == numpy.float32 and table.shape == (16,)
    save("nf4.decode.npy", table, "bitsandbytes", manifest)
    midpoints = (table[:-1] + table[1:]) / numpy.float32(2)
    middle = bits_of(midpoints).astype(numpy.int64)
    rng = numpy.random.default_rng([SEED, 4, 4])
    inputs = numpy.concatenate((middle - 1, middle, middle + 1, bits_of(table), bits_of([0.0, -0.0, 1e-38, -1e-38]),
                                bits_of([2.0, -2.0, numpy.inf, -numpy.inf]), bits_of(rng.uniform(-1.1, 1.1, 4000))))
    inputs = numpy.unique(inputs).astype(numpy.uint32)
    codes = numpy.searchsorted(midpoints, floats_of(inputs), side="left").astype(numpy.uint8)
    save("nf4.encode.input.npy", inputs, "input", manifest)
    save("nf4.encode.code.npy", codes, "numpy searchsorted over bitsandbytes' midpoints", manifest)


def main():
    files = {}
    make_floats(files)
    make_tfloat32(files)
    make_integers(files)
    make_nf4(files)
    manifest = {
        "script": Path(__file__).name,
        "seed": SEED,
        "versions": {"python": platform.python_version(), "numpy": numpy.__version__,
                     "ml_dtypes": ml_dtypes.__version__, "bitsandbytes": bitsandbytes.__version__},
        "files": dict(sorted(files.items())),
    }
    (FOLDER / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")


if __name__ == "__main__":
    main()
