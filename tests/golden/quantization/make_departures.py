#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes departures/pinned.json: what references give where the schemes depart from them (docs/numerics.md).

departures_test.cpp holds what is here to these inputs. Where a reference cannot run here (CUDA), "how" says what its
value was derived from. Floats that are compared to the bit are written as the integers of their bits.
"""

import ctypes
import json
import os
import sys
from importlib.metadata import version
from pathlib import Path

os.environ["CUDA_VISIBLE_DEVICES"] = ""

import bitsandbytes.functional as bnb  # noqa: E402
import hqq.core.optimize  # noqa: E402
import numpy  # noqa: E402
import torch  # noqa: E402
from golden_cases import F, read_input  # noqa: E402
from hqq.core.quantize import Quantizer  # noqa: E402

FOLDER = Path(__file__).resolve().parent
sys.path.append(str(FOLDER.parent / "checkpoints"))
import ggml  # noqa: E402

LLAMA = "llama-cpp-python 0.3.36"
FUSED = ("-DNDEBUG", "-mfma", "-mf16c", "-ffp-contract=fast")


def bits(values):
    return numpy.ascontiguousarray(values, F).ravel().view(numpy.uint32).tolist()


def case(departure, oracle, values, shape, settings, reference, how="", **more):
    return {"departure": departure, "oracle": oracle, "how": how, "settings": settings, "shape": shape,
            "values": [float(x) for x in numpy.ravel(values)], "reference": reference, **more}


def iq4_nl_stale_codes():
    values = numpy.concatenate([numpy.linspace(-1, 1, 32), numpy.zeros(32)]).astype(F)
    out = numpy.zeros(36, numpy.uint8)
    ggml.library(("-DNDEBUG",)).quantize_row_iq4_nl_ref(ctypes.c_void_p(values.ctypes.data),
                                                        ctypes.c_void_p(out.ctypes.data), ctypes.c_int64(64))
    return case("iq4_nl_stale_codes", LLAMA, values, [1, 64], {"path": "reference"}, out[18:].tolist())


def mxint8_negative_zero():
    values = numpy.zeros(32, F)
    values[:3] = 1, -0.001, 0.001
    data = torch.from_numpy(values)
    units = data * 64  # the scale of a block whose maximum is 1 is 1
    rounded = torch.sign(units) * torch.floor(units.abs() + 0.5) / 64
    return case("mxint8_negative_zero", f"torch {version('torch')}", values, [1, 32], {"reference": "microxcaling"},
                bits(rounded.clamp(-127 / 64, 127 / 64)[:3]), "the arithmetic of microxcaling's elemwise_ops.py in torch")


def bitsandbytes_restored_rows():
    values = (numpy.arange(4 * 96) * 37 % 101 - 50).astype(F) / 64 * numpy.repeat(F([1, 2, 4, 8]), 96)
    weights = torch.from_numpy(values).reshape(4, 96)
    packed, state = bnb.quantize_4bit(weights, blocksize=64, quant_type="nf4")
    nibbles = packed.numpy().ravel()
    codes = numpy.stack([nibbles >> 4, nibbles & 15], 1).ravel()
    row, column = numpy.divmod(numpy.arange(values.size), 96)
    formula = bnb.get_4bit_type("nf4", device="cpu").numpy()[codes] * state.absmax.numpy()[row * (96 // 64) + column // 64]
    restored = bnb.dequantize_4bit(packed, state).numpy().ravel()
    if "avx512" in torch.backends.cpu.get_cpu_capability().lower():
        assert (restored == formula).all()
    return case("bitsandbytes_restored_rows", f"bitsandbytes {version('bitsandbytes')}", values, [4, 96], {},
                bits(formula[190:194]), "dequantize_4bit on a CPU with AVX-512", first=190)


def torch_threads():
    values = read_input("attention")
    means = []
    for threads in (1, 2):
        torch.set_num_threads(threads)
        means.append(torch.from_numpy(values).mean().numpy())
    torch.set_num_threads(1)
    assert means[0] != means[1]
    return case("torch_threads", f"torch {version('torch')}", [], [0, 0], {}, bits(means[1]),
                "mean of inputs/attention.npy on two threads", input="attention")


def ggml_fused_searches():
    values = read_input("attention").reshape(576, 256)

    def quantize(row, flags):
        out = numpy.zeros(144, numpy.uint8)
        ggml.library(flags).ggml_quantize_chunk(12, row.ctypes.data, out.ctypes.data, 0, 1, 256, None)
        return out

    for row in values:
        row = numpy.ascontiguousarray(row)
        fused = quantize(row, FUSED)
        if (fused != quantize(row, ("-DNDEBUG",))).any():
            return case("ggml_fused_searches", LLAMA, row, [1, 256], {}, fused[:16].tolist(), "gcc -mfma -ffp-contract=fast")
    raise SystemExit("no block of Q4_K differs")


def smoothquant_scales(weights, largest, alpha):
    return (largest.pow(alpha) / weights.abs().amax(0).clamp(min=1e-5).pow(1 - alpha)).clamp(min=1e-5)


def matrix_sums():
    """Powers of 160 columns: torch's vectorised pow against the C library's."""
    weights = torch.from_numpy((numpy.arange(160) * 7919 % 1009 + 1).astype(F) / 1009)
    largest = torch.from_numpy((numpy.arange(160) * 6007 % 997 + 1).astype(F) / 97)
    scales = smoothquant_scales(weights.reshape(1, -1), largest, 0.85)
    return case("matrix_sums", f"torch {version('torch')}", weights.numpy(), [1, 160], {"alpha": "0.85"},
                bits(scales.numpy()), "smooth_ln_fcs of SmoothQuant in torch", inputs=[float(x) for x in largest])


def shared_column_scales():
    weights = torch.tensor([[1.0, 0.25, 1, 1], [0.5, 1, 1, 4]])  # a row of query, a row of key
    largest = torch.tensor([4.0, 1, 16, 4])
    scales = smoothquant_scales(weights, largest, 0.5)
    return case("shared_column_scales", f"torch {version('torch')}", weights[0].numpy(), [1, 4], {"alpha": "0.5"},
                bits(scales.numpy()), "smooth_ln_fcs of SmoothQuant in torch, over both rows",
                inputs=[float(x) for x in largest])


def binary16_on_cuda():
    values = read_input("attention")[0, :128]
    hqq.core.optimize.float32 = torch.float16  # what its legacy search takes on the CPU
    _, meta = Quantizer.quantize(torch.from_numpy(values.copy()), nbits=4, group_size=64, axis=1, device="cpu",
                                 bitpack=False, round_zero=True)
    hqq.core.optimize.float32 = torch.float32
    return case("binary16_on_cuda", f"hqq {version('hqq')}", values, [1, 128], {}, bits(meta["zero"].float().numpy()),
                "the search in torch.float16 on the CPU, as the package runs it on CUDA")


def approximate_cuda_arithmetic():
    """A block of subnormal numbers: flushed to zero its maximum is 0, x * (1 / 0) is NaN, no comparison of dQuantizeNF4
    holds and its code is 0."""
    values = numpy.full(64, 1e-39, F)
    return case("approximate_cuda_arithmetic", "csrc/kernels.cu of bitsandbytes 0.50.2", values, [1, 64], {"path": "cuda"},
                [0] * 4, "derived from the source, which is compiled with --use_fast_math")


def main():
    cases = [make() for make in (iq4_nl_stale_codes, mxint8_negative_zero, bitsandbytes_restored_rows, torch_threads,
                                 ggml_fused_searches, matrix_sums, shared_column_scales, binary16_on_cuda,
                                 approximate_cuda_arithmetic)]
    lines = ",\n  ".join(json.dumps(case) for case in cases)
    (FOLDER / "departures").mkdir(exist_ok=True)
    (FOLDER / "departures" / "pinned.json").write_text(f'{{"cases": [\n  {lines}\n]}}\n')
    print(f"departures: {len(cases)} cases")


if __name__ == "__main__":
    main()
