# SPDX-License-Identifier: Apache-2.0
"""The float32 inputs that every ml_dtypes type is encoded from, and the digests of the codes that come out.

tests/core/formats/oracle_inputs.h makes the same inputs and digests in C++; README.md describes both.
"""

import ml_dtypes
import numpy

RANDOM_SEED = 754
RANDOM_COUNT = 1_000_000
BLOCK = 4096
NAN_MARKER = 0xFFFF
SIGN_BIT = 0x80000000
LARGEST_FINITE_BITS = 0x7F7FFFFF

DTYPES = {
    "float16": numpy.float16,
    **{name: getattr(ml_dtypes, name) for name in (
        "bfloat16", "float8_e3m4", "float8_e4m3", "float8_e4m3b11fnuz", "float8_e4m3fn", "float8_e4m3fnuz",
        "float8_e5m2", "float8_e5m2fnuz", "float8_e8m0fnu", "float6_e2m3fn", "float6_e3m2fn", "float4_e2m1fn")},
}


def bits_of(values):
    return numpy.asarray(values, dtype=numpy.float32).view(numpy.uint32)


def floats_of(bits):
    return numpy.asarray(bits, dtype=numpy.uint32).view(numpy.float32)


def container_of(name):
    return numpy.dtype(f"u{numpy.dtype(DTYPES[name]).itemsize}")


def code_bits(name):
    return ml_dtypes.finfo(DTYPES[name]).bits


def decode_all(name):
    """The value of every code as float32, which holds each exactly."""
    return numpy.arange(1 << code_bits(name), dtype=container_of(name)).view(DTYPES[name]).astype(numpy.float32)


def encode(name, bits):
    """The oracle's codes of float32 inputs given as bits."""
    with numpy.errstate(over="ignore", invalid="ignore"):
        return floats_of(bits).astype(DTYPES[name]).view(container_of(name))


def splitmix64(seed, count):
    """Steele, Lea and Flood's generator; output i is the mix of seed + (i + 1) * 0x9E3779B97F4A7C15."""
    z = numpy.uint64(seed) + numpy.arange(1, count + 1, dtype=numpy.uint64) * numpy.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
    return z ^ (z >> numpy.uint64(31))


def midpoints(name):
    """Values >= 0 in rising order, and the midpoint above each, the last where the step above the largest value would begin.

    Exact in double, and in float32. Zero counts as a value also where the format has none (float8_e8m0fnu).
    """
    decoded = decode_all(name)
    decoded = decoded[numpy.isfinite(decoded)].astype(numpy.float64)
    values = numpy.unique(numpy.append(decoded[decoded > 0], 0.0))
    step = values[-1] - values[-2]
    if values[-1] == 2 * values[-2]:  # powers of two only: the next one is as far again
        step = values[-1]
    middles = (values + numpy.append(values[1:], values[-1] + step)) / 2
    assert (middles.astype(numpy.float32) == middles).all(), "a midpoint needs more than float32"
    return values, middles


def border_bits(name):
    """Each value >= 0 and the midpoint above it, rising, then the largest float32: of each the float32 next below, the
    number itself and the one next above, first positive, then negative. Zero and the ends have no neighbour beyond."""
    near = numpy.append(bits_of(numpy.column_stack(midpoints(name)).ravel()), LARGEST_FINITE_BITS).astype(numpy.int64)
    three = numpy.clip(numpy.column_stack((near - 1, near, near + 1)), 0, None)
    return numpy.column_stack((three, three | SIGN_BIT)).ravel().astype(numpy.uint32)


def is_specified(name, bits):
    """False where the oracle's code is no rounding to nearest.

    NaN, where the format has none. In float8_e8m0fnu the open interval from 2^-127 to 1.5 * 2^-127: ml_dtypes 0.6 rounds
    as if its code 0 were zero and not 2^-127, and gives 2^-126 for what is nearer to 2^-127.
    """
    x = floats_of(bits)
    if name == "float8_e8m0fnu":
        return ~((x > 2.0**-127) & (x < 1.5 * 2.0**-127))
    return numpy.full(len(bits), True) if numpy.isnan(decode_all(name)).any() else ~numpy.isnan(x)


def every_input(name):
    """name of the set, float32 bits."""
    sixteen = numpy.arange(1 << 16, dtype=numpy.uint16)
    return {
        "float16": bits_of(sixteen.view(numpy.float16)),
        "bfloat16": sixteen.astype(numpy.uint32) << 16,
        "random": (splitmix64(RANDOM_SEED, RANDOM_COUNT) >> numpy.uint64(32)).astype(numpy.uint32),
        "borders": border_bits(name),
    }


def input_sets(name):
    """Those inputs whose code is_specified."""
    return {key: bits[is_specified(name, bits)] for key, bits in every_input(name).items()}


def marked(name, codes):
    """The codes as 64-bit words, NaN of any kind as NAN_MARKER, which is a finite code in none of these types."""
    return numpy.where(numpy.isnan(decode_all(name))[codes], numpy.uint64(NAN_MARKER), codes.astype(numpy.uint64))


def digests(name, codes):
    """One 64-bit FNV-1a per block of 4,096 codes, the last may be short. Its unit is a 16-bit word: one code, NaN codes
    of any kind as 0xFFFF."""
    words = marked(name, codes)
    whole = len(words) - len(words) % BLOCK
    found = []
    for blocks in (words[:whole].reshape(-1, BLOCK), words[whole:].reshape(1, -1)):
        state = numpy.full(len(blocks), 0xCBF29CE484222325, dtype=numpy.uint64)
        for column in blocks.T:
            state = (state ^ column) * numpy.uint64(0x100000001B3)
        found += state.tolist() if blocks.size else []
    return found


def encode_by_table(name, bits):
    """The codes once more, from the decoded values alone: nearest by comparison with the exact midpoints, a tie to the
    even code; beyond the last midpoint infinity, else NaN, else the largest value. NAN_MARKER for NaN.

    float8_e8m0fnu has no zero, no sign and no fraction whose last bit could be even: zero and negative numbers are
    NaN, a tie goes up, and what is below its smallest value becomes that.
    """
    with numpy.errstate(invalid="ignore"):  # signalling NaN
        x = floats_of(bits).astype(numpy.float64)
    decoded = decode_all(name)
    values, middles = midpoints(name)
    scale = name == "float8_e8m0fnu"
    magnitude = numpy.abs(x)
    index = numpy.searchsorted(middles, magnitude, side="right" if scale else "left")
    if scale:
        codes = numpy.where((x > 0) & (index < len(values)), numpy.maximum(index, 1) - 1, NAN_MARKER)
        return numpy.where(numpy.isnan(x), NAN_MARKER, codes)
    # The code of values[i] is i in each of these formats. `left` gave a tie to the lower one.
    tie = (index < len(middles)) & (magnitude == middles[numpy.minimum(index, len(middles) - 1)])
    index = index + (tie & (index % 2 == 1))
    has_infinity, has_nan = numpy.isinf(decoded).any(), numpy.isnan(decoded).any()
    largest = len(values) - 1
    beyond = (index > largest) | numpy.isinf(x)
    sign = 1 << (code_bits(name) - 1)
    codes = numpy.where(beyond, largest + 1 if has_infinity else largest, index)
    has_negative_zero = not numpy.isnan(decoded[sign])
    codes = codes | numpy.where(numpy.signbit(x) & (has_negative_zero | (codes > 0)), sign, 0)
    if has_nan and not has_infinity:
        codes = numpy.where(beyond, NAN_MARKER, codes)
    return numpy.where(numpy.isnan(x), NAN_MARKER, codes)
