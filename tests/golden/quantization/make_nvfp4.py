#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes nvfp4/cases.json: NVFP4 as each library has it.

- modelopt: NVFP4QTensor of nvidia-modelopt, whose nvfp4_tensor.py is loaded out of the package by itself (the package
  wants CUDA tools); its block maxima come from torch here.
- compressed-tensors: generate_gparam, calculate_qparams and its quantization on the CPU.
- torchao: nvfp4_quantize and NVFP4Tensor.
- ggml: libggml's quantize_row_nvfp4_ref and dequantize_row_nvfp4.
"""

import importlib.util
import sys
import types
from pathlib import Path

import numpy
import torch
from compressed_tensors.quantization import preset_name_to_scheme
from compressed_tensors.quantization.lifecycle.forward import fake_quantize, quantize
from compressed_tensors.quantization.utils.helpers import calculate_qparams, generate_gparam
from compressed_tensors.compressors.nvfp4.helpers import pack_fp4_to_uint8
from torchao.prototype.mx_formats.nvfp4_tensor import NVFP4Tensor, per_tensor_amax_to_scale

from golden_cases import F, Cases, read_input

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "checkpoints"))
import ggml  # noqa: E402
import sources  # noqa: E402

BLOCK = 16
MODELOPT = ("nvidia-modelopt", sources.MODELOPT.split("==")[1])


def nibbles(packed, shape):
    packed = numpy.asarray(packed)
    return numpy.stack([packed & 15, packed >> 4], -1).reshape(shape)


def modelopt_class():
    """NVFP4QTensor, with stand-ins for what its module imports of the rest of the package."""
    folder = sources.unpacked(sources.MODELOPT, wheel=True)
    path = next(Path(folder).rglob("qtensor/nvfp4_tensor.py"))

    def module(name, **members):
        made = types.ModuleType(name)
        made.__dict__.update(members)
        made.__path__ = []
        sys.modules[name] = made

    class Base:
        def __init__(self, shape, dtype, data):
            self.metadata = {"shape": shape, "dtype": dtype}
            self._quantized_data = data

    for name in ("m", "m.q", "m.q.backends", "m.q.qtensor"):
        module(name)
    module("m.q.backends.utils", fp4_compatible=lambda: False)
    module("m.q.qtensor.base_qtensor", BaseQuantizedTensor=Base)
    module("m.q.utils", reduce_amax=lambda x: x.abs().amax(),
           reduce_block_amax=lambda x, block_sizes: x.reshape(*x.shape[:-1], -1, block_sizes[-1]).abs().amax(-1),
           reduce_block_padding=lambda x, block_sizes: x)
    module("m.q.utils.numeric_utils", E2M1_MAX=6.0, E4M3_MAX=448.0, fp8_max_for_normalization=lambda quantizer: 448.0)
    spec = importlib.util.spec_from_file_location("m.q.qtensor.nvfp4_tensor", path)
    loaded = importlib.util.module_from_spec(spec)
    loaded.__package__ = "m.q.qtensor"
    spec.loader.exec_module(loaded)
    return loaded.NVFP4QTensor


def modelopt_case(cls, values):
    coded, scale, double_scale = cls.quantize(torch.from_numpy(values.copy()), BLOCK)
    restored = coded.dequantize(torch.float32, scale=scale, double_scale=double_scale, block_sizes={-1: BLOCK})
    return {"codes": nibbles(coded._quantized_data, values.shape), "scales": (scale.float() * double_scale).numpy(),
            "restored": restored.numpy()}


def compressed_case(values):
    args = preset_name_to_scheme("NVFP4", ["Linear"]).weights
    data = torch.from_numpy(values)
    blocks = data.reshape(len(values), -1, BLOCK)
    divisor = generate_gparam(data.amin().reshape(1), data.amax().reshape(1))
    scale, zero = calculate_qparams(blocks.amin(-1), blocks.amax(-1), args, global_scale=divisor)
    elements = quantize(data, scale, zero, args, global_scale=divisor)
    restored = fake_quantize(data, scale, zero, args, global_scale=divisor).numpy()
    return {"codes": nibbles(pack_fp4_to_uint8(elements), values.shape), "scales": (scale / divisor).numpy(),
            "restored": restored}


def torchao_case(values):
    data = torch.from_numpy(values)
    tensor = NVFP4Tensor.to_nvfp4(data, per_tensor_scale=per_tensor_amax_to_scale(data.abs().max()))
    return {"codes": nibbles(tensor.qdata.view(torch.uint8), values.shape), "scales": tensor.get_hp_scales().numpy(),
            "restored": tensor.dequantize(torch.float32).numpy()}


def ggml_case(values):
    packed = ggml.quantize("NVFP4", values)
    blocks = packed.reshape(-1, 36)
    scale = blocks[:, :4].astype(int)
    half = numpy.where(scale >> 3, numpy.ldexp(8.0 + (scale & 7), (scale >> 3) - 11), numpy.ldexp(scale & 7, -10))
    pairs = blocks[:, 4:].reshape(-1, BLOCK // 2)
    codes = numpy.concatenate([pairs & 15, pairs >> 4], 1).reshape(values.shape)
    return {"codes": codes, "scales": half.astype(F), "packed": packed,
            "restored": ggml.dequantize("NVFP4", packed).reshape(values.shape)}


def main():
    cases = Cases("nvfp4", (MODELOPT, "compressed-tensors", "torchao", "torch", ("llama.cpp", "llama-cpp-python 0.3.36")))
    cls = modelopt_class()
    runs = {"modelopt": lambda values: modelopt_case(cls, values), "compressed-tensors": compressed_case,
            "torchao": torchao_case, "ggml": ggml_case}
    for name in ("attention", "feed_forward", "edges", "specials", "zeros"):
        values = read_input(name)
        for reference, run in runs.items():
            cases.add(f"nvfp4 {reference} {name}", "nvfp4", {"reference": reference}, name, **run(values))
    cases.write()


if __name__ == "__main__":
    main()
