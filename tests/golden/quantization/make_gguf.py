#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes gguf/cases.json: ggml's own quantizers, without and with an importance matrix.

Oracles: ggml_quantize_chunk of libggml (vendored by llama-cpp-python), compiled as a release build is, with NDEBUG: its
assertions would stop at infinities. Without contraction, and for `arithmetic` = fused with GCC's own. For `arithmetic` =
double the Python package gguf 0.17.1, the last one that computed so; where gguf 0.19.0 encodes a type, it must agree with
libggml on finite inputs.
"""

import ctypes
import pathlib
import sys

import gguf
import numpy

from golden_cases import Cases, read_input

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "checkpoints"))
import ggml
import sources

SMALL = ("Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "IQ4_NL")
LARGE = ("Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "IQ4_XS", "TQ1_0", "TQ2_0")
PACKAGE = ("Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "TQ1_0", "TQ2_0")  # what gguf encodes too
IGNORE_IMPORTANCE = ("Q8_0", "TQ1_0", "TQ2_0")
FUSED = ("-mfma", "-mf16c", "-ffp-contract=fast")
# Input -> (shape, importance). Rows of 384 values become rows of 256 for the types with larger blocks.
SMALL_INPUTS = {"attention": ((384, 384), "importance_384"), "feed_forward": ((768, 384), "importance_384"),
                "edges": ((16, 256), "importance_256"), "specials": ((6, 256), "importance_256"),
                "ties": ((16, 256), "importance_256")}
LARGE_INPUTS = {**SMALL_INPUTS, "attention": ((576, 256), "importance_256"),
                "feed_forward": ((1152, 256), "importance_256")}


def quantize(name, values, importance=None, flags=()):
    number, block, size = ggml.BLOCKS[name]
    rows, columns = values.shape
    values = numpy.ascontiguousarray(values)
    out = numpy.zeros((rows, columns // block * size), numpy.uint8)
    lib = ggml.library(("-DNDEBUG", *flags))
    written = lib.ggml_quantize_chunk(number, values.ctypes.data, out.ctypes.data, 0, rows, columns,
                                      None if importance is None else importance.ctypes.data)
    assert written == out.nbytes, name
    return out


def iq4_reference(values):
    values = numpy.ascontiguousarray(values)
    out = numpy.zeros((values.shape[0], values.shape[1] // 32 * 18), numpy.uint8)
    ggml.library(("-DNDEBUG",)).quantize_row_iq4_nl_ref(values.ctypes.data_as(ctypes.c_void_p),
                                                        out.ctypes.data_as(ctypes.c_void_p), ctypes.c_int64(values.size))
    return out


def old_package():
    """quants.py of gguf 0.17.1, beside the installed one."""
    root = sources.unpacked("gguf==0.17.1", wheel=True)
    text = (root / "gguf" / "quants.py").read_text()
    module = type(gguf)("gguf.quants_0_17_1")
    module.__package__ = "gguf"
    exec(compile(text, "quants.py", "exec"), module.__dict__)
    return module


def main():
    cases = Cases("gguf", (("llama-cpp-python", "0.3.36"), "gguf", "numpy"))
    old = old_package()

    def add(label, name, settings, source, inputs, blocks, importance=None):
        cases.add(f"{label}.{source}", name.lower(), settings, source, shape=inputs[source][0], importance=importance,
                  packed=blocks, restored=ggml.dequantize(name, blocks))

    for name in (*SMALL, *LARGE):
        kind = gguf.GGMLQuantizationType[name]
        inputs = SMALL_INPUTS if name in SMALL else LARGE_INPUTS
        for source, (shape, importance) in inputs.items():
            values = read_input(source).reshape(shape)
            blocks = quantize(name, values)
            add(name.lower(), name, {}, source, inputs, blocks)
            if name in PACKAGE and source in ("attention", "feed_forward"):
                assert (gguf.quantize(values, kind) == blocks).all(), (name, source)
            if name not in IGNORE_IMPORTANCE:
                add(f"{name.lower()}.importance", name, {}, source, inputs,
                    quantize(name, values, read_input(importance)), importance)
            if name in ("Q4_0", "Q5_0"):
                add(f"{name.lower()}.fused", name, {"arithmetic": "fused"}, source, inputs,
                    quantize(name, values, flags=FUSED))
                add(f"{name.lower()}.double", name, {"arithmetic": "double"}, source, inputs, old.quantize(values, kind))
            if name == "IQ4_NL":
                # Codes of a block of zeros are what the block before left: not compared.
                blocks = iq4_reference(values)
                nothing = numpy.fmax.reduce(numpy.abs(values.reshape(-1, 32)), axis=1) < 1e-15
                blocks.reshape(-1, 18)[nothing, 2:] = 0
                add("iq4_nl.reference", name, {"path": "reference"}, source, inputs, blocks)
    cases.write()


if __name__ == "__main__":
    main()
