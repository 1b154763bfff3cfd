#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes decimals.csv: number texts and the correctly rounded code of each format; README.md has the columns.

Oracle: exact_codec.py on fractions.Fraction, straight from the text, to nearest with ties to even. The script stops
where Python's own float() disagrees on float64.
"""

import csv
import random
import re
import struct
from fractions import Fraction
from pathlib import Path

from exact_codec import FORMATS, NAN, SATURATE

FOLDER = Path(__file__).resolve().parent
SEED = 854
# Beyond these powers of ten every format here overflows or rounds to zero, so the exact power need not be formed.
HUGE_EXPONENT = 400

PLAIN = """
0 -0 +0 0.0 -0.000 0e5 0e999999999 -0e-999999999 1 -1 +1 1. .5 -.5 00012.500 1e0 1E2 1e+2 1e-2 25e-2 -27.15625 0.1 0.2
0.3 -0.1 3.7 93.212890625e-2 2.1 3.1 2.5 3.3 1e-46 7e-46 1e-45 1.401298464324817e-45 7.006492321624085e-46
7.0064923216240853546186479164495e-46 7.0064923216240853546186479164496e-46 1.1754942e-38 1.17549435e-38
1.1754943508222875e-38 3.4028235e38 3.4028234663852886e38 3.4028235677973366e38 3.4028235677973367e38 3.40282357e38
-3.5e38 3.38953e38 3.3895313892515355e38 3.39617752923046e38 3.396177529230460e38 1e38 1e39 1e308
1.7976931348623157e308 1.7976931348623158e308 1.7976931348623159e308 1.797693134862315807e308 1.8e308 1e400 -1e400
1e-400 -1e-400 1e999999999 -1e999999999 1e-999999999 -1e-999999999 4.9e-324 5e-324 2.4703282292062327e-324
2.4703282292062328e-324 2.5e-324 2.2250738585072014e-308 2.2250738585072011e-308 65504 65505 65519 65519.999999
65519.99999999999999999999 65520 65520.00000000000000000001 -65520 65535 65536 57344 61439 61439.9999999999 61440
-61440 61441 448 449 463.9999 464 464.0000000000000000001 -464 465 480 1e30 -1e30 6 6.5 6.99999 7 -7 5 4.99 5.01 3.5
2.5 1.75 1.25 0.75 0.25 0.250000000000000001 0.2499999999999999999 -0.25 0.75000000000000000000001 1.00390625
1.00390625000000000000001 1.00390624999999999999999 1.01171875 1.01171875000000000000000000000001 1.00048828125
1.000488281250000000000001 1.0009765625 1.00000005960464477539062 1.000000059604644775390625
1.0000000596046447753906250000000000000001 1.00000017881393432617187 1.000000178813934326171875 5.9604644775390625e-8
2.98023223876953125e-8 2.98023223876953125000001e-8 2.9802322387695312e-8 8.940696716308594e-8 8.94069671630859375e-8
6.103515625e-5 6.0975551605224609375e-5 9.183549615799121e-41 4.591774807899561e-41 0.001953125 0.0009765625
0.00097656250000000000001 0.0029296875 1.52587890625e-5 7.62939453125e-6 7.62939453125000001e-6 9007199254740993
9007199254740992.99999999999999999 9007199254740993.00000000000000001 16777217 16777217.0000000001 16777219
123456789012345678901234567890 3.14159265358979323846264338327950288419716939937510582097494459 2.718281828459045 0x0
-0x0 0x1 0x1p0 0x1.8p3 0X1.8P+3 0x.8p1 0x10 0xff.8p-4 -0x1.8p-150 0x1p-150 0x1.000001p-150 0x1p-149 0x1.fffffep127
0x1.ffffffp127 0x1.fffffeffffffffffffp127 0x1.ffcp15 0x1.ffdp15 0x1.ffep15 0x1.ffdffffffffffp15 0x1p-24 0x1p-25
0x1.0000000001p-25 0x1p-1074 0x1p-1075 0x1.0000000000000000001p-1075 0x1.fffffffffffff7ffffp1023
0x1.fffffffffffff8p1023 0x1p99999999 -0x1p-99999999 0x1.01p0 0x1.01000000000000001p0 0x1.03p0 0x1.008p0 0x1.0018p0 inf
-inf +inf nan
""".split()

DECIMAL = re.compile(r"([+-]?)(?:(\d+)\.?(\d*)|\.(\d+))(?:[eE]([+-]?\d+))?")
HEXADECIMAL = re.compile(r"([+-]?)0[xX](?:([0-9a-fA-F]+)\.?([0-9a-fA-F]*)|\.([0-9a-fA-F]+))(?:[pP]([+-]?\d+))?")


def parse(text):
    """(magnitude, negative) of a finite number; a magnitude beyond every format is replaced by one equally far out."""
    match, radix, limit = HEXADECIMAL.fullmatch(text), 16, 4 * HUGE_EXPONENT
    if not match:
        match, radix, limit = DECIMAL.fullmatch(text), 10, HUGE_EXPONENT
    sign, whole, fraction, bare, exponent = match.groups()
    digits = int((whole or "") + (fraction or bare or ""), radix)
    base = 2 if radix == 16 else 10
    leading = len((whole or "").lstrip("0")) * (4 if radix == 16 else 1) + int(exponent or 0)
    if digits and leading > limit:
        return Fraction(base) ** limit, sign == "-"
    if digits and leading < -2 * limit:
        return Fraction(base) ** (-2 * limit), sign == "-"
    power = Fraction(base) ** (int(exponent or 0) if digits else 0)
    return digits * power / Fraction(radix) ** len(fraction or bare or ""), sign == "-"


def decimal_text(value):
    """All digits of a fraction whose denominator is a power of two."""
    places = value.denominator.bit_length() - 1
    digits = str(value.numerator * 5 ** places).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}" if places else digits


def beside(text, step):
    """A text one unit above or below in a decimal place behind the last of `text`."""
    text = text if "." in text else text + "."
    places = len(text) - text.index(".") - 1 + 3
    scaled = int(text.replace(".", "") + "000") + step
    digits = str(scaled).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}"


def tie_texts(rng):
    """For each format midpoints in full length: of its smallest, its largest and some values between."""
    for spec in FORMATS.values():
        lower = {0, (1 << spec.fraction_bits) - 1, spec.max_code, rng.randrange(1, spec.max_code)}
        for code in sorted(lower):
            middle = decimal_text((spec.magnitude(code) + spec.magnitude(code + 1)) / 2)
            yield middle
            if len(middle) < 400:
                yield beside(middle, 1)
                yield "-" + beside(middle, -1)


def random_texts(rng):
    for _ in range(60):
        digits = "".join(rng.choice("0123456789") for _ in range(rng.randrange(1, 40)))
        yield f"{rng.choice(['', '-'])}{rng.randrange(10)}.{digits}e{rng.randrange(-48, 42)}"
    for _ in range(20):
        value = rng.uniform(-500, 500)
        yield rng.choice([repr(value), f"{value:.3f}", f"{value:.30f}"])


def encode(spec, text):
    """(code, exact) or None where the format has no such value."""
    word = text.lstrip("+-")
    if word == "nan":
        return None if spec.nan_code is None else (spec.with_sign(spec.nan_code, False), True)
    if word == "inf":
        return spec.encode_overflow(text[0] == "-"), spec.overflow not in (NAN, SATURATE)
    magnitude, negative = parse(text)
    code = spec.encode(magnitude, negative)
    return code, spec.is_exact(magnitude, code)


def python_float(text):
    try:
        return float.fromhex(text) if "x" in text.lower() else float(text)
    except OverflowError:
        return float("-inf" if text[0] == "-" else "inf")


def check_against_python(text, code):
    value = python_float(text)
    found = struct.unpack("<Q", struct.pack("<d", value))[0]
    assert value != value or found == code, f"{text}: {code:#x}, but Python's float() gives {found:#x}"


def main():
    rng = random.Random(SEED)
    texts = list(dict.fromkeys([*PLAIN, *tie_texts(rng), *random_texts(rng)]))
    with open(FOLDER / "decimals.csv", "w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["text", "format", "code", "exact"])
        for text in texts:
            for spec in FORMATS.values():
                row = encode(spec, text)
                if row is None:
                    continue
                if spec.id == "float64":
                    check_against_python(text, row[0])
                table.writerow([text, spec.id, f"{row[0]:0{spec.bits // 4}x}", int(row[1])])
    print(f"{len(texts)} texts")


if __name__ == "__main__":
    main()
