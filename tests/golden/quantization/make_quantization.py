#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes inputs, codes, scales, zero points and restored values of each quantization scheme; README.md has the
definitions, operation by operation.

Oracles: bitsandbytes on the CPU for NF4 and its row-wise INT8, gguf for Q8_0 and Q4_0, ml_dtypes for the rounding to
float8_e4m3fn, and numpy in float32 for the rest. What a library computes is computed a second time with numpy from the
definition in README.md, and the script stops where the two differ.
"""

import json
import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import bitsandbytes
import bitsandbytes.functional
import gguf
import ml_dtypes
import numpy
import torch

FOLDER = Path(__file__).resolve().parent
SEED = 4896
ROWS, COLUMNS = 48, 96
F = numpy.float32


@dataclass
class Quantized:
    oracle: str
    codes: numpy.ndarray
    scales: numpy.ndarray
    restored: numpy.ndarray
    zeros: numpy.ndarray | None = None
    blocks: numpy.ndarray | None = None  # the bytes as the library packs them


def ties(unit, largest, rng):
    """A row of half units, exact in float32, with `largest` units at the start of each group of 32."""
    row = (rng.integers(-int(abs(largest)), int(abs(largest)), COLUMNS) + 0.5) * unit
    row[::32] = largest * unit
    return row


def around(values):
    """float32 values with both neighbours."""
    values = values.astype(F)
    return numpy.concatenate((numpy.nextafter(values, F(-9)), values, numpy.nextafter(values, F(9))))


def order_traps(rng, count, candidates, definition, *others):
    """A maximum a, then count - 1 values whose code depends on the order of the arithmetic: definition(x, a) differs
    from one of others(x, a). `candidates` are the ties for a maximum of one.
    """
    for _ in range(1000):
        a = F(rng.uniform(0.05, 0.2))
        x = around(candidates * a)
        differs = numpy.any([definition(x, a) != other(x, a) for other in others], axis=0)
        found = numpy.unique(x[differs & (abs(x) < a)])
        if len(found) >= count - 1:
            return numpy.concatenate(([a], rng.permutation(found)[:count - 1]))
    raise RuntimeError(f"{count} values that show the order of the arithmetic expected, fewer found")


def float8(x):
    return x.astype(ml_dtypes.float8_e4m3fn).astype(F)


def set_order_traps(x, rng):
    """Rows 15 to 18: one group of values each for NF4, INT8 and Q8_0, FP8, and the affine codes."""
    middle = nf4_midpoints(nf4_table())
    x[15, 32:40] = order_traps(rng, 8, middle.astype(float), lambda v, a: numpy.searchsorted(middle, v * (F(1) / a)),
                               lambda v, a: numpy.searchsorted(middle, v / a))  # in block 23, which ends with the row
    halves = (numpy.arange(-126, 126) + 0.5) / 127
    for start in (0, 32, 64):
        x[16, start:start + 16] = order_traps(rng, 16, halves, lambda v, a: numpy.rint(v * (F(127) / a)),
                                              lambda v, a: numpy.rint(v / (a / F(127))),
                                              lambda v, a: numpy.rint(v * (F(1) / (a / F(127)))))
    steps = numpy.arange(0x7F).astype(numpy.uint8).view(ml_dtypes.float8_e4m3fn).astype(float)
    x[17, :24] = order_traps(rng, 24, (steps[1:] + steps[:-1]) / 2 / 448, lambda v, a: float8(v * (F(448) / a)),
                             lambda v, a: float8(v / (a / F(448))))
    x[18, 1:25] = order_traps(rng, 24, halves * 254 / 255, lambda v, a: numpy.rint(v / (a * F(2) / F(255))),
                              lambda v, a: numpy.rint(v * (F(1) / (a * F(2) / F(255)))))
    x[18, 0] = -x[18, 1]  # the range is twice the maximum


def make_matrix():
    rng = numpy.random.default_rng(SEED)
    x = rng.normal(0, 0.02, (ROWS, COLUMNS)).astype(F)
    x[:, 7] *= F(8)  # an outlier column
    x[3, 17], x[20, 40] = 0.9, -1.1
    x[5] = ties(2.0 ** -10, 127, rng)  # 127 / absmax is 1024: ties of the INT8 schemes and of Q8_0
    x[6] = ties(2.0 ** -12, 90, rng)
    x[6, :2] = F(2.0 ** -12) * numpy.array([-100, 155], F)  # range of 255 units: ties of the affine codes
    x[7] = ties(2.0 ** -12, 90, rng)
    x[7, :2] = F(2.0 ** -12) * numpy.array([-100.5, 154.5], F)  # the zero point is a tie as well
    table = nf4_table()
    x[8, 0] = 2.0 ** -4  # row 8 begins with NF4's block 12: its ties, and the float32 values next to them
    x[8, 1:16] = nf4_midpoints(table) * F(2.0 ** -4)
    x[8, 16:31] = numpy.nextafter(x[8, 1:16], F(1))
    x[8, 31:46] = numpy.nextafter(x[8, 1:16], F(-1))
    x[8, 46:62] = table * F(2.0 ** -4)
    x[9] = ties(2.0 ** -6, -8, rng)  # ties of Q4_0
    x[10, 32], x[10, 33] = 0.125, -0.125  # Q4_0 takes the sign of the first of equal magnitudes
    x[11] = 0
    x[11, 50] = -0.0
    x[12], x[13], x[14] = abs(x[12]) + F(0.01), -abs(x[13]) - F(0.01), 2.0 ** -6
    x[15:19] *= F(0.25)  # so that the traps' own maxima are the rows' maxima
    set_order_traps(x, rng)
    return x


def nf4_table():
    return bitsandbytes.functional.get_4bit_type("nf4", device="cpu").numpy()


def nf4_midpoints(table):
    return (table[:-1] + table[1:]) / F(2)


def make_nf4_edges():
    """A zero block, one with a maximum below 1e-38, one of a single spike, and a short last block of 11 values."""
    rng = numpy.random.default_rng([SEED, 4])
    x = rng.normal(0, 0.02, 3 * 64 + 11).astype(F)
    x[:64] = 0
    x[64:128] = rng.uniform(-9e-39, 9e-39, 64)
    x[128:192] = 0
    x[150] = -3
    return x


def same_bits(first, second):
    return numpy.array_equal(first.ravel().view(numpy.uint32), second.ravel().view(numpy.uint32))


def blocks_of(x, granularity):
    """`x` as (number of blocks, block size)."""
    return {"tensor": lambda: x.reshape(1, -1), "row": lambda: x, "column": lambda: x.T,
            "group32": lambda: x.reshape(-1, 32)}[granularity]()


def back(blocks, shape, granularity):
    return numpy.ascontiguousarray(blocks.T if granularity == "column" else blocks.reshape(shape))


def absmax_int8(x, granularity):
    blocks = blocks_of(x, granularity)
    largest = abs(blocks).max(axis=1, keepdims=True)
    factor = numpy.divide(F(127), largest, out=numpy.zeros_like(largest), where=largest != 0)
    codes = numpy.clip(numpy.rint(blocks * factor), F(-127), F(127)).astype(numpy.int8)
    scales = largest / F(127)
    return Quantized("numpy", back(codes, x.shape, granularity), scales.ravel(),
                     back(codes.astype(F) * scales, x.shape, granularity))


def affine_int8(x, granularity, widen):
    blocks = blocks_of(x, granularity)
    low, high = blocks.min(axis=1, keepdims=True), blocks.max(axis=1, keepdims=True)
    if widen:
        low, high = numpy.minimum(low, F(0)), numpy.maximum(high, F(0))
    scales = (high - low) / F(255)
    scales[high == low] = 1
    zeros = -128 - numpy.rint(low / scales).astype(numpy.int64)
    codes = numpy.clip(numpy.rint(blocks / scales).astype(numpy.int64) + zeros, -128, 127)
    restored = (codes - zeros).astype(F) * scales
    return Quantized("numpy", back(codes.astype(numpy.int8), x.shape, granularity), scales.ravel(),
                     back(restored, x.shape, granularity), zeros=zeros.astype(numpy.int32).ravel())


def bnb_int8_row(x):
    codes, statistics, _ = bitsandbytes.functional.int8_vectorwise_quant(torch.from_numpy(x.copy()), threshold=0.0)
    restored = bitsandbytes.functional.int8_vectorwise_dequant(codes, statistics).numpy()
    codes, statistics = codes.numpy(), statistics.numpy()
    expected = absmax_int8(x, "row").codes
    again = expected.astype(F) * statistics[:, None] * F(0.007874015718698502)
    assert (codes == expected).all() and same_bits(restored, again), "bitsandbytes' row-wise INT8 is defined otherwise"
    return Quantized("bitsandbytes", codes, statistics, restored)


def nf4_codes(x):
    """README.md's definition in numpy: full blocks times the reciprocal, a short last block by division."""
    flat, full = x.ravel(), x.size // 64 * 64
    blocks = flat[:full].reshape(-1, 64)
    largest = abs(blocks).max(axis=1) if full else numpy.zeros(0, F)
    scaled = (blocks * (F(1) / numpy.maximum(largest, F(1e-38)))[:, None]).ravel()
    if full < flat.size:
        last = numpy.maximum(abs(flat[full:]).max(), F(1e-38))
        largest, scaled = numpy.append(largest, last), numpy.append(scaled, flat[full:] / last)
    codes = numpy.searchsorted(nf4_midpoints(nf4_table()), numpy.clip(scaled, F(-1), F(1)), side="left")
    return codes.astype(numpy.uint8), largest


def bnb_nf4(x):
    packed, state = bitsandbytes.functional.quantize_4bit(torch.from_numpy(x), blocksize=64, quant_type="nf4",
                                                          compress_statistics=False)
    # Flattened, because the native CPU kernel of 0.50.2 takes wrong scales where blocks cross row ends.
    state.shape = torch.Size([x.size])
    restored = bitsandbytes.functional.dequantize_4bit(packed, state).numpy().reshape(x.shape)
    packed, scales = packed.numpy().ravel(), state.absmax.numpy()
    codes = numpy.stack((packed >> 4, packed & 15), axis=1).ravel()[:x.size].reshape(x.shape)
    expected, largest = nf4_codes(x)
    again = nf4_table()[codes].ravel() * numpy.repeat(scales, 64)[:x.size]
    assert (codes.ravel() == expected).all() and (scales == largest).all(), "bitsandbytes' NF4 is defined otherwise"
    assert same_bits(restored, again), "bitsandbytes restores NF4 otherwise"
    return Quantized("bitsandbytes", codes, scales, restored, blocks=packed)


def scaled_float8(x, granularity):
    blocks = blocks_of(x, granularity)
    factor = F(448) / numpy.maximum(abs(blocks).max(axis=1, keepdims=True), F(1e-12))
    scaled = numpy.clip(blocks * factor, F(-448), F(448))
    codes = scaled.astype(ml_dtypes.float8_e4m3fn)
    by_torch = torch.from_numpy(scaled).to(torch.float8_e4m3fn).view(torch.uint8).numpy()
    assert (codes.view(numpy.uint8) == by_torch).all(), "torch and ml_dtypes round to float8_e4m3fn differently"
    scales = F(1) / factor
    return Quantized("numpy and ml_dtypes", back(codes.view(numpy.uint8), x.shape, granularity), scales.ravel(),
                     back(codes.astype(F) * scales, x.shape, granularity))


def round_half_away(x):
    whole = numpy.floor(abs(x))
    return numpy.copysign(whole + (abs(x) - whole >= F(0.5)), x)


def q8_0_codes(x, avx2):
    blocks = x.reshape(-1, 32)
    largest = abs(blocks).max(axis=1, keepdims=True)
    d = largest / F(127)
    with numpy.errstate(divide="ignore"):
        factor = numpy.where(d == 0, F(0), F(127) / largest if avx2 else F(1) / d)
    codes = (numpy.rint if avx2 else round_half_away)(blocks * factor).astype(numpy.int8)
    scales = d.astype(numpy.float16).astype(F)
    return codes.reshape(x.shape), scales.ravel(), (codes.astype(F) * scales).reshape(x.shape)


def q8_0(x):
    packed = gguf.quants.quantize(x, gguf.GGMLQuantizationType.Q8_0)
    restored = gguf.quants.dequantize(packed, gguf.GGMLQuantizationType.Q8_0)
    codes, scales, again = q8_0_codes(x, avx2=False)
    blocks = packed.reshape(-1, 34)
    assert (blocks[:, 2:].view(numpy.int8).ravel() == codes.ravel()).all() and same_bits(restored, again)
    assert (blocks[:, :2].copy().view(numpy.float16).astype(F).ravel() == scales).all()
    return Quantized("gguf", codes, scales, restored, blocks=packed)


def q8_0_avx2(x):
    return Quantized("numpy", *q8_0_codes(x, avx2=True))


def q4_0(x):
    packed = gguf.quants.quantize(x, gguf.GGMLQuantizationType.Q4_0)
    restored = gguf.quants.dequantize(packed, gguf.GGMLQuantizationType.Q4_0)
    blocks = packed.reshape(-1, 18)
    codes = numpy.concatenate((blocks[:, 2:] & 15, blocks[:, 2:] >> 4), axis=1)
    scales = blocks[:, :2].copy().view(numpy.float16).astype(F)
    values = x.reshape(-1, 32)
    first = abs(values).argmax(axis=1)
    d = values[numpy.arange(len(values)), first][:, None] / F(-8)
    with numpy.errstate(divide="ignore"):
        factor = numpy.where(d == 0, F(0), F(1) / d)
    again = numpy.minimum(numpy.trunc(values * factor + F(8.5)), F(15)).astype(numpy.uint8)
    assert (codes == again).all() and (scales == d.astype(numpy.float16).astype(F)).all()
    assert same_bits(restored, (codes.astype(F) - F(8)) * scales)
    return Quantized("gguf", codes.reshape(x.shape), scales.ravel(), restored, blocks=packed)


def all_results(matrix, vector, edges):
    for granularity in ("tensor", "row", "column", "group32"):
        yield f"matrix.absmax_int8.{granularity}", matrix, absmax_int8(matrix, granularity)
    for granularity in ("tensor", "row"):
        yield f"matrix.affine_int8.{granularity}", matrix, affine_int8(matrix, granularity, widen=True)
        yield f"matrix.affine_int8_as_given.{granularity}", matrix, affine_int8(matrix, granularity, widen=False)
        yield f"matrix.float8_e4m3fn.{granularity}", matrix, scaled_float8(matrix, granularity)
    yield "matrix.bnb_int8_row", matrix, bnb_int8_row(matrix)
    yield "matrix.bnb_nf4", matrix, bnb_nf4(matrix)
    yield "matrix.q8_0", matrix, q8_0(matrix)
    yield "matrix.q8_0_avx2", matrix, q8_0_avx2(matrix)
    yield "matrix.q4_0", matrix, q4_0(matrix)
    yield "vector.absmax_int8.tensor", vector, absmax_int8(vector, "tensor")
    yield "vector.affine_int8.tensor", vector, affine_int8(vector, "tensor", widen=True)
    yield "vector.affine_int8_as_given.tensor", vector, affine_int8(vector, "tensor", widen=False)
    yield "vector.float8_e4m3fn.tensor", vector, scaled_float8(vector, "tensor")
    yield "vector.bnb_nf4", vector, bnb_nf4(vector)
    yield "nf4_edges.bnb_nf4", edges, bnb_nf4(edges)


def save(name, array):
    numpy.save(FOLDER / f"{name}.npy", numpy.ascontiguousarray(array), allow_pickle=False)


def main():
    vector = numpy.array([2.1, 3.1, 2.5, 3.7, 3.3], F)
    inputs = {"matrix": make_matrix(), "vector": vector, "nf4_edges": make_nf4_edges()}
    for name, array in inputs.items():
        save(name, array)
    entries = {}
    for name, x, result in all_results(*inputs.values()):
        assert result.scales.dtype == F and result.restored.dtype == F
        assert result.codes.shape == x.shape == result.restored.shape
        parts = {"codes": result.codes, "scales": result.scales, "zeros": result.zeros, "restored": result.restored,
                 "blocks": result.blocks}
        written = {part: array for part, array in parts.items() if array is not None}
        for part, array in written.items():
            save(f"{name}.{part}", array)
        error = numpy.float64(result.restored) - numpy.float64(x)
        ratio = 10 * numpy.log10((numpy.float64(x) ** 2).sum() / (error ** 2).sum())
        entries[name] = {"oracle": result.oracle, "signalToNoiseDb": round(float(ratio), 3),
                         "files": {part: f"{array.dtype.str} {list(array.shape)}" for part, array in written.items()}}
        print(f"{name:40} {ratio:7.3f} dB")
    manifest = {
        "script": Path(__file__).name,
        "seed": SEED,
        "versions": {"python": platform.python_version(), "numpy": numpy.__version__, "torch": torch.__version__,
                     "bitsandbytes": bitsandbytes.__version__, "gguf": version("gguf"),
                     "ml_dtypes": ml_dtypes.__version__},
        "results": entries,
    }
    (FOLDER / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")


if __name__ == "__main__":
    main()
