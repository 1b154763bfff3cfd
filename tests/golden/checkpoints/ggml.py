# SPDX-License-Identifier: Apache-2.0
"""ggml's own quantizers and dequantizers through ctypes, and where the scale fields of its blocks lie."""

import ctypes
import functools

import numpy

import sources

# Name -> (type id, elements a block, bytes a block), ggml/include/ggml.h and ggml-common.h of llama.cpp.
BLOCKS = {
    "Q4_0": (2, 32, 18), "Q4_1": (3, 32, 20), "Q5_0": (6, 32, 22), "Q5_1": (7, 32, 24), "Q8_0": (8, 32, 34),
    "Q2_K": (10, 256, 84), "Q3_K": (11, 256, 110), "Q4_K": (12, 256, 144), "Q5_K": (13, 256, 176), "Q6_K": (14, 256, 210),
    "Q8_K": (15, 256, 292), "IQ2_XXS": (16, 256, 66), "IQ2_XS": (17, 256, 74), "IQ3_XXS": (18, 256, 98),
    "IQ1_S": (19, 256, 50), "IQ4_NL": (20, 32, 18), "IQ3_S": (21, 256, 110), "IQ2_S": (22, 256, 82),
    "IQ4_XS": (23, 256, 136), "IQ1_M": (29, 256, 56), "TQ1_0": (34, 256, 54), "TQ2_0": (35, 256, 66), "MXFP4": (39, 32, 17),
    "NVFP4": (40, 64, 36), "Q1_0": (41, 128, 18), "Q2_0": (42, 64, 18),
}

# Where a block holds binary16 scales.
HALF_SCALES = {
    "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0], "Q2_K": [80, 82], "Q3_K": [108], "Q4_K": [0, 2],
    "Q5_K": [0, 2], "Q6_K": [208], "IQ2_XXS": [0], "IQ2_XS": [0], "IQ3_XXS": [0], "IQ1_S": [0], "IQ4_NL": [0], "IQ3_S": [0],
    "IQ2_S": [0], "IQ4_XS": [0], "TQ1_0": [52], "TQ2_0": [64], "Q1_0": [0], "Q2_0": [0],
}


class _Traits(ctypes.Structure):
    _fields_ = [("type_name", ctypes.c_char_p), ("block", ctypes.c_int64), ("interleave", ctypes.c_int64),
                ("size", ctypes.c_size_t), ("is_quantized", ctypes.c_bool), ("to_float", ctypes.c_void_p),
                ("from_float", ctypes.c_void_p)]


@functools.cache
def library(flags=()):
    lib = ctypes.CDLL(str(sources.libggml(flags)))
    lib.ggml_get_type_traits.restype = ctypes.POINTER(_Traits)
    lib.ggml_quantize_chunk.restype = ctypes.c_size_t
    lib.ggml_quantize_chunk.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64,
                                        ctypes.c_int64, ctypes.c_void_p]
    return lib


def quantize(name, values):
    """Blocks (uint8, rows x bytes) of a float32 matrix; types that need an importance matrix get the squares' mean."""
    number, block, size = BLOCKS[name]
    values = numpy.ascontiguousarray(values, numpy.float32)
    rows, columns = values.shape
    out = numpy.zeros((rows, columns // block * size), numpy.uint8)
    importance = numpy.ascontiguousarray((values**2).mean(0) + 1e-3, numpy.float32)
    lib = library()
    needs = name != "Q8_K" and bool(lib.ggml_quantize_requires_imatrix(number))
    if name == "Q8_K":
        lib.quantize_row_q8_K_ref(values.ctypes.data_as(ctypes.c_void_p), out.ctypes.data_as(ctypes.c_void_p),
                                  ctypes.c_int64(values.size))
        return out
    written = lib.ggml_quantize_chunk(number, values.ctypes.data, out.ctypes.data, 0, rows, columns,
                                      importance.ctypes.data if needs else None)
    assert written == out.nbytes, (name, written, out.nbytes)
    return out


def dequantize(name, blocks):
    number, block, size = BLOCKS[name]
    blocks = numpy.ascontiguousarray(blocks)
    out = numpy.empty((*blocks.shape[:-1], blocks.shape[-1] // size * block), numpy.float32)
    traits = library().ggml_get_type_traits(number).contents
    assert traits.block == block and traits.size == size, name
    address = ctypes.cast(library().dequantize_row_q8_K, ctypes.c_void_p).value if name == "Q8_K" else traits.to_float
    function = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64)(address)
    function(blocks.ctypes.data, out.ctypes.data, out.size)
    return out


def set_scales(name, blocks, scales):
    """Replaces the scales of blocks (n x bytes): binary16 fields take `scales` in turn, other kinds what is alike."""
    scales = numpy.resize(numpy.asarray(scales, numpy.float16), (len(blocks), 2))
    for field, at in enumerate(HALF_SCALES.get(name, [])):
        blocks[:, at:at + 2] = scales[:, field].copy().view(numpy.uint8).reshape(-1, 2)
    if name == "Q8_K":
        blocks[:, :4] = scales[:, 0].astype(numpy.float32).view(numpy.uint8).reshape(-1, 4)
    if name == "IQ1_M":  # the scale's four nibbles are the high nibbles of four 16-bit words at byte 48
        words = blocks[:, 48:56].copy().view(numpy.uint16)
        bits = scales[:, 0].copy().view(numpy.uint16)
        for word in range(4):
            words[:, word] = words[:, word] & 0x0FFF | (bits >> 4 * word & 15) << 12
        blocks[:, 48:56] = words.view(numpy.uint8)


def random_blocks(name, rows, columns, rng, scales=None):
    """Any bytes are codes; scales are of moderate size, or those given."""
    _, block, size = BLOCKS[name]
    blocks = rng.integers(0, 256, (rows * (columns // block), size), dtype=numpy.uint8)
    if scales is None:
        scales = rng.uniform(0.001, 0.1, 2 * len(blocks)) * rng.choice([-1, 1], 2 * len(blocks))
        if name == "MXFP4":
            blocks[:, 0] = rng.integers(110, 130, len(blocks))
    elif name == "MXFP4":
        blocks[:, 0] = numpy.resize([0, 1, 2, 127, 128, 253, 254, 255], len(blocks))
    elif name == "NVFP4":
        blocks[:, :4] = numpy.resize([0, 1, 8, 0x7E, 0x7F, 0x38, 0x80, 0xFF], 4 * len(blocks)).reshape(-1, 4)
    set_scales(name, blocks, scales)
    return blocks.reshape(rows, -1)
