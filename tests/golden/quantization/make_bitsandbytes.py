#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Golden cases of bnb_nf4, bnb_fp4, bnb_dynamic8, llm_int8 and int8_row.

Path cpu: bitsandbytes itself. Path cuda: there is no run of the kernels here; the arithmetic of csrc/kernels.cu
(kQuantizeBlockwise, dQuantizeNF4, dQuantizeFP4, dQuantize) is done again in numpy, without the fast division and the
flushed subnormals of the build.

Everything is restored as a flat tensor: README.md says why. torch runs on one thread, as the last bit of a mean of more
than 32,768 numbers depends on the number of threads.
"""

import json
import os
import zlib
from pathlib import Path

os.environ["CUDA_VISIBLE_DEVICES"] = ""

import bitsandbytes.functional as bnb  # noqa: E402
import numpy  # noqa: E402
import torch  # noqa: E402
from golden_cases import F, INPUTS, NAMES, Cases, read_input  # noqa: E402

torch.set_num_threads(1)
FOUR_BIT = {kind: bnb.get_4bit_type(kind, device="cpu").numpy() for kind in ("nf4", "fp4")}
DYNAMIC = bnb.create_dynamic_map().numpy()
# The literals of dQuantizeNF4 and dQuantizeFP4, rising; and the FP4 codes in the order of their magnitudes.
NF4_THRESHOLDS = numpy.array(
    [-0.8480964004993439, -0.6106329262256622, -0.4599952697753906, -0.33967943489551544, -0.23460740596055984,
     -0.13791173323988914, -0.045525018125772476, 0.03979014977812767, 0.1202552504837513, 0.2035212516784668,
     0.2920137718319893, 0.3893125355243683, 0.5016634166240692, 0.6427869200706482, 0.8614784181118011], F)
FP4_THRESHOLDS = numpy.array([0.00260417, 0.0859375, 0.20833333, 0.29166667, 0.4166667, 0.583333, 0.8333333], F)
FP4_RISING = numpy.array([0, 1, 6, 7, 4, 5, 2, 3])


def blocks_of(flat, size):
    return [flat[i:i + size] for i in range(0, flat.size, size)]


def cuda_scaled(block):
    """x * (1 / max |x|) and that maximum, which passes NaN over."""
    largest = numpy.fmax.reduce(numpy.abs(block), initial=F(0))
    return block * (F(1) / largest), largest


def cuda_nf4(r):
    return (r[:, None] > NF4_THRESHOLDS).sum(1)


def cuda_fp4(r):
    return FP4_RISING[(numpy.abs(r)[:, None] > FP4_THRESHOLDS).sum(1)] + 8 * (r < 0)


def cuda_dynamic(r):
    codes = numpy.empty(r.size, int)
    for i, x in enumerate(r):
        pivot, low, high = 127, 0, 255
        for step in (64, 32, 16, 8, 4, 2, 1):
            if x > DYNAMIC[pivot]:
                low, pivot = pivot, pivot + step
            else:
                high, pivot = pivot, pivot - step
        other = high if x > DYNAMIC[pivot] else low
        middle = (DYNAMIC[other] + DYNAMIC[pivot]) * F(0.5)
        codes[i] = other if (x > middle if other == high else x < middle) else pivot
    return codes


def cuda(flat, size, table, encode):
    codes, scales, restored = [], [], []
    for block in blocks_of(flat, size):
        r, largest = cuda_scaled(block)
        codes.append(encode(r))
        scales.append(largest)
        restored.append(table[codes[-1]] * largest)
    return numpy.concatenate(codes), numpy.array(scales, F), numpy.concatenate(restored)


def cuda_second_level(scales):
    offset = torch.from_numpy(scales).mean().numpy()
    _, _, restored = cuda(scales - offset, 256, DYNAMIC, cuda_dynamic)
    return restored + offset


def four_bit(flat, kind, size, double, path):
    if path == "cuda":
        codes, scales, restored = cuda(flat, size, FOUR_BIT[kind], cuda_nf4 if kind == "nf4" else cuda_fp4)
        if double:
            scales = cuda_second_level(scales)
            restored = FOUR_BIT[kind][codes] * numpy.repeat(scales, size)[:flat.size]
        return codes, scales, restored
    packed, state = bnb.quantize_4bit(torch.from_numpy(flat), blocksize=size, quant_type=kind,
                                      compress_statistics=double)
    restored = bnb.dequantize_4bit(packed, state).numpy().ravel()
    scales = state.absmax
    if double:
        scales = bnb.dequantize_blockwise(state.absmax, state.state2) + state.offset
    bytes_ = packed.numpy().ravel()
    codes = numpy.stack([bytes_ >> 4, bytes_ & 15], 1).ravel()[:flat.size]
    return codes, scales.numpy(), restored


def dynamic(flat, size, path):
    if path == "cuda":
        return cuda(flat, size, DYNAMIC, cuda_dynamic)
    codes, state = bnb.quantize_blockwise(torch.from_numpy(flat), blocksize=size)
    return codes.numpy(), state.absmax.numpy(), bnb.dequantize_blockwise(codes, state).numpy()


def llm_int8(name, cases):
    """Int8Params quantizes the weights in binary16. Outlier columns are those that int8_vectorwise_quant finds in the
    inputs, rounded to binary16; they are used as int8_mixed_scaled_mm forms them, or (the paper) as the weights are."""
    weights = torch.from_numpy(read_input(name)).to(torch.float16)
    codes, scales, _ = bnb.int8_vectorwise_quant(weights)
    restored = torch.ops.bitsandbytes.int8_vectorwise_dequant(codes, scales)
    inputs_name = f"inputs_{weights.shape[1]}"
    with_inputs = (INPUTS / f"{inputs_name}.npy").exists()
    for variant in ("today", "paper"):
        for threshold in ("0.0", "3.0", "6.0", "20.0"):
            used = restored.clone()
            if with_inputs:
                inputs = torch.from_numpy(read_input(inputs_name)).to(torch.float16)
                _, _, outliers = bnb.int8_vectorwise_quant(inputs, threshold=float(threshold))
                if outliers is not None and outliers.numel():
                    kept = used.to(torch.float16) if variant == "today" else weights
                    used[:, outliers] = kept[:, outliers].float()
            cases.add(f"llm_int8_{name}_{variant}_{threshold}", "llm_int8",
                      {"variant": variant, "threshold": threshold}, name,
                      inputs=inputs_name if with_inputs else None, codes=codes.numpy(), scales=scales.numpy(),
                      restored=used.numpy())


def int8_row(name, cases):
    codes, scales, _ = bnb.int8_vectorwise_quant(torch.from_numpy(read_input(name)))
    restored = torch.ops.bitsandbytes.int8_vectorwise_dequant(codes, scales)
    cases.add(f"int8_row_{name}", "int8_row", {"reference": "bitsandbytes"}, name, codes=codes.numpy(),
              scales=scales.numpy(), restored=restored.numpy())


def product():
    """The product of inputs_384 and the attention weights: int8_scaled_mm and int8_mixed_scaled_mm on the CPU. Binary16
    is compared by its bits."""
    inputs = torch.from_numpy(read_input("inputs_384")).to(torch.float16)
    weights, weight_scales, _ = bnb.int8_vectorwise_quant(torch.from_numpy(read_input("attention")).to(torch.float16))

    def checksum(tensor):
        return zlib.crc32(tensor.contiguous().numpy().tobytes())

    def run(rows):
        codes, scales, outliers = bnb.int8_vectorwise_quant(rows.clone(), threshold=6.0)
        regular = torch.ops.bitsandbytes.int8_scaled_mm.default(codes, weights, scales, weight_scales, bias=None,
                                                                dtype=torch.float16)
        total, _ = torch.ops.bitsandbytes.int8_mixed_scaled_mm(rows, codes, weights, scales, weight_scales, outliers,
                                                               None)
        return {"outlierColumns": outliers.tolist(), "inputCodes": checksum(codes), "inputScales": checksum(scales),
                "regular": checksum(regular), "sum": checksum(total)}

    target = Path(__file__).resolve().parent / "bitsandbytes" / "product.json"
    target.write_text(json.dumps({"all": run(inputs), "token3": run(inputs[3:4])}, indent=1) + "\n")


def main():
    numpy.seterr(all="ignore")
    cases = Cases("bitsandbytes", ("bitsandbytes", "torch", "numpy"))

    def add(scheme, settings, input_name, result):
        codes, scales, restored = result
        values = "_".join(str(v) for v in settings.values())
        cases.add(f"{scheme}_{input_name}_{values}", scheme, settings, input_name, codes=codes, scales=scales,
                  restored=restored)

    for name in (*NAMES, "factors"):
        int8_row(name, cases)
    for name in NAMES:
        llm_int8(name, cases)
        flat = read_input(name).ravel()
        for path in ("cpu", "cuda"):
            for kind in ("nf4", "fp4"):
                for size in (32, 64, 128, 256, 512, 1024, 2048, 4096):
                    for double in (False, True) if size in (32, 64, 256) else (False,):
                        add(f"bnb_{kind}", {"blocksize": size, "double_quantization": "yes" if double else "no",
                                            "path": path}, name, four_bit(flat, kind, size, double, path))
            for size in (64, 128, 256, 512, 1024, 2048, 4096):
                if path == "cuda" and name in ("attention", "feed_forward") and size not in (64, 4096):
                    continue
                add("bnb_dynamic8", {"blocksize": size, "path": path}, name, dynamic(flat, size, path))
    cases.write()
    product()


if __name__ == "__main__":
    main()
