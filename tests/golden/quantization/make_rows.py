#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes rows/cases.json: gemmlowp, TensorFlow Lite weights, EETQ and FP8 by squares.

None of these has a package that runs here without CUDA or a build of its own, so the arithmetic that their sources publish
is run in numpy and torch, one float32 operation at a time: gemmlowp doc/quantization_example.cc; TensorFlow Lite
tools/optimize/quantization_utils.cc; EETQ cutlass_preprocessors.cc symmetric_quantize; DeepSeek-V3 inference/kernel.py
act_quant and DeepGEMM per_block_cast_to_fp8, the two in torch with torch.float8_e4m3fn.
"""

import numpy
import torch

from golden_cases import F, NAMES, Cases, read_input


def away(x):
    """std::round of float32."""
    x = numpy.asarray(x, F)
    whole = numpy.trunc(x)
    return whole + numpy.copysign(numpy.abs(x - whole) >= 0.5, x).astype(F)


def gemmlowp(values):
    """Of finite values."""
    low, high = min(values.min(), F(0)), max(values.max(), F(0))
    scale = F(high - low) / F(255)
    zero = min(max(0.0 - float(low) / float(scale), 0.0), 255.0) if scale else 0.0
    zero = int(numpy.floor(zero + 0.5))
    y = F(zero) + values / scale
    codes = away(numpy.maximum(F(0), numpy.where(y < 255, y, F(255)))).astype(int)
    return {"codes": codes, "scales": [scale], "zeros": [zero], "restored": scale * (codes - zero).astype(F)}


def as_given(values):
    low = values.min()
    scale = F(values.max() - low) / F(255)
    codes = away(numpy.clip((values - low) / scale, F(0), F(255))).astype(int)
    return {"codes": codes, "scales": [scale], "offsets": [low], "restored": scale * codes.astype(F) + low}


def tflite_weights(values):
    scale = numpy.maximum(numpy.abs(values.min(1)), numpy.abs(values.max(1))) / F(127)
    factor = numpy.where(scale == 0, F(0), F(1) / scale).astype(F)
    codes = numpy.clip(away(values * factor[:, None]), -127, 127).astype(int)
    return {"codes": codes, "scales": scale, "restored": codes.astype(F) * scale[:, None]}


def eetq(values):
    scale = numpy.abs(values).max(1) * F(1 / 128)
    y = away(values / scale[:, None])
    codes = numpy.where(numpy.isnan(y), 127, numpy.clip(y, -128, 127)).astype(int)
    stored = scale.astype(numpy.float16).astype(F)
    return {"codes": codes, "scales": stored, "restored": codes.astype(F) * stored[:, None]}


def squares(values):
    """(square, its place) from left to right and from the top."""
    for row in range(0, values.shape[0], 128):
        for column in range(0, values.shape[1], 128):
            place = (slice(row, row + 128), slice(column, column + 128))
            yield torch.from_numpy(numpy.ascontiguousarray(values[place])), place


def fp8_squares(values, reference, kept):
    codes, restored, scales = numpy.zeros(values.shape, numpy.uint8), numpy.zeros(values.shape, F), []
    for square, place in squares(values):
        largest = square.abs().max() if reference == "deepgemm" else torch.nan_to_num(square.abs(), nan=0.0, posinf=numpy.inf).max()
        scale = largest.clamp(1e-4) / 448.0
        if kept == "ue8m0" and reference == "deepseek":
            scale = torch.exp2(torch.ceil(torch.log2(scale)))
        elif kept == "ue8m0":
            bits = scale.view(torch.int32)
            exponent = ((bits >> 23) & 255) + (bits & 0x7FFFFF).bool().int()
            scale = (exponent.clamp(1, 254) << 23).view(torch.float32)
        scaled = square * (1.0 / scale) if reference == "deepgemm" else square / scale
        coded = scaled.clamp(-448, 448).to(torch.float8_e4m3fn)
        code = coded.view(torch.uint8).numpy()
        codes[place] = numpy.where(torch.isnan(coded.float()).numpy(), 0x7F, code)
        restored[place] = (coded.float() * scale).numpy()
        scales.append(float(scale))
    return {"codes": codes, "scales": numpy.array(scales, F), "restored": restored}


def main():
    cases = Cases("rows", ("numpy", "torch"))
    with numpy.errstate(all="ignore"):
        for name in NAMES:
            values = read_input(name)
            cases.add(f"eetq_int8 {name}", "eetq_int8", {}, name, **eetq(values))
            for reference in ("deepseek", "deepgemm"):
                for kept in ("float32", "ue8m0"):
                    cases.add(f"fp8_block128 {reference} {kept} {name}", "fp8_block128",
                              {"reference": reference, "scale": kept}, name, **fp8_squares(values, reference, kept))
            if name == "specials":
                continue
            cases.add(f"gemmlowp {name}", "gemmlowp", {}, name, **gemmlowp(values))
            cases.add(f"gemmlowp as given {name}", "gemmlowp", {"nudge": "no"}, name, **as_given(values))
            cases.add(f"gemmlowp tflite_weights {name}", "gemmlowp", {"convention": "tflite_weights"}, name,
                      **tflite_weights(values))
    cases.write()


if __name__ == "__main__":
    main()
