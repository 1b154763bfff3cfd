# SPDX-License-Identifier: Apache-2.0
"""Model folders with packed weights: model.safetensors and a config.json that names the method."""

import json

import safetensors.torch
import torch

from registry import Sample, Tensor
from torch_values import array, random


def weight(restored, exact=None):
    """A packed weight: what the library restores, and the float32 product before rounding to the library's type."""
    exact = None if exact is None else exact.detach().to(torch.float32).contiguous().numpy()
    return Tensor(array(restored), exact=exact)


def save_model(folder, stored, expected, quantization, producer):
    """Writes `stored` and an unpacked norm beside it; `expected` are the packed weights by their logical names.

    Tensors of `stored` that are listed under their own names (biases, say) are in `expected` too, as tensors.
    """
    norm = random("norm", 8, dtype=torch.float16)
    tensors = {name: tensor.detach().contiguous() for name, tensor in stored.items()} | {"model.norm.weight": norm}
    safetensors.torch.save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    config = {"architectures": ["SampleForCausalLM"], "torch_dtype": "float16"}
    if quantization is not None:
        config["quantization_config"] = quantization
    (folder / "config.json").write_text(json.dumps(config, indent=2))
    values = {name: value if isinstance(value, Tensor) else Tensor(array(value)) for name, value in expected.items()}
    return Sample(".", values | {"model.norm.weight": Tensor(array(norm))}, producer)
