#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes <id>.value.digest.npy and <id>.encode.digest.npy of posits and takums, and tapered.json; README.md has the
layout.

All by the written definitions: a value is an exact fraction put together from the fields of the code as the Standard for
Posit Arithmetic (2022) and arXiv 2404.18603 number them (of a logarithmic takum, which is irrational, 300 bits), and the
code of a number is found by searching the values and the points that decide between them. Nothing here makes bits from a
number. SoftPosit's posits of two exponent bits are asked as well; the script stops where they differ.
"""

import importlib.metadata
import json
import math
import platform
import struct
from bisect import bisect_right
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import mpmath
import numpy
import softposit

FOLDER = Path(__file__).resolve().parent
FORMATS = {"posit8": ("posit", 8), "posit16": ("posit", 16), "posit32": ("posit", 32),
           "takum8": ("takum", 8), "takum16": ("takum", 16), "takum32": ("takum", 32),
           "takumlog8": ("takumlog", 8), "takumlog16": ("takumlog", 16)}
BLOCK = 4096
RANDOM_SEED, RANDOM_COUNT = 754, 10_000
WIDE_SEED, WIDE_COUNT = 2022, 2_000
WORD = (1 << 64) - 1
mpmath.mp.prec = 300


def splitmix64(seed, count):
    for index in range(1, count + 1):
        z = (seed + index * 0x9E3779B97F4A7C15) & WORD
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & WORD
        z = (z ^ z >> 27) * 0x94D049BB133111EB & WORD
        yield z ^ z >> 31


def digest(words):
    state = 0xCBF29CE484222325
    for word in words:
        state = (state ^ word) * 0x100000001B3 & WORD
    return state


def posit_value(text):
    """The standard, 3.3: ((1 - 3s) + f) * 2^((1 - 2s) (4r + e + s)); the text is that of any sign."""
    s = int(text[0])
    body = text[1:]
    run = len(body) - len(body.lstrip(body[0]))
    r = run - 1 if body[0] == "1" else -run
    rest = body[run + 1:]
    e = int((rest[:2] + "00")[:2], 2)
    f = Fraction(int("0" + rest[2:], 2), 1 << len(rest[2:]))
    return (1 - 3 * s + f) * Fraction(2) ** ((1 - 2 * s) * (4 * r + e + s))


def takum_fields(text):
    """Definition 2 of the paper: S, D, R, C and M; texts of fewer than 12 bits get zeros behind them."""
    text = text.ljust(12, "0")
    s, d, regime = int(text[0]), int(text[1]), int(text[2:5], 2)
    r = regime if d else 7 - regime
    characteristic = int("0" + text[5:5 + r], 2)
    c = 2 ** r - 1 + characteristic if d else -2 ** (r + 1) + 1 + characteristic
    mantissa = text[5 + r:]
    return s, c, Fraction(int("0" + mantissa, 2), 1 << len(mantissa))


def takum_value(text):
    s, c, m = takum_fields(text)
    return (1 - 3 * s + m) * Fraction(2) ** ((1 - 2 * s) * (c + s))


def takumlog_value(text):
    s, c, m = takum_fields(text)
    l = (1 - 2 * s) * (c + m)
    if l == 0:
        return Fraction(1 - 2 * s)
    power = mpmath.exp(mpmath.mpf(l.numerator) / l.denominator / 2)
    man, exponent = int(power.man), int(power.exp)
    return (1 - 2 * s) * man * Fraction(2) ** exponent


VALUE = {"posit": posit_value, "takum": takum_value, "takumlog": takumlog_value}


def value(kind, code, bits):
    """None for NaR."""
    if code == 0:
        return Fraction(0)
    return None if code == 1 << (bits - 1) else VALUE[kind](format(code, f"0{bits}b"))


@lru_cache(maxsize=None)
def values(kind, bits):
    """Of the codes from 0 to the largest."""
    return [value(kind, code, bits) for code in range(1 << (bits - 1))]


def floor_code(kind, bits, x):
    """The largest code >= 0 whose value is not above x >= 0."""
    if bits <= 17:
        return bisect_right(values(kind, bits), x) - 1
    low, high = 0, 1 << (bits - 1)
    while high - low > 1:
        middle = (low + high) // 2
        if value(kind, middle, bits) <= x:
            low = middle
        else:
            high = middle
    return low


def encode(kind, bits, x):
    """To nearest as section 4.1 of the posit standard has it, which libtakum follows in its conversions too."""
    if x == 0:
        return 0
    magnitude = abs(x)
    u = floor_code(kind, bits, magnitude)
    if u == 0:
        code = 1
    elif u == (1 << (bits - 1)) - 1 or value(kind, u, bits) == magnitude:
        code = u
    else:
        v = value(kind, 2 * u + 1, bits + 1)
        stays = magnitude < v or (magnitude == v and u % 2 == 0)
        code = u if stays else u + 1
    return code if x > 0 else (1 << bits) - code


def double_bits(x):
    return struct.unpack("<Q", struct.pack("<d", x))[0]


def random_double(word):
    """Of any sign and fraction, and an exponent from -300 to 300."""
    exponent = 1023 - 300 + (word >> 52) % 601
    return struct.unpack("<d", struct.pack("<Q", word >> 63 << 63 | exponent << 52 | word & (1 << 52) - 1))[0]


def nearest_double(fraction):
    return float(fraction)  # CPython rounds the quotient of integers to nearest even


def inputs(kind, bits):
    """The points that decide, or the nearest doubles, each with both neighbours and of both signs; then random ones."""
    if bits <= 16:
        below = range((1 << (bits - 1)) - 1)
    else:
        below = [word >> 33 for word in splitmix64(WIDE_SEED, WIDE_COUNT)]
    for code in below:
        point = nearest_double(value(kind, 2 * code + 1, bits + 1))
        for x in (math.nextafter(point, 0), point, math.nextafter(point, math.inf)):
            yield x
            yield -x
    for word in splitmix64(RANDOM_SEED, RANDOM_COUNT):
        yield random_double(word)


def value_words(kind, bits):
    for code in range(1 << bits):
        exact = value(kind, code, bits)
        if exact is None:
            yield from (WORD, 0, 0)
        elif exact == 0:
            yield from (0, 0, 0)
        else:
            magnitude = abs(exact)
            exponent = magnitude.numerator.bit_length() - magnitude.denominator.bit_length() - 64
            significand = math.floor(magnitude / Fraction(2) ** exponent)
            if significand >> 64:
                exponent += 1
                significand = math.floor(magnitude / Fraction(2) ** exponent)
            tail = magnitude / Fraction(2) ** exponent - significand
            assert significand >> 63 == 1 and (tail == 0 or 2 ** -100 < tail < 1 - 2 ** -100), code
            yield from (significand, exponent & WORD, int(exact < 0))


def digests(words, size):
    words = list(words)
    return numpy.array([digest(words[first:first + size]) for first in range(0, len(words), size)], dtype=numpy.uint64)


def softposit_value(bits, code):
    posit = softposit.posit_2_t()
    posit.v = code << (32 - bits)
    return softposit.convertPX2ToDouble(posit)


def check_softposit(bits, pairs):
    """Stops where SoftPosit gives an input another code, and names the first ones."""
    differing = [(x, code, found) for x, code in pairs
                 if (found := softposit.convertDoubleToPX2(x, bits).v >> (32 - bits)) != code]
    for x, code, found in differing[:5]:
        print(f"posit{bits}: {x.hex()} is {code:#x}, SoftPosit has {found:#x}")
    assert not differing, f"SoftPosit differs in {len(differing)} of {len(pairs)} codes"


def main():
    manifest = {"script": Path(__file__).name,
                "versions": {"python": platform.python_version(), "mpmath": mpmath.__version__,
                             "softposit": importlib.metadata.version("softposit")}, "files": {}}

    def save(name, array, oracle):
        numpy.save(FOLDER / name, array, allow_pickle=False)
        manifest["files"][name] = {"dtype": array.dtype.str, "shape": list(array.shape), "oracle": oracle}

    for name, (kind, bits) in FORMATS.items():
        pairs = [(x, encode(kind, bits, Fraction(x))) for x in inputs(kind, bits)]
        oracle = "definition"
        if kind == "posit":
            check_softposit(bits, pairs)
            oracle += f"; SoftPosit, the same {len(pairs)} codes"
            sample = range(1 << bits) if bits <= 16 else [pair[1] for pair in pairs]
            for code in sample:
                expected = value(kind, code, bits)
                found = softposit_value(bits, code)
                assert (expected is None and not math.isfinite(found)) or Fraction(found) == expected, (name, code)
        words = [word for x, code in pairs for word in (double_bits(x), code)]
        save(f"{name}.encode.digest.npy", digests(words, 2 * BLOCK), oracle)
        if bits <= 16:
            save(f"{name}.value.digest.npy", digests(value_words(kind, bits), 3 * BLOCK), "definition")
        print(name, oracle)
    (FOLDER / "tapered.json").write_text(json.dumps(manifest, indent=1) + "\n")


if __name__ == "__main__":
    main()
