#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Golden cases of compressed_int8 and compressed_int4: compressed-tensors' own calculate_qparams on the minima and maxima
of what shares a scale, then its quantize and dequantize."""

import numpy
import torch
from compressed_tensors.quantization import QuantizationArgs
from compressed_tensors.quantization.lifecycle.forward import dequantize, quantize
from compressed_tensors.quantization.utils import calculate_qparams
from golden_cases import NAMES, Cases, read_input


def args_for(bits, symmetric, granularity, group):
    strategy = {"tensor": "tensor", "row": "channel", "group": "group"}[granularity]
    return QuantizationArgs(num_bits=bits, symmetric=symmetric, strategy=strategy,
                            group_size=group if granularity == "group" else None)


def run(weights, args, granularity, group):
    if granularity == "tensor":
        lo, hi = torch.aminmax(weights)
    elif granularity == "row":
        lo, hi = torch.aminmax(weights, dim=1, keepdim=True)
    else:
        lo, hi = torch.aminmax(weights.unflatten(-1, (-1, group)), dim=-1)
    scale, zero = calculate_qparams(lo, hi, args)
    codes = quantize(weights, scale, zero, args, dtype=torch.int8)
    return codes, scale, zero, dequantize(codes, scale, zero, args)


def main():
    cases = Cases("compressed_tensors", ("compressed-tensors", "torch"))
    for name in NAMES:
        weights = torch.from_numpy(read_input(name))
        for bits in (8, 4):
            for symmetric in (True, False):
                for granularity, group in (("tensor", 128), ("row", 128), ("group", 16), ("group", 32), ("group", 64),
                                           ("group", 128), ("group", 256)):
                    if granularity == "group" and weights.shape[1] % group:
                        continue
                    args = args_for(bits, symmetric, granularity, group)
                    codes, scale, zero, restored = run(weights, args, granularity, group)
                    settings = {"symmetric": "yes" if symmetric else "no", "granularity": granularity, "group": group}
                    tag = "_".join(str(v) for v in settings.values())
                    cases.add(f"int{bits}_{name}_{tag}", f"compressed_int{bits}", settings, name,
                              codes=codes.numpy(), scales=scale.numpy(),
                              zeros=None if symmetric else zero.numpy().astype(numpy.int32), restored=restored.numpy())
    cases.write()


if __name__ == "__main__":
    main()
