#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes scaled.json: what AWQ and SmoothQuant make of weights.npy with inputs.npy.

awq: AutoAWQ 0.2.9's own methods (awq/quantize/quantizer.py, unpacked from PyPI) in float32 on the CPU, but the last step
in float16 as _apply_quant has it, unless `scales` is float32; its search without duo_scaling is llm-awq's. smoothquant: the published arithmetic of smooth.py and fake_quant.py in torch, as no package has
it. With siblings, two more layers share the input: the weights moved by 1 column and halved, and by 5 and tripled;
AutoAWQ is given all three and a module that returns their outputs side by side. For each case: the chosen ratio and loss, a few column scales, and the codes as hexadecimal digits row by row.
"""

import json
import sys
from pathlib import Path

import numpy
import torch

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent / "checkpoints"))
import sources  # noqa: E402

ROWS_OF_CLIP = 64  # AutoAWQ wants multiples: rows are independent there, and some are taken twice


def awq_class():
    missing = ("transformers", "tqdm", "datasets", "accelerate")
    return sources.modules_from(sources.unpacked(sources.AUTOAWQ), ["awq.quantize.quantizer"], missing)[0].AwqQuantizer


class Layer(torch.nn.Linear):
    """AutoAWQ keeps the weights to restore by .cpu(), which copies from a GPU but not from the CPU."""

    def state_dict(self, *arguments, **more):
        return {name: value.clone() for name, value in super().state_dict(*arguments, **more).items()}


class Beside(torch.nn.Module):
    """Layers that share an input, with all their outputs."""

    def __init__(self, layers):
        super().__init__()
        self.layers = torch.nn.ModuleList(layers)

    def forward(self, inputs):
        return torch.cat([layer(inputs) for layer in self.layers], dim=-1)

    def state_dict(self, *arguments, **more):
        return {name: value.clone() for name, value in super().state_dict(*arguments, **more).items()}


def siblings_of(weights):
    return [weights.roll(1, 1) * 0.5, weights.roll(5, 1) * 3]


def layer_of(weights):
    layer = Layer(weights.shape[1], len(weights), bias=False)
    layer.weight.data = weights.clone()
    layer.weight.requires_grad_(False)
    return layer


def awq(weights, inputs, siblings, *, reference="autoawq", bits=4, group=128, scale_search=True, clip_search=True,
        scales="float32"):
    kept, columns = scales, weights.shape[1] // group * group
    weights, inputs = weights[:, :columns].clone(), inputs[:, :columns].clone()
    quantizer = object.__new__(awq_class())
    quantizer.w_bit, quantizer.group_size, quantizer.zero_point = bits, group, True
    quantizer.duo_scaling, quantizer.n_parallel_calib_samples = reference == "autoawq", None
    quantizer.max_chunk_memory = 1 << 30
    layers = [layer_of(part) for part in [weights, *(siblings_of(weights) if siblings else [])]]
    scales, result = torch.ones(columns), {}
    if scale_search:
        losses, compute = [], quantizer._compute_loss
        quantizer._compute_loss = lambda *arguments: losses.append(compute(*arguments)) or losses[-1]
        scales = quantizer._search_best_scale(None, None, layers, inputs, Beside(layers) if siblings else None)[2]
        best = min(range(len(losses)), key=losses.__getitem__)
        result = {"ratio": best / 20, "loss": losses[best]}
    scaled = weights * scales
    if clip_search:
        twice = torch.cat([scaled, scaled[:max(0, ROWS_OF_CLIP - len(scaled))]])
        clips = quantizer._compute_best_clip(twice, inputs / scales)[:len(scaled)]
        scaled = torch.clamp(scaled.reshape(*clips.shape[:2], -1), -clips, clips).reshape(scaled.shape)
    if kept == "float16":
        restored, steps, zeros = quantizer.pseudo_quantize_tensor(scaled.half())
        steps_of, shifts_of = (x.repeat_interleave(group, 1) for x in (steps, zeros * steps))
        codes = torch.round((restored + shifts_of) / steps_of)  # WQLinear_GEMM.from_linear
    else:
        restored, steps, zeros = quantizer.pseudo_quantize_tensor(scaled)
        codes = torch.round(restored / steps.repeat_interleave(group, 1)) + zeros.repeat_interleave(group, 1)
    return {**result, "columnScales": scales[:8].tolist(), "columns": columns,
            "codes": "".join(f"{int(code):x}" for code in codes.flatten())}


def smoothquant(weights, inputs, siblings, *, alpha=0.5, granularity="row"):
    largest = inputs.abs().amax(0)
    all_weights = torch.cat([weights, *(siblings_of(weights) if siblings else [])])
    scales = (largest.pow(alpha) / all_weights.abs().amax(0).clamp(min=1e-5).pow(1 - alpha)).clamp(min=1e-5)
    scaled = weights * scales
    steps = (scaled.abs().amax(-1, keepdim=True) if granularity == "row" else scaled.abs().max()).clamp(min=1e-5) / 127
    codes = torch.round(scaled / steps).to(torch.int64) & 255
    return {"columnScales": scales[:8].tolist(), "columns": weights.shape[1],
            "codes": "".join(f"{int(code):02x}" for code in codes.flatten())}


CASES = [(awq, {}), (awq, {"reference": "llm-awq"}), (awq, {"group": 32}), (awq, {"group": 32, "bits": 3}),
         (awq, {"group": 32, "reference": "llm-awq", "clip_search": False}), (awq, {"group": 32, "scale_search": False}),
         (awq, {"scales": "float16"}), (awq, {"scales": "float16", "group": 32, "bits": 3}),
         (awq, {"scales": "float16", "scale_search": False, "clip_search": False}),
         (smoothquant, {}), (smoothquant, {"alpha": 0.85}), (smoothquant, {"granularity": "tensor"})]
WITH_SIBLINGS = [(awq, {}), (awq, {"reference": "llm-awq", "group": 32}), (awq, {"group": 32, "clip_search": False}),
                 (smoothquant, {}), (smoothquant, {"alpha": 0.7})]


def main():
    weights, inputs = (torch.from_numpy(numpy.load(FOLDER / name)) for name in ("weights.npy", "inputs.npy"))
    cases = []
    with torch.no_grad():
        for siblings, (scheme, settings) in [(False, c) for c in CASES] + [(True, c) for c in WITH_SIBLINGS]:
            found = scheme(weights, inputs, siblings, **settings)
            texts = {name: ("yes" if value else "no") if isinstance(value, bool) else str(value)
                     for name, value in settings.items()}
            cases.append({"scheme": scheme.__name__, "settings": texts, "siblings": siblings, **found})
    lines = ",\n  ".join(map(json.dumps, cases))
    oracles = [sources.AUTOAWQ, f"torch=={torch.__version__.split('+')[0]}"]
    (FOLDER / "scaled.json").write_text(f'{{"oracles": {json.dumps(oracles)},\n "cases": [\n  {lines}\n]}}\n')
    print(f"scaled.json: {len(cases)} cases")


if __name__ == "__main__":
    main()
