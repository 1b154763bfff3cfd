#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes input.npy and, for each block format and scale mode, <id>.<mode>.{scale,code}.npy; README.md has the layout.

Oracle: torchao on the CPU. What it has not (MXINT8, four over six) is done here in numpy, element by element in float32
and with ml_dtypes for the rounding. The script also finds each scale of torchao by exact rationals, and stops where the
two differ for another reason than those it names.
"""

import importlib.metadata
import json
from fractions import Fraction
from pathlib import Path

import gguf.quants
import ml_dtypes
import numpy
import torch
from torchao.prototype.mx_formats.config import ScaleCalculationMode
from torchao.prototype.mx_formats.constants import DTYPE_FP6_E2M3, DTYPE_FP6_E3M2
from torchao.prototype.mx_formats.mx_tensor import to_mx
from torchao.prototype.mx_formats.nvfp4_tensor import nvfp4_quantize, per_tensor_amax_to_scale

FOLDER = Path(__file__).resolve().parent
SEED = 754
SINGLE = numpy.float32
ORDINARY = 40  # rows without ties, which ggml sends toward zero
MODES = ("floor", "ceil", "even", "rceil")
# element type of torchao and of ml_dtypes, largest value, its exponent, fraction bits
FORMATS = {
    "mxfp8_e4m3": (torch.float8_e4m3fn, ml_dtypes.float8_e4m3fn, 448, 8, 3),
    "mxfp8_e5m2": (torch.float8_e5m2, ml_dtypes.float8_e5m2, 57344, 15, 2),
    "mxfp6_e3m2": (DTYPE_FP6_E3M2, ml_dtypes.float6_e3m2fn, 28, 4, 2),
    "mxfp6_e2m3": (DTYPE_FP6_E2M3, ml_dtypes.float6_e2m3fn, Fraction(15, 2), 2, 3),
    "mxfp4": (torch.float4_e2m1fn_x2, ml_dtypes.float4_e2m1fn, 6, 2, 1),
    "mxint8": (None, None, Fraction(127, 64), 0, 6),
}
SHARED_EXPONENT_BIAS = 127


def make_inputs(rng):
    """Rows of 32, ordinary ones and those whose largest magnitude lies at a border of some mode."""
    rows = [rng.normal(0, 10.0 ** rng.uniform(-6, 6), 32) for _ in range(ORDINARY)]
    halves = [numpy.round(rng.normal(0, 8, 32)) / 4 for _ in range(16)]  # many ties
    borders = [1.0, 1.25, 1.5, 1.75, 1.875, 1.9375, 1.9765625, 1.984375, 1.9921875, 2.0]
    near = [x for b in borders for x in (numpy.nextafter(SINGLE(b), SINGLE(0)), SINGLE(b), numpy.nextafter(SINGLE(b), SINGLE(9)))]
    edged = []
    for i, largest in enumerate(near):
        row = rng.uniform(-1, 1, 32)
        row[i] = -largest if i % 2 else largest
        edged.append(row * 2.0 ** (i % 7 - 3))
    special = [numpy.zeros(32), numpy.full(32, -0.0), numpy.full(32, 3.4028234e38), rng.normal(0, 1, 32)]
    special[-1][5] = numpy.inf
    special.append(rng.normal(0, 1, 32))
    special[-1][9] = numpy.nan
    return numpy.array(rows + halves + edged + special, dtype=SINGLE)


def exponent_of(x):
    """floor(log2 x) of a positive rational."""
    e = x.numerator.bit_length() - x.denominator.bit_length()
    return e if x >= Fraction(2) ** e else e - 1


def expected_scale(row, mode, largest, exponent, fraction_bits):
    amax = numpy.abs(row).max()
    if numpy.isnan(amax):
        return 255
    if numpy.isinf(amax):
        return 254 if mode == "rceil" else min(254, 128 - exponent + SHARED_EXPONENT_BIAS)
    if amax == 0:
        return 0
    a = Fraction(float(amax))
    e = exponent_of(a)
    if mode == "ceil":
        e += a != Fraction(2) ** e
    if mode == "even":
        e += a / Fraction(2) ** e >= 2 - Fraction(1, 2 ** (fraction_bits + 1))
    if mode == "rceil":
        q = Fraction(float(amax / SINGLE(float(largest))))
        e = exponent_of(q)
        e += q != Fraction(2) ** e
        exponent = 0
    return min(max(e - exponent, -127), 127) + SHARED_EXPONENT_BIAS


def unpacked(codes, name):
    codes = codes.view(torch.uint8).numpy()
    if name != "mxfp4":
        return codes
    return numpy.stack((codes & 15, codes >> 4), axis=-1).reshape(len(codes), -1)


def encode_elements(row, scale, dtype, largest):
    scaled = row / SINGLE(2.0 ** (int(scale) - 127))
    return numpy.clip(scaled, -float(largest), float(largest)).astype(dtype).view(numpy.uint8)


def quantize_mx(name, mode, inputs):
    """Scales, codes (0 in blocks of NaN) and what they come from."""
    dtype, element, largest, exponent, fraction_bits = FORMATS[name]
    scales = numpy.array([expected_scale(row, mode, largest, exponent, fraction_bits) for row in inputs], numpy.uint8)
    if dtype is None:
        with numpy.errstate(invalid="ignore"):
            scaled = inputs.astype(numpy.float64) / 2.0 ** (scales.astype(float) - 127)[:, None]
            codes = numpy.clip(numpy.rint(scaled * 64), -128, 127)
        codes[scales == 255] = 0
        return scales, codes.astype(numpy.int8).view(numpy.uint8), "numpy"
    found, codes = to_mx(torch.tensor(inputs), dtype, 32, ScaleCalculationMode(mode))
    found = found.view(torch.uint8).numpy().reshape(-1)
    codes = unpacked(codes, name).copy()
    # On the CPU, rceil is ceil(log2(q)) in float32, which forgets what lies just above a power of two.
    differing = numpy.flatnonzero(found != scales)
    assert differing.size <= (1 if mode == "rceil" else 0), (name, mode, differing)
    for i in differing:
        print(f"{name} {mode}: torchao's scale of block {i} is {found[i]}, not {scales[i]}")
        codes[i] = encode_elements(inputs[i], scales[i], element, largest)
    for i in range(len(inputs)):
        if scales[i] not in (0, 255):
            assert (codes[i] == encode_elements(inputs[i], scales[i], element, largest)).all(), (name, mode, i)
    codes[scales == 255] = 0
    return scales, codes, "torchao and ml_dtypes"


def encode_fp4(x):
    return numpy.clip(x, -6, 6).astype(ml_dtypes.float4_e2m1fn).view(numpy.uint8)


def nv_candidate(blocks, tensor_scale, factor):
    """torchao's arithmetic, block scales times `factor`."""
    amax = numpy.abs(blocks).max(axis=1)
    wanted = numpy.clip(amax / SINGLE(6) / tensor_scale * SINGLE(factor), SINGLE(2.0 ** -6), SINGLE(448))
    scales = wanted.astype(ml_dtypes.float8_e4m3fn)
    reciprocal = (SINGLE(1) / tensor_scale) / scales.astype(SINGLE)
    codes = encode_fp4(blocks * reciprocal[:, None])
    restored = codes.view(ml_dtypes.float4_e2m1fn).astype(SINGLE) * (tensor_scale * scales.astype(SINGLE))[:, None]
    errors = ((restored.astype(float) - blocks) ** 2).sum(axis=1)
    return scales.view(numpy.uint8), codes, restored, errors


def quantize_nv(inputs):
    """Each row of 32 is a tensor of two blocks."""
    results = {mode: ([], [], [], []) for mode in ("plain", "four_over_six")}
    for row in inputs:
        blocks = row.reshape(2, 16)
        amax = torch.tensor(row).abs().max()
        plain_scale = per_tensor_amax_to_scale(amax)
        if amax == 0:
            plain_scale = torch.tensor(1.0)
        six = nv_candidate(blocks, SINGLE(plain_scale.item()), 1)
        scales, packed = nvfp4_quantize(torch.tensor(row).reshape(1, 32), 16, plain_scale)
        codes = packed.numpy().reshape(2, 8)
        codes = numpy.stack((codes & 15, codes >> 4), axis=-1).reshape(2, 16)
        assert (scales.view(torch.uint8).numpy().reshape(-1) == six[0]).all() and (codes == six[1]).all()
        for target, value in zip(results["plain"], (SINGLE(plain_scale.item()), *six[:3])):
            target.append(value)
        scale = SINGLE(numpy.abs(row).max() / SINGLE(256 * 6)) if amax != 0 else SINGLE(1)
        six, four = nv_candidate(blocks, scale, 1), nv_candidate(blocks, scale, 1.5)
        takes_four = four[3] < six[3]
        chosen = [numpy.where(takes_four if a.ndim == 1 else takes_four[:, None], b, a)
                  for a, b in zip(six[:3], four[:3])]
        for target, value in zip(results["four_over_six"], (scale, *chosen)):
            target.append(value)
    return {mode: [numpy.array(part) for part in parts] for mode, parts in results.items()}


def main():
    files = {}

    def save(name, array, oracle):
        numpy.save(FOLDER / name, numpy.ascontiguousarray(array), allow_pickle=False)
        files[name] = {"dtype": array.dtype.str, "shape": list(array.shape), "oracle": oracle}

    inputs = make_inputs(numpy.random.default_rng(SEED))
    save("input.npy", inputs.view(numpy.uint32), "input")
    for name in FORMATS:
        for mode in MODES:
            scales, codes, oracle = quantize_mx(name, mode, inputs)
            save(f"{name}.{mode}.scale.npy", scales, f"exact rationals, {oracle}")
            save(f"{name}.{mode}.code.npy", codes, oracle)
    packed = gguf.quants.quantize(inputs[:ORDINARY], gguf.GGMLQuantizationType.MXFP4)
    assert packed.shape == (ORDINARY, 17)
    save("mxfp4.floor.ggml.npy", packed, "gguf")
    finite = inputs[numpy.isfinite(inputs).all(axis=1)]
    save("nvfp4.input.npy", finite.view(numpy.uint32), "input")
    for mode, (tensor, scales, codes, restored) in quantize_nv(finite).items():
        oracle = "torchao" if mode == "plain" else "numpy, in the arithmetic of torchao"
        save(f"nvfp4.{mode}.tensor.npy", tensor.view(numpy.uint32), oracle)
        save(f"nvfp4.{mode}.scale.npy", scales.astype(numpy.uint8), oracle)
        save(f"nvfp4.{mode}.code.npy", codes.astype(numpy.uint8), oracle)
        save(f"nvfp4.{mode}.restored.npy", restored.view(numpy.uint32), oracle)
    manifest = {
        "script": Path(__file__).name,
        "seed": SEED,
        "versions": {"numpy": numpy.__version__, "torch": torch.__version__, "ml_dtypes": ml_dtypes.__version__,
                     "gguf": importlib.metadata.version("gguf"), "torchao": importlib.metadata.version("torchao")},
        "files": dict(sorted(files.items())),
    }
    (FOLDER / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")


if __name__ == "__main__":
    main()
