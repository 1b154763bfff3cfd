#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes ranges.json: static ranges of inputs.npy by the observers and calibrators of torch, ModelOpt, quanto and numpy, and what
torch.fake_quantize_per_{tensor,channel}_affine loses over them (with codes that are as many to both sides of zero where
the range is), in dB.

ModelOpt's functions are those of modelopt/torch/quantization/calib/histogram.py, unpacked from PyPI; its rounding of a
tensor, which wants more of the package, is written out.
"""

import json
import sys
import warnings
from pathlib import Path

import numpy
import torch

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent / "checkpoints"))
import sources  # noqa: E402

warnings.filterwarnings("ignore")
BATCH = 128


def modelopt():
    root = sources.unpacked(sources.MODELOPT, wheel=True)
    module = sources.modules_from(root, ["modelopt.torch.quantization.calib.histogram"])[0]

    def fake_tensor_quant(x, amax, bits, _):
        bound = 2.0 ** (bits - 1) - 1
        scale = bound / amax
        return torch.clamp(torch.round(x * scale), -bound, bound) / scale
    module.fake_tensor_quant = fake_tensor_quant
    return module


def batches(inputs):
    return inputs.split(BATCH)


def observed(observer, inputs):
    for batch in inputs:
        observer(batch)
    return [observer.min_val.item(), observer.max_val.item()]


def lost(inputs, restored):
    error = (restored.double() - inputs.double()).square().sum()
    return (10 * torch.log10(inputs.double().square().sum() / error)).item()


def signal_to_noise(inputs, low, high, bits):
    half = 2 ** (bits - 1)
    if low == -high:
        return lost(inputs, torch.fake_quantize_per_tensor_affine(inputs, high / (half - 1), 0, 1 - half, half - 1))
    low, high = min(low, 0), max(high, 0)
    scale = (high - low) / (2 * half - 1)
    return lost(inputs, torch.fake_quantize_per_tensor_affine(inputs, scale, -round(low / scale), 0, 2 * half - 1))


def dynamic(inputs, bits):
    """Each vector its own range: least, median (the lower) and largest width, and what is lost."""
    half = 2 ** (bits - 1)
    largest = inputs.abs().amax(1)
    zeros = torch.zeros(len(inputs), dtype=torch.int32)
    restored = torch.fake_quantize_per_channel_affine(inputs, largest / (half - 1), zeros, 0, 1 - half, half - 1)
    found = {"vector_magnitude": [*(f(largest).item() for f in (torch.min, torch.median, torch.max)),
                                  lost(inputs, restored)]}
    low, high = inputs.amin(1), inputs.amax(1)
    widths = high - low
    scales = (high.clamp(min=0) - low.clamp(max=0)) / (2 * half - 1)
    zeros = (-torch.round(low.clamp(max=0) / scales)).to(torch.int32)
    restored = torch.fake_quantize_per_channel_affine(inputs, scales, zeros, 0, 0, 2 * half - 1)
    found["vector_min_max"] = [*(f(widths).item() for f in (torch.min, torch.median, torch.max)), lost(inputs, restored)]
    return found


def main():
    from torch.ao.quantization.observer import HistogramObserver, MinMaxObserver, MovingAverageMinMaxObserver
    inputs = torch.from_numpy(numpy.load(FOLDER / "inputs.npy"))
    magnitudes = inputs.abs().numpy()
    cases = []
    for bits in (8, 4):
        kind = dict(quant_min=0, quant_max=2 ** bits - 1)
        ranges = {"min_max": observed(MinMaxObserver(**kind), [inputs]),
                  "moving_average": observed(MovingAverageMinMaxObserver(**kind), batches(inputs))}
        magnitude = None
        for batch in batches(inputs):  # quanto's _updated_scale
            new = batch.abs().max().item()
            magnitude = new if magnitude is None else 0.9 * magnitude + 0.1 * new
        ranges["moving_magnitude"] = [-magnitude, magnitude]
        for percent in (99.9, 99.99, 99.999):
            value = float(numpy.percentile(magnitudes.astype(numpy.float64), percent))
            ranges[f"percentile_{percent}"] = [-value, value]
        histogram, edges = numpy.histogram(magnitudes, bins=2048, range=(0, magnitudes.max()))
        tools = modelopt()
        value = tools._compute_amax_mse(histogram.astype(numpy.float32), edges, bits, False).item()
        ranges["mean_squared_error"] = [-value, value]
        value = tools._compute_amax_entropy(histogram.astype(numpy.int64), edges, bits, False).item()
        ranges["entropy"] = [-value, value]
        if bits == 8:
            observer = HistogramObserver(dtype=torch.quint8)
            observer(inputs)
            ranges["histogram"] = [bound.item() for bound in observer._non_linear_param_search()]
        noise = {name: signal_to_noise(inputs, *bounds, bits) for name, bounds in ranges.items()}
        cases.append({"bits": bits, "vectorsPerBatch": BATCH, "ranges": ranges, "signalToNoiseDb": noise,
                      "dynamic": dynamic(inputs, bits)})
    (FOLDER / "ranges.json").write_text(json.dumps(
        {"oracles": [sources.MODELOPT, f"torch=={torch.__version__.split('+')[0]}", f"numpy=={numpy.__version__}"],
         "cases": cases}, indent=1) + "\n")
    print("ranges.json")


if __name__ == "__main__":
    main()
