# SPDX-License-Identifier: Apache-2.0
"""Binary floating formats in exact rational arithmetic: slow, plain, and independent of every library and of ours."""

from dataclasses import dataclass
from fractions import Fraction

INFINITY = "infinity"
NAN = "nan"
SATURATE = "saturate"


def power_of_two(exponent):
    return Fraction(2) ** exponent


def floor_log2(value):
    """The largest e with 2^e <= value, for value > 0; the bit lengths are off by at most one."""
    e = value.numerator.bit_length() - value.denominator.bit_length()
    return e if power_of_two(e) <= value else e - 1


@dataclass(frozen=True)
class BinaryFormat:
    """One sign bit, `exponent_bits` with `bias`, `fraction_bits`, then `padding_bits` zeros at the low end of the code.

    `overflow` is what a finite value becomes that rounds beyond `max_code`, and what an infinity becomes.
    """

    id: str
    exponent_bits: int
    fraction_bits: int
    bias: int
    overflow: str
    max_code: int
    nan_code: int | None
    infinity_code: int | None = None
    padding_bits: int = 0

    @property
    def bits(self):
        return 1 + self.exponent_bits + self.fraction_bits + self.padding_bits

    @property
    def smallest_exponent(self):
        return 1 - self.bias

    def magnitude(self, code):
        """Value of an unpadded code without sign; one above `max_code` gives the step that rounding would reach."""
        field, fraction = code >> self.fraction_bits, code & ((1 << self.fraction_bits) - 1)
        hidden = 1 << self.fraction_bits if field else 0
        return (hidden + fraction) * power_of_two(max(field, 1) - self.bias - self.fraction_bits)

    def with_sign(self, code, negative):
        return (code << self.padding_bits) | (int(negative) << (self.bits - 1))

    def encode_overflow(self, negative):
        code = {INFINITY: self.infinity_code, NAN: self.nan_code, SATURATE: self.max_code}[self.overflow]
        return self.with_sign(code, negative)

    def encode(self, value, negative):
        """Code of the magnitude `value` >= 0, rounded to nearest, ties to even."""
        if value == 0:
            return self.with_sign(0, negative)
        exponent = max(floor_log2(value), self.smallest_exponent)
        # round() of a Fraction is exact and takes ties to even. A carry into the next binade needs no care:
        # the significand's overflow runs into the exponent field.
        significand = round(value / power_of_two(exponent - self.fraction_bits))
        code = ((exponent - self.smallest_exponent) << self.fraction_bits) + significand
        return self.encode_overflow(negative) if code > self.max_code else self.with_sign(code, negative)

    def is_exact(self, value, code):
        """Whether the finite code, sign aside, stands for exactly `value`."""
        plain = (code & ((1 << (self.bits - 1)) - 1)) >> self.padding_bits
        return plain <= self.max_code and self.magnitude(plain) == value


# The NaN codes are those numpy and ml_dtypes write; readers of the golden files compare NaN-ness, not codes.
FORMATS = {f.id: f for f in (
    BinaryFormat("float64", 11, 52, 1023, INFINITY, 0x7FEFFFFFFFFFFFFF, 0x7FF8000000000000, 0x7FF0000000000000),
    BinaryFormat("float32", 8, 23, 127, INFINITY, 0x7F7FFFFF, 0x7FC00000, 0x7F800000),
    BinaryFormat("tfloat32", 8, 10, 127, INFINITY, 0x3FBFF, 0x3FE00, 0x3FC00, padding_bits=13),
    BinaryFormat("float16", 5, 10, 15, INFINITY, 0x7BFF, 0x7E00, 0x7C00),
    BinaryFormat("bfloat16", 8, 7, 127, INFINITY, 0x7F7F, 0x7FC0, 0x7F80),
    BinaryFormat("float8_e4m3fn", 4, 3, 7, NAN, 0x7E, 0x7F),
    BinaryFormat("float8_e5m2", 5, 2, 15, INFINITY, 0x7B, 0x7E, 0x7C),
    BinaryFormat("float4_e2m1fn", 2, 1, 1, SATURATE, 0x7, None),
)}
