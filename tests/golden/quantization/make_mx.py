#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes mx/cases.json: the MX schemes with each reference and scale mode.

- torchao: its to_mx and to_dtype on the CPU.
- ggml: libggml's quantize_row_mxfp4_ref and dequantize_row_mxfp4.
- microxcaling: no package; the arithmetic that its mx_ops.py and elemwise_ops.py publish, run here in torch.
- ocp: exact scales, ml_dtypes for the rounding of elements (MXINT8: numpy's rint).
Codes of a block whose scale is NaN mean nothing: torchao's are compared, where there are only values they are 0. MXINT8
has no negative zero.
"""

import sys
from pathlib import Path

import ml_dtypes
import numpy
import torch
from torchao.prototype.mx_formats.config import ScaleCalculationMode
from torchao.prototype.mx_formats.constants import DTYPE_FP6_E2M3, DTYPE_FP6_E3M2
from torchao.prototype.mx_formats.mx_tensor import to_dtype, to_mx

from golden_cases import F, NAMES, Cases, read_input

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "checkpoints"))
import ggml  # noqa: E402

BLOCK = 32
MODES = ("floor", "ceil", "even", "rceil")
# element type of torchao and ml_dtypes, largest value, its exponent, exponent and fraction bits
FORMATS = {
    "mxfp8_e4m3": (torch.float8_e4m3fn, ml_dtypes.float8_e4m3fn, 448.0, 8, 4, 3),
    "mxfp8_e5m2": (torch.float8_e5m2, ml_dtypes.float8_e5m2, 57344.0, 15, 5, 2),
    "mxfp6_e3m2": (DTYPE_FP6_E3M2, ml_dtypes.float6_e3m2fn, 28.0, 4, 3, 2),
    "mxfp6_e2m3": (DTYPE_FP6_E2M3, ml_dtypes.float6_e2m3fn, 7.5, 2, 2, 3),
    "mxfp4": (torch.float4_e2m1fn_x2, ml_dtypes.float4_e2m1fn, 6.0, 2, 2, 1),
    "mxint8": (None, None, 127 / 64, 0, 0, 6),
}


def blocks_of(values):
    """[rows, blocks, 32], zeros behind a short last block."""
    short = -values.shape[1] % BLOCK
    return numpy.pad(values, ((0, 0), (0, short))).reshape(len(values), -1, BLOCK)


def unblocked(blocks, shape):
    return blocks.reshape(shape[0], -1)[:, :shape[1]]


def codes_of(scheme, elements):
    """The codes of values that the element format holds."""
    if scheme == "mxint8":
        return numpy.rint(numpy.nan_to_num(elements) * 64).astype(numpy.int64)
    dtype = FORMATS[scheme][1]
    with numpy.errstate(invalid="ignore"):
        return numpy.nan_to_num(elements).astype(dtype).view(numpy.uint8)


def torchao_case(scheme, mode, values):
    kind = FORMATS[scheme][0]
    data = torch.from_numpy(values)
    scale, coded = to_mx(data, kind, BLOCK, getattr(ScaleCalculationMode, mode.upper()))
    restored = to_dtype(coded, scale, kind, BLOCK, torch.float32).numpy()
    codes = coded.view(torch.uint8).numpy()
    if scheme == "mxfp4":
        codes = numpy.stack([codes & 15, codes >> 4], -1).reshape(values.shape)
    scales = scale.view(torch.uint8).numpy()
    return {"codes": codes, "scales": power(scales.astype(int) - 127), "restored": restored}


def power(exponents):
    """2^e; 128 is NaN."""
    with numpy.errstate(over="ignore"):
        powers = numpy.ldexp(1.0, exponents)
    return numpy.where(numpy.asarray(exponents) == 128, numpy.nan, powers).astype(F)


def ocp_exponents(scheme, mode, largest):
    """Exact, of finite or infinite maxima; NaN gives 128."""
    _, _, top, top_exponent, _, fraction = FORMATS[scheme]
    result = numpy.zeros(largest.shape, int)
    for at, a in numpy.ndenumerate(largest):
        if numpy.isnan(a):
            result[at] = 128
            continue
        if numpy.isinf(a):
            e = 127 if mode == "rceil" else 128 - top_exponent
        elif a == 0:
            e = -127
        else:
            used = F(a) / F(top) if mode == "rceil" else F(a)
            significand, e = numpy.frexp(float(used))  # in [0.5, 1)
            significand, e = significand * 2, e - 1
            if used == 0:
                e = -127
            elif mode in ("ceil", "rceil"):
                e += significand > 1
            elif mode == "even":
                e += significand >= 2 - 2.0 ** (-fraction - 1)
            e -= 0 if mode == "rceil" else top_exponent
        result[at] = min(max(e, -127), 127)
    return result


def ocp_case(scheme, mode, values):
    blocks = blocks_of(values)
    exponents = ocp_exponents(scheme, mode, numpy.abs(blocks).max(-1))
    scaled = blocks / numpy.ldexp(1.0, numpy.where(exponents == 128, 0, exponents))[..., None]
    top = FORMATS[scheme][2]
    if scheme == "mxint8":
        codes = numpy.clip(numpy.rint(scaled * 64), -128, 127) + 0.0
        elements = codes / 64
    else:
        elements = numpy.clip(scaled, -top, top).astype(FORMATS[scheme][1])
        codes = elements.view(numpy.uint8)
    lost = exponents == 128
    codes = numpy.where(lost[..., None], 0, codes)
    restored = elements.astype(float) * power(exponents)[..., None]
    return {"codes": unblocked(codes, values.shape), "scales": power(exponents),
            "restored": unblocked(restored, values.shape).astype(F)}


def microxcaling_case(scheme, values):
    _, _, top, top_exponent, exponent_bits, fraction = FORMATS[scheme]
    data = torch.from_numpy(blocks_of(values))
    largest = data.abs().max(-1, keepdim=True).values
    shared = torch.floor(torch.log2(largest + 2.0**-126 * (largest == 0))) - top_exponent
    shared[shared > 127] = float("nan")
    shared[shared < -127] = -127
    scaled = data / 2**shared
    if exponent_bits:
        exponent = torch.floor(torch.log2(scaled.abs() + (scaled == 0))).clip(min=2 - 2 ** (exponent_bits - 1))
        units = scaled / 2**exponent * 2**fraction
    else:
        exponent, units = None, scaled * 2**fraction
    rounded = torch.sign(units) * torch.floor(units.abs() + 0.5) / 2**fraction
    elements = torch.clamp(rounded if exponent is None else rounded * 2**exponent, -top, top)
    infinite = torch.isinf(scaled)
    elements[infinite] = scaled[infinite]
    restored = unblocked((elements * 2**shared).numpy(), values.shape)
    lost = numpy.isnan(shared.numpy())
    codes = numpy.where(lost, 0, codes_of(scheme, elements.numpy()))
    exponents = numpy.where(lost, 128, numpy.nan_to_num(shared.numpy())).astype(int)
    return {"codes": unblocked(codes, values.shape), "scales": power(exponents)[..., 0],
            "restored": restored + F(0) if scheme == "mxint8" else restored}


def ggml_case(values):
    packed = ggml.quantize("MXFP4", values)
    blocks = packed.reshape(-1, 17)
    nibbles = blocks[:, 1:]
    codes = numpy.concatenate([nibbles & 15, nibbles >> 4], 1).reshape(values.shape)
    return {"codes": codes, "scales": numpy.ldexp(1.0, blocks[:, 0].astype(int) - 128), "packed": packed,
            "restored": ggml.dequantize("MXFP4", packed).reshape(values.shape)}


def add_all(cases, scheme, name):
    values = read_input(name)
    whole = values.shape[1] % BLOCK == 0
    runs = [("microxcaling", "floor", lambda: microxcaling_case(scheme, values))]
    for mode in MODES:
        runs.append(("ocp", mode, lambda mode=mode: ocp_case(scheme, mode, values)))
        if whole and scheme != "mxint8":
            runs.append(("torchao", mode, lambda mode=mode: torchao_case(scheme, mode, values)))
    if whole and scheme == "mxfp4":
        runs.append(("ggml", "floor", lambda: ggml_case(values)))
    for reference, mode, run in runs:
        cases.add(f"{scheme} {reference} {mode} {name}", scheme, {"reference": reference, "scale_mode": mode}, name, **run())


def main():
    cases = Cases("mx", ("torchao", "torch", "ml_dtypes", ("llama.cpp", "llama-cpp-python 0.3.36")))
    for scheme in FORMATS:
        for name in NAMES:
            add_all(cases, scheme, name)
    cases.write()


if __name__ == "__main__":
    main()
