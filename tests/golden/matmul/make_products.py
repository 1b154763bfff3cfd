#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes products.json: matrix products of the engines of integers, by an implementation of its own.

Written from the definitions (docs/matrix-engines.md names their sources) with Python's integers and Fraction: nothing is
rounded but where the definition says so, and then by the functions below. A is rows by k, B comes as its columns, of k
elements each; every number is the hexadecimal pattern of a binary64.
"""

import json
import random
import struct
from fractions import Fraction
from math import floor
from pathlib import Path

from make_engines import exponent_of, power, rounded, to_even, within

HALF = Fraction(1, 2)


def single(x):
    """To binary32, nearest even; none of the cases is beyond it."""
    return rounded(Fraction(x), 23, -126, to_even)


def half(x):
    return within(rounded(Fraction(x), 10, -14, to_even), 65504)


def double(x):
    return Fraction(float(x))  # Python rounds quotients of integers to nearest even


def whole(x):
    """To an integer, nearest even."""
    return int(to_even(Fraction(x), Fraction(1))) if x else 0


def away(x):
    """To an integer, ties away from zero."""
    return floor(abs(x) + HALF) * (1 if x >= 0 else -1)


# bitsandbytes: binary16, then INT8 by row.

def int8_row(row, threshold):
    kept = [Fraction(0) if threshold and abs(x) >= threshold else x for x in row]
    scale = max(abs(x) for x in kept)
    if scale == 0:
        return [0] * len(row), scale
    factor = single(single(1 / scale) * 127)
    return [whole(single(x * factor)) for x in kept], scale


def restored(code, scale):
    return single(single(code * scale) * single(Fraction("0.007874015718698502")))


def int8(a, b, threshold):
    a = [[half(x) for x in row] for row in a]
    b = [[half(x) for x in row] for row in b]
    outliers = [k for k in range(len(a[0])) if threshold and any(abs(row[k]) >= threshold for row in a)]
    left = [int8_row(row, threshold) for row in a]
    right = [int8_row(row, 0) for row in b]
    factor = single(Fraction("6.200124e-05"))

    def element(i, j):
        (x, sx), (y, sy) = left[i], right[j]
        total = sum(p * q for k, (p, q) in enumerate(zip(x, y)) if k not in outliers)
        regular = half(single(single(single(total) * single(sx * sy)) * factor))
        if not outliers:
            return regular
        rest = Fraction(0)
        for k in outliers:
            rest = single(rest + single(a[i][k] * half(restored(y[k], sy))))
        return half(single(regular + rest))
    return [[element(i, j) for j in range(len(b))] for i in range(len(a))]


# gemmlowp: unsigned integers of 8 bits with one scale and one zero point.

def affine(low, high):
    low, high = min(low, 0), max(high, 0)
    scale = single(single(high - low) / 255)
    if scale == 0:
        return scale, 0
    zero = double(-double(low / scale))
    return scale, away(min(max(zero, 0), 255))


def affine_codes(rows):
    scale, zero = affine(min(map(min, rows)), max(map(max, rows)))

    def code(x):
        return away(min(max(single(zero + single(x / scale)), 0), 255)) if scale else 255
    return [[code(x) for x in row] for row in rows], scale, zero


def high_mul(x, y):
    product = x * y
    nudge = 2 ** 30 if product >= 0 else 1 - 2 ** 30
    return int(Fraction(product + nudge, 2 ** 31))  # toward zero


def shifted(x, exponent):
    return away(Fraction(x, 2 ** exponent))


def times_fixed_point(x, real):
    if real == 0:
        return 0
    shift = exponent_of(real) + 1  # real = significand * 2^shift, 1/2 <= significand < 1
    fixed = away(real / power(shift) * 2 ** 31)
    if fixed == 2 ** 31:
        fixed, shift = fixed // 2, shift + 1
    left = max(shift, 0)
    return shifted(high_mul(x * 2 ** left, fixed), left - shift)


def gemmlowp(a, b, requantizes):
    (x, sx, zx), (y, sy, zy) = affine_codes(a), affine_codes(b)
    k = len(a[0])
    # As gemmlowp writes it out, with the sums of rows of A and of columns of B.
    sums = [[sum(p * q for p, q in zip(r, c)) - zx * sum(c) - zy * sum(r) + k * zx * zy for c in y] for r in x]
    scale = single(sx * sy)
    if not requantizes:
        return [[single(single(total) * scale) for total in row] for row in sums]
    low, high = min(map(min, sums)), max(map(max, sums))
    out, zero = affine(single(single(low) * scale), single(single(high) * scale))
    if out == 0:
        return [[Fraction(0)] * len(b) for _ in a]
    factor = single(scale / out)
    return [[single(out * (min(max(times_fixed_point(total, factor) + zero, 0), 255) - zero)) for total in row]
            for row in sums]


# The Ozaki scheme: slices of 7 bits and a sign, cut toward zero.

def slices_of(row, count):
    largest = max(abs(x) for x in row)
    e = exponent_of(largest) + 1 if largest else 0
    cut = []
    for x in row:
        whole_part = int(abs(x) / power(e) * power(7 * count))  # toward zero
        digits = [whole_part // 128 ** (count - 1 - i) % 128 for i in range(count)]
        cut.append([d if x >= 0 else -d for d in digits])
    return cut, e


def ozaki(a, b, count, is_single):
    if is_single:
        a, b = ([[single(x) for x in row] for row in side] for side in (a, b))
    left, right = ([slices_of(row, count) for row in side] for side in (a, b))

    def element(x, y):
        (p, ep), (q, eq) = x, y
        total = Fraction(0)
        for level in range(count):
            exact = sum(s[i] * t[level - i] for s, t in zip(p, q) for i in range(level + 1))
            total = double(total + exact * power(-7 * (level + 2)))
        total *= power(ep + eq)
        return single(total) if is_single else total
    return [[element(x, y) for y in right] for x in left]


def draw(generator, kind, rows, k):
    def one(r, c):
        if kind == "normal":
            return generator.gauss(0, 1)
        if kind == "uniform":
            return generator.random()
        if kind == "negative":
            return -generator.random() - 0.25
        if kind == "spread":
            return generator.gauss(0, 1) * 2.0 ** generator.randint(-12, 12)
        if kind == "outliers":
            return generator.gauss(0, 1) * (20 if c % 7 == 3 else 1)
        if kind == "ties":  # halves and quarters of steps of INT8 and of UINT8
            return 255.0 if (r, c) == (0, 0) else generator.randint(-508, 508) / 4
        return 0.0
    return [[Fraction(one(r, c)) for c in range(k)] for r in range(rows)]


def to_single(rows):
    return [[single(x) for x in row] for row in rows]


def to_53_bits(rows, generator):
    """With bits below those of float32, and some of which a row's largest element has none left to show."""
    return [[double(x * (1 + Fraction(generator.getrandbits(52), 2 ** 53))) for x in row] for row in rows]


def bits_of(rows):
    return "".join(struct.pack(">d", float(x)).hex() for row in rows for x in row)


def case(engine, a, b, c):
    return {"engine": engine, "rows": len(a), "columns": len(b), "k": len(a[0]), "a": bits_of(a), "b": bits_of(b),
            "c": bits_of(c)}


def main():
    generator = random.Random(88)
    cases = []
    shapes = [(1, 1, 1), (3, 2, 7), (4, 3, 33), (2, 3, 130)]
    for kind in ("normal", "uniform", "negative", "spread", "outliers", "ties", "zero"):
        for rows, columns, k in shapes:
            a = to_single(draw(generator, kind, rows, k))
            b = to_single(draw(generator, "normal" if kind in ("outliers", "zero") else kind, columns, k))
            cases += [case("gemmlowp@uint8", a, b, gemmlowp(a, b, True)),
                      case("gemmlowp-int32@uint8", a, b, gemmlowp(a, b, False))]
            if kind in ("spread", "ties"):  # so that C is within binary16
                a, b = ([[x / 256 for x in row] for row in side] for side in (a, b))
            cases += [case("int8@int8", a, b, int8(a, b, 0)), case("llm-int8@int8", a, b, int8(a, b, 6))]
    for kind in ("normal", "uniform", "spread", "zero"):
        for rows, columns, k in ((1, 1, 1), (2, 3, 40)):
            a, b = (to_53_bits(draw(generator, kind, n, k), generator) for n in (rows, columns))
            for count in (1, 2, 3, 5, 8, 16):
                cases.append(case(f"ozaki@float64/slices:{count}", a, b, ozaki(a, b, count, False)))
            for count in (2, 4):
                cases.append(case(f"ozaki@float32/slices:{count}", a, b, ozaki(a, b, count, True)))
    document = {"oracle": "integers and exact fractions in Python, from the definitions", "cases": cases}
    Path(__file__).with_name("products.json").write_text(json.dumps(document, indent=0) + "\n")


if __name__ == "__main__":
    main()
