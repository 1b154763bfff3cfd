# SPDX-License-Identifier: Apache-2.0
"""torchao: weight-only quantized models, flattened to safetensors with JSON in the metadata, and as pickled subclasses."""

import importlib.metadata
import json

import safetensors.torch
import torch
from torchao.prototype.safetensors.safetensors_support import flatten_tensor_state_dict
from torchao.quantization import (Float8WeightOnlyConfig, Int8WeightOnlyConfig, IntxWeightOnlyConfig, PerAxis, PerGroup,
                                  quantize_)

from packed import weight
from registry import Sample, Tensor, sample
from torch_values import array, random

PRODUCER = f"torchao {importlib.metadata.version('torchao')}"


def quantized(name, config, dtype, shape=(8, 64)):
    model = torch.nn.Sequential(torch.nn.Linear(shape[1], shape[0]))
    model[0].weight.data = random(name, *shape) * 0.1
    model[0].bias.data = random(f"{name}.bias", shape[0])
    model = model.to(dtype)
    quantize_(model, config)
    return model


def expected_of(model):
    return {"0.weight": weight(model[0].weight.dequantize()), "0.bias": Tensor(array(model[0].bias))}


def pair(label, config, dtype=torch.bfloat16):
    @sample(f"torchao/{label}")
    def flattened(folder):
        model = quantized(label, config, dtype)
        tensors, metadata = flatten_tensor_state_dict(model.state_dict())
        safetensors.torch.save_file(tensors, folder / "model.safetensors", metadata)
        (folder / "config.json").write_text(json.dumps({"quantization_config": {"quant_method": "torchao"}}))
        return Sample(".", expected_of(model), PRODUCER)

    @sample(f"torchao/{label}_pickled")
    def pickled(folder):
        model = quantized(label, config, dtype)
        torch.save(model.state_dict(), folder / "pytorch_model.bin")
        return Sample("pytorch_model.bin", expected_of(model), PRODUCER)


pair("int8", Int8WeightOnlyConfig(version=2))
pair("int8_float", Int8WeightOnlyConfig(version=2), torch.float32)
pair("float8", Float8WeightOnlyConfig())
pair("int4_group", IntxWeightOnlyConfig(weight_dtype=torch.int4, granularity=PerGroup(32)))
pair("int4_row", IntxWeightOnlyConfig(weight_dtype=torch.int4, granularity=PerAxis(0)))
pair("int2_group", IntxWeightOnlyConfig(weight_dtype=torch.int2, granularity=PerGroup(32)))
