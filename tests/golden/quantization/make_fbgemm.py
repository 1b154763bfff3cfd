#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes fbgemm/cases.json with FBGEMM itself, as PyTorch's wheel for the CPU has it.

The fused rows come from torch.ops.quantized.embedding_bag_*; ChooseQuantizationParams, FindMinMax and QuantizeAvx2 are
called in libtorch_cpu by their symbols. The scale kept below 6.1e-5, which FBGEMM has no switch for, is numpy's.
Restored values are scale * (code - zero point) in float32, but for the fused rows, which the operators restore. They are
left out where a zero point is -2^31, from which FBGEMM's own subtraction overflows.
"""

import ctypes
from pathlib import Path

import numpy
import torch

from golden_cases import F, NAMES, Cases, read_input

LIBRARY = ctypes.CDLL(str(Path(torch.__file__).parent / "lib" / "libtorch_cpu.so"))


class Parameters(ctypes.Structure):
    _fields_ = [("scale", ctypes.c_float), ("zero", ctypes.c_int32), ("precision", ctypes.c_int)]


CHOOSE = LIBRARY["_ZN6fbgemm24ChooseQuantizationParamsEffiibb"]
CHOOSE.restype = Parameters
CHOOSE.argtypes = [ctypes.c_float, ctypes.c_float, ctypes.c_int, ctypes.c_int, ctypes.c_bool, ctypes.c_bool]
MIN_MAX = LIBRARY["_ZN6fbgemm10FindMinMaxEPKfPfS2_l"]
QUANTIZE = {"h": LIBRARY["_ZN6fbgemm12QuantizeAvx2IhEEvPKfPT_lRKNS_24TensorQuantizationParamsE"],
            "a": LIBRARY["_ZN6fbgemm12QuantizeAvx2IaEEvPKfPT_lRKNS_24TensorQuantizationParamsE"]}


def pointer(array):
    return array.ctypes.data_as(ctypes.c_void_p)


def affine_row(row, low, symmetric, power_of_two):
    """Codes, scale and zero point of one run."""
    row = numpy.ascontiguousarray(row)
    low_value, high_value = ctypes.c_float(), ctypes.c_float()
    MIN_MAX(pointer(row), ctypes.byref(low_value), ctypes.byref(high_value), ctypes.c_long(row.size))
    found = CHOOSE(low_value.value, high_value.value, low, low + 255, symmetric, power_of_two)
    return quantized(row, found.scale, found.zero, low)


def quantized(row, scale, zero, low):
    codes = numpy.zeros(row.size, numpy.int8 if low < 0 else numpy.uint8)
    parameters = Parameters(scale, zero, 8)
    QUANTIZE["a" if low < 0 else "h"](pointer(row), pointer(codes), ctypes.c_long(row.size), ctypes.byref(parameters))
    return codes, F(scale), zero


def kept_row(row):
    """As affine_row, without the threshold, for finite rows."""
    low, high = min(row.min(), F(0)), max(row.max(), F(0))
    scale = F((float(high) - float(low)) / 255)
    if scale == 0 or numpy.isinf(F(1) / scale):
        scale = F(0.1)
    from_low, from_high = float(low) / float(scale), float(high) / float(scale)
    zero = -from_low if abs(from_low) < 255 + abs(from_high) else 255 - from_high
    return quantized(numpy.ascontiguousarray(row), scale, int(numpy.rint(min(max(zero, 0), 255))), 0)


def affine_case(values, per_row, run):
    rows = values if per_row else values.reshape(1, -1)
    done = [run(row) for row in rows]
    codes = numpy.array([c for c, _, _ in done])
    scales, zeros = numpy.array([s for _, s, _ in done], F), numpy.array([z for _, _, z in done])
    result = {"codes": codes.reshape(values.shape), "scales": scales, "zeros": zeros}
    if zeros.min() > -2**31:
        difference = (codes.astype(numpy.int64) - zeros[:, None]).astype(F)
        result["restored"] = (scales[:, None] * difference).reshape(values.shape)
    return result


def fused_case(values, bits):
    data = torch.from_numpy(values)
    name = "byte" if bits == 8 else f"{bits}bit"
    packed = getattr(torch.ops.quantized, f"embedding_bag_{name}_prepack")(data)
    restored = getattr(torch.ops.quantized, f"embedding_bag_{name}_unpack")(packed)
    rows = packed.numpy()
    width = values.shape[1] * bits // 8
    kind = F if bits == 8 else numpy.float16
    tail = rows[:, width:].copy().view(kind).astype(F)
    codes = numpy.stack([rows[:, :width] >> shift for shift in range(0, 8, bits)], -1) & ((1 << bits) - 1)
    return {"codes": codes.reshape(values.shape), "scales": tail[:, 0], "offsets": tail[:, 1], "restored": restored.numpy()}


def main():
    cases = Cases("fbgemm", ("torch",))
    for name in NAMES:
        values = read_input(name)
        for bits in (8, 4, 2):
            if values.shape[1] * bits % 8 == 0:
                cases.add(f"fbgemm_fused{bits} {name}", f"fbgemm_fused{bits}", {}, name, **fused_case(values, bits))
        for granularity in ("row", "tensor"):
            for symmetric in (False, True):
                for power in (False, True):
                    settings = {"granularity": granularity, "preserve_sparsity": "yes" if symmetric else "no",
                                "power_of_two": "yes" if power else "no"}
                    cases.add(f"fbgemm_rowwise {' '.join(settings.values())} {name}", "fbgemm_rowwise", settings, name,
                              **affine_case(values, granularity == "row", lambda row: affine_row(row, 0, symmetric, power)))
            cases.add(f"fbgemm_outlier_aware {granularity} {name}", "fbgemm_outlier_aware", {"granularity": granularity}, name,
                      **affine_case(values, granularity == "row", lambda row: affine_row(row, -128, True, False)))
        if name != "specials":
            cases.add(f"fbgemm_rowwise kept {name}", "fbgemm_rowwise", {"small_scales": "kept"}, name,
                      **affine_case(values, True, kept_row))
    cases.write()


if __name__ == "__main__":
    main()
