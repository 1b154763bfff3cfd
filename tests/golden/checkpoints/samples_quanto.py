# SPDX-License-Identifier: Apache-2.0
"""optimum-quanto: a frozen model's state_dict as safetensors, and as torch.save writes it."""

import importlib.metadata
import json

import torch
from optimum.quanto import freeze, qfloat8, qfloat8_e5m2, qint2, qint4, qint8, quantization_map, quantize

from packed import save_model, weight
from registry import Sample, Tensor, sample
from torch_values import array, random

PRODUCER = f"optimum-quanto {importlib.metadata.version('optimum-quanto')}"


def frozen(name, kind, dtype, shape):
    model = torch.nn.Sequential(torch.nn.Linear(shape[1], shape[0]))
    model[0].weight.data = (random(name, *shape) * 0.1)
    model[0].bias.data = random(f"{name}.bias", shape[0])
    model = model.to(dtype)
    quantize(model, weights=kind)
    freeze(model)
    return model


def expected_of(model, prefix=""):
    module = model[0]
    found = {f"{prefix}0.weight": weight(module.weight.dequantize()), f"{prefix}0.bias": Tensor(array(module.bias))}
    # Scales of activations, ones where none were calibrated.
    return found | {f"{prefix}0.{name}": Tensor(array(buffer)) for name, buffer in module.named_buffers()}


def model(label, kind, dtype=torch.bfloat16, shape=(8, 128)):
    @sample(f"quanto/{label}")
    def write(folder):
        made = frozen(label, kind, dtype, shape)
        made_sample = save_model(folder, dict(made.state_dict()), expected_of(made), {"quant_method": "quanto"}, PRODUCER)
        (folder / "quanto_qmap.json").write_text(json.dumps(quantization_map(made), indent=2))
        return made_sample


model("qint8", qint8)
model("qint8_float", qint8, torch.float32, (5, 12))
model("qint4", qint4)
model("qint4_half", qint4, torch.float16, (5, 256))
model("qint2", qint2)
model("qfloat8", qfloat8)
model("qfloat8_e5m2", qfloat8_e5m2, torch.float16)


@sample("quanto/pickled")
def pickled(folder):
    made = frozen("pickled", qint4, torch.bfloat16, (8, 128))
    torch.save(made.state_dict(), folder / "model.pt")
    return Sample("model.pt", expected_of(made), PRODUCER)
