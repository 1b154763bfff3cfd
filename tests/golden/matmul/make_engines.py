#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes engines.json: dot products of every hardware unit, by an implementation of its own in exact fractions.

Written from the published algorithms (arXiv 2511.10909 v2 for all of them, arXiv 2512.07004 for NVIDIA's), with Python's
Fraction, so that nothing is rounded but where the algorithm says so: no float arithmetic, no shifts, none of the code
under test. Operands are of wide exponents, with subnormal numbers, zeros and cancellation, several blocks long, which is
what results recorded on GPUs do not cover. Bits are hexadecimal; NaN of the fused units is 7fffffff.
"""

import json
import random
import struct
from fractions import Fraction
from math import floor
from pathlib import Path

FORMATS = {  # exponent bits, fraction bits, bias, largest finite value
    "float16": (5, 10, 15, 65504), "bfloat16": (8, 7, 127, None), "tfloat32": (8, 10, 127, None),
    "float8_e4m3fn": (4, 3, 7, 448), "float8_e5m2": (5, 2, 15, 57344),
    "float8_e4m3fnuz": (4, 3, 8, 240), "float8_e5m2fnuz": (5, 2, 16, 57344), "float6_e3m2fn": (3, 2, 3, 28),
    "float6_e2m3fn": (2, 3, 1, 7.5), "float4_e2m1fn": (2, 1, 1, 6)}


def power(exponent):
    return Fraction(2) ** exponent


def exponent_of(x):
    """floor(log2 |x|), exactly."""
    x = abs(x)
    exponent = x.numerator.bit_length() - x.denominator.bit_length()
    return exponent if power(exponent) <= x else exponent - 1


def to_zero(x, unit):
    return int(abs(x) / unit) * (1 if x > 0 else -1) * unit


def down(x, unit):
    return floor(x / unit) * unit


def to_even(x, unit):
    quotient = abs(x) / unit
    whole = floor(quotient)
    rest = quotient - whole
    if rest > Fraction(1, 2) or (rest == Fraction(1, 2) and whole % 2):
        whole += 1
    return whole * unit * (1 if x > 0 else -1)


def rounded(x, fraction_bits, smallest, step):
    return x if x == 0 else step(x, power(max(exponent_of(x), smallest) - fraction_bits))


class Overflow(Exception):
    """A sum on the way is beyond its format: such a dot product is left out."""


def within(x, largest):
    if abs(x) > largest:
        raise Overflow
    return x


RESULTS = {"fp32": lambda x: within(rounded(x, 23, -126, to_zero), power(127)),
           "e8m13": lambda x: within(rounded(x, 13, -126, to_zero), power(127)),
           "fp16": lambda x: within(rounded(x, 10, -14, to_even), 65504)}


def fused(a, b, c, smallest, zero, bits, result, c_smallest=-126):
    terms = [(x * y, max(exponent_of(x), smallest) + max(exponent_of(y), smallest)) if x * y else (0, zero)
             for x, y in zip(a, b)]
    terms.append((c, max(exponent_of(c), c_smallest)) if c else (0, zero))
    unit = power(max(exponent for _, exponent in terms) - bits)
    return RESULTS[result](sum(to_zero(Fraction(value), unit) for value, _ in terms))


def nearest(x):
    return within(rounded(x, 23, -126, to_even), power(127))


def products(a, b, smallest):
    return [(x * y, max(exponent_of(x), smallest) + max(exponent_of(y), smallest)) for x, y in zip(a, b) if x * y]


def cut_sum(terms, bits):
    if not terms:
        return Fraction(0), -999
    largest = max(exponent for _, exponent in terms)
    return sum(to_zero(value, power(largest - bits)) for value, _ in terms), largest


def meet(dot, largest, c, pair):
    c_exponent = max(exponent_of(c), -126) if c else -126
    top = max(largest, c_exponent)
    kept = down(c, power(top - 24))
    if pair and c_exponent < top - 25:
        kept = 0
    total = down(dot, power(top - 32)) + kept
    return nearest(rounded(total, 31, -126, down))


def floored(a, b, c, smallest):
    dot, largest = cut_sum(products(a, b, smallest), 24)
    return meet(dot, largest, c, False)


def floored_pair(a, b, c, smallest):
    even, e0 = cut_sum(products(a[::2], b[::2], smallest), 24)
    odd, e1 = cut_sum(products(a[1::2], b[1::2], smallest), 24)
    largest = max(e0, e1)
    return meet(down(even, power(largest - 24)) + down(odd, power(largest - 24)), largest, c, True)


def flush(x, smallest=-126):
    return x if abs(x) >= power(smallest) else Fraction(0)


def flushed(a, b, c, smallest):
    terms = [flush(nearest(flush(x, smallest) * flush(y, smallest))) for x, y in zip(a, b)]
    pairs = [flush(nearest(terms[i] + terms[i + 1])) for i in range(0, len(terms), 2)]
    return flush(nearest(flush(c) + flush(nearest(pairs[0] + pairs[1]))))


def exact(a, b, c):
    return nearest(sum((x * y for x, y in zip(a, b)), c))


def scaled(a, b, c, element, bits):
    """MX blocks of 32: a and b are pairs of elements and the exponent of their scale."""
    smallest = 1 - FORMATS[element][2]
    (x, ex), (y, ey) = a, b
    terms = [(p * q * power(ex + ey), max(exponent_of(p), smallest) + max(exponent_of(q), smallest) + ex + ey)
             if p * q else (0, -133) for p, q in zip(x, y)]
    terms.append((c, max(exponent_of(c), -126)) if c else (0, -133))
    unit = power(max(exponent for _, exponent in terms) - bits)
    return RESULTS["fp32"](sum(to_zero(Fraction(value), unit) for value, _ in terms))


def grouped(a, b, c):
    """FP4, 64 products: groups of 16 are added exactly, then scaled. a and b are two blocks of 32 with their exponents."""
    terms = []
    for (x, ex), (y, ey) in zip(a, b):
        for first in (0, 16):
            products = [p * q for p, q in zip(x[first:first + 16], y[first:first + 16])]
            terms.append((sum(products) * power(ex + ey), ex + ey if any(products) else -133))
    terms.append((c, max(exponent_of(c), -126)) if c else (0, -133))
    unit = power(max(exponent for _, exponent in terms) - 35)
    return RESULTS["fp32"](sum(to_zero(Fraction(value), unit) for value, _ in terms))


def mx_block(element, generator):
    """32 elements of which one has the largest exponent there is, so that OCP's scale is the one that was drawn."""
    _, fraction_bits, bias, largest = FORMATS[element]
    top = exponent_of(Fraction(largest))
    values = [draw(element, generator.choice((1, 3, 8)), generator) for _ in range(32)]
    values[generator.randrange(32)] = power(top) * generator.choice((-1, 1))
    return values, generator.randint(-12, 12)


def mx_cases(generator):
    for name, element in (("mxfp8_e4m3", "float8_e4m3fn"), ("mxfp8_e5m2", "float8_e5m2"),
                          ("mxfp6_e3m2", "float6_e3m2fn"), ("mxfp6_e2m3", "float6_e2m3fn"), ("mxfp4", "float4_e2m1fn")):
        dots = []
        for like in range(12):
            a, b = ([mx_block(element, generator) for _ in range(2)] for _ in "ab")
            if like % 4 == 3:
                a[1], b[1] = a[0], ([-y for y in b[0][0]], b[0][1])
            c = draw("tfloat32", 8, generator) if like % 3 else Fraction(0)
            if name == "mxfp4":
                d = grouped(a, b, c)
            else:
                d = c
                for x, y in zip(a, b):
                    d = scaled(x, y, d, element, 25)
            flat = [[x * power(e) for values, e in side for x in values] for side in (a, b)]
            dots.append({"a": "".join(map(bits_of, flat[0])), "b": "".join(map(bits_of, flat[1])), "c": bits_of(c),
                         "d": bits_of(d)})
        yield {"engine": "b200-tcgen05", "format": name, "half": False, "dots": dots}


def chained(step, length):
    def run(a, b, c):
        for i in range(0, len(a), length):
            c = step(a[i:i + length], b[i:i + length], c)
        return c
    return run


def tensor_core(bits, length, zero, result, smallest):
    c_smallest = -14 if result == "fp16" else -126
    return chained(lambda a, b, c: fused(a, b, c, smallest, zero, bits, result, c_smallest), length)


def two_halves(half, smallest):
    """fp8 mma.sync of sm_90: k mod 4 of 0 and 1, then 2 and 3, from zero; c is added to the result."""
    result, zero, add = ("fp16", -21, RESULTS["fp16"]) if half else ("fp32", -133, nearest)
    step = tensor_core(25, 16, zero, result, smallest)

    def run(a, b, c):
        for i in range(0, len(a), 32):
            order = [k for k in range(i, i + 32) if k % 4 < 2] + [k for k in range(i, i + 32) if k % 4 >= 2]
            c = add(c + step([a[k] for k in order], [b[k] for k in order], Fraction(0)))
        return c
    return run


def engines():
    def smallest(name):
        return 1 - FORMATS[name][2]

    for engine, bits, zero, lengths in (("v100", 23, None, {"float16": 4}), ("t4", 24, -132, {"float16": 8}),
                                        ("a100", 24, -132, {"tfloat32": 4, "float16": 8, "bfloat16": 8}),
                                        ("h100-wgmma", 25, -133, {"tfloat32": 8, "float16": 16, "bfloat16": 16}),
                                        ("b200-tcgen05", 25, -133, {"tfloat32": 8, "float8_e4m3fn": 32,
                                                                    "float8_e5m2": 32})):
        for name, length in lengths.items():
            yield engine, name, False, tensor_core(bits, length, -1024 if zero is None else zero, "fp32", smallest(name))
            if name == "float16":
                yield engine, name, True, tensor_core(bits, length, -19 if zero is None else zero + 112, "fp16", -14)
    for engine, length, zero in (("l40s", 16, -132), ("h100-wgmma", 32, -133)):
        for name in ("float8_e4m3fn", "float8_e5m2"):
            yield engine, name, False, tensor_core(13, length, zero, "e8m13", smallest(name))
            yield engine, name, True, tensor_core(13, length, zero + 112, "fp16", smallest(name))
    for name in ("float8_e4m3fn", "float8_e5m2"):
        yield "h100-mma", name, False, two_halves(False, smallest(name))
        yield "h100-mma", name, True, two_halves(True, smallest(name))
    yield "cdna1", "float16", False, chained(exact, 4)
    yield "cdna1", "bfloat16", False, chained(exact, 2)
    for name in ("float16", "bfloat16"):
        yield "cdna2", name, False, chained(lambda a, b, c, s=smallest(name): flushed(a, b, c, s), 4)
    for name, length in (("tfloat32", 4), ("float16", 8), ("bfloat16", 8)):
        yield "cdna3", name, False, chained(lambda a, b, c, s=smallest(name): floored(a, b, c, s), length)
    for name in ("float8_e4m3fnuz", "float8_e5m2fnuz"):
        yield "cdna3", name, False, chained(lambda a, b, c, s=smallest(name): floored_pair(a, b, c, s), 16)


def draw(name, spread, generator):
    """A value of the format: zero now and then, else any significand and an exponent within the spread."""
    _, fraction_bits, bias, largest = FORMATS[name]
    if generator.random() < 0.1:
        return Fraction(0)
    smallest = 1 - bias
    exponent = max(smallest - fraction_bits, generator.randint(-spread, max(-spread, min(spread, bias - 1))))
    value = power(exponent) * (1 + Fraction(generator.getrandbits(fraction_bits), 2 ** fraction_bits))
    value = to_zero(value, power(max(exponent, smallest) - fraction_bits))
    return min(value, Fraction(largest) if largest else value) * generator.choice((-1, 1))


def bits_of(x):
    return struct.pack(">f", float(x)).hex()


def main():
    generator = random.Random(8)
    cases = []
    for engine, name, half, run in engines():
        dots = []
        for spread in (0, 2, 8, 40):
            for like in range(4):
                a = [draw(name, spread, generator) for _ in range(64)]
                b = [draw(name, spread, generator) for _ in range(64)]
                if like == 3:  # what came first is taken away again
                    a[32:] = a[:32]
                    b[32:] = [-y for y in b[:32]]
                c = draw("float16" if half else "tfloat32", min(spread, 8), generator) if like else Fraction(0)
                try:
                    d = run(a, b, c)
                except Overflow:
                    continue
                dots.append({"a": "".join(map(bits_of, a)), "b": "".join(map(bits_of, b)), "c": bits_of(c),
                             "d": bits_of(d)})
        cases.append({"engine": engine, "format": name, "half": half, "dots": dots})
    cases += mx_cases(generator)
    document = {"oracle": "exact fractions in Python, from arXiv 2511.10909 v2", "cases": cases}
    Path(__file__).with_name("engines.json").write_text(json.dumps(document, indent=0) + "\n")


if __name__ == "__main__":
    main()
